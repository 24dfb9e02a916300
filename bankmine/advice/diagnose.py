"""The six verdicts: which of the plan's diagnoses (plan §2.2) the log confirms (definitions §3.2, §3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bankmine.advice.answer import Diagnosis, Recommendation
from bankmine.facts import NEEDS, Facts
from bankmine.patterns.base import Level, Pattern
from bankmine.words import Text

HIGH, MEDIUM = 0.10, 0.05


@dataclass(frozen=True, slots=True)
class _Claim:
    """One diagnosis of the plan: its title, what no log can show of it, and whom to ask instead."""

    id: str
    plan: str
    title: Text
    unseen: Text
    needs: tuple[str, ...] = ()


CLAIMS = (
    _Claim(
        "D1",
        "2.2(1)",
        Text(zh="业务流程繁琐", en="Cumbersome process"),
        Text(
            zh="环节是否为法规所要求、客户是否觉得繁琐，日志看不出，需问合规部门和客户。",
            en="Whether the law requires a step, and how customers feel about it, a log cannot show: ask compliance and customers.",
        ),
    ),
    _Claim(
        "D2",
        "2.2(2)",
        Text(zh="信息不对称", en="Information asymmetry"),
        Text(
            zh="客户知道什么、被告知什么，日志看不出，需查表单、问答和问卷。",
            en="What customers knew or were told, a log cannot show: look at forms, FAQ and surveys.",
        ),
    ),
    _Claim(
        "D3",
        "2.2(3)",
        Text(zh="业务处理效率低", en="Low efficiency"),
        Text(
            zh="日志之外的工作和用心程度看不出，需现场观察。",
            en="Work outside the log and the quality of effort, a log cannot show: observe on site.",
        ),
    ),
    _Claim(
        "D4",
        "2.2(4)",
        Text(zh="客户服务个性化不足", en="Little personal service"),
        Text(
            zh="客户需求和满意度日志看不出，需问卷和客群字段。",
            en="Needs and satisfaction, a log cannot show: ask by survey, and add the customer segment to the export.",
        ),
        needs=("segment",),
    ),
    _Claim(
        "D5",
        "2.2(5)",
        Text(zh="业务流程监控不到位", en="Weak monitoring"),
        Text(zh="未被发现的差错和动机日志看不出，需抽查和审计。", en="Undetected errors and intent, a log cannot show: sample and audit."),
    ),
    _Claim(
        "D6",
        "2.2(6)",
        Text(zh="技术支持不足", en="Weak technical support"),
        Text(
            zh="系统容量和故障根因日志看不出，需查系统日志。", en="System capacity and root causes, a log cannot show: look at the IT logs."
        ),
    ),
)


def diagnose(facts: Facts, patterns: Sequence[Pattern], recommendations: Sequence[Recommendation]) -> tuple[Diagnosis, ...]:
    """D1-D6, always six, in order."""
    return tuple(
        _verdict(facts, claim, [p for p in patterns if claim.id in p.diagnoses], [r for r in recommendations if claim.id in r.diagnoses])
        for claim in CLAIMS
    )


def _verdict(facts: Facts, claim: _Claim, patterns: Sequence[Pattern], listed: Sequence[Recommendation]) -> Diagnosis:
    direct = [r for r in listed if r.evidence == "direct"]
    proxies = {r.pattern for r in listed if r.evidence == "proxy"}
    ran = [p for p in patterns if p.evidence == "direct" and not p.missing(facts)]
    needs = tuple(dict.fromkeys(chain(claim.needs, *(p.missing(facts) for p in patterns))))
    if direct or len(proxies) >= 2:
        codes = tuple(dict.fromkeys(r.pattern for r in (direct or listed)))
        findings = _list([f"{r.activity}（{r.title.zh}）" for r in listed], [f"{r.activity} ({r.title.en})" for r in listed])
        return Diagnosis(
            claim.id,
            claim.plan,
            claim.title,
            "confirmed",
            _severity(direct or listed),
            "direct" if direct else "proxy",
            codes,
            needs,
            Text(zh="日志证实：{found}。", en="The log confirms it: {found}.").format(found=findings),
        )
    if not ran:
        lacking = _list([NEEDS[n].zh for n in needs], [NEEDS[n].en for n in needs])
        return Diagnosis(
            claim.id,
            claim.plan,
            claim.title,
            "unassessable",
            None,
            "none",
            (),
            needs,
            Text(
                zh="无法判断：缺少{lacking}。{unseen}",
                en="Cannot tell: missing are {lacking}. {unseen}",
            ).format(lacking=lacking, unseen=claim.unseen),
        )
    looked = _list([f"{p.title.zh}（{p.code}）" for p in ran], [f"{p.title.en} ({p.code})" for p in ran])
    return Diagnosis(
        claim.id,
        claim.plan,
        claim.title,
        "not_found",
        None,
        "direct",
        (),
        needs,
        Text(
            zh="未发现达到实质程度的问题；查过：{looked}。{unseen}",
            en="Nothing material was found; looked for: {looked}. {unseen}",
        ).format(looked=looked, unseen=claim.unseen),
    )


def _severity(listed: Sequence[Recommendation]) -> Level:
    """By the largest material share; a control finding counts with its risk of not acting."""
    order: tuple[Level, ...] = ("low", "medium", "high")
    levels: list[Level] = [
        r.risk_of_inaction
        if r.kind == "control"
        else "high"
        if r.material_share >= HIGH
        else "medium"
        if r.material_share >= MEDIUM
        else "low"
        for r in listed
    ]
    return max(levels, key=order.index)


def _list(zh: Sequence[str], en: Sequence[str]) -> Text:
    return Text(zh="、".join(zh) or "无", en="; ".join(en) or "none")
