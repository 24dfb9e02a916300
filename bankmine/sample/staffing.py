"""Problems of a role: the office as the problem has it, how much work that is, and where the problem shows most."""

from dataclasses import replace
from math import ceil
from types import MappingProxyType

import numpy as np

from bankmine.sample.arrivals import off_duty, peak
from bankmine.sample.models import Model
from bankmine.sample.office import DAY, OFFICE, Hours
from bankmine.sample.problems import OF_A_ROLE, SHORT_HOURS, Problem
from bankmine.sample.problems_layout import OF_LAYOUT, OF_WORK, laid_out
from bankmine.sample.simulate import Plan, Run
from bankmine.sample.waits import BATCHING, CLOSED, CONTENTION, PRIORITISATION
from bankmine.sample.world import Row

CAUSE = {"P08": CONTENTION, "P19": CONTENTION, "P09": CONTENTION, "P10": PRIORITISATION, "P11": BATCHING, "P12": CLOSED, "P13": CONTENTION}
SHORT_MINUTES = 9.0
STEADY = 0.4  # coefficient of variation of long work, which is begun only where it can be finished before closing
LONGEST_RUN = 150.0  # minutes of work: what takes longer one after another is done all at once


def arranged(plan: Plan, problem: Problem) -> Plan:
    """The plan as the problem has it: fewer people, other hours, another order of service, or other arrivals."""
    if problem.pattern == "P19":
        desk = replace(plan.desks[problem.role], order="first come")
        return replace(plan, desks={**plan.desks, problem.role: desk})
    if problem.pattern not in OF_A_ROLE:
        return plan
    desk, how = plan.desks[problem.role], problem.how
    if how in ("arrivals", "clock", "weekday", "month end"):
        moved, rng = _moved(plan, problem), plan.draws.stream("moved to")
        at = off_duty(plan.arrivals, moved, rng) if how == "arrivals" else peak(plan.arrivals, moved, how, problem.at, rng)
        return replace(plan, arrivals=at)
    if problem.pattern == "P08":
        desk = replace(desk, people=ceil(desk.people / 2))
    elif problem.pattern == "P09":
        assert problem.load is not None
        most = problem.strength / (problem.load * desk.people)
        desk = replace(desk, named=tuple(most + (1 - most) * k / (desk.people - 1) for k in range(desk.people - 1)))
    elif how == "last come":
        desk = replace(desk, order="last come")
    elif how == "favour":
        desk = replace(desk, order="favour", favoured=problem.share)
    elif problem.batching is not None:
        batching = problem.batching
        items = batching.size or plan.cases * DAY / plan.window * 7 / 5
        longer = items * plan.model.tasks[batching.step].minutes * plan.scale[batching.step] > LONGEST_RUN
        desk = replace(desk, batching=replace(batching, parallel=batching.parallel or longer))
    else:
        hours = Hours(how)
        desk = replace(desk, hours=hours, people=round(desk.people * OFFICE.a_week / hours.a_week))
    return replace(plan, desks={**plan.desks, problem.role: desk})


def calibrated(plan: Plan, problem: Problem, healthy: Run) -> Plan:
    """The plan with as much work as makes the load that the problem is to have, given a run of the plan without it.

    Where each case has its person it is the busiest person's load. The steps of a chain cut in pieces are short, the role's other
    steps longer for it. Nobody who is to come off duty comes to the branch.
    """
    if problem.pattern in OF_LAYOUT:
        layout = laid_out(plan.model.layout, problem, plan.model)
        plan = replace(plan, model=replace(plan.model, layout=layout))
    if problem.pattern in OF_WORK:
        return _longer(plan, problem, healthy)
    if problem.pattern == "P19":
        desk = replace(plan.desks[problem.role], order="segment")
        plan = replace(plan, desks={**plan.desks, problem.role: desk})
    if problem.pattern == "P05":
        return _cut_short(plan, problem, healthy)
    if problem.how == "arrivals":
        return replace(plan, in_branch=plan.in_branch & ~_moved(plan, problem))
    if problem.load is None:
        return plan
    desk = arranged(plan, problem).desks[problem.role]
    rows = [row for row in healthy.rows if row.role == problem.role and row.end <= plan.window]
    capacity, load = desk.capacity(plan.window), problem.load
    if desk.named:
        busiest = plan.shares("P09 desk") < desk.named[0]
        rows = [row for row in rows if busiest[row.case]]
        capacity, load = capacity / desk.people, problem.strength
    return plan.heavier(problem.role, load * capacity / sum(row.end - row.start for row in rows))


def _cut_short(plan: Plan, problem: Problem, healthy: Run) -> Plan:
    work = dict.fromkeys(plan.scale, 0)
    for row in healthy.rows:
        if row.role == problem.role and row.step in work:
            work[row.step] += row.end - row.start
    scale = dict(plan.scale)
    for step in problem.path:
        scale[step] = min(scale[step], SHORT_MINUTES / plan.model.tasks[step].minutes)
    spared = sum(work[step] * (1 - scale[step] / plan.scale[step]) for step in problem.path)
    others = [step for step, seconds in work.items() if seconds and step not in problem.path]
    by = 1 + spared / max(sum(work[step] for step in others), 1)
    return replace(plan, scale=scale | {step: scale[step] * by for step in others})


def _longer(plan: Plan, problem: Problem, healthy: Run) -> Plan:
    """The steps of `path` take as long as the problem says, and their roles have the people for it."""
    scale, desks, tasks = dict(plan.scale), dict(plan.desks), dict(plan.model.tasks)
    for step in problem.path:
        role = plan.model.tasks[step].role
        scale[step] = problem.strength / plan.model.tasks[step].minutes
        here = sum(row.end - row.start for row in healthy.rows if row.step == step)
        whole = sum(row.end - row.start for row in healthy.rows if row.role == role)
        by = 1 + here * (scale[step] / plan.scale[step] - 1) / max(whole, 1)
        desks[role] = replace(desks[role], people=max(ceil(desks[role].people * by), 2))
        tasks[step] = replace(tasks[step], cv=min(tasks[step].cv, STEADY))
    return replace(plan, scale=scale, desks=desks, model=replace(plan.model, tasks=MappingProxyType(tasks)))


def befallen(problem: Problem, rows: list[Row]) -> list[Row]:
    """The rows that waited for the cause of a role's problem, of those off duty the ones that came while the role was closed."""
    mine = [row for row in rows if row.role == problem.role and row.parts[CAUSE[problem.pattern]] > 0]
    if problem.pattern == "P11":
        return [row for row in mine if row.step == problem.step]
    if problem.pattern == "P12":
        hours = _hours(problem)
        return [row for row in mine if not hours.is_open(row.enabled)]
    return mine


def placed(problem: Problem, model: Model, rows: list[Row]) -> Problem:
    """The problem with the step at which it shows most."""
    if problem.step:
        return problem
    lost = dict.fromkeys((step for step, task in model.tasks.items() if task.role == problem.role), 0)
    hours = _hours(problem)
    for row in befallen(problem, rows):
        until_opening = min(hours.after(row.enabled, 0), row.start) - row.enabled
        lost[row.step] = lost.get(row.step, 0) + (until_opening if problem.pattern == "P12" else row.parts[CAUSE[problem.pattern]])
    return replace(problem, step=max(lost, key=lambda step: lost[step]))


def _hours(problem: Problem) -> Hours:
    return Hours(problem.how) if problem.how in SHORT_HOURS else OFFICE


def _moved(plan: Plan, problem: Problem) -> np.ndarray:
    """bool [cases]: those that come at another time."""
    return plan.shares("moved") < problem.share
