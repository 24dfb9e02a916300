from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Finding, Pattern, role_of
from bankmine.patterns.queues import MOSTLY, WAITED, Queue, queues, sooner
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.patterns.timetable import CELL, Timetable, in_words
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.queueing import mean_wait
from bankmine.twin.changes import Appointed, Change, evenly
from bankmine.words import Text

PEAK = Text(
    zh="「{role}」人手总体够用（上班时间的 {load} 在办件），但高峰（{when}）到达的工作量是当班人力的 {peak_load} 倍。",
    en="“{role}” has people enough (at work for {load} of their hours), but at its peak ({when}) the work that arrives is "
    "{peak_load} times what those on duty can do.",
)
QUEUE = Text(
    zh="高峰只占上班时间的 {hours}，却造成 {queue} 的排队，「{name}」最为突出。",
    en="The peak takes {hours} of the hours and makes {queue} of the queue, most of all at “{name}”.",
)
LEVEL = Text(
    zh="按到达量排班，并以线上预约把高峰分散开。",
    en="Roster by arrivals, and spread the peak with appointments made online.",
)


@dataclass(frozen=True)
class Peak(Pattern):
    """A role has people enough, yet work queues, for it arrives in a few hours.

    Looked for by half hour of the day, weekday, turn of the month, and half hour of the week. Peak hours are those in which the work that
    comes to the role exceeds the duty time of its people there (5 %). Fires per role with a load below `load` where the peak takes at most
    `hours_share` of the duty time, at least `queue_share` of the contention is of items that came in it or before its work could be
    done, beyond what would wait if arrivals were level, and all of theirs, with the closed hours that it runs into, takes at least
    `of_cycle_time` of the avoidable cycle time of their cases (lower end: half of that). Not counted: what a batch upstream let go at
    once (P11), and roles whose waiting is mostly beside idle colleagues (P09). Placed at the activity with the most of it. If arrivals
    were level, the queue formula's wait at the role's load would remain.
    Flexible assignment, Reijers & Liman Mansar (2005); definitions §3.3, §3.4 P13.
    """

    code = "P13"
    title = Text(zh="高峰时段排队", en="Queue at peak hours")
    diagnoses = ("D3", "D6")
    plan = ("5.1(2)", "7.1(3)", "4.1.3(3)")
    needs = ("start", "resource", "calendar")
    method = "queue_formula"
    plays = "realistic"
    feasibility = "high"
    phase = "4-6"

    load: float = 0.80
    hours_share: float = 0.25
    queue_share: float = 0.60
    of_cycle_time: float = 0.10

    def find(self, facts: Facts) -> Iterator[Finding]:
        for queue in queues(facts):
            if queue.beside_idle > MOSTLY or not queue.load < self.load or not queue.contention.any():
                continue
            table = Timetable.of(facts, queue)
            peak = None if table is None else self._peak(facts, queue, table)
            if peak is None:
                continue
            queued, waits = peak.queued, peak.queued > 0
            rows = queue.rows[waits]
            cut = sooner(facts, rows, queued[waits])
            cases, share, low = share_of_cycle_time(facts, rows, cut)
            if share < self.of_cycle_time or low < self.of_cycle_time / 2:
                continue
            peak_queue = float(queued.sum())
            queue_share = peak_queue / float(queue.contention.sum())
            spared = float(np.clip(1 - _level(queue) * peak.items / peak_queue, 0, 1))
            wait = peak_queue / len(rows) / SECOND
            activity = queue.place(queued)
            text = (
                PEAK.format(role=queue.name, load=percent(queue.load), when=peak.when, peak_load=f"{peak.load:.1f}")
                .then(QUEUE.format(name=facts.names[activity], hours=percent(peak.hours_share), queue=percent(queue_share)))
                .then(WAITED.format(rows=len(rows), wait=duration(wait), share=percent(share)))
                .then(LEVEL)
            )
            figures = {
                "load": queue.load,
                "peak_load": peak.load,
                "hours_share": peak.hours_share,
                "queue_share": queue_share,
                "queued": len(rows),
                "wait_s": wait,
                "share_of_cycle_time": share,
                "spared_share": spared,
            }
            yield Finding(activity, text, figures, cases, rows, cut, np.zeros_like(cut), realistic=spared, where={"role": queue.name})

    def _peak(self, facts: Facts, queue: Queue, table: Timetable) -> "_Hours | None":
        """Of several peaks, the one in which most work comes beyond what can be done."""
        level, released = _level(queue), _let_go_at_once(facts)[table.first]
        found, most = None, 0
        for shape, value in table.shapes():
            hours = table.overrun(value)
            cells = np.isin(value, hours)
            share = float(table.capacity[cells].sum() / table.capacity.sum())
            concerned = table.burdened(cells)[table.of_row] & ~released
            queued = np.where(concerned, queue.contention, 0)
            work, capacity = int(table.arriving[cells].sum()), int(table.capacity[cells].sum())
            enough = queued.sum() - level * concerned.sum() >= self.queue_share * queue.contention.sum()
            if share <= self.hours_share and enough and work - capacity > most:
                most = work - capacity
                found = _Hours(in_words(shape, hours), shape, cells, queued, int(concerned.sum()), share, work / capacity)
        return found

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        """As many of those who come at the peak come in the other hours of their week, or month, as makes all hours equally busy."""
        queue = next(each for each in queues(facts) if each.role == role_of(facts, finding))
        table = Timetable.of(facts, queue)
        peak = None if table is None else self._peak(facts, queue, table)
        if table is None or peak is None:
            return ()
        usual = float(table.arriving.sum() / table.capacity.sum())
        _, first = np.unique(facts.case[table.first], return_index=True)  # each case once, when it first comes to the role
        come = first[peak.cells[table.of_row[first]]]
        come = come[evenly(len(come)) < 1 - usual / peak.load]
        period = table.month if peak.shape.startswith("month") else (table.day + 3) // 7
        shift = np.zeros(facts.cases, dtype=np.int64)
        for one, draw in zip(come.tolist(), evenly(len(come)).tolist(), strict=True):
            at = int(table.of_row[one])
            others = np.flatnonzero(~peak.cells & (period == period[at]))
            if len(others):
                to = int(others[int(draw * len(others))])
                days, cells = int(table.day[to] - table.day[at]), int(table.half[to] - table.half[at])
                shift[facts.case[table.first[one]]] = days * DAY + cells * CELL
        return (Appointed(np.unique(queue.rows), shift),)


@dataclass(frozen=True, eq=False)
class _Hours:
    """A peak: when, in words and as `cells` (bool [cells of the timetable]) of a `shape`; `queued` int64 [rows of the queue], the
    contention on account of it, which concerns so many `items`; its share of the duty time and its load.
    """

    when: Text
    shape: str
    cells: np.ndarray
    queued: np.ndarray
    items: int
    hours_share: float
    load: float


def _level(queue: Queue) -> float:
    """Microseconds that an item would wait if arrivals were level."""
    return mean_wait(queue.people, queue.load, queue.service_s, queue.variation) * SECOND


def _let_go_at_once(facts: Facts) -> np.ndarray:
    """bool [instances]: done in a batch, or after one in the same case without the customer having acted between."""
    row = np.arange(len(facts.case))
    anew = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY)[facts.activity]
    anew[1:] |= facts.case[1:] != facts.case[:-1]
    batches = np.cumsum(facts.causes.batches.of_row >= 0)
    since = np.maximum.accumulate(np.where(anew, row, 0))
    return batches > np.where(since > 0, batches[since - 1], 0)
