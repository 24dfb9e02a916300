"""Every pattern fires on one log and stays silent on another; the logs are data beside this file, P06.toml and so on."""

import re
import tomllib
from pathlib import Path

import pytest

from bankmine.api import Analysis, analyze
from bankmine.errors import UsageError
from bankmine.patterns import pattern_classes, patterns
from bankmine.settings import Settings
from tests.textlog import textlog

FOLDER = Path(__file__).parent
CASES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("P*.toml"))}


def later(body: str, hours: float) -> str:
    """The case moved by so many hours: the times, which stand after the activity's name, and nothing else."""
    return re.sub(
        r"(?<= )\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?-?(?= |$)", lambda m: re.sub(r"[\d.]+", lambda t: f"{float(t[0]) + hours:.4f}", m[0]), body
    )


def analysis(example: dict[str, object]) -> Analysis:
    """`cases` is a list of [count, text of the case] or [count, text, hours by which each copy comes after the one before];
    `activities` the mapping; `process` a definition, if any; `calendar` as in the configuration.
    """
    lines = [
        f"g{group}x{i}: {later(body, i * (step[0] if step else 0))}"
        for group, (count, body, *step) in enumerate(example["cases"])
        for i in range(count)
    ]
    settings = Settings.model_validate({key: example[key] for key in ("activities", "calendar", "segments") if key in example})
    return analyze(textlog("\n".join(lines)), process=example.get("process"), settings=settings)


def found(code: str, example: dict[str, object]) -> list[tuple[str, int]]:
    result = analysis(example)
    pattern = next(p for p in patterns() if p.code == code)
    assert not pattern.missing(result.facts), "the log lacks what the pattern needs, so its silence would mean nothing"
    return [(result.facts.names[f.activity], len(f.cases)) for f in pattern.find(result.facts)]


@pytest.mark.parametrize("code", CASES)
def test_it_fires_where_it_should(code: str) -> None:
    example = CASES[code]["fires"]
    assert found(code, example) == [(example["activity"], example["affected"])]


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, case in CASES.items() for name in case if name.startswith("silent")])
def test_it_stays_silent_where_it_should(code: str, name: str) -> None:
    assert found(code, CASES[code][name]) == []


def test_every_pattern_has_both() -> None:
    assert set(CASES) == set(pattern_classes())
    assert all({"fires", "silent"} <= set(case) for case in CASES.values())


@pytest.mark.parametrize("code", CASES)
def test_every_number_of_the_text_is_kept_and_both_languages_are_written(code: str) -> None:
    result = analysis(CASES[code]["fires"])
    pattern = next(p for p in patterns() if p.code == code)
    finding = next(iter(pattern.find(result.facts)))
    assert finding.figures and "{" not in finding.text.zh + finding.text.en
    name = result.facts.names[finding.activity]
    assert name in finding.text.zh and name in finding.text.en
    assert (finding.rows[1:] > finding.rows[:-1]).all(), "rows are in order, each once"


def test_thresholds_are_set_from_the_configuration() -> None:
    strict = next(p for p in patterns({"P07": {"rework_share": 0.9}}) if p.code == "P07")
    assert list(strict.find(analysis(CASES["P07"]["fires"]).facts)) == []


@pytest.mark.parametrize(
    ("rules", "names"),
    [({"P99": {}}, "P07"), ({"P07": {"rework": 0.1}}, "rework_share"), ({"P07": {"rework_share": "much"}}, "must be a number")],
)
def test_wrong_rules_are_refused_with_the_right_names(rules: dict[str, dict[str, object]], names: str) -> None:
    with pytest.raises(UsageError, match=names):
        patterns(rules)
