"""Rare input: what neither the corpus nor the tests of each module hold, small and readable, one kind at a time."""

import builtins
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import fastexcel
import numpy as np
import pandas as pd
import polars as pl
import pytest

from bankmine.errors import InputError, OutputError, UsageError
from bankmine.log import database, delimited, excel, labels, lifecycle, likeness, numbers, rejects, tables, xes
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.columns import Columns, recognise
from bankmine.log.container import open_source
from bankmine.log.notes import form_of
from bankmine.log.order import assemble
from bankmine.log.overview import overview
from bankmine.log.privacy import load_key
from bankmine.log.read import read_log
from bankmine.log.sources import paths_of
from bankmine.log.timestamps import combine
from bankmine.settings import Settings
from bankmine.show.blocks import Notice, TableBlock
from tests.log.test_read import rows
from tests.log.test_tables import HEADER, ROWS, found, read, refused
from tests.log.test_tables_excel import sheet, workbook
from tests.log.test_timestamps import NINE_IN_SHANGHAI, instants, parse
from tests.log.test_xes import TRACE, document, events, refusal, written
from tests.textlog import textlog

HALF = Settings.model_validate({"quality": {"max_reject_share": 0.5}})


def code_of(source: object, **given: object) -> str:
    with pytest.raises((InputError, UsageError)) as caught:
        read_log(source, **given)
    return caught.value.code


# Encodings.


@pytest.mark.parametrize("name", ["hex", "rot13", "zlib", "undefined", "a\0b", "klingon"])
def test_what_is_no_encoding_of_text_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "log.csv").write_text(HEADER + ROWS)
    assert code_of(tmp_path / "log.csv", encoding=name) == "ENC_UNKNOWN"


@pytest.mark.parametrize(("name", "content"), [("utf-7", b"+2AA-"), ("idna", b"xn--\xff"), ("ascii", b"\xff")])
def test_what_the_given_encoding_cannot_be_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "log.csv").write_bytes(HEADER.encode() + content + b"\n")
    assert code_of(tmp_path / "log.csv", encoding=name) == "ENC_INVALID"


def test_a_file_that_is_neither_utf_8_nor_chinese_nor_western_is_refused_at_its_line(tmp_path: Path) -> None:
    error = refused(tmp_path, HEADER.encode() + b"C1,\x81\x8d,2024-03-14 09:00\n")
    assert (error.code, error.line) == ("ENC_INVALID", 2)


# Text.


def test_a_first_field_of_more_than_a_megabyte_does_not_hide_the_rows_below_it(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + f'C1,"{"a" * 700_000}\n{"b" * 700_000}",2024-03-14 09:00\n' + ROWS)
    assert table.frame.height == 4 and found(table)["FIELD_HUGE"] == 1


def test_rows_taken_in_parts_are_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEADER + "".join(f'C{n},"a ""{n}""",2024-03-14 09:00\n\n' for n in range(7))
    whole = read(tmp_path, text)
    monkeypatch.setattr(delimited, "ROWS_PER_PART", 3)
    parts = read(tmp_path, text)
    assert parts.frame.equals(whole.frame) and parts.line.tolist() == whole.line.tolist() == list(range(2, 16, 2))


def test_a_packed_file_keeps_its_other_findings(tmp_path: Path) -> None:
    import gzip

    table = read(tmp_path, gzip.compress((" case_id," + HEADER.partition(",")[2] + ROWS).encode()), "log.csv.gz")
    assert found(table) == {"HEADER_NORMALISED": 1} and table.frame.columns[0] == "case_id"


