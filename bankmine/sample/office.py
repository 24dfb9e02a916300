"""The office: working hours, the people of each role, and the queues in which work waits for them."""

import heapq
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bankmine.hours import WeekHours
from bankmine.sample.waits import NOTHING, Parts, split

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY  # time 0 is a Monday, 00:00
TOGETHER, LONGEST_TOGETHER = 0.4, 5 * HOUR // 2  # work done all at once, as a share of what it takes one after another, and at most
Order = Literal["first come", "last come", "favour", "segment"]


@dataclass(frozen=True)
class Hours:
    """Weekly hours on the wall clock, as a text ("Mon-Fri 09:00-12:00,13:00-17:00"); times are whole seconds from a Monday on."""

    text: str

    @cached_property
    def slots(self) -> tuple[tuple[int, int], ...]:
        """Disjoint (begin, end) in seconds of the week, sorted."""
        days = WeekHours.parse(self.text).days
        return tuple((day * DAY + begin * 60, day * DAY + end * 60) for day, ranges in enumerate(days) for begin, end in ranges)

    @cached_property
    def _before(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The begin of each slot, and the duty seconds of the week before it, the whole week last."""
        total, before = 0, [0]
        for begin, end in self.slots:
            total += end - begin
            before.append(total)
        return tuple(begin for begin, _ in self.slots), tuple(before)

    @property
    def a_week(self) -> int:
        return self._before[1][-1]

    @cached_property
    def longest(self) -> int:
        return max(end - begin for begin, end in self.slots)

    def worked(self, time: int) -> int:
        """Duty seconds from time 0 to `time`."""
        begins, before = self._before
        week, second = divmod(time, WEEK)
        slot = bisect_right(begins, second) - 1
        if slot < 0:
            return week * before[-1]
        begin, end = self.slots[slot]
        return week * before[-1] + before[slot] + min(second, end) - begin

    def after(self, time: int, duty: float) -> int:
        """The first open moment at which so many duty seconds have passed since `time`."""
        begins, before = self._before
        week, rest = divmod(self.worked(time) + round(duty), before[-1])
        slot = bisect_right(before, rest) - 1
        return week * WEEK + begins[slot] + rest - before[slot]

    def is_open(self, time: int) -> bool:
        slot = bisect_right(self._before[0], time % WEEK) - 1
        return slot >= 0 and time % WEEK < self.slots[slot][1]

    def closing(self, time: int) -> int:
        """The end of the slot in which an open moment lies."""
        slot = bisect_right(self._before[0], time % WEEK) - 1
        return time - time % WEEK + self.slots[slot][1]

    def fit(self, time: int, duration: int) -> int:
        """The first moment from which so much work can be done without leaving it over a break; at most `longest` of it."""
        begin = self.after(time, 0)
        while True:
            closing = self.closing(begin)
            if begin + duration <= closing:
                return begin
            begin = self.after(closing, 0)


OFFICE = Hours("Mon-Fri 09:00-17:00")


@dataclass(frozen=True, slots=True)
class Batching:
    """Work at `step` is held until there are `size` items, or, without a size, until the next of `moments` (seconds of the week)."""

    step: str
    size: int = 0
    moments: tuple[int, ...] = ()
    parallel: bool = False

    def next(self, now: int) -> int:
        week = now - now % WEEK
        return min(t for m in self.moments for t in (week + m, week + WEEK + m) if t >= now)


@dataclass(frozen=True, slots=True)
class Desk:
    """How the work of one role is organised.

    `shifts`: hours of the people in turn, within `hours`; `named`: the people's cumulative shares of the cases, where each case has
    its person, else () for one queue; `favoured`: share of the cases that go first where the order is by favour. `paces`: how long each
    person takes for what takes others 1, in turn, () = all alike; `elsewhere`: share of the days on which each does other work as well.
    """

    people: int
    hours: Hours = OFFICE
    shifts: tuple[Hours, ...] = ()
    order: Order = "first come"
    favoured: float = 1.0
    named: tuple[float, ...] = ()
    batching: Batching | None = None
    paces: tuple[float, ...] = ()
    elsewhere: float = 0.0

    def pace(self, person: int) -> float:
        return self.paces[person % len(self.paces)] if self.paces else 1.0

    def of(self, person: int) -> Hours:
        return self.shifts[person % len(self.shifts)] if self.shifts else self.hours

    @staticmethod
    def name_of(role: str, person: int) -> str:
        return f"{role}-{person + 1:02d}"

    def capacity(self, window: int) -> int:
        """Duty seconds of all people in the window."""
        return sum(self.of(person).worked(window) for person in range(self.people))


class Clock:
    """What is to happen, in order of time; at the same time in the order in which it was said."""

    def __init__(self) -> None:
        self.now, self._said = 0, 0
        self._queue: list[tuple[int, int, Callable[[], None]]] = []

    def at(self, time: int, action: Callable[[], None]) -> None:
        self._said += 1
        heapq.heappush(self._queue, (time, self._said, action))

    def run(self) -> None:
        while self._queue:
            self.now, _, action = heapq.heappop(self._queue)
            action()


@dataclass(slots=True)
class Job:
    """Work wanted: `enabled` by the row before it; `asked`: until then the customer was waited for; `person` if only one may do it.

    `done` is called when it is finished; `start`, `end`, `who` and the `parts` of its wait are known once somebody has taken it.
    """

    case: int
    step: str
    duration: int
    enabled: int
    asked: int
    person: int | None = None
    favoured: bool = True
    done: Callable[[], None] = lambda: None
    start: int = -1
    end: int = -1
    who: int = -1
    parts: Parts = NOTHING


@dataclass(slots=True)
class Person:
    """`free` from a moment on; `own`: a heap of the work that only this person may do; `past`: work done, (start, end, enabled)."""

    name: str
    hours: Hours
    free: int = 0
    own: list["Waiting"] = field(default_factory=list)
    past: list[tuple[int, int, int]] = field(default_factory=list)

    def worked(self, until: int) -> int:
        """Seconds at work on what was done by then; things done at once count once."""
        return sum(end - start for start, end in {(start, end) for start, end, _ in self.past} if end <= until)


@dataclass(slots=True)
class Turn:
    """Jobs that one person does in one go, all at once or one after another: `ready` when the last of them was, `begin` once begun."""

    jobs: list[Job]
    at_once: bool
    ready: int
    begin: int = -1


Waiting = tuple[int, int, int, Turn]  # rank, moment (negative where the last comes first), number


class Team:
    """The people of one role and their queue: whoever has been idle for longest takes what is first in it.

    Work that cannot be finished before the person's hours end is begun when they begin again, so that no row spans a break;
    whoever has taken it takes nothing else before. `taken` is told of each job when its start and end are known.
    """

    def __init__(self, role: str, desk: Desk, clock: Clock, taken: Callable[["Team", Job], None]) -> None:
        self.role, self.desk, self.clock, self.taken = role, desk, clock, taken
        self.people = [Person(desk.name_of(role, number), desk.of(number)) for number in range(desk.people)]
        self._shared: list[Waiting] = []
        self._held: list[Job] = []
        self._number, self._backlog, self._wake, self._fires = 0, 0, -1, -1

    def hand_in(self, job: Job) -> None:
        """Work that the team gets to see now."""
        batching = self.desk.batching
        if batching is None or job.step != batching.step or job.person is not None:
            self._enqueue([job])
            return
        self._held.append(job)
        if batching.size:
            if len(self._held) >= batching.size:
                self.release()
        elif self._fires < self.clock.now:
            self._fires = batching.next(self.clock.now)
            self.clock.at(self._fires, self.release)

    def release(self) -> None:
        """Lets go of the work held for a batch."""
        if self._held:
            batch, self._held = self._held, []
            self._enqueue(batch)

    def expects(self) -> int:
        """When work handed in now may be begun, as far as the queue tells."""
        now = self.clock.now
        left = [max(self.desk.hours.worked(person.free) - self.desk.hours.worked(now), 0) for person in self.people]
        if min(left) == 0 and not self._backlog:
            return self.desk.hours.after(now, 0)
        return self.desk.hours.after(now, (self._backlog + sum(left)) / len(self.people))

    def _enqueue(self, jobs: list[Job]) -> None:
        first, now = jobs[0], self.clock.now
        self._number += 1
        self._backlog += sum(job.duration for job in jobs)
        rank = int(self.desk.order in ("favour", "segment") and not first.favoured)
        queue = self._shared if first.person is None else self.people[first.person].own
        last = self.desk.order == "last come"
        at_once = len(jobs) > 1 and self.desk.batching is not None and self.desk.batching.parallel
        turn = Turn(jobs, at_once, max(max(job.enabled, job.asked) for job in jobs))
        heapq.heappush(queue, (rank, -now if last else now, -self._number if last else self._number, turn))
        self.dispatch()

    def dispatch(self) -> None:
        """Everybody who is idle and on duty takes work, and the next opening is seen to if some is left."""
        now = self.clock.now
        while idle := [person for person in self.people if person.free <= now and person.hours.is_open(now)]:
            queues = [queue for queue in (self._shared, *(person.own for person in idle)) if queue]
            if not queues:
                break
            queue = min(queues, key=lambda q: q[0])
            waiting = heapq.heappop(queue)
            duration = waiting[3].jobs[0].duration
            takers = idle if queue is self._shared else [person for person in idle if person.own is queue]
            person = min(takers, key=lambda p: (p.hours.fit(now, min(duration, p.hours.longest)), p.free, p.name))
            self._serve(person, waiting)
        off = [p for p in self.people if p.free <= now and (self._shared or p.own)]
        if off:
            opening = min(person.hours.after(now, 0) for person in off)
            if self._wake <= now or opening < self._wake:
                self._wake = opening
                self.clock.at(opening, self.dispatch)

    def _serve(self, person: Person, waiting: Waiting) -> None:
        """What of a batch would not be finished before the break is the first that the person does afterwards."""
        who, turn, hours = self.people.index(person), waiting[3], person.hours
        durations = [min(round(job.duration * self.desk.pace(who)), hours.longest) for job in turn.jobs]
        if turn.at_once:
            together = min(round(TOGETHER * sum(durations)), LONGEST_TOGETHER, hours.longest)
            durations = [max(*durations, together)] * len(durations)
        begin = moment = hours.fit(self.clock.now, durations[0])
        turn.begin = begin if turn.begin < 0 else turn.begin
        served: list[tuple[int, int, int]] = []
        for job, duration in zip(turn.jobs, durations, strict=True):
            if moment + duration > hours.closing(begin):
                break
            job.start, job.end, job.who = moment, moment + duration, who
            job.parts = split(job.enabled, job.asked, turn.ready, turn.begin, moment, self.desk.hours, hours, person.past)
            served.append((job.start, job.end, job.enabled))
            moment = begin if turn.at_once else job.end
        person.past.extend(served)
        person.free = served[-1][1]
        self.clock.at(person.free, self.dispatch)
        done, turn.jobs = turn.jobs[: len(served)], turn.jobs[len(served) :]
        if turn.jobs:
            heapq.heappush(person.own, waiting)
        for job in done:
            self._backlog -= job.duration
            self.taken(self, job)
            self.clock.at(job.end, job.done)
