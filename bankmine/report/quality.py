"""The data-quality section: what was read, as what, and what was found about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bankmine.log.eventlog import EventLog
from bankmine.log.quality import QualityFinding
from bankmine.report.terms import SEVERITY, columns_as_understood
from bankmine.show.blocks import Block, Cell, CellKind, Column, Heading, KeyFigures, Notice, TableBlock
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

FINDINGS_SHOWN = 30


def data_quality(analysis: "Analysis") -> list[Block]:
    """Row accounting, the log in figures, columns as understood, and the findings; no value of a cell is shown."""
    log, source = analysis.log, analysis.log.source
    figures: list[tuple[Text, CellKind, Cell]] = [
        (Text(zh="案件", en="cases"), "count", log.cases),
        (Text(zh="环节实例", en="activity instances"), "count", len(log)),
        (Text(zh="环节种类", en="kinds of activity"), "count", len(log.activities)),
        (Text(zh="首个事件", en="first event"), "time", int(log.case_start.min())),
        (Text(zh="最后事件", en="last event"), "time", int(log.case_end.max())),
    ]
    if source.rows_read:
        figures.extend(
            [
                (Text(zh="读取行数", en="rows read"), "count", source.rows_read),
                (Text(zh="使用", en="used"), "count", source.rows_used),
                (Text(zh="剔除", en="set aside"), "count", source.rows_set_aside),
                (Text(zh="合并", en="merged"), "count", source.rows_merged),
            ]
        )
    blocks: list[Block] = [
        Heading(Text(zh="数据质量", en="Data quality"), 2, "quality"),
        KeyFigures(figures),
        findings(log, analysis.quality),
    ]
    if source.columns:
        blocks.append(
            TableBlock(
                (Column(Text(zh="含义", en="Meaning"), "text"), Column(Text(zh="来源列", en="Source column"), "label")),
                columns_as_understood(source.columns),
                caption=Text(zh="识别出的列", en="Columns as understood"),
            )
        )
    return blocks


def findings(log: EventLog, found: Sequence[QualityFinding]) -> Block:
    """The findings, gravest first, each with the first place where it can be seen."""
    if not found:
        return Notice(Text(zh="没有发现数据质量问题。", en="No data-quality finding."), "good")
    columns = (
        Column(Text(zh="级别", en="Level"), "text"),
        Column(Text(zh="代码", en="Code"), "code"),
        Column(Text(zh="数量", en="Count"), "count"),
        Column(Text(zh="说明", en="What"), "text"),
        Column(Text(zh="例如", en="For example at"), "label"),
    )
    return TableBlock(
        columns,
        [(SEVERITY[f.severity], f.code, f.count, f.message, _place(log, f)) for f in found[:FINDINGS_SHOWN]],
        hidden=max(0, len(found) - FINDINGS_SHOWN),
        caption=Text(zh="数据质量发现", en="Findings about the data"),
    )


def file_name(log: EventLog, file: str) -> str:
    """A file without its folder, so that reports do not depend on where the work was done; with it where two would look alike."""
    name = Path(file).name
    alike = {other.name for other in log.source.files if Path(other.name).name == name}
    return name if len(alike) <= 1 else file


def _place(log: EventLog, finding: QualityFinding) -> str:
    if not finding.examples:
        return ""
    seen = finding.examples[0]
    return ":".join(str(part) for part in (file_name(log, seen.file), seen.line, seen.column) if part is not None)
