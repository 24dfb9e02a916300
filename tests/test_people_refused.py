"""Whatever is wrong with a file, what is said of it names nobody (trust.md T10): names and numbers planted in every place."""

import gzip
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from bankmine.errors import BankmineError
from bankmine.log.read import read_log
from bankmine.measure.answers import Answers
from tests.log.test_tables_excel import sheet, workbook
from tests.test_people import CARDS, CITIZEN, NAMES, PHONE, words
from tests.test_people_everywhere import said

A, B, C, D = NAMES
WORDS = [[A, "Apply", B], [C, "Check", D], [D, "Pay", A]]
ONE_COLUMN_NAME = [[A, B, "complete"], [C, D, "start"], [D, A, "schedule"]]  # a value that is a usual name of a column
EMPTY_TIME_FIRST = [[A, "Apply", "", B], *([C, "Apply", "2026-01-02 09:00", D] for _ in range(3))]
ODD_TIME_ONLY = [[A, "Apply", "soon", B], [C, "Check", "2026-01-02 09:00", D], [D, "Pay", "2026-01-02 10:00", C]]  # nothing comes again
ODD_TIME_FIRST = [[A, "Apply", "soon", B], [C, "Apply", "2026-01-02 09:00", D], [D, "Pay", "2026-01-02 10:00", D]]
USUAL_VALUES = [[A, "start", "case"], [B, "complete", "case"], [C, "start", "product"]]  # two of them, which come again
NO_HEADER = {
    "words": WORDS,
    "a usual name": ONE_COLUMN_NAME,
    "no time": EMPTY_TIME_FIRST,
    "odd time": ODD_TIME_FIRST,
    "odd time, nothing twice": ODD_TIME_ONLY,
    "usual values": USUAL_VALUES,
}
PLANTED = (*NAMES, *CARDS, CITIZEN, PHONE, CARDS[0][:15], "6.2220212345")


def found(text: str) -> list[str]:
    return [each for each in PLANTED if each in text]


