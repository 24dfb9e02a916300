"""How long the miners take on variants, beside pm4py's own calls on the events: python benchmarks/discovery.py [--rows N] [--write]"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from speed import make
from written import write

import bankmine as bm
from bankmine.model.discovery import Algorithm, discover

ABOUT = """
The log of `benchmarks/speed.py`. pm4py is called as its documentation shows, on its own formatted table; bankmine mines the variants,
whose counting is timed too. Models are compared by their process trees or, without a tree, by the arcs between labelled transitions.
"""
MINERS: tuple[tuple[Algorithm, float], ...] = (("inductive", 0.2), ("inductive", 0.0), ("heuristics", 0.05))


def timed(call: Any, *given: Any, **more: Any) -> tuple[float, Any]:
    begin = time.perf_counter()
    found = call(*given, **more)
    return time.perf_counter() - begin, found


def shape(net: Any) -> list[tuple[str, str]]:
    """The labels on both sides of every place of a Petri net, "" for a silent step."""
    pairs = ((into.source.label, out.target.label) for place in net.places for into in place.in_arcs for out in place.out_arcs)
    return sorted((source or "", target or "") for source, target in pairs)


def main() -> None:
    os.environ.setdefault("PM4PY_SHOW_PROGRESS_BAR", "False")
    import pm4py
    from pm4py.algo.discovery.heuristics import algorithm as heuristics

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(given.rows, Path(folder) / "log")
        log = bm.read_log(Path(folder) / "log.parquet")
    frame = log.to_pm4py()
    lines = [
        "| miner | noise | variants | bankmine, s | of it counting variants | pm4py, s | times | same model |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for algorithm, noise in MINERS:
        analysis = bm.analyze(log)
        counting, variants = timed(lambda analysis=analysis: (analysis.variants, analysis.variants.sequences)[0])
        graph_s, graph = timed(lambda analysis=analysis: analysis.dfg)
        mining, model = timed(discover, variants, graph, algorithm=algorithm, noise=noise)
        if algorithm == "inductive":
            theirs, tree = timed(pm4py.discover_process_tree_inductive, frame, noise_threshold=noise)
            same = str(tree) == str(model.tree)
        else:
            theirs, net = timed(heuristics.apply, frame, parameters=dict(model.parameters))
            same = shape(net[0]) == shape(model.petri_net[0])
        ours = counting + graph_s + mining
        lines.append(
            f"| {algorithm} | {noise:g} | {len(variants.count):,} | {ours:.2f} | {counting:.2f} | {theirs:.2f} | {theirs / ours:.1f} "
            f"| {'yes' if same else 'NO'} |"
        )
    table = "\n".join([*lines, "", f"{given.rows:,} events."])
    print(table)
    if given.write:
        write("discovery", "Miners on variants", f"python benchmarks/discovery.py --rows {given.rows} --write", ABOUT, table)


if __name__ == "__main__":
    main()
