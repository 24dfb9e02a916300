from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.base import Breaches, Finding, Pattern
from bankmine.process.definition import Party
from bankmine.show.format import percent
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class FourEyes(Pattern):
    """The same person did two steps that the process keeps apart, such as entry and approval.

    Per case: violated if a person did both, unknown if somebody is not recorded and no breach is seen, else passed. Fires
    where there are at least `fewest` breaches and the lower end of their share exceeds `tolerated_share`. Nobody is named:
    the finding is about the control, not about people. Control addition, Reijers & Liman Mansar (2005); definitions §3.4 P22.
    """

    code = "P22"
    title = Text(zh="录入与审批未分离", en="Four-eyes principle broken")
    diagnoses = ("D5",)
    plan = ("4.1.3(4)", "4.2.3", "8.2.3", "8.2.4(2)")
    needs = ("resource", "segregation")
    kind = "control"
    feasibility = "high"
    risk_of_inaction = "high"
    consequence = "compliance"
    phase = "4-6"

    tolerated_share: float = 0.0
    fewest: int = 5

    def find(self, facts: Facts) -> Iterator[Finding]:
        people = ~facts.of_party(Party.SYSTEM)
        for activity, meaning in enumerate(facts.understanding.activities):
            if meaning.step is None or not meaning.step.segregated_from:
                continue
            entry = facts.of_step(*meaning.step.segregated_from) & people
            approvals = np.flatnonzero(facts.activity == activity)
            entries = np.flatnonzero(entry[facts.activity])
            violated, passed, unknown = _verdicts(facts, approvals, entries)
            breaches = Breaches(len(violated), len(violated) + len(passed), len(unknown))
            if breaches.violated < self.fewest or wilson(breaches.violated, breaches.checked)[0] <= self.tolerated_share:
                continue
            rows = np.sort(np.concatenate([approvals, entries]))
            rows = rows[np.isin(facts.case[rows], violated)]
            share = breaches.violated / breaches.checked
            text = Text(
                zh="{checked} 件中有 {violated} 件（{share}）由同一人录入并办理「{name}」，另有 {unknown} 件因经办人缺失无法判断。"
                "在系统中强制分离，并定期审计。",
                en="In {violated} of {checked} cases ({share}) the same person entered the case and did “{name}”; {unknown} more "
                "cannot be judged because somebody is not recorded. Enforce the separation in the system and audit it.",
            ).format(
                name=facts.names[activity],
                violated=breaches.violated,
                checked=breaches.checked,
                share=percent(share),
                unknown=breaches.unknown,
            )
            nothing = np.zeros(len(rows), dtype=np.int64)
            yield Finding(
                activity,
                text,
                {"violated": breaches.violated, "checked": breaches.checked, "unknown": breaches.unknown, "share": share},
                violated,
                rows,
                nothing,
                nothing,
                breaches,
            )


def _verdicts(facts: Facts, approvals: np.ndarray, entries: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cases that have both steps: violated, passed, unknown."""
    people = int(facts.resource.max(initial=0)) + 1
    both = np.intersect1d(facts.case[approvals], facts.case[entries])

    def pairs(rows: np.ndarray) -> np.ndarray:
        rows = rows[facts.resource[rows] >= 0]
        return np.unique(facts.case[rows].astype(np.int64) * people + facts.resource[rows])

    violated = np.unique(np.intersect1d(pairs(approvals), pairs(entries)) // people)
    rows = np.concatenate([approvals, entries])
    unnamed = np.unique(facts.case[rows[facts.resource[rows] < 0]])
    rest = np.setdiff1d(both, violated)
    unknown = np.intersect1d(rest, unnamed)
    return violated, np.setdiff1d(rest, unknown), unknown
