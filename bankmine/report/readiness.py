"""Readiness: which analyses the log can carry, what each one misses, and which findings about the data limit it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from bankmine.advice.claims import CLAIMS
from bankmine.facts import NEEDS
from bankmine.log.eventlog import DAY
from bankmine.patterns import Pattern
from bankmine.report.readiness_limits import LIMITS, Ground
from bankmine.report.schema import Readiness
from bankmine.show.blocks import Block, Cell, Column, Heading, Mark, Paragraph, TableBlock
from bankmine.stats.control import FEWEST as FEWEST_CHARTED
from bankmine.twin.twin import NEEDED as TWIN_NEEDS
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

FEWEST_CASES, FEWEST_WEEKS = 50, 4  # of each side that `compare` judges (track.compare has the same)
YES = Mark(Text(zh="可以", en="yes"), "good")
LIMITED = Mark(Text(zh="有保留", en="with limits"), "warning")
NO = Mark(Text(zh="不可", en="no"), "error")

FURTHER_NEEDS: Mapping[str, Text] = MappingProxyType(
    {
        "clock": Text(zh="钟点（时间只有日期）", en="times of day (there are dates only)"),
        "rules": Text(zh="控制规则（流程定义或本行规则）", en="rules (process definition or the bank's own)"),
        "survey": Text(zh="客户问卷的答案（配置中的 [survey]）", en="customers' answers ([survey] in the configuration)"),
        "one_side": Text(
            zh=f"至少 {FEWEST_CASES} 个案件和 {FEWEST_WEEKS} 周", en=f"at least {FEWEST_CASES} cases and {FEWEST_WEEKS} weeks"
        ),
        "weeks": Text(zh=f"超过 {FEWEST_CHARTED} 周的记录", en=f"records of more than {FEWEST_CHARTED} weeks"),
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """An analysis: what it needs beyond case, activity and one time (keys of NEEDS and FURTHER_NEEDS), and what it rests on."""

    id: str
    title: Text
    needs: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ("order", "labels", "cases")


MEASURES: tuple[Measure, ...] = (
    Measure("cycle_time", Text(zh="办理时长", en="cycle time"), (), ("time", "cases")),
    Measure("variants", Text(zh="路径", en="paths")),
    Measure("discovery", Text(zh="流程模型", en="process model")),
    Measure("conformance", Text(zh="与流程的偏离", en="conformance")),
    Measure("rework", Text(zh="返工与循环", en="rework and loops")),
    Measure(
        "waiting", Text(zh="等待时间（与办理时间分开）", en="waiting, apart from work"), ("start",), ("order", "time", "work", "cases")
    ),
    Measure("processing_time", Text(zh="办理工时", en="work done"), ("start",), ("work",)),
    Measure("handovers", Text(zh="交接", en="handovers"), ("resource",)),
    Measure(
        "waiting_causes", Text(zh="等待的原因", en="why work waits"), ("resource", "clock"), ("order", "time", "clock", "work", "cases")
    ),
    Measure(
        "business_time", Text(zh="营业时间内的时长", en="durations in business time"), ("calendar", "clock"), ("time", "clock", "cases")
    ),
    Measure("resources", Text(zh="负荷与排队", en="load and queues"), ("resource", "calendar", "clock"), ("time", "clock", "work")),
    Measure("twin", Text(zh="推演（数字孪生）", en="what-if (twin)"), (*TWIN_NEEDS, "clock"), ("order", "time", "clock", "work", "cases")),
    Measure(
        "customer_waits", Text(zh="等待客户的时间", en="waiting for customers"), ("customer_steps",), ("order", "time", "labels", "cases")
    ),
    Measure("journey", Text(zh="客户旅程", en="customer journey"), ("party",), ("order", "time", "labels", "cases")),
    Measure("survey", Text(zh="问卷与办理情况对照", en="survey beside the log"), ("survey",), ("time", "cases")),
    Measure(
        "segments", Text(zh="分组比较与原因特征", en="groups of cases, and what slow ones share"), ("groups",), ("time", "labels", "cases")
    ),
    Measure("controls", Text(zh="控制规则的遵守", en="controls"), ("rules",)),
    Measure("compare", Text(zh="前后对比", en="before and after"), ("one_side",), ("order", "time", "labels", "cases")),
    Measure("monitor", Text(zh="控制图监测", en="control charts"), ("weeks",), ("order", "time", "labels", "cases")),
)


def readiness(analysis: "Analysis") -> list[Readiness]:
    """The measures, the six diagnoses, then the patterns in order of code; `limits` are codes of the findings about the data."""
    has = _has(analysis)
    found = {finding.code for finding in analysis.quality}
    rows = [_ready(m.id, m.needs, frozenset(m.grounds), has, found) for m in MEASURES]
    patterns = [_ready(p.code, p.needs, _grounds(p), has, found) for p in analysis.patterns]
    by_code = {row.analysis: row for row in patterns}
    for claim in CLAIMS:
        mine = [p for p in analysis.patterns if claim.id in p.diagnoses]
        looked = [by_code[p.code] for p in mine if p.evidence == "direct" and by_code[p.code].ready]
        needs = () if looked else tuple(dict.fromkeys(chain(claim.needs, *(p.needs for p in mine))))
        grounds = frozenset[Ground]().union(*map(_grounds, mine))
        rows.append(_ready(claim.id, needs, grounds, has, found))
    return [*rows, *patterns]


def _ready(name: str, needs: Sequence[str], grounds: frozenset[Ground], has: frozenset[str], found: set[str]) -> Readiness:
    missing = [need for need in needs if need not in has]
    limits = [limit.code for limit in LIMITS if limit.code in found and limit.spoils & grounds]
    return Readiness(analysis=name, ready=not missing, missing=missing, limits=limits)


def _grounds(pattern: Pattern) -> frozenset[Ground]:
    """What a pattern rests on: what it compares, and the columns that it needs."""
    grounds: set[Ground] = {"order", "labels", "cases"}
    if pattern.kind == "time" or "start" in pattern.needs:
        grounds |= {"time", "work"}
    if "calendar" in pattern.needs:
        grounds.add("clock")
    return frozenset(grounds)


def _has(analysis: "Analysis") -> frozenset[str]:
    """The needs that are met, FURTHER_NEEDS included."""
    log = analysis.log
    weeks = float(log.case_end.max() - log.case_start.min()) / (7 * DAY)
    further = {
        "clock": all(finding.code != "TS_DATE_ONLY" for finding in log.quality),
        "rules": bool({"mandatory", "segregation"} & analysis.has),
        "survey": analysis.settings.survey.file is not None,
        "one_side": log.cases >= FEWEST_CASES and weeks >= FEWEST_WEEKS,
        "weeks": weeks > FEWEST_CHARTED,
    }
    return analysis.has | {name for name, met in further.items() if met}


def readiness_blocks(analysis: "Analysis", ready: Sequence[Readiness]) -> list[Block]:
    """The measures and diagnoses as a table, the patterns that cannot be looked for, and what the limits mean."""
    titles = {m.id: m.title for m in MEASURES}
    titles |= {c.id: Text(zh=f"{c.id} {c.title.zh}", en=f"{c.id} {c.title.en}") for c in CLAIMS}
    patterns = {p.code: Text(zh=f"{p.code} {p.title.zh}", en=f"{p.code} {p.title.en}") for p in analysis.patterns}
    shown = [row for row in ready if row.analysis in titles]
    blocks: list[Block] = [
        Heading(Text(zh="可做的分析", en="What this log can carry"), 2, "readiness"),
        TableBlock(
            (
                Column(Text(zh="分析", en="Analysis"), "text"),
                Column(Text(zh="可行", en="Ready"), "text"),
                Column(Text(zh="缺少或受限于", en="Missing, or limited by"), "text"),
            ),
            [(titles[row.analysis], _mark(row), _named(row.missing) or ", ".join(row.limits)) for row in shown],
        ),
    ]
    lacking = [row for row in ready if row.analysis in patterns and not row.ready]
    able = Text(zh="{all} 种模式中可查找 {n} 种。", en="{n} of {all} patterns can be looked for.")
    blocks.append(Paragraph(able.format(n=len(patterns) - len(lacking), all=len(patterns))))
    if lacking:
        heads = (
            Column(Text(zh="无法查找的模式", en="Pattern that cannot be looked for"), "text"),
            Column(Text(zh="缺少", en="Missing"), "text"),
        )
        blocks.append(TableBlock(heads, [(patterns[row.analysis], _named(row.missing)) for row in lacking]))
    codes = {code for row in ready for code in row.limits}
    if codes:
        heads = (Column(Text(zh="限制", en="Limit"), "code"), Column(Text(zh="含义", en="What it means"), "text"))
        blocks.append(TableBlock(heads, [(limit.code, limit.text) for limit in LIMITS if limit.code in codes]))
    return blocks


def _mark(row: Readiness) -> Cell:
    return NO if not row.ready else LIMITED if row.limits else YES


def _named(missing: Sequence[str]) -> Text | str:
    if not missing:
        return ""
    names = [(NEEDS.get(name) or FURTHER_NEEDS[name]) for name in missing]
    return Text(zh="；".join(n.zh for n in names), en="; ".join(n.en for n in names))
