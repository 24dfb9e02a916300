import polars as pl

import bankmine as bm
from bankmine.api import analyze
from bankmine.log.imperfections.detectors import DETECTORS
from bankmine.report import readiness as table
from bankmine.report.readiness import readiness, readiness_blocks
from bankmine.report.readiness_limits import LIMITS
from bankmine.show.blocks import TableBlock
from bankmine.track import compare
from tests.textlog import textlog


def test_what_is_missing_is_named():
    bare = analyze(textlog("c1: open 1 | close 2; c2: open 1 | close 3"))
    ready = {row.analysis: row for row in readiness(bare)}
    assert ready["cycle_time"].ready and ready["variants"].ready
    assert ready["waiting"].missing == ["start"] and ready["handovers"].missing == ["resource"]
    assert not ready["P22"].ready and ready["P22"].missing


def test_with_starts_and_people_the_measures_are_ready():
    full = analyze(textlog("c1: open 0-1 @ann | close 2-3 @bob"))
    ready = {row.analysis: row.ready for row in readiness(full)}
    assert ready["waiting"] and ready["processing_time"] and ready["handovers"]
    blocks = readiness_blocks(full, readiness(full))
    tables = [block for block in blocks if isinstance(block, TableBlock)]
    assert len(tables[0].rows) == len(ready) - len(full.patterns)
    assert len(tables[1].rows) == sum(not ready[pattern.code] for pattern in full.patterns)


def test_to_say_what_a_log_can_carry_nothing_is_measured():
    full = analyze(textlog("c1: open 0-1 @ann | close 2-3 @bob"))
    readiness(full)
    assert not {"facts", "causes", "workload", "enablement"} & set(vars(full))
    assert full.has == full.facts.has


def test_what_the_data_spoil_limits_what_rests_on_it():
    rows = "case,activity,time\n" + "\n".join(
        f"c{n},{step},2024-03-{day:02d}" for n in range(3) for step, day in (("open", 4), ("close", 6))
    )
    dates = analyze(bm.read_log(pl.read_csv(rows.encode())))
    ready = {row.analysis: row for row in readiness(dates)}
    assert ready["cycle_time"].ready and ready["cycle_time"].limits == ["TS_DATE_ONLY"]
    assert "clock" in ready["business_time"].missing and not ready["business_time"].ready
    assert any(
        "TS_DATE_ONLY" in map(str, row) for block in readiness_blocks(dates, list(ready.values())) for row in getattr(block, "rows", ())
    )


def test_a_diagnosis_is_ready_where_one_of_its_direct_patterns_is():
    bare = analyze(textlog("c1: open 1 | close 2; c2: open 1 | close 3"))
    ready = {row.analysis: row for row in readiness(bare)}
    assert [code for code in ("D1", "D2", "D3", "D4", "D5", "D6") if ready[code].ready] == [
        d.id for d in bare.diagnoses if d.verdict != "unassessable"
    ]


def test_the_limits_speak_of_every_detector_and_compare_judges_by_the_same_figures():
    assert {detector.code for detector in DETECTORS} <= {limit.code for limit in LIMITS}
    assert (table.FEWEST_CASES, table.FEWEST_WEEKS) == (compare.FEWEST_CASES, compare.FEWEST_WEEKS)
