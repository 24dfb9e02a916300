"""What fires batches, how they were done, and what is said of them: small logs whose answer can be read off.

The clocks of the text logs are UTC; their walls are those of Shanghai, eight hours on.
"""

import numpy as np
import pytest

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import EventLog
from bankmine.measure.batches import Batches
from bankmine.measure.busy import Busy, _Lanes
from bankmine.measure.enablement import Enablement
from bankmine.show.blocks import TableBlock
from tests.textlog import HOUR, hours, textlog


def batches_of(log: EventLog, *, calendar: bool = True) -> Batches:
    always = BusinessCalendar.from_slots(np.array([hours(0)]), np.array([hours(2000)]), "UTC", "always", span=(hours(0), hours(2000)))
    enabled = Enablement.of(log).enabled
    under = np.full(len(log), 0 if calendar else -1)
    busy = Busy.of(log.resource, log.began, log.end, enabled, under, (always,) if calendar else ())
    return Batches.of(log, log.resource, enabled, log.began, busy)


def spread(begins: list[float], size: int) -> EventLog:
    """Items that become ready at all hours of the days before their run, so that neither clock nor weekday comes by chance."""
    lines = []
    for k, begin in enumerate(begins):
        for i in range(size):
            done = begin - 5 - 31 * ((k + 2 * i) % 4)
            lines.append(f"c{k}x{i}: a {done - 0.5}-{done} @ann{k}x{i} | post {begin + i / 4}-{begin + i / 4 + 0.25} @bob")
    return textlog(" ; ".join(lines))


def test_runs_at_one_time_of_the_day_are_fired_by_the_clock() -> None:
    found = batches_of(spread([24 * day + 8.5 for day in range(6, 13)], 2))
    (row,) = found.table.to_dict("records")
    assert (row["batches"], row["items"], row["share"], row["median_size"]) == (7, 14, 1.0, 2)
    assert (row["kind"], row["fired_by"], row["fired_at"]) == ("sequential", "clock", "16:30")
    assert found.firing(1).en == found.firing(1).zh == "16:30" and found.firing(0).en == "no rule seen"
    (block,) = found.blocks()
    assert isinstance(block, TableBlock) and block.rows[0][:5] == ("post", 7, 14, 1.0, 2)
    assert block.rows[0][6].en == "16:30"


def test_runs_at_two_times_of_the_day_are_fired_by_both() -> None:
    found = batches_of(spread([24 * day + (2.25 if day % 2 else 7.75) for day in range(6, 16)], 2))
    assert found.table.loc[0, "fired_at"] == "10:15, 15:45"


def test_runs_on_one_weekday_at_any_hour_are_fired_by_the_weekday() -> None:
    # Days 9, 16, 23 … after a Monday are Wednesdays.
    found = batches_of(spread([24 * day + (3 * k + 1) % 15 for k, day in enumerate(range(9, 60, 7))], 2))
    assert found.table.loc[0, "fired_by"] == "weekday"
    assert (found.firing(1).en, found.firing(1).zh) == ("Wed", "周三")


def test_runs_of_one_size_are_fired_by_the_size_and_pairs_are_not() -> None:
    begins = [24 * day + 7 * (day % 3) + day % 5 for day in range(6, 16)]
    three = batches_of(spread(begins, 3))
    assert (three.firing(1).en, three.firing(1).zh) == ("3 items", "凑满 3 件")
    assert batches_of(spread(begins, 2)).table.empty


def test_four_runs_show_no_rule() -> None:
    assert batches_of(spread([24 * day + 8.5 for day in range(6, 10)], 2)).table.empty


def test_what_is_seldom_done_in_runs_has_no_habit_of_them() -> None:
    begins = [24 * day + 8.5 for day in range(6, 13)]
    few = spread(begins, 2)
    assert len(batches_of(few).activity) == 7
    alone = " ; ".join(f"s{n}: a {n}-{n + 0.1} @u{n} | post {n + 0.1}-{n + 0.2} @v{n}" for n in range(57))
    lines = []
    for k, begin in enumerate(begins):
        for i in (0, 1):
            done = begin - 5 - 31 * ((k + 2 * i) % 4)
            lines.append(f"c{k}x{i}: a {done - 0.5}-{done} @ann{k}x{i} | post {begin + i / 4}-{begin + i / 4 + 0.25} @bob")
    assert batches_of(textlog(" ; ".join(lines) + " ; " + alone)).table.empty  # 14 of 71 are less than a fifth