def test_size_and_hash_are_the_whole_files_even_if_only_its_head_was_looked_at(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(HEADER + ROWS * 50_000)
    with open_source(tmp_path / "log.csv") as source:
        assert source.head.startswith(b"case_id")
        assert source.finish().bytes == (tmp_path / "log.csv").stat().st_size


def test_a_blank_name_is_not_given_a_name_that_another_column_has(tmp_path: Path) -> None:
    table = read(tmp_path, "column_2,,activity\nC1,x,apply\nC2,y,check\n")
    assert table.frame.columns == ["column_2", "column_2_", "activity"]


# Columns.


def test_equally_good_columns_are_named_with_the_option_that_decides() -> None:
    columns = recognise(["case_id", "activity", "timestamp", "operator", "user"])
    notices = [block.text.en for block in columns.blocks() if isinstance(block, Notice)]
    assert columns.ambiguous and all("--resource" in text and "operator" in text for text in notices)


def test_without_doubt_nothing_is_said_to_be_in_doubt() -> None:
    blocks = Columns({"case": "case_id"}).blocks()
    assert not any(isinstance(block, Notice) for block in blocks)


def test_a_date_and_a_time_that_are_not_the_events_are_no_timestamp() -> None:
    with pytest.raises(InputError, match="timestamp"):
        recognise(["case_id", "activity", "birth_date", "birth_time"])


def test_a_column_is_given_in_any_spelling() -> None:
    assert recognise(["Case ID", "activity", "timestamp"], {"case": "case_id"}).source["case"] == "Case ID"


def test_a_start_alone_is_not_enough() -> None:
    with pytest.raises(InputError, match="only a start"):
        recognise(["case_id", "activity", "start_time"])


# Workbooks.


def test_an_empty_workbook_and_a_damaged_one_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.xlsx").write_bytes(b"")
    assert code_of(tmp_path / "log.xlsx") == "EMPTY"
    path = workbook(tmp_path, sheet([["case_id", "activity", "timestamp"], ["C1", "a", "2024-03-14"]]))
    monkeypatch.setattr(fastexcel, "read_excel", lambda _: (_ for _ in ()).throw(fastexcel.FastExcelError("no")))
    assert code_of(path) == "XLSX_TRUNCATED"


def test_cells_of_every_type_are_readable() -> None:
    frame = pl.DataFrame(
        {
            "whole": [1.0, None],
            "big": [2.0**60, 1.0],
            "time": pl.Series(["2024-03-14"] * 2).str.to_datetime(time_unit="ms"),
            "clock": pl.Series([3_661_000, None], dtype=pl.Duration("ms")),
            "flag": [True, None],
            "nothing": [None, None],
        }
    )
    readable = excel.readable(frame)
    assert readable.dtypes == [pl.Int64, pl.Float64, pl.Datetime("us"), pl.String, pl.String, pl.String]
    assert readable["clock"].to_list() == ["01:01:01", None] and readable["flag"].to_list() == ["true", None]


def test_a_workbook_without_a_named_entry_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet([["case_id", "activity", "timestamp"], ["C1", "a", "2024-03-14"]]))
    content = path.read_bytes().replace(b"xl/styles.xml", b"xl/styles.xmm")
    path.write_bytes(content)
    assert read_log(path).cases == 1  # styles may be missing
    broken = workbook(tmp_path, "<worksheet")
    assert code_of(broken) in ("XLSX_TRUNCATED", "EMPTY", "NO_ROWS")


# XES.


def test_keys_that_are_missing_or_said_twice_are_counted(tmp_path: Path) -> None:
    odd = "<string value='nobody'/>" + TRACE.format("c1", events("a")).replace("<trace>", "").replace("</trace>", "")
    trace = f"<trace><string key='concept:name' value='again'/>{odd}</trace>"
    table = xes.read_xes(written(tmp_path, document(trace)))
    counts = {finding.code: finding.count for finding in table.findings}
    assert counts == {"XES_KEY_REPEATED": 1, "XES_UNKNOWN_ELEMENT": 1}
    assert table.frame["case:concept:name"].to_list() == ["again"]


def test_attributes_inside_those_of_a_trace_are_counted_and_not_read(tmp_path: Path) -> None:
    inner = '<string key="note" value="n"><string key="concept:name" value="SHADOW"/></string>'
    table = xes.read_xes(written(tmp_path, document(TRACE.format("c1", inner + events("a")))))
    assert {finding.code for finding in table.findings} == {"XES_NESTED"}
    assert table.frame["case:concept:name"].to_list() == ["c1"]


def test_an_event_key_that_shadows_one_of_the_trace_is_said(tmp_path: Path) -> None:
    shadow = events("a").replace("</event>", '<string key="case:concept:name" value="other"/></event>')
    table = xes.read_xes(written(tmp_path, document(TRACE.format("c1", shadow))))
    assert {finding.code for finding in table.findings} == {"XES_KEY_REPEATED"}
    assert table.frame["case:concept:name"].to_list() == ["c1"]


