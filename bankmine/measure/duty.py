"""Who is on duty when: the calendar of each instance's opening and of its person, given or found in the log (definitions §1.5, §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import DAY, UNKNOWN_TIME, EventLog
from bankmine.log.quality import QualityFinding
from bankmine.measure.discovered import Discovered
from bankmine.measure.roles import Roles
from bankmine.process.definition import Party, Understanding
from bankmine.settings import Calendar, OwnCalendar
from bankmine.stats.grouped import each_group
from bankmine.words import Text

BEFORE, AFTER = 8 * DAY, 400 * DAY
MISFIT = 0.05
NOT_STAFF = (Party.CUSTOMER, Party.THIRD_PARTY, Party.SYSTEM)


@dataclass(frozen=True, eq=False)
class Duty:
    """Which calendar holds for each instance: that of its opening (role, branch, channel or organisation) and that of its person.

    `opening`, `person` int32 [instances], `of_role` int32 [roles], `of_resource` int32 [resources], `organisation`: indices
    into `calendars`, -1 = unknown. A role has the opening that most of its instances have, and so has a resource without a
    calendar of its own (`own` bool [resources]). `basis`: the openings are given, discovered in the log, or unknown.
    `outside`: staff's stamps outside both their opening and the person's own hours; `outside_share` 0-1: their share, None where no
    opening is known. `stamps`: all of them; `unmatched`: how many names with hours of their own the log does not show.
    """

    calendars: tuple[BusinessCalendar, ...]
    opening: np.ndarray
    person: np.ndarray
    of_role: np.ndarray
    of_resource: np.ndarray
    own: np.ndarray
    organisation: int
    basis: Literal["given", "discovered", "unknown"]
    outside_share: float | None = None
    outside: int = 0
    unmatched: int = 0
    stamps: int = 0

    @classmethod
    def of(
        cls,
        log: EventLog,
        roles: Roles,
        understanding: Understanding,
        settings: Calendar,
        span: tuple[int, int] | None = None,
        found: Discovered | None = None,
    ) -> "Duty":
        """Openings: the hours given for the instance's role, branch, channel or the organisation, the first that is; people: the
        hours given by name, else their opening. Where no hours are given at all, or `discover` is set, what is not given is
        found in the log: openings, and people's own hours inside them. Calendars reach from 8 days before the log's first
        stamp to 400 days after its last. `span`, `found`: first and last stamp of the whole and what was found in it, where the log is
        a part of it that holds all that its people did.
        """
        offices = _Offices(log, settings, span or span_of(log))
        given = is_given(settings)
        staff = by_bank(understanding)[log.activity]
        if span is None and is_sought(settings):
            found = Discovered.of(*stamps_of(log, roles, understanding), log.source.timezone)
        organisation = offices.given(settings.hours) if settings.hours else -1
        opening = np.full(len(log), organisation, dtype=np.int32)
        if found is not None and organisation < 0:
            of_group = np.array([offices.found(found, group) for group in range(1 + len(roles.names))], dtype=np.int32)
            organisation, opening = int(of_group[0]), of_group[1 + roles.of_instance]
        channels, branches = offices.attribute("channel"), offices.attribute("branch")
        tables = (
            (settings.channels, channels[0]),
            (settings.branches, branches[0]),
            (settings.roles, roles.names),
            (settings.people, log.resources),
        )
        for table, names, codes in (
            (settings.channels, *channels),
            (settings.branches, *branches),
            (settings.roles, roles.names, roles.of_instance),
        ):
            named = offices.named(table, names, codes)
            opening = np.where(named >= 0, named, opening)
        of_resource = _usual(log.resource, len(log.resources), opening)
        own = offices.named(settings.people, log.resources, np.arange(len(log.resources)))
        if found is not None:
            for person in np.flatnonzero((own < 0) & found.own[1 + len(roles.names) :]).tolist():
                group, usual = 1 + len(roles.names) + person, int(of_resource[person])
                kept = usual >= 0 and not offices.calendars[usual].discovered
                own[person] = offices.inside(found, group, usual) if kept else offices.found(found, group)
        of_resource = np.where(own >= 0, own, of_resource).astype(np.int32)
        mine = np.append(own, -1)[log.resource]
        person = np.where(mine >= 0, mine, opening)
        outside, stamps = _outside(log, np.where(staff, opening, -1), person, offices.calendars)
        return cls(
            tuple(offices.calendars),
            opening.astype(np.int32),
            person.astype(np.int32),
            _usual(roles.of_instance, len(roles.names), opening),
            of_resource,
            own >= 0,
            organisation,
            "given" if given else "discovered" if found is not None else "unknown",
            outside / stamps if stamps else None,
            outside,
            sum(len(set(table).difference(names)) for table, names in tables),
            stamps,
        )

    @property
    def name(self) -> str:
        """The organisation's calendar and how many others there are, without language; "unknown" where there is none."""
        if not self.calendars:
            return "unknown"
        others = len(self.calendars) - 1
        return self.calendars[max(self.organisation, 0)].name + (f" +{others}" if others else "")

    def quality(self) -> tuple[QualityFinding, ...]:
        """CALENDAR_MISFIT where more than 5 % of the staff's stamps lie outside their hours; CALENDAR_UNMATCHED where hours are given
        for a role, branch, channel or person that the log does not show: a misspelt name must not pass for one that counted.
        """
        found = () if self.outside_share is None or self.outside_share <= MISFIT else (self._misfit(self.outside_share),)
        if not self.unmatched:
            return found
        unmatched = QualityFinding(
            "CALENDAR_UNMATCHED",
            "warning",
            self.unmatched,
            Text(
                zh=f"[calendar] 中有 {self.unmatched} 个岗位、网点、渠道或人员的名称在日志中不存在，其工作时间没有用上：请核对名称。",
                en=f"[calendar] gives hours for {self.unmatched} roles, branches, channels or people that the log does not show; they had "
                "no effect: check the names.",
            ),
        )
        return (*found, unmatched)

    def _misfit(self, outside_share: float) -> QualityFinding:
        share = f"{outside_share:.0%}"
        return QualityFinding(
            "CALENDAR_MISFIT",
            "warning",
            self.outside,
            Text(
                zh=f"本行人员的时间记录有 {share} 落在工作时间（{self.name}）之外，按工作时间计算的数字可能偏差较大：请核对配置中的 [calendar]。",
                en=f"{share} of the staff's times lie outside the working hours ({self.name}), so figures in working time may be well "
                "off: check [calendar] in the configuration.",
            ),
        )


