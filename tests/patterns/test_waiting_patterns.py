"""What the patterns on waiting promise beyond firing: cuts that can be had, orders that are fair, statistics that are what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.patterns import patterns
from bankmine.patterns.base import Finding
from bankmine.patterns.p05_fragmentation import hodges_lehmann
from bankmine.patterns.p10_overtaking import area_under_curve
from tests.patterns.test_patterns import CASES, analysis

VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=12)


def findings(code: str) -> tuple[Finding, np.ndarray]:
    facts = analysis(CASES[code]["fires"]).facts
    pattern = next(p for p in patterns() if p.code == code)
    (finding,) = pattern.find(facts)
    return finding, facts.wait[finding.rows]


@pytest.mark.parametrize("code", ["P05", "P10", "P11", "P29"])
def test_no_more_is_saved_than_was_waited(code: str) -> None:
    finding, wait = findings(code)
    assert (finding.wait_cut <= wait).all() and (finding.wait_cut > 0).any()


def test_first_come_first_served_moves_waiting_and_saves_none() -> None:
    finding, _ = findings("P10")
    assert finding.wait_cut.sum() == 0 and (finding.wait_cut < 0).any()


def test_batches_of_half_the_size_halve_the_waiting_for_the_last_item() -> None:
    finding, _ = findings("P11")
    # Three a batch: 1.5 items a batch wait half an item's time instead of two items'.
    assert finding.realistic == pytest.approx((3 / 2) / (3 - 1))


@given(VALUES, VALUES)
def test_the_shift_is_the_median_of_all_differences_and_its_lower_end_below_it(values: list[int], others: list[int]) -> None:
    shift, low = hodges_lehmann(np.array(values), np.array(others))
    assert shift == np.median([a - b for a in values for b in others])
    assert low <= shift


@given(VALUES, VALUES)
def test_the_area_is_the_share_of_pairs_in_the_right_order(hits: list[int], misses: list[int]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in hits for b in misses]
    marked = np.array([True] * len(hits) + [False] * len(misses))
    assert area_under_curve(np.array([*hits, *misses]), marked) == pytest.approx(np.mean(pairs))
