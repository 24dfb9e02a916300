import csv
import json
import os
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log.columns import recognise
from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.interpret import interpret
from bankmine.log.notes import Note, gather
from bankmine.log.table import SourceFile, Table
from bankmine.words import Text

SHARED = Path(os.environ.get("BANKMINE_SHARED") or Path(__file__).resolve().parents[2].parent / "shared")
CORPUS = SHARED / "corpus"
ELSEWHERE = {"SINGLE_EVENT_CASES"}  # seen in whole logs, not in cells


def table(frame, name="log.csv"):
    return Table(SourceFile(name, 0, ""), frame, np.arange(2, frame.height + 2))


def understand(columns, zone="Asia/Shanghai", **options):
    frame = pl.DataFrame(columns)
    return interpret(table(frame), recognise(frame.columns), zone=zone, **options)


def codes(found):
    return {finding.code: finding.count for finding in found.findings if finding.severity != "info"}


def test_every_row_is_kept_or_has_its_reason():
    found = understand(
        {
            "case": ["c1", None, "c1", "c1", "NULL", "c2"],
            "activity": ["Apply", "Check", "", "Pay", None, "Apply"],
            "timestamp": ["2024-03-14 09:00:00", "2024-03-14 10:00:00", None, "tomorrow", "2024-03-14 10:00:00", "2024-03-14 12:00:00"],
        }
    )
    assert found.case.text().to_list() == ["c1", "c2"]
    assert found.line.tolist() == [2, 7]
    assert [(reject.line, reject.code, reject.value) for reject in found.rejects] == [
        (3, "CASE_MISSING", None),
        (4, "ACT_MISSING", ""),
        (5, "TS_INVALID", "tomorrow"),
        (6, "CASE_MISSING", "NULL"),
    ]
    assert codes(found) == {"CASE_MISSING": 2, "ACT_MISSING": 1, "TS_INVALID": 1}
    assert found.rows_read == len(found) + len(found.rejects)


def test_one_time_is_enough_to_keep_a_row():
    found = understand(
        {
            "case": ["c1"] * 4,
            "activity": ["a", "b", "c", "d"],
            "start": ["2024-03-14 09:00:00", None, "2024-02-30 09:00:00", None],
            "end": [None, "2024-03-14 09:30:00", "2024-03-14 11:00:00", None],
        }
    )
    assert found.activity.text().to_list() == ["a", "b", "c"]
    assert (found.stamps["start"] == UNKNOWN_TIME).tolist() == [False, True, True]
    assert (found.stamps["end"] == UNKNOWN_TIME).tolist() == [True, False, False]
    assert codes(found) == {"TS_MISSING": 1, "TS_INVALID": 1}


def test_the_order_of_a_case_tells_which_pass_of_the_overlap_hour_was_meant():
    clock = ["01:50", "02:30", "02:10", "03:05"]
    found = understand(
        {"case": ["c1"] * 4, "activity": list("abcd"), "timestamp": [f"2023-10-29 {time}:00" for time in clock]}, zone="Europe/Berlin"
    )
    assert (np.diff(found.stamps["timestamp"]) / 60e6).tolist() == [40, 40, 55]
    undecided = understand({"case": ["c1", "c2"], "activity": ["a", "b"], "timestamp": ["2023-10-29 02:30:00"] * 2}, zone="Europe/Berlin")
    finding = next(finding for finding in undecided.findings if finding.code == "TS_DST_OVERLAP")
    assert finding.count == 2
    assert "for 2 of them" in finding.message.en


def test_a_case_that_is_not_in_order_decides_nothing():
    clock = ["04:00", "02:30", "02:10", "01:05"]
    found = understand(
        {"case": ["c1"] * 4, "activity": list("abcd"), "timestamp": [f"2023-10-29 {time}:00" for time in clock]}, zone="Europe/Berlin"
    )
    assert (np.diff(found.stamps["timestamp"]) / 60e6).tolist() == [-150, -20, -65]


