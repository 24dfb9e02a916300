"""Cycle time: from a case's beginning to its last stamp, in calendar time and in business time (definitions §1.1, §1.7, §6)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.business import CalendarUsed, business_hours, business_time
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement, case_begin
from bankmine.show.blocks import Block, KeyFigures
from bankmine.show.notebook import Shown
from bankmine.stats.spread import Figures
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (0.5, 0.9, 0.95)
NONE = np.zeros(0, dtype=np.int64)
STARTS_NEEDED = 0.95  # below this share of known starts the work done is not known well enough for an efficiency


@dataclass(frozen=True, eq=False)
class CycleTime(Shown):
    """`of_case` int64 [cases], microseconds; figures in seconds over all cases, open ones up to their last stamp.

    `efficiency`: work / (work + waiting) over all instances, None unless at least 95 % of them have a start.
    `of_case` is empty where the log came in parts. `business` int64 [cases], microseconds under the organisation's calendar, which
    `used` names; it and the business figures are None where no calendar is known. They are worked out when first asked for: who is on
    duty may have to be found in the log.
    """

    of_case: np.ndarray
    cases: int
    open_cases: int
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    efficiency: float | None
    _working: Callable[[], "InBusiness"]

    @cached_property
    def _in_business(self) -> "InBusiness":
        return self._working()

    @property
    def business(self) -> np.ndarray | None:
        return self._in_business.of_case

    @property
    def business_mean_s(self) -> float | None:
        figures = self._in_business.figures
        return None if figures is None else float(figures.total[0]) / self.cases / SECOND

    @property
    def business_median_s(self) -> float | None:
        figures = self._in_business.figures
        return None if figures is None else float(figures.quantiles[0, 0]) / SECOND

    @property
    def used(self) -> CalendarUsed:
        return self._in_business.used

    @classmethod
    def of(cls, log: EventLog, enablement: Callable[[], Enablement], closed: np.ndarray, duty: Callable[[], Duty]) -> "CycleTime":
        """`enablement` and `duty` are called for if the log's starts or the reader ask for what rests on them."""
        begin, end = case_begin(log), log.case_end
        zero = np.zeros(log.cases, dtype=np.int64)

        def working() -> InBusiness:
            whole = duty()
            organisation = np.full(log.cases, whole.organisation)
            used = CalendarUsed.of(whole, organisation, begin, end)
            if whole.organisation < 0:
                return InBusiness(None, used)
            of_case = business_time(whole, organisation, begin, end)
            return InBusiness(Figures.of(zero, of_case, (0.5,)), used, of_case)

        effort = Effort.of(log, enablement()) if log.start_known.any() else None
        return cls.result(Figures.of(zero, end - begin, QUANTILES), int((~closed).sum()), effort, working, end - begin)

    @classmethod
    def result(
        cls, times: Figures, open_cases: int, effort: "Effort | None", working: Callable[[], "InBusiness"], of_case: np.ndarray = NONE
    ) -> "CycleTime":
        """From the cases' times in figures under the one key 0, at QUANTILES."""
        cases = int(times.count[0])
        median, p90, p95 = (float(q) / SECOND for q in times.quantiles[:, 0])
        return cls(
            of_case=of_case,
            cases=cases,
            open_cases=open_cases,
            mean_s=float(times.total[0]) / cases / SECOND,
            median_s=median,
            p90_s=p90,
            p95_s=p95,
            efficiency=None if effort is None else effort.efficiency,
            _working=working,
        )

    @property
    def calendar(self) -> str | None:
        """The name of the calendar that the business figures rest on."""
        return self.used.name

    @property
    def calendar_estimated(self) -> bool:
        """Whether they reach into a year whose make-up workdays are not published."""
        return bool(self.used.estimated)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "cases": self.cases,
                    "open_cases": self.open_cases,
                    "mean_s": self.mean_s,
                    "median_s": self.median_s,
                    "p90_s": self.p90_s,
                    "p95_s": self.p95_s,
                    "business_mean_s": self.business_mean_s,
                    "business_median_s": self.business_median_s,
                    "efficiency": self.efficiency,
                    "calendar": self.calendar,
                }
            ]
        )

    def blocks(self) -> list[Block]:
        return [
            KeyFigures(
                (
                    (Text(zh="案件数", en="Cases"), "count", self.cases),
                    (Text(zh="其中未结", en="of these open"), "count", self.open_cases),
                    (Text(zh="办理时长中位数", en="Median cycle time"), "duration", self.median_s),
                    (Text(zh="办理时长均值", en="Mean cycle time"), "duration", self.mean_s),
                    (Text(zh="九成案件不超过", en="90 % take at most"), "duration", self.p90_s),
                    (Text(zh="中位数（营业小时）", en="Median, business hours"), "number", business_hours(self.business_median_s)),
                    (Text(zh="均值（营业小时）", en="Mean, business hours"), "number", business_hours(self.business_mean_s)),
                )
            ),
            *self.used.blocks(),
        ]


@dataclass(frozen=True, eq=False)
class InBusiness:
    """The cases' times in business time: figures under the one key 0 with the median, None where no calendar is known; the calendar
    used; `of_case` int64 [cases], None where the log came in parts.
    """

    figures: Figures | None
    used: CalendarUsed
    of_case: np.ndarray | None = None


@dataclass(frozen=True)
class Effort:
    """Instances, those of them with start and end, the work of these and the waiting of all, microseconds; those of parts are added."""

    instances: int
    timed: int
    work: int
    wait: int

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement) -> "Effort":
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        return cls(len(log), int(timed.sum()), int((log.end - log.start)[timed].sum()), int(enablement.wait.sum()))

    @property
    def efficiency(self) -> float | None:
        """Work / (work + waiting); None unless at least 95 % of the instances have a start."""
        if self.timed < STARTS_NEEDED * self.instances or self.work + self.wait == 0:
            return None
        return self.work / (self.work + self.wait)
