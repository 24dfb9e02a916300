"""The risk matrix: likelihood from exposure, severity from the consequence, gravest first (plan §8.1.2; definitions §3.5)."""

import xml.etree.ElementTree as ElementTree

import pytest

from bankmine.advice.risk import risk_of
from bankmine.api import analyze
from bankmine.settings import Settings
from bankmine.show.risk_matrix import risk_matrix
from tests.textlog import textlog


@pytest.mark.parametrize(
    ("consequence", "share", "expected"),
    [
        ("delay", 0.5, (3, 1, "medium")),
        ("customer", 0.3, (3, 2, "high")),
        ("compliance", 0.01, (1, 3, "medium")),
        ("delay", 0.06, (2, 1, "low")),
    ],
)
def test_class_is_likelihood_times_severity(consequence, share, expected) -> None:
    assert risk_of(consequence, share) == expected


def test_broken_rules_and_undone_advice_stand_in_one_list() -> None:
    redone = "apply 0-1 @customer | enter 1-2 @ann | approve 3-4 @{who} | enter 20-24 @ann | approve 25-26 @{who} | pay 27-28 @eve"
    lines = [f"g{n}: " + redone.format(who="ann" if n < 6 else "bob") for n in range(60)]
    settings = Settings.model_validate({"activities": {"enter": "loan.enter", "approve": "loan.approve", "pay": "loan.disburse"}})
    matrix = analyze(textlog("\n".join(lines)), process="loan", settings=settings).risk
    rule = next(e for e in matrix.entries if e.id == "loan.approve.segregated")
    assert (rule.kind, rule.cases, rule.likelihood, rule.severity, rule.risk_class) == ("rule", 6, 2, 3, "high")
    others = [e for e in matrix.entries if e.kind == "recommendation"]
    assert others and not any(e.id.startswith("P22") for e in others), "a broken rule stands once"
    products = [e.likelihood * e.severity for e in matrix.entries]
    assert products == sorted(products, reverse=True)
    assert len(matrix.table) == len(matrix.entries)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_entry_stands_in_its_cell(lang) -> None:
    figure = risk_matrix([(3, 3), (1, 3), (1, 3)] + [(2, 1)] * 25, lang)
    words = [t.text for t in ElementTree.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert "1" in words and "2 3" in words
    assert any(w and w.endswith("…") for w in words), "what does not fit is said to be left out"


def test_nothing_to_fear_is_said() -> None:
    (said,) = analyze(textlog("c1: a 0-1 | b 2-3")).risk.blocks()
    assert "Nothing" in said.text.en or "nothing" in said.text.en
