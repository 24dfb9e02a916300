"""Whether `compare` calls planted changes right: python benchmarks/before_after.py [--seeds N] [--first-seed N] [--write]

--write puts the table into docs/before_after.md.
"""

import argparse
import multiprocessing
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from written import write

import bankmine as bm
from bankmine.log.filters import keep_cases
from bankmine.measure.attributes import attributes, case_values
from bankmine.sample import generate
from bankmine.sample.problems import PROBLEMS
from bankmine.track.evaluation import Verdict

ABOUT = """
One office for each seed: the first half of its cases is before, the second after. A problem is in the one half or in the other, in both
the same (nothing has changed), or in neither while the mix of the second half is another. The truth of a change is the mean cycle time of
the half with the problem against that of the same half without it, from the generator's own two runs.
"""
PROCESSES = ("deposit", "loan", "payment", "wealth")
# Problems that change the time of cases and not only the effort.
PATTERNS = ("P01", "P02", "P05", "P07", "P09", "P11", "P13", "P15", "P25", "P26")
EFFECTS = (0.1, 0.2)
SIDE = 3_000
BANDS = {"20 %": (0.15, 0.30), "10 %": (0.07, 0.13)}


def halves(process: str, seed: int, pattern: str | None = None, effect: float | None = None) -> list[bm.EventLog]:
    """The first and the second half of a log's cases by when they began."""
    log = bm.read_log(generate(process, seed=seed, cases=2 * SIDE, problem=pattern, effect=effect).table)
    first = np.zeros(log.cases, dtype=bool)
    first[np.argsort(log.case_start, kind="stable")[: log.cases // 2]] = True
    return [keep_cases(log, side, "half") for side in (first, ~first)]


def other_mix(log: bm.EventLog, seed: int) -> bm.EventLog:
    """Of the cases of one value of an attribute a third is kept, of the others all: of the attribute whose values differ most in time."""
    cycle = log.case_end - log.case_start
    best = (0.0, "", 0)
    for name in attributes(log):
        codes, values = case_values(log, name)
        for code in range(len(values)):
            if 0.1 < (codes == code).mean() < 0.9:
                gap = abs(float(np.log(cycle[codes == code].mean() / cycle[codes != code].mean())))
                best = max(best, (gap, name, code))
    codes = case_values(log, best[1])[0]
    chance = np.random.default_rng(seed).random(log.cases)
    return keep_cases(log, (codes != best[2]) | (chance < 1 / 3), "mix")


def pairs(seed: int) -> Iterator[tuple[str, str, float, bm.EventLog, bm.EventLog]]:
    """Kind, pattern, true ratio, before, after."""
    process = PROCESSES[seed % len(PROCESSES)]
    fit = [pattern for pattern in PATTERNS if process in PROBLEMS[pattern]]
    pattern = fit[seed // len(PROCESSES) % len(fit)]
    healthy = halves(process, seed)
    yield "nothing", "", 1.0, healthy[0], healthy[1]
    yield "mix", "", 1.0, healthy[0], other_mix(healthy[1], seed)
    for effect in EFFECTS:
        planted = halves(process, seed, pattern, effect)
        mean = [[float((log.case_end - log.case_start).mean()) for log in sides] for sides in (healthy, planted)]
        yield "worse", pattern, mean[1][1] / mean[0][1], healthy[0], planted[1]
        yield "better", pattern, mean[0][0] / mean[1][0], planted[0], healthy[1]


def runs(seed: int) -> list[tuple[str, str, float, Verdict, float, float, float]]:
    found = []
    for kind, pattern, true, before, after in pairs(seed):
        effect = bm.compare(bm.analyze(before, twin="off"), bm.analyze(after, twin="off"))
        change = None if effect.effect is None else effect.effect.ruling
        ends = (float("nan"),) * 3 if change is None else (change.ratio, change.low, change.high)
        found.append((kind, pattern, true, effect.verdict, *ends))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=41_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    with multiprocessing.Pool(2) as pool:
        found = [run for each in pool.imap_unordered(runs, seeds) for run in each]
    groups: dict[str, list[tuple[float, str, float, float, float]]] = defaultdict(list)
    for kind, _, true, verdict, ratio, low, high in found:
        size = abs(1 - true) if kind in ("nothing", "mix") else abs(np.log(true))
        name = {"nothing": "nothing changed", "mix": "only the mix changed"}.get(kind)
        if name is None:
            name = next((f"changes of {band}" for band, (least, most) in BANDS.items() if least <= size <= most), "other changes")
        groups[name].append((true, verdict, ratio, low, high))
    lines = [
        "| what happened | runs | called right | wrong direction | no difference shown | truth in the 90 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("nothing changed", "only the mix changed", "changes of 20 %", "changes of 10 %", "other changes"):
        rows = groups[name]
        right = (
            sum(v == ("better" if true < 1 else "worse") for true, v, *_ in rows) if "change" in name and "changed" not in name else None
        )
        wrong = (
            sum(v == ("worse" if true < 1 else "better") for true, v, *_ in rows)
            if right is not None
            else sum(v in ("better", "worse") for _, v, *_ in rows)
        )
        none = sum(v == "no_difference_shown" for _, v, *_ in rows)
        inside = sum(low <= true <= high for true, _, _, low, high in rows)
        lines.append(f"| {name} | {len(rows)} | {'' if right is None else right} | {wrong} | {none} | {inside} |")
    table = "\n".join(lines)
    print(table)
    if given.write:
        command = f"python benchmarks/before_after.py --seeds {given.seeds} --first-seed {given.first_seed} --write"
        write("before_after", "Before and after: planted changes", command, ABOUT, table)


if __name__ == "__main__":
    main()
