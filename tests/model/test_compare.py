import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankmine.model.compare import Comparison
from bankmine.show.blocks import Mark, TableBlock
from bankmine.words import Text
from tests.textlog import textlog

HOUR = 3600.0


def rows(comparison: Comparison, kind: str):
    table = comparison.table
    return table[table["kind"] == kind].set_index("name")


def test_figures_of_both_groups_by_hand() -> None:
    a = textlog("1: a 0-1 | b 3-4 | c 10-11 ; 2: a 0-1 | b 5-6 | b 8-9")
    b = textlog("1: a 0-1 | x 2-3 | c 4-5")
    found = Comparison.of(a, b, minimum_cases=1)
    assert rows(found, "cycle_time").loc["Cycle time", ["a_cases", "b_cases", "a", "b"]].tolist() == [2, 1, 10 * HOUR, 5 * HOUR]
    wait = rows(found, "wait")
    assert wait.loc["b", ["a_cases", "b_cases", "a"]].tolist() == [2, 0, (2 + 6) / 2 * HOUR]  # case 2 waits 4 + 2 before its two b
    assert wait.loc["x", ["a_cases", "b"]].tolist() == [0, HOUR] and np.isnan(wait.loc["x", "a"])
    arcs = rows(found, "arc")
    assert arcs.loc["a → b", ["a", "b", "delta"]].tolist() == [1, 0, -1]
    assert arcs.loc["b → b", ["a_cases", "a"]].tolist() == [1, 0.5]
    assert rows(found, "arc_time").loc["b → c", "a"] == 6 * HOUR
    assert rows(found, "variant").loc["a → b → c", ["a", "b"]].tolist() == [0.5, 0]


def group(cases: int, end: float, skipping: int):
    lines = [f"{k}: a 0-1 | {'' if k < skipping else 'b 2-3 |'} c {end + 0.1 * k}" for k in range(cases)]
    return textlog("\n".join(lines))


def test_what_differs_is_marked_and_comes_first() -> None:
    found = Comparison.of(group(60, 10, 2), group(60, 30, 40), names=(Text.same("before"), Text.same("after")))
    assert rows(found, "cycle_time")["significant"].all()
    assert rows(found, "arc").index[0] in {"a → b", "a → c", "b → c"} and rows(found, "arc")["significant"].all()
    assert not rows(found, "wait").loc["b", "significant"]  # always one hour
    (cycle, *_) = (block for block in found.blocks() if isinstance(block, TableBlock))
    (mark,) = (cell for cell in cycle.rows[0] if isinstance(cell, Mark))
    assert mark.text.en == "after longer" and mark.tone == "warning"


def test_two_draws_from_one_office_do_not_differ() -> None:
    found = Comparison.of(group(50, 10, 5), group(50, 10, 5))
    assert not found.table["significant"].any()


def test_too_few_cases_are_not_asked_about() -> None:
    found = Comparison.of(group(5, 10, 0), group(60, 30, 0))
    assert np.isnan(rows(found, "cycle_time").loc["Cycle time", "q"])
    assert found.blocks()[1].rows[0][-1] is None  # unknown, not alike


LOGS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcd"), st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=25)


@given(LOGS, LOGS)
def test_swapping_the_groups_swaps_the_figures(first, second) -> None:
    a, b = (textlog(";".join(f"{c}: {what} {at}-{at + took}" for c, what, at, took in rows)) for rows in (first, second))
    one, other = (Comparison.of(*pair, minimum_cases=2).table.sort_values(["kind", "name"], ignore_index=True) for pair in ((a, b), (b, a)))
    assert one["name"].tolist() == other["name"].tolist()
    assert one["a"].tolist() == pytest.approx(other["b"].tolist(), nan_ok=True)
    assert one["delta"].tolist() == pytest.approx((-other["delta"]).tolist(), nan_ok=True)
    assert one["q"].tolist() == pytest.approx(other["q"].tolist(), nan_ok=True)
