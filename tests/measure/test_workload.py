"""Load, queue and idle capacity: small logs by eye, and a minute-by-minute count on random ones."""

from collections.abc import Callable

import numpy as np
import pytest

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.enablement import Enablement
from bankmine.measure.roles import Roles
from bankmine.measure.workload import Workload
from bankmine.process.definition import Kind, Party, Understanding
from tests.measure.test_causes import on_duty
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
        "c1: a 0-1 @dan role=x | b 1-5 @ann role=y ; c2: a 0-1 @dan role=x | b 5-6 @ann role=y ; c3: b 2-3 @eve role=y ; c4: b 9-10 @eve role=y"
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


@pytest.mark.parametrize("seed", range(8))
def test_queue_idle_time_and_idle_peers_equal_a_count_minute_by_minute(meaning: Meanings, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = []
    for case in range(12):
        time, steps = int(rng.integers(0, 200)), []
        for _ in range(int(rng.integers(1, 5))):
            time += int(rng.integers(0, 60))
            end = time + int(rng.integers(1, 50))
            who, role = (("ann", "x"), ("bob", "x"), ("eve", "y"), ("dan", "y"))[int(rng.integers(4))]
            steps.append(f"{role}work {time / 60:.6f}-{end / 60:.6f} @{who} role={role}")
            time = end
        lines.append(f"c{case:02d}: " + " | ".join(steps))
    log = textlog(" ; ".join(lines))
    hours = "0-2,3-6,7-14"
    found = workload(log, meaning(log), hours, bob="0-1,4-12")
    began, end, enabled = (np.round((t - ORIGIN) / MINUTE).astype(int) for t in (log.began, log.end, Enablement.of(log).enabled))
    open_at = {name: np.zeros(1000, dtype=bool) for name in log.resources}
    for name in log.resources:
        for part in ("0-1,4-12" if name == "bob" else hours).split(","):
            a, b = (int(float(t) * 60) for t in part.split("-"))
            mine = log.resource == log.resources.index(name)
            # from the slot at or before the first stamp to the one at or after the last
            if b >= 0:
                open_at[name][a:b] = True
        slots = [tuple(int(float(t) * 60) for t in part.split("-")) for part in ("0-1,4-12" if name == "bob" else hours).split(",")]
        first = max((a for a, _ in slots if a <= began[mine].min()), default=slots[0][0])
        last = min((b for _, b in slots if b >= end[mine].max()), default=slots[-1][1])
        open_at[name][:first] = False
        open_at[name][last:] = False
    idle = {name: open_at[name].copy() for name in log.resources}
    for i in range(len(log)):
        idle[log.resources[log.resource[i]]][began[i] : end[i]] = False
    role_of = {"ann": "x", "bob": "x", "eve": "y", "dan": "y"}
    peers = []
    for i in range(len(log)):
        me = log.resources[log.resource[i]]
        others = [idle[name] for name in log.resources if role_of[name] == role_of[me] and name != me]
        peers.append(int(np.any(others, axis=0)[enabled[i] : began[i]].sum()) if others else 0)
    assert np.round(found.idle_peers() / MINUTE).astype(int).tolist() == peers
    for role in ("x", "y"):
        queued = np.zeros(1000, dtype=bool)
        for i in range(len(log)):
            if role_of[log.resources[log.resource[i]]] == role:
                queued[enabled[i] : began[i]] = True
        spare = sum(int((idle[name] & queued).sum()) for name in log.resources if role_of[name] == role)
        assert round(found.table.set_index("role").loc[role, "idle_while_queued_s"] / 60) == spare
