"""Waiting by cause per activity and arc: nothing is lost, nothing is guessed, and what is not known is said."""

from collections.abc import Callable

import numpy as np
import pytest

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.by_cause import WaitByCause
from bankmine.measure.causes import WaitingCauses
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.waiting import WaitingTime
from bankmine.process.definition import Understanding
from bankmine.show.blocks import TableBlock
from tests.measure.test_causes import KNOWN, as_log, on_duty, random_log
from tests.textlog import textlog

Meaning = Callable[..., Understanding]


def by_cause(
    log: EventLog, understanding: Understanding, duty: Duty, enablement: Enablement | None = None, *, arcs: bool = False
) -> WaitByCause:
    enablement = enablement or Enablement.of(log)
    causes = WaitingCauses.of(log, enablement, understanding, CustomerWaits.of(log, understanding), duty)
    waiting = (WaitingTime.by_arc if arcs else WaitingTime.of)(log, enablement, understanding, duty)
    return WaitByCause.of(waiting, enablement, causes)


def of(split: WaitByCause, activity: str) -> int:
    return split.waiting.activity.tolist().index(split.waiting.activities.index(activity))


@pytest.mark.parametrize("arcs", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_causes_and_what_is_not_split_are_the_wait_to_the_microsecond(seed: int, arcs: bool) -> None:
    jobs, opening, duty = random_log(np.random.default_rng(seed))
    log, understanding, enablement, duties = as_log(jobs, opening, duty)
    split = by_cause(log, understanding, duties, enablement, arcs=arcs)
    total = np.round(split.waiting.total_s * SECOND).astype(np.int64)
    assert (split.parts.sum(axis=1) + split.unknown + split.work == total).all()


def test_lone_completions_are_split_up_to_their_estimated_start(meaning: Meaning) -> None:
    log = textlog("c1: a 0-1 @ann | b 9 @bob ; c2: a 1-2 @ann | b 6 @bob")
    split = by_cause(log, meaning(log), on_duty(log, "0-24"))
    b, a = of(split, "b"), of(split, "a")
    assert split.basis(b) == "estimated_starts" and split.basis(a) == "measured"
    assert split.waiting.total_s[b] == (8 + 4) * 3600
    assert (split.causes_s(b) or {})["prioritisation_s"] == 4 * 3600  # c1 while bob did c2
    assert split.work[b] == (3 + 4) * 3600 * SECOND
    assert "lower bound" in str(split.blocks())


def test_starts_of_both_kinds_are_said_to_be_mixed(meaning: Meaning) -> None:
    log = textlog("c1: a 0-1 @ann | b 9 @bob ; c2: a 1-2 @ann | b 5-6 @bob")
    split = by_cause(log, meaning(log), on_duty(log, "0-24"))
    assert split.basis(of(split, "b")) == "mixed"


def test_what_cannot_be_split_is_null_with_what_is_missing(meaning: Meaning) -> None:
    log = textlog("c1: a 0-1 @ann | b 4-5 | c 7 | score 9 | d 10-11 @ann")
    split = by_cause(log, meaning(log, **KNOWN), on_duty(log, "0-24"))
    assert [(split.causes_s(of(split, x)), split.missing(of(split, x))) for x in "bc"] == [
        (None, ("resource",)),
        (None, ("start", "resource")),
    ]
    assert split.unknown[of(split, "b")] == 3 * 3600 * SECOND
    assert split.basis(of(split, "b")) is None and split.missing(of(split, "d")) == ()
    assert (split.causes_s(of(split, "score")) or {})["system_s"] == 2 * 3600
    table = split.table.set_index("activity")
    assert np.isnan(table.loc["b", "contention_s"]) and table.loc["b", "causes_unknown_s"] == 3 * 3600
    assert "cannot be known" in str(split.blocks())


def test_closing_time_is_unknown_where_no_hours_are_known(meaning: Meaning) -> None:
    log = textlog("c1: a 9-10 @ann | b 34-35 @bob ; c2: a 9-9.5 @ann | b 9.5-33 @bob")
    split = by_cause(log, meaning(log), on_duty(log))
    causes = split.causes_s(of(split, "b")) or {}
    assert causes["closed_s"] is None and causes["absent_s"] is None and causes["contention_s"] == 23 * 3600
    assert split.no_calendar[of(split, "b")] == 1
    assert "nights and holidays" in str(split.blocks()) and "unknown" in str(split.blocks())


def test_the_table_shows_shares_that_add_up(meaning: Meaning) -> None:
    log = textlog("c1: a 0-1 @ann | b 6-7 @bob ; c2: a 0-0.5 @ann | b 0.5-3 @bob ; c3: a 0-2 @eve | b 3-5 @bob")
    for arcs in (False, True):
        table = next(b for b in by_cause(log, meaning(log), on_duty(log, "0-24"), arcs=arcs).blocks() if isinstance(b, TableBlock))
        titles = [column.title.en for column in table.columns]
        assert titles[-4:] == ["Wait", "queue", "overtaken", "unexplained"]
        assert [cell.en for cell in table.rows[0][-3:]] == ["50.0 %", "33.3 %", "16.7 %"]
