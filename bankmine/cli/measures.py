"""`bankmine waiting`, `rework`, `variants`: one measure as a table."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, put, show, working
from bankmine.show.blocks import Block


class Format(StrEnum):
    """How a table is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


FormatOption = Annotated[Format, typer.Option("--format", help="A table to read, JSON, or CSV.")]


class By(StrEnum):
    """What the waiting is summed by."""

    ACTIVITY = "activity"
    ARC = "arc"


@on_a_log
def waiting(
    reading: Reading,
    *,
    form: FormatOption = Format.TABLE,
    by: Annotated[By, typer.Option("--by", help="What JSON and CSV hold a row for: an activity, or an arc into it.")] = By.ACTIVITY,
) -> None:
    """Show the waiting before each activity, and why.

    How long work waits, in calendar and in business time, and the causes of it as shares, per activity and per arc.
    """
    with working(reading, READING):
        from bankmine.report.contents import said_once
        from bankmine.report.measures import flat, waiting_arcs, waiting_rows

        analysis = reading.analyze(reading.read())
        if form is Format.TABLE:
            measures = (analysis.waiting, analysis.waiting_by_cause, analysis.arcs_by_cause)
            blocks, rows = said_once(block for measure in measures for block in measure.blocks()), []
        else:
            found = waiting_rows(analysis) if by is By.ACTIVITY else waiting_arcs(analysis)
            blocks, rows = [], [flat(row) if form is Format.CSV else row.model_dump() for row in found]
    write(reading, form, blocks, rows, analysis.log.source.timezone)


@on_a_log
def rework(reading: Reading, *, form: FormatOption = Format.TABLE) -> None:
    """Show what is done again, and in what loops."""
    with working(reading, READING):
        from bankmine.report.measures import rework_rows

        analysis = reading.analyze(reading.read())
    write(
        reading,
        form,
        [*analysis.rework.blocks(), *analysis.loops.blocks()],
        [row.model_dump() for row in rework_rows(analysis)],
        analysis.log.source.timezone,
    )


@on_a_log
def variants(reading: Reading, *, form: FormatOption = Format.TABLE) -> None:
    """Show the paths of cases, by frequency."""
    with working(reading, READING):
        from bankmine.report.measures import variant_rows

        analysis = reading.analyze(reading.read())
    write(reading, form, analysis.variants.blocks(), [row.model_dump() for row in variant_rows(analysis)], analysis.log.source.timezone)


def write(reading: Reading, form: Format, blocks: Sequence[Block], rows: Sequence[Mapping[str, object]], zone: str) -> None:
    """The blocks on the terminal, or the rows as JSON or CSV."""
    from bankmine.show.records import csv_text, json_bytes

    if form is Format.TABLE:
        show(blocks, reading.language, zone)
    elif form is Format.JSON:
        put(json_bytes(rows))
    else:
        put(csv_text(rows).encode("utf-8", "backslashreplace"))
