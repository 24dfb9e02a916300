from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.queues import MOSTLY, WAITED, Queue, queues, sooner
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.patterns.timetable import Timetable, in_words
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.queueing import mean_wait
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
            level = mean_wait(queue.people, queue.load, queue.service_s, queue.variation) * SECOND
            peak = self._peak(facts, queue, level)
            if peak is None:
                continue
            when, queued, in_peak, hours_share, peak_load = peak
            waits = queued > 0
            rows = queue.rows[waits]
            cut = sooner(facts, rows, queued[waits])
            cases, share, low = share_of_cycle_time(facts, rows, cut)
            if share < self.of_cycle_time or low < self.of_cycle_time / 2:
                continue
            peak_queue = float(queued.sum())
            queue_share = peak_queue / float(queue.contention.sum())
            spared = float(np.clip(1 - level * in_peak / peak_queue, 0, 1))
            wait = peak_queue / len(rows) / SECOND
            activity = queue.place(queued)
            text = (
                PEAK.format(role=queue.name, load=percent(queue.load), when=when, peak_load=f"{peak_load:.1f}")
                .then(QUEUE.format(name=facts.names[activity], hours=percent(hours_share), queue=percent(queue_share)))
                .then(WAITED.format(rows=len(rows), wait=duration(wait), share=percent(share)))
                .then(LEVEL)
            )
            figures = {
                "load": queue.load,
                "peak_load": peak_load,
                "hours_share": hours_share,
                "queue_share": queue_share,
                "queued": len(rows),
                "wait_s": wait,
                "share_of_cycle_time": share,
                "spared_share": spared,
            }
            yield Finding(activity, text, figures, cases, rows, cut, np.zeros_like(cut), realistic=spared, where={"role": queue.name})

    def _peak(self, facts: Facts, queue: Queue, level: float) -> tuple[Text, np.ndarray, int, float, float] | None:
        """When the peak is, int64 [rows of the queue] the contention on account of it, how many items that concerns, and the peak's
        share of the duty time and its load. Of several, the one in which most work comes beyond what can be done. `level`: microseconds
        that an item would wait if arrivals were level.
        """
        table = Timetable.of(facts, queue)
        if table is None:
            return None
        released = _let_go_at_once(facts)[table.first]
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
                found = in_words(shape, hours), queued, int(concerned.sum()), share, work / capacity
        return found


def _let_go_at_once(facts: Facts) -> np.ndarray:
    """bool [instances]: done in a batch, or after one in the same case without the customer having acted between."""
    row = np.arange(len(facts.case))
    anew = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY)[facts.activity]
    anew[1:] |= facts.case[1:] != facts.case[:-1]
    batches = np.cumsum(facts.causes.batches.of_row >= 0)
    since = np.maximum.accumulate(np.where(anew, row, 0))
    return batches > np.where(since > 0, batches[since - 1], 0)
