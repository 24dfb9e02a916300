from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import LATER, Finding, Pattern, longer_after, together, whole
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class SystemRetries(Pattern):
    """A system step runs again within minutes because it failed before.

    Fires per system activity where the lower end of the share of its cases with a repetition at most `within_minutes` after
    the run before is at least `retry_share`. Lost are the repeated runs and, where the step after a repetition waits longer
    than after a run that succeeded at once (one-sided Welch test at 5 %), that
    excess. Integral technology, Reijers & Liman Mansar (2005); definitions §3.4 P26.
    """

    code = "P26"
    title = Text(zh="系统失败重试", en="System failures and retries")
    diagnoses = ("D6",)
    plan = ("5.1(4)", "5.2(4)", "4.2.4(2)")
    needs = ("system_steps",)
    feasibility = "low"
    risk_of_change = "medium"
    phase = "10-12"

    within_minutes: float = 60.0
    retry_share: float = 0.02
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        limit = self.within_minutes * 60 * SECOND
        retry = np.zeros(len(facts.case), dtype=bool)
        retry[1:] = (
            (facts.case[1:] == facts.case[:-1])
            & (facts.activity[1:] == facts.activity[:-1])
            & (facts.began[1:] - facts.moment[:-1] <= limit)
        )
        for activity in np.flatnonzero(facts.of_party(Party.SYSTEM)).tolist():
            rows = np.flatnonzero(retry & (facts.activity == activity))
            cases = distinct(facts.case[rows])
            total = facts.cases_with(np.arange(len(facts.names)) == activity)
            if not len(rows) or wilson(len(cases), total)[0] < self.retry_share:
                continue
            repeated = whole(facts, rows)
            after = longer_after(facts, retry & (facts.activity == activity))
            lost = float(repeated[1].sum() + repeated[2].sum()) / SECOND
            follow_on = float(after[1].sum()) / SECOND
            share = len(cases) / total
            text = Text(
                zh="系统环节「{name}」在 {cases} 件（{share}）中失败重试，共 {retries} 次，合计 {lost}。提升系统处理能力和稳定性。",
                en="The system step “{name}” ran again in {cases} cases ({share}): {retries} retries, {lost} in all. Raise the "
                "system's capacity and resilience.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share), retries=len(rows), lost=duration(lost))
            if follow_on:
                text = text.then(LATER.format(time=duration(follow_on)))
            yield Finding(
                activity,
                text,
                {"cases": len(cases), "share": share, "retries": len(rows), "lost_s": lost, "follow_on_s": follow_on},
                cases,
                *together(repeated, after),
            )
