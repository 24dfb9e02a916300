"""The report's sections: summary, recommendations and diagnoses first, then what they rest on, and how it was worked out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bankmine.advice.answer import Recommendation
from bankmine.process.plan import section
from bankmine.report.bars import cause_bars
from bankmine.report.diagnoses import diagnoses
from bankmine.report.expected import customers_journey, people, risks, should_happen
from bankmine.report.method import method
from bankmine.report.model import model_figures
from bankmine.report.over_time import dotted_chart, spectrum
from bankmine.report.pictures import busy_week, cycle_times
from bankmine.report.played import played_section
from bankmine.report.quality import data_quality
from bankmine.report.roadmap import roadmap_section
from bankmine.report.strips import loop_picture, variant_strips
from bankmine.report.summary import summary
from bankmine.report.terms import EVIDENCE, LEVEL, headline_gain, interval, level, phase
from bankmine.show.blocks import Block, Cell, CellKind, Column, Figure, Heading, KeyFigures, Notice, Paragraph, TableBlock, Views
from bankmine.show.format import duration, number, percent
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

WHY = Text(
    zh="每一段等待按以下顺序归因，互不重叠，合计等于等待时间：等客户答复；凑批（等齐一批，或等同批中先办的）；未营业（机构或岗位不在营业时间）；"
    "本人不当班（机构营业而办理人不当班）；排队（办理人在办更早就绪的工作）；被插队（办理人在办更晚就绪的工作）；等系统；其余为原因不明。",
    en="Each wait is divided among these causes, in this order; they do not overlap, and they add up to the wait: the customer's answer; a "
    "batch that fills, or its other members; closed, the office or role outside its hours; off shift, the office open but not the "
    "person; the queue, the person busy with work that was ready earlier; overtaken, with work that was ready later; a system; and what "
    "remains is unexplained.",
)


def contents(analysis: "Analysis", lang: Lang = "en", *, pictures: bool = True, tracked: Iterable[Block] = ()) -> list[Block]:
    """The whole report as blocks; `lang` is the language of the words inside pictures; `tracked`: sections that stand after the summary."""
    return [
        Heading(title(analysis), 1, "top"),
        Heading(Text(zh="摘要", en="Summary"), 2, "summary"),
        *summary(analysis),
        *tracked,
        *recommendations(analysis),
        *played_section(analysis),
        *diagnoses(analysis),
        *risks(analysis, lang, pictures=pictures),
        *roadmap_section(analysis, lang, pictures=pictures),
        *process_section(analysis, lang, pictures=pictures),
        *waiting(analysis, lang, pictures=pictures),
        *causes(analysis, lang, pictures=pictures),
        *load(analysis, lang, pictures=pictures),
        *people(analysis),
        *rework(analysis, lang, pictures=pictures),
        *root_causes(analysis),
        *should_happen(analysis),
        *customers_journey(analysis, lang, pictures=pictures),
        *data_quality(analysis),
        *method(analysis),
    ]


def said_once(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without the paragraphs and notices that repeat one before them: several measures rest on one calendar."""
    kept: list[Block] = []
    for block in blocks:
        if not (isinstance(block, Paragraph | Notice) and block in kept):
            kept.append(block)
    return kept


def title(analysis: "Analysis") -> Text:
    """The report's title, with the process where it is known."""
    definition = analysis.understanding.definition
    if definition is None:
        return Text(zh="流程分析报告", en="Process analysis")
    return Text(zh="{name}流程分析报告", en="Process analysis: {name}").format(name=definition.name)


