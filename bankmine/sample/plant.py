"""Planting: the plan with one or two problems in it, each as large as wanted, and what each of them makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isclose, log

from bankmine.sample.models import Model
from bankmine.sample.problems import LEAST_EFFECT, MEASURED_IN, OF_A_ROLE, Problem
from bankmine.sample.simulate import Plan, Run, run
from bankmine.sample.staffing import arranged, befallen, calibrated

STRONGER = 1.35
ATTEMPTS = 6
TOLERANCE = 0.25  # relative, of an effect that was asked for
FURTHEST = 6.0  # by which one attempt may differ from the one before
FEWEST_STRUCK = 50  # cases: fewer is not a problem of the bank's time, however long they take (definitions §3.5)
TOO_FEW = 0.8  # what a trial with fewer counts as, of the effect wanted: too weak


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted problem, the share it makes of what it is measured in, the seconds of cycle time that it costs a case on average, and
    the cases that it befell.
    """

    problem: Problem
    effect: float
    cost_s: float
    struck: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Trial:
    problem: Problem
    plan: Plan
    healthy: Run
    outcome: Run
    effect: float

    @property
    def struck(self) -> frozenset[int]:
        if self.problem.pattern not in OF_A_ROLE:
            return self.outcome.struck
        return frozenset(row.case for row in befallen(self.problem, self.outcome.rows))


def plant(plan: Plan, problems: Sequence[Problem], size: float, effects: Sequence[float | None]) -> tuple[Plan, Run, list[Planted]]:
    """The plan with the problems, its run, and what each problem makes beside the others.

    `effects`: the share that each is to make by itself, within a quarter of it or as near as it can be made; None: at least
    `size` times the least effect of its kind.
    """
    usual = run(plan)
    trials = [
        _weighing(plan, problem, usual, size) if effect is None else _near(plan, problem, usual, effect)
        for problem, effect in zip(problems, effects, strict=True)
    ]
    if len(trials) == 1:
        only = trials[0]
        return only.plan, only.outcome, [Planted(only.problem, only.effect, _cost(only.healthy, only.outcome), only.struck)]
    made = [trial.problem for trial in trials]
    heavy = plan
    for problem in made:
        heavy = calibrated(heavy, problem, run(heavy))
    together = heavy
    for problem in made:
        together = arranged(together, problem)
    outcome = run(together, *made)
    planted = []
    for k, trial in enumerate(trials):
        others = [problem for j, problem in enumerate(made) if j != k]
        without = heavy
        for problem in others:
            without = arranged(without, problem)
        healthy = run(without, *others)
        effect = effect_of(plan, trial.problem, healthy, outcome, trial.struck)
        planted.append(Planted(trial.problem, effect, _cost(healthy, outcome), trial.struck))
    return together, outcome, planted


def measured_in(pattern: str) -> str:
    """cycle_time, touch_time, overtaken or cases."""
    return MEASURED_IN.get(pattern, "cycle_time")


def apart(one: Problem, other: Problem, model: Model) -> bool:
    """Whether both can be told from each other: other people, other steps, and not both in who comes when."""

    def role(problem: Problem) -> str:
        task = model.tasks.get(problem.step)
        return problem.role or (task.role if task is not None else problem.step)

    return one.pattern != other.pattern and one.step != other.step and role(one) != role(other)


def effect_of(plan: Plan, problem: Problem, healthy: Run, outcome: Run, struck: frozenset[int]) -> float:
    """The share that the problem makes of what it is measured in, against a run without it."""
    kind = measured_in(problem.pattern)
    if kind == "cases":
        return _breaches(plan, outcome, problem, struck)
    if kind == "wasted":
        return sum(row.end - row.start for row in outcome.rows if row.case in struck and row.role in plan.model.roles) / outcome.touch
    if kind == "slighted":
        return sum(outcome.cycle[case] - healthy.cycle[case] for case in struck) / sum(outcome.cycle.values())
    if kind == "touch_time":
        return 1 - healthy.touch / outcome.touch
    total = sum(outcome.cycle.values())
    if kind == "overtaken":
        return _more(outcome.cycle, healthy.cycle) / total
    return 1 - sum(healthy.cycle.values()) / total


def _trial(plan: Plan, problem: Problem, usual: Run) -> _Trial:
    as_heavy = calibrated(plan, problem, usual)
    healthy = usual if as_heavy is plan else run(as_heavy)
    changed = arranged(as_heavy, problem)
    outcome = run(changed, problem)
    return _Trial(problem, changed, healthy, outcome, effect_of(plan, problem, healthy, outcome, outcome.struck))


def _weighing(plan: Plan, problem: Problem, usual: Run, size: float) -> _Trial:
    """Made stronger until it weighs enough."""
    least = LEAST_EFFECT[measured_in(problem.pattern)] * size
    trial = _trial(plan, problem, usual)
    for _ in range(ATTEMPTS - 1):
        if trial.effect >= least:
            break
        problem = problem.scaled(STRONGER)
        trial = _trial(plan, problem, usual)
    return trial


def _near(plan: Plan, drawn: Problem, usual: Run, effect: float) -> _Trial:
    """The trial nearest to the effect: secants between strength and effect, both on a logarithmic scale."""
    by, tried, best = 1.0, dict[float, float](), None
    for _ in range(ATTEMPTS):
        problem = drawn.scaled(by)
        if best is not None and problem == best.problem:
            break  # it can be made no nearer
        trial = _trial(plan, problem, usual)
        few = measured_in(problem.pattern) != "cases" and len(trial.struck) < FEWEST_STRUCK
        if best is None or (not few and _far(trial.effect, effect) < _far(best.effect, effect)):
            best = trial
        if not few and _far(trial.effect, effect) <= log(1 + TOLERANCE):
            break
        tried[by] = min(trial.effect, TOO_FEW * effect) if few else trial.effect
        by = _next(tried, by, effect)
    assert best is not None, "the first trial is one"
    return best


def _far(effect: float, wanted: float) -> float:
    return abs(log(max(effect, 1e-4) / wanted))


def _next(tried: Mapping[float, float], last: float, wanted: float) -> float:
    weaker = max((by for by, effect in tried.items() if effect < wanted), default=None)
    stronger = min((by for by, effect in tried.items() if effect >= wanted), default=None)
    if weaker is None or stronger is None or weaker >= stronger:
        return last * min(max(wanted / max(tried[last], 1e-4), 1 / FURTHEST), FURTHEST)
    low, high = log(max(tried[weaker], 1e-4)), log(tried[stronger])
    part = 0.5 if isclose(low, high) else min(max((log(wanted) - low) / (high - low), 0.1), 0.9)
    return exp(log(weaker) + part * (log(stronger) - log(weaker)))


def _cost(healthy: Run, outcome: Run) -> float:
    return (sum(outcome.cycle.values()) - sum(healthy.cycle.values())) / max(len(outcome.cycle), 1)


def _more(cycle: Mapping[int, int], usual: Mapping[int, int]) -> int:
    return sum(max(cycle[case] - seconds, 0) for case, seconds in usual.items())


def _breaches(plan: Plan, outcome: Run, problem: Problem, struck: frozenset[int]) -> float:
    """Share of cases with a breach among those that reached the step that it concerns."""
    step = plan.definition.step(problem.step)
    reached = problem.step if problem.pattern == "P22" or step is None or step.before is None else step.before
    cases = {row.case for row in outcome.rows if row.step == reached}
    return len(cases & struck) / max(len(cases), 1)
