import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.log.order import assemble
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants
from tests.textlog import HOUR, textlog


def test_arcs_carry_the_time_from_end_to_start() -> None:
    table = DirectlyFollowsGraph.of(textlog("c1: a 0-1 | b 3-4 ; c2: a 0-1 | b 5-6 ; c3: b 0-1")).table
    assert table.to_dict("records") == [
        {"source": "a", "target": "b", "count": 2, "mean_s": 3 * 3600.0, "median_s": 3 * 3600.0, "p90_s": pytest.approx(3.8 * 3600)}
    ]


def test_variants_are_in_order_of_count_then_name() -> None:
    table = Variants.of(textlog("c1: b 0 | a 1 ; c2: a 0 | b 1 ; c3: c 0 ; c4: c 0")).table
    assert table["activities"].tolist() == [("c",), ("a", "b"), ("b", "a")]
    assert table["share"].tolist() == [0.5, 0.25, 0.25]


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("abc"), st.integers(0, 5)), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_counts_are_conserved_and_the_order_of_rows_between_cases_is_nothing(rows: list[tuple[str, str, int]]) -> None:
    def build(order: list[tuple[str, str, int]]) -> tuple[DirectlyFollowsGraph, Variants]:
        log = assemble([r[0] for r in order], [r[1] for r in order], np.array([r[2] for r in order]) * HOUR)
        return DirectlyFollowsGraph.of(log), Variants.of(log)

    dfg, variants = build(rows)
    assert dfg.count.sum() + dfg.start_count.sum() == len(rows) == dfg.frequency.sum()
    by_case = sorted(rows, key=lambda r: {"x": 1, "y": 2, "z": 0}[r[0]])  # moves rows of different cases only
    again, variants_again = build(by_case)
    assert again.table.equals(dfg.table)
    assert variants_again.table.equals(variants.table)
