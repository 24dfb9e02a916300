"""What the twin's trials come to, with trials whose savings are written down: shares, ends, what came before, limits."""

from types import SimpleNamespace as Of
from typing import Any

import numpy as np
import pytest

from bankmine.advice.answer import Interval
from bankmine.advice.explain import _chosen, _play
from bankmine.advice.played import Play, Together, played, together, too_few_weeks
from bankmine.advice.waits import _place, row_at
from bankmine.errors import UsageError
from bankmine.log.eventlog import DAY, SECOND
from bankmine.twin.forecast import NO_INTERVAL
from bankmine.words import Text

WEEK = 7 * DAY


class Change:
    def __init__(self, name: str, step: int = 0) -> None:
        self.name, self.step = name, step

    def steps(self, office: Any) -> np.ndarray:
        return np.arange(3) == self.step

    def said(self, office: Any) -> Text:
        return Text.same(self.name)


class Twin:
    """Two cases; the seconds a case saved by each set of changes, with the ends; step 2 is too rare, step 1 is not foretold."""

    cases, office = 2, None

    def __init__(self, **trials: tuple[float, float | None, float | None]) -> None:
        self.trials = trials
        self.fit = Of(
            observed_s=np.array([5.0, 4.0, np.nan]), usable=np.array([True, False, False]), items=np.array([9, 9, 9]),
            activities=("a", "b", "c"), said=lambda k: Of(text=Text.same(f"off {k}")),
        )  # fmt: skip

    def usable(self, steps: np.ndarray) -> bool:
        return not steps[1:].any()

    def trial(self, changes: Any) -> Of:
        saved, low, high = self.trials["".join(change.name for change in changes)]
        if saved < 0:
            raise UsageError("X", Text.same("begun at once"), Text.same("hint"))
        return Of(saved=np.array([0.5, 1.5]) * saved * SECOND, low_s=low, high_s=high)


def pattern(*changes: Change, plays: str = "upper") -> Of:
    return Of(plays=plays, remedy=lambda facts, finding: changes)


def play_all(twin: Twin, *items: tuple[Of, float]) -> list[Play | Text | None]:
    return played(Of(), twin, [(each, Of(), share) for each, share in items])


def test_a_share_of_it_is_as_far_to_either_side_and_counts_beyond_those_before() -> None:
    twin = Twin(x=(10, 8, 13), y=(6, 4, 7), xy=(13, 0, 99))
    one, two = play_all(twin, (pattern(Change("x")), 0.5), (pattern(Change("y")), 0.5))
    assert isinstance(one, Play) and isinstance(two, Play)
    assert (one.upper, one.realistic, one.alone_s, one.said.en) == (Interval(10, 8, 13), Interval(5, 4, 6.5), 10, "x")
    # Beyond x, y saves 3 seconds; alone its ends are 2 below and 1 above: half of 3, 1 and 4.
    assert (two.upper, two.realistic, two.alone_s) == (Interval(6, 4, 7), Interval(1.5, 0.5, 2), 6)


def test_a_remedy_that_leaves_some_of_the_cause_is_played_as_it_is() -> None:
    (one,) = play_all(Twin(xy=(10, 8, 13)), (pattern(Change("x"), Change("y"), plays="realistic"), 0.5))
    assert isinstance(one, Play) and (one.upper, one.realistic) == (None, Interval(10, 8, 13))
    assert (one.said.zh, one.said.en) == ("x；y", "x; y")
    assert [row[0].en for row in _play(one).rows] == ["in full, by itself", "realistic, after those before it"]


@pytest.mark.parametrize("ends", [(None, None), (8, None), (None, 13)])
def test_without_both_ends_there_is_no_interval(ends: tuple[float | None, float | None]) -> None:
    (one,) = play_all(Twin(x=(10, *ends)), (pattern(Change("x")), 0.5))
    assert isinstance(one, Play) and (one.upper, one.realistic) == (Interval(10, None, None), Interval(5, None, None))
    assert [row[1:] for row in _play(one).rows] == [(10, ""), (10, NO_INTERVAL), (5, NO_INTERVAL)]


def test_what_is_not_played_says_why_and_stands_in_nobodys_way() -> None:
    twin = Twin(x=(10, 8, 13), z=(-1, None, None), y=(6, 4, 7), xy=(13, 0, 99), xz=(-1, None, None))
    found = play_all(
        twin,
        (pattern(Change("x")), 1.0),
        (pattern(), 1.0),
        (pattern(Change("z")), 1.0),
        (pattern(Change("b", 1)), 1.0),
        (pattern(Change("c", 2)), 1.0),
        (pattern(Change("y")), 1.0),
    )
    assert found[1] is None
    assert [each.en if isinstance(each, Text) else each for each in found[2:5]] == [
        "not played in the twin: begun at once", "the twin at “b”: off 1",
        "the twin is not usable: too few items of the steps concerned to test it",
    ]  # fmt: skip
    assert isinstance(found[5], Play) and found[5].realistic.estimate == 3


