"""A comparison of before and after as blocks."""

from bankmine.advice.answer import Interval
from bankmine.show.blocks import Block, Cell, Column, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock
from bankmine.show.format import duration, duration_range, percent
from bankmine.stats.effect import Change
from bankmine.track.changes import SURE
from bankmine.track.evaluation import STATUSES, TITLE, VERDICTS, Evaluation, signed
from bankmine.words import Text

STEPS_SHOWN = 15
UNKNOWN = Text(zh="未知", en="unknown")
NOT_TESTED = Text(zh="无区间，未检验", en="no interval, not tested")
CASES = Text(zh="案件", en="cases")
CHANCE = Text(zh="差异概率", en="By chance (p)")


def blocks(found: Evaluation) -> list[Block]:
    """Verdict, cycle time by each method, what was foretold, findings, steps, indicators, and how it was worked out."""
    return [
        Heading(TITLE, 1, "top"),
        Heading(Text(zh="结论", en="Verdict"), 2, "verdict"),
        Notice(found.reason, VERDICTS[found.verdict][1]),
        _figures(found),
        *_methods(found),
        *_foretold(found),
        *_findings(found),
        *_steps(found),
        *_kpis(found),
        Heading(Text(zh="方法", en="Method"), 2, "method"),
        Paragraph(_method(found)),
    ]


def _figures(found: Evaluation) -> KeyFigures:
    pair = Text(zh="{a} → {b}", en="{a} → {b}")
    counts = Text(zh="{a} → {b}（未结 {x}、{y}）", en="{a} → {b} (open {x}, {y})")
    a, b = found.before, found.after
    medians = [UNKNOWN if each.median_s is None else duration(each.median_s) for each in (a, b)]
    figures = [
        (CASES, counts.format(a=f"{a.cases:,}", b=f"{b.cases:,}", x=f"{a.open_cases:,}", y=f"{b.open_cases:,}")),
        (Text(zh="到达周数", en="weeks of arrival"), pair.format(a=a.weeks, b=b.weeks)),
        (Text(zh="办理时长中位数", en="median cycle time"), pair.format(a=medians[0], b=medians[1])),
    ]
    if (effect := found.effect) is not None:
        means = pair.format(a=duration(effect.before_s), b=duration(effect.after_s))
        figures.append((Text(zh="平均办理时长（同一构成）", en="mean cycle time (same mix)"), means))
    return KeyFigures([(title, "text", value) for title, value in figures])


def _methods(found: Evaluation) -> list[Block]:
    """The ratio by each method."""
    rows: list[list[Cell]] = []
    effect = found.effect
    if effect is None:
        return []

    def add(name: Text, change: Change | None) -> None:
        if change is not None:
            span = Text(zh="{low} 至 {high}", en="{low} to {high}").format(low=signed(change.low), high=signed(change.high))
            rows.append([name, signed(change.ratio), span, "<0.001" if change.p < 0.001 else f"{change.p:.3f}"])

    add(Text(zh="直接对比", en="Plain comparison"), effect.crude)
    add(Text(zh="按之前的构成标准化", en="Standardised to the mix before"), effect.change)
    add(Text(zh="并按每周到达量相同", en="and at equal arrivals a week"), effect.demand)
    if effect.touched is not None:
        name = Text(zh="双重差分：{group} 相对其余", en="Difference in differences: {group} beyond the rest")
        add(name.format(group=effect.touched), effect.beyond)
    series = effect.series
    if series is not None:
        add(Text(zh="中断时间序列：水平的跳变", en="Interrupted time series: the step"), series.change)
        add(Text(zh="其中每周的趋势", en="its trend, a week"), series.trend)
    columns = (
        Column(Text(zh="方法", en="Method"), "text"),
        Column(Text(zh="办理时长变化", en="Change of cycle time"), "text"),
        Column(Text(zh="90% 区间", en="90 % interval"), "text"),
        Column(CHANCE, "text"),
    )
    caption = Text(zh="办理时长，各种算法", en="Cycle time by each method")
    notes: list[Block] = []
    if series is not None and found.verdict in ("better", "worse") and series.trend.p < SURE:
        text = Text(
            zh="注意：各周本来就有趋势（每周 {trend}），前后相减会把它也算作效果；扣除趋势后的跳变为 {step}。",
            en="Note: the weeks have a trend of their own ({trend} a week), which before and after counts as effect; the step beyond it "
            "is {step}.",
        )
        notes.append(Notice(text.format(trend=signed(series.trend.ratio), step=signed(series.change.ratio)), "warning"))
    return [TableBlock(columns, rows, caption=caption), *notes]


def _foretold(found: Evaluation) -> list[Block]:
    """What was foretold of what was carried out, against what came of it."""
    if found.predicted is None or found.effect is None:
        return []
    foretold, came = found.predicted, found.effect.realised
    assert foretold.low is not None and foretold.high is not None and came.low is not None and came.high is not None
    apart = came.high < foretold.low or came.low > foretold.high
    text = Text(
        zh="已实施措施的预测合计每案省 {p}（{pi}），实际每案省 {r}（{ri}）：{agree}。",
        en="What was carried out was foretold to save {p} a case ({pi}); {r} were saved ({ri}): {agree}.",
    ).format(
        p=duration(foretold.estimate),
        pi=_span(foretold),
        r=duration(came.estimate),
        ri=_span(came),
        agree=Text(zh="与预测不符", en="not as foretold") if apart else Text(zh="与预测相符", en="as foretold"),
    )
    return [Heading(Text(zh="预测与实际", en="Foretold and realised"), 2, "realised"), Paragraph(text)]


