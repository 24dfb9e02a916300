from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.measure.loops import Loops
from bankmine.measure.rework import Rework
from bankmine.process.definition import ActivityMeaning, Kind, Party, Understanding
from tests.measure.test_causes import on_duty
from tests.textlog import textlog

Meaning = Callable[..., Understanding]


def row(rework: Rework, activity: str) -> dict[str, object]:
    return rework.table.set_index("activity").loc[activity].to_dict()


def test_self_loops_and_repetitions_are_told_apart(meaning: Meaning) -> None:
    # enter: runs of 2 and 1 = one extra in a self-loop, one as a repetition.
    log = textlog("c1: enter 0-1 @ann | enter 2-3 @ann | check 4-5 @bob | enter 6-7 @cai | check 8-9 @bob ; c2: enter 0-1 @ann")
    found = row(Rework.of(log, meaning(log), on_duty(log)), "enter")
    assert (found["cases"], found["rework_cases"], found["extra"]) == (2, 1, 2)
    assert (found["self_loop_extra"], found["repetition_extra"]) == (1, 1)
    assert (found["repeat"], found["redo"]) == (1, 1)
    assert found["detour_s"] == 3 * 3600  # end of the first run at 3, start of the last at 6


def test_a_detour_is_counted_in_opening_hours_too(meaning: Meaning) -> None:
    log = textlog("c1: enter 9-10 @ann | check 16-34 @bob | enter 35-36 @ann ; c2: check 0-1 @bob")
    rework = Rework.of(log, meaning(log), on_duty(log, "9-17,33-41"))
    found = row(rework, "enter")
    assert (found["detour_s"], found["business_detour_s"]) == (25 * 3600, 9 * 3600)  # from 10 to 17 and from 33 to 35
    assert row(Rework.of(log, meaning(log), on_duty(log)), "enter")["business_detour_s"] is None
    assert rework.used.name == "9-17,33-41"


def test_without_any_party_customer_caused_is_unknown(meaning: Meaning) -> None:
    log = textlog("c1: enter 0-1 | enter 2-3")
    assert row(Rework.of(log, meaning(log), on_duty(log)), "enter")["customer_caused"] is None


def test_rework_after_a_customers_document_is_the_customers(meaning: Meaning) -> None:
    log = textlog("c1: check 0-1 | request 2-3 | reply 9 | check 10-11 | check 12-13")
    known = meaning(log, request=(Party.BANK, Kind.REQUEST_TO_CUSTOMER), reply=(Party.CUSTOMER, Kind.CUSTOMER_REPLY))
    assert row(Rework.of(log, known, on_duty(log)), "check")["customer_caused"] == 1


def test_sessions_of_one_item_are_resumed_not_redone(meaning: Meaning) -> None:
    log = textlog("c1: call 0-1 #1 | call 5-6 #1 | call 9-10 #2")
    found = row(Rework.of(log, meaning(log), on_duty(log)), "call")
    assert (found["extra"], found["resumed_extra"]) == (1, 1)


def test_one_per_offer_is_not_rework(meaning: Meaning) -> None:
    log = textlog("c1: offer 0-1 | offer 2-3")
    assert row(Rework.of(log, meaning(log, several=("offer",)), on_duty(log)), "offer")["extra"] == 0


def test_missing_people_are_neither_the_same_nor_another(meaning: Meaning) -> None:
    log = textlog("c1: enter 0-1 @ann | enter 2-3 | enter 4-5 @ann")
    found = row(Rework.of(log, meaning(log), on_duty(log)), "enter")
    assert (found["extra"], found["repeat"], found["redo"]) == (2, 0, 0)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), min_size=1, max_size=6))
@settings(max_examples=200, deadline=None)
def test_extra_items_are_all_items_but_one_per_case_and_activity(cases: list[list[str]]) -> None:
    log = textlog(";".join(f"c{i}: " + " | ".join(f"{a} {2 * k}-{2 * k + 1}" for k, a in enumerate(case)) for i, case in enumerate(cases)))
    rework = Rework.of(log, Understanding(None, tuple(ActivityMeaning(a) for a in log.activities)), on_duty(log))
    expected = {a: sum(max(case.count(a) - 1, 0) for case in cases) for a in log.activities}
    assert dict(zip(log.activities, rework.extra.tolist(), strict=True)) == expected
    assert (rework.extra == rework.self_loop_extra + rework.repetition_extra).all()
    assert np.bincount(log.activity).sum() == rework.extra.sum() + len({(i, a) for i, case in enumerate(cases) for a in case})


def test_a_loop_counts_each_way_back_once(meaning: Meaning) -> None:
    # enter, check, enter, check, enter, check, approve: two iterations, left for approve.
    log = textlog("c1: enter 0-1 | check 2-3 | enter 4-5 | check 6-7 | enter 8-9 | check 10-11 | approve 12-13")
    loops = Loops.of(log, Rework.of(log, meaning(log), on_duty(log)).items).table
    assert loops.to_dict("records") == [
        {
            "activities": ("check", "enter"),
            "cases": 1,
            "iterations": 2,
            "total_s": 8 * 3600.0,
            "detour_s": 6 * 3600.0,
            "exits": (("approve", 1),),
        }
    ]
