"""The markings of a small Petri net, and the cheapest ways between them: what aligning needs to know of a model."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bankmine.model.discovery import in_order

DEVIATION, SILENT = 10_000, 1  # pm4py's costs of a deviation and of a silent transition
TOO_MUCH = 1 << 29  # more than any alignment costs; two of them still fit into int32
MOST_MARKINGS = 2_000


class TooManyMarkings(Exception):  # noqa: N818 -- no error of the user's
    """The net has more than MOST_MARKINGS reachable markings, or infinitely many."""


@dataclass(frozen=True, eq=False)
class Edges:
    """How an activity fires: `sources` int64, the markings in which it can; `into`: those from which it leads to a standing marking."""

    sources: np.ndarray
    into: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Markings:
    """The reachable markings of an accepting Petri net, numbered as they are met.

    `standing` int64: the initial marking, then those reached by an activity. `between` int32 [standing, markings]: the least cost of
    steps of the model alone, TOO_MUCH where there is no way; `quiet` int32 of the same shape: of silent steps alone. `edges_of`:
    the activities. `final`: the final marking, -1 if it is never reached. `enabled` bool [markings, activities in order of
    `edges_of`]: the activity can come next, by silent steps in between.
    """

    standing: np.ndarray
    between: np.ndarray
    quiet: np.ndarray
    edges_of: dict[str, Edges]
    enabled: np.ndarray
    final: int
    before: np.ndarray  # int32 [standing, markings]: the marking before this one on the cheapest way
    step: dict[tuple[int, int], str | None]  # the activity of the cheapest step between two markings, None if silent

    @property
    def least(self) -> int:
        """The cost of a case in which nothing happened."""
        return int(self.between[0, self.final]) if self.final >= 0 else TOO_MUCH

    def skipped(self, origin: int, goal: int) -> tuple[str, ...]:
        """The activities on the cheapest way from a standing marking to a marking."""
        names: list[str] = []
        here, start = goal, int(self.standing[origin])
        while here != start:
            last = int(self.before[origin, here])
            name = self.step[last, here]
            if name is not None:
                names.append(name)
            here = last
        return tuple(reversed(names))

    @classmethod
    def of(cls, petri_net: tuple[Any, Any, Any], certain: Collection[str] = ()) -> "Markings":
        """`certain`: activities that no step of the model alone takes: they happen in the case or not at all. Raises TooManyMarkings."""
        net, initial, final = in_order(petri_net)
        number = {place: n for n, place in enumerate(net.places)}

        def vector(tokens: Any) -> tuple[int, ...]:
            counts = [0] * len(number)
            for place, n in tokens.items():
                counts[number[place]] = n
            return tuple(counts)

        transitions = [
            (t.label, [(number[a.source], a.weight) for a in t.in_arcs], [(number[a.target], a.weight) for a in t.out_arcs])
            for t in net.transitions
        ]
        start = vector(initial)
        found = {start: 0}
        steps: list[tuple[int, int, str | None]] = []
        front = deque([start])
        while front:
            marking = front.popleft()
            for label, takes, gives in transitions:
                if any(marking[place] < n for place, n in takes):
                    continue
                after = list(marking)
                for place, n in takes:
                    after[place] -= n
                for place, n in gives:
                    after[place] += n
                reached = tuple(after)
                if reached not in found:
                    if len(found) == MOST_MARKINGS:
                        raise TooManyMarkings
                    found[reached] = len(found)
                    front.append(reached)
                steps.append((found[marking], found[reached], label))
        return cls._of_steps(len(found), steps, found.get(vector(final), -1), certain)

    @classmethod
    def _of_steps(cls, size: int, steps: list[tuple[int, int, str | None]], final: int, certain: Collection[str]) -> "Markings":
        """From the reachability graph: its steps as (marking, marking, activity or None)."""
        cheapest: dict[tuple[int, int], str | None] = {}
        fired: dict[str, dict[tuple[int, int], None]] = {}
        for source, target, label in steps:
            if label not in certain and cheapest.setdefault((source, target), label) is not None and label is None:
                cheapest[source, target] = None
            if label is not None:
                fired.setdefault(label, {})[source, target] = None
        standing = {0: 0}
        for ends in fired.values():
            for _, target in ends:
                standing.setdefault(target, len(standing))
        silent: dict[tuple[int, int], str | None] = {ends: label for ends, label in cheapest.items() if label is None}
        between, before = _ways(size, cheapest, list(standing))
        quiet, _ = _ways(size, silent, list(standing))
        edges_of = {
            label: Edges(
                np.array(sorted({source for source, _ in ends}), dtype=np.int64),
                {standing[target]: tuple(source for source, goal in ends if goal == target) for _, target in ends},
            )
            for label, ends in sorted(fired.items())
        }
        enabled = np.stack(
            [(quiet[:, edges.sources] < TOO_MUCH).any(axis=1) for edges in edges_of.values()] or [np.zeros(len(standing), bool)], axis=1
        )
        return cls(np.array(list(standing)), between, quiet, edges_of, enabled, final, before, cheapest)


def _ways(size: int, steps: Mapping[tuple[int, int], str | None], origins: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """int32 [origins, markings]: the least cost from each origin, and the marking before."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    ends = np.array(list(steps), dtype=np.int64).reshape(-1, 2)
    cost = np.array([SILENT if label is None else DEVIATION for label in steps.values()], dtype=np.float64)
    graph = csr_array((cost, (ends[:, 0], ends[:, 1])), shape=(size, size))
    reach, before = dijkstra(graph, indices=origins, return_predecessors=True)
    return np.where(np.isinf(reach), TOO_MUCH, reach).astype(np.int32), before.astype(np.int32)
