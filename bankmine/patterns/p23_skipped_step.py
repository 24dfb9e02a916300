from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Breaches, Finding, Pattern
from bankmine.show.format import percent
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class SkippedStep(Pattern):
    """A mandatory step is missing, or comes only after the step that must not happen without it.

    Judged in the cases that reached the later step. A step that fewer than `recorded_share` of them show is taken as not
    recorded in this log and is not judged. Fires where there are at least `fewest` breaches and the lower end of their share
    exceeds `tolerated_share`. Control addition, Reijers & Liman Mansar (2005); definitions §3.4 P23.
    """

    code = "P23"
    title = Text(zh="必经环节被跳过或后补", en="Mandatory step skipped or late")
    diagnoses = ("D5",)
    plan = ("4.1.3(4)", "7.1(4)", "8.2.3(1)")
    needs = ("mandatory",)
    kind = "control"
    feasibility = "medium"
    risk_of_change = "low"
    risk_of_inaction = "high"
    consequence = "compliance"
    phase = "4-6"

    tolerated_share: float = 0.0
    fewest: int = 5
    recorded_share: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        definition = facts.understanding.definition
        for step in definition.steps if definition else ():
            mandatory, later = facts.of_step(step.id), facts.of_step(step.before or "")
            if not step.mandatory or not mandatory.any() or not later.any():
                continue
            first_later = _first(facts, later)
            first_step = _first(facts, mandatory)
            reached = first_later < len(facts.case)
            present = reached & (first_step < len(facts.case))
            if present.sum() < self.recorded_share * reached.sum():
                continue
            skipped = reached & ~present
            late = present.copy()
            late[present] = facts.moment[first_step[present]] > facts.moment[first_later[present]]
            cases = np.flatnonzero(skipped | late)
            breaches = Breaches(len(cases), int(reached.sum()), 0)
            if breaches.violated < self.fewest or wilson(breaches.violated, breaches.checked)[0] <= self.tolerated_share:
                continue
            codes = np.flatnonzero(mandatory)
            activity = int(codes[np.bincount(facts.activity, minlength=len(facts.names))[codes].argmax()])
            target = facts.names[int(facts.activity[first_later[cases[0]]])]
            share = breaches.violated / breaches.checked
            text = Text(
                zh="到达「{target}」的 {checked} 件中，{skipped} 件没有「{name}」，{late} 件事后才补（{share}）。在系统中设卡，未完成不得继续，并实时预警。",
                en="Of {checked} cases that reached “{target}”, {skipped} had no “{name}” and {late} had it only afterwards "
                "({share}). Block the later step in the system until it is done, and alert at once.",
            ).format(
                name=facts.names[activity],
                target=target,
                checked=breaches.checked,
                skipped=int(skipped.sum()),
                late=int(late.sum()),
                share=percent(share),
            )
            rows = np.sort(np.concatenate([first_later[cases], first_step[late]]))
            nothing = np.zeros(len(rows), dtype=np.int64)
            yield Finding(
                activity,
                text,
                {
                    "violated": breaches.violated,
                    "checked": breaches.checked,
                    "share": share,
                    "skipped": int(skipped.sum()),
                    "late": int(late.sum()),
                },
                cases,
                rows,
                nothing,
                nothing,
                breaches,
                where={"to_activity": target},
            )


def _first(facts: Facts, activities: np.ndarray) -> np.ndarray:
    """int64 [cases]: the first row of each case with one of the activities; the number of rows where there is none."""
    rows = np.flatnonzero(activities[facts.activity])
    first = np.full(facts.cases, len(facts.case), dtype=np.int64)
    np.minimum.at(first, facts.case[rows], rows)
    return first
