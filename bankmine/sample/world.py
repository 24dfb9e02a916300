"""What all cases of a run share: the rows written, the people, the random draws, and what is counted."""

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.models import Model, Route
from bankmine.sample.office import Team
from bankmine.sample.problems import Faults, Problem

CUSTOMER, SYSTEM = "customer", "system"


@dataclass(slots=True)
class Row:
    case: int
    step: str
    start: float
    end: float
    resource: str
    role: str


class Draws:
    """Random numbers by purpose and case, so that a run with a problem and one without it draw the same for all else."""

    def __init__(self, seed: int, cases: int) -> None:
        self._seed, self._cases = seed, cases
        self._normal: dict[str, list[float]] = {}
        self._uniform: dict[str, list[float]] = {}

    def normal(self, name: str, case: int) -> float:
        if name not in self._normal:
            self._normal[name] = self.stream(name).standard_normal(self._cases).tolist()
        return self._normal[name][case]

    def uniform(self, name: str, case: int) -> float:
        if name not in self._uniform:
            self._uniform[name] = self.stream(name).random(self._cases).tolist()
        return self._uniform[name][case]

    def stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, crc32(name.encode())])


@dataclass(slots=True)
class World:
    """What all cases of a run share, and what the run counts.

    `in_branch` by case: the customer came to the branch; `scale` by role: minutes of work per minute of the tasks' tables.
    `struck`: cases that the problem befell; `cycle`: seconds from arrivals to ends, without what is agreed by contract;
    `touch`: seconds of work by the bank's people.
    """

    model: Model
    definition: ProcessDefinition
    draws: Draws
    in_branch: list[bool]
    faults: Faults
    problem: Problem | None
    teams: dict[str, Team]
    scale: dict[str, float]
    rows: list[Row] = field(default_factory=list)
    spawned: list[tuple[float, Route]] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    cycle: float = 0.0
    touch: float = 0.0
