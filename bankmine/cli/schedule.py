"""`bankmine schedule`: the text that makes a machine start a job."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import ConfigOption
from bankmine.errors import UsageError
from bankmine.words import Text

UNITS = """# ~/.config/systemd/user/{name}.service
[Unit]
Description={name}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={line}
# A breached threshold, or a run that is going on already, is no failure of the unit.
SuccessExitStatus=3 75

# ~/.config/systemd/user/{name}.timer
[Unit]
Description={name} on Mondays

[Timer]
OnCalendar=Mon {time}
Persistent=true

[Install]
WantedBy=timers.target

# systemctl --user daemon-reload && systemctl --user enable --now {name}.timer"""


class Scheduler(StrEnum):
    """What starts jobs."""

    CRON = "cron"
    SYSTEMD = "systemd"
    WINDOWS = "windows"


def schedule(
    scheduler: Annotated[Scheduler, typer.Argument(metavar="cron|systemd|windows", help="What is to start the job.")],
    job: Annotated[
        str | None, typer.Option("--job", metavar="JOB", help="The job's name; all jobs if left out.", show_default=False)
    ] = None,
    config: ConfigOption = Path("bankmine.toml"),
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="When, on Mondays.")] = "07:00",
) -> None:
    """Print the text that makes cron, systemd or Windows start a job every Monday.

    Nothing is installed and nothing stays running: the scheduler of the machine starts bankmine, which ends when it is done.
    """
    hour, colon, minute = at.partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"--at {at!r} 不是时刻。", en=f"--at {at!r} is not a time."),
            Text(zh="例如 07:00。", en="for example 07:00."),
        )
    place = config.absolute()
    command = [str(Path(sys.executable).absolute()), "-m", "bankmine", "run", *([job] if job else []), "--config", str(place)]
    name = "bankmine" + (f"-{job}" if job else "")
    match scheduler:
        case Scheduler.CRON:
            line = shlex.join(command).replace("%", r"\%")
            print(f"# crontab -e\n{int(minute)} {int(hour)} * * 1 {line}")
        case Scheduler.SYSTEMD:
            line = shlex.join(command).replace("%", "%%")
            print(UNITS.format(name=name, folder=place.parent, line=line, time=f"{int(hour):02}:{int(minute):02}"))
        case Scheduler.WINDOWS:
            quoted = " ".join(f'\\"{part}\\"' if " " in part else part for part in command)
            print(f'schtasks /Create /TN "{name}" /SC WEEKLY /D MON /ST {int(hour):02}:{int(minute):02} /TR "{quoted}"')
