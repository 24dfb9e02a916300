"""Laws that hold for every log, to the microsecond (trust.md T2): 100 logs each, 1,000 with --hypothesis-profile=laws."""

from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bankmine.api import Analysis, analyze
from bankmine.log.eventlog import DAY, UNKNOWN_TIME, EventLog
from bankmine.log.order import assemble
from bankmine.measure.cycle import CycleTime
from bankmine.measure.enablement import Enablement
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.settings import Settings
from tests.measure.test_causes import on_duty
from tests.textlog import ORIGIN

MINUTE = 60_000_000
OFFICE = Settings.model_validate({"calendar": {"hours": "Mon-Fri 09:00-17:00"}})
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@dataclass(frozen=True)
class Row:
    case: int
    activity: str
    begin: int
    length: int | None
    resource: str | None


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """Cases of any shape: work at once, work that overlaps, lone completions, nobody known, odd microseconds."""
    return draw(
        st.lists(
            st.builds(
                Row,
                st.integers(0, 3),
                st.sampled_from("abcd"),
                st.integers(0, 4 * DAY),
                st.one_of(st.none(), st.just(0), st.integers(0, DAY)),
                st.sampled_from(["ann", "bob", None]),
            ),
            min_size=1,
            max_size=14,
        )
    )


def log_of(rows: list[Row], shift: int = 0) -> EventLog:
    begin = np.array([ORIGIN + row.begin + shift for row in rows])
    lone = np.array([row.length is None for row in rows])
    return assemble(
        [f"c{row.case}" for row in rows],
        [row.activity for row in rows],
        begin + np.array([row.length or 0 for row in rows]),
        np.where(lone, UNKNOWN_TIME, begin),
        [row.resource for row in rows],
        line=np.arange(len(rows)),
    )


@given(logs())
@QUICK
def test_waits_and_work_along_what_enabled_what_are_the_time_of_the_case(rows: list[Row]) -> None:
    """So waiting + work - overlap is the time from the first start to the last end: overlap is what lies beside that way."""
    log = log_of(rows)
    enablement = Enablement.of(log)
    cycle = CycleTime.of(log, lambda: enablement, np.ones(log.cases, dtype=bool), lambda: on_duty(log)).of_case
    spent = enablement.wait + log.end - log.began
    for case in range(log.cases):
        mine = range(log.offsets[case], log.offsets[case + 1])
        for row in mine:
            at, along = row, 0
            while at >= 0:
                along += int(spent[at])
                at = int(enablement.enabler[at])
            assert along == log.end[row] - log.case_start[case]
        assert cycle[case] == log.end[mine].max() - log.case_start[case]
        assert spent[mine].sum() >= cycle[case] and (enablement.wait[mine] >= 0).all()


@given(logs())
@QUICK
def test_arcs_and_starts_and_arcs_and_ends_are_the_instances(rows: list[Row]) -> None:
    log = log_of(rows)
    graph = DirectlyFollowsGraph.of(log)
    assert graph.count.sum() + graph.start_count.sum() == len(log) == graph.frequency.sum()
    for activity, many in enumerate(graph.frequency):
        assert graph.count[graph.target == activity].sum() + graph.start_count[activity] == many
        assert graph.count[graph.source == activity].sum() + graph.end_count[activity] == many


def durations(analysis: Analysis) -> list[np.ndarray]:
    causes, waiting, cycle = analysis.causes, analysis.waiting, analysis.cycle_time
    return [causes.parts, causes.wait, waiting.total_s, waiting.business_total_s, cycle.of_case, np.array([cycle.business_mean_s])]


@given(logs(), st.integers(-200, 200))
@QUICK
def test_clocks_moved_by_whole_weeks_change_no_duration_and_the_causes_are_the_wait(rows: list[Row], weeks: int) -> None:
    one, other = (analyze(log_of(rows, shift), settings=OFFICE) for shift in (0, weeks * 7 * DAY))
    for here, there in zip(durations(one), durations(other), strict=True):
        np.testing.assert_array_equal(here, there)
    assert (one.causes.parts.sum(axis=1) == one.causes.wait).all() and (one.causes.parts >= 0).all()


@given(logs(), st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_the_cases_in_the_file_changes_nothing(rows: list[Row], random) -> None:
    cases = sorted({row.case for row in rows})
    random.shuffle(cases)
    moved = [row for case in cases for row in rows if row.case == case]
    one, other = (analyze(log_of(some), settings=OFFICE) for some in (rows, moved))
    for here, there in zip(durations(one), durations(other), strict=True):
        np.testing.assert_array_equal(here, there)
    assert one.log.activities == other.log.activities and one.log.case_names == other.log.case_names
