from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.process.definition import Kind, Outcome
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Spared
from bankmine.words import Text

FEWEST = 100


@dataclass(frozen=True)
class SimpleCases(Pattern):
    """Small cases that are practically never declined go through all the checks and approvals of large ones.

    Among closed cases with an amount. The threshold is the largest amount up to which the lower end of the share of cases not declined
    is at least `safe_share`; above it, cases are declined surely more often. Fires where approvals, or checks that are
    no control, are done as often below the threshold as above it. Saved is their time in the cases below; an approval is not dropped but
    given a threshold, with its owner's signature, and losses that it prevents the log does not show. Triage, task automation, Reijers &
    Liman Mansar (2005); definitions §3.4 P20.
    """

    code = "P20"
    title = Text(zh="小额业务走全流程", en="Simple cases go the whole way")
    diagnoses = ("D1", "D4")
    plan = ("4.1.3(1)", "5.2(1)", "7.1(5)", "4.2.3(2)")
    needs = ("start", "endings", "amounts")
    feasibility = "medium"
    risk_of_change = "high"
    consequence = "delay"
    phase = "7-9"

    safe_share: float = 0.99
    as_often: float = 0.90
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        amount = facts.numbers["amount"][facts.offsets[:-1]]
        declined = np.array([m.outcome is Outcome.DECLINED for m in facts.understanding.activities], dtype=bool)
        judged = np.flatnonzero(facts.endings.closed & ~np.isnan(amount))
        if not facts.endings.from_definition or len(judged) < 2 * FEWEST:
            return
        judged = judged[np.argsort(amount[judged], kind="stable")]
        lost = declined[facts.activity[facts.endings.by[judged]]]
        below = np.arange(1, len(judged) + 1)
        # An amount belongs below the threshold with all cases of it.
        last = np.append(amount[judged][1:] > amount[judged][:-1], True)
        share = np.array([wilson(n - k, n)[0] for n, k in zip(below.tolist(), np.cumsum(lost).tolist(), strict=True)])
        safe = np.flatnonzero(last & (share >= self.safe_share) & (below >= FEWEST))
        if not len(safe):
            return
        count = int(below[safe[-1]])
        small, large = judged[:count], judged[count:]
        if len(large) < FEWEST or wilson(int(lost[count:].sum()), len(large))[0] <= 1 - self.safe_share:
            return
        threshold = float(amount[small[-1]])
        # An approval by rule is still an approval; a control has to be done by somebody, whatever the amount.
        checks = facts.by_staff & facts.of_kind(Kind.APPROVAL, Kind.CHECK)
        spare = []
        for activity in np.flatnonzero(checks).tolist():
            has = np.zeros(facts.cases, dtype=bool)
            has[facts.case[facts.activity == activity]] = True
            if has[large].any() and has[small].mean() >= self.as_often * has[large].mean():
                spare.append(activity)
        simple = np.zeros(facts.cases, dtype=bool)
        simple[small] = True
        rows = np.flatnonzero(simple[facts.case] & np.isin(facts.activity, spare))
        if not len(rows):
            return
        rows, wait, work = whole(facts, rows)
        activity = int(grouped_sum(wait + work, facts.activity[rows], len(facts.names)).argmax())
        names = [facts.names[each] for each in spare]
        text = Text(
            zh="金额不超过 {threshold} 的 {cases} 件中，未被拒绝的至少占 {safe}，却与大额业务一样经过{steps}。经控制负责人签署后，为其设简易通道，"
            "由系统按规则放行并事后抽查，首先从「{name}」做起。",
            en="Of {cases} cases up to {threshold} at least {safe} are not declined, yet they go through {steps} like the large ones. With "
            "the control owner's signature give them a simple lane that the system lets through by rule and that is sampled afterwards; "
            "begin with “{name}”.",
        ).format(
            threshold=f"{threshold:,.0f}",
            cases=count,
            safe=percent(float(share[count - 1])),
            steps=Text(zh="、".join(f"「{n}」" for n in names), en=", ".join(f"“{n}”" for n in names)),
            name=facts.names[activity],
        )
        figures = {
            "threshold": threshold,
            "cases_below": count,
            "declined_below": int(lost[:count].sum()),
            "safe_share": float(share[count - 1]),
        }
        yield Finding(activity, text, figures, distinct(facts.case[rows]), rows, wait, work)

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Spared(finding.rows),)
