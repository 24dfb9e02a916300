"""Rules on small logs: h hours since Monday 2024-03-04 00:00 UTC; verdicts are written by case as pass, VIOLATED, unknown, -."""

from pathlib import Path

import numpy as np
import pytest

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.measure.duty import Duty
from bankmine.measure.roles import Roles
from bankmine.model.judge import Verdict
from bankmine.model.rules import Verdicts
from bankmine.process.controls import read, rules_for
from bankmine.process.recognise import understand
from bankmine.process.rule import (
    Absence,
    Cardinality,
    Condition,
    Exclusiveness,
    Order,
    Presence,
    Requirement,
    Rule,
    Segregation,
    TimeLimit,
)
from bankmine.settings import Calendar
from bankmine.stats.shares import wilson
from bankmine.words import Text
from tests.textlog import hours, textlog

WORDS = ("-", "pass", "VIOLATED", "unknown")
MAPPING = {"close": {"party": "bank", "kind": "end", "outcome": "completed"}}
OFFICE = Calendar(hours="Mon-Fri 09:00-17:00")


def verdicts(log: EventLog, *rules: Rule, as_of: float | None = None, calendar: Calendar = OFFICE) -> Verdicts:
    understanding = understand(log.activities, mapping=MAPPING)
    duty = Duty.of(log, Roles.of(log), understanding, calendar)
    return Verdicts.of(log, understanding, rules, duty, None if as_of is None else hours(as_of))


def judged(text: str, requirement: Requirement, when: Condition | None = None, **options) -> str:
    """The verdicts of the cases in order, and the hour's line of each first violating row after it."""
    log = textlog(text)
    found = verdicts(log, Rule("r", Text.same("r"), requirement, when=when), **options)
    assert found.verdict.shape == (1, log.cases)
    assert ((found.row[0] >= 0) == (found.verdict[0] == Verdict.VIOLATED)).all()
    assert (found.verdict[0][found.pending[0]] == Verdict.UNKNOWN).all()
    said = [WORDS[code] for code in found.verdict[0]]
    lines = [f":{log.line[row]}" if row >= 0 else "" for row in found.row[0]]
    open_ = ["?" if pending else "" for pending in found.pending[0]]
    return " ".join(a + b + c for a, b, c in zip(said, lines, open_, strict=True))


def test_order() -> None:
    log = """c1: check 1 | pay 2
             c2: pay 2
             c3: pay 2 | check 5
             c4: check 1
             c5: pay 3 | check 3"""
    assert judged(log, Order(("check",), ("pay",))) == "pass VIOLATED:4 VIOLATED:5 - pass"
    assert judged(log, Order(("check",), ("pay",), required=False)) == "pass - VIOLATED:5 - pass"


def test_a_step_that_too_few_cases_show_is_taken_as_not_recorded() -> None:
    log = "c1: check 1 | pay 2 ; c2: pay 2 ; c3: pay 2 ; c4: check 2"
    assert judged(log, Order(("check",), ("pay",), recorded_share=0.5)) == "unknown unknown unknown -"
    assert judged(log, Order(("check",), ("pay",), recorded_share=0.3)) == "pass VIOLATED:4 VIOLATED:5 -"


def test_presence_waits_for_the_end_of_the_case() -> None:
    log = "c1: a 1 | sign 2 | close 3 ; c2: a 1 | close 3 ; c3: a 1 ; c4: a 1 | b 2 | close 9"
    assert judged(log, Presence(("sign",))) == "pass VIOLATED:6 unknown? VIOLATED:10"
    assert judged(log, Presence(("sign",), among=("b",))) == "- - - VIOLATED:10"


def test_absence() -> None:
    log = """c1: reject 1 | pay 2
             c2: pay 1 | reject 2
             c3: reject 1 | approve 2 | pay 3
             c4: approve 1 | reject 2 | pay 3 | pay 4
             c5: approve 1 | pay 2
             c6: reject 2 | pay 2"""
    assert judged(log, Absence(("pay",), after=("reject",))) == "VIOLATED:3 pass VIOLATED:8 VIOLATED:11 - pass"
    assert judged(log, Absence(("pay",), after=("reject",), unless=("approve",))) == "VIOLATED:3 pass pass VIOLATED:11 - pass"
    assert judged(log, Absence(("reject",))) == "VIOLATED:2 VIOLATED:5 VIOLATED:6 VIOLATED:10 pass VIOLATED:15"


