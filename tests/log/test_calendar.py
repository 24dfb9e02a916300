"""Business calendars: zones, changes of clocks, holidays, make-up workdays, due dates."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.errors import UsageError
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import UNKNOWN_TIME

SHANGHAI, AMSTERDAM = "Asia/Shanghai", "Europe/Amsterdam"
MINUTE, HOUR = 60_000_000, 3_600_000_000


def at(text: str, zone: str = SHANGHAI, fold: int = 0) -> int:
    """The instant of a wall-clock time such as "2026-02-13 09:00"."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1_000_000


def calendar(hours: str, zone: str = SHANGHAI, years: tuple[int, int] = (2024, 2026), **more: object) -> BusinessCalendar:
    return BusinessCalendar.of(hours, zone, at(f"{years[0]}-01-01", zone), at(f"{years[1]}-12-31", zone), **more)  # type: ignore[arg-type]


def slots(found: BusinessCalendar, first: str, last: str) -> list[str]:
    """The slots of some dates, in local time."""
    zone = ZoneInfo(found.zone)
    local = [[f"{datetime.fromtimestamp(t / 1e6, zone):%m-%d %H:%M}" for t in pair] for pair in zip(found.begin, found.end, strict=True)]
    begins = [datetime.fromtimestamp(t / 1e6, zone).date() for t in found.begin]
    between = (date.fromisoformat(first), date.fromisoformat(last))
    return [" to ".join(pair) for pair, day in zip(local, begins, strict=True) if between[0] <= day <= between[1]]


# --- Working time equals a count of minutes -----------------------------------------------------------------------------


def office(day: date, minute: int) -> bool:
    return chinese_calendar.is_workday(day) and (540 <= minute < 720 or 780 <= minute < 1020)


def dutch_nights(day: date, minute: int) -> bool:
    """Every night from 22:00 to 06:00, none of which begins on Good Friday, Easter Sunday or Easter Monday."""
    closed = {date(2024, 3, 29), date(2024, 3, 31), date(2024, 4, 1)}
    return (minute >= 1320 and day not in closed) or (minute < 360 and day - timedelta(days=1) not in closed)


def always(day: date, minute: int) -> bool:
    return True


COUNTED: list[tuple[BusinessCalendar, Callable[[date, int], bool], tuple[str, ...]]] = [
    (calendar("Mon-Fri 09:00-12:00,13:00-17:00", holidays="CN"), office, ("2024-09-25", "2025-01-22", "2026-02-09")),
    (calendar("Mon-Sun 22:00-06:00", AMSTERDAM, holidays="NL"), dutch_nights, ("2024-03-27", "2024-10-24")),
    (calendar("24/7", AMSTERDAM), always, ("2024-03-27", "2024-10-24")),
]


