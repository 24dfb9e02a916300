"""How long a log takes beside other tools, as ratios with peak memory: python benchmarks/speed.py [--rows N,N] [--runs N] [--write]

--write puts table and picture into docs/performance.md. DuckDB and Rust4PM are run where they are installed; --tools names some.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from written import write

ABOUT = """
Seeded logs like a bank's loans, in time order and unsorted by case, one completion a row, five columns, as CSV and Parquet. The same
work by each: directly-follows graph with count, mean, median and 90th percentile of the times between, first and last activities,
variants with their cases, events and cases of each activity, mean, median, 90th and 95th percentile of case durations. Each run is a
process of its own, imports and all, the tools by turns; the answers are compared before any time counts. bankmine besides checks
every cell, places each row (file and line), reads the resource and the amount too, and finds out columns and process, for that is
what reading a log means to it. "Read, code, sort" is the least that such an analysis can take with Polars: it reads the three columns,
puts the names into categories, orders the rows by case and stops; "all" does so with the five columns that bankmine reads. Rust4PM has
no times between and no durations, pm4py no 90th percentile; the rest of their answers is compared.

![seconds by rows, both axes logarithmic](performance.svg)
"""
ACTIVITIES = (
    "Submit application",
    "Register",
    "Check completeness",
    "Request documents",
    "Documents received",
    "Credit bureau check",
    "Assess risk",
    "Underwrite",
    "Approve",
    "Send offer",
    "Sign contract",
    "Disburse",
)
REWORK, LATE = 0.18, 0.02  # of the steps go back; of the waits are ten times as long
CASE, ACTIVITY, TIME, RESOURCE, AMOUNT = "case_id", "activity", "timestamp", "resource", "amount"
SHARES = (0.5, 0.9, 0.95)
SLOW_S = 20
PIECE = 10_000_000
IMPORTED = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import speed"


def make(rows: int, place: Path) -> None:
    """PLACE.csv and PLACE.parquet; names and texts are made by pieces, for which 100 M rows leave no room."""
    rng = np.random.default_rng(7)
    cases = rows // 13 + 50
    step, clock = np.zeros(cases, dtype=np.int64), rng.integers(0, 2 * 365 * 86_400, cases)
    parts = []
    alive = np.arange(cases)
    while len(alive):
        parts.append((alive.copy(), step[alive].copy(), clock[alive].copy()))
        back = (rng.random(len(alive)) < REWORK) & (step[alive] > 1)
        step[alive] += np.where(back, -rng.integers(1, 3, len(alive)), 1)
        wait = np.exp(rng.normal(8.0, 1.4, len(alive))) * np.where(rng.random(len(alive)) < LATE, 10, 1)
        clock[alive] += wait.astype(np.int64) * (rng.random(len(alive)) < 0.9)
        alive = alive[step[alive] < len(ACTIVITIES)]
    case, activity, when = (np.concatenate(each)[: 2 * rows] for each in zip(*parts, strict=True))
    order = np.argsort(when, kind="stable")[:rows]
    case, activity, when = case[order], activity[order], when[order]
    number, amount = rng.permutation(cases), np.round(rng.lognormal(9.5, 0.8, cases), 2)
    pieces = [place.with_suffix(f".{begin}.parquet") for begin in range(0, rows, PIECE)]
    for piece, begin in zip(pieces, range(0, rows, PIECE), strict=True):
        of, steps, times = (column[begin : begin + PIECE] for column in (case, activity, when))
        pl.DataFrame(
            {
                CASE: pl.Series(number[of]).cast(pl.String).str.zfill(9),
                ACTIVITY: pl.Series(ACTIVITIES).gather(steps),
                TIME: pl.Series((times + 1_672_531_200) * 1_000_000).cast(pl.Datetime("us")),
                RESOURCE: pl.Series(steps * 9 + number[of] % 9).cast(pl.String),
                AMOUNT: pl.Series(amount[number[of]]),
            }
        ).write_parquet(piece)
    whole = pl.scan_parquet(pieces)
    whole.sink_parquet(place.with_suffix(".parquet"))
    whole.sink_csv(place.with_suffix(".csv"), datetime_format="%Y-%m-%d %H:%M:%S")
    for piece in pieces:
        piece.unlink()


def answer(  # rows come as each tool has them
    arcs: Iterable[Any],
    first: Iterable[Any],
    last: Iterable[Any],
    variants: Iterable[Any],
    activities: Iterable[Any],
    durations: Iterable[Any],
) -> dict[str, Any]:
    """The same form for every tool; seconds to the millisecond, variants by how many cases they have."""
    rounded = [[a, b, int(n), *(round(float(v), 3) for v in rest)] for a, b, n, *rest in arcs]
    return {
        "arcs": sorted(rounded),
        "first": sorted([a, int(n)] for a, n in first),
        "last": sorted([a, int(n)] for a, n in last),
        "variants": sorted((int(n) for n in variants), reverse=True),
        "activities": sorted([a, int(n), int(c)] for a, n, c in activities),
        "durations": [round(float(v), 3) for v in durations],
    }


def by_bankmine(file: str) -> dict[str, Any]:
    import bankmine as bm

    analysis = bm.analyze(bm.read_log(file))
    graph, variants, log, cycle = analysis.dfg, analysis.variants, analysis.log, analysis.cycle_time
    name = log.activities
    arcs = [
        (name[a], name[b], *rest)
        for a, b, *rest in zip(graph.source, graph.target, graph.count, graph.mean_s, graph.median_s, graph.p90_s, strict=True)
    ]
    first, last = ([(name[k], n) for k, n in enumerate(count) if n] for count in (graph.start_count, graph.end_count))
    occurs = np.zeros((log.cases, len(name)), dtype=bool)
    occurs[log.case, log.activity] = True
    activities = zip(name, graph.frequency, occurs.sum(axis=0), strict=True)
    return answer(arcs, first, last, variants.count, activities, (cycle.mean_s, cycle.median_s, cycle.p90_s, cycle.p95_s))


def by_polars(file: str) -> dict[str, Any]:
    """With categories, its quickest way."""
    c = pl.col
    if file.endswith(".csv"):
        lazy = pl.scan_csv(file, schema_overrides={CASE: pl.String, TIME: pl.String, RESOURCE: pl.String}).with_columns(
            c(TIME).str.to_datetime("%Y-%m-%d %H:%M:%S")
        )
    else:
        lazy = pl.scan_parquet(file)
    frame = lazy.select(CASE, ACTIVITY, TIME).with_columns(c(CASE, ACTIVITY).cast(pl.Categorical)).collect()
    frame = frame.with_columns(k=c(CASE).to_physical(), a=c(ACTIVITY).to_physical().cast(pl.UInt16)).sort("k", TIME, maintain_order=True)
    names = dict(frame.select("a", c(ACTIVITY).cast(pl.String)).unique().iter_rows())
    same = c("k") == c("k").shift(1)
    frame = frame.select("k", "a", TIME).with_columns(
        before=pl.when(same).then(c("a").shift(1)), wait=pl.when(same).then((c(TIME) - c(TIME).shift(1)).dt.total_microseconds() / 1e6)
    )
    waits = [c("wait").mean().alias("mean"), *(c("wait").quantile(q, "linear").alias(str(q)) for q in SHARES[:2])]
    arcs = frame.filter(c("before").is_not_null()).group_by("before", "a").agg(pl.len(), *waits)
    cases = frame.group_by("k", maintain_order=True).agg(
        c("a").alias("way"), ((c(TIME).last() - c(TIME).first()).dt.total_microseconds() / 1e6).alias("took")
    )
    first = frame.filter(c("before").is_null()).group_by("a").len()
    last = frame.filter((c("k") != c("k").shift(-1)).fill_null(value=True)).group_by("a").len()
    activities = frame.group_by("a").agg(pl.len(), c("k").n_unique())
    took = cases["took"]
    return answer(
        [(names[a], names[b], *rest) for a, b, *rest in arcs.iter_rows()],
        [(names[a], n) for a, n in first.iter_rows()],
        [(names[a], n) for a, n in last.iter_rows()],
        cases.group_by("way").len()["len"].to_list(),
        [(names[a], n, k) for a, n, k in activities.iter_rows()],
        (took.mean(), *(took.quantile(q, "linear") for q in SHARES)),
    )


def by_nothing(file: str, columns: tuple[str, ...] = (CASE, ACTIVITY, TIME)) -> None:
    """What any analysis with Polars begins with."""
    c = pl.col
    lazy = (
        pl.scan_csv(file, schema_overrides={CASE: pl.String, TIME: pl.String, RESOURCE: pl.String})
        if file.endswith(".csv")
        else pl.scan_parquet(file)
    )
    if file.endswith(".csv"):
        lazy = lazy.with_columns(c(TIME).str.to_datetime("%Y-%m-%d %H:%M:%S"))
    names = [column for column in columns if column in (CASE, ACTIVITY, RESOURCE)]
    frame = lazy.select(columns).with_columns(c(names).cast(pl.Categorical)).collect()
    frame.with_columns(k=c(CASE).to_physical()).sort("k", maintain_order=True)


def by_nothing_more(file: str) -> None:
    """The same for all columns that bankmine reads."""
    by_nothing(file, (CASE, ACTIVITY, TIME, RESOURCE, AMOUNT))


def by_rust4pm(file: str) -> dict[str, Any]:
    """Its functions for what it has; no times between, no durations."""
    r4pm = import_module("r4pm")
    lazy = pl.scan_csv(file, schema_overrides={CASE: pl.String}, try_parse_dates=True) if file.endswith(".csv") else pl.scan_parquet(file)
    frame = lazy.select(
        c.alias(key)
        for c, key in ((pl.col(CASE), "case:concept:name"), (pl.col(ACTIVITY), "concept:name"), (pl.col(TIME), "time:timestamp"))
    ).with_columns(pl.col("time:timestamp").dt.replace_time_zone("UTC"))
    item = r4pm.import_item_from_df("EventLog", frame.collect())
    graph = r4pm.bindings.discover_dfg(item)
    found = r4pm.bindings.get_variants(r4pm.convert_item(item, "EventLogActivityProjection"))
    ways = [(each.get("activities") or each.get("variant") or each["trace"], int(each["count"])) for each in found]
    ends = [Counter[str](), Counter[str]()]
    for way, count in ways:
        for end, activity in zip(ends, (way[0], way[-1]), strict=True):
            end[activity] += count
    arcs = [(*arc, int(n), 0, 0, 0) for arc, n, *_ in graph["directly_follows_relations"]]
    return answer(arcs, ends[0].items(), ends[1].items(), [n for _, n in ways], [], [])


def by_pandas(file: str) -> dict[str, Any]:
    import pandas as pd

    columns = [CASE, ACTIVITY, TIME]
    frame = (
        pd.read_csv(file, usecols=columns, dtype={CASE: "string"}, parse_dates=[TIME])
        if file.endswith(".csv")
        else pd.read_parquet(file, columns=columns)
    )
    frame = frame.sort_values([CASE, TIME], kind="stable")
    by_case = frame.groupby(CASE, sort=False)
    frame["before"], frame["wait"] = by_case[ACTIVITY].shift(1), by_case[TIME].diff().dt.total_seconds()
    arcs = frame.dropna(subset=["before"]).groupby(["before", ACTIVITY], observed=True)["wait"]
    table = pd.concat([arcs.count(), arcs.mean(), arcs.quantile(0.5), arcs.quantile(0.9)], axis=1).reset_index()
    ways = by_case[ACTIVITY].agg(tuple).value_counts()
    took = (by_case[TIME].last() - by_case[TIME].first()).dt.total_seconds()
    activities = frame.groupby(ACTIVITY, observed=True)[CASE].agg(["size", "nunique"]).reset_index()
    return answer(
        table.itertuples(index=False),
        by_case[ACTIVITY].first().value_counts().items(),
        by_case[ACTIVITY].last().value_counts().items(),
        ways.tolist(),
        activities.itertuples(index=False),
        (took.mean(), *took.quantile(list(SHARES))),
    )


def by_duckdb(file: str) -> dict[str, Any]:
    con = import_module("duckdb").connect()
    con.execute("set threads = 2")
    source = f"read_csv('{file}', types = {{'{CASE}': 'VARCHAR', '{TIME}': 'TIMESTAMP'}})" if file.endswith(".csv") else f"'{file}'"
    before, after, since = (f"{f}({c}) over w" for f, c in (("lag", ACTIVITY), ("lead", ACTIVITY), ("lag", TIME)))
    rows = f"select {CASE}, {ACTIVITY}, {TIME}, row_number() over () r from {source}"
    con.execute(
        f"create table e as select *, {before} b, {after} n, epoch_us({TIME}) / 1e6 - epoch_us({since}) / 1e6 d "
        f"from ({rows}) window w as (partition by {CASE} order by {TIME}, r)"
    )
    arcs = con.execute(
        f"select b, {ACTIVITY}, count(*), avg(d), quantile_cont(d, 0.5), quantile_cont(d, 0.9) from e where b is not null group by all"
    ).fetchall()
    first, last = (con.execute(f"select {ACTIVITY}, count(*) from e where {side} is null group by all").fetchall() for side in "bn")
    took = f"(epoch_us(max({TIME})) - epoch_us(min({TIME}))) / 1e6"
    con.execute(f"create table c as select string_agg({ACTIVITY}, '|' order by {TIME}, r) way, {took} took from ({rows}) group by {CASE}")
    variants = [n for (n,) in con.execute("select count(*) from c group by way").fetchall()]
    activities = con.execute(f"select {ACTIVITY}, count(*), count(distinct {CASE}) from e group by all").fetchall()
    quantiles = ", ".join(f"quantile_cont(took, {q})" for q in SHARES)
    durations = con.execute(f"select avg(took), {quantiles} from c").fetchone()
    return answer(arcs, first, last, variants, activities, durations)


def by_pm4py(file: str) -> dict[str, Any]:
    """As its documentation shows; medians and the like by pandas, which it has none of."""
    import pandas as pd
    import pm4py

    frame = pd.read_csv(file, dtype={CASE: "string"}) if file.endswith(".csv") else pd.read_parquet(file)
    frame[TIME] = pd.to_datetime(frame[TIME])
    log = pm4py.format_dataframe(frame, case_id=CASE, activity_key=ACTIVITY, timestamp_key=TIME)
    performance, first, last = pm4py.discover_performance_dfg(log)
    graph, _, _ = pm4py.discover_dfg(log)
    variants = pm4py.get_variants(log)
    took = pd.Series(pm4py.get_all_case_durations(log))
    activities = log.groupby("concept:name")["case:concept:name"].agg(["size", "nunique"]).reset_index()
    arcs = [(a, b, n, performance[a, b]["mean"], performance[a, b]["median"], float("nan")) for (a, b), n in graph.items()]
    return answer(
        arcs,
        first.items(),
        last.items(),
        variants.values(),
        activities.itertuples(index=False),
        (took.mean(), *took.quantile(list(SHARES))),
    )


TOOLS = {
    "bankmine": by_bankmine,
    "read, code, sort": by_nothing,
    "read, code, sort all": by_nothing_more,
    "Polars, categories": by_polars,
    "DuckDB": by_duckdb,
    "Rust4PM": by_rust4pm,
    "pandas": by_pandas,
    "pm4py": by_pm4py,
}
OPTIONAL = {"DuckDB": "duckdb", "Rust4PM": "r4pm"}
LACKS = {"pm4py": ("p90",), "Rust4PM": ("times", "activities", "durations"), "read, code, sort": ("all",), "read, code, sort all": ("all",)}


@dataclass(frozen=True)
class Run:
    """What a process took: wall clock and processor, in seconds, and peak memory in gigabytes."""

    seconds: float
    processor: float
    peak: float


def one(tool: str, file: str) -> tuple[Run, dict[str, Any]]:
    """A process of its own, and its answer."""
    code = f"{IMPORTED}; speed.report({tool!r}, {file!r})"
    # Libraries are compiled when they are installed; a checkout compiles itself at its first run.
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**around, "POLARS_MAX_THREADS": "2"}
    )
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{tool}: {done.stderr[-800:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return Run(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, told["peak"]), told["answer"]


def report(tool: str, file: str) -> None:
    found = TOOLS[tool](file)
    print(json.dumps({"answer": found, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))


def comparable(found: dict[str, Any] | None, lacks: tuple[str, ...]) -> str:
    """The answer without what a tool does not have, as text; times to a hundredth, which the last bit of a sum does not turn."""
    if found is None or "all" in lacks:
        return ""
    width = 3 if "times" in lacks else 5 if "p90" in lacks else 6
    arcs = [[*row[:3], *(f"{value:.1f}" for value in row[3:width])] for row in found["arcs"]]
    kept = {key: value for key, value in found.items() if key not in lacks}
    return json.dumps({**kept, "arcs": arcs, "durations": [f"{value:.1f}" for value in kept.get("durations", [])]})


def measured(file: Path, tools: list[str], runs: int) -> dict[str, Run]:
    """The medians of each tool's runs, by turns; the slow ones run once. Raises RuntimeError where the answers differ."""
    taken: dict[str, list[Run]] = {tool: [] for tool in tools}
    reference = None
    for number in range(runs):
        for tool in tools:
            if number and min(run.seconds for run in taken[tool]) > SLOW_S:
                continue
            run, found = one(tool, str(file))
            reference = reference or found
            lacks = LACKS.get(tool, ())
            if comparable(reference, lacks) != comparable(found, lacks):
                raise RuntimeError(f"{tool} answers otherwise: {comparable(reference, lacks)[:300]} / {comparable(found, lacks)[:300]}")
            taken[tool].append(run)
    return {tool: Run(*(statistics.median(each) for each in zip(*map(astuple, of_tool), strict=True))) for tool, of_tool in taken.items()}


