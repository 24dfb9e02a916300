import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bankmine.stats.dominance import sum_at_most
from bankmine.stats.queueing import mean_wait, spared_by_one_more


@given(st.data())
def test_range_sums_equal_the_obvious_loop(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 40))
    value = np.array(data.draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size)), dtype=np.int64)
    weight = np.array(data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)), dtype=np.int64)
    asked = data.draw(st.lists(st.tuples(st.integers(0, size), st.integers(0, size), st.integers(-7, 7)), max_size=20))
    first, last, bound = (np.array([q[k] for q in asked], dtype=np.int64) for k in range(3))
    last = np.maximum(first, last)
    expected = [int(weight[a:b][value[a:b] <= c].sum()) for a, b, c in zip(first, last, bound, strict=True)]
    assert sum_at_most(value, weight, first, last, bound).tolist() == expected


def test_one_server_waits_as_the_textbook_says() -> None:
    assert np.isclose(mean_wait(1, 0.8, 10.0), 0.8 / 0.2 * 10.0)  # M/M/1: rho / (1 - rho) services
    assert np.isclose(spared_by_one_more(1, 0.8), 1 - mean_wait(2, 0.4, 10.0) / mean_wait(1, 0.8, 10.0))
    assert spared_by_one_more(3, 0.0) == 0.0
