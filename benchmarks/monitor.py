"""How quiet the board of control charts is, and how soon it finds a step: python benchmarks/monitor.py [--logs N] [--first-seed N]
[--write]

--write puts the table into docs/monitor.md.
"""

import argparse
import multiprocessing

import numpy as np
from written import write

import bankmine as bm
from bankmine.sample import generate
from bankmine.stats.control import WATCH, control_chart, limit
from bankmine.track.monitor import Board

ABOUT = """
Quiet: healthy logs of about a year from the generator, a board each, and boards of independent normal weeks. Soon: series of 60 normal
weeks that rise by two (and three) of their standard deviations in week 30 and stay there, on a board of so many charts.
"""
PROCESSES = ("deposit", "loan", "payment", "wealth")
CASES, WEEKS, STEP_WEEK, SERIES, BOARDS = 4_200, 60, 29, 1_000, 100


def board(seed: int) -> tuple[int, int, int]:
    """Charts, charts with an alarm, shifts of flow of a healthy log."""
    log = bm.read_log(generate(PROCESSES[seed % len(PROCESSES)], seed=seed, cases=CASES).table)
    found = Board.of(bm.analyze(log, twin="off"))
    return len(found.charts), sum(bool(chart.control.alarms) for chart in found.charts), len(found.flow)


def soon(charts: int, size: float) -> list[float]:
    """Shares of the series found by weeks 33, 35, 38 and 45, and marked to be watched by week 33."""
    rng = np.random.default_rng(1)
    first, watched = [], []
    for _ in range(SERIES):
        values = rng.standard_normal(WEEKS) + size * (np.arange(WEEKS) >= STEP_WEEK)
        chart = control_chart(values, charts)
        first.append(next((week for week in chart.alarms if week >= STEP_WEEK), WEEKS))
        watched.append(float(np.nanmax(np.abs(chart.level[STEP_WEEK : STEP_WEEK + 4]))) > WATCH)
    return [*(float(np.mean(np.array(first) < week)) for week in (33, 35, 38, 45)), float(np.mean(watched))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=51_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with multiprocessing.Pool(2) as pool:
        boards = pool.map(board, range(given.first_seed, given.first_seed + given.logs))
    quiet = sum(alarms == 0 for _, alarms, _ in boards)
    rng = np.random.default_rng(2)
    healthy = (
        f"Healthy logs: {quiet} of {len(boards)} boards without an alarm ({np.mean([c for c, _, _ in boards]):.0f} charts on average); "
        f"{sum(f > 0 for _, _, f in boards)} with a shift of flow."
    )
    lines = [
        healthy,
        "",
        "| charts | limit | stable boards quiet for 60 weeks | step | found by week 33 | 35 | 38 | 45 | watched by week 33 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for charts in (1, 5, 20):
        calm = np.mean([not any(control_chart(rng.standard_normal(WEEKS), charts).alarms for _ in range(charts)) for _ in range(BOARDS)])
        for size in (2.0, 3.0):
            found = " | ".join(f"{share:.0%}" for share in soon(charts, size))
            lines.append(f"| {charts} | {limit(charts):.2f} | {calm:.0%} | {size:g} σ | {found} |")
    table = "\n".join(lines)
    print(table)
    if given.write:
        command = f"python benchmarks/monitor.py --logs {given.logs} --first-seed {given.first_seed} --write"
        write("monitor", "Control charts: how quiet, how soon", command, ABOUT, table)


if __name__ == "__main__":
    main()
