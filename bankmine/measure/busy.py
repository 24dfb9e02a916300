"""When people are at work: each person's time in segments, and questions about any stretch of it (definitions §1.11)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.stats.dominance import sum_at_most
from bankmine.stats.grouped import by_group, distinct, each_group, numbered

NOBODY = np.iinfo(np.int64).max
ROOM = 1 << 62


@dataclass(frozen=True, eq=False)
class Busy:
    """The work of each server, a person under one calendar, as disjoint segments in order of server and time.

    `server` int64 [instances]: who did the instance, -1 where nobody is known; `calendar` int64 [servers], index into
    `calendars`, -1 = unknown: then all time counts as duty. Segments: `begin`, `end` int64 UTC microseconds; `length` int64
    microseconds on duty; `segment_server` int64; `earliest` int64, the earliest enablement among the instances that run in it.
    `_lanes` makes one number of a server and an instant; `_begin_key`, `_end_key`: those of the segments' bounds.
    """

    server: np.ndarray
    calendar: np.ndarray
    calendars: Sequence[BusinessCalendar]
    begin: np.ndarray
    end: np.ndarray
    segment_server: np.ndarray
    length: np.ndarray
    earliest: np.ndarray
    _lanes: "_Lanes"
    _begin_key: np.ndarray
    _end_key: np.ndarray

    @classmethod
    def of(
        cls,
        resource: np.ndarray,
        began: np.ndarray,
        end: np.ndarray,
        enabled: np.ndarray,
        calendar: np.ndarray,
        calendars: Sequence[BusinessCalendar],
    ) -> "Busy":
        """`resource` [instances], -1 = nobody; `began`, `end`, `enabled` int64 UTC microseconds (end <= began: no work);
        `calendar` [instances], the calendar under which each instance was done.
        """
        people = resource.astype(np.int64)
        pair = people * (len(calendars) + 1) + calendar + 1
        known = np.flatnonzero(people >= 0)
        pairs, of_pair, _ = numbered(pair[known], int(pair.max(initial=-1)) + 1)
        server = np.full(len(people), -1, dtype=np.int64)
        server[known] = of_pair
        owner, under = pairs // (len(calendars) + 1), pairs % (len(calendars) + 1) - 1
        working = np.flatnonzero((people >= 0) & (end > began))
        working = working[by_group(began[working], people[working])]  # neighbours in time are neighbours in memory
        who, first, last, earliest = _segments(people[working], began[working], end[working], enabled[working])
        # A person with two calendars works the same hours under both.
        low, high = np.searchsorted(who, owner), np.searchsorted(who, owner, side="right")
        count = high - low
        at = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
        first, last, segment_server = first[at], last[at], np.repeat(np.arange(len(pairs)), count)
        lanes = _Lanes.of(len(pairs), first, last)
        return cls(
            server,
            under,
            calendars,
            first,
            last,
            segment_server,
            on_duty(calendars, under[segment_server], first, last),
            earliest[at],
            lanes,
            lanes.key(segment_server, first),
            lanes.key(segment_server, last),
        )

    def on_duty(self, server: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """int64 [questions]: duty time of the server between two instants, begin <= end."""
        return on_duty(self.calendars, self.calendar[server], begin, end)

    def split(self, server: np.ndarray, begin: np.ndarray, end: np.ndarray, bound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """int64 [questions] twice: duty time at work between two instants, and the part of it in segments whose earliest
        enablement is at most `bound`.
        """
        low, high, head, tail = self._clipped(server, begin, end)
        busy = self._sums(low, high) - head - tail
        if not len(self.begin):
            return busy, busy.copy()
        no_later = sum_at_most(self.earliest, self.length, low, high, bound)
        some = low < high
        first, final = np.where(some, low, 0), np.where(some, high - 1, 0)
        no_later -= np.where(self.earliest[first] <= bound, head, 0) + np.where(self.earliest[final] <= bound, tail, 0)
        return busy, no_later

    def within(self, server: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """int64 [questions]: duty time at work between two instants."""
        low, high, head, tail = self._clipped(server, begin, end)
        return self._sums(low, high) - head - tail

    def idle(self, server: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """int64 [questions]: duty time not at work between two instants."""
        return self.on_duty(server, begin, end) - self.within(server, begin, end)

    def clock(self, time: np.ndarray) -> np.ndarray:
        """int64 [instances]: each instance's time on the clock of its person, which stands still off duty; as it is where no
        calendar is known.
        """
        calendar = np.where(self.server >= 0, np.append(self.calendar, -1)[self.server], -1)
        result = time.copy()
        for index, rows in each_group(calendar):
            if index >= 0:
                result[rows] = self.calendars[index].worked(time[rows])
        return result

    def segments(self, server: int, begin: int, end: int) -> slice:
        """The segments of one server that meet [begin, end)."""
        low, high, _, _ = self._clipped(np.array([server]), np.array([begin]), np.array([end]))
        return slice(int(low[0]), int(high[0]))

    def _sums(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        running = np.concatenate(([0], np.cumsum(self.length)))
        return running[high] - running[low]

    def _clipped(self, server: np.ndarray, begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """The range of segments that meet each stretch, and the duty time of the first and last of them that lies outside it."""
        low = np.searchsorted(self._end_key, self._lanes.key(server, begin + 1))
        high = np.searchsorted(self._begin_key, self._lanes.key(server, end))
        high = np.maximum(high, low)
        some = np.flatnonzero(low < high)
        head, tail = np.zeros(len(low), dtype=np.int64), np.zeros(len(low), dtype=np.int64)
        first, final = low[some], high[some] - 1
        early = some[self.begin[first] < begin[some]]
        late = some[self.end[final] > end[some]]
        head[early] = self.on_duty(server[early], self.begin[low[early]], begin[early])
        tail[late] = self.on_duty(server[late], end[late], self.end[high[late] - 1])
        return low, high, head, tail


def on_duty(calendars: Sequence[BusinessCalendar], calendar: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64 [questions]: time between two instants that a calendar counts; all of it where the calendar is unknown (-1)."""
    result = end - begin
    for index, rows in each_group(calendar):
        if index >= 0:
            result[rows] = calendars[index].between(begin[rows], end[rows])
    return result


