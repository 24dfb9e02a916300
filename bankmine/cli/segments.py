"""`bankmine segments`: whether cases of different channels, branches, products or segments are served alike."""

from typing import Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, working
from bankmine.errors import UsageError
from bankmine.show.blocks import Block
from bankmine.words import Text


@on_a_log
def segments(
    reading: Reading,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="NAME", help="Attribute to compare by, such as channel; may be repeated.", show_default=False),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare cases by channel, branch, product or segment.

    Cycle time, waiting and rework of each value against all others; all attributes of the log if none is named.
    """
    with working(reading, READING):
        from bankmine.measure.segments import attributes

        analysis = reading.analyze(reading.read())
        log = analysis.log
        names = by or attributes(log)
        if not names:
            raise UsageError(
                "ATTRIBUTE_UNKNOWN",
                Text(zh="日志没有可用于比较的属性", en="the log has no attribute to compare by"),
                Text(
                    zh="请用 --channel、--branch、--product 或 --segment 指定来源列",
                    en="name its column with --channel, --branch, --product or --segment",
                ),
            )
        blocks: list[Block] = []
        rows: list[dict[str, object]] = []
        for name in names:
            found = analysis.segments(name)
            blocks += found.blocks()
            records = found.table.to_dict("records")
            rows += [{"by": name} | {str(key): None if value != value else value for key, value in row.items()} for row in records]
    write(reading, form, blocks, rows, log.source.timezone)
