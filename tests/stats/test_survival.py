"""Kaplan-Meier and Aalen-Johansen against scipy and against figures computed once with lifelines 0.30.3, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from bankmine.stats.survival import Incidence, Survival

# lifelines asks for an older pandas than ours, so its answers on these twelve and ten durations stand here.
DURATION = np.array([3, 5, 5, 8, 9, 12, 12, 14, 20, 21, 25, 30], dtype=float)
OVER = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1], dtype=bool)
ENTRY = np.array([0, 2, 0, 4, 0, 1, 11, 0, 9, 0, 15, 2], dtype=float)
UNTIL = np.array([2, 3, 5, 6, 7, 9, 11, 12, 15, 18], dtype=float)
WAY = np.array([0, 1, -1, 0, 0, 1, -1, 1, 0, -1])
times = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40)


def test_survival_is_lifelines() -> None:
    found = Survival.of(DURATION, OVER)
    assert found.share == pytest.approx(
        [0.916667, 0.833333, 0.740741, 0.740741, 0.529101, 0.529101, 0.396825, 0.26455, 0.26455, 0], abs=1e-6
    )
    assert found.low[:5] == pytest.approx([0.538977, 0.481715, 0.390676, 0.390676, 0.205093], abs=1e-6)
    assert found.high[:5] == pytest.approx([0.987826, 0.955509, 0.908624, 0.908624, 0.774312], abs=1e-6)
    assert found.quantile()[:2] == (20, 5)


def test_what_comes_under_observation_late_is_not_at_risk_before() -> None:
    found = Survival.of(DURATION, OVER, ENTRY)
    assert found.at_risk.tolist() == [8, 8, 6, 5, 6, 4, 4, 3, 2, 1]
    assert found.share == pytest.approx([0.875, 0.765625, 0.638021, 0.638021, 0.425347, 0.425347, 0.31901, 0.212674, 0.212674, 0], abs=1e-6)
    assert found.low[:3] == pytest.approx([0.387, 0.343374, 0.243254], abs=1e-6)
    assert found.high[:3] == pytest.approx([0.981393, 0.935454, 0.86688], abs=1e-6)
    assert found.quantile() == (12, 3, 21)
    with pytest.raises(ValueError, match="under observation"):
        Survival.of(DURATION, OVER, DURATION)


def test_a_median_that_is_not_reached_is_not_told() -> None:
    found = Survival.of(np.array([1.0, 2, 3, 3, 3]), np.array([True, True, False, False, False]))
    assert found.quantile() == (None, 1, None)
    assert found.quantile(0.4)[0] == 2
    assert (found.at(0.5), found.at(1), found.at(99)) == pytest.approx((1, 0.8, 0.6))


def test_where_all_have_ended_the_high_side_of_the_median_stays_open() -> None:
    assert Survival.of(np.array([4.0]), np.array([True])).quantile() == (4, None, None)


@given(times)
def test_survival_is_scipys(pairs: list[tuple[int, bool]]) -> None:
    duration, over = np.array([d for d, _ in pairs], dtype=float), np.array([o for _, o in pairs])
    found = Survival.of(duration, over)
    expected = ecdf(CensoredData(uncensored=duration[over], right=duration[~over])).sf
    assert found.share == pytest.approx(expected.evaluate(found.time))


def test_incidence_is_lifelines() -> None:
    found = Incidence.of(UNTIL, WAY, 2)
    assert found.share[0] == pytest.approx([0.1, 0.1, 0.1, 0.214286, 0.328571, 0.328571, 0.328571, 0.328571, 0.480952, 0.480952], abs=1e-6)
    assert found.share[1] == pytest.approx([0, 0.1, 0.1, 0.1, 0.1, 0.214286, 0.214286, 0.366667, 0.366667, 0.366667], abs=1e-6)
    assert found.low[0, [0, 3, 4, 8]] == pytest.approx([0.005723, 0.03224, 0.076492, 0.139195], abs=1e-6)
    assert found.high[0, [0, 3, 4, 8]] == pytest.approx([0.358127, 0.50112, 0.617606, 0.762066], abs=1e-6)
    assert found.low[1, [1, 5, 7]] == pytest.approx([0.005723, 0.03224, 0.081242], abs=1e-6)
    assert np.isnan(found.low[1, 0])
    late = Incidence.of(UNTIL, WAY, 2, entry=np.array([0, 0, 1, 0, 4.5, 2.5, 0, 0, 8.5, 0]))
    assert late.at(100) == pytest.approx([0.518367, 0.35102], abs=1e-6)
    assert late.at(0).tolist() == [0, 0]


@given(times, st.integers(0, 2**32 - 1))
def test_the_ways_share_what_is_over(pairs: list[tuple[int, bool]], seed: int) -> None:
    """The incidences of all ways and what is not over yet make one; with one way incidence is one minus survival."""
    duration, over = np.array([d for d, _ in pairs], dtype=float), np.array([o for _, o in pairs])
    way = np.where(over, np.random.default_rng(seed).integers(0, 3, len(over)), -1)
    survival = Survival.of(duration, over).share
    assert Incidence.of(duration, way, 3).share.sum(axis=0) + survival == pytest.approx(np.ones(len(survival)))
    single = Incidence.of(duration, np.where(over, 0, -1), 1)
    assert single.share[0] == pytest.approx(1 - survival)
    inside = (survival > 1e-9) & (survival < 1)
    assert ((single.low[0] <= single.share[0]) & (single.share[0] <= single.high[0]))[inside].all()
