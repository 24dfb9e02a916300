"""The passes over a log in parts: counts by case, enablement by case, duty and causes by person, figures by both (house.md)."""

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np

from bankmine.measure.actors import actors
from bankmine.measure.batches import Held
from bankmine.measure.business import CalendarUsed
from bankmine.measure.by_cause import CauseCounts, WaitByCause
from bankmine.measure.cycle import QUANTILES as OF_CASES
from bankmine.measure.cycle import CycleTime, InBusiness
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Successions
from bankmine.measure.endings import QUIET_QUANTILE, USUAL_END_SHARE, closing
from bankmine.measure.rework import Rework
from bankmine.measure.stages import Course
from bankmine.measure.survey import Joined
from bankmine.measure.waiting import QUANTILES, WaitingTime
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants
from bankmine.scale import case_passes, person_passes
from bankmine.scale.frames import BY_PERSON, Names, nothing
from bankmine.scale.memory import too_heavy
from bankmine.scale.whole import Measured, Parts, Wanted, Whole
from bankmine.stats.spread import Selected, Spread
from bankmine.stats.sums import added
from bankmine.words import Text

_NONE = np.zeros(0, dtype=np.int64)


def measured(logs: Parts, names: Names, wanted: Wanted) -> Measured:
    """The complete set of a log that lies in parts by case. Raises InputError MEMORY where the rows of one person, or of a system
    in one activity, are more than fit at once.
    """
    first = logs.each(partial(case_passes.counted, names=names))
    roles = added([each.roles for each in first])
    understanding = wanted.understand(names.activities, actors(nothing(names), roles))
    ends = added([each.ends for each in first])
    gaps = Spread.merge(each.gaps for each in first)
    quiet = Spread.merge(each.pauses for each in first)
    seen = min(each.seen[0] for each in first), max(each.seen[1] for each in first)
    if wanted.most is not None and (lots := person_passes.lots(roles.by_activity, understanding)) and lots[0][0] > wanted.most:
        raise too_heavy(
            lots[0][0], wanted.most, Text(zh="一名经办人（或一个系统的一个环节）", en="one person (or a system in one activity)")
        )
    by_definition = bool(ends.frequency[closing(understanding)].any())
    whole = Whole(
        names,
        understanding,
        Successions.merge(each.successions for each in first).concurrent,
        roles,
        wanted.calendar,
        (min(each.span[0] for each in first), max(each.span[1] for each in first)),
        seen[1] if wanted.as_of is None else wanted.as_of,
        gaps.wanted(QUANTILES),
        _NONE if by_definition else quiet.wanted((QUIET_QUANTILE,)),
        person_passes.placed(roles.by_activity, understanding, wanted.parts_by_person),
        answers=wanted.answers,
    )
    people, second = logs.divided(partial(case_passes.enabled, whole=whole), BY_PERSON, wanted.parts_by_person)
    cases = sum(each.cases for each in first)
    if not by_definition:
        pause = 0.0
        if len(quiet.code):
            pause = float(quiet.figures(Selected.merge(each.pauses for each in second), (QUIET_QUANTILE,)).quantiles[0, 0])
        whole = replace(whole, quiet=(ends.end >= USUAL_END_SHARE * cases, pause))
    if wanted.answers is not None:
        whole = replace(whole, marks=Course.merge(each.course for each in second if each.course is not None).marks)
    whole = replace(whole, found=person_passes.discovered(people, whole))
    by_person = people.each(partial(person_passes.divided, whole=whole))
    duty = replace(by_person[0].duty, **_misfit(by_person))
    whole = replace(whole, rules=Held.merge(each.held for each in by_person).rules(names.timezone))
    durations = Spread.merge(each.durations for each in second)
    third = logs.each(partial(case_passes.closed, whole=whole, duty=duty, wanted=durations.wanted(OF_CASES)))
    business = None
    if duty.organisation >= 0:
        spread = Spread.merge(each.business for each in third)
        chosen = logs.each(partial(case_passes.in_business, names=names, duty=duty, wanted=spread.wanted((0.5,))))
        business = spread.figures(Selected.merge(chosen), (0.5,))
    waits = [Spread.merge(each.waits[k] for each in by_person) for k in range(2)]
    worked = [Spread.merge(each.business[k] for each in by_person) for k in range(2)]
    wanted_waits = [spread.wanted(QUANTILES) for spread in waits]
    wanted_work = [spread.wanted((0.5,)) for spread in worked]
    keys = [spread.keys for spread in waits]
    fourth = people.each(partial(person_passes.caused, whole=whole, keys=keys, waits=wanted_waits, business=wanted_work))
    used = _used([each.used for each in by_person], duty)
    tables = [
        WaitingTime.result(
            understanding,
            waits[k].figures(Selected.merge(each.waits[k] for each in fourth), QUANTILES),
            worked[k].figures(Selected.merge(each.business[k] for each in fourth), (0.5,)),
            np.unique(np.concatenate([each.lacking[k] for each in by_person])),
            used,
            by_arc=k == 1,
        )
        for k in range(2)
    ]
    split = [
        WaitByCause.result(table, _in_order(added([each.causes[k] for each in fourth]), table, keys[k])) for k, table in enumerate(tables)
    ]
    calendars = np.arange(len(duty.calendars))
    working = InBusiness(business, _used([each.used for each in third], duty))
    return Measured(
        understanding=understanding,
        dfg=DirectlyFollowsGraph.result(names.activities, gaps.figures(Selected.merge(each.gaps for each in second), QUANTILES), ends),
        variants=Variants.merge(each.variants for each in first),
        cycle_time=CycleTime.result(
            durations.figures(Selected.merge(each.durations for each in third), OF_CASES),
            sum(each.open_cases for each in third),
            added([each.effort for each in second]),
            lambda: working,
        ),
        waiting=tables[0],
        waiting_by_arc=tables[1],
        waiting_by_cause=split[0],
        arcs_by_cause=split[1],
        rework=Rework.result(
            names.items_known, understanding, added([each.rework for each in third]), _used([each.rework.used for each in third], duty)
        ),
        duty=duty,
        calendar=CalendarUsed.of(duty, calendars, np.full(len(calendars), min(s.begun for s in second)), np.full(len(calendars), seen[1])),
        events=sum(each.events for each in first),
        instances=sum(each.instances for each in first),
        items=sum(each.items for each in first),
        first=seen[0],
        last=seen[1],
        as_of=whole.now,
        joined=None if wanted.answers is None else Joined.merge(each.joined for each in third if each.joined is not None),
    )


