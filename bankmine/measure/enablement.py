"""Enablement: from which moment an instance could have begun, and what made it possible (definitions §1.2)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.stats.grouped import grouped_sum

THRESHOLD = 0.9  # df = l2l = l1l of the heuristics oracle


@dataclass(frozen=True, eq=False)
class Enablement:
    """For each instance [instances]: `enabler` int64, the row that enabled it (-1: none, the case itself did);
    `enabled` int64 UTC microseconds; `wait` int64 microseconds, the time from then until the instance began (for a lone
    completion: until it was done, so its work is included).
    """

    enabler: np.ndarray
    enabled: np.ndarray
    wait: np.ndarray

    @classmethod
    def of(cls, log: EventLog, concurrent: np.ndarray | None = None) -> "Enablement":
        """The enabler of i is the latest earlier row of its case, in canonical order, that ended no later than i began
        and is not concurrent with it. Differs from the cited rule on equal stamps only: a row that ended at the instant
        at which i happened enables it, so that the waits of a sequential case add up to its cycle time. `concurrent`: the pairs of
        `Successions.concurrent` of the whole, where the log is a part of it.
        """
        size = len(log.activities)
        concurrent = Successions.of(log).concurrent if concurrent is None else concurrent
        first = log.offsets[log.case]
        enabler = np.arange(len(log), dtype=np.int64) - 1
        enabler[enabler < first] = -1
        open_end = log.end == UNKNOWN_TIME
        pending = np.flatnonzero(enabler >= 0)
        while len(pending):
            candidate = enabler[pending]
            refused = open_end[candidate] | (log.end[candidate] > log.began[pending])
            if len(concurrent):
                pair = log.activity[candidate].astype(np.int64) * size + log.activity[pending]
                refused |= np.isin(pair, concurrent)
            pending = pending[refused]
            enabler[pending] -= 1
            before_case = enabler[pending] < first[pending]
            enabler[pending[before_case]] = -1
            pending = pending[~before_case]
        begin = case_begin(log)
        enabled = np.where(enabler >= 0, log.end[enabler], begin[log.case])
        return cls(enabler, enabled, log.began - enabled)


def case_begin(log: EventLog) -> np.ndarray:
    """int64 [cases]: the case's arrival where it is known and not after the first stamp, else the first stamp."""
    if log.arrival is None:
        return log.case_start
    known = (log.arrival != UNKNOWN_TIME) & (log.arrival <= log.case_start)
    return np.where(known, log.arrival, log.case_start)


@dataclass(frozen=True, eq=False)
class Successions:
    """How often one activity directly followed another, and how often it did on the way from that one back to it (a, b, a).

    `arc`, `back_arc` int64 ascending: a * activities + b; `count`, `back_count` int64. Those of parts of a log, cut by case, are added.
    """

    activities: int
    arc: np.ndarray
    count: np.ndarray
    back_arc: np.ndarray
    back_count: np.ndarray

    @classmethod
    def of(cls, log: EventLog) -> "Successions":
        size = len(log.activities)
        act = log.activity.astype(np.int64)
        same = log.case[1:] == log.case[:-1]
        triple = same[1:] & same[:-1] & (act[2:] == act[:-2]) & (act[2:] != act[1:-1])
        arcs = np.unique((act[:-1] * size + act[1:])[same], return_counts=True)
        return cls(size, *arcs, *np.unique((act[:-2] * size + act[1:-1])[triple], return_counts=True))

    @classmethod
    def merge(cls, parts: Iterable["Successions"]) -> "Successions":
        """Of logs with the same activities."""
        several = list(parts)
        columns: list[np.ndarray] = []
        for key, count in (("arc", "count"), ("back_arc", "back_count")):
            keys, group = np.unique(np.concatenate([getattr(part, key) for part in several]), return_inverse=True)
            columns += [keys, grouped_sum(np.concatenate([getattr(part, count) for part in several]), group, len(keys))]
        return cls(several[0].activities, *columns)

    @property
    def concurrent(self) -> np.ndarray:
        """Sorted keys a * activities + b of the pairs that run in parallel (heuristics oracle, both directions)."""
        size, arcs = self.activities, self.arc
        source, target = arcs // size, arcs % size
        back = target * size + source

        def of(keys: np.ndarray, table: np.ndarray, values: np.ndarray) -> np.ndarray:
            if not len(table):
                return np.zeros(len(keys))
            at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
            return np.where(table[at] == keys, values[at], 0).astype(float)

        forth_count, back_count = self.count.astype(float), of(back, arcs, self.count)
        dependency = np.abs(forth_count - back_count) / (forth_count + back_count + 1)
        loop = of(arcs, self.back_arc, self.back_count) + of(back, self.back_arc, self.back_count)
        loop_two = loop / (loop + 1)
        self_count = of(np.arange(size) * (size + 1), arcs, self.count)
        loops_alone = self_count / (self_count + 1) >= THRESHOLD
        loop_two[loops_alone[source] | loops_alone[target]] = 0
        parallel = (source != target) & (back_count > 0) & (loop_two < THRESHOLD) & (dependency < THRESHOLD)
        return arcs[parallel]
