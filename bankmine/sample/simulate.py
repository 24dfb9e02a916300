"""The event loop: cases arrive, go their route, queue for people; what is written is what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.arrivals import arrivals
from bankmine.sample.case import Case
from bankmine.sample.models import Model
from bankmine.sample.office import DAY, OFFICE, Desk, Hours, Job, Team
from bankmine.sample.problems import Faults, Problem
from bankmine.sample.routes import Route
from bankmine.sample.world import Draws, Row, World

A_DAY = 10.0  # cases a day for which the models' numbers of people are meant
Unlike = Literal["growth", "unequal clerks", "work elsewhere", "last come"]
GROWTH = 0.6  # of mean demand, from the first day to the last
PACES = (0.75, 1.25, 1.0, 1.4, 0.85)
ELSEWHERE, LASTS = 0.4, (20 * 60, 90 * 60)  # share of the days, and seconds of other work on such a day
SHIFTS = (Hours("Mon-Fri 09:00-15:00"), Hours("Mon-Fri 11:00-17:00"))


@dataclass(frozen=True)
class Plan:
    """What happens whatever goes wrong: who arrives when and how, who works how, and how much work it is.

    `arrivals` int64 seconds from time 0, `in_branch` bool [cases]; `window` seconds; `desks` by role; `scale` by step (World).
    """

    model: Model
    definition: ProcessDefinition
    seed: int
    window: int
    arrivals: np.ndarray
    in_branch: np.ndarray
    desks: Mapping[str, Desk]
    scale: Mapping[str, float]
    faults: Faults
    contractual: bool

    @property
    def cases(self) -> int:
        return len(self.arrivals)

    @cached_property
    def draws(self) -> Draws:
        return Draws(self.seed, self.cases)

    def shares(self, name: str) -> np.ndarray:
        """float64 [cases]: the uniform draws of that purpose."""
        return self.draws.stream(name).random(self.cases)

    def heavier(self, role: str, by: float) -> "Plan":
        """The plan with so much more work at each step of a role."""
        return replace(
            self, scale={step: scale * (by if self.model.tasks[step].role == role else 1.0) for step, scale in self.scale.items()}
        )


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of one run: all rows, also those after the window, and the counts of World; `load` by role in duty hours."""

    rows: list[Row]
    struck: frozenset[int]
    cycle: dict[int, int]
    touch: int
    load: dict[str, float]


def plan(
    model: Model,
    definition: ProcessDefinition,
    *,
    seed: int,
    cases: int,
    load: tuple[float, float],
    faults: Faults,
    contractual: bool,
    shifts: bool,
    unlike: Unlike | None,
    rng: np.random.Generator,
) -> Plan:
    """Window, arrivals and people; work scaled so that each role's load inside duty hours falls into `load`."""
    days = int(min(max(round(cases / 7), 120), 365))
    times, branch = arrivals(cases, days, rng, GROWTH if unlike == "growth" else 0.0)
    a_day = cases / (OFFICE.worked(days * DAY) / OFFICE.longest)
    desks = {
        name: Desk(
            max(role.people, round(role.people * a_day / A_DAY)),
            shifts=SHIFTS if shifts else (),
            order="last come" if unlike == "last come" else "first come",
            paces=PACES if unlike == "unequal clerks" else (),
            elsewhere=ELSEWHERE if unlike == "work elsewhere" else 0.0,
        )
        for name, role in model.roles.items()
    }
    # A trial with every fourth case tells how much work a case brings to each role; people are not short in it.
    every = 4
    result = Plan(model, definition, seed, days * DAY, times, branch, desks, dict.fromkeys(model.tasks, 1.0), faults, contractual)
    tried = run(result, every=every)
    for name in model.roles:
        result = result.heavier(name, float(rng.uniform(*load)) / max(tried.load[name] * every, 1e-9))
    return result


def run(plan: Plan, *problems: Problem, every: int = 1) -> Run:
    """One run of the plan, with the problems or without any."""
    world = World(plan.model, plan.definition, plan.draws, plan.in_branch.tolist(), plan.faults, problems, dict(plan.scale))
    world.teams.update((name, Team(name, desk, world.clock, world.taken)) for name, desk in plan.desks.items())
    arrived = plan.arrivals.tolist()
    for number in range(0, plan.cases, every):
        world.begin(arrived[number], _life(world, number, arrived[number], contractual=plan.contractual))
    for team in world.teams.values():
        _elsewhere(world, team, plan.window)
    world.clock.run()
    for team in world.teams.values():  # no more comes to fill the last batch
        team.release()
        world.clock.run()
    load = {
        name: sum(person.worked(plan.window) for person in team.people) / team.desk.capacity(plan.window)
        for name, team in world.teams.items()
    }
    return Run(world.rows, frozenset(world.struck), world.cycle, world.touch, load)


def _elsewhere(world: World, team: Team, window: int) -> None:
    """What people have to do that no log knows of."""
    for number, person in enumerate(team.people if team.desk.elsewhere else ()):
        draws = world.draws.stream(f"elsewhere {person.name}").random((window // DAY, 3))
        for day, (whether, when, lasts) in enumerate(draws.tolist()):
            time = person.hours.after(day * DAY, 0)
            if whether < team.desk.elsewhere and time < (day + 1) * DAY:
                begin = time + round(when * (person.hours.closing(time) - time))
                job = Job(-1, "", round(LASTS[0] + lasts * (LASTS[1] - LASTS[0])), begin, begin, person=number)
                world.clock.at(begin, partial(team.hand_in, job))


def _life(world: World, number: int, arrival: int, *, contractual: bool) -> Route:
    case = Case(world, number, arrival)
    completed = yield from world.model.route(case)
    yield from case.complains()
    world.cycle[number] = case.now - arrival
    if completed and contractual and world.model.contract is not None:
        yield from world.model.contract(case)
