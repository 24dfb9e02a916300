"""How well a discovered model tells what happened: token-based replay of the variants, by pm4py."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bankmine.model.discovery import ProcessModel, in_order, instead, silence_pm4py
from bankmine.model.variants import Variants

if TYPE_CHECKING:
    import pandas as pd

ACTIVITY = "concept:name"  # pm4py's key for the label of an event


@dataclass(frozen=True, eq=False)
class Fitness:
    """Replay of a log on a model, as pm4py counts it (Berti and van der Aalst 2019).

    Per variant, arrays [variants]: `fits` bool (no token missing, none left over), `trace_fitness` float64 (0-1), and int64
    `missing`, `consumed`, `remaining`, `produced` tokens of one case. `count` int64 [variants]: cases. Activities that
    the model does not know (`ProcessModel.left_out`) are passed over, as pm4py does.
    """

    count: np.ndarray
    fits: np.ndarray
    trace_fitness: np.ndarray
    missing: np.ndarray
    consumed: np.ndarray
    remaining: np.ndarray
    produced: np.ndarray

    @property
    def cases(self) -> int:
        return int(self.count.sum())

    @property
    def fitting_cases(self) -> int:
        return int(self.count[self.fits].sum())

    @property
    def fitting_share(self) -> float:
        """Share of cases that replay without a missing or a remaining token (0-1)."""
        return self.fitting_cases / self.cases

    @property
    def percentage_of_fitting_traces(self) -> float:
        """The same in per cent, under pm4py's name."""
        return 100.0 * self.fitting_cases / self.cases

    @property
    def average_trace_fitness(self) -> float:
        """Mean fitness of the cases (0-1)."""
        return float(self.count @ self.trace_fitness) / self.cases

    @property
    def log_fitness(self) -> float:
        """Fitness of the tokens of all cases together (0-1)."""
        missing, consumed = int(self.count @ self.missing), int(self.count @ self.consumed)
        remaining, produced = int(self.count @ self.remaining), int(self.count @ self.produced)
        return 0.5 * (1 - missing / consumed) + 0.5 * (1 - remaining / produced)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            {
                "count": self.count,
                "fits": self.fits,
                "trace_fitness": self.trace_fitness,
                "missing": self.missing,
                "consumed": self.consumed,
                "remaining": self.remaining,
                "produced": self.produced,
            }
        )


def replay_fitness(model: ProcessModel, variants: Variants) -> Fitness:
    """Token replay of every variant, weighted by its cases; equal to pm4py's `fitness_token_based_replay` on the full log.

    In pm4py's replay an event's effect depends only on the marking before it, so each (marking, activity) is replayed
    once, as a trace of one event, and every variant is a walk over these steps.
    """
    steps = _Steps(model)
    names = [steps.known(name) for name in variants.activities]
    tokens = np.zeros((len(variants.sequences), 4), dtype=np.int64)
    fits = np.zeros(len(variants.sequences), dtype=bool)
    for number, sequence in enumerate(variants.sequences):
        marking, missing, consumed, produced = 0, 0, 0, 0
        for code in sequence:
            name = names[code]
            if name is not None:
                marking, lacking, used, made = steps.event(marking, name)
                missing, consumed, produced = missing + lacking, consumed + used, produced + made
        reached, lacking, used, left, made = steps.end(marking)
        # A case fits if its events found their tokens and none is left; an end that lacks tokens has some elsewhere.
        fits[number] = reached and missing == 0
        tokens[number] = missing + lacking, consumed + used, left, steps.initial_tokens + produced + made
    missing, consumed, remaining, produced = tokens.T
    with np.errstate(divide="ignore", invalid="ignore"):
        fitness = 0.5 * (1 - missing / consumed) + 0.5 * (1 - remaining / produced)
    return Fitness(
        count=variants.count,
        fits=fits,
        trace_fitness=np.where((consumed > 0) & (produced > 0), fitness, 1.0),
        missing=missing,
        consumed=consumed,
        remaining=remaining,
        produced=produced,
    )


