"""`bankmine simulate`: what would happen if something were changed."""

from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, put, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import distinct, working
from bankmine.show.records import json_bytes
from bankmine.show.records import write as write_files
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
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the forecast as one HTML page.", show_default=False)
    ] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the forecast as JSON.", show_default=False)] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Play the log with a change: what it saves, who gains and who pays, and how far that can be trusted.

    Changes: ROLE +1 | ROLE hours Mon-Sat 09:00-18:00 | ROLE first come | pool ROLE, ROLE | STEP batch 1 | STEP automated 5 min |
    STEP removed | STEP picked up | STEP rework 50% | STEP answered 3 d | parallel STEP, STEP | merge STEP, STEP |
    first segment=VALUE | demand x1.2

    In Chinese: 岗位 +1 | 岗位 上班 周一至周六 09:00-18:00 | 岗位 先来先办 | 合并岗位 岗位、岗位 | 环节 每批 1 件 | 环节 自动 5 分钟 |
    环节 取消 | 环节 即时接手 | 环节 返工 50% | 环节 答复 3 天 | 并行 环节、环节 | 连办 环节、环节 | 优先 segment=值 | 业务量 x1.2
    """
    outputs = distinct({"--report": report, "--json": json}, reading.log)
    with working(reading, PLAYING):
        analysis = reading.analyze(reading.read())
        found, zone = analysis.simulate(*(change or ())), analysis.log.source.timezone
        blocks = found.blocks()
        content: dict[Path, bytes] = {}
        if "--report" in outputs:
            from bankmine.report.page import forecast_page

            content[outputs["--report"]] = forecast_page(analysis, found, reading.language).encode("utf-8", "backslashreplace")
        if "--json" in outputs:
            content[outputs["--json"]] = json_bytes(found.as_json())
        write_files(content)
    if form is Format.JSON:
        put(json_bytes(found.as_json()))
    else:
        rows = [{str(k): v for k, v in row.items()} for row in found.table.to_dict("records")]
        write(reading, form, blocks, rows, zone)
