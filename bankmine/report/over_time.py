"""Cases against the calendar: the dotted chart and the performance spectrum of the arc with the most waiting."""

from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import DAY, SECOND
from bankmine.show.blocks import Figure
from bankmine.show.charts import QUALITATIVE, chart, titled
from bankmine.show.format import duration, visible
from bankmine.show.graph_svg import PAINTS, SOFT
from bankmine.show.graphs import lines_of
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

    from bankmine.api import Analysis

FEWEST_CASES = 20
MOST_CASES, MOST_DOTS = 120, 1_300  # what can be told apart in a picture of this size
MOST_PASSAGES = 200
SHORT = 0.04  # of the log's period: cases that take less are drawn from their own beginning
SHOWN = 0.95  # of the events; the last ones of a few long cases would press all others to the left
# The longest span for which days are written by month and day, and by the hour.
MONTHS, DAYS = 75, 3


def dotted_chart(analysis: "Analysis", lang: Lang) -> Figure | None:
    """Each event as a dot: its time, and its case in order of beginning (Song and van der Aalst 2007); None for a few cases.

    Cases that are short against the log's period are drawn side by side, from the beginning of each.
    """
    log = analysis.log
    if log.cases < FEWEST_CASES:
        return None
    most = max(FEWEST_CASES, min(MOST_CASES, int(MOST_DOTS / (len(log) / log.cases))))
    order = np.argsort(log.case_start, kind="stable")
    chosen = order[np.unique(np.linspace(0, log.cases - 1, most).astype(np.int64))]
    place = np.full(log.cases, -1)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[log.case] >= 0)
    relative = float(np.median(analysis.cycle_time.of_case)) < SHORT * float(log.case_end.max() - log.case_start.min())
    since = log.case_start[log.case[rows]] if relative else 0
    time, height, activity = (log.began[rows] - since) / DAY, place[log.case[rows]], log.activity[rows]
    frequent = np.argsort(-np.bincount(log.activity, minlength=len(log.activities)), kind="stable")[: len(QUALITATIVE)].tolist()
    open_cases = int((~analysis.endings.closed).sum())
    found = Text(
        zh="{cases} 件案件自开始到最后一步，{open} 件尚未办结",
        en="{cases} cases from their beginning to their last step, {open} still open",
    ).format(cases=f"{log.cases:,}", open=f"{open_cases:,}")
    alt = Text(
        zh="点图：每一点是一个环节的开始，每一行是一件案件，按开始时间排列。{found}。",
        en="Dotted chart: each dot is the beginning of an activity, each row a case, in order of beginning. {found}.",
    ).format(found=found)

    def draw(canvas: "Canvas") -> None:
        axes = canvas.add_subplot()
        other = ~np.isin(activity, frequent)
        if other.any():
            _dots(axes, time[other], height[other], SOFT, Text(zh="其他", en="others").of(lang))
        for code, colour in zip(frequent, QUALITATIVE, strict=False):
            members = activity == code
            _dots(axes, time[members], height[members], colour, lines_of(log.activities[code], most_em=18, most_lines=1)[0])
        axes.set_ylim(len(chosen), -1)
        axes.set_yticks([])
        axes.set_ylabel(Text(zh="案件（先开始的在上）", en="cases, the first above").of(lang))
        if relative:
            axes.set_xlim(0, float(np.quantile(time, SHOWN)) or None)
            axes.set_xlabel(Text(zh="自案件开始起（天）", en="days since the case began").of(lang))
        else:
            _calendar(axes, time, analysis.zone, lang)
        titled(canvas, found.of(lang))
        canvas.legend(loc="outside lower left", ncols=3, fontsize=8, frameon=False, handlelength=0.6)

    caption = Text(
        zh="画出 {n} 件，均匀取自全部 {all} 件；一行中的空白是等待。",
        en="{n} of {all} cases, evenly chosen; gaps along a row are waits.",
    ).format(n=len(chosen), all=f"{log.cases:,}")
    return Figure(chart(draw, alt, lang, height=4.4), alt, caption)


