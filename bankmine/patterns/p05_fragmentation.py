from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import FEWEST_TO_COMPARE, ONE_SIDED_5_PERCENT, Finding, Pattern
from bankmine.patterns.needless import needless
from bankmine.patterns.p29_handoff_gap import handed_by, lay
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text

COMPARED = 2000  # of each side at most: the differences of all pairs are taken


@dataclass(frozen=True)
class Fragmentation(Pattern):
    """Short steps of one role that follow each other are done by different people, and the work lies in between.

    Fires per pair of successive activities of one role, neither taking more than `short_minutes` (median), where the lower end of the
    share of hand-overs between people is at least `handover_share`, and that of the hand-overs that lay although their taker was
    free at least `lying_share` and above what it is where one person does both. In a shared queue a hand-over by itself costs nothing.
    Such waits must be longer than where one person does both (Hodges-Lehmann shift, lower end above 0); saved is the time each lay. Not
    the shift: a median of hours forgets those that lay into the night. Task composition, Reijers & Liman Mansar (2005); definitions
    §3.4 P05, §4.
    """

    code = "P05"
    title = Text(zh="环节过碎", en="Work cut into small pieces")
    diagnoses = ("D1",)
    plan = ("4.2.1(1)", "4.1.3(1)", "7.1(1)")
    needs = ("start", "resource", "calendar")
    evidence = "proxy"
    feasibility = "high"
    phase = "4-6"

    short_minutes: float = 15.0
    handover_share: float = 0.30
    lying_share: float = 0.10
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        role, giver, lain = facts.roles.of_instance, handed_by(facts), lay(facts)
        within = np.flatnonzero((giver >= 0) & (role >= 0) & (role[giver] == role))
        within = within[(facts.activity[giver[within]] != facts.activity[within]) & ~facts.causes.starts.estimated[giver[within]]]
        within = within[~needless(facts)[facts.activity[within]]]
        arc = facts.activity[giver[within]].astype(np.int64) * len(facts.names) + facts.activity[within]
        for key in np.unique(arc).tolist():
            first, activity = divmod(key, len(facts.names))
            rows = within[arc == key]
            other = facts.resource[giver[rows]] != facts.resource[rows]
            moved, kept = rows[other], rows[~other]
            lying = moved[lain[moved] > 0]
            works = [float(np.median(facts.work[side])) / SECOND for side in (giver[rows], rows)]
            if len(lying) < FEWEST_TO_COMPARE or not 0 < min(works) <= max(works) <= self.short_minutes * 60:
                continue
            usual = wilson(int((lain[kept] > 0).sum()), len(kept))[1] if len(kept) >= FEWEST_TO_COMPARE else 0.0
            if wilson(len(moved), len(rows))[0] < self.handover_share or wilson(len(lying), len(moved))[0] < max(self.lying_share, usual):
                continue
            cut = lain[lying]
            if len(kept) >= FEWEST_TO_COMPARE and hodges_lehmann(facts.wait[lying], facts.wait[kept])[1] <= 0:
                continue
            cases, lost = distinct(facts.case[lying]), float(cut.mean()) / SECOND
            text = Text(
                zh="「{first}」和「{name}」都很短（中位数 {work_first} 和 {work}），同由「{role}」办理，却有 {moved} 次（{share}）换人；其中 {lying} 次"
                "接手的人空着，事情仍搁着，平均多等 {lost}。合并为一个环节，由一人一次办完。",
                en="“{first}” and “{name}” are short (medians {work_first} and {work}) and both done by “{role}”, yet the work changed "
                "hands {moved} times ({share}); {lying} times it lay although its taker was free, {lost} longer on average. Make one "
                "step of them, done by one person in one go.",
            ).format(
                first=facts.names[first],
                name=facts.names[activity],
                work_first=duration(works[0]),
                work=duration(works[1]),
                role=facts.roles.names[int(np.bincount(role[lying]).argmax())],
                moved=len(moved),
                share=percent(len(moved) / len(rows)),
                lying=len(lying),
                lost=duration(lost),
            )
            figures = {
                "handovers": len(moved),
                "share": len(moved) / len(rows),
                "lay": len(lying),
                "lost_s": lost,
                "median_work_before_s": works[0],
                "median_work_s": works[1],
            }
            yield Finding(activity, text, figures, cases, lying, cut, np.zeros_like(cut))


def hodges_lehmann(values: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """By how much `values` lie above `others`: the median of all differences, and its lower end (one-sided 5 %, normal
    approximation to the rank sum). Of more than 2,000 on a side, so many evenly spaced order statistics are compared.
    """
    n, m = len(values), len(others)
    few = [np.sort(side)[np.linspace(0, len(side) - 1, min(len(side), COMPARED)).round().astype(np.int64)] for side in (values, others)]
    differences = np.subtract.outer(*few).astype(float).ravel()
    below = max(0.5 - ONE_SIDED_5_PERCENT * float(np.sqrt((n + m + 1) / (12 * n * m))), 0.0)
    return float(np.median(differences)), float(np.quantile(differences, below, method="lower"))
