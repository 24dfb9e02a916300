"""Frames in, pm4py's table out."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.read import read_log
from tests.textlog import textlog

LOG = textlog("c1 product=card: apply 0-1 @ann | check 5-6 @bob | pay 7 ; c2: apply 1-2 @ann | wait 1-9 | check 3-4 @bob | pay 11-")


def test_the_table_holds_the_instances_in_our_order() -> None:
    frame = LOG.to_pm4py()
    assert frame["concept:name"].tolist() == [LOG.activities[code] for code in LOG.activity]
    assert frame["case:concept:name"].tolist() == [LOG.case_names[code] for code in LOG.case]
    assert (frame["time:timestamp"].astype("int64").to_numpy() == LOG.moment).all()
    assert frame["start"].isna().tolist() == (LOG.start == UNKNOWN_TIME).tolist()
    assert frame["org:resource"].isna().sum() == (LOG.resource < 0).sum()
    assert "start_timestamp" in LOG.to_pm4py(intervals=True)


def test_a_table_comes_back_as_it_was() -> None:
    closed = textlog("c1: apply 0-1 @ann | check 5-6 @bob ; c2: apply 1-2 @ann | wait 1-9 | check 3-4 @bob")
    back = read_log(closed.to_pm4py())
    for name in ("case", "activity", "resource", "start", "end", "item"):
        assert (getattr(back, name) == getattr(closed, name)).all(), name


@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_pandas_columns_of_every_kind(zone: str | None) -> None:
    frame = pd.DataFrame(
        {
            "case": pd.Series([1, 1, 2], dtype="Int64"),
            "activity": pd.Categorical(["a", "b", "a"]),
            "timestamp": pd.to_datetime(["2024-03-14 09:00", "2024-03-14 10:00", "2024-03-14 09:30"]).tz_localize(zone),
            "resource": pd.Series(["ann", None, "bob"], dtype=object),
            "amount": [1.5, np.nan, 3.0],
        }
    ).set_index(pd.Index([7, 7, 9]))
    log = read_log(frame)
    assert log.case_names == ("1", "2")
    assert log.activities == ("a", "b")
    assert log.resources == ("ann", "bob")
    assert np.isnan(log.numbers["amount"]).sum() == 1
    assert log.end[0] == 1_710_378_000_000_000  # 09:00 in Shanghai, which is the default zone


def test_polars_and_pandas_frames_give_the_same_log() -> None:
    frame = LOG.to_pm4py()
    one, other = read_log(frame), read_log(pl.from_pandas(frame))
    assert (one.end == other.end).all() and (one.activity == other.activity).all()
    assert one.source.files[0].name == "DataFrame"


def test_frames_that_cannot_be_read() -> None:
    with pytest.raises(InputError, match="NO_ROWS"):
        read_log(pd.DataFrame({"case": [], "activity": [], "timestamp": []}))
    with pytest.raises(InputError, match="HEADER_DUP"):
        read_log(pd.DataFrame([[1, 2, 3]], columns=["case", "case", "timestamp"]))
