"""Alignments: for each case, the cheapest way to reconcile what happened with what a model allows (Adriansyah 2014).

The model's markings are found once, and each prefix that variants share is aligned once: two to three orders of magnitude less work
than a search per case. Where a model has too many markings, pm4py's own search takes over, if seconds are given for it.
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bankmine.model.discovery import silence_pm4py
from bankmine.model.markings import DEVIATION, TOO_MUCH, Markings, TooManyMarkings
from bankmine.model.prefixes import Prefixes
from bankmine.model.variants import Variants

if TYPE_CHECKING:
    import pandas as pd

SYNC, LOG, MODEL = 0, 1, 2  # kinds of moves
CELLS = 24_000_000  # costs that are held at once, of as many variants as this allows
EFFORT = 10_000_000_000  # comparisons of costs that are made by default: about ten seconds, less where variants share prefixes
LONGEST = 50_000  # events of a case; with more, its cost would not be less than TOO_MUCH
ACTIVITY = "concept:name"


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of all aligned variants, in order of variant and place; arrays [moves].

    `variant` int32; `position` int32: the event of the variant, for a model move the event before which it stands (the length of the
    variant at its end); `kind` int8: SYNC (the event is as the model has it), LOG (the model has no such event here), MODEL (the
    model demands what did not happen); `label` int32. Silent moves are left out.
    """

    variant: np.ndarray
    position: np.ndarray
    kind: np.ndarray
    label: np.ndarray


@dataclass(frozen=True, eq=False)
class Alignments:
    """One optimal alignment of each variant with a model, in pm4py's costs: 10,000 a deviation, 1 a silent step of the model.

    Arrays [variants]: `aligned` bool; `cost` and `worst` int64: of the alignment, and of the worst one that makes sense, in which
    nothing that happened is in the model (both 0 where not aligned). `labels`: the log's activities by code, then what only the
    model has. `sound`: the model can be finished at all; else nothing is aligned.
    What is not aligned is unknown: it counts neither as fitting nor as deviating.
    """

    variants: Variants
    labels: tuple[str, ...]
    aligned: np.ndarray
    cost: np.ndarray
    worst: np.ndarray
    moves: Moves
    sound: bool = True

    @cached_property
    def fitness(self) -> np.ndarray:
        """float64 [variants]: 1 - deviations / deviations of the worst alignment, NaN where not aligned."""
        deviations, most = self.cost // DEVIATION, self.worst // DEVIATION
        share = np.where(most > 0, 1 - deviations / np.maximum(most, 1), 0.0)
        return np.where(self.aligned, share, np.nan)

    @property
    def cases(self) -> int:
        return int(self.variants.count.sum())

    @property
    def aligned_cases(self) -> int:
        return int(self.variants.count[self.aligned].sum())

    @property
    def aligned_share(self) -> float:
        """Share of cases that were aligned (0-1)."""
        return self.aligned_cases / self.cases if self.cases else 0.0

    @property
    def fitting_cases(self) -> int:
        """Aligned cases without a deviation."""
        return int(self.variants.count[self.aligned & (self.fitness == 1.0)].sum())

    @property
    def fitting_share(self) -> float | None:
        """Their share of the aligned cases; None if none is aligned."""
        return self.fitting_cases / self.aligned_cases if self.aligned_cases else None

    @property
    def average_trace_fitness(self) -> float | None:
        """Mean fitness of the aligned cases; None if none is aligned."""
        count = self.variants.count[self.aligned]
        return float(count @ self.fitness[self.aligned]) / int(count.sum()) if count.any() else None

    @property
    def log_fitness(self) -> float | None:
        """1 - cost of all aligned cases / cost of their worst alignments; None if none is aligned."""
        if not self.aligned_cases:
            return None
        worst = int(self.variants.count @ self.worst)
        return 1 - int(self.variants.count @ self.cost) / worst if worst else 1.0

    @property
    def table(self) -> "pd.DataFrame":
        """One row per variant, in their order; cost and fitness are empty where it was not aligned."""
        import pandas as pd

        cost = np.where(self.aligned, self.cost.astype(np.float64), np.nan)
        return pd.DataFrame({"count": self.variants.count, "aligned": self.aligned, "cost": cost, "fitness": self.fitness})


