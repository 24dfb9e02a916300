"""Drift: whether waits and rework have changed their level over the weeks, and when (definitions §3.4 P28, §4)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import DAY, SECOND, EventLog
from bankmine.measure.enablement import Enablement
from bankmine.measure.parties import by_staff
from bankmine.measure.rework import Items
from bankmine.measure.waiting import by_design
from bankmine.process.definition import Understanding
from bankmine.show.blocks import Block, Column, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.changepoints import change_points
from bankmine.stats.grouped import grouped_quantiles
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

WAIT, REWORK = 0, 1
WEEK = 7 * DAY
MONDAY = 4 * DAY  # after 1970-01-01, a Thursday
MINUTE = 60 * SECOND
FEWEST_WEEKS = 12
FEWEST_A_WEEK = 5
LATE = 0.95  # weeks are left out in which that share of waits could not be over yet
SURE = 0.05  # of all series together
LEAST = {WAIT: 10.0 * 60, REWORK: 0.02}  # seconds, share: smaller changes are no news
QUARTER = 0.25
WHAT = (Text(zh="等待", en="wait"), Text(zh="返工", en="rework"))
SHOWN = 15


@dataclass(frozen=True, eq=False)
class Drift(Shown):
    """One row per activity, measure and change of level, by activity, measure, time; arrays [changes].

    `activity` int32; `what`: WAIT or REWORK; `at` int64: the Monday, UTC microseconds, on which the new level begins; `since` and `until`:
    the weeks compared reach from there to there; `before`, `after` float64: the median wait in seconds, or the share of items that the
    case needed again, over the items of the level before and of the new one; `lasting` bool: it is the last change of that series.
    Changes are told that are not by chance (5 % over all series), neither over items nor over weeks, since items of one week wait
    for the same reasons, and at least a quarter of the level before and ten minutes or two
    hundredths. `series`: how many could be looked at; `weeks`: of the log. No series with fewer than 12 weeks is: it is then unassessable.

    Items belong to the week in which they became possible, so that slow ones are not told by the week in which they were done at
    last. What still waits at the end of the log is not in it, and would make the last weeks look quick: those weeks are
    left out that lie less than the 95th percentile of the activity's waits (of the time until items come back) before the end.
    """

    activities: tuple[str, ...]
    activity: np.ndarray
    what: np.ndarray
    since: np.ndarray
    at: np.ndarray
    until: np.ndarray
    before: np.ndarray
    after: np.ndarray
    lasting: np.ndarray
    series: int
    weeks: int

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, enablement: Enablement, items: Items, as_of: int) -> "Drift":
        staff = by_staff(understanding) & ~by_design(understanding)
        first = int((log.moment.min() - MONDAY) // WEEK)
        weeks = int((as_of - MONDAY) // WEEK) - first + 1
        rows = np.flatnonzero((enablement.enabler >= 0) & staff[log.activity])
        found, series = list[tuple[int, ...]](), 0
        levels = list[tuple[float, float, float]]()
        again, back = _came_back(items)
        worked = np.flatnonzero(items.worked & (items.previous < 0) & staff[items.activity])
        measures = (
            (WAIT, log.activity[rows], enablement.enabled[rows], enablement.wait[rows], enablement.wait[rows]),
            (REWORK, items.activity[worked], items.ended[worked], again[worked], back[worked]),
        )
        for what, of, time, value, delay in measures:
            for activity in np.unique(of).tolist():
                here = np.flatnonzero(of == activity)
                waited = delay[here][delay[here] >= 0]
                end = as_of - (float(np.quantile(waited, LATE)) if len(waited) else 0)
                whole = int((end - MONDAY) // WEEK) - first  # the week in which it ends is not whole
                week = (time[here] - MONDAY) // WEEK - first
                here, week = here[(week >= 0) & (week < whole)], week[(week >= 0) & (week < whole)]
                count = np.bincount(week, minlength=max(whole, 0))
                full = np.flatnonzero(count >= FEWEST_A_WEEK)
                if len(full) < FEWEST_WEEKS:
                    continue
                series += 1
                level = value[here].astype(float)
                weekly = (
                    np.log(grouped_quantiles(level, week, whole, (0.5,))[0][full] + MINUTE)
                    if what == WAIT
                    else np.arcsin(np.sqrt(np.bincount(week, weights=level, minlength=whole)[full] / count[full]))
                )
                cuts = change_points(weekly)
                bounds = [int(full[0]), *(int(full[c]) for c in cuts), int(full[-1]) + 1]
                for k in range(1, len(bounds) - 1):
                    old, new = (level[(week >= bounds[j]) & (week < bounds[j + 1])] for j in (k - 1, k))
                    found.append((activity, what, bounds[k - 1], bounds[k], bounds[k + 1], int(k == len(bounds) - 2)))
                    ends = [int(np.searchsorted(full, bound)) for bound in bounds[k - 1 : k + 2]]
                    by_week = _ranks(weekly[ends[0] : ends[1]], weekly[ends[1] : ends[2]])
                    levels.append((*_levels(old, new, what), max(_chance(old, new, what), by_week)))
        sure = [k for k, of in enumerate(levels) if of[2] < SURE / series and _large(of[0], of[1], found[k][1])]
        found, levels = [found[k] for k in sure], [levels[k] for k in sure]
        table = np.array(found, dtype=np.int64).reshape(-1, 6)
        order = np.lexsort((table[:, 3], table[:, 1], table[:, 0]))
        table, both = table[order], np.array(levels, dtype=float).reshape(-1, 3)[order]
        since, at, until = ((table[:, k] + first) * WEEK + MONDAY for k in (2, 3, 4))
        return cls(
            log.activities,
            table[:, 0].astype(np.int32),
            table[:, 1],
            since,
            at,
            until,
            both[:, 0],
            both[:, 1],
            table[:, 5].astype(bool),
            series,
            weeks,
        )

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            {
                "activity": np.array(self.activities, dtype=object)[self.activity],
                "what": np.array(["wait_s", "rework_share"], dtype=object)[self.what],
                **{name: pd.to_datetime(getattr(self, name), unit="us", utc=True) for name in ("since", "at", "until")},
                "before": self.before,
                "after": self.after,
                "lasting": self.lasting,
            }
        )

    def blocks(self) -> list[Block]:
        from bankmine.show.format import duration, percent

        if not self.series:
            return [
                Paragraph(
                    Text(
                        zh="变化趋势：无法判断，至少需要 12 周、每周每个环节至少 5 件的记录。",
                        en="Has it changed? Cannot be told: it takes at least 12 weeks with 5 items of an activity each.",
                    )
                )
            ]
        basis = Text(
            zh="变化趋势：比较了 {n} 个序列（各环节每周的等待中位数和返工率，按任务可办之周计；末尾尚可能未办完的几周不计）。",
            en="Has it changed? {n} series were looked at: weekly median waits and rework shares by activity, by the week in which work "
            "became possible; the last weeks, in which it may still wait, are left out.",
        ).format(n=self.series)
        if not len(self.at):
            steady = Text(zh="没有发现水平的改变。", en="No change of level was found.")
            return [Paragraph(basis), Paragraph(steady)]

        def said(value: float, what: int) -> Text | str:
            return duration(value) if what == WAIT else percent(value)

        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="指标", en="Measure"), "text"),
            Column(Text(zh="起于当周", en="From the week of"), "text"),
            Column(Text(zh="之前", en="Before"), "text"),
            Column(Text(zh="之后", en="After"), "text"),
            Column(Text(zh="延续至今", en="Lasting"), "text"),
        )
        yes, no = Text(zh="是", en="yes"), Text(zh="否", en="no")
        rows = [
            (
                self.activities[self.activity[k]],
                WHAT[int(self.what[k])],
                str(np.datetime64(int(self.at[k]), "us").astype("datetime64[D]")),
                said(float(self.before[k]), int(self.what[k])),
                said(float(self.after[k]), int(self.what[k])),
                yes if self.lasting[k] else no,
            )
            for k in range(min(len(self.at), SHOWN))
        ]
        caption = Text(zh="变化趋势", en="Has it changed?")
        return [TableBlock(columns, rows, hidden=max(len(self.at) - SHOWN, 0), caption=caption), Paragraph(basis)]


def _came_back(items: Items) -> tuple[np.ndarray, np.ndarray]:
    """bool [items]: the case needed the item again without the customer's part; int64 [items]: how long after, microseconds, -1 if not."""
    repeated = np.flatnonzero((items.previous >= 0) & ~items.customer_between)
    again, back = np.zeros(len(items.row), dtype=bool), np.full(len(items.row), -1, dtype=np.int64)
    before = items.previous[repeated]
    again[before] = True
    back[before] = np.maximum(items.began[repeated] - items.ended[before], 0)
    return again, back


def _chance(old: np.ndarray, new: np.ndarray, what: int) -> float:
    """p that two levels are one, over all their items."""
    from scipy.stats import fisher_exact

    if what == WAIT:
        return _ranks(old, new)
    return float(fisher_exact([[old.sum(), len(old) - old.sum()], [new.sum(), len(new) - new.sum()]]).pvalue)


def _ranks(old: np.ndarray, new: np.ndarray) -> float:
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(old, new).pvalue)


def _large(before: float, after: float, what: int) -> bool:
    return abs(after - before) >= max(LEAST[what], QUARTER * before)


def _levels(old: np.ndarray, new: np.ndarray, what: int) -> tuple[float, float]:
    if what == WAIT:
        return float(np.median(old)) / SECOND, float(np.median(new)) / SECOND
    return float(old.mean()), float(new.mean())
