"""The causes of waiting: small logs by eye, the painter's answer on random logs, and the laws."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.log.order import assemble
from bankmine.measure.causes import CAUSES, WaitingCauses
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.process.definition import ActivityMeaning, Kind, Party, Understanding
from tests.measure.painter import Job, paint
from tests.textlog import HOUR, ORIGIN, hours, textlog

KNOWN = {
    "offer": (Party.BANK, Kind.OFFER),
    "accept": (Party.CUSTOMER, Kind.CUSTOMER_REPLY),
    "call": (Party.CUSTOMER, Kind.ENQUIRY),
    "score": (Party.SYSTEM, None),
}
Meanings = Callable[..., Understanding]


def on_duty(log: EventLog, opening: str | None = None, **people: str) -> Duty:
    """Everybody's duty: slots such as "9-12,13-17" in hours of the text log; None = no calendar is known."""

    def slots(text: str) -> BusinessCalendar:
        pairs = [part.split("-") for part in text.split(",")]
        return BusinessCalendar.from_slots(
            np.array([hours(a) for a, _ in pairs]), np.array([hours(b) for _, b in pairs]), "UTC", text, span=(hours(0), hours(1000))
        )

    calendars = () if opening is None else (slots(opening), *map(slots, people.values()))
    of_resource = np.array([1 + list(people).index(name) if name in people else 0 for name in log.resources], dtype=np.int32)
    if opening is None:
        of_resource = np.full(len(log.resources), -1, dtype=np.int32)
    return duty_of(log, calendars, of_resource)


def duty_of(log: EventLog, calendars: tuple[BusinessCalendar, ...], of_resource: np.ndarray) -> Duty:
    organisation = 0 if calendars else -1
    return Duty(
        calendars=calendars,
        opening=np.full(len(log), organisation, dtype=np.int32),
        person=np.append(of_resource, np.int32(organisation))[log.resource],
        of_role=np.zeros(0, dtype=np.int32),
        of_resource=of_resource,
        own=of_resource > 0,
        organisation=organisation,
        basis="given" if calendars else "unknown",
        outside_share=None,
    )


def causes_of(log: EventLog, understanding: Understanding, duty: Duty) -> WaitingCauses:
    return WaitingCauses.of(log, Enablement.of(log), understanding, CustomerWaits.of(log, understanding), duty)


def split(causes: WaitingCauses, log: EventLog, case: str, activity: str) -> dict[str, float]:
    """Hours by cause of one instance, those that are not 0."""
    row = (np.array(log.case_names)[log.case] == case) & (np.array(log.activities)[log.activity] == activity)
    (parts,) = causes.parts[row]
    return {name: value / HOUR for name, value in zip(CAUSES, parts.tolist(), strict=True) if value}


def test_earlier_work_of_the_same_person_is_contention_and_later_work_overtakes(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | b 6-7 @bob ; c2: a 0-0.5 @ann | b 0.5-3 @bob ; c3: a 0-2 @eve | b 3-5 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "b") == {"contention": 2, "prioritisation": 2, "unexplained": 1}


def test_a_night_is_closed_whatever_lies_open_on_the_desk(meaning: Meanings) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob ; c2: a 9-9.5 @ann | b 9.5-34 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "9-17,33-41"))
    assert split(causes, log, "c1", "b") == {"closed": 16, "contention": 8}


def test_a_free_day_of_one_person_is_absence_not_closing(meaning: Meanings) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "9-17,33-41", bob="9-12,33-41"))
    assert split(causes, log, "c1", "b") == {"closed": 16, "absent": 5, "unexplained": 3}


def test_without_a_calendar_whole_overlaps_count_and_it_is_said(meaning: Meanings) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob ; c2: a 9-9.5 @ann | b 9.5-33 @bob")
    causes = causes_of(log, meaning(log), on_duty(log))
    assert split(causes, log, "c1", "b") == {"contention": 23, "unexplained": 1}
    assert causes.no_calendar.sum() == 1


def test_a_busy_clerk_does_not_delay_a_file_that_has_not_arrived(meaning: Meanings) -> None:
    log = textlog("c1: offer 0-1 @ann | accept 20-20 | pay 22-23 @bob ; c2: pay 1-22 @bob ; c3: offer 0-1 @ann | cancel 9-10 @bob")
    causes = causes_of(log, meaning(log, **KNOWN), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "accept") == {"customer": 19}
    assert split(causes, log, "c1", "pay") == {"contention": 2}
    assert split(causes, log, "c3", "cancel") == {"customer": 8}


