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
from bankmine.show.format import percent
from bankmine.twin.office import ALWAYS, BY_INSTANCE, Batch, Office, Person
from bankmine.twin.queues import GOLDEN, OpenHours
from bankmine.words import Text

MINUTE = 60 * SECOND


class Change(ABC):
    """One change; several are played together, in the order in which they are given."""

    @abstractmethod
    def apply(self, office: Office, facts: Facts) -> Office:
        """The office with the change. Raises UsageError CHANGE_VALUE where it makes no sense for this office."""

    @abstractmethod
    def said(self, office: Office) -> Text:
        """The change in a few words."""

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

    def said(self, office: Office) -> Text:
        zh, en = ("增加", "more") if self.by > 0 else ("减少", "fewer")
        return Text(zh=f"「{office.roles[self.role]}」{zh} {abs(self.by)} 人", en=f"{abs(self.by)} {en} of “{office.roles[self.role]}”")

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

    def said(self, office: Office) -> Text:
        return Text(zh=f"「{office.roles[self.role]}」上班时间 {self.hours}", en=f"hours of “{office.roles[self.role]}”: {self.hours}")

    def apply(self, office: Office, facts: Facts) -> Office:
        before = office.calendars[office.people[office.desks[self.role].people[0]].calendar]
        calendar = BusinessCalendar.of(self.hours, before.zone, *before.span, days=_exceptions(before))
        if not len(calendar.begin):
            raise nonsense(Text(zh=f"「{self.hours}」从不营业", en=f"“{self.hours}” is never open"))
        return Opened(self.role, calendar).apply(office, facts)


@dataclass(frozen=True, slots=True)
class Opened(_OfRole):
    """The people of a role, and its office, have the hours of this calendar."""

    calendar: BusinessCalendar

    def said(self, office: Office) -> Text:
        return Text(zh=f"「{office.roles[self.role]}」上班时间延长", en=f"longer hours of “{office.roles[self.role]}”")

    def apply(self, office: Office, facts: Facts) -> Office:
        number, desk = len(office.calendars), office.desks[self.role]
        people = tuple(replace(p, calendar=number) if k in desk.people else p for k, p in enumerate(office.people))
        opening = np.where(office.role == self.role, number, office.opening).astype(np.int32)
        return replace(office, calendars=(*office.calendars, self.calendar), people=people, opening=opening)


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

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.roles[self.role]}」统一排队，先来先办", en=f"one queue of “{office.roles[self.role]}”, first come, first served"
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return office.with_desk(self.role, named=False, last_first=False)


@dataclass(frozen=True, slots=True)
class Pooled(Change):
    """The people of several roles do the work of all of them."""

    roles: tuple[int, ...]

    def said(self, office: Office) -> Text:
        zh, en = "」「".join(office.roles[r] for r in self.roles), "”, “".join(office.roles[r] for r in self.roles)
        return Text(zh=f"「{zh}」互相办理对方的工作", en=f"“{en}” do each other's work")

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

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        if self.size == 1:
            return Text(zh=f"「{name}」随到随办", en=f"“{name}” done as it comes")
        return Text(zh=f"「{name}」每批 {self.size} 件", en=f"“{name}” in batches of {self.size}")

    def apply(self, office: Office, facts: Facts) -> Office:
        batches = dict(office.batches)
        before = batches.pop(self.activity, None)
        if self.size > 1:
            batches[self.activity] = Batch(size=self.size, at_once=before is None or before.at_once)
            return replace(office, batches=MappingProxyType(batches))
        of, work = facts.causes.batches.of_row[office.row], office.work.copy()
        at_once = before is not None and before.at_once
        together = np.flatnonzero((office.activity == self.activity) & (of >= 0) & at_once)
        share = self.alone / np.maximum(facts.causes.batches.size[of[together]], 1)
        work[together] = (work[together] * np.minimum(share, 1.0)).astype(np.int64)
        return replace(office, batches=MappingProxyType(batches), work=work)


@dataclass(frozen=True, slots=True)
class Automated(_OfStep):
    """A step is done by a system at once, in so many minutes; in none: it does not take place."""

    minutes: float = 0.0

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        if not self.minutes:
            return Text(zh=f"「{name}」取消", en=f"no “{name}”")
        return Text(zh=f"「{name}」由系统办理，{self.minutes:g} 分钟", en=f"“{name}” by a system in {self.minutes:g} min")

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


@dataclass(frozen=True, eq=False, slots=True)
class _OfRows(Change):
    """`rows` int64, ascending: instances of the log."""

    rows: np.ndarray

    def steps(self, office: Office) -> np.ndarray:
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[self._mine(office)]] = True
        return found

    def _mine(self, office: Office) -> np.ndarray:
        return np.isin(office.row, self.rows)

    def _names(self, office: Office) -> Text:
        names = [office.names[k] for k in np.flatnonzero(self.steps(office)).tolist()]
        return Text(zh="、".join(f"「{name}」" for name in names), en=", ".join(f"“{name}”" for name in names))


