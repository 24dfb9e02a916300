"""The office, with three jobs and one person or two: who does what when, and why it waited."""

from functools import partial
from typing import Any

import pytest

from bankmine.sample.office import DAY, HOUR, OFFICE, WEEK, Batching, Clock, Desk, Hours, Job, Team
from bankmine.sample.waits import CAUSES

LUNCH = Hours("Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00")


def office(desk: Desk, *jobs: Any) -> dict[str, tuple[int, float, float, dict[str, float]]]:
    """Jobs (name, hour since Monday at which it is handed in, hours of work, and what else is said of it) by name: who did it, from
    when to when, and what the hours in between were for."""
    clock, done = Clock(), {}

    def taken(_: Team, job: Job) -> None:
        causes = {name: seconds / HOUR for name, seconds in zip(CAUSES, job.parts, strict=True) if seconds}
        done[jobs[job.case][0]] = (job.who, job.start / HOUR, job.end / HOUR, causes)
        assert sum(job.parts) == job.start - job.enabled

    team = Team("clerk", desk, clock, taken)
    for number, (_, at, work, *more) in enumerate(jobs):
        when = round(at * HOUR)
        said: dict[str, Any] = {"step": "work", "enabled": when, "asked": when} | (more[0] if more else {})
        clock.at(when, partial(team.hand_in, Job(number, duration=round(work * HOUR), **said)))
    clock.run()
    team.release()
    clock.run()
    return done


@pytest.mark.parametrize(
    ("day", "clock", "hours"),
    [(0, 0, 0), (0, 9, 0), (0, 12, 3), (0, 17, 8), (0, 23, 8), (4, 16, 39), (5, 12, 40), (6, 12, 40), (7, 10, 41)],
)
def test_duty_hours_are_monday_to_friday_nine_to_five(day: int, clock: int, hours: int):
    assert OFFICE.worked(day * DAY + clock * HOUR) == hours * HOUR


@pytest.mark.parametrize("hours", [OFFICE, LUNCH, Hours("Tue,Thu 22:00-24:00")])
def test_after_is_the_first_open_moment_with_that_much_worked(hours: Hours):
    for quarter in range(4 * 24 * 14):
        time = quarter * HOUR // 4
        then = hours.after(time, 0)
        assert then == time if hours.is_open(time) else then > time
        assert hours.is_open(then)
        assert hours.worked(then) == hours.worked(time)
        assert hours.worked(hours.after(time, 5 * HOUR)) == hours.worked(time) + 5 * HOUR


def test_open_is_what_the_calendar_says():
    for hour in range(24 * 14):
        day, clock = hour // 24 % 7, hour % 24
        assert OFFICE.is_open(hour * HOUR) == (day < 5 and 9 <= clock < 17)
        assert LUNCH.is_open(hour * HOUR) == ((day < 6 and 9 <= clock < 12) or (day < 5 and 13 <= clock < 17))


def test_first_come_first_served():
    assert office(Desk(1), ("a", 9, 2), ("b", 9.5, 1), ("c", 10, 1)) == {
        "a": (0, 9, 11, {}),
        "b": (0, 11, 12, {"contention": 1.5}),
        "c": (0, 12, 13, {"contention": 2}),
    }


def test_whoever_has_been_idle_for_longest_takes_the_next():
    assert office(Desk(2), ("a", 9, 1), ("b", 9, 0.5), ("c", 9, 1), ("d", 12, 1)) == {
        "a": (0, 9, 10, {}),
        "b": (1, 9, 9.5, {}),
        "c": (1, 9.5, 10.5, {"contention": 0.5}),
        "d": (0, 12, 13, {}),
    }


def test_last_come_first_served_overtakes():
    done = office(Desk(1, order="last come"), ("a", 9, 2), ("b", 9.5, 1), ("c", 10, 1))
    assert done["c"] == (0, 11, 12, {"contention": 1})
    assert done["b"] == (0, 12, 13, {"contention": 1.5, "prioritisation": 1})


def test_the_favoured_go_first():
    late = {"favoured": False}
    done = office(Desk(1, order="favour", favoured=0.5), ("a", 9, 1), ("b", 9.25, 1, late), ("c", 9.5, 1))
    assert done["c"] == (0, 10, 11, {"contention": 0.5})
    assert done["b"] == (0, 11, 12, {"contention": 0.75, "prioritisation": 1})