def _findings(found: Evaluation) -> list[Block]:
    heading = Heading(Text(zh="各项发现", en="Findings"), 2, "findings")
    if not found.findings:
        return [heading, Paragraph(Text(zh="前后都没有发现。", en="There are none on either side."))]
    yes, no = Text(zh="是", en="yes"), Text(zh="否", en="no")
    rows: list[list[Cell]] = [
        [
            Text(zh="{title}（{code}）", en="{title} ({code})").format(title=each.title, code=each.pattern),
            each.activity,
            Mark(*STATUSES[each.status]),
            yes if each.carried_out else no,
            "" if each.predicted is None else duration(each.predicted.estimate),
            "" if each.left is None else duration(each.left.estimate),
        ]
        for each in found.findings
    ]
    columns = (
        Column(Text(zh="问题", en="Problem"), "text"),
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="现状", en="Status"), "text"),
        Column(Text(zh="已实施", en="Carried out"), "text"),
        Column(Text(zh="之前预测每案可省", en="Foretold gain a case"), "text"),
        Column(Text(zh="仍可省", en="Left to gain"), "text"),
    )
    return [heading, TableBlock(columns, rows)]


def _steps(found: Evaluation) -> list[Block]:
    if found.effect is None:
        return []
    steps = found.effect.steps
    rows: list[list[Cell]] = [
        [
            step.activity,
            step.before_s,
            step.after_s,
            _moved(step.difference.estimate),
            _span(step.difference, signs=True),
            Text(zh="是", en="yes") if step.sure else Text(zh="否", en="no"),
        ]
        for step in steps[:STEPS_SHOWN]
    ]
    columns = (
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="之前", en="Before"), "duration"),
        Column(Text(zh="之后", en="After"), "duration"),
        Column(Text(zh="差异", en="Difference"), "text"),
        Column(Text(zh="90% 区间", en="90 % interval"), "text"),
        Column(Text(zh="超出偶然", en="Beyond chance"), "text"),
    )
    caption = Text(zh="每案在各环节的等待与办理（同一构成）", en="Waiting and work at each activity, a case (same mix)")
    hidden = max(len(steps) - STEPS_SHOWN, 0)
    return [Heading(Text(zh="差异来自哪里", en="Where it came from"), 2, "steps"), TableBlock(columns, rows, caption, hidden)]


def _kpis(found: Evaluation) -> list[Block]:
    rows: list[list[Cell]] = [
        [each.title, each.plan, each.before, each.after, NOT_TESTED if each.verdict == "not_comparable" else Mark(*VERDICTS[each.verdict])]
        for each in found.kpis
        if each.before_value is not None or each.after_value is not None
    ]
    columns = (
        Column(Text(zh="指标", en="Indicator"), "text"),
        Column(Text(zh="方案", en="Plan"), "code"),
        Column(Text(zh="之前", en="Before"), "text"),
        Column(Text(zh="之后", en="After"), "text"),
        Column(Text(zh="结论", en="Verdict"), "text"),
    )
    caption = Text(zh="考核指标（方案 10.1），未按构成标准化", en="Indicators (plan §10.1), not standardised for mix")
    return [Heading(Text(zh="考核指标", en="Indicators"), 2, "kpis"), TableBlock(columns, rows, caption)]


def _method(found: Evaluation) -> Text:
    mix = Text(zh="、".join(found.mix) or "无", en=", ".join(found.mix) or "none")
    share = UNKNOWN if found.effect is None else percent(min(found.effect.covered))
    text = Text(
        zh="案件按到达时间分为前后两组；未结案件计到观察结束为止（乘积限积分的伪观测值，截至 {horizon}）。按之前的构成标准化的属性：{mix}；"
        "可比的案件占 {share}。两侧周数足够时，再按每周到达量相同折算（协方差分析）：业务旺季本身就会使案件变慢；折算前后都显示差异才称为差异。"
        "误差按到达周成组计算，相邻两周可以相关；p 小于 0.02 才称为差异。环节与指标各为一族（Benjamini–Hochberg）。",
        en="Cases are put before or after by when they arrived; those still open count as long as they were watched (pseudo-observations "
        "of the Kaplan–Meier integral, up to {horizon}). Standardised to the mix before in: {mix}; {share} of the cases are comparable. "
        "Where weeks suffice, also to equal arrivals a week (analysis of covariance), for a busy season alone makes cases slower; a "
        "difference has to show with and without that. Errors are by weeks of arrival, which may hang together over two weeks; only p "
        "below 0.02 is called a difference. Activities and indicators are one family each (Benjamini–Hochberg).",
    )
    return text.format(horizon=duration(found.horizon_s), mix=mix, share=share)


def _span(interval: Interval, *, signs: bool = False) -> Text:
    if interval.low is None or interval.high is None:
        return UNKNOWN
    if not signs:
        return duration_range(interval.low, interval.high)
    return Text(zh="{low} 至 {high}", en="{low} to {high}").format(low=_moved(interval.low), high=_moved(interval.high))


def _moved(seconds: float) -> Text:
    """A difference with its sign."""
    sign = "−" if seconds < 0 else "+"
    return Text(zh="{sign}{t}", en="{sign}{t}").format(sign=sign, t=duration(abs(seconds)))