def test_traces_without_names_and_events_without_times_are_left_to_the_checks(tmp_path: Path) -> None:
    bare = "<trace><event><string key='concept:name' value='a'/></event></trace>"
    table = xes.read_xes(written(tmp_path, document(bare)))
    assert "case:concept:name" not in table.frame.columns and "time:timestamp" not in table.frame.columns
    assert table.frame["concept:name"].to_list() == ["a"]


def test_traces_taken_in_parts_are_the_traces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, document(*(TRACE.format(f"c{n}", events("a", "b")) for n in range(4))))
    whole = xes.read_xes(path).frame
    monkeypatch.setattr(xes, "ROWS_PER_PART", 4)
    assert xes.read_xes(path).frame.equals(whole)


# Databases.


def test_a_database_whose_driver_or_url_is_wrong_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of("nosuch://host/bank", query="select 1") == "DATABASE_DRIVER"
    assert code_of("://", query="select 1") == "DATABASE_URL"
    usual = builtins.__import__
    absent = ImportError("no module")
    monkeypatch.setattr(
        builtins, "__import__", lambda name, *rest: (_ for _ in ()).throw(absent) if name == "sqlalchemy" else usual(name, *rest)
    )
    assert code_of("sqlite://", query="select 1") == "DATABASE_DRIVER"


def test_a_password_from_the_environment_is_used_and_never_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANKMINE_DATABASE_PASSWORD", "geheim")
    with pytest.raises(InputError) as caught:
        read_log("postgresql://clerk@127.0.0.1:1/bank", query="select 1")
    assert caught.value.code == "DATABASE_FAILED" and "geheim" not in str(caught.value)


def test_nothing_is_committed_even_where_no_guard_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "bank.db") as connection:
        connection.execute("create table events (case_id, activity, timestamp, extra)")
        connection.execute("insert into events values ('c1', 'a', '2024-03-14 09:00', 1), ('c1', 'b', '2024-03-14 10:00', 'x')")
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    monkeypatch.setattr(database, "READ_ONLY", {})
    log = read_log(url, query="delete from events returning *", branch="extra")
    assert log.attributes["branch"].values == ("1", "x"), "a column of numbers and words is one of words"
    assert read_log(url, query="select * from events").cases == 1


def test_values_that_polars_has_no_type_for_are_read_as_text() -> None:
    class Money:
        def __str__(self) -> str:
            return "12.50"

    frame = database._frame(["fee"], [(Money(),), (None,)])
    assert frame["fee"].to_list() == ["12.50", None]


# Frames.


def test_a_lazy_frame_and_pm4py_s_own_log_are_read(tmp_path: Path) -> None:
    import pm4py

    lazy = rows("c1 a 2024-03-14T09:00:00Z ann\nc1 b 2024-03-14T10:00:00Z bob").lazy()
    assert read_log(lazy).activities == ("a", "b")
    assert read_log(pm4py.convert_to_event_log(textlog("c1: a 0-1 | b 2-3").to_pm4py())).activities == ("a", "b")
    assert code_of([1, 2]) == "SOURCE_UNKNOWN" and code_of(7) == "SOURCE_UNKNOWN" and code_of([]) == "SOURCE_UNKNOWN"
    odd = SimpleNamespace()
    odd_type = type("Series", (), {"__module__": "pandas.core"})
    assert code_of(odd) == "SOURCE_UNKNOWN" and code_of(odd_type()) == "SOURCE_UNKNOWN"


def test_numbers_of_cases_go_to_pm4py_and_come_back() -> None:
    frame = textlog("c1: a 0-1 amount=5 | b 2-3 amount=5").to_pm4py()
    assert "amount" in " ".join(frame.columns) and frame.filter(like="mount").iloc[:, 0].tolist() == [5.0, 5.0]
    assert isinstance(frame, pd.DataFrame)


# Parquet.


