"""The workbook, read back as a spreadsheet program would."""

import io
import json
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.api import analyze, read_log
from bankmine.cli.main import main
from bankmine.report.excel import FORBIDDEN, LONGEST_NAME, _name, workbook
from bankmine.sample import generate
from tests.textlog import textlog


def sheets(content: bytes) -> dict[str, pl.DataFrame]:
    book = fastexcel.read_excel(content)
    return {name: book.load_sheet(name, dtypes={}).to_polars() for name in book.sheet_names}


def test_the_numbers_are_those_of_the_json_with_their_units() -> None:
    analysis = analyze(read_log(generate("loan", seed=600, cases=400, problem="P08", effect=0.2).table))
    found, told = sheets(workbook(analysis, "en")), analysis.as_json()
    first, gain = found["All recommendations"].row(0, named=True), told["recommendations"][0]["gain"]
    assert first["Pattern"] == "P08" and first["Rank"] == 1
    assert first["Saved a case (h)"] * 3600 == pytest.approx(gain["per_case_s"]["realistic"]["estimate"])
    assert first["Share of cases (%)"] == told["recommendations"][0]["share_of_cases"]
    waits = found["Waiting before each activity be"]  # cut to what a sheet's name may hold
    assert waits["Total wait (h)"].to_list() == pytest.approx([row["total_s"] / 3600 for row in told["waiting"]][: waits.height])


def test_the_same_analysis_gives_the_same_bytes_in_each_language() -> None:
    table = generate("deposit", seed=4, cases=200, lang="zh").table
    one, other = (workbook(analyze(read_log(table)), "zh") for _ in range(2))
    assert one == other
    assert next(iter(sheets(one))) == "概览" and next(iter(sheets(workbook(analyze(read_log(table)), "en")))) == "Overview"


def test_names_from_the_log_are_never_run_as_formulas_and_unknown_is_said() -> None:
    lines = [f"c{k}: =1+1 {5 * k}-{5 * k + 1} @a | @SUM(A1) {5 * k + 2} @b" for k in range(40)]
    content = workbook(analyze(textlog("\n".join(lines))), "en")
    cells = {str(value) for frame in sheets(content).values() for column in frame.columns for value in frame[column]}
    assert {"=1+1", "@SUM(A1)", "unknown"} <= cells
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_every_sheet_has_a_name_that_may_be_and_is_its_own(wanted: list[str]) -> None:
    taken: set[str] = set()
    names = [_name(each, taken) for each in wanted]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= LONGEST_NAME and not FORBIDDEN.search(name) for name in names)


def test_the_workbook_is_written_beside_the_other_outputs(tmp_path: Path, capsys) -> None:
    log = str(generate("payment", seed=4, cases=200).write(tmp_path))
    files = [tmp_path / f"out.{ending}" for ending in ("xlsx", "html", "json")]
    options = [word for option, file in zip(("--excel", "--report", "--json"), files, strict=True) for word in (option, str(file))]
    assert main(["analyze", log, *options, "-q"]) == 0
    assert all(file.stat().st_size > 1000 for file in files)
    assert (
        "Overview" in sheets(files[0].read_bytes()) and json.loads(files[2].read_text(encoding="utf-8"))["schema"] == "bankmine.analysis/1"
    )