def test_findings_of_one_code_are_added_up_over_the_columns():
    found = understand({"case": ["\ufeffc1", "c1"], "activity": ["a", "b\u200b"], "timestamp": ["2024-03-14 09:00:00"] * 2})
    finding = next(finding for finding in found.findings if finding.code == "INVISIBLE_CHARS")
    assert finding.count == 2
    assert {(example.line, example.column) for example in finding.examples} == {(2, "case"), (3, "activity")}


def test_attributes_and_numbers_keep_what_is_unknown():
    found = understand(
        {
            "case": ["c1", "c1"],
            "activity": ["a", "b"],
            "timestamp": ["2024-03-14 09:00:00"] * 2,
            "resource": [" u1 ", "NULL"],
            "lifecycle": ["start", "complete"],
            "任务编号": ["t1", None],
            "amount": ["12.5", None],
        }
    )
    assert found.attributes["resource"].text().to_list() == ["u1", None]
    assert found.lifecycle is not None
    assert found.lifecycle.to_list() == ["start", "complete"]
    assert found.instance is not None
    assert found.instance.text().to_list() == ["t1", None]
    assert found.numbers["amount"][0] == 12.5
    assert np.isnan(found.numbers["amount"][1])


def corpus():
    if not (CORPUS / "manifest.csv").exists():
        return []
    with (CORPUS / "manifest.csv").open(encoding="utf-8") as manifest:
        return [row for row in csv.DictReader(manifest) if row["id"][0] in "TCAN" and row["code"] not in ELSEWHERE]


@pytest.mark.skipif(not corpus(), reason="the corpus of bad inputs is not here")
@pytest.mark.parametrize("wanted", corpus(), ids=lambda wanted: wanted["id"])
def test_the_corpus_of_times_cases_labels_and_numbers(wanted):
    path = CORPUS / "files" / wanted["file"]
    separator = ";" if ";" in path.read_text(encoding="utf-8").split("\n", 1)[0] else ","
    frame = pl.read_csv(path, infer_schema=False, separator=separator)
    zone = "Europe/Berlin" if "Europe/Berlin" in wanted["wrong"] else "Asia/Shanghai"
    if wanted["expect"] == "reject":
        with pytest.raises(InputError) as caught:
            interpret(table(frame, path.name), recognise(frame.columns), zone=zone)
        assert (caught.value.code, str(caught.value.line), caught.value.column) == (wanted["code"], wanted["line"], wanted["column"])
        assert re.search(wanted["words"], str(caught.value), re.IGNORECASE)
        return
    found = interpret(table(frame, path.name), recognise(frame.columns), zone=zone)
    assert codes(found) == ({wanted["code"]: int(wanted["count"])} if wanted["code"] else {})
    if wanted["line"]:
        finding = next(finding for finding in found.findings if finding.code == wanted["code"])
        assert str(finding.examples[0].line) == wanted["line"]
        assert finding.examples[0].column == wanted["column"]
    truth = json.loads((CORPUS / "truth.json").read_text(encoding="utf-8"))[wanted["file"]]
    local = [datetime.fromtimestamp(int(time) / 1e6, ZoneInfo(zone)) for time in found.stamps["timestamp"]]
    shown = Counter(zip(found.case.text(), found.activity.text(), [moment.replace(tzinfo=None) for moment in local], strict=True))
    assert shown == Counter((case, activity, wall_clock(time, zone)) for case, activity, time in truth)


def wall_clock(time, zone):
    moment = datetime.fromisoformat(time)
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_empty_cells_are_shown_by_their_first_places() -> None:
    cells = pl.Series([None] * 10, dtype=pl.String)
    note = Note("NULL", "info", lambda count: Text(zh=f"{count}", en=f"{count}"), np.arange(10), "who", cells)
    (found,) = gather([note], "log.csv", np.arange(2, 12))
    assert found.count == 10
    assert {(example.line, example.value) for example in found.examples} <= {(line, None) for line in range(2, 12)}
    assert found.examples[0].line == 2
