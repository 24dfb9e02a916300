from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import BATCHING, UNEXPLAINED
from bankmine.patterns.base import FEWEST_TO_COMPARE, ONE_SIDED_5_PERCENT, Finding, Pattern
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.show.format import duration, percent
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Batched, Change
from bankmine.words import Text


@dataclass(frozen=True)
class Batching(Pattern):
    """Work is held back until there is a batch of it.

    Fires per activity where at least `batched_share` (lower end) of the items are done in batches, and that makes them wait at least
    `of_cycle_time` (lower end) of their cases' avoidable cycle time. An item waits for the last one of its batch and for its turn in
    it; where the clock or the weekday begins the batches, also for that moment, as far as the person was free meanwhile. At half the
    size k items wait (k/2-1)/(k-1) as long, at half the interval half as long; a set-up that each batch costs (the lower end of the
    part of its work that does not grow with its size) is then paid twice and taken off. Case-based work, Reijers & Liman Mansar
    (2005); definitions §1.4, §3.4 P11.
    """

    code = "P11"
    title = Text(zh="凑批办理", en="Work held back for batches")
    diagnoses = ("D3", "D6")
    plan = ("5.1(4)", "4.1.3(3)")
    needs = ("start", "resource", "calendar")
    feasibility = "medium"
    risk_of_change = "medium"
    phase = "4-6"

    batched_share: float = 0.30
    of_cycle_time: float = 0.05

    def find(self, facts: Facts) -> Iterator[Finding]:
        causes, batches = facts.causes, facts.causes.batches
        for activity in np.unique(batches.activity).tolist():
            rows = np.flatnonzero((batches.of_row >= 0) & (facts.activity == activity) & ~facts.by_design)
            fired = batches.rules.get(activity)
            lost = causes.parts[rows, BATCHING]
            if fired is not None and fired[0] != "size":
                lost = lost + causes.parts[rows, UNEXPLAINED]
            cases, share, low = share_of_cycle_time(facts, rows, lost)
            if low < self.of_cycle_time or wilson(len(rows), int(batches.items[activity]))[0] < self.batched_share:
                continue
            mine = batches.activity == activity
            size = float(np.median(batches.size[mine]))
            by_size = fired is not None and fired[0] == "size"
            realistic = size / (2 * (size - 1)) if by_size else 0.5
            set_up = _set_up(facts, rows) / size
            cut = np.maximum(lost - round(set_up / realistic), 0)
            wait = float(lost.mean()) / SECOND
            text = Text(
                zh="「{name}」攒批办理：{batches} 批，每批 {size} 件（中位数），开批时机：{firing}；每件平均为此等 {wait}，占这些业务办理时长的 "
                "{share}。改为小批勤办，或随到随办、实时处理。",
                en="“{name}” is done in batches: {batches} of them, {size} items in the median, begun at: {firing}. An item waits {wait} "
                "for it on average, {share} of the cycle time of its cases. Make the batches smaller and more frequent, or do each item "
                "as it comes.",
            ).format(
                name=facts.names[activity],
                batches=int(mine.sum()),
                size=f"{size:g}",
                firing=batches.firing(activity),
                wait=duration(wait),
                share=percent(share),
            )
            figures = {
                "batches": int(mine.sum()),
                "median_size": size,
                "wait_s": wait,
                "share_of_cycle_time": share,
                "set_up_per_item_s": set_up / SECOND,
            }
            if fired is not None:
                figures |= {f"fired_by_{fired[0]}_{n}": float(at) for n, at in enumerate(fired[1], start=1)}
            yield Finding(activity, text, figures, cases, rows, cut, np.zeros_like(cut), realistic=realistic)

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Batched(finding.activity, 1),)


def _set_up(facts: Facts, rows: np.ndarray) -> float:
    """Microseconds of work that a batch costs whatever its size: the lower end of the intercept of its work on its size."""
    batches, busy = facts.causes.batches, facts.causes.busy
    members, first, size = np.unique(batches.of_row[rows], return_index=True, return_counts=True)
    end = np.full(len(batches.size), np.iinfo(np.int64).min)
    np.maximum.at(end, batches.of_row[rows], facts.moment[rows])
    known = busy.server[rows[first]] >= 0
    members, size, server = members[known], size[known].astype(float), busy.server[rows[first]][known]
    if len(members) < FEWEST_TO_COMPARE or size.std() == 0:
        return 0.0
    work = busy.within(server, batches.begin[members], end[members]).astype(float)
    slope = np.cov(size, work, bias=True)[0, 1] / size.var()
    left = work - work.mean() - slope * (size - size.mean())
    error = np.sqrt((left**2).sum() / (len(size) - 2) * (1 / len(size) + size.mean() ** 2 / (len(size) * size.var())))
    return max(float(work.mean() - slope * size.mean() - ONE_SIDED_5_PERCENT * error), 0.0)
