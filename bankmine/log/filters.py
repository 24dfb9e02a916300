"""Parts of a log that are logs again: whole cases, chosen by attribute, period, activity or variant."""

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import Attribute, EventLog
from bankmine.log.order import case_offsets, compact, numbered_by_first, renumbered
from bankmine.words import Text

How = Literal["started", "contained", "touching"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PEOPLE = "resource"
HOWS: tuple[How, ...] = ("started", "contained", "touching")
PERIOD = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](.+))?)?)?$")


class CaseFilter(ABC):
    """Which cases are wanted, decided case by case, so that a log in parts is filtered part by part; `said`: as reports tell it."""

    @property
    @abstractmethod
    def said(self) -> str: ...

    @abstractmethod
    def kept(self, log: EventLog) -> np.ndarray:
        """bool [cases]; what the log does not know is had by no case."""

    def known(self, log: EventLog) -> dict[str, tuple[str, ...]]:  # noqa: ARG002  a filter that asks for no names needs none
        """The names and values that the log has of what is asked for."""
        return {}

    def refuse(self, known: Mapping[str, Sequence[str]]) -> None:  # noqa: B027  nothing can be wrong with such a filter
        """Raises UsageError where what is asked for is not known."""

    def of(self, log: EventLog) -> EventLog:
        """The log of these cases. Raises UsageError where what is asked for is not known, and where no case is left."""
        self.refuse(self.known(log))
        return keep_cases(log, self.kept(log), self.said)


@dataclass(frozen=True)
class Having(CaseFilter):
    """The cases in which some instance has one of the `values` of an attribute, `resource` or `activity`."""

    name: str
    values: tuple[str, ...]

    @property
    def said(self) -> str:
        return f"{self.name}={'…' if self.name == PEOPLE else '|'.join(self.values)}"  # reports tell the filters

    def kept(self, log: EventLog) -> np.ndarray:
        column = _columns(log).get(self.name, Attribute(log.activity, ()))
        return _cases_having(log, column, [code for code, value in enumerate(column.values) if value in self.values])

    def known(self, log: EventLog) -> dict[str, tuple[str, ...]]:
        """The values of the one attribute alone."""
        return {name: column.values if name == self.name else () for name, column in _columns(log).items()}

    def refuse(self, known: Mapping[str, Sequence[str]]) -> None:
        """Raises UsageError ATTRIBUTE_UNKNOWN, and VALUE_UNKNOWN, which lists no people."""
        if self.name not in known:
            raise _unknown("ATTRIBUTE_UNKNOWN", Text(zh="属性", en="attribute"), self.name, sorted(known))
        for value in self.values:
            value_code(self.name, value, known[self.name])


@dataclass(frozen=True)
class Period(CaseFilter):
    """The cases of a period (see EventLog.between). Raises UsageError OPTION_UNKNOWN and OPTION_VALUE when it is made."""

    first: str
    last: str
    how: How = "started"

    def __post_init__(self) -> None:
        if self.how not in HOWS:
            raise _unknown("OPTION_UNKNOWN", Text(zh="取值", en="value of how"), self.how, HOWS)
        self._ends(ZoneInfo("UTC"))

    @property
    def said(self) -> str:
        return f"{self.how} {self.first}..{self.last}"

    def kept(self, log: EventLog) -> np.ndarray:
        begin, end = self._ends(ZoneInfo(log.source.timezone))
        started = (log.case_start >= begin) & (log.case_start < end)
        return {
            "started": started,
            "contained": started & (log.case_end < end),
            "touching": (log.case_end >= begin) & (log.case_start < end),
        }[self.how]

    def _ends(self, zone: ZoneInfo) -> tuple[int, int]:
        return _period(self.first, zone)[0], _period(self.last, zone)[1]


def keep_cases(log: EventLog, kept: np.ndarray, filtered_by: str) -> EventLog:
    """The log of the cases for which `kept`, bool [cases], is true; `filtered_by` is added to the source's parameters.

    Names that no longer occur are dropped. Findings, rejects and row counts stay those of the reading. Raises UsageError FILTER_EMPTY.
    """
    if not kept.any():
        raise none_left(filtered_by)
    return taken(log, kept, filtered_by)


def none_left(filtered_by: str) -> UsageError:
    """Refuses a filter that leaves nothing."""
    return UsageError(
        "FILTER_EMPTY",
        Text(zh=f"筛选条件“{filtered_by}”之后没有剩下任何案件。", en=f"no case is left after the filter {filtered_by!r}."),
        Text(zh="请放宽筛选条件。", en="choose a wider filter."),
    )


def taken(log: EventLog, kept: np.ndarray, filtered_by: str) -> EventLog:
    """As `keep_cases`, of a part of a log, in which no case may be left."""
    rows = np.flatnonzero(kept[log.case])
    case, case_names, case_number = compact(Attribute(log.case[rows], log.case_names))
    still_waiting = log.waiting.activity[kept[log.waiting.case]]
    activity, activities, activity_number = compact(Attribute(log.activity[rows], log.activities), also=still_waiting)
    resource, resources, _ = compact(Attribute(log.resource[rows], log.resources))
    attributes = {name: compact(Attribute(column.codes[rows], column.values)) for name, column in log.attributes.items()}
    case_events = (np.diff(log.offsets) if log.case_events is None else log.case_events)[kept]
    filters = (*_filters(log), filtered_by)
    return replace(
        log,
        case_names=case_names,
        activities=activities,
        resources=resources,
        case=case,
        activity=activity,
        resource=resource,
        start=log.start[rows],
        end=log.end[rows],
        item=numbered_by_first(log.item[rows]),
        file=log.file[rows],
        line=log.line[rows],
        start_line=log.start_line[rows],
        offsets=case_offsets(case, len(case_names)),
        attributes=MappingProxyType({name: Attribute(codes, values) for name, (codes, values, _) in attributes.items()}),
        numbers=MappingProxyType({name: column[rows] for name, column in log.numbers.items()}),
        arrival=None if log.arrival is None else log.arrival[kept],
        waiting=renumbered(log.waiting, case_number, activity_number),
        events=int(case_events.sum()),
        case_events=case_events,
        source=replace(log.source, parameters=MappingProxyType({**log.source.parameters, "filters": filters})),
    )


