"""Queues played event by event: work comes, waits its turn, and is done by people in their hours (trace-driven simulation)."""

import heapq
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import DAY
from bankmine.twin.office import Office

FOREVER = 1 << 62
NIGHT = DAY // 6


@dataclass(frozen=True, eq=False)
class Played:
    """When each instance was enabled, could be seen after what held it, began and ended: int64 [instances] UTC microseconds.

    `who` int32: the person by the office's index, -1 where it was not queued. `undone` bool: nobody came to do it before the calendars end,
    or it waits for something that is; its times are then the last that anything has.
    """

    enabled: np.ndarray
    seen: np.ndarray
    began: np.ndarray
    ended: np.ndarray
    who: np.ndarray
    undone: np.ndarray


class OpenHours:
    """One calendar for single questions: slots as lists."""

    __slots__ = ("before", "begin", "day", "end", "full", "longest")

    def __init__(self, begin: np.ndarray, end: np.ndarray) -> None:
        self.begin, self.end = begin.tolist(), end.tolist()
        length = end - begin
        self.full = np.cumsum(length).tolist()
        self.before = (np.cumsum(length) - length).tolist()
        self.longest = int(length.max(initial=0))
        # A day begins where the office has been closed for hours.
        new = np.append(True, begin[1:] - end[:-1] >= NIGHT)[: len(length)]
        self.day = begin[new].tolist()
        # What lies beyond the calendar never comes.
        self.begin.append(FOREVER)
        self.end.append(FOREVER)

    def opens(self, time: int) -> int:
        """The first open moment from `time` on."""
        begin = self.begin[bisect_right(self.end, time)]
        return max(time, begin)

    def fits(self, time: int, work: int) -> int:
        """The first moment from `time` on at which `work` can be done without a break, where it can be at all."""
        slot = bisect_right(self.end, time)
        begin, end = self.begin, self.end
        start = max(time, begin[slot])
        if work > self.longest:
            return start
        while end[slot] - start < work:
            slot += 1
            start = begin[slot]
        return start

    def add(self, time: int, work: int) -> int:
        """The moment by which so much open time has passed since `time`."""
        slot = bisect_right(self.end, time)
        begin = self.begin[slot]
        start = max(time, begin)
        if work <= self.end[slot] - start:
            return start + work
        if slot >= len(self.before):
            return FOREVER
        target = self.before[slot] + (start - begin) + work
        slot = bisect_left(self.full, target)
        return FOREVER if slot >= len(self.before) else self.begin[slot] + (target - self.before[slot])

    def moved(self, time: int, by: int, owed: dict[int, float]) -> int:
        """The same clock time on another open day, on average `by` later or earlier: of those who have only part of a day to go, or of a
        weekend, as many go as make up for it. `owed`: by the length of such a step, what part of one those before have not gone.
        """
        day, step = bisect_right(self.day, time) - 1, 1 if by > 0 else -1
        if day < 0:
            return time
        clock, left = time - self.day[day], abs(by)
        while 0 <= day + step < len(self.day):
            jump = self.day[day + step] - self.day[day]
            if left < abs(jump):
                part = owed.get(jump, 0.5) + left / abs(jump)
                owed[jump] = part % 1
                day += step * int(part)
                break
            day, left = day + step, left - abs(jump)
        return self.day[day] + clock


COMES, FREE, FIRES = 0, 1, 2


