"""The passes over parts by case: counts, enablement, and what is known of cases once the whole's hours are."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bankmine.log.eventlog import EventLog
from bankmine.measure.answers import Answers
from bankmine.measure.awaited import Awaited
from bankmine.measure.business import CalendarUsed, business_time
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.cycle import Effort
from bankmine.measure.duty import Duty, span_of
from bankmine.measure.enablement import Enablement, Successions, case_begin
from bankmine.measure.endings import Endings, pauses
from bankmine.measure.rework import Items, ReworkCounts
from bankmine.measure.roles import RoleCounts
from bankmine.measure.stages import Course, Stages, by_kind
from bankmine.measure.survey import Joined
from bankmine.model.dfg import EndCounts, steps
from bankmine.model.variants import Variants
from bankmine.scale.frames import Names, by_person, cases_of, in_order, log_by_case
from bankmine.scale.whole import Whole
from bankmine.stats.spread import Selected, Spread

_NONE = np.zeros(0, dtype=np.int64)


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


def counted(frame: pl.DataFrame, names: Names) -> Counts:
    return Counts.of(log_by_case(frame, names))


@dataclass(frozen=True, eq=False)
class Enabled:
    """The second pass, by case, with the concurrency of the whole."""

    gaps: Selected
    pauses: Selected
    durations: Spread
    effort: Effort
    begun: int
    course: Course | None


def enabled(frame: pl.DataFrame, whole: Whole) -> tuple[pl.DataFrame, Enabled]:
    frame = in_order(frame)
    log = log_by_case(frame, whole.names)
    enablement = Enablement.of(log, whole.concurrent)
    customer_waits = CustomerWaits.of(log, whole.understanding)
    awaited = Awaited.of(log, enablement, whole.understanding, customer_waits)
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
        None if whole.answers is None else Course.of(log, by_kind(log, whole.understanding, customer_waits)),
    )


@dataclass(frozen=True, eq=False)
class Closed:
    """The second look by case, once the hours of the whole are known."""

    durations: Selected
    business: Spread
    open_cases: int
    rework: ReworkCounts
    used: CalendarUsed
    joined: Joined | None


def closed(frame: pl.DataFrame, whole: Whole, duty: Duty, wanted: np.ndarray) -> Closed:
    log = log_by_case(frame, whole.names)
    begin, end, one = case_begin(log), log.case_end, np.zeros(log.cases, dtype=np.int64)
    organisation = one + duty.organisation
    endings = Endings.known(log, whole.understanding, whole.now, whole.quiet)
    return Closed(
        Selected.of(one, end - begin, wanted),
        Spread.of(one, business_time(duty, organisation, begin, end)) if duty.organisation >= 0 else Spread.of(_NONE, _NONE),
        int((~endings.closed).sum()),
        ReworkCounts.of(Items.of(log, whole.understanding), len(log.activities), duty),
        CalendarUsed.of(duty, organisation, begin, end),
        None if whole.answers is None else _joined(frame, log, whole, whole.answers, endings),
    )


def _joined(frame: pl.DataFrame, log: EventLog, whole: Whole, answers: Answers, endings: Endings) -> Joined:
    turn = by_kind(log, whole.understanding, CustomerWaits.of(log, whole.understanding))
    stages, times = Stages.known(log, turn, whole.marks), log.case_end - case_begin(log)
    return Joined.of(answers, cases_of(frame).to_list(), log, whole.understanding, endings, times, stages)


def in_business(frame: pl.DataFrame, names: Names, duty: Duty, wanted: np.ndarray) -> Selected:
    log = log_by_case(frame, names)
    one = np.zeros(log.cases, dtype=np.int64)
    return Selected.of(one, business_time(duty, one + duty.organisation, case_begin(log), log.case_end), wanted)
