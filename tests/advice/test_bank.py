"""The bank over several logs: shared roles count once, controls stand apart, hours that are not known are not 0."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bankmine.advice.answer import Gain, Interval, Recommendation
from bankmine.advice.bank import LogAnswer, bank_diagnosis
from bankmine.advice.roadmap import PHASES, step_of
from bankmine.words import Text


def item(**given: Any) -> Recommendation:
    per_year = given.pop("hours", None)
    role = given.pop("role", None)
    saved = Interval(3600.0, 1800.0, 5400.0)
    gain = Gain(saved, saved, None if per_year is None else Interval(per_year * 3600, None, None), 0.0, "replay")
    usual: dict[str, Any] = {
        "rank": 1, "tier": "A", "pattern": "P07", "activity": "enter", "where": MappingProxyType({"role": role}), "diagnoses": ("D3",),
        "plan": ("8.1",), "title": Text.same("rework"), "text": Text.same("rework"), "kind": "time", "gain": gain, "evidence": "direct",
        "feasibility": "high", "risk_of_change": "low", "risk_of_inaction": "low", "likelihood": 1, "severity": 1, "risk_class": "low",
        "phase": "4-6", "cases": 40, "share_of_cases": 0.5, "material_share": 0.1, "score": 0.1, "stability": None, "factors": (),
    }  # fmt: skip
    return Recommendation(**{**usual, **given})


def answer(name: str, *items: Recommendation, busy: dict[str, float | None] | None = None) -> LogAnswer:
    return LogAnswer(name, (), items, {"cycle_time_mean": 36_000.0}, busy or {}, dict.fromkeys(busy or {}, 144_000.0))


def test_a_shared_role_lacks_capacity_once_and_its_load_is_the_sum() -> None:
    loan = answer("loan", item(pattern="P08", role="checker", hours=100), busy={"checker": 72_000.0, "clerk": 1.0})
    cards = answer("cards", item(pattern="P13", role="checker", hours=50), busy={"checker": 36_000.0})
    found = bank_diagnosis([loan, cards])
    assert [(e.logs, e.role, e.customer_hours) for e in found.ranking] == [(("loan", "cards"), "checker", 150)]
    assert [(r.role, r.logs, r.busy_hours, r.duty_hours, r.load) for r in found.shared_roles] == [
        ("checker", ("loan", "cards"), 30, 40, 0.75)
    ]


def test_a_role_of_one_log_is_not_merged() -> None:
    found = bank_diagnosis([answer("loan", item(pattern="P08", role="clerk", hours=1), busy={"clerk": 1.0}), answer("cards")])
    assert [e.logs for e in found.ranking] == [("loan",)]
    assert found.shared_roles == ()


def test_by_hours_a_year_with_unknown_hours_last_and_controls_apart() -> None:
    found = bank_diagnosis(
        [answer("a", item(hours=None), item(rank=2, kind="control")), answer("b", item(hours=5)), answer("c", item(hours=9))]
    )
    assert [(e.logs, e.customer_hours) for e in found.ranking] == [(("c",), 9), (("b",), 5), (("a",), None)]
    assert [e.logs for e in found.controls] == [("a",)]


def test_a_load_is_unknown_if_one_log_does_not_tell() -> None:
    found = bank_diagnosis([answer("a", busy={"clerk": 1.0}), answer("b", busy={"clerk": None})])
    assert [(r.busy_hours, r.load) for r in found.shared_roles] == [(None, None)]


def test_high_risk_or_low_feasibility_comes_one_window_later() -> None:
    assert PHASES[step_of(item()).phase] == "4-6"
    assert PHASES[step_of(item(risk_of_change="high")).phase] == "7-9"
    assert PHASES[step_of(item(feasibility="low", phase="10-12")).phase] == "10-12"


def test_each_kind_of_change_is_seen_in_its_own_indicator() -> None:
    now = {"cycle_time_mean": 36_000.0, "touch_time": 4_000.0, "throughput_week": 7 / 365.25, "control_breaches": 12.5}
    # Four cases in a thousand break this control; the others that are broken stay so.
    wanted = {"time": (36_000.0, 32_400.0), "effort": (4_000.0, 1_000.0), "control": (12.5, 8.5)}
    gain = replace(item().gain, effort_per_year_s=3_000.0)
    for kind, values in wanted.items():
        step = step_of(item(kind=kind, gain=gain, share_of_cases=0.004), "a", now)
        assert (step.baseline, step.target) == values
    assert (step_of(item()).baseline, step_of(item()).target) == (None, None)
