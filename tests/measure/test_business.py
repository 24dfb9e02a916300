"""Business time on the measures: counted under the right calendar, unknown where there is none, and the calendar named."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bankmine.log.calendar import BusinessCalendar
from bankmine.measure.business import CalendarUsed
from bankmine.measure.cycle import CycleTime
from bankmine.measure.enablement import Enablement
from bankmine.measure.waiting import WaitingTime
from bankmine.process.definition import Understanding
from tests.measure.test_causes import on_duty
from tests.textlog import hours, textlog

Meaning = Callable[..., Understanding]


def test_a_case_over_night_takes_its_opening_hours() -> None:
    log = textlog("c1: a 9-10 | b 35-36 ; c2: a 12-13 | b 14-15")
    cycle = CycleTime.of(log, lambda: Enablement.of(log), np.ones(2, dtype=bool), lambda: on_duty(log, "9-17,33-41"))
    assert cycle.business is not None and (cycle.business / 3.6e9).tolist() == [8 + 3, 3]
    assert (cycle.business_mean_s, cycle.business_median_s) == (7 * 3600, 7 * 3600)
    assert (cycle.calendar, cycle.calendar_estimated) == ("9-17,33-41", False)


def test_without_a_calendar_business_time_is_unknown_and_it_is_said() -> None:
    log = textlog("c1: a 9-10 | b 35-36")
    cycle = CycleTime.of(log, lambda: Enablement.of(log), np.ones(1, dtype=bool), lambda: on_duty(log))
    assert (cycle.business, cycle.business_mean_s, cycle.business_median_s, cycle.calendar) == (None, None, None, None)
    assert "unknown" in str(cycle.blocks()[-1])


def test_a_wait_counts_under_the_calendar_of_those_who_had_to_act(meaning: Meaning) -> None:
    log = textlog("c1: a 9-10 | b 35-36 | c 40-41")
    duty = on_duty(log, "9-17,33-41", night="0-48")
    duty = replace(duty, opening=np.array([0, 1, -1], dtype=np.int32))
    waits = WaitingTime.of(log, Enablement.of(log), meaning(log), duty).table.set_index("activity")["business_total_s"]
    assert waits["b"] == 25 * 3600  # its office never closes
    assert np.isnan(waits["c"])  # its office's hours are not known
    assert waits["a"] == 0  # what did not wait did not wait in any hours


def test_every_wait_in_business_time_is_at_most_the_wait(meaning: Meaning) -> None:
    log = textlog("c1: a 9-10 | b 12-13 | c 35-36 ; c2: a 1-2 | b 9.5-10")
    waits = WaitingTime.of(log, Enablement.of(log), meaning(log), on_duty(log, "9-17,33-41"))
    assert (waits.business_total_s <= waits.total_s).all()
    assert waits.business_total_s.sum() == (2 + 4 + 2 + 0.5) * 3600


def test_years_without_published_make_up_days_are_named_where_figures_reach_into_them() -> None:
    log = textlog("c1: a 9-10")
    calendar = BusinessCalendar.of("Mon-Fri 09:00-17:00", "Asia/Shanghai", hours(0), hours(24 * 800), name="office")
    duty = replace(on_duty(log, "9-17"), calendars=(replace(calendar, estimated_years=(2025, 2026)),))
    year = 24 * 366
    used = CalendarUsed.of(duty, np.array([0, 0]), np.array([hours(1), hours(2)]), np.array([hours(year), hours(3)]))
    assert used == CalendarUsed("office", "given", (2025,))
    assert "2025" in used.text.en and "2025" in used.text.zh and "2026" not in used.text.en
    assert not CalendarUsed.of(duty, np.array([0]), np.array([hours(1)]), np.array([hours(2)])).estimated
