"""What `check` tells of spoilt event logs: each imperfection pattern in 5 % of the events, cases or labels, and 20 clean logs.

    python benchmarks/imperfections.py [--seeds 10] [--first-seed 91000] [--cases 600] [--only NAME] [--write]

For each contamination (benchmarks/contaminations.py) that many logs, spread over the four processes and both languages; every third
has completions only. Printed: what part of what was touched is told (recall), and what part of what is told was touched (precision),
over all logs together and in the worst log. `--write` puts the table into docs/imperfections.md.
"""

import argparse
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import polars as pl
from contaminations import ACTIVITY, CASE, CODES, CONTAMINATIONS, HIT, START, Contamination
from evaluation_page import table as as_table
from trials import PROCESSES
from written import write

import bankmine
from bankmine.log import notes, quality
from bankmine.log import rows as log_rows
from bankmine.sample import generate

ABOUT = """
Logs of `bankmine sample`, spoilt by `benchmarks/contaminations.py`, read and asked for their data quality. Told: the rows, cases or
labels behind the findings with the codes of the pattern. Touched: those that the contamination changed. The rules were made on seeds below
10000; these are others. What cannot be had: a wrong date that leaves the order of events as it was shows only where the file's own order
does (a file in order of case loses a part, one sorted by its wrong times most); a clock off by an hour or three shows in such a file
neither in the order nor in the hours worked. A form counts from three activities on: in files to the minute two often share one instant.
"""
CLEAN = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many were touched, told, and both; in one log."""

    touched: int
    told: int
    both: int


@contextmanager
def all_examples() -> Generator[None]:
    """Findings with every place as an example, so that they can be counted."""
    modules, before = (quality, notes, log_rows), quality.EXAMPLES_SHOWN
    for module in modules:
        module.EXAMPLES_SHOWN = sys.maxsize // 2
    try:
        yield
    finally:
        for module in modules:
            module.EXAMPLES_SHOWN = before


def clean(number: int, seed: int, cases: int) -> pl.DataFrame:
    """A healthy log."""
    return generate(PROCESSES[number % 4], seed=seed, cases=cases, lang="zh" if number // 4 % 2 else "en").table


def findings(table: pl.DataFrame, only_ends: bool) -> dict[str, quality.QualityFinding]:
    frame = table.drop(HIT, strict=False)
    if only_ends:
        frame = frame.drop(table.columns[START])
    log = bankmine.read_log(frame, max_reject_share=0.5)
    return {found.code: found for found in bankmine.analyze(log).quality}


def outcome(how: Contamination, number: int, seed: int, cases: int) -> Outcome:
    table = clean(number, seed, cases)
    table = how.spoil(table, np.random.default_rng([seed, 5]))
    found = findings(table, number % 3 == 2)
    lines = {example.line for code in how.codes if code in found for example in found[code].examples}
    told = table.with_row_index("row").with_columns(pl.col("row").is_in([line - 2 for line in lines if line]).alias("told"))
    if how.unit in ("cases", "events of cases"):
        # A finding shows one row of each case.
        told = told.with_columns(pl.col("told").any().over(table.columns[CASE]).alias("told"))
    if how.unit == "cases":
        told = told.group_by(table.columns[CASE]).agg(pl.col(HIT).any(), pl.col("told").any())
    elif how.unit == "labels":
        told = told.group_by(table.columns[ACTIVITY]).agg(pl.col(HIT).any(), pl.col("told").any())
    elif how.unit == "pairs of labels":
        # A pair is told by either of its names; all touched rows are of one pair.
        pair = pl.when(pl.col(HIT)).then(pl.lit("")).otherwise(pl.col(table.columns[ACTIVITY]))
        told = told.group_by(pair.alias("pair")).agg(pl.col(HIT).any(), pl.col("told").any())
    return Outcome(int(told[HIT].sum()), int(told["told"].sum()), told.filter(pl.col(HIT) & pl.col("told")).height)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def row(how: Contamination, outcomes: list[Outcome]) -> tuple[object, ...]:
    touched, told, both = (sum(getattr(each, name) for each in outcomes) for name in ("touched", "told", "both"))
    worst = min(each.both / each.touched for each in outcomes if each.touched)
    wrong = min((each.both / each.told for each in outcomes if each.told), default=None)
    return (
        how.name,
        ", ".join(how.codes),
        how.unit,
        len(outcomes),
        touched,
        share(both, touched),
        f"{worst:.3f}",
        share(both, told),
        "–" if wrong is None else f"{wrong:.3f}",
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=91000)
    parser.add_argument("--cases", type=int, default=600)
    parser.add_argument("--only", default="", help="contaminations whose name holds this")
    parser.add_argument("--write", action="store_true", help="write docs/imperfections.md")
    arguments = parser.parse_args()
    rows = []
    with all_examples():
        for place, how in enumerate(CONTAMINATIONS):
            if arguments.only in how.name:
                first = arguments.first_seed + 100 * place
                rows.append(row(how, [outcome(how, k, first + k, arguments.cases) for k in range(arguments.seeds)]))
                print(*rows[-1], sep=" | ", flush=True)
    told = [
        (number, code)
        for number in range(CLEAN)
        for code in findings(clean(number, arguments.first_seed + 5000 + number, arguments.cases), number % 3 == 2)
        if code in CODES
    ]
    print("clean logs with a finding:", told)
    heads = ("pattern", "codes", "unit", "logs", "touched", "recall", "worst log", "precision", "worst log")
    text = as_table(heads, rows) + f"\n\nClean logs: {len({number for number, _ in told})} of {CLEAN} with a finding of these codes."
    if arguments.write:
        write("imperfections", "Imperfect event logs", "python benchmarks/imperfections.py --write", ABOUT, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
