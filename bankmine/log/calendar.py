"""Business calendars: working time by prefix sums, with zones, public holidays and make-up workdays (definitions §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.errors import UsageError
from bankmine.hours import Ranges, WeekHours, day_hours
from bankmine.log.eventlog import DAY, SECOND
from bankmine.log.zones import check_zone
from bankmine.words import Text

MINUTE = 60 * SECOND
EPOCH = date(1970, 1, 1).toordinal()
REMEMBERED = 10  # years of make-up days that show whether a country goes on publishing them


@dataclass(frozen=True, eq=False)
class BusinessCalendar:
    """Working time of an organisation, a role or a person, as sorted slots that neither touch nor overlap.

    `begin`, `end`: int64 [slots], UTC microseconds, a slot is [begin, end). `span`: the first and the last instant for which
    the calendar answers; the slots lie inside it (the last may end one microsecond after it). Any other time, UNKNOWN_TIME among them,
    raises ValueError: a calendar never guesses. `name` stands on figures and has no language. `estimated_years`: years
    in the span whose make-up workdays are not published. `discovered`: found from a log, not given.
    Times are int64 UTC microseconds, scalars or arrays of any shape; a look-up costs O(log slots) (definitions §6).
    """

    name: str
    zone: str
    begin: np.ndarray
    end: np.ndarray
    span: tuple[int, int]
    estimated_years: tuple[int, ...] = ()
    discovered: bool = False

    @classmethod
    def of(
        cls,
        hours: str,
        zone: str,
        first: int,
        last: int,
        holidays: str | None = None,
        days: Mapping[date, str] | None = None,
        name: str | None = None,
    ) -> "BusinessCalendar":
        """The calendar of weekly hours for the whole local days from that of `first` to that of `last`.

        `holidays`: a country or country-subdivision code ("CN", "NL", "DE-BY"); its public holidays are closed, and on a
        make-up workday (调休) the hours hold that most of Monday to Friday have (where most have none: the day's own).
        `days`: dates with hours of their own ("09:00-12:00", "closed"), which win over holidays. Hours are wall-clock times: one that a
        change of clocks leaves out is the moment of the change; of one that comes twice, a slot begins at the first and ends at the second.
        Raises UsageError CALENDAR_HOURS, CALENDAR_HOLIDAYS, TIMEZONE_UNKNOWN.
        """
        week = WeekHours.parse(hours)
        check_zone(zone)
        from_day, to_day = _local_day(first, zone), _local_day(last, zone)
        # The evening before may reach into the first day.
        dates = np.arange(from_day - 1, to_day + 1)
        rules: list[Ranges] = [*week.days, (), week.usual]
        rule = (dates + 3) % 7
        estimated: tuple[int, ...] = ()
        if holidays is not None:
            closed, made_up, estimated = _public(holidays, _date(from_day).year, _date(to_day).year)
            rule[np.isin(dates, closed)] = 7
            if week.usual:
                rule[np.isin(dates, made_up)] = 8
        for day, written in (days or {}).items():
            rule[dates == _day(day)] = len(rules)
            rules.append(day_hours(written))
        ranges = np.array([(number, *each) for number, of_day in enumerate(rules) for each in of_day], dtype=np.int64).reshape(-1, 3)
        row, column = np.nonzero(rule[:, None] == ranges[:, 0])
        begin, end = (dates[row] * DAY + ranges[column, side] * MINUTE for side in (1, 2))
        since, offset = _offsets(zone, from_day - 3, to_day + 4)
        return cls.from_slots(
            _earliest(begin, since, offset),
            _latest(end, since, offset),
            zone,
            name or " ".join(part for part in (holidays, str(week), zone) if part),
            span=(int(_earliest(from_day * DAY, since, offset)), int(_earliest((to_day + 1) * DAY, since, offset)) - 1),
            estimated_years=estimated,
        )

    @classmethod
    def from_slots(
        cls,
        begin: np.ndarray,
        end: np.ndarray,
        zone: str,
        name: str,
        *,
        discovered: bool = False,
        span: tuple[int, int] | None = None,
        estimated_years: tuple[int, ...] = (),
    ) -> "BusinessCalendar":
        """The calendar of any slots [begin, end): sorted, cut to the span, touching ones merged, empty ones dropped.

        Without a span it reaches from the first slot's beginning to the last one's end. Raises ValueError where neither is given.
        """
        begin, end = np.asarray(begin, dtype=np.int64), np.asarray(end, dtype=np.int64)
        if span is None:
            if not len(begin):
                raise ValueError("a calendar without slots needs a span")
            span = (int(begin.min()), int(end.max()))
        begin, end = np.maximum(begin, span[0]), np.minimum(end, span[1] + 1)
        order = np.argsort(begin, kind="stable")
        order = order[(begin < end)[order]]
        begin, end = begin[order], np.maximum.accumulate(end[order])
        apart = begin[1:] > end[:-1]
        return cls(
            name,
            zone,
            begin[np.append(True, apart)[: len(begin)]],
            end[np.append(apart, True)[: len(end)]],
            span,
            estimated_years,
            discovered,
        )

    def worked(self, time: np.ndarray | int) -> np.ndarray:
        """F(time): working microseconds from the beginning of the span to `time`."""
        slot, time = self._slot(time)
        begin, end, before = self._padded
        return before[slot] + (np.minimum(time, end[slot]) - begin[slot])

    def off(self, time: np.ndarray | int) -> np.ndarray:
        """G(time): closed microseconds from the beginning of the span to `time`."""
        return np.asarray(time, dtype=np.int64) - self.span[0] - self.worked(time)

    def between(self, start: np.ndarray | int, end: np.ndarray | int) -> np.ndarray:
        """F(end) − F(start): working microseconds from `start` to `end`."""
        return self.worked(end) - self.worked(start)

    def is_open(self, time: np.ndarray | int) -> np.ndarray:
        """Whether `time` lies in a slot."""
        slot, time = self._slot(time)
        return time < self._padded[1][slot]

    def add(self, start: np.ndarray | int, amount: np.ndarray | int) -> np.ndarray:
        """The due date: the earliest instant, not before `start`, by which `amount` working microseconds have passed since `start`.

        The inverse of `between`. Raises ValueError for a negative amount, and where the span ends sooner.
        """
        start, amount = np.asarray(start, dtype=np.int64), np.asarray(amount, dtype=np.int64)
        target = self.worked(start) + amount
        begin, end, before = self._padded
        full = before + (end - begin)
        if (amount < 0).any() or (target > self.worked(self.span[1])).any():
            raise ValueError(f"calendar {self.name}: the amount is negative, or the due date lies after the calendar's span")
        slot = np.searchsorted(full, target, side="left")
        return np.maximum(start, begin[slot] + (target - before[slot]))

    def uses_estimated(self, start: np.ndarray | int, end: np.ndarray | int) -> bool:
        """Whether any part of any of these intervals lies in an estimated year."""
        start, end = np.asarray(start), np.asarray(end)
        zone = ZoneInfo(self.zone)
        years = [[int(datetime(each, 1, 1, tzinfo=zone).timestamp()) * SECOND for each in (y, y + 1)] for y in self.estimated_years]
        return any(bool(((start < last) & (end > first)).any()) for first, last in years)

    def union(self, *others: "BusinessCalendar") -> "BusinessCalendar":
        """Open when any of them is, over this calendar's span."""
        begin, end = (np.concatenate([getattr(each, name) for each in (self, *others)]) for name in ("begin", "end"))
        name = " + ".join(dict.fromkeys(each.name for each in (self, *others)))
        return BusinessCalendar.from_slots(begin, end, self.zone, name, discovered=self.discovered, span=self.span)

    def intersect(self, other: "BusinessCalendar", name: str | None = None) -> "BusinessCalendar":
        """The time in which both are open, over the span of both. Raises ValueError where the spans do not meet."""
        span = (max(self.span[0], other.span[0]), min(self.span[1], other.span[1]))
        if span[0] > span[1]:
            raise ValueError(f"calendars {self.name} and {other.name} have no time in common")
        time = np.concatenate([self.begin, other.begin, self.end, other.end])
        step = np.repeat([1, -1], [len(self.begin) + len(other.begin), len(self.end) + len(other.end)])
        order = np.lexsort((step, time))
        both = np.flatnonzero(np.cumsum(step[order]) == 2)
        return self.from_slots(
            time[order][both],
            time[order][both + 1],
            self.zone,
            name or self.name,
            discovered=self.discovered or other.discovered,
            span=span,
            estimated_years=tuple(sorted({*self.estimated_years, *other.estimated_years})),
        )

    @cached_property
    def _padded(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """`begin`, `end` and the working time before each slot, with an empty slot at the span's beginning in front."""
        begin, end = np.append(self.span[0], self.begin), np.append(self.span[0], self.end)
        return begin, end, np.append(0, np.cumsum(end - begin)[:-1])

    def _slot(self, time: np.ndarray | int) -> tuple[np.ndarray, np.ndarray]:
        """The number in `_padded` of the last slot that had begun at each time."""
        time = np.asarray(time, dtype=np.int64)
        if time.size and (time.min() < self.span[0] or time.max() > self.span[1]):
            first, last = (datetime.fromtimestamp(each // SECOND, UTC).isoformat() for each in self.span)
            raise ValueError(f"calendar {self.name} answers from {first} to {last} only")
        return np.searchsorted(self.begin, time, side="right"), time


@cache
def _public(code: str, first: int, last: int) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Public holidays and make-up workdays of the years first to last as days since 1970, and the estimated years.

    A country moves workdays if it did in most of the ten years up to the last one with a known make-up day. Its years after
    that one are estimated, and weekend days that adjoin a holiday belong to it, as its notices count them (for China
    all that they count, and in 2018 to 2026 six more). Raises UsageError CALENDAR_HOLIDAYS.
    """
    import holidays

    country, _, part = code.partition("-")
    known = holidays.list_supported_countries()
    codes = sorted([*known, *(f"{country}-{each}" for each in known.get(country, ()))])
    if code not in codes:
        near = get_close_matches(code.upper(), codes, n=3, cutoff=0.5) or ["CN", "NL", "DE-BY"]
        raise UsageError(
            "CALENDAR_HOLIDAYS",
            Text(zh=f"没有“{code}”的公共假日数据。", en=f"there are no public holidays for {code!r}."),
            Text(
                zh=f"请使用国家或地区代码，例如 {'、'.join(near)}。",
                en=f"use the code of a country or of a part of one, such as {', '.join(near)}.",
            ),
        )
    found = holidays.country_holidays(country, subdiv=part or None, years=range(first - 2 * REMEMBERED, last + 2))
    made_up = sorted(found.weekend_workdays)
    years = {day.year for day in made_up}
    recent = max(years, default=0)
    closed, working = np.array([_day(each) for each in found]), np.array([_day(each) for each in made_up])
    if sum(recent - REMEMBERED < year for year in years) <= REMEMBERED / 2:
        return closed, working, ()
    dates = np.arange(_day(date(first - 1, 12, 1)), _day(date(last + 1, 2, 1)))
    free = np.isin(dates, closed) | (np.isin((dates + 3) % 7, list(found.weekend)) & ~np.isin(dates, working))
    run = np.cumsum(~free)
    closed = dates[free & np.isin(run, run[np.isin(dates, closed)])]
    return closed, working, tuple(range(max(recent + 1, first), last + 1))


def _day(of: date) -> int:
    return of.toordinal() - EPOCH


def _date(day: int) -> date:
    return date.fromordinal(day + EPOCH)


def _local_day(time: int, zone: str) -> int:
    """Days from 1970-01-01 to the date that the wall clock shows."""
    return _day(datetime.fromtimestamp(time // SECOND, ZoneInfo(zone)).date())


@cache
def _offsets(zone: str, first_day: int, last_day: int) -> tuple[np.ndarray, np.ndarray]:
    """The periods of equal distance from UTC: since when (int64 UTC microseconds), and local time minus UTC (microseconds)."""
    place = ZoneInfo(zone)

    def offset(second: int) -> int:
        return round((datetime.fromtimestamp(second, place).utcoffset() or timedelta(0)).total_seconds())

    seconds = range(first_day * 86_400, last_day * 86_400 + 1, 86_400)
    daily = [offset(second) for second in seconds]
    since, offsets = [seconds[0]], daily[:1]
    for number in np.flatnonzero(np.diff(daily)).tolist():
        low, high = seconds[number], seconds[number + 1]
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == daily[number] else (low, middle)
        since.append(high)
        offsets.append(daily[number + 1])
    return np.array(since) * SECOND, np.array(offsets) * SECOND


def _earliest(local: np.ndarray | int, since: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The first instant at which the wall clock shows `local` (int64 microseconds) or, having left it out, a later time."""
    period = np.searchsorted(since[1:] + offset[:-1], local, side="right")
    return np.maximum(local - offset[period], since[period])


def _latest(local: np.ndarray | int, since: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """The last instant at which the wall clock shows `local`; where it leaves it out, the moment of the change."""
    period = np.searchsorted(since + offset, local, side="right") - 1
    return np.minimum(local - offset[period], np.append(since[1:], np.iinfo(np.int64).max)[period])
