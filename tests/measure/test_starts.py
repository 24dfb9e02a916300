"""Estimated starts: from when a person was free (definitions §1.6)."""

from collections.abc import Callable

import numpy as np
import pytest

from bankmine.log.calendar import BusinessCalendar
from bankmine.measure.enablement import Enablement
from bankmine.measure.starts import Starts, _last_completion, _shift_begin
from bankmine.process.definition import Party, Understanding
from tests.measure.test_causes import on_duty
from tests.textlog import hours, textlog

NEVER = np.iinfo(np.int64).min


def began(text: str, meaning: Callable[..., Understanding], opening: str | None = None, **known) -> list[float]:
    log = textlog(text)
    starts = Starts.of(log, Enablement.of(log), meaning(log, **known), on_duty(log, opening))
    return [float((time - hours(0)) / (hours(1) - hours(0))) for time in starts.began]


def test_a_person_is_free_from_their_last_completion_or_the_begin_of_the_shift(meaning) -> None:
    text = "c1: a 1 @ann | b 10 @bob ; c2: a 2 @ann | b 12 @bob"
    assert began(text, meaning, "0-24") == [1, 1, 2, 10]  # bob's first: free since the shift began, so from its enablement at 1
    assert began(text, meaning, "0-3,9-24") == [1, 9, 2, 10]
    assert began(text, meaning) == [1, 1, 2, 10]


def test_completions_at_one_instant_share_what_was_before_them(meaning) -> None:
    log = textlog("c0: a 3 @bob ; c1: a 5 @bob ; c2: a 5 @bob ; c3: a 5 @eve ; c4: a 7 @bob ; c5: a 6 @eve ; c6: a 6 @eve")
    assert _last_completion(log).tolist() == [NEVER, hours(3), hours(3), NEVER, hours(5), hours(5), hours(5)]


def test_customers_and_systems_take_no_time_and_nobody_leaves_the_start_unknown(meaning) -> None:
    log = textlog("c1: a 1 @ann | ask 4 @sys | b 6 | c 8-9")
    starts = Starts.of(log, Enablement.of(log), meaning(log, ask=(Party.SYSTEM, None)), on_duty(log, "0-24"))
    assert starts.estimated.tolist() == [True, False, False, False]
    assert starts.unknown.tolist() == [False, False, True, False]
    assert starts.began.tolist() == [hours(1), hours(4), hours(6), hours(8)]


@pytest.mark.parametrize("first", [-1, 1])
def test_each_calendar_is_asked_for_its_own_rows_and_none_where_none_is_known(first: int) -> None:
    calendars = tuple(
        BusinessCalendar.from_slots(np.array([a, a + 100]), np.array([a + 10, a + 110]), "UTC", str(a), span=(0, 300)) for a in (20, 50)
    )
    times = np.array([60, 60, 10, 155])
    wanted = {-1: NEVER, 1: 50}[first]
    assert _shift_begin(calendars, np.array([first, 0, 0, 1]), times).tolist() == [wanted, 20, NEVER, 150]


def test_a_person_who_does_everything_has_no_completion_before_the_first(meaning) -> None:
    log = textlog("c1: a 1 @ann ; c2: a 2 @ann ; c3: a 2 @ann")
    assert _last_completion(log).tolist() == [NEVER, hours(1), hours(1)]
