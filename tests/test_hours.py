"""The text of weekly hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.errors import UsageError
from bankmine.hours import WeekHours, day_hours


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Mon-Fri 09:00-17:00", "Mon-Fri 09:00-17:00"),
        ("mon - friday  9:00 – 12:00, 13:00-17:00 ;Sat 09:00-12:00;", "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00"),
        ("Mon,Wed,Fri 09:00-12:00", "Mon,Wed,Fri 09:00-12:00"),
        ("Mon-Wed,Fri 09:00-12:00", "Mon-Wed,Fri 09:00-12:00"),
        ("Fri-Mon 10:00-16:00", "Mon,Fri-Sun 10:00-16:00"),
        ("周一至周五 09:00-17:00", "Mon-Fri 09:00-17:00"),
        ("星期一到星期五：9：00～12：00，13：00～17：00；周六 09:00-12:00", "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00"),
        ("周一、三、五 09:00-12:00", "Mon,Wed,Fri 09:00-12:00"),
        ("周六,周日 10:00至16:00", "Sat-Sun 10:00-16:00"),
        ("Mon-Sun 00:00-24:00", "24/7"),
        ("24/7", "24/7"),
        ("Mon-Fri 22:00-06:00", "Mon-Fri 22:00-06:00"),
        ("Mon-Fri 18:00-00:00", "Mon-Fri 18:00-24:00"),
        ("Mon 09:00-12:00,11:00-17:00", "Mon 09:00-17:00"),
    ],
)
def test_one_form_for_all_ways_of_writing(text: str, plain: str) -> None:
    assert str(WeekHours.parse(text)) == plain


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "''"),
        ("09:00-17:00", "'09:00-17:00'"),
        ("Mon-Fri", "'Mon-Fri'"),
        ("Mon-Fry 09:00-17:00", "'Mon-Fry'"),
        ("Mo 09:00-17:00", "'Mo'"),
        ("周一至周八 09:00-17:00", "'周一-周八'"),
        ("Mon-Wed-Fri 09:00-17:00", "'Mon-Wed-Fri'"),
        ("Mon 09:00-25:00", "'09:00-25:00'"),
        ("Mon 09:00-24:30", "'09:00-24:30'"),
        ("Mon 24:00-25:00", "'24:00-25:00'"),
        ("Mon 09:60-17:00", "'09:60-17:00'"),
        ("Mon 9-17", "'9-17'"),
        ("Mon 09:00-09:00", "'09:00-09:00'"),
        ("Mon-Fri 09:00-17:00; Fri 09:00-12:00", "Fri stands there twice"),
    ],
)
def test_what_cannot_be_understood_is_named_and_the_form_shown(text: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        WeekHours.parse(text)
    assert caught.value.code == "CALENDAR_HOURS"
    assert named in caught.value.what.en
    assert "Mon-Fri 09:00-12:00,13:00-17:00" in caught.value.hint.en and "周一至周五" in caught.value.hint.zh


def test_the_hours_of_a_single_date() -> None:
    assert day_hours("closed") == ()
    assert day_hours("09:00-12:00，13:00-17:00") == ((540, 720), (780, 1020))
    with pytest.raises(UsageError, match="CALENDAR_HOURS"):
        day_hours("open")


def test_the_usual_hours_are_those_of_most_of_monday_to_friday() -> None:
    assert WeekHours.parse("Mon-Thu 09:00-17:00; Fri 09:00-12:00; Sat 10:00-11:00").usual == ((540, 1020),)
    assert WeekHours.parse("Mon,Wed,Fri 09:00-12:00").usual == ((540, 720),)
    assert WeekHours.parse("Tue 09:00-12:00").usual == ()


@given(st.lists(st.lists(st.integers(0, 287), max_size=6, unique=True), min_size=7, max_size=7).filter(any))
def test_the_written_form_is_read_back(fives: list[list[int]]) -> None:
    days = []
    for of_day in fives:
        edges = sorted(5 * each for each in of_day)
        days.append(tuple(zip(edges[::2], edges[1::2], strict=False)))
    hours = WeekHours(tuple(days))
    if any(hours.days):
        assert WeekHours.parse(str(hours)) == hours
