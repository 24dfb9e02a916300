"""How fast cases are compared with a discovered model, beside pm4py on the same log, and whether the answers are equal.

    python benchmarks/conformance.py [--write] [--every N] [--seconds S] [LOG ...]

Without logs: those in sample_logs/, and BPIC 2012 where BANKMINE_SHARED (or ../shared) has it. The model is the inductive miner's,
with noise 0.2 and with none. Token replay: pm4py on the whole log. Alignments: pm4py aligns each distinct path once, so its time is
proportional to them. Its default search (A*) is asked for every path, or on logs with more than 200 of them for every Nth (default
60), evenly by frequency; the quickest of its searches on these models (Dijkstra, given the same costs) for every path, the most
frequent first, until S seconds (default 300) are up. Their times are scaled up where they were not asked for all. Costs must be equal
path by path wherever either was asked. `--write` puts the tables into docs/.
"""

import argparse
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bankmine.api import read_log
from bankmine.log.eventlog import EventLog
from bankmine.model.alignment import align
from bankmine.model.conformance import replay_fitness
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.discovery import ProcessModel, discover
from bankmine.model.variants import Variants

HOME = Path(__file__).parents[1]
SHARED = Path(os.environ.get("BANKMINE_SHARED") or HOME.parent / "shared")
IN_FULL = 200


@dataclass(frozen=True)
class Measured:
    """One log and model; seconds of ours, of pm4py's default and of its quickest search, scaled up from the paths each was asked for."""

    log: str
    noise: float
    paths: int
    asked: int
    quickest_asked: int
    aligned_share: float
    fitness: float
    ours_s: float
    pm4py_s: float
    quickest_s: float
    equal: bool
    replay_s: float
    pm4py_replay_s: float
    replay_equal: bool

    @property
    def row(self) -> str:
        cells = (
            self.log, f"{self.noise:g}", f"{self.paths:,}", f"{self.aligned_share:.1%}", f"{self.fitness:.4f}",
            f"{self.ours_s:.3f}", f"{self.asked:,}", f"{self.pm4py_s:,.2f}", f"{self.pm4py_s / self.ours_s:,.0f}",
            f"{self.quickest_asked:,}", f"{self.quickest_s:,.2f}", f"{self.quickest_s / self.ours_s:,.0f}", "yes" if self.equal else "NO",
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"

    @property
    def replay_row(self) -> str:
        cells = (
            self.log, f"{self.noise:g}", f"{self.replay_s:.3f}", f"{self.pm4py_replay_s:,.2f}",
            f"{self.pm4py_replay_s / self.replay_s:,.1f}", "yes" if self.replay_equal else "NO",
        )  # fmt: skip
        return "| " + " | ".join(cells) + " |"


def measure(path: Path, noise: float, every: int, seconds: float) -> Measured:
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, Trace
    from pm4py.objects.petri_net.utils import align_utils

    log = read_log(path)
    variants = Variants.of(log)
    model = discover(variants, DirectlyFollowsGraph.of(log), noise=noise)
    net = model.petri_net
    begin = time.perf_counter()
    ours = align(net, variants)
    ours_s = time.perf_counter() - begin

    def searched(numbers: list[int], search: object, parameters: dict[Any, Any], until: float) -> tuple[list[int], float]:
        """The costs that pm4py finds within the time, and how long it would take for all paths."""
        begin, found = time.perf_counter(), []
        for number in numbers:
            trace = Trace([Event({"concept:name": name}) for name in variants.names(number)])
            found.append(algorithm.apply_trace(trace, *net, parameters=parameters, variant=search)["cost"])
            if time.perf_counter() - begin > until:
                break
        return found, (time.perf_counter() - begin) * len(variants.sequences) / len(found)

    every = every if len(variants.sequences) > IN_FULL else 1
    some, all_of_them = list(range(0, len(variants.sequences), every)), list(range(len(variants.sequences)))
    # The worst cost of the model is found once for a log, so it is left out here.
    settings = {algorithm.Parameters.ENABLE_BEST_WORST_COST: False}
    costs = {t: align_utils.STD_TAU_COST if t.label is None else align_utils.STD_MODEL_LOG_MOVE_COST for t in net[0].transitions}
    a_star, pm4py_s = searched(some, algorithm.Variants.VERSION_STATE_EQUATION_A_STAR, settings, math.inf)
    dijkstra, quickest_s = searched(
        all_of_them,
        algorithm.Variants.VERSION_DIJKSTRA_LESS_MEMORY,
        settings | {algorithm.Parameters.PARAM_MODEL_COST_FUNCTION: costs},
        seconds,
    )
    cost = ours.cost.tolist()
    equal = [cost[number] for number in some] == a_star and cost[: len(dijkstra)] == dijkstra
    fitness = ours.log_fitness
    assert fitness is not None
    return Measured(
        path.name, noise, len(cost), len(some), len(dijkstra), ours.aligned_share, fitness, ours_s, pm4py_s, quickest_s, equal,
        *replayed(log, model, variants),
    )  # fmt: skip


def replayed(log: EventLog, model: ProcessModel, variants: Variants) -> tuple[float, float, bool]:
    """Seconds of ours and of pm4py's token replay of the whole log, and whether every figure is equal."""
    import pm4py

    begin = time.perf_counter()
    ours = replay_fitness(model, variants)
    ours_s = time.perf_counter() - begin
    frame = log.to_pm4py()
    begin = time.perf_counter()
    theirs = pm4py.fitness_token_based_replay(frame, *model.petri_net)
    pm4py_s = time.perf_counter() - begin
    pairs = (
        (ours.log_fitness, theirs["log_fitness"]),
        (ours.average_trace_fitness, theirs["average_trace_fitness"]),
        (100 * ours.fitting_cases / log.cases, theirs["perc_fit_traces"]),
    )
    return ours_s, pm4py_s, all(math.isclose(one, other, abs_tol=1e-9) for one, other in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", type=Path)
    parser.add_argument("--every", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--write", action="store_true", help="write docs/speed_conformance.md")
    arguments = parser.parse_args()
    logs = arguments.logs or [*sorted((HOME / "sample_logs").glob("*.csv")), *(SHARED / "logs").glob("bpic2012.xes.gz")]
    measure(min((HOME / "sample_logs").glob("*.csv")), 0.2, 1, 1.0)  # what is imported on first use is not counted
    results = [measure(path, noise, arguments.every, arguments.seconds) for path in logs for noise in (0.2, 0.0)]
    head = (
        "| log | noise | paths | aligned | fitness | s | asked of pm4py | pm4py, s | times | of its quickest | its quickest, s | times "
        "| equal costs |"
    )
    replay = "| log | noise | s | pm4py, s | times | equal |"
    table = "\n".join([head, "|" + "---|" * 13, *(result.row for result in results)])
    replays = "\n".join([replay, "|" + "---|" * 6, *(result.replay_row for result in results)])
    text = (
        "# How fast cases are compared with a model\n\nMade by `python benchmarks/conformance.py --write`; what is measured stands there."
        f"\n\n## Alignments\n\n{table}\n\n## Token replay\n\n{replays}\n"
    )
    print(text)
    if arguments.write:
        (HOME / "docs" / "speed_conformance.md").write_text(text, encoding="utf-8")
    kept = (r.equal and r.replay_equal and r.ours_s <= min(r.pm4py_s, r.quickest_s) and r.replay_s <= r.pm4py_replay_s for r in results)
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
