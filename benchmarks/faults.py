"""Cut, flipped and killed: python benchmarks/faults.py [--flips N] [--kills N] [--rows N] [--write]

Every cut and many flipped bits of a small sound file of each format, files that unpack to far more than they are, and kills of a long run
at random moments. --write puts what came of it into docs/faults.md.
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from damage import LINE_END, SILENT, Judge, cuts, flips, sound_files
from written import write

ABOUT = """
Every cut of a small sound file of each format, and flipped bits. "All events": the truth, or other values; "set aside": as many rejects as
events are missing; "finding": it is said that rows are gone or may be; a plain CSV cut at a line end cannot be told without `expect_rows`;
"ended": Polars asked for more memory than there is and ended the process, which the command tells in two lines (`cli/guard.py`). Below
them the files that unpack to far more than they are (one sign, blanks between two tags, blanks in a sheet), with `check`.
"""
ENDED = "ended"
OUTCOMES = ("refused", "all events", "set aside", "finding", LINE_END, ENDED, SILENT)
MB, MIB = 1_000_000, 1 << 20


def damaged(count: int) -> list[str]:
    """A line of the table for the cuts and one for the flips of each file."""
    lines = ["| file | bytes | damage | " + " | ".join(OUTCOMES) + " |", "|---" * (3 + len(OUTCOMES)) + "|"]
    for name, content in sound_files().items():
        for what, copies in (("cut", len(content)), ("bit", count)):
            found: list[str] = []
            while len(found) < copies:  # in a process of its own, which some damage ends; the next one goes on behind it
                command = [sys.executable, __file__, "--flips", str(count), "--judge", name, what, str(len(found))]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode > 0:
                    raise RuntimeError(done.stderr[-800:])
                found += done.stdout.splitlines() + [ENDED] * (done.returncode < 0)
            counts = Counter(found)
            lines.append(f"| {name} | {len(content)} | {what} | " + " | ".join(str(counts[each]) for each in OUTCOMES) + " |")
    return lines


def judge(name: str, what: str, first: int, count: int) -> None:
    """Prints what comes of each damaged copy of a file, from the `first` on."""
    content = sound_files()[name]
    with tempfile.TemporaryDirectory() as folder:
        of_file = Judge.of(name, content, Path(folder))
        for _, copy in islice(cuts(content) if what == "cut" else flips(content, count, seed=1), first, None):
            print(of_file.outcome(copy), flush=True)


def make_bombs(folder: Path) -> None:
    """Small files that unpack to far more: one sign, blanks between two tags, blanks in a sheet."""
    with gzip.open(folder / "log.csv.gz", "wb") as file:
        file.writelines([b"x" * MIB] * 1024)
    with gzip.open(folder / "log.xes.gz", "wb") as file:
        file.writelines([b'<?xml version="1.0"?><log><trace>', *([b" " * MIB] * 1024), b"</trace></log>"])
    pl.DataFrame({"case": ["C1"], "activity": ["apply"], "end": ["2026-03-02 09:00"]}).write_excel(folder / "small.xlsx")
    with zipfile.ZipFile(folder / "small.xlsx") as small, zipfile.ZipFile(folder / "log.xlsx", "w", zipfile.ZIP_DEFLATED) as large:
        for name in small.namelist():
            content = small.read(name)
            large.writestr(name, content.replace(b"</sheetData>", b" " * 600 * MB + b"</sheetData>") if "sheet1" in name else content)


def bombs() -> list[str]:
    """A line of the table for each such file: what `check` says of it, how soon, within how much memory."""
    lines = ["| file | bytes | unpacked | told | seconds | peak MB |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as place:
        # By a process of its own: a child's peak memory begins with that of the process which started it.
        subprocess.run([sys.executable, __file__, "--bombs", place], check=True)
        for name, unpacked in (("log.csv.gz", "1 GiB"), ("log.xes.gz", "1 GiB"), ("log.xlsx", "600 MB")):
            file, began = Path(place) / name, time.monotonic()
            process = subprocess.Popen([sys.executable, "-m", "bankmine", "check", str(file)], stderr=subprocess.PIPE, text=True)
            assert process.stderr is not None
            code = re.findall(r": ([A-Z_]+): ", process.stderr.read())[0]
            _, _, used = os.wait4(process.pid, 0)
            lines.append(
                f"| {name} | {file.stat().st_size:,} | {unpacked} | {code} | {time.monotonic() - began:.1f} | {used.ru_maxrss / 1000:.0f} |"
            )
    return lines


def killed(kills: int, rows: int) -> str:
    """How often a kill left something that is not whole, and whether the next run succeeded and swept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        log, page, data = folder / "log.csv", folder / "out" / "a.html", folder / "out" / "a.json"
        page.parent.mkdir()
        with log.open("w", encoding="utf-8") as file:
            file.write("case,activity,start,end,resource\n")
            for row in range(rows):
                day, hour = f"2026-{row // 5 % 11 + 1:02d}-{row // 55 % 27 + 1:02d}", 9 + row % 5
                file.write(f"C{row // 5},step {row % 5},{day} {hour:02d}:00:00,{day} {hour:02d}:{row % 50 + 5:02d}:00,clerk {row % 31}\n")
        command = [sys.executable, "-m", "bankmine", "analyze", str(log), "--twin", "off", "--report", str(page), "--json", str(data)]
        began = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        usual = time.monotonic() - began
        whole = {path: path.read_bytes() for path in (page, data)}
        chance, half, drafts = np.random.default_rng(1), 0, 0
        for _ in range(kills):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(usual * float(chance.uniform(0.05, 1.0)))
            process.kill()
            process.wait()
            half += {path: path.read_bytes() for path in whole} != whole
            drafts += any(path.name.startswith(".") for path in page.parent.iterdir())
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        left = [path.name for path in page.parent.iterdir() if path.name.startswith(".")]
        json.loads(data.read_bytes())
    return (
        f"Kills of `analyze --report --json` over {rows:,} events ({usual:.0f} s each): {kills}; outputs not whole or not the "
        f"earlier ones: {half}; drafts seen after a kill: {drafts}; the next run succeeded and left {len(left)} drafts."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--judge", nargs=3, metavar=("FILE", "DAMAGE", "FIRST"), help="of these alone, one line for each copy")
    parser.add_argument("--bombs", type=Path, metavar="FOLDER", help="makes them there and ends")
    given = parser.parse_args()
    if given.bombs:
        make_bombs(given.bombs)
        return
    if given.judge:
        judge(given.judge[0], given.judge[1], int(given.judge[2]), given.flips)
        return
    table = "\n".join([*damaged(given.flips), "", *bombs(), "", killed(given.kills, given.rows)])
    print(table)
    if given.write:
        command = f"python benchmarks/faults.py --flips {given.flips} --kills {given.kills} --rows {given.rows} --write"
        write("faults", "Cut, flipped and killed", command, ABOUT, table)


if __name__ == "__main__":
    main()
