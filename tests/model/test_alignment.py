import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.api import read_log
from bankmine.log.eventlog import EventLog
from bankmine.log.order import assemble
from bankmine.model import alignment
from bankmine.model.alignment import LOG, MODEL, SYNC, Alignments, align
from bankmine.model.choice import ModelChoice
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.markings import Markings, TooManyMarkings
from bankmine.model.variants import Variants
from tests.model.test_discovery import LOANS, mined
from tests.test_equal_pm4py import SAMPLES
from tests.textlog import HOUR, textlog


def net_of(tree: str) -> tuple:
    """The Petri net of a process tree, written as pm4py writes it."""
    import pm4py

    return pm4py.convert_to_petri_net(pm4py.parse_process_tree(tree))


def assert_as_pm4py(ours: Alignments, log: EventLog, petri_net: tuple) -> None:
    import pm4py
    from pm4py.algo.evaluation.replay_fitness.variants.alignment_based import evaluate

    theirs = pm4py.conformance_diagnostics_alignments(log.to_pm4py(), *petri_net)
    of_case = ours.variants.of_case
    assert ours.cost[of_case].tolist() == [case["cost"] for case in theirs]
    assert ours.fitness[of_case].tolist() == pytest.approx([case["fitness"] for case in theirs], abs=1e-12)
    fitness = evaluate(theirs)
    assert 100 * (ours.fitting_share or 0) == pytest.approx(fitness["percentage_of_fitting_traces"], abs=1e-9)
    assert ours.average_trace_fitness == pytest.approx(fitness["average_trace_fitness"], abs=1e-12)
    assert ours.log_fitness == pytest.approx(fitness["log_fitness"], abs=1e-12)


def assert_moves_tell_the_cases(ours: Alignments) -> None:
    """Events come back in order, and every deviation is a move that costs what pm4py says."""
    moves = ours.moves
    for number, sequence in enumerate(ours.variants.sequences):
        own = moves.variant == number
        happened = own & (moves.kind != MODEL)
        assert moves.label[happened].tolist() == list(sequence) and moves.position[happened].tolist() == list(range(len(sequence)))
        assert int((own & (moves.kind != SYNC)).sum()) == ours.cost[number] // 10_000


def moves_of(tree: str, cases: str) -> list[str]:
    """The moves of the first variant: `a` as in the model, `+a` only in the case, `-a` only in the model."""
    ours = align(net_of(tree), Variants.of(textlog(cases)))
    first = np.flatnonzero(ours.moves.variant == 0)
    signs = {SYNC: "", LOG: "+", MODEL: "-"}
    return [signs[int(ours.moves.kind[n])] + ours.labels[ours.moves.label[n]] for n in first]


@pytest.mark.parametrize(
    ("tree", "case", "moves"),
    [
        ("->( 'a', 'b', 'c' )", "a 0 | b 1 | c 2", ["a", "b", "c"]),
        ("->( 'a', 'b', 'c' )", "a 0 | c 2", ["a", "-b", "c"]),
        ("->( 'a', 'b', 'c' )", "a 0 | b 1 | x 2 | c 3", ["a", "b", "+x", "c"]),
        ("->( 'a', 'b' )", "a 0 | b 1 | b 2", ["a", "b", "+b"]),
        ("->( 'a', X( tau, 'b' ), 'c' )", "a 0 | c 1", ["a", "c"]),
        ("*( 'a', 'b' )", "a 0 | b 1 | a 2 | b 3 | a 4", ["a", "b", "a", "b", "a"]),
        ("+( 'a', 'b' )", "b 0", ["-a", "b"]),
        ("->( 'a', 'b' )", "x 0", ["+x", "-a", "-b"]),
    ],
)
def test_a_case_is_reconciled_with_a_model(tree: str, case: str, moves: list[str]) -> None:
    assert moves_of(tree, f"c1: {case}") == moves


def too_large(petri_net: tuple) -> bool:
    """A heuristics net may hold its tokens in more ways than are held at once; it is then left out (None), or to pm4py's search."""
    try:
        Markings.of(petri_net)
    except TooManyMarkings:
        return True
    return False


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_alignments_are_pm4pys_on_every_sample(path: Path) -> None:
    log = read_log(path)
    variants = Variants.of(log)
    compared = 0
    for candidate in ModelChoice.of(variants, DirectlyFollowsGraph.of(log)).candidates:
        if too_large(candidate.model.petri_net):
            assert candidate.alignments.aligned_cases == 0, "unknown, not fitting"
            continue
        assert candidate.alignments.aligned_share == 1
        assert_as_pm4py(candidate.alignments, log, candidate.model.petri_net)
        assert_moves_tell_the_cases(candidate.alignments)
        compared += 1
    assert compared >= 2


rows = st.lists(st.tuples(st.sampled_from("uvwxyz"), st.sampled_from("abcd")), min_size=1, max_size=25)


