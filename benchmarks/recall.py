"""The self-test: what bankmine finds of what was planted, pattern by pattern, in a few minutes.

    python benchmarks/recall.py [--seeds 4] [--first-seed 7000] [--write]

Each pattern is planted on that many seeds, spread over its processes and both languages, to make 15 % of the time or effort (6 % of the
cases for breaches). Printed per pattern: the logs; in how many it stands first and among the first three at the right activity; in how
many something else stands in the list that the truth does not name; and in how many of those that state a gain the true saving
(cycle time in the run with the problem, less that without) lies between the lower end of the realistic interval and the upper end
of the one for the cause gone; and what part of the true saving the estimate for the cause gone is (median). The last row:
healthy logs. `--write` puts the table into the README.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from evaluation_page import table
from trials import PROCESSES, Job, made

import bankmine
from bankmine.advice.answer import Gain
from bankmine.sample import PROBLEMS
from bankmine.sample.plant import measured_in
from bankmine.settings import Settings

README = Path(__file__).parents[1] / "README.md"
MARKS = ("<!-- recall: begin -->", "<!-- recall: end -->")
CASES, EFFECT, BREACHES = 1000, 0.15, 0.06


@dataclass(frozen=True, slots=True)
class Trial:
    """`rank` of the planted problem; `false`: others in the list; `covered`: whether the gain holds the truth, `part`: the estimate
    if the cause vanished over the truth; both None without a gain in cycle time.
    """

    pattern: str
    rank: int | None
    false: int
    covered: bool | None
    part: float | None


def trial(job: Job) -> Trial:
    sample = made(job)
    declared = Settings.model_validate(dict(sample.truth.settings))
    analysis = bankmine.analyze(bankmine.read_log(sample.table), settings=declared)
    listed = analysis.recommendations
    if not job.patterns:
        return Trial("healthy", None, len(listed), None, None)
    problem = sample.truth.problems[0]
    right = [(code, problem.activity) for code in (problem.pattern, *problem.also_true)]
    places = [(r.pattern, r.activity) for r in listed]
    rank = places.index(right[0]) + 1 if right[0] in places else None
    gain = None if rank is None else listed[rank - 1].gain
    known = gain is not None and gain.upper is not None and problem.measured_in == "cycle_time"
    covered = _covers(gain, problem.cost_s) if gain is not None and known else None
    part = gain.upper.estimate / problem.cost_s if gain is not None and gain.upper is not None and known else None
    return Trial(problem.pattern, rank, sum(place not in right for place in places), covered, part)


def _covers(gain: Gain, truth_s: float) -> bool | None:
    low, high = gain.realistic.low if gain.realistic else None, gain.upper.high if gain.upper else None
    return None if low is None or high is None else low <= truth_s <= high


def jobs(seeds: int, first_seed: int) -> list[Job]:
    result = []
    for number, (pattern, processes) in enumerate(PROBLEMS.items()):
        effect = BREACHES if measured_in(pattern) == "cases" else EFFECT
        for k in range(seeds):
            process = processes[(number + k) % len(processes)]
            result.append(Job(process, first_seed + k, CASES, "zh" if (number + k) % 2 else "en", (pattern,), (effect,)))
    return result + [Job(PROCESSES[k % 4], first_seed + k, CASES, "zh" if k // 4 % 2 else "en") for k in range(5 * seeds)]


def rows(trials: Sequence[Trial]) -> list[tuple[object, ...]]:
    result: list[tuple[object, ...]] = []
    for pattern in sorted({t.pattern for t in trials}):
        mine = [t for t in trials if t.pattern == pattern]
        gains = [t.covered for t in mine if t.covered is not None]
        ranks = (
            ("", "") if pattern == "healthy" else (sum(t.rank == 1 for t in mine), sum(t.rank is not None and t.rank <= 3 for t in mine))
        )
        false = sum(t.false > 0 for t in mine)
        parts = [t.part for t in mine if t.part is not None]
        coverage = (f"{sum(gains)} of {len(gains)}" if gains else "", f"{median(parts):.0%}" if parts else "")
        result.append((pattern, len(mine), *ranks, false, *coverage))
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first-seed", type=int, default=7000)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    arguments = parser.parse_args()
    trials = [trial(job) for job in jobs(arguments.seeds, arguments.first_seed)]
    text = table(
        ("planted", "logs", "first", "in the first three", "logs with a false alarm", "gain holds the truth", "of the truth"), rows(trials)
    )
    print(text)
    if arguments.write:
        before, rest = README.read_text(encoding="utf-8").split(MARKS[0])
        README.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.split(MARKS[1])[1]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
