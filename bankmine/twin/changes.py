"""Changes to an office, as data: what the twin plays (definitions §3.3, §3.4)."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.errors import UsageError
from bankmine.facts import Facts
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import DAY, SECOND
from bankmine.twin.office import ALWAYS, Batch, Office, Person
from bankmine.twin.queues import OpenHours
from bankmine.words import Text

MINUTE = 60 * SECOND


class Change(ABC):
    """One change; several are played together, in the order in which they are given."""

    @abstractmethod
    def apply(self, office: Office, facts: Facts) -> Office:
        """The office with the change. Raises UsageError CHANGE_VALUE where it makes no sense for this office."""

    def steps(self, office: Office) -> np.ndarray:
        """bool [activities]: whose waits it changes; the forecast is as good as the twin foretells these. All that are queued for, unless
        a change says otherwise.
        """
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[office.queued]] = True
        return found

    def bounds(self) -> tuple["Change", ...]:
        """The same change at the ends of what the log does not show; the forecast's interval covers them."""
        return ()


@dataclass(frozen=True, slots=True)
class _OfRole(Change):
    role: int

    def steps(self, office: Office) -> np.ndarray:
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[office.role == self.role]] = True
        return found


@dataclass(frozen=True, slots=True)
class _OfStep(Change):
    activity: int

    def steps(self, office: Office) -> np.ndarray:
        return np.arange(len(office.names)) == self.activity


@dataclass(frozen=True, slots=True)
class People(_OfRole):
    """So many more people of a role, in its hours; fewer where `by` is negative: those who did least go."""

    by: int

    def apply(self, office: Office, facts: Facts) -> Office:
        desk = office.desks[self.role]
        if self.by < 0:
            if len(desk.people) + self.by < 1:
                raise nonsense(
                    Text(
                        zh=f"「{office.roles[self.role]}」只有 {len(desk.people)} 人，不能减少 {-self.by} 人",
                        en=f"“{office.roles[self.role]}” has {len(desk.people)} people and cannot lose {-self.by}",
                    )
                )
            done = np.bincount(office.person[office.role == self.role], minlength=len(office.people))
            kept = sorted(desk.people, key=lambda each: (-done[each], each))[: self.by]
            return office.with_desk(self.role, people=tuple(sorted(kept)))
        calendars = [office.people[each].calendar for each in desk.people]
        usual = max(set(calendars), key=lambda c: (calendars.count(c), -c))
        new = (Person(usual, int(facts.began.min()) - DAY, ALWAYS),) * self.by
        numbers = tuple(range(len(office.people), len(office.people) + self.by))
        wider = replace(office, people=(*office.people, *new))
        # Where each case has its person, nobody would bring the new ones any work: one queue for all.
        return wider.with_desk(self.role, people=(*desk.people, *numbers), named=False)


@dataclass(frozen=True, slots=True)
class Hours(_OfRole):
    """The people of a role, and its office, have these hours a week; days on which they were closed although they usually open on that
    weekday stay closed, and days on which they opened although they usually do not stay as they were.
    """

    hours: str

    def apply(self, office: Office, facts: Facts) -> Office:
        desk = office.desks[self.role]
        before = office.calendars[office.people[desk.people[0]].calendar]
        calendar = BusinessCalendar.of(self.hours, before.zone, *before.span, days=_exceptions(before))
        if not len(calendar.begin):
            raise nonsense(Text(zh=f"「{self.hours}」从不营业", en=f"“{self.hours}” is never open"))
        number = len(office.calendars)
        people = tuple(replace(p, calendar=number) if k in desk.people else p for k, p in enumerate(office.people))
        opening = np.where(office.role == self.role, number, office.opening).astype(np.int32)
        return replace(office, calendars=(*office.calendars, calendar), people=people, opening=opening)


