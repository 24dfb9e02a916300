"""A log in parts is filtered, and joined with customers' answers, as the log in one piece."""

import json
from functools import cache, partial
from pathlib import Path

import polars as pl
import pytest

from bankmine import UsageError, analyze, read_log
from bankmine.api import meaning
from bankmine.log.filters import CaseFilter, Having, Period
from bankmine.scale import memory
from bankmine.scale.answer import PartsAnalysis
from bankmine.scale.partition import cut
from bankmine.scale.reading import How
from bankmine.scale.whole import Wanted
from bankmine.settings import Settings
from tests.scale.test_in_parts import LOAN, run

PARTS = [1, 2, 7, 31]
ONLINE, MARCH = Having("channel", ("online",)), Period("2024-03-05", "2024-03-19")
SAME = ("log", "process", "cycle_time", "waiting", "waiting_by_arc", "dfg", "rework", "variants")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Every eighth case of the loan sample."""
    frame = pl.read_csv(LOAN, infer_schema=False)
    case = frame[frame.columns[0]]
    path = tmp_path_factory.mktemp("filtered") / "loan.csv"
    frame.filter(case.is_in(case.unique().sort().gather_every(8).implode())).write_csv(path)
    return path


def in_parts(path: Path, parts: int, filters: tuple[CaseFilter, ...], settings: Settings) -> PartsAnalysis:
    wanted = Wanted(partial(meaning, process=None, settings=settings), None, settings.calendar, min(parts, 3))
    with cut([path], How(settings=settings, filters=filters), parts) as log:
        return PartsAnalysis.of(log, wanted, settings, parts, 0, partial(analyze, settings=settings))


@cache
def in_one_piece(path: Path, filters: tuple[CaseFilter, ...]) -> dict[str, object]:
    log = read_log(path)
    for each in filters:
        log = each.of(log)
    return analyze(log, twin="off").as_json()


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("filters", [(ONLINE,), (MARCH,), (ONLINE, MARCH)])
def test_filtered_in_any_number_of_parts_as_in_one_piece(small: Path, parts: int, filters: tuple[CaseFilter, ...]) -> None:
    one, other = in_one_piece(small, filters), in_parts(small, parts, filters, Settings()).as_json()
    assert other["input"] == one["input"]
    for key in SAME:
        assert other[key] == one[key], key


def test_what_leaves_a_single_case_in_a_single_part(small: Path) -> None:
    alone = (Period("2024-02-05", "2024-02-05"),)
    one = in_one_piece(small, alone)
    assert one["log"]["cases"] == 1
    assert in_parts(small, 7, alone, Settings()).as_json()["cycle_time"] == one["cycle_time"]


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ((Having("chanel", ("online",)),), "ATTRIBUTE_UNKNOWN"),
        ((Having("channel", ("online", "onlin")),), "VALUE_UNKNOWN"),
        ((Having("resource", ("Zoe",)),), "VALUE_UNKNOWN"),
        ((ONLINE, Having("channel", ("branch",))), "VALUE_UNKNOWN"),  # not among the cases that the first leaves
        ((ONLINE, Period("2023", "2023"), Having("product", ("Mortgage",))), "FILTER_EMPTY"),
    ],
)
def test_what_the_whole_refuses_is_refused_in_its_words(small: Path, filters: tuple[CaseFilter, ...], code: str) -> None:
    with pytest.raises(UsageError) as one:
        in_one_piece(small, filters)
    with pytest.raises(UsageError) as other:
        in_parts(small, 7, filters, Settings())
    assert (other.value.code, other.value.what, other.value.hint) == (code, one.value.what, one.value.hint)


def test_filters_on_the_command_line_are_told_of_the_window_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(memory, "BYTES_A_ROW", 100_000)  # as if the sample had a hundred times its rows
    parts = tmp_path / "parts.json"
    where = "--where", "channel=branch", "--where", "channel=online", "--from", "2024-02"
    run("analyze", LOAN, "--memory", "500MB", "--json", parts, *where)
    found = json.loads(parts.read_text())
    told = ["channel=branch|online", "started 2024-02..2261"]
    assert found["input"]["parameters"]["filters"] == found["window"]["analysis"]["input"]["parameters"]["filters"] == told


def test_a_date_that_is_none_is_refused_before_the_log_is_read(monkeypatch) -> None:
    monkeypatch.setattr(memory, "BYTES_A_ROW", 100_000)
    with pytest.raises(UsageError, match="OPTION_VALUE"):
        run("analyze", LOAN, "--memory", "500MB", "--from", "spring")
