"""The passes over a log in parts: counts by case, enablement by case, duty and causes by person, figures by both (house.md)."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
import polars as pl

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.measure.actors import actors
from bankmine.measure.awaited import Awaited
from bankmine.measure.batches import Held, Rule, Runs
from bankmine.measure.business import CalendarUsed, business_time
from bankmine.measure.by_cause import CauseCounts, WaitByCause
from bankmine.measure.causes import WaitingCauses, busy_people, in_runs
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.cycle import QUANTILES as OF_CASES
from bankmine.measure.cycle import CycleTime, Effort, InBusiness
from bankmine.measure.discovered import Discovered
from bankmine.measure.duty import Duty, is_sought, span_of, stamps_of
from bankmine.measure.enablement import Enablement, Successions, case_begin
from bankmine.measure.endings import QUIET_QUANTILE, USUAL_END_SHARE, Endings, closing, pauses
from bankmine.measure.parties import OUTSIDE, by_staff, of_party
from bankmine.measure.presence import Presence
from bankmine.measure.rework import Items, Rework, ReworkCounts
from bankmine.measure.roles import RoleCounts, Roles
from bankmine.measure.starts import Starts
from bankmine.measure.waiting import QUANTILES, WaitingTime
from bankmine.model.dfg import DirectlyFollowsGraph, EndCounts, steps
from bankmine.model.variants import Variants
from bankmine.process.definition import Party, Understanding
from bankmine.scale.frames import BY_CASE, BY_PERSON, Names, by_person, in_order, log_by_case, log_by_person
from bankmine.scale.memory import too_heavy
from bankmine.settings import Calendar
from bankmine.stats.spread import Selected, Spread
from bankmine.stats.sums import added
from bankmine.words import Text

Found = TypeVar("Found")


class Parts(Protocol):
    """A log in parts, on whatever machine: each part a frame."""

    def each(self, kernel: Callable[[pl.DataFrame], Found]) -> list[Found]:
        """What the kernel finds in every part."""
        ...

    def divided(
        self, kernel: Callable[[pl.DataFrame], tuple[pl.DataFrame, Found]], schema: dict[str, Any], parts: int
    ) -> "tuple[Parts, list[Found]]":
        """The rows that the kernel makes of every part, by their number `to` in other parts; and what it finds."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What the whole is to be: how labels are understood, `as_of`, which hours hold, in how many parts people are held, and how many rows
    a part may have at most (None: any number).
    """

    understand: Callable[[tuple[str, ...], Any], Understanding]
    as_of: int | None
    calendar: Calendar
    parts_by_person: int
    most: int | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """The complete set of a log in parts: what `Analysis` has under these names, the same to the last bit."""

    understanding: Understanding
    dfg: DirectlyFollowsGraph
    variants: Variants
    cycle_time: CycleTime
    waiting: WaitingTime
    waiting_by_arc: WaitingTime
    waiting_by_cause: WaitByCause
    arcs_by_cause: WaitByCause
    rework: Rework
    duty: Duty
    calendar: CalendarUsed
    events: int
    instances: int
    items: int
    first: int
    last: int
    as_of: int


@dataclass(frozen=True, eq=False)
class Counts:
    """The first pass: what is counted by case without anything known of the whole but its names."""

    successions: Successions
    roles: RoleCounts
    ends: EndCounts
    variants: Variants
    gaps: Spread
    pauses: Spread
    span: tuple[int, int]
    seen: tuple[int, int]
    cases: int
    instances: int
    events: int
    items: int

    @classmethod
    def of(cls, log: EventLog) -> "Counts":
        """Of a part by case."""
        between = pauses(log)
        return cls(
            Successions.of(log),
            RoleCounts.of(log),
            EndCounts.of(log),
            replace(Variants.of(log), of_case=_NONE),
            Spread.of(*steps(log)),
            Spread.of(np.zeros(len(between), dtype=np.int64), between),
            span_of(log),
            (int(log.case_start.min()), int(log.case_end.max())),
            log.cases,
            len(log),
            log.events,
            log.item_count + len(log.waiting),
        )


_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Whole:
    """What a part has to know of the whole, as far as it is known."""

    names: Names
    understanding: Understanding
    concurrent: np.ndarray
    counts: RoleCounts
    calendar: Calendar
    span: tuple[int, int]
    now: int
    gaps: np.ndarray
    pauses: np.ndarray
    to: np.ndarray
    found: Discovered | None = None
    quiet: tuple[np.ndarray, float] | None = None
    rules: dict[int, Rule] | None = None

    def duty(self, log: EventLog) -> Duty:
        """The calendars of a part's instances."""
        return Duty.of(log, Roles.of(log, self.counts), self.understanding, self.calendar, self.span, self.found)


