"""Cycle time: from a case's beginning to its last stamp, in calendar time and in business time (definitions §1.1, §1.7, §6)."""

from dataclasses import dataclass
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
    `used` names; it and the business figures are None where no calendar is known.
    """

    of_case: np.ndarray
    cases: int
    open_cases: int
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    efficiency: float | None
    business: np.ndarray | None
    business_mean_s: float | None
    business_median_s: float | None
    used: CalendarUsed

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, closed: np.ndarray, duty: Duty) -> "CycleTime":
        begin, end = case_begin(log), log.case_end
        organisation = np.full(log.cases, duty.organisation)
        business = None if duty.organisation < 0 else business_time(duty, organisation, begin, end)
        return cls.result(
            Figures.of(np.zeros(log.cases, dtype=np.int64), end - begin, QUANTILES),
            int((~closed).sum()),
            Effort.of(log, enablement),
            None if business is None else Figures.of(np.zeros(log.cases, dtype=np.int64), business, (0.5,)),
            CalendarUsed.of(duty, organisation, begin, end),
            end - begin,
            business,
        )

    @classmethod
    def result(
        cls,
        times: Figures,
        open_cases: int,
        effort: "Effort",
        business: Figures | None,
        used: CalendarUsed,
        of_case: np.ndarray = NONE,
        business_of_case: np.ndarray | None = None,
    ) -> "CycleTime":
        """From the cases' times in figures under the one key 0: at QUANTILES, and in business time the median."""
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
            efficiency=effort.efficiency,
            business=business_of_case,
            business_mean_s=None if business is None else float(business.total[0]) / cases / SECOND,
            business_median_s=None if business is None else float(business.quantiles[0, 0]) / SECOND,
            used=used,
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
