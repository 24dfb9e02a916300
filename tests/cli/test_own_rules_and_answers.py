"""A bank's own rules, model and customers' answers, from the command line and from Python, to the advice."""

import json

import pytest

import bankmine as bm
from bankmine.cli.main import main
from bankmine.errors import UsageError
from bankmine.settings import Settings

RULES = """
[[control]]
id = "two_approvals"
zh = "五十万以上须两人审批"
en = "Two people approve above 500,000"
kind = "amount_limit"
when = { attribute = "amount", above = 500000 }
requires = "cardinality"
step = "Approve"
before = "Pay"
min = 2
different = "resource"

[[control]]
id = "in_time"
zh = "收到申请后 48 小时内审批"
en = "Approval within 48 hours"
kind = "time_limit"
since = "Apply"
until = "Approve"
hours = 48
severity = "delay"
"""
BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bank">
  <process id="p" isExecutable="false">
    <startEvent id="s"/><task id="a" name="Apply"/><task id="b" name="Approve"/><task id="c" name="Pay"/><endEvent id="e"/>
    <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
    <sequenceFlow id="f3" sourceRef="b" targetRef="c"/><sequenceFlow id="f4" sourceRef="c" targetRef="e"/>
  </process>
</definitions>
"""


@pytest.fixture
def folder(tmp_path):
    """60 loans of 600,000, of which 12 had one approver only, and 8 of those were approved after five days."""
    rows = ["case,activity,start,end,resource,amount"]
    for n in range(60):
        second, day = ("bob" if n >= 12 else "ann"), (6 if n < 8 else 2)
        rows += [
            f"{n},Apply,2024-03-01 09:00,2024-03-01 09:10,Customer,600000",
            f"{n},Approve,2024-03-0{day} 10:00,2024-03-0{day} 10:20,ann,600000",
            f"{n},Approve,2024-03-0{day} 11:00,2024-03-0{day} 11:20,{second},600000",
            f"{n},Pay,2024-03-0{day + 1} 12:00,2024-03-0{day + 1} 12:10,eve,600000",
        ]
    (tmp_path / "log.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / "bankmine.toml").write_text('[controls]\nfiles = ["rules.toml"]\n', encoding="utf-8")
    (tmp_path / "own.bpmn").write_text(BPMN, encoding="utf-8")
    (tmp_path / "answers.csv").write_text("case,score,comment,date\n0,2,slow,2024-03-09\n20,5,,2024-03-05\n", encoding="utf-8")
    return tmp_path


def analysed(folder, *given: str) -> dict:
    out = folder / "out.json"
    assert main(["analyze", str(folder / "log.csv"), "--json", str(out), "-q", *given]) == 0
    return json.loads(out.read_text(encoding="utf-8"))


def test_own_rules_become_advice_and_risks(folder) -> None:
    made = analysed(folder, "--config", str(folder / "bankmine.toml"))
    rules = {rule["id"]: (rule["verdict"], rule["cases_violated"], rule["cases_checked"]) for rule in made["conformance"]["rules"]}
    assert rules["two_approvals"] == ("violated", 12, 60) and rules["in_time"] == ("violated", 8, 60)
    advised = {(r["pattern"], r["activity"]): r for r in made["recommendations"]}
    two = advised["P23", "Approve"]
    assert two["kind"] == "control" and two["risk_of_inaction"] == "high" and two["tier"] == "A" and two["cases"] == 12
    risks = {r["id"]: (r["likelihood"], r["severity"], r["risk_class"]) for r in made["risk"]}
    assert risks["two_approvals"] == (2, 3, "high") and risks["in_time"] == (2, 1, "low")


def test_the_same_rules_in_python_values(folder) -> None:
    import tomllib

    settings = Settings.model_validate(tomllib.loads(RULES))
    analysis = bm.analyze(bm.read_log(folder / "log.csv"), settings=settings)
    table = analysis.verdicts.table.set_index("id")
    assert table.loc["two_approvals", "violated"] == 12 and table.loc["in_time", "violated"] == 8


def test_a_wrong_rule_is_refused_in_one_line_with_the_valid_names(folder, capsys) -> None:
    (folder / "rules.toml").write_text(RULES.replace('step = "Approve"', 'step = "Aprove"'), encoding="utf-8")
    out = folder / "never.json"
    given = ["analyze", str(folder / "log.csv"), "--config", str(folder / "bankmine.toml"), "--json", str(out), "-q"]
    assert main(given) == 2 and not out.exists()
    first, hint = capsys.readouterr().err.strip().splitlines()
    assert first.startswith(f"bankmine: {folder / 'rules.toml'}:9:") and "CONTROL_ACTIVITY" in first
    assert hint.startswith("hint: ") and "Approve" in hint


def test_a_banks_own_model_is_what_cases_are_compared_with(folder) -> None:
    made = analysed(folder, "--process", str(folder / "own.bpmn"))
    assert made["conformance"]["reference"] == "file"
    assert {(d["kind"], d["activity"], d["cases"]) for d in made["conformance"]["deviations"]} == {("repeated", "Approve", 60)}
    analysis = bm.analyze(bm.read_log(folder / "log.csv"), process=folder / "own.bpmn")
    assert analysis.deviations.reference.origin == "file"


@pytest.mark.parametrize("command", ["analyze", "check", "conformance", "resources", "rework", "variants", "waiting"])
@pytest.mark.parametrize(("content", "code"), [(None, "BPMN_FILE"), ("<a/>", "BPMN_XML")])
def test_a_model_that_cannot_be_read_is_refused_by_every_command(folder, capsys, command, content, code) -> None:
    if content is not None:
        (folder / "wrong.bpmn").write_text(content, encoding="utf-8")
    assert main([command, str(folder / "log.csv"), "--process", str(folder / "wrong.bpmn"), "-q"]) == 2
    said = capsys.readouterr()
    first, hint = said.err.strip().splitlines()
    assert first.startswith(f"bankmine: {folder / 'wrong.bpmn'}") and code in first and hint.startswith("hint: ")
    assert not said.out


def test_labels_keep_their_meaning_beside_a_banks_own_model(folder) -> None:
    (folder / "loan.toml").write_text('[process]\nid = "loan"\n', encoding="utf-8")
    own = ("--process", str(folder / "own.bpmn"))
    assert analysed(folder, *own)["process"] == analysed(folder)["process"]
    assert analysed(folder, *own, "--config", str(folder / "loan.toml"))["process"]["id"] == "loan"


def test_customers_answers_are_joined_by_case(folder, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    given = ["analyze", "log.csv", "--survey", "answers.csv", "--report", "r.html", "--json", "r.json", "-q"]
    assert main(given) == 0
    assert "Scores by customers" in (folder / "r.html").read_text(encoding="utf-8")
    answers = json.loads((folder / "r.json").read_text(encoding="utf-8"))["survey"]
    assert (answers["scored_cases"], answers["unmatched"]) == (2, 0) and answers["response_share"] == pytest.approx(2 / 60)
    assert answers["scores"][0]["answers"] == 2 and answers["scores"][0]["mean"] is None  # two are too few to speak of
    assert analysed(folder)["survey"] is None
    settings = Settings.model_validate({"survey": {"file": str(folder / "answers.csv")}})
    survey = bm.analyze(bm.read_log(folder / "log.csv"), settings=settings).survey
    assert survey is not None and survey.response_share == pytest.approx(2 / 60)


def test_scores_by_stage_are_in_the_document(folder) -> None:
    lines = "".join(f"{n},{2 if n < 12 else 5},,2024-03-09\n" for n in range(40)) + "no-such-case,1,,2024-03-09\n"
    (folder / "answers.csv").write_text("case,score,comment,date\n" + lines, encoding="utf-8")
    answers = analysed(folder, "--survey", str(folder / "answers.csv"))["survey"]
    assert (answers["scored_cases"], answers["unmatched"]) == (40, 1)
    everyone = answers["scores"][0]
    assert everyone["group"] == "all" and everyone["mean"] == pytest.approx((12 * 2 + 28 * 5) / 40)
    assert everyone["low"] < everyone["mean"] < everyone["high"]
    assert {row["group"] for row in answers["scores"]} <= {"all", "outcome", "stage"}


@pytest.mark.parametrize("command", ["analyze", "check", "waiting"])
def test_answers_that_are_not_there_are_refused_and_nothing_is_written(folder, capsys, command) -> None:
    assert main([command, str(folder / "log.csv"), "--survey", str(folder / "none.csv"), "-q"]) == 2
    said = capsys.readouterr()
    assert "none.csv" in said.err and len(said.err.strip().splitlines()) == 2 and not said.out


def test_a_wrong_rule_among_values_is_refused_without_a_line(folder) -> None:
    rule = {"id": "x", "zh": "限时", "en": "in time", "kind": "time_limit", "since": "Apply", "until": "Aprove", "hours": 48}
    analysis = bm.analyze(bm.read_log(folder / "log.csv"), settings=Settings.model_validate({"control": [rule]}))
    with pytest.raises(UsageError) as refused:
        _ = analysis.verdicts
    assert (refused.value.code, refused.value.line) == ("CONTROL_ACTIVITY", None) and "Approve" in str(refused.value)
