"""How fast cases are aligned with a discovered model, beside pm4py's alignments of the same log.

    python benchmarks/conformance.py [--write] [--every N] [LOG ...]

Without logs: those in sample_logs/, and BPIC 2012 where BANKMINE_SHARED (or ../shared) has it. The model is the inductive miner's,
with noise 0.2 and with none. pm4py is asked twice: by its default search (A*), and by the one of its searches that is quickest on
these models (Dijkstra, given the same costs). It aligns each distinct path once, so its time is proportional to them: on logs with
more than 200 of them it is asked for every Nth (default 60), evenly by frequency, and its time is scaled up. Costs must be equal
wherever it is asked. `--write` puts the table into docs/.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bankmine.api import read_log
from bankmine.model.alignment import align
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.discovery import discover
from bankmine.model.variants import Variants

HOME = Path(__file__).parents[1]
SHARED = Path(os.environ.get("BANKMINE_SHARED") or HOME.parent / "shared")
IN_FULL = 200


@dataclass(frozen=True)
class Measured:
    """One log and model: distinct paths, share of cases aligned, seconds; pm4py's are scaled up from the paths it was `asked` for."""

    log: str
    noise: float
    paths: int
    asked: int
    aligned_share: float
    fitness: float
    ours_s: float
    pm4py_s: float
    quickest_s: float
    equal: bool

    @property
    def row(self) -> str:
        cells = (
            self.log, f"{self.noise:g}", f"{self.paths:,}", f"{self.asked:,}", f"{self.aligned_share:.1%}", f"{self.fitness:.4f}",
            f"{self.ours_s:.3f}", f"{self.pm4py_s:,.2f}", f"{self.pm4py_s / self.ours_s:,.0f}",
            f"{self.quickest_s:,.2f}", f"{self.quickest_s / self.ours_s:,.0f}", "yes" if self.equal else "NO",
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


def measure(path: Path, noise: float, every: int) -> Measured:
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace
    from pm4py.objects.petri_net.utils import align_utils

    log = read_log(path)
    variants = Variants.of(log)
    net = discover(variants, DirectlyFollowsGraph.of(log), noise=noise).petri_net
    begin = time.perf_counter()
    ours = align(net, variants)
    ours_s = time.perf_counter() - begin
    asked = np.arange(0, len(variants.sequences), every if len(variants.sequences) > IN_FULL else 1)
    traces = [Trace([Event({"concept:name": name}) for name in variants.names(number)]) for number in asked.tolist()]
    # The worst cost of the model is found once for a log, so it is left out here.
    settings = {algorithm.Parameters.ENABLE_BEST_WORST_COST: False}
    costs = {t: align_utils.STD_TAU_COST if t.label is None else align_utils.STD_MODEL_LOG_MOVE_COST for t in net[0].transitions}
    searches = (
        (algorithm.Variants.VERSION_STATE_EQUATION_A_STAR, settings),
        (algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY, settings | {algorithm.Parameters.PARAM_MODEL_COST_FUNCTION: costs}),
    )
    seconds, equal = [], True
    for search, parameters in searches:
        begin = time.perf_counter()
        theirs = [algorithm.apply_trace(trace, *net, parameters=parameters, variant=search)["cost"] for trace in traces]
        seconds.append((time.perf_counter() - begin) * len(variants.sequences) / len(asked))
        equal &= ours.cost[asked].tolist() == theirs
    fitness = ours.log_fitness
    assert fitness is not None
    return Measured(
        path.name, noise, len(variants.sequences), len(asked), ours.aligned_share, fitness, ours_s, seconds[0], seconds[1], equal
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=60)
    parser.add_argument("--write", action="store_true", help="write docs/speed_conformance.md")
    arguments = parser.parse_args()
    logs = arguments.logs or [*sorted((HOME / "sample_logs").glob("*.csv")), *(SHARED / "logs").glob("bpic2012.xes.gz")]
    measure(min((HOME / "sample_logs").glob("*.csv")), 0.2, 1)  # what is imported on first use is not counted
    results = [measure(path, noise, arguments.every) for path in logs for noise in (0.2, 0.0)]
    head = "| log | noise | paths | asked of pm4py | aligned | fitness | s | pm4py, s | times | its quickest, s | times | equal costs |"
    table = "\n".join([head, "|" + "---|" * 12, *(result.row for result in results)])
    print(table)
    if arguments.write:
        text = (
            "# How fast cases are aligned\n\nMade by `python benchmarks/conformance.py --write`; what is measured stands there.\n\n"
            f"{table}\n"
        )
        (HOME / "docs" / "speed_conformance.md").write_text(text, encoding="utf-8")
    return 0 if all(result.equal and result.ours_s <= result.pm4py_s for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
