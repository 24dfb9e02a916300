"""`bankmine segments`: whether cases of different channels, branches, products or segments are served alike."""

from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, working
from bankmine.errors import UsageError
from bankmine.show.blocks import Block
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.model.compare import Groups


@on_a_log
def segments(
    reading: Reading,
    *,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="NAME", help="Attribute to compare by, such as channel; may be repeated.", show_default=False),
    ] = None,
    versus: Annotated[
        tuple[str, str] | None,
        typer.Option("--versus", metavar="A B", help="Two values of the one --by attribute, side by side.", show_default=False),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="DATE", help="Cases begun before and from that day or month, side by side.", show_default=False),
    ] = None,
    fast_slow: Annotated[bool, typer.Option("--fast-slow", help="The fastest and the slowest quarter of the cases, side by side.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare cases by channel, branch, product or segment.

    The values of all attributes side by side: which go with slow or reworked cases, and which are shown to be treated alike. With --by
    cycle time, waiting and rework of each value against all others. Or two groups side by side, with what differs beyond chance.
    """
    groups = _groups(by, versus, split, fast_slow=fast_slow)
    if groups is not None:
        with working(reading, READING):
            analysis = reading.analyze(reading.read())
            compared = analysis.compare(groups)
            write(reading, form, compared.blocks(), _records(compared.table), analysis.log.source.timezone)
        return
    with working(reading, READING):
        from bankmine.measure.attributes import attributes

        analysis = reading.analyze(reading.read())
        log = analysis.log
        blocks: list[Block] = []
        rows: list[dict[str, object]] = []
        if not by:
            if not attributes(log):
                raise UsageError(
                    "ATTRIBUTE_UNKNOWN",
                    Text(zh="日志没有可用于比较的属性", en="the log has no attribute to compare by"),
                    Text(
                        zh="请用 --channel、--branch、--product 或 --segment 指定来源列",
                        en="name its column with --channel, --branch, --product or --segment",
                    ),
                )
            blocks, rows = analysis.root_causes.blocks(), _records(analysis.root_causes.table)
        for name in by or ():
            found = analysis.segments(name)
            blocks += found.blocks()
            rows += [{"by": name} | row for row in _records(found.table)]
    write(reading, form, blocks, rows, log.source.timezone)


def _groups(by: list[str] | None, versus: tuple[str, str] | None, split: str | None, *, fast_slow: bool) -> "Groups | None":
    """The two groups that the options name, None where they name none."""
    from bankmine.model.compare import Groups

    if (versus is not None) + (split is not None) + fast_slow > 1 or (versus is not None and len(by or ()) != 1):
        raise UsageError(
            "OPTION_VALUE",
            Text(
                zh="--versus（须配一个 --by）、--split 与 --fast-slow 只能用一个。",
                en="--versus (with one --by), --split and --fast-slow exclude each other.",
            ),
            Text(zh="例如 --by channel --versus online branch。", en="for example --by channel --versus online branch."),
        )
    if versus is not None and by:
        return Groups(by[0], versus)
    return Groups(since=split) if split is not None else Groups() if fast_slow else None


def _records(table: "pd.DataFrame") -> list[dict[str, object]]:
    return [{str(key): None if value != value else value for key, value in row.items()} for row in table.to_dict("records")]
