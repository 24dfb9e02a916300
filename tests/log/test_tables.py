"""Delimited text: delimiters, headers, quotes, widths, lines; both reading paths give the same rows."""

import csv
import hashlib
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bankmine.errors import InputError
from bankmine.log.delimited import exact
from bankmine.log.dialect import Dialect, dialect_of
from bankmine.log.header import Header
from bankmine.log.plain import plain_frame
from bankmine.log.table import Table
from bankmine.log.tables import read_table

HEADER = "case_id,activity,timestamp\n"
ROWS = "C1,apply,2024-03-14 09:00\nC1,check,2024-03-14 10:00\nC2,apply,2024-03-15 09:00\n"
CELLS = [("C1", "apply", "2024-03-14 09:00"), ("C1", "check", "2024-03-14 10:00"), ("C2", "apply", "2024-03-15 09:00")]


def read(folder: Path, content: str | bytes, name: str = "log.csv") -> Table:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


def refused(folder: Path, content: str | bytes, name: str = "log.csv") -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, content, name)
    assert caught.value.file == str(folder / name)
    return caught.value


def found(table: Table) -> dict[str, int]:
    return {finding.code: finding.count for finding in table.findings}


def loud(table: Table) -> dict[str, int]:
    return {finding.code: finding.count for finding in table.findings if finding.severity != "info"}


def test_a_plain_file_gives_cells_lines_and_the_file_itself(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + ROWS)
    assert table.frame.columns == ["case_id", "activity", "timestamp"]
    assert table.frame.rows() == CELLS
    assert table.line.tolist() == [2, 3, 4]
    assert table.findings == () and table.rejects == ()
    assert table.file.sha256 == hashlib.sha256((HEADER + ROWS).encode()).hexdigest()
    assert table.file.bytes == len(HEADER + ROWS)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_delimiters_are_told_from_the_lines(tmp_path: Path, mark: str) -> None:
    table = read(tmp_path, (HEADER + ROWS).replace(",", mark))
    assert table.frame.rows() == CELLS
    assert table.findings == ()


def test_decimal_commas_are_no_delimiter(tmp_path: Path) -> None:
    table = read(tmp_path, "id;amount;fee\nC1;10,5;1,5\nC2;20,5;2,5\nC3;30,5;3,5\n")
    assert table.frame.columns == ["id", "amount", "fee"]


def test_commas_in_quotes_are_no_delimiter() -> None:
    assert dialect_of('id;act\nC1;"a, b, c, d"\nC2;"e, f, g, h"\n').delimiter == ";"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends(tmp_path: Path, end: str) -> None:
    table = read(tmp_path, (HEADER + ROWS).replace("\n", end))
    assert table.frame.rows() == CELLS
    assert table.line.tolist() == [2, 3, 4]


def test_a_separator_line_names_the_delimiter_and_is_no_row(tmp_path: Path) -> None:
    table = read(tmp_path, "sep=;\r\n" + (HEADER + ROWS).replace(",", ";").replace("\n", "\r\n"))
    assert table.frame.rows() == CELLS
    assert table.line.tolist() == [3, 4, 5]
    assert table.findings == ()


def test_line_breaks_in_quotes_belong_to_the_field_and_lines_stay_physical(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + 'C1,"ap\r\nply",2024-03-14 09:00\nC1,check,2024-03-14 10:00\n')
    assert table.frame["activity"].to_list() == ["ap\r\nply", "check"]
    assert table.line.tolist() == [2, 4]
    assert table.findings == ()


def test_quoted_and_bare_empty_cells_are_missing(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + 'C1,"",2024-03-14 09:00\nC2,,2024-03-14 09:00\nC3,NULL,2024-03-14 09:00\n')
    assert table.frame["activity"].to_list() == [None, None, "NULL"]


def test_rows_of_a_wrong_width_are_set_aside_with_their_line(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "C1,apply\n" + ROWS + "C9,a,b,c,d\n")
    assert table.frame.rows() == CELLS
    assert [(reject.code, reject.line, reject.value) for reject in table.rejects] == [
        ("ROW_SHORT", 2, "C1,apply"),
        ("ROW_LONG", 6, "C9,a,b,c,d"),
    ]
    assert loud(table) == {"ROW_SHORT": 1, "ROW_LONG": 1}


def test_rows_all_wider_than_the_header_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, HEADER + ROWS.replace("\n", ",x\n"))
    assert (error.code, error.line) == ("HEADER_WIDTH", 2)


def test_rows_all_narrower_than_the_header_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, HEADER.strip() + ",amount\n" + ROWS).code == "HEADER_WIDTH"


