from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern, time_out, together, whole
from bankmine.process.definition import Kind
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class IncompleteFiles(Pattern):
    """The bank asks customers for documents that a complete application would have held.

    Fires per requesting activity where the lower end of the share of the log's cases with a request is at least
    `request_share`. Saved if files were complete: the requests, the waits for their answers, and the work done again
    right after them. Control relocation, contact reduction, Reijers & Liman Mansar (2005); definitions §3.4 P15.
    """

    code = "P15"
    title = Text(zh="资料不全，反复补件", en="Incomplete files")
    diagnoses = ("D2",)
    plan = ("5.1(2)", "4.2.1(2)", "6.1.2(1)", "6.1.1")
    needs = ("requests",)
    feasibility = "high"
    consequence = "customer"
    phase = "4-6"

    request_share: float = 0.07
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        waits, items = facts.customer_waits, facts.rework.items
        again = (items.previous >= 0) & items.customer_between
        for activity in np.flatnonzero(facts.of_kind(Kind.REQUEST_TO_CUSTOMER)).tolist():
            requests = np.flatnonzero(facts.activity == activity)
            cases = distinct(facts.case[requests])
            if not len(cases) or wilson(len(cases), facts.cases)[0] < self.request_share:
                continue
            mine = (facts.activity[waits.asked] == activity) & (waits.answered >= 0)
            answers = waits.answered[mine]
            spared = whole(facts, np.concatenate([requests, redone_after(facts, answers, again[items.of_row])]))
            awaited = time_out(facts, facts.case[answers], facts.began[answers] - waits.duration[mine], facts.began[answers])
            share, rounds = len(cases) / facts.cases, len(requests) / len(cases)
            text = Text(
                zh="{cases} 件（{share}）需要「{name}」，平均 {rounds} 轮。在申请前给出材料清单，网上提交时即校验，柜员一次讲清。",
                en="{cases} cases ({share}) needed “{name}”, {rounds} rounds on average. Give a checklist before the "
                "application, validate online on submission, train staff to ask once.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share), rounds=f"{rounds:.1f}")
            yield Finding(
                activity,
                text,
                {"cases": len(cases), "share": share, "rounds": rounds, "requests": len(requests)},
                cases,
                *together(spared, awaited),
            )


def redone_after(facts: Facts, answers: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Rows of repeated work that follow an answer without new work in between."""
    found, at = [], answers + 1
    while True:
        at = at[at < len(again)]
        at = at[again[at] & (facts.case[at] == facts.case[at - 1])]
        if not len(at):
            return np.concatenate(found) if found else np.empty(0, dtype=np.int64)
        found.append(at)
        at = at + 1
