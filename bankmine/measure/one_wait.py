"""One wait from moment to moment: by which cause each stretch of it went, and the other work that it went to (definitions §1.12)."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.causes import WaitingCauses
from bankmine.measure.customer import ASKING, CustomerWaits, answers
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.parties import OUTSIDE
from bankmine.process.definition import Party, Understanding

UNKNOWN, WORK = "unknown", "work"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a wait, UTC microseconds [begin, end). `why`: one of CAUSES; or UNKNOWN, or WORK that a lone completion includes.

    `others`: the instances that it went to: what the person did meanwhile, the batch's other members, the customer's answer.
    """

    begin: int
    end: int
    why: str
    others: tuple[int, ...] = ()


def stretches(
    log: EventLog,
    enablement: Enablement,
    understanding: Understanding,
    customer: CustomerWaits,
    duty: Duty,
    causes: WaitingCauses,
    row: int,
) -> list[Stretch]:
    """The wait of one instance in order of time, without gaps; the stretches of each cause add up to its part in `causes`, exactly.

    Told from the definition for this one instance, in another way than the sums over the whole log; neighbours differ in cause or work.
    """
    enabled, began, seen = int(enablement.enabled[row]), int(causes.starts.began[row]), int(log.began[row])
    if causes.unknown[row]:
        return _joined([Stretch(enabled, seen, UNKNOWN)])
    asked, answer = _asked(log, enablement, understanding, customer, row, began)
    ready, run_begin, batch = asked, began, int(causes.batches.of_row[row])
    members = np.zeros(0, dtype=np.int64)
    if batch >= 0:
        ready = min(max(int(causes.batches.ready[batch]), asked), began)
        run_begin = min(max(int(causes.batches.begin[batch]), ready), began)
        members = np.flatnonzero(causes.batches.of_row == batch)
        members = members[members != row]
    others = tuple(members[causes.starts.began[members] < began].tolist())
    party = understanding.activities[log.activity[row]].party
    if party in OUTSIDE or party is Party.SYSTEM:
        meanwhile = [Stretch(ready, run_begin, "system" if party is Party.SYSTEM else "customer")]
        inside = [Stretch(run_begin, began, "batching", others)]
    else:
        meanwhile = _meanwhile(log, enablement, customer, duty, causes, row, ready, run_begin)
        in_run = _meanwhile(log, enablement, customer, duty, causes, row, run_begin, began)
        inside = [s if s.why in ("closed", "absent") else Stretch(s.begin, s.end, "batching", others) for s in in_run]
    return _joined(
        [
            Stretch(enabled, asked, "customer", answer),
            Stretch(asked, ready, "batching", tuple(members[enablement.enabled[members] > asked].tolist())),
            *meanwhile,
            *inside,
            Stretch(began, seen, WORK),
        ]
    )


def _asked(
    log: EventLog, enablement: Enablement, understanding: Understanding, customer: CustomerWaits, row: int, began: int
) -> tuple[int, tuple[int, ...]]:
    """Until when the wait is the customer's because a request or an offer made it possible, and the answer, where one came."""
    enabled, enabler = int(enablement.enabled[row]), int(enablement.enabler[row])
    if not customer.known or enabler < 0 or understanding.activities[log.activity[enabler]].kind not in ASKING:
        return enabled, ()
    after = np.arange(enabler + 1, log.offsets[log.case[row] + 1])
    answer = after[answers(understanding)[log.activity[after]]][:1].tolist()
    until = int(log.began[answer[0]]) if answer else began
    return min(max(until, enabled), max(began, enabled)), tuple(answer)


def _meanwhile(
    log: EventLog,
    enablement: Enablement,
    customer: CustomerWaits,
    duty: Duty,
    causes: WaitingCauses,
    row: int,
    ready: int,
    until: int,
) -> list[Stretch]:
    """From `ready` to `until`: the calendar, then the person's other work, then the customer, then no reason that can be seen."""
    start, end = causes.starts.began, log.end
    mine = np.flatnonzero((log.resource == log.resource[row]) & (causes.busy.server >= 0) & (start < until) & (end > ready) & (end > start))
    asked = customer.asked[log.case[customer.asked] == log.case[row]] if customer.known else np.zeros(0, dtype=np.int64)
    open_from, open_to = log.moment[asked], log.moment[asked] + customer.duration[np.isin(customer.asked, asked)]
    own, opening = int(causes.busy.calendar[causes.busy.server[row]]), int(duty.opening[row])
    slots = [edge for index in {own, opening} - {-1} for edge in (duty.calendars[index].begin, duty.calendars[index].end)]
    edges = np.unique(np.concatenate([[ready, until], start[mine], end[mine], open_from, open_to, *slots]).astype(np.int64))
    edges = edges[(edges >= ready) & (edges <= until)]
    on_duty, is_open = (
        duty.calendars[index].is_open(edges) if index >= 0 else np.full(len(edges), unknown)
        for index, unknown in ((own, True), (opening, False))
    )
    found = []
    for k, (begin, finish) in enumerate(pairwise(edges.tolist())):
        running = mine[(start[mine] <= begin) & (end[mine] >= finish)]
        if not on_duty[k]:
            found.append(Stretch(begin, finish, "absent" if is_open[k] and own != opening else "closed"))
        elif len(running):
            earlier = enablement.enabled[running].min() <= ready
            found.append(Stretch(begin, finish, "contention" if earlier else "prioritisation", tuple(running.tolist())))
        else:
            awaited = ((open_from <= begin) & (open_to >= finish)).any()
            found.append(Stretch(begin, finish, "customer" if awaited else "unexplained"))
    return found


def _joined(parts: list[Stretch]) -> list[Stretch]:
    """Without empty ones, and neighbours alike as one."""
    found: list[Stretch] = []
    for part in parts:
        if part.begin >= part.end:
            continue
        if found and (found[-1].why, found[-1].others, found[-1].end) == (part.why, part.others, part.begin):
            found.append(replace(part, begin=found.pop().begin))
        else:
            found.append(part)
    return found
