"""Why work waits: each instance's waiting split into exclusive causes (definitions §1.12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.awaited import Awaited
from bankmine.measure.batches import Batches, Rule
from bankmine.measure.busy import Busy
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.parties import OUTSIDE, by_staff, of_party
from bankmine.measure.starts import Starts
from bankmine.process.definition import Party, Understanding
from bankmine.stats.grouped import by_group, each_group, grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("batching", "contention", "prioritisation", "closed", "absent", "customer", "system", "unexplained")
NAMES = {
    "batching": Text(zh="凑批", en="batching"),
    "contention": Text(zh="排队（先来的在办）", en="queue (earlier work)"),
    "prioritisation": Text(zh="被插队", en="overtaken"),
    "closed": Text(zh="未营业", en="closed"),
    "absent": Text(zh="本人不当班", en="off shift"),
    "customer": Text(zh="等客户", en="customer"),
    "system": Text(zh="等系统", en="system"),
    "unexplained": Text(zh="原因不明", en="unexplained"),
}
BATCHING, CONTENTION, PRIORITISATION, CLOSED, ABSENT, CUSTOMER, SYSTEM, UNEXPLAINED = range(len(CAUSES))


@dataclass(frozen=True, eq=False)
class WaitingCauses:
    """`parts` int64 [instances, 8] microseconds, in the order of CAUSES; they sum to `wait` exactly.

    `wait` int64 [instances]: from enablement to `starts.began`, 0 where the causes are unknown. `unknown` bool: neither start
    nor person known, or nobody known who could have been busy; `no_calendar` bool: whose duty hours are not known, so that
    `closed` and `absent` are 0 for want of knowledge and the queue counts whole overlaps. `busy`: what each person did when.
    """

    activities: tuple[str, ...]
    activity: np.ndarray
    parts: np.ndarray
    wait: np.ndarray
    unknown: np.ndarray
    no_calendar: np.ndarray
    starts: Starts
    batches: Batches
    busy: Busy

    @classmethod
    def of(
        cls, log: EventLog, enablement: Enablement, understanding: Understanding, customer: CustomerWaits, duty: Duty
    ) -> "WaitingCauses":
        """Of a whole log."""
        return cls.by_person(log, enablement, understanding, Awaited.of(log, enablement, understanding, customer), duty)

    @classmethod
    def by_person(
        cls,
        log: EventLog,
        enablement: Enablement,
        understanding: Understanding,
        awaited: Awaited,
        duty: Duty,
        rules: Mapping[int, Rule] | None = None,
    ) -> "WaitingCauses":
        """In this order: the customer who was asked; batching; the calendar; work of the same person enabled no later
        (contention) or later (prioritisation), inside duty time; the customer or the system where still open; the rest. The log may
        be a part that holds all that its people did (of `enablement` only its times are read); `rules`: of the whole's batches.
        """
        starts = Starts.of(log, enablement, understanding, duty)
        began, enabled = starts.began, enablement.enabled
        by_customer = of_party(understanding, *OUTSIDE)[log.activity]
        by_system = of_party(understanding, Party.SYSTEM)[log.activity]
        staff = ~by_customer & ~by_system & (log.resource >= 0)
        busy = busy_people(log, enabled, began, understanding, duty)
        batches = Batches.of(log, in_runs(log, understanding), enabled, began, busy, rules)
        unknown = starts.unknown | (~staff & ~by_customer & ~by_system)
        wait = np.where(unknown, 0, began - enabled)
        parts = np.zeros((len(log), len(CAUSES)), dtype=np.int64)

        # Nobody waits for an answer after the work has begun.
        asked = np.clip(awaited.answer, enabled, np.maximum(began, enabled))
        parts[:, CUSTOMER] = asked - enabled
        batched = batches.of_row >= 0
        of = batches.of_row[batched]
        ready, run_begin = asked.copy(), began.copy()
        ready[batched] = np.clip(batches.ready[of], asked[batched], began[batched])
        run_begin[batched] = np.clip(batches.begin[of], ready[batched], began[batched])
        parts[:, BATCHING] = (ready - asked) + (began - run_begin)

        row = np.flatnonzero(staff & (began > ready))
        row = row[by_group(ready[row], busy.server[row])]  # each person's questions in order of time: one walk through memory
        server, begin, end = busy.server[row], ready[row], run_begin[row]
        unavailable = _unavailable(duty, busy, row, begin, end)
        inside = _unavailable(duty, busy, row, end, began[row])  # nobody is served before me at night
        parts[row, CLOSED], parts[row, ABSENT] = unavailable[0] + inside[0], unavailable[1] + inside[1]
        parts[row, BATCHING] -= inside[0] + inside[1]
        off = unavailable[0] + unavailable[1]
        at_work, no_later = busy.split(server, begin, end, begin)
        parts[row, CONTENTION], parts[row, PRIORITISATION] = no_later, at_work - no_later
        idle = (end - begin) - off - at_work
        parts[row, CUSTOMER] += np.minimum(_customer_idle(awaited, busy, row, begin, end), idle)

        left = wait - np.where(unknown, 0, parts.sum(axis=1))
        parts[by_customer, CUSTOMER] += left[by_customer]
        parts[by_system, SYSTEM] += left[by_system]
        parts[:, UNEXPLAINED] += np.where(by_customer | by_system, 0, left)
        parts[unknown] = 0
        no_calendar = np.zeros(len(log), dtype=bool)
        no_calendar[row] = busy.calendar[server] < 0
        return cls(log.activities, log.activity, parts, wait, unknown, no_calendar, starts, batches, busy)

    def by_activity(self) -> np.ndarray:
        """int64 [activities, 8]: microseconds."""
        return self.grouped(self.activity.astype(np.int64), len(self.activities))

    def grouped(self, group: np.ndarray, groups: int) -> np.ndarray:
        """int64 [groups, 8]: microseconds per group of instances (`group` int64 [instances], -1 = none)."""
        inside = group >= 0
        return np.column_stack([grouped_sum(self.parts[inside, c], group[inside], groups) for c in range(len(CAUSES))])

    @cached_property
    def total(self) -> np.ndarray:
        """int64 [8]: microseconds."""
        return self.parts.sum(axis=0)

    @property
    def table(self) -> "pd.DataFrame":
        """Seconds by cause per activity, in the order of the log's activities; NaN where nothing could be split."""
        import pandas as pd

        seconds = self.by_activity() / SECOND
        split = np.bincount(self.activity[~self.unknown], minlength=len(self.activities)) > 0
        values = {f"{name}_s": np.where(split, seconds[:, c], np.nan) for c, name in enumerate(CAUSES)}
        return pd.DataFrame({"activity": list(self.activities), **values})


