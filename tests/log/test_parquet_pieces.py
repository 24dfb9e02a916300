"""Parquet is decoded piece by piece; its columns come out as if they had been in one piece."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bankmine.log.coded import categories
from bankmine.log.parquet import one_below_another

KINDS = {
    "case": (categories(), ["c1", "c2", "c3"]),
    "state": (pl.Enum(["open", "done"]), ["open", "done"]),
    "text": (pl.String, ["", "甲", "a longer text than fits into a view"]),
    "count": (pl.Int64, [-1, 0, 2**62]),
    "small": (pl.UInt8, [0, 255]),
    "amount": (pl.Float64, [0.0, -1.5, float("nan")]),
    "exact": (pl.Decimal(10, 2), [Decimal("0.10")]),
    "yes": (pl.Boolean, [True, False]),
    "at": (pl.Datetime("us", "UTC"), [datetime(2024, 1, 1, 9, tzinfo=UTC)]),
    "day": (pl.Date, [date(2024, 2, 29)]),
    "clock": (pl.Time, [time(23, 59)]),
    "several": (pl.List(pl.Int64), [[1, 2], []]),
}
ROW = st.tuples(*(st.sampled_from([None, *values]) for _, values in KINDS.values()))


@given(st.lists(ROW, min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_columns_of_every_kind_are_as_if_in_one_piece(rows: list[tuple[object, ...]], cuts: list[int]) -> None:
    frame = pl.DataFrame(rows, schema={name: kind for name, (kind, _) in KINDS.items()}, orient="row")
    bounds = sorted({0, len(rows), *(min(cut, len(rows)) for cut in cuts)})
    pieces = [frame[begin:end] for begin, end in pairwise(bounds)]
    found = one_below_another(pieces, len(rows))
    assert_frame_equal(found, frame)
    assert found.n_chunks("all") == [1] * frame.width


def test_rows_too_many_or_too_few_are_counted_and_no_more() -> None:
    frame = pl.DataFrame({"count": [1, 2, 3]})
    for rows in (2, 4):
        found = one_below_another([frame[:2], frame[2:]], rows)
        assert (found.height, found.width) == (3, 0)
