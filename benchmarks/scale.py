"""What a log in parts costs, by its size, and what follows for a cluster: python benchmarks/scale.py [--rows N,N] [--memory SIZE]
[--again SIZE] [--spark ROWS] [--slope RUNS] [--write]

--again analyses the largest log once more, in parts for another memory, --spark a log of so many rows on Spark on this machine; both have
to tell what the other run told. --slope analyses logs in one piece, with report, so many times. --write puts the tables into docs/scale.md.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from speed import IMPORTED
from written import write

ABOUT = """
The generated logs of benchmarks/speed.py as Parquet, analysed with `analyze --memory SIZE --json`: in one piece where the log fits, in
parts where it does not. A process of its own each; CPU seconds are those of both cores together, and count where other work ran on
the machine; peak is that of the resident memory (on Spark, of the driver). Cases, paths, times, waits, causes and rework of the JSON are
compared: "equal" where another number of parts or Spark tells exactly the same. Everything is exact in any number of parts, quantiles too
(decision 0015): nothing is approximate but the plan below, which carries the largest run over.
"""
SPARK = """
## From these figures to a cluster

An executor does what one core does here: the CPU seconds are those of the passes, whose kernels are the same (`scale/passes.py`). What
Spark adds for shuffling and Arrow is not in them; a half is allowed for it. It has not been measured on a cluster. A row goes over the
network twice: as it was read, to its case, and as an instance, to its person.

{plan}

The driver holds counts: cells of quantiles ({cells} for each arc or activity at most), roles by people by activities, and the distinct
variants; it is sized by variants ({variants:,} in {rows:,} rows here, {per_variant} bytes each, taken to grow as the rows) and people.

What limits: a person is never cut, so the heaviest person has to fit into one executor ({person} bytes a row); what machines do is cut
by activity. A CSV is read by one task; logs of that size should be Parquet. The window's rows are held on the driver. With `--survey` so
are the answers, with what became of their cases, and nine bytes for each closed case.
"""
SLOPE = """
## In one piece, with report

`analyze --report` on the same logs, the sizes by turns; the time of a row is that beyond what ten thousand rows take. Its slope is
{slope:+.0f} % from {few:,} to {many:,} rows. Without `keep_freed` (`scale/memory.py`) ten million rows took 117 and 120 s on that machine,
36 of its processor seconds in the system, which cleared the same pages again and again.