def measured(logs: Parts, names: Names, wanted: Wanted) -> Measured:
    """The complete set of a log that lies in parts by case. Raises InputError MEMORY where the rows of one person, or of a system
    in one activity, are more than fit at once.
    """
    first = logs.each(partial(_counted, names=names))
    roles = added([each.roles for each in first])
    understanding = wanted.understand(names.activities, actors(nothing(names), roles))
    ends = added([each.ends for each in first])
    gaps = Spread.merge(each.gaps for each in first)
    quiet = Spread.merge(each.pauses for each in first)
    seen = min(each.seen[0] for each in first), max(each.seen[1] for each in first)
    if wanted.most is not None and (lots := _lots(roles.by_activity, understanding)) and lots[0][0] > wanted.most:
        raise too_heavy(
            lots[0][0], wanted.most, Text(zh="一名经办人（或一个系统的一个环节）", en="one person (or a system in one activity)")
        )
    by_definition = bool(ends.frequency[closing(understanding)].any())
    whole = Whole(
        names,
        understanding,
        Successions.merge(each.successions for each in first).concurrent,
        roles,
        wanted.calendar,
        (min(each.span[0] for each in first), max(each.span[1] for each in first)),
        seen[1] if wanted.as_of is None else wanted.as_of,
        gaps.wanted(QUANTILES),
        _NONE if by_definition else quiet.wanted((QUIET_QUANTILE,)),
        placed(roles.by_activity, understanding, wanted.parts_by_person),
    )
    people, second = logs.divided(partial(_enabled, whole=whole), BY_PERSON, wanted.parts_by_person)
    cases = sum(each.cases for each in first)
    if not by_definition:
        pause = 0.0
        if len(quiet.code):
            pause = float(quiet.figures(Selected.merge(each.pauses for each in second), (QUIET_QUANTILE,)).quantiles[0, 0])
        whole = replace(whole, quiet=(ends.end >= USUAL_END_SHARE * cases, pause))
    whole = replace(whole, found=_discovered(people, whole))
    by_person = people.each(partial(_divided, whole=whole))
    duty = replace(by_person[0].duty, **_misfit(by_person))
    whole = replace(whole, rules=Held.merge(each.held for each in by_person).rules(names.timezone))
    durations = Spread.merge(each.durations for each in second)
    third = logs.each(partial(_closed, whole=whole, duty=duty, wanted=durations.wanted(OF_CASES)))
    business = None
    if duty.organisation >= 0:
        spread = Spread.merge(each.business for each in third)
        chosen = logs.each(partial(_business, names=names, duty=duty, wanted=spread.wanted((0.5,))))
        business = spread.figures(Selected.merge(chosen), (0.5,))
    waits = [Spread.merge(each.waits[k] for each in by_person) for k in range(2)]
    worked = [Spread.merge(each.business[k] for each in by_person) for k in range(2)]
    wanted_waits = [spread.wanted(QUANTILES) for spread in waits]
    wanted_work = [spread.wanted((0.5,)) for spread in worked]
    keys = [spread.keys for spread in waits]
    fourth = people.each(partial(_caused, whole=whole, keys=keys, waits=wanted_waits, business=wanted_work))
    used = _used([each.used for each in by_person], duty)
    tables = [
        WaitingTime.result(
            understanding,
            waits[k].figures(Selected.merge(each.waits[k] for each in fourth), QUANTILES),
            worked[k].figures(Selected.merge(each.business[k] for each in fourth), (0.5,)),
            np.unique(np.concatenate([each.lacking[k] for each in by_person])),
            used,
            by_arc=k == 1,
        )
        for k in range(2)
    ]
    split = [
        WaitByCause.result(table, _in_order(added([each.causes[k] for each in fourth]), table, keys[k])) for k, table in enumerate(tables)
    ]
    calendars = np.arange(len(duty.calendars))
    working = InBusiness(business, _used([each.used for each in third], duty))
    return Measured(
        understanding=understanding,
        dfg=DirectlyFollowsGraph.result(names.activities, gaps.figures(Selected.merge(each.gaps for each in second), QUANTILES), ends),
        variants=Variants.merge(each.variants for each in first),
        cycle_time=CycleTime.result(
            durations.figures(Selected.merge(each.durations for each in third), OF_CASES),
            sum(each.open_cases for each in third),
            added([each.effort for each in second]),
            lambda: working,
        ),
        waiting=tables[0],
        waiting_by_arc=tables[1],
        waiting_by_cause=split[0],
        arcs_by_cause=split[1],
        rework=Rework.result(
            names.items_known, understanding, added([each.rework for each in third]), _used([each.rework.used for each in third], duty)
        ),
        duty=duty,
        calendar=CalendarUsed.of(duty, calendars, np.full(len(calendars), min(s.begun for s in second)), np.full(len(calendars), seen[1])),
        events=sum(each.events for each in first),
        instances=sum(each.instances for each in first),
        items=sum(each.items for each in first),
        first=seen[0],
        last=seen[1],
        as_of=whole.now,
    )


