from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.routes import demanded, next_staffed
from bankmine.process.definition import Kind
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Parallel
from bankmine.words import Text


@dataclass(frozen=True)
class VaryingOrder(Pattern):
    """Two steps of different roles are done now in one order, now in the other, one after the other: they do not need each other.

    Among cases that have each step once, next to each other. Fires where the lower end of the share of the rarer order is at least
    `rarer_share`, no rule demands an order, and in most cases one waits for the other. Done at the same time, the second begins as soon
    as the case has come to the first: saved is what the first took, as far as the second waited for it. Not for steps that ask the
    customer, decide, or end the case. Parallelism, Reijers & Liman Mansar (2005); definitions §3.4 P04.
    """

    code = "P04"
    title = Text(zh="可并行的环节依次办理", en="Done in turn, though in any order")
    diagnoses = ("D1", "D3")
    plan = ("4.1.3(2)",)
    needs = ("start", "resource", "party")
    feasibility = "medium"
    risk_of_change = "medium"
    phase = "4-6"

    rarer_share: float = 0.10
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        apart = facts.of_kind(Kind.REQUEST_TO_CUSTOMER, Kind.OFFER, Kind.APPROVAL, Kind.ENQUIRY, Kind.COMPLAINT, Kind.END)
        ends = np.array([m.outcome is not None for m in facts.understanding.activities], dtype=bool)
        able = facts.by_staff & ~apart & ~ends
        size = len(facts.names)
        times = np.bincount(facts.case.astype(np.int64) * size + facts.activity, minlength=facts.cases * size)
        once = times[facts.case.astype(np.int64) * size + facts.activity] == 1
        role, after = facts.roles.of_instance, next_staffed(facts)
        first = np.flatnonzero((after >= 0) & able[facts.activity] & once)
        second = after[first]
        fits = able[facts.activity[second]] & once[second] & (role[first] >= 0) & (role[second] >= 0) & (role[first] != role[second])
        first, second = first[fits], second[fits]
        low, high = (np.sort(np.stack([facts.activity[first], facts.activity[second]]), axis=0)).astype(np.int64)
        for pair in np.unique(low * size + high).tolist():
            mine = low * size + high == pair
            one, other = divmod(pair, size)
            forward = mine & (facts.activity[first] == one)
            counts = int(forward.sum()), int(mine.sum() - forward.sum())
            if wilson(min(counts), sum(counts))[0] < self.rarer_share or demanded(facts, one, other) or demanded(facts, other, one):
                continue
            begun, later = first[mine], second[mine]
            ready = facts.enabled[begun]
            in_turn = facts.began[later] >= facts.moment[begun]
            if in_turn.mean() < 0.5:
                continue
            rows = later[in_turn]
            cut = np.clip((facts.moment[begun] - ready)[in_turn], 0, facts.wait[rows])
            order = np.argsort(rows, kind="stable")
            rows, cut = rows[order], cut[order]
            took = float(cut.mean()) / SECOND
            activity = int(np.bincount(facts.activity[rows]).argmax())
            text = Text(
                zh="「{one}」与「{other}」由不同岗位办理，{forward} 件先前者、{backward} 件先后者（较少的占 {share}），却总是一个等另一个，平均多等 {took}。"
                "两者互不依赖，可同时开始。",
                en="“{one}” and “{other}” belong to different roles; {forward} cases have the one first, {backward} the other (rarer: "
                "{share}), yet one waits for the other, {took} on average. They do not need each other: begin both at once.",
            ).format(
                one=facts.names[one],
                other=facts.names[other],
                forward=counts[0],
                backward=counts[1],
                share=percent(min(counts) / sum(counts)),
                took=duration(took),
            )
            figures = {"forward": counts[0], "backward": counts[1], "share": min(counts) / sum(counts), "mean_wait_s": took}
            to = facts.names[other if activity == one else one]
            yield Finding(activity, text, figures, distinct(facts.case[rows]), rows, cut, np.zeros_like(cut), where={"to_activity": to})

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        other = finding.where["to_activity"]
        assert other is not None, "the finding names both"
        return (Parallel(finding.activity, facts.names.index(other)),)
