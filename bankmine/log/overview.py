"""The log in a few figures: what was read, from where, and how it was understood."""

from bankmine.log.eventlog import EventLog
from bankmine.show.blocks import Block, Cell, CellKind, Column, Heading, KeyFigures, Paragraph, TableBlock
from bankmine.words import Text

SEVERITY = {
    "error": Text(zh="错误", en="error"),
    "warning": Text(zh="警告", en="warning"),
    "info": Text(zh="说明", en="info"),
}


def overview(log: EventLog) -> "list[Block]":
    """See EventLog.blocks."""
    source = log.source
    figures: list[tuple[Text, CellKind, Cell]] = [
        (Text(zh="案件", en="cases"), "count", log.cases),
        (Text(zh="环节实例", en="activity instances"), "count", len(log)),
        (Text(zh="事件", en="events"), "count", log.events),
        (Text(zh="环节种类", en="activities"), "count", len(log.activities)),
        (Text(zh="经办人", en="resources"), "count", len(log.resources) or None),
        (Text(zh="首个事件", en="first event"), "time", int(log.case_start.min()) if log.cases else None),
        (Text(zh="最后事件", en="last event"), "time", int(log.case_end.max()) if log.cases else None),
    ]
    blocks: list[Block] = [
        Heading(Text(zh="事件日志", en="Event log"), level=2, anchor="log"),
        KeyFigures(figures),
        Paragraph(Text(zh=f"不带时区的时间按 {source.timezone} 解释。", en=f"Times without a zone are read as {source.timezone}.")),
    ]
    if source.rows_read:
        read, used, aside, merged = source.rows_read, source.rows_used, source.rows_set_aside, source.rows_merged
        blocks.append(
            Paragraph(
                Text(
                    zh=f"读取 {read} 行 = 使用 {used} 行 + 剔除 {aside} 行 + 合并 {merged} 行。",
                    en=f"{read} rows read = {used} used + {aside} set aside + {merged} merged.",
                )
            )
        )
    if source.columns:
        blocks.append(
            TableBlock(
                [Column(Text(zh="含义", en="role"), "code"), Column(Text(zh="源列", en="source column"), "label")],
                list(source.columns.items()),
                caption=Text(zh="识别出的列", en="Columns as understood"),
            )
        )
    if log.quality:
        blocks.append(
            TableBlock(
                [
                    Column(Text(zh="级别", en="severity"), "text"),
                    Column(Text(zh="代码", en="code"), "code"),
                    Column(Text(zh="数量", en="count"), "count"),
                    Column(Text(zh="说明", en="finding"), "text"),
                ],
                [(SEVERITY[found.severity], found.code, found.count, found.message) for found in log.quality],
                caption=Text(zh="数据质量", en="Data quality"),
            )
        )
    return blocks
