from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.shares import wilson
from bankmine.words import Text

FEWEST_TO_COMPARE = 10
ONE_SIDED_5_PERCENT = 1.645


@dataclass(frozen=True)
class SystemRetries(Pattern):
    """A system step runs again within minutes because it failed before.

    Fires per system activity where the lower end of the share of its cases with a repetition at most `within_minutes` after
    the run before is at least `retry_share`. Lost are the repeated runs and, where the step after a repetition waits longer
    than after a run that succeeded at once (one-sided Welch test at 5 %), that excess: late work misses its turn, or the
    day. Integral technology, Reijers & Liman Mansar (2005); definitions §3.4 P26.
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
        retry[1:] = ((facts.case[1:] == facts.case[:-1]) & (facts.activity[1:] == facts.activity[:-1])
                     & (facts.began[1:] - facts.moment[:-1] <= limit))
        for activity in np.flatnonzero(facts.of_party(Party.SYSTEM)).tolist():
            rows = np.flatnonzero(retry & (facts.activity == activity))
            cases = np.unique(facts.case[rows])
            total = facts.cases_with(np.arange(len(facts.names)) == activity)
            if not len(rows) or wilson(len(cases), total)[0] < self.retry_share:
                continue
            after, excess = _excess_after(facts, rows, activity)
            repeated = whole(facts, rows)
            lost = float(repeated[1].sum() + repeated[2].sum()) / SECOND
            follow_on = float(excess.sum()) / SECOND
            share = len(cases) / total
            text = Text(
                zh="系统环节「{name}」在 {cases} 件（{share}）中失败重试，共 {retries} 次，合计 {lost}，下一环节因此多等 {follow_on}。"
                   "提升系统处理能力和稳定性。",
                en="The system step “{name}” ran again in {cases} cases ({share}): {retries} retries, {lost} in all, and "
                   "{follow_on} of longer waits before the next step. Raise the system's capacity and resilience.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share), retries=len(rows), lost=duration(lost),
                     follow_on=duration(follow_on))
            order = np.argsort(np.concatenate([repeated[0], after]))
            yield Finding(activity, text, {"cases": len(cases), "share": share, "retries": len(rows), "lost_s": lost,
                                           "follow_on_s": follow_on}, cases,
                          np.concatenate([repeated[0], after])[order], np.concatenate([repeated[1], excess])[order],
                          np.concatenate([repeated[2], np.zeros_like(excess)])[order])


def _excess_after(facts: Facts, retries: np.ndarray, activity: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows right after a step that had run again, and by how much they wait longer than after a run that did not: the
    share of the mean by which the two means differ, per following activity; nothing where the test does not hold.
    """
    following = np.flatnonzero((facts.activity[:-1] == activity) & (facts.activity[1:] != activity)
                               & (facts.case[1:] == facts.case[:-1])) + 1
    again = np.isin(following - 1, retries)
    rows, excess = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for target in np.unique(facts.activity[following]).tolist():
        here = facts.activity[following] == target
        late, usual = following[here & again], following[here & ~again]
        if min(len(late), len(usual)) < FEWEST_TO_COMPARE:
            continue
        waits, others = facts.wait[late].astype(float), facts.wait[usual].astype(float)
        difference = waits.mean() - others.mean()
        if difference <= ONE_SIDED_5_PERCENT * np.sqrt(waits.var(ddof=1) / len(waits) + others.var(ddof=1) / len(others)):
            continue
        rows.append(late)
        excess.append(np.where(facts.by_design[late], 0, waits * (difference / waits.mean())).astype(np.int64))
    return np.concatenate(rows), np.concatenate(excess)
