"""The event loop: cases arrive, go their route, queue for people; what is written is what happened."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.case import Case
from bankmine.sample.models import Model, Route
from bankmine.sample.office import DAY, OPENING, SHIFT, WORKDAYS, Team, worked
from bankmine.sample.problems import Faults, Problem
from bankmine.sample.world import Draws, Row, World

WEEKDAYS = (1.15, 1.05, 1.0, 0.95, 0.85)
HOURS = (0.8, 1.2, 1.2, 0.8, 0.9, 1.15, 1.1, 0.85)  # of the eight hours from opening on
SEASON = 0.15  # arrivals swing by that share over a year
OFF_DUTY = 0.03  # share of arrivals outside duty hours, online
BRANCH = 0.6  # share of the others who come to the branch
A_DAY = 10.0  # cases a day for which the models' numbers of people are meant


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens whatever goes wrong: who arrives when and how, and how much work it is.

    `arrivals` seconds from time 0, sorted; `window` seconds; `scale` by role (World).
    """

    model: Model
    definition: ProcessDefinition
    seed: int
    window: float
    arrivals: Sequence[float]
    in_branch: list[bool]
    people: dict[str, int]
    scale: dict[str, float]
    faults: Faults
    contractual: bool

    def amounts(self) -> np.ndarray:
        """float64 [cases]: standard normal, the size of each case's amount; the same draw that `Case.large` reads."""
        draws = Draws(self.seed, len(self.arrivals))
        return np.array([draws.normal("amount", number) for number in range(len(self.arrivals))])


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of one run: all rows, also those after the window, and the counts of World."""

    rows: list[Row]
    struck: frozenset[int]
    cycle: float
    touch: float
    load: dict[str, float]


def arrivals(cases: int, days: int, rng: np.random.Generator) -> tuple[list[float], list[bool]]:
    """Arrival times of a Poisson process with weekly, daily and yearly shape, given their number; and who comes to the branch."""
    day = np.arange(days)
    weekday = day % 7
    phase = rng.uniform(0, 2 * math.pi)
    season = 1 + SEASON * np.sin(2 * math.pi * day / 365.25 + phase)
    weight = np.where(weekday < WORKDAYS, np.array([*WEEKDAYS, 0.0, 0.0])[weekday], 0.0) * season
    off_duty = rng.random(cases) < OFF_DUTY
    on = rng.choice(days, size=cases, p=weight / weight.sum())
    hour = rng.choice(len(HOURS), size=cases, p=np.array(HOURS) / sum(HOURS))
    at_work = on * DAY + OPENING + (hour + rng.random(cases)) * (SHIFT / len(HOURS))
    evening = rng.choice(days, size=cases) * DAY + OPENING + SHIFT + rng.random(cases) * 5 * 3600
    time = np.where(off_duty, evening, at_work)
    branch = ~off_duty & (rng.random(cases) < BRANCH)
    order = np.argsort(time, kind="stable")
    return np.round(time[order]).tolist(), branch[order].tolist()


def plan(
    model: Model,
    definition: ProcessDefinition,
    *,
    seed: int,
    cases: int,
    load: tuple[float, float],
    faults: Faults,
    contractual: bool,
    rng: np.random.Generator,
) -> Plan:
    """Window, arrivals and people; work scaled so that each role's load inside duty hours falls into `load`."""
    days = int(min(max(round(cases / 7), 120), 365))
    times, branch = arrivals(cases, days, rng)
    duty = worked(days * DAY)
    a_day = cases / (duty / SHIFT)
    people = {name: max(role.people, round(role.people * a_day / A_DAY)) for name, role in model.roles.items()}
    trial = Plan(model, definition, seed, days * DAY, times, branch, people, dict.fromkeys(model.roles, 1.0), faults, contractual)
    # A trial with every fourth case tells how much work a case brings to each role; people are not short in it.
    every = 4
    tried = run(trial, None, every=every)
    scale = {name: float(rng.uniform(*load)) / max(tried.load[name] * every, 1e-9) for name in model.roles}
    return Plan(model, definition, seed, days * DAY, times, branch, people, scale, faults, contractual)


def run(plan: Plan, problem: Problem | None, *, every: int = 1) -> Run:
    """One run of the plan, with the problem or without it."""
    teams = {name: Team(tuple(f"{name}-{number + 1:02d}" for number in range(count))) for name, count in plan.people.items()}
    draws = Draws(plan.seed, len(plan.arrivals))
    world = World(plan.model, plan.definition, draws, plan.in_branch, plan.faults, problem, teams, plan.scale)
    queue: list[tuple[float, int, Route]] = [
        (plan.arrivals[number], number, _life(world, number, plan.arrivals[number], contractual=plan.contractual))
        for number in range(0, len(plan.arrivals), every)
    ]  # sorted, hence a heap
    tie = len(plan.arrivals)
    while queue:
        _, number, route = queue[0]
        time = next(route, None)
        if time is None:
            heapq.heappop(queue)
        else:
            heapq.heapreplace(queue, (time, number, route))
        while world.spawned:
            at, thread = world.spawned.pop()
            heapq.heappush(queue, (at, tie, thread))
            tie += 1
    duty = worked(plan.window)
    load = {name: team.busy / (duty * len(team.names)) for name, team in teams.items()}
    return Run(world.rows, frozenset(world.struck), world.cycle, world.touch, load)


def _life(world: World, number: int, arrival: float, *, contractual: bool) -> Route:
    case = Case(world, number, arrival)
    completed = yield from world.model.route(case)
    world.cycle += case.now - arrival
    if completed and contractual and world.model.contract is not None:
        yield from world.model.contract(case)
