"""Whatever write fails and whenever a run is killed, each output is the old or the new one, whole, and no draft outlives the next run."""

import errno
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bankmine.audit import verify
from bankmine.cli import main
from bankmine.errors import OutputError
from bankmine.sample import generate
from bankmine.show import records

OUTPUTS = {"--report": "p.html", "--json": "p.json", "--excel": "p.xlsx", "--pdf": "p.pdf"}
KILLS = 3


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("writes") / "payment.csv"
    generate("payment", seed=5, cases=60).table.write_csv(place)
    return place


@pytest.fixture(scope="module")
def content(log: Path, tmp_path_factory) -> dict[str, bytes]:
    """What one run of `analyze` writes, by file name."""
    folder = tmp_path_factory.mktemp("content")
    options = [each for option, name in OUTPUTS.items() for each in (option, str(folder / name))]
    assert main(["analyze", str(log), "--twin", "off", *options]) == 0
    assert all(each.state == "same" for each in verify(folder / "p.html"))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def nth_fails(monkeypatch: pytest.MonkeyPatch, nth: int, number: int) -> None:
    """Of all calls that make, fill, sync or rename files, the nth fails."""
    calls = 0

    def failing(original: Callable) -> Callable:
        def call(*arguments, **more):
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(number, os.strerror(number))
            return original(*arguments, **more)

        return call

    class File:
        """A file whose writes and flushes count."""

        def __init__(self, file) -> None:
            self.file, self.write, self.flush = file, failing(file.write), failing(file.flush)

        def __enter__(self):
            return self

        def __exit__(self, *_) -> None:
            self.file.close()

        def close(self) -> None:
            self.file.close()

    fdopen = failing(os.fdopen)
    monkeypatch.setattr(os, "fdopen", lambda *arguments: File(fdopen(*arguments)))
    for home, name in [(os, "fsync"), (os, "replace"), (os, "chmod"), (os, "open"), (tempfile, "mkstemp")]:
        monkeypatch.setattr(home, name, failing(getattr(home, name)))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_whichever_call_fails_every_file_is_whole(
    content: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    old = {name: b"old " + name.encode() for name in content}
    for nth in range(1, 200):
        for name, data in old.items():
            (tmp_path / name).write_bytes(data)
        with monkeypatch.context() as patched:
            nth_fails(patched, nth, number)
            said = None
            try:
                records.write({tmp_path / name: data for name, data in content.items()})
            except OutputError as error:
                said = error.code
        assert said in (None, "WRITE_FAILED")
        found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert found.keys() == content.keys(), "no draft is left"
        assert all(data in (old[name], content[name]) for name, data in found.items())
        if said is None:
            break
    assert said is None and nth > 7 * len(content), "open, write, flush, mode, sync and rename of each file were tried"
    assert found == content


@pytest.mark.parametrize(
    "command", ["analyze LOG --twin off", "compare LOG LOG --twin off", "diagnose BANK", "simulate LOG --change 'demand x1.1'"]
)
def test_a_full_disk_is_exit_73_and_the_next_run_succeeds(
    command: str, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    bank = log.with_name("bank.toml")
    bank.write_text(f'[[log]]\nname = "payment"\nfile = "{log.name}"\n')
    arguments = [{"LOG": str(log), "BANK": str(bank)}.get(each, each) for each in shlex.split(command)] + [
        "--json",
        str(tmp_path / "p.json"),
    ]
    with monkeypatch.context() as patched:
        nth_fails(patched, 3, errno.ENOSPC)
        assert main(arguments) == 73
    assert "WRITE_FAILED" in capsys.readouterr().err and not list(tmp_path.iterdir())
    assert main(arguments) == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no signals")
def test_killed_runs_leave_whole_files_and_the_next_one_no_drafts(log: Path, tmp_path: Path) -> None:
    """Fifty kills of a run over a million events are in benchmarks/faults.py."""
    report, document = tmp_path / "p.xlsx", tmp_path / "p.json"
    command = [sys.executable, "-m", "bankmine", "analyze", str(log), "--twin", "off", "--excel", str(report), "--json", str(document)]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    usual = time.monotonic() - began
    whole = {path: path.read_bytes() for path in (report, document)}
    chance = random.Random(3)
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(usual * chance.uniform(0.5, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert {path: path.read_bytes() for path in (report, document)} == whole, "one log gives one report"
    (tmp_path / ".p.xlsx.abcd_123.part").write_bytes(b"of a run that was killed")
    (tmp_path / ".p.xlsx.notes.part").write_bytes(b"of somebody else")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert {path.name for path in tmp_path.iterdir()} == {"p.xlsx", "p.json", "p.json.audit.json", ".p.xlsx.notes.part"}
    assert json.loads(document.read_bytes())["schema"] == "bankmine.analysis/1"


@pytest.mark.skipif(os.name == "nt", reason="no locks on drafts")
def test_a_draft_that_somebody_is_writing_stays(tmp_path: Path) -> None:
    mine = tmp_path / ".p.html.abcd_123.part"
    with mine.open("wb") as file:
        file.write(b"half")
        file.flush()
        assert records._locked(file.fileno())
        records.write({tmp_path / "p.html": b"whole"})
        assert mine.exists()
    records.write({tmp_path / "p.html": b"whole"})
    assert not mine.exists() and (tmp_path / "p.html").read_bytes() == b"whole"
