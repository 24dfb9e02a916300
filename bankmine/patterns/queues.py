"""The queue of each role: its items, the part of their waiting that is queue, and the people who serve it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import ABSENT, CONTENTION, PRIORITISATION
from bankmine.measure.spans import Pieces, Spans
from bankmine.patterns.shares import idle_can_be_told
from bankmine.process.definition import Kind
from bankmine.stats.grouped import each_group, grouped_sum
from bankmine.words import Text

MOSTLY, LARGELY = 0.5, 0.4  # beside idle colleagues: no queue for all; and enough to ask why, for they are busy for some of the time
WAITED = Text(
    zh="共 {rows} 件，平均等 {wait}（上班时间），连同因此拖过的下班时间，占相关业务办理时长的 {share}。",
    en="{rows} items waited {wait} each in working hours; with the closed hours that this ran into, that is {share} of "
    "their cases' cycle time.",
)


@dataclass(frozen=True, eq=False)
class Queue:
    """One role's items that wait for its people, whatever the activity.

    `role`: its code; `rows` int64, the items. Arrays by row, int64 microseconds of opening time: `waited`, for somebody busy or off
    shift; of it `contention`, behind earlier work, and `pooled`, for the first time that the work is done, while a colleague on duty
    was idle.
    `load`: share of the duty time at work, `load_low` its lower end, NaN where unknown; `people`: those on duty together.
    """

    facts: Facts
    role: int
    rows: np.ndarray
    waited: np.ndarray
    contention: np.ndarray
    pooled: np.ndarray
    load: float
    load_low: float
    people: int

    @property
    def name(self) -> str:
        return self.facts.roles.names[self.role]

    @property
    def beside_idle(self) -> float:
        """The share of the waiting that is beside idle colleagues, 0-1: for want of pooling (P09), not of capacity when it is needed."""
        return int(self.pooled.sum()) / max(int(self.waited.sum()), 1)

    def place(self, waits: np.ndarray) -> int:
        """The activity with the largest sum of `waits` [rows]."""
        return int(grouped_sum(waits, self.facts.activity[self.rows], len(self.facts.names)).argmax())

    @cached_property
    def service_s(self) -> float:
        """Mean work of an item, seconds."""
        return float(self._work.mean()) / SECOND if len(self._work) else 0.0

    @cached_property
    def variation(self) -> float:
        """Mean of the squared coefficients of variation between arrivals (at random: 1) and of work, as the queue formula wants it."""
        return (1 + float((self._work / self._work.mean()).var())) / 2 if len(self._work) else 1.0

    @cached_property
    def _work(self) -> np.ndarray:
        work = self.facts.work[self.rows]
        return work[work > 0]


def queues(facts: Facts) -> Iterator[Queue]:
    """Each role of the bank's people whose load is known; what waits while the case awaits its customer is not in their queue."""
    parts, role = facts.causes.parts, facts.roles.of_instance
    staff = facts.by_staff[facts.activity] & ~facts.causes.unknown & ~facts.by_design & (role >= 0) & (facts.resource >= 0)
    staff &= ~facts.customer_waits.inside & ~facts.of_kind(Kind.COMPLAINT)[facts.activity]  # how long a complaint lies is P24's
    contention = np.minimum(parts[:, CONTENTION], facts.wait)
    waited = parts[:, CONTENTION] + parts[:, PRIORITISATION] + parts[:, ABSENT]
    # Work that comes back waits for the one who had it before, whoever is idle: P06 and P07.
    first_time = facts.rework.items.previous[facts.rework.items.of_row] < 0
    pooled = np.minimum(_colleagues_idle(facts, staff & first_time & idle_can_be_told(facts)), waited)
    for r in np.unique(role[staff]).tolist():
        load = float(facts.workload.load[r])
        if np.isnan(load):
            continue
        rows = np.flatnonzero(staff & (role == r))
        on_duty = facts.workload.duty_people[r]
        people = max(round(float((on_duty**2).sum() / on_duty.sum())), 1)
        low = float(facts.workload.load_low[r])
        yield Queue(facts, r, rows, waited[rows], contention[rows], pooled[rows], load, low, people)


def _colleagues_idle(facts: Facts, items: np.ndarray) -> np.ndarray:
    """int64 [instances] microseconds of the waits of `items` (bool [instances]) in which somebody of the role was idle on duty, but not
    the one who did it.
    """
    idle, own_role = facts.workload.idle, facts.workload.person_role
    people = Pieces.of(Spans.of(own_role[idle.group], idle.begin, idle.end))
    row = np.flatnonzero(items)
    role, person, wait = facts.roles.of_instance[row], facts.resource[row], (facts.enabled[row], facts.causes.starts.began[row])
    result = np.zeros(len(items), dtype=np.int64)
    result[row] = people.where(people.counts[:, 0] > 0).within(role, *wait)
    result[row] -= idle.within(np.where(own_role[person] == role, person, -1), *wait)
    return result


def sooner(facts: Facts, rows: np.ndarray, part: np.ndarray) -> np.ndarray:
    """int64 [rows] microseconds by which an item would be done sooner without `part` of its waiting in opening time (int64 [rows]).

    What is left of its waiting and its work is laid out from its enablement in its opening hours: a queue that lasts beyond closing
    also costs the hours until the opening. Never less than `part`, nor more than the wait; `part` where no calendar is known.
    """
    result = part.copy()
    for number, at in each_group(np.where(part > 0, facts.duty.opening[rows], -1)):
        if number >= 0:
            mine, opening = rows[at], facts.duty.calendars[number]
            needed = opening.between(facts.enabled[mine], facts.moment[mine]) - part[at]
            done = opening.add(facts.enabled[mine], np.maximum(needed, 0))
            result[at] = np.clip(facts.moment[mine] - done, part[at], facts.causes.wait[mine])
    return np.minimum(result, facts.wait[rows])
