"""A strong effect is found however the log comes: half of it, shuffled, or under a bank's own labels."""

import polars as pl
import pytest

from bankmine.api import analyze, read_log
from bankmine.process.load import load
from bankmine.sample import Sample, generate
from bankmine.settings import Settings

STRONG = (("P07", "deposit"), ("P15", "wealth"), ("P22", "payment"))
Verdicts = list[tuple[str, str]]


def answer(table: pl.DataFrame, activities: dict[str, str] | None = None) -> tuple[Verdicts, tuple[str, str]]:
    """The verdicts on D1-D6, and pattern and activity of the first recommendation."""
    analysis = analyze(read_log(table), settings=Settings.model_validate({"activities": activities or {}}))
    first = analysis.recommendations[0]
    return [(diagnosis.id, diagnosis.verdict) for diagnosis in analysis.diagnoses], (first.pattern, first.activity)


@pytest.fixture(scope="module", params=STRONG, ids=lambda param: param[0])
def strong(request: pytest.FixtureRequest) -> tuple[Sample, Verdicts]:
    pattern, process = request.param
    sample = generate(process, seed=21, cases=1000, problem=pattern, effect=0.08 if pattern == "P22" else 0.25)
    verdicts, first = answer(sample.table)
    assert first == (sample.truth.pattern, sample.truth.activity)
    assert "confirmed" in {verdict for _, verdict in verdicts}
    return sample, verdicts


def test_half_of_the_time_says_the_same(strong: tuple[Sample, Verdicts]) -> None:
    sample, verdicts = strong
    began = sample.table.group_by("case_id").agg(pl.col("start_time").min()).sort("start_time", "case_id")["case_id"]
    for half in (began.head(500), began.tail(500)):
        told = answer(sample.table.filter(pl.col("case_id").is_in(half.implode())))
        assert told == (verdicts, (sample.truth.pattern, sample.truth.activity))


def test_every_second_case_confirms_the_same_and_puts_the_same_first(strong: tuple[Sample, Verdicts]) -> None:
    """Half of everybody's work is then missing, so people look idle who are not, and work that queued seems to lie (P29): a verdict may
    be added, none is lost.
    """
    sample, verdicts = strong
    cases = sample.table["case_id"].unique().sort()
    for half in (0, 1):
        table = sample.table.filter(pl.col("case_id").is_in(cases.gather_every(2, half).implode()))
        assert 0.4 < table.height / sample.table.height < 0.6
        told, first = answer(table)
        assert first == (sample.truth.pattern, sample.truth.activity)
        assert {item for item in verdicts if item[1] == "confirmed"} <= set(told)


def test_the_order_of_the_rows_does_not_matter(strong: tuple[Sample, Verdicts]) -> None:
    sample, verdicts = strong
    shuffled = sample.table.sample(fraction=1.0, shuffle=True, seed=1)
    assert answer(shuffled) == (verdicts, (sample.truth.pattern, sample.truth.activity))


def test_the_bank_s_own_labels_with_their_mapping_say_the_same(strong: tuple[Sample, Verdicts]) -> None:
    sample, verdicts = strong
    own = {step.name.en: f"Q-{number:03d}" for number, step in enumerate(load(sample.truth.process).steps)}
    mapping = {own[step.name.en]: step.id for step in load(sample.truth.process).steps}
    renamed = sample.table.with_columns(pl.col("activity").replace_strict(own))
    there = set(renamed["activity"].to_list())
    assert sample.truth.activity is not None
    told = answer(renamed, {label: step for label, step in mapping.items() if label in there})
    assert told == (verdicts, (sample.truth.pattern, own[sample.truth.activity]))