def _exceptions(calendar: BusinessCalendar) -> dict[date, str]:
    """The days of a calendar that differ from what it usually has on their weekday: holidays as "closed", working days among days off with
    their hours.
    """
    zone = ZoneInfo(calendar.zone)
    slots: dict[date, list[str]] = defaultdict(list)
    for begin, end in zip(calendar.begin.tolist(), calendar.end.tolist(), strict=True):
        opens, closes = (datetime.fromtimestamp(time / SECOND, zone) for time in (begin, end))
        midnight = closes.date() > opens.date()
        slots[opens.date()].append(f"{opens:%H:%M}-{'24:00' if midnight else f'{closes:%H:%M}'}")
    first, last = (datetime.fromtimestamp(time / SECOND, zone).date() for time in calendar.span)
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    opened = Counter(day.weekday() for day in days if day in slots)
    usual = {weekday for weekday, times in Counter(day.weekday() for day in days).items() if 2 * opened[weekday] > times}
    return {day: ",".join(slots.get(day, [])) or "closed" for day in days if (day in slots) != (day.weekday() in usual)}


@dataclass(frozen=True, slots=True)
class Order(_OfRole):
    """One queue for all people of the role, first come, first served."""

    def apply(self, office: Office, facts: Facts) -> Office:
        return office.with_desk(self.role, named=False, last_first=False)


@dataclass(frozen=True, slots=True)
class Pooled(Change):
    """The people of several roles do the work of all of them."""

    roles: tuple[int, ...]

    def apply(self, office: Office, facts: Facts) -> Office:
        people = tuple(sorted({each for role in self.roles for each in office.desks[role].people}))
        for role in self.roles:
            office = office.with_desk(role, people=people, named=False)
        return office

    def steps(self, office: Office) -> np.ndarray:
        return np.logical_or.reduce([_OfRole.steps(Order(role), office) for role in self.roles])


@dataclass(frozen=True, slots=True)
class Batched(_OfStep):
    """Items of a step are held until there are `size`; 1: each is done as it comes.

    How long an item takes by itself that was done with others at once the log does not show: `alone` times its even share of the time,
    at most all of it. That nothing is saved by doing them together, and that two thirds are, are the bounds.
    """

    size: int
    alone: float = 2.0

    def bounds(self) -> tuple[Change, ...]:
        return (replace(self, alone=1.0), replace(self, alone=3.0)) if self.size == 1 else ()

    def apply(self, office: Office, facts: Facts) -> Office:
        batches = dict(office.batches)
        before = batches.pop(self.activity, None)
        if self.size > 1:
            batches[self.activity] = Batch(size=self.size, at_once=before is None or before.at_once)
            return replace(office, batches=MappingProxyType(batches))
        of, work = facts.causes.batches.of_row, office.work.copy()
        at_once = before is not None and before.at_once
        together = np.flatnonzero((office.activity == self.activity) & (of >= 0) & at_once)
        share = self.alone / np.maximum(facts.causes.batches.size[of[together]], 1)
        work[together] = (work[together] * np.minimum(share, 1.0)).astype(np.int64)
        return replace(office, batches=MappingProxyType(batches), work=work)


@dataclass(frozen=True, slots=True)
class Automated(_OfStep):
    """A step is done by a system at once, in so many minutes; in none: it does not take place."""

    minutes: float = 0.0

    def apply(self, office: Office, facts: Facts) -> Office:
        return _at_once(office, office.activity == self.activity, round(self.minutes * MINUTE))


def _at_once(office: Office, mine: np.ndarray, work: int) -> Office:
    """The office in which these instances (bool) wait for nothing and take so many microseconds of nobody's time."""
    return replace(
        office,
        queued=office.queued & ~mine,
        keeps=office.keeps & ~mine,
        hold=np.where(mine, 0, office.hold),
        lies=np.where(mine, 0, office.lies),
        wait=np.where(mine, 0, office.wait),
        work=np.where(mine, work, office.work),
    )


@dataclass(frozen=True, slots=True)
class PickedUp(_OfStep):
    """Work that lay though people were free is taken up as soon as somebody is."""

    def apply(self, office: Office, facts: Facts) -> Office:
        return replace(office, lies=np.where(office.activity == self.activity, 0, office.lies))


