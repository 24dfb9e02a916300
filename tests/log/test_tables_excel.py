"""Workbooks: the sheet, the header, types, and what cell readers leave out."""

import zipfile
from collections.abc import Sequence
from datetime import date
from html import escape
from pathlib import Path

import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log.table import Table
from bankmine.log.tables import read_table

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="165" formatCode="000000"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)
DATE, PADDED = 1, 2
HEADER = ["case_id", "activity", "timestamp"]

Cell = str | float | tuple[float, int] | None


def cell(column: int, row: int, value: Cell) -> str:
    """The markup of a cell: text, a number, (number, style), or raw markup that begins with `<c`."""
    place = f"{chr(65 + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith("<c"):
        return value.replace("<c", f'<c r="{place}"', 1)
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    number, style = value if isinstance(value, tuple) else (value, 0)
    return f'<c r="{place}" s="{style}"><v>{number!r}</v></c>'


def sheet(rows: Sequence[Sequence[Cell]], first: int = 1) -> str:
    body = "".join(
        f'<row r="{row}">{"".join(cell(column, row, value) for column, value in enumerate(cells))}</row>'
        for row, cells in enumerate(rows, first)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook(folder: Path, *sheets: str, names: Sequence[str] = ("Log", "说明", "More")) -> Path:
    path = folder / "log.xlsx"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{kinds}.worksheet+xml"/>' for at in range(1, len(sheets) + 1)
    )
    tabs = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names[: len(sheets)], 1))
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kinds}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}<Relationship Id="rId99" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{at}.xml": markup for at, markup in enumerate(sheets, 1)},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, markup in parts.items():
            archive.writestr(name, markup)
    return path


def loud(table: Table) -> dict[str, int]:
    return {finding.code: finding.count for finding in table.findings if finding.severity != "info"}


def refused(path: Path, **options: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_table(path, **options)
    return caught.value


def outcome(path: Path) -> str | int:
    """The number of rows, or the code of the refusal."""
    try:
        return read_table(path).frame.height
    except InputError as error:
        return error.code


ROWS = [["C1", "apply", (45365.375, DATE)], ["C1", "check", (45365.5, DATE)]]


def test_types_are_kept_and_lines_are_sheet_rows(tmp_path: Path) -> None:
    rows = [[1001, "apply", (45365.375, DATE), 10.5], [1002, "check", (45368.55902777778, DATE), 20]]
    table = read_table(workbook(tmp_path, sheet([[*HEADER, "amount"], *rows])))
    assert table.frame.schema == {"case_id": pl.Int64, "activity": pl.String, "timestamp": pl.Datetime("us"), "amount": pl.Float64}
    assert table.frame["timestamp"].dt.to_string().to_list() == ["2024-03-14 09:00:00.000000", "2024-03-17 13:25:00.000000"]
    assert table.frame["case_id"].to_list() == [1001, 1002]
    assert table.line.tolist() == [2, 3]
    assert table.findings == ()


def test_ids_of_numbers_and_text_are_text_without_decimals(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path, sheet([HEADER, [1001, "apply", (45365.375, DATE)], ["A12", "check", (45365.5, DATE)]])))
    assert table.frame["case_id"].to_list() == ["1001", "A12"]


def test_titles_blank_rows_and_totals(tmp_path: Path) -> None:
    rows = [["贷款流程明细表"], ["案件信息", None, "时间"], HEADER, ROWS[0], [], ROWS[1], ["合计", None, 2]]
    table = read_table(workbook(tmp_path, sheet(rows, first=3)))
    assert table.frame["activity"].to_list() == ["apply", "check"]
    assert table.line.tolist() == [6, 8]
    assert loud(table) == {"PREAMBLE": 3}


def test_the_first_sheet_with_rows_is_read_and_the_others_are_told_by_their_places(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet([["readme"]]), sheet([HEADER, *ROWS]), sheet([HEADER, *ROWS]), names=("说明", "Log", "More"))
    table = read_table(path)
    assert table.frame.height == 2
    finding = table.findings[0]
    assert (finding.code, finding.count) == ("SHEETS_IGNORED", 2)
    assert [example.value for example in finding.examples] == ["1", "3"]


def test_an_empty_sheet_is_not_worth_a_word(tmp_path: Path) -> None:
    assert read_table(workbook(tmp_path, sheet([HEADER, *ROWS]), sheet([]))).findings == ()