@pytest.mark.parametrize(("second", "kind"), [("6-7", "parallel"), ("6.5-7.5", "concurrent"), ("7-8", "sequential")])
def test_how_a_run_was_done(second: str, kind: str) -> None:
    log = textlog(f"c1: a 0-1 @ann | post 6-7 @bob ; c2: a 1-2 @eve | post {second} @bob")
    found = Batches.of(log, log.resource, Enablement.of(log).enabled, log.began)
    assert found.table["kind"].tolist() == [kind]
    assert (found.of_row >= 0).tolist() == [False, True, False, True]
    assert found.of_row.min() == -1 and found.ready.tolist() == [hours(2)] and found.first_enabled.tolist() == [hours(1)]


def test_without_calendars_no_breath_is_allowed() -> None:
    log = textlog("c1: a 0-1 @ann | post 6-7 @bob ; c2: a 1-2 @eve | post 7.0001-8 @bob")
    assert Batches.of(log, log.resource, Enablement.of(log).enabled, log.began).table.empty
    assert Batches.of(log, np.full(4, -1), Enablement.of(log).enabled, log.began).blocks() == []


def test_people_without_a_known_calendar_keep_the_clock_on_the_wall() -> None:
    begin, end, ready = (np.array([hours(h) for h in some]) for some in ((30, 50, 30), (31, 51, 31), (0, 0, 0)))
    day = BusinessCalendar.from_slots(
        np.array([hours(0), hours(24)]), np.array([hours(8), hours(32)]), "UTC", "d", span=(hours(0), hours(96))
    )
    busy = Busy.of(np.array([0, 1, -1]), begin, end, ready, np.array([0, -1, 0]), (day,))
    clock = busy.clock(begin)
    assert clock[1:].tolist() == begin[1:].tolist()
    assert clock[0] == day.worked(begin[:1])[0] != begin[0]


@pytest.mark.parametrize("room", [1 << 62, 1])
def test_lanes_keep_servers_and_instants_apart(room: int) -> None:
    begin, end = np.array([5, 9, 5]), np.array([7, 12, 6])
    lanes = _Lanes.of(3, begin, end, room)
    assert (lanes.instants is None) == (room > 1)
    who = np.array([0, 1, 2])
    keys = lanes.key(who, end)
    assert (lanes.time(keys) == end).all() and (keys // lanes.span == who).all()
    before, after = lanes.key(who, np.full(3, -100)), lanes.key(who, np.full(3, 100))
    assert (before <= lanes.key(who, begin)).all() and (after >= keys).all(), "instants outside count as the nearest"
    assert (before // lanes.span == who).all() and (after // lanes.span == who).all(), "and stay with their server"


def test_nobody_at_work_is_an_answer() -> None:
    none = np.zeros(0, dtype=np.int64)
    busy = Busy.of(np.array([0]), np.array([HOUR]), np.array([HOUR]), np.array([0]), np.array([-1]), ())
    assert busy.within(np.array([0]), np.array([0]), np.array([5])).tolist() == [0]
    assert [part.tolist() for part in busy.split(np.array([0]), np.array([0]), np.array([5]), np.array([9]))] == [[0], [0]]
    assert busy.idle(np.array([0]), np.array([0]), np.array([5])).tolist() == [5] and busy.within(none, none, none).tolist() == []


def test_four_of_five_runs_on_a_weekday_are_enough_and_three_of_five_items_ready_then_are_too_many() -> None:
    wednesdays = [24 * day + 4 * k + 1 for k, day in enumerate((9, 16, 23, 30))]
    found = batches_of(spread([*wednesdays, 24 * 39 + 12], 2))
    assert (found.firing(1).en, len(found.activity)) == ("Wed", 5)
    lines = []
    for k, day in enumerate((9, 16, 23, 30, 37)):
        begin = 24 * day + (8 if k % 2 else 12)
        for i in (0, 1):
            done = begin - (1 if k < 3 else 49)  # of three runs both items on the Wednesday itself: six of ten
            lines.append(
                f"c{k}x{i}: a {done - 0.5}-{done} @a{k}{i} | post {begin + 3 * (k % 3) + i / 4}-{begin + 3 * (k % 3) + i / 4 + 0.25} @bob"
            )
    assert batches_of(textlog(" ; ".join(lines))).table.empty
