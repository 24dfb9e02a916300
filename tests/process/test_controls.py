from pathlib import Path

import pytest

from bankmine.errors import UsageError
from bankmine.process.controls import bundled, derived, read, rules_for
from bankmine.process.load import library, load
from bankmine.process.rule import Absence, Cardinality, Condition, Order, Segregation, Severity, TimeLimit

HEAD = '[[control]]\nid = "r"\nzh = "规则"\nen = "rule"\n'
DECISION = """# what the bank promises
[[control]]
id = "decision"
zh = "收到申请后 2 个银行工作日内答复"
en = "A decision within 2 bank days"
kind = "time_limit"
since = "loan.submit"
until = ["loan.approve", "loan.reject"]
bank_days = 2
severity = "customer"
plan = "2.2(3)"

[[control]]
id = "two_approvals"
zh = "50 万元以上须两人审批"
en = "Two people approve above 500,000"
kind = "amount_limit"
when = { attribute = "amount", above = 500000 }
requires = "cardinality"
step = "loan.approve"
before = "loan.disburse"
min = 2
different = "resource"
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_banks_own_rules(tmp_path: Path) -> None:
    decision, approvals = read(write(tmp_path, DECISION))
    assert decision.requirement == TimeLimit(("loan.submit",), ("loan.approve", "loan.reject"), bank_days=2)
    assert (decision.kind, decision.severity, decision.plan) == ("time_limit", Severity.CUSTOMER, "2.2(3)")
    assert approvals.requirement == Cardinality(("loan.approve",), min=2, before=("loan.disburse",), different="resource")
    assert (approvals.kind, approvals.when) == ("amount_limit", Condition("amount", above=500_000))
    assert approvals.place is not None
    assert (approvals.place.line, approvals.place.keys["step"]) == (13, 20)


def test_rules_may_stand_in_the_configuration(tmp_path: Path) -> None:
    file = write(
        tmp_path, '[process]\nid = "loan"\n\n' + DECISION + "[controls]\nfiles = []\n\n" + HEAD + 'kind = "presence"\nstep = "a"\n'
    )
    rules = read(file, alone=False)
    assert [rule.id for rule in rules] == ["decision", "two_approvals", "r"]
    assert [(rule.place.line, rule.place.keys["id"]) for rule in rules if rule.place] == [(5, 6), (16, 17), (30, 31)]
    with pytest.raises(UsageError, match=r"own\.toml:27:controls: CONTROL_KEY"):
        read(file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            HEAD + 'kind = "four_eye"',
            "own.toml:5:kind: CONTROL_KIND: kind: there is no kind of rule “four_eye”.\nhint: valid names: four_eyes",
        ),
        (HEAD, "own.toml:1:kind: CONTROL_KIND: kind is missing."),
        (HEAD + 'kind = "order"\nfrist = "a"\nthen = "b"', "own.toml:6:frist: CONTROL_KEY: unknown key frist.\nhint: valid names: first"),
        (HEAD + 'kind = "order"\nfirst = "a"', "own.toml:1:then: CONTROL_VALUE: then: it is missing."),
        (HEAD + 'kind = "order"\nfirst = "a"\nthen = 3', "own.toml:7:then: CONTROL_VALUE: then: "),
        (HEAD + 'kind = "order"\nfirst = []\nthen = "b"', "own.toml:6:first: CONTROL_VALUE: first: "),
        (HEAD + 'kind = "four_eyes"\nstep = "a"\nother = "b"\nattribute = "role"', "own.toml:8:attribute: CONTROL_KEY: "),
        (HEAD + 'kind = "time_limit"\nsince = "a"\nuntil = "b"', "own.toml:1: CONTROL_VALUE: exactly one of hours"),
        (HEAD + 'kind = "time_limit"\nsince = "a"\nuntil = "b"\nhours = -2', "own.toml:8:hours: CONTROL_VALUE: hours: "),
        (HEAD + 'kind = "cardinality"\nstep = "a"\nmin = 3\nmax = 2', "own.toml:1: CONTROL_VALUE: min is above max."),
        (HEAD + 'kind = "absence"\nstep = "a"\nunless = "b"', "own.toml:1: CONTROL_VALUE: unless needs after."),
        (HEAD + 'kind = "amount_limit"\nstep = "a"', "own.toml:1:requires: CONTROL_KIND: requires is missing."),
        (
            HEAD + 'kind = "amount_limit"\nrequires = "presence"\nstep = "a"',
            "own.toml:1:when: CONTROL_VALUE: when: an amount_limit needs a bound",
        ),
        (HEAD + 'kind = "presence"\nstep = "a"\nwhen = { attribute = "amount", over = 1 }', "own.toml:7:when.over: CONTROL_KEY: "),
        (
            HEAD + 'kind = "presence"\nstep = "a"\nwhen = { attribute = "amount" }',
            "own.toml:7:when: CONTROL_VALUE: when: either values or bounds",
        ),
        (HEAD + 'kind = "presence"\nstep = "a"\nseverity = "grave"', "own.toml:7:severity: CONTROL_VALUE: severity: "),
        (
            HEAD + 'kind = "presence"\nstep = "a"\n' + HEAD + 'kind = "presence"\nstep = "a"',
            "own.toml:8:id: CONTROL_VALUE: id: “r” stands twice.",
        ),
        ("[[job]]\nname = 'j'\n\n" + HEAD + "\nkind = 'absence'\nwhen = { attribute = 'a' }\nstep = 'a'", "own.toml:1:job: CONTROL_KEY: "),
        (HEAD + "kind = 'absence'\nstep = 'a'\n[control.when]\nattribute = 'a'", "own.toml:7:when: CONTROL_VALUE: when: "),
        ("[[control]]\nid = r", "own.toml:2: CONTROL_SYNTAX: TOML syntax"),
        ("[control]\nid = 'r'", "own.toml:1: CONTROL_VALUE: control is written as [[control]] tables."),
        ("[[controls]]\nid = 'r'", "own.toml:1:controls: CONTROL_KEY: unknown key controls.\nhint: valid names: control."),
    ],
)
def test_a_wrong_rule_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(write(tmp_path, text))
    for lang in ("zh", "en"):
        assert all("\n" not in line for line in caught.value.lines(lang))
    assert says in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="CONTROL_FILE"):
        read(tmp_path / "missing.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes(b'[[control]]\nid = "\xe9"')
    with pytest.raises(UsageError, match="CONTROL_FILE"):
        read(file)


@pytest.mark.parametrize("definition", library(), ids=lambda definition: definition.id)
def test_the_bundled_rules_speak_of_steps_of_their_process_and_repeat_none_of_the_definitions(definition) -> None:
    own = bundled(definition.id)
    assert own
    for rule in own:
        named = [value for name in type(rule.requirement).__slots__ if isinstance(value := getattr(rule.requirement, name), tuple)]
        assert all(definition.step(step) is not None for steps in named for step in steps), rule.id
    stated = derived(definition)
    assert not {rule.id for rule in own} & {rule.id for rule in stated}
    pairs = {(r.requirement.first, r.requirement.then) for r in stated if isinstance(r.requirement, Order)}
    assert not {(r.requirement.first, r.requirement.then) for r in own if isinstance(r.requirement, Order)} & pairs


def test_what_a_definition_states() -> None:
    rules = {rule.id: rule for rule in derived(load("loan"))}
    assert rules["loan.credit_check.before"].requirement == Order(("loan.credit_check",), ("loan.approve",), recorded_share=0.5)
    assert rules["loan.approve.segregated"].requirement == Segregation(("loan.approve",), ("loan.enter", "loan.assess_risk"))
    assert "「录入贷款信息」、「贷款风险评估」" in rules["loan.approve.segregated"].text.zh


def test_own_rules_add_to_the_others_or_take_their_place(tmp_path: Path) -> None:
    text = HEAD.replace('"r"', '"loan.ended"') + 'kind = "absence"\nstep = "放款"\n'
    text += HEAD.replace('"r"', '"elsewhere"') + 'process = "deposit"\nkind = "presence"\nstep = "a"\n'
    own = read(write(tmp_path, text))
    rules = rules_for(load("loan"), own)
    assert [rule.requirement for rule in rules if rule.id == "loan.ended"] == [Absence(("放款",))]
    assert len(rules) == len(rules_for(load("loan")))
    assert rules_for(None, own) == own[:1]
