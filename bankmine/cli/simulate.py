"""`bankmine simulate`: what would happen if something were changed."""

from typing import Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, put, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import working
from bankmine.show.records import json_bytes
from bankmine.words import Text

PLAYING = Text(zh="正在推演…", en="Playing …")


@on_a_log
def simulate(
    reading: Reading,
    *,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--change", metavar="CHANGE", help='What to change, such as "Credit officer +1"; may be repeated.', show_default=False
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Play the log with a change: what it saves, who gains and who pays, and how far that can be trusted.

    Changes: ROLE +1 | ROLE hours Mon-Sat 09:00-18:00 | ROLE first come | pool ROLE, ROLE | STEP batch 1 | STEP automated 5 min |
    STEP removed | STEP picked up | STEP rework 50% | STEP answered 3 d | parallel STEP, STEP | merge STEP, STEP |
    first segment=VALUE | demand x1.2
    """
    with working(reading, PLAYING):
        analysis = reading.analyze(reading.read())
        found = analysis.simulate(*(change or ()))
        blocks = found.blocks()
    if form is Format.JSON:
        put(json_bytes(found.as_json()))
    else:
        rows = [{str(k): v for k, v in row.items()} for row in found.table.to_dict("records")]
        write(reading, form, blocks, rows, analysis.log.source.timezone)
