"""The bad-input corpus, as far as it concerns raw tables: groups E, D, S and B, before any cell has a meaning."""

import csv
import json
import os
import re
from pathlib import Path

import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log.tables import read_table

FOLDER = Path(os.environ.get("BANKMINE_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "corpus"
GROUPS = "EDSB"
# Said by later stages, from the meaning of the cells.
LATER = ("INVISIBLE_CHARS", "ACT_CARDINALITY", "CASE_LONG", "SINGLE_EVENT_CASES", "SINGLE_CASE")


def manifest(*, reject: bool) -> list[object]:
    path = FOLDER / "manifest.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"][0] in GROUPS and (row["expect"] == "reject") == reject]
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.mark.parametrize("row", manifest(reject=True))
def test_refused(row: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        read_table(FOLDER / "files" / row["file"])
    error = caught.value
    assert error.code == row["code"]
    assert error.line == int(row["line"] or 0) or not row["line"]
    assert error.column == row["column"] or not row["column"]
    assert re.search(row["words"], str(error), re.IGNORECASE)


@pytest.mark.parametrize("row", manifest(reject=False))
def test_read(row: dict[str, str]) -> None:
    table = read_table(FOLDER / "files" / row["file"])
    findings = {finding.code: finding for finding in table.findings if finding.severity != "info"}
    if row["expect"] == "accept" or row["code"] in LATER:
        assert findings == {}
    else:
        assert set(findings) == {row["code"]}
        found = findings[row["code"]]
        assert found.count == int(row["count"])
        assert not row["line"] or int(row["line"]) in {example.line for example in found.examples}
    truth = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8")).get(row["file"])
    if truth and row["code"] not in LATER:
        case, activity, time = row["mapping"].split("|")
        frame = table.frame.select(case, activity, time)
        kind = frame[time].dtype
        if isinstance(kind, pl.Datetime) and kind.time_zone:
            frame = frame.with_columns(pl.col(time).dt.convert_time_zone("UTC"))
        if kind != pl.String:
            frame = frame.with_columns(pl.col(time).dt.to_string("%Y-%m-%dT%H:%M:%S"))
        cells = [(one, two, three.replace(" ", "T")) for one, two, three in frame.rows()]
        assert sorted(cells) == sorted((one, two, three[:19]) for one, two, three in truth)
