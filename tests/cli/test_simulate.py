import json

import pytest

from bankmine.cli.main import main
from bankmine.sample import generate


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> str:
    return str(generate("loan", seed=5, cases=300, lang="zh").write(tmp_path_factory.mktemp("twin")))


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("mean cycle time now", "How far the twin can be trusted")), ("zh", ("现在的平均时长", "孪生的可信度"))]
)
def test_a_forecast_to_read_in_both_languages(place, capsys, lang, words) -> None:
    assert main(["simulate", place, "--change", "信贷审查员 +1", "--lang", lang, "-q"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in words)


def test_a_forecast_for_other_programs(place, capsys) -> None:
    assert main(["simulate", place, "--change", "审批主管 +1", "--change", "demand x1.1", "--format", "json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["changes"] == ["审批主管 +1", "demand x1.1"] and found["low_s"] is None
    assert {"waiting", "load", "fit", "usable"} <= set(found)
    assert main(["simulate", place, "--change", "审批主管 +1", "--format", "csv", "-q"]) == 0
    assert capsys.readouterr().out.startswith("activity,wait_before_s,wait_after_s")


@pytest.mark.parametrize(
    ("change", "code"), [(["--change", "nonsense"], "CHANGE_UNKNOWN"), ([], "CHANGES_NONE"), (["--change", "柜员 +1"], "CHANGE_ROLE")]
)
def test_what_cannot_be_played_is_refused(place, capsys, change, code) -> None:
    assert main(["simulate", place, *change, "-q"]) == 2
    captured = capsys.readouterr()
    assert code in captured.err and not captured.out


def test_a_forecast_as_a_page_and_as_a_file(place, tmp_path, capsys) -> None:
    page, file = tmp_path / "what-if.html", tmp_path / "what-if.json"
    said = ["--change", "审批主管 +1", "--lang", "zh", "-q"]
    assert main(["simulate", place, *said, "--report", str(page), "--json", str(file)]) == 0
    assert "每件节省" in capsys.readouterr().out
    found, text = json.loads(file.read_text(encoding="utf-8")), page.read_text(encoding="utf-8")
    assert found["said"] == [{"zh": "「审批主管」增加 1 人", "en": "1 more of “审批主管”"}]
    assert "推演：「审批主管」增加 1 人" in text and text.count("<script") == 1 and "孪生的可信度" in text


def test_what_the_recommendations_are_played_on_can_be_chosen(tmp_path, capsys) -> None:
    log = str(generate("loan", seed=600, cases=600, problem="P08", effect=0.2).write(tmp_path))
    methods = []
    for twin in ("window", "off"):
        assert main(["analyze", log, "--twin", twin, "--json", str(tmp_path / f"{twin}.json"), "-q"]) == 0
        found = json.loads((tmp_path / f"{twin}.json").read_text(encoding="utf-8"))
        methods.append((found["recommendations"][0]["gain"]["method"], found["twin"] is None))
    assert methods == [("twin", False), ("queue_formula", True)]
    assert main(["analyze", log, "--twin", "sometimes"]) == 2
