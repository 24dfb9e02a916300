import numpy as np
import pytest

from bankmine.stats.bootstrap import case_sums, simultaneous_low
from bankmine.stats.grouped import by_group, grouped_quantiles, grouped_sum
from bankmine.stats.shares import wilson


def test_grouped_quantiles_are_numpys() -> None:
    random = np.random.default_rng(1)
    values, group = random.integers(0, 1000, 500), random.integers(0, 7, 500)
    found = grouped_quantiles(values, group, 9, (0.1, 0.5, 0.9))
    for g in range(7):
        assert found[:, g] == pytest.approx(np.quantile(values[group == g], (0.1, 0.5, 0.9)))
    assert np.isnan(found[:, 7:]).all()


def test_grouped_sums_are_exact_integers() -> None:
    big = 2**60 + 1
    assert grouped_sum(np.array([big, 1, 2]), np.array([0, 1, 1]), 2).tolist() == [big, 3]


def test_places_by_group_and_value_are_numpys() -> None:
    random = np.random.default_rng(3)
    for groups in (3, 300, 100_000):
        value, group = random.integers(0, 50, 400), random.integers(-1, groups, 400)
        np.testing.assert_array_equal(by_group(value, group), np.lexsort((value, group)))
    assert by_group(np.zeros(0), np.zeros(0)).tolist() == []


def test_wilson_against_a_worked_value() -> None:
    # Agresti & Coull (1998), 95 %: 0 of 10 gives (0, 0.278); 5 of 10 gives (0.237, 0.763).
    assert wilson(0, 10, 0.95) == pytest.approx((0, 0.2775), abs=1e-3)
    assert wilson(5, 10, 0.95) == pytest.approx((0.2366, 0.7634), abs=1e-3)
    assert wilson(0, 0) == (0, 1)


def test_the_case_bootstrap_covers_a_mean_and_is_the_same_each_time() -> None:
    random, inside = np.random.default_rng(2), 0
    for _ in range(200):
        values = random.lognormal(size=(200, 1))
        low, high = np.quantile(case_sums(values, replicates=200) / 200, (0.05, 0.95))
        inside += low <= np.exp(0.5) <= high
    assert 160 <= inside <= 195  # nominal 180; skewed values cover a little less
    values = random.normal(size=(50, 2))
    assert (case_sums(values) == case_sums(values)).all()


def test_simultaneous_bounds_rarely_all_miss() -> None:
    """Twenty candidates whose true share is 0: in at least 90 % of trials no lower bound lies above it."""
    random, false_alarm = np.random.default_rng(3), 0
    for _ in range(100):
        values = random.normal(size=(150, 20))
        sums = case_sums(values, replicates=300)
        false_alarm += bool((simultaneous_low(values.sum(axis=0), sums) > 0).any())
    assert false_alarm <= 10
