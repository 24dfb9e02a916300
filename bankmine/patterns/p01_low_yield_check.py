from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.patterns.needless import changes
from bankmine.process.definition import Kind
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Spared
from bankmine.words import Text


@dataclass(frozen=True)
class LowYieldCheck(Pattern):
    """A check that no rule asks for, and after which nothing is ever otherwise.

    A check yields where what comes next is a rejection, a request to the customer, or work that the case had had before. Fires per
    activity of kind `check` where the upper end of that share is at most `yield_share`. A control, an approval or a mandatory step is
    never proposed; whether a rule asks for the check after all, the log cannot tell. Task elimination, Reijers & Liman Mansar (2005);
    definitions §3.4 P01.
    """

    code = "P01"
    title = Text(zh="查不出问题的检查", en="Check that finds nothing")
    diagnoses = ("D1", "D3")
    plan = ("4.1.3(1)", "7.1(1)")
    needs = ("party",)
    evidence = "proxy"
    feasibility = "medium"
    risk_of_change = "medium"
    phase = "4-6"

    yield_share: float = 0.01
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        for activity in np.flatnonzero(facts.of_kind(Kind.CHECK)).tolist():
            step = facts.understanding.activities[activity].step
            rows = np.flatnonzero(facts.activity == activity)
            if (step is not None and step.mandatory) or not len(rows):
                continue
            hits = int(changes(facts, rows).sum())
            most = wilson(hits, len(rows))[1]
            if most > self.yield_share:
                continue
            text = Text(
                zh="「{name}」做了 {checks} 次，其后只有 {hits} 次退件、补件或返工（至多 {most}）。先请合规部门确认没有规定要求，再取消或改为抽查。",
                en="“{name}” was done {checks} times; {hits} times a rejection, a request or rework followed (at most {most}). Let "
                "compliance confirm that no rule asks for it, then drop it or do it in samples.",
            ).format(name=facts.names[activity], checks=len(rows), hits=hits, most=percent(most))
            figures = {"checks": len(rows), "hits": hits, "most_share": most}
            yield Finding(activity, text, figures, distinct(facts.case[rows]), *whole(facts, rows))

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Spared(finding.rows),)