def spectrum(analysis: "Analysis", lang: Lang) -> Figure | None:
    """Each passage over the arc with the most waiting as a line from its beginning, above, to its end, below (Denisov, Fahland and van
    der Aalst 2018), dark where it is slow; None where few passages wait.
    """
    arcs, log, enabled = analysis.waiting_by_arc, analysis.log, analysis.enablement
    assert arcs.source is not None
    eligible = np.flatnonzero(~arcs.by_design & (arcs.source >= 0) & (arcs.total_s > 0))
    if not len(eligible):
        return None
    worst = int(eligible[np.argmax(arcs.total_s[eligible])])
    source, target = int(arcs.source[worst]), int(arcs.activity[worst])
    over = (log.activity == target) & (enabled.enabler >= 0)
    rows = np.flatnonzero(over & (log.activity[np.maximum(enabled.enabler, 0)] == source))
    if len(rows) < FEWEST_CASES:
        return None
    rows = rows[np.argsort(enabled.enabled[rows], kind="stable")]
    quartiles = np.quantile(enabled.wait[rows] / SECOND, (0.25, 0.5, 0.75))
    # Passages that follow one another, for only they show overtaking and batches: those with the most waiting.
    summed = np.concatenate([[0.0], np.cumsum(enabled.wait[rows] / SECOND)])
    size = min(MOST_PASSAGES, len(rows))
    begin = int(np.argmax(summed[size:] - summed[:-size]))
    rows = rows[begin : begin + size]
    wait = enabled.wait[rows] / SECOND
    names = {"a": log.activities[source], "b": log.activities[target]}
    found = Text(
        zh="「{a}」到「{b}」：一半在 {half}内，最慢的四分之一超过 {slow}",
        en="“{a}” to “{b}”: half within {half}, the slowest quarter over {slow}",
    ).format(half=duration(float(quartiles[1])), slow=duration(float(quartiles[2])), **names)
    alt = Text(
        zh="绩效谱：每条线是一次流转，上端为可以开始的时间，下端为实际开始的时间，越深越慢。{found}。",
        en="Performance spectrum: each line is a passage, from when the work could begin, above, to when it did, below, the darker the "
        "slower. {found}.",
    ).format(found=found)

    def draw(canvas: "Canvas") -> None:
        axes = canvas.add_subplot()
        since, until = enabled.enabled[rows] / DAY, log.began[rows] / DAY
        slowness = np.searchsorted(quartiles, wait, side="left")
        limits = (None, *(duration(float(q)).of(lang) for q in quartiles))
        for quarter, tone in enumerate(("scale0", "scale1", "scale3", "scale5")):
            members = slowness == quarter
            label = Text(zh="不超过 {t}", en="up to {t}") if quarter == 0 else Text(zh="超过 {t}", en="over {t}")
            across = np.column_stack([since[members], until[members], np.full(members.sum(), np.nan)]).ravel()
            down = np.tile([1.0, 0.0, np.nan], int(members.sum()))
            said = label.format(t=str(limits[max(quarter, 1)])).of(lang)
            axes.plot(across, down, color=PAINTS[tone].line, linewidth=0.9, label=said)
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([0, 1], [lines_of(log.activities[each], most_em=14, most_lines=1)[0] for each in (target, source)])
        axes.grid(visible=False)
        _calendar(axes, np.concatenate([since, until]), analysis.zone, lang)
        titled(canvas, found.of(lang))
        canvas.legend(loc="outside lower left", ncols=4, fontsize=9, frameon=False, handlelength=1.4)

    caption = Text(
        zh="等待最多的一段流转，画出其中等待最久的连续 {n} 次。平行的线表示先来先办，交叉表示插队，下端汇成一点表示凑批。",
        en="The arc with the most waiting, its {n} consecutive passages with the most. Parallel lines: first come, first served; "
        "crossing lines: overtaking; lines that meet below: a batch.",
    ).format(n=len(rows))
    return Figure(chart(draw, alt, lang, height=3.3), alt, caption)


def _dots(axes: "Axes", time: np.ndarray, height: np.ndarray, colour: str, name: str) -> None:
    """Dots as lines without length but with round ends: one path for all of them, a tenth of the size of as many marks."""
    across = np.column_stack([time, time, np.full(len(time), np.nan)]).ravel()
    axes.plot(across, np.repeat(height, 3), color=colour, linewidth=2.6, solid_capstyle="round", label=visible(name))


def _calendar(axes: "Axes", time: np.ndarray, zone: str, lang: Lang) -> None:
    """A time axis in days since 1970, written in numbers, which are the same in both languages."""
    from matplotlib import dates

    first, last = float(time.min()), float(time.max())
    span = last - first
    form = "%Y-%m" if span > MONTHS else "%m-%d" if span > DAYS else "%m-%d %H:%M"
    axes.xaxis.set_major_locator(dates.AutoDateLocator(tz=zone, minticks=3, maxticks=8))
    axes.xaxis.set_major_formatter(dates.DateFormatter(form, tz=zone))
    axes.set_xlim(first - 0.01 * span, last + 0.01 * span + 1e-6)
    axes.set_xlabel(Text(zh="日期", en="date").of(lang))
