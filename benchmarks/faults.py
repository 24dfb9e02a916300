"""Cut, flipped and killed: python benchmarks/faults.py [--flips N] [--kills N] [--rows N] [--write]

Every cut and many flipped bits of a small sound file of each format, files that unpack to far more than they are, and kills of a long run
at random moments (kills.py). --write puts what came of it into docs/faults.md.
"""

import argparse
import gzip
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

import polars as pl
from damage import LINE_END, SILENT, Judge, cuts, flips, sound_files
from kills import killed
from written import write

ABOUT = """
Every cut of a small sound file of each format, and flipped bits. "All events": the truth, or other values; "set aside": as many rejects as
events are missing; "finding": it is said that rows are gone or may be; a plain CSV cut at a line end cannot be told without `expect_rows`;
"ended": Polars asked for more memory than there is and ended the process, which the command tells in two lines (`cli/guard.py`). Below
them the files that unpack to far more than they are (one sign, blanks between two tags, blanks in a sheet), with `check`.

Last, runs ended by SIGKILL, half of them at any moment, half from the first draft on; every other one had the outputs of another log before
it, the rest an empty folder. "All new": an audit beside them verifies them; "some new": each file is the old or the new one to the last
byte, and `verify` tells that they do not belong together; "not whole": anything else.
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
    table = "\n".join([*damaged(given.flips), "", *bombs(), "", *killed(given.kills, given.rows)])
    print(table)
    if given.write:
        command = f"python benchmarks/faults.py --flips {given.flips} --kills {given.kills} --rows {given.rows} --write"
        write("faults", "Cut, flipped and killed", command, ABOUT, table)


if __name__ == "__main__":
    main()
