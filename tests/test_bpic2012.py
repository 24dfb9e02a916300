"""Published and pinned figures of the BPI Challenge 2012 log (definitions §7); skipped where the log is absent."""

from pathlib import Path

import numpy as np
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.log.eventlog import DAY, EventLog
from bankmine.model.variants import Variants
from bankmine.settings import Settings

MAPPING = Path(__file__).parents[1] / "docs" / "mappings" / "bpic2012.toml"


@pytest.fixture(scope="module")
def log(shared: Path) -> EventLog:
    return read_log(shared / "logs" / "bpic2012.xes.gz")


@pytest.fixture(scope="module")
def analysis(log: EventLog) -> Analysis:
    return analyze(log, settings=Settings.load(MAPPING))


def days(log: EventLog, source: str, target: str) -> np.ndarray:
    """Days from the first `source` to the first `target` of each case that has both, in this order."""

    def first(label: str) -> np.ndarray:
        rows = np.flatnonzero(log.activity == log.activities.index(label))
        moment = np.full(log.cases, -1, dtype=np.int64)
        moment[log.case[rows][::-1]] = log.moment[rows][::-1]
        return moment

    begin, end = first(source), first(target)
    both = (begin >= 0) & (end >= 0)
    return (end[both] - begin[both]) / DAY


def test_size(log: EventLog) -> None:
    assert (log.cases, log.events, len(log.activities)) == (13_087, 262_200, 24)
    assert len(log.resources) == 68


def test_durations(analysis: Analysis) -> None:
    cycle = analysis.cycle_time
    assert (cycle.mean_s / 86_400, cycle.median_s / 86_400, cycle.p90_s / 86_400) == pytest.approx((8.624, 0.809, 30.46), abs=0.005)
    assert cycle.of_case.max() / DAY == pytest.approx(137.2, abs=0.05)
    assert cycle.open_cases == 399


def test_stage_times(log: EventLog) -> None:
    offer = days(log, "O_SENT", "O_SENT_BACK")
    assert len(offer) == 3254 and (offer.mean(), np.median(offer)) == pytest.approx((11.28, 9.00), abs=0.005)
    accepted = days(log, "A_PREACCEPTED", "A_ACCEPTED")
    assert len(accepted) == 5113 and (accepted.mean(), np.median(accepted)) == pytest.approx((0.78, 0.17), abs=0.005)
    approved = days(log, "O_SENT_BACK", "A_APPROVED")
    assert len(approved) == 2246 and (approved.mean(), np.median(approved)) == pytest.approx((5.16, 4.11), abs=0.005)


def test_outcomes(analysis: Analysis) -> None:
    log, closing = analysis.log, analysis.endings
    names = np.array(log.activities)[log.activity]
    assert [int((names == label).sum()) for label in ("A_APPROVED", "A_DECLINED", "A_CANCELLED")] == [2246, 7635, 2807]
    assert int((~closing.closed).sum()) == 399


def test_variants_of_raw_and_complete_rows(shared: Path) -> None:
    path = shared / "logs" / "bpic2012.xes.gz"
    raw, complete = read_log(path, lifecycle="rows"), read_log(path, lifecycle="complete")
    assert len(Variants.of(raw).sequences) == 4366
    assert len(Variants.of(complete).sequences) == 4336
    rework = analyze(complete).rework
    assert rework.cases_with_rework == 7019
    assert (rework.extra.sum(), rework.self_loop_extra.sum(), rework.repetition_extra.sum()) == (57_556, 37_146, 20_410)
    assert (analyze(complete).handovers.bounce_cases) > 0


def test_rework_counts_work_items_and_says_so(analysis: Analysis) -> None:
    rework = analysis.rework
    assert rework.items_known
    assert rework.cases_with_rework == 2323
    table = rework.table.set_index("activity")
    assert table.loc["W_Completeren aanvraag", "rework_cases"] == 4
    assert table.loc["W_Valideren aanvraag", "rework_cases"] == 1362


def test_the_thirty_day_limit_and_the_wait_for_the_customer_are_found(analysis: Analysis) -> None:
    listed = {(r.pattern, r.activity): r for r in analysis.recommendations}
    assert ("P18", "A_CANCELLED") in listed and ("P14", "O_SENT") in listed
    finding = next(c.finding for c in analysis.candidates if c.pattern.code == "P18")
    assert finding.figures["youngest_days"] < 30 < 32 < finding.figures["oldest_days"]
    cancelled = analysis.endings.by[analysis.endings.by >= 0]
    cancelled = cancelled[analysis.log.activity[cancelled] == analysis.log.activities.index("A_CANCELLED")]
    age = (analysis.log.moment[cancelled] - analysis.log.case_start[analysis.log.case[cancelled]]) / DAY
    assert ((age >= 30) & (age < 32)).mean() == pytest.approx(0.296, abs=0.001)
    assert {d.id: d.verdict for d in analysis.diagnoses}["D2"] == "confirmed"
    assert not any(r.pattern == "P07" and r.activity == "W_Completeren aanvraag" for r in analysis.recommendations)
