import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import CUSTOMER, PRIORITISATION, UNEXPLAINED
from bankmine.patterns.base import FEWEST_TO_COMPARE, ONE_SIDED_5_PERCENT, Finding, Pattern, role_of
from bankmine.patterns.p29_handoff_gap import handed_by
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.process.definition import Kind, Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import grouped_sum
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Order
from bankmine.words import Text

FOLDS = 5


@dataclass(frozen=True)
class Overtaking(Pattern):
    """Work in a role's queue is overtaken by work that came later, and nothing tells why.

    The counterfactual is first come, first served: the role's k-th start goes to its k-th item to become ready; some then wait less,
    others more, the sum is the same. An item was overtaken if it would have waited less and waited for later work of the person who
    served it. Fires per role where at least `overtaken_share` (lower end) of the items were, and waited more for later work than for
    nothing at all (work that comes to light late looks overtaken too), where that made at least `of_cycle_time` (lower end) of their
    cases' avoidable cycle time, and where nothing predicts who overtakes: the area under the curve is not shown (lower end) to be above
    `predictable` for any attribute or number, the activity, or going on with one's own case. The mean stays; it is ranked on what the
    overtaken lose (docs/decisions/0008). Placed at the activity with the most waiting for later work.
    Case assignment, Reijers & Liman Mansar (2005); definitions §3.4 P10.
    """

    code = "P10"
    title = Text(zh="无章法的插队", en="Overtaken in the queue")
    diagnoses = ("D3", "D4")
    plan = ("7.2(2)", "4.1.3(3)")
    needs = ("start", "resource", "calendar")
    feasibility = "high"
    phase = "4-6"

    of_cycle_time: float = 0.05
    overtaken_share: float = 0.05
    predictable: float = 0.6
    realistic: float = 1.0

    def find(self, facts: Facts) -> Iterator[Finding]:
        parts, role = facts.causes.parts, facts.roles.of_instance
        outside = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY, Party.SYSTEM) | facts.of_kind(Kind.ENQUIRY, Kind.COMPLAINT)
        queued = ~outside[facts.activity] & ~facts.causes.unknown & (facts.causes.batches.of_row < 0) & ~facts.by_design & (role >= 0)
        queued &= ~facts.customer_waits.inside
        ready, began = facts.enabled + parts[:, CUSTOMER], facts.causes.starts.began
        for r in np.unique(role[queued & (parts[:, PRIORITISATION] > 0)]).tolist():
            rows = np.flatnonzero(queued & (role == r))
            order = np.lexsort((rows, began[rows], ready[rows]))
            later = np.empty(len(rows), dtype=np.int64)
            later[order] = began[rows[order]] - np.sort(began[rows])
            overtaken = (later > 0) & (parts[rows, PRIORITISATION] > 0)
            behind_later, idle = parts[rows[overtaken]][:, [PRIORITISATION, UNEXPLAINED]].sum(axis=0).tolist()
            if overtaken.sum() < FEWEST_TO_COMPARE or behind_later <= idle:
                continue
            cases, share, low = share_of_cycle_time(facts, rows[overtaken], later[overtaken])
            if low < self.of_cycle_time or wilson(int(overtaken.sum()), len(rows))[0] < self.overtaken_share:
                continue
            best, surely = self._best_predictor(facts, rows, later)
            if surely > self.predictable:
                continue
            activity = int(grouped_sum(parts[rows, PRIORITISATION], facts.activity[rows], len(facts.names)).argmax())
            moved = later != 0
            wait = float(later[overtaken].mean()) / SECOND
            text = Text(
                zh="「{role}」的待办不按先来后到，「{name}」最明显：{count} 件被后来的插队，比先来先办平均多等 {wait}，占办理时长的 {share}；客户、产品、金额等都"
                "解释不了谁先办（AUC 至多 {auc}）。明确优先等级，同级先来先办，由系统派件。",
                en="“{role}” does not take its work in turn, most of all at “{name}”: {count} items were overtaken and waited {wait} "
                "longer than first come, first served would have made them, {share} of the cycle time; nothing in the log tells who "
                "goes first (AUC {auc} at most). Set priority classes, serve each class in order of arrival, let the system hand out "
                "the work.",
            ).format(
                role=facts.roles.names[r],
                name=facts.names[activity],
                count=int(overtaken.sum()),
                wait=duration(wait),
                share=percent(share),
                auc=f"{best:.2f}",
            )
            figures = {"overtaken": int(overtaken.sum()), "wait_s": wait, "share_of_cycle_time": share, "best_auc": best}
            where = {"role": facts.roles.names[r]}
            yield Finding(
                activity, text, figures, cases, rows[moved], later[moved], np.zeros(int(moved.sum()), dtype=np.int64), where=where
            )

    def _best_predictor(self, facts: Facts, rows: np.ndarray, later: np.ndarray) -> tuple[float, float]:
        """The highest area under the curve with which anything known of an item tells those that overtook from those overtaken, and the
        highest lower end.
        """
        rows, overtook = rows[later != 0], (later < 0)[later != 0]
        giver = handed_by(facts)[rows]
        own = (giver >= 0) & (facts.resource[giver] == facts.resource[rows])
        codes = [a.codes[rows] for name, a in facts.attributes.items() if name not in ("role", "resource")]
        fold = facts.case[rows] % FOLDS
        areas = [area_under_curve(own.astype(float), overtook)]
        areas += [area_under_curve(_rates(code, overtook, fold), overtook) for code in (facts.activity[rows], *codes)]
        for values in facts.numbers.values():
            known = np.isfinite(values[rows])
            area = area_under_curve(values[rows][known], overtook[known])
            areas.append(max(area, 1 - area))
        return max(areas), max(area - ONE_SIDED_5_PERCENT * _error(area, int(overtook.sum()), int((~overtook).sum())) for area in areas)

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Order(role_of(facts, finding)),)


def _error(area: float, hits: int, misses: int) -> float:
    """Standard error of an area under the curve (Hanley & McNeil 1982)."""
    two_hits, two_misses = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (hits - 1) * (two_hits - area**2) + (misses - 1) * (two_misses - area**2)
    return math.sqrt(max(area * (1 - area) + spread, 0.0) / max(hits * misses, 1))


def _rates(code: np.ndarray, hit: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """float64: for each item the share of hits among the items of its category in the other folds; of all of them if there are none."""
    category = np.unique(code, return_inverse=True)[1]
    result = np.full(len(code), 0.5)
    for f in range(FOLDS):
        rest = fold != f
        count = np.bincount(category[rest], minlength=len(code))
        hits = np.bincount(category[rest], weights=hit[rest], minlength=len(code))
        share = np.where(count > 0, hits / np.maximum(count, 1), hit[rest].mean() if rest.any() else 0.5)
        result[~rest] = share[category[~rest]]
    return result


def area_under_curve(score: np.ndarray, hit: np.ndarray) -> float:
    """Probability that a hit scores higher than a miss, ties counted half; 0.5 where there are only hits or only misses."""
    hits = int(hit.sum())
    if hits in (0, len(hit)):
        return 0.5
    _, at, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[at]
    return float((rank[hit].sum() - hits * (hits + 1) / 2) / (hits * (len(hit) - hits)))
