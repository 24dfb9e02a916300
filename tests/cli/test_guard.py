"""Too little memory, and what else ends a process, is told like any other error."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bankmine.cli import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the work is done in a child on Linux only")
HERE = Path(__file__).parent
ROWS = 400_000


def started(work: str, *arguments: str) -> subprocess.Popen[str]:
    """The program with other work to do than its own."""
    own = f"def main():\n    {work}\nguard.main = main\nsys.exit(guard.program())"
    code = f"import os, signal, sys, time\nfrom bankmine.cli import guard\n{own}"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


@pytest.mark.parametrize(
    ("by", "status", "words"),
    [("SIGKILL", 2, "MEMORY"), ("SIGABRT", 2, "MEMORY"), ("SIGSEGV", 70, "CRASHED"), ("SIGTERM", -signal.SIGTERM, "")],
)
def test_work_that_is_ended_is_told_in_two_lines(by: str, status: int, words: str) -> None:
    process = started(f"os.kill(os.getpid(), signal.{by})")
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert words in said
    assert not words or (said.count("\n") == 2 and "hint: " in said)


def test_it_is_told_in_the_readers_language() -> None:
    _, said = started("os.abort()", "--lang", "zh").communicate(timeout=60)
    assert "内存不足" in said


@pytest.mark.parametrize("status", [0, 3, 73])
def test_the_status_of_the_work_is_the_programs(status: int) -> None:
    assert started(f"return {status}").wait(timeout=60) == status


def test_the_work_ends_with_the_program() -> None:
    process = started("print(os.getpid(), flush=True); time.sleep(60)")
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    process.kill()
    process.wait()
    for _ in range(200):
        state = Path(f"/proc/{worker}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("it goes on without anybody to tell")


def test_an_interruption_ends_the_work_and_its_status_is_told() -> None:
    process = started("try: print(1, flush=True); time.sleep(60)\n    except KeyboardInterrupt: return 130")
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=60) == 130


def test_a_log_for_which_the_memory_does_not_suffice_is_refused(tmp_path: Path) -> None:
    """A gigabyte of addresses, most of which the libraries and their threads take."""
    import resource

    log = tmp_path / "long.csv"
    rows = (f"C{i // 5},step {i % 5},2026-01-{i % 27 + 1:02d} {i % 24:02d}:{i % 60:02d}:00,clerk {i % 97}\n" for i in range(ROWS))
    log.write_text("case,activity,timestamp,resource\n" + "".join(rows), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bankmine", "analyze", str(log), "--twin", "off", "--json", str(tmp_path / "out.json")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
        env={**os.environ, "POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2 and "MEMORY" in done.stderr and "hint: " in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.glob("*.json"))


def test_a_damaged_file_that_asks_for_more_memory_than_there_is() -> None:
    """One flipped bit of a Parquet file written by Arrow: Polars ends the process over it."""
    done = subprocess.run([sys.executable, "-m", "bankmine", "check", str(HERE / "allocates.parquet")], capture_output=True, text=True)
    assert done.returncode == 2 and "MEMORY" in done.stderr and "damaged" in done.stderr


def test_memory_errors_and_panics_within_the_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import polars as pl

    import bankmine.log.read as reading

    (tmp_path / "a.csv").write_text("case,activity,timestamp\n1,a,2026-01-01\n", encoding="utf-8")
    for error, status, words in (
        (MemoryError(), 2, "MEMORY"),
        (OSError(12, "Cannot allocate memory"), 2, "MEMORY"),
        (pl.exceptions.PanicException("overflow"), 70, "INTERNAL"),
    ):

        def fails(*_, error: BaseException = error, **__) -> None:
            raise error

        monkeypatch.setattr(reading, "read_log", fails)
        assert main(["check", str(tmp_path / "a.csv")]) == status
        assert words in capsys.readouterr().err