def test_parquet_whose_text_is_no_text_and_whose_rows_are_fewer_than_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"case_id": [b"\xff"], "activity": ["a"], "timestamp": ["2024-03-14"]})
    frame.write_parquet(tmp_path / "log.parquet")
    assert code_of(tmp_path / "log.parquet") == "PARQUET_CORRUPT"
    frame.with_columns(case_id=pl.lit("c1")).write_parquet(tmp_path / "log.parquet")
    monkeypatch.setattr(pl.LazyFrame, "with_columns", lambda frame, *columns: frame.head(0))
    assert code_of(tmp_path / "log.parquet") == "PARQUET_CORRUPT"


# Labels, numbers, times.


def test_labels_that_are_numbers_keep_their_digits() -> None:
    assert labels.as_text(pl.Series([1.5, 2.0, None]))[0].to_list() == ["1.5", "2.0", None]


def test_each_kind_of_odd_cell_is_counted() -> None:
    table = pl.DataFrame(
        {
            "case_id": ["6222021234567894"] * 2 + ["11010519491231002X"] * 2 + ["Ｃ１", "1.0"],
            "activity": ["ａ", "a  b", "a", "b", "a", "b"],
            "timestamp": [f"2024-03-14 09:0{n}:00" for n in range(6)],
            "branch": ["NULL", "北 ", "北", "北", "北", "北"],
            "amount": ["1,000.5", "(7.5)", "¥8", "inf", "twelve", "3"],
        }
    )
    said = {finding.code: finding.count for finding in read_log(table).quality}
    comma = table.with_columns(case_id=pl.lit("c1"), amount=pl.Series(["1,5", "2,25", "1.000", "7,5", "8", "9"]))
    said |= {finding.code: finding.count for finding in read_log(comma).quality}
    wanted = {"PII_CARD": 2, "PII_ID": 2, "CASE_NORMALISED": 1, "CASE_FLOAT": 1, "LABEL_NFKC": 1, "LABEL_WHITESPACE": 1, "NULL_WORDS": 1}
    wanted |= {"VALUE_NORMALISED": 1, "NUM_THOUSANDS": 1, "NUM_TEXT": 3, "NUM_NONFINITE": 1, "NUM_DECIMAL_COMMA": 3}
    assert wanted.items() <= said.items()


def test_dates_and_clocks_of_excel_are_joined() -> None:
    stamped = pl.Series(["2024-03-14 09:00"]).str.to_datetime()
    assert combine(pl.Series(["x"]), stamped) is stamped
    whole = combine(pl.Series(["20240314"]), pl.Series([0.375]))
    assert instants(parse(whole)) == [NINE_IN_SHANGHAI]


def test_a_form_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="TIME_FORMAT"):
        parse(["2024-03-14"], format="%H")


# The log.


def test_a_log_that_breaks_its_own_rules_is_not_made() -> None:
    with pytest.raises(ValueError, match="every instance needs"):
        assemble(["c1"], [None], np.array([1]), np.array([0]))


def test_the_overview_of_a_log_in_memory_names_no_columns() -> None:
    blocks = overview(textlog("c1: a 0-1"))
    assert not any(isinstance(block, TableBlock) for block in blocks) and len(blocks) == 3


def test_calendars_need_a_span_and_common_time() -> None:
    none = np.zeros(0, dtype=np.int64)
    with pytest.raises(ValueError, match="needs a span"):
        BusinessCalendar.from_slots(none, none, "UTC", "empty")
    early, late = (BusinessCalendar.from_slots(np.array([t]), np.array([t + 10]), "UTC", str(t)) for t in (0, 100))
    with pytest.raises(ValueError, match="no time in common"):
        early.intersect(late)


# Files that cannot be written or read.


def test_rejects_that_cannot_be_written_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        rejects.write(tmp_path / "rejects.csv", textlog("c1: a 0-1"))
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_cannot_be_read_or_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be read"):
        load_key(tmp_path / "file" / "key")
    with pytest.raises(OutputError, match="cannot be made"):
        load_key(Path("/proc/bankmine/key"))


def test_no_pattern_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match="FILE_MISSING"):
        paths_of(str(tmp_path / "*.csv"))


# What was read before only from the shared logs and corpus.


def test_a_run_halved_at_the_end_of_a_slice_is_not_taken_for_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    from bankmine.log import encoding

    chinese = "客户申请已受理并转交复核岗位".encode()
    monkeypatch.setattr(encoding, "SAMPLE", 9)
    assert encoding.first_chinese_utf8(b"abc" + chinese[:6] + b"\xff\xff") is None
    assert encoding.first_chinese_utf8(b"abc" + chinese[:6] + b"\xff\xff," + chinese) == 12