class _Steps:
    """pm4py's replay of single events on a net, each marking and each (marking, activity) only once.

    Markings are numbered as they are met; 0 is the initial one.
    """

    def __init__(self, model: ProcessModel) -> None:
        silence_pm4py()
        from pm4py.algo.conformance.tokenreplay.variants import token_replay
        from pm4py.objects.petri_net.obj import Marking

        # pm4py's places and transitions are in sets ordered by memory address, and its replay breaks ties by that order.
        self._net, initial, self._final = in_order(model.petri_net)
        self._token_replay: Any = token_replay
        self._marking: Any = Marking
        self._transitions = {t.label: t for t in self._net.transitions}
        self._views = {label: _view(self._net, label) for label in self._transitions if label is not None}
        self._hidden_paths = _hidden_paths(self._net.places, token_replay.TechnicalParameters.MAX_REC_DEPTH.value)
        self._place_order = {place: number for number, place in enumerate(self._net.places)}
        self._markings: list[Any] = []
        self._numbers: dict[frozenset[tuple[Any, int]], int] = {}
        self._events: dict[tuple[int, str], tuple[int, int, int, int]] = {}
        self._ends: dict[int, tuple[bool, int, int, int, int]] = {}
        self._number(initial)
        self.initial_tokens = sum(initial.values())

    def known(self, activity: str) -> str | None:
        """The activity, or None if no transition bears its name."""
        return activity if activity in self._views else None

    def event(self, marking: int, activity: str) -> tuple[int, int, int, int]:
        """The marking after an event, and the tokens missing, consumed and produced by it."""
        key = marking, activity
        if key not in self._events:
            before = self._markings[marking]
            result = self._run(self._views[activity], ({ACTIVITY: activity},), before, self._marking())
            self._events[key] = self._number(result[4]), result[6], result[7], result[9] - sum(before.values())
        return self._events[key]

    def end(self, marking: int) -> tuple[bool, int, int, int, int]:
        """What ending in a marking means: whether no token is left; tokens missing, consumed, remaining and produced by it."""
        if marking not in self._ends:
            before = self._markings[marking]
            result = self._run(self._net, (), before, self._final)
            self._ends[marking] = bool(result[0]), result[6], result[7], result[8], result[9] - sum(before.values())
        return self._ends[marking]

    def _number(self, marking: Any) -> int:
        tokens = sorted(((place, n) for place, n in marking.items() if n), key=lambda entry: self._place_order[entry[0]])
        number = self._numbers.setdefault(frozenset(tokens), len(self._markings))
        if number == len(self._markings):
            self._markings.append(self._marking(dict(tokens)))
        return number

    def _run(self, net: Any, trace: tuple[dict[str, str], ...], before: Any, final: Any) -> list[Any]:
        with instead(self._token_replay.align_utils, "get_visible_transitions_eventually_enabled_by_marking", _not_wanted):
            return self._token_replay.apply_trace(
                trace,
                net,
                before,
                final,
                self._transitions,
                False,
                {},
                {},
                {},
                self._hidden_paths,
                True,
                activity_key=ACTIVITY,
                try_to_reach_final_marking_through_hidden=not trace,
            )


class _OfOneLabel:
    """The transitions of a net, of which only those with one label are iterated."""

    def __init__(self, transitions: Mapping[Any, None], label: str) -> None:
        self._all = transitions
        self._labelled = [t for t in transitions if t.label == label]

    def __contains__(self, transition: object) -> bool:
        return transition in self._all

    def __iter__(self) -> Iterator[Any]:
        return iter(self._labelled)


def _view(net: Any, label: str) -> Any:
    """The net as a single event sees it: pm4py asks every transition whether it is enabled, then looks at those with the event's label."""
    return type(net)(net.name, places=net.places, transitions=_OfOneLabel(net.transitions, label), arcs=net.arcs)


def _not_wanted(_net: Any, _marking: Any) -> tuple[()]:
    """No transitions: which ones the last marking enables takes pm4py most of its time and is not asked for here."""
    return ()


def _hidden_paths(places: Collection[Any], most: int) -> dict[Any, dict[Any, list[Any]]]:
    """From each place to each other, the shortest sequence of hidden transitions; ties in order of their names."""
    paths: dict[Any, dict[Any, list[Any]]] = {}
    for origin in places:
        paths[origin] = {}
        queue: deque[tuple[Any, list[Any]]] = deque([(origin, [])])
        while queue:
            place, path = queue.popleft()
            steps = [arc.target for arc in place.out_arcs if arc.target.label is None] if len(path) <= most else []
            for step in steps:
                for arc in step.out_arcs:
                    if arc.target not in paths[origin]:
                        paths[origin][arc.target] = [*path, step]
                        queue.append((arc.target, [*path, step]))
    return paths
