"""The passes over parts by person: presence, from which hours are found, duty and rules of batches, causes."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.measure.batches import Held, Runs
from bankmine.measure.business import CalendarUsed, business_time
from bankmine.measure.by_cause import CauseCounts
from bankmine.measure.causes import WaitingCauses, busy_people, in_runs
from bankmine.measure.discovered import Discovered
from bankmine.measure.duty import Duty, is_sought, stamps_of
from bankmine.measure.parties import OUTSIDE, by_staff, of_party
from bankmine.measure.presence import Presence
from bankmine.measure.roles import Roles
from bankmine.measure.starts import Starts
from bankmine.process.definition import Party, Understanding
from bankmine.scale.frames import log_by_person, nothing
from bankmine.scale.whole import Parts, Whole
from bankmine.stats.spread import Selected, Spread

_NONE = np.zeros(0, dtype=np.int64)


def placed(by_activity: np.ndarray, understanding: Understanding, parts: int) -> np.ndarray:
    """int32 [resources, activities]: the part in which each person's rows are held. The heaviest are placed first, each where there is
    least.
    """
    to = np.zeros(by_activity.shape, dtype=np.int32)
    load = [(0, part) for part in range(parts)]
    for rows, person, activities in lots(by_activity, understanding):
        least, part = heapq.heappop(load)
        to[person, activities] = part
        heapq.heappush(load, (least + rows, part))
    return to


def lots(by_activity: np.ndarray, understanding: Understanding) -> list[tuple[int, int, slice]]:
    """What lies together, the most rows first: all of a person's, those of a machine, for which no work waits in turn, by activity. Rows,
    resource, activities.
    """
    by_people = by_staff(understanding) | ~of_party(understanding, *OUTSIDE, Party.SYSTEM)
    machine = by_activity[:, by_people].sum(axis=1) == 0
    lots = [(int(rows.sum()), person, slice(None)) for person, rows in enumerate(by_activity) if not machine[person]]
    lots += [
        (int(by_activity[p, a]), int(p), slice(int(a), int(a) + 1)) for p, a in zip(*np.nonzero(by_activity), strict=True) if machine[p]
    ]
    return sorted(lots, key=lambda lot: -lot[0])


def _presence(frame: pl.DataFrame, whole: Whole) -> Presence:
    log = log_by_person(frame, whole.names)[0]
    return Presence.of(*stamps_of(log, Roles.of(log, whole.counts), whole.understanding), whole.names.timezone)


def discovered(people: Parts, whole: Whole) -> Discovered | None:
    """The hours that the whole log shows. What people leave is counted part by part; for rows of nobody known, who are in all parts,
    the distinct stretches are gathered.
    """
    if not is_sought(whole.calendar):
        return None
    some = people.each(partial(_present, whole=whole))
    first = min((each.first_day for each in some if each.quarters.any()), default=0)
    of_all = replace(
        some[0].of_owners(np.zeros(len(some[0].row_of), dtype=bool)),
        marks=np.sum([each.marks for each in some], axis=0),
        hours=np.sum([each.hours for each in some], axis=0),
        quarters=np.any([each.quarters for each in some], axis=0),
        first_day=first,
    )
    nobody = [each.among(of_all) for each in some]
    owner, begin, end = (np.concatenate([getattr(each, name) for each in nobody]) for name in ("owner", "first", "last"))
    of_nobody = replace(of_all, owner=owner, first=begin, last=end)
    of_nobody = of_nobody.of_owners(np.ones(len(of_all.row_of), dtype=bool))
    dates = max(each.dates for each in nobody)

    def daily(number: int) -> np.ndarray:
        return np.sum(people.each(partial(_daily, whole=whole, of_all=of_all, dates=number)), axis=0)

    def seen(closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        several = [
            *people.each(partial(_seen, whole=whole, of_all=of_all, closed=closed, made_up=made_up)),
            of_nobody.seen(closed, made_up),
        ]
        return np.sum([a for a, _ in several], axis=0), np.sum([b for _, b in several], axis=0)

    return Discovered.of_presence(of_all, dates, daily, seen, Roles.of(nothing(whole.names), whole.counts).of_resource)


def _present(frame: pl.DataFrame, whole: Whole) -> Presence:
    presence = _presence(frame, whole)
    return presence.of_owners(np.arange(len(presence.row_of)) >= presence.people)


def _daily(frame: pl.DataFrame, whole: Whole, of_all: Presence, dates: int) -> np.ndarray:
    return _presence(frame, whole).among(of_all).daily(dates)


def _seen(frame: pl.DataFrame, whole: Whole, of_all: Presence, closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    presence = _presence(frame, whole).among(of_all)
    return presence.of_owners(np.arange(len(presence.row_of)) < presence.people).seen(closed, made_up)


@dataclass(frozen=True, eq=False)
class Divided:
    """The third pass, by person: what is needed of all people before causes can be told."""

    held: Held
    waits: tuple[Spread, Spread]
    business: tuple[Spread, Spread]
    lacking: tuple[np.ndarray, np.ndarray]
    used: CalendarUsed
    duty: Duty


def _keys(log: EventLog, source: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The groups of WaitingTime: by activity, by arc."""
    return log.activity.astype(np.int64), (source + 1) * len(log.activities) + log.activity


def divided(frame: pl.DataFrame, whole: Whole) -> Divided:
    log, enablement, _, source = log_by_person(frame, whole.names)
    duty, enabled, keys = whole.duty(log), enablement.enabled, _keys(log, source)
    began = Starts.of(log, enablement, whole.understanding, duty).began
    busy = busy_people(log, enabled, began, whole.understanding, duty)
    business = business_time(duty, duty.opening, enabled, log.began)
    lacks = (business == UNKNOWN_TIME) & (enablement.wait > 0)
    return Divided(
        Runs.of(log, in_runs(log, whole.understanding), enabled, began, busy).held(log, enabled, busy),
        (Spread.of(keys[0], enablement.wait), Spread.of(keys[1], enablement.wait)),
        (Spread.of(keys[0], np.maximum(business, 0)), Spread.of(keys[1], np.maximum(business, 0))),
        (np.unique(keys[0][lacks]), np.unique(keys[1][lacks])),
        CalendarUsed.of(duty, duty.opening, enabled, log.began),
        replace(duty, opening=_NONE, person=_NONE),
    )


@dataclass(frozen=True, eq=False)
class Caused:
    """The last pass, by person; pairs are by activity and by arc."""

    causes: tuple[CauseCounts, CauseCounts]
    waits: tuple[Selected, Selected]
    business: tuple[Selected, Selected]


def caused(
    frame: pl.DataFrame, whole: Whole, keys: Sequence[np.ndarray], waits: Sequence[np.ndarray], business: Sequence[np.ndarray]
) -> Caused:
    log, enablement, awaited, source = log_by_person(frame, whole.names)
    duty, own = whole.duty(log), _keys(log, source)
    causes = WaitingCauses.by_person(log, enablement, whole.understanding, awaited, duty, whole.rules)
    worked = np.maximum(business_time(duty, duty.opening, enablement.enabled, log.began), 0)

    def counted(k: int) -> CauseCounts:
        return CauseCounts.of(np.searchsorted(keys[k], own[k]), len(keys[k]), enablement, causes)

    return Caused(
        (counted(0), counted(1)),
        (Selected.of(own[0], enablement.wait, waits[0]), Selected.of(own[1], enablement.wait, waits[1])),
        (Selected.of(own[0], worked, business[0]), Selected.of(own[1], worked, business[1])),
    )