def test_a_sheet_may_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet([HEADER, *ROWS]), sheet([HEADER, ROWS[0]]))
    table = read_table(path, sheet="说明")
    assert table.frame.height == 1
    assert table.findings == ()
    assert refused(path, sheet="none").code == "SHEET_MISSING"


def test_errors_and_uncalculated_formulas_are_missing_and_counted(tmp_path: Path) -> None:
    rows = [
        HEADER,
        ["C1", "apply", '<c t="e"><v>#REF!</v></c>'],
        ["C1", "<c><f>A1&amp;B1</f></c>", (45365.5, DATE)],
        ["C2", '<c t="str"><f>A1</f><v>calculated</v></c>', (45365.5, DATE)],
    ]
    table = read_table(workbook(tmp_path, sheet(rows)))
    assert table.frame["activity"].to_list() == ["apply", None, "calculated"]
    assert table.frame["timestamp"].null_count() == 1
    assert table.frame["timestamp"].dtype == pl.Datetime("us")
    finding = table.findings[0]
    assert (finding.code, finding.count) == ("CELL_ERROR", 2)
    assert [(example.line, example.column) for example in finding.examples] == [(2, "timestamp"), (3, "activity")]


def test_zeros_that_only_a_format_shows(tmp_path: Path) -> None:
    table = read_table(
        workbook(tmp_path, sheet([HEADER, [(1, PADDED), "apply", (45365.375, DATE)], [(2, PADDED), "check", (45365.5, DATE)]]))
    )
    assert table.frame["case_id"].to_list() == [1, 2]
    assert loud(table) == {"CASE_NUMERIC_FORMAT": 2}
    assert table.findings[0].examples[0].column == "case_id"


def test_a_table_may_begin_anywhere(tmp_path: Path) -> None:
    rows = [[None, None, *HEADER], [None, None, (7, PADDED), "apply", (45365.375, DATE)]]
    table = read_table(workbook(tmp_path, sheet(rows, first=5)))
    assert table.frame.columns == HEADER
    assert table.line.tolist() == [6]
    assert table.findings[0].examples[0].column == "case_id"


def test_dates_without_time_stay_dates(tmp_path: Path) -> None:
    table = read_table(workbook(tmp_path, sheet([HEADER, ["C1", "apply", (45365, DATE)], ["C1", "check", (45366, DATE)]])))
    assert table.frame["timestamp"].dt.date().to_list() == [date(2024, 3, 14), date(2024, 3, 15)]


@pytest.mark.parametrize(
    ("rows", "code"), [([], "EMPTY"), ([HEADER], "NO_ROWS"), (ROWS, "HEADER_MISSING"), ([["id", "act", "act"], *ROWS], "HEADER_DUP")]
)
def test_sheets_without_a_table(tmp_path: Path, rows: list[list[Cell]], code: str) -> None:
    assert refused(workbook(tmp_path, sheet(rows))).code == code


def test_cuts_and_flips_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet([HEADER, *ROWS]))
    content = path.read_bytes()
    for size in range(10, len(content), 197):
        path.write_bytes(content[:size])
        assert refused(path).code == "XLSX_TRUNCATED"
    for place in range(40, len(content), 61):
        flipped = bytearray(content)
        flipped[place] ^= 0x04
        path.write_bytes(bytes(flipped))
        assert outcome(path) in ("XLSX_TRUNCATED", "NOT_EXCEL", "DECOMPRESS_LIMIT", 2)


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", "case_id\n1\n")
    assert refused(path).code == "NOT_EXCEL"


def test_a_bomb_a_declaration_and_a_far_cell_are_refused(tmp_path: Path) -> None:
    assert (
        refused(workbook(tmp_path, sheet([HEADER, *ROWS]).replace("</sheetData>", " " * 80_000_000 + "</sheetData>"))).code
        == "DECOMPRESS_LIMIT"
    )
    assert refused(workbook(tmp_path, '<!DOCTYPE x [<!ENTITY a "b">]>' + sheet([HEADER, *ROWS]))).code == "XML_DTD"
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    assert refused(workbook(tmp_path, sheet([HEADER, *ROWS]).replace("</sheetData>", far))).code == "DECOMPRESS_LIMIT"
