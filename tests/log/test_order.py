"""The canonical order: case, end, start, source row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.order import by_case, canonical_order, counted

ROW = st.tuples(st.integers(0, 3), st.sampled_from([UNKNOWN_TIME, 0, 1, 2]), st.integers(0, 3))


@given(st.lists(ROW, min_size=1))
def test_rows_stand_by_case_end_start_and_source(rows: list[tuple[int, int, int]]) -> None:
    case, start, end = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    began = np.where(start == UNKNOWN_TIME, end, start)
    assert canonical_order(case, start, end).tolist() == np.lexsort((began, end, case)).tolist()
    assert canonical_order(case, None, end).tolist() == np.lexsort((end, case)).tolist()


@given(st.lists(st.integers(0, 5), min_size=1))
def test_cases_gathered_by_counting_are_as_if_sorted(case: list[int]) -> None:
    codes = np.array(case, dtype=np.int32)
    assert counted(codes).tolist() == by_case(codes).tolist()
