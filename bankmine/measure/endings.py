"""Case ends: which cases are closed, when, and how (definitions §3.8)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.process.definition import Understanding
from bankmine.stats.grouped import grouped_quantiles

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
        if closing(understanding)[log.activity].any():
            return cls.known(log, understanding, now, None)
        last = np.bincount(log.activity[log.offsets[1:] - 1], minlength=len(log.activities))
        gaps = pauses(log)
        quiet = grouped_quantiles(gaps, np.zeros(len(gaps), dtype=np.int64), 1, (QUIET_QUANTILE,))[0, 0] if len(gaps) else 0.0
        return cls.known(log, understanding, now, (last >= USUAL_END_SHARE * log.cases, float(quiet)))

    @classmethod
    def known(cls, log: EventLog, understanding: Understanding, now: int, quiet: tuple[np.ndarray, float] | None) -> "Endings":
        """Where "now" is known and, unless the definition says what ends a case, which activities (bool) usually do and how long a case
        has been quiet then, microseconds.
        """
        if quiet is None:
            rows = np.flatnonzero(closing(understanding)[log.activity])
            by = np.full(log.cases, -1, dtype=np.int64)
            by[log.case[rows]] = rows  # the last one counts: rows are in canonical order
            return cls(by >= 0, by, now, True)
        last = log.offsets[1:] - 1
        usual, pause = quiet
        closed = usual[log.activity[last]] & (now - log.moment[last] > pause)
        return cls(closed, np.where(closed, last, -1), now, False)


def closing(understanding: Understanding) -> np.ndarray:
    """bool [activities]: ends a case by definition."""
    return np.array([meaning.outcome is not None for meaning in understanding.activities], dtype=bool)


def pauses(log: EventLog) -> np.ndarray:
    """int64: microseconds between consecutive instances of a case."""
    return np.diff(log.moment)[log.case[1:] == log.case[:-1]]
