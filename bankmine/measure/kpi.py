"""The indicators of plan §10.1 that a log can fill: process and customer (definitions §5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.cycle import STARTS_NEEDED, CycleTime
from bankmine.measure.endings import Endings
from bankmine.measure.handover import Handovers
from bankmine.measure.journey import Journey
from bankmine.measure.journey_figures import JourneyFigure, mean, share, times
from bankmine.measure.parties import by_staff
from bankmine.measure.rework import Rework
from bankmine.measure.workload import Workload
from bankmine.process.definition import Understanding
from bankmine.show.blocks import Block, Cell, CellKind, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

Better = Literal["lower", "higher", "band"]
PROCESS, CUSTOMER = "10.1.1", "10.1.2"
WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "lower": Text(zh="越低越好", en="lower"),
        "higher": Text(zh="越高越好", en="higher"),
        "band": Text(zh="70%–85% 为宜", en="70–85 %"),
        PROCESS: Text(zh="流程", en="process"),
        CUSTOMER: Text(zh="客户", en="customer"),
    }
)
HIGHER_IS_BETTER = frozenset({"cycle_time_efficiency", "throughput_week", "first_pass_share", "straight_through_share", "first_time_right"})


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator as it stands: its figure, the plan section of its table, and which way is better."""

    figure: JourneyFigure
    plan: str
    better: Better

    @property
    def id(self) -> str:
        return self.figure.id


@dataclass(frozen=True, eq=False)
class Kpis(Shown):
    """The indicators in the order of the plan's tables; None as value where the log cannot tell: work and handovers where less than 95 % of
    the starts or of the people are known.
    """

    rows: tuple[Kpi, ...]

    @classmethod
    def of(
        cls,
        log: EventLog,
        understanding: Understanding,
        endings: Endings,
        cycle_time: CycleTime,
        rework: Rework,
        handovers: Handovers,
        workload: Workload,
        journey: Journey,
        breaches: tuple[int, int],
    ) -> "Kpis":
        """`breaches`: cases that broke a control, of those in which one could be checked."""
        staffed = by_staff(understanding)[log.activity]
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        known = bool(staffed.any()) and timed[staffed].mean() >= STARTS_NEEDED
        work = np.bincount(log.case, weights=np.where(timed & staffed, log.end - log.began, 0), minlength=log.cases) / SECOND
        manual = np.bincount(log.case[staffed], minlength=log.cases) > 0
        parties = any(m.party is not None for m in understanding.activities)
        again = np.zeros(log.cases, dtype=bool)
        again[rework.items.case[rework.items.previous >= 0]] = True
        weeks = float(log.case_end.max() - log.case_start.min()) / DAY / 7
        closed, cases = int(endings.closed.sum()), log.cases
        busy = workload.load[~np.isnan(workload.load)]
        violated, checked = breaches

        def plain(name: str, title: Text, kind: CellKind, value: float | None, of: int = cases) -> JourneyFigure:
            return JourneyFigure(name, title, kind, value, None, None, of)

        middle, slow = times("cycle_time", Text(zh="办理时长", en="Cycle time"), cycle_time.of_case / SECOND, endings.closed)
        figures = (
            plain("cycle_time_mean", Text(zh="平均办理时长", en="Mean cycle time"), "duration", cycle_time.mean_s),
            replace(middle, title=Text(zh="办理时长中位数", en="Median cycle time")),
            slow,
            plain("cycle_time_efficiency", Text(zh="时长效率（办理占全程）", en="Cycle-time efficiency"), "share", cycle_time.efficiency),
            plain("touch_time", Text(zh="每件办理工时", en="Touch time per case"), "duration", float(work.mean()) if known else None),
            plain("throughput_week", Text(zh="每周结案数", en="Cases closed a week"), "number", closed / weeks if weeks >= 1 else None),
            plain("open_cases", Text(zh="在办案件", en="Open cases"), "count", float(cases - closed)),
            share("first_pass_share", Text(zh="一次办成率（无返工案件）", en="First-pass yield (cases without rework)"), ~again, cases),
            mean("steps_per_case", Text(zh="每案环节数", en="Steps per case"), np.bincount(log.case, minlength=cases).astype(float), cases),
            plain(
                "handovers_per_case",
                Text(zh="每案交接次数", en="Handovers per case"),
                "number",
                handovers.count / cases if handovers.known >= STARTS_NEEDED * max(handovers.pairs, 1) else None,
            ),
            share(
                "straight_through_share",
                Text(zh="直通率（无人工环节案件）", en="Straight-through rate (no human step)"),
                ~manual if parties else None,
                cases,
            ),
            plain(
                "utilisation", Text(zh="最忙岗位的负荷", en="Load of the busiest role"), "share", float(busy.max()) if len(busy) else None
            ),
            plain(
                "control_breaches",
                Text(zh="每千件违反控制的案件数", en="Cases with a broken control, of 1,000"),
                "number",
                1000 * violated / checked if checked else None,
                checked,
            ),
        )
        return cls(
            (
                *(Kpi(figure, PROCESS, _better(figure.id)) for figure in figures),
                *(Kpi(figure, CUSTOMER, _better(figure.id)) for figure in journey.figures),
            )
        )

    @property
    def values(self) -> Mapping[str, float | None]:
        """Each indicator as it stands, by its id."""
        return {row.id: row.figure.value for row in self.rows}

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "kpi": row.id,
                    "plan": row.plan,
                    "better": row.better,
                    "unit": row.figure.kind,
                    "value": row.figure.value,
                    "low": row.figure.low,
                    "high": row.figure.high,
                    "cases": row.figure.cases,
                }
                for row in self.rows
            ]
        )

    def blocks(self) -> list[Block]:
        """Table 10.1.1; that of customers stands with their journey."""
        rows: list[list[Cell]] = [
            [row.figure.title, row.figure.said(row.figure.value), WORDS[row.better], row.figure.cases]
            for row in self.rows
            if row.plan == PROCESS
        ]
        columns = (
            Column(Text(zh="指标", en="Indicator"), "text"),
            Column(Text(zh="现值", en="Now"), "text"),
            Column(Text(zh="方向", en="Better"), "text"),
            Column(Text(zh="案件", en="Cases"), "count"),
        )
        return [TableBlock(columns, rows, caption=Text(zh="考核指标现值（方案 10.1.1）", en="Indicators as they stand (plan §10.1.1)"))]


def _better(name: str) -> Better:
    return "band" if name == "utilisation" else "higher" if name in HIGHER_IS_BETTER else "lower"
