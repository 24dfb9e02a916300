"""`bankmine analyze`: the main job."""

from pathlib import Path

from bankmine.cli.options import (
    Engine,
    EngineOption,
    ExcelOption,
    JsonOption,
    MemoryOption,
    PdfOption,
    PlayedOn,
    Reading,
    ReportOption,
    TwinOption,
    on_a_log,
)
from bankmine.cli.output import ADVISING, MEASURING, READING, WRITING, audited, distinct, show, stages, working
from bankmine.words import Text

IN_PARTS = Text(zh="正在分块分析…", en="Analysing in parts …")


@on_a_log
def analyze(
    reading: Reading,
    *,
    report: ReportOption = None,
    json: JsonOption = None,
    excel: ExcelOption = None,
    pdf: PdfOption = None,
    twin: TwinOption = PlayedOn.WINDOW,
    memory: MemoryOption = None,
    engine: EngineOption = Engine.LOCAL,
) -> None:
    """Say what is wrong and what to do first.

    Reads and checks the log, measures waiting and rework, judges the six diagnoses and ranks what can be done.
    """
    outputs = distinct({"--report": report, "--json": json, "--excel": excel, "--pdf": pdf}, reading.log)
    if memory is not None or engine is Engine.SPARK:
        from bankmine.scale.memory import need, size

        limit, spark = size(memory or "4GB"), engine is Engine.SPARK
        rows = reading.rows() if not spark or all(Path(name).is_file() for name in reading.log) else None
        if spark or (rows is not None and need(rows) > limit):
            in_parts(reading, rows, limit, twin, outputs, spark=spark)
            return
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


def in_parts(reading: Reading, rows: int | None, limit: int, twin: PlayedOn, outputs: dict[str, Path], *, spark: bool) -> None:
    """The same for a log that does not fit into the limit, or on Spark; a smaller document and page, without pictures."""
    from bankmine.cli.in_parts import analyzed_in_parts
    from bankmine.report.excel import workbook_of
    from bankmine.report.page import blocks_page
    from bankmine.report.pdf import paper
    from bankmine.show.records import json_bytes, write

    with working(reading, IN_PARTS):
        analysis = analyzed_in_parts(reading, rows, limit, twin.value, spark=spark)
        blocks, lang, zone = analysis.blocks(), reading.language, analysis.zone
        makers = {
            "--report": lambda: blocks_page(analysis.title, analysis.source, blocks, zone, lang).encode("utf-8", "backslashreplace"),
            "--json": lambda: json_bytes(analysis.as_json()),
            "--excel": lambda: workbook_of(blocks, lang, zone, analysis.measured.as_of),
            "--pdf": lambda: paper(analysis.title, blocks, zone, lang),
        }
        content = {path: makers[option]() for option, path in outputs.items()}
        write(audited(content, [analysis], reading.config))
    show(blocks, lang, zone)
