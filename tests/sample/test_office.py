from datetime import datetime, timedelta

import pytest

from bankmine.sample.office import DAY, HOUR, SHIFT, WEEK, Team, open_at, wall, worked

MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - the bank's wall clock


@pytest.mark.parametrize(
    ("day", "clock", "hours"),
    [
        (0, 0, 0),
        (0, 9, 0),
        (0, 12, 3),
        (0, 17, 8),
        (0, 23, 8),
        (4, 16, 39),
        (5, 12, 40),
        (6, 12, 40),
        (7, 10, 41),
    ],
)
def test_duty_hours_are_monday_to_friday_nine_to_five(day, clock, hours):
    assert worked(day * DAY + clock * HOUR) == hours * HOUR


def test_wall_is_the_first_open_moment_with_that_much_worked():
    for quarter in range(4 * 24 * 14):
        time = quarter * HOUR / 4
        assert wall(worked(time)) == time or not open_at(time)
        assert wall(worked(time)) >= time
        assert worked(wall(worked(time))) == worked(time)
        assert open_at(wall(worked(time)))


def test_open_at_is_what_the_calendar_says():
    for hour in range(24 * 14):
        moment = MONDAY + timedelta(hours=hour)
        assert open_at(hour * HOUR) == (moment.weekday() < 5 and 9 <= moment.hour < 17)


def test_first_come_first_served_by_whoever_is_free_first():
    team = Team(("a", "b"))
    morning = 9 * HOUR
    assert team.serve(morning, HOUR) == (morning, morning + HOUR, 0)
    assert team.serve(morning, HOUR / 2) == (morning, morning + HOUR / 2, 1)
    assert team.serve(morning, HOUR) == (morning + HOUR / 2, morning + 1.5 * HOUR, 1)
    assert team.serve(morning, HOUR, person=1)[2] == 1


def test_work_that_cannot_be_finished_by_closing_is_begun_the_next_morning():
    team = Team(("a",))
    assert team.serve(16.5 * HOUR, HOUR)[0] == DAY + 9 * HOUR
    friday = 4 * DAY + 16.5 * HOUR
    assert Team(("a",)).serve(friday, HOUR)[0] == WEEK + 9 * HOUR
    assert Team(("a",)).serve(16.5 * HOUR, HOUR / 2) == (16.5 * HOUR, 17 * HOUR, 0)
    assert SHIFT == 8 * HOUR