def csv(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("rows", NO_HEADER)
def test_a_first_row_that_may_be_data_is_not_quoted(rows: str, suffix: str, lang: str, tmp_path: Path, capsys) -> None:
    table = NO_HEADER[rows]
    place = (
        csv(tmp_path / "log.csv", table) if suffix == "csv" else workbook(tmp_path, sheet([[cell or None for cell in r] for r in table]))
    )
    width = {"zh": f"共 {len(table[0])} 列", "en": f"the names of the {len(table[0])} columns are not shown"}[lang]
    for given in ([], ["--case", A[:-1]], ["--activity", "Aply", "--json", tmp_path / "r.json"], ["--rejects", tmp_path / "r.csv"]):
        text = said(capsys, "check", place, *given, "--lang", lang, "-q", status=(2,))
        assert "COLUMN_MISSING" in text and width in text and found(text.replace(f"'{A[:-1]}'", "")) == []
    assert [path.name for path in tmp_path.iterdir()] == [place.name], "nothing is written"
    with pytest.raises(BankmineError) as caught:
        read_log(place)
    assert found(str(caught.value)) == found("".join(caught.value.lines("zh"))) == []


def test_a_name_that_was_given_and_is_there_makes_the_first_row_a_header(tmp_path: Path, capsys) -> None:
    place = csv(tmp_path / "log.csv", [["nr", "what", "by"], *WORDS])
    assert "'nr'" not in said(capsys, "check", place, "-q", status=(2,))
    assert "columns: nr, what, by" in said(capsys, "check", place, "--case", "nr", "-q", status=(2,))


def test_a_header_of_unknown_names_is_listed_once_one_of_them_is_given(tmp_path: Path, capsys) -> None:
    place = csv(tmp_path / "log.csv", [["nr", "what", "when"], ["C1", "Apply", "2026-01-02 09:00"], ["C1", "Pay", "2026-01-02 10:00"]])
    text = said(capsys, "check", place, "-q", status=(2,))
    assert "'nr'" not in text and "name one of them, and all are listed" in " ".join(text.split())
    assert "columns: nr, what, when" in said(capsys, "check", place, "--case", "nr", "-q", status=(2,))


@pytest.mark.parametrize(
    "rows",
    [
        [["nr", "环节", "经办人"], *WORDS],
        [["nr", "环节", "经办人"], WORDS[0], ["nr", "环节", "经办人"], *WORDS[1:]],
    ],
    ids=["two usual names", "repeated"],
)
def test_a_header_with_two_usual_names_is_listed(rows: list[list[str]], tmp_path: Path, capsys) -> None:
    listed = f"columns: {', '.join(rows[0])}"
    assert listed in said(capsys, "check", csv(tmp_path / "log.csv", rows), "-q", status=(2,))


def test_names_are_certain_where_the_format_has_names(tmp_path: Path) -> None:
    frame = pl.DataFrame(WORDS, schema=["nr", "what", "by"], orient="row")
    frame.write_parquet(tmp_path / "log.parquet")
    for source in (frame, tmp_path / "log.parquet"):
        with pytest.raises(BankmineError, match="columns: nr, what, by"):
            read_log(source)


def test_columns_that_are_equally_good_are_counted_where_they_may_be_data(tmp_path: Path) -> None:
    rows = [["case（王小芳）", "case_id（李建国）", "x"], ["case（王小芳）", "b", "y"], ["c", "d", "z"]]
    with pytest.raises(BankmineError, match="COLUMN_AMBIGUOUS: 2 columns are equally good for the case") as caught:
        read_log(csv(tmp_path / "log.csv", rows))
    assert found(str(caught.value)) == []


HEAD = "case,activity,end,resource\n"
SOUND = "".join(
    f"C{n},{step},2026-01-{n % 27 + 1:02d} {hour}:00,x\n" for n in range(199) for step, hour in (("Apply", "09"), ("Pay", "10"))
)
EVENT = '<event><string key="concept:name" value="Apply"/><date key="time:timestamp" value="2026-01-02T09:00:00Z"/></event>'
NAMED = '<trace><string key="concept:name" value="C2"/>'
TRACE = '<log><trace><string key="concept:name" value="C1"/>' + EVENT + "</trace>{}</log>"
REFUSED = {
    "HEADER_DUP": (f"{A},{A},Apply\n{B},{C},Pay\n", ".csv"),
    "NUL_BYTE": (f"{A},{B}\n{C},x\0\n", ".csv"),
    "CASE_SCI_NOTATION": (HEAD + "6.22202123456789E+18,Apply,2026-01-02 09:00,x\n", ".csv"),
    "TS_AMBIGUOUS": (HEAD + f"C1,Apply,01-02-26 {A} {PHONE},x\n", ".csv"),
    "COLUMN_MISSING": (f"{A}\t{CITIZEN} Apply\n{B}\t{PHONE} Pay\n", ".tsv"),
    "XML_MALFORMED": (TRACE.format(f'<trace><string key="a" value="b" {A} c="d"/></trace>'), ".xes"),
    "XML_MALFORMED ": (TRACE.format(f'<trace><string key="a" value="&{A};"/></trace>'), ".xes"),
    "XML_MALFORMED  ": (TRACE.format(f"<trace><{A}></trace>"), ".xes"),
    "XML_MALFORMED   ": (TRACE.format(f"<![CDATA[{A}"), ".xes"),
    "XES_ROOT": (f"<{A}/>", ".xes"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_quotes_no_cell(code: str, lang: str, tmp_path: Path, capsys) -> None:
    content, suffix = REFUSED[code]
    place = tmp_path / f"log{suffix}"
    place.write_text(content, encoding="utf-8")
    text = said(capsys, "check", place, "--lang", lang, "-q", status=(2,))
    assert code.strip() in text and found(text) == []


def test_a_huge_field_and_a_float_of_a_card_quote_no_cell(tmp_path: Path, capsys) -> None:
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(f"{A},{B}\nx,{'y' * 1_100_000}\n".encode()))
    frame = pl.DataFrame({"case": [float(CARDS[0])], "activity": ["Apply"], "end": ["2026-01-02 09:00"]})
    frame.write_parquet(tmp_path / "log.parquet")
    for name in ("log.csv.gz", "log.parquet"):
        text = said(capsys, "check", tmp_path / name, "-q", status=(2,))
        assert found(text) == [] and ("DECOMPRESS_LIMIT" in text or "CASE_SCI_NOTATION" in text)


FAULTS = {
    "ROW_SHORT": f"{CARDS[0]},{A}",
    "TS_INVALID": f"C1,Apply,{A} {PHONE},x,,,",
    "TS_OUT_OF_RANGE": f"C1,Apply,{CARDS[0]},x,,,",
    "STRAY_QUOTE": f'C1,Apply,2026-01-02 09:00,x "{A}",,,',
    "CASE_NORMALISED": "６２２２０２１２３４５６７８９０１２８,Apply,2026-01-02 09:00,x,,,",
    "PII_LABEL": f"C1,Apply {CARDS[0]} {PHONE},2026-01-02 09:00,x,{CARDS[0]},,",
    "NUM_TEXT": f"C1,Apply,2026-01-02 09:00,x,,{A} {PHONE},",
    "LIFECYCLE_UNKNOWN": f"C1,Apply,2026-01-02 09:00,x,,,{A} {CITIZEN}",
    "NO_FINAL_NEWLINE": f"C1,Apply,2026-01-02 09:00,{A},,,",
}


def test_findings_show_no_cell_in_which_anything_may_stand(tmp_path: Path, capsys) -> None:
    rows = (HEAD + SOUND).replace("resource", "resource,product,amount,lifecycle").replace(",x\n", ",x,loan,5,complete\n")
    (tmp_path / "log.csv").write_text(rows + "\n".join(FAULTS.values()), encoding="utf-8")
    assert_nobody(FAULTS, tmp_path / "log.csv", tmp_path, capsys)
    text = said(capsys, "segments", tmp_path / "log.csv", "--by", "product", "-q")
    assert found(text) == [] and "loan" in text


def test_tabs_of_a_workbook_are_told_by_their_places(tmp_path: Path, capsys) -> None:
    rows = [["case", "activity", "end"], ["C1", "Apply", "2026-01-02 09:00"], ["C1", "Pay", "2026-01-02 10:00"]]
    place = workbook(tmp_path, sheet([["readme"]]), sheet(rows), sheet(rows), names=(A, B, CARDS[0]))
    assert_nobody(["SHEETS_IGNORED"], place, tmp_path, capsys)


@pytest.mark.parametrize("cell", [f'<c t="e"><v>{A}</v></c>', f'<c t="{A}"><v>1</v></c>', '<c t="s"><v>9</v></c>'])
def test_what_a_reader_of_workbooks_quotes_is_left_out(cell: str, tmp_path: Path, capsys) -> None:
    place = workbook(tmp_path, sheet([["case", "activity", "end"], ["C1", cell, "2026-01-02 09:00"]]), names=(B,))
    text = said(capsys, "check", place, "-q", status=(2,))
    assert "XLSX_TRUNCATED" in text and found(text) == []


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml"])
def test_neither_is_what_the_parser_of_its_parts_quotes(part: str, tmp_path: Path, capsys) -> None:
    place = workbook(tmp_path, sheet([["case", "activity", "end"], ["C1", "Apply", "2026-01-02 09:00"]]))
    with zipfile.ZipFile(place) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(place, "w") as book:
        for name, content in parts.items():
            book.writestr(name, f"<a {B}></a>" if name == part else content)
    text = said(capsys, "check", place, "-q", status=(2,))
    assert "XLSX_TRUNCATED" in text and found(text) == []


@pytest.mark.parametrize("code", ["XES_KEY_REPEATED", "XES_KEY_REPEATED ", "XES_UNKNOWN_ELEMENT"])
def test_markup_is_not_quoted(code: str, tmp_path: Path, capsys) -> None:
    more = {
        "XES_KEY_REPEATED": f'{NAMED}<string key="concept:name" value="{A} {CARDS[0]}"/>{EVENT}</trace>',
        "XES_KEY_REPEATED ": NAMED + EVENT.replace("</event>", f'<string key="concept:name" value="Ask {B}"/></event>') + "</trace>",
        "XES_UNKNOWN_ELEMENT": f"{NAMED}<{A}/>{EVENT}</trace>",
    }[code]
    (tmp_path / "log.xes").write_text(TRACE.format(more), encoding="utf-8")
    assert_nobody([code.strip()], tmp_path / "log.xes", tmp_path, capsys)


def assert_nobody(codes: Iterable[str], log: Path, folder: Path, capsys) -> None:
    """The log is read, the findings are there, and neither the answer nor a file names anybody."""
    outputs = [each for kind in ("html", "json", "xlsx") for each in (f"--{OPTIONS[kind]}", folder / f"r.{kind}")]
    text = said(capsys, "check", log, "--json", folder / "c.json", "-q") + said(capsys, "check", log, "--lang", "zh", "-q")
    text += said(capsys, "analyze", log, "--twin", "off", *outputs, "-q")
    made = [path for path in folder.iterdir() if path != log]
    assert set(codes) <= {each["code"] for each in json.loads((folder / "c.json").read_text(encoding="utf-8"))["quality"]}
    assert found(text) == [] and {path.name: found(words(path)) for path in made if found(words(path))} == {}


OPTIONS = {"html": "report", "json": "json", "xlsx": "excel"}


def test_answers_of_customers_are_not_quoted(tmp_path: Path) -> None:
    for text in (f"{A},{B}\n{C},{D}\n", f"case,score\nC1,{A} {PHONE}\n"):
        (tmp_path / "survey.csv").write_text(text, encoding="utf-8")
        with pytest.raises(BankmineError) as caught:
            Answers.read(tmp_path / "survey.csv")
        assert caught.value.code in ("SURVEY_COLUMN", "SURVEY_SCORE") and found(str(caught.value)) == []
