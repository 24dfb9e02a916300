from collections import deque
from pathlib import Path
from typing import Any

import pytest

from bankmine.api import read_log
from bankmine.model import choice
from bankmine.model.choice import ENOUGH, ModelChoice, precision, simplicity
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants
from tests.model.test_alignment import net_of, too_large
from tests.model.test_discovery import LOANS
from tests.test_equal_pm4py import SAMPLES
from tests.textlog import textlog


def choice_of(text: str) -> ModelChoice:
    log = textlog(text)
    return ModelChoice.of(Variants.of(log), DirectlyFollowsGraph.of(log))


def can_come_next(net: Any, marking: Any) -> set[Any]:
    """The visible transitions that a marking enables, silent ones fired in any order; pm4py's own search forgets markings."""
    from pm4py.objects.petri_net import semantics

    seen, front, found = {marking}, deque([marking]), set()
    while front:
        here = front.popleft()
        for transition in semantics.enabled_transitions(net, here):
            if transition.label is not None:
                found.add(transition)
                continue
            after = semantics.execute(transition, net, here)
            if after not in seen:
                seen.add(after)
                front.append(after)
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_precision_is_pm4pys_with_a_complete_search(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pm4py
    from pm4py.algo.evaluation.precision.variants import align_etconformance
    from pm4py.objects.petri_net.utils import align_utils

    monkeypatch.setattr(align_etconformance, "get_visible_transitions_eventually_enabled_by_marking", can_come_next)
    monkeypatch.setattr(align_utils, "get_visible_transitions_eventually_enabled_by_marking", can_come_next)
    log = read_log(path)
    for candidate in ModelChoice.of(Variants.of(log), DirectlyFollowsGraph.of(log)).candidates:
        net = candidate.model.petri_net
        if too_large(net):
            assert candidate.precision is None
            continue
        assert candidate.precision == pytest.approx(pm4py.precision_alignments(log.to_pm4py(), *net), abs=1e-12)
        assert candidate.simplicity == pytest.approx(pm4py.simplicity_petri_net(*net, variant="arc_degree"), abs=1e-12)


def test_precision_is_the_share_of_what_is_allowed_that_happens() -> None:
    log = Variants.of(textlog("c1: a 0 | b 1 ; c2: a 0 | b 1"))
    assert precision(net_of("->( 'a', 'b' )"), log) == 1
    assert precision(net_of("->( 'a', X( 'b', 'c' ) )"), log) == pytest.approx(1 - 2 / 6)  # twice: a of {a}, b of {b, c}


def test_the_simplest_model_that_tells_enough_is_chosen() -> None:
    choice = choice_of(LOANS)
    enough = [c for c in choice.candidates if (c.fitness or 0) >= ENOUGH]
    assert choice.kept and choice.chosen.simplicity == max(c.simplicity for c in enough)
    assert choice.table["chosen"].sum() == 1 and len(choice.table) == 3


def test_simplicity_falls_with_the_arcs_of_a_node() -> None:
    assert simplicity(net_of("->( 'a', 'b' )")) > simplicity(net_of("X( 'a', 'b', 'c', 'd', 'e', 'f' )"))


def test_of_many_variants_the_most_frequent_are_compared_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "MOST_COMPARED", 1)
    found = choice_of("c1: a 0-1 | b 2-3\nc2: a 0-1 | b 2-3\nc3: a 0-1 | c 2-3\nc4: a 0-1 | b 2-3")
    assert found.compared_share == 0.75
    assert all(candidate.alignments.aligned_share == 1.0 for candidate in found.candidates)
    assert "75%" in str(found.blocks()[-1])