def test_work_for_one_person_waits_for_that_person():
    done = office(Desk(2), ("a", 9, 3), ("b", 10, 1, {"person": 0}), ("c", 10.5, 1))
    assert done["b"] == (0, 12, 13, {"contention": 2})
    assert done["c"] == (1, 10.5, 11.5, {})


def test_work_that_cannot_be_finished_by_closing_is_begun_the_next_morning():
    assert office(Desk(1), ("a", 16.5, 1), ("b", 16.75, 0.25)) == {
        "a": (0, 33, 34, {"unexplained": 0.5, "closed": 16}),
        "b": (0, 34, 34.25, {"unexplained": 0.25, "closed": 16, "contention": 1}),
    }
    friday = 4 * 24
    assert office(Desk(1), ("a", friday + 16.5, 0.5), ("b", friday + 18, 1))["b"] == (0, 7 * 24 + 9, 7 * 24 + 10, {"closed": 63})


def test_work_longer_than_a_shift_fills_it():
    morning = Desk(1, Hours("Mon-Fri 09:00-12:00"))
    assert office(morning, ("a", 9, 5), ("b", 10, 1)) == {"a": (0, 9, 12, {}), "b": (0, 33, 34, {"contention": 2, "closed": 21})}


def test_who_comes_late_is_absent_while_the_role_is_open():
    early, late = Hours("Mon-Fri 09:00-13:00"), Hours("Mon-Fri 13:00-17:00")
    done = office(Desk(2, shifts=(early, late)), ("a", 9, 4), ("b", 10, 1))
    assert done["b"] == (1, 13, 14, {"absent": 3})


def test_a_call_waits_for_the_customer_before_it_is_made():
    done = office(Desk(1), ("a", 9, 2), ("call", 10, 0.5, {"enabled": 9 * HOUR}))
    assert done["call"] == (0, 11, 11.5, {"customer": 1, "contention": 1})


def test_work_seen_late_lies_while_nobody_is_busy():
    done = office(Desk(1), ("lying", 12, 1, {"enabled": 10 * HOUR, "asked": 10 * HOUR}), ("a", 11, 0.5))
    assert done["lying"] == (0, 12, 13, {"unexplained": 1.5, "prioritisation": 0.5})


def test_a_batch_waits_for_its_last_member_and_is_then_done_one_after_another():
    done = office(
        Desk(1, batching=Batching("work", size=3)), ("a", 11, 1, {"step": "other"}), ("1", 10, 0.5), ("2", 10.5, 0.5), ("3", 11.25, 0.5)
    )
    assert done["1"] == (0, 12, 12.5, {"batching": 1.25, "contention": 0.75})
    assert done["2"] == (0, 12.5, 13, {"batching": 1.25, "contention": 0.75})
    assert done["3"] == (0, 13, 13.5, {"batching": 1, "contention": 0.75})


def test_a_batch_at_a_clock_time_done_all_at_once():
    at_two = Batching("work", moments=tuple(day * DAY + 14 * HOUR for day in range(5)), parallel=True)
    done = office(Desk(1, batching=at_two), ("1", 10, 0.5), ("2", 10.5, 0.5), ("3", 11, 0.5), ("late", 15, 0.5))
    assert done["1"] == (0, 14, 14.6, {"batching": 1, "unexplained": 3})
    assert done["2"] == (0, 14, 14.6, {"batching": 0.5, "unexplained": 3})
    assert done["3"] == (0, 14, 14.6, {"unexplained": 3})
    assert done["late"][1:3] == (24 + 14, 24 + 14.5)


def test_what_of_a_batch_is_left_at_closing_comes_first_the_next_morning():
    held = Desk(1, batching=Batching("work", size=3))
    done = office(held, ("1", 16, 0.5), ("2", 16, 0.5), ("3", 16.25, 0.5), ("a", 16.5, 1, {"step": "other"}))
    assert done["1"] == (0, 16.25, 16.75, {"batching": 0.25})
    assert done["2"] == (0, 24 + 9, 24 + 9.5, {"batching": 1, "closed": 16})
    assert done["3"] == (0, 24 + 9.5, 24 + 10, {"batching": 1.25, "closed": 16})
    assert done["a"][3] == {"contention": 1.25, "unexplained": 0.25, "closed": 16}


def test_a_week_is_a_week():
    assert OFFICE.a_week == 40 * HOUR
    assert LUNCH.a_week == 38 * HOUR
    assert OFFICE.worked(WEEK) == OFFICE.a_week
    assert LUNCH.longest == 4 * HOUR
