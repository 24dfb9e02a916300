"""The bank over all its logs: the matrix of verdicts, one ranking in hours a year, and shared roles counted once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from bankmine.advice.answer import Diagnosis, Recommendation
from bankmine.advice.roadmap import Step, roadmap, step_of

HOUR_S = 3600.0
CAPACITY = frozenset({"P08", "P09", "P12", "P13"})


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """What one log says: six verdicts and its list; `kpis` as they stand, by id; by role busy and duty seconds a week, None if unknown."""

    name: str
    diagnoses: tuple[Diagnosis, ...]
    recommendations: tuple[Recommendation, ...]
    kpis: Mapping[str, float | None]
    busy_week_s: Mapping[str, float | None]
    duty_week_s: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the bank's ranking; several `items` where logs share the role that lacks capacity, each with its log.

    `customer_hours`, `staff_hours` a year, and the ends of the 90 % interval of the former (of several items the sums of theirs): None
    where any log of the entry is too short to tell.
    """

    logs: tuple[str, ...]
    items: tuple[Recommendation, ...]
    customer_hours: float | None
    customer_low: float | None
    customer_high: float | None
    staff_hours: float | None
    role: str | None

    @property
    def first(self) -> Recommendation:
        return self.items[0]

    def cost(self, rate: float) -> float | None:
        """Staff hours a year at the bank's own rate for an hour."""
        return None if self.staff_hours is None else self.staff_hours * rate

    @property
    def where(self) -> str:
        """The role that several logs share, else the activity."""
        return self.role if len(self.items) > 1 and self.role else self.first.activity


@dataclass(frozen=True, slots=True)
class SharedRole:
    """A role that works in several logs: hours of work a week summed over them; `duty_hours` of the log with most, for it is the same
    people's time; `load` = busy / duty, None where a log does not tell.
    """

    role: str
    logs: tuple[str, ...]
    busy_hours: float | None
    duty_hours: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class BankDiagnosis:
    """`ranking` by customer then staff hours a year (unknown last), `controls` in a lane of their own by tier and score."""

    logs: tuple[LogAnswer, ...]
    ranking: tuple[Entry, ...]
    controls: tuple[Entry, ...]
    shared_roles: tuple[SharedRole, ...]
    roadmap: tuple[Step, ...]


def bank_diagnosis(logs: Sequence[LogAnswer]) -> BankDiagnosis:
    """The bank's answer from those of its logs, which stand in the order of the configuration."""
    shared = shared_roles(logs)
    entries = _entries(logs, frozenset(s.role for s in shared))
    steps = [step_of(item, log.name, log.kpis) for log in logs for item in log.recommendations]
    return BankDiagnosis(
        tuple(logs),
        tuple(sorted((e for e in entries if e.first.kind != "control"), key=_by_hours)),
        tuple(
            sorted((e for e in entries if e.first.kind == "control"), key=lambda e: (e.first.tier, -e.first.score, e.logs, e.first.rank))
        ),
        shared,
        roadmap(steps),
    )


def shared_roles(logs: Sequence[LogAnswer]) -> tuple[SharedRole, ...]:
    """The roles that occur in at least two logs, by name."""
    found = []
    for role in sorted({role for log in logs for role in log.busy_week_s}):
        among = [log for log in logs if role in log.busy_week_s]
        if len(among) < 2:
            continue
        busy = _sum([log.busy_week_s[role] for log in among])
        duties = [log.duty_week_s[role] for log in among]
        duty = None if any(d is None for d in duties) else max(d for d in duties if d is not None)
        load = busy / duty if busy is not None and duty else None
        hours = [None if s is None else s / HOUR_S for s in (busy, duty)]
        found.append(SharedRole(role, tuple(log.name for log in among), hours[0], hours[1], load))
    return tuple(found)


def _entries(logs: Sequence[LogAnswer], shared: frozenset[str]) -> list[Entry]:
    """One entry for each recommendation, but one for all those on the capacity of a role that logs share."""
    groups: dict[tuple[str, ...], list[tuple[str, Recommendation]]] = {}
    for log in logs:
        for item in log.recommendations:
            role = item.where.get("role")
            merged = item.pattern in CAPACITY and role is not None and role in shared
            key = ("role", role) if merged and role is not None else (log.name, str(item.rank))
            groups.setdefault(key, []).append((log.name, item))
    return [
        Entry(
            tuple(dict.fromkeys(name for name, _ in group)),
            tuple(item for _, item in group),
            _sum([_hours(item, "estimate") for _, item in group]),
            _sum([_hours(item, "low") for _, item in group]),
            _sum([_hours(item, "high") for _, item in group]),
            _sum([None if item.gain.effort_per_year_s is None else item.gain.effort_per_year_s / HOUR_S for _, item in group]),
            group[0][1].where.get("role"),
        )
        for group in groups.values()
    ]


def _hours(item: Recommendation, end: str) -> float | None:
    """Customer hours a year: the estimate or an end of its interval."""
    seconds = None if item.gain.per_year is None else getattr(item.gain.per_year, end)
    return None if seconds is None else seconds / HOUR_S


def _by_hours(entry: Entry) -> tuple[float, float, tuple[str, ...], int]:
    customer, staff = (inf if hours is None else -hours for hours in (entry.customer_hours, entry.staff_hours))
    return (customer, staff, entry.logs, entry.first.rank)


def _sum(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) else None
