"""The directly-follows graph: which activity followed which, how often, and after how long."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import grouped_quantiles, grouped_sum, numbered
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 15


@dataclass(frozen=True, eq=False)
class DirectlyFollowsGraph(Shown):
    """Arcs in order of count (descending), then source and target name.

    `source`, `target` int32 codes, `count` int64, `mean_s`, `median_s`, `p90_s` float64, all [arcs]: the time from the
    end of the source to the start (or lone completion) of the target, seconds, not below 0.
    `frequency`, `start_count`, `end_count` int64 [activities]: instances, and cases that begin and end with the activity.
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
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = np.array(self.activities, dtype=object)
        return pd.DataFrame(
            {
                "source": names[self.source],
                "target": names[self.target],
                "count": self.count,
                "mean_s": self.mean_s,
                "median_s": self.median_s,
                "p90_s": self.p90_s,
            }
        )

    def blocks(self) -> list[Block]:
        shown = min(SHOWN, len(self.count))
        rows = [
            (
                self.activities[self.source[k]],
                self.activities[self.target[k]],
                int(self.count[k]),
                float(self.median_s[k]),
                float(self.p90_s[k]),
            )
            for k in range(shown)
        ]
        columns = (
            Column(Text(zh="从", en="From"), "label"),
            Column(Text(zh="到", en="To"), "label"),
            Column(Text(zh="次数", en="Count"), "count"),
            Column(Text(zh="间隔中位数", en="Median time between"), "duration"),
            Column(Text(zh="九成不超过", en="90 % at most"), "duration"),
        )
        return [
            TableBlock(
                columns,
                rows,
                hidden=len(self.count) - shown,
                caption=Text(zh="最常见的相继环节", en="The most frequent steps from one activity to the next"),
            )
        ]

    @classmethod
    def of(cls, log: EventLog) -> "DirectlyFollowsGraph":
        """Counts every pair of consecutive instances of a case in canonical order."""
        size = len(log.activities)
        follows = np.flatnonzero(log.case[1:] == log.case[:-1])
        gap = np.maximum(log.began[follows + 1] - log.moment[follows], 0)
        arcs, group, count = numbered(log.activity[follows].astype(np.int64) * size + log.activity[follows + 1], size * size)
        median, p90 = grouped_quantiles(gap, group, len(arcs), (0.5, 0.9)) / SECOND
        mean = grouped_sum(gap, group, len(arcs)) / np.maximum(count, 1) / SECOND
        # Activity codes are in order of name, so the key itself is the tie-break.
        order = np.lexsort((arcs, -count))
        arcs = arcs[order]
        return cls(
            activities=log.activities,
            frequency=np.bincount(log.activity, minlength=size),
            source=(arcs // size).astype(np.int32),
            target=(arcs % size).astype(np.int32),
            count=count[order],
            mean_s=mean[order],
            median_s=median[order],
            p90_s=p90[order],
            start_count=np.bincount(log.activity[log.offsets[:-1]], minlength=size),
            end_count=np.bincount(log.activity[log.offsets[1:] - 1], minlength=size),
        )
