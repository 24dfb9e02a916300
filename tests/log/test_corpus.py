"""The bad-input corpus: outcome, code, count, place and exact rows as its manifest says."""

import csv
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bankmine.errors import InputError
from bankmine.log.cache import packed, same, unpacked
from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.log.read import DEFAULT_ZONE, read_log

FOLDER = Path(os.environ.get("BANKMINE_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "corpus"
ZONES = {"T13": "Europe/Berlin"}
OPTIONS = {"lifecycle": "transition"}


def manifest() -> list[dict[str, str]]:
    path = FOLDER / "manifest.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(row: dict[str, str]) -> EventLog:
    case, activity, timestamp, *others = row["mapping"].split("|")
    columns = {"case": case, "activity": activity, "timestamp": timestamp}
    columns |= {OPTIONS.get(role, role): name for role, _, name in (other.partition("=") for other in others)}
    zone = ZONES.get(row["id"])
    return read_log(FOLDER / "files" / row["file"], max_reject_share=0.5, timezone=zone, **columns)  # type: ignore[arg-type]


def rows_of(log: EventLog) -> Iterator[tuple[str, str, int]]:
    """The (case, activity, time) of every source row; a start and an end in one row count as its end."""
    for case, activity, start, end, first, last in zip(log.case, log.activity, log.start, log.end, log.start_line, log.line, strict=True):
        if last >= 0:
            yield log.case_names[case], log.activities[activity], int(end)
        if first >= 0 and first != last and start != UNKNOWN_TIME:
            yield log.case_names[case], log.activities[activity], int(start)


def instant(text: str, zone: str) -> int:
    """UTC microseconds of a time of the truth; without an offset it is local."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.astimezone(UTC).timestamp() * 1_000_000)


@pytest.fixture(scope="module")
def truth() -> dict[str, list[tuple[str, str, str]]]:
    return json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in manifest() if row["expect"] == "reject"])
def test_rejected(row: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        read(row)
    error = caught.value
    assert error.code == row["code"]
    assert error.file is not None and error.file.endswith(row["file"])
    if row["line"]:
        assert error.line == int(row["line"])
    if row["column"]:
        assert error.column == row["column"]
    assert re.search(row["words"], str(error), re.IGNORECASE)
    assert len(error.lines("zh")) == 2


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in manifest() if row["expect"] != "reject"])
def test_read(row: dict[str, str], truth: dict[str, list[tuple[str, str, str]]]) -> None:
    log = read(row)
    findings = {found.code: found for found in log.quality}
    if row["expect"] == "accept":
        assert [found.code for found in log.quality if found.severity != "info"] == []
        assert log.rejects == ()
    else:
        found = findings[row["code"]]
        assert found.count == int(row["count"])
        assert found.severity == "warning"
        places = {(reject.line, reject.column) for reject in log.rejects} | {(example.line, example.column) for example in found.examples}
        if row["line"]:
            assert int(row["line"]) in {line for line, _ in places}
        if row["column"]:
            assert row["column"] in {column for _, column in places}
    if row["events_out"]:
        assert log.events == int(row["events_out"])
        assert log.cases == int(row["cases_out"])
    if row["file"] in truth and row["id"] != "T13":
        zone = ZONES.get(row["id"], DEFAULT_ZONE)
        assert sorted(rows_of(log)) == sorted((case, activity, instant(time, zone)) for case, activity, time in truth[row["file"]])
    source = log.source
    assert source.rows_read == source.rows_used + source.rows_set_aside + source.rows_merged
    content = packed(log)
    assert content is not None and same(unpacked(content), log), "a cache gives it back as it is"


@pytest.mark.skipif(not FOLDER.exists(), reason="the corpus is not here (set BANKMINE_SHARED)")
def test_the_twice_shown_hour_is_settled_by_the_order_in_the_case() -> None:
    log = read(next(row for row in manifest() if row["id"] == "T13"))
    names = [log.activities[code] for code in log.activity]
    assert names == ["Submit application", "Credit check", "Risk review", "Approve", "Disburse"]
