"""The tables of the evaluation, the lines that they are held against, and the plot of recall by size."""

import platform
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from scipy.stats import binom
from trials import PLANTED_CASES, Planted, Result

from bankmine.sample.plant import measured_in
from bankmine.stats.shares import wilson

FIRST, FIRST_THREE, OF_A_PATTERN, HEALTHY, BOTH = 0.90, 0.97, 0.80, 0.05, 0.90
GIVEN, DISCOVERED = 0.03, 0.08  # mean absolute error of cause shares
SIZES = {
    "time or effort": (0.0, 0.03, 0.045, 0.06, 0.08, 0.11, 0.16, 0.23, 1.0),
    "breaches": (0.0, 0.005, 0.01, 0.02, 0.035, 0.06, 1.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """How the evaluation was run; `tested`: the commit when it began."""

    share: float
    first_seed: int
    tested: str
    wall_s: float
    workers: int


def lowest(logs: int, rate: float, share: float) -> int:
    """The fewest hits with which the line counts as kept."""
    # 1e-9 against rounding: 0.9 * 80 is 72.00000000000001 in floating point.
    return int(binom.ppf(0.05, logs, rate)) if share < 1 else -int(-(rate * logs - 1e-9) // 1)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


def singles(results: Sequence[Result]) -> list[Result]:
    return [r for r in results if len(r.planted) == 1]


def first(planted: Planted) -> bool:
    return planted.rank == 1


def first_three(planted: Planted) -> bool:
    return planted.rank is not None and planted.rank <= 3


def rates(results: Sequence[Result], share: float) -> tuple[str, bool]:
    """First and first-three rates per pattern over the strong effects, and whether every line is kept."""
    rows, kept = [], True
    strong = [p for r in singles(results) for p in r.planted if p.strong]
    logs = Counter(r.planted[0].pattern for r in singles(results))

    def row(name: str, mine: Sequence[Planted], made: int, lines: Sequence[tuple[Callable[[Planted], bool], float]]) -> bool:
        good = all(sum(map(hit, mine)) >= lowest(len(mine), line, share) for hit, line in lines)
        effects = sorted(p.effect for p in mine)
        hits = [f"{n} ({n / len(mine):.0%})" if mine else "" for n in (sum(map(first, mine)), sum(map(first_three, mine)))]
        span = f"{effects[0]:.0%}-{effects[-1]:.0%}" if effects else ""
        rows.append((name, made, len(mine), span, *hits, "yes" if good else "**no**"))
        return good

    for pattern in sorted(logs):
        kept &= row(pattern, [p for p in strong if p.pattern == pattern], logs[pattern], [(first, OF_A_PATTERN)])
    kept &= row("all", strong, sum(logs.values()), [(first, FIRST), (first_three, FIRST_THREE)])
    return table(("pattern", "logs", "strong", "their effect", "first", "first three", "kept"), rows), kept


def by_size(results: Sequence[Result]) -> dict[str, list[tuple[float, float, int, int, int]]]:
    """Of each kind of effect: from, to, logs, first, first three, for the sizes that occur."""
    planted = [p for r in singles(results) for p in r.planted]
    found = {}
    for kind, limits in SIZES.items():
        of_kind = [p for p in planted if (measured_in(p.pattern) == "cases") == (kind == "breaches")]
        found[kind] = [
            (low, high, len(mine), sum(map(first, mine)), sum(map(first_three, mine)))
            for low, high in pairwise(limits)
            if (mine := [p for p in of_kind if low <= p.effect < high])
        ]
    return found


def size_table(results: Sequence[Result]) -> str:
    rows = [
        (kind, f"{low:.1%}-{high:.1%}", logs, f"{one} ({one / logs:.0%})", f"{three} ({three / logs:.0%})")
        for kind, sizes in by_size(results).items()
        for low, high, logs, one, three in sizes
    ]
    return table(("effect in", "size", "logs", "first", "first three"), rows)


def plot(results: Sequence[Result], to: Path) -> None:
    """Recall by size with 90 % Wilson intervals; the same results give the same bytes."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "bankmine"
    import matplotlib.pyplot as plt

    figure, both = plt.subplots(1, 2, figsize=(8.4, 3.6), sharey=True, layout="constrained")
    for axes, (kind, sizes) in zip(both, by_size(results).items(), strict=True):
        logs = [size[2] for size in sizes]
        for name, shape, found in (
            ("first", "o-", [size[3] for size in sizes]),
            ("in the first three", "s--", [size[4] for size in sizes]),
        ):
            shares = [hits / made for hits, made in zip(found, logs, strict=True)]
            ends = [wilson(hits, made) for hits, made in zip(found, logs, strict=True)]
            middle = [(max(low, high / 2) * min(high, 2 * max(low, high / 2))) ** 0.5 for low, high, *_ in sizes]
            spread = [
                [max(s - low, 0) for s, (low, _) in zip(shares, ends, strict=True)],
                [max(high - s, 0) for s, (_, high) in zip(shares, ends, strict=True)],
            ]
            axes.errorbar(middle, shares, yerr=spread, fmt=shape, capsize=3, label=name)
        axes.axvline(0.02 if kind == "breaches" else 0.08, color="grey", linestyle=":", label="the lines hold from here")
        axes.set(xscale="log", xlabel=f"share of {kind}, log scale", ylim=(-0.03, 1.03))
        ticks = [0.01, 0.02, 0.05, 0.1] if kind == "breaches" else [0.03, 0.05, 0.08, 0.15, 0.3]
        axes.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
        axes.minorticks_off()
    both[0].set_ylabel("share of logs in which it is found")
    both[0].legend()
    figure.savefig(to, metadata={"Date": None})
    plt.close(figure)


def pairs(results: Sequence[Result], share: float) -> tuple[str, bool]:
    """Logs with two problems: which were found, over those in which both are strong."""
    mine = [r for r in results if r.job.pair]
    strong = [r for r in mine if all(p.strong for p in r.planted)]
    both = sum(all(map(first_three, r.planted)) for r in strong)
    good = both >= lowest(len(strong), BOTH, share)
    missed = [
        (r.job.process, r.job.seed, *(f"{p.pattern} at {p.activity}: {p.effect:.1%}, rank {p.rank or 'none'}" for p in r.planted))
        for r in strong
        if not all(map(first_three, r.planted))
    ]
    said = (
        f"In {both} of {len(strong)} logs in which both problems are strong beside each other ({len(mine)} logs made) both stand among the "
        f"first three; wanted: {BOTH:.0%}; kept: {'yes' if good else '**no**'}."
    )
    return said + ("\n\n" + table(("process", "seed", "one", "other"), missed) if missed else ""), good


def confusion(results: Sequence[Result]) -> str:
    """What stands first, by what was planted; a right pattern at another activity has its own column."""

    def what(result: Result) -> str:
        if result.first is None:
            return "nothing"
        mine = result.planted[0] if result.planted else None
        return result.first[0] if mine is None or mine.pattern != result.first[0] or mine.rank == 1 else "other place"

    judged = [r for r in results if not r.job.pair and (not r.planted or r.planted[0].strong)]
    counts = Counter((r.planted[0].pattern if r.planted else "healthy", what(r)) for r in judged)
    columns = sorted({column for _, column in counts}, key=lambda c: (not c.startswith("P"), c))
    rows = [(planted, *(counts[planted, column] or "" for column in columns)) for planted in sorted({planted for planted, _ in counts})]
    return table(("planted", *columns), rows)


def misses(results: Sequence[Result]) -> str:
    """The logs behind every miss, so that each can be made again."""
    rows = []
    for r in results:
        mine = r.planted[0] if r.planted else None
        if r.job.pair or (not r.listed if mine is None else not mine.strong or mine.rank == 1):
            continue
        planted = ("healthy", "", "", "") if mine is None else (mine.pattern, mine.activity, f"{mine.effect:.1%}", mine.rank or "")
        log = (r.job.process, r.job.seed, r.job.cases, r.job.lang, "yes" if r.job.dirty else "")
        rows.append((planted[0], *log, *planted[1:], " at ".join(r.first) if r.first else "nothing"))
    header = ("planted", "process", "seed", "cases", "language", "dirty", "activity", "effect", "rank", "first instead")
    return table(header, rows) if rows else "None."


def cause_table(results: Sequence[Result]) -> tuple[str, bool]:
    """The error of the cause shares by what was planted, and whether both lines are kept over all logs."""
    judged = [r for r in results if r.given or r.discovered]

    def cells(mine: Sequence[Result]) -> tuple[str, ...]:
        steps = [[e for r in mine for e in getattr(r, how)] for how in ("given", "discovered")]
        spread = (f"{statistics.mean(s):.1%} ({statistics.quantiles(s, n=20)[-1]:.1%})" if len(s) > 1 else "" for s in steps)
        return (str(len(steps[0])), *spread)

    def name(result: Result) -> str:
        return result.planted[0].pattern if result.planted else "healthy"

    rows = [(planted, *cells([r for r in judged if name(r) == planted])) for planted in sorted({name(r) for r in judged})]
    kept = all(
        statistics.mean(e for r in judged for e in getattr(r, how)) <= line for how, line in (("given", GIVEN), ("discovered", DISCOVERED))
    )
    return table(("planted", "steps", "duty hours given", "found in the log"), [*rows, ("all", *cells(judged))]), kept


def page(results: Sequence[Result], run: Run) -> tuple[str, bool]:
    """The whole result as Markdown, and whether every line is kept."""
    healthy = [r for r in results if not r.planted]
    dirty = [r for r in healthy if r.job.dirty]
    spoken, of_dirty = (sum(r.listed > 0 for r in some) for some in (healthy, dirty))
    left_alone = len(healthy) - spoken >= lowest(len(healthy), 1 - HEALTHY, run.share)
    rate_table, found = rates(results, run.share)
    pair_text, both = pairs(results, run.share)
    causes, true = cause_table(results)
    generated, analysed = (statistics.median(getattr(r, name) for r in results) for name in ("generated_s", "analysed_s"))
    text = f"""# Evaluation

Planted problems and healthy banks, made by `bankmine.sample` and analysed without being told the process. Made by
`python benchmarks/evaluate.py --share {run.share:g} --first-seed {run.first_seed} --write`
at commit {run.tested}, Python {platform.python_version()}.

{len(singles(results))} logs with one planted problem and {len(results) - len(healthy) - len(singles(results))} with two,
{PLANTED_CASES} cases each; {len(healthy)} healthy ones, 300 to 5,000 cases. Seeds from {run.first_seed} on, half of the logs Chinese.
Median seconds: {generated:.2f} to make a log, {analysed:.2f} to read and analyse it; {run.wall_s:.0f} s in all, {run.workers} at a time.

## Is the planted problem found?

The planted pattern at the planted activity. The effect is the share of cycle time, staff time or cases that the problem makes, as counted
by the simulation itself in a run with it and one without; what is wanted is drawn evenly on a logarithmic scale from 3 to 30 % (breaches:
0.5 to 10 %), what is reached is what counts: some problems cannot be made that small. Strong: 8 % and more (breaches: 2 %). What the truth
names beforehand as also true is not counted when it stands before. Wanted of the strong: first in {FIRST:.0%}, among the first three
in {FIRST_THREE:.0%}, first in {OF_A_PATTERN:.0%} of each pattern's.

{rate_table}

## From what size on?

{size_table(results)}

![Share of logs in which the planted problem is found, by its size](recall.svg)

## Two problems at once

{pair_text}

## Is a healthy bank left alone?

{spoken} of {len(healthy)} healthy logs have a recommendation, {of_dirty} of them among the {len(dirty)} with dirty rows;
wanted: at most {HEALTHY:.0%}.

## Are the causes of waiting true?

Mean absolute error of the shares of the causes, per step that carries at least 5 % of the waiting, against what the simulation
wrote down for every item, over clean logs with at most one problem; in brackets what 95 % of the steps stay under. Wanted on average:
{GIVEN:.0%} and {DISCOVERED:.0%}.

{causes}

## What stands first

Of the logs with one strong problem, and the healthy ones.

{confusion(results)}

## Misses

{misses(results)}
"""
    return text, found and both and left_alone and true