def where(log: EventLog, values: Mapping[str, str | Collection[str]]) -> EventLog:
    """See EventLog.where."""
    kept = np.ones(log.cases, dtype=bool)
    filters = [Having(name, (wanted,) if isinstance(wanted, str) else tuple(wanted)) for name, wanted in values.items()]
    for each in filters:
        each.refuse(each.known(log))
        kept &= each.kept(log)
    return keep_cases(log, kept, ", ".join(each.said for each in filters))


def cases_with(log: EventLog, activities: Sequence[str]) -> EventLog:
    """See EventLog.cases_with."""
    kept = np.ones(log.cases, dtype=bool)
    column = Attribute(log.activity, log.activities)
    for activity in activities:
        kept &= _cases_having(log, column, [value_code("activity", activity, log.activities)])
    return keep_cases(log, kept, "with " + ", ".join(activities))


def between(log: EventLog, first: str, last: str, how: How = "started") -> EventLog:
    """See EventLog.between."""
    return Period(first, last, how).of(log)


def top_variants(log: EventLog, share: float) -> EventLog:
    """See EventLog.top_variants."""
    if not 0 < share <= 1:
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"占比须大于 0 且不超过 1，现为 {share}。", en=f"the share must be above 0 and at most 1, not {share}."),
            Text(zh="例如 0.8。", en="0.8, for example."),
        )
    width = log.activity.itemsize
    data, ends = log.activity.tobytes(), (log.offsets * width).tolist()
    seen: dict[bytes, int] = {}
    variant = np.fromiter((seen.setdefault(data[a:b], len(seen)) for a, b in itertools.pairwise(ends)), dtype=np.int64, count=log.cases)
    count = np.bincount(variant)
    names = [tuple(np.frombuffer(key, dtype=log.activity.dtype).tolist()) for key in seen]
    order = np.array(sorted(range(len(names)), key=lambda i: (-count[i], names[i])))
    # A share such as 0.8 of 10 cases is 8 of them, whatever the floating-point product says.
    needed = np.ceil(round(share * log.cases, 6))
    taken = order[: int(np.searchsorted(np.cumsum(count[order]), needed)) + 1]
    return keep_cases(log, np.isin(variant, taken), f"top variants {share:g}")


def _columns(log: EventLog) -> dict[str, Attribute]:
    """What a case can be chosen by."""
    return {**log.attributes, "activity": Attribute(log.activity, log.activities), "resource": Attribute(log.resource, log.resources)}


def _cases_having(log: EventLog, column: Attribute, codes: Sequence[int]) -> np.ndarray:
    having = np.zeros(log.cases, dtype=bool)
    having[log.case[np.isin(column.codes, codes)]] = True
    return having


def _filters(log: EventLog) -> tuple[str, ...]:
    before = log.source.parameters.get("filters", ())
    return before if isinstance(before, tuple) else ()


def value_code(name: str, value: str, values: Sequence[str]) -> int:
    """The code of a value among those of an attribute. Raises UsageError VALUE_UNKNOWN, which lists no people."""
    try:
        return values.index(value)
    except ValueError:
        what = Text(zh=f"“{name}”的取值", en=f"value of {name}")
        raise _unknown("VALUE_UNKNOWN", what, value, () if name == PEOPLE else values) from None


def _unknown(code: str, what: Text, given: str, known: Sequence[str]) -> UsageError:
    near = get_close_matches(given, known, n=3, cutoff=0.5) or list(known[:10])
    return UsageError(
        code,
        Text(zh=f"未知的{what.zh}“{given}”。", en=f"unknown {what.en} {given!r}."),
        Text(zh=f"可用：{'、'.join(near)}。", en=f"known: {', '.join(near)}.")
        if near
        else Text(zh="日志中没有，或为人员姓名而不列出。", en="the log has none, or they name people and are not listed."),
    )


def _period(text: str, zone: ZoneInfo) -> tuple[int, int]:
    """UTC microseconds at which the year, month, day or instant begins and at which it is over."""
    match = PERIOD.match(text.strip())
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        if match[4]:
            moment = datetime.fromisoformat(text.strip())
            begin = _micros(moment if moment.tzinfo else moment.replace(tzinfo=zone))
            return begin, begin + 1
        begin = datetime(year, month, day, tzinfo=zone)
        if match[3]:
            over = begin + timedelta(days=1)  # the next local midnight, whatever the length of the day
        else:
            months = year * 12 + month - 1 + (1 if match[2] else 12)
            over = datetime(months // 12, months % 12 + 1, 1, tzinfo=zone)
    except ValueError:
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"无法理解日期“{text}”。", en=f"{text!r} is not a date."),
            Text(zh="请写成 2026、2026-03、2026-03-15 或 2026-03-15T09:00。", en="write 2026, 2026-03, 2026-03-15 or 2026-03-15T09:00."),
        ) from None
    return _micros(begin), _micros(over)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)
