"""`bankmine explain`: the cases, rows and arithmetic behind one figure."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import PlayedOn, Reading, TwinOption, on_a_log
from bankmine.cli.output import ANALYSING, READING, distinct, show, working

ROWS_SHOWN = 20


@on_a_log
def explain(
    reading: Reading,
    *,
    what: Annotated[
        str,
        typer.Argument(
            metavar="RANK|PATTERN[@PLACE]|D1-D6|line:NUMBER",
            help="A recommendation's rank, a pattern such as P07 or P07@Approve loan, a diagnosis, or a line of the log that waited.",
            show_default=False,
        ),
    ],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every row behind the figure as CSV.", show_default=False)
    ] = None,
    twin: TwinOption = PlayedOn.WINDOW,
) -> None:
    """Show what is behind one figure.

    The cases, rows and arithmetic behind a recommendation, down to file and line; or, for a line of the log, what made it wait.
    """
    outputs = distinct({"--csv": csv}, reading.log)
    with working(reading, READING):
        log = reading.read()
    with working(reading, ANALYSING):
        from bankmine.advice.explain import ROWS
        from bankmine.advice.waits import STRETCHES
        from bankmine.show.blocks import TableBlock
        from bankmine.show.records import table_csv, write

        blocks, zone = reading.analyze(log, twin.value).explain(what), log.source.timezone
        # The rows of a finding come before the stretches of the longest of their waits.
        evidence = next((b for b in blocks if isinstance(b, TableBlock) and b.caption in (ROWS, STRETCHES)), None)
        if evidence is not None:
            content = table_csv(evidence, reading.language, zone).encode("utf-8-sig", "backslashreplace")
            write(dict.fromkeys(outputs.values(), content))
    shown = [
        replace(b, rows=b.rows[:ROWS_SHOWN], hidden=max(0, len(b.rows) - ROWS_SHOWN)) if isinstance(b, TableBlock) else b for b in blocks
    ]
    show(shown, reading.language, zone)
