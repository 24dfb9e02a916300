"""Case ends: which cases are closed, when, and how (definitions §3.8)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.process.definition import Understanding

USUAL_END_SHARE = 0.01  # an activity ends cases usually if at least this share of all cases ends with it
QUIET_QUANTILE = 0.99


@dataclass(frozen=True, eq=False)
class Endings:
    """`closed` bool [cases]; `by` int64 [cases], the row that closed the case (-1 = open).

    `as_of`: "now", UTC microseconds; `from_definition`: closed by a step that ends cases, else by having been quiet
    longer than the 99th percentile of the gaps between events.
    """

    closed: np.ndarray
    by: np.ndarray
    as_of: int
    from_definition: bool

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, as_of: int | None = None) -> "Endings":
        now = int(log.case_end.max()) if as_of is None else as_of
        ends = np.array([meaning.outcome is not None for meaning in understanding.activities])
        rows = np.flatnonzero(ends[log.activity])
        by = np.full(log.cases, -1, dtype=np.int64)
        by[log.case[rows]] = rows  # the last one counts: rows are in canonical order
        if len(rows):
            return cls(by >= 0, by, now, True)
        last = log.offsets[1:] - 1
        usual = np.bincount(log.activity[last], minlength=len(log.activities)) >= USUAL_END_SHARE * log.cases
        inside = log.case[1:] == log.case[:-1]
        gaps = np.diff(log.moment)[inside]
        quiet = np.quantile(gaps, QUIET_QUANTILE) if len(gaps) else 0
        closed = usual[log.activity[last]] & (now - log.moment[last] > quiet)
        return cls(closed, np.where(closed, last, -1), now, False)
