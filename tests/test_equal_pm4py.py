"""The directly-follows graph, variants, start and end activities are pm4py's on the same instance table."""

from pathlib import Path

import numpy as np
import pytest

from bankmine.api import read_log
from bankmine.log.eventlog import EventLog
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants

SAMPLES = sorted((Path(__file__).parents[1] / "sample_logs").glob("*.csv"))


def assert_equal_to_pm4py(log: EventLog) -> None:
    import pm4py

    frame = log.to_pm4py()
    dfg, variants = DirectlyFollowsGraph.of(log), Variants.of(log)
    arcs, starts, ends = pm4py.discover_dfg(frame)
    names = np.array(log.activities, dtype=object)
    assert {(names[s], names[t]): n for s, t, n in zip(dfg.source, dfg.target, dfg.count.tolist(), strict=True)} == dict(arcs)
    assert {a: n for a, n in zip(names, dfg.start_count.tolist(), strict=True) if n} == dict(starts)
    assert {a: n for a, n in zip(names, dfg.end_count.tolist(), strict=True) if n} == dict(ends)
    theirs = pm4py.get_variants(frame)
    ours = {variants.names(i): int(n) for i, n in enumerate(variants.count)}
    assert ours == {tuple(v): n if isinstance(n, int) else len(n) for v, n in theirs.items()}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_on_every_sample(path: Path) -> None:
    assert_equal_to_pm4py(read_log(path))


def test_on_bpic_2012(shared: Path) -> None:
    assert_equal_to_pm4py(read_log(shared / "logs" / "bpic2012.xes.gz"))


def test_there_are_samples() -> None:
    assert len(SAMPLES) == 4