def test_items_left_lying_until_the_batch_is_full_wait_for_it(meaning: Meanings) -> None:
    day = "c{0}: a {1}-{2} @ann | post {3}-{4} @bob"
    lines = []
    for k in range(5):
        for i, (first, done, begun) in enumerate(((0, 1, 6), (1, 2, 7), (2, 4, 8))):
            lines.append(day.format(f"{k}x{i}", *(24 * k + t for t in (first, done, begun, begun + 1))))
    log = textlog(" ; ".join(lines))
    causes = causes_of(log, meaning(log), on_duty(log, "0-200"))
    assert split(causes, log, "c3x0", "post") == {"batching": 3, "unexplained": 2}
    assert split(causes, log, "c3x2", "post") == {"batching": 2, "unexplained": 2}
    (batches,) = causes.batches.table.to_dict("records")
    assert (batches["batches"], batches["median_size"], batches["kind"], batches["fired_by"], batches["fired_at"]) == (
        5, 3, "sequential", "size", "3",
    )  # fmt: skip


def test_a_list_that_someone_happens_to_go_through_is_no_batch(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | post 6-7 @bob ; c2: a 1-2 @ann | post 7-8 @bob ; c3: a 2-4 @ann | post 8-9 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "post") == {"unexplained": 5}
    assert split(causes, log, "c3", "post") == {"contention": 2, "unexplained": 2}


def test_work_done_at_once_is_a_batch(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | post 6-7 @bob ; c2: a 1-2 @ann | post 6-7 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "post") == {"batching": 1, "unexplained": 4}


