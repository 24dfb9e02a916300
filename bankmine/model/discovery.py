"""The process model discovered by pm4py, from variants or the directly-follows graph, never from raw events."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from bankmine.errors import UsageError
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants
from bankmine.words import Text

Algorithm = Literal["inductive", "heuristics"]
Log = Counter[tuple[str, ...]]  # pm4py's "univariate variant-compressed log"

# The noise that each algorithm takes where none is asked for: ours for a readable tree, pm4py's own for the net.
DEFAULT_NOISE: Mapping[Algorithm, float] = MappingProxyType({"inductive": 0.2, "heuristics": 0.05})
# The miners compare activities pairwise, in Python: their time grows with the third power of this number.
MAX_ACTIVITIES = 100


@dataclass(frozen=True, eq=False)
class ProcessModel:
    """A discovered process model in pm4py's own objects.

    `petri_net`: the accepting Petri net (net, initial marking, final marking); `tree`: the process tree it was made from
    (inductive miner), else None. `parameters` are those the algorithm ran with. `left_out`: activities too rare to be
    mined, in order of frequency (see `discover`); the model says nothing about them.
    """

    algorithm: Algorithm
    parameters: Mapping[str, float]
    petri_net: tuple[Any, Any, Any]
    tree: Any | None = None
    left_out: tuple[str, ...] = ()


def discover(
    variants: Variants,
    dfg: DirectlyFollowsGraph,
    *,
    algorithm: Algorithm = "inductive",
    noise: float | None = None,
) -> ProcessModel:
    """The process model of a log; the same as pm4py's own call on the full log, at the cost of its variants.

    `inductive`: the inductive miner, infrequent (Leemans 2014), or without noise the plain one; arcs of at most `noise`
    times the strongest one that leaves the same activity are noise. `heuristics`: the heuristics miner (Weijters 2006) with
    pm4py's thresholds; arcs below `noise` times the strongest ones at both their ends are noise. None: 0.2 and 0.05.

    Of more than 100 activities only the 100 most frequent are mined (ties by name); the others are `left_out`.
    Raises UsageError for an unknown algorithm or a noise outside 0-1.
    """
    if algorithm not in get_args(Algorithm):
        names = "、".join(get_args(Algorithm)), ", ".join(get_args(Algorithm))
        raise UsageError(
            "ALGORITHM_UNKNOWN",
            Text(zh=f"没有名为“{algorithm}”的发现算法。", en=f"there is no discovery algorithm {algorithm!r}."),
            Text(zh=f"可用的算法:{names[0]}。", en=f"use one of: {names[1]}."),
        )
    threshold = DEFAULT_NOISE[algorithm] if noise is None else noise
    if not 0 <= threshold < 1:
        raise UsageError(
            "NOISE_RANGE",
            Text(zh=f"噪声阈值 {threshold} 超出范围。", en=f"a noise threshold of {threshold} is out of range."),
            Text(zh="请给出 0(含)到 1(不含)之间的数,例如 0.2。", en="give a number from 0 up to, but not including, 1, such as 0.2."),
        )
    kept, left_out = _mined_activities(dfg)
    mined = variants_of(variants, kept)
    silence_pm4py()
    if algorithm == "inductive":
        tree, net = _inductive(mined, threshold)
        return ProcessModel(algorithm, MappingProxyType({"noise_threshold": threshold}), net, tree, left_out)
    parameters = {"dfg_pre_cleaning_noise_thresh": threshold}
    return ProcessModel(algorithm, MappingProxyType(parameters), _heuristics(mined, parameters), None, left_out)


def silence_pm4py() -> None:
    """Keeps pm4py from drawing progress bars; only has an effect before its first import."""
    os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")


@contextmanager
def instead(module: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    """Lets pm4py call another function than its own for a while: one with the same result, or one whose result nobody reads."""
    own = getattr(module, name)
    setattr(module, name, function)
    try:
        yield
    finally:
        setattr(module, name, own)


def variants_of(variants: Variants, kept: np.ndarray | None = None) -> Log:
    """The number of cases of each sequence of activity names; `kept` bool [activities] drops the other activities.

    A case of which nothing is kept is not a case of the mined log.
    """
    names = variants.activities
    log: Log = Counter()
    for sequence, cases in zip(variants.sequences, variants.count.tolist(), strict=True):
        trace = tuple(names[a] for a in sequence if kept is None or kept[a])
        if trace:
            log[trace] += cases
    return log


def _mined_activities(dfg: DirectlyFollowsGraph) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """bool [activities], None if all are mined; and the names of the others."""
    if np.count_nonzero(dfg.frequency) <= MAX_ACTIVITIES:
        return None, ()
    order = np.argsort(-dfg.frequency, kind="stable")
    kept = np.zeros(len(dfg.activities), dtype=bool)
    kept[order[:MAX_ACTIVITIES]] = True
    return kept, tuple(dfg.activities[a] for a in order[MAX_ACTIVITIES:].tolist() if dfg.frequency[a])


def _inductive(log: Log, noise: float) -> tuple[Any, tuple[Any, Any, Any]]:
    """The process tree and its Petri net.

    pm4py's entry point takes only events, not variants (its type test for them is never true), so the steps behind it
    are called one by one.
    """
    from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
    from pm4py.algo.discovery.inductive.variants.im import IMUVCL
    from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
    from pm4py.objects.conversion.process_tree import converter
    from pm4py.objects.process_tree.utils import generic
    from pm4py.util.compression import util

    parameters = {"noise_threshold": noise}
    miner = IMFUVCL(parameters) if noise > 0 else IMUVCL(parameters)
    # pm4py makes one `Counter.update` per pair and one pass over the log per activity: nine tenths of the miner's time.
    with instead(util, "discover_dfg_uvcl", count_pairs):
        tree = miner.apply(IMDataStructureUVCL(log), parameters)
    tree = generic.fold(tree)
    generic.tree_sort(tree)
    return tree, converter.apply(tree)


def count_pairs(log: Log) -> Any:
    """pm4py's DFG of a compressed log: pairs in order of appearance, first and last activities in order of name."""
    from pm4py.objects.dfg.obj import DFG

    pairs: dict[tuple[str, str], int] = {}
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for trace, cases in log.items():
        if trace:
            first[trace[0]] = first.get(trace[0], 0) + cases
            last[trace[-1]] = last.get(trace[-1], 0) + cases
            for pair in pairwise(trace):
                pairs[pair] = pairs.get(pair, 0) + cases
    return DFG(pairs, {a: first[a] for a in sorted(first)}, {a: last[a] for a in sorted(last)})


