"""The indicators by hand on four cases, and what the log cannot tell is not 0."""

import pytest

from bankmine.api import Analysis, analyze
from bankmine.log.eventlog import EventLog
from tests.textlog import textlog

LOANS = """
c1: apply 0 @Customer role=customer | check 1-2 @ann role=clerk | check 3-4 @bob role=clerk | Reject loan 5-6 @bob role=clerk
c2: apply 0 @Customer role=customer | check 1-3 @ann role=clerk | Reject loan 5-6 @ann role=clerk
c3: apply 400 @Customer role=customer | check 401-402 @ann role=clerk
c4: apply 10 @Customer role=customer | Timeout 20-20 @System role=system
"""


def analysis(log: EventLog) -> Analysis:
    return analyze(log, process="loan")


def test_the_indicators_by_hand() -> None:
    found = analysis(textlog(LOANS)).kpis.values
    hour = 3600.0
    assert found["cycle_time_mean"] == pytest.approx((6 + 6 + 2 + 10) / 4 * hour)
    assert found["touch_time"] == pytest.approx((3 + 3 + 1 + 0) / 4 * hour)
    assert found["throughput_week"] == pytest.approx(3 / (402 / 168))
    assert (found["open_cases"], found["first_pass_share"], found["straight_through_share"]) == (1, 0.75, 0.25)
    assert found["steps_per_case"] == 11 / 4
    # Customer to clerk, clerk to clerk, customer to clerk twice, customer to system.
    assert found["handovers_per_case"] == 5 / 4


def test_what_the_log_cannot_tell_is_unknown() -> None:
    found = analysis(textlog("c1: apply 0 | check 1 ; c2: apply 0 | check 1")).kpis.values
    assert all(found[name] is None for name in ("touch_time", "throughput_week", "handovers_per_case", "utilisation", "control_breaches"))


def test_every_indicator_has_a_plan_section_and_a_direction() -> None:
    table = analysis(textlog(LOANS)).kpis.table
    assert set(table["plan"]) == {"10.1.1", "10.1.2"} and table["kpi"].is_unique
    assert set(table["better"]) == {"lower", "higher", "band"}