def test_a_queue_that_a_busy_person_works_off_is_no_batch(meaning: Meanings) -> None:
    log = textlog("c0: x 0-6 @bob ; c1: a 0-1 @ann | post 6-7 @bob ; c2: a 1-2 @ann | post 7-8 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "post") == {"contention": 5}
    assert split(causes, log, "c2", "post") == {"contention": 5}


def test_the_system_is_waited_for_and_unknown_people_leave_the_cause_unknown(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | score 4-4.5 | b 9-10 | c 12-13 @ann")
    causes = causes_of(log, meaning(log, **KNOWN), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "score") == {"system": 3}
    assert split(causes, log, "c1", "b") == {}
    assert causes.unknown.sum() == 1
    table = causes.table.set_index("activity")
    assert np.isnan(table.loc["b", "contention_s"])
    assert table.loc["c", "unexplained_s"] == 2 * 3600


def test_estimated_starts_bound_the_wait_from_below(meaning: Meanings) -> None:
    log = textlog("c1: a 1 @ann | b 9 @bob ; c2: a 2 @ann | b 6 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    # bob finished c2 at 6 and c1 at 9: c1 waited from 1 until he was free at 6, while he worked on c2 from 2 (its enablement) on.
    assert split(causes, log, "c1", "b") == {"prioritisation": 4, "unexplained": 1}
    assert causes.starts.estimated.all()


@pytest.mark.parametrize("chunk", range(10))
def test_the_sweep_agrees_with_the_painter_on_random_logs(chunk: int) -> None:
    rows, seconds = 0, np.zeros(len(CAUSES), dtype=np.int64)
    for seed in range(chunk * 20, chunk * 20 + 20):
        jobs, opening, duty = random_log(np.random.default_rng(seed))
        log, understanding, enablement, duties = as_log(jobs, opening, duty)
        causes = WaitingCauses.of(log, enablement, understanding, CustomerWaits.of(log, understanding), duties)
        # The log stands in canonical order, and so do the jobs.
        for i, job in enumerate(jobs):
            enabler = int(enablement.enabler[i])
            job.enabler = None if enabler < 0 else jobs[enabler]
            job.ready = int(enablement.enabled[i] - ORIGIN) // SECOND
        painted = paint(jobs, opening, duty)
        for i, want in enumerate(painted):
            found = dict(zip(CAUSES, (causes.parts[i] // SECOND).tolist(), strict=True))
            assert found == want, (seed, i, jobs[i])
        assert (causes.parts.sum(axis=1) == causes.wait).all()
        rows += len(jobs)
        seconds += causes.parts.sum(axis=0) // SECOND
    assert rows > 400
    assert (seconds > 1000).all(), "every cause is at stake"


def random_log(rng: np.random.Generator) -> tuple[list[Job], np.ndarray, dict[str, np.ndarray]]:
    """Few people, many things at once, a shared office calendar and own ones, batches, requests to customers, a system."""
    horizon = 20_000
    opening = slots(rng, horizon)
    duty = {name: opening & slots(rng, horizon) if rng.random() < 0.5 else opening for name in ("ann", "bob", "eve")}
    steps = ("a", "b", "post", "offer", "accept", "score", "call")
    jobs = []
    for number in range(int(rng.integers(3, 12))):
        time = int(rng.integers(0, 4000))
        for _ in range(int(rng.integers(2, 7))):
            step = steps[int(rng.integers(len(steps)))]
            time += int(rng.choice([0, 30, int(rng.integers(0, 3000))]))
            length = int(rng.choice([0, 60, int(rng.integers(1, 1500))]))
            who = {"accept": "customer", "score": "system"}.get(step, ("ann", "bob", "eve")[int(rng.integers(3))])
            jobs.append(Job(f"c{number:02d}", step, time, time + length, who, step == "offer", step == "accept", step == "call"))
            time += length if rng.random() < 0.8 else length // 2
    # Some things are done at once; and on some days bob does nothing but post, in runs, what others prepared.
    for _ in range(int(rng.integers(0, 3))):
        time, length = int(rng.integers(8000, 17000)), int(rng.integers(10, 300))
        jobs += [Job(f"c{number:02d}", "post", time, time + length, "bob") for number in range(int(rng.integers(2, 4)))]
    if rng.random() < 0.5:
        jobs = [replace(job, who="eve") if job.who == "bob" else job for job in jobs]
        size = int(rng.integers(3, 5))
        for run in range(6):
            time = 4000 + 2600 * run
            for item in range(size if rng.random() < 0.9 else 2):
                done = max(time - int(rng.integers(100, 3900)), 0)
                jobs.append(Job(f"r{run}{item}", "a", max(done - 60, 0), done, "ann"))
                length = int(rng.integers(10, 200))
                jobs.append(Job(f"r{run}{item}", "post", time, time + length, "bob"))
                time += length + int(rng.choice([0, 0, 20]))
    jobs.sort(key=lambda j: (j.case, j.end, j.start))
    return jobs, opening, duty


def slots(rng: np.random.Generator, horizon: int) -> np.ndarray:
    is_open, at = np.zeros(horizon, dtype=bool), 0
    while at < horizon:
        length = int(rng.integers(500, 6000))
        is_open[at : at + length] = True
        at += length + int(rng.integers(100, 3000))
    return is_open


def as_log(jobs: list[Job], opening: np.ndarray, duty: dict[str, np.ndarray]) -> tuple[EventLog, Understanding, Enablement, Duty]:
    def time(seconds: int) -> int:
        return ORIGIN + seconds * SECOND

    def calendar(is_open: np.ndarray) -> BusinessCalendar:
        edge = np.diff(np.concatenate(([0], is_open.astype(np.int8), [0])))
        begin, end = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        span = (time(-100), time(len(is_open) + 100))
        return BusinessCalendar.from_slots(ORIGIN + begin * SECOND, ORIGIN + end * SECOND, "UTC", "random", span=span)

    log = assemble(
        [j.case for j in jobs],
        [j.step for j in jobs],
        np.array([time(j.end) for j in jobs]),
        np.array([time(j.start) for j in jobs]),
        [j.who for j in jobs],
        line=np.arange(len(jobs)),
    )
    known = {"offer": (Party.BANK, Kind.OFFER), "accept": (Party.CUSTOMER, Kind.CUSTOMER_REPLY), "score": (Party.SYSTEM, None)}
    known["call"] = (Party.CUSTOMER, Kind.ENQUIRY)
    meanings = (ActivityMeaning(a, party=known.get(a, (None, None))[0], kind=known.get(a, (None, None))[1]) for a in log.activities)
    calendars = (calendar(opening), *(calendar(duty[name]) for name in duty))
    of_resource = np.array([1 + list(duty).index(name) if name in duty else 0 for name in log.resources], dtype=np.int32)
    return log, Understanding(None, tuple(meanings)), Enablement.of(log), duty_of(log, calendars, of_resource)


def test_groups_of_instances_leave_out_those_that_are_in_none(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | b 6-7 @bob ; c2: a 0-1 @eve | b 4-6 @bob")
    causes = causes_of(log, meaning(log), on_duty(log, "0-24"))
    group = np.array([-1, 1, -1, -1])
    grouped = causes.grouped(group, 2)
    assert grouped[0].tolist() == [0] * len(CAUSES) and grouped[1].tolist() == causes.parts[1].tolist()
    assert causes.total.tolist() == causes.parts.sum(axis=0).tolist() == causes.by_activity().sum(axis=0).tolist()


def test_a_calendar_that_is_known_is_not_said_to_be_unknown(meaning: Meanings) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob")
    for people in ({}, {"bob": "9-12,33-41"}):
        assert not causes_of(log, meaning(log), on_duty(log, "9-17,33-41", **people)).no_calendar.any()


def test_an_offer_in_the_first_row_is_answered_by_the_first_answer_after_it(meaning: Meanings) -> None:
    log = textlog("c1: accept 0-0 | offer 1-2 @ann | pay 9-10 @bob ; c2: offer 0-1 @ann | pay 9-10 @bob ; c3: accept 20-20")
    causes = causes_of(log, meaning(log, **KNOWN), on_duty(log, "0-24"))
    assert split(causes, log, "c1", "pay") == {"customer": 7}
    assert split(causes, log, "c2", "pay") == {"customer": 8}
