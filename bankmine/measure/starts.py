"""When work began: recorded where the log says so, else a bound from who was free when (definitions §1.6)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import EventLog
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.parties import OUTSIDE, of_party
from bankmine.process.definition import Party, Understanding
from bankmine.stats.grouped import by_group, each_group


@dataclass(frozen=True, eq=False)
class Starts:
    """`began` int64 [instances], UTC microseconds: the recorded start, else the estimated one, else the end.

    `estimated` bool: the start is estimated: the waiting up to it is a lower bound, the work after it an upper bound.
    `unknown` bool: there is neither a start nor anybody known who did it, so the two cannot be told apart.
    """

    began: np.ndarray
    estimated: np.ndarray
    unknown: np.ndarray

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, understanding: Understanding, duty: Duty) -> "Starts":
        """The start of a lone completion is the later of its enablement and the moment from which its person was free: the
        person's last completion before it or, where that is later, the beginning of the person's working time. What customers,
        third parties and systems do is an instant.
        """
        lone = ~log.start_known
        instant = of_party(understanding, *OUTSIDE, Party.SYSTEM)[log.activity]
        estimated = lone & ~instant & (log.resource >= 0)
        began = log.began.copy()
        rows = np.flatnonzero(estimated)
        free = np.maximum(_last_completion(log)[rows], _shift_begin(duty.calendars, duty.person[rows], log.end[rows]))
        began[rows] = np.minimum(np.maximum(enablement.enabled[rows], free), log.end[rows])
        return cls(began, estimated, lone & ~instant & ~estimated)


def _last_completion(log: EventLog) -> np.ndarray:
    """int64 [instances]: the latest end of the same person before the instance's own; int64 minimum where there is none."""
    order = by_group(log.end, log.resource)
    who, end = log.resource[order], log.end[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (who[1:] != who[:-1]) | (end[1:] != end[:-1])
    head = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))  # the first of those that end together
    before = head - 1
    result = np.full(len(order), np.iinfo(np.int64).min)
    has = (before >= 0) & (who[before] == who)
    result[order[has]] = end[before[has]]
    return result


def _shift_begin(calendars: tuple[BusinessCalendar, ...], calendar: np.ndarray, time: np.ndarray) -> np.ndarray:
    """int64 [questions]: when the working slot at or before each time began; int64 minimum where no calendar is known."""
    result = np.full(len(time), np.iinfo(np.int64).min)
    for index, mine in each_group(calendar):
        if index < 0:
            continue
        begin = calendars[index].begin
        slot = np.searchsorted(begin, time[mine], side="right") - 1
        has = slot >= 0
        result[mine[has]] = begin[slot[has]]
    return result
