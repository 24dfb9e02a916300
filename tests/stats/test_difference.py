import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bankmine.stats.difference import false_discovery, rank_sums, share_differences, standardised

VALUES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=4, max_size=60)


@given(VALUES)
def test_each_group_against_the_rest_as_mann_whitney(pairs: list[tuple[int, int]]) -> None:
    values, group = (np.array(column) for column in zip(*pairs, strict=True))
    found = rank_sums(values, group, 3)
    for k in range(3):
        ours, rest = values[group == k], values[group != k]
        if not len(ours) or not len(rest):
            assert np.isnan(found.delta[k]) and np.isnan(found.p[k])
            continue
        assert found.delta[k] == pytest.approx(np.sign(ours[:, None] - rest[None, :]).mean())
        if len(np.unique(values)) > 1:
            assert found.p[k] == pytest.approx(min(stats.mannwhitneyu(ours, rest, method="asymptotic").pvalue, 1))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discoveries_as_scipy_and_questions_not_asked_do_not_count(p: list[float]) -> None:
    asked = np.array([*p, np.nan])
    q = false_discovery(asked)
    assert np.isnan(q[-1])
    assert q[:-1] == pytest.approx(stats.false_discovery_control(np.array(p)))


def test_shares_that_differ_and_shares_that_do_not() -> None:
    hits, trials = np.array([3, 30, 500, 2]), np.array([10, 40, 1000, 0])
    p = share_differences(hits, trials, np.array([3, 10, 300, 4]), np.array([10, 40, 1000, 9]))
    assert p[0] == 1 and p[1] < 0.001 and p[2] < 1e-15 and p[3] == 1


def test_a_difference_that_the_strata_explain_is_none_inside_them() -> None:
    # Most of the group is in the slow stratum; inside each stratum both sides hold the same values.
    slow, fast = np.arange(100, 120), np.arange(20)
    values = np.concatenate([slow, slow, slow, fast, fast, fast])
    inside = np.repeat([True, True, False, True, False, False], 20)
    crude = rank_sums(values, inside.astype(int), 2)
    assert crude.delta[1] == pytest.approx(1 / 3) and crude.p[1] < 0.01
    found = standardised(values, inside.astype(int), 2, np.repeat([0, 1], 60))
    assert found.delta == pytest.approx(0, abs=1e-12) and found.p == pytest.approx(1) and found.share.tolist() == [1, 1]


def test_strata_without_both_sides_say_nothing() -> None:
    half = (np.arange(20) < 10).astype(int)
    found = standardised(np.arange(20), half, 2, half)
    assert np.isnan(found.delta).all() and found.share.tolist() == [0, 0]
