"""Means up to a horizon, standardised, with errors by weeks: against what can be worked out otherwise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.stats.effect import changed, changed_beyond, interrupted, pseudo_values, standardised_sides
from bankmine.stats.survival import Survival


def area(duration: np.ndarray, over: np.ndarray, horizon: float) -> float:
    """The area under the Kaplan-Meier curve, step by step."""
    curve = Survival.of(duration, over)
    edges = [0.0, *(t for t in curve.time.tolist() if t < horizon), horizon]
    return sum((right - left) * curve.at(left) for left, right in pairwise(edges))


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=3, max_size=40), st.integers(5, 40))
@settings(max_examples=150, deadline=None)
def test_pseudo_values_add_up_to_the_area_under_the_curve(cases: list[tuple[int, bool]], horizon: int) -> None:
    duration, over = np.array([c[0] for c in cases], dtype=float), np.array([c[1] for c in cases])
    # An end and a last sight at one time: the end comes first, as in the curve.
    assert pseudo_values(duration, over, horizon).mean() == pytest.approx(
        area(np.minimum(duration, horizon), over & (duration <= horizon), horizon), rel=0.25
    )


def test_where_all_is_seen_they_are_the_times_themselves() -> None:
    times = np.random.default_rng(1).exponential(5, 400)
    np.testing.assert_allclose(pseudo_values(times, np.ones(400, dtype=bool), 12.0), np.minimum(times, 12.0), atol=1e-9)


def test_they_are_what_leaving_one_case_out_does() -> None:
    rng = np.random.default_rng(2)
    times, seen = rng.exponential(5, 300), rng.uniform(0, 20, 300)
    duration, over = np.minimum(times, seen), times <= seen
    whole = area(duration, over, 12.0)
    left_out = np.array([300 * whole - 299 * area(np.delete(duration, k), np.delete(over, k), 12.0) for k in range(0, 300, 10)])
    assert np.abs(pseudo_values(duration, over, 12.0)[::10] - left_out).max() < 0.02 * left_out.std()


def test_a_change_of_mix_alone_is_no_change() -> None:
    rng = np.random.default_rng(3)
    kind = np.concatenate([rng.random(2_000) < 0.3, rng.random(2_000) < 0.7]).astype(int)
    after, week = np.repeat([False, True], 2_000), np.tile(np.arange(2_000) // 100, 2)
    values = rng.gamma(4, np.where(kind, 10.0, 2.0) / 4)
    crude = changed(*standardised_sides(values, after, np.zeros(4_000, dtype=int), week), 0.9)
    alike = changed(*standardised_sides(values, after, kind, week), 0.9)
    assert crude.ratio > 1.4 and crude.p < 1e-6
    assert alike.low < 1 < alike.high and alike.ratio == pytest.approx(1, abs=0.05)


def test_weeks_that_hang_together_make_the_interval_wider() -> None:
    rng = np.random.default_rng(4)
    week, after = np.tile(np.arange(1_500) // 75, 2), np.repeat([False, True], 1_500)
    alone = rng.normal(10, 2, 3_000)
    together = alone + np.concatenate([rng.normal(0, 2, 20)[week[:1_500]], rng.normal(0, 2, 20)[week[1_500:]]])
    one, other = (changed(*standardised_sides(v, after, np.zeros(3_000, dtype=int), week), 0.9) for v in (alone, together))
    assert np.log(other.high / other.low) > 4 * np.log(one.high / one.low)


def test_what_befalls_everybody_is_taken_off() -> None:
    rng = np.random.default_rng(5)
    group, after, week = np.tile([True, False], 2_000), np.repeat([False, True], 2_000), np.tile(np.arange(2_000) // 100, 2)
    values = rng.gamma(8, 1.0, 4_000) * np.where(after, 1.3, 1.0) * np.where(after & group, 0.7, 1.0)
    stratum = np.zeros(4_000, dtype=int)
    pairs = [standardised_sides(values[g], after[g], stratum[g], week[g]) for g in (group, ~group)]
    assert changed(*pairs[0], 0.9).ratio == pytest.approx(0.91, abs=0.03)
    assert changed_beyond(pairs[0], pairs[1], 0.9).ratio == pytest.approx(0.7, abs=0.03)


def test_a_step_is_told_from_a_trend() -> None:
    rng = np.random.default_rng(6)
    week = np.arange(60)
    noise = np.exp(rng.normal(0, 0.02, 60))
    sized = np.full(60, 50)
    step = interrupted(10 * np.where(week >= 30, 0.8, 1.0) * noise, sized, 30, 0.9)
    trend = interrupted(10 * 0.99**week * noise, sized, 30, 0.9)
    assert step is not None and trend is not None
    assert step.change.high < 1 and step.change.ratio == pytest.approx(0.8, abs=0.03) and step.trend.p > 0.05
    assert trend.change.low < 1 < trend.change.high and trend.trend.ratio == pytest.approx(0.99, abs=0.002)
    assert interrupted(np.ones(10), np.ones(10), 5, 0.9) is None
