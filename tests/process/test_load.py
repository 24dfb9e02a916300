from pathlib import Path

import pytest

from bankmine.errors import UsageError
from bankmine.process.definition import Kind, Outcome, Party
from bankmine.process.labels import is_chinese
from bankmine.process.load import library, load, names

PLAN_STEPS = {"deposit": 7, "loan": 6, "payment": 7, "wealth": 7}  # numbered steps of plan §2.1


def test_the_four_processes_of_the_plan_are_there():
    assert names() == ("deposit", "loan", "payment", "wealth")


@pytest.mark.parametrize("process", names())
def test_every_step_of_the_plan_is_a_step_of_the_definition(process):
    definition = load(process)
    found = [step.plan for step in definition.steps if step.plan]
    assert sorted(found) == [f"{definition.plan}({n})" for n in range(1, PLAN_STEPS[process] + 1)]


@pytest.mark.parametrize("process", names())
def test_names_are_in_both_languages_and_ids_belong_to_the_process(process):
    for step in load(process).steps:
        assert step.id.startswith(f"{process}.")
        assert is_chinese(step.name.zh)
        assert step.name.en.isascii()
        assert any(is_chinese(alias) for alias in step.aliases)
        assert any(alias.isascii() for alias in step.aliases)


@pytest.mark.parametrize("process", names())
def test_each_process_can_end_in_every_way(process):
    steps = load(process).steps
    assert {step.outcome for step in steps} == {*Outcome, None}
    assert all(step.outcome for step in steps if step.kind is Kind.END)


@pytest.mark.parametrize("process", names())
def test_each_process_has_what_the_patterns_read(process):
    steps = load(process).steps
    assert any(s.segregated_from and s.kind is Kind.APPROVAL for s in steps)
    assert any(s.mandatory and s.before and s.kind is Kind.CONTROL for s in steps)
    assert any(s.party is Party.SYSTEM and s.kind is Kind.WORK for s in steps)
    assert any(s.kind is Kind.CUSTOMER_REPLY for s in steps)
    for step in steps:
        assert (step.expected_customer_days is not None) == (step.kind in (Kind.REQUEST_TO_CUSTOMER, Kind.OFFER))


def test_contractual_waits_are_repayment_and_holding():
    contractual = [step.id for definition in library() for step in definition.steps if step.kind is Kind.CONTRACTUAL_WAIT]
    assert contractual == ["loan.repay", "loan.collect", "wealth.hold", "wealth.redeem"]


def test_an_unknown_process_is_refused_with_the_valid_names():
    with pytest.raises(UsageError, match="deposit, loan, payment, wealth") as caught:
        load("mortgage")
    assert caught.value.code == "PROCESS_UNKNOWN"


def test_a_banks_own_definition(tmp_path: Path):
    file = tmp_path / "card.toml"
    file.write_text(
        'id = "card"\nzh = "信用卡"\nen = "Card"\n'
        '[[step]]\nid = "card.apply"\nzh = "申请"\nen = "Apply"\nparty = "customer"\n'
        '[[step]]\nid = "card.issue"\nzh = "发卡"\nen = "Issue card"\nparty = "bank"\nkind = "end"\noutcome = "completed"\n',
        encoding="utf-8",
    )
    definition = load(file)
    assert [step.id for step in definition.steps] == ["card.apply", "card.issue"]
    assert load(str(file)) == definition


HEAD = 'id = "x"\nzh = "某"\nen = "X"\n'
STEP = '[[step]]\nid = "x.a"\nzh = "甲"\nen = "A step"\nparty = "bank"\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("id = x", "line 1"),
        (HEAD, "step"),
        (HEAD + STEP + 'kind = "wrok"\n', r"step\[1\].kind"),
        (HEAD + STEP + 'nmae = "a"\n', r"step\[1\].nmae"),
        (HEAD + STEP + STEP, r"step\[2\].id"),
        (HEAD + STEP + 'before = "x.b"\n', r"step\[1\].before.*x\.b"),
        (HEAD + STEP + 'kind = "end"\n', r"step\[1\].outcome"),
        (HEAD + STEP + STEP.replace("x.a", "x.b").replace("甲", "乙"), r"step\[2\].aliases.*x\.a"),
        (HEAD + STEP + "expected_customer_days = 0\n", r"step\[1\].expected_customer_days"),
    ],
)
def test_a_malformed_definition_is_refused_with_file_and_key(tmp_path: Path, text: str, key: str):
    file = tmp_path / "bad.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=key) as caught:
        load(file)
    assert (caught.value.code, caught.value.file) == ("PROCESS_INVALID", str(file))


def test_a_definition_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(UsageError) as caught:
        load(tmp_path / "none.toml")
    assert caught.value.code == "PROCESS_FILE"
