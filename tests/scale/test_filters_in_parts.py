"""A log in parts is filtered, and joined with customers' answers, as the log in one piece."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bankmine import BankmineError, UsageError, analyze, read_log
from bankmine.api import Analysis, answers_of, meaning
from bankmine.log.filters import CaseFilter, Having, Period
from bankmine.scale import memory, partition
from bankmine.scale.answer import PartsAnalysis
from bankmine.scale.partition import cut
from bankmine.scale.reading import How
from bankmine.scale.whole import Wanted
from bankmine.settings import Privacy, Settings, Survey
from tests.scale.test_in_parts import LOAN, run
from tests.scale.test_partition import assert_as_in_memory, assert_same

ONLINE, SPRING = Having("channel", ("online",)), Period("2024-02-01", "2024-03")
SAME = ("input", "log", "process", "cycle_time", "waiting", "waiting_by_arc", "dfg", "rework", "variants", "survey")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Every twelfth case of the loan sample."""
    frame = pl.read_csv(LOAN, infer_schema=False)
    case = frame[frame.columns[0]]
    path = tmp_path_factory.mktemp("filtered") / "loan.csv"
    frame.filter(case.is_in(case.unique().sort().gather_every(12).implode())).write_csv(path)
    return path


@pytest.fixture(scope="module")
def survey(small: Path) -> Settings:
    """Scores of two cases in three, some answered again or without a score, some of cases that are not in the log."""
    names, score = read_log(small).case_names, np.random.default_rng(7).integers(1, 6, 200).tolist()
    lines = [
        f"{name},{score[k] if k % 8 else ''},{'too slow' if k % 5 else ''},2024-05-0{k % 9 + 1}" for k, name in enumerate(names) if k % 3
    ]
    lines += [f"{name},{score[-k]},,2024-05-05" for k, name in enumerate(names) if k % 11 == 1] + ["L9,3,,2024-05-01"]
    path = small.with_name("answers.csv")
    path.write_text("\n".join(["case,score,comment,date", *lines]))
    return Settings(survey=Survey(file=str(path)), privacy=Privacy(minimum_cases=3))


def in_parts(path: Path, parts: int, filters: tuple[CaseFilter, ...], settings: Settings) -> PartsAnalysis:
    answers = answers_of(settings, "Asia/Shanghai")
    wanted = Wanted(partial(meaning, process=None, settings=settings), None, settings.calendar, min(parts, 3), answers=answers)
    with cut([path], How(settings=settings, filters=filters), parts) as log:
        return PartsAnalysis.of(log, wanted, settings, parts, 0, partial(analyze, settings=settings))


def in_one_piece(path: Path, filters: tuple[CaseFilter, ...], settings: Settings) -> Analysis:
    log = read_log(path)
    for each in filters:
        log = each.of(log)
    return analyze(log, settings=settings, twin="off")


@pytest.mark.parametrize(
    ("filters", "numbers"), [((), (1, 2, 7, 31)), ((ONLINE,), (1, 7)), ((SPRING,), (2, 31)), ((ONLINE, SPRING), (1, 2, 7, 31))]
)
def test_filtered_and_asked_in_any_number_of_parts_as_in_one_piece(
    small: Path, survey: Settings, filters: tuple[CaseFilter, ...], numbers: tuple[int, ...]
) -> None:
    one = in_one_piece(small, filters, survey).as_json()
    assert one["survey"]["scored_cases"] > 0 and one["survey"]["scores"][0]["mean"] is not None
    for parts in numbers:
        other = in_parts(small, parts, filters, survey).as_json()
        assert {key: other[key] for key in SAME} == {key: one[key] for key in SAME}, parts


def test_answers_where_no_customer_is_seen_are_told_by_the_milestones_of_all_cases(tmp_path: Path) -> None:
    path, answers = tmp_path / "log.csv", tmp_path / "answers.csv"
    ways = [("a", "b", "c"), ("a", "c", "b", "d"), ("b", "a", "c", "d"), ("a", "a", "b")]
    steps = [(k, n, step) for k in range(40) for n, step in enumerate(ways[k % 7 % 4])]
    lines = [f"c{k:02},step {step},2024-03-{k % 20 + 1:02} 1{n}:{k:02}" for k, n, step in steps]
    path.write_text("\n".join(["case,activity,timestamp", *lines]))
    answers.write_text("case,score\n" + "".join(f"c{k:02},{k % 5}\n" for k in range(0, 40, 2)))
    settings = Settings(survey=Survey(file=str(answers)), privacy=Privacy(minimum_cases=3))
    one, other = in_one_piece(path, (), settings).survey, in_parts(path, 7, (), settings).survey
    assert one is not None and next(row.name.en for row in one.rows if row.group == "stage") == "Stage: Until step a"
    assert any(row.slow_less_fast is not None for row in one.rows)
    assert_same(other, one)


def test_what_leaves_a_single_case_in_a_single_part(small: Path) -> None:
    alone = (Period("2024-01-01T10:12:01", "2024-01-01T10:12:01"),)
    one = in_one_piece(small, alone, Settings())
    assert one.log.cases == 1
    assert_as_in_memory(in_parts(small, 7, alone, Settings()).measured, one)


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
        in_one_piece(small, filters, Settings())
    with pytest.raises(UsageError) as other:
        in_parts(small, 7, filters, Settings())
    assert (other.value.code, other.value.what, other.value.hint) == (code, one.value.what, one.value.hint)


def test_filters_and_answers_on_the_command_line_are_told_of_the_window_too(tmp_path: Path, survey: Settings, monkeypatch) -> None:
    monkeypatch.setattr(memory, "BYTES_A_ROW", 100_000)  # as if the sample had a hundred times its rows
    parts = tmp_path / "parts.json"
    where = "--where", "channel=branch", "--where", "channel=online", "--from", "2024-02", "--survey", survey.survey.file
    said = run("analyze", LOAN, "--memory", "500MB", "--json", parts, *where)
    found = json.loads(parts.read_text())
    told = ["channel=branch|online", "started 2024-02..2261"]
    assert found["input"]["parameters"]["filters"] == found["window"]["analysis"]["input"]["parameters"]["filters"] == told
    assert found["survey"]["scored_cases"] > found["window"]["analysis"]["survey"]["scored_cases"] > 0
    assert f"that pass the filters are meant: {'; '.join(told)}." in said and "Scores by customers" in said


@pytest.mark.parametrize(("option", "code"), [(("--from", "spring"), "OPTION_VALUE"), (("--survey", "none.csv"), "FILE_UNREADABLE")])
def test_what_can_be_refused_before_the_log_is_cut_is(option: tuple[str, str], code: str, monkeypatch) -> None:
    monkeypatch.setattr(memory, "BYTES_A_ROW", 100_000)
    monkeypatch.setattr(partition, "sweep", lambda: pytest.fail("it was cut"))
    with pytest.raises(BankmineError, match=code):
        run("analyze", LOAN, "--memory", "500MB", *option)
