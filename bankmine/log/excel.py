"""A sheet of an XLSX workbook as a table: numbers, dates and text keep their types."""

import logging
from typing import TYPE_CHECKING

import polars as pl

from bankmine.errors import InputError
from bankmine.log.container import AGAIN, Source
from bankmine.log.header import Header, find_header, named_columns
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding
from bankmine.log.rowchecks import TableRows, tidied
from bankmine.log.table import Table, lines
from bankmine.log.workbook import SheetMarkup, Workbook, damaged, read_workbook
from bankmine.words import Text

if TYPE_CHECKING:
    from fastexcel import ExcelReader

SAMPLE_ROWS = 200
EXACT_INTEGER = 2**53


def read_excel(source: Source, sheet: str | None = None) -> Table:
    """The rows of one sheet; `line` is the row of the sheet.

    Without `sheet`, the first one that holds a header and a row; those left out are told by their places (SHEETS_IGNORED). Cells with an
    error or a formula never calculated are null (CELL_ERROR). Raises InputError EMPTY, NOT_EXCEL, XLSX_TRUNCATED,
    SHEET_MISSING, XML_DTD, DECOMPRESS_LIMIT, NO_ROWS, HEADER_MISSING, HEADER_DUP.
    """
    import fastexcel

    file, content = source.file, source.read()
    if not content:
        raise InputError("EMPTY", Text(zh="文件为空，没有数据。", en="the file is empty: no data."), AGAIN, file)
    book = read_workbook(content, file)
    findings: list[QualityFinding] = []
    # It warns of columns without a value, which are no news here; without a handler Python would print that.
    logging.getLogger("fastexcel").addHandler(logging.NullHandler())
    try:
        reader = fastexcel.read_excel(content)
        name, sample = chosen(reader, book, sheet, file)
        header, notes = named_columns(find_header(sample, file), file)
        frame = reader.load_sheet(name, header_row=None, skip_rows=header.line, schema_sample_rows=None).to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        raise damaged(file, error) from None
    findings += notes
    line = lines(header.line + 1, frame.height)
    rows = tidied(TableRows(readable(frame), line), header, frame.width, file, findings)
    found = book.sheets.get(name, SheetMarkup())
    findings += marked(found, header, file)
    findings += ignored(book, name, file, given=sheet is not None)
    return Table(source.finish(), rows.frame, rows.line, tuple(findings), names_known=header.names_known)


def chosen(reader: "ExcelReader", book: Workbook, sheet: str | None, file: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The sheet to read and its first rows as text."""
    if sheet is not None:
        if sheet not in reader.sheet_names:
            raise InputError(
                "SHEET_MISSING",
                Text(zh=f"没有名为“{sheet}”的工作表。", en=f"there is no sheet {sheet!r}."),
                Text(zh=f"工作簿有 {len(reader.sheet_names)} 个工作表。", en=f"the workbook has {len(reader.sheet_names)} sheets."),
                file,
            )
        return sheet, first_rows(reader, sheet)
    filled = [name for name in reader.sheet_names if name not in book.sheets or book.sheets[name].filled]
    samples = [(name, first_rows(reader, name)) for name in filled[:1]]
    for name in filled:
        rows = samples[0][1] if name == filled[0] else first_rows(reader, name)
        if sum(1 for _, cells in rows if sum(map(bool, cells)) > 1) > 1:
            return name, rows
    return samples[0] if samples else ("", [])


def first_rows(reader: "ExcelReader", name: str) -> list[tuple[int, list[str]]]:
    frame = reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=SAMPLE_ROWS, dtypes="string").to_polars()
    return [(line, [cell or "" for cell in cells]) for line, cells in enumerate(frame.iter_rows(), 1)]


def readable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in types that the later stages know: whole numbers as Int64, times of day and truth values as text."""
    columns = []
    for column in frame.iter_columns():
        kind = column.dtype
        if kind.is_float() and ((column.drop_nulls() % 1 == 0) & (column.drop_nulls().abs() < EXACT_INTEGER)).all():
            columns.append(column.cast(pl.Int64))
        elif kind == pl.Datetime:
            columns.append(column.dt.cast_time_unit("us"))
        elif kind == pl.Duration:
            columns.append(clock(column))
        elif kind in (pl.Boolean, pl.Null):
            columns.append(column.cast(pl.String))
        else:
            columns.append(column)
    return pl.DataFrame(columns)


def clock(column: pl.Series) -> pl.Series:
    """Times of day as HH:MM:SS."""
    seconds = pl.col("s")
    parts = [seconds // 3600, seconds // 60 % 60, seconds % 60]
    text = pl.concat_str([part.cast(pl.String).str.zfill(2) for part in parts], separator=":")
    return column.dt.total_seconds().to_frame("s").select(text).to_series().alias(column.name)


def marked(found: SheetMarkup, header: Header, file: str) -> list[QualityFinding]:
    """Findings on cells that the values alone do not show."""
    messages = {
        "CELL_ERROR": Text(
            zh="有 {count} 个单元格是错误值（如 #REF!）或未计算的公式，按缺失处理。",
            en="{count} cells hold an error (such as #REF!) or a formula that was never calculated; they are taken as missing.",
        ),
        "CASE_NUMERIC_FORMAT": Text(
            zh="有 {count} 个编号是数字，前导零只是单元格的显示格式，并未保存；按不带前导零的数字读取。",
            en="{count} ids are numbers whose leading zeros are a display format only, not stored; they are read without zeros.",
        ),
    }
    findings = []
    for code, places in (("CELL_ERROR", found.errors), ("CASE_NUMERIC_FORMAT", found.padded)):
        below = [(row, column - found.first_column) for row, column in places if row > header.line or not row]
        if below:
            examples = tuple(
                Example(file, row or None, header.names[at] if 0 <= at < len(header.names) else None, None)
                for row, at in below[:EXAMPLES_SHOWN]
            )
            findings.append(QualityFinding(code, "warning", len(below), messages[code].format(count=len(below)), examples))
    return findings


def ignored(book: Workbook, name: str, file: str, *, given: bool) -> list[QualityFinding]:
    places = {other: str(at) for at, other in enumerate(book.sheets, 1)}  # tabs may be called after people
    others = [places[other] for other, markup in book.sheets.items() if other != name and markup.filled]
    if not others or given:
        return []
    shown, more = others[:EXAMPLES_SHOWN], len(others) > EXAMPLES_SHOWN
    return [
        QualityFinding(
            "SHEETS_IGNORED",
            "warning",
            len(others),
            Text(
                zh=f"读取了第 {places[name]} 个工作表，未读取其他 {len(others)} 个：第 {'、'.join(shown)}{' 等' if more else ''} 个。",
                en=f"sheet {places[name]} was read; {len(others)} others were not: {', '.join(shown)}{' …' if more else ''}.",
            ),
            tuple(Example(file, None, None, other) for other in shown),
        )
    ]
