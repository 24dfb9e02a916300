from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.measure.causes import CONTENTION, CUSTOMER, PRIORITISATION, SYSTEM, UNEXPLAINED
from bankmine.patterns.base import Finding, Pattern
from bankmine.show.format import duration
from bankmine.stats.difference import FALSE_DISCOVERIES, SMALL, false_discovery, standardised
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.words import Text

BY = ("segment", "channel", "product")
NOT_OURS = (CUSTOMER, SYSTEM)
OURS = (CONTENTION, PRIORITISATION, UNEXPLAINED)  # what the bank's people make cases wait while on duty
BANDS = 4
FEWEST = 30


@dataclass(frozen=True)
class UnequalWait(Pattern):
    """Cases of one segment, channel or product wait longer for the bank's people than like cases of the others.

    Compared is the waiting in duty time (queue, overtaken, unexplained), not what customers, systems or closed doors make, inside strata
    of the other attributes, the quarter of the amount and the month of arrival. Fires where the stratified rank test keeps
    q < 0.05 over all values of all attributes and Cliff's delta is at least `delta`; found at the step with the most excess. Saved
    is what the mean wait there, nights included, lies above the others'. A segment that the bank means to serve first is no inequity to
    the rest. Case assignment, Reijers & Liman Mansar (2005); definitions §3.4 P21, §4.
    """

    code = "P21"
    title = Text(zh="不同客户等待不均", en="Some cases wait longer than their like")
    diagnoses = ("D4", "D3")
    plan = ("7.1(3)", "7.2(5)")
    needs = ("start", "resource", "groups")
    evidence = "proxy"
    feasibility = "medium"
    consequence = "customer"
    phase = "4-6"

    delta: float = SMALL
    realistic: float = 1.0

    def find(self, facts: Facts) -> Iterator[Finding]:
        for name, value, rows, cut, others_s in unequal(facts, self.delta):
            activity = int(facts.activity[rows[0]])
            mine = facts.wait[rows]
            text = Text(
                zh="「{value}」的案件在「{name}」前平均等 {mine}，条件相同的其他案件只等 {others}。统一受理规则，查清这类案件卡在哪里。",
                en="Before “{name}” cases of “{value}” wait {mine} on average, other cases of the same kind {others}. Make one rule of "
                "service for all, and find out where these cases are held up.",
            ).format(name=facts.names[activity], value=value, mine=duration(float(mine.mean()) / SECOND), others=duration(others_s))
            figures = {"items": len(rows), "mean_wait_s": float(mine.mean()) / SECOND, "others_mean_wait_s": others_s}
            where = {name: value} if name in ("segment", "channel") else {}
            yield Finding(activity, text, figures, distinct(facts.case[rows]), rows, cut, np.zeros_like(cut), where=where)


def unequal(facts: Facts, least: float = SMALL) -> list[tuple[str, str, np.ndarray, np.ndarray, float]]:
    """Attribute, value, the rows at the step with most excess, what each would save, and the others' mean wait there in seconds."""
    if "groups" not in facts.has:
        return []
    begins = facts.offsets[:-1]
    known = {name: facts.attributes[name].codes[begins] for name in BY if name in facts.attributes}
    waited = np.where(facts.by_staff[facts.activity], facts.causes.parts[:, OURS].sum(axis=1), 0)
    whole = np.where(facts.by_staff[facts.activity], facts.wait - facts.causes.parts[:, NOT_OURS].sum(axis=1), 0)
    per_case = grouped_sum(waited, facts.case, facts.cases).astype(float)
    month = facts.case_begin // (30 * DAY)
    asked = []
    for name, code in known.items():
        others = [c for other, c in known.items() if other != name]
        use = np.flatnonzero(code >= 0)
        stratum = _strata([*others, _band(facts), month], use)
        found = standardised(per_case[use], code[use].astype(np.int64), len(facts.attributes[name].values), stratum)
        enough = np.bincount(code[use], minlength=len(found.delta)) >= FEWEST
        asked += [(name, value, float(found.delta[value]), float(found.p[value])) for value in np.flatnonzero(enough).tolist()]
    q = false_discovery(np.array([p for *_, p in asked])) if asked else []
    result = []
    for (name, value, delta, _), sure in zip(asked, q, strict=True):
        meant = set(facts.priority) & set(facts.attributes[name].values)  # where some are to be served first, the others wait for it
        if not (sure < FALSE_DISCOVERIES and delta >= least) or meant:
            continue
        mine = known[name][facts.case] == value
        count, other = (np.bincount(facts.activity[side], minlength=len(facts.names)) for side in (mine, ~mine))
        sums, rest = (grouped_sum(np.where(side, waited, 0), facts.activity, len(facts.names)) for side in (mine, ~mine))
        excess = np.where((count >= FEWEST) & (other >= FEWEST), sums - rest / np.maximum(other, 1) * count, 0.0)
        activity = int(excess.argmax())
        if excess[activity] <= 0:
            continue
        here = facts.activity == activity
        rows = np.flatnonzero(here & mine & (whole > 0))
        mean, usual = float(whole[here & mine].mean()), float(whole[here & ~mine].mean())
        cut = (whole[rows] * max(1 - usual / max(mean, 1.0), 0.0)).astype(np.int64)
        result.append((name, facts.attributes[name].values[value], rows, cut, usual / SECOND))
    return result


def held_up(facts: Facts) -> np.ndarray:
    """bool [instances]: waits that are longer for one segment than for its like: theirs is another remedy than for hand-offs."""
    result = np.zeros(len(facts.case), dtype=bool)
    for _, _, rows, _, _ in unequal(facts):
        result[rows] = True
    return result


def _band(facts: Facts) -> np.ndarray:
    """int64 [cases]: the quarter of the amount, -1 = none."""
    amounts = facts.numbers.get("amount")
    if amounts is None:
        return np.full(facts.cases, -1)
    amount = amounts[facts.offsets[:-1]]
    if np.isnan(amount).all():
        return np.full(facts.cases, -1)
    edges = np.nanquantile(amount, np.arange(1, BANDS) / BANDS)
    return np.where(np.isnan(amount), -1, np.searchsorted(edges, amount))


def _strata(columns: list[np.ndarray], use: np.ndarray) -> np.ndarray:
    """int64 [use]: cases with the same codes in every column."""
    return np.unique(np.stack([column[use] for column in columns], axis=1), axis=0, return_inverse=True)[1].reshape(-1)
