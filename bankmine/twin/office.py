"""The office that a log shows: its work, its people, their hours, and how they take what is to be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from bankmine.facts import Facts
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import DAY, SECOND
from bankmine.measure.causes import CUSTOMER, SYSTEM, UNEXPLAINED
from bankmine.process.definition import Kind, Party
from bankmine.stats.grouped import each_group

FEWEST_OF_ROLE = 0.05  # of a person's items: who works for a role less often than that is not among its people
MINUTE = 60 * SECOND
BREAK = 5 * MINUTE  # that a free person may let pass
OF_DUTY = 0.2  # of the duty time of a wait: who was free for less was busy
ALWAYS = 1 << 62
HALF_A_DAY, MONTH = DAY // 2, 28 * DAY
SEEN_CLOSED = 0.1  # of the times at which the house is open and a role seems not to be: work waited in so many, or it is open, too
BY_INSTANCE = (
    "row", "activity", "arrives", "queued", "role", "person", "opening", "hold", "lies", "waited", "wait", "work", "urgency", "design",
    "keeps", "came", "was",
)  # fmt: skip
WHOLE = 0.02  # of the items may reach beyond closing where people begin only what they finish before it


@dataclass(frozen=True, slots=True)
class Person:
    """`calendar`: index into the office's calendars; `since`, `until`: UTC microseconds of the first and the last that is seen of them."""

    calendar: int
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The people of one role, by index into the office's, and the order in which they take work.

    `named`: each item waits for the person who did it, else for whoever is free first; `last_first`: the last that came is taken first;
    `whole`: what cannot be finished before closing is begun the next day.
    """

    people: tuple[int, ...]
    named: bool = False
    last_first: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of an activity are held until there are `size`, or until the next of `moments` (UTC microseconds, ascending).

    `at_once`: one person does all of them at the same time, as long as the longest takes; else one after another.
    """

    size: int = 0
    moments: tuple[int, ...] = ()
    at_once: bool = True


