"""The directly-follows graph: which activity followed which, how often, and after how long."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bankmine.log.eventlog import EventLog


@dataclass(frozen=True, eq=False)
class DirectlyFollowsGraph:
    """Arcs in order of count (descending), then source and target name.

    `source`, `target` int32 codes, `count` int64, `mean_s`, `median_s`, `p90_s` float64, all [arcs]: the time from the
    end of the source to the start (or lone completion) of the target, seconds, not below 0.
    `start_count`, `end_count` int64 [activities]: cases that begin and end with the activity.
    """

    activities: tuple[str, ...]
    frequency: np.ndarray
    source: np.ndarray
    target: np.ndarray
    count: np.ndarray
    mean_s: np.ndarray
    median_s: np.ndarray
    p90_s: np.ndarray
    start_count: np.ndarray
    end_count: np.ndarray

    @property
    def table(self) -> pd.DataFrame:
        names = np.array(self.activities, dtype=object)
        return pd.DataFrame({"source": names[self.source], "target": names[self.target], "count": self.count,
                             "mean_s": self.mean_s, "median_s": self.median_s, "p90_s": self.p90_s})

    @classmethod
    def of(cls, log: EventLog) -> "DirectlyFollowsGraph":
        raise NotImplementedError
