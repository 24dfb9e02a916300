"""The board of control charts: cycle time, waits and rework week by week, and where the flow of work goes (plan §9.2, definitions §5)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.drift import MINUTE, MONDAY, WEEK
from bankmine.measure.parties import by_staff
from bankmine.measure.waiting import by_design
from bankmine.show.blocks import Block, Cell, Column, Heading, Mark, Notice, Paragraph, TableBlock
from bankmine.show.format import duration, percent
from bankmine.show.notebook import Shown
from bankmine.stats.control import FEWEST, ControlChart, control_chart, limit
from bankmine.stats.difference import false_discovery
from bankmine.stats.grouped import grouped_quantiles
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.api import Analysis

FEWEST_A_WEEK = 5
LATE = 0.95  # the first weeks are left out in which so long a time could not have ended yet
RECENT_WEEKS = 8
FLOW_FEWEST = 50  # steps out of an activity, in the last weeks and before them
FLOW_SURE, FLOW_LARGE = 0.01, 0.1  # q, and Cramér's V
Kind = Literal["cycle_time", "wait", "rework"]
TITLES: dict[Kind, Text] = {
    "cycle_time": Text(zh="办理时长中位数（当周办结）", en="Median cycle time (closed that week)"),
    "wait": Text(zh="等待中位数（当周开始）", en="Median wait (begun that week)"),
    "rework": Text(zh="有返工的案件（当周办结）", en="Cases with rework (closed that week)"),
}
STATES = {
    "alarm": Mark(Text(zh="报警", en="alarm"), "error"),
    "watch": Mark(Text(zh="关注", en="watch"), "warning"),
    "steady": Mark(Text(zh="平稳", en="steady"), "good"),
    "unassessable": Mark(Text(zh="无法判断", en="cannot tell"), "info"),
}


@dataclass(frozen=True, eq=False)
class Chart:
    """One weekly figure: `values` float64 [weeks of the board], seconds or shares, NaN where the week has too few or is not whole."""

    kind: Kind
    activity: str | None
    values: np.ndarray
    control: ControlChart

    @property
    def title(self) -> Text:
        """What it shows, and where."""
        if self.activity is None:
            return TITLES[self.kind]
        return Text(zh="{what}「{activity}」", en="{what}, “{activity}”").format(what=TITLES[self.kind], activity=self.activity)

    @property
    def state(self) -> Literal["alarm", "watch", "steady", "unassessable"]:
        """Alarm where one lies in the last eight weeks, else watch or steady."""
        known = np.flatnonzero(~np.isnan(self.values))
        if np.isnan(self.control.level).all():
            return "unassessable"
        if self.control.alarms and len(known) and known[-1] - self.control.alarms[-1] < RECENT_WEEKS:
            return "alarm"
        return "watch" if self.control.watch else "steady"


@dataclass(frozen=True, slots=True)
class FlowShift:
    """After `activity`, `target` (None: the case ended) follows in another share of cases than before; q over all activities."""

    activity: str
    target: str | None
    before_share: float
    after_share: float
    q: float


@dataclass(frozen=True, eq=False)
class Board(Shown):
    """All charts, in order of kind and activity, and the shifts of flow; `weeks` int64: the Monday of each week, UTC microseconds."""

    weeks: np.ndarray
    charts: tuple[Chart, ...]
    flow: tuple[FlowShift, ...]
    limit: float

    @classmethod
    def of(cls, analysis: "Analysis") -> "Board":
        """The whole weeks of the log. An item belongs to the week in which its time ended, so that a week does not change any more."""
        log, now = analysis.log, analysis.endings.as_of
        first = (int(log.moment.min()) - MONDAY) // WEEK + 1
        count = max((now - MONDAY) // WEEK - first, 0)
        weeks = (first + np.arange(count)) * WEEK + MONDAY
        closed = np.flatnonzero(analysis.endings.closed)
        again = np.zeros(log.cases, dtype=bool)
        again[analysis.rework.items.case[analysis.rework.items.previous >= 0]] = True
        cycle = analysis.cycle_time.of_case[closed]
        over = log.case_end[closed]
        series: list[tuple[Kind, str | None, tuple[np.ndarray, np.ndarray]]] = [
            ("cycle_time", None, _weekly(over, cycle, weeks, cycle)),
            ("rework", None, _weekly(over, again[closed], weeks, cycle)),
        ]
        staff = by_staff(analysis.understanding) & ~by_design(analysis.understanding)
        enabled = analysis.enablement
        for activity in np.flatnonzero(staff).tolist():
            rows = np.flatnonzero((log.activity == activity) & (enabled.enabler >= 0))
            wait = enabled.wait[rows]
            series.append(("wait", log.activities[activity], _weekly(log.began[rows], wait, weeks, wait)))
        demand = _demand(log.case_start, weeks)
        judged = [each for each in series if (~np.isnan(each[2][0])).sum() > FEWEST]
        charts = tuple(Chart(kind, name, shown, control_chart(charted, len(judged), demand)) for kind, name, (shown, charted) in judged)
        return cls(weeks, charts, _flow(analysis, weeks), limit(len(judged)))

    @property
    def alarms(self) -> tuple[Chart, ...]:
        """The charts that are in alarm."""
        return tuple(chart for chart in self.charts if chart.state == "alarm")

    @property
    def table(self) -> "pd.DataFrame":
        """One row for each chart and week."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"kind": c.kind, "activity": c.activity, "week": week, "value": value, "level": level, "alarm": place in c.control.alarms}
                for c in self.charts
                for place, (week, value, level) in enumerate(
                    zip(pd.to_datetime(self.weeks, unit="us", utc=True), c.values, c.control.level, strict=True)
                )
            ],
            columns=["kind", "activity", "week", "value", "level", "alarm"],
        )

    def blocks(self) -> list[Block]:
        heading = Heading(Text(zh="控制图", en="Control charts"), 2, "charts")
        if not self.charts:
            text = Text(
                zh="无法判断：至少需要 {n} 个完整的周，每周至少 {k} 件。",
                en="Cannot be told: it takes more than {n} whole weeks with {k} items each.",
            )
            return [heading, Paragraph(text.format(n=FEWEST, k=FEWEST_A_WEEK))]
        alarms = len(self.alarms)
        said = (
            Notice(Text(zh="有 {n} 张控制图报警。", en="{n} charts are in alarm.").format(n=alarms), "error")
            if alarms
            else Notice(Text(zh="没有控制图报警。", en="No chart is in alarm."), "good")
        )
        columns = (
            Column(Text(zh="指标", en="Figure"), "text"),
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="最近一周", en="Last week"), "text"),
            Column(Text(zh="之前各周", en="Weeks before"), "text"),
            Column(Text(zh="偏离", en="Level"), "number"),
            Column(Text(zh="状态", en="State"), "text"),
            Column(Text(zh="改变于当周", en="Changed in the week of"), "text"),
        )
        order = {"alarm": 0, "watch": 1, "steady": 2, "unassessable": 3}
        rows = [self._row(chart) for chart in sorted(self.charts, key=lambda chart: order[chart.state])]
        method = Text(
            zh="每张图把每周与之前各周相比（最近八周除外，并扣除到达量多少的影响），指数加权移动平均（λ=0.2）超过 {limit} 个标准误即报警；全部 {n} 张图在平稳的 60 周内同时不误报的概率约为 95%。"
            "超过 {watch} 为“关注”，不是报警。",
            en="Each chart holds a week against those before it but the last eight, less what more or fewer arrivals explain; an "
            "exponentially weighted mean (λ = 0.2) beyond {limit} standard errors is an alarm. All {n} charts stay quiet together over 60 "
            "stable weeks with a probability of about 95 %. Beyond {watch} is “watch”, no alarm.",
        ).format(limit=f"{self.limit:.1f}", n=len(self.charts), watch="2")
        return [heading, said, TableBlock(columns, rows), Paragraph(method), *self._flow_blocks()]

    def _row(self, chart: Chart) -> list[Cell]:
        known = chart.values[~np.isnan(chart.values)]
        levels = chart.control.level[~np.isnan(chart.control.level)]
        since = chart.control.since[-1] if chart.control.since and chart.state == "alarm" else None
        return [
            TITLES[chart.kind],
            chart.activity or "",
            _said(chart.kind, float(known[-1])),
            _said(chart.kind, float(np.median(known[:-1]))),
            float(levels[-1]) if len(levels) else None,
            STATES[chart.state],
            "" if since is None else str(np.datetime64(int(self.weeks[since]), "us").astype("datetime64[D]")),
        ]

    def _flow_blocks(self) -> list[Block]:
        if not self.flow:
            return [
                Paragraph(
                    Text(
                        zh="最近八周各环节的去向与之前没有明显不同。",
                        en="Where work goes after each activity has not shifted in the last eight weeks.",
                    )
                )
            ]
        ends = Text(zh="（结束）", en="(the case ends)")
        rows: list[list[Cell]] = [
            [shift.activity, shift.target if shift.target is not None else ends, percent(shift.before_share), percent(shift.after_share)]
            for shift in self.flow
        ]
        columns = (
            Column(Text(zh="环节", en="After"), "label"),
            Column(Text(zh="去向", en="comes"), "label"),
            Column(Text(zh="之前", en="Before"), "text"),
            Column(Text(zh="最近八周", en="Last eight weeks"), "text"),
        )
        return [TableBlock(columns, rows, caption=Text(zh="去向的改变", en="Where work goes otherwise than before"))]


