from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.patterns.needless import mechanical
from bankmine.show.format import duration
from bankmine.stats.grouped import distinct
from bankmine.twin.changes import Change, Spared
from bankmine.words import Text


@dataclass(frozen=True)
class ManualStep(Pattern):
    """People do what a system could: a short step that always takes the same time and never changes anything.

    Fires per activity of work or entry by the bank's people with a median of at most `most_minutes`, a 90 % quantile at most `spread`
    times the 10 % quantile (people who think take longer now and then), and after which no case was rejected or sent back (upper end at
    1 %). Checks, approvals, mandatory steps, talks with customers and case ends are never proposed. Task automation, Reijers & Liman
    Mansar (2005); definitions §3.4 P25.
    """

    code = "P25"
    title = Text(zh="可由系统完成的手工环节", en="Manual step that a system could do")
    diagnoses = ("D3", "D6")
    plan = ("5.2(1)", "5.1(1)", "5.1(2)", "7.1(5)")
    needs = ("start", "party")
    evidence = "proxy"
    feasibility = "medium"
    risk_of_change = "medium"
    phase = "7-9"

    most_minutes: float = 15.0
    spread: float = 2.0
    realistic: float = 0.7

    def find(self, facts: Facts) -> Iterator[Finding]:
        for activity in mechanical(facts, self.most_minutes, self.spread):
            rows = np.flatnonzero(facts.activity == activity)
            timed = facts.work[rows][facts.work[rows] > 0]
            low, median, high = (np.quantile(timed, (0.1, 0.5, 0.9)) / SECOND).tolist()
            waited = float(facts.wait[rows].mean()) / SECOND
            text = Text(
                zh="「{name}」由人手工办理 {times} 次，每次都用时相近（{low} 至 {high}），从未引起退件或返工，却要排队等 {waited}。改由系统自动完成。",
                en="“{name}” was done by hand {times} times, always about as long ({low} to {high}), and never led to a rejection or to "
                "rework; for it cases waited {waited} on average. Let a system do it.",
            ).format(name=facts.names[activity], times=len(rows), low=duration(low), high=duration(high), waited=duration(waited))
            figures = {"times": len(rows), "low_s": low, "median_s": median, "high_s": high, "mean_wait_s": waited}
            yield Finding(activity, text, figures, distinct(facts.case[rows]), *whole(facts, rows))

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Spared(finding.rows),)
