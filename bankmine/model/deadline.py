"""Deadlines: until when a time limit is kept, by the clock, by days, or under the organisation's calendar (definitions §6)."""

from functools import cached_property

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.duty import Duty
from bankmine.process.rule import TimeLimit

HOUR = 3600 * SECOND
NEVER = np.iinfo(np.int64).max
DAYS_BEFORE, DAYS_AFTER = 9, 401  # calendars reach one day less


class Deadlines:
    """Time limits on one log. Days are those of the log's zone; business hours and bank days the organisation's."""

    def __init__(self, log: EventLog, duty: Duty) -> None:
        self._log = log
        self._calendar: BusinessCalendar | None = duty.calendars[duty.organisation] if duty.organisation >= 0 else None

    def of(self, limit: TimeLimit, since: np.ndarray) -> np.ndarray | None:
        """int64, as `since` (UTC microseconds): the last instant that keeps the limit.

        NEVER where it lies beyond the calendar; None where a calendar is needed and none is known.
        """
        if limit.hours is not None:
            return since + round(limit.hours * HOUR)
        if limit.days is not None:
            return _end_of_day(self._midnights[:-1], self._midnights[1:], since, limit.days)
        calendar = self._calendar
        if calendar is None:
            return None
        if limit.bank_days is not None:
            edges = self._midnights[(self._midnights >= calendar.span[0]) & (self._midnights <= calendar.span[1])]
            works = calendar.between(edges[:-1], edges[1:]) > 0
            return _end_of_day(edges[:-1][works], edges[1:][works], since, limit.bank_days)
        amount = np.full(len(since), round((limit.business_hours or 0) * HOUR))
        left = calendar.worked(calendar.span[1]) - calendar.worked(since)
        return np.where(amount > left, NEVER, calendar.add(since, np.minimum(amount, left)))

    @cached_property
    def _midnights(self) -> np.ndarray:
        """int64 UTC microseconds: when the local days begin, ascending."""
        import pandas as pd

        zone = self._log.source.timezone
        ends = (pd.Timestamp(int(time), unit="us", tz="UTC") for time in (self._log.case_start.min(), self._log.case_end.max()))
        first, last = (time.tz_convert(zone).tz_localize(None).normalize() for time in ends)
        days = pd.date_range(first - pd.Timedelta(days=DAYS_BEFORE), last + pd.Timedelta(days=DAYS_AFTER), freq="D")
        midnights = days.tz_localize(zone, nonexistent="shift_forward", ambiguous=np.ones(len(days), dtype=bool)).tz_convert("UTC")
        return midnights.tz_localize(None).as_unit("us").to_numpy().astype(np.int64)


def _end_of_day(begin: np.ndarray, end: np.ndarray, since: np.ndarray, days: int) -> np.ndarray:
    """The last microsecond of the n-th of the days [begin, end) after that of `since`; 0: of its own, or else of the next."""
    place = np.searchsorted(end, since, side="right")
    inside = np.append(begin, NEVER)[place] <= since
    place = place + days - np.where(inside, 0, min(days, 1))
    return np.append(end - 1, NEVER)[np.minimum(place, len(end))]
