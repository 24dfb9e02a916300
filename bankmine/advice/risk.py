"""The risk matrix of plan §8.1.2: likelihood x severity, in three classes (definitions §3.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from bankmine.advice.answer import Recommendation
from bankmine.model.judge import Verdict
from bankmine.model.rules import Verdicts
from bankmine.patterns.base import Consequence, Level
from bankmine.show.blocks import Block, Column, Mark, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SEVERITY: Mapping[Consequence, int] = MappingProxyType({"delay": 1, "customer": 2, "compliance": 3})
LIKELY, POSSIBLE = 0.30, 0.05  # share of cases exposed
CLASS: Mapping[Level, Mark] = MappingProxyType(
    {
        "high": Mark(Text(zh="高", en="high"), "error"),
        "medium": Mark(Text(zh="中", en="medium"), "warning"),
        "low": Mark(Text(zh="低", en="low"), "good"),
    }
)


def risk_of(consequence: Consequence, exposed_share: float) -> tuple[int, int, Level]:
    """Likelihood 1-3 from the share of cases exposed, severity 1-3 from the kind of consequence, and their class."""
    likelihood = 3 if exposed_share >= LIKELY else 2 if exposed_share >= POSSIBLE else 1
    severity = SEVERITY[consequence]
    return likelihood, severity, risk_class(likelihood, severity)


def risk_class(likelihood: int, severity: int) -> Level:
    """High from 6, medium from 3, low below."""
    product = likelihood * severity
    return "high" if product >= 6 else "medium" if product >= 3 else "low"


@dataclass(frozen=True, slots=True)
class Risk:
    """One entry: a control that is broken, or what comes of leaving a recommendation undone; `id`: the rule, or pattern@activity."""

    kind: Literal["rule", "recommendation"]
    id: str
    title: Text
    likelihood: int
    severity: int
    risk_class: Level
    cases: int
    share: float


@dataclass(frozen=True, eq=False)
class RiskMatrix(Shown):
    """Risks as they stand today, gravest first: by likelihood x severity, then severity, kind and id.

    Likelihood is the share of cases exposed: 3 from 30 %, 2 from 5 %; of a rule those that violate it among those it could be checked
    in. Severity: delay 1, customer detriment 2, loss or compliance 3. Plan §8.1.2; definitions §3.5.
    """

    entries: tuple[Risk, ...]

    @classmethod
    def of(cls, verdicts: Verdicts, recommendations: Sequence[Recommendation]) -> "RiskMatrix":
        entries = []
        for rule, violated, checked in zip(
            verdicts.rules, verdicts.count(Verdict.VIOLATED).tolist(), verdicts.checked.tolist(), strict=True
        ):
            if violated:
                share = violated / checked
                entries.append(Risk("rule", rule.id, rule.text, *risk_of(rule.severity.value, share), violated, share))
        for item in recommendations:
            if item.kind != "control":  # those are the rules above
                title = Text(zh="{title}：「{activity}」", en="{title}: “{activity}”").format(title=item.title, activity=item.activity)
                entries.append(
                    Risk(
                        "recommendation",
                        f"{item.pattern}@{item.activity}",
                        title,
                        item.likelihood,
                        item.severity,
                        item.risk_class,
                        item.cases,
                        item.share_of_cases,
                    )
                )
        return cls(tuple(sorted(entries, key=lambda e: (-e.likelihood * e.severity, -e.severity, e.kind, e.id))))

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ["kind", "id", "title_zh", "title_en", "likelihood", "severity", "risk_class", "cases", "share"]
        rows = [(e.kind, e.id, e.title.zh, e.title.en, e.likelihood, e.severity, e.risk_class, e.cases, e.share) for e in self.entries]
        return pd.DataFrame(rows, columns=pd.Index(names))

    def blocks(self) -> list[Block]:
        if not self.entries:
            return [Paragraph(Text(zh="没有违反的规则，也没有须处理的发现。", en="No rule is broken and nothing is to be done."))]
        columns = (
            Column(Text(zh="号", en="No."), "count"),
            Column(Text(zh="风险", en="Risk"), "text"),
            Column(Text(zh="等级", en="Class"), "text"),
            Column(Text(zh="可能性", en="Likelihood"), "count"),
            Column(Text(zh="严重性", en="Severity"), "count"),
            Column(Text(zh="涉及案件", en="Cases"), "count"),
            Column(Text(zh="占比", en="Share"), "share"),
        )
        rows = [(n + 1, e.title, CLASS[e.risk_class], e.likelihood, e.severity, e.cases, e.share) for n, e in enumerate(self.entries)]
        meaning = Text(
            zh="等级 = 可能性 × 严重性：6 以上为高，3 至 4 为中，2 以下为低。可能性按涉及案件的占比（30% 以上为 3，5% 以上为 2）；"
            "严重性：延误 1，客户受损 2，损失或违规 3。",
            en="Class = likelihood × severity: high from 6, medium 3 to 4, low up to 2. Likelihood by the share of cases exposed (3 from "
            "30 %, 2 from 5 %); severity: delay 1, customer detriment 2, loss or compliance 3.",
        )
        return [TableBlock(columns, rows, caption=Text(zh="风险清单", en="Risks")), Paragraph(meaning)]