def test_cardinality() -> None:
    log = "c1: call 1 | call 2 | call 3 | close 4 ; c2: call 1 | close 2 ; c3: call 1 ; c4: close 1"
    assert judged(log, Cardinality(("call",), max=2)) == "VIOLATED:4 pass pass -"
    assert judged(log, Cardinality(("call",), min=2)) == "pass VIOLATED:7 unknown? -"
    assert judged(log, Cardinality(("call",), min=1, before=("close",))) == "pass pass - VIOLATED:9"


def test_two_different_people() -> None:
    log = """c1: approve 1 @ann | approve 2 @ann | pay 3
             c2: approve 1 @ann | approve 2 @bob | pay 3
             c3: approve 1 @ann | approve 2 | pay 3
             c4: approve 1 | pay 3
             c5: approve 1 @ann | pay 3 | approve 4 @bob
             c6: approve 1 @ann"""
    rule = Cardinality(("approve",), min=2, before=("pay",), different="resource")
    assert judged(log, rule) == "VIOLATED:4 pass unknown VIOLATED:12 VIOLATED:14 -"
    assert judged(log, Cardinality(("approve",), max=1, different="resource")) == "pass VIOLATED:6 unknown pass VIOLATED:15 pass"


def test_exclusiveness() -> None:
    log = "c1: grant 1 | refuse 4 ; c2: grant 1 ; c3: refuse 1 ; c4: other 1"
    assert judged(log, Exclusiveness(("grant",), ("refuse",))) == "VIOLATED:3 pass pass -"


def test_four_eyes_with_missing_people() -> None:
    log = """c1: enter 1 @ann | approve 2 @ann
             c2: enter 1 @ann | approve 2 @bob
             c3: enter 1      | approve 2 @bob
             c4: enter 1 @ann | enter 2 | approve 3 @ann
             c5: enter 1 @ann
             c6: enter 1 | enter 2 @ann | approve 3 @bob"""
    rule = Segregation(("approve",), ("enter",))
    assert judged(log, rule) == "VIOLATED:3 pass unknown VIOLATED:10 - unknown"
    assert judged(log, Segregation(("approve",), ("enter",), compare="last")) == "VIOLATED:3 pass unknown unknown - pass"
    assert judged(log, Segregation(("approve",), ("enter",), compare="last_recorded")) == "VIOLATED:3 pass unknown VIOLATED:10 - pass"


def test_segregation_by_another_attribute() -> None:
    log = "c1: enter 1 branch=north | approve 2 branch=north ; c2: enter 1 branch=north | approve 2 branch=south ; c3: enter 1 | approve 2"
    assert judged(log, Segregation(("approve",), ("enter",), attribute="branch")) == "VIOLATED:3 pass unknown"
    assert judged(log, Segregation(("approve",), ("enter",), attribute="channel")) == "unknown unknown unknown"


def test_a_limit_by_the_clock() -> None:
    log = """c1: ask 1-2 | answer 3-4
             c2: ask 1-2 | answer 3-9
             c3: ask 1-2 | close 3
             c4: ask 1-2 | close 9
             c5: ask 1-2
             c6: ask 1-
             c7: ask 1-2 | answer 3-
             c8: answer 0-1"""
    rule = TimeLimit(("ask",), ("answer",), hours=5)
    assert judged(log, rule, as_of=9) == "pass VIOLATED:5 - VIOLATED:8 VIOLATED:10 unknown unknown -"
    assert judged(log, rule, as_of=7) == "pass VIOLATED:5 - VIOLATED:8 unknown? unknown unknown -"


def test_an_answer_at_the_same_time_counts_whatever_the_order_of_the_file() -> None:
    assert judged("c1: answer 2 | ask 2 ; c2: ask 2 | answer 2", TimeLimit(("ask",), ("answer",), hours=1), as_of=99) == "pass pass"
    assert judged("c1: ask 2 | ask 4 ; c2: ask 2", TimeLimit(("ask",), ("ask",), hours=1), as_of=99) == "VIOLATED:3 VIOLATED:4"


