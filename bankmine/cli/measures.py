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


@on_a_log
def waiting(reading: Reading, *, form: FormatOption = Format.TABLE) -> None:
    """Show the waiting before each activity."""
    with working(reading, READING):
        from bankmine.report.measures import waiting_rows

        analysis = reading.analyze(reading.read())
    _write(reading, form, analysis.waiting.blocks(), [row.model_dump() for row in waiting_rows(analysis)], analysis.log.source.timezone)


@on_a_log
def rework(reading: Reading, *, form: FormatOption = Format.TABLE) -> None:
    """Show what is done again, and in what loops."""
    with working(reading, READING):
        from bankmine.report.measures import rework_rows

        analysis = reading.analyze(reading.read())
    _write(
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
    _write(reading, form, analysis.variants.blocks(), [row.model_dump() for row in variant_rows(analysis)], analysis.log.source.timezone)


def _write(reading: Reading, form: Format, blocks: Sequence[Block], rows: Sequence[Mapping[str, object]], zone: str) -> None:
    from bankmine.show.records import csv_text, json_bytes

    if form is Format.TABLE:
        show(blocks, reading.language, zone)
    elif form is Format.JSON:
        put(json_bytes(rows))
    else:
        put(csv_text(rows).encode("utf-8", "backslashreplace"))
