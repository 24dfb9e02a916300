"""The canonical order: case, end, start, source row."""

from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.order import by_case, canonical_order

ROW = st.tuples(st.integers(0, 3), st.sampled_from([UNKNOWN_TIME, 0, 1, 2]), st.integers(0, 3))


@given(st.lists(ROW, min_size=1))
def test_rows_stand_by_case_end_start_and_source(rows: list[tuple[int, int, int]]) -> None:
    case, start, end = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    began = np.where(start == UNKNOWN_TIME, end, start)
    begins = [int((case < number).sum()) for number in range(5)]
    for order, offsets, expected in (
        (*canonical_order(case, 4, start, end), np.lexsort((began, end, case))),
        (*canonical_order(case, 4, None, end), np.lexsort((end, case))),
    ):
        assert order.tolist() == expected.tolist()
        assert offsets.tolist() == begins


@given(st.lists(st.integers(0, 5), min_size=1))
def test_cases_gathered_by_counting_are_as_if_sorted(case: list[int]) -> None:
    codes = np.array(case, dtype=np.int32)
    sorted_ = by_case(codes, 6)
    with mock.patch("bankmine.log.order.MANY_ROWS", 1):
        quick = by_case(codes, 6)
    for one, other in zip(quick, sorted_, strict=True):
        assert one.dtype == other.dtype and one.tolist() == other.tolist()
