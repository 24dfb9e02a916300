import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.log.order import assemble
from bankmine.measure.cycle import CycleTime
from bankmine.measure.enablement import Enablement
from tests.measure.test_causes import on_duty
from tests.textlog import HOUR, textlog


def waits(log: EventLog) -> list[float]:
    return (Enablement.of(log).wait / HOUR).tolist()


def test_an_instance_waits_from_the_end_of_the_one_before() -> None:
    assert waits(textlog("c1: apply 0-1 | check 5-6 | approve 6-8")) == [0, 4, 0]


def test_the_first_instance_waits_from_the_customers_arrival() -> None:
    log = textlog("c1: apply 2-3 | check 5-6")
    arrived = assemble([log.case_names[0]] * 2, ["apply", "check"], log.end, log.start, arrival=np.full(2, log.start[0] - HOUR))
    assert waits(arrived) == [1, 2]


def test_work_that_overlaps_does_not_enable() -> None:
    # b ends after c begins, so a enables c.
    assert waits(textlog("c1: a 0-1 | b 2-6 | c 4-7")) == [0, 1, 3]


def test_open_work_enables_nothing() -> None:
    assert waits(textlog("c1: a 0-1 | b 2- | c 5-6")) == [0, 1, 4]


def test_activities_seen_in_both_orders_run_in_parallel() -> None:
    log = textlog(
        ";".join(
            [f"x{i}: open 0-1 | kyc 2-3 | score 4-5 | close 6-7" for i in range(20)]
            + [f"y{i}: open 0-1 | score 2-3 | kyc 4-5 | close 6-7" for i in range(20)]
        )
    )
    enabler = Enablement.of(log).enabler
    names = np.array(log.activities)
    assert set(names[log.activity[enabler[names[log.activity] == "kyc"]]]) == {"open"}
    assert set(names[log.activity[enabler[names[log.activity] == "score"]]]) == {"open"}
    assert (Enablement.of(log).wait[names[log.activity] == "close"] == HOUR).all()


def test_completions_at_one_instant_count_the_wait_once() -> None:
    assert waits(textlog("c1: submit 0 | decline 10 | notify 10")) == [0, 10, 0]


@st.composite
def sequential_cases(draw: st.DrawFn) -> EventLog:
    """Cases whose instances follow each other without overlap; every activity once, in one order, so that none is parallel."""
    text = []
    for case in range(draw(st.integers(1, 5))):
        at, parts = 0, []
        for activity in range(draw(st.integers(1, 6))):
            start = at + draw(st.integers(0, 50))
            at = start + draw(st.integers(0, 20))
            parts.append(f"a{activity} {start}-{at}")
        text.append(f"c{case}: " + " | ".join(parts))
    return textlog(";".join(text))


@given(sequential_cases())
@settings(max_examples=200, deadline=None)
def test_in_sequential_cases_waiting_and_work_add_up_to_the_cycle_time(log: EventLog) -> None:
    enablement = Enablement.of(log)
    cycle = CycleTime.of(log, lambda: enablement, np.ones(log.cases, dtype=bool), lambda: on_duty(log)).of_case
    parts = np.bincount(log.case, weights=enablement.wait + log.end - log.start, minlength=log.cases)
    assert (parts.astype(np.int64) == cycle).all()


@given(sequential_cases(), st.integers(-(10**6), 10**6))
@settings(max_examples=50, deadline=None)
def test_shifting_the_clock_changes_no_wait(log: EventLog, hours: int) -> None:
    names = np.array(log.activities, dtype=object)[log.activity]
    moved = assemble(
        np.array(log.case_names, dtype=object)[log.case].tolist(), names.tolist(), log.end + hours * HOUR, log.start + hours * HOUR
    )
    assert (Enablement.of(moved).wait == Enablement.of(log).wait).all()


def test_an_arrival_after_the_first_stamp_or_not_known_is_no_arrival() -> None:
    log = textlog("c1: apply 2-3 ; c2: apply 2-3 ; c3: apply 2-3")
    arrival = np.array([log.start[0] - HOUR, log.start[0] + HOUR, UNKNOWN_TIME])
    known = assemble(list(log.case_names), ["apply"] * 3, log.end, log.start, arrival=arrival)
    assert waits(known) == [1, 0, 0]


def parallel(text: str) -> bool:
    """Whether b, done after a, was enabled by what came before a."""
    log = textlog(text)
    names = np.array(log.activities, dtype=object)[log.activity]
    return names[Enablement.of(log).enabler[np.flatnonzero(names == "b")[0]]] == "o"


def orders(there: int, back: int) -> list[str]:
    return [f"x{n}: o 0-1 | a 2-3 | b 4-5" for n in range(there)] + [f"y{n}: o 0-1 | b 2-3 | a 4-5" for n in range(back)]


def test_one_exception_in_many_is_no_parallelism() -> None:
    # |there - back| / (there + back + 1) under 0.9 is parallel.
    assert parallel(";".join(orders(18, 1)))  # 17 / 20
    assert parallel(";".join(orders(19, 1)))  # 18 / 21
    assert not parallel(";".join(orders(19, 0)))
    assert not parallel(";".join(orders(39, 1)))  # 38 / 41
    assert not parallel(";".join(orders(28, 1)))  # 27 / 30, the limit itself


def test_a_loop_of_two_is_no_parallelism_unless_one_also_loops_alone() -> None:
    loops = [f"z{n}: o 0-1 | a 2-3 | b 4-5 | a 6-7 | b 8-9" for n in range(10)]
    assert not parallel(";".join(loops))
    alone = [f"zz{n}: o 0-1 | b 2-3 | b 4-5 | p 6-7" for n in range(9)]
    assert parallel(";".join([*loops, *alone]))
    assert not parallel(";".join([*loops, *alone[:8]]))
