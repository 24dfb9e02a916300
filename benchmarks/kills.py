"""Runs of `analyze` that are killed at random moments, and what they leave under the names of their outputs."""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from speed import make

from bankmine.audit import verify
from bankmine.errors import InputError

OUTPUTS = {"--report": "a.html", "--json": "a.json", "--excel": "a.xlsx"}
STATES = BEFORE, NEW, SOME, BROKEN = "as before", "all new", "some new", "not whole"
DRAFTS = "drafts beside them"
STEP_S = 0.001
REACH = 3.0  # kills while it writes fall within so many times what writing took once, for on a busy machine it takes longer


def killed(kills: int, rows: int) -> list[str]:
    """A line of the table for kills at any moment and one for kills while it writes, and what became of the next run."""
    with tempfile.TemporaryDirectory() as place:
        earlier, log, folder = Path(place) / "earlier.parquet", Path(place) / "log.parquet", Path(place) / "out"
        make(rows // 100, earlier)
        make(rows, log)
        folder.mkdir()
        old, _, _ = finished(earlier, folder)
        new, usual, writing = finished(log, folder)
        chance = np.random.default_rng(1)
        lines = ["| killed | runs | " + " | ".join((*STATES, DRAFTS)) + " |", "|---" * 7 + "|"]
        for moment, runs in (("at any moment", kills - kills // 2), ("while it writes", kills // 2)):
            counts: Counter[str] = Counter()
            for number in range(runs):
                before = old if number % 2 else {}
                lay(before, folder)
                stale, process = drafts(folder), started(log, folder)
                if moment == "at any moment":
                    time.sleep(usual * chance.random())
                else:
                    wait_for_drafts(process, folder, stale)
                    time.sleep(REACH * writing * chance.random())
                process.kill()
                process.communicate()  # ends when the child that does the work is gone too
                counts[state(folder, before, new)] += 1
                counts[DRAFTS] += bool(drafts(folder) - stale)
            lines.append(f"| {moment} | {runs} | " + " | ".join(str(counts[each]) for each in (*STATES, DRAFTS)) + " |")
        finished(log, folder)
        about = (
            f"`analyze --report --json --excel` over {rows:,} events: {usual:.0f} s, {writing:.2f} s of them for writing. "
            f"The next run succeeded; its outputs: {state(folder, {}, new)}; drafts left: {len(drafts(folder))}."
        )
    return [*lines, "", about]


def started(log: Path, folder: Path) -> "subprocess.Popen[bytes]":
    """A run over a log that writes into a folder."""
    options = [each for option, name in OUTPUTS.items() for each in (option, str(folder / name))]
    command = [sys.executable, "-m", "bankmine", "analyze", str(log), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(log: Path, folder: Path) -> tuple[dict[str, bytes], float, float]:
    """The files that a run left to its end wrote, the seconds it took, and those in which it wrote. Raises RuntimeError."""
    stale, began, process = drafts(folder), time.monotonic(), started(log, folder)
    wait_for_drafts(process, folder, stale)
    first = time.monotonic()
    while drafts(folder) - stale:
        time.sleep(STEP_S)
    last = time.monotonic()
    _, said = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode())
    return contents(folder), time.monotonic() - began, last - first


def wait_for_drafts(process: "subprocess.Popen[bytes]", folder: Path, stale: set[str]) -> None:
    """Until a run begins to write: there are drafts besides the `stale` ones of runs that were killed."""
    while process.poll() is None and not drafts(folder) - stale:
        time.sleep(STEP_S)


def drafts(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith(".")}


def contents(folder: Path) -> dict[str, bytes]:
    """What has a final name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def lay(files: Mapping[str, bytes], folder: Path) -> None:
    """Has a folder hold these files, and drafts."""
    for name in contents(folder):
        (folder / name).unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def state(folder: Path, before: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """What a run left. All new: with an audit that verifies them; some new: each file the old or the new one to the last byte, and
    `verify` says that they do not belong together. Audits tell the time of their run, so a new one is known by what it verifies.
    """
    found = contents(folder)
    if found == before:
        return BEFORE
    try:
        verified = all(each.state == "same" for each in verify(folder / OUTPUTS["--report"]))
    except InputError:
        verified = False
    outputs = {name: found.get(name) for name in OUTPUTS.values()}
    if verified and outputs == {name: new[name] for name in outputs}:
        return NEW
    whole = all(content in (before.get(name), new[name]) for name, content in outputs.items())
    old_audit = {name: found.get(name) for name in new.keys() - outputs} == {name: before.get(name) for name in new.keys() - outputs}
    return SOME if whole and old_audit and not verified else BROKEN
