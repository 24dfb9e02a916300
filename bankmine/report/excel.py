"""The report as a workbook: one sheet for each table, typed cells, units in the headings, filters."""

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bankmine.report.terms import LEVEL, phase
from bankmine.show.blocks import Block, Cell, CellKind, Column, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock
from bankmine.show.format import EPOCH, HIDDEN_ROWS, UNKNOWN, UNKNOWN_TIME, cell, visible
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

HOUR_S = 3600
LONGEST_NAME, LONGEST_CELL = 31, 32_767  # what a sheet's name and a cell may hold
FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
WIDEST, NARROWEST = 60, 8
FIRST_YEAR = 1900  # of the times that a workbook can hold
OVERVIEW = Text(zh="概览", en="Overview")
SHEETS = Text(zh="各工作表", en="Sheets")
UNIT: dict[CellKind, Text] = {
    "duration": Text(zh="（小时）", en=" (h)"),
    "share": Text(zh="（%）", en=" (%)"),
    "time": Text(zh="（{zone}）", en=" ({zone})"),
}
FORMAT: dict[CellKind, str] = {
    "duration": "#,##0.00",
    "share": "0.0%",
    "count": "#,##0",
    "number": "#,##0.###",
    "time": "yyyy-mm-dd hh:mm:ss",
}


@dataclass(frozen=True, eq=False, slots=True)
class _Sheet:
    name: str
    section: Text
    table: TableBlock


def workbook(analysis: "Analysis", lang: Lang) -> bytes:
    """The report as XLSX; the same analysis gives the same bytes.

    The first sheet holds what is said, and the list of the others. Durations are hours, shares per cent, times those of the log's zone;
    what is unknown is said, never 0. No text is run as a formula.
    """
    from bankmine.report.contents import contents

    blocks = contents(analysis, lang, pictures=False)
    at = next(k for k, block in enumerate(blocks) if isinstance(block, Heading) and block.anchor == "recommendations")
    blocks[at:at] = _all(analysis)
    return workbook_of(blocks, lang, analysis.zone, analysis.endings.as_of)


def workbook_of(blocks: Sequence[Block], lang: Lang, zone: str, as_of: int) -> bytes:
    """Blocks as XLSX; `as_of` UTC microseconds, the age that the file says it has."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        # The clock must not get into the file: it is as old as the log.
        book.set_properties({"created": EPOCH + timedelta(microseconds=as_of)})
        styles = {
            kind: book.add_format({"num_format": pattern, "valign": "top"}) for kind, pattern in FORMAT.items()
        } | {"text": book.add_format({"text_wrap": True, "valign": "top"})}  # fmt: skip
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        overview = book.add_worksheet(OVERVIEW.of(lang))
        sheets = _sheets(blocks, lang)
        for each in sheets:
            _fill(book.add_worksheet(each.name), each, lang, zone, styles, bold)
        _overview(overview, blocks, sheets, lang, zone, styles, bold)
    return out.getvalue()


def _all(analysis: "Analysis") -> list[Block]:
    """The recommendations one below the other, for filtering; the report has a section for each."""
    columns = (
        Column(Text(zh="序", en="Rank"), "count"),
        Column(Text(zh="档", en="Tier"), "text"),
        Column(Text(zh="模式", en="Pattern"), "code"),
        Column(Text(zh="措施", en="What"), "text"),
        Column(Text(zh="环节", en="Where"), "label"),
        Column(Text(zh="岗位", en="Role"), "label"),
        Column(Text(zh="每案节省", en="Saved a case"), "duration"),
        Column(Text(zh="90% 区间下限", en="90 % interval, lower end"), "duration"),
        Column(Text(zh="90% 区间上限", en="90 % interval, upper end"), "duration"),
        Column(Text(zh="原因全消时", en="With the cause gone"), "duration"),
        Column(Text(zh="每年节省", en="Saved a year"), "duration"),
        Column(Text(zh="每年员工工时", en="Staff time a year"), "duration"),
        Column(Text(zh="涉及案件", en="Cases affected"), "count"),
        Column(Text(zh="占全部案件", en="Share of cases"), "share"),
        Column(Text(zh="方案章节", en="Plan sections"), "text"),
        Column(Text(zh="时间安排", en="When"), "text"),
        Column(Text(zh="风险等级", en="Risk class"), "text"),
        Column(Text(zh="得分", en="Score"), "number"),
    )
    rows: list[tuple[Cell, ...]] = []
    for item in analysis.recommendations:
        gain = item.gain
        kept, upper, year = (None if part is None else part.estimate for part in (gain.realistic, gain.upper, gain.per_year))
        low, high = (None, None) if gain.realistic is None else (gain.realistic.low, gain.realistic.high)
        rows.append(
            (
                *(item.rank, item.tier, item.pattern, item.title, item.activity, item.where.get("role") or ""),
                *(kept, low, high, upper, year, gain.effort_per_year_s, item.cases, item.share_of_cases),
                *(", ".join(item.plan), phase(item.phase), LEVEL[item.risk_class], item.score),
            )
        )
    return [TableBlock(columns, rows, caption=Text(zh="全部建议", en="All recommendations"))]


def _sheets(blocks: Sequence[Block], lang: Lang) -> list[_Sheet]:
    """A sheet for each table, named after its caption, or its section where it has none."""
    found: list[_Sheet] = []
    taken = {OVERVIEW.of(lang).casefold(), "history"}  # which Excel keeps for itself
    section = OVERVIEW
    for block in blocks:
        if isinstance(block, Heading):
            section = block.text
        if isinstance(block, TableBlock) and block.rows:
            found.append(_Sheet(_name((block.caption or section).of(lang), taken), section, block))
    return found


def _name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have and no other has; adds it to those `taken`."""
    plain = FORBIDDEN.sub(" ", visible(wanted)).strip() or "-"
    name, number = plain[:LONGEST_NAME].strip(), 1
    while name.casefold() in taken:
        number += 1
        ending = f" {number}"
        name = plain[: LONGEST_NAME - len(ending)].strip() + ending
    taken.add(name.casefold())
    return name