@dataclass(frozen=True, eq=False)
class Office:
    """A log, or a part of it, as work for an office; arrays by instance in the log's order, int64 microseconds unless said otherwise.

    `row` int64: the instance in the log. `enabler`: the instance that makes it possible, -1 = the case's arrival, at `arrives`; `also`:
    another that has to be over, -1 none. `queued` bool: its wait is recomputed, from the queue of `role` (int32, into `desks`) on; before
    that pass `hold` of wall time, before it can be seen (the customer, a system, a contract), and `lies` of opening
    time though somebody is free (unexplained). `wait`: of the others, as it was. `work`: of queued ones in
    duty time, of the others as it was. `person` int32: who did it, -1 unknown; `opening` int32: the calendar of its office.
    `waited`: all of the wait, as it was. `urgency` int32: the lower goes first in the queue. `design` bool: the
    wait is agreed by contract. `keeps` bool: what it waits for, mostly a customer's answer, came in opening hours
    after half a day or more, at `came`, having been enabled at `was`: people answer in the daytime, so where the step before ends
    earlier or later the answer moves by whole open days, on average by as much.
    """

    names: tuple[str, ...]
    row: np.ndarray
    case: np.ndarray
    activity: np.ndarray
    enabler: np.ndarray
    also: np.ndarray
    arrives: np.ndarray
    queued: np.ndarray
    role: np.ndarray
    person: np.ndarray
    opening: np.ndarray
    hold: np.ndarray
    lies: np.ndarray
    waited: np.ndarray
    wait: np.ndarray
    work: np.ndarray
    urgency: np.ndarray
    design: np.ndarray
    keeps: np.ndarray
    came: np.ndarray
    was: np.ndarray
    calendars: tuple[BusinessCalendar, ...]
    roles: tuple[str, ...]
    people: tuple[Person, ...]
    desks: tuple[Desk, ...]
    batches: Mapping[int, Batch] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, facts: Facts) -> "Office":
        """The office of a log. What cannot be queued (no person, start, calendar or role known; a wait by contract) stays as it was."""
        parts, roles, duty, starts = facts.causes.parts, facts.roles, facts.duty, facts.causes.starts
        role, person = roles.of_instance.astype(np.int32), facts.resource.astype(np.int32)
        queued = facts.by_staff[facts.activity] & ~facts.by_design & ~facts.causes.unknown & (role >= 0) & (person >= 0)
        queued &= (duty.opening >= 0) & (duty.person >= 0)
        began = np.where(queued, starts.began, facts.began)
        length = np.maximum(facts.moment - began, 0)
        work, spans = length.copy(), np.zeros(len(length), dtype=bool)
        for calendar, rows in each_group(np.where(queued, duty.person, -1)):
            if calendar >= 0:
                work[rows] = duty.calendars[calendar].between(began[rows], began[rows] + length[rows])
                spans[rows] = work[rows] < length[rows]
        items = np.zeros((len(roles.names), len(facts.people)), dtype=np.int64)
        np.add.at(items, (role[queued], person[queued]), 1)
        desks = []
        for number in range(len(roles.names)):
            staff = np.flatnonzero(items[number] > FEWEST_OF_ROLE * items.sum(axis=0))
            mine = queued & (role == number)
            staff = staff if len(staff) else np.flatnonzero(items[number])
            desks.append(Desk(tuple(staff.tolist()), whole=bool(spans[mine].mean() <= WHOLE) if mine.any() else True))
        whole = np.array([desk.whole for desk in desks] + [False], dtype=bool)[np.where(queued, role, -1)]
        since, until = _there(facts, began, queued, desks)
        people = tuple(Person(*each) for each in zip(duty.of_resource.tolist(), since.tolist(), until.tolist(), strict=True))
        enabler, enabled = _in_turn(facts, queued)
        waited = np.where(queued, np.minimum(facts.causes.wait, began - enabled), facts.wait)
        hold = np.where(queued, np.minimum(parts[:, CUSTOMER] + parts[:, SYSTEM], waited), 0)
        wait = np.where(queued, 0, facts.wait)
        opening = np.where(duty.opening >= 0, duty.opening, duty.organisation).astype(np.int32)
        came = enabled + hold + wait
        keeps = (came - enabled >= HALF_A_DAY) & ~facts.of_party(Party.SYSTEM)[facts.activity]
        for calendar, rows in each_group(np.where(keeps, opening, -1)):
            keeps[rows] = False if calendar < 0 else duty.calendars[calendar].is_open(came[rows])
        return cls(
            names=facts.names,
            row=np.arange(len(work)),
            case=facts.case,
            activity=facts.activity,
            enabler=enabler,
            also=np.full(len(work), -1, dtype=np.int64),
            arrives=np.where(enabler < 0, enabled, 0),
            queued=queued,
            role=np.where(queued, role, -1).astype(np.int32),
            person=person,
            opening=opening,
            hold=hold,
            lies=np.where(queued, np.minimum(_lies(facts, enabled, began, work, queued, whole), waited - hold), 0),
            waited=waited,
            wait=wait,
            work=work,
            urgency=np.zeros(len(work), dtype=np.int32),
            design=facts.by_design,
            keeps=keeps,
            came=came,
            was=enabled,
            calendars=_seen(facts, enabled, began, work, queued),
            roles=roles.names,
            people=people,
            desks=tuple(desks),
            batches=MappingProxyType(_batches(facts, queued)),
        )

    def only(self, kept: np.ndarray) -> "Office":
        """The office with these instances alone (bool [instances]), cases numbered anew. What another made possible that is left out comes
        when it came.
        """
        rows = np.flatnonzero(kept)
        place = np.full(len(kept) + 1, -1, dtype=np.int64)  # -1 stays -1
        place[rows] = np.arange(len(rows))
        enabler = place[self.enabler[rows]]
        fields: Any = {name: getattr(self, name)[rows] for name in BY_INSTANCE} | {
            "case": np.unique(self.case[rows], return_inverse=True)[1],
            "enabler": enabler,
            "also": place[self.also[rows]],
            "arrives": np.where((enabler < 0) & (self.enabler[rows] >= 0), self.was[rows], self.arrives[rows]),
        }
        return replace(self, **fields)

    def with_desk(self, role: int, **changes: object) -> "Office":
        """The office with one role organised otherwise."""
        desks = list(self.desks)
        desks[role] = replace(desks[role], **changes)  # type: ignore[arg-type]
        return replace(self, desks=tuple(desks))


