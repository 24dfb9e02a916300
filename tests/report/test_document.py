import json

import jsonschema
import pytest

from bankmine.log.quality import Example, QualityFinding
from bankmine.report.document import check_document, document
from bankmine.report.schema import schemas
from bankmine.show.records import json_bytes
from bankmine.words import Text

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
    "dfg",
    "rework",
    "loops",
    "variants",
    "conformance",
    "diagnoses",
    "recommendations",
]


@pytest.fixture(scope="module")
def made(analysis_in):
    return document(analysis_in("en"))


def test_the_schema_is_one_and_both_documents_keep_it(analysis_in, made):
    jsonschema.Draft202012Validator.check_schema(schemas())
    VALIDATOR.validate(made)
    VALIDATOR.validate(check_document(analysis_in("en")))


def test_every_key_is_there_and_what_comes_later_is_null(made):
    assert list(made) == KEYS
    assert all(row["causes"] is None for row in made["waiting"])
    assert made["conformance"]["rules"] is None and made["cycle_time"]["business_mean_s"] is None
    assert [d["id"] for d in made["diagnoses"]] == ["D1", "D2", "D3", "D4", "D5", "D6"]


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


def test_no_person_and_no_card_number_is_in_it(analysis_in, tmp_path, monkeypatch):
    from dataclasses import replace

    from bankmine.api import analyze

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
        ),
    )
    analysis = analyze(replace(log, quality=(finding,), source=replace(log.source, columns={"resource": "who"})))
    text = json_bytes(document(analysis)).decode()
    assert "6222020200112233445" not in text and "3445" in text
    assert "Chen_Jing" not in text and '"R-' in text
    assert "11010519491231002X" not in text