def process_section(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """The process as it ran: maps by frequency and by waiting, the most frequent variants, and how well the model fits."""
    blocks: list[Block] = [Heading(Text(zh="流程全貌", en="The process as it ran"), 2, "process")]
    if pictures:
        from bankmine.measure.waiting import by_design
        from bankmine.report.map import VIEWS, process_map

        contractual = frozenset(by_design(analysis.understanding).nonzero()[0].tolist())
        maps = [process_map(analysis.dfg, view=view, lang=lang, by_design=contractual) for view in VIEWS]
        blocks.append(Views(list(zip(VIEWS.values(), maps, strict=True))))
        blocks += model_figures(analysis.discovered, analysis.conformance)
        blocks += _drawn(variant_strips(analysis, lang))
    return [*blocks, *analysis.variants.blocks(), *(_drawn(dotted_chart(analysis, lang)) if pictures else ())]


def _drawn(figure: Figure | None) -> list[Block]:
    return [] if figure is None else [figure]


def waiting(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """How long cases take, and where they wait."""
    return [
        Heading(Text(zh="时长与等待", en="Time and waiting"), 2, "waiting"),
        *(_drawn(cycle_times(analysis, lang)) if pictures else ()),
        *said_once([*analysis.cycle_time.blocks(), *analysis.waiting.blocks(), *analysis.waiting_by_arc.blocks()]),
        *(_drawn(spectrum(analysis, lang)) if pictures else ()),
        *analysis.drift.blocks(),
    ]


def causes(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """Why work waits: by cause before each activity and on each arc, and what is done in batches."""
    split, arcs = analysis.waiting_by_cause, analysis.arcs_by_cause
    return [
        Heading(Text(zh="为何等待", en="Why work waits"), 2, "causes"),
        Paragraph(WHY),
        *(_drawn(cause_bars(split, lang)) if pictures else ()),
        *split.blocks(),
        *arcs.blocks(),
        *analysis.causes.batches.blocks(),
    ]


def load(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """How busy the roles are, what lies in their queues, and how work passes between them."""
    workload, transfers = analysis.workload.blocks(), analysis.transfers.blocks()
    if not workload and not transfers:
        return []
    heading = Heading(Text(zh="负荷与排队", en="Load and queues"), 2, "load")
    picture = _drawn(busy_week(analysis, lang)) if pictures and workload else []
    return [heading, *picture, *workload, *(analysis.calendar.blocks() if workload else ()), *transfers]


def rework(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """What is done again, in which loops, and how often work changes hands."""
    return [
        Heading(Text(zh="返工、循环与交接", en="Rework, loops and handovers"), 2, "rework"),
        *analysis.rework.blocks(),
        *(_drawn(loop_picture(analysis, lang)) if pictures else ()),
        *analysis.loops.blocks(),
        *analysis.handovers.blocks(),
    ]


def root_causes(analysis: "Analysis") -> list[Block]:
    """Which attribute values go with slow or reworked cases."""
    return [Heading(Text(zh="哪些案件较慢", en="Which cases are slow"), 2, "root-causes"), *analysis.root_causes.blocks()]


def recommendations(analysis: "Analysis") -> list[Block]:
    """Every recommendation with its gain, plan sections, risk, phase and the factors of its score."""
    blocks: list[Block] = [Heading(Text(zh="建议", en="Recommendations"), 2, "recommendations")]
    if not analysis.recommendations:
        return [*blocks, Notice(Text(zh="没有建议：没有任何发现达到实质程度。", en="No recommendation: no finding is material."), "good")]
    for item in analysis.recommendations:
        blocks += recommendation(item, analysis.cycle_time.mean_s)
    return blocks


def recommendation(item: Recommendation, mean_s: float) -> list[Block]:
    """One recommendation."""
    gain = item.gain
    figures: list[tuple[Text, CellKind, Cell]] = [(Text(zh="收益", en="gain"), "text", headline_gain(item, mean_s))]
    if gain.realistic is not None:
        figures.append((Text(zh="90% 区间", en="90 % interval"), "text", interval(gain.realistic)))
    if gain.upper is not None:
        figures.append((Text(zh="上限（原因全部消除）", en="at most (cause gone)"), "duration", gain.upper.estimate))
    figures.extend(
        [
            (
                Text(zh="涉及案件", en="cases affected"),
                "text",
                Text(zh="{n}（{share}）", en="{n} ({share})").format(n=f"{item.cases:,}", share=percent(item.share_of_cases)),
            ),
            (Text(zh="时间安排", en="when"), "text", phase(item.phase)),
            (Text(zh="风险等级", en="risk class"), "text", level(item.risk_class)),
        ]
    )
    details: list[tuple[Cell, ...]] = [
        (Text(zh="方案章节", en="Plan sections"), _sections(item.plan)),
        (Text(zh="对应诊断", en="Diagnoses"), _list(item.diagnoses)),
        (Text(zh="全年可省", en="Saved a year"), _yearly(item)),
        (
            Text(zh="证据与可行性", en="Evidence, feasibility"),
            Text(zh="{evidence}；可行性{feasibility}", en="{evidence}; feasibility {feasibility}").format(
                evidence=EVIDENCE[item.evidence], feasibility=LEVEL[item.feasibility]
            ),
        ),
        (
            Text(zh="风险", en="Risk"),
            Text(
                zh="等级{cls}（可能性 {l} × 严重性 {s}，方案 8.1.2）；变更的风险{change}；不变更的风险{inaction}",
                en="class {cls} (likelihood {l} × severity {s}, plan §8.1.2); of changing {change}; of not acting {inaction}",
            ).format(
                cls=LEVEL[item.risk_class],
                l=item.likelihood,
                s=item.severity,
                change=LEVEL[item.risk_of_change],
                inaction=LEVEL[item.risk_of_inaction],
            ),
        ),
        (Text(zh="得分", en="Score"), _score(item)),
    ]
    return [
        Heading(
            Text(zh="{rank}. {title}:「{activity}」", en="{rank}. {title}: “{activity}”").format(
                rank=item.rank, title=item.title, activity=item.activity
            ),
            3,
            f"recommendation-{item.rank}",
        ),
        Paragraph(item.text),
        KeyFigures(figures),
        TableBlock((Column(Text(zh="项目", en="Item"), "text"), Column(Text(zh="内容", en="Content"), "text")), details),
    ]


def _yearly(item: Recommendation) -> Text:
    """Seconds a year as days, and why there are none."""
    if item.kind == "control":
        return Text(zh="控制问题不折算成时间", en="a control is not turned into time")
    parts = []
    if item.gain.per_year is not None:
        parts.append(
            Text(zh="案件时间 {t}（90% 区间 {i}）", en="{t} of case time (90 % interval {i})").format(
                t=duration(item.gain.per_year.estimate), i=interval(item.gain.per_year)
            )
        )
    if item.gain.effort_per_year_s:
        parts.append(Text(zh="员工工时 {t}", en="{t} of staff time").format(t=duration(item.gain.effort_per_year_s)))
    if not parts:
        return Text(zh="日志不足 90 天，不推算全年", en="under 90 days of log: no yearly figure")
    return Text(zh="；".join(p.zh for p in parts), en="; ".join(p.en for p in parts))


def _score(item: Recommendation) -> Text:
    """The score as the product of its factors, all of them printed."""
    zh = " × ".join(f"{name.zh} {number(value).zh}" for name, value in item.factors)
    en = " × ".join(f"{name.en} {number(value).en}" for name, value in item.factors)
    return Text(zh="{score} = {f}；第 {tier} 档", en="{score} = {f}; tier {tier}").format(
        score=number(item.score), f=Text(zh=zh, en=en), tier=item.tier
    )


def _list(names: tuple[str, ...]) -> Text | str:
    return Text(zh="、".join(names), en=", ".join(names)) if names else ""


def _sections(numbers: tuple[str, ...]) -> Text:
    """Plan sections with their titles."""
    named = [section(number) for number in numbers]
    return Text(zh="；".join(one.zh for one in named), en="; ".join(one.en for one in named))
