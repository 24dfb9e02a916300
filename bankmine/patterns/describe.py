"""What a pattern looks for and what it calls for, in words: from its class alone, without a log."""

import inspect
from collections.abc import Mapping
from types import MappingProxyType

from bankmine.facts import NEEDS
from bankmine.patterns.base import Pattern
from bankmine.process.plan import section
from bankmine.words import Text

LEVELS: Mapping[str, Text] = MappingProxyType(
    {"high": Text(zh="高", en="high"), "medium": Text(zh="中", en="medium"), "low": Text(zh="低", en="low")}
)
KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "time": Text(zh="客户等待的时间", en="customers' time"),
        "effort": Text(zh="员工工时", en="staff time"),
        "control": Text(zh="内控：违反控制的案件份额", en="control: the share of cases in breach"),
    }
)
METHODS: Mapping[str, Text] = MappingProxyType(
    {
        "replay": Text(zh="重放每个案件，去掉这部分时间", en="each case is replayed with the time taken out"),
        "queue_formula": Text(zh="排队公式，再重放每个案件", en="a queueing formula, then each case is replayed"),
    }
)
EVIDENCE: Mapping[str, Text] = MappingProxyType({"direct": Text(zh="直接", en="direct"), "proxy": Text(zh="间接", en="indirect (a proxy)")})
CONSEQUENCES: Mapping[str, Text] = MappingProxyType(
    {
        "delay": Text(zh="延误", en="delay"),
        "customer": Text(zh="客户受损", en="detriment to customers"),
        "compliance": Text(zh="损失或违规", en="loss or breach of rules"),
    }
)
NONE = Text(zh="无", en="none")


def definition(pattern: type[Pattern]) -> list[str]:
    """The paragraphs of the docstring, each as one line."""
    lines = inspect.cleandoc(pattern.__doc__ or "")
    return [" ".join(paragraph.split()) for paragraph in lines.split("\n\n")]


def described(pattern: type[Pattern]) -> list[tuple[Text, Text]]:
    """What the class says of the pattern besides its definition and thresholds: name and value."""
    of = EVIDENCE[pattern.evidence]
    return [
        (Text(zh="诊断", en="Diagnoses"), _listed([Text(zh=d, en=d) for d in pattern.diagnoses])),
        (Text(zh="日志须有", en="The log must hold"), _listed([NEEDS[need] for need in pattern.needs]) if pattern.needs else NONE),
        (Text(zh="衡量", en="Measured in"), KINDS[pattern.kind]),
        (Text(zh="收益的估算", en="How the gain is estimated"), METHODS[pattern.method] if pattern.kind != "control" else NONE),
        (Text(zh="证据", en="Evidence"), of),
        (Text(zh="可行性", en="Feasibility"), LEVELS[pattern.feasibility]),
        (Text(zh="改动的风险", en="Risk of the change"), LEVELS[pattern.risk_of_change]),
        (Text(zh="不改的风险", en="Risk of not acting"), LEVELS[pattern.risk_of_inaction]),
        (Text(zh="不改的后果", en="What not acting leads to"), CONSEQUENCES[pattern.consequence]),
        (Text(zh="实施阶段", en="Roll-out"), Text(zh=f"第 {pattern.phase} 月", en=f"months {pattern.phase}")),
        (Text(zh="规划章节", en="Sections of the plan"), _listed([section(number) for number in pattern.plan])),
    ]


def _listed(texts: list[Text]) -> Text:
    return Text(zh="；".join(text.zh for text in texts), en="; ".join(text.en for text in texts))
