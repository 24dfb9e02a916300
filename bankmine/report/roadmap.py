"""The road map of a single log, as records and as a section."""

from typing import TYPE_CHECKING

from bankmine.advice.roadmap import PHASE_TITLES, PHASES, Step
from bankmine.report.schema_parts import Part, Words
from bankmine.report.terms import phase
from bankmine.show.blocks import Block, Cell, Column, Heading, TableBlock
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis


class RoadStep(Part):
    """`baseline_s`, `target_s`: mean cycle time a case now and after this step alone; null where the gain is none of time."""

    rank: int
    phase: str
    deferred: bool
    owner: Words
    kpi: str
    baseline_s: float | None
    target_s: float | None


def road_step(step: Step) -> RoadStep:
    return RoadStep(
        rank=step.item.rank,
        phase=PHASES[step.phase],
        deferred=step.deferred,
        owner=Words(**step.owner.as_json()),
        kpi=step.kpi,
        baseline_s=step.baseline_s,
        target_s=step.target_s,
    )


def window(step: Step) -> Text:
    """The phase by its name and months."""
    return Text(zh="{t}（{p}）", en="{t} ({p})").format(t=PHASE_TITLES[step.phase], p=phase(PHASES[step.phase]))


def roadmap_section(analysis: "Analysis") -> list[Block]:
    """The section "Road map"."""
    rows: list[list[Cell]] = [
        [
            window(s),
            s.item.rank,
            s.item.activity,
            s.item.title,
            s.owner,
            s.kpi_title,
            s.baseline_s if s.baseline_s is not None else "",
            s.target_s if s.target_s is not None else "",
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
        Column(Text(zh="平均时长现值", en="Mean cycle time now"), "duration"),
        Column(Text(zh="单项目标", en="Target of this step alone"), "duration"),
    )
    return [Heading(Text(zh="路线图", en="Road map"), 2, "roadmap"), TableBlock(columns, rows)]
