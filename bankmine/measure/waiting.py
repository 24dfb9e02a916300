"""Waiting: how long instances could have begun but did not, per activity and per arc (definitions §1.1, §1.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.business import CalendarUsed, business_hours, business_time
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.process.definition import Kind, Understanding
from bankmine.show.blocks import Block, Cell, Column, TableBlock
from bankmine.show.format import percent
from bankmine.show.notebook import Shown
from bankmine.stats.spread import Figures
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 15
QUANTILES = (0.5, 0.9)
BEGIN = Text(zh="（案件开始）", en="(the case begins)")


@dataclass(frozen=True, eq=False)
class WaitingTime(Shown):
    """Waiting per group, in order of total (descending), then names; arrays [groups], seconds.

    `source` int32: the enabler's activity (-1: the case's beginning; None for the per-activity table), `activity` int32:
    the one that waited. `share`: of all waiting that is not by design; NaN where `by_design`, the waits that the process
    definition calls contractual. `business_total_s`, `business_median_s`: each wait under the calendar of the office or role that had to
    act; NaN where one of the waits has none. `used` names the calendar. `group` int64 [instances]: the row of the table.
    """

    activities: tuple[str, ...]
    activity: np.ndarray
    source: np.ndarray | None
    count: np.ndarray
    total_s: np.ndarray
    mean_s: np.ndarray
    median_s: np.ndarray
    p90_s: np.ndarray
    share: np.ndarray
    by_design: np.ndarray
    business_total_s: np.ndarray
    business_median_s: np.ndarray
    used: CalendarUsed
    group: np.ndarray

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, understanding: Understanding, duty: Duty) -> "WaitingTime":
        """Waiting per activity."""
        return cls._grouped(log, enablement, understanding, duty, by_activity(log, enablement), by_arc=False)

    @classmethod
    def by_arc(cls, log: EventLog, enablement: Enablement, understanding: Understanding, duty: Duty) -> "WaitingTime":
        """Waiting per arc from the enabling activity to the one that waited."""
        return cls._grouped(log, enablement, understanding, duty, by_arc(log, enablement), by_arc=True)

    @classmethod
    def _grouped(
        cls, log: EventLog, enablement: Enablement, understanding: Understanding, duty: Duty, key: np.ndarray, *, by_arc: bool
    ) -> "WaitingTime":
        business = business_time(duty, duty.opening, enablement.enabled, log.began)
        return cls.result(
            understanding,
            Figures.of(key, enablement.wait, QUANTILES),
            Figures.of(key, np.maximum(business, 0), (0.5,)),
            np.unique(key[(business == UNKNOWN_TIME) & (enablement.wait > 0)]),
            CalendarUsed.of(duty, duty.opening, enablement.enabled, log.began),
            by_arc=by_arc,
        )

    @classmethod
    def result(
        cls, understanding: Understanding, waits: Figures, business: Figures, lacking: np.ndarray, used: CalendarUsed, *, by_arc: bool
    ) -> "WaitingTime":
        """From waits by `by_activity` or `by_arc` in figures: at QUANTILES, and in business time the median; `lacking`: the keys with
        a wait whose business time is not known.
        """
        activities = tuple(meaning.label for meaning in understanding.activities)
        size, keys, count = len(activities), waits.key, waits.count
        total = waits.total / SECOND
        median, p90 = waits.quantiles / SECOND
        activity = (keys % size).astype(np.int32)
        contractual = by_design(understanding)[activity]
        avoidable = total[~contractual].sum()
        share = np.where(contractual, np.nan, total / avoidable if avoidable > 0 else 0.0)
        unknown = np.isin(keys, lacking)
        order = np.lexsort((keys, -total))
        rank = np.empty(len(keys), dtype=np.int64)
        rank[order] = np.arange(len(keys))
        return cls(
            activities=activities,
            activity=activity[order],
            source=(keys // size - 1).astype(np.int32)[order] if by_arc else None,
            count=count[order],
            total_s=total[order],
            mean_s=(total / count)[order],
            median_s=median[order],
            p90_s=p90[order],
            share=share[order],
            by_design=contractual[order],
            business_total_s=np.where(unknown, np.nan, business.total / SECOND)[order],
            business_median_s=np.where(unknown, np.nan, business.quantiles[0] / SECOND)[order],
            used=used,
            group=rank[waits.group],
        )

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = np.array(self.activities, dtype=object)
        columns: dict[str, object] = {
            "activity": names[self.activity],
            "count": self.count,
            "total_s": self.total_s,
            "mean_s": self.mean_s,
            "median_s": self.median_s,
            "p90_s": self.p90_s,
            "share": self.share,
            "by_design": self.by_design,
            "business_total_s": self.business_total_s,
            "business_median_s": self.business_median_s,
        }
        if self.source is not None:
            source = np.array([*self.activities, None], dtype=object)[self.source]  # -1 takes the last: no activity
            columns = {"source": source, **columns}
        return pd.DataFrame(columns)

    def blocks(self) -> list[Block]:
        first = min(SHOWN, len(self.activity))
        contractual = bool(self.by_design[:first].any())
        rows: list[tuple[Cell, ...]] = [
            (
                self.activities[self.activity[i]],
                int(self.count[i]),
                float(self.total_s[i]),
                business_hours(float(self.business_total_s[i])),
                "" if self.by_design[i] else float(self.share[i]) if self.source is None else percent(float(self.share[i])),
                float(self.median_s[i]),
                float(self.p90_s[i]),
                *((Text(zh="约定期限", en="by contract") if self.by_design[i] else "",) if contractual else ()),
            )
            for i in range(first)
        ]
        columns = [
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="次数", en="Count"), "count"),
            Column(Text(zh="等待合计", en="Total wait"), "duration"),
            Column(Text(zh="营业小时", en="Business hours"), "number"),
            Column(Text(zh="占比", en="Share"), "share"),
            Column(Text(zh="中位数", en="Median"), "duration"),
            Column(Text(zh="九成不超过", en="90 % at most"), "duration"),
            *((Column(Text(zh="说明", en="Note"), "text"),) if contractual else ()),
        ]
        caption = Text(zh="各环节开始前的等待时间", en="Waiting before each activity begins")
        if self.source is not None:
            rows = [(self.activities[s] if s >= 0 else BEGIN, *row) for s, row in zip(self.source[:first].tolist(), rows, strict=True)]
            columns.insert(0, Column(Text(zh="由此环节放行", en="Made possible by"), "label"))
            caption = Text(zh="由哪个环节到哪个环节等得最久", en="Waiting by the activity that made the next one possible")
        return [TableBlock(columns, rows, hidden=len(self.activity) - first, caption=caption), *self.used.blocks()]


def by_activity(log: EventLog, enablement: Enablement) -> np.ndarray:  # noqa: ARG001  one signature for both keys
    """int64 [instances]: the activity."""
    return log.activity.astype(np.int64)


def by_arc(log: EventLog, enablement: Enablement) -> np.ndarray:
    """int64 [instances]: (the enabler's activity + 1, 0 where the case itself enabled) * activities + activity."""
    source = np.where(enablement.enabler >= 0, log.activity[enablement.enabler], -1).astype(np.int64)
    return (source + 1) * len(log.activities) + log.activity


def by_design(understanding: Understanding) -> np.ndarray:
    """bool [activities]: the wait before this activity is agreed by contract."""
    return np.array([meaning.kind is Kind.CONTRACTUAL_WAIT for meaning in understanding.activities], dtype=bool)