def nothing(names: Names) -> EventLog:
    """A log with the names of the whole and no instance."""
    return log_by_case(pl.DataFrame(schema=BY_CASE), names)


def _counted(frame: pl.DataFrame, names: Names) -> Counts:
    return Counts.of(log_by_case(frame, names))


def placed(by_activity: np.ndarray, understanding: Understanding, parts: int) -> np.ndarray:
    """int32 [resources, activities]: the part in which each person's rows are held. The heaviest are placed first, each where there is
    least.
    """
    to = np.zeros(by_activity.shape, dtype=np.int32)
    load = [(0, part) for part in range(parts)]
    for rows, person, activities in _lots(by_activity, understanding):
        least, part = heapq.heappop(load)
        to[person, activities] = part
        heapq.heappush(load, (least + rows, part))
    return to


def _lots(by_activity: np.ndarray, understanding: Understanding) -> list[tuple[int, int, slice]]:
    """What lies together, the most rows first: all of a person's, those of a machine, for which no work waits in turn, by activity. Rows,
    resource, activities.
    """
    by_people = by_staff(understanding) | ~of_party(understanding, *OUTSIDE, Party.SYSTEM)
    machine = by_activity[:, by_people].sum(axis=1) == 0
    lots = [(int(rows.sum()), person, slice(None)) for person, rows in enumerate(by_activity) if not machine[person]]
    lots += [
        (int(by_activity[p, a]), int(p), slice(int(a), int(a) + 1)) for p, a in zip(*np.nonzero(by_activity), strict=True) if machine[p]
    ]
    return sorted(lots, key=lambda lot: -lot[0])


@dataclass(frozen=True, eq=False)
class Enabled:
    """The second pass, by case, with the concurrency of the whole."""

    gaps: Selected
    pauses: Selected
    durations: Spread
    effort: Effort
    begun: int


def _enabled(frame: pl.DataFrame, whole: Whole) -> tuple[pl.DataFrame, Enabled]:
    frame = in_order(frame)
    log = log_by_case(frame, whole.names)
    enablement = Enablement.of(log, whole.concurrent)
    awaited = Awaited.of(log, enablement, whole.understanding, CustomerWaits.of(log, whole.understanding))
    parts = int(whole.to.max(initial=0)) + 1
    nobody = np.arange(len(log)) % parts
    to = np.where(log.resource >= 0, whole.to[log.resource, log.activity], nobody) if len(log.resources) else nobody
    between, begin = pauses(log), case_begin(log)
    rows = by_person(log, frame.filter(~pl.col("waiting"))["name"], enablement, awaited, to)
    return rows, Enabled(
        Selected.of(*steps(log), whole.gaps),
        Selected.of(np.zeros(len(between), dtype=np.int64), between, whole.pauses),
        Spread.of(np.zeros(log.cases, dtype=np.int64), log.case_end - begin),
        Effort.of(log, enablement),
        int(begin.min()),
    )