def _heuristics(log: Log, parameters: Mapping[str, float]) -> tuple[Any, Any, Any]:
    """The Petri net of the heuristics net, from the pairs, the pairs at a distance of two, and the triples of the log."""
    from pm4py.algo.discovery.heuristics.variants import classic
    from pm4py.objects.conversion.heuristics_net import converter

    pairs, distant, triples, occurrences = Counter(), Counter(), Counter(), Counter()
    for trace, cases in log.items():
        for activity in trace:
            occurrences[activity] += cases
        for pair in pairwise(trace):
            pairs[pair] += cases
        for a, b, c in zip(trace, trace[1:], trace[2:], strict=False):
            distant[a, c] += cases
            triples[a, b, c] += cases
    ends = count_pairs(log)
    # pm4py fails on cleaning a graph that has no arc.
    settings = dict(parameters) if pairs else dict.fromkeys(parameters, 0.0)
    net = classic.apply_heu_dfg(
        dict(sorted(pairs.items())),
        activities=sorted(occurrences, key=lambda activity: (-occurrences[activity], activity)),
        activities_occurrences=dict(occurrences),
        start_activities=dict(ends.start_activities),
        end_activities=dict(ends.end_activities),
        dfg_window_2=dict(sorted(distant.items())),
        freq_triples=dict(sorted(triples.items())),
        parameters=settings,
    )
    return converter.apply(net, parameters=settings)


def in_order(petri_net: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    """A copy of an accepting Petri net, to be read only, in which everything is iterated in order of name.

    Transitions are named t_1, t_2 … (by label) and tau_1, tau_2 … (hidden ones, by the places around them); pm4py names them
    at random and keeps them in sets that are ordered by memory address, so that files and ties would change from run to run.
    """
    from pm4py.objects.petri_net.obj import Marking, PetriNet

    net, initial, final = petri_net
    places = {p: PetriNet.Place(p.name, in_arcs={}, out_arcs={}) for p in sorted(net.places, key=lambda p: p.name)}

    def around(transition: Any) -> tuple[Any, ...]:
        return (
            transition.label is None,
            transition.label or "",
            sorted(arc.source.name for arc in transition.in_arcs),
            sorted(arc.target.name for arc in transition.out_arcs),
        )

    transitions: dict[Any, None] = {}
    arcs: dict[Any, None] = {}

    def join(source: Any, target: Any, weight: int) -> None:
        arc = PetriNet.Arc(source, target, weight)
        arcs[arc] = source.out_arcs[arc] = target.in_arcs[arc] = None

    numbers = {True: count(1), False: count(1)}
    for old in sorted(net.transitions, key=around):
        hidden = old.label is None
        new = PetriNet.Transition(f"{'tau' if hidden else 't'}_{next(numbers[hidden])}", old.label, in_arcs={}, out_arcs={})
        transitions[new] = None
        for arc in sorted(old.in_arcs, key=lambda arc: arc.source.name):
            join(places[arc.source], new, arc.weight)
        for arc in sorted(old.out_arcs, key=lambda arc: arc.target.name):
            join(new, places[arc.target], arc.weight)
    copy = PetriNet(net.name, places=dict.fromkeys(places.values()), transitions=transitions, arcs=arcs)
    return copy, Marking({places[p]: n for p, n in initial.items()}), Marking({places[p]: n for p, n in final.items()})
