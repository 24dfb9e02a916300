"""The text that makes a scheduler start a job is one that the scheduler understands."""

import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from bankmine.cli import main


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["schedule", *arguments]) == 0
    return capsys.readouterr().out


def test_cron_gets_one_line_with_the_whole_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    line = printed(capsys, "cron", "--job", "weekly", "--config", str(tmp_path / "my bank 100%.toml"), "--at", "06:30").splitlines()[1]
    assert line.startswith("30 6 * * 1 ") and r"100\%" in line
    command = shlex.split(line.split(" * * 1 ")[1].replace(r"\%", "%"))
    assert command[1:5] == ["-m", "bankmine", "run", "weekly"] and command[-1] == str(tmp_path / "my bank 100%.toml")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_takes_the_units(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, "systemd", "--job", "weekly")
    for part in text.split("# ~/.config/systemd/user/")[1:]:
        name, _, body = part.partition("\n")
        (tmp_path / name).write_text(body.split("# systemctl")[0], encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / "bankmine-weekly.timer")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_systemd_and_windows_name_job_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "systemd", "--job", "weekly")
    assert "OnCalendar=Mon 07:00" in text and "run weekly --config" in text and "SuccessExitStatus=3 75" in text
    assert printed(capsys, "windows", "--job", "weekly").startswith(
        'schtasks /Create /TN "bankmine-weekly" /SC WEEKLY /D MON /ST 07:00 /TR "'
    )


def test_a_time_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "cron", "--at", "25:00"]) == 2
    assert "OPTION_VALUE" in capsys.readouterr().err
