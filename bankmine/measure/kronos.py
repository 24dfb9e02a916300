"""Waiting causes by the rules of Kronos, for comparison with published results only (definitions §1.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import EventLog
from bankmine.measure.batches import Batches
from bankmine.measure.busy import Busy
from bankmine.measure.enablement import Enablement


@dataclass(frozen=True, eq=False)
class KronosCauses:
    """int64 [instances] microseconds each; the five sum to the wait. All rows need start, end and person.

    Order: batching, contention, prioritisation, unavailability, extraneous. Differs from `WaitingCauses` in that order, in that
    nobody is a customer or a system, in what counts as a batch, and in that busy people count at all hours.
    """

    batching: np.ndarray
    contention: np.ndarray
    prioritisation: np.ndarray
    unavailability: np.ndarray
    extraneous: np.ndarray

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, calendar: np.ndarray, calendars: Sequence[BusinessCalendar]) -> "KronosCauses":
        """`calendar` int64 [resources], index into `calendars`."""
        began, enabled = log.began, enablement.enabled
        batches = Batches.of(log, log.resource, enabled, began)
        at_all_hours = np.full(len(log), -1)
        busy = Busy.of(log.resource, began, log.end, enabled, at_all_hours, ())
        on_duty = Busy.of(log.resource, began, log.end, enabled, calendar[log.resource], calendars)

        batched = batches.of_row >= 0
        ready, run_begin = enabled.copy(), began.copy()
        ready[batched] = np.clip(batches.ready[batches.of_row[batched]], enabled[batched], began[batched])
        run_begin[batched] = np.clip(batches.begin[batches.of_row[batched]], ready[batched], began[batched])
        before, before_no_later = busy.split(busy.server, ready, run_begin, ready)
        # Inside its own run an item queues behind the members that were enabled no later than itself.
        inside, inside_no_later = busy.split(busy.server, run_begin, began, enabled)
        contention = before_no_later + inside_no_later
        at_work = before + inside
        off = (began - ready) - on_duty.on_duty(on_duty.server, ready, began)
        off_at_work = at_work - on_duty.within(on_duty.server, ready, began)
        unavailable = off - off_at_work
        batching = ready - enabled
        return cls(batching, contention, at_work - contention, unavailable, began - enabled - batching - at_work - unavailable)
