"""`bankmine simulate`: what would happen if something were changed."""

from typing import Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, put, write
from bankmine.cli.options import ExcelOption, JsonOption, PdfOption, Reading, ReportOption, on_a_log
from bankmine.cli.output import as_files, audited, distinct, working
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
    report: ReportOption = None,
    json: JsonOption = None,
    excel: ExcelOption = None,
    pdf: PdfOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Play the log with a change: what it saves, who gains and who pays, and how far that can be trusted.

    Changes: ROLE +1 | ROLE hours Mon-Sat 09:00-18:00 | ROLE first come | pool ROLE, ROLE | STEP batch 1 | STEP automated 5 min |
    STEP removed | STEP picked up | STEP rework 50% | STEP answered 3 d | parallel STEP, STEP | merge STEP, STEP |
    first segment=VALUE | demand x1.2

    In Chinese: 岗位 +1 | 岗位 上班 周一至周六 09:00-18:00 | 岗位 先来先办 | 合并岗位 岗位、岗位 | 环节 每批 1 件 | 环节 自动 5 分钟 |
    环节 取消 | 环节 即时接手 | 环节 返工 50% | 环节 答复 3 天 | 并行 环节、环节 | 连办 环节、环节 | 优先 segment=值 | 业务量 x1.2
    """
    outputs = distinct({"--report": report, "--json": json, "--excel": excel, "--pdf": pdf}, reading.log)
    with working(reading, PLAYING):
        from bankmine.report.page import forecast_blocks, source_of

        analysis = reading.analyze(reading.read())
        found = analysis.simulate(*(change or ()))
        name, page = forecast_blocks(found)
        content = as_files(outputs, name, source_of(analysis), page, found.as_json(), analysis, reading.language)
        write_files(audited(content, [analysis], reading.config))
    if form is Format.JSON:
        put(json_bytes(found.as_json()))
    else:
        rows = [{str(k): v for k, v in row.items()} for row in found.table.to_dict("records")]
        write(reading, form, found.blocks(), rows, analysis.zone)
