from functools import cache

import numpy as np
import pytest

import bankmine
from bankmine.advice.played import MOST_INSTANCES
from bankmine.api import Analysis
from bankmine.log.eventlog import DAY
from bankmine.report.played import played_json, played_section
from bankmine.sample import generate
from bankmine.show.blocks import Paragraph, TableBlock
from bankmine.twin.changes import People
from bankmine.twin.twin import Twin

WEEK = 7 * DAY


@cache
def table(process: str, problem: str, seed: int, cases: int = 600):
    return generate(process, seed=seed, cases=cases, problem=problem, effect=0.2).table


def analysis(process: str, problem: str, seed: int, *, twin: str = "window", cases: int = 600) -> Analysis:
    return bankmine.analyze(bankmine.read_log(table(process, problem, seed, cases)), twin=twin)


def test_a_gain_where_queues_react_comes_from_the_twin_and_from_replay_without_it() -> None:
    on, off = analysis("loan", "P08", 600), analysis("loan", "P08", 600, twin="off")
    (first, *_), (other, *_) = on.recommendations, off.recommendations
    assert (first.pattern, first.gain.method, other.gain.method) == ("P08", "twin", "queue_formula")
    assert off.advising_twin is None and other.gain.note is None and off.as_json()["twin"] is None
    # What is ranked on is what is shown: the lower end, of the avoidable cycle time.
    assert first.gain.realistic is not None and first.gain.realistic.low is not None
    assert first.material_share == pytest.approx(first.gain.realistic.low / (on.facts.avoidable.mean() / 1e6))


def test_the_gain_is_that_of_simulating_the_remedy() -> None:
    found = analysis("loan", "P08", 600)
    role = found.recommendations[0].where["role"]
    forecast = found.simulate(f"{role} +1")
    gain = found.recommendations[0].gain.realistic
    assert gain is not None and (gain.estimate, gain.low, gain.high) == pytest.approx((forecast.saved_s, forecast.low_s, forecast.high_s))


def test_explained_are_the_change_that_was_played_and_what_each_part_of_it_saves() -> None:
    found = analysis("loan", "P08", 600)
    table = next(b for b in found.explain(1) if isinstance(b, TableBlock) and b.caption is not None and b.caption.en.startswith("Played"))
    role, gain = found.recommendations[0].where["role"], found.recommendations[0].gain
    assert table.caption is not None and table.caption.en == f"Played: 1 more of “{role}”"
    assert gain.realistic is not None and [row[1] for row in table.rows] == pytest.approx([gain.realistic.estimate] * 2)
    why = analysis("payment", "P08", 600, cases=1000).explain(1)
    assert any(isinstance(block, Paragraph) and "not usable" in block.text.en for block in why)


def test_where_the_twin_is_not_usable_the_replay_stands_and_says_why() -> None:
    found = analysis("payment", "P08", 600, cases=1000)
    gain = found.recommendations[0].gain
    assert gain.method == "queue_formula" and gain.note is not None
    assert "not usable" in gain.note.en and "不可采用" in gain.note.zh
    assert found.as_json()["recommendations"][0]["gain"]["note"] == {"zh": gain.note.zh, "en": gain.note.en}


@pytest.mark.parametrize("problem", ["P29", "P11"])
def test_under_twelve_weeks_there_is_no_interval_and_no_place_above_tier_c(problem: str) -> None:
    log = bankmine.read_log(table("loan", problem, 600)).between("2024-01-01", "2024-03-17", how="started")
    first = bankmine.analyze(log).listed[0].recommendation
    assert first.pattern == problem and first.tier == "C"
    assert first.gain.realistic is not None and first.gain.realistic.estimate > 0 and first.gain.realistic.low is None


def test_a_window_holds_whole_weeks_at_the_end_with_those_who_were_already_there() -> None:
    facts = analysis("loan", "P08", 600).facts
    twin = Twin.of(facts, 3000)
    begun = (facts.began >= twin.since).sum()
    assert not twin.whole and twin.weeks == int(twin.weeks) and begun <= 3000 < (facts.began >= twin.since - WEEK).sum()
    came = facts.case_begin[np.unique(facts.case[twin.office.row])]
    assert (came < twin.since).any(), "cases that came before and are still there keep people busy"
    assert twin.cases == int((came >= twin.since).sum()) == len(twin.trial([People(0, 1)]).saved)
    assert Twin.of(facts, len(facts.case)).whole


def test_too_short_a_window_is_not_played_and_the_way_out_is_said(monkeypatch) -> None:
    for place in ("bankmine.api", "bankmine.advice.played"):
        monkeypatch.setattr(f"{place}.MOST_INSTANCES", 2000)
    monkeypatch.setattr(Twin, "of", lambda *_: pytest.fail("a twin that cannot speak is not set up"))
    found = analysis("loan", "P08", 600)
    gain = found.recommendations[0].gain
    assert gain.method == "queue_formula" and gain.note is not None and "--twin full" in gain.note.en
    assert any(isinstance(block, TableBlock) for block in played_section(found)) and played_json(found) is None
    monkeypatch.undo()
    assert analysis("loan", "P08", 600, twin="full").recommendations[0].gain.method == "twin"
    assert MOST_INSTANCES == 20_000


def test_the_first_ones_together_are_set_against_the_sum_of_all_of_each() -> None:
    sample = generate("loan", seed=12, cases=800, problem=("P11", "P02"))
    found = bankmine.analyze(bankmine.read_log(sample.table))
    both = found.together
    assert both is not None and both.ranks == (1, 2)
    changes = [item.play.changes for item in found.listed[:2] if item.play is not None]
    alone = [found.simulate(*each).saved_s for each in changes]
    assert both.sum_s == pytest.approx(sum(alone))
    assert both.together.estimate == pytest.approx(found.simulate(*changes[0], *changes[1]).saved_s)


def test_a_healthy_bank_has_nothing_to_play() -> None:
    found = bankmine.analyze(bankmine.read_log(generate("wealth", seed=4, cases=300).table))
    assert not found.recommendations and found.together is None and "advising_twin" not in vars(found)
