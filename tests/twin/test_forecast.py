"""The twin against the truth of generated logs: it foretells the waits of the last weeks, and what undoing a planted problem saves."""

import numpy as np
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.log.eventlog import DAY
from bankmine.sample import Sample, generate
from bankmine.show.blocks import Notice, TableBlock

HOUR = DAY // 24


def analysis(sample: Sample) -> Analysis:
    return analyze(read_log(sample.table))


@pytest.mark.parametrize("process", ["loan", "payment"])
def test_the_unchanged_play_foretells_the_last_weeks(process: str) -> None:
    fit = analysis(generate(process, seed=21, cases=1000)).twin.fit
    heavy = ~np.isnan(fit.observed_s) & (fit.observed_s * fit.items > 0.15 * np.nansum(fit.observed_s * fit.items))
    assert heavy.sum() >= 2
    assert (fit.error[heavy] <= 0.15).all() and fit.usable[heavy].all()
    (table,) = (block for block in fit.blocks() if isinstance(block, TableBlock))
    assert len(table.rows) == (~np.isnan(fit.observed_s)).sum()


@pytest.mark.parametrize(("process", "pattern"), [("payment", "P08"), ("loan", "P12"), ("payment", "P09")])
def test_undoing_a_planted_problem_saves_what_it_cost(process: str, pattern: str) -> None:
    sample = generate(process, seed=500 if pattern != "P12" else 501, cases=1000, problem=pattern, effect=0.12)
    truth = sample.truth.problems[0]
    found = analysis(sample).simulate(*truth.remedy)
    assert found.low_s is not None and found.high_s is not None
    assert found.low_s <= truth.cost_s <= found.high_s
    assert found.saved_s == pytest.approx(truth.cost_s, rel=0.25)


def test_work_that_lies_is_kept_lying_though_its_later_owner_was_partly_busy() -> None:
    sample = generate("wealth", seed=500, cases=1000, problem="P01", effect=0.12)
    found = analysis(sample)
    step = found.facts.names.index(sample.truth.problems[0].activity)
    waited = found.facts.wait[found.facts.activity == step].sum() / 1e6 / found.facts.cases
    assert found.simulate(*sample.truth.problems[0].remedy).wait_before_s[step] == pytest.approx(waited, rel=0.05)


def test_work_that_lies_is_not_taken_for_work_that_waits_for_its_person() -> None:
    sample = generate("payment", seed=2600, cases=1000, problem="P25", effect=0.2)
    lain, named = analysis(sample), analysis(generate("payment", seed=500, cases=1000, problem="P09", effect=0.12))
    assert not any(desk.named for desk in lain.twin.office.desks)
    assert [role for role, desk in zip(named.twin.office.roles, named.twin.office.desks, strict=True) if desk.named]
    assert lain.simulate(*sample.truth.problems[0].remedy).saved_s == pytest.approx(sample.truth.problems[0].cost_s, rel=0.15)


def test_hours_that_only_look_short_for_no_work_came_then_are_those_of_the_house() -> None:
    def hours_a_week(sample: Sample, role: str) -> tuple[float, float]:
        """As found in the log, and as the twin has them."""
        facts, office = analysis(sample).facts, analysis(sample).twin.office
        index = office.people[office.desks[office.roles.index(role)].people[0]].calendar
        week = (int(facts.began.min()) + 14 * DAY, int(facts.began.min()) + 21 * DAY)
        found, kept = (calendars[index].between(*week) / HOUR for calendars in (facts.duty.calendars, office.calendars))
        return float(found), float(kept)

    # Settlement is done at 11 o'clock on two days, in batches; supervisors are there on three days, and work waits for them on the others.
    batched = generate("payment", seed=3602, cases=1000, problem="P11", effect=0.2)
    assert hours_a_week(batched, "Settlement clerk") == pytest.approx((16.25, 40), abs=1)
    short = generate("payment", seed=3600, cases=1000, problem="P12", effect=0.06)
    assert hours_a_week(short, "Supervisor") == pytest.approx((24, 24), abs=1)


def test_what_the_twin_cannot_foretell_is_said() -> None:
    sample = generate("deposit", seed=501, cases=1000, problem="P08", effect=0.12, unlike="work elsewhere")
    found = analysis(sample).simulate("Teller +1")
    assert not found.usable
    assert any(isinstance(block, Notice) for block in found.blocks())


def test_under_twelve_weeks_there_is_no_interval() -> None:
    sample = generate("loan", seed=3, cases=300)
    log = read_log(sample.table).between("2024-01", "2024-02")
    found = analyze(log).simulate("Approver +1")
    assert (found.low_s, found.high_s) == (None, None) and found.saved_s != 0


def test_the_same_log_gives_the_same_forecast() -> None:
    sample = generate("loan", seed=3, cases=300)
    one, other = (analysis(sample).simulate("Approver +1").as_json() for _ in range(2))
    assert one == other
