from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern, whole
from bankmine.patterns.routes import demanded, next_staffed
from bankmine.process.definition import Kind, Outcome
from bankmine.show.format import duration, percent
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Spared, evenly
from bankmine.words import Text

CHECKS = (Kind.CONTROL, Kind.CHECK)  # an approval rests on what was found before it
FEWEST_REJECTIONS = 30


@dataclass(frozen=True)
class KnockoutOrder(Pattern):
    """A costly check that rejects few comes before a cheap one that rejects many.

    A check rejects where the next step of the bank's people is a rejection. Of two checks that both reject, one usually right before the
    other, the first ought to be the one with less effort per rejection. Fires where the effort per rejection of the earlier one (at the
    upper end of its rejection share) is more than `ratio` times that of the later one (at the lower end), and no rule demands their order.
    Spared is the earlier check in the cases that the later one rejects, less what the later one costs the cases that the earlier one
    rejects. Rejection shares are of the cases that reach a check, and
    what a check needs to know the log does not tell: a proxy. Knock-out, resequencing, Reijers & Liman Mansar (2005); definitions
    §3.1, §3.4 P03.
    """

    code = "P03"
    title = Text(zh="检查先后不当", en="Checks in the wrong order")
    diagnoses = ("D1", "D3")
    plan = ("4.1.3(2)", "4.2.3")
    needs = ("start", "endings")
    evidence = "proxy"
    feasibility = "medium"
    risk_of_change = "medium"
    phase = "4-6"

    ratio: float = 1.5
    realistic: float = 0.7

    def find(self, facts: Facts) -> Iterator[Finding]:
        declined = np.array([m.outcome is Outcome.DECLINED for m in facts.understanding.activities], dtype=bool)
        following = next_staffed(facts)
        rejects = (following >= 0) & declined[facts.activity[following]]
        checks = []
        for activity in np.flatnonzero(facts.of_kind(*CHECKS) & facts.by_staff).tolist():
            rows = np.flatnonzero(facts.activity == activity)
            hits = int(rejects[rows].sum())
            effort = float(facts.work[rows].mean()) / SECOND if len(rows) else 0.0
            if hits >= FEWEST_REJECTIONS and effort > 0:
                checks.append((activity, rows, hits, effort, wilson(hits, len(rows))))
        for one in checks:
            for other in checks:
                found = self._pair(facts, one, other, rejects)
                if found is not None:
                    yield found

    def _pair(
        self,
        facts: Facts,
        one: tuple[int, np.ndarray, int, float, tuple[float, float]],
        other: tuple[int, np.ndarray, int, float, tuple[float, float]],
        rejects: np.ndarray,
    ) -> Finding | None:
        """`one` comes before `other` in nearly all cases that have both, and ought not to."""
        (activity, rows, _, effort, share), (later, others, hits, cheaper, more) = one, other
        if activity == later or demanded(facts, activity, later) or effort / share[1] <= self.ratio * cheaper / max(more[0], 1e-9):
            return None
        first, second = (np.full(facts.cases, -1, dtype=np.int64) for _ in range(2))
        first[facts.case[rows[::-1]]], second[facts.case[others[::-1]]] = rows[::-1], others[::-1]
        both = (first >= 0) & (second >= 0)
        # Next to each other, so that the later one is not moved ahead of the work that it looks at.
        if not both.any() or (next_staffed(facts)[first[both]] == second[both]).mean() < 0.9:
            return None
        cases = np.unique(facts.case[others[rejects[others]]])
        cases = cases[both[cases] & (first[cases] < second[cases])]
        spared = np.sort(first[cases])
        text = Text(
            zh="「{name}」每次用 {effort}，只拒绝 {share}；其后的「{later}」每次只用 {cheaper}，却拒绝 {more}。先做「{later}」，{n} 件被拒的业务就不必再做"
            "「{name}」。先确认后者不依赖前者的结果。",
            en="“{name}” takes {effort} and rejects {share}; “{later}”, which comes after it, takes {cheaper} and rejects {more}. Done "
            "first, “{later}” would spare {n} rejected cases “{name}”. Make sure first that it does not need what “{name}” finds.",
        ).format(
            name=facts.names[activity],
            later=facts.names[later],
            effort=duration(effort),
            cheaper=duration(cheaper),
            share=percent(one[2] / len(rows)),
            more=percent(hits / len(others)),
            n=len(cases),
        )
        figures = {
            "work_s": effort,
            "rejected_share": one[2] / len(rows),
            "later_work_s": cheaper,
            "later_rejected_share": hits / len(others),
            "spared_cases": len(cases),
        }
        rows, wait, work = whole(facts, spared)
        # The cases that the earlier one declines have the later one as well, then.
        declined = rejects & (facts.activity == activity) & (second[facts.case] < 0)
        extra = int(declined.sum()) * float((facts.wait[others] + facts.work[others]).mean())
        kept = max(1 - extra / max(float((wait + work).sum()), 1.0), 0.0)
        wait, work = (wait * kept).astype(np.int64), (work * kept).astype(np.int64)
        return Finding(activity, text, figures, cases, rows, wait, work, where={"to_activity": facts.names[later]})

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        # As many fewer as the later check costs the cases that the earlier one declines.
        all_of_it = facts.wait[finding.rows] + facts.work[finding.rows]
        kept = float((finding.wait_cut + finding.work_cut).sum()) / max(float(all_of_it.sum()), 1.0)
        return (Spared(finding.rows[evenly(len(finding.rows)) < kept]),)