@pytest.mark.parametrize(("found", "opened", "starts"), COUNTED, ids=["make-up days", "nights", "always"])
@settings(deadline=None, max_examples=25)
@given(st.data())
def test_working_time_is_the_count_of_open_minutes(
    found: BusinessCalendar, opened: Callable[[date, int], bool], starts: tuple[str, ...], data: st.DataObject
) -> None:
    first = at(data.draw(st.sampled_from(starts)), found.zone) + data.draw(st.integers(0, 12 * 1440)) * MINUTE
    minutes = data.draw(st.integers(0, 8 * 1440))
    zone = ZoneInfo(found.zone)
    clock = [datetime.fromtimestamp(first // 1_000_000 + 60 * each, zone) for each in range(minutes)]
    open_minutes = [opened(each.date(), each.hour * 60 + each.minute) for each in clock]
    assert found.between(first, first + minutes * MINUTE) == sum(open_minutes) * MINUTE
    assert found.is_open(first + np.arange(minutes) * MINUTE).tolist() == open_minutes


@settings(deadline=None)
@given(st.lists(st.integers(at("2026-02-01"), at("2026-03-15")), min_size=3, max_size=3))
def test_working_time_adds_up_and_the_rest_is_off(times: list[int]) -> None:
    found = COUNTED[0][0]
    x, y, z = sorted(times)
    assert found.between(x, z) == found.between(x, y) + found.between(y, z)
    assert found.worked(x) + found.off(x) == x - found.span[0]
    assert found.worked(found.span[0]) == found.off(found.span[0]) == 0


# --- Due dates --------------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(at("2026-02-01"), at("2026-03-15")), st.integers(0, 200 * HOUR))
def test_a_due_date_is_the_earliest_instant_by_which_the_time_has_passed(start: int, amount: int) -> None:
    found = COUNTED[0][0]
    due = found.add(start, amount)
    assert found.between(start, due) == amount
    assert due == start or found.between(start, due - 1) == amount - 1


def test_due_dates_by_eye() -> None:
    found = calendar("Mon-Fri 09:00-17:00", holidays="CN")
    assert found.add(at("2026-02-13 16:00"), 2 * HOUR) == at("2026-02-14 10:00"), "the Saturday is a workday"
    assert found.add(at("2026-02-13 16:00"), HOUR) == at("2026-02-13 17:00"), "not next morning"
    assert found.add(at("2026-02-14 17:00"), 1) == at("2026-02-24 09:00") + 1
    assert found.add(at("2026-02-16 12:00"), 0) == at("2026-02-16 12:00"), "a due date never lies before its start"
    assert found.add(np.array([at("2026-02-13 16:00")] * 2), np.array([HOUR, 2 * HOUR])).tolist() == [
        at("2026-02-13 17:00"),
        at("2026-02-14 10:00"),
    ]


# --- Holidays and make-up workdays ------------------------------------------------------------------------------------------


def test_the_spring_festival_of_2026_is_24_working_hours() -> None:
    found = calendar("Mon-Fri 09:00-17:00", holidays="CN")
    assert found.between(at("2026-02-13 09:00"), at("2026-02-24 17:00")) == 24 * HOUR
    noons = np.array([at(f"2026-02-{day} 12:00") for day in range(13, 25)])
    assert found.is_open(noons).tolist() == [True, True, *[False] * 9, True]
    assert found.name == "CN Mon-Fri 09:00-17:00 Asia/Shanghai"


def test_chinese_workdays_agree_with_another_source_on_every_day() -> None:
    days = [date(2018, 1, 1) + timedelta(days=each) for each in range((date(2026, 12, 31) - date(2018, 1, 1)).days + 1)]
    noons = np.array([at(f"{day} 12:00") for day in days])
    found = calendar("Mon-Fri 09:00-17:00", years=(2018, 2026), holidays="CN")
    assert found.is_open(noons).tolist() == [chinese_calendar.is_workday(day) for day in days]
    assert found.estimated_years == ()


def test_a_desk_that_is_open_every_day_is_closed_on_the_weekends_that_belong_to_a_holiday() -> None:
    days = [date(2018, 1, 1) + timedelta(days=each) for each in range((date(2026, 12, 31) - date(2018, 1, 1)).days + 1)]
    noons = np.array([at(f"{day} 12:00") for day in days])
    work = np.array([chinese_calendar.is_workday(day) for day in days])
    holiday = np.array([chinese_calendar.get_holiday_detail(day)[1] is not None for day in days]) & ~work
    found = calendar("Mon-Sun 09:00-17:00", years=(2018, 2026), holidays="CN")
    assert found.is_open(noons[work]).all()
    assert not found.is_open(noons[holiday]).any()
    assert np.count_nonzero(~found.is_open(noons)) - np.count_nonzero(holiday) <= 6  # three weekends before or after a single day off
    assert found.is_open(np.array([at("2026-03-07 12:00"), at("2026-03-08 12:00")])).all()


@pytest.mark.parametrize(
    ("hours", "saturday"),
    [
        ("Mon-Fri 09:00-17:00; Sat 09:00-12:00", ["02-14 09:00 to 02-14 17:00"]),
        ("Mon-Thu 09:00-17:00; Fri 09:00-15:00", ["02-14 09:00 to 02-14 17:00"]),
        ("Tue 09:00-12:00", []),
        ("Sat-Sun 10:00-16:00", ["02-14 10:00 to 02-14 16:00"]),
    ],
)
def test_a_make_up_day_has_the_hours_of_most_weekdays(hours: str, saturday: list[str]) -> None:
    assert slots(calendar(hours, holidays="CN"), "2026-02-14", "2026-02-14") == saturday


def test_own_days_win_over_holidays_and_make_up_days() -> None:
    own = {date(2026, 2, 14): "closed", date(2026, 2, 16): "10:00-12:00", date(2026, 2, 24): "09:00-11:00,13:00-14:00"}
    assert slots(calendar("Mon-Fri 09:00-17:00", holidays="CN", days=own), "2026-02-13", "2026-02-24") == [
        "02-13 09:00 to 02-13 17:00",
        "02-16 10:00 to 02-16 12:00",
        "02-24 09:00 to 02-24 11:00",
        "02-24 13:00 to 02-24 14:00",
    ]


def test_years_without_published_make_up_days_are_estimated() -> None:
    from holidays import country_holidays

    known = {day.year for day in country_holidays("CN", years=range(2020, 2040)).weekend_workdays}
    found = calendar("Mon-Fri 09:00-17:00", years=(2024, max(known) + 2), holidays="CN")
    assert found.estimated_years == (max(known) + 1, max(known) + 2)
    later = max(known) + 12
    assert calendar("Mon-Fri 09:00-17:00", years=(later, later), holidays="CN").estimated_years == (later,)
    turn = at(f"{max(known) + 1}-01-01 00:00")
    assert not found.uses_estimated(np.array([turn - 9 * HOUR, turn - HOUR]), np.array([turn, turn]))
    assert found.uses_estimated(np.array([turn - 9 * HOUR, turn - HOUR]), np.array([turn, turn + 1]))
    assert calendar("Mon-Fri 09:00-17:00", AMSTERDAM, years=(2024, 2040), holidays="NL").estimated_years == ()
    assert calendar("Mon-Fri 09:00-17:00", years=(2024, 2040)).estimated_years == ()


def test_holidays_of_a_part_of_a_country() -> None:
    assert slots(calendar("Mon-Sun 09:00-17:00", "Europe/Berlin", holidays="DE-BY"), "2026-01-06", "2026-01-06") == []
    assert len(slots(calendar("Mon-Sun 09:00-17:00", "Europe/Berlin", holidays="DE-BE"), "2026-01-06", "2026-01-06")) == 1
    assert len(slots(calendar("Mon-Sun 09:00-17:00", AMSTERDAM, holidays="NL"), "2026-05-22", "2026-05-25")) == 2, "not at Pentecost"


@pytest.mark.parametrize(("code", "near"), [("cn", "CN"), ("NLD-XX", "NLD"), ("DE-BX", "DE-BY"), ("", "CN"), ("§", "CN")])
def test_an_unknown_holiday_code_is_answered_with_near_ones(code: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        calendar("Mon-Fri 09:00-17:00", holidays=code)
    assert caught.value.code == "CALENDAR_HOLIDAYS" and near in caught.value.hint.en


# --- Changes of clocks, midnight, the edges of the span ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "day", "worked"),
    [
        ("Mon-Sun 00:00-24:00", "2024-03-31", 23),
        ("Mon-Sun 00:00-24:00", "2024-10-27", 25),
        ("Mon-Sun 01:00-02:30", "2024-03-31", 1),  # 02:30 does not exist: the slot ends when the clock jumps
        ("Mon-Sun 02:30-05:00", "2024-03-31", 2),
        ("Mon-Sun 02:15-02:45", "2024-03-31", 0),
        ("Mon-Sun 01:00-02:30", "2024-10-27", 2.5),  # 02:30 comes twice: to the second
        ("Mon-Sun 02:30-05:00", "2024-10-27", 3.5),  # from the first
        ("Mon-Sun 03:00-05:00", "2024-10-27", 2),
    ],
)
def test_days_on_which_the_clock_changes(hours: str, day: str, worked: float) -> None:
    found = calendar(hours, AMSTERDAM)
    assert found.between(at(f"{day} 00:00", AMSTERDAM), at(f"{day} 23:59", AMSTERDAM) + MINUTE) == worked * HOUR


def test_a_zone_that_leaves_out_a_whole_day() -> None:
    found = calendar("Mon-Sun 09:00-17:00", "Pacific/Apia", years=(2011, 2012))
    assert slots(found, "2011-12-29", "2011-12-31") == ["12-29 09:00 to 12-29 17:00", "12-31 09:00 to 12-31 17:00"]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    found = calendar("Mon-Fri 22:00-06:00", holidays="CN")
    assert slots(found, "2026-02-13", "2026-02-15") == ["02-13 22:00 to 02-14 06:00", "02-14 22:00 to 02-15 06:00"]
    # The night that began before the first day still runs into it.
    assert (
        BusinessCalendar.of("Mon-Fri 22:00-06:00", SHANGHAI, at("2026-03-03"), at("2026-03-03")).worked(at("2026-03-03 07:00")) == 6 * HOUR
    )


def test_touching_slots_are_one() -> None:
    found = calendar("24/7")
    assert (len(found.begin), found.name) == (1, "24/7 Asia/Shanghai")
    assert (int(found.begin[0]), int(found.end[0])) == (found.span[0], found.span[1] + 1)


def test_the_calendar_answers_for_whole_days_and_for_no_other_time() -> None:
    found = BusinessCalendar.of("24/7", SHANGHAI, at("2026-03-03 15:00"), at("2026-03-04 15:00"))
    assert found.span == (at("2026-03-03 00:00"), at("2026-03-05 00:00") - 1)
    assert found.is_open(np.array(found.span)).all()
    for wrong in (found.span[0] - 1, found.span[1] + 1, UNKNOWN_TIME):
        with pytest.raises(ValueError, match="answers from"):
            found.worked(np.array([found.span[0], wrong]))
        with pytest.raises(ValueError, match="answers from"):
            found.is_open(wrong)
    with pytest.raises(ValueError, match="span"):
        found.add(found.span[0], 48 * HOUR)
    with pytest.raises(ValueError, match="negative"):
        found.add(found.span[0] + HOUR, -1)


def test_wrong_hours_and_zones() -> None:
    with pytest.raises(UsageError, match="CALENDAR_HOURS"):
        calendar("9 to 5")
    with pytest.raises(UsageError, match="CALENDAR_HOURS"):
        calendar("Mon-Fri 09:00-17:00", days={date(2026, 2, 14): "open"})
    with pytest.raises(UsageError, match="TIMEZONE_UNKNOWN"):
        BusinessCalendar.of("Mon-Fri 09:00-17:00", "Asia/Shanghei", 0, 1)


# --- Slots of one's own ------------------------------------------------------------------------------------------------------


def test_slots_are_sorted_merged_and_cut_to_the_span() -> None:
    found = BusinessCalendar.from_slots(np.array([50, 10, 20, 30, 40, 12]), np.array([60, 20, 25, 30, 45, 14]), "UTC", "own", span=(5, 54))
    assert (found.begin.tolist(), found.end.tolist()) == ([10, 40, 50], [25, 45, 55])
    assert found.worked(np.array([5, 10, 11, 25, 42, 54])).tolist() == [0, 0, 1, 15, 17, 24]
    assert not BusinessCalendar.from_slots(np.array([]), np.array([]), "UTC", "none", span=(0, 9)).worked(np.arange(10)).any()
    with pytest.raises(ValueError, match="span"):
        BusinessCalendar.from_slots(np.array([]), np.array([]), "UTC", "none")


PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), min_size=1, max_size=8)


@given(PAIRS, PAIRS)
def test_the_intersection_is_open_where_both_are_and_the_union_where_one_is(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    parts = [np.array(pairs) for pairs in (one, other)]
    both = [BusinessCalendar.from_slots(p[:, 0], p.sum(axis=1), "UTC", "part", span=(0, 100), discovered=True) for p in parts]
    found = both[0].intersect(both[1])
    times = np.arange(100)
    assert (found.is_open(times) == (both[0].is_open(times) & both[1].is_open(times))).all()
    assert (found.begin[1:] > found.end[:-1]).all() and found.discovered
    either = both[0].union(both[1])
    assert (either.is_open(times) == (both[0].is_open(times) | both[1].is_open(times))).all()
    assert (either.begin[1:] > either.end[:-1]).all() and either.discovered