@pytest.mark.parametrize(
    ("asked", "days", "in_time"),
    [
        (10, 1, 47.5),  # Monday: until the end of Tuesday
        (10, 0, 23.5),  # on the same day
        (4 * 24 + 18, 2, 9 * 24 - 0.5),  # Friday after hours: Monday, Tuesday
        (5 * 24 + 12, 1, 8 * 24 - 0.5),  # Saturday: Monday
        (5 * 24 + 12, 0, 8 * 24 - 0.5),  # no bank day today: the next
    ],
)
def test_a_limit_in_bank_days_ends_with_the_day(asked: float, days: int, in_time: float) -> None:
    shift = 8  # the office is in Shanghai, the text log in UTC
    rule = TimeLimit(("ask",), ("answer",), bank_days=days)
    for late, said in ((0, "pass"), (1, "VIOLATED:3")):
        assert judged(f"c1: ask {asked - shift + 24 * 7} | answer {in_time - shift + late + 24 * 7}", rule) == said
    open_case = f"c1: ask {asked - shift + 24 * 7} ; c2: answer 1"
    assert judged(open_case, rule, as_of=in_time - shift + 24 * 7) == "unknown? -"
    assert judged(open_case, rule, as_of=in_time - shift + 24 * 7 + 1) == "VIOLATED:2 -"


def test_calendar_days_and_business_hours() -> None:
    friday, monday = 4 * 24 - 8, 7 * 24 - 8  # midnights in Shanghai
    log = f"c1: ask {friday + 15} | answer {monday + 10}"
    assert judged(log, TimeLimit(("ask",), ("answer",), days=2)) == "VIOLATED:3"
    assert judged(log, TimeLimit(("ask",), ("answer",), days=3)) == "pass"
    assert judged(log, TimeLimit(("ask",), ("answer",), business_hours=3)) == "pass"
    assert judged(log, TimeLimit(("ask",), ("answer",), business_hours=2.9)) == "VIOLATED:3"
    assert judged(log, TimeLimit(("ask",), ("answer",), business_hours=99_999)) == "pass"
    assert judged(log, TimeLimit(("ask",), ("answer",), bank_days=2), calendar=Calendar()) == "unknown"
    assert judged(log, TimeLimit(("ask",), ("answer",), days=2), calendar=Calendar()) == "VIOLATED:3"


def with_amounts(text: str, *amounts: float) -> EventLog:
    from dataclasses import replace

    return replace(textlog(text), numbers={"amount": np.array(amounts)})


def test_an_amount_limit_concerns_the_cases_above_it() -> None:
    log = with_amounts(
        "c1: approve 1 | pay 2 ; c2: approve 1 | pay 2 ; c3: approve 1 | pay 2 ; c4: pay 2", 9, 9, 5, np.nan, np.nan, np.nan, 9
    )
    rule = Rule("r", Text.same("r"), Cardinality(("approve",), min=2, before=("pay",)), when=Condition("amount", above=5))
    assert [WORDS[code] for code in verdicts(log, rule).verdict[0]] == ["VIOLATED", "-", "unknown", "VIOLATED"]
    assert rule.kind == "amount_limit"


def test_a_condition_on_an_attribute() -> None:
    log = "c1 product=card: a 1 ; c2 product=loan: a 1 ; c3: a 1"
    assert judged(log, Absence(("a",)), Condition("product", values=("loan",))) == "- VIOLATED:3 unknown"
    assert judged(log, Absence(("a",)), Condition("channel", values=("online",))) == "unknown unknown unknown"


