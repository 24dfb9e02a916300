"""Changes to who does the work, when, and in which order."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.facts import Facts
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import DAY, SECOND
from bankmine.twin.change import Change, OfRole, nonsense
from bankmine.twin.office import ALWAYS, Office, Person
from bankmine.words import Text


@dataclass(frozen=True, slots=True)
class People(OfRole):
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
class Hours(OfRole):
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
class Opened(OfRole):
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
class Order(OfRole):
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
        return np.logical_or.reduce([OfRole.steps(Order(role), office) for role in self.roles])


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
