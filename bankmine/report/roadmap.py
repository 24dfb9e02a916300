"""The road map of a single log, as records and as a section."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from bankmine.advice.roadmap import PHASE_TITLES, PHASES, Step
from bankmine.report.schema_parts import Part, Words
from bankmine.report.terms import phase
from bankmine.show.blocks import Block, Cell, Column, Figure, Heading, TableBlock
from bankmine.show.format import duration, number
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis


class RoadStep(Part):
    """`baseline`, `target`: the KPI now and after this step alone, in `unit`: seconds, or of 1,000 cases; null where it cannot be told.
    `baseline_s`, `target_s`: the same for those in seconds, null for others.
    """

    rank: int
    phase: str
    deferred: bool
    owner: Words
    kpi: str
    unit: Literal["s", "per_1000_cases"]
    baseline: float | None
    target: float | None
    baseline_s: float | None
    target_s: float | None


def road_step(step: Step) -> RoadStep:
    return RoadStep(
        rank=step.item.rank,
        phase=PHASES[step.phase],
        deferred=step.deferred,
        owner=Words(**step.owner.as_json()),
        kpi=step.kpi,
        unit="s" if step.in_seconds else "per_1000_cases",
        baseline=step.baseline,
        target=step.target,
        baseline_s=step.baseline if step.in_seconds else None,
        target_s=step.target if step.in_seconds else None,
    )


def kpi_value(step: Step, value: float | None) -> Text | str:
    """A value of the step's indicator as people read it."""
    return "" if value is None else duration(value) if step.in_seconds else number(value)


def window(step: Step) -> Text:
    """The phase by its name and months."""
    return Text(zh="{t}（{p}）", en="{t} ({p})").format(t=PHASE_TITLES[step.phase], p=phase(PHASES[step.phase]))


def picture(steps: Sequence[Step], lang: Lang) -> Figure | None:
    """The windows of the steps as a picture; None without steps."""
    if not steps:
        return None
    from bankmine.show.roadmap import roadmap_picture

    at = [f"{s.log} · {s.item.activity}" if s.log else s.item.activity for s in steps]
    said = [Text(zh="{t}：{a}", en="{t}: {a}").format(t=s.item.title, a=a) for s, a in zip(steps, at, strict=True)]
    return roadmap_picture([(s.phase, words, s.deferred) for s, words in zip(steps, said, strict=True)], PHASE_TITLES, lang)


def roadmap_section(analysis: "Analysis", lang: Lang, *, pictures: bool) -> list[Block]:
    """The section "Road map": the picture, the table, and the indicators as they stand."""
    rows: list[list[Cell]] = [
        [
            window(s),
            s.item.rank,
            s.item.activity,
            s.item.title,
            s.owner,
            s.kpi_title,
            kpi_value(s, s.baseline),
            kpi_value(s, s.target),
        ]
        for s in analysis.roadmap
    ]
    columns = (
        Column(Text(zh="阶段", en="Phase"), "text"),
        Column(Text(zh="名次", en="Rank"), "count"),
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="问题", en="Problem"), "text"),
        Column(Text(zh="负责", en="Owner"), "text"),
        Column(Text(zh="看什么指标", en="KPI"), "text"),
        Column(Text(zh="现值", en="Now"), "text"),
        Column(Text(zh="单项目标", en="Target of this step alone"), "text"),
    )
    drawn = picture(analysis.roadmap, lang) if pictures else None
    heading = Heading(Text(zh="路线图与指标", en="Road map and indicators"), 2, "roadmap")
    return [heading, *([] if drawn is None else [drawn]), *([TableBlock(columns, rows)] if rows else []), *analysis.kpis.blocks()]