@pytest.mark.parametrize("header", [HEADER, HEADER.strip() + ",\n"])
def test_a_delimiter_at_the_end_of_every_row_is_harmless(tmp_path: Path, header: str) -> None:
    table = read(tmp_path, header + ROWS.replace("\n", ",\n"))
    assert table.frame.columns == ["case_id", "activity", "timestamp"]
    assert table.frame.rows() == CELLS
    assert loud(table) == {}


def test_a_surplus_field_far_down_is_not_lost(tmp_path: Path) -> None:
    body = "".join(f"C{number},apply,2024-03-14 09:00,\n" for number in range(300))
    error = refused(tmp_path, HEADER + body + "C1,apply,2024-03-14 09:00,x\n")
    assert (error.code, error.line) == ("HEADER_WIDTH", 302)


def test_titles_above_and_totals_below_are_skipped_and_counted(tmp_path: Path) -> None:
    titles = "某某银行贷款流程明细\n机构：总行营业部\n打印时间：2024-04-01\n"
    table = read(tmp_path, titles + HEADER + ROWS + "合计,3,\n")
    assert table.frame.rows() == CELLS
    assert loud(table) == {"PREAMBLE": 4}
    assert table.line.tolist() == [5, 6, 7]
    assert table.rejects == ()


@pytest.mark.parametrize(
    "footer", ["合计：3 笔\n", "(3 rows affected)\n", "Total,,3\n", "合计：3笔,,\n", "Total: 3,,\n", "制表人：张三\n", "共 3 条\n"]
)
def test_footers(tmp_path: Path, footer: str) -> None:
    table = read(tmp_path, HEADER + ROWS + footer)
    assert table.frame.rows() == CELLS
    assert loud(table) == {"PREAMBLE": 1}


def test_a_cut_last_row_is_no_footer(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + ROWS + "C2,che")
    assert [(reject.code, reject.line) for reject in table.rejects] == [("ROW_SHORT", 5)]
    assert found(table)["NO_FINAL_NEWLINE"] == 1


def test_pages_joined_repeat_titles_and_header(tmp_path: Path) -> None:
    page = "贷款流程明细\n" + HEADER
    table = read(tmp_path, page + ROWS + page + ROWS)
    assert table.frame.rows() == CELLS * 2
    assert loud(table) == {"PREAMBLE": 2, "HEADER_REPEATED": 1}
    assert next(one for one in table.findings if one.code == "HEADER_REPEATED").examples[0].line == 7


def test_blank_rows_are_skipped_without_a_warning(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "\n" + ROWS + ",,\n \n")
    assert table.frame.rows() == CELLS
    assert found(table) == {"BLANK_ROWS": 3}
    assert table.line.tolist() == [3, 4, 5]


def test_data_without_a_header_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, ROWS)
    assert (error.code, error.line) == ("HEADER_MISSING", 1)


def test_a_first_row_of_names_only_is_not_taken_for_the_header(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "C1,apply,\n" + ROWS)
    assert table.frame.columns == ["case_id", "activity", "timestamp"]
    assert table.frame.height == 4


def test_header_names_are_trimmed(tmp_path: Path) -> None:
    table = read(tmp_path, ' case_id ,"activity\nname",\ufefftimestamp\n' + ROWS)
    assert table.frame.columns == ["case_id", "activity name", "timestamp"]
    assert loud(table) == {"HEADER_NORMALISED": 3}
    assert table.line.tolist() == [3, 4, 5]


def test_a_column_without_a_name_is_called_after_its_place(tmp_path: Path) -> None:
    table = read(tmp_path, "case_id,,timestamp\n" + ROWS)
    assert table.frame.columns == ["case_id", "column_2", "timestamp"]
    assert loud(table) == {"HEADER_BLANK": 1}


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    error = refused(tmp_path, "case_id,activity,activity\nC1,apply,1\n")
    assert (error.code, error.line, error.column) == ("HEADER_DUP", 1, "activity")
    table = read(tmp_path, "case_id,activity,activity\nC1,apply,apply\nC1,5,5\n")
    assert table.frame.columns == ["case_id", "activity"]
    assert loud(table) == {"HEADER_DUP": 1}


def test_stray_quotes_are_kept_and_counted(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + 'C1,ap"pl"y,2024-03-14 09:00\nC1,"ap"pl"y",2024-03-14 09:00\nC1,5" disk,2024-03-14 09:00\n')
    assert table.frame["activity"].to_list() == ['ap"pl"y', 'ap"pl"y', '5" disk']
    assert loud(table) == {"STRAY_QUOTE": 3}


