"""Working hours found in a log: when an organisation, its roles and its people were seen at work (definitions §1.5, faults mended)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bankmine.hours import Ranges, WeekHours
from bankmine.log.calendar import BusinessCalendar
from bankmine.measure.presence import MADE_UP, QUARTERS, WEEKDAYS, Presence

STRAY = 0.02  # of what is seen in working time, what late finishers leave in the same length of closed time
SURE = 7.0  # a closed stretch must be e^7, about a thousand, times as likely closed as open
LEAST_WEEKDAY = 0.1  # of the busiest weekday's work: with less, a weekday is not worked
HALF_WORKED = 0.5  # of the dates that chance would leave with work: below, dates of the weekday are worked one by one
NEIGHBOURS = 4  # weeks on either side: what a date should have, all but two of their same weekdays have
LEAST_EXPECTED = 7.0  # independent pieces of work on a date: a Poisson count of mean 7 is 0 once in a thousand
MANY = 0.25  # of a usual day's instances: with so many, a date is worked although its weekday is not
LEAST_STAMPS = 100
LEAST_PER_WEEKDAY = 60
SUPPORT = 0.7  # of a group's stamps, inside its own hours
LEAST_THERE = 0.1  # of a role's people, by whose hours the role is open
LEAST_QUARTERS = 8  # stamps on fewer quarters of the day are no clock times


@dataclass(frozen=True, eq=False)
class Discovered:
    """The weeks and the single dates found. Groups are the organisation (0), then the roles, then the people.

    `open` bool [groups, 8, 96]: quarters of an hour of the wall clock, Monday to Sunday and worked dates of other weekdays;
    `own` bool [groups]: found from stamps of its own; else the week is the parent's (a person's role, a role's organisation).
    `closed`, `made_up` bool [1 + roles, dates]: single dates that differ, from `first_day` (days since 1970) on;
    `dates_of` int64 [groups]: the row of these.
    """

    open: np.ndarray
    own: np.ndarray
    closed: np.ndarray
    made_up: np.ndarray
    first_day: int
    dates_of: np.ndarray

    @classmethod
    def of(
        cls, start: np.ndarray, end: np.ndarray, role: np.ndarray, person: np.ndarray, role_of: np.ndarray, roles: int, zone: str
    ) -> "Discovered | None":
        """The hours behind the staff's work: `start`, `end` int64 UTC microseconds (UNKNOWN_TIME allowed), `role`, `person`
        [instances], -1 = unknown; `role_of` [people]. None where there are fewer than 100 stamps or they are no clock times.

        Stamps show people at work, and so does the time inside an instance that begins and ends on one date. The organisation's
        hours are those that its stamps show; a role's (from 100 stamps on) and a person's (from 60 on an average weekday on) are
        those of the organisation and the role, and any that its own stamps show, less the stretches in which much was to
        be expected and next to nothing was seen. A role is open, too, while a tenth of its people regularly work.
        """
        presence = Presence.of(start, end, role, person, role_of, roles, zone)
        return cls.of_presence(presence, presence.dates, presence.daily, presence.seen, role_of)

    @classmethod
    def of_presence(
        cls,
        presence: Presence,
        dates: int,
        daily: Callable[[int], np.ndarray],
        seen_when: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
        role_of: np.ndarray,
    ) -> "Discovered | None":
        """From what a presence counts by owner and on how many dates; `daily` and `seen_when` are its methods of these names or, where
        the log came in parts, the sums of those of the parts.
        """
        roles = presence.rows - 1
        stamps = presence.stamps
        if stamps[0] < LEAST_STAMPS or presence.quarters.sum() < LEAST_QUARTERS:
            return None
        worked, closed, made_up = _dates(daily(dates), presence.first_day)
        few = np.flatnonzero(stamps[: 1 + roles] < LEAST_STAMPS)
        worked[few], closed[few], made_up[few] = worked[0], closed[0], made_up[0]
        seen, sights = seen_when(closed, made_up)
        spell = np.maximum(seen.sum(axis=(2, 3)) / np.maximum(sights, 1), 1.0)  # the quarters that one sight fills
        parent = np.append(np.zeros(1 + roles, dtype=np.int64), 1 + role_of)
        team, people = np.arange(1, 1 + roles), np.arange(1 + roles, len(parent))
        total = seen[0, people, :WEEKDAYS].sum(axis=2)
        worked = np.append(worked, total >= LEAST_WEEKDAY * total.max(axis=1, keepdims=True, initial=1), axis=0)
        opened, own = _week(seen, spell, worked), np.ones(len(parent), dtype=bool)
        if not opened[0, :WEEKDAYS].any():
            return None
        for level in (team, people):
            above = parent[level]
            week = _less(opened[above] | opened[level], seen[:, above], seen[:, level], spell[:, level])
            opened[level] = np.where(presence.restless_groups[level, None, None], opened[level], week)
            weekdays = opened[level, :WEEKDAYS].any(axis=2).sum(axis=1)
            least = LEAST_STAMPS if level is team else LEAST_PER_WEEKDAY * weekdays
            support = (seen[0, level] * opened[level]).sum(axis=(1, 2)) >= SUPPORT * seen[0, level].sum(axis=(1, 2))
            own[level] = (weekdays > 0) & (stamps[level] >= least) & support
            other = level[~own[level]]
            opened[other] = opened[parent[other]]
        members = people[own[people] & ~presence.restless_groups[people]]
        there, size = np.zeros(opened[: 1 + roles].shape), np.bincount(parent[members], minlength=1 + roles)
        np.add.at(there, parent[members], opened[members])
        opened[team] |= there[team] >= np.maximum(LEAST_THERE * size[team], 1)[:, None, None]
        return cls(opened, own, closed, made_up, presence.first_day, np.append(np.arange(1 + roles), parent[people]))

    def calendar(
        self, group: int, zone: str, first: int, last: int, holidays: str | None = None, days: Mapping[date, str] | None = None
    ) -> BusinessCalendar:
        """The calendar of one group; public holidays and `days` that are given win over what was found."""
        row, hours = self.dates_of[group], self._hours(group)
        made_up = ",".join(_written(_ranges(self.open[group, MADE_UP]))) or "closed"
        single = dict.fromkeys(self._dates(self.closed[row]), "closed") | dict.fromkeys(self._dates(self.made_up[row]), made_up)
        calendar = BusinessCalendar.of(hours, zone, first, last, holidays, {**single, **(days or {})}, f"≈ {hours} {zone}")
        return replace(calendar, discovered=True)

    def key(self, group: int) -> bytes:
        """Equal for groups with the same calendar."""
        row = self.dates_of[group]
        return self.open[group].tobytes() + self.closed[row].tobytes() + self.made_up[row].tobytes()

    def lacking(self, group: int) -> np.ndarray:
        """bool [7, 96]: hours of a person's role, or of the organisation, that the person does not work."""
        return self.open[self.dates_of[group], :WEEKDAYS] & ~self.open[group, :WEEKDAYS]

    def inside(self, group: int, opening: BusinessCalendar) -> BusinessCalendar:
        """A given opening less the hours that a person lacks."""
        week = str(WeekHours(tuple(map(_ranges, ~self.lacking(group)))))
        rest = BusinessCalendar.of(week, opening.zone, *opening.span)
        return replace(opening.intersect(rest, f"≈ {self._hours(group)} {opening.zone}"), discovered=True)

    def _hours(self, group: int) -> str:
        return str(WeekHours(tuple(map(_ranges, self.open[group, :WEEKDAYS]))))

    def _dates(self, which: np.ndarray) -> list[date]:
        epoch = date(1970, 1, 1).toordinal()
        return [date.fromordinal(epoch + self.first_day + day) for day in np.flatnonzero(which).tolist()]


