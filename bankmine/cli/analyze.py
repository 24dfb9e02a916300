"""`bankmine analyze`: the main job."""

from pathlib import Path

from bankmine.cli.options import ExcelOption, JsonOption, PdfOption, PlayedOn, Reading, ReportOption, TwinOption, on_a_log
from bankmine.cli.output import ADVISING, MEASURING, READING, WRITING, audited, distinct, show, stages


@on_a_log
def analyze(
    reading: Reading,
    *,
    report: ReportOption = None,
    json: JsonOption = None,
    excel: ExcelOption = None,
    pdf: PdfOption = None,
    twin: TwinOption = PlayedOn.WINDOW,
) -> None:
    """Say what is wrong and what to do first.

    Reads and checks the log, measures waiting and rework, judges the six diagnoses and ranks what can be done.
    """
    outputs = distinct({"--report": report, "--json": json, "--excel": excel, "--pdf": pdf}, reading.log)
    # Seconds on the BPI Challenge 2012, 262,200 events: what is asked for once and for all costs most at the end, comparing models.
    with stages(reading, 11.5) as begin:
        begin(READING, 2.5)
        log = reading.read()
        begin(MEASURING, 1.0)
        from bankmine.report.screen import screen
        from bankmine.show.records import json_bytes, write

        analysis = reading.analyze(log, twin.value)
        _ = analysis.waiting_by_cause, analysis.rework
        begin(ADVISING, 2.5)
        blocks = screen(analysis)
        begin(WRITING, 5.5)
        content: dict[Path, bytes] = {}
        if "--report" in outputs:
            from bankmine.report.page import page

            content[outputs["--report"]] = page(analysis, reading.language).encode("utf-8", "backslashreplace")
        if "--json" in outputs:
            content[outputs["--json"]] = json_bytes(analysis.as_json())
        if "--excel" in outputs:
            from bankmine.report.excel import workbook

            content[outputs["--excel"]] = workbook(analysis, reading.language)
        if "--pdf" in outputs:
            from bankmine.report.pdf import pdf as as_pdf

            content[outputs["--pdf"]] = as_pdf(analysis, reading.language)
        write(audited(content, [analysis], reading.config))
    show(blocks, reading.language, log.source.timezone)
