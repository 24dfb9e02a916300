"""A change as data: which waits and which work would be saved, instance by instance."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Scenario:
    """`rows` int64 [k], unique instances; `wait_cut`, `work_cut` int64 [k] microseconds saved if the cause vanished;
    `realistic`: the share of them that a bank can expect to save (κ of definitions §3.4).
    """

    rows: np.ndarray
    wait_cut: np.ndarray
    work_cut: np.ndarray
    realistic: float = 0.5


@dataclass(frozen=True, eq=False)
class Cuts:
    """Savings of several scenarios together, int64 [instances]; where they meet, the hour is saved once."""

    wait: np.ndarray
    work: np.ndarray

    @classmethod
    def none(cls, instances: int) -> "Cuts":
        return cls(np.zeros(instances, dtype=np.int64), np.zeros(instances, dtype=np.int64))

    def with_(self, scenario: Scenario, share: float = 1.0) -> "Cuts":
        wait, work = self.wait.copy(), self.work.copy()
        at = scenario.rows
        cut = np.round(scenario.wait_cut * share).astype(np.int64)
        # A wait that grows is not set off against an hour that another change saves.
        wait[at] = np.where((cut < 0) & (wait[at] == 0), cut, np.maximum(wait[at], cut))
        work[at] = np.maximum(work[at], np.round(scenario.work_cut * share).astype(np.int64))
        return Cuts(wait, work)
