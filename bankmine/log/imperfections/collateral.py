"""Collateral events: several events that one step of work leaves behind."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME
from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.likeness import shown
from bankmine.log.quality import QualityFinding
from bankmine.words import Text


@dataclass(frozen=True)
class CollateralEvents(Detector):
    """Labels that come within seconds of another event of their case, nearly always, and take no time themselves.

    A label counts where it occurs at least `fewest` times, where at least `together` of its instances end within `within_s` of the
    one before or after in their case, another activity, and where as many take no longer than that. In a chain of such labels alone
    the most frequent one (of equals, the one that comes first) is taken for the step itself. Not tried on times to the minute.
    """

    code: ClassVar[str] = "COLLATERAL_EVENTS"

    within_s: float = 5.0
    together: float = 0.95
    fewest: int = 10

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        if not traces.to_the_second or not traces.few_labels:
            return None
        within = int(self.within_s * SECOND)
        moment = log.moment
        close = np.zeros(len(log), dtype=bool)
        close[1:] = traces.follows[1:] & (moment[1:] - moment[:-1] <= within) & (log.activity[1:] != log.activity[:-1])
        near = close | np.roll(close, -1)
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        brief = ~timed | (log.moment - log.began <= within)
        labels = len(log.activities)
        least = np.maximum(self.together * traces.rows, self.fewest)
        candidate = np.bincount(log.activity[near & brief], minlength=labels) >= least
        if not candidate.any():
            return None
        pairs = np.unique(np.stack([log.activity[:-1][close[1:]], log.activity[1:][close[1:]]], axis=1), axis=0, return_counts=True)
        collateral = candidate & ~_steps(candidate, pairs[0], pairs[1], traces.rows)
        rows = np.flatnonzero(near & collateral[log.activity])
        if not len(rows):
            return None
        names = [shown(log.activities[code]) for code in np.flatnonzero(collateral)[:3]]
        return traces.finding(
            self.code,
            rows,
            Text(
                zh=f"{len(rows)} 个环节实例总在同案另一环节前后 {self.within_s:.0f} 秒内出现且不占时间（一次操作留下多条记录）："
                f"{'、'.join(names)}；环节数、交接和返工因此偏多，其间的等待为 0。建议合并。",
                en=f"{len(rows)} activity instances always come within {self.within_s:.0f} seconds of another of their case and take no "
                f"time (one action left several records): {', '.join(names)}; steps, handovers and rework are overstated, and the waits "
                "between them are 0. Consider merging them.",
            ),
            role="activity",
        )


def _steps(candidate: np.ndarray, pairs: np.ndarray, times: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """bool [activities]: the candidates that stand for the step itself, one in each group that is near no other activity."""
    group = np.arange(len(candidate))
    for a, b in pairs[candidate[pairs].all(axis=1)].tolist():
        group[group == group[b]] = group[a]
    one = candidate[pairs].sum(axis=1) == 1
    inner = np.where(candidate[pairs[:, 0]], pairs[:, 0], pairs[:, 1])[one]
    anchors = np.bincount(group[inner], weights=times[one], minlength=len(candidate))
    step = np.zeros(len(candidate), dtype=bool)
    for each in np.unique(group[candidate]).tolist():
        members = np.flatnonzero(candidate & (group == each))
        if anchors[each] * 2 < rows[members].max():
            leads = np.array([times[(pairs[:, 0] == m)].sum() for m in members])
            step[members[np.lexsort((members, -leads, -rows[members]))[0]]] = True
    return step
