"""`bankmine run`, `schedule`, `verify`: reports without anybody at the keyboard, and the proof of what they rest on."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.options import Language
from bankmine.cli.output import show
from bankmine.errors import UsageError
from bankmine.show.blocks import Block, Column, Mark, Notice, Paragraph, TableBlock
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.settings import Job, Settings

DONE, BREACHED, DIFFERENT = 0, 3, 4
ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE", help="The configuration with the jobs, [[job]].")]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the output.")]
STATES = {
    "same": Mark(Text(zh="一致", en="same"), "good"),
    "changed": Mark(Text(zh="不同", en="different"), "error"),
    "missing": Mark(Text(zh="不在此处", en="not here"), "warning"),
}
ROLES = {
    "audit": Text(zh="审计文件", en="audit"),
    "output": Text(zh="输出", en="output"),
    "input": Text(zh="输入", en="input"),
    "config": Text(zh="配置", en="configuration"),
}


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


def run(
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="The job's name; all jobs if left out.", show_default=False)] = None,
    config: ConfigOption = Path("bankmine.toml"),
    again: Annotated[bool, typer.Option("--again", help="Also where these inputs were done before.")] = False,
    lang: LangOption = Language.EN,
) -> int:
    """Run the scheduled jobs of a configuration.

    Each writes its reports into a folder of its own, all at once or not at all; the same inputs are not done twice; two runs of one job
    are not done at a time (exit 75). Exit 3: a threshold is breached.
    """
    from bankmine.jobs.run import run as run_job
    from bankmine.settings import Settings

    settings = Settings.load(config)
    language: Lang = "zh" if lang is Language.ZH else "en"
    breached = False
    for each in _jobs(settings, job):
        done = run_job(settings, each, again=again)
        breached |= done.breached
        show(_told(done), language, "UTC")
    return BREACHED if breached else DONE


def _told(done: object) -> list[Block]:
    from bankmine.jobs.run import Done

    assert isinstance(done, Done)
    if done.state == "already_done":
        return [Paragraph(Text(zh=f"{done.job}：已经做过，见 {done.folder}", en=f"{done.job}: already done, see {done.folder}"))]
    blocks: list[Block] = [Notice(Text(zh=f"{done.job}：已写入 {done.folder}", en=f"{done.job}: written to {done.folder}"), "good")]
    blocks += [Notice(Text(zh=f"越限：{each}", en=f"limit breached: {each}"), "error") for each in done.breaches]
    return blocks + [Notice(Text(zh=f"控制图报警：{each}", en=f"chart in alarm: {each}"), "warning") for each in done.alarms]


def _jobs(settings: "Settings", name: str | None) -> "list[Job]":
    """The job of a name, or all. Raises UsageError JOB_UNKNOWN, JOB_NONE, JOB_TWICE."""
    names = [each.name for each in settings.job]
    place = None if settings.file is None else str(settings.file)
    if not names:
        raise UsageError(
            "JOB_NONE",
            Text(zh="配置中没有 [[job]]。", en="the configuration has no [[job]]."),
            Text(zh="见 bankmine run --help。", en="see bankmine run --help."),
            place,
        )
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise UsageError(
            "JOB_TWICE",
            Text(zh=f"两个任务都叫“{twice}”。", en=f"two jobs are named {twice!r}."),
            Text(zh="请改名。", en="name one otherwise."),
            place,
        )
    if name is not None and name not in names:
        raise UsageError(
            "JOB_UNKNOWN",
            Text(zh=f"没有任务“{name}”。", en=f"there is no job {name!r}."),
            Text(zh="可选：" + "、".join(names) + "。", en="choose from " + ", ".join(names) + "."),
            place,
        )
    return [each for each in settings.job if name in (None, each.name)]


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


def verify(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report, a folder of a job, or an audit file.")],
    lang: LangOption = Language.EN,
) -> int:
    """Check a report, its inputs and its configuration against its audit file.

    Exit 4 if a file is not as it was, or an output is gone. An input that is not here any more is said, and is no difference.
    """
    from bankmine.audit import verify as check

    found = check(report)
    different = any(each.state == "changed" or (each.state == "missing" and each.role == "output") for each in found)
    columns = (
        Column(Text(zh="类别", en="What"), "text"),
        Column(Text(zh="文件", en="File"), "label"),
        Column(Text(zh="结果", en="Result"), "text"),
    )
    said = (
        Notice(Text(zh="有文件与审计记录不同。", en="Something is not as the audit file says."), "error")
        if different
        else Notice(Text(zh="所有能检查的文件都与审计记录一致。", en="All that can be checked is as the audit file says."), "good")
    )
    show(
        [said, TableBlock(columns, [[ROLES[each.role], each.name, STATES[each.state]] for each in found])],
        "zh" if lang is Language.ZH else "en",
        "UTC",
    )
    return DIFFERENT if different else DONE
