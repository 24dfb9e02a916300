"""Charts of the report: how long cases take, and when a role is busy."""

from typing import TYPE_CHECKING

import numpy as np

from bankmine.hours import WEEKDAYS
from bankmine.log.eventlog import DAY, SECOND
from bankmine.show.blocks import Figure
from bankmine.show.charts import ACCENT, BAND, CONTRAST, chart, titled
from bankmine.show.format import duration, percent
from bankmine.stats.survival import Survival
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from bankmine.api import Analysis

FEWEST_CASES = 20
STEPS = 160
UNITS = ((DAY / SECOND, Text(zh="天", en="days")), (3600.0, Text(zh="小时", en="hours")), (60.0, Text(zh="分钟", en="minutes")))
WEEK_HOURS = 168
DAY_NAMES = Text(zh="一 二 三 四 五 六 日", en="Mon Tue Wed Thu Fri Sat Sun")


def cycle_times(analysis: "Analysis", lang: Lang) -> Figure | None:
    """The share of cases still open by the time since they began (Kaplan-Meier, with its 95 % band); None for a few cases."""
    cycle, closed = analysis.cycle_time, analysis.endings.closed
    if closed.sum() < FEWEST_CASES:
        return None
    curve = Survival.of(cycle.of_case / SECOND, closed)
    half, nine = (curve.quantile(share)[0] for share in (0.5, 0.9))
    if half is None:
        return None
    scale, unit = next((entry for entry in UNITS if half >= entry[0]), UNITS[-1])
    last = (nine if nine is not None else float(curve.time[-1])) * 1.6
    # Steps narrower than a line cannot be seen.
    inside = np.flatnonzero(curve.time <= last)
    inside = inside[np.unique(np.linspace(0, len(inside) - 1, STEPS).astype(np.int64))]
    found = Text(zh="一半的案件在 {half}内办结", en="Half of the cases are done within {half}").format(half=duration(half))
    if nine is not None:
        found = Text(zh="{found}，九成在 {nine}内", en="{found}, nine in ten within {nine}").format(found=found, nine=duration(nine))
    alt = Text(
        zh="曲线：案件在若干时间之后仍未办结的比例。{found}。", en="Curve: the share of cases still open after some time. {found}."
    ).format(found=found)

    def draw(canvas: "Canvas") -> None:
        axes = canvas.add_subplot()
        time = np.concatenate([[0.0], curve.time[inside]]) / scale
        share, low, high = (np.concatenate([[1.0], band[inside]]) * 100 for band in (curve.share, curve.low, curve.high))
        axes.fill_between(time, np.nan_to_num(low, nan=100.0), np.nan_to_num(high, nan=100.0), step="post", color=BAND, linewidth=0)
        axes.step(time, share, where="post", color=ACCENT, linewidth=1.8)
        for at, left in ((half, 50), (nine, 10)):
            if at is not None:
                axes.plot([at / scale, at / scale], [0, left], color=CONTRAST, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_xlim(0, last / scale)
        axes.set_ylim(0, 102)
        axes.set_xlabel(Text(zh="自案件开始起（{unit}）", en="{unit} since the case began").format(unit=unit).of(lang))
        axes.set_ylabel(Text(zh="仍未办结（%）", en="still open (%)").of(lang))
        titled(canvas, found.of(lang))

    caption = Text(
        zh="乘积限估计及其 95% 区间；未结案件计到最后一个事件为止。",
        en="Kaplan–Meier curve with its 95 % band; open cases count up to their last event.",
    )
    return Figure(chart(draw, alt, lang), alt, caption)


def busy_week(analysis: "Analysis", lang: Lang) -> Figure | None:
    """People on duty and at work, and items in the queue, of the role with the most waiting, by hour of the week; None where unknown."""
    work = analysis.workload
    waiting = np.where(np.isnan(work.load), -1.0, work.queue_s)
    if not len(waiting) or waiting.max() <= 0:
        return None
    role = int(waiting.argmax())
    on_duty, busy, queue = (np.nan_to_num(each[role]) for each in (work.duty_people, work.busy_people, work.queue))
    worst = int(np.where(on_duty > 0, queue, -1.0).argmax())
    day = Text(zh=f"星期{'一二三四五六日'[worst // 24]}", en=WEEKDAYS[worst // 24])
    found = Text(
        zh="「{role}」{load} 的上班时间在办件，{day} {hour}:00 排队最长",
        en="“{role}” is at work for {load} of its hours; the queue is longest on {day} at {hour}:00",
    ).format(role=work.roles[role], load=percent(float(work.load[role])), day=day, hour=f"{worst % 24:02d}")
    alt = Text(
        zh="一周各小时的在班人数、在办人数与排队件数。{found}。",
        en="People on duty, people at work and items queued by hour of the week. {found}.",
    ).format(found=found)

    def draw(canvas: "Canvas") -> None:
        hour = np.arange(WEEK_HOURS + 1)
        above, below = canvas.subplots(2, 1, sharex=True)
        above.fill_between(hour, np.append(queue, queue[-1]), step="post", color=CONTRAST, alpha=0.75, linewidth=0)
        above.set_ylabel(Text(zh="排队件数", en="items queued").of(lang))
        titled(canvas, found.of(lang))
        duty, working = Text(zh="在班人数", en="people on duty"), Text(zh="在办人数", en="people at work")
        below.fill_between(hour, np.append(on_duty, on_duty[-1]), step="post", color=BAND, linewidth=0, label=duty.of(lang))
        below.step(hour, np.append(busy, busy[-1]), where="post", color=ACCENT, linewidth=1.6, label=working.of(lang))
        below.set_ylabel(Text(zh="人数", en="people").of(lang))
        below.set_xlim(0, WEEK_HOURS)
        below.set_xticks(np.arange(7) * 24 + 12, DAY_NAMES.of(lang).split())
        below.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=9, frameon=False)
        for axes in (above, below):
            axes.set_ylim(bottom=0)

    return Figure(chart(draw, alt, lang), alt)
