"""Queues of roles: what a queue costs beyond working hours, when more comes than can be done, and what longer hours would spare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.api import Analysis, analyze
from bankmine.patterns import patterns
from bankmine.patterns.base import Finding
from bankmine.patterns.queues import queues, sooner
from bankmine.patterns.timetable import CELLS_A_DAY, Timetable, in_words
from bankmine.settings import Settings
from tests.textlog import HOUR, textlog

OPEN: dict[str, object] = {"hours": "Mon-Sun 09:00-17:00"}  # hours 1-9 of the text logs, which are read in Asia/Shanghai


def analysis(text: str, calendar: dict[str, object]) -> Analysis:
    return analyze(textlog(text), settings=Settings.model_validate({"calendar": calendar, "activities": {"apply": {"party": "customer"}}}))


def finding(code: str, of: Analysis) -> Finding:
    return next(iter(next(p for p in patterns() if p.code == code).find(of.facts)))


def test_a_queue_that_lasts_beyond_closing_costs_the_night_only_where_the_work_could_have_been_done_before_it() -> None:
    # bob is busy until closing (hour 9); without that c1 could have been done by 8, c2 only by 25.5.
    facts = analysis(
        "c0: apply 7 | check 7-9 @bob; c1: apply 7 | check 25-26 @bob; c2: apply 7 | check 26-28.5 @bob",
        OPEN,
    ).facts
    rows = np.flatnonzero(facts.work > 0)[1:]
    assert (sooner(facts, rows, np.array([2, 3]) * HOUR) / HOUR).tolist() == [18, 3]


def test_one_role_is_one_queue_whatever_the_activity() -> None:
    text = "\n".join(f"c{d}: apply {24 * d} | check {24 * d}-{24 * d + 3} @bob | sign {24 * d + 3}-{24 * d + 4} @bob" for d in range(3))
    (queue,) = queues(analysis(text, {"hours": "24/7"}).facts)
    assert len(queue.rows) == 6 and queue.people == 1 and not queue.contention.any()


def test_an_idle_colleague_counts_only_while_the_one_who_does_it_is_not_idle_too() -> None:
    # c0 waits from 1 to 6; bob is idle until 2 and busy from then on, cai at work from 3 to 4 and from 10: for 3 hours she could
    # have helped.
    text = """
        c0: apply 1 | check 6-8 @bob role=clerk
        c1: apply 2 | check 2-6 @bob role=clerk
        c2: apply 3 | check 3-4 @cai role=clerk
        c3: apply 10 | check 10-14 @cai role=clerk
        c4: apply 0.5 | check 0.5-1 @cai role=clerk
        c5: apply 0.5 | check 0.5-1 @bob role=clerk
    """
    (queue,) = queues(analysis(text, {"hours": "Mon-Sun 08:00-23:00"}).facts)
    assert (queue.waited[0] / HOUR, queue.pooled[0] / HOUR) == (4, 3)


@pytest.mark.parametrize(
    ("apply", "begin", "calendar", "spared", "word"),
    [
        # The clerks go at noon (hour 4), the house at 17:00: 13:00 would be served at once.
        (5, 25, {**OPEN, "roles": {"clerk": {"hours": "Mon-Sun 09:00-12:00"}}}, 1.0, "house"),
        # 20:00 would be served at 08:00 instead of 09:00: 1 of 13 hours.
        (12, 25, OPEN, 1 / 13, "08:00 to 20:00"),
    ],
)
def test_longer_hours_spare_exactly_what_the_calendar_says(
    apply: int, begin: int, calendar: dict[str, object], spared: float, word: str
) -> None:
    text = "\n".join(f"c{d}: apply {24 * d + apply} | check {24 * d + begin}-{24 * d + begin + 1} @bob role=clerk" for d in range(40))
    found = finding("P12", analysis(text, calendar))
    assert found.realistic == pytest.approx(spared) and word in found.text.en
    assert (found.wait_cut / HOUR == begin - apply).all()


def test_a_role_without_a_free_moment_gets_the_figure_of_a_load_that_the_formula_can_answer() -> None:
    text = "\n".join(
        f"c{d}x{i}: apply {24 * d} | check {24 * d + 5 * i}-{24 * d + 5 * i + 5} @bob role=clerk" for d in range(63) for i in range(3)
    )
    found = finding("P08", analysis(text, {"hours": "Mon-Sun 08:00-23:00"}))  # hours 0-15
    assert found.figures["load"] == pytest.approx(1.0) and found.figures["load_limit"] == pytest.approx(0.97)
    assert 0.9 < found.figures["spared_share"] < 1 and "97.0 %" in found.text.en


def timetable(arriving: np.ndarray, days: int, halves: int) -> Timetable:
    day, half = np.repeat(np.arange(days), halves), np.tile(np.arange(18, 18 + halves), days)
    nothing = np.zeros(0, dtype=np.int64)
    return Timetable(day, half, np.full(days * halves, 1_800_000_000), arriving, nothing, nothing)


def test_chance_alone_is_rarely_taken_for_a_peak() -> None:
    alarms = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        items = random.poisson(3, 80 * 16)
        work = (random.gamma(np.maximum(items, 1e-9)) * 600_000_000).astype(np.int64)  # just what can be done
        table = timetable(work, 80, 16)
        alarms += any(len(table.overrun(shape)) > 0 for name, shape in table.shapes() if name == "clock")
    assert alarms <= 10


def test_a_peak_is_seen_at_its_hours() -> None:
    random = np.random.default_rng(1)
    rate = np.tile(np.where(np.arange(16) < 3, 4.5, 1.5), 80)
    table = timetable(random.poisson(rate) * 600_000_000, 80, 16)
    hours = table.overrun(table.half)
    assert in_words("clock", hours).en == "09:00-10:30"


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.data())
def test_a_peak_burdens_the_hours_until_its_work_is_done(half_hours_of_work: list[int], data: st.DataObject) -> None:
    count = len(half_hours_of_work)
    peak = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    left, since, expected = 0, False, []
    for work, high in zip(half_hours_of_work, peak.tolist(), strict=True):
        left = max(left + work - 1, 0)
        since = (since or high) and left > 0
        expected.append(high or since)
    table = timetable(np.array(half_hours_of_work) * 1_800_000_000, count, 1)
    assert table.burdened(peak).tolist() == expected


@pytest.mark.parametrize(
    ("shape", "values", "zh", "en"),
    [
        ("clock", [18, 19, 20, 26], "09:00-10:30, 13:00-13:30", "09:00-10:30, 13:00-13:30"),
        ("weekday", [0, 4], "星期一、星期五", "Mondays, Fridays"),
        ("week", [18, 19, 4 * CELLS_A_DAY + 47], "星期一 09:00-10:00、星期五 23:30-24:00", "Mondays 09:00-10:00, Fridays 23:30-24:00"),
        ("month_end", [3], "每月最后 3 个工作日", "the last 3 working days of the month"),
        ("month_begin", [1], "每月最初 1 个工作日", "the first working day of the month"),
    ],
)
def test_peaks_are_named_as_people_name_them(shape: str, values: list[int], zh: str, en: str) -> None:
    said = in_words(shape, np.array(values))
    assert (said.zh, said.en) == (zh, en)


def test_the_turn_of_a_month_counts_days_on_which_somebody_works() -> None:
    table = timetable(np.zeros(61, dtype=np.int64), 61, 1)  # 1970-01-01 to 1970-03-02, every day
    shapes = [(name, int((shape == number).sum())) for name, shape in table.shapes() for number in (1,) if name.startswith("month")]
    assert shapes[0] == ("month_end", 2)  # the last of January and of February; March is not over
    assert ("month_begin", 2) in shapes  # the first of February and of March; nobody knows when January began
