from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern, role_of
from bankmine.patterns.queues import MOSTLY, WAITED, queues, sooner
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.show.format import duration, percent
from bankmine.stats.queueing import spared_by_one_more
from bankmine.twin.changes import Change, People
from bankmine.words import Text

FULL = Text(
    zh="「{role}」在班 {people} 人，上班时间的 {load} 都在办件，业务只能排队，「{name}」最为突出。",
    en="With {people} on duty, “{role}” is at work for {load} of its hours, so work queues, most of all at “{name}”.",
)
ONE_MORE = Text(
    zh="增加 1 人，或从空闲岗位调配，可减少约 {spared} 的排队。",
    en="One more person, or one moved from a role with time to spare, would take away about {spared} of the queue.",
)
SATURATED = Text(
    zh="该岗位几乎没有空闲，公式不适用，此处按负荷 {limit} 保守估计。",
    en="They have hardly a free moment, where the formula has no answer; the figure is that for a load of {limit}.",
)


@dataclass(frozen=True)
class Contention(Pattern):
    """Work waits because all people of its role are busy with earlier work.

    Fires per role where the lower end of its load in duty hours is at least `load`, and contention, with the closed hours that it runs
    into, takes at least `of_cycle_time` of the avoidable cycle time of the cases that queued (lower end: half of that); not where most of
    the waiting is beside idle colleagues (P09). Placed at the activity with the most contention: one more person helps all of the
    role's activities, and an hour is saved once. That person spares the share of the queue formula; from a load of `saturated` on the
    formula has no answer, and the share at one point less is taken.
    Extra resources, Reijers & Liman Mansar (2005); definitions §1.12, §3.3, §3.4 P08, §3.6.
    """

    code = "P08"
    title = Text(zh="人手不足造成排队", en="Queue for lack of capacity")
    diagnoses = ("D3",)
    plan = ("4.1.3(3)", "4.2.2(2)")
    needs = ("start", "resource", "calendar")
    method = "queue_formula"
    plays = "realistic"
    feasibility = "medium"
    phase = "4-6"

    load: float = 0.80
    of_cycle_time: float = 0.10
    saturated: float = 0.98

    def find(self, facts: Facts) -> Iterator[Finding]:
        for queue in queues(facts):
            if queue.beside_idle > MOSTLY or not queue.load_low >= self.load:
                continue
            waits = queue.contention > 0
            rows = queue.rows[waits]
            cut = sooner(facts, rows, queue.contention[waits])
            cases, share, low = share_of_cycle_time(facts, rows, cut)
            if share < self.of_cycle_time or low < self.of_cycle_time / 2:
                continue
            limit = self.saturated - 0.01
            spared = spared_by_one_more(queue.people, min(queue.load, limit))
            wait = float(queue.contention[waits].mean()) / SECOND
            activity = queue.place(queue.contention)
            text = (
                FULL.format(role=queue.name, name=facts.names[activity], people=queue.people, load=percent(queue.load))
                .then(WAITED.format(rows=len(rows), wait=duration(wait), share=percent(share)))
                .then(ONE_MORE.format(spared=percent(spared)))
            )
            if queue.load >= self.saturated:
                text = text.then(SATURATED.format(limit=percent(limit)))
            figures = {
                "people": queue.people,
                "load": queue.load,
                "load_low": queue.load_low,
                "queued": len(rows),
                "wait_s": wait,
                "share_of_cycle_time": share,
                "spared_share": spared,
                "load_limit": limit,
            }
            yield Finding(activity, text, figures, cases, rows, cut, np.zeros_like(cut), realistic=spared, where={"role": queue.name})

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (People(role_of(facts, finding), 1),)