def busy_people(log: EventLog, enabled: np.ndarray, began: np.ndarray, understanding: Understanding, duty: Duty) -> Busy:
    """What the bank's people did when."""
    working = by_staff(understanding)[log.activity] & (log.resource >= 0)
    return Busy.of(np.where(working, log.resource, -1), began, log.end, enabled, duty.person, duty.calendars)


def in_runs(log: EventLog, understanding: Understanding) -> np.ndarray:
    """int64 [instances]: who may have put work together; customers do not (-1)."""
    return np.where(of_party(understanding, *OUTSIDE)[log.activity], -1, log.resource)


def _unavailable(duty: Duty, busy: Busy, row: np.ndarray, begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 [rows] twice: the office or role closed, and it open but the person off duty, between two instants of each row."""
    off = (end - begin) - busy.on_duty(busy.server[row], begin, end)
    absent = np.zeros(len(row), dtype=np.int64)
    opening, person = duty.opening[row].astype(np.int64), duty.person[row].astype(np.int64)
    differ = np.flatnonzero((opening >= 0) & (person >= 0) & (opening != person))
    for pair, positions in each_group(opening[differ] * len(duty.calendars) + person[differ]):
        rows = differ[positions]
        opened, own = duty.calendars[pair // len(duty.calendars)], duty.calendars[pair % len(duty.calendars)]
        absent[rows] = opened.between(begin[rows], end[rows]) - opened.intersect(own).between(begin[rows], end[rows])
    absent = np.minimum(absent, off)
    return off - absent, absent


def _customer_idle(awaited: Awaited, busy: Busy, row: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64 [rows]: duty time in which the person was free while the case waited for its customer."""
    place = np.full(len(awaited.answer), -1, dtype=np.int64)
    place[row] = np.arange(len(row))
    which = place[awaited.row]
    mine = which >= 0
    which, low, high = which[mine], awaited.begin[mine], awaited.end[mine]
    low, high = np.maximum(begin[which], low), np.minimum(end[which], high)
    meets = low < high
    which, low, high = which[meets], low[meets], high[meets]
    return grouped_sum(busy.idle(busy.server[row[which]], low, high), which, len(row))
