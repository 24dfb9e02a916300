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
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

STARTS_NEEDED = 0.95  # below this share of known starts the work done is not known well enough for an efficiency


@dataclass(frozen=True, eq=False)
class CycleTime(Shown):
    """`of_case` int64 [cases], microseconds; figures in seconds over all cases, open ones up to their last stamp.

    `efficiency`: work / (work + waiting) over all instances, None unless at least 95 % of them have a start.
    `business` int64 [cases], microseconds under the organisation's calendar, which `used` names; it and the business figures
    are None where no calendar is known. They are worked out when first asked for: who is on duty may have to be found in the log.
    """

    of_case: np.ndarray
    cases: int
    open_cases: int
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    efficiency: float | None
    _begin: np.ndarray
    _end: np.ndarray
    _duty: Callable[[], Duty]

    @cached_property
    def business(self) -> np.ndarray | None:
        duty = self._duty()
        return None if duty.organisation < 0 else business_time(duty, np.full(self.cases, duty.organisation), self._begin, self._end)

    @cached_property
    def used(self) -> CalendarUsed:
        duty = self._duty()
        return CalendarUsed.of(duty, np.full(self.cases, duty.organisation), self._begin, self._end)

    @cached_property
    def business_mean_s(self) -> float | None:
        return None if self.business is None else float(self.business.mean()) / SECOND

    @cached_property
    def business_median_s(self) -> float | None:
        return None if self.business is None else float(np.median(self.business)) / SECOND

    @classmethod
    def of(cls, log: EventLog, enablement: Callable[[], Enablement], closed: np.ndarray, duty: Callable[[], Duty]) -> "CycleTime":
        """`enablement` and `duty` are called for if the log's starts or the reader ask for what rests on them."""
        begin, end = case_begin(log), log.case_end
        duration = end - begin
        median, p90, p95 = (float(q) / SECOND for q in np.quantile(duration, (0.5, 0.9, 0.95)))
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        efficiency = None
        if timed.mean() >= STARTS_NEEDED:
            work = int((log.end - log.start)[timed].sum())
            total = work + int(enablement().wait.sum())
            efficiency = work / total if total else None
        return cls(
            of_case=duration,
            cases=log.cases,
            open_cases=int((~closed).sum()),
            mean_s=float(duration.mean()) / SECOND,
            median_s=median,
            p90_s=p90,
            p95_s=p95,
            efficiency=efficiency,
            _begin=begin,
            _end=end,
            _duty=duty,
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
