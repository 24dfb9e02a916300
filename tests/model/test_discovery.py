import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.api import read_log
from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.discovery import MAX_ACTIVITIES, ProcessModel, count_pairs, discover, in_order
from bankmine.model.variants import Variants
from tests.textlog import textlog

LOANS = """
c1: apply 0 | check 1 | request 2 | check 3 | approve 4 | pay 5
c2: apply 0 | check 1 | approve 2 | pay 3
c3: apply 0 | check 1 | rate 2 | approve 3 | pay 4
c4: apply 0 | rate 1 | check 2 | approve 3 | pay 4
c5: apply 0 | check 1 | decline 2
c6: apply 0 | check 1 | rate 2 | approve 3 | pay 4
c7: apply 0 | check 1 | check 2 | check 3 | decline 4
c8: apply 0
"""
traces = st.dictionaries(st.lists(st.sampled_from("abcd"), max_size=6).map(tuple), st.integers(1, 9), min_size=1, max_size=8)


def mined(log: EventLog, **options: object) -> ProcessModel:
    return discover(Variants.of(log), DirectlyFollowsGraph.of(log), **options)  # type: ignore[arg-type]


def shape(petri_net: tuple) -> list[tuple[object, ...]]:
    """A net without the names of its transitions, which pm4py draws at random."""
    net, initial, final = in_order(petri_net)
    around = [
        (t.label, *sorted(a.source.name for a in t.in_arcs), "→", *sorted(a.target.name for a in t.out_arcs)) for t in net.transitions
    ]
    return [*around, *[(p.name, n) for marking in (initial, final) for p, n in marking.items()]]


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.5])
def test_the_tree_is_pm4pys_on_the_full_log(noise: float) -> None:
    import pm4py

    log = textlog(LOANS)
    assert str(mined(log, noise=noise).tree) == str(pm4py.discover_process_tree_inductive(log.to_pm4py(), noise_threshold=noise))


def test_the_heuristics_net_is_pm4pys_on_the_full_log() -> None:
    import pm4py

    log = textlog(LOANS)
    ours, theirs = mined(log, algorithm="heuristics"), pm4py.discover_petri_net_heuristics(log.to_pm4py())
    assert shape(ours.petri_net) == shape(theirs)
    assert ours.tree is None


@given(traces)
@settings(max_examples=60, deadline=None)
def test_pairs_are_counted_as_pm4py_counts_them(log: dict[tuple[str, ...], int]) -> None:
    from pm4py.util.compression.util import discover_dfg_uvcl

    ours, theirs = count_pairs(Counter(log)), discover_dfg_uvcl(Counter(log))
    assert [dict(part) for part in ours] == [dict(part) for part in theirs]
    assert list(ours.graph) == list(theirs.graph) and list(ours.start_activities) == list(theirs.start_activities)


@pytest.mark.parametrize("algorithm", ["inductive", "heuristics"])
def test_cases_of_one_event_have_a_model(algorithm: str) -> None:
    net, _, _ = mined(textlog("c1: a 0 ; c2: b 0"), algorithm=algorithm).petri_net
    assert sorted(t.label for t in net.transitions if t.label) == ["a", "b"]


def test_activities_beyond_the_limit_are_named_not_lost() -> None:
    log = textlog(";".join(f"c{n}: start 0 | step{n:03} 1" for n in range(MAX_ACTIVITIES + 1)))
    model = mined(log)
    labels = {t.label for t in model.petri_net[0].transitions if t.label}
    assert model.left_out == ("step099", "step100")
    assert labels | set(model.left_out) == set(log.activities) and not labels & set(model.left_out)


@pytest.mark.parametrize("options", [{"algorithm": "magic"}, {"noise": 1.0}, {"noise": -0.1}, {"noise": float("nan")}])
def test_what_cannot_be_asked_for_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        mined(textlog("c1: a 0 | b 1"), **options)


def test_the_module_does_not_load_pm4py() -> None:
    script = "import sys, bankmine.model.discovery, bankmine.model.conformance, bankmine.model.export; assert 'pm4py' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


def test_on_bpic_2012(shared: Path) -> None:
    import pm4py

    from bankmine.model.conformance import replay_fitness

    log = read_log(shared / "logs" / "bpic2012.xes.gz").top_variants(0.4)
    model, frame = mined(log), log.to_pm4py()
    assert str(model.tree) == str(pm4py.discover_process_tree_inductive(frame, noise_threshold=0.2))
    ours, theirs = replay_fitness(model, Variants.of(log)), pm4py.fitness_token_based_replay(frame, *model.petri_net)
    assert ours.percentage_of_fitting_traces == pytest.approx(theirs["percentage_of_fitting_traces"], abs=1e-12)
    assert ours.average_trace_fitness == pytest.approx(theirs["average_trace_fitness"], abs=1e-12)
    assert ours.log_fitness == pytest.approx(theirs["log_fitness"], abs=1e-12)