@dataclass(frozen=True, slots=True)
class Answered(Change):
    """Customers answer this step within so many days."""

    activity: int
    days: float

    def apply(self, office: Office, facts: Facts) -> Office:
        asked = np.flatnonzero((office.enabler >= 0) & (office.activity[office.enabler] == self.activity))
        limit = round(self.days * DAY)
        wait, hold, came = office.wait, office.hold, office.came.copy()
        delay = np.where(office.queued, hold, wait)
        late = asked[delay[asked] > limit]
        hours = [OpenHours(calendar.begin, calendar.end) for calendar in office.calendars]
        for row in late.tolist():
            # By whole open days, so that the answer comes at the same time of day.
            sooner = int(delay[row]) - limit
            moved = hours[office.opening[row]].moved(int(came[row]), -sooner, 0.5) if office.keeps[row] else int(came[row]) - sooner
            came[row] = max(moved, int(office.was[row]))
        delay = np.minimum(delay, came - office.was)
        return replace(office, came=came, hold=np.where(office.queued, delay, hold), wait=np.where(office.queued, wait, delay))


@dataclass(frozen=True, slots=True)
class _OfTwo(Change):
    """Of two steps that some cases have one right after the other."""

    one: int
    other: int

    def steps(self, office: Office) -> np.ndarray:
        return np.isin(np.arange(len(office.names)), [self.one, self.other])

    @staticmethod
    def _some(rows: np.ndarray) -> None:
        if not len(rows):
            raise nonsense(Text(zh="没有案件紧接着办理这两个环节", en="no case has these two steps one right after the other"))


@dataclass(frozen=True, slots=True)
class Parallel(_OfTwo):
    """Two steps that follow each other are begun at once; what follows them waits for both."""

    def apply(self, office: Office, facts: Facts) -> Office:
        pair = {self.one, self.other}
        parent = office.enabler
        second = np.flatnonzero(
            (parent >= 0) & np.isin(office.activity, list(pair)) & np.isin(office.activity[parent], list(pair))
            & (office.activity != office.activity[parent])
        )  # fmt: skip
        self._some(second)
        first = parent[second]
        if (office.also[np.isin(parent, second) | np.isin(np.arange(len(parent)), second)] >= 0).any():
            raise nonsense(Text(zh="一个环节只能与另一个环节并行", en="a step can be begun at once with one other only"))
        enabler, also, arrives = parent.copy(), office.also.copy(), office.arrives.copy()
        enabler[second], arrives[second] = parent[first], arrives[first]
        joins = dict(zip(second.tolist(), first.tolist(), strict=True))
        for child in np.flatnonzero(np.isin(parent, second)).tolist():
            if child not in joins:
                also[child] = joins[int(parent[child])]
        return replace(office, enabler=enabler, also=also, arrives=arrives)


@dataclass(frozen=True, slots=True)
class Merged(_OfTwo):
    """Whoever does the first of two steps goes on with the second at once."""

    def apply(self, office: Office, facts: Facts) -> Office:
        parent = office.enabler
        second = np.flatnonzero((parent >= 0) & (office.activity == self.other) & (office.activity[parent] == self.one) & office.queued)
        self._some(second)
        work, queued, lies, hold = office.work.copy(), office.queued.copy(), office.lies.copy(), office.hold.copy()
        np.add.at(work, parent[second], work[second])
        work[second], queued[second], lies[second], hold[second] = 0, False, 0, 0
        return replace(office, work=work, queued=queued, lies=lies, hold=hold)


@dataclass(frozen=True, slots=True)
class Rework(_OfStep):
    """Of the repetitions of a step only this share, 0-1, takes place; those that do not are spread evenly over the log."""

    share: float

    def apply(self, office: Office, facts: Facts) -> Office:
        items = facts.rework.items
        again = np.flatnonzero((office.activity == self.activity) & (items.previous[items.of_row] >= 0))
        draw = np.arange(1, len(again) + 1) * ((5**0.5 - 1) / 2) % 1
        return _at_once(office, np.isin(np.arange(len(office.case)), again[draw >= self.share]), 0)


