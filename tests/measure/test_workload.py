"""Load, queue and idle capacity: small logs by eye, and a minute-by-minute count on random ones (written from the definitions)."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.enablement import Enablement
from bankmine.measure.roles import Roles
from bankmine.measure.week import HourOfWeek
from bankmine.measure.workload import Workload
from bankmine.process.definition import ActivityMeaning, Kind, Party, Understanding
from tests.measure.test_causes import duty_of, on_duty
from tests.textlog import HOUR, ORIGIN, textlog

Meanings = Callable[..., Understanding]
MINUTE = 60 * SECOND


def workload(log: EventLog, understanding: Understanding, opening: str | None = None, **people: str) -> Workload:
    return Workload.of(log, Enablement.of(log), understanding, Roles.of(log), on_duty(log, opening, **people), log.began)


def test_load_is_work_inside_duty_time_and_two_things_at_once_are_one(meaning: Meanings) -> None:
    log = textlog("c1: a 1-3 @ann role=clerk ; c2: a 2-4 @ann role=clerk ; c3: a 7-9 @ann role=clerk ; c4: b 1-2 @eve role=chief")
    load = workload(log, meaning(log), "0-8").table.set_index("role")
    assert load.loc["clerk", ["people", "items"]].tolist() == [1, 3]
    assert load.loc["clerk", "busy_s"] == 4 * 3600  # 1-4 and 7-8; the hour after closing is nobody's duty
    assert load.loc["clerk", "duty_s"] == 8 * 3600
    assert load.loc["clerk", "load"] == 0.5
    assert np.isnan(load.loc["clerk", "load_low"])  # one day has no interval


def test_customers_and_systems_have_no_load_but_calls_keep_people_busy(meaning: Meanings) -> None:
    log = textlog("c1: apply 0-1 @Customer | score 1-2 @System | call 3-4 @ann | work 5-6 @ann")
    known = {
        "apply": (Party.CUSTOMER, None), "score": (Party.SYSTEM, None), "call": (Party.CUSTOMER, Kind.ENQUIRY),
    }  # fmt: skip
    found = workload(log, meaning(log, **known), "0-8")
    assert found.people_table[["resource", "items", "busy_s"]].values.tolist() == [["ann", 2, 7200.0]]


def test_without_duty_hours_the_load_is_unknown_not_nought(meaning: Meanings) -> None:
    log = textlog("c1: a 1-3 @ann role=clerk")
    found = workload(log, meaning(log))
    assert np.isnan(found.load).all() and np.isnan(found.busy_s).all() and np.isnan(found.person_load).all()
    assert found.items.tolist() == [1]


def test_a_colleague_who_could_have_helped_is_seen(meaning: Meanings) -> None:
    # c2 is ready at 1, ann is at work until 5 and then takes it; eve, of the same role, works 2-3 only.
    log = textlog(
        "c1: a 0-1 @dan role=x | b 1-5 @ann role=y ; c2: a 0-1 @dan role=x | b 5-6 @ann role=y ; "
        "c3: b 2-3 @eve role=y ; c4: b 9-10 @eve role=y"
    )
    found = workload(log, meaning(log), "0-10")
    waited = (log.began == ORIGIN + 5 * HOUR) & (log.case == 1)
    assert (found.idle_peers()[waited] / HOUR).tolist() == [3]  # 1-2 and 3-5
    clerks = found.table.set_index("role").loc["y"]
    assert clerks["queue_s"] == 4 * 3600
    assert clerks["idle_while_queued_s"] == 3 * 3600


def test_who_alone_is_idle_is_not_a_colleague_of_oneself(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @dan role=x | b 5-6 @ann role=y ; c2: b 0-8 @eve role=y")
    found = workload(log, meaning(log), "0-10")
    assert found.idle_peers().tolist() == [0, 0, 0]


def test_hours_of_the_week_are_those_of_the_wall_clock(meaning: Meanings) -> None:
    log = textlog("c1: a 1-1.5 @ann role=x | b 3.5-4 @bob role=y")  # Monday; zone Asia/Shanghai, eight hours ahead
    table = workload(log, meaning(log), "0-10").hours_table.set_index(["role", "weekday", "hour"])
    assert table.loc[("y", 0, 9), "arrivals"] == 1
    assert table.loc[("y", 0, 10), "queue"] == 1
    assert table.loc[("y", 0, 11), "queue"] == 0.5
    assert table.loc[("y", 0, 11), "busy_people"] == 0.5
    assert table.loc[("y", 0, 9), "capacity_ratio"] == 0.5


def test_a_shift_counts_from_the_day_of_the_first_stamp_to_that_of_the_last(meaning: Meanings) -> None:
    # Ann comes on the second day and leaves on the third; an office that never closes is one long slot.
    log = textlog("c1: a 30-31 @ann role=x | b 50-52 @ann role=x ; c2: a 0-1 @bob role=x | b 90-91 @bob role=x")
    people = workload(log, meaning(log), "0-200", bob="4-12,28-36,52-60,76-84,100-108").people_table.set_index("resource")
    assert people["duty_s"].to_dict() == {"ann": 48 * 3600, "bob": 4 * 8 * 3600}


@pytest.mark.parametrize("weeks", [7, 12])
def test_the_load_has_a_lower_end_from_eight_weeks_on(meaning: Meanings, weeks: int) -> None:
    log = textlog(" ; ".join(f"c{w:02d}: a {168 * w}-{168 * w + 2 + w % 3} @ann role=x" for w in range(weeks)))
    calendar = BusinessCalendar.of("Mon 08:00-16:00", "Asia/Shanghai", int(log.start.min()), int(log.end.max()))
    duty = duty_of(log, (calendar,), np.zeros(1, dtype=np.int32))
    found = Workload.of(log, Enablement.of(log), meaning(log), Roles.of(log), duty, log.began)
    assert found.load[0] == pytest.approx(np.mean([2 + w % 3 for w in range(weeks)]) / 8)
    assert 2 / 8 < found.load_low[0] < found.load[0] if weeks == 12 else np.isnan(found.load_low[0])


def test_arriving_work_over_capacity_averages_to_the_load(meaning: Meanings) -> None:
    lines = [f"c{d}{h}: a {24 * d + h}-{24 * d + h + 1} @ann role=x" for d in range(7) for h in (0, 3, 7)]
    found = workload(textlog(" ; ".join(lines)), meaning(textlog(lines[0])), ",".join(f"{24 * d}-{24 * d + 8}" for d in range(7)))
    assert np.nansum(found.work_s[0]) / (found.duty_people[0].sum() * 3600) == pytest.approx(found.load[0])


def test_hours_of_a_zone_that_is_half_an_hour_off_begin_at_its_full_hour() -> None:
    first = ORIGIN + 3 * HOUR + 45 * MINUTE  # 09:15 in Kolkata
    hour = HourOfWeek.of(first, first + 2 * HOUR, "Asia/Kolkata")
    counted = hour.counted(np.zeros(2, dtype=np.int64), np.array([first, first + 50 * MINUTE]), 1)
    assert {int(h): float(counted[0, h]) for h in np.flatnonzero(counted[0])} == {9: 1, 10: 1}


PEOPLE = {"ann": "x", "bob": "x", "cat": "x", "eve": "y", "dan": "y"}
HOURS = {"bob": "0-1,4-12", "eve": "1-2,2.5-16"}
OPENING = "0-2,3-6,7-14"
step = st.tuples(st.integers(0, 60), st.integers(0, 50), st.sampled_from(sorted(PEOPLE)))
logs = st.lists(st.tuples(st.integers(0, 200), st.lists(step, min_size=1, max_size=4)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(logs)
def test_everything_equals_a_count_minute_by_minute(cases: list[tuple[int, list[tuple[int, int, str]]]]) -> None:
    lines = []
    for number, (time, steps) in enumerate(cases):
        parts, last = [], time
        for gap, work, who in steps:
            begin, last = last + gap, last + gap + work
            parts.append(f"{PEOPLE[who]}work {begin / 60:.9f}-{last / 60:.9f} @{who} role={PEOPLE[who]}")
        lines.append(f"c{number:02d}: " + " | ".join(parts))
    log = textlog(" ; ".join(lines))
    here = [name for name in log.resources if name in HOURS]
    found = workload(log, Understanding(None, tuple(map(ActivityMeaning, log.activities))), OPENING, **{name: HOURS[name] for name in here})

    began, end, enabled = (np.round((t - ORIGIN) / MINUTE).astype(int) for t in (log.began, log.end, Enablement.of(log).enabled))
    who = [log.resources[r] for r in log.resource]
    on, busy, queue = ({name: np.zeros(1440, dtype=bool) for name in (*PEOPLE, "x", "y")} for _ in range(3))
    for name in PEOPLE:
        for part in HOURS.get(name, OPENING).split(","):
            first, last = (round(float(t) * 60) for t in part.split("-"))
            on[name][first:last] = name in who
    for i, name in enumerate(who):
        busy[name][began[i] : end[i]] = True
        queue[PEOPLE[name]][enabled[i] : began[i]] = True
    idle = {name: on[name] & ~busy[name] for name in PEOPLE}

    people = found.people_table.set_index("resource")
    for name in set(who):
        assert people.loc[name, "duty_s"] / 60 == pytest.approx(on[name].sum())
        assert people.loc[name, "busy_s"] / 60 == pytest.approx((on[name] & busy[name]).sum(), abs=1e-3)
    roles = found.table.set_index("role")
    for role in {PEOPLE[name] for name in who}:
        spare = sum(int((idle[name] & queue[role]).sum()) for name in PEOPLE if PEOPLE[name] == role)
        assert roles.loc[role, "idle_while_queued_s"] / 60 == pytest.approx(spare, abs=1e-3)
    for i, name in enumerate(who):
        others = [idle[other] for other in PEOPLE if PEOPLE[other] == PEOPLE[name] and other != name]
        assert found.idle_peers()[i] / MINUTE == pytest.approx(np.any(others, axis=0)[enabled[i] : began[i]].sum(), abs=1e-3)

    assert (found.busy_s <= found.duty_s).all() and (found.idle_while_queued_s + found.busy_s <= found.duty_s).all()
    assert (found.idle_peers() >= 0).all() and (found.idle_peers() <= log.began - Enablement.of(log).enabled).all()
