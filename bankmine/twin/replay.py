"""Replay by case: each instance begins when its enabler ends plus its own wait (definitions §3.3)."""

from itertools import pairwise

import numpy as np

from bankmine.facts import Facts
from bankmine.twin.scenario import Cuts


class Replay:
    """The log's cases played forward with changed waits and work; queues between cases do not react."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._position = np.arange(len(facts.case)) - facts.offsets[facts.case]
        self._by_position = np.argsort(self._position, kind="stable")
        # An open instance has no end to enable anything; its work so far is part of the case's time.
        self._length = facts.moment - facts.began
        # An item that was scheduled after the last instance, and that nobody has begun, keeps its distance to it.
        last = np.maximum.reduceat(facts.moment, facts.offsets[:-1]) - facts.case_begin
        self._tail = facts.cycle_time.of_case - last

    def cycle_time(self, cuts: Cuts, cases: np.ndarray) -> np.ndarray:
        """int64 [cases]: microseconds from the case's beginning to its last end, for the cases marked in `cases` (bool);
        0 for the others. Without cuts it is the measured cycle time exactly.
        """
        facts = self._facts
        rows = self._by_position[cases[facts.case[self._by_position]]]
        done = np.zeros(len(facts.case), dtype=np.int64)
        bounds = np.concatenate(([0], np.cumsum(np.bincount(self._position[rows]))))
        for first, last in pairwise(bounds.tolist()):
            here = rows[first:last]
            enabler = facts.enabler[here]
            enabled = np.where(enabler >= 0, done[enabler], 0)
            wait = np.maximum(facts.wait[here] - cuts.wait[here], 0)
            done[here] = enabled + wait + np.maximum(self._length[here] - cuts.work[here], 0)
        result = np.zeros(facts.cases, dtype=np.int64)
        np.maximum.at(result, facts.case[rows], done[rows])
        return np.where(cases, result + self._tail, 0)

    def saved(self, cuts: Cuts, beyond: Cuts | None = None) -> np.ndarray:
        """int64 [cases]: cycle time saved by `cuts`, beyond what `beyond` saves already."""
        base = Cuts.none(len(self._facts.case)) if beyond is None else beyond
        changed = (cuts.wait != base.wait) | (cuts.work != base.work)
        cases = np.zeros(self._facts.cases, dtype=bool)
        cases[self._facts.case[changed]] = True
        return self.cycle_time(base, cases) - self.cycle_time(cuts, cases)
