"""How true the twin's forecasts are, and how long they take.

    python benchmarks/twin.py [--seeds 4] [--first-seed 600] [--speed 100000] [--write]

Problems that a change undoes are planted on that many seeds in each process, at 6, 12 and 20 % in turn, half of them in an office that is
not as the twin takes it to be: demand that grows, clerks who are not equally quick, work that the log does not hold, the last that came
first. The log is analysed, the truth's remedy is simulated (P03, P13, P20, P30, which no words say: the remedy of the pattern's finding;
P12 without one, whose customers come at other times, is left out), and what it saves is held against what the problem cost in the
generator's own run without it. Printed by pattern and by office: logs; in how many the 90 % interval holds the truth; the median
relative error; the median width of the interval over the truth; in how many the twin says that it can be used. P10 sets off what some gain
against what others lose: its true gain is about nothing, so only its interval is judged.

Then, on healthy logs of the same offices: changes that save nothing (one queue where there is one, work picked up at once where none
lies), and how often the interval excludes nothing; and the errors with which unchanged plays foretell the waits of the last 30 % of the
weeks.

`--speed`: so many cases are played once, on one core. `--write` puts all of it into docs/twin.md.
"""

import argparse
import multiprocessing
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import get_args

import numpy as np
from evaluation_page import table

import bankmine
from bankmine.sample import PROBLEMS, generate
from bankmine.sample.simulate import Unlike
from bankmine.twin.changes import Change, Demand, Order, PickedUp
from bankmine.twin.office import Office
from bankmine.twin.queues import play

DOCS = Path(__file__).parents[1] / "docs"
PATTERNS = ("P01", "P02", "P03", "P04", "P08", "P09", "P10", "P11", "P12", "P13", "P20", "P25", "P29", "P30")
BY_FINDING = ("P03", "P13", "P20", "P30")
PROCESSES = ("deposit", "loan", "payment", "wealth")
UNLIKE: tuple[Unlike, ...] = get_args(Unlike)
EFFECTS = (0.06, 0.12, 0.20)
CASES = 1000
WORKERS = 2
FEWEST = 100  # items of a step whose work is picked up


@dataclass(frozen=True, slots=True)
class Job:
    """`pattern`: planted; "" for a healthy bank. `unlike`: what the office is like that the twin does not model."""

    pattern: str
    process: str
    seed: int
    effect: float
    unlike: Unlike | None


@dataclass(frozen=True, slots=True)
class Trial:
    job: Job
    true_s: float
    saved_s: float
    low_s: float
    high_s: float
    usable: bool

    @property
    def holds(self) -> bool:
        return self.low_s <= self.true_s <= self.high_s


@dataclass(frozen=True, slots=True)
class Healthy:
    """Of a healthy bank: whether each interval of a change that saves nothing excludes nothing, and the relative errors of the steps that
    carry at least a tenth of the recomputed waiting.
    """

    unlike: Unlike | None
    excluded: list[bool]
    errors: list[float]


