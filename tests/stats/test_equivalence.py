"""An interval for Cliff's delta, and the divergence of two frequencies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.stats.equivalence import cliffs_delta_interval, jensen_shannon

VALUES = st.lists(st.integers(0, 20), min_size=2, max_size=30).map(lambda v: np.array(v, dtype=float))


@given(VALUES, VALUES)
def test_delta_is_the_count_of_pairs(a: np.ndarray, b: np.ndarray) -> None:
    difference = np.sign(np.subtract.outer(a, b))
    delta, low, high = cliffs_delta_interval(a, b)
    assert delta == pytest.approx(difference.mean())
    assert -1 <= low <= high <= 1


def test_like_groups_are_alike_only_if_there_are_enough_of_them() -> None:
    rng = np.random.default_rng(5)
    many = cliffs_delta_interval(rng.normal(size=2000), rng.normal(size=2000))
    few = cliffs_delta_interval(rng.normal(size=20), rng.normal(size=20))
    assert -0.147 < many[1] < many[2] < 0.147
    assert few[1] < -0.147 or few[2] > 0.147


def test_groups_that_differ_only_because_one_came_in_a_busy_week_are_alike_within_weeks() -> None:
    rng = np.random.default_rng(6)
    week, other_week = (rng.permutation(np.repeat([0, 1], sizes)) for sizes in ([400, 600], [600, 400]))
    values, others = (10 * of + rng.normal(size=1000) for of in (week, other_week))
    assert cliffs_delta_interval(values, others)[1] > 0.1
    delta, low, high = cliffs_delta_interval(values, others, week, other_week)
    assert -0.05 < low < delta < high < 0.05  # closer than without weeks, since most of the difference between cases is that of weeks


def test_groups_that_never_came_in_the_same_week_cannot_be_compared() -> None:
    assert np.isnan(cliffs_delta_interval(np.arange(9.0), np.arange(9.0), np.zeros(9, dtype=int), np.ones(9, dtype=int))).all()


def test_divergence_is_none_for_the_same_and_one_for_the_disjoint() -> None:
    assert jensen_shannon(np.array([3, 1]), np.array([6, 2])) == pytest.approx(0)
    assert jensen_shannon(np.array([5, 0]), np.array([0, 2])) == pytest.approx(1)
