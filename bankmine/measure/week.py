"""The hours of the week on the wall clock, and how often a log has each."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.spans import Spans

HOUR = 3600 * SECOND
HOURS_A_WEEK = 168  # from Monday 00:00


@dataclass(frozen=True, eq=False)
class HourOfWeek:
    """`edges` int64 [hours + 1] UTC microseconds, whole hours over a log's time; `of_hour` int64 [hours]: the hour of the week that each is."""

    edges: np.ndarray
    of_hour: np.ndarray

    @classmethod
    def of(cls, first: int, last: int, zone: str) -> "HourOfWeek":
        import pandas as pd

        edges = np.arange(first // HOUR, last // HOUR + 2) * HOUR
        local = pd.DatetimeIndex(pd.to_datetime(edges[:-1], unit="us", utc=True)).tz_convert(zone)
        return cls(edges, local.day_of_week.to_numpy() * 24 + local.hour.to_numpy())

    def counted(self, group: np.ndarray, time: np.ndarray, groups: int, weight: np.ndarray | None = None) -> np.ndarray:
        """float64 [groups, 168]: how many of the times fall into each hour of the week, on average (or the sum of their weights)."""
        at = np.clip(np.searchsorted(self.edges, time, side="right") - 1, 0, len(self.of_hour) - 1)
        key = group * HOURS_A_WEEK + self.of_hour[at]
        counts = np.bincount(key, weights=weight, minlength=groups * HOURS_A_WEEK).reshape(groups, HOURS_A_WEEK)
        return counts / np.maximum(np.bincount(self.of_hour, minlength=HOURS_A_WEEK), 1)

    def heads(self, spans: Spans, groups: int) -> np.ndarray:
        """float64 [groups, 168]: how many of a group's spans run at once in each hour of the week, on average."""
        total = spans.total(groups, self.edges)
        result = np.zeros((HOURS_A_WEEK, groups))
        np.add.at(result, self.of_hour, total.T)
        return result.T / (np.maximum(np.bincount(self.of_hour, minlength=HOURS_A_WEEK), 1) * HOUR)