def jobs(seeds: int, first_seed: int) -> list[Job]:
    found = []
    for pattern in PATTERNS:
        for k in range(seeds):
            for process in PROBLEMS[pattern]:
                number = len(found)
                unlike = UNLIKE[number // 2 % len(UNLIKE)] if number % 2 else None
                found.append(Job(pattern, process, first_seed + k, EFFECTS[k % len(EFFECTS)], unlike))
    offices = (None, *UNLIKE)
    return found + [
        Job("", process, first_seed + k, 0.0, offices[(k + number) % len(offices)])
        for k in range(seeds)
        for number, process in enumerate(PROCESSES)
    ]


def tried(job: Job) -> Trial | Healthy | None:
    """None where the truth has no remedy and the problem was not found."""
    if not job.pattern:
        return _healthy(job)
    sample = generate(job.process, seed=job.seed, cases=CASES, problem=job.pattern, effect=job.effect, unlike=job.unlike)
    truth = sample.truth.problems[0]
    analysis = bankmine.analyze(bankmine.read_log(sample.table))
    changes: list[str | Change] = list(truth.remedy)
    if not changes and job.pattern in BY_FINDING:
        found = next((c for c in analysis.candidates if c.pattern.code == job.pattern), None)
        changes += () if found is None else found.pattern.remedy(analysis.facts, found.finding)
    if not changes:
        return None
    forecast = analysis.simulate(*changes)
    assert forecast.low_s is not None and forecast.high_s is not None, "the logs are longer than 12 weeks"
    return Trial(job, truth.cost_s, forecast.saved_s, forecast.low_s, forecast.high_s, forecast.usable)


def _healthy(job: Job) -> Healthy:
    sample = generate(job.process, seed=job.seed, cases=CASES, unlike=job.unlike)
    twin = bankmine.analyze(bankmine.read_log(sample.table)).twin
    office, fit = twin.office, twin.fit
    items = np.bincount(office.activity[office.queued], minlength=len(office.names))
    orders = [Order(role) for role, desk in enumerate(office.desks) if len(desk.people) > 1]
    picked = [PickedUp(activity) for activity in np.flatnonzero(items >= FEWEST).tolist()]
    excluded = []
    for change in (*orders, *picked):
        trial = twin.trial([change])
        assert trial.low_s is not None and trial.high_s is not None, "the logs are longer than 12 weeks"
        excluded.append(not trial.low_s <= 0 <= trial.high_s)
    waited = fit.observed_s * fit.items
    return Healthy(job.unlike, excluded, fit.error[waited > 0.1 * np.nansum(waited)].tolist())


def row(name: str, mine: list[Trial]) -> tuple[object, ...]:
    sized = [t for t in mine if t.job.pattern != "P10"]
    off = f"{median(abs(t.saved_s / t.true_s - 1) for t in sized):.0%}" if sized else ""
    width = f"{median((t.high_s - t.low_s) / abs(t.true_s) for t in sized):.2f}" if sized else ""
    holds = sum(t.holds for t in mine)
    return (name, len(mine), f"{holds} ({holds / len(mine):.0%})", off, width, sum(t.usable for t in mine))


def rows(found: list[Trial]) -> list[tuple[object, ...]]:
    groups = [(pattern, [t for t in found if t.job.pattern == pattern]) for pattern in PATTERNS]
    groups += [(f"office: {name or 'as the twin takes it'}", [t for t in found if t.job.unlike == name]) for name in (None, *UNLIKE)]
    groups += [("all", found), ("all usable", [t for t in found if t.usable])]
    return [row(name, mine) for name, mine in groups if mine]


def speed(cases: int) -> str:
    """The play of a loan log that is widened to that many cases, and to as many people."""
    facts = bankmine.analyze(bankmine.read_log(generate("loan", seed=1, cases=4000).table)).facts
    office = Office.of(facts)
    by = cases / facts.cases
    wide = Demand(by).apply(office, facts)
    for role, desk in enumerate(wide.desks):
        people = tuple(office.people[each] for each in desk.people for _ in range(round(by)))
        wide = replace(wide, people=(*wide.people, *people))
        wide = wide.with_desk(role, people=tuple(range(len(wide.people) - len(people), len(wide.people))))
    begin = time.process_time()
    play(wide)
    took = time.process_time() - begin
    return f"{cases:,} cases with {len(wide.case):,} instances, {int(wide.queued.sum()):,} of them queued: {took:.1f} s on one core."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first-seed", type=int, default=600)
    parser.add_argument("--speed", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help="write docs/twin.md")
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    head = ("planted", "logs", "interval holds the truth", "median error", "median width / truth", "usable")
    # Fresh interpreters: a forked one would inherit the locks of polars' threads.
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        results = list(pool.map(tried, jobs(arguments.seeds, arguments.first_seed), chunksize=2))
    trials, healthy = [r for r in results if isinstance(r, Trial)], [r for r in results if isinstance(r, Healthy)]
    off = np.array([error for each in healthy for error in each.errors if each.unlike is None])
    excluded = [hit for each in healthy for hit in each.excluded]
    made = f"`python benchmarks/twin.py --seeds {arguments.seeds} --first-seed {arguments.first_seed} --write` at commit `{commit}`"
    what = f"Made by {made}: {CASES:,} cases a log, 90 % intervals. What undoing a planted problem saves, in the twin and "
    what += "in the generator's own run; half of the logs come from an office that is not as the twin takes it to be."
    nothing = f"Changes that save nothing, on {len(healthy)} healthy logs: the interval excludes nothing in {sum(excluded)} of "
    nothing += f"{len(excluded)} ({np.mean(excluded):.1%})."
    close = f"at most 10 % in {(off <= 0.10).mean():.0%} of them, largest {off.max():.0%}"
    weeks = f"Unchanged play of healthy logs of an office as the twin takes it, {len(off)} steps with at least a tenth of the recomputed "
    weeks += f"waiting each: mean wait of the last 30 % of the weeks off by {np.median(off):.1%} (median), {close}."
    text = "\n\n".join(("# The twin against the truth", what, table(head, rows(trials)), nothing, weeks, speed(arguments.speed)))
    print(text)
    if arguments.write:
        (DOCS / "twin.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
