"""The story of one wait: small waits by eye, and on random logs the same causes as the sums over the whole log."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from bankmine.measure.causes import CAUSES, WaitingCauses
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.enablement import Enablement
from bankmine.measure.one_wait import UNKNOWN, WORK, stretches
from bankmine.process.definition import Understanding
from tests.measure.test_causes import KNOWN, as_log, on_duty, random_log
from tests.textlog import HOUR, hours, textlog

Meanings = Callable[..., Understanding]


def story(log, understanding, duty, case, activity):
    """(from, to, cause, other work) of one instance's wait; hours of the text log, other work as "case activity"."""
    enablement, customer = Enablement.of(log), CustomerWaits.of(log, understanding)
    causes = WaitingCauses.of(log, enablement, understanding, customer, duty)
    (row,) = np.flatnonzero((np.array(log.case_names)[log.case] == case) & (np.array(log.activities)[log.activity] == activity))
    found = stretches(log, enablement, understanding, customer, duty, causes, int(row))
    name = [f"{log.case_names[c]} {log.activities[a]}" for c, a in zip(log.case, log.activity, strict=True)]
    return [((s.begin - hours(0)) / HOUR, (s.end - hours(0)) / HOUR, s.why, [name[o] for o in s.others]) for s in found]


def test_each_stretch_names_the_work_that_the_file_waited_for(meaning: Meanings) -> None:
    log = textlog("c1: a 0-1 @ann | b 6-7 @bob ; c2: a 0-0.5 @ann | b 0.5-3 @bob ; c3: a 0-2 @eve | b 3-5 @bob")
    assert story(log, meaning(log), on_duty(log, "0-24"), "c1", "b") == [
        (1, 3, "contention", ["c2 b"]),
        (3, 5, "prioritisation", ["c3 b"]),
        (5, 6, "unexplained", []),
    ]


def test_nights_and_free_days_lie_where_the_calendars_say(meaning: Meanings) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob")
    assert story(log, meaning(log), on_duty(log, "9-17,33-41", bob="9-12,33-41"), "c1", "b") == [
        (10, 12, "unexplained", []),
        (12, 17, "absent", []),
        (17, 33, "closed", []),
        (33, 34, "unexplained", []),
    ]


def test_the_customers_answer_is_what_a_request_waits_for(meaning: Meanings) -> None:
    log = textlog("c1: offer 0-1 @ann | accept 20-20 | pay 22-23 @bob ; c2: pay 1-22 @bob")
    assert story(log, meaning(log, **KNOWN), on_duty(log, "0-24"), "c1", "accept") == [(1, 20, "customer", ["c1 accept"])]


def test_a_batch_waits_for_its_last_item_and_then_for_the_others_in_it(meaning: Meanings) -> None:
    days = (
        f"c{day}x{i}: a {24 * day + first}-{24 * day + done} @ann | post {24 * day + begun}-{24 * day + begun + 1} @bob"
        for day in range(5)
        for i, (first, done, begun) in enumerate(((0, 1, 6), (1, 2, 7), (2, 4, 8)))
    )
    log = textlog(";".join(days))
    assert story(log, meaning(log), on_duty(log, "0-200"), "c0x1", "post") == [
        (2, 4, "batching", ["c0x2 post"]),
        (4, 6, "unexplained", []),
        (6, 7, "batching", ["c0x0 post"]),
    ]


def test_a_lone_completion_is_waiting_and_work_and_unknown_is_said(meaning: Meanings) -> None:
    log = textlog("c1: a 1 @ann | b 9 @bob | c 12 ; c2: a 2 @ann | b 6 @bob")
    assert story(log, meaning(log), on_duty(log, "0-24"), "c1", "b") == [
        (1, 2, "unexplained", []),
        (2, 6, "prioritisation", ["c2 b"]),
        (6, 9, WORK, []),
    ]
    assert story(log, meaning(log), on_duty(log, "0-24"), "c1", "c") == [(9, 12, UNKNOWN, [])]


@pytest.mark.parametrize("seed", range(12))
def test_the_stretches_are_the_wait_and_their_causes_are_its_parts(seed: int) -> None:
    jobs, opening, duty = random_log(np.random.default_rng(seed))
    log, understanding, enablement, duties = as_log(jobs, opening, duty)
    customer = CustomerWaits.of(log, understanding)
    causes = WaitingCauses.of(log, enablement, understanding, customer, duties)
    for row in range(len(log)):
        found = stretches(log, enablement, understanding, customer, duties, causes, row)
        assert sum(s.end - s.begin for s in found) == enablement.wait[row]
        if found:
            assert (found[0].begin, found[-1].end) == (enablement.enabled[row], log.began[row])
            assert all(a.end == b.begin and a.begin < a.end for a, b in pairwise(found))
        sums = [sum(s.end - s.begin for s in found if s.why == cause) for cause in CAUSES]
        assert sums == causes.parts[row].tolist(), (seed, row)
