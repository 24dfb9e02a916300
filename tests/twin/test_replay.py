import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.api import Analysis
from bankmine.log.eventlog import EventLog
from bankmine.twin.replay import Replay
from bankmine.twin.scenario import Cuts, Scenario
from tests.textlog import HOUR, textlog


@st.composite
def logs(draw: st.DrawFn) -> EventLog:
    """Any small log: overlapping work, repeats, open work, lone completions."""
    parts = []
    for case in range(draw(st.integers(1, 5))):
        for _ in range(draw(st.integers(1, 7))):
            start, length = draw(st.integers(0, 30)), draw(st.integers(0, 9))
            times = draw(st.sampled_from((f"{start}-{start + length}", f"{start}-", f"{start}")))
            parts.append(f"c{case}: {draw(st.sampled_from('abcd'))} {times}")
    return textlog(";".join(parts))


@given(logs())
@settings(max_examples=150, deadline=None)
def test_the_unchanged_replay_is_the_measured_cycle_time(log: EventLog) -> None:
    facts = Analysis(log).facts
    everywhere = np.ones(facts.cases, dtype=bool)
    assert (Replay(facts).cycle_time(Cuts.none(len(log)), everywhere) == facts.cycle_time.of_case).all()


def saved(log: EventLog, label: str) -> float:
    """Hours saved if every wait before the activity vanished."""
    facts = Analysis(log).facts
    rows = np.flatnonzero(log.activity == log.activities.index(label))
    scenario = Scenario(rows, facts.wait[rows], np.zeros(len(rows), dtype=np.int64))
    return float(Replay(facts).saved(Cuts.none(len(log)).with_(scenario)).sum()) / HOUR


def test_a_wait_on_the_only_path_is_saved_in_full() -> None:
    assert saved(textlog("c1: a 0-1 | b 5-6 | c 9-10"), "b") == 4


def test_a_wait_beside_a_longer_branch_saves_nothing() -> None:
    # b and c run side by side after a; d can begin when the later of them ends.
    log = textlog(
        ";".join(
            [f"x{i}: a 0-1 | b 2-3 | c 4-9 | d 10-11" for i in range(20)] + [f"y{i}: a 0-1 | c 2-7 | b 8-9 | d 10-11" for i in range(20)]
        )
    )
    assert saved(log, "d") == 40  # 1 hour each
    assert saved(log, "b") < 20 * (1 + 7)  # the sum of the waits before b overstates what can be saved


def test_an_hour_is_saved_once() -> None:
    log = textlog("c1: a 0-1 | b 5-6")
    facts = Analysis(log).facts
    half = Scenario(np.array([1]), np.array([3 * HOUR]), np.array([0]))
    once = Cuts.none(2).with_(half)
    assert Replay(facts).saved(once.with_(half), once).sum() == 0
