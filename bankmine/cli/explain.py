"""`bankmine explain`: the cases, rows and arithmetic behind one figure."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import ANALYSING, READING, distinct, show, working

ROWS_SHOWN = 20


@on_a_log
def explain(
    reading: Reading,
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="RANK|PATTERN[@PLACE]",
            help="A recommendation's rank, or a pattern such as P07 or P07@Approve loan.",
            show_default=False,
        ),
    ],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every row behind the figure as CSV.", show_default=False)
    ] = None,
) -> None:
    """Show what is behind one figure.

    The cases, rows and arithmetic behind a recommendation, down to file and line.
    """
    outputs = distinct({"--csv": csv}, reading.log)
    with working(reading, READING):
        log = reading.read()
    with working(reading, ANALYSING):
        from bankmine.show.blocks import TableBlock
        from bankmine.show.records import table_csv, write

        blocks = reading.analyze(log).explain(what)
        evidence = blocks[-1]
        assert isinstance(evidence, TableBlock)
        zone = log.source.timezone
        write({path: table_csv(evidence, reading.language, zone).encode("utf-8-sig", "backslashreplace") for path in outputs.values()})
    hidden = max(0, len(evidence.rows) - ROWS_SHOWN)
    show([*blocks[:-1], replace(evidence, rows=evidence.rows[:ROWS_SHOWN], hidden=hidden)], reading.language, zone)
