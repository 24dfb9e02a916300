"""Inadvertent time travel in a file that was put in order of its wrong times."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.eventlog import DAY
from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.quality import QualityFinding
from bankmine.words import Text

DAYS = np.array([*range(1, 15), *range(28, 32), 365, 366])  # as dates are mistyped: some days, a month, a year


@dataclass(frozen=True)
class TimeTravel(Detector):
    """Instances at a place of their case where they hardly ever stand, which would stand at a usual one some whole days off.

    Ways from one activity to the next are rare below `rare` of either one's instances and usual from `usual` of one of them on.
    The instance comes and goes by rare ways, the ones around it are joined by a usual one, and moved by whole days (1-14, 28-31,
    365, 366) it comes and goes by usual ways. Not asked where the order of the file has told already (checks.py), nor where there is no
    clock; a wrong date that leaves the order as it was cannot be seen, and of two neighbours that changed places both are told.
    """

    code: ClassVar[str] = "TIME_TRAVEL"

    rare: float = 0.03
    usual: float = 0.2

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        if not traces.few_labels or not traces.to_the_second or any(found.code == self.code for found in log.quality):
            return None
        ways = self._ways(traces)
        usual = ways >= self.usual
        before, after = traces.before, traces.after
        odd = (ways[before, log.activity] < self.rare) & (ways[log.activity, after] < self.rare) & usual[before, after]
        rows = np.array([row for row in np.flatnonzero(odd).tolist() if self._belongs(traces, usual, row)], dtype=np.int64)
        if not len(rows):
            return None
        return traces.finding(
            self.code,
            rows,
            Text(
                zh=f"{len(rows)} 个环节实例所处的先后极少见，移动整天后即处于通常位置（可能是日期登记有误）；"
                "环节次序因此颠倒，前后等待相差整天。",
                en=f"{len(rows)} activity instances stand where they hardly ever stand, and whole days off they would stand where they "
                "usually do (a date entered wrong, perhaps); activities change places, and waits are days too long or too short.",
            ),
            role="end" if "end" in log.source.columns else "timestamp",
        )

    def _ways(self, traces: Traces) -> np.ndarray:
        """float64 [activities + 1, activities + 1]: how often the second comes after the first, over the less frequent of them; the last
        place of each stands for the beginning and the end of a case.
        """
        width = len(traces.rows) + 1
        first = np.concatenate([traces.before, traces.log.activity[traces.after < 0]]) % width
        second = np.concatenate([traces.log.activity, np.full(traces.log.cases, width - 1)])
        counts = np.bincount(first.astype(np.int64) * width + second, minlength=width * width).reshape(width, width)
        rows = np.append(traces.rows, traces.log.cases)
        return counts / np.maximum(np.minimum(rows[:, None], rows[None, :]), 1)

    def _belongs(self, traces: Traces, usual: np.ndarray, row: int) -> bool:
        """Whether it would stand at a usual place on another day."""
        log = traces.log
        first, last = log.offsets[log.case[row]], log.offsets[log.case[row] + 1]
        others = np.delete(np.arange(first, last), row - first)
        activity = np.concatenate([[-1], log.activity[others], [-1]])
        for way in (-1, 1):
            at = np.searchsorted(log.moment[others], log.moment[row] + way * DAYS * DAY)
            own = log.activity[row]
            if (usual[activity[at], own] & usual[own, activity[at + 1]]).any():
                return True
        return False