def _in_order(counts: CauseCounts, table: WaitingTime, keys: np.ndarray) -> CauseCounts:
    """Counts by key as rows of a table."""
    key = table.activity.astype(np.int64)
    if table.source is not None:
        key = (table.source.astype(np.int64) + 1) * len(table.activities) + key
    row = np.searchsorted(keys, key)
    return CauseCounts(*(getattr(counts, field.name)[row] for field in fields(counts)))


def _used(parts: Sequence[CalendarUsed], duty: Duty) -> CalendarUsed:
    """The calendars used in all parts as those of the whole."""
    known = [part for part in parts if part.name is not None]
    if not known:
        return CalendarUsed(None, "unknown")
    names = {part.name for part in known}
    years = sorted({year for part in known for year in part.estimated})
    basis = "discovered" if any(part.basis == "discovered" for part in known) else "given"
    return CalendarUsed(known[0].name if len(names) == 1 else duty.name, basis, tuple(years))


def _misfit(parts: Sequence[person_passes.Divided]) -> dict[str, Any]:
    """How many of the staff's stamps lie outside their hours, over all parts."""
    outside, stamps = sum(each.duty.outside for each in parts), sum(each.duty.stamps for each in parts)
    return {"outside": outside, "stamps": stamps, "outside_share": outside / stamps if stamps else None}
