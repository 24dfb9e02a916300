"""Changes to an office, as data and as words: what the twin plays (definitions §3.3, §3.4)."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

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
        """bool [activities]: whose waits it changes first; the forecast is as good as the twin foretells these."""
        return np.zeros(len(office.names), dtype=bool)

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
                raise _nonsense(
                    Text(
                        zh=f"「{office.roles[self.role]}」只有 {len(desk.people)} 人，不能减少 {-self.by} 人",
                        en=f"“{office.roles[self.role]}” has {len(desk.people)} people and cannot lose {-self.by}",
                    )
                )
            done = np.bincount(office.person[office.role == self.role], minlength=len(office.people))
            kept = sorted(desk.people, key=lambda each: (-done[each] if each < len(done) else 0, each))[: self.by]
            return office.with_desk(self.role, people=tuple(sorted(kept)))
        calendars = [office.people[each].calendar for each in desk.people]
        usual = max(set(calendars), key=lambda c: (calendars.count(c), -c))
        new = tuple(Person(f"+{k + 1}", usual, int(facts.began.min()) - DAY, ALWAYS) for k in range(self.by))
        numbers = tuple(range(len(office.people), len(office.people) + self.by))
        wider = replace(office, people=(*office.people, *new))
        # Where each case has its person, nobody would bring the new ones any work: one queue for all.
        return wider.with_desk(self.role, people=(*desk.people, *numbers), named=False)


@dataclass(frozen=True, slots=True)
class Hours(_OfRole):
    """The people of a role, and its office, have these hours a week; public holidays as before."""

    hours: str

    def apply(self, office: Office, facts: Facts) -> Office:
        desk = office.desks[self.role]
        before = office.calendars[office.people[desk.people[0]].calendar]
        calendar = BusinessCalendar.of(self.hours, before.zone, before.span[0], before.span[1])
        if not len(calendar.begin):
            raise _nonsense(Text(zh=f"「{self.hours}」从不营业", en=f"“{self.hours}” is never open"))
        number = len(office.calendars)
        people = tuple(replace(p, calendar=number) if k in desk.people else p for k, p in enumerate(office.people))
        opening = np.where(office.role == self.role, number, office.opening).astype(np.int32)
        return replace(office, calendars=(*office.calendars, calendar), people=people, opening=opening)


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
    """A step is done by a system at once, in so many minutes; `rows`: only these instances of it."""

    minutes: float = 0.0
    rows: np.ndarray | None = None

    def apply(self, office: Office, facts: Facts) -> Office:
        mine = office.activity == self.activity
        if self.rows is not None:
            mine &= np.isin(np.arange(len(mine)), self.rows)
        return replace(
            office,
            queued=office.queued & ~mine,
            keeps=office.keeps & ~mine,
            hold=np.where(mine, 0, office.hold),
            lies=np.where(mine, 0, office.lies),
            wait=np.where(mine, 0, office.wait),
            work=np.where(mine, round(self.minutes * MINUTE), office.work),
        )


@dataclass(frozen=True, slots=True)
class PickedUp(_OfStep):
    """Work that lay though people were free is taken up that much sooner: `share` of the time, 0-1."""

    share: float = 1.0

    def apply(self, office: Office, facts: Facts) -> Office:
        mine = office.activity == self.activity
        return replace(office, lies=np.where(mine, np.round(office.lies * (1 - self.share)), office.lies).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Answered(_OfStep):
    """Customers answer this step within so many days."""

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

    def steps(self, office: Office) -> np.ndarray:
        return np.zeros(len(office.names), dtype=bool)


@dataclass(frozen=True, slots=True)
class Parallel(Change):
    """Two steps that follow each other are begun at once; what follows them waits for both."""

    one: int
    other: int

    def apply(self, office: Office, facts: Facts) -> Office:
        pair = {self.one, self.other}
        parent = office.enabler
        second = np.flatnonzero(
            (parent >= 0) & np.isin(office.activity, list(pair)) & np.isin(office.activity[parent], list(pair))
            & (office.activity != office.activity[parent])
        )  # fmt: skip
        first = parent[second]
        enabler, also, arrives = parent.copy(), office.also.copy(), office.arrives.copy()
        enabler[second], arrives[second] = parent[first], arrives[first]
        joins = dict(zip(second.tolist(), first.tolist(), strict=True))
        for child in np.flatnonzero(np.isin(parent, second)).tolist():
            if child not in joins:
                also[child] = joins[int(parent[child])]
        return replace(office, enabler=enabler, also=also, arrives=arrives)

    def steps(self, office: Office) -> np.ndarray:
        return np.isin(np.arange(len(office.names)), [self.one, self.other])


@dataclass(frozen=True, slots=True)
class Merged(Change):
    """Whoever does the first of two steps goes on with the second at once."""

    one: int
    other: int

    def apply(self, office: Office, facts: Facts) -> Office:
        parent = office.enabler
        second = np.flatnonzero((parent >= 0) & (office.activity == self.other) & (office.activity[parent] == self.one) & office.queued)
        work, queued, lies, hold = office.work.copy(), office.queued.copy(), office.lies.copy(), office.hold.copy()
        np.add.at(work, parent[second], work[second])
        work[second], queued[second], lies[second], hold[second] = 0, False, 0, 0
        return replace(office, work=work, queued=queued, lies=lies, hold=hold)

    def steps(self, office: Office) -> np.ndarray:
        return np.isin(np.arange(len(office.names)), [self.one, self.other])


@dataclass(frozen=True, slots=True)
class Without(Change):
    """These instances do not take place: what follows them follows what was before them."""

    rows: np.ndarray

    def apply(self, office: Office, facts: Facts) -> Office:
        gone = np.zeros(len(office.case), dtype=bool)
        gone[self.rows] = True
        return replace(
            office,
            queued=office.queued & ~gone,
            keeps=office.keeps & ~gone,
            hold=np.where(gone, 0, office.hold),
            lies=np.where(gone, 0, office.lies),
            wait=np.where(gone, 0, office.wait),
            work=np.where(gone, 0, office.work),
        )


@dataclass(frozen=True, slots=True)
class Rework(_OfStep):
    """Of the repetitions of a step only this share, 0-1, takes place: the latest are spared, evenly over the log."""

    share: float

    def apply(self, office: Office, facts: Facts) -> Office:
        items = facts.rework.items
        again = np.flatnonzero((office.activity == self.activity) & (items.previous[items.of_row] >= 0))
        draw = np.arange(1, len(again) + 1) * ((5**0.5 - 1) / 2) % 1
        return Without(again[draw >= self.share]).apply(office, facts)


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


def parse(text: str, office: Office, facts: Facts) -> Change:
    """A change in words: see GRAMMAR. Raises UsageError CHANGE_UNKNOWN, CHANGE_ROLE, CHANGE_STEP, CHANGE_VALUE, with the valid names."""
    said = text.strip()
    for pattern, make in _FORMS:
        match = pattern.fullmatch(said)
        if match:
            return make(match, office, facts)
    raise UsageError(
        "CHANGE_UNKNOWN",
        Text(zh=f"看不懂的变更“{said}”", en=f"the change “{said}” is not understood"),
        Text(zh="写法：" + "；".join(zh for zh, _ in GRAMMAR), en="write " + "; ".join(en for _, en in GRAMMAR)),
    )


GRAMMAR: tuple[tuple[str, str], ...] = (
    ("岗位 +1", "ROLE +1"),
    ("岗位 hours Mon-Sat 09:00-18:00", "ROLE hours Mon-Sat 09:00-18:00"),
    ("岗位 first come", "ROLE first come"),
    ("pool 岗位, 岗位", "pool ROLE, ROLE"),
    ("环节 batch 1", "STEP batch 1"),
    ("环节 automated 5 min", "STEP automated 5 min"),
    ("环节 removed", "STEP removed"),
    ("环节 picked up", "STEP picked up"),
    ("环节 rework 50%", "STEP rework 50%"),
    ("环节 answered 3 d", "STEP answered 3 d"),
    ("parallel 环节, 环节", "parallel STEP, STEP"),
    ("merge 环节, 环节", "merge STEP, STEP"),
    ("first segment=值", "first segment=VALUE"),
    ("demand x1.2", "demand x1.2"),
)
_Make = Callable[[re.Match[str], Office, Facts], Change]


def _role(name: str, office: Office) -> int:
    staffed = [role for role, desk in zip(office.roles, office.desks, strict=True) if desk.people]
    found = _named(name, staffed)
    if found is None:
        raise _no_such("CHANGE_ROLE", name, staffed, Text(zh="岗位", en="role"))
    return office.roles.index(found)


def _step(name: str, office: Office) -> int:
    found = _named(name, office.names)
    if found is None:
        raise _no_such("CHANGE_STEP", name, office.names, Text(zh="环节", en="step"))
    return office.names.index(found)


def _named(name: str, names: Sequence[str]) -> str | None:
    """The name as written, whatever the case of its letters."""
    return next((each for each in names if each == name.strip()), None) or next(
        (each for each in names if each.casefold() == name.strip().casefold()), None
    )


def _no_such(code: str, name: str, names: Sequence[str], kind: Text) -> UsageError:
    close = get_close_matches(name, names, n=3, cutoff=0.4) or sorted(names)
    return UsageError(
        code,
        Text(zh=f"日志没有{kind.zh}“{name}”", en=f"the log has no {kind.en} “{name}”"),
        Text(zh="可选：" + "、".join(close), en="choose from " + ", ".join(close)),
    )


def _nonsense(what: Text) -> UsageError:
    return UsageError("CHANGE_VALUE", what, Text(zh="请改用合理的数值", en="give a value that can be"))


def _number(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise _nonsense(Text(zh=f"数值 {text} 不在 {low:g} 至 {high:g} 之间", en=f"{text} is not between {low:g} and {high:g}"))
    return value


def _people(match: re.Match[str], office: Office, facts: Facts) -> Change:
    by = int(match["by"])
    if by == 0 or abs(by) > 1000:
        raise _nonsense(Text(zh=f"人数变化 {match['by']} 没有意义", en=f"{match['by']} people is no change that can be played"))
    return People(_role(match["name"], office), by)


def _first(match: re.Match[str], office: Office, facts: Facts) -> Change:
    column = facts.attributes.get(match["attribute"])
    if column is None:
        raise _no_such("CHANGE_VALUE", match["attribute"], sorted(facts.attributes), Text(zh="属性", en="attribute"))
    value = _named(match["value"], column.values)
    if value is None:
        raise _no_such("CHANGE_VALUE", match["value"], column.values, Text(zh="取值", en="value"))
    return First(match["attribute"], value)


def _pair(kind: type[Parallel] | type[Merged]) -> _Make:
    def make(match: re.Match[str], office: Office, facts: Facts) -> Change:
        one, other = _step(match["one"], office), _step(match["other"], office)
        if one == other:
            raise _nonsense(Text(zh="需要两个不同的环节", en="two different steps are needed"))
        return kind(one, other)

    return make


def _form(pattern: str, make: _Make) -> tuple[re.Pattern[str], _Make]:
    return re.compile(pattern, re.IGNORECASE), make


_FORMS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    _form(r"demand\s*[x×*]\s*(?P<by>\d+(?:\.\d+)?)", lambda m, o, f: Demand(_number(m["by"], 0.1, 10.0))),
    _form(r"first\s+(?P<attribute>\w+)\s*=\s*(?P<value>.+)", _first),
    _form(r"pool\s+(?P<names>.+,.+)", lambda m, o, f: Pooled(tuple(dict.fromkeys(_role(n, o) for n in m["names"].split(","))))),
    _form(r"parallel\s+(?P<one>.+?)\s*,\s*(?P<other>.+)", _pair(Parallel)),
    _form(r"merge\s+(?P<one>.+?)\s*,\s*(?P<other>.+)", _pair(Merged)),
    _form(r"(?P<name>.+?)\s+(?P<by>[+-]\d+)", _people),
    _form(r"(?P<name>.+?)\s+hours\s+(?P<hours>.+)", lambda m, o, f: Hours(_role(m["name"], o), m["hours"])),
    _form(r"(?P<name>.+?)\s+first come", lambda m, o, f: Order(_role(m["name"], o))),
    _form(r"(?P<name>.+?)\s+batch\s+(?P<size>\d+)", lambda m, o, f: Batched(_step(m["name"], o), int(_number(m["size"], 1, 1000)))),
    _form(
        r"(?P<name>.+?)\s+automated(?:\s+(?P<minutes>\d+(?:\.\d+)?)\s*min)?",
        lambda m, o, f: Automated(_step(m["name"], o), _number(m["minutes"] or "0", 0, 10_000)),
    ),
    _form(r"(?P<name>.+?)\s+removed", lambda m, o, f: _removed(_step(m["name"], o), o)),
    _form(r"(?P<name>.+?)\s+picked up", lambda m, o, f: PickedUp(_step(m["name"], o))),
    _form(
        r"(?P<name>.+?)\s+rework\s+(?P<share>\d+(?:\.\d+)?)\s*%",
        lambda m, o, f: Rework(_step(m["name"], o), _number(m["share"], 0, 100) / 100),
    ),
    _form(
        r"(?P<name>.+?)\s+answered\s+(?P<days>\d+(?:\.\d+)?)\s*d",
        lambda m, o, f: Answered(_step(m["name"], o), _number(m["days"], 0, 3650)),
    ),
)


def _removed(activity: int, office: Office) -> Change:
    return Without(np.flatnonzero(office.activity == activity))


def applied(changes: Sequence[Change], office: Office, facts: Facts) -> Office:
    """The office with all of the changes."""
    for change in changes:
        office = change.apply(office, facts)
    return office