def test_of_the_steps_that_are_not_foretold_the_one_with_most_time_is_named() -> None:
    twin = Twin()
    twin.fit.usable, twin.fit.observed_s = np.array([True, False, False]), np.array([99.0, 4.0, 5.0])
    both = pattern(Change("a", 0), Change("b", 1), Change("c", 2))
    twin.fit.items = np.array([9, 9, 7])
    assert [each.en for each in play_all(twin, (both, 1.0)) if isinstance(each, Text)] == ["the twin at “b”: off 1"]
    twin.fit.items = np.array([9, 9, 8])
    assert [each.en for each in play_all(twin, (both, 1.0)) if isinstance(each, Text)] == ["the twin at “c”: off 2"]


def test_ten_are_played_not_counting_those_that_cannot_be() -> None:
    twin = Twin(**{"x" * n: (n, None, None) for n in range(1, 13)})
    found = play_all(twin, (pattern(Change("b", 1)), 1.0), *[(pattern(Change("x")), 1.0)] * 11)
    assert [isinstance(each, Play) for each in found] == [False] + [True] * 10 + [False] and found[-1] is None


def test_a_window_is_played_from_twelve_weeks_on_and_a_whole_log_always() -> None:
    def log(weeks: int, rows: int) -> Of:
        """One instance in each of the last weeks, all others in the one before."""
        back = np.minimum(np.arange(rows), weeks) * WEEK
        return Of(case=np.zeros(rows), moment=100 * WEEK - back, began=100 * WEEK - back)

    assert too_few_weeks(log(12, 20_100)) is None
    why = too_few_weeks(log(11, 20_100))
    assert why is not None and "only 11 weeks" in why.en and "只有 11 周" in why.zh and "20,000" in why.en
    assert too_few_weeks(log(3, 20_000)) is None, "all of it fits"
    assert too_few_weeks(log(3, 20_001)) is not None


def test_together_is_what_all_save_at_once_beside_the_sum_of_each() -> None:
    def of(name: str, alone: float) -> Play:
        return Play((Change(name),), Text.same(name), None, Interval(0, None, None), alone)

    twin: Any = Twin(xy=(13, 11, 16), xz=(-1, None, None))
    assert together(twin, {2: of("x", 10), 5: of("y", 6)}) == Together((2, 5), 16, Interval(13, 11, 16))
    assert together(twin, {1: of("x", 10)}) is None and together(twin, {1: of("x", 1), 2: of("z", 1)}) is None


def test_a_finding_that_is_not_there_is_refused_with_those_that_are() -> None:
    def candidate(code: str, activity: int, saved: int) -> Of:
        return Of(pattern=Of(code=code), finding=Of(activity=activity), realistic=np.array([saved, saved]))

    facts: Any = Of(names=("a", "b"))
    among: Any = [candidate("P07", 1, 3), candidate("P07", 0, 5), candidate("P08", 0, 9)]
    assert _chosen(facts, [], among, [], "p07") is among[1] and _chosen(facts, [], among, [], "P07@b") is among[0]
    same: Any = [candidate("P07", 1, 3), candidate("P07", 0, 3)]
    assert _chosen(facts, [], same, [], "P07") is same[1], "of equals the first place"
    with pytest.raises(UsageError) as refused:
        _chosen(facts, [], among, [], "P99")
    assert "P07@a, P07@b, P08@a" in str(refused.value)
    with pytest.raises(UsageError) as refused:
        _chosen(facts, [], [], [], "P99")
    assert "known: none" in str(refused.value)
    listed: Any = [Of(candidate=each) for each in among]
    assert [_chosen(facts, listed, among, [], str(n)) for n in (1, 3)] == [among[0], among[2]]
    for wrong in ("0", "4"):
        with pytest.raises(UsageError, match="there is no recommendation"):
            _chosen(facts, listed, among, [], wrong)


def log_of(*files: str) -> Any:
    """Line 1 of each file ended an instance, line 5 began the first."""
    return Of(
        line=np.ones(len(files), dtype=np.int64), start_line=np.array([5] + [-1] * (len(files) - 1)), file=np.arange(len(files)),
        source=Of(files=[Of(name=name) for name in files]), place=lambda row: (files[row], 1), __len__=None,
    )  # fmt: skip


class Log(Of):
    def __len__(self) -> int:
        return len(self.line)


def test_a_file_is_named_only_where_there_are_several() -> None:
    one, two = (Log(**vars(log_of(*files))) for files in (["d/x.csv"], ["d/x.csv", "y.csv"]))
    assert [_place(log, 0).en for log in (one, two)] == ["line 1", "d/x.csv:1"]
    assert _place(Of(place=lambda row: (None, None)), 0).en == "no line"
    assert (row_at(one, None, 1), row_at(one, None, 5), row_at(two, "x.csv", 1), row_at(two, "y.csv", 1)) == (0, 0, 0, 1)
    with pytest.raises(UsageError, match="more than one instance"):
        row_at(two, None, 1)
    with pytest.raises(UsageError, match="lines 1 to 1 are there"):
        row_at(two, "y.csv", 5)
