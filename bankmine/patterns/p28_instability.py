from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.measure.drift import MONDAY, WAIT, WEEK
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.queues import queues, sooner
from bankmine.patterns.timetable import Timetable
from bankmine.process.definition import Party
from bankmine.show.format import duration
from bankmine.stats.difference import FALSE_DISCOVERIES, LARGE, SMALL, false_discovery, rank_sums, standardised
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.words import Text

FEWEST_ITEMS = 30
FEWEST_OFFICES = 3
BEST = 0.25  # of the offices: the pattern for the others

SINCE = Text(
    zh="「{name}」自 {date} 当周起等待变长并延续至今：中位数由 {before} 升至 {after}（{items} 件）。查明当周起的变化（人员、系统、制度、业务量），"
    "恢复原有水平，并设控制图持续监控。",
    en="Waits before “{name}” have been longer since the week of {date}, to this day: the median rose from {before} to {after} "
    "({items} items). Find out what changed then (people, systems, rules, volume), restore the former level and watch it with a "
    "control chart.",
)
OFFICE = Text(
    zh="「{branch}」办理「{name}」前的等待中位数为 {after}，最好的四分之一网点为 {before}（{items} 件；同产品之间比较后仍然明显）。"
    "照搬最好网点的做法，统一标准并持续监控各网点。",
    en="At {branch}, work waits {after} (median) before “{name}”, at the best quarter of branches {before} ({items} items; also clear "
    "within the same product). Copy what the best branches do, set one standard and monitor all branches.",
)


@dataclass(frozen=True, eq=False)
class Unstable:
    """Items of an activity that wait longer than the same work did before, or does at the best branches: `rows` int64, ascending, and
    `excess` int64 microseconds of each; medians in seconds; `since` UTC microseconds, or `branch`.
    """

    activity: int
    rows: np.ndarray
    excess: np.ndarray
    before_s: float
    after_s: float
    since: int | None = None
    branch: str | None = None
    where: MappingProxyType[str, str | None] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Instability(Pattern):
    """The same work waits longer than it did some weeks ago, or longer at one branch than at the best ones.

    Fires where the weekly level of a step's waits has risen and stayed risen (see the drift measure: at least 12 weeks, not by chance at 5
    % over all series) by a Cliff's delta of at least `rise`, so that the seasons of business are no news; and where a branch's waits at a
    step are longer than the others' within the same product (delta at least `gap`, false discoveries under 5 %), among at least three
    branches with 30 items. Saved is each wait's excess over the same quantile of the level before, or of the best quarter of branches. A
    rise that is nothing but the queue of a role is none, unless the role has had more work per hour on duty since (rank test over weeks at
    5 %): where people are busy, queues come and go by themselves for weeks. Rework that has risen is told by P07.
    Control addition, Reijers & Liman Mansar (2005); definitions §3.4 P28, §4.
    """

    code = "P28"
    title = Text(zh="水平漂移或网点差距", en="Drift, or a gap between branches")
    diagnoses = ("D5", "D3")
    plan = ("4.1.3(4)", "9.2", "6.2.2(3)")
    needs = ("weeks_or_branches",)
    feasibility = "high"
    phase = "7-9"

    rise: float = LARGE
    gap: float = SMALL
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        for one in unstable(facts, self.rise, self.gap):
            words: dict[str, Text | str | int | float] = {
                "name": facts.names[one.activity],
                "before": duration(one.before_s),
                "after": duration(one.after_s),
                "items": len(one.rows),
            }
            if one.since is not None:
                text = SINCE.format(**words, date=str(np.datetime64(one.since, "us").astype("datetime64[D]")))
            else:
                text = OFFICE.format(**words, branch=one.branch or "")
            yield Finding(
                one.activity,
                text,
                {"items": len(one.rows), "before_s": one.before_s, "after_s": one.after_s},
                distinct(facts.case[one.rows]),
                one.rows,
                one.excess,
                np.zeros(len(one.rows), dtype=np.int64),
                where=one.where,
            )


def unstable_waits(facts: Facts) -> np.ndarray:
    """int64 [instances]: microseconds of waiting that are told here; the larger where both are."""
    result = np.zeros(len(facts.case), dtype=np.int64)
    for one in unstable(facts):
        result[one.rows] = np.maximum(result[one.rows], one.excess)
    return result


def unstable(facts: Facts, rise: float = LARGE, gap: float = SMALL) -> Iterator[Unstable]:
    """Steps whose waits have risen for good, in the measure's order; then branches that lag behind, by activity and branch."""
    yield from _since(facts, rise)
    if "branch" in facts.attributes:
        yield from _offices(facts, gap)


