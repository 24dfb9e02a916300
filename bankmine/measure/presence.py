"""When people were seen at work: their stamps on the wall clock, counted by quarter of an hour and by date."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME

QUARTER = 900 * SECOND
QUARTERS = 96
WEEKDAYS = 7
MADE_UP = 7  # the kind of day after the weekdays: dates that are worked although their weekday is not
REST = 8  # hours of the day in which nobody works every day
RESTLESS = 0.02  # of the stamps, in the quietest of them: more is a machine, or an account that several share


@dataclass(frozen=True, eq=False)
class Presence:
    """Stretches of one date in which somebody was seen at work; arrays [spans].

    `owner` int64: a person, or, past the `people`, the nobody known of the organisation and of each role; `first`, `last` int64:
    quarters since the midnight before `first_day` (days since 1970). A span is an instance that begins and ends on one date, else
    one of its stamps. By owner: `row_of` int64, 0 for the organisation, 1 + role; `marks` int64, stamps; `hours` int64 [owners, 24],
    spans that begin in each hour of the day. `quarters` bool [96]: at which quarters of the day spans begin; `dates`: from the
    first day to the last on which one does. What is by owner is exact
    in a part that holds all of its owners' instances, and the parts' are added.
    """

    owner: np.ndarray
    first: np.ndarray
    last: np.ndarray
    first_day: int
    people: int
    row_of: np.ndarray
    marks: np.ndarray
    hours: np.ndarray
    quarters: np.ndarray
    dates: int

    @classmethod
    def of(
        cls, start: np.ndarray, end: np.ndarray, role: np.ndarray, person: np.ndarray, role_of: np.ndarray, roles: int, zone: str
    ) -> "Presence":
        """`start`, `end` int64 UTC microseconds (UNKNOWN_TIME allowed), `role`, `person` [instances], -1 = unknown; `role_of` [people]."""
        row_of = np.concatenate([1 + role_of.astype(np.int64), np.arange(1 + roles)])
        owner = np.where(person >= 0, person, len(role_of) + 1 + role.astype(np.int64))
        begin, stop = _wall(start, zone), _wall(end, zone)
        # Midnight sharp is a date without a time; work that ends at the full hour was done before it.
        has_begin, has_stop = ((time != UNKNOWN_TIME) & (local % DAY > 0) for time, local in ((start, begin), (end, stop)))
        stop = np.where(start == end, stop, stop - 1)
        whole = has_begin & (end != UNKNOWN_TIME) & (begin // DAY == stop // DAY)
        lone_begin, lone_stop = has_begin & ~whole, has_stop & ~whole
        first = np.concatenate([begin[whole], begin[lone_begin], stop[lone_stop]]) // QUARTER
        last = np.concatenate([stop[whole], begin[lone_begin], stop[lone_stop]]) // QUARTER
        first_day = int(first.min()) // QUARTERS if len(first) else 0
        owners = np.concatenate([owner[whole], owner[lone_begin], owner[lone_stop]])
        hour = first % QUARTERS // 4
        return cls(
            owners,
            first - first_day * QUARTERS,
            last - first_day * QUARTERS,
            first_day,
            len(role_of),
            row_of,
            np.bincount(owner[has_begin], minlength=len(row_of)) + np.bincount(owner[has_stop], minlength=len(row_of)),
            np.bincount(owners * 24 + hour, minlength=len(row_of) * 24).reshape(-1, 24),
            np.bincount(first % QUARTERS, minlength=QUARTERS) > 0,
            int(first.max()) // QUARTERS - first_day + 1 if len(first) else 0,
        )

    def among(self, whole: "Presence") -> "Presence":
        """The same as a part of a whole, of which `whole` knows what is by owner and the first day."""
        shift = (self.first_day - whole.first_day) * QUARTERS
        by_owner = {"marks": whole.marks, "hours": whole.hours, "first_day": whole.first_day}
        dates = self.dates + self.first_day - whole.first_day
        return replace(self, first=self.first + shift, last=self.last + shift, dates=dates, **by_owner)

    def of_owners(self, which: np.ndarray) -> "Presence":
        """The spans of some owners (bool [owners]), equal ones once: what `seen` looks at is the same."""
        mine = which[self.owner]
        owner, first, last = np.unique(np.stack([self.owner[mine], self.first[mine], self.last[mine]]), axis=1)
        return replace(self, owner=owner, first=first, last=last)

    @property
    def rows(self) -> int:
        """The organisation and the roles."""
        return len(self.row_of) - self.people

    @cached_property
    def restless(self) -> np.ndarray:
        """bool [owners]: at work around the clock, as no person is: they show no hours of an office in which others work."""
        quietest = np.add.reduce([np.roll(self.hours, k, axis=1) for k in range(REST)]).min(axis=1)
        return quietest > RESTLESS * self.hours.sum(axis=1)

    @cached_property
    def restless_groups(self) -> np.ndarray:
        """bool [groups]: all who make it up are."""
        calm = np.bincount(self.row_of, self.marks * ~self.restless, self.rows)
        calm[0] = calm.sum()
        return np.append(calm == 0, self.restless[: self.people])

    @cached_property
    def _counts(self) -> tuple[np.ndarray, np.ndarray]:
        """bool [owners] twice: who counts for the role, and for the organisation; the restless only where all are."""
        return ~self.restless | self.restless_groups[self.row_of], ~self.restless | self.restless_groups[0]

    def by_group(self, of_owner: np.ndarray) -> np.ndarray:
        """[groups, ...]: counts by owner, summed for the organisation and each role, then those of the people."""
        in_role, in_all = self._counts
        total = np.zeros((self.rows, *of_owner.shape[1:]), dtype=of_owner.dtype)
        np.add.at(total, self.row_of[in_role], of_owner[in_role])
        total[0] = of_owner[in_all].sum(axis=0)
        return np.append(total, of_owner[: self.people], axis=0)

    @cached_property
    def stamps(self) -> np.ndarray:
        """int64 [groups]."""
        return self.by_group(self.marks)

    def daily(self, dates: int) -> np.ndarray:
        """int64 [rows, dates]: spans on each date."""
        in_role, in_all = (which[self.owner] for which in self._counts)
        day = self.first // QUARTERS
        row = self.row_of[self.owner[in_role]]
        counts = np.bincount(row * dates + day[in_role], minlength=self.rows * dates).reshape(self.rows, dates)
        counts[0] = np.bincount(day[in_all], minlength=dates)
        return counts

    def seen(self, closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """int64 [2, groups, 8, 96]: on how many dates each person left a stamp, and was seen, in each quarter, summed for roles and
        the organisation; int64 [2, groups]: how many such sights there were. `closed`, `made_up` bool [rows, dates].
        """
        stamps = np.append(self.owner, self.owner), np.append(self.first, self.last), np.append(self.first, self.last)
        both = [self._seen(*spans, closed, made_up) for spans in (stamps, (self.owner, self.first, self.last))]
        return np.stack([seen for seen, _ in both]), np.stack([sights for _, sights in both])

    def _seen(
        self, owner: np.ndarray, first: np.ndarray, last: np.ndarray, closed: np.ndarray, made_up: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        size = int(last.max(initial=-1)) + 1
        # One number for each span sorts much faster than three.
        place, length = np.divmod(np.sort((owner * size + first) * QUARTERS + (last - first)), QUARTERS)
        owner, first = np.divmod(place, size)
        last = first + length
        # What overlaps an earlier span counts from its end on, so that a date counts once.
        reach = np.maximum.accumulate(owner * size + last)[:-1] - owner[1:] * size
        first[1:] = np.maximum(first[1:], np.minimum(reach, last[1:]) + 1)
        day, row = np.minimum(first, last) // QUARTERS, self.row_of[owner]
        some = (first <= last) & ~closed[row, day]
        owner, first, last, day, row = owner[some], first[some], last[some], day[some], row[some]
        kind = np.where(made_up[row, day], MADE_UP, (self.first_day + day + 3) % WEEKDAYS)
        shape = (len(self.row_of), WEEKDAYS + 1, QUARTERS + 1)
        cell, cells = (owner * shape[1] + kind) * shape[2], shape[0] * shape[1] * shape[2]
        change = np.bincount(cell + first % QUARTERS, minlength=cells) - np.bincount(cell + last % QUARTERS + 1, minlength=cells)
        seen = self.by_group(np.cumsum(change.reshape(shape), axis=2)[:, :, :QUARTERS])
        return seen, self.by_group(np.bincount(owner, minlength=shape[0]))


def _wall(time: np.ndarray, zone: str) -> np.ndarray:
    """int64: microseconds since 1970 as the wall clock showed them; unknown times become any."""
    known = pl.Series(np.where(time == UNKNOWN_TIME, 0, time)).cast(pl.Datetime("us", "UTC"))
    return known.dt.convert_time_zone(zone).dt.replace_time_zone(None).cast(pl.Int64).to_numpy()