def play(office: Office) -> Played:
    """The office's work done by its people. Deterministic: of two events at one moment the one that was caused first comes first, and
    of two people who are free the one who has been so longer.
    """
    size, nothing = len(office.case), np.zeros(0, dtype=np.int64)
    hours = [*(OpenHours(calendar.begin, calendar.end) for calendar in office.calendars), OpenHours(nothing, nothing)]  # -1: never
    queued, role, opening = office.queued.tolist(), office.role.tolist(), office.opening.tolist()
    hold, lies, wait, work = office.hold.tolist(), office.lies.tolist(), office.wait.tolist(), office.work.tolist()
    person, urgency, activity = office.person.tolist(), office.urgency.tolist(), office.activity.tolist()
    # The children of each instance: what it makes possible, alone or with another.
    joined = np.flatnonzero(office.also >= 0)
    parents, children = np.append(office.enabler, office.also[joined]), np.append(np.arange(size), joined)
    order = np.argsort(parents, kind="stable")
    first = np.searchsorted(parents[order], np.arange(-1, size + 1)).tolist()
    order = children[order].tolist()
    missing = (1 + (office.also >= 0)).tolist()
    owed: dict[int, float] = {}
    keeps, came, was = office.keeps.tolist(), office.came.tolist(), office.was.tolist()
    enabled, seen, began, ended, who = [0] * size, [0] * size, [0] * size, [0] * size, [-1] * size

    desks = office.desks
    of_person: list[list[int]] = [[] for _ in office.people]
    for number, desk in enumerate(desks):
        for each in desk.people:
            of_person[each].append(number)
    calendar = [hours[p.calendar] for p in office.people]
    until = [p.until for p in office.people]
    members = [frozenset(desk.people) for desk in desks]
    shared: list[list[tuple[int, int, int, list[int]]]] = [[] for _ in desks]
    own: list[list[tuple[int, int, int, list[int]]]] = [[] for _ in office.people]
    idle: list[list[tuple[int, int]]] = [[] for _ in desks]
    since = [-1] * len(office.people)  # idle since then; -1 = not idle
    held: dict[int, list[int]] = {}
    fires: dict[int, int] = {}
    events: list[tuple[int, int, int, int]] = []
    push, pop = heapq.heappush, heapq.heappop
    number = 0

    for each, of in enumerate(office.people):
        if of_person[each]:
            number += 1
            push(events, (calendar[each].opens(of.since), number, FREE, each))

    def after(parent: int, time: int) -> None:
        """What an end, or an arrival, makes possible."""
        nonlocal number
        left = [(parent, time)]
        while left:
            parent, time = left.pop()
            for child in order[first[parent + 1] : first[parent + 2]]:
                at = time if parent >= 0 else arrives[child]
                missing[child] -= 1
                if missing[child]:
                    enabled[child] = at
                    continue
                at = max(at, enabled[child])
                enabled[child] = at
                if keeps[child]:
                    delay = max(hours[opening[child]].moved(came[child], at - was[child], owed) - at, 0)
                else:
                    delay = hold[child] if queued[child] else wait[child]
                at += delay
                if queued[child]:
                    seen[child] = at
                    if lies[child]:
                        at = hours[opening[child]].add(at, lies[child])
                    number += 1
                    push(events, (at, number, COMES, child))
                else:
                    began[child] = seen[child] = at
                    ended[child] = at = at + work[child]
                    left.append((child, at))

    arrives = office.arrives.tolist()
    after(-1, 0)

    def serve(each: int, turn: list[int], now: int, whole: bool) -> None:
        """Somebody takes a turn: one item, or a batch."""
        nonlocal number
        of = calendar[each]
        since[each] = -1
        moment = begin = end = now
        lasts = max(work[item] for item in turn) if len(turn) > 1 and office.batches[activity[turn[0]]].at_once else -1
        for place, item in enumerate(turn):
            takes = work[item] if lasts < 0 else lasts
            if lasts < 0 or place == 0:
                begin = of.fits(moment, takes) if whole else of.opens(moment)
                end = of.add(begin, takes)
            began[item], ended[item], who[item] = begin, end, each
            moment = end
            number += 1
            push(events, (end, number, FREE, -1 - item))
        number += 1
        push(events, (moment, number, FREE, each))

    def dispatch(desk_number: int, now: int) -> None:
        """People who are free and on duty take what is first in the queue."""
        nonlocal number
        queue, free, whole = shared[desk_number], idle[desk_number], desks[desk_number].whole
        while queue and free:
            at, each = free[0]
            if since[each] != at:
                pop(free)
                continue
            opens = calendar[each].opens(now)
            if opens > now:
                pop(free)
                since[each] = -1
                number += 1
                push(events, (opens, number, FREE, each))
                continue
            pop(free)
            serve(each, pop(queue)[3], now, whole)

    def enqueue(turn: list[int], now: int) -> None:
        nonlocal number
        number += 1
        item = turn[0]
        desk_number = role[item]
        desk = desks[desk_number]
        key = (urgency[item], -now if desk.last_first else now, -number if desk.last_first else number, turn)
        each = person[item]
        if desk.named and each in members[desk_number]:
            push(own[each], key)
            if since[each] >= 0:
                opens = calendar[each].opens(now)
                if opens > now:
                    since[each] = -1
                    number += 1
                    push(events, (opens, number, FREE, each))
                else:
                    serve(each, pop(own[each])[3], now, desk.whole)
            return
        push(shared[desk_number], key)
        dispatch(desk_number, now)

    now = 0
    while events or any(held.values()):
        if not events:  # no more comes to fill the last batches
            waiting = [turn for turn in held.values() if turn]
            held.clear()
            for turn in waiting:
                enqueue(turn, now)
            continue
        at, _, kind, what = pop(events)
        if at >= FOREVER:
            break
        now = at
        if kind == COMES:
            batch = office.batches.get(activity[what])
            if batch is None:
                enqueue([what], now)
                continue
            waiting = held.setdefault(activity[what], [])
            waiting.append(what)
            if batch.size:
                if len(waiting) >= batch.size:
                    held[activity[what]] = []
                    enqueue(waiting, now)
            elif fires.get(activity[what], -1) < now:
                place = bisect_left(batch.moments, now)
                at = batch.moments[place] if place < len(batch.moments) else now
                fires[activity[what]] = at
                number += 1
                push(events, (at, number, FIRES, activity[what]))
        elif kind == FIRES:
            waiting, held[what] = held.get(what, []), []
            if waiting:
                enqueue(waiting, now)
        elif what < 0:
            after(-1 - what, now)
        else:
            # Somebody has become free, or has come on duty.
            opens = calendar[what].opens(now)
            if opens > now:
                number += 1
                push(events, (opens, number, FREE, what))
                continue
            if now > until[what]:
                continue
            since[what] = now
            best, mine = own[what][0] if own[what] else None, own[what]
            for each in of_person[what]:
                if shared[each] and (best is None or shared[each][0] < best):
                    best, mine = shared[each][0], shared[each]
            if best is not None:
                pop(mine)
                serve(what, best[3], now, desks[role[best[3][0]]].whole)
            else:
                for each in of_person[what]:
                    push(idle[each], (now, what))
    times = [np.array(each, dtype=np.int64) for each in (enabled, seen, began, ended)]
    # What was never enabled has no time; what is begun after the calendars has one that never comes.
    undone = (times[3] == 0) | (times[3] >= FOREVER)
    if undone.any():
        last = int(times[3][~undone].max(initial=int(office.arrives.max())))
        times = [np.where(undone & ((each == 0) | (each >= FOREVER)), last, each) for each in times]
    return Played(times[0], times[1], times[2], times[3], np.array(who, dtype=np.int32), undone)
