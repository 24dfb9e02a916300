"""`bankmine run`: the scheduled jobs of a configuration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.options import ConfigOption, LangOption, Language
from bankmine.cli.output import show
from bankmine.errors import UsageError
from bankmine.show.blocks import Block, Notice, Paragraph
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.jobs.run import Done
    from bankmine.settings import Job, Settings

DONE, BREACHED = 0, 3


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
    from bankmine.scale.memory import keep_freed
    from bankmine.settings import Settings

    keep_freed()
    settings = Settings.load(config)
    language: Lang = "zh" if lang is Language.ZH else "en"
    breached = False
    for each in _jobs(settings, job):
        done = run_job(settings, each, again=again)
        breached |= done.breached
        show(_told(done), language, "UTC")
    return BREACHED if breached else DONE


def _told(done: "Done") -> list[Block]:
    if done.state == "already_done":
        return [Paragraph(Text(zh=f"{done.job}：已经做过，见 {done.folder}", en=f"{done.job}: already done, see {done.folder}"))]
    blocks: list[Block] = [Notice(Text(zh=f"{done.job}：已写入 {done.folder}", en=f"{done.job}: written to {done.folder}"), "good")]
    blocks += [Notice(each, "error") for each in done.breaches]
    return blocks + [
        Notice(Text(zh="控制图报警：{title}。", en="Chart in alarm: {title}.").format(title=each), "warning") for each in done.alarms
    ]


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