| rows | runs | seconds, median | from | to | µs a row | peak GB |
|---|---|---|---|---|---|---|
{table}
"""
SIZES = (10_000, 1_000_000, 10_000_000)
COMPARED = ("log", "process", "cycle_time", "waiting", "waiting_by_arc", "dfg", "rework", "variants")
BYTES_READ, BYTES_INSTANCE, BYTES_A_PERSONS_ROW, BYTES_A_VARIANT, CELLS = 90, 150, 900, 400, 10_000


def made(rows: int, folder: Path) -> Path:
    """Where a generated log is, but for its suffix."""
    place = folder / f"{rows}"
    if not place.with_suffix(".parquet").exists():
        # By a process of its own: a child's peak memory begins with that of the process which started it.
        subprocess.run([sys.executable, "-c", f"{IMPORTED}; speed.make({rows}, speed.Path({str(place)!r}))"], check=True)
        place.with_suffix(".csv").unlink()
    return place


def slope(runs: int, folder: Path) -> str:
    """What a whole analysis takes by its rows."""
    seconds: dict[int, list[float]] = {rows: [] for rows in SIZES}
    peak = dict.fromkeys(SIZES, 0.0)
    for _ in range(runs):
        for rows in SIZES:
            command = ["analyze", f"{made(rows, folder)}.parquet", "--report", str(folder / "out.html"), "-q"]
            begin = time.perf_counter()
            process = subprocess.Popen([sys.executable, "-m", "bankmine", *command], stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            if status:
                raise RuntimeError(f"{rows} rows: status {status}")
            seconds[rows].append(time.perf_counter() - begin)
            peak[rows] = max(peak[rows], used.ru_maxrss / 1e6)
    few, *more = SIZES
    fixed = median(seconds[few])
    a_row = {rows: (median(seconds[rows]) - fixed) / (rows - few) * 1e6 for rows in more}
    lines = []
    for rows, took in seconds.items():
        own = f"{a_row[rows]:.1f}" if rows in a_row else ""
        lines.append(f"| {rows:,} | {runs} | {median(took):.1f} | {min(took):.1f} | {max(took):.1f} | {own} | {peak[rows]:.2f} |")
    return SLOPE.format(slope=100 * (a_row[more[-1]] / a_row[more[0]] - 1), few=more[0], many=more[-1], table="\n".join(lines))


def run(rows: int, memory: str, folder: Path, *options: str) -> dict[str, float]:
    """One analysis in a process of its own; `equal` where an earlier one of the same log told the same."""
    place, out = made(rows, folder), folder / "out.json"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    code = (
        "import sys, resource; from bankmine.cli.main import main; status = main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); raise SystemExit(status)"
    )
    command = [sys.executable, "-c", code, "analyze", f"{place}.parquet", "--memory", memory, "--json", str(out), "-q", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    document = json.loads(out.read_bytes())
    told = hashlib.sha256(json.dumps([document[key] for key in COMPARED]).encode()).hexdigest()
    known = place.with_suffix(".told")
    equal = known.exists()
    if equal and known.read_text() != told:
        raise RuntimeError(f"{rows} rows with {memory} {options}: not what the run before told")
    known.write_text(told)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "rows": rows,
        "wall": wall,
        "cpu": cpu,
        "peak": int(done.stderr.split()[-1]) / 1e6,
        "variants": document["log"]["variants"],
        "parts": int(re.findall(r"in (\d+) parts", done.stdout)[0]) if document["schema"] == "bankmine.parts/1" else 1,
        "spark": "spark" in options,
        "equal": equal,
    }


def plan(seconds_a_row: float, variants_a_row: float) -> str:
    """Executors, bytes and driver for two sizes."""
    lines = ["| events | core hours | executors of 4 cores for 2 h | shuffled | driver |", "|---|---|---|---|---|"]
    for events in (10**9, 10**11):
        hours = 1.5 * seconds_a_row * events / 3600
        shuffled = events * (BYTES_READ + BYTES_INSTANCE) / 1e12
        driver = 4 + variants_a_row * events * BYTES_A_VARIANT / 1e9
        lines.append(f"| {events:,} | {hours:,.0f} | {max(hours / 8, 1):,.0f} | {shuffled:.2f} TB | {driver:,.0f} GB |")
    return "\n".join(lines)


def main() -> None:
    """Runs and tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000,1000000,10000000")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--again")
    parser.add_argument("--spark", type=int)
    parser.add_argument("--slope", type=int)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = [int(rows) for rows in asked.rows.split(",")]
        found = [run(rows, asked.memory, Path(folder)) for rows in sizes]
        more = [run(sizes[-1], asked.again, Path(folder))] if asked.again else []
        more += [run(asked.spark, asked.memory, Path(folder), "--engine", "spark")] if asked.spark else []
        whole = slope(asked.slope, Path(folder)) if asked.slope else ""
    lines = [
        "| rows | analysed | seconds | CPU seconds | CPU µs a row | variants | CPU ms a variant | peak GB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in [*found, *more]:
        way = "in one piece" if one["parts"] == 1 else f"in {one['parts']} parts" + (" on Spark" if one["spark"] else "")
        way += ", equal" if one["equal"] else ""
        a_row, a_variant = one["cpu"] / one["rows"] * 1e6, one["cpu"] / one["variants"] * 1e3
        # What Spark's own processes take is not in those of this one's children.
        cpu = "| | | " if one["spark"] else f"| {one['cpu']:.1f} | {a_row:.1f} | "
        variant = "" if one["spark"] else f"{a_variant:.2f} "
        lines.append(f"| {one['rows']:,} | {way} | {one['wall']:.1f} {cpu}{one['variants']:,} | {variant}| {one['peak']:.2f} |")
    last = found[-1]
    further = SPARK.format(
        plan=plan(last["cpu"] / last["rows"], last["variants"] / last["rows"]),
        cells=f"{CELLS:,}",
        variants=int(last["variants"]),
        rows=int(last["rows"]),
        per_variant=BYTES_A_VARIANT,
        person=BYTES_A_PERSONS_ROW,
    )
    table = "\n".join(lines) + f"\n\nPython {platform.python_version()}, --memory {asked.memory}.\n" + whole + further
    print(table)
    if asked.write:
        slopes = f" --slope {asked.slope}" if asked.slope else ""
        command = f"python benchmarks/scale.py --rows {asked.rows} --memory {asked.memory}{slopes} --write"
        write("scale", "Logs larger than memory", command, ABOUT, table)


if __name__ == "__main__":
    main()