def _presence(frame: pl.DataFrame, whole: Whole) -> Presence:
    log = log_by_person(frame, whole.names)[0]
    return Presence.of(*stamps_of(log, Roles.of(log, whole.counts), whole.understanding), whole.names.timezone)


def _discovered(people: Parts, whole: Whole) -> Discovered | None:
    """The hours that the whole log shows. What people leave is counted part by part; for rows of nobody known, who are in all parts,
    the distinct stretches are gathered.
    """
    if not is_sought(whole.calendar):
        return None
    some = people.each(partial(_present, whole=whole))
    first = min((each.first_day for each in some if each.quarters.any()), default=0)
    of_all = replace(
        some[0].of_owners(np.zeros(len(some[0].row_of), dtype=bool)),
        marks=np.sum([each.marks for each in some], axis=0),
        hours=np.sum([each.hours for each in some], axis=0),
        quarters=np.any([each.quarters for each in some], axis=0),
        first_day=first,
    )
    nobody = [each.among(of_all) for each in some]
    owner, begin, end = (np.concatenate([getattr(each, name) for each in nobody]) for name in ("owner", "first", "last"))
    of_nobody = replace(of_all, owner=owner, first=begin, last=end)
    of_nobody = of_nobody.of_owners(np.ones(len(of_all.row_of), dtype=bool))
    dates = max(each.dates for each in nobody)

    def daily(number: int) -> np.ndarray:
        return np.sum(people.each(partial(_daily, whole=whole, of_all=of_all, dates=number)), axis=0)

    def seen(closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        several = [
            *people.each(partial(_seen, whole=whole, of_all=of_all, closed=closed, made_up=made_up)),
            of_nobody.seen(closed, made_up),
        ]
        return np.sum([a for a, _ in several], axis=0), np.sum([b for _, b in several], axis=0)

    return Discovered.of_presence(of_all, dates, daily, seen, Roles.of(nothing(whole.names), whole.counts).of_resource)


def _present(frame: pl.DataFrame, whole: Whole) -> Presence:
    presence = _presence(frame, whole)
    return presence.of_owners(np.arange(len(presence.row_of)) >= presence.people)


def _daily(frame: pl.DataFrame, whole: Whole, of_all: Presence, dates: int) -> np.ndarray:
    return _presence(frame, whole).among(of_all).daily(dates)


def _seen(frame: pl.DataFrame, whole: Whole, of_all: Presence, closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    presence = _presence(frame, whole).among(of_all)
    return presence.of_owners(np.arange(len(presence.row_of)) < presence.people).seen(closed, made_up)


@dataclass(frozen=True, eq=False)
class Divided:
    """The third pass, by person: what is needed of all people before causes can be told."""

    held: Held
    waits: tuple[Spread, Spread]
    business: tuple[Spread, Spread]
    lacking: tuple[np.ndarray, np.ndarray]
    used: CalendarUsed
    duty: Duty


def _keys(log: EventLog, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The groups of WaitingTime: by activity, by arc."""
    return log.activity.astype(np.int64), (source + 1) * len(log.activities) + log.activity


def _divided(frame: pl.DataFrame, whole: Whole) -> Divided:
    log, enablement, _, source = log_by_person(frame, whole.names)
    duty, enabled, keys = whole.duty(log), enablement.enabled, _keys(log, source)
    began = Starts.of(log, enablement, whole.understanding, duty).began
    busy = busy_people(log, enabled, began, whole.understanding, duty)
    business = business_time(duty, duty.opening, enabled, log.began)
    lacks = (business == UNKNOWN_TIME) & (enablement.wait > 0)
    return Divided(
        Runs.of(log, in_runs(log, whole.understanding), enabled, began, busy).held(log, enabled, busy),
        (Spread.of(keys[0], enablement.wait), Spread.of(keys[1], enablement.wait)),
        (Spread.of(keys[0], np.maximum(business, 0)), Spread.of(keys[1], np.maximum(business, 0))),
        (np.unique(keys[0][lacks]), np.unique(keys[1][lacks])),
        CalendarUsed.of(duty, duty.opening, enabled, log.began),
        replace(duty, opening=_NONE, person=_NONE),
    )


@dataclass(frozen=True, eq=False)
class Closed:
    """The second look by case, once the hours of the whole are known."""

    durations: Selected
    business: Spread
    open_cases: int
    rework: ReworkCounts
    used: CalendarUsed


def _closed(frame: pl.DataFrame, whole: Whole, duty: Duty, wanted: np.ndarray) -> Closed:
    log = log_by_case(frame, whole.names)
    begin, end, one = case_begin(log), log.case_end, np.zeros(log.cases, dtype=np.int64)
    organisation = one + duty.organisation
    closed = Endings.known(log, whole.understanding, whole.now, whole.quiet).closed
    return Closed(
        Selected.of(one, end - begin, wanted),
        Spread.of(one, business_time(duty, organisation, begin, end)) if duty.organisation >= 0 else Spread.of(_NONE, _NONE),
        int((~closed).sum()),
        ReworkCounts.of(Items.of(log, whole.understanding), len(log.activities), duty),
        CalendarUsed.of(duty, organisation, begin, end),
    )


def _business(frame: pl.DataFrame, names: Names, duty: Duty, wanted: np.ndarray) -> Selected:
    log = log_by_case(frame, names)
    one = np.zeros(log.cases, dtype=np.int64)
    return Selected.of(one, business_time(duty, one + duty.organisation, case_begin(log), log.case_end), wanted)


@dataclass(frozen=True, eq=False)
class Caused:
    """The last pass, by person; pairs are by activity and by arc."""

    causes: tuple[CauseCounts, CauseCounts]
    waits: tuple[Selected, Selected]
    business: tuple[Selected, Selected]


def _caused(
    frame: pl.DataFrame, whole: Whole, keys: Sequence[np.ndarray], waits: Sequence[np.ndarray], business: Sequence[np.ndarray]
) -> Caused:
    log, enablement, awaited, source = log_by_person(frame, whole.names)
    duty, own = whole.duty(log), _keys(log, source)
    causes = WaitingCauses.by_person(log, enablement, whole.understanding, awaited, duty, whole.rules)
    worked = np.maximum(business_time(duty, duty.opening, enablement.enabled, log.began), 0)

    def counted(k: int) -> CauseCounts:
        return CauseCounts.of(np.searchsorted(keys[k], own[k]), len(keys[k]), enablement, causes)

    return Caused(
        (counted(0), counted(1)),
        (Selected.of(own[0], enablement.wait, waits[0]), Selected.of(own[1], enablement.wait, waits[1])),
        (Selected.of(own[0], worked, business[0]), Selected.of(own[1], worked, business[1])),
    )


def _in_order(counts: CauseCounts, table: WaitingTime, keys: np.ndarray) -> CauseCounts:
    """Counts by key as rows of a table."""
    key = table.activity.astype(np.int64)
    if table.source is not None:
        key = (table.source.astype(np.int64) + 1) * len(table.activities) + key
    row = np.searchsorted(keys, key)
    return CauseCounts(*(getattr(counts, field.name)[row] for field in fields(counts)))


def _used(parts: Sequence[CalendarUsed], duty: Duty) -> CalendarUsed:
    """The calendars used in all parts as those of the whole."""
    known = [part for part in parts if part.name is not None]
    if not known:
        return CalendarUsed(None, "unknown")
    names = {part.name for part in known}
    years = sorted({year for part in known for year in part.estimated})
    basis = "discovered" if any(part.basis == "discovered" for part in known) else "given"
    return CalendarUsed(known[0].name if len(names) == 1 else duty.name, basis, tuple(years))


def _misfit(parts: Sequence[Divided]) -> dict[str, Any]:
    """How many of the staff's stamps lie outside their hours, over all parts."""
    outside, stamps = sum(each.duty.outside for each in parts), sum(each.duty.stamps for each in parts)
    return {"outside": outside, "stamps": stamps, "outside_share": outside / stamps if stamps else None}
