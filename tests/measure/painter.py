"""Waiting causes painted second by second, from the sentences of definitions §1.12 and from nothing else."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

CAUSES = ("batching", "contention", "prioritisation", "closed", "absent", "customer", "system", "unexplained")


@dataclass
class Job:
    """One row of a random log, in whole seconds. `who`: customer, system, or a person's name; `asks`, `answers`, `enquiry`: what
    the step is; `enabler`: index of the row that made it possible, None = the case itself; `ready`: its enablement.
    """

    case: str
    step: str
    start: int
    end: int
    who: str
    asks: bool = False
    answers: bool = False
    enquiry: bool = False
    enabler: "Job | None" = None
    ready: int = 0


def paint(jobs: list[Job], opening: np.ndarray, duty: dict[str, np.ndarray]) -> list[dict[str, int]]:
    """For each job the seconds by cause. `opening` bool [seconds]: the office is open; `duty`: each person's own time.

    `jobs` of one case stand in their order (end, start, as given).
    """
    horizon = len(opening)
    batch_of = batches(jobs, duty)
    answers_are_known = any(job.answers for job in jobs)  # else nobody can tell until when the customer was waited for
    painted = []
    for job in jobs:
        colour = np.full(horizon, "", dtype=object)
        free = np.zeros(horizon, dtype=bool)
        free[job.ready : job.start] = True

        def put(cause: str, where: np.ndarray, colour: np.ndarray = colour, free: np.ndarray = free) -> None:
            colour[where & free] = cause
            free[where & free] = False

        second = np.arange(horizon)
        own_case = [other for other in jobs if other.case == job.case]
        ready = job.ready
        if job.enabler is not None and job.enabler.asks and answers_are_known:
            later = own_case[own_case.index(job.enabler) + 1 :]
            came = next((other.start for other in later if other.answers), job.start)
            put("customer", second < came)
            ready = min(max(came, job.ready), job.start)
        if job.who == "customer" or job.enquiry:
            put("customer", free.copy())
        members = batch_of.get(id(job))
        if members is not None:
            complete, first = max(m.ready for m in members), min(m.start for m in members)
            put("batching", second < complete)
            put("batching", (second >= first) & duty.get(job.who, np.ones(horizon, dtype=bool)))
            ready = min(max(ready, complete), job.start)
        if job.who == "system":
            put("system", free.copy())
        if free.any():
            put("absent", ~duty[job.who] & opening)
            put("closed", ~duty[job.who])
            earlier, later = np.zeros(horizon, dtype=bool), np.zeros(horizon, dtype=bool)
            for other in jobs:
                if other is not job and other.who == job.who:
                    (earlier if other.ready <= ready else later)[other.start : other.end] = True
            put("contention", earlier)
            put("prioritisation", later)
            asked = None
            for other in own_case:
                if other.asks and asked is None:
                    asked = other.end
                elif other.answers and asked is not None:
                    put("customer", (second >= asked) & (second < other.start))
                    asked = None
            if asked is not None and answers_are_known:
                put("customer", second >= asked)
        put("unexplained", free.copy())
        painted.append({cause: int((colour == cause).sum()) for cause in CAUSES})
    return painted


def batches(jobs: list[Job], duty: dict[str, np.ndarray]) -> dict[int, list[Job]]:
    """The batch of each job that is in one: runs of one step by one person or system, put together before they began.

    Done at once, they are a batch. Else their person must have had time for the first of them, and a rule must say when they begin.
    """
    runs: list[list[Job]] = []
    by_kind: dict[tuple[str, str], list[Job]] = defaultdict(list)
    for job in jobs:
        if job.who != "customer" and not job.enquiry:
            by_kind[job.who, job.step].append(job)
    items: dict[str, int] = defaultdict(int)
    for (who, step), mine in by_kind.items():
        items[step] += len(mine)
        run: list[Job] = []
        for job in sorted(mine, key=lambda j: j.start):
            if run and job.ready <= run[0].start and on_duty_between(duty.get(who), max(j.end for j in run), job.start) <= 1800:
                run.append(job)
                continue
            runs.append(run)
            run = [job]
        runs.append(run)
    found: dict[str, list[list[Job]]] = defaultdict(list)
    for run in runs:
        if len(run) < 2:
            continue
        who = run[0].who
        at_once = len({(j.start, j.end) for j in run}) == 1
        if not at_once:
            if who == "system":
                continue
            busy = np.zeros(len(duty[who]), dtype=bool)
            for job in jobs:
                if job.who == who:
                    busy[job.start : job.end] = True
            stretch = slice(min(j.ready for j in run), run[0].start)
            idle, on = int((duty[who][stretch] & ~busy[stretch]).sum()), int(duty[who][stretch].sum())
            if not (idle > 1800 and idle >= 0.2 * on):
                continue
        found[run[0].step].append(run)
    result: dict[int, list[Job]] = {}
    for step, of_step in found.items():
        habit = sum(len(run) for run in of_step) >= 0.2 * items[step] and begins_by_rule(of_step)
        result |= {id(job): run for run in of_step if habit or len({(j.start, j.end) for j in run}) == 1 for job in run}
    return result


def on_duty_between(duty: np.ndarray | None, begin: int, end: int) -> int:
    """Seconds of duty between two moments, negative where the second is earlier; a system is always on duty."""
    if duty is None:
        return end - begin
    return int(duty[begin:end].sum()) if end >= begin else -int(duty[end:begin].sum())


def begins_by_rule(runs: list[list[Job]]) -> bool:
    """At least five runs. By size: 80 % of the items are in runs of one size, three or more. By the clock: 80 % of the runs begin in
    one or two hours of the day in which fewer than 60 % of the items become ready. All is on one Monday, so no weekday is a rule.
    """
    if len(runs) < 5:
        return False
    sizes = [len(run) for run in runs for _ in run]
    for size in set(sizes):
        if size >= 3 and sizes.count(size) >= 0.8 * len(sizes):
            return True
    begins = sorted(run[0].start for run in runs)
    hours: list[int] = []
    left = list(begins)
    while len(left) > 0.2 * len(begins) + 1e-9 and len(hours) < 2:
        counts = [sum(s <= t <= s + 3600 for t in left) for s in left]
        hours.append(left[counts.index(max(counts))])
        left = [t for t in left if not hours[-1] <= t <= hours[-1] + 3600]
    inside = sum(any(h <= t <= h + 3600 for h in hours) for t in begins)
    ready = [job.ready for run in runs for job in run]
    anyway = sum(any(h <= t <= h + 3600 for h in hours) for t in ready)
    return inside >= 0.8 * len(begins) and anyway < 0.6 * len(ready)
