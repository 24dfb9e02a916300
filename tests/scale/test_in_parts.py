"""`analyze --memory`: the ordinary answer where the log fits, the answer in parts where it does not."""

import gzip
import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from bankmine import InputError, UsageError
from bankmine.cli.main import app
from bankmine.report.schema import schemas
from bankmine.scale import memory

LOAN = Path(__file__).parents[2] / "sample_logs" / "loan.csv"


def run(*arguments: object) -> str:
    """What a command says, its blanks as one."""
    found = CliRunner().invoke(app, [str(each) for each in arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return " ".join(found.output.split())


def test_a_log_that_does_not_fit_is_analysed_in_parts(tmp_path: Path, monkeypatch) -> None:
    whole, parts, page = tmp_path / "whole.json", tmp_path / "parts.json", tmp_path / "parts.html"
    run("analyze", LOAN, "--json", whole, "--memory", "4GB")
    monkeypatch.setattr(memory, "BYTES_A_ROW", 100_000)  # as if the sample had a hundred times its rows
    said = run("analyze", LOAN, "--memory", "500MB", "--json", parts, "--report", page, "--cache", tmp_path / "kept")
    assert "in 6 parts" in said and "whole weeks" in said
    assert "a log in parts is not kept" in said and not (tmp_path / "kept").exists()
    one, other = json.loads(whole.read_text()), json.loads(parts.read_text())
    jsonschema.validate(other, schemas())
    assert (one["schema"], other["schema"]) == ("bankmine.analysis/1", "bankmine.parts/1")
    for key in ("log", "process", "cycle_time", "waiting", "waiting_by_arc", "dfg", "rework", "variants"):
        assert other[key] == one[key], key
    assert other["input"]["files"] == one["input"]["files"] and other["input"]["calendar"] == one["input"]["calendar"]
    assert other["window"]["analysis"]["log"]["cases"] < one["log"]["cases"]
    assert {q["code"]: q["count"] for q in other["quality"]} == {q["code"]: q["count"] for q in one["quality"]}
    shown = page.read_text(encoding="utf-8")
    assert "The log was analysed in 6 parts" in shown and "日志分 6 部分分析" in shown
    assert (tmp_path / "parts.json.audit.json").exists() or (tmp_path / "parts.html.audit.json").exists()


def test_a_log_that_does_not_fit_is_refused_with_need_and_limit(monkeypatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 250_500_000)
    with pytest.raises(InputError, match=r"MEMORY: about 6,\d+ rows need about 0.3 GB of memory, 0.3 GB are there"):
        run("waiting", LOAN)


@pytest.mark.parametrize(("text", "size"), [("500MB", 5e8), ("4GB", 4e9), ("4GiB", 2**32), ("1.5 g", 1.5e9), ("800000000", 8e8)])
def test_sizes(text: str, size: float) -> None:
    assert memory.size(text) == size


@pytest.mark.parametrize("text", ["", "much", "100MB", "-4GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="OPTION_VALUE"):
        memory.size(text)


def test_rows_are_foretold_from_the_first_megabytes(tmp_path: Path) -> None:
    rows = 100_000
    lines = "".join(f"case {k:09},activity number {k % 7},2024-03-04 10:00:00\n" for k in range(rows))
    for name, opened in (("log.csv", open), ("log.csv.gz", gzip.open)):
        with opened(tmp_path / name, "wt") as file:
            file.write("case,activity,timestamp\n" + lines)
        found = memory.rows_of(tmp_path / name)
        assert found is not None and np.isclose(found, rows, rtol=0.1), name


def test_a_header_that_begins_like_an_archive_is_text(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("Process,activity,end\n" + "P1,apply,2024-03-14 09:00\n" * 9, encoding="utf-8")
    assert memory.rows_of(path) == 10  # the header counts as one: it is an estimate
    (tmp_path / "log.dat").write_bytes(b"PK\x03\x04 of some workbook\n")
    assert memory.rows_of(tmp_path / "log.dat") is None
