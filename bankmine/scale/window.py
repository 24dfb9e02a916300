"""The last whole weeks of a log in parts, few enough to be analysed in one piece."""

import numpy as np
import polars as pl

from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.measure.drift import MONDAY, WEEK
from bankmine.scale.whole import Parts
from bankmine.stats.grouped import grouped_sum


def last_weeks(logs: Parts, rows: int) -> tuple[int, int, int] | None:
    """The first and the last of the last whole weeks whose cases hold at most so many source rows, and their number; None for none."""
    weeks = np.concatenate(logs.each(_weeks))
    week, group = np.unique(weeks[:, 0], return_inverse=True)
    events = grouped_sum(weeks[:, 1], group, len(week))
    whole = np.flatnonzero((week > week[0]) & (week < week[-1]))[::-1]
    fit = whole[np.cumsum(events[whole]) <= rows]
    return (int(week[fit[-1]]), int(week[fit[0]]), len(fit)) if len(fit) else None


def begun(frame: pl.DataFrame, first: int, last: int) -> pl.Series:
    """The names of a part's cases that began in these weeks."""
    return _case_weeks(frame).filter(pl.col("week").is_between(first, last))["name"]


def _weeks(frame: pl.DataFrame) -> np.ndarray:
    """int64 [cases, 2]: the week in which each case begins, and its source rows."""
    return _case_weeks(frame).select("week", "events").to_numpy()


def _case_weeks(frame: pl.DataFrame) -> pl.DataFrame:
    moment = pl.min_horizontal(pl.when(pl.col(name) != UNKNOWN_TIME).then(pl.col(name)) for name in ("start", "end")).min()
    return frame.group_by("name").agg(week=(moment - MONDAY) // WEEK, events=pl.col("events").sum())