def _seen(facts: Facts, enabled: np.ndarray, began: np.ndarray, work: np.ndarray, queued: np.ndarray) -> tuple[BusinessCalendar, ...]:
    """The calendars of duty; of the openings found in the log, each that only looks shorter than the house's, for no work came then, is
    the house's. Hours that are only some people's stay: while they are off, colleagues do the work.

    Who is closed lets work wait: such hours are seen in which some item waited that could have been done in them. Items that wait for a
    batch show nothing.
    """
    duty, parts = facts.duty, facts.causes.parts
    rows = np.flatnonzero(queued & (facts.causes.batches.of_row < 0))
    found = [number for number in np.unique(duty.opening[queued]).tolist() if duty.calendars[number].discovered]
    if len(found) < 2:
        return duty.calendars
    result = list(duty.calendars)
    house = result[found[0]].union(*(result[number] for number in found[1:]))
    for number in found:
        calendar = duty.calendars[number]
        edges = np.unique(np.concatenate([house.begin, house.end, calendar.begin, calendar.end]))
        edges = edges[(edges >= enabled.min()) & (edges <= began.max())]
        middle = (edges[:-1] + edges[1:]) // 2
        shut = np.flatnonzero(house.is_open(middle) & ~calendar.is_open(middle))
        mine = rows[duty.opening[rows] == number]
        end = edges[shut + 1]
        ready = enabled[mine] + parts[mine, CUSTOMER] + parts[mine, SYSTEM]
        first, last = np.searchsorted(end, ready + np.maximum(work[mine], BREAK)), np.searchsorted(end, began[mine], side="right")
        waited = np.zeros(len(end) + 1, dtype=np.int64)
        some = first < last
        np.add.at(waited, first[some], 1)
        np.add.at(waited, last[some], -1)
        if len(end) and (np.cumsum(waited)[:-1] > 0).mean() < SEEN_CLOSED:
            result[number] = house
    return tuple(result)