def test_backslash_escapes(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + r'C1,"say \"yes\", then",2024-03-14 09:00' + "\n" + r"C1,\N,2024-03-14 09:00" + "\n" + ROWS)
    assert table.frame["activity"].to_list()[:2] == ['say "yes", then', None]
    assert loud(table) == {"ESCAPE_DETECTED": 2}


def test_a_backslash_before_a_closing_quote_is_a_path(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + '"C:\\",apply,2024-03-14 09:00\n' + ROWS)
    assert table.frame["case_id"][0] == "C:\\"
    assert table.findings == ()


@pytest.mark.parametrize(
    "broken",
    [
        'C1,"apply,2024-03-14 09:00\n' + ROWS,  # nothing closes it
        'C1,"apply,2024-03-14 09:00\n' + ROWS + 'C3,"apply",2024-03-14 09:00\n',  # the next quoted field cannot close it
        'C1,"apply,2024-03-14 09:00\n' + ROWS + 'C3,apply",2024-03-14 09:00\n',  # whole records would be swallowed
        'C1,"apply,2024-03-14 09:00\nC3,apply",2024-03-14 09:00\n',
    ],
)
def test_a_quote_never_closed_is_refused_where_it_opened(tmp_path: Path, broken: str) -> None:
    error = refused(tmp_path, HEADER + ROWS + broken)
    assert (error.code, error.line) == ("QUOTE_UNCLOSED", 5)


def test_a_zero_byte_is_refused_with_its_place(tmp_path: Path) -> None:
    error = refused(tmp_path, HEADER + ROWS + 'C1,"a,\0",2024-03-14 09:00\n')
    assert (error.code, error.line, error.column) == ("NUL_BYTE", 5, "activity")


@pytest.mark.parametrize(("content", "code"), [("", "EMPTY"), ("\n\n \r\n", "EMPTY"), (HEADER, "NO_ROWS"), ("标题\n" + HEADER, "NO_ROWS")])
def test_nothing_to_read(tmp_path: Path, content: str, code: str) -> None:
    assert refused(tmp_path, content).code == code


def test_a_field_of_two_megabytes_is_counted(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + f"C1,{'x' * 2_000_000},2024-03-14 09:00\n" + ROWS)
    assert table.frame.height == 4
    assert loud(table) == {"FIELD_HUGE": 1}
    assert table.findings[0].examples[0].line == 2


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=8).filter(lambda text: text.strip() != "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from(["C1", "C2", "业务3"]), st.one_of(texts, st.just("")), texts), min_size=1, max_size=8),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([",", ";", "\t", "|"]),
)
def test_both_paths_read_what_was_written(rows: list[tuple[str, str, str]], quoting: int, end: str, mark: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, quoting=quoting, lineterminator=end)
    writer.writerows([("case", "activity", "time"), *rows])
    dialect, header = Dialect(mark), Header(1, ("case", "activity", "time"), ("case", "activity", "time"), ())
    plain = plain_frame(out.getvalue().encode(), dialect, 1, 3)
    slow = exact(out.getvalue(), dialect, header, 3, [], "log.csv", [])
    assert plain is not None
    assert plain.select(pl.all().fill_null("")).rows() == slow.frame.rows() == rows
    assert slow.line.tolist() == list(range(2, len(rows) + 2))


@settings(max_examples=150, deadline=None)
@example(",,\n\n")
@given(st.text(st.sampled_from('ab1",;\n\r\\ é业'), max_size=60))
def test_any_text_is_read_alike_by_both_paths_or_refused(text: str) -> None:
    content = f"case,activity,time\n{text}"
    dialect, header = Dialect(","), Header(1, ("case", "activity", "time"), ("case", "activity", "time"), ())
    plain = plain_frame(content.encode(), dialect, 1, 3)
    if plain is None:
        return
    slow = exact(content, dialect, header, 3, [], "log.csv", [])
    assert slow.rejects == [] and slow.blank == 0
    assert plain.select(pl.all().fill_null("")).rows() == slow.frame.rows()
    assert slow.line.tolist() == list(range(2, plain.height + 2))


@pytest.mark.parametrize(("last", "plain"), [("C3,check,\n", True), ("C3,check\n", False)])
def test_a_short_line_is_told_from_an_empty_last_field_piece_by_piece(last: str, plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bankmine.log.plain.PIECE", 40)
    content = (HEADER + ROWS + last).encode()
    frame = plain_frame(content, dialect_of(content.decode()), 1, 3)
    assert (frame is not None) is plain
    assert frame is None or frame.height == 4
