from collections.abc import Callable

import numpy as np

from bankmine.measure.cycle import CycleTime
from bankmine.measure.enablement import Enablement
from bankmine.measure.endings import Endings
from bankmine.measure.handover import Handovers
from bankmine.measure.waiting import WaitingTime
from bankmine.process.definition import ActivityMeaning, Kind, Outcome, Party, Understanding
from tests.measure.test_causes import on_duty
from tests.textlog import hours, textlog

Meaning = Callable[..., Understanding]


def test_contractual_waits_are_by_design_and_take_no_share(meaning: Meaning) -> None:
    log = textlog("c1: pay 0-1 | repay 1001-1002 ; c2: check 0-1 | approve 4-5 | pay 6-7")
    known = meaning(log, repay=(Party.CUSTOMER, Kind.CONTRACTUAL_WAIT))
    table = WaitingTime.of(log, Enablement.of(log), known, on_duty(log)).table.set_index("activity")
    assert table.loc["repay", "by_design"] and np.isnan(table.loc["repay", "share"])
    assert table.loc["approve", "share"] == 0.75 and table.loc["pay", "share"] == 0.25
    assert list(table["count"]) == [1, 1, 2, 1]


def test_waiting_by_arc_names_the_enabling_activity(meaning: Meaning) -> None:
    log = textlog("c1: a 0-1 | b 3-4 ; c2: c 0-1 | b 2-3")
    arcs = WaitingTime.by_arc(log, Enablement.of(log), meaning(log), on_duty(log)).table
    assert [(s, t, w) for s, t, w in zip(arcs["source"], arcs["activity"], arcs["total_s"], strict=True) if isinstance(s, str)] == [
        ("a", "b", 7200.0),
        ("c", "b", 3600.0),
    ]


def test_the_efficiency_is_unknown_without_starts(meaning: Meaning) -> None:
    timed, stamped = textlog("c1: a 0-1 | b 3-4"), textlog("c1: a 0 | b 3")
    closed = np.ones(1, dtype=bool)
    assert CycleTime.of(timed, lambda: Enablement.of(timed), closed, lambda: on_duty(timed)).efficiency == 0.5
    assert CycleTime.of(stamped, lambda: Enablement.of(stamped), closed, lambda: on_duty(stamped)).efficiency is None


def test_a_case_is_closed_by_a_step_that_ends_cases() -> None:
    log = textlog("c1: apply 0 | cancel 5 ; c2: apply 0")
    known = Understanding(None, (ActivityMeaning("apply"), ActivityMeaning("cancel", kind=Kind.END, outcome=Outcome.CANCELLED)))
    endings = Endings.of(log, known)
    assert endings.closed.tolist() == [True, False]
    assert log.activity[endings.by[0]] == 1


def test_without_known_endings_a_quiet_case_at_a_usual_end_is_closed(meaning: Meaning) -> None:
    log = textlog("c1: a 0 | b 1 ; c2: a 2 | b 3 ; c3: a 99")
    endings = Endings.of(log, meaning(log))
    assert endings.closed.tolist() == [True, True, False]  # c3 has just begun
    assert endings.as_of == hours(99)


def test_handovers_need_two_known_people_and_ping_pong_three() -> None:
    log = textlog("c1: a 0-1 @x | b 1-2 @y | c 2-3 @x | d 3-4 | e 4-5 @y ; c2: a 0-1 @x | a 1-2 @y | a 2-3 @x")
    found = Handovers.of(log)
    assert (found.pairs, found.known, found.count) == (6, 4, 4)
    assert found.ping_pong_cases == 2
    assert [int(log.case[row]) for row in found.returned] == [1] and found.returned_cases == 1


def test_what_is_shown_of_waiting_is_the_first_fifteen_and_how_many_more_there_are(meaning: Meaning) -> None:
    text = "c1: s 0-1 | " + " | ".join(f"a{n:02d} {3 * n + 2}-{3 * n + 3}" for n in range(17))
    log = textlog(text)
    of = WaitingTime.of(log, Enablement.of(log), meaning(log), on_duty(log))
    table = of.blocks()[0]
    assert len(table.rows) == 15 and table.hidden == 3
    assert table.rows[0][0] == "a01" and table.rows[0][2] == 2 * 3600
    arcs = WaitingTime.by_arc(log, Enablement.of(log), meaning(log), on_duty(log)).blocks()[0]
    assert arcs.rows[0][:2] == ("a00", "a01") and len(arcs.rows) == 15
    short = textlog("c1: b 5-6 | a 7-8")
    rows = WaitingTime.by_arc(short, Enablement.of(short), meaning(short), on_duty(short)).blocks()[0].rows
    assert [(row[0] if isinstance(row[0], str) else row[0].en, row[1]) for row in rows] == [("b", "a"), ("(the case begins)", "b")]


def test_the_middle_and_the_tail_of_waits_are_those_of_the_waits(meaning: Meaning) -> None:
    log = textlog(" ; ".join(f"c{n}: a 0-1 @ann | b {1 + n}-{2 + n} @bob" for n in range(11)))
    table = WaitingTime.of(log, Enablement.of(log), meaning(log), on_duty(log, "0-3,5-500")).table.set_index("activity")
    row = table.loc["b"]
    assert (row["count"], row["total_s"], row["mean_s"]) == (11, 55 * 3600, 5 * 3600)
    assert (row["median_s"], row["p90_s"], row["share"]) == (5 * 3600, 9 * 3600, 1.0)
    # Two hours are closed: of the waits of 0 to 10 hours those over two lose up to two.
    assert row["business_total_s"] == (0 + 1 + 2 + 2 + 2 + 3 + 4 + 5 + 6 + 7 + 8) * 3600
    assert row["business_median_s"] == 3 * 3600
    still = textlog("c1: a 0-1 | b 1-2")
    none = WaitingTime.of(still, Enablement.of(still), meaning(still), on_duty(still)).table
    assert none["share"].tolist() == [0.0, 0.0]