def align(
    petri_net: tuple[Any, Any, Any], variants: Variants, *, budget_s: float | None = None, certain: Collection[str] = ()
) -> Alignments:
    """Aligns the variants with an accepting Petri net, the most frequent first; cost and fitness equal pm4py's on the full log.

    Of several equally cheap alignments the one is taken in which events fit as early as possible, then by the order of the net's
    names: the same net and log give the same moves. By default the work is bounded by a number of comparisons, so that the result
    does not depend on the machine. `budget_s` bounds it by the clock instead, and lets pm4py search in nets with too many markings.
    `certain`: activities that the case cannot lack: without them the model's way past them is closed; pm4py knows no such thing.
    """
    silence_pm4py()
    try:
        markings = Markings.of(petri_net, certain)
    except TooManyMarkings:
        return _searched(petri_net, variants, budget_s)
    labels = variants.activities + tuple(sorted(set(markings.edges_of) - set(variants.activities)))
    if markings.least >= TOO_MUCH:
        return _assembled(variants, labels, [], sound=False)
    deadline = None if budget_s is None else time.monotonic() + budget_s
    found = []
    for first, last in _portions(markings, variants, limited=budget_s is None):
        if deadline is not None and found and time.monotonic() > deadline:
            break
        found.append(_Portion(markings, variants, first, last, labels).aligned())
    return _assembled(variants, labels, found)


Found = tuple[int, np.ndarray, np.ndarray, np.ndarray]  # first variant; cost, worst [variants of the portion]; moves [4, moves]


def _assembled(variants: Variants, labels: tuple[str, ...], found: list[Found], *, sound: bool = True) -> Alignments:
    """The result of the portions that were aligned."""
    aligned = np.zeros(len(variants.sequences), dtype=bool)
    cost, worst = np.zeros(len(aligned), dtype=np.int64), np.zeros(len(aligned), dtype=np.int64)
    for first, of_cost, of_worst, _ in found:
        here = slice(first, first + len(of_cost))
        aligned[here], cost[here], worst[here] = True, of_cost, of_worst
    moves = np.concatenate([part for *_, part in found], axis=1) if found else np.zeros((4, 0), dtype=np.int32)
    # Model moves stand before the event of their position, in the order in which the model makes them.
    moves = moves[:, np.lexsort((np.arange(moves.shape[1]), moves[2] != MODEL, moves[1], moves[0]))]
    return Alignments(variants, labels, aligned, cost, worst, Moves(moves[0], moves[1], moves[2].astype(np.int8), moves[3]), sound)


def _portions(markings: Markings, variants: Variants, *, limited: bool) -> Iterator[tuple[int, int]]:
    """Runs of variants small enough to be held at once; without those that are too long, and those beyond EFFORT if it is `limited`."""
    width = len(markings.standing)
    of_label = {name: width * len(edges.sources) for name, edges in markings.edges_of.items()}
    effort = [of_label.get(name, 0) + width for name in variants.activities]
    first, cells, spent = 0, 0, 0
    for number, sequence in enumerate(variants.sequences):
        if len(sequence) > LONGEST:
            if number > first:
                yield first, number
            first, cells = number + 1, 0
            continue
        spent += sum(effort[code] for code in sequence)
        if limited and number and spent > EFFORT:
            if number > first:
                yield first, number
            return
        cells += width * (len(sequence) + 1)
        if cells > CELLS and number > first:
            yield first, number
            first, cells = number, width * (len(sequence) + 1)
    if len(variants.sequences) > first:
        yield first, len(variants.sequences)


