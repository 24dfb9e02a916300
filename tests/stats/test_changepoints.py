from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.stats.changepoints import change_points


def cost(values: np.ndarray, cuts: tuple[int, ...], penalty: float) -> float:
    parts = np.split(values, cuts)
    return sum(float(((part - part.mean()) ** 2).sum()) for part in parts) + penalty * len(cuts)


@given(st.lists(st.integers(-5, 5), min_size=4, max_size=11), st.floats(0.5, 20), st.integers(1, 3))
@settings(deadline=None)
def test_no_segmentation_is_better(numbers: list[int], penalty: float, least: int) -> None:
    values = np.array(numbers, dtype=float)
    allowed = [
        cuts
        for k in range(len(values))
        for cuts in combinations(range(1, len(values)), k)
        if all(b - a >= least for a, b in zip((0, *cuts), (*cuts, len(values)), strict=True))
    ]
    best = min(cost(values, cuts, penalty) for cuts in allowed)
    found = tuple(change_points(values, least, penalty))
    assert found in allowed
    assert cost(values, found, penalty) == pytest.approx(best)


def test_a_step_is_found_where_it_is_and_noise_has_none() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.2, 40)
    assert change_points(noise) == []
    assert change_points(noise + np.where(np.arange(40) < 23, 0, 1.0)) == [23]
    assert change_points(np.ones(7)) == []
