from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import LATER, Finding, Pattern, longer_after, together, whole
from bankmine.patterns.stretches import Stretches, one_persons
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class InternalRework(Pattern):
    """The bank does work again without the customer having had a hand in it.

    Repeated work items that follow each other in a case are one stretch of rework; it belongs to its first activity, the
    one the case was sent back to. Fires where the lower end of the share of the activity's cases with such a stretch is
    at least `rework_share`. Lost are the stretch and, where the step after it waits longer than after work that went through
    at once, that excess. Not counted: work that is passed back and forth (P06), system retries (P26), customers'
    steps, and what goes back to one person's work where that is most of it (P30).
    Control relocation, integral technology, Reijers & Liman Mansar (2005); definitions §2.2, §3.4 P07.
    """

    code = "P07"
    title = Text(zh="内部返工", en="Internal rework")
    diagnoses = ("D3", "D5")
    plan = ("6.1.1(1)", "6.2.3(2)", "4.1.3(4)", "5.1(1)")
    needs = ("party",)
    feasibility = "high"
    phase = "4-6"

    rework_share: float = 0.03
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        items, stretches = facts.rework.items, Stretches.found(facts)
        rest = np.ones(len(stretches.first), dtype=bool)
        for one in one_persons(facts, stretches):
            rest &= ~one.stretches
        system = facts.of_party(Party.SYSTEM)
        for activity in np.unique(stretches.activity).tolist():
            if system[activity]:
                continue
            mine = stretches.items(rest & (stretches.activity == activity))
            cases = distinct(items.case[mine])
            total = facts.cases_with(np.arange(len(facts.names)) == activity)
            if wilson(len(cases), total)[0] < self.rework_share:
                continue
            share, extra = len(cases) / total, int(mine.sum())
            done_again = mine[items.of_row]
            after = longer_after(facts, done_again)
            follow_on = float(after[1].sum()) / SECOND
            text = Text(
                zh="{cases} 件（{share}）在没有客户参与的情况下退回「{name}」重做，共多做 {extra} 项。从源头把好录入质量，加强培训和复核。",
                en="{cases} cases ({share}) went back to “{name}” without the customer having had a hand in it: {extra} "
                "items were done again. Mend the quality at the source: checks at entry, training, review.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share), extra=extra)
            if follow_on:
                text = text.then(LATER.format(time=duration(follow_on)))
            yield Finding(
                activity,
                text,
                {"cases": len(cases), "share": share, "extra": extra, "follow_on_s": follow_on},
                cases,
                *together(whole(facts, np.flatnonzero(done_again)), after),
            )
