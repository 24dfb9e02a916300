"""Readiness: which analyses the log can carry, and what each one misses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bankmine.facts import NEEDS
from bankmine.report.schema import Readiness
from bankmine.show.blocks import Block, Cell, Column, Heading, Mark, TableBlock
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

YES, NO = Mark(Text(zh="可以", en="yes"), "good"), Mark(Text(zh="不可", en="no"), "warning")
# What each measure needs beyond case, activity and one time; without it the measure cannot be had.
MEASURES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("cycle_time", Text(zh="办理时长", en="cycle time"), ()),
    ("variants", Text(zh="路径", en="paths"), ()),
    ("discovery", Text(zh="流程模型", en="process model"), ()),
    ("rework", Text(zh="返工", en="rework"), ()),
    ("waiting", Text(zh="等待时间（与办理时间分开）", en="waiting, apart from work"), ("start",)),
    ("processing_time", Text(zh="办理工时", en="work done"), ("start",)),
    ("handovers", Text(zh="交接", en="handovers"), ("resource",)),
    ("waiting_causes", Text(zh="等待的原因", en="why work waits"), ("resource",)),
    ("business_time", Text(zh="营业时间内的时长", en="durations in business time"), ("calendar",)),
    ("resources", Text(zh="负荷与排队", en="load and queues"), ("resource", "calendar")),
    ("customer_waits", Text(zh="等待客户的时间", en="waiting for customers"), ("customer_steps",)),
)


def readiness(analysis: "Analysis") -> list[Readiness]:
    """The measures, then the patterns in order of code."""
    asked = [(name, needs) for name, _, needs in MEASURES] + [(pattern.code, pattern.needs) for pattern in analysis.patterns]
    lacking = [(name, [need for need in needs if need not in analysis.has]) for name, needs in asked]
    return [Readiness(analysis=name, ready=not missing, missing=missing) for name, missing in lacking]


def readiness_blocks(analysis: "Analysis", ready: Sequence[Readiness]) -> list[Block]:
    """The same as a table, with the missing things by name."""
    titles = {name: title for name, title, _ in MEASURES}
    titles |= {p.code: Text(zh=f"{p.code} {p.title.zh}", en=f"{p.code} {p.title.en}") for p in analysis.patterns}
    columns = (
        Column(Text(zh="分析", en="Analysis"), "text"),
        Column(Text(zh="可行", en="Ready"), "text"),
        Column(Text(zh="缺少", en="Missing"), "text"),
    )
    rows: list[tuple[Cell, ...]] = [(titles[r.analysis], YES if r.ready else NO, _named(r.missing)) for r in ready]
    return [Heading(Text(zh="可做的分析", en="What this log can carry"), 2, "readiness"), TableBlock(columns, rows)]


def _named(missing: Sequence[str]) -> Text | str:
    if not missing:
        return ""
    names = [NEEDS[name] for name in missing]
    return Text(zh="；".join(n.zh for n in names), en="; ".join(n.en for n in names))