def _dates(days: np.ndarray, first_day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From spans [rows, dates]: bool [rows, 7] weekdays that are worked; bool [rows, dates] closed dates of these, and worked
    dates of the others. Row 0 is the organisation, whose single dates hold for the roles too.

    A date is closed where seven independent pieces of work or more were to be expected and hardly any came; no work at all comes
    by chance on one such date in a thousand.
    """
    rows, dates = days.shape
    lead = (first_day + 3) % WEEKDAYS
    weeks = -(-(lead + dates) // WEEKDAYS)
    grid = np.full((rows, weeks * WEEKDAYS), np.nan)
    grid[:, lead : lead + dates] = days
    grid = grid.reshape(rows, weeks, WEEKDAYS)
    worked, on = _worked(grid), grid > 0
    # Of the weeks around each, one or two may be holidays themselves.
    width = min(2 * NEIGHBOURS + 1, weeks)
    around = np.clip(np.arange(weeks) - NEIGHBOURS, 0, weeks - width)[:, None] + np.arange(width)
    expected = np.sort(np.nan_to_num(grid)[:, around], axis=2)[:, :, min(2, (width - 1) // 2)]
    # Work that comes in clumps, as the steps of one case do, leaves a date empty more often than single instances would.
    total = np.nansum(grid, axis=1)
    mean = total / np.maximum(on.sum(axis=1), 1)
    spread = np.where(on, (grid - mean[:, None]) ** 2, 0).sum(axis=1)
    clump = np.maximum((spread * worked).sum(axis=1) / np.maximum((total * worked).sum(axis=1), 1), 1)
    # Before the first work reaches a role, and after the last, its silence tells nothing.
    flat = on.reshape(rows, -1)
    between = (np.logical_or.accumulate(flat, axis=1) & np.logical_or.accumulate(flat[:, ::-1], axis=1)[:, ::-1]).reshape(grid.shape)
    silent = between & worked[:, None] & (expected >= LEAST_EXPECTED * clump[:, None, None]) & (grid <= STRAY * expected)
    usual = [np.median(row[each]) if each.any() else np.inf for row, each in zip(grid, on & worked[:, None], strict=True)]
    many = ~worked[:, None] & (grid >= np.maximum(LEAST_EXPECTED, MANY * np.array(usual))[:, None, None])
    busy = worked[:, None] & (grid >= np.maximum(LEAST_EXPECTED, MANY * expected))
    closed, made_up = silent | (silent[0] & ~busy), many | (many[0] & ~worked[:, None])
    return worked, *(which.reshape(rows, -1)[:, lead : lead + dates] for which in (closed, made_up))


def _worked(grid: np.ndarray) -> np.ndarray:
    """bool [rows, 7] from spans [rows, weeks, 7], NaN outside the log: weekdays with enough work, and that on most of their dates."""
    total, alive = np.nansum(grid, axis=1), np.nansum(grid, axis=2, keepdims=True) > 0
    counted = np.maximum((alive & ~np.isnan(grid)).sum(axis=1), 1)
    enough = (total >= LEAST_WEEKDAY * total.max(axis=1, keepdims=True)) & (total > 0)
    steady = (grid > 0).sum(axis=1) / counted >= HALF_WORKED * (1 - np.exp(-total / counted))
    return enough & (steady | ~(enough & steady).any(axis=1, keepdims=True))


def _week(seen: np.ndarray, spell: np.ndarray, worked: np.ndarray) -> np.ndarray:
    """bool [groups, 8, 96]: the hours that a group's own stamps show: those of all worked weekdays together, or of one of them
    alone, less what one weekday lacks.
    """
    on = np.append(worked, np.ones((len(worked), 1), dtype=bool), axis=1)[:, :, None]
    pooled = (seen * on)[:, :, :WEEKDAYS].sum(axis=2, keepdims=True)
    together = _likeliest(_level(pooled), pooled, spell)
    alone = _likeliest(2 * _level(seen), seen, spell) & (seen[0].sum(axis=2, keepdims=True) >= LEAST_PER_WEEKDAY)
    candidate = (together | alone) & on
    candidate[:, MADE_UP] = together[:, 0]
    profile = pooled * candidate
    scale = (seen * candidate).sum(axis=3, keepdims=True) / np.maximum(profile.sum(axis=3, keepdims=True), 1)
    return _hour_long(candidate & _likeliest(profile * scale, seen, spell))


def _hour_long(opened: np.ndarray) -> np.ndarray:
    """bool [..., 96]: without stretches of less than an hour, for which nobody comes to work; a stretch may run over midnight."""
    begins = np.logical_and.reduce([np.roll(opened, -k, axis=-1) for k in range(4)])
    return np.logical_or.reduce([np.roll(begins, k, axis=-1) for k in range(4)])


def _less(candidate: np.ndarray, profile: np.ndarray, seen: np.ndarray, spell: np.ndarray) -> np.ndarray:
    """bool [groups, 8, 96]: candidate hours less those in which next to nothing is seen of the group, in the week as a whole or on
    one weekday. To be expected is the group's work spread as its parent's (`profile`) is, first over all of them, then over
    those that the first answer left.
    """
    profile, result = profile * candidate, candidate
    for _ in range(2):
        scale = (seen * result).sum(axis=(2, 3)) / np.maximum((profile * result).sum(axis=(2, 3)), 1)
        expected = profile * scale[:, :, None, None]
        together = _likeliest(expected.sum(axis=2, keepdims=True), (seen * candidate).sum(axis=2, keepdims=True), spell)
        result = candidate & together & _likeliest(expected * together, seen, spell)
    return _hour_long(result)


def _level(seen: np.ndarray) -> np.ndarray:
    """int64 [..., 1]: three quarters of what is seen lie in quarters of an hour with at least so much."""
    ordered = np.sort(seen, axis=-1)
    below = np.cumsum(ordered, axis=-1)
    at = (below < below[..., -1:] / 4).sum(axis=-1, keepdims=True)
    return np.take_along_axis(ordered, np.minimum(at, QUARTERS - 1), axis=-1)


def _likeliest(expected: np.ndarray, seen: np.ndarray, spell: np.ndarray) -> np.ndarray:
    """bool [groups, days, 96]: the likeliest course of each day through open and closed quarters (Viterbi's path).

    In an open quarter `expected` is to be seen, in a closed one STRAY of it, both Poisson, with neighbours alike over a `spell`
    of quarters; closed is what both stamps and presence (the first axis) speak for. Each closed stretch costs SURE, so
    that neither a gap by chance nor a stray stamp makes one.
    """
    gain = (((1 - STRAY) * expected - np.log(1 / STRAY) * seen) / spell[:, :, None, None]).min(axis=0)
    is_open, is_closed = np.zeros(gain.shape[:-1]), np.full(gain.shape[:-1], -np.inf)
    opens, closes = np.empty(gain.shape, dtype=bool), np.empty(gain.shape, dtype=bool)
    for quarter in range(QUARTERS):
        opens[..., quarter], closes[..., quarter] = is_closed > is_open, is_open - SURE > is_closed
        is_open, is_closed = np.maximum(is_open, is_closed), np.maximum(is_closed, is_open - SURE) + gain[..., quarter]
    result = np.empty(gain.shape, dtype=bool)
    now = is_open >= is_closed
    for quarter in reversed(range(QUARTERS)):
        result[..., quarter] = now
        now = np.where(now, ~opens[..., quarter], closes[..., quarter])
    return result


def _ranges(quarters: np.ndarray) -> Ranges:
    """The runs of open quarters, in minutes."""
    bounds = np.flatnonzero(np.diff(np.concatenate([[False], quarters, [False]]))) * 15
    return tuple(zip(bounds[::2].tolist(), bounds[1::2].tolist(), strict=True))


def _written(ranges: Ranges) -> list[str]:
    return [f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in ranges]
