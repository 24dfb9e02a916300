"""The six verdicts: which of the plan's diagnoses (plan §2.2) the log confirms (definitions §3.2, §3.7)."""

from collections.abc import Sequence
from itertools import chain

from bankmine.advice.answer import Diagnosis, Recommendation
from bankmine.advice.claims import CLAIMS, Claim
from bankmine.facts import NEEDS, Facts
from bankmine.patterns.base import Level, Pattern
from bankmine.words import Text

HIGH, MEDIUM = 0.10, 0.05


def diagnose(facts: Facts, patterns: Sequence[Pattern], recommendations: Sequence[Recommendation]) -> tuple[Diagnosis, ...]:
    """D1-D6, always six, in order."""
    return tuple(
        _verdict(facts, claim, [p for p in patterns if claim.id in p.diagnoses], [r for r in recommendations if claim.id in r.diagnoses])
        for claim in CLAIMS
    )


def _verdict(facts: Facts, claim: Claim, patterns: Sequence[Pattern], listed: Sequence[Recommendation]) -> Diagnosis:
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
