from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern, role_of
from bankmine.patterns.queues import LARGELY, WAITED, queues, sooner
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.show.format import duration, percent
from bankmine.stats.queueing import mean_wait
from bankmine.twin.changes import Change, Order
from bankmine.words import Text

IDLE = Text(
    zh="「{role}」共 {people} 人，上班时间只有 {load} 在办件，业务却等着某一个人，而同岗的同事在班闲着，「{name}」最为突出。",
    en="The {people} people of “{role}” are at work for only {load} of their hours, yet work waits for one of them while another is free, "
    "most of all at “{name}”.",
)
ONE_QUEUE = Text(
    zh="改为统一排队、谁空谁办，可减少约 {spared} 的排队；为此须做好交叉培训，使同岗人员都能办理。",
    en="One queue from which all take would do away with about {spared} of the waiting; train them so that each can do all of the work.",
)


@dataclass(frozen=True)
class IdlePeers(Pattern):
    """Work waits for one person, busy or off shift, while a colleague of the same role is on duty and idle.

    Fires per role of at least two people with a load below `load` where at least 40 % of the waiting for people is beside an idle
    colleague, and that, with the closed hours that it runs into, takes at least `of_cycle_time` of the avoidable cycle time of the cases
    concerned (lower end: half of that). Placed at the activity with the most of it. If all take from one queue, the queue formula's
    wait at the role's load remains of all its waiting for people.
    Flexible assignment, specialist-generalist, Reijers & Liman Mansar (2005); definitions §1.12, §3.3, §3.4 P09.
    """

    code = "P09"
    title = Text(zh="有人排队有人闲", en="Queue beside idle colleagues")
    diagnoses = ("D3",)
    plan = ("4.1.3(3)", "6.1.1")
    needs = ("start", "resource", "role", "calendar")
    method = "queue_formula"
    plays = "realistic"
    feasibility = "high"
    phase = "4-6"

    load: float = 0.80
    of_cycle_time: float = 0.10

    def find(self, facts: Facts) -> Iterator[Finding]:
        for queue in queues(facts):
            people = int(facts.workload.people[queue.role])
            if people < 2 or not queue.beside_idle > LARGELY or not queue.load < self.load:
                continue
            beside = queue.pooled > 0
            rows, idle = queue.rows[beside], queue.pooled[beside]
            cases, share, low = share_of_cycle_time(facts, rows, sooner(facts, rows, idle))
            if share < self.of_cycle_time or low < self.of_cycle_time / 2:
                continue
            left = mean_wait(queue.people, queue.load, queue.service_s, queue.variation) * len(queue.rows) * SECOND
            spared = max(1 - left / float(queue.waited.sum()), 0.0)
            wait = float(idle.mean()) / SECOND
            activity = queue.place(queue.contention)
            text = (
                IDLE.format(role=queue.name, name=facts.names[activity], people=people, load=percent(queue.load))
                .then(WAITED.format(rows=len(rows), wait=duration(wait), share=percent(share)))
                .then(ONE_QUEUE.format(spared=percent(spared)))
            )
            figures = {
                "people": people,
                "load": queue.load,
                "queued": len(rows),
                "wait_s": wait,
                "share_of_cycle_time": share,
                "spared_share": spared,
            }
            queued = queue.rows[queue.waited > 0]
            cut = sooner(facts, queued, queue.waited[queue.waited > 0])
            yield Finding(activity, text, figures, cases, queued, cut, np.zeros_like(cut), realistic=spared, where={"role": queue.name})

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (Order(role_of(facts, finding)),)