def _since(facts: Facts, rise: float) -> Iterator[Unstable]:
    drift = facts.drift
    for k in np.flatnonzero(drift.lasting & (drift.what == WAIT) & (drift.after > drift.before)).tolist():
        here = (facts.activity == drift.activity[k]) & (facts.enabler >= 0)
        before = here & (facts.enabled >= drift.since[k]) & (facts.enabled < drift.at[k])
        rows = np.flatnonzero(here & (facts.enabled >= drift.at[k]))
        at = int(drift.at[k])
        both = np.concatenate([facts.wait[rows], facts.wait[before]]).astype(float)
        if not rank_sums(both, (np.arange(len(both)) < len(rows)).astype(np.int64), 2).delta[1] >= rise:
            continue
        wait = facts.wait - _queued(facts, rows, at)
        excess = _excess(wait[rows], wait[before])
        if not excess.any():
            continue
        yield Unstable(int(drift.activity[k]), rows, excess, float(drift.before[k]), float(drift.after[k]), since=at)


def _queued(facts: Facts, rows: np.ndarray, at: int) -> np.ndarray:
    """int64 [instances]: microseconds in the queues of the roles that do `rows` and have had no more work per hour on duty since `at` than
    before: such a queue comes and goes by itself, for weeks where people are busy, and is no change.
    """
    result = np.zeros(len(facts.case), dtype=np.int64)
    for queue in queues(facts):
        table = Timetable.of(facts, queue) if queue.role in facts.roles.of_instance[rows] else None
        if table is None:
            continue
        weeks, week = np.unique((table.day * DAY - MONDAY) // WEEK, return_inverse=True)
        load = grouped_sum(table.arriving, week, len(weeks)) / grouped_sum(table.capacity, week, len(weeks))
        busier = rank_sums(load, (weeks * WEEK + MONDAY >= at).astype(np.int64), 2)
        if not (busier.delta[1] > 0 and busier.p[1] < FALSE_DISCOVERIES):
            result[queue.rows] = sooner(facts, queue.rows, queue.contention)
    return result


def _offices(facts: Facts, gap: float) -> Iterator[Unstable]:
    branch, product = facts.attributes["branch"], facts.attributes.get("product")
    people = facts.by_staff & ~facts.of_party(Party.SYSTEM)
    known = (branch.codes >= 0) & people[facts.activity] & (facts.enabler >= 0) & ~facts.by_design
    asked, p = list[tuple[int, int, np.ndarray, np.ndarray]](), list[float]()
    for activity in distinct(facts.activity[known]).tolist():
        rows = np.flatnonzero(known & (facts.activity == activity))
        offices, of, count = np.unique(branch.codes[rows], return_inverse=True, return_counts=True)
        enough = np.flatnonzero(count >= FEWEST_ITEMS)
        if len(enough) < FEWEST_OFFICES:
            continue
        stratum = np.zeros(len(rows), dtype=np.int64) if product is None else product.codes[rows].astype(np.int64)
        found = standardised(facts.wait[rows].astype(float), of, len(offices), stratum)
        medians = np.array([np.median(facts.wait[rows[of == office]]) for office in enough.tolist()])
        best = np.isin(of, enough[medians <= np.quantile(medians, BEST)])
        for office in enough.tolist():
            asked.append((activity, int(offices[office]), rows[of == office], rows[best & (of != office)]))
            p.append(float(found.p[office]) if found.delta[office] >= gap else 1.0)
    for (activity, office, rows, best), q in zip(asked, false_discovery(np.array(p)).tolist(), strict=True):
        if q >= FALSE_DISCOVERIES or not len(best):
            continue
        name = branch.values[office]
        medians = [float(np.median(facts.wait[of])) / SECOND for of in (best, rows)]
        excess = _excess(facts.wait[rows], facts.wait[best])
        yield Unstable(activity, rows, excess, medians[0], medians[1], branch=name, where=MappingProxyType({"branch": name}))


def _excess(waits: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """int64: what each wait has beyond the same quantile of the usual ones, never below 0."""
    rank = np.empty(len(waits))
    rank[np.argsort(waits, kind="stable")] = (np.arange(len(waits)) + 0.5) / max(len(waits), 1)
    return np.maximum(waits - np.quantile(usual, rank), 0).astype(np.int64) if len(usual) else np.zeros(len(waits), dtype=np.int64)