@dataclass(frozen=True, slots=True)
class First(Change):
    """Cases with this value of an attribute go first in every queue."""

    attribute: str
    value: str

    def apply(self, office: Office, facts: Facts) -> Office:
        column = facts.attributes[self.attribute]
        codes = column.codes[facts.offsets[:-1]]
        first = codes == column.values.index(self.value)
        return replace(office, urgency=np.where(first[office.case], 0, 1).astype(np.int32))


@dataclass(frozen=True, slots=True)
class Demand(Change):
    """So many times the cases: copies of cases drawn at random come when another case came, or cases drawn at random do not come."""

    by: float
    seed: int = 1

    def apply(self, office: Office, facts: Facts) -> Office:
        rng, cases = np.random.default_rng(self.seed), facts.cases
        if self.by <= 1:
            return _only(office, np.sort(rng.permutation(cases)[: max(round(self.by * cases), 1)]))
        more = round((self.by - 1) * cases)
        drawn, at = rng.integers(0, cases, more), rng.integers(0, cases, more)
        length = facts.offsets[drawn + 1] - facts.offsets[drawn]
        copy_of = np.repeat(np.arange(more), length)
        row = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(facts.offsets[drawn], length)
        shift = (facts.case_begin[at] - facts.case_begin[drawn])[copy_of]
        place = np.cumsum(length) - length + len(office.case)
        moved = np.where(office.enabler[row] >= 0, office.enabler[row] - facts.offsets[drawn][copy_of] + place[copy_of], -1)
        joined = np.where(office.also[row] >= 0, office.also[row] - facts.offsets[drawn][copy_of] + place[copy_of], -1)
        added = {
            "case": office.case.max() + 1 + copy_of, "enabler": moved, "also": joined, "arrives": office.arrives[row] + shift,
            "came": office.came[row] + shift, "was": office.was[row] + shift,
        }  # fmt: skip
        added = {name: getattr(office, name)[row] for name in _BY_INSTANCE} | added
        wider: Any = {name: np.concatenate([getattr(office, name), values]) for name, values in added.items()}
        return replace(office, **wider)


_BY_INSTANCE = (
    "activity", "arrives", "queued", "role", "person", "opening", "hold", "lies", "waited", "wait", "work", "urgency", "design", "keeps",
    "came", "was",
)  # fmt: skip


def _only(office: Office, cases: np.ndarray) -> Office:
    """The office with these cases alone (ascending), numbered anew."""
    rows = np.flatnonzero(np.isin(office.case, cases))
    place = np.full(len(office.case) + 1, -1, dtype=np.int64)  # -1 stays -1
    place[rows] = np.arange(len(rows))
    kept: Any = {name: getattr(office, name)[rows] for name in _BY_INSTANCE}
    numbers = {"case": np.searchsorted(cases, office.case[rows]), "enabler": place[office.enabler[rows]], "also": place[office.also[rows]]}
    return replace(office, **kept, **numbers)


def applied(changes: Sequence[Change], office: Office, facts: Facts) -> Office:
    """The office with all of the changes. Another demand comes last: the others are about the log's own cases.

    Raises UsageError CHANGE_VALUE for more than one demand.
    """
    if sum(isinstance(change, Demand) for change in changes) > 1:
        raise nonsense(Text(zh="只能给出一个业务量", en="only one demand can be given"))
    for change in sorted(changes, key=lambda each: isinstance(each, Demand)):
        office = change.apply(office, facts)
    return office


def nonsense(what: Text) -> UsageError:
    """The refusal of a change that makes no sense."""
    return UsageError("CHANGE_VALUE", what, Text(zh="请改用合理的数值", en="give a value that can be"))