@given(rows, rows, st.sampled_from([0.0, 0.2]))
@settings(max_examples=25, deadline=None)
def test_alignments_are_pm4pys_on_any_log(seen: list[tuple[str, str]], other: list[tuple[str, str]], noise: float) -> None:
    log, model_of = (assemble([r[0] for r in part], [r[1] for r in part], np.arange(len(part)) * HOUR) for part in (seen, other))
    petri_net = mined(model_of, noise=noise).petri_net
    ours = align(petri_net, Variants.of(log))
    assert_as_pm4py(ours, log, petri_net)
    assert_moves_tell_the_cases(ours)


def test_on_bpic_2012_equal_to_pm4py(shared: Path) -> None:
    """The full log on the model of the full log; pm4py is asked for every 60th variant, which takes it some 20 s."""
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace

    log = read_log(shared / "logs" / "bpic2012.xes.gz")
    variants = Variants.of(log)
    petri_net = mined(log).petri_net
    ours = align(petri_net, variants)
    assert ours.aligned_share == 1
    asked = range(0, len(variants.sequences), 60)
    traces = [Trace([Event({"concept:name": name}) for name in variants.names(number)]) for number in asked]
    theirs = [algorithm.apply_trace(trace, *petri_net) for trace in traces]
    assert [int(ours.cost[number]) for number in asked] == [case["cost"] for case in theirs]
    assert [float(ours.fitness[number]) for number in asked] == pytest.approx([case["fitness"] for case in theirs], abs=1e-12)


def test_held_in_small_portions_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    log = textlog(LOANS)
    petri_net, variants = mined(log).petri_net, Variants.of(log)
    whole = align(petri_net, variants)
    monkeypatch.setattr(alignment, "CELLS", 1)
    parts = align(petri_net, variants)
    assert parts.table.equals(whole.table)
    assert all(np.array_equal(getattr(parts.moves, name), getattr(whole.moves, name)) for name in ("variant", "position", "kind", "label"))


def test_beyond_the_work_that_is_done_by_default_cases_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    log = textlog("c1: a 0 | b 1 ; c2: a 0 | b 1 ; c3: b 0 | a 1 ; c4: b 0")
    petri_net = net_of("->( 'a', 'b' )")
    monkeypatch.setattr(alignment, "EFFORT", 1)
    ours = align(petri_net, Variants.of(log))
    assert (ours.aligned_cases, ours.aligned_share, ours.fitting_cases, ours.fitting_share) == (2, 0.5, 2, 1.0)
    assert np.isnan(ours.fitness).tolist() == [False, True, True]
    assert align(petri_net, Variants.of(log), budget_s=60).aligned_share == 1


def test_a_case_that_is_too_long_is_unknown_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "LONGEST", 2)
    ours = align(net_of("->( 'a', 'b' )"), Variants.of(textlog("c1: a 0 | b 1 ; c2: a 0 | b 1 | b 2 ; c3: b 0")))
    assert [ours.variants.names(n) for n in np.flatnonzero(~ours.aligned)] == [("a", "b", "b")]
    assert ours.cost[ours.aligned].tolist() == [0, 10_000]


def test_a_model_with_too_many_markings_is_left_to_pm4py_if_there_is_time() -> None:
    names = [f"step{n:02}" for n in range(12)]
    petri_net = net_of("+( " + ", ".join(f"'{name}'" for name in names) + " )")
    log = textlog("c1: " + " | ".join(f"{name} {n}" for n, name in enumerate(names)) + " ; c2: step03 0 | step01 1 | elsewhere 2")
    variants = Variants.of(log)
    none = align(petri_net, variants)
    assert (none.aligned_cases, none.log_fitness, none.fitting_share, none.sound) == (0, None, None, True)
    ours = align(petri_net, variants, budget_s=60)
    assert_as_pm4py(ours, log, petri_net)
    assert_moves_tell_the_cases(ours)


def test_a_model_without_an_end_aligns_nothing() -> None:
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to

    net, start, end = PetriNet("dead"), PetriNet.Place("start"), PetriNet.Place("end")
    step = PetriNet.Transition("t", "a")
    net.places.update((start, end))
    net.transitions.add(step)
    add_arc_from_to(start, step, net)
    ours = align((net, Marking({start: 1}), Marking({end: 1})), Variants.of(textlog("c1: a 0")))
    assert (ours.sound, ours.aligned_cases, ours.log_fitness) == (False, 0, None)


def prints() -> str:
    log = textlog(LOANS)
    variants, lines = Variants.of(log), []
    for algorithm in ("inductive", "heuristics"):
        ours = align(mined(log, algorithm=algorithm).petri_net, variants)
        lines.append(f"{ours.table.to_csv()} {[part.tolist() for part in (ours.moves.variant, ours.moves.kind, ours.moves.label)]}")
    return "\n".join(lines)


def test_the_same_moves_in_every_run() -> None:
    script = "from tests.model.test_alignment import prints; print(prints())"
    again = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "2"},
    )
    assert again.stdout.strip() == prints().strip()
