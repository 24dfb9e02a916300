"""The trials of the evaluation: which logs are made, and what the analysis says of each."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from cause_shares import errors, given

import bankmine
from bankmine.errors import UsageError
from bankmine.sample import PROBLEMS, Sample, generate
from bankmine.sample.plant import measured_in
from bankmine.settings import Settings

PLANTED_LOGS, LEAST_SEEDS = 600, 20
HEALTHY_LOGS, PAIR_LOGS = 300, 60
PLANTED_CASES, HEALTHY_CASES = 1000, (300, 5000)
DIRTY = 0.05
PROCESSES = ("deposit", "loan", "payment", "wealth")
TIME_EFFECTS, BREACHES = (0.03, 0.30), (0.005, 0.10)
STRONG_TIME, STRONG_BREACHES = 0.08, 0.02
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, fill the interval evenly however many are taken


@dataclass(frozen=True, slots=True)
class Job:
    """One log: `patterns` to plant, with the `effects` wanted; none for a healthy bank. `pair`: which two is drawn from the seed."""

    process: str
    seed: int
    cases: int
    lang: str
    patterns: tuple[str, ...] = ()
    effects: tuple[float, ...] = ()
    pair: bool = False
    dirty: float = 0.0


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted problem and its place in the list, not counting before it what is also true; None: it is not in the list."""

    pattern: str
    activity: str
    effect: float
    rank: int | None

    @property
    def strong(self) -> bool:
        return self.effect >= (STRONG_BREACHES if measured_in(self.pattern) == "cases" else STRONG_TIME)


@dataclass(frozen=True, slots=True)
class Result:
    """`first`: what stands first; `given`, `discovered`: the error of the cause shares of each step, with duty hours given and found."""

    job: Job
    planted: tuple[Planted, ...]
    first: tuple[str, str] | None
    listed: int
    generated_s: float
    analysed_s: float
    given: list[float]
    discovered: list[float]


def jobs(share: float, first_seed: int) -> list[Job]:
    """All logs of that share of the evaluation; effects and cases are spread evenly on a logarithmic scale."""
    codes = tuple(PROBLEMS)
    seeds = max(LEAST_SEEDS, -(-PLANTED_LOGS // len(codes)))
    wanted = max(1, round(seeds * share))
    result = []
    for number, pattern in enumerate(codes):
        processes = PROBLEMS[pattern]
        for k in range(wanted):
            part = (number + k + 1) * GOLDEN % 1
            limits = BREACHES if measured_in(pattern) == "cases" else TIME_EFFECTS
            lang = "zh" if (number + k // len(processes)) % 2 else "en"
            process = processes[(number + k) % len(processes)]
            result.append(Job(process, first_seed + k, PLANTED_CASES, lang, (pattern,), (between(limits, part),)))
    result += [
        Job(PROCESSES[k % 4], first_seed + k, PLANTED_CASES, "zh" if k // 4 % 2 else "en", pair=True)
        for k in range(max(1, round(PAIR_LOGS * share)))
    ]
    for k in range(max(1, round(HEALTHY_LOGS * share))):
        cases, dirty = round(between(HEALTHY_CASES, (k + 1) * GOLDEN % 1)), DIRTY if k % 3 == 0 else 0.0
        result.append(Job(PROCESSES[k % 4], first_seed + k, cases, "zh" if k // 4 % 2 else "en", dirty=dirty))
    return result


def between(limits: tuple[float, float], part: float) -> float:
    """That part of the way between two limits, on a logarithmic scale."""
    return limits[0] * (limits[1] / limits[0]) ** part


def made(job: Job) -> Sample:
    """The log of a job."""
    if job.pair:
        return next(_pairs(job))
    return generate(
        job.process,
        seed=job.seed,
        cases=job.cases,
        problem=job.patterns or None,
        effect=job.effects or None,
        lang="zh" if job.lang == "zh" else "en",
        healthy_faults=None if job.patterns else job.seed // 4 % 2 == 0,
        contractual=job.seed % 5 == 0,
        dirty=job.dirty,
    )


def _pairs(job: Job) -> Iterator[Sample]:
    """Logs with two strong problems, drawn until two can be told apart."""
    fit = [code for code, processes in PROBLEMS.items() if job.process in processes]
    for attempt in count():
        rng = np.random.default_rng([job.seed, attempt])
        patterns = [fit[k] for k in rng.choice(len(fit), size=2, replace=False)]
        strong = [
            between((STRONG_BREACHES, BREACHES[1]) if measured_in(p) == "cases" else (STRONG_TIME, TIME_EFFECTS[1]), rng.uniform(0.3, 1.0))
            for p in patterns
        ]
        try:
            yield generate(
                job.process, seed=job.seed, cases=job.cases, problem=patterns, effect=strong, lang="zh" if job.lang == "zh" else "en"
            )
        except UsageError as error:
            if error.code != "SAMPLE_PAIR":
                raise


def evaluate(job: Job) -> Result:
    """Makes the log, analyses it without being told the process, and looks the truth up in the list."""
    begin = time.perf_counter()
    sample = made(job)
    generated = time.perf_counter()
    log = bankmine.read_log(sample.table)
    declared = Settings.model_validate(dict(sample.truth.settings))
    analysis = bankmine.analyze(log, settings=declared)
    found = [(r.pattern, r.activity) for r in analysis.recommendations]
    done = time.perf_counter()
    problems = sample.truth.problems
    also = {(code, problem.activity) for problem in problems for code in problem.also_true}
    others = {(problem.pattern, problem.activity) for problem in problems}
    counted = [item for item in found if item not in also or item in others]
    judged = not job.dirty and not job.pair
    return Result(
        job,
        tuple(
            Planted(p.pattern, p.activity, p.effect, counted.index(at) + 1 if (at := (p.pattern, p.activity)) in counted else None)
            for p in problems
        ),
        counted[0] if counted else None,
        len(found),
        generated - begin,
        done - generated,
        errors(sample, bankmine.analyze(log, settings=given(sample))) if judged else [],
        errors(sample, analysis) if judged else [],
    )
