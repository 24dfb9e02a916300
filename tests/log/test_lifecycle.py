"""Sessions and work items from lifecycle rows (definitions §2.2)."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bankmine.log.lifecycle import Sessions, pair
from bankmine.log.read import read_log
from bankmine.log.transitions import Transition, understand
from bankmine.log.xes import read_xes

LETTERS = {"q": Transition.SCHEDULE, "S": Transition.OPEN, "C": Transition.COMPLETE, "p": Transition.SUSPEND, "r": Transition.RESUME,
           "x": Transition.ABORT, "a": Transition.OTHER}  # fmt: skip


def one_activity(letters: str, resources: str = "", times: list[int] | None = None, instances: list[int] | None = None) -> Sessions:
    rows = len(letters)
    return pair(
        np.zeros(rows, dtype=np.int32),
        np.zeros(rows, dtype=np.int32),
        np.array(times or range(rows), dtype=np.int64),
        np.array([LETTERS[letter] for letter in letters], dtype=np.int8),
        np.array([ord(one) for one in resources], dtype=np.int32) if resources else None,
        np.array(instances, dtype=np.int32) if instances else None,
    )


def spans(sessions: Sessions) -> set[tuple[int, int]]:
    return set(zip(sessions.opening.tolist(), sessions.closing.tolist(), strict=True))


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("SC", {(0, 1)}),
        ("C", {(-1, 0)}),
        ("S", {(0, -1)}),
        ("CSC", {(-1, 0), (1, 2)}),
        ("SSCC", {(0, 2), (1, 3)}),
        ("SCCSC", {(0, 1), (-1, 2), (3, 4)}),
        ("SCS", {(0, 1), (2, -1)}),
        ("SprC", {(0, 1), (2, 3)}),
        ("qaSC", {(2, 3)}),
        ("qx", set()),
        ("Sx", {(0, 1)}),
    ],
)
def test_first_start_is_completed_first(letters: str, expected: set[tuple[int, int]]) -> None:
    assert spans(one_activity(letters)) == expected


def test_same_resource_is_preferred_among_open_starts() -> None:
    assert spans(one_activity("SSCC", resources="abba")) == {(0, 3), (1, 2)}


def test_preference_never_reaches_past_a_moment_at_which_nothing_was_open() -> None:
    # ann starts and bob completes it; ann's next start belongs to ann's completion, not to the first start.
    assert spans(one_activity("SCSC", resources="abaa")) == {(0, 1), (2, 3)}


def test_equal_times_start_before_they_end() -> None:
    assert spans(one_activity("CS", times=[5, 5])) == {(1, 0)}


def test_schedules_part_work_items() -> None:
    sessions = one_activity("qSCSCqSC")
    assert len(set(sessions.item[:2])) == 1
    assert len(set(sessions.item)) == 2
    assert sessions.items_known


def test_a_schedule_without_work_is_a_waiting_item() -> None:
    sessions = one_activity("qqSCq")
    assert sessions.waiting.tolist() == [0, 4]
    assert len(set(sessions.item)) == 1


def test_without_schedules_each_start_is_an_item_and_a_resumption_is_not() -> None:
    sessions = one_activity("SprCSC")
    assert len(sessions.item) == 3
    assert len(set(sessions.item)) == 2
    assert not sessions.items_known


def test_instance_ids_keep_pairs_apart_and_are_the_items() -> None:
    sessions = one_activity("SSCC", instances=[0, 1, 1, 0])
    assert spans(sessions) == {(0, 3), (1, 2)}
    assert sessions.items_known
    assert len(set(sessions.item)) == 2


def test_orphans_need_an_activity_that_is_recorded_with_both() -> None:
    alone = one_activity("CC")
    assert not alone.orphan.any()
    assert one_activity("SCC").orphan.sum() == 1
    assert one_activity("S").orphan.all()


def test_pairing_equals_a_queue_on_random_rows() -> None:
    random = np.random.default_rng(7)
    for _ in range(200):
        letters = "".join(random.choice(["S", "C", "x", "p", "r"], size=random.integers(1, 25)))
        open_rows: list[int] = []
        expected = set()
        for row, letter in enumerate(letters):
            if letter in "Sr":
                open_rows.append(row)
            elif open_rows:
                expected.add((open_rows.pop(0), row))
            elif letter != "x":
                expected.add((-1, row))
        expected |= {(row, -1) for row in open_rows}
        assert spans(one_activity(letters)) == expected, letters


def test_many_cases_pair_as_each_alone() -> None:
    random = np.random.default_rng(3)
    case, letters = random.integers(0, 30, 600), random.choice([2, 5], 600).astype(np.int8)
    time, activity = random.integers(0, 50, 600), random.integers(0, 3, 600)
    together = spans(pair(case, activity, time, letters))
    apart: set[tuple[int, int]] = set()
    for c in range(30):
        for a in range(3):
            rows = np.flatnonzero((case == c) & (activity == a))
            if len(rows):
                found = pair(case[rows], activity[rows], time[rows], letters[rows])
                apart |= {(rows[o] if o >= 0 else -1, rows[e] if e >= 0 else -1) for o, e in spans(found)}
    assert together == apart


def test_words_of_the_standard_and_usual_ones_are_understood() -> None:
    found = understand(pl.Series(["START", "完成", "complete", None, "odd", "Suspend"]))
    assert found.code.tolist() == [2, 5, 5, 5, 5, 4]
    assert found.mapped == 3
    assert found.unknown == {"odd": 1}


@pytest.fixture(scope="module")
def rows(shared: Path) -> pl.DataFrame:
    return read_xes(shared / "logs" / "bpic2012.xes.gz").frame


def test_bpic_2012_sessions_and_items(rows: pl.DataFrame) -> None:
    bpic = read_log(rows)
    assert (bpic.cases, bpic.events, len(bpic.activities)) == (13_087, 262_200, 24)
    assert (bpic.end != np.iinfo(np.int64).min).sum() == 164_506
    key = bpic.case.astype(np.int64) * 100 + bpic.activity
    assert repeated(key) == 7_019
    _, first = np.unique(bpic.item, return_index=True)
    waiting = bpic.waiting.case.astype(np.int64) * 100 + bpic.waiting.activity
    items = np.concatenate([key[first], waiting[np.isin(waiting, key)]])
    assert repeated(items) == 2_323
    for name, sessions, count in [("W_Completeren aanvraag", 4_420, 4), ("W_Valideren aanvraag", 2_020, 1_362)]:
        code = bpic.activities.index(name)
        assert repeated(key[key % 100 == code]) == sessions
        assert repeated(items[items % 100 == code]) == count


def repeated(key: np.ndarray) -> int:
    values, count = np.unique(key, return_counts=True)
    return len(np.unique(values[count > 1] // 100))


def test_bpic_2012_variants_by_mode(rows: pl.DataFrame) -> None:
    from bankmine.model.variants import Variants

    for mode, variants in (("rows", 4_366), ("complete", 4_336)):
        assert len(Variants.of(read_log(rows, lifecycle=mode)).count) == variants
