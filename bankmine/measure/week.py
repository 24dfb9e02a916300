"""The hours of the week on the wall clock, and how often a log has each."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.spans import Spans

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
HOURS_A_WEEK = 168  # from Monday 00:00


@dataclass(frozen=True, eq=False)
class HourOfWeek:
    """Arrays [hours] of a log's time: `edges` int64 [hours + 1] UTC microseconds, where one ends and the next begins; `of_hour` int64: the
    hour of the week that each is. Means are over the hours that the log has; 0 for an hour of the week that it does not reach.
    """

    edges: np.ndarray
    of_hour: np.ndarray

    @classmethod
    def of(cls, first: int, last: int, zone: str) -> "HourOfWeek":
        import pandas as pd

        # Where the zone is half an hour off, so are its hours.
        past = pd.Timestamp(first, unit="us", tz="UTC").tz_convert(zone).minute * MINUTE + first % MINUTE
        edges = np.arange(first - past, last + HOUR + 1, HOUR, dtype=np.int64)
        local = pd.DatetimeIndex(pd.to_datetime(edges[:-1], unit="us", utc=True)).tz_convert(zone)
        return cls(edges, local.day_of_week.to_numpy().astype(np.int64) * 24 + local.hour.to_numpy())

    @cached_property
    def occurrences(self) -> np.ndarray:
        """int64 [168]: how often the log has each hour of the week."""
        return np.bincount(self.of_hour, minlength=HOURS_A_WEEK)

    def counted(self, group: np.ndarray, time: np.ndarray, groups: int) -> np.ndarray:
        """float64 [groups, 168]: how many of a group's times fall into each hour of the week; those outside the log's time into none."""
        at = np.searchsorted(self.edges, time, side="right") - 1
        inside = (at >= 0) & (at < len(self.of_hour))
        key = group[inside] * HOURS_A_WEEK + self.of_hour[at[inside]]
        return np.bincount(key, minlength=groups * HOURS_A_WEEK).reshape(groups, HOURS_A_WEEK) / np.maximum(self.occurrences, 1)

    def heads(self, spans: Spans, groups: int) -> np.ndarray:
        """float64 [groups, 168]: how many of a group's spans run at once in each hour of the week."""
        total = spans.total(groups, self.edges)
        result = np.zeros((HOURS_A_WEEK, groups))
        np.add.at(result, self.of_hour, total.T)
        return result.T / (np.maximum(self.occurrences, 1) * HOUR)
