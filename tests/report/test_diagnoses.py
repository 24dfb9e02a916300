"""The statements: each diagnosis says what was looked for, what came of it, and what to ask where the log is silent."""

import pytest

from bankmine.api import Analysis, analyze
from bankmine.report.diagnoses import diagnoses, statement
from bankmine.show.blocks import Heading, Notice, Paragraph, TableBlock
from tests.textlog import textlog

REDONE = "apply 0-1 @customer | enter 1-2 @ann | check 3-4 @bob | enter 20-24 @ann | check 25-26 @bob | pay 27-28 @eve"
PLAIN = "apply 0-1 @customer | enter 1-2 @ann | check 3-4 @bob | pay 5-6 @eve"


def of(*groups: tuple[int, str]) -> Analysis:
    lines = [f"g{g}x{i}: {body}" for g, (count, body) in enumerate(groups) for i in range(count)]
    return analyze(textlog("\n".join(lines)))


def test_a_statement_names_what_was_found_and_where() -> None:
    analysis = of((60, REDONE), (60, PLAIN))
    d3 = next(each for each in analysis.statements if each.claim.id == "D3")
    rework = next(looked for looked in d3.looked if looked.pattern.code == "P07")
    assert (rework.outcome, rework.places) == ("listed", ("enter",))
    assert [item.pattern for item in d3.found] == ["P07"]
    shown = statement(d3)
    assert any(isinstance(b, Paragraph) and "「enter」" in b.text.zh and "“enter”" in b.text.en for b in shown)


def test_what_could_not_be_looked_for_says_what_is_missing() -> None:
    log = textlog("\n".join(f"c{i}: a 1 | b 2" for i in range(40)))
    for each in analyze(log).statements:
        assert each.diagnosis.verdict == "unassessable"
        assert all(looked.missing for looked in each.looked if looked.outcome == "missing")
        table = statement(each)[-1]
        assert isinstance(table, TableBlock) and table.rows, "it says where to ask instead"


def test_a_diagnosis_can_be_explained_by_its_name() -> None:
    analysis = of((60, REDONE), (60, PLAIN))
    assert analysis.explain("d3") == statement(analysis.statements[2])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_section_holds_all_six_and_the_untestable(lang: str) -> None:
    blocks = diagnoses(of((40, PLAIN)))
    assert [b.anchor for b in blocks if isinstance(b, Heading)] == ["diagnoses", "d1", "d2", "d3", "d4", "d5", "d6", "untestable"]
    assert all(b.text.of(lang) for b in blocks if isinstance(b, Notice | Paragraph))
