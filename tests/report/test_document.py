import json

import jsonschema
import pytest

from bankmine.api import analyze
from bankmine.log.quality import Example, QualityFinding
from bankmine.report.document import check_document, document
from bankmine.report.schema import schemas
from bankmine.settings import Settings
from bankmine.show.records import json_bytes
from bankmine.words import Text
from tests.textlog import textlog

VALIDATOR = jsonschema.Draft202012Validator(schemas())
KEYS = [
    "schema",
    "version",
    "input",
    "log",
    "quality",
    "process",
    "cycle_time",
    "waiting",
    "waiting_by_arc",
    "dfg",
    "rework",
    "loops",
    "variants",
    "resources",
    "transfers",
    "batches",
    "conformance",
    "journey",
    "survey",
    "training",
    "root_causes",
    "kpis",
    "risk",
    "diagnoses",
    "recommendations",
    "twin",
    "roadmap",
]


@pytest.fixture(scope="module")
def made(analysis_in):
    return document(analysis_in("en"))


def test_the_schema_is_one_and_both_documents_keep_it(analysis_in, made):
    jsonschema.Draft202012Validator.check_schema(schemas())
    VALIDATOR.validate(made)
    VALIDATOR.validate(check_document(analysis_in("en")))


def test_every_key_is_there(made):
    assert list(made) == KEYS
    assert [d["id"] for d in made["diagnoses"]] == ["D1", "D2", "D3", "D4", "D5", "D6"]


def test_what_should_happen_stands_with_what_cannot_be_told(analysis_in, made):
    found = made["conformance"]
    assert found["reference"] == "defined"
    assert found["deviations"] == sorted(found["deviations"], key=lambda d: -d["cases"])
    assert not {d["activity"] for d in found["deviations"]} & set(found["not_recorded"])
    assert "loan.identify" in found["not_recorded"]
    rules = {rule["id"]: rule for rule in found["rules"]}
    assert rules["loan.identify.before"]["verdict"] == "unknown" and rules["loan.identify.before"]["interval"] is None
    assert len(rules) == len(analysis_in("en").verdicts.rules)
    visible = next(figure for figure in made["journey"] if figure["unit"] == "s")
    assert visible["cases"] > 0 and visible["value"] > 0


@pytest.mark.parametrize(
    "spoil", [lambda d: d.pop("loops"), lambda d: d.update(extra=1), lambda d: d["log"].update(cases=-1), lambda d: d.update(schema="x")]
)
def test_the_schema_refuses_what_is_not_such_a_document(made, spoil):
    wrong = json.loads(json_bytes(made))
    spoil(wrong)
    assert not VALIDATOR.is_valid(wrong)


def test_lists_stand_in_their_stated_order(made):
    assert made["waiting"] == sorted(made["waiting"], key=lambda r: (-r["total_s"], r["activity"]))
    assert made["dfg"] == sorted(made["dfg"], key=lambda r: (-r["count"], r["source"], r["target"]))
    assert made["variants"] == sorted(made["variants"], key=lambda r: (-r["count"], r["activities"]))
    assert made["rework"] == sorted(made["rework"], key=lambda r: (-r["rework_cases"], r["activity"]))
    assert [r["rank"] for r in made["recommendations"]] == list(range(1, len(made["recommendations"]) + 1))


def test_the_numbers_are_those_of_the_measures(analysis_in, made):
    analysis = analysis_in("en")
    assert made["log"]["cases"] == analysis.log.cases == sum(v["count"] for v in made["variants"])
    assert sum(w["total_s"] for w in made["waiting"]) == pytest.approx(analysis.waiting.total_s.sum())
    assert made["log"]["start"].endswith("+08:00")
    assert made["recommendations"][0]["gain"]["per_case_s"]["realistic"]["estimate"] == analysis.recommendations[0].gain.realistic.estimate


def test_every_wait_is_the_sum_of_its_parts(made):
    for row in [*made["waiting"], *made["waiting_by_arc"]]:
        causes = row["causes"] or {}
        parts = sum(value or 0 for value in causes.values()) + row["causes_unknown_s"] + row["work_included_s"]
        assert parts == pytest.approx(row["total_s"], abs=1e-5)
    assert sum(row["total_s"] for row in made["waiting_by_arc"]) == pytest.approx(sum(row["total_s"] for row in made["waiting"]))


def test_business_figures_name_their_calendar(analysis_in):
    settings = Settings.model_validate(
        {"calendar": {"hours": "Mon-Fri 09:00-17:00", "people": {"Chen_Jing": {"hours": "Mon 09:00-12:00"}}}}
    )
    analysis = analyze(analysis_in("en").log, settings=settings)
    made = document(analysis)
    assert made["input"]["calendar"] == analysis.duty.name and "Mon-Fri 09:00-17:00" in made["input"]["calendar"]
    assert made["input"]["calendar_basis"] == "given" and made["input"]["calendar_estimated_years"] == []
    assert 0 < made["cycle_time"]["business_mean_s"] < made["cycle_time"]["mean_s"]
    assert all(0 <= row["business_total_s"] <= row["total_s"] for row in made["waiting"])
    # Nobody works at night in this log's calendar, but its stamps do.
    assert made["input"]["calendar_outside_share"] > 0.05
    assert "CALENDAR_MISFIT" in [finding["code"] for finding in made["quality"]]
    assert "Chen_Jing" not in str(made)


def test_without_people_and_starts_causes_are_null_with_the_reason():
    made = document(analyze(textlog("c1: open 1 | close 2; c2: open 1 | close 3")))
    VALIDATOR.validate(made)
    assert [(row["causes"], row["causes_missing"]) for row in made["waiting"]] == [(None, ["start", "resource"])] * 2
    assert made["input"]["calendar"] is None and made["input"]["calendar_basis"] == "unknown"
    assert made["cycle_time"]["business_mean_s"] is None


def test_no_person_and_no_card_number_is_in_it(analysis_in, tmp_path, monkeypatch):
    from dataclasses import replace

    monkeypatch.setenv("BANKMINE_KEY_FILE", str(tmp_path / "key"))
    log = analysis_in("en").log
    finding = QualityFinding(
        "PII_CARD",
        "warning",
        1,
        Text(zh="卡号", en="card"),
        (
            Example("a.csv", 2, "note", "card 6222020200112233445"),
            Example("a.csv", 3, "who", "Chen_Jing"),
            Example("a.csv", 4, "id", "11010519491231002X"),
            Example("a.csv", 5, "amount", "Chen_Jing owes 2024-03-14"),
            Example("a.csv", 6, None, "2024-03-14,Chen_Jing"),
        ),
    )
    analysis = analyze(
        replace(log, quality=(finding,), source=replace(log.source, columns={"resource": "who", "case": "id", "activity": "note"}))
    )
    text = json_bytes(document(analysis)).decode()
    assert "6222020200112233445" not in text and "card …3445" in text and "…002X" in text
    assert "2024-03-14,xxxx_xxxx" in text, "of a cell in which anything may stand, its form, and a date"
    assert "Chen_Jing" not in text and '"R-' in text
    assert "11010519491231002X" not in text