class _Portion:
    """Variants `first`:`last` as a tree of prefixes, with the least cost of each prefix in each standing marking.

    `least` int32 [prefixes, standing]: the cost of the prefix if its last event leaves the model in that marking; moves of the model
    come only before an event that fits or at the end, which loses nothing, as they commute with events that the model lacks.
    """

    def __init__(self, markings: Markings, variants: Variants, first: int, last: int, labels: tuple[str, ...]) -> None:
        self._markings, self._first, self._labels = markings, first, labels
        whole = first == 0 and last == len(variants.sequences)
        self._tree = variants.prefixes if whole else Prefixes.of(variants.sequences[first:last])
        self._edges = [markings.edges_of.get(name) for name in variants.activities]
        self._least = np.full((len(self._tree), len(markings.standing)), TOO_MUCH, dtype=np.int32)
        self._least[0, 0] = 0

    def aligned(self) -> Found:
        self._forward()
        to_end = self._least[self._tree.leaf] + self._markings.between[:, self._markings.final]
        state = to_end.argmin(axis=1)
        cost = to_end[np.arange(len(state)), state].astype(np.int64)
        length = self._tree.depth[self._tree.leaf]
        worst = length * DEVIATION + self._markings.least
        return self._first, cost, worst, self._moves(state, length)

    def _forward(self) -> None:
        for nodes in self._tree.groups:
            before = self._least[self._tree.parent[nodes]]
            now = np.minimum(before + DEVIATION, TOO_MUCH)
            edges = self._edges[self._tree.code[nodes[0]]]
            if edges is not None:
                fitting = {source: (before + self._markings.between[:, source]).min(axis=1) for source in edges.sources.tolist()}
                for target, sources in edges.into.items():
                    for source in sources:
                        np.minimum(now[:, target], fitting[source], out=now[:, target])
            self._least[nodes] = now

    def _moves(self, state: np.ndarray, length: np.ndarray) -> np.ndarray:
        """int32 [4, moves]: variant, position, kind and label, walking back from the end of every variant at once."""
        variant = np.arange(len(state)) + self._first
        made: list[tuple[np.ndarray, ...]] = []  # variant, position, kind, label
        end = np.full(len(state), self._markings.final)
        ways: list[tuple[np.ndarray, ...]] = [(variant, length, state, end)]  # variant, position, from, to
        node, state = self._tree.leaf.copy(), state.copy()
        for depth in range(int(length.max(initial=0)), 0, -1):
            there = np.flatnonzero(self._tree.depth[node] == depth)
            nodes, before = node[there], self._tree.parent[node[there]]
            now = self._least[nodes, state[there]]
            extra = self._least[before, state[there]] + DEVIATION == now
            made.append((variant[there], self._tree.depth[nodes] - 1, np.where(extra, LOG, SYNC), self._tree.code[nodes]))
            fits = np.flatnonzero(~extra)
            steps = np.unique(np.stack([self._tree.code[nodes[fits]], state[there[fits]]]), axis=1).T.tolist()
            stood = state[there]
            for code, target in steps:
                edges = self._edges[code]
                assert edges is not None
                left = fits[(self._tree.code[nodes[fits]] == code) & (state[there[fits]] == target)]
                for source in edges.into[target]:
                    total = self._least[before[left]] + self._markings.between[:, source]
                    origin = total.argmin(axis=1)
                    hit = total[np.arange(len(left)), origin] == now[left]
                    rows, stood[left[hit]] = there[left[hit]], origin[hit]
                    ways.append((variant[rows], np.full(len(rows), depth - 1), origin[hit], np.full(len(rows), source)))
                    left = left[~hit]
            state[there] = stood
            node[there] = before
        made.extend(self._skipped(ways))
        return np.stack([np.concatenate([part[k] for part in made]) for k in range(4)]).astype(np.int32)

    def _skipped(self, ways: list[tuple[np.ndarray, ...]]) -> Iterator[tuple[np.ndarray, ...]]:
        """The model moves on the ways from standing markings to the markings in front of events."""
        variant, position, origin, goal = (np.concatenate([way[k] for way in ways]) for k in range(4))
        size = self._markings.between.shape[1]
        code_of = {name: code for code, name in enumerate(self._labels)}
        for pair in np.unique(origin * size + goal).tolist():
            names = self._markings.skipped(pair // size, pair % size)
            rows = np.flatnonzero(origin * size + goal == pair) if names else ()
            for name in names:
                label = np.full(len(rows), code_of[name])
                yield variant[rows], position[rows], np.full(len(rows), MODEL), label


def _searched(petri_net: tuple[Any, Any, Any], variants: Variants, budget_s: float | None) -> Alignments:
    """By pm4py's A* with the state equation, variant by variant until the time is up; nothing without a time.

    Of several equally cheap alignments pm4py takes one by memory address.
    """
    labels = variants.activities + tuple(sorted({t.label for t in petri_net[0].transitions if t.label} - set(variants.activities)))
    if budget_s is None:
        return _assembled(variants, labels, [])
    from pm4py.algo.conformance.alignments.petri_net.variants import state_equation_a_star as search
    from pm4py.objects.log.obj import Event, Trace

    deadline = time.monotonic() + budget_s
    code_of = {name: code for code, name in enumerate(labels)}

    def found(names: tuple[str, ...]) -> Any:
        trace = Trace([Event({ACTIVITY: name}) for name in names])
        left = deadline - time.monotonic()
        return search.apply(trace, *petri_net, {search.Parameters.PARAM_MAX_ALIGN_TIME_TRACE: left}) if left > 0 else None

    empty = found(())
    portions: list[Found] = []
    for number in range(len(variants.sequences) if empty is not None else 0):
        best = found(variants.names(number))
        if best is None:
            break
        moves, position = [], 0
        for event, step in best["alignment"]:
            if event == ">>" and step is not None:
                moves.append((number, position, MODEL, code_of[step]))
            elif event != ">>":
                moves.append((number, position, LOG if step == ">>" else SYNC, code_of[event]))
                position += 1
        costs = np.array([best["cost"]]), np.array([empty["cost"] + position * DEVIATION])
        portions.append((number, *costs, np.array(moves, dtype=np.int32).reshape(-1, 4).T))
    return _assembled(variants, labels, portions)