def test_escapes_that_come_late_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "SAMPLE_BYTES", 120)
    text = HEADER + "".join(f"C{n},apply,2024-03-14 09:00\n" for n in range(9)) + 'C9,"say \\"no\\", then",2024-03-14 09:00\n'
    assert read(tmp_path, text).frame["activity"].to_list()[-1] == 'say "no", then'


def test_an_escaped_delimiter_is_no_delimiter(tmp_path: Path) -> None:
    text = HEADER + 'C1,"a \\"b\\"",2024-03-14 09:00\nC2,one\\, two,2024-03-14 09:00\nC3,"c" ,2024-03-14 09:00\n'
    assert read(tmp_path, text).frame["activity"].to_list() == ['a "b"', "one, two", "c"]


def test_where_polars_gives_up_the_exact_reader_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("no")

    whole = read(tmp_path, HEADER + ROWS)
    monkeypatch.setattr(pl, "read_csv", gives_up)
    again = read(tmp_path, HEADER + ROWS)
    assert again.frame.equals(whole.frame) and again.line.tolist() == whole.line.tolist()


def test_a_sheet_of_totals_only_has_no_rows(tmp_path: Path) -> None:
    assert refused(tmp_path, HEADER + "Total,,2\n,,\n").code == "NO_ROWS"


def test_numbers_alone_hold_no_totals_and_repeat_no_header(tmp_path: Path) -> None:
    pl.DataFrame({" ": [1, 2], "n": [3, 4]}).write_parquet(tmp_path / "log.parquet")
    assert tables.read_table(tmp_path / "log.parquet").frame.rows() == [(1, 3), (2, 4)]
    pl.DataFrame({" ": [1, 2], "": [3, 4]}).write_parquet(tmp_path / "log.parquet")
    assert tables.read_table(tmp_path / "log.parquet").frame.rows() == [(1, 3), (2, 4)]


def test_a_web_page_is_no_log_and_a_mark_makes_utf_16_text(tmp_path: Path) -> None:
    assert refused(tmp_path, "<!DOCTYPE html><html><body>log in</body></html>").code == "FORMAT_UNKNOWN"
    assert read(tmp_path, "\ufeff".encode("utf-16-le") + (HEADER + ROWS).encode("utf-16-le")).frame.height == 3