def test_a_step_of_the_definition_that_the_log_never_shows_leaves_the_verdict_unknown(tmp_path: Path) -> None:
    log = textlog("c1: Submit application 1 | Credit check 2 | Approve loan 3 | Disburse loan 4")
    understanding = understand(log.activities, process="loan")
    duty = Duty.of(log, Roles.of(log), understanding, Calendar())
    found = Verdicts.of(log, understanding, rules_for(understanding.definition), duty)
    said = {rule.id: WORDS[code] for rule, code in zip(found.rules, found.verdict[:, 0], strict=True)}
    assert said["loan.credit_check.before"] == "pass"
    assert said["loan.identify.before"] == said["loan.sign.before"] == said["loan.approve.segregated"] == "unknown"
    assert said["loan.screened_beforehand"] == "-"
    assert [found.of_log(k) for k, rule in enumerate(found.rules) if rule.id == "loan.screened_beforehand"] == ["unknown"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (
            'kind = "order"\nfirst = "Credit chek"\nthen = "pay"',
            "own.toml:6:first: CONTROL_ACTIVITY: first: neither the log nor the process ",
        ),
        ('kind = "order"\nfirst = "pay"\nthen = "loan.aprove"', "own.toml:7:then: CONTROL_ACTIVITY"),
        (
            'kind = "segregation"\nstep = "pay"\nother = "Credit check"\nattribute = "brnch"',
            "own.toml:8:attribute: CONTROL_FIELD: attribute: ",
        ),
        (
            'kind = "absence"\nstep = "pay"\nwhen = { attribute = "amonut", above = 3 }',
            "own.toml:7:when: CONTROL_FIELD: when: the log has no",
        ),
    ],
)
def test_an_unknown_activity_or_field_is_told_with_its_place_and_the_nearest_names(tmp_path: Path, rule: str, says: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[[control]]\nid = "r"\nzh = "规则"\nen = "rule"\n' + rule)
    log = textlog("c1: Credit check 1 | pay 2")
    understanding = understand(log.activities, process="loan")
    with pytest.raises(UsageError) as caught:
        Verdicts.of(log, understanding, read(file), Duty.of(log, Roles.of(log), understanding, Calendar()))
    assert says in str(caught.value)
    near = {"Credit chek": "Credit check", "loan.aprove": "loan.approve", "brnch": "branch", "amonut": "amount"}
    assert next(right for wrong, right in near.items() if wrong in rule) in caught.value.hint.en


def test_a_label_of_the_configuration_may_be_named_though_this_log_lacks_it() -> None:
    log = textlog("c1: pay 2")
    understanding = understand(log.activities)
    rule = Rule("r", Text.same("r"), Absence(("override",)))
    duty = Duty.of(log, Roles.of(log), understanding, Calendar())
    assert Verdicts.of(log, understanding, [rule], duty, declared=["override"]).count(Verdict.UNKNOWN).tolist() == [1]
    with pytest.raises(UsageError, match="CONTROL_ACTIVITY"):
        Verdicts.of(log, understanding, [rule], duty)


def test_how_long_a_breach_stays_uncorrected() -> None:
    log = textlog("c1: pay 0 | check 10 ; c2: pay 0 | check 20 ; c3: pay 0 ; c4: check 0 | pay 1 ; c5: other 100")
    lag = verdicts(log, Rule("r", Text.same("r"), Order(("check",), ("pay",)))).lag[0]
    assert lag is not None
    assert (lag.breaches, lag.corrected, lag.median_s) == (3, 2, 20 * 3600)
    early = verdicts(log, Rule("r", Text.same("r"), Order(("check",), ("pay",))), as_of=15).lag[0]
    assert early is not None
    assert (early.breaches, early.corrected, early.median_s) == (3, 1, None)
    late = verdicts(textlog("c1: ask 0 | answer 9"), Rule("r", Text.same("r"), TimeLimit(("ask",), ("answer",), hours=5))).lag[0]
    assert late is not None and late.median_s == 4 * 3600
    assert verdicts(log, Rule("r", Text.same("r"), Absence(("check",)))).lag == (None,)


def test_numbers_and_blocks() -> None:
    log = textlog("c1: check 1 | pay 2 ; c2: pay 2 ; c3: check 2 | pay 3 ; c4: other 1")
    rules = [
        Rule("keeps", Text.same("k"), Exclusiveness(("check",), ("other",))),
        Rule("breaks", Text.same("b"), Order(("check",), ("pay",))),
        Rule("nowhere", Text.same("n"), Order(("check",), ("other",), required=False)),
    ]
    found = verdicts(log, *rules)
    low, high = wilson(1, 3)
    assert found.as_json()[1:] == [
        {
            "id": "breaks",
            "verdict": "violated",
            "cases_violated": 1,
            "cases_checked": 3,
            "interval": [pytest.approx(low), pytest.approx(high)],
        },
        {"id": "nowhere", "verdict": "unknown", "cases_violated": 0, "cases_checked": 0, "interval": None},
    ]
    assert found.table["share"].tolist()[:2] == [0, 1 / 3] and np.isnan(found.table["share"][2])
    cases, rows = found.breaches(1)
    assert (cases.tolist(), log.line[rows].tolist()) == ([1], [4])
    table, _, nowhere = found.blocks()
    assert [row[0].en for row in table.rows] == ["b", "k"]
    assert nowhere.text.en.endswith(": 1 (n).")
    assert len(verdicts(log).blocks()) == 1
