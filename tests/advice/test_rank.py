"""Ranking on logs whose truth can be read off the text."""

from bankmine.api import Analysis, analyze
from bankmine.log.eventlog import EventLog
from bankmine.settings import Settings
from tests.textlog import textlog

MAPPING = {
    "ask": {"party": "bank", "kind": "request_to_customer", "expected_customer_days": 1},
    "reply": {"party": "customer", "kind": "customer_reply"},
    "enter": {"party": "bank", "kind": "entry"},
    "check": {"party": "bank", "kind": "work"},
    "close": {"party": "bank", "kind": "end", "outcome": "completed"},
}


def analysis(*groups: tuple[int, str], mapping: dict[str, dict[str, object]] = MAPPING) -> Analysis:
    text = ";".join(f"g{g}x{i}: {body}" for g, (count, body) in enumerate(groups) for i in range(count))
    return analyze(textlog(text), settings=Settings.model_validate({"activities": mapping}))


PLAIN = "enter 0-1 @ann | check 2-3 @bob | close 4-5 @bob"
REDONE = "enter 0-1 @ann | check 2-3 @bob | enter 7-8 @ann | check 12-13 @bob | close 14-15 @bob"


def test_a_log_without_problems_gives_no_advice() -> None:
    assert analysis((100, PLAIN)).recommendations == ()


def test_rework_is_charged_to_the_step_the_case_was_sent_back_to() -> None:
    first = analysis((60, REDONE), (60, PLAIN)).recommendations[0]
    assert (first.pattern, first.activity, first.cases) == ("P07", "enter", 60)
    assert first.gain.upper is not None and first.gain.realistic is not None
    # 10 of 15 hours would go in half of the cases: 5 hours a case; the realistic half of it is 2.5.
    assert first.gain.upper.estimate == 5 * 3600
    assert first.gain.realistic.estimate == 2.5 * 3600
    assert first.gain.realistic.low is not None and first.gain.realistic.low < 2.5 * 3600
    assert first.gain.per_year is None  # the log is shorter than 90 days


def test_under_thirty_cases_nothing_is_listed_but_it_can_be_explained() -> None:
    found = analysis((29, REDONE), (30, PLAIN))
    assert found.recommendations == ()
    assert "P07" in str(found.explain("P07@enter")[0])


def test_the_score_is_the_product_of_its_factors() -> None:
    first = analysis((60, REDONE), (60, PLAIN)).recommendations[0]
    product = 1.0
    for _, factor in first.factors:
        product *= factor
    assert abs(product - first.score) < 1e-12
    assert 0.02 <= first.material_share == first.factors[0][1]


def test_an_hour_is_saved_once() -> None:
    """Slow answers to requests: P14 would shorten them, P15 would spare them; together they save no more than there is."""
    slow = "enter 0-1 @ann | ask 2-3 @ann | reply 103 | check 104-105 @bob | close 106-107 @bob"
    found = analysis((80, slow), (40, PLAIN))
    assert {c.pattern.code for c in found.candidates} == {"P14", "P15"}
    total = sum(r.gain.realistic.estimate for r in found.recommendations if r.gain.realistic)
    alone = [float(c.realistic.mean()) / 1e6 for c in found.candidates]
    assert max(alone) - 1 <= total < sum(alone)


def test_verdicts_are_always_six_and_say_what_is_missing() -> None:
    verdicts = {d.id: d for d in analysis((60, REDONE), (60, PLAIN)).diagnoses}
    assert list(verdicts) == ["D1", "D2", "D3", "D4", "D5", "D6"]
    assert verdicts["D3"].verdict == "confirmed" and verdicts["D3"].severity == "high" and verdicts["D3"].patterns == ("P07",)
    assert verdicts["D1"].verdict == "not_found" and verdicts["D1"].severity is None
    assert verdicts["D4"].verdict == "unassessable" and verdicts["D4"].evidence == "none" and "segment" in verdicts["D4"].needs
    assert verdicts["D6"].verdict == "not_found"  # P18 could look: the log has endings


def test_a_log_of_which_nothing_is_known_makes_most_diagnoses_unassessable() -> None:
    log: EventLog = textlog("c1: a 0 | b 1 ; c2: a 0 | b 1")
    assert {d.verdict for d in analyze(log).diagnoses} == {"unassessable"}