@dataclass(frozen=True, eq=False, slots=True)
class Spared(_OfRows):
    """Some instances do not take place."""

    def said(self, office: Office) -> Text:
        return Text(zh="{names}减少 {n} 次", en="{n} times less of {names}").format(
            names=self._names(office), n=f"{int(self._mine(office).sum()):,}"
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return _at_once(office, self._mine(office), 0)


@dataclass(frozen=True, eq=False, slots=True)
class Quicker(_OfRows):
    """Some instances take this share, 0-1, of the work that they took."""

    share: float

    def said(self, office: Office) -> Text:
        return Text(zh="{names}有 {n} 次只用 {share}的时间", en="{n} times of {names} in {share} of the time").format(
            names=self._names(office), n=f"{int(self._mine(office).sum()):,}", share=percent(self.share)
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return replace(office, work=np.where(self._mine(office), (office.work * self.share).astype(np.int64), office.work))


@dataclass(frozen=True, eq=False, slots=True)
class Appointed(_OfRows):
    """Cases come at another time: `shift` int64 [cases of the log] microseconds; `rows`: the work that comes elsewhen."""

    shift: np.ndarray

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"{int((self.shift != 0).sum()):,} 件改在其他时间到达", en=f"{int((self.shift != 0).sum()):,} cases come at another time"
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        by = self.shift[facts.case[office.row]]
        return replace(office, arrives=office.arrives + np.where(office.enabler < 0, by, 0), came=office.came + by, was=office.was + by)


@dataclass(frozen=True, slots=True)
class PickedUp(_OfStep):
    """Work that lay though people were free is taken up as soon as somebody is."""

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.activity]}」有人空闲即接手",
            en=f"“{office.names[self.activity]}” taken up as soon as somebody is free",
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return replace(office, lies=np.where(office.activity == self.activity, 0, office.lies))


@dataclass(frozen=True, slots=True)
class Answered(Change):
    """Customers answer this step within so many days."""

    activity: int
    days: float

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.activity]}」客户在 {self.days:g} 天内答复",
            en=f"customers answer “{office.names[self.activity]}” within {self.days:g} d",
        )

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

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.one]}」与「{office.names[self.other]}」同时开始",
            en=f"“{office.names[self.one]}” and “{office.names[self.other]}” begun at once",
        )

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

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.one]}」后由同一人接着办「{office.names[self.other]}」",
            en=f"“{office.names[self.one]}” and “{office.names[self.other]}” by one person",
        )

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

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        return Text(zh="「{name}」的重做减至 {x}", en="{x} of the repetitions of “{name}”").format(name=name, x=percent(self.share))

    def apply(self, office: Office, facts: Facts) -> Office:
        items = facts.rework.items
        again = np.flatnonzero((office.activity == self.activity) & (items.previous[items.of_row[office.row]] >= 0))
        return _at_once(office, np.isin(np.arange(len(office.case)), again[evenly(len(again)) >= self.share]), 0)


@dataclass(frozen=True, slots=True)
class First(Change):
    """Cases with this value of an attribute go first in every queue."""

    attribute: str
    value: str

    def said(self, office: Office) -> Text:
        return Text(zh=f"{self.attribute} 为「{self.value}」的优先", en=f"{self.attribute} “{self.value}” goes first")

    def apply(self, office: Office, facts: Facts) -> Office:
        column = facts.attributes[self.attribute]
        first = column.codes[facts.offsets[:-1]] == column.values.index(self.value)
        return replace(office, urgency=np.where(first[facts.case[office.row]], 0, 1).astype(np.int32))


@dataclass(frozen=True, slots=True)
class Demand(Change):
    """So many times the cases: copies of cases drawn at random come when another case came, or cases drawn at random do not come."""

    by: float
    seed: int = 1

    def said(self, office: Office) -> Text:
        return Text(zh=f"业务量 ×{self.by:g}", en=f"demand × {self.by:g}")

    def apply(self, office: Office, facts: Facts) -> Office:
        rng, cases = np.random.default_rng(self.seed), int(office.case.max()) + 1
        if self.by <= 1:
            return office.only(np.isin(office.case, rng.permutation(cases)[: max(round(self.by * cases), 1)]))
        more = round((self.by - 1) * cases)
        drawn, at = rng.integers(0, cases, more), rng.integers(0, cases, more)
        offsets = np.searchsorted(office.case, np.arange(cases + 1))
        length, begin = np.diff(offsets)[drawn], facts.case_begin[facts.case[office.row[offsets[:-1]]]]
        copy_of = np.repeat(np.arange(more), length)
        row = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(offsets[drawn], length)
        shift = (begin[at] - begin[drawn])[copy_of]
        place = np.cumsum(length) - length + len(office.case)
        moved = np.where(office.enabler[row] >= 0, office.enabler[row] - offsets[drawn][copy_of] + place[copy_of], -1)
        joined = np.where(office.also[row] >= 0, office.also[row] - offsets[drawn][copy_of] + place[copy_of], -1)
        added = {
            "case": cases + copy_of, "enabler": moved, "also": joined, "arrives": office.arrives[row] + shift,
            "came": office.came[row] + shift, "was": office.was[row] + shift,
        }  # fmt: skip
        added = {name: getattr(office, name)[row] for name in BY_INSTANCE} | added
        wider: Any = {name: np.concatenate([getattr(office, name), values]) for name, values in added.items()}
        return replace(office, **wider)


def applied(changes: Sequence[Change], office: Office, facts: Facts) -> Office:
    """The office with all of the changes. Another demand comes last: the others are about the log's own cases.

    Raises UsageError CHANGE_VALUE for more than one demand.
    """
    if sum(isinstance(change, Demand) for change in changes) > 1:
        raise nonsense(Text(zh="只能给出一个业务量", en="only one demand can be given"))
    for change in sorted(changes, key=lambda each: isinstance(each, Demand)):
        office = change.apply(office, facts)
    return office


def evenly(size: int) -> np.ndarray:
    """float64 [size] in 0-1 that fill it evenly, and so does each part of them: multiples of the golden ratio modulo 1."""
    return np.arange(1, size + 1) * GOLDEN % 1


def nonsense(what: Text) -> UsageError:
    """The refusal of a change that makes no sense."""
    return UsageError("CHANGE_VALUE", what, Text(zh="请改用合理的数值", en="give a value that can be"))
