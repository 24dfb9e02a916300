from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern
from bankmine.process.definition import Outcome
from bankmine.show.format import percent
from bankmine.stats.grouped import grouped_sum
from bankmine.stats.shares import wilson
from bankmine.words import Text

SEGMENTS = ("segment", "product", "channel", "branch")
FEWEST = 30


@dataclass(frozen=True)
class Withdrawal(Pattern):
    """Customers withdraw after they have had an offer: what the bank did for it was for nothing.

    Among closed cases with an offer or a request for confirmation. Fires where the lower end of the share that the customer then
    withdraws is at least `withdrawn_share`. Lost is the staff's work on those cases; to be had is the part by which the share lies above
    that of the best segment, product, channel or branch with 30 cases (upper end), and `realistic` where the log has none of them.
    What it costs in income, no log tells. Case types, customer teams, Reijers & Liman Mansar (2005); definitions §3.4 P17.
    """

    code = "P17"
    title = Text(zh="报价后客户放弃", en="Withdrawn after the offer")
    diagnoses = ("D2", "D4")
    plan = ("7.2(1)", "7.2(3)", "5.2(1)", "5.2(2)", "6.1.2(2)")
    needs = ("start", "customer_steps", "endings")
    kind = "effort"
    evidence = "proxy"
    feasibility = "medium"
    consequence = "customer"
    phase = "7-9"

    withdrawn_share: float = 0.10
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        if not facts.endings.from_definition:
            return
        offers = np.flatnonzero(facts.of_offers[facts.activity])
        offered = np.zeros(facts.cases, dtype=bool)
        offered[facts.case[offers]] = True
        closed = facts.endings.closed
        by = np.where(closed, facts.endings.by, 0)
        withdrawn = np.array([m.outcome is Outcome.WITHDRAWN for m in facts.understanding.activities], dtype=bool)
        lost = offered & closed & withdrawn[facts.activity[by]]
        judged = np.flatnonzero(offered & closed)
        cases = np.flatnonzero(lost)
        if wilson(len(cases), len(judged))[0] < self.withdrawn_share:
            return
        share = len(cases) / len(judged)
        best = self._best(facts, judged, lost)
        rows = np.flatnonzero(lost[facts.case] & (facts.staff_work > 0))
        last = np.full(facts.cases, -1, dtype=np.int64)
        last[facts.case[offers]] = facts.activity[offers]
        activity = int(np.bincount(last[cases]).argmax())
        effort = grouped_sum(facts.staff_work, facts.case, facts.cases)
        wasted = float(effort[cases].sum() / max(effort.sum(), 1))
        text = Text(
            zh="收到「{name}」后，{judged} 件中有 {cases} 件（{share}）被客户放弃，为其所做的工作占全部工时的 {wasted}。"
            "报价前摸清客户需求，写清条件，分客群设计方案。",
            en="After “{name}” customers withdrew {cases} of {judged} cases ({share}); the work done for them is {wasted} of all staff "
            "time. Find out beforehand what customers want, state the terms clearly, design by segment.",
        ).format(
            name=facts.names[activity],
            judged=len(judged),
            cases=len(cases),
            share=percent(share),
            wasted=percent(wasted),
        )
        if best:
            text = text.then(BETTER.format(value=best[0], rate=percent(best[1])))
        figures: dict[str, float] = {"offered": len(judged), "withdrawn": len(cases), "share": share, "wasted_share": wasted}
        if best:
            figures["best_share"] = best[1]
        yield Finding(
            activity,
            text,
            figures,
            cases,
            rows,
            np.zeros(len(rows), dtype=np.int64),
            facts.staff_work[rows],
            realistic=max(1 - best[1] / share, 0.0) if best else None,
        )

    def _best(self, facts: Facts, judged: np.ndarray, lost: np.ndarray) -> tuple[str, float] | None:
        """The value of an attribute with the surely lowest share, and the upper end of that share; None where all are alike."""
        found: list[tuple[float, str]] = []
        for name in SEGMENTS:
            column = facts.attributes.get(name)
            if column is None:
                continue
            code = column.codes[facts.offsets[:-1]][judged]
            for value in np.unique(code[code >= 0]).tolist():
                mine = judged[code == value]
                if len(mine) >= FEWEST:
                    found.append((wilson(int(lost[mine].sum()), len(mine))[1], column.values[value]))
        rate = wilson(int(lost[judged].sum()), len(judged))[0]
        best = min(found, default=None)
        return (best[1], best[0]) if best is not None and best[0] < rate else None


BETTER = Text(zh="做得最好的「{value}」至多 {rate}。", en="At “{value}”, the best, it is at most {rate}.")
