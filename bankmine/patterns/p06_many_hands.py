from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.process.definition import Party
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class ManyHands(Pattern):
    """Work goes from one person to another and back at the same activity, without moving on.

    Fires where the lower end of the share of the activity's cases with such a return is at least `ping_pong_share`.
    Returns while the case waits for its customer do not count: then it is the customer who makes the case come back.
    Case manager, numerical involvement, Reijers & Liman Mansar (2005); definitions §2.2, §3.4 P06.
    """

    code = "P06"
    title = Text(zh="一事多手，来回转手", en="Passed back and forth")
    diagnoses = ("D1", "D3")
    plan = ("4.2.2(1)", "4.2.2(2)", "7.2(2)")
    needs = ("resource",)
    feasibility = "medium"
    phase = "4-6"

    ping_pong_share: float = 0.05
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        returned = returned_rows(facts)
        for activity in distinct(facts.activity[returned]).tolist():
            back = returned[facts.activity[returned] == activity]
            cases = distinct(facts.case[back])
            total = facts.cases_with(np.arange(len(facts.names)) == activity)
            if wilson(len(cases), total)[0] < self.ping_pong_share:
                continue
            share = len(cases) / total
            text = Text(
                zh="「{name}」环节有 {cases} 件（{share}）由一人转给他人后又退回原人，事情没有向前。为每件业务指定负责人，约定转交规则。",
                en="At “{name}”, {cases} cases ({share}) went to another person and back to the first without moving on. "
                "Name one owner per case and agree when work may be passed on.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share))
            yield Finding(
                activity,
                text,
                {"cases": len(cases), "share": share, "returns": len(back)},
                cases,
                *whole(facts, np.concatenate([back - 1, back])),
            )


def returned_rows(facts: Facts) -> np.ndarray:
    """int64: rows at which work came back to a person at the same activity, by the bank's own doing."""
    rows = facts.handovers.returned
    outside = facts.of_party(Party.SYSTEM, Party.CUSTOMER, Party.THIRD_PARTY)
    several = np.array([m.multi_instance for m in facts.understanding.activities], dtype=bool)
    return rows[~facts.customer_waits.inside[rows] & ~(outside | several)[facts.activity[rows]]]
