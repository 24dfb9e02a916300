"""Verdicts, risks and road map at their limits, on recommendations made by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bankmine.advice import rank
from bankmine.advice.answer import Interval
from bankmine.advice.bank import bank_diagnosis
from bankmine.advice.claims import CLAIMS
from bankmine.advice.diagnose import diagnose
from bankmine.advice.risk import RiskMatrix
from bankmine.advice.roadmap import _less
from bankmine.words import Text
from tests.advice.test_bank import answer, item

D3 = next(at for at, claim in enumerate(CLAIMS) if claim.id == "D3")


def pattern(evidence: str, *missing: str) -> Any:
    return SimpleNamespace(code="P00", title=Text.same("pattern"), evidence=evidence, diagnoses=("D3",), missing=lambda facts: missing)


def verdict(patterns: list[Any], *listed: Any) -> tuple[str, str | None, str]:
    """State, severity and evidence of D3."""
    found = diagnose(SimpleNamespace(), patterns, listed)[D3]  # type: ignore[arg-type]
    return found.verdict, found.severity, found.evidence


@pytest.mark.parametrize(("share", "severity"), [(0.10, "high"), (0.0999, "medium"), (0.05, "medium"), (0.0499, "low")])
def test_a_verdict_is_as_grave_as_its_largest_share(share: float, severity: str) -> None:
    assert verdict([], item(material_share=0.0), item(material_share=share)) == ("confirmed", severity, "direct")


def test_two_proxies_confirm_and_one_does_not() -> None:
    first, second = item(evidence="proxy"), item(evidence="proxy", pattern="P08")
    assert verdict([], first, second) == ("confirmed", "high", "proxy")
    assert verdict([], first) == ("unassessable", None, "none")
    assert verdict([], first, first) == ("unassessable", None, "none"), "the same pattern twice is one"


def test_only_a_pattern_that_sees_the_thing_itself_can_find_nothing() -> None:
    assert verdict([pattern("direct")]) == ("not_found", None, "direct")
    assert verdict([pattern("proxy")]) == verdict([pattern("direct", "resource")]) == ("unassessable", None, "none")


def test_advice_of_one_log_stands_at_its_activity() -> None:
    (alone,) = bank_diagnosis([answer("loan", item(role="clerk", hours=1))]).ranking
    (shared,) = bank_diagnosis([answer(name, item(pattern="P08", role="clerk", hours=1), busy={"clerk": 1.0}) for name in "ab"]).ranking
    assert (alone.where, shared.where) == ("enter", "clerk")


def test_of_equal_products_the_graver_risk_stands_first() -> None:
    none = SimpleNamespace(rules=(), count=lambda _: SimpleNamespace(tolist=list), checked=SimpleNamespace(tolist=list))
    listed = [item(pattern="P01", likelihood=3, severity=1), item(pattern="P02", likelihood=1, severity=3)]
    assert [(e.likelihood, e.severity) for e in RiskMatrix.of(none, listed).entries] == [(1, 3), (3, 1)]  # type: ignore[arg-type]


def test_an_indicator_does_not_rise_by_a_loss_and_falls_by_nothing_unknown() -> None:
    lost = item(gain=item().gain.__class__(None, Interval(-2.0, None, None), None, 3600.0 * 52, "replay"))
    assert _less(lost, {}) == 0.0
    effort = item(kind="effort", gain=lost.gain)
    assert _less(effort, {"throughput_week": None}) is None and _less(effort, {"throughput_week": 0.0}) is None
    assert _less(effort, {"throughput_week": 10.0}) == pytest.approx(360.0, rel=0.01)
    unknown = item(kind="effort", gain=lost.gain.__class__(None, None, None, None, "replay"))
    assert _less(unknown, {"throughput_week": 10.0}) is None


def test_a_tier_ends_where_an_interval_with_its_factor_ends_below_the_first_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rank, "_week", lambda facts: np.array([99]))

    def scored(score: float, high: float, factor: float) -> Any:
        candidate = SimpleNamespace(factor=factor, pattern=SimpleNamespace(kind="time"), finding=None)
        return SimpleNamespace(candidate=candidate, score=score, high=high)

    listed = [scored(1.0, 2.0, 0.5), scored(0.9, 2.0, 0.5), scored(0.5, 1.5, 0.5), scored(0.4, 1.0, 0.5)]
    assert rank._tiers(SimpleNamespace(), listed) == ["A", "A", "B", "B"]  # type: ignore[arg-type]