def picture(found: dict[tuple[int, str], dict[str, Run]]) -> None:
    """docs/performance.svg: seconds by rows from Parquet."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    sizes = sorted({rows for rows, kind in found if kind == "parquet"})
    for tool in next(iter(found.values())):
        style = {"linewidth": 2.5, "color": "black"} if tool == "bankmine" else {"linewidth": 1}
        axes.loglog(sizes, [found[rows, "parquet"][tool].seconds for rows in sizes], marker="o", label=tool, **style)
    axes.set(xlabel="rows", ylabel="seconds, whole process")
    axes.legend(frameon=False)
    figure.savefig(Path(__file__).parents[1] / "docs" / "performance.svg", metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000,1000000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", help="some of them, parted by '; '")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    here = [tool for tool in TOOLS if tool not in OPTIONAL or find_spec(OPTIONAL[tool]) is not None]
    tools = [tool for tool in here if not given.tools or tool in given.tools.split("; ")]
    lines = [
        "| rows | file | tool | seconds | bankmine takes, times | processor, s | peak GB | bankmine's peak, times |",
        "|---|---|---|---|---|---|---|---|",
    ]
    every: dict[tuple[int, str], dict[str, Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in map(int, given.rows.split(",")):
            place = Path(folder) / f"log{rows}"
            # By a process of its own: on Linux a child's peak memory begins with that of the process which started it.
            subprocess.run([sys.executable, "-c", f"{IMPORTED}; speed.make({rows}, speed.Path({str(place)!r}))"], check=True)
            for kind in (".parquet", ".csv"):
                found = every[rows, kind[1:]] = measured(place.with_suffix(kind), tools, given.runs)
                ours = found["bankmine"]
                lines += [
                    f"| {rows:,} | {kind[1:]} | {tool} | {run.seconds:.2f} | {ours.seconds / run.seconds:.2f} | {run.processor:.2f} "
                    f"| {run.peak:.2f} | {ours.peak / run.peak:.2f} |"
                    for tool, run in found.items()
                ]
    names = [name for name in ("numpy", "polars", "pandas", "pm4py", "duckdb", "r4pm") if find_spec(name) is not None]
    where = f"Python {platform.python_version()}, {os.cpu_count()} cores, " + ", ".join(f"{name} {version(name)}" for name in names)
    table = "\n".join([*lines, "", f"{where}; medians of {given.runs} runs, of one where it took more than {SLOW_S} s."])
    print(table)
    if given.write:
        picture(every)
        write(
            "performance",
            "Speed beside other tools",
            f"python benchmarks/speed.py --rows {given.rows} --runs {given.runs} --write",
            ABOUT,
            table,
        )


if __name__ == "__main__":
    main()