class _Offices:
    """The calendars of one log as they are made."""

    def __init__(self, log: EventLog, settings: Calendar, span: tuple[int, int]) -> None:
        self.calendars: list[BusinessCalendar] = []
        self._made: dict[bytes, int] = {}
        self._log, self._settings, self._zone = log, settings, log.source.timezone
        self._first, self._last = span[0] - BEFORE, span[1] + AFTER

    def given(self, hours: str, own: OwnCalendar | None = None) -> int:
        """The number of a new calendar with these hours; holidays and days that `own` does not name are the organisation's."""
        settings = self._settings
        holidays = own.holidays if own is not None and own.holidays is not None else settings.holidays
        days = {**settings.days, **(own.days if own is not None else {})}
        return self._add(BusinessCalendar.of(hours, self._zone, self._first, self._last, holidays, days))

    def attribute(self, name: str) -> tuple[Sequence[str], np.ndarray]:
        column = self._log.attributes.get(name)
        return (column.values, column.codes) if column is not None else ((), np.full(len(self._log), -1))

    def named(self, table: Mapping[str, OwnCalendar], names: Sequence[str], codes: np.ndarray) -> np.ndarray:
        """int64, as `codes`: the calendar that the table gives for each name, -1 where it gives none."""
        index = [self.given(table[name].hours, table[name]) if name in table else -1 for name in names]
        return np.array([*index, -1])[codes]

    def found(self, found: Discovered, group: int) -> int:
        """The number of the calendar of a group; equal weeks with equal dates are one calendar."""
        key = found.key(group)
        if key not in self._made:
            settings = self._settings
            calendar = found.calendar(group, self._zone, self._first, self._last, settings.holidays, settings.days)
            self._made[key] = self._add(calendar)
        return self._made[key]

    def inside(self, found: Discovered, group: int, opening: int) -> int:
        """The number of the calendar of a person who keeps to a given opening but for the hours that the person's role has and
        the person lacks.
        """
        key = found.lacking(group).tobytes() + bytes(str(opening), "ascii")
        if key not in self._made:
            given = self.calendars[opening]
            self._made[key] = self._add(found.inside(group, given)) if found.lacking(group).any() else opening
        return self._made[key]

    def _add(self, calendar: BusinessCalendar) -> int:
        self.calendars.append(calendar)
        return len(self.calendars) - 1


def is_given(settings: Calendar) -> bool:
    """Whether any hours are configured."""
    return bool(settings.hours or settings.roles or settings.branches or settings.channels or settings.people)


def is_sought(settings: Calendar) -> bool:
    """Whether hours are to be found in the log."""
    return not is_given(settings) if settings.discover is None else settings.discover


def by_bank(understanding: Understanding) -> np.ndarray:
    """bool [activities]: neither a customer, a third party nor a system acts."""
    return np.array([meaning.party not in NOT_STAFF for meaning in understanding.activities], dtype=bool)


def span_of(log: EventLog) -> tuple[int, int]:
    """The first and the last stamp of a log, arrivals included."""
    known = log.arrival[log.arrival != UNKNOWN_TIME] if log.arrival is not None else np.zeros(0, dtype=np.int64)
    first, last = log.case_start.min(), log.case_end.max()
    return int(min(first, known.min(initial=first))), int(max(last, known.max(initial=last)))


def stamps_of(
    log: EventLog, roles: Roles, understanding: Understanding
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """What Discovered and Presence ask for: start, end, role and person of the staff's instances, the people's roles, how many roles."""
    staff = by_bank(understanding)[log.activity]
    return log.start[staff], log.end[staff], roles.of_instance[staff], log.resource[staff], roles.of_resource, len(roles.names)


def _usual(group: np.ndarray, groups: int, opening: np.ndarray) -> np.ndarray:
    """int32 [groups]: the opening that most instances of each group have, at a tie the first; -1 for a group without any."""
    size = int(opening.max(initial=-1)) + 2
    known = group >= 0
    key = group[known].astype(np.int64) * size + opening[known] + 1
    return (np.bincount(key, minlength=groups * size).reshape(groups, size).argmax(axis=1) - 1).astype(np.int32)


def _outside(log: EventLog, opening: np.ndarray, person: np.ndarray, calendars: Sequence[BusinessCalendar]) -> tuple[int, int]:
    """Stamps outside opening and person's own hours, and all whose opening is known; what ends as the office closes is inside."""
    row = np.flatnonzero(opening >= 0)
    row, time = np.append(row, row), np.append(log.start[row], log.end[row])
    row, time = row[time != UNKNOWN_TIME], time[time != UNKNOWN_TIME]
    outside = np.ones(len(time), dtype=bool)
    for calendar in (opening, person):
        left = np.flatnonzero(outside)
        for index, at in each_group(calendar[row[left]]):
            now = time[left[at]]
            outside[left[at]] = ~(calendars[index].is_open(now) | calendars[index].is_open(now - 1))
    return int(outside.sum()), len(time)