def _there(facts: Facts, began: np.ndarray, queued: np.ndarray, desks: Sequence[Desk]) -> tuple[np.ndarray, np.ndarray]:
    """int64 [people] twice: from when to when each is there: all the time, but for those who are first seen, or last, weeks from the log's
    ends. Somebody of each role always is, whoever did some of its work in passing.
    """
    begin, end = int(facts.began.min()), int(facts.moment.max())
    first, last = np.full(len(facts.people), end), np.full(len(facts.people), begin)
    np.minimum.at(first, facts.resource[queued], began[queued])
    np.maximum.at(last, facts.resource[queued], facts.moment[queued])
    far = max((end - begin) // 10, MONTH)
    since = np.where(first > begin + far, first, begin - DAY)
    until = np.where(last < end - far, last, ALWAYS)
    for desk in desks:
        people = list(desk.people)
        if people:
            since[people] = np.where(since[people] == since[people].min(), begin - DAY, since[people])
            until[people] = np.where(until[people] == until[people].max(), ALWAYS, until[people])
    return since, until


def _in_turn(facts: Facts, queued: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 [instances] twice: what each instance came after, and when that was. Steps that could come in any order, and are therefore
    enabled together, came one after the other where nobody began the second before the first was done.
    """
    enabler, enabled = facts.enabler.copy(), facts.enabled.copy()
    asked = facts.of_kind(Kind.ENQUIRY, Kind.COMPLAINT)[facts.activity]
    rows = np.flatnonzero(queued & ~asked)
    rows = rows[np.lexsort((facts.began[rows], facts.enabler[rows], facts.case[rows]))]
    before, after = rows[:-1], rows[1:]
    beside = (facts.case[before] == facts.case[after]) & (facts.enabler[before] == facts.enabler[after])
    serial = beside & (facts.began[after] >= facts.moment[before]) & (facts.enabler[after] >= 0)
    enabler[after[serial]], enabled[after[serial]] = before[serial], facts.moment[before[serial]]
    return enabler, enabled


def _lies(facts: Facts, enabled: np.ndarray, began: np.ndarray, work: np.ndarray, queued: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """int64 [instances]: for how much duty time, at the end of its wait, work lay that the one who did it had been free for.

    Not free are those who begin only what they finish before closing (bool `whole` [instances]) and have taken what they cannot, nor is
    anybody in a short break. Who was free for less than a fifth of the wait's duty time was busy all the same: only that time counts.
    """
    parts, duty, busy = facts.causes.parts, facts.duty, facts.causes.busy
    ready = enabled + parts[:, CUSTOMER] + parts[:, SYSTEM]
    lies = parts[:, UNEXPLAINED].copy()
    for person, mine in each_group(np.where(queued & (busy.server >= 0), facts.resource, -1)):
        if person < 0 or duty.of_resource[person] < 0:
            continue
        calendar = duty.calendars[duty.of_resource[person]]
        rows = mine[np.argsort(began[mine], kind="stable")]
        taken = _Taken.of(calendar, ready[rows], began[rows], facts.moment[rows], work[rows] * whole[rows])
        lies[rows] -= taken.until(began[rows]) - taken.until(ready[rows])
        free = rows[(lies[rows] > BREAK) & (facts.causes.batches.of_row[rows] < 0)]
        free = free[lies[free] >= OF_DUTY * calendar.between(ready[free], began[free])]
        before, after, at_first = ready[free], began[free], taken.until(ready[free])
        while (after - before).max(initial=0) > MINUTE:
            middle = (before + after) // 2
            idle = busy.idle(busy.server[free], ready[free], middle) - (taken.until(middle) - at_first)
            before, after = np.where(idle > BREAK, before, middle), np.where(idle > BREAK, middle, after)
        lies[free] = calendar.between(after, began[free])
    return np.where(lies <= BREAK, 0, lies)


@dataclass(frozen=True, eq=False, slots=True)
class _Taken:
    """When somebody had taken what could not be finished before closing, and was to begin it at the next opening: duty time."""

    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, calendar: BusinessCalendar, ready: np.ndarray, began: np.ndarray, ended: np.ndarray, work: np.ndarray) -> "_Taken":
        """Of one person's work in the order in which it began; `work` 0: it may be left over a closing."""
        slot = np.searchsorted(calendar.begin, began, side="right") - 1
        day = np.maximum(slot - 1, 0)
        before = np.maximum.accumulate(np.append(np.iinfo(np.int64).min, ended))[:-1]
        since = np.maximum(before, np.maximum(ready, calendar.begin[day]))
        closing = calendar.end[day]
        mine = (slot > 0) & (began - calendar.begin[slot] <= BREAK) & (since < closing) & (work > closing - since)
        return cls(since[mine], closing[mine])

    def until(self, moment: np.ndarray) -> np.ndarray:
        """int64: how much of such time has passed by each moment."""
        if not len(self.begin):
            return np.zeros(len(moment), dtype=np.int64)
        gone = np.searchsorted(self.begin, moment, side="right")
        passed = np.append(0, np.cumsum(self.end - self.begin))[gone]
        return passed - np.where(gone > 0, np.maximum(self.end[np.maximum(gone - 1, 0)] - moment, 0), 0)


def _batches(facts: Facts, queued: np.ndarray) -> dict[int, Batch]:
    """The rule by which each activity's items are held back, where there is one: by number, or at the times at which it was done."""
    measured, found = facts.causes.batches, {}
    for activity, (kind, value) in measured.rules.items():
        mine = np.flatnonzero(measured.activity == activity)
        if not queued[facts.activity == activity].any() or not len(mine):
            continue
        at_once = bool((measured.kind[mine] == 0).mean() >= 0.5)
        if kind == "size":
            found[activity] = Batch(size=int(value[0]), at_once=at_once)
        else:
            found[activity] = Batch(moments=tuple(sorted(set(measured.begin[mine].tolist()))), at_once=at_once)
    return found
