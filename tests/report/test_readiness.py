from bankmine.api import analyze
from bankmine.report.readiness import readiness, readiness_blocks
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
    table = readiness_blocks(full, readiness(full))[-1]
    assert len(table.rows) == len(ready)


def test_to_say_what_a_log_can_carry_nothing_is_measured():
    full = analyze(textlog("c1: open 0-1 @ann | close 2-3 @bob"))
    readiness(full)
    assert not {"facts", "causes", "workload", "enablement"} & set(vars(full))
    assert full.has == full.facts.has