def _fill(sheet: Any, of: _Sheet, lang: Lang, zone: str, styles: dict[str, Any], bold: Any) -> None:
    table = of.table
    titles = [_titled(column.title, column.kind, lang, zone) for column in table.columns]
    widths = [len(title) for title in titles]
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, bold)
    for down, row in enumerate(table.rows, 1):
        for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            widths[at] = max(widths[at], _write(sheet, down, at, value, column.kind, lang, zone, styles))
    for at, width in enumerate(widths):
        # A Chinese sign is as wide as two letters.
        sheet.set_column(at, at, min(max(width * (1.8 if lang == "zh" else 1.1), NARROWEST), WIDEST))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(table.rows), len(titles) - 1)


def _titled(title: Text, kind: CellKind, lang: Lang, zone: str) -> str:
    """A title with the unit of its values."""
    unit = UNIT.get(kind)
    return visible(title.of(lang)) + ("" if unit is None else unit.format(zone=zone).of(lang))


def _write(sheet: Any, down: int, at: int, value: Cell, kind: CellKind, lang: Lang, zone: str, styles: dict[str, Any]) -> int:
    """Writes one cell by its kind and says how wide it is."""
    unknown = value is None or (isinstance(value, float) and math.isnan(value)) or (kind == "time" and value == UNKNOWN_TIME)
    local = None
    if kind == "time" and isinstance(value, int) and not unknown:
        local = (EPOCH + timedelta(microseconds=value)).astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
    if local is not None and local.year >= FIRST_YEAR:
        sheet.write_datetime(down, at, local, styles[kind])
        return len("2024-01-01 00:00:00")
    if unknown or local is not None or isinstance(value, str | Text | Mark | bool) or kind not in FORMAT:
        text = UNKNOWN.of(lang) if unknown else cell(value, kind, lang, zone)
        sheet.write_string(down, at, text[:LONGEST_CELL], styles["text"])
        return len(text)
    sheet.write_number(down, at, value / HOUR_S if kind == "duration" else value, styles[kind])
    return len(f"{value:,.2f}")


def _overview(
    sheet: Any, blocks: Sequence[Block], sheets: Sequence[_Sheet], lang: Lang, zone: str, styles: dict[str, Any], bold: Any
) -> None:
    """Headings, sentences and key figures in the report's order, then the list of sheets with links."""
    sheet.set_column(0, 0, 70)
    sheet.set_column(1, 1, 30)
    down = 0
    for block in blocks:
        if isinstance(block, Heading):
            down += block.level < 3
            sheet.write_string(down, 0, visible(block.text.of(lang)), bold)
        elif isinstance(block, Paragraph | Notice):
            sheet.write_string(down, 0, visible(block.text.of(lang))[:LONGEST_CELL], styles["text"])
        elif isinstance(block, KeyFigures):
            for title, kind, value in block.figures:
                sheet.write_string(down, 0, _titled(title, kind, lang, zone), styles["text"])
                _write(sheet, down, 1, value, kind, lang, zone, styles)
                down += 1
            continue
        else:
            continue
        down += 1
    down += 1
    sheet.write_string(down, 0, SHEETS.of(lang), bold)
    for each in sheets:
        down += 1
        sheet.write_url(down, 0, f"internal:'{each.name}'!A1", string=each.name)
        sheet.write_string(down, 1, visible(each.section.of(lang)), styles["text"])
        if each.table.hidden:
            sheet.write_string(down, 2, HIDDEN_ROWS.format(n=each.table.hidden).of(lang), styles["text"])
