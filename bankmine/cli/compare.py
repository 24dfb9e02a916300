"""`bankmine compare`: before and after."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.options import (
    ExcelOption,
    JsonOption,
    PdfOption,
    PlayedOn,
    Reading,
    ReportOption,
    TwinOption,
    instant,
    named_values,
    on_a_log,
)
from bankmine.cli.output import READING, as_files, audited, distinct, show, stages
from bankmine.errors import UsageError
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

DONE, BREACHED = 0, 3
COMPARING = Text(zh="正在对比…", en="Comparing …")


@on_a_log
def compare(
    reading: Reading,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="The day of the change; the one LOG is parted by when cases began.", show_default=False),
    ] = None,
    touched: Annotated[
        str | None,
        typer.Option(
            "--touched",
            metavar="NAME=VALUE,…",
            help="Cases that the change concerned, such as branch=North, or resource=R-… for people trained; the rest is the yardstick.",
            show_default=False,
        ),
    ] = None,
    mix: Annotated[
        list[str] | None,
        typer.Option(
            "--mix", metavar="NAME", help="Attribute to hold alike (default: all that can be); may be repeated.", show_default=False
        ),
    ] = None,
    done: Annotated[
        list[str] | None,
        typer.Option(
            "--done",
            metavar="RANK|PATTERN@PLACE",
            help="Recommendation of before that was carried out; may be repeated.",
            show_default=False,
        ),
    ] = None,
    report: ReportOption = None,
    json: JsonOption = None,
    excel: ExcelOption = None,
    pdf: PdfOption = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold",
            metavar="NAME=VALUE",
            help="Largest value of a figure of after's JSON, such as cycle_time.p90_s=864000; exit 3 beyond.",
            show_default=False,
        ),
    ] = None,
    twin: TwinOption = PlayedOn.WINDOW,
) -> int:
    """Say whether a change made a difference.

    BEFORE and AFTER are two logs, or one LOG with --at. Cases are compared by when they arrived, those still open included, at the same
    mix; what was recommended before is held against what came of it.
    """
    outputs = distinct({"--report": report, "--json": json, "--excel": excel, "--pdf": pdf}, reading.log)
    limits = [named_values(each, "--threshold") for each in threshold or ()]
    with stages(reading, 3.0) as begin:
        begin(READING, 1.0)
        before, after, until = _sides(reading, at, twin)
        begin(COMPARING, 2.0)
        from bankmine.report.page import source_of
        from bankmine.show.records import write
        from bankmine.track.compare import compare as compared
        from bankmine.track.evaluation import TITLE
        from bankmine.track.thresholds import breaches

        group = None if touched is None else named_values(touched, "--touched")
        found = compared(before, after, watched_until=until, mix=mix, touched=group, carried_out=done)
        broken = breaches(after.as_json(), {name: values[0] for name, values in limits}) if limits else []
        blocks = [*found.blocks(), *(breach.block() for breach in broken)]
        source = Text(zh="{a} → {b}", en="{a} → {b}").format(a=source_of(before), b=source_of(after))
        content = as_files(outputs, TITLE, source, blocks, found.as_json(), after, reading.language)
        write(audited(content, [before, after], reading.config, status := BREACHED if broken else DONE))
    show(blocks, reading.language, after.zone)
    return status


def _sides(reading: Reading, at: str | None, twin: PlayedOn) -> "tuple[Analysis, Analysis, int | None]":
    """Both sides, and the moment of the change where one log is parted."""
    if at is None:
        if len(reading.log) != 2:
            raise UsageError(
                "COMPARE_LOGS",
                Text(zh="需要两个日志，或一个日志加 --at 日期。", en="it takes two logs, or one log and --at DATE."),
                Text(zh="例如 bankmine compare before.csv after.csv。", en="for example bankmine compare before.csv after.csv."),
            )
        first, second = (replace(reading, log=[each]) for each in reading.log)
        return first.analyze(first.read(), twin.value), second.analyze(second.read(), twin.value), None
    from bankmine.api import analyze
    from bankmine.log.filters import keep_cases

    log = reading.read()
    moment = instant(at, log.source.timezone, end=False, option="--at")
    earlier = log.case_start < moment
    if earlier.all() or not earlier.any():
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"{at} 把所有案件分在同一边。", en=f"{at} puts all cases on one side."),
            Text(zh="请选日志期间内的日期。", en="choose a day within the log's period."),
        )
    whole = reading.analyze(log, twin.value)
    sides = [
        analyze(keep_cases(log, kept, f"{name} {at}"), reading.process, settings=whole.settings, as_of=whole.endings.as_of, twin=twin.value)
        for name, kept in (("before", earlier), ("from", ~earlier))
    ]
    return sides[0], sides[1], moment