def _demand(arrived: np.ndarray, weeks: np.ndarray) -> np.ndarray:
    """float64 [weeks]: the logarithm of the arrivals, of this week and the one before it."""
    if not len(weeks):
        return np.zeros(0)
    week = (arrived - weeks[0]) // WEEK
    count = np.log(np.maximum(np.bincount(week[(week >= 0) & (week < len(weeks))], minlength=len(weeks)), 1))
    return (count + np.append(count[:1], count[:-1])) / 2


def _weekly(time: np.ndarray, value: np.ndarray, weeks: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is shown and what is charted, float64 [weeks], by the week of `time`: of times (microseconds) the median in seconds and the mean
    logarithm, of a bool the share and the arcsine of its root, which chance moves about normally. (The logarithm of a median, which
    definitions §5 names, is no figure to chart where most waits are nothing.) NaN under five items, and in the first weeks, in which of
    times that long (`length`) only quick ones could have ended.
    """
    shown, charted = np.full((2, len(weeks)), np.nan)
    if not len(weeks) or not len(time):
        return shown, charted
    week = (time - weeks[0]) // WEEK
    inside = np.flatnonzero((week >= 0) & (week < len(weeks)))
    value, week = value[inside], week[inside]
    count = np.bincount(week, minlength=len(weeks))
    speaks = (count >= FEWEST_A_WEEK) & (np.arange(len(weeks)) >= -(-int(np.quantile(length, LATE)) // WEEK))
    if value.dtype == bool:
        level = np.bincount(week, weights=value, minlength=len(weeks)) / np.maximum(count, 1)
        mean = np.arcsin(np.sqrt(level))
    else:
        level = grouped_quantiles(value.astype(float), week, len(weeks), (0.5,))[0] / SECOND
        mean = np.bincount(week, weights=np.log(value + MINUTE), minlength=len(weeks)) / np.maximum(count, 1)
    shown[speaks], charted[speaks] = level[speaks], mean[speaks]
    return shown, charted


def _said(kind: Kind, value: float) -> Text:
    return percent(value) if kind == "rework" else duration(value)


def _flow(analysis: "Analysis", weeks: np.ndarray) -> tuple[FlowShift, ...]:
    """What follows each activity in the last eight whole weeks against all before: chi-squared, all activities one family."""
    from scipy.stats import chi2_contingency

    log, size = analysis.log, len(analysis.log.activities)
    if len(weeks) < 2 * RECENT_WEEKS:
        return ()
    last = np.append(log.case[1:] != log.case[:-1], True)
    target = np.where(last, size, np.append(log.activity[1:], 0))
    rows = np.flatnonzero(~last | analysis.endings.closed[log.case])
    # A step belongs to the week in which what follows it came.
    moment = np.where(last, log.moment, np.append(log.moment[1:], 0))[rows]
    rows, moment = rows[moment < weeks[-1] + WEEK], moment[moment < weeks[-1] + WEEK]
    newer = moment >= weeks[-RECENT_WEEKS]
    p, found = list[float](), list[tuple[int, int, float, float]]()
    for activity in range(size):
        here = log.activity[rows] == activity
        table = np.array([np.bincount(target[rows[here & (newer == which)]], minlength=size + 1) for which in (False, True)])
        table = table[:, table.sum(axis=0) > 0]
        if table.shape[1] < 2 or table.sum(axis=1).min() < FLOW_FEWEST:
            continue
        codes = np.unique(target[rows[here]])
        test = chi2_contingency(table, correction=False)
        share = table / table.sum(axis=1, keepdims=True)
        most = int(np.abs(share[1] - share[0]).argmax())
        large = (float(test.statistic) / table.sum()) ** 0.5 >= FLOW_LARGE
        p.append(float(test.pvalue))
        found.append((activity, int(codes[most]) if large else -1, float(share[0, most]), float(share[1, most])))
    q = false_discovery(np.array(p)) if p else np.empty(0)
    names = [*log.activities, None]
    return tuple(
        FlowShift(log.activities[activity], names[code], before, after, float(one))
        for (activity, code, before, after), one in zip(found, q, strict=True)
        if code >= 0 and one < FLOW_SURE
    )