def _segments(
    who: np.ndarray, begin: np.ndarray, end: np.ndarray, enabled: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Owner, begin, end and earliest enablement of the stretches between any two bounds in which someone works."""
    lanes = _Lanes.of(int(who.max(initial=-1)) + 1, begin, end)
    key_begin, key_end = lanes.key(who, begin), lanes.key(who, end)
    bounds = distinct(np.concatenate([key_begin, key_end]))
    low, high = np.searchsorted(bounds, key_begin), np.searchsorted(bounds, key_end)
    earliest = _least_over(low, high, enabled, len(bounds))
    found = np.flatnonzero(earliest < NOBODY)
    return bounds[found] // lanes.span, lanes.time(bounds[found]), lanes.time(bounds[found + 1]), earliest[found]


@dataclass(frozen=True, eq=False)
class _Lanes:
    """A server and an instant as one number, so that one sorted array answers for every server.

    The number is server * `span` + microseconds since `origin` or, where that many servers have no room in 64 bits, the instant's
    rank among `instants`.
    """

    origin: int
    span: int
    instants: np.ndarray | None

    @classmethod
    def of(cls, servers: int, begin: np.ndarray, end: np.ndarray, room: int = ROOM) -> "_Lanes":
        """For instants from the first `begin` to the last `end`; others count as the nearest just outside."""
        if not len(begin):
            return cls(0, 1, None)
        origin, last = int(begin.min()), int(end.max())
        if servers * (last - origin + 2) < room:
            return cls(origin, last - origin + 2, None)
        instants = distinct(np.concatenate([begin, end]))
        return cls(0, len(instants) + 1, instants)

    def key(self, server: np.ndarray, time: np.ndarray) -> np.ndarray:
        """int64: keys of a server sort as the instants do; of an instant that is none of the ranked, that of the next one."""
        if self.instants is None:
            return server * self.span + np.clip(time - self.origin, 0, self.span - 1)
        return server * self.span + np.searchsorted(self.instants, time)

    def time(self, key: np.ndarray) -> np.ndarray:
        """int64: the instants of the keys of given instants."""
        return key % self.span + self.origin if self.instants is None else self.instants[key % self.span]


def _least_over(low: np.ndarray, high: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """int64 [size]: the least value among the ranges low <= position < high that hold a position; NOBODY where none does.

    Each range is covered by two of length 2^k; from the longest on, each level hands its values to the two halves below.
    """
    level = np.floor(np.log2(np.maximum(high - low, 1))).astype(np.int64)
    carried = np.full(size, NOBODY, dtype=np.int64)
    for k in range(int(level.max(initial=0)), -1, -1):
        here = np.flatnonzero(level == k)
        np.minimum.at(carried, low[here], value[here])
        np.minimum.at(carried, high[here] - (1 << k), value[here])
        if k:
            half = 1 << (k - 1)
            carried[half:] = np.minimum(carried[half:], carried[:-half].copy())
    return carried
