"""The numbers of an answer: what a year saves, the weights of the score, the order of equals, and the words where there is nothing."""

import pytest

from bankmine.advice import rank
from bankmine.advice.bank import bank_diagnosis
from bankmine.advice.diagnose import _list
from bankmine.api import Analysis, analyze
from bankmine.settings import Settings
from tests.advice.test_bank import answer, item
from tests.advice.test_rank import MAPPING, PLAIN, REDONE, analysis
from tests.textlog import textlog


def over(days: float, mapping: dict = MAPPING) -> Analysis:
    """60 cases redone and 60 plain, one after the other, from the first stamp to the last in so many days."""
    last = days * 24
    lines = []
    for n in range(120):
        at = (last - (15 if n % 2 else 5)) * n / 119 if n != 119 else last - 15
        steps = (
            [("enter", 0, 1, "ann"), ("check", 2, 3, "bob"), ("enter", 7, 8, "ann"), ("check", 12, 13, "bob"), ("close", 14, 15, "bob")]
            if n % 2
            else [("enter", 0, 1, "ann"), ("check", 2, 3, "bob"), ("close", 4, 5, "bob")]
        )
        lines.append(f"c{n:03d}: " + " | ".join(f"{a} {at + b:.4f}-{at + e:.4f} @{who}{n}" for a, b, e, who in steps))
    return analyze(textlog("\n".join(lines)), settings=Settings.model_validate({"activities": mapping}))


def test_a_year_is_what_a_case_saves_times_the_cases_of_a_year_from_ninety_days_on() -> None:
    first = over(90).recommendations[0]
    assert first.pattern == "P07" and first.gain.realistic is not None and first.gain.per_year is not None
    a_year = 120 / 90 * 365.25
    assert first.gain.realistic.estimate == pytest.approx(2.5 * 3600, rel=1e-3)
    assert first.gain.per_year.estimate == pytest.approx(first.gain.realistic.estimate * a_year)
    assert first.gain.per_year.low == pytest.approx(first.gain.realistic.low * a_year)
    assert first.gain.per_year.high == pytest.approx(first.gain.realistic.high * a_year)
    # Two hours of work are done again in every second case; half of that is realistic.
    assert first.gain.effort_per_year_s == pytest.approx(0.5 * 3600 * a_year, rel=1e-3)
    short = over(89.9).recommendations[0]
    assert short.gain.per_year is None and short.gain.effort_per_year_s is None


def test_an_item_that_is_alone_is_always_among_the_first_three() -> None:
    found = analysis((60, REDONE), (60, PLAIN))
    assert [item.stability for item in found.recommendations] == [1.0]
    assert found.recommendations[0].risk_class in ("low", "medium", "high") and found.recommendations[0].share_of_cases == 0.5


def test_the_interval_holds_the_estimate_and_is_that_of_half_redone() -> None:
    gain = analysis((60, REDONE), (60, PLAIN)).recommendations[0].gain
    assert gain.upper is not None and gain.realistic is not None
    for part, whole in ((gain.upper, 10 * 3600), (gain.realistic, 5 * 3600)):
        # Half of 120 cases: standard error 0.5 / sqrt(120) of the whole, 1.645 of them to either side.
        assert part.estimate - part.low == pytest.approx(1.645 * 0.5 / 120**0.5 * whole, rel=0.15)
        assert part.high - part.estimate == pytest.approx(1.645 * 0.5 / 120**0.5 * whole, rel=0.15)


def test_the_weights_are_those_of_definitions_3_5() -> None:
    assert dict(rank.FEASIBILITY) == {"high": 1.0, "medium": 0.7, "low": 0.4}
    assert dict(rank.EVIDENCE) == {"direct": 1.0, "proxy": 0.7}
    assert dict(rank.RISK_OF_CHANGE) == {"low": 1.0, "medium": 0.8, "high": 0.5}
    assert dict(rank.SEVERITY_WEIGHT) == {"compliance": 1.0, "customer": 0.5, "delay": 0.25}
    assert (rank.Limits().min_cases, rank.Limits().min_material) == (30, 0.02)


def test_of_equal_hours_of_customers_more_hours_of_staff_come_first_then_logs_by_name() -> None:
    from dataclasses import replace

    def with_staff(hours: float):
        one = item(hours=5)
        return replace(one, gain=replace(one.gain, effort_per_year_s=hours * 3600))

    found = bank_diagnosis([answer(name, with_staff(hours)) for name, hours in (("c", 1), ("b", 2), ("a", 1))])
    assert [e.logs[0] for e in found.ranking] == ["b", "a", "c"]


def test_staff_time_is_explained_in_seconds() -> None:
    found = analysis((60, REDONE), (60, PLAIN))
    amounts = {
        row[0].en: row[2]
        for block in found.explain(1)
        if getattr(block, "caption", None) and block.caption.en == "Arithmetic"
        for row in block.rows
    }
    assert amounts["staff time saved, realistic"] == 60 * 3600.0
    assert amounts["work of the rows below that would be saved"] == 60 * 2 * 3600.0


def test_where_there_is_nothing_it_is_said_in_words() -> None:
    assert (_list([], []).zh, _list([], []).en) == ("无", "none") and _list(["甲", "乙"], ["a", "b"]).en == "a; b"
    assert _list(["甲", "乙"], []).zh == "甲、乙"
    quiet = analysis((100, PLAIN))
    said = quiet.explain("P07")[1].text
    assert "at all 3 activities, in 100 cases" in said.en and "全部 3 个环节、100 个案件" in said.zh
    assert "at “check”" in quiet.explain("P07@check")[1].text.en
    from bankmine.errors import UsageError

    with pytest.raises(UsageError, match="known: none"):
        quiet.explain("P99")
