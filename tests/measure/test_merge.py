"""Merge of parts = whole: of random logs, cut at random, in any order."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog, WaitingItems
from bankmine.log.order import assemble, case_offsets
from bankmine.measure.actors import actors
from bankmine.measure.awaited import Awaited
from bankmine.measure.batches import Held, Runs
from bankmine.measure.business import CalendarUsed
from bankmine.measure.by_cause import CauseCounts
from bankmine.measure.causes import WaitingCauses, busy_people, in_runs
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.cycle import QUANTILES, CycleTime, Effort, InBusiness
from bankmine.measure.discovered import Discovered
from bankmine.measure.duty import Duty, span_of, stamps_of
from bankmine.measure.enablement import Enablement, Successions, case_begin
from bankmine.measure.endings import Endings
from bankmine.measure.presence import Presence
from bankmine.measure.rework import Items, Rework, ReworkCounts
from bankmine.measure.roles import RoleCounts, Roles
from bankmine.measure.starts import Starts
from bankmine.measure.waiting import WaitingTime, by_activity, by_arc
from bankmine.model.dfg import QUANTILES as HALF_AND_NINETY
from bankmine.model.dfg import DirectlyFollowsGraph, EndCounts, steps
from bankmine.model.variants import Variants
from bankmine.process.definition import ActivityMeaning, Kind, Party, Understanding
from bankmine.settings import Calendar
from bankmine.stats.spread import Figures, Selected, Spread
from bankmine.stats.sums import added
from tests.textlog import ORIGIN

MINUTE = 60_000_000
UNDERSTOOD = Understanding(
    None,
    (
        ActivityMeaning("ask", party=Party.BANK, kind=Kind.REQUEST_TO_CUSTOMER),
        ActivityMeaning("check", party=Party.BANK),
        ActivityMeaning("file", party=Party.SYSTEM),
        ActivityMeaning("reply", party=Party.CUSTOMER, kind=Kind.CUSTOMER_REPLY),
    ),
)
NAMES = tuple(meaning.label for meaning in UNDERSTOOD.activities)
instance = st.tuples(
    st.integers(0, 7),
    st.sampled_from(NAMES),
    st.integers(0, 4000),
    st.integers(0, 60),
    st.booleans(),
    st.sampled_from(["ann", "bob", "bot", None]),
)


def built(rows: Sequence[tuple[int, str, int, int, bool, str | None]]) -> EventLog:
    """One instance each: case, activity, begin and length in minutes, whether the start is known, person; every activity once at least."""
    rows = [*rows, *((8, name, 50 * k, 5, True, "cem") for k, name in enumerate(NAMES))]
    case, activity, begin, length, known, person = zip(*rows, strict=True)
    start = ORIGIN + np.array(begin) * MINUTE
    log = assemble(
        [f"c{number}" for number in case],
        activity,
        start + np.array(length) * MINUTE,
        np.where(known, start, UNKNOWN_TIME),
        person,
        attributes={"role": [None if p is None else f"role of {p}" for p in person]},
    )
    queued = np.array([0]), np.array([1]), np.array([ORIGIN]), np.array([0]), np.array([7])
    return replace(log, waiting=WaitingItems(*queued), items_known=True)


def cut_by_case(log: EventLog, part: Callable[[int], int], parts: int) -> list[EventLog]:
    """The log in parts, codes as they were."""
    of_case = np.array([part(case) for case in range(log.cases)])
    found = []
    for number in range(parts):
        kept, rows = np.flatnonzero(of_case == number), np.flatnonzero(of_case[log.case] == number)
        if not len(kept):
            continue
        place = np.full(log.cases, -1)
        place[kept] = np.arange(len(kept))
        queued = np.flatnonzero(place[log.waiting.case] >= 0)
        waiting = WaitingItems(place[log.waiting.case[queued]], *(getattr(log.waiting, f.name)[queued] for f in fields(WaitingItems)[1:]))
        found.append(replace(of_rows(log, rows, place[log.case[rows]], len(kept)), waiting=waiting, items_known=True))
    return found


def of_rows(log: EventLog, rows: np.ndarray, case: np.ndarray, cases: int) -> EventLog:
    columns = {name: getattr(log, name)[rows] for name in ("activity", "resource", "start", "end", "file", "line", "start_line")}
    attributes = {name: replace(column, codes=column.codes[rows]) for name, column in log.attributes.items()}
    names = ("",) * cases
    return replace(
        log,
        case_names=names,
        case=case,
        offsets=case_offsets(case, cases),
        item=np.arange(len(rows)),
        attributes=attributes,
        waiting=WaitingItems.none(),
        **columns,
    )


def figures(parts: Sequence[tuple[np.ndarray, np.ndarray]], probabilities: Sequence[float]) -> Figures:
    """Of values by key that come in parts, in two passes."""
    spread = Spread.merge([Spread.of(*part) for part in parts])
    wanted = spread.wanted(probabilities)
    return spread.figures(Selected.merge([Selected.of(*part, wanted) for part in parts]), probabilities)


def same(a: object, b: object, *left_out: str) -> None:
    assert type(a) is type(b)
    for field in fields(a):
        if field.name not in left_out:
            one, other = getattr(a, field.name), getattr(b, field.name)
            if isinstance(one, np.ndarray):
                np.testing.assert_array_equal(one, other, field.name)
            else:
                assert one == other, field.name


cuts = st.tuples(st.lists(instance, min_size=1, max_size=60), st.randoms(use_true_random=False), st.integers(1, 4))


@settings(max_examples=40, deadline=None)
@given(cuts)
def test_what_is_by_case_merges_over_cuts_by_case(drawn) -> None:
    rows, random, number = drawn
    log = built(rows)
    parts = cut_by_case(log, lambda case: random.randrange(number), number)
    random.shuffle(parts)
    duty = Duty.of(log, Roles.of(log), UNDERSTOOD, Calendar(hours="Mon-Fri 09:00-17:00"))
    whole = Enablement.of(log)
    concurrent = Successions.merge([Successions.of(part) for part in parts]).concurrent
    np.testing.assert_array_equal(concurrent, Successions.of(log).concurrent)
    enabled = [Enablement.of(part, concurrent) for part in parts]

    ends = added([EndCounts.of(part) for part in parts])
    gaps = figures([steps(part) for part in parts], HALF_AND_NINETY)
    same(DirectlyFollowsGraph.result(NAMES, gaps, ends), DirectlyFollowsGraph.of(log))

    same(Variants.merge([Variants.of(part) for part in parts]), Variants.of(log), "of_case")

    none = CalendarUsed(None, "unknown")
    for key, direct in ((by_activity, WaitingTime.of), (by_arc, WaitingTime.by_arc)):
        waits = figures([(key(part, of), of.wait) for part, of in zip(parts, enabled, strict=True)], HALF_AND_NINETY)
        result = WaitingTime.result(UNDERSTOOD, waits, waits, waits.key, none, by_arc=key is by_arc)
        same(result, direct(log, whole, UNDERSTOOD, duty), "used", "group", "business_total_s", "business_median_s")

    counts = [ReworkCounts.of(Items.of(part, UNDERSTOOD), len(NAMES), duty) for part in parts]
    merged = added(counts)
    same(Rework.result(True, UNDERSTOOD, merged, none), Rework.of(log, UNDERSTOOD, duty), "known_items", "used")

    endings = Endings.of(log, UNDERSTOOD)
    times = figures([(np.zeros(part.cases, dtype=np.int64), part.case_end - case_begin(part)) for part in parts], QUANTILES)
    effort = added([Effort.of(part, of) for part, of in zip(parts, enabled, strict=True)])
    cycle = CycleTime.result(times, int((~endings.closed).sum()), effort, lambda: InBusiness(None, none))
    left_out = ("of_case", "_working")
    same(cycle, CycleTime.of(log, lambda: whole, endings.closed, lambda: duty), *left_out)

    roles = added([RoleCounts.of(part) for part in parts])
    same(roles, RoleCounts.of(log))
    assert actors(parts[0], roles) == actors(log)
    np.testing.assert_array_equal(
        np.sort(np.concatenate([Roles.of(part, roles).of_instance for part in parts])), np.sort(Roles.of(log).of_instance)
    )


@settings(max_examples=40, deadline=None)
@given(cuts, st.booleans())
def test_causes_merge_over_cuts_by_person(drawn, given_hours: bool) -> None:
    rows, random, number = drawn
    # Many rows a person, so that hours can be found.
    log = built([(c + 9 * day, name, begin % 500 + 1440 * day, *rest) for day in range(12) for c, name, begin, *rest in rows[:20]])
    calendar = Calendar(hours="Mon-Sun 01:00-17:00") if given_hours else Calendar()
    roles, enablement = Roles.of(log), Enablement.of(log)
    duty = Duty.of(log, roles, UNDERSTOOD, calendar)
    awaited = Awaited.of(log, enablement, UNDERSTOOD, CustomerWaits.of(log, UNDERSTOOD))
    whole = WaitingCauses.by_person(log, enablement, UNDERSTOOD, awaited, duty)
    size = len(NAMES)

    of_person = np.array([random.randrange(number) for _ in range(len(log.resources) + 1)])
    places = [np.flatnonzero(of_person[log.resource] == part) for part in range(number)]
    places = [rows for rows in places if len(rows)]
    random.shuffle(places)
    parts = [of_rows(log, rows, np.zeros(len(rows), dtype=np.int64), 1) for rows in places]
    counts, found = RoleCounts.of(log), None
    in_parts = [Roles.of(part, counts) for part in parts]
    if not given_hours:
        present = [Presence.of(*stamps_of(part, of, UNDERSTOOD), log.source.timezone) for part, of in zip(parts, in_parts, strict=True)]
        of_all = replace(
            present[0],
            marks=sum(part.marks for part in present),
            hours=sum(part.hours for part in present),
            quarters=np.any([part.quarters for part in present], axis=0),
            first_day=min(part.first_day for part in present if len(part.owner)),
        )
        among = [part.among(of_all) for part in present]

        def seen(closed: np.ndarray, made_up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            several = [part.seen(closed, made_up) for part in among]
            return sum(a for a, _ in several), sum(b for _, b in several)

        dates = max(part.dates for part in among)
        found = Discovered.of_presence(of_all, dates, lambda n: sum(part.daily(n) for part in among), seen, roles.of_resource)
    duties = [Duty.of(part, of, UNDERSTOOD, calendar, span_of(log), found) for part, of in zip(parts, in_parts, strict=True)]

    times = [Enablement(*(getattr(enablement, f.name)[rows] for f in fields(Enablement))) for rows in places]
    waits = []
    for rows in places:
        place = np.full(len(log), -1)
        place[rows] = np.arange(len(rows))
        mine = place[awaited.row] >= 0
        waits.append(Awaited(awaited.answer[rows], place[awaited.row[mine]], awaited.begin[mine], awaited.end[mine]))
    held = []
    for part, of, on in zip(parts, times, duties, strict=True):
        began = Starts.of(part, of, UNDERSTOOD, on).began
        busy = busy_people(part, of.enabled, began, UNDERSTOOD, on)
        held.append(Runs.of(part, in_runs(part, UNDERSTOOD), of.enabled, began, busy).held(part, of.enabled, busy))
    rules = Held.merge(held).rules(log.source.timezone)
    assert rules == whole.batches.rules
    splits = [
        WaitingCauses.by_person(part, of, UNDERSTOOD, asked, on, rules)
        for part, of, asked, on in zip(parts, times, waits, duties, strict=True)
    ]
    for rows, split in zip(places, splits, strict=True):
        np.testing.assert_array_equal(split.parts, whole.parts[rows])
    one = CauseCounts.of(log.activity.astype(np.int64), size, enablement, whole)
    several = [
        CauseCounts.of(part.activity.astype(np.int64), size, of, split) for part, of, split in zip(parts, times, splits, strict=True)
    ]
    same(added(several), one)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.one_of(st.integers(-5, 5), st.integers(-(10**14), 10**14))), min_size=1, max_size=80),
    st.integers(1, 5),
    st.randoms(use_true_random=False),
)
def test_figures_of_values_in_parts_are_those_of_all_of_them(pairs, number: int, random) -> None:
    key, value = np.array(pairs, dtype=np.int64).T
    part = np.array([random.randrange(number) for _ in pairs])
    probabilities = (0.0, 0.1, 0.5, 0.9, 0.95, 1.0)
    same(
        figures([(key[part == k], value[part == k]) for k in range(number)], probabilities), Figures.of(key, value, probabilities), "group"
    )


def test_few_of_many_values_are_looked_at_twice() -> None:
    value = np.random.default_rng(3).lognormal(20, 2, 100_000).astype(np.int64)
    key = np.zeros(len(value), dtype=np.int64)
    spread = Spread.of(key, value)
    selected = Selected.of(key, value, spread.wanted((0.5, 0.9)))
    assert len(selected.value) < 0.01 * len(value) and len(spread.code) < 0.05 * len(value)
    assert spread.figures(selected, (0.5, 0.9)).quantiles[:, 0] == pytest.approx(np.quantile(value, (0.5, 0.9)), rel=1e-12)
