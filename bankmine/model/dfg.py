"""The directly-follows graph: which activity followed which, how often, and after how long."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.spread import Figures
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 15
QUANTILES = (0.5, 0.9)


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
        return cls.result(log.activities, Figures.of(*steps(log), QUANTILES), EndCounts.of(log))

    @classmethod
    def result(cls, activities: tuple[str, ...], times: Figures, ends: "EndCounts") -> "DirectlyFollowsGraph":
        """From the times of `steps` in figures at QUANTILES."""
        size = len(activities)
        # Activity codes are in order of name, so the key itself is the tie-break.
        order = np.lexsort((times.key, -times.count))
        arcs, (median, p90) = times.key[order], times.quantiles[:, order] / SECOND
        return cls(
            activities=activities,
            frequency=ends.frequency,
            source=(arcs // size).astype(np.int32),
            target=(arcs % size).astype(np.int32),
            count=times.count[order],
            mean_s=(times.total / times.count / SECOND)[order],
            median_s=median,
            p90_s=p90,
            start_count=ends.start,
            end_count=ends.end,
        )


@dataclass(frozen=True, eq=False)
class EndCounts:
    """How often each activity occurs, begins a case and ends one: int64 [activities]; counts of parts are added."""

    frequency: np.ndarray
    start: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, log: EventLog) -> "EndCounts":
        size, at = len(log.activities), log.offsets
        columns = (log.activity, log.activity[at[:-1]], log.activity[at[1:] - 1])
        return cls(*(np.bincount(column, minlength=size) for column in columns))


def steps(log: EventLog) -> tuple[np.ndarray, np.ndarray]:
    """Of two consecutive instances of a case, [steps] twice: the arc, source * activities + target, in the smallest type that holds all
    arcs, and the time between them, int64.
    """
    within = log.case[1:] == log.case[:-1]
    gap = (log.began[1:] - log.moment[:-1])[within]
    code = log.activity.astype(np.min_scalar_type(len(log.activities) ** 2))
    arc = code[:-1] * code.dtype.type(len(log.activities))
    arc += code[1:]
    return arc[within], np.maximum(gap, 0, out=gap)
