"""What all cases of a run share: the clock, the rows written, the people, the random draws, and what is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from zlib import crc32

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.models import Model
from bankmine.sample.office import Clock, Job, Team
from bankmine.sample.problems import Faults, Problem
from bankmine.sample.problems_service import OFFICES
from bankmine.sample.routes import Route, Thread
from bankmine.sample.waits import Parts

CUSTOMER, SYSTEM = "customer", "system"


@dataclass(slots=True)
class Row:
    """What the log will say, and besides when the row before it made it possible and the parts of the wait from then on.

    `moved`: the case has changed its channel by then.
    """

    case: int
    step: str
    start: int
    end: int
    resource: str
    role: str
    enabled: int
    parts: Parts
    moved: bool = False


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

    def office(self, case: int) -> int:
        """The number of the case's office, where there are several."""
        return int(self.uniform("branch", case) * OFFICES)

    def stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, crc32(name.encode())])


@dataclass(slots=True)
class World:
    """What all cases of a run share, and what the run counts.

    `in_branch` by case: the customer came to the branch; `scale` by step: minutes of work per minute of the tasks' tables.
    `struck`: cases that a problem befell; `cycle` by case: seconds from arrival to end, without what is agreed by contract;
    `touch`: seconds of work by the bank's people; `moved`: cases that have changed their channel.
    """

    model: Model
    definition: ProcessDefinition
    draws: Draws
    in_branch: list[bool]
    faults: Faults
    problems: Sequence[Problem]
    scale: dict[str, float]
    clock: Clock = field(default_factory=Clock)
    teams: dict[str, Team] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    cycle: dict[int, int] = field(default_factory=dict)
    touch: int = 0
    moved: set[int] = field(default_factory=set)

    def begin(self, time: int, route: Route) -> None:
        """Lets a route go on at that time, and then whenever it wants to."""
        self.clock.at(time, partial(self._go_on, route))

    def taken(self, team: Team, job: Job) -> None:
        """A job has been taken up: its row is known. What is no case's work leaves none."""
        if job.case < 0:
            return
        name = team.people[job.who].name
        self.rows.append(Row(job.case, job.step, job.start, job.end, name, team.role, job.enabled, job.parts, job.case in self.moved))
        self.touch += job.end - job.start

    def _go_on(self, route: Route) -> None:
        wish = next(route, None)
        if isinstance(wish, int):
            self.begin(wish, route)
        elif isinstance(wish, Thread):
            if wish.over:
                self.begin(self.clock.now, route)
            else:
                wish.go_on = partial(self._go_on, route)
        elif wish is not None:
            team, job = wish
            job.done = partial(self._go_on, route)
            team.hand_in(job)
