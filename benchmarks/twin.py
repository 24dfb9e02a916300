"""How true the twin's forecasts are, and how long they take.

    python benchmarks/twin.py [--seeds 2] [--first-seed 600] [--speed 100000] [--write]

Problems that a change undoes are planted on that many seeds in each process, at 6, 12 and 20 % in turn; the log is analysed, the truth's
remedy is simulated, and what it saves is held against what the problem cost in the generator's own run without it. Printed by pattern:
logs; in how many the 90 % interval holds the truth; the median relative error; the median width of the interval over the truth; in how
many the twin says that it can be used. P10 sets off what some gain against what others lose: its true gain is about nothing, so only
its interval is judged. Last: the errors with which unchanged plays of healthy logs foretell the waits of the last 30 % of the weeks.

`--speed`: so many cases are played once, on one core. `--write` puts all of it into docs/twin.md.
"""

import argparse
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
from evaluation_page import table

import bankmine
from bankmine.sample import PROBLEMS, generate
from bankmine.twin.changes import Demand
from bankmine.twin.office import Office
from bankmine.twin.queues import play

DOCS = Path(__file__).parents[1] / "docs"
PATTERNS = ("P01", "P02", "P04", "P08", "P09", "P10", "P11", "P12", "P25", "P29")
EFFECTS = (0.06, 0.12, 0.20)
CASES = 1000


@dataclass(frozen=True, slots=True)
class Trial:
    pattern: str
    true_s: float
    saved_s: float
    low_s: float
    high_s: float
    usable: bool

    @property
    def holds(self) -> bool:
        return self.low_s <= self.true_s <= self.high_s


def trials(seeds: int, first_seed: int) -> list[Trial]:
    found = []
    for pattern in PATTERNS:
        for k in range(seeds):
            for process in PROBLEMS[pattern]:
                sample = generate(process, seed=first_seed + k, cases=CASES, problem=pattern, effect=EFFECTS[k % 3])
                truth = sample.truth.problems[0]
                if not truth.remedy:
                    continue
                forecast = bankmine.analyze(bankmine.read_log(sample.table)).simulate(*truth.remedy)
                assert forecast.low_s is not None and forecast.high_s is not None, "the logs are longer than 12 weeks"
                found.append(Trial(pattern, truth.cost_s, forecast.saved_s, forecast.low_s, forecast.high_s, forecast.usable))
    return found


def errors(seeds: int, first_seed: int) -> np.ndarray:
    """Relative errors of the steps that carry at least a tenth of the recomputed waiting of healthy logs."""
    result = []
    for k in range(seeds):
        for process in ("deposit", "loan", "payment", "wealth"):
            fit = bankmine.analyze(bankmine.read_log(generate(process, seed=first_seed + k, cases=CASES).table)).twin.fit
            waited = fit.observed_s * fit.items
            result += fit.error[waited > 0.1 * np.nansum(waited)].tolist()
    return np.array(result)


def rows(found: list[Trial]) -> list[tuple[object, ...]]:
    result: list[tuple[object, ...]] = []
    for pattern in (*PATTERNS, "all"):
        mine = [t for t in found if pattern in (t.pattern, "all")]
        sized = [t for t in mine if t.pattern != "P10"]
        if not mine:
            continue
        off = f"{median(abs(t.saved_s / t.true_s - 1) for t in sized):.0%}" if sized else ""
        width = f"{median((t.high_s - t.low_s) / abs(t.true_s) for t in sized):.2f}" if sized else ""
        holds = sum(t.holds for t in mine)
        result.append((pattern, len(mine), f"{holds} ({holds / len(mine):.0%})", off, width, sum(t.usable for t in mine)))
    return result


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
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=600)
    parser.add_argument("--speed", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help="write docs/twin.md")
    arguments = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    head = ("planted", "logs", "interval holds the truth", "median error", "median width / truth", "usable")
    off = errors(arguments.seeds, arguments.first_seed)
    made = f"`python benchmarks/twin.py --seeds {arguments.seeds} --first-seed {arguments.first_seed} --write` at commit `{commit}`"
    what = f"Made by {made}: {CASES:,} cases a log, 90 % intervals. What undoing a planted problem saves, in the twin and "
    what += "in the generator's own run."
    close = f"at most 10 % in {(off <= 0.10).mean():.0%} of them, largest {off.max():.0%}"
    weeks = f"Unchanged play of healthy logs, {len(off)} steps with at least a tenth of the recomputed waiting each: mean wait of "
    weeks += f"the last 30 % of the weeks off by {np.median(off):.1%} (median), {close}."
    truth = table(head, rows(trials(arguments.seeds, arguments.first_seed)))
    text = "\n\n".join(("# The twin against the truth", what, truth, weeks, speed(arguments.speed)))
    print(text)
    if arguments.write:
        (DOCS / "twin.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
