"""`bankmine check`: can this log carry each analysis?"""

from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, distinct, show, working


@on_a_log
def check(
    reading: Reading,
    *,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the findings as JSON (see bankmine schema).", show_default=False)
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects", metavar="FILE", help="Write every row that was set aside as CSV: file, line, reason.", show_default=False
        ),
    ] = None,
) -> None:
    """Check the data, and what it can carry.

    Data quality and readiness only: what the log holds, what is wrong with it, and which analyses it can carry.
    """
    outputs = distinct({"--json": json, "--rejects": rejects}, reading.log)
    with working(reading, READING):
        log = reading.read()
        from bankmine.log.rejects import write as write_rejects
        from bankmine.report.quality import data_quality
        from bankmine.report.readiness import readiness, readiness_blocks
        from bankmine.show.records import json_bytes, write

        analysis = reading.analyze(log)
        ready = readiness(analysis)
        if "--rejects" in outputs:
            write_rejects(outputs["--rejects"], log)
        if "--json" in outputs:
            from bankmine.report.document import check_document

            write({outputs["--json"]: json_bytes(check_document(analysis))})
    show([*data_quality(analysis), *readiness_blocks(analysis, ready)], reading.language, log.source.timezone)
