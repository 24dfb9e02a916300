"""One page on each of the six diagnoses: verdict, findings, what was looked for, what to ask where the log is silent."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from bankmine.advice.statement import Looked, Statement
from bankmine.facts import NEEDS
from bankmine.process.plan import UNTESTABLE
from bankmine.report.terms import EVIDENCE, LEVEL, VERDICT
from bankmine.show.blocks import Block, Cell, Column, Heading, Mark, Notice, Paragraph, TableBlock
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

OUTCOME: Mapping[str, Mark] = MappingProxyType(
    {
        "listed": Mark(Text(zh="已发现", en="found"), "error"),
        "immaterial": Mark(Text(zh="有迹象，未达实质程度", en="seen, not material"), "warning"),
        "nothing": Mark(Text(zh="未发现", en="not found"), "good"),
        "missing": Mark(Text(zh="无法查", en="could not look"), "info"),
    }
)


def diagnoses(analysis: "Analysis") -> list[Block]:
    """The six statements, and what of the plan no log can test."""
    blocks: list[Block] = [Heading(Text(zh="六项诊断", en="The six diagnoses"), 2, "diagnoses")]
    for each in analysis.statements:
        blocks += statement(each)
    return [*blocks, *untestable()]


def statement(about: Statement) -> list[Block]:
    """One diagnosis."""
    claim, diagnosis = about.claim, about.diagnosis
    verdict = Text(zh="结论：{verdict}", en="Verdict: {verdict}").format(verdict=VERDICT[diagnosis.verdict].text)
    if diagnosis.severity is not None:
        verdict = Text(zh="{verdict}，严重程度{level}（{evidence}）。", en="{verdict}, severity {level} ({evidence} evidence).").format(
            verdict=verdict, level=LEVEL[diagnosis.severity], evidence=EVIDENCE[diagnosis.evidence]
        )
    else:
        verdict = Text(zh="{verdict}。", en="{verdict}.").format(verdict=verdict)
    return [
        Heading(Text(zh="{id} {title}", en="{id} {title}").format(id=claim.id, title=claim.title), 3, claim.id.lower()),
        Paragraph(Text(zh="方案 {plan}：{says}", en="Plan §{plan}: {says}").format(plan=claim.plan, says=claim.says)),
        Notice(verdict if diagnosis.verdict == "not_found" else verdict.then(diagnosis.statement), VERDICT[diagnosis.verdict].tone),
        *(
            Paragraph(
                Text(zh="第 {rank} 条建议「{activity}」：{text}", en="Recommendation {rank}, “{activity}”: {text}").format(
                    rank=item.rank, activity=item.activity, text=item.text
                )
            )
            for item in about.found
        ),
        *([_looked_for(about)] if about.looked else ()),
        _asks(about),
    ]


def _looked_for(about: Statement) -> TableBlock:
    columns = (
        Column(Text(zh="查什么", en="Looked for"), "text"),
        Column(Text(zh="依据", en="Evidence"), "text"),
        Column(Text(zh="结果", en="Result"), "text"),
        Column(Text(zh="在哪里，或缺什么", en="Where, or what is missing"), "text"),
    )
    return TableBlock(columns, [_row(each) for each in about.looked])


def _row(looked: Looked) -> tuple[Cell, ...]:
    names = [NEEDS[need] for need in looked.missing] or [Text.same(place) for place in looked.places]
    return (
        Text(zh="{title}（{code}）", en="{title} ({code})").format(title=looked.pattern.title, code=looked.pattern.code),
        EVIDENCE[looked.pattern.evidence],
        OUTCOME[looked.outcome],
        Text(zh="、".join(name.zh for name in names), en="; ".join(name.en for name in names)) if names else "",
    )


def _asks(about: Statement) -> TableBlock:
    columns = (Column(Text(zh="日志看不出", en="What a log cannot show"), "text"), Column(Text(zh="去哪里问", en="Where to ask"), "text"))
    return TableBlock(columns, [(ask.what, ask.where) for ask in about.claim.asks])


def untestable() -> list[Block]:
    """Measures of the plan on which no event log says anything: neither advised nor advised against."""
    columns = (
        Column(Text(zh="方案中的内容", en="In the plan"), "text"),
        Column(Text(zh="章节", en="Sections"), "code"),
        Column(Text(zh="去哪里问", en="Where to ask"), "text"),
    )
    rows: list[tuple[Cell, ...]] = [(item.what, ", ".join(item.sections), item.ask) for item in UNTESTABLE]
    return [
        Heading(Text(zh="日志无法检验的措施", en="Not testable here"), 3, "untestable"),
        Paragraph(
            Text(
                zh="对以下措施，业务日志既不能支持也不能反对，因此不作建议。",
                en="On these measures an event log speaks neither for nor against; nothing is advised.",
            )
        ),
        TableBlock(columns, rows),
    ]
