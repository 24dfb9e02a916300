"""Queues played event by event, on offices small enough to work out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bankmine.api import Analysis, analyze
from bankmine.settings import Settings
from bankmine.twin.office import Batch, Office
from bankmine.twin.queues import OpenHours, Played, play
from tests.textlog import HOUR, hours, textlog

# The office is open 08:00-23:00 in Shanghai, which are the hours 0-15 of the text log's first day, 24-39 of the next.
DUTY = {"calendar": {"hours": "Mon-Sun 08:00-23:00"}}


def analysis(text: str) -> Analysis:
    return analyze(textlog(text), settings=Settings.model_validate(DUTY))


def office(text: str) -> Office:
    return Office.of(analysis(text).facts)


def told(played: Played, of: Office, activity: str) -> list[tuple[float, float]]:
    """Begin and end of the activity's instances, in hours of the text log, by case."""
    rows = np.flatnonzero(of.activity == of.names.index(activity))
    return [((played.began[k] - hours(0)) / HOUR, (played.ended[k] - hours(0)) / HOUR) for k in rows.tolist()]


# bob does three checks of two hours; all are ready at the first hour.
QUEUE = "\n".join(f"c{k}: enter 0-1 @ann{k} role=clerk | check {1 + 2 * k}-{3 + 2 * k} @bob role=officer" for k in range(3))


def test_the_unchanged_play_is_what_happened() -> None:
    of = office(QUEUE)
    assert told(play(of), of, "check") == [(1, 3), (3, 5), (5, 7)]


def test_a_second_person_takes_every_other_item() -> None:
    of = office(QUEUE)
    role = of.roles.index("officer")
    wider = replace(of, people=(*of.people, of.people[of.desks[role].people[0]])).with_desk(
        role, people=(*of.desks[role].people, len(of.people))
    )
    assert sorted(told(play(wider), wider, "check")) == [(1, 3), (1, 3), (3, 5)]


def test_the_last_that_comes_is_taken_first_where_that_is_the_order() -> None:
    of = office(
        "c0: enter 0-1 @a role=clerk | check 1-4 @bob role=officer\n"
        "c1: enter 0-2 @b role=clerk | check 4-5 @bob role=officer\n"
        "c2: enter 0-3 @c role=clerk | check 5-6 @bob role=officer"
    )
    last = of.with_desk(of.roles.index("officer"), last_first=True)
    assert told(play(last), last, "check") == [(1, 4), (5, 6), (4, 5)]


def test_what_cannot_be_finished_before_closing_is_begun_the_next_day() -> None:
    of = office("c0: enter 0-14 @a role=clerk | check 24-26 @bob role=officer\nc1: enter 0-1 @b role=clerk | check 1-3 @bob role=officer")
    assert told(play(of), of, "check") == [(24, 26), (1, 3)]
    broken = of.with_desk(of.roles.index("officer"), whole=False)
    assert told(play(broken), broken, "check") == [(14, 25), (1, 3)]


def test_work_that_lies_does_so_from_when_its_owner_was_first_free_whatever_they_did_then() -> None:
    # bob is free from 3 to 5, does what came later, and only then the check of c0: it could have been begun at 3.
    of = office(
        "c0: enter 0-2 @a role=clerk | check 8-9 @bob role=officer\n"
        "c1: enter 0-1 @b role=clerk | check 1-3 @bob role=officer\n"
        "c2: enter 0-5 @c role=clerk | check 5-8 @bob role=officer"
    )
    check = of.activity == of.names.index("check")
    assert (of.lies[check] / HOUR).round(1).tolist() == [4.9, 0, 0]  # but for the five minutes of a short break


def test_nothing_lies_while_what_cannot_be_finished_before_closing_is_taken() -> None:
    # From 13 to closing at 15 bob has taken the long check of c0; the short one of c1 waits behind it and does not lie.
    lines = [
        "c0: enter 0-13 @a role=clerk | check 24-27 @bob role=officer",
        "c1: enter 0-13.5 @b role=clerk | check 27-28 @bob role=officer",
    ]
    of = office("\n".join([*lines, "c2: enter 0-1 @c role=clerk | check 1-3 @bob role=officer"]))
    assert of.desks[of.roles.index("officer")].whole and not of.lies.any()


