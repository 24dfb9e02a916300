"""What is being done stands on the error stream of a terminal, with how long it will take, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
SAMPLE = Path(__file__).parents[2] / "sample_logs" / "loan.csv"


def told(*options: str) -> tuple[str, str]:
    """Standard output, and what a terminal got as standard error."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-m", "bankmine", "analyze", str(SAMPLE), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, encoding="utf-8", env={**os.environ, "TERM": "xterm"}, check=True)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(mine, 65_536):
            seen += chunk
    except OSError:  # the end, on Linux
        pass
    os.close(mine)
    return done.stdout, seen.decode("utf-8")


def test_a_terminal_sees_the_stages_and_the_time_left() -> None:
    out, seen = told("--lang", "zh")
    assert all(words in seen for words in ("正在读取日志", "正在计算时长", "正在比对", "剩余", "0:00:0"))
    assert "正在读取" not in out and "\x1b" not in out


def test_quiet_means_quiet() -> None:
    assert told("--quiet")[1] == ""