def test_files_with_one_column_of_times_each_are_joined(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case_id,activity,start_time,end_time\nC1, a,2024-03-14 09:00,2024-03-14 10:00\n")
    (tmp_path / "b.csv").write_text("case_id,activity,timestamp\nC1,b ,2024-03-14 11:00\n")
    log = read_log([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert [(end - log.end[0]) // 3_600_000_000 for end in log.end] == [0, 1]
    spaces = next(one for one in log.quality if one.code == "NO_FINAL_NEWLINE" or one.code == "LABEL_WHITESPACE")
    assert spaces.count == 2 and "2 in 2 sources" in spaces.message.en


@pytest.mark.parametrize("aside", ["c1 - 2024-03-14T09:30:00Z ann", "c1 a 2024-03-14T09:30:00Z ann"])
def test_duplicates_are_found_beside_rows_set_aside(aside: str) -> None:
    same = "c1 a 2024-03-14T09:00:00Z ann\n"
    log = read_log(rows(same * 2 + "c1 b 2024-03-14T10:00:00Z bob\n" + aside), settings=HALF, dedupe=True)
    assert log.source.rows_merged == 1
    assert log.source.rows_read == log.source.rows_used + log.source.rows_set_aside + log.source.rows_merged


def test_events_that_share_a_line_and_some_of_which_cannot_be_used_are_no_duplicates(tmp_path: Path) -> None:
    odd = events("a", "a").replace("\n", "") + events("b").replace("2024-03-14T09:00:00", "")
    log = read_log(written(tmp_path, document(TRACE.format("c1", odd))), settings=HALF, dedupe=True)
    assert (log.source.rows_used, log.source.rows_set_aside, log.source.rows_merged) == (2, 1, 0)


LIFE = "case activity timestamp lifecycle instance"


def test_lifecycle_words_are_understood_or_counted() -> None:
    text = """
    c1 a 2024-03-14T09:00:00Z begin 1
    c1 a 2024-03-14T10:00:00Z done 1
    c1 b 2024-03-14T11:00:00Z start 2
    c1 c 2024-03-14T12:00:00Z finito 3
    c1 d 2024-03-14T13:00:00Z schedule 4
    """
    found = {finding.code: finding.count for finding in read_log(rows(text, LIFE)).quality}
    wanted = {"LIFECYCLE_MAPPED": 2, "LIFECYCLE_UNKNOWN": 1, "LIFECYCLE_ORPHAN": 1, "START_UNKNOWN": 1, "LIFECYCLE_NOT_BEGUN": 1}
    assert wanted.items() <= found.items()
    whole = {
        finding.code for finding in read_log(rows("c1 a 2024-03-14T09:00:00Z start 1\nc1 a 2024-03-14T10:00:00Z complete 1", LIFE)).quality
    }
    assert not whole & set(wanted)


def test_many_combinations_of_codes_still_have_numbers_of_their_own() -> None:
    wide = np.array([0, 1 << 40, 0, 1 << 40])
    assert len(set(lifecycle.grouped(wide, wide[::-1], np.array([0, 0, 0, 1])).tolist())) == 3
    assert lifecycle.rank_within(np.zeros(0, dtype=np.int64)).tolist() == []


def test_labels_that_never_meet_and_share_their_neighbours_may_be_synonyms() -> None:
    def log(*steps: str) -> set[str]:
        lines = [
            f"c{n} {a} 2024-03-{14 + n}T{9 + i:02d}:00:00Z x"
            for n in range(6)
            for i, a in enumerate(("open", steps[n % len(steps)], "close"))
        ]
        return {finding.code for finding in read_log(rows("\n".join(lines))).quality}

    assert "LABEL_SYNONYM" in log("check_document", "check_paper")
    assert "LABEL_SYNONYM" not in log("check_document")
    assert "LABEL_SIMILAR" in log("approval", "approval", "aproval") and "LABEL_SIMILAR" in log("approval", "approval", "apporval")
    assert "LABEL_SIMILAR" in log("approval", "approval", "approvel") and "LABEL_SIMILAR" not in log("approval", "refusals")


def test_a_thousand_labels_are_a_finding_and_too_many_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"step {chr(0x4E00 + n)}" for n in range(1001)]
    frame = pl.DataFrame({"case": ["c1"] * len(many), "activity": many, "timestamp": ["2024-03-14T09:00:00Z"] * len(many)})
    found = {finding.code: finding.count for finding in read_log(frame).quality}
    assert found["ACT_CARDINALITY"] == 1001
    few = frame.head(3).with_columns(activity=pl.Series(["approval", "approval", "aproval"]))
    assert "LABEL_SIMILAR" in {finding.code for finding in read_log(few).quality}
    monkeypatch.setattr(likeness, "MOST_COMPARED", 1)
    assert "LABEL_SIMILAR" not in {finding.code for finding in read_log(few).quality}


def test_amounts_in_yuan_are_counted() -> None:
    said = numbers.parse(pl.Series(["¥8", "(7.5)", "1,000"]), column="amount", currency=True)
    assert said.values.tolist() == [8, -7.5, 1000]
    assert {note.code: len(note.rows) for note in said.notes if len(note.rows)} == {"NUM_CURRENCY": 2, "NUM_THOUSANDS": 1}
    assert "2" in next(note.message(2).en for note in said.notes if note.code == "NUM_CURRENCY")


def test_xml_with_a_broken_part_of_the_workbook_is_refused(tmp_path: Path) -> None:
    good = sheet([["case_id", "activity", "timestamp"], ["C1", "a", "2024-03-14"]])
    assert code_of(workbook(tmp_path, good, names=("<b", "x", "y"))) == "XLSX_TRUNCATED"


def test_a_prolog_without_end_and_an_odd_encoding_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bankmine.log import markup

    monkeypatch.setattr(markup, "PROLOG_LIMIT", 100)
    assert refusal(written(tmp_path, "<?xml version='1.0'?>" + " " * 200)).code == "XES_ROOT"
    said = document(TRACE.format("c1", events("a"))).replace("UTF-8", "utf-16")
    assert xes.read_xes(written(tmp_path, said)).frame.height == 1


def test_a_type_declaration_that_the_first_look_missed_is_refused_by_the_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes, "guarded", lambda chunks, _: chunks)
    text = document(TRACE.format("c1", events("a")), head='<!DOCTYPE log [<!ENTITY a "b">]>\n')
    assert refusal(written(tmp_path, text)).code == "XML_DTD"


def test_one_letter_more_makes_another_label_only_once() -> None:
    assert not likeness._one_slip("approval", "approvalxx") and not likeness._one_slip("approval", "approval")
    assert likeness._one_slip("approval", "approvall") and likeness._one_slip("approval", "pproval")


def test_events_on_one_line_beside_one_that_cannot_be_used_are_no_duplicates(tmp_path: Path) -> None:
    odd = (events("a", "a") + events("b").replace('value="b"', 'value=""')).replace("\n", "").replace(":01+00:00", ":00+00:00")
    log = read_log(written(tmp_path, document(TRACE.format("c1", odd))), settings=HALF, dedupe=True)
    assert (log.source.rows_used, log.source.rows_set_aside, log.source.rows_merged) == (2, 1, 0)


def test_a_date_beside_no_time_is_no_pair() -> None:
    assert recognise(["case_id", "activity", "timestamp", "birth_date"]).source["timestamp"] == "timestamp"


def test_a_header_without_any_name_is_repeated_by_no_row() -> None:
    from bankmine.log.header import Header
    from bankmine.log.rowchecks import repeated

    assert repeated(pl.DataFrame({"a": ["x", None]}), Header(1, ("",), ("column_1",), ())).tolist() == [False, False]


def test_a_mark_of_utf_8_before_bytes_that_are_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"\xef\xbb\xbf" + HEADER.encode() + b"C1,\xff,2024-03-14\n").code == "ENC_INVALID"


def test_bytes_here_and_numbers_there_are_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(tmp_path / "bank.db") as connection:
        connection.execute("create table events (case_id, activity, timestamp, extra)")
        connection.execute("insert into events values ('c1', 'a', '2024-03-14 09:00', 1), ('c1', 'b', '2024-03-14 10:00', x'6162')")
    monkeypatch.setattr(database, "ROWS_AT_ONCE", 1)
    log = read_log(f"sqlite:///{tmp_path / 'bank.db'}", query="select * from events", branch="extra")
    assert log.attributes["branch"].values == ("1", "ab")
    assert code_of("sqlite://", query=" ") == "QUERY_MISSING"
    assert code_of(f"sqlite:///{tmp_path / 'bank.db'}", query="select * from events where 0") == "NO_ROWS"


def test_a_huge_cell_of_xes_and_events_beside_a_wrong_time_are_said(tmp_path: Path) -> None:
    wrong = events("b").replace("2024-03-14T09:00:00+00:00", "yesterday")
    table = xes.read_xes(written(tmp_path, document(TRACE.format("c1", events("a" * (1 << 20) + "a") + wrong))))
    assert {finding.code: finding.count for finding in table.findings} == {"TS_INVALID": 1, "FIELD_HUGE": 1}
    assert [(reject.code, reject.value) for reject in table.rejects] == [("TS_INVALID", "yesterday")]
    none = xes.read_xes(written(tmp_path, document(TRACE.format("c1", wrong))))
    assert none.rejects == () and none.frame.height == 1


def test_many_examples_are_counted_and_few_are_shown(tmp_path: Path) -> None:
    twice = events("a").replace("</event>", '<string key="concept:name" value="again"/></event>')
    (found,) = xes.read_xes(written(tmp_path, document(TRACE.format("c1", "\n".join([twice] * 30))))).findings
    assert found.count == 30 > len(found.examples)


@pytest.mark.parametrize(
    ("cell", "form"),
    [("2026-02-31 25:00", "2026-02-31 25:00"), ("31/02/2026 Li", "31/02/2026 xx"), ("138-0013-8000", "999-9999-9999"), ("王 1", "x 9")],
)
def test_a_refusal_quotes_dates_as_they_stand_and_the_form_of_all_else(cell: str, form: str) -> None:
    assert form_of(cell) == form