def test_a_batch_is_held_until_it_is_full_and_the_last_one_until_nothing_more_comes() -> None:
    of = office("\n".join(f"c{k}: enter 0-{1 + k} @a{k} role=clerk | check {1 + k}-{2 + k} @bob role=officer" for k in range(3)))
    check = of.names.index("check")
    held = replace(of, batches={check: Batch(size=2)})
    assert told(play(held), held, "check") == [(2, 3), (2, 3), (3, 4)]
    one_by_one = replace(of, batches={check: Batch(size=2, at_once=False)})
    assert told(play(one_by_one), one_by_one, "check") == [(2, 3), (3, 4), (4, 5)]
    moments = replace(of, batches={check: Batch(moments=(hours(5),))})
    assert told(play(moments), moments, "check") == [(5, 6)] * 3


def test_urgent_items_go_first() -> None:
    of = office(QUEUE)
    of = replace(of, urgency=np.where(of.case == 2, 0, 1).astype(np.int32))
    assert told(play(of), of, "check") == [(1, 3), (5, 7), (3, 5)]  # the first is begun before the others have come


def test_a_step_that_needs_two_others_waits_for_both() -> None:
    of = office(
        "c0: a 0-1 @x role=p | b 1-4 @y role=q | end 4-5 @z role=r\nc1: a 10-11 @x role=p | b 11-12 @y role=q | end 12-13 @z role=r"
    )
    a, b, end = (np.flatnonzero((of.activity == of.names.index(n)) & (of.case == 0))[0] for n in ("a", "b", "end"))
    enabler, also, arrives = of.enabler.copy(), of.also.copy(), of.arrives.copy()
    enabler[b], arrives[b], also[end] = -1, hours(0), a
    assert told(play(replace(of, enabler=enabler, also=also, arrives=arrives)), of, "end")[0] == (3, 4)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0.1, 5)), min_size=1, max_size=25),
    st.integers(1, 3),
)
def test_nobody_does_two_things_at_once_or_before_they_are_ready(items: list[tuple[float, float]], people: int) -> None:
    lines = [
        f"c{k}: enter {at:.3f}-{at + 0.5:.3f} @a{k} role=clerk | check {at + 0.5:.3f}-{at + 0.5 + length:.3f} @p{k % people} role=officer"
        for k, (at, length) in enumerate(items)
    ]
    of = office("\n".join(lines))
    assume(not of.batches)
    played = play(of)
    mine = np.flatnonzero(of.queued & (of.role == of.roles.index("officer")))
    assert (played.began[mine] >= played.seen[mine]).all()
    for who in np.unique(played.who[mine]).tolist():
        rows = mine[played.who[mine] == who]
        rows = rows[np.lexsort((played.ended[rows], played.began[rows]))]
        assert (played.ended[rows[:-1]] <= played.began[rows[1:]]).all()
    again = play(of)
    assert (again.began == played.began).all() and (again.who == played.who).all()


def test_an_answer_moves_by_whole_open_days_and_on_average_by_as_much() -> None:
    week = textlog("c: enter 0-1 @a")
    calendar = analyze(week, settings=Settings.model_validate({"calendar": {"hours": "Mon-Fri 09:00-17:00"}})).duty.calendars[0]
    open_hours = OpenHours(calendar.begin, calendar.end)
    monday = hours(24 * 7 + 2)  # 10:00 in Shanghai
    owed: dict[int, float] = {}
    assert open_hours.moved(monday, 0, owed) == monday
    for by in (-30, -5, -1, 7, 50):
        moved = [(open_hours.moved(monday, by * HOUR, owed) - monday) // HOUR for _ in range(144)]
        assert np.mean(moved) == pytest.approx(by, abs=0.5)  # as nearly as whole days can make it
        assert set(moved) <= {-96, -72, 0, 24, 48, 72}


def test_a_role_is_never_left_without_anybody() -> None:
    # bob does all the checks but for one by ann, ten weeks after his last.
    lines = [f"c{k}: enter {24 * k}-{24 * k + 1} @ann role=clerk | check {24 * k + 1}-{24 * k + 2} @bob role=officer" for k in range(30)]
    lines += [f"d: enter {24 * 100}-{24 * 100 + 1} @ann role=clerk | check {24 * 100 + 1}-{24 * 100 + 2} @ann role=officer"]
    of = office("\n".join(lines))
    played = play(of)
    assert not played.undone.any()
    assert told(played, of, "check")[-1] == (24 * 100 + 1, 24 * 100 + 2)


def test_the_last_batch_is_let_go_whatever_else_happens_last() -> None:
    of = office("\n".join(f"c{k}: enter {k}-{1 + k} @a{k} role=clerk | check {1 + k}-{2 + k} @bob role=officer" for k in range(3)))
    held = replace(of, batches={of.names.index("check"): Batch(size=10)})
    played = play(held)
    assert not played.undone.any() and len({begin for begin, _ in told(played, held, "check")}) == 1
