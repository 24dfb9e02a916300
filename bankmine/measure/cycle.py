"""Cycle time: from a case's beginning to its last stamp, in calendar time (definitions §1.1, §1.7)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
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
    Business-time figures need a calendar and are None.
    """

    of_case: np.ndarray
    cases: int
    open_cases: int
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    efficiency: float | None
    business_mean_s: float | None = None
    business_median_s: float | None = None

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, closed: np.ndarray) -> "CycleTime":
        duration = log.case_end - case_begin(log)
        median, p90, p95 = (float(q) / SECOND for q in np.quantile(duration, (0.5, 0.9, 0.95)))
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        efficiency = None
        if timed.mean() >= STARTS_NEEDED:
            work = int((log.end - log.start)[timed].sum())
            total = work + int(enablement.wait.sum())
            efficiency = work / total if total else None
        return cls(duration, log.cases, int((~closed).sum()), float(duration.mean()) / SECOND, median, p90, p95, efficiency)

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
                    "efficiency": self.efficiency,
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
                )
            )
        ]
