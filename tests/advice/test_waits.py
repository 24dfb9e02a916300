"""What is said of one wait, of risks and of the bank's hours: the words and numbers that people read."""

import pytest

from bankmine.advice.bank import bank_diagnosis
from bankmine.advice.risk import Risk, RiskMatrix, risk_class, risk_of
from bankmine.advice.roadmap import roadmap, step_of
from bankmine.advice.waits import line_of, row_at, wait_blocks
from bankmine.errors import UsageError
from bankmine.measure.one_wait import Stretch
from bankmine.show.blocks import Heading, Paragraph, TableBlock
from bankmine.words import Text
from tests.advice.test_bank import answer, item
from tests.advice.test_rank import PLAIN, REDONE, analysis
from tests.textlog import hours, textlog

LOG = textlog("c1: a 0-1 @ann | b 6-7 @bob ; c2: b 1-3 @bob ; c3: b 3-6 @bob ; c4: b 4-5 @eve ; c5: b 4-30 @eve")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("line:12", (None, 12)), (" LINE 12 ", (None, 12)), ("line:a.csv:3", ("a.csv", 3)), ("line:C:\\x.csv:3", ("C:\\x.csv", 3)),
        ("P07", None), ("line:", None), ("line:x", None), ("my line:3", None),
    ],
)  # fmt: skip
def test_a_line_is_named_with_or_without_its_file(said: str, meant: tuple[str | None, int] | None) -> None:
    assert line_of(said) == meant


def test_the_row_of_a_line_and_what_there_is_where_it_is_not() -> None:
    assert [row_at(LOG, None, line) for line in LOG.line.tolist()] == list(range(len(LOG)))
    with pytest.raises(UsageError, match=rf"lines {LOG.line.min()} to {LOG.line.max()} are there"):
        row_at(LOG, None, 999)


def test_a_wait_is_told_in_order_with_its_causes_by_size_and_the_longest_other_work() -> None:
    row = next(r for r in range(len(LOG)) if LOG.activities[LOG.activity[r]] == "b" and LOG.case_names[LOG.case[r]] == "c1")
    others = [r for r in range(len(LOG)) if LOG.case_names[LOG.case[r]] != "c1"]
    stretches = [
        Stretch(hours(1), hours(3), "contention", tuple(others)),
        Stretch(hours(3), hours(6), "closed", ()),
    ]
    heading, said, table, calendar = wait_blocks(LOG, row, stretches, Text.same("calendar"))
    assert isinstance(heading, Heading) and "“b” of case c1" in heading.text.en and heading.level == 2
    assert isinstance(said, Paragraph)
    assert "at 2024-03-04 09:00 and waited until 2024-03-04 14:00, 5.0 h: closed 3.0 h, queue 2.0 h." in said.text.en
    assert isinstance(table, TableBlock) and [row[:3] for row in table.rows] == [
        (hours(1), hours(3), 2 * 3600.0),
        (hours(3), hours(6), 3 * 3600.0),
    ]
    work = table.rows[0][4].en
    assert [work.index(case) for case in ("c5", "c3", "c2")] == sorted(work.index(case) for case in ("c5", "c3", "c2"))
    assert "c4" not in work and work.endswith("; 1 more") and table.rows[1][4] == ""
    assert "12:00–2024-03-05 14:00" in work, "an end on another day is written with its day"
    assert "11:00–14:00" in work and "line" in work
    assert isinstance(calendar, Paragraph) and calendar.text.en == "calendar"
    (_, nothing) = wait_blocks(LOG, row, [], Text.same("calendar"))
    assert "did not wait" in nothing.text.en


def test_classes_at_their_limits_and_risks_in_their_order() -> None:
    assert [risk_of("delay", share)[0] for share in (0.30, 0.2999, 0.05, 0.0499, 0.0)] == [3, 2, 2, 1, 1]
    assert [risk_class(a, b) for a, b in ((3, 3), (2, 3), (2, 2), (3, 1), (1, 2), (1, 1))] == [
        "high",
        "high",
        "medium",
        "medium",
        "low",
        "low",
    ]

    def risk(kind, name, likelihood, severity):
        return Risk(kind, name, Text.same(name), likelihood, severity, risk_class(likelihood, severity), 4, 0.25)

    table = RiskMatrix((risk("rule", "x", 3, 2), risk("recommendation", "y", 1, 1))).blocks()[0]
    assert [row[0] for row in table.rows] == [1, 2] and [row[3:] for row in table.rows] == [(3, 2, 4, 0.25), (1, 1, 4, 0.25)]
    assert [row[2].text.en for row in table.rows] == ["high", "low"]


def test_hours_of_the_bank_are_in_hours_with_their_ends_and_cost_the_rate() -> None:
    from dataclasses import replace

    from bankmine.advice.answer import Interval

    base = item()
    gain = replace(base.gain, per_year=Interval(7200.0, 3600.0, 10_800.0), effort_per_year_s=1800.0)
    (entry,) = bank_diagnosis([answer("loan", item(gain=gain))]).ranking
    assert (entry.customer_hours, entry.customer_low, entry.customer_high, entry.staff_hours) == (2, 1, 3, 0.5)
    assert entry.cost(100.0) == 50 and entry.where == "enter" and entry.first.pattern == "P07"
    (unknown,) = bank_diagnosis([answer("loan", item(gain=replace(base.gain, effort_per_year_s=None)))]).ranking
    assert unknown.cost(100.0) is None and unknown.staff_hours is None and unknown.customer_low is None
    shared = {"checker": 1.0}
    one, two = (answer(name, item(pattern="P08", role="checker", hours=1), busy=shared) for name in ("loan", "cards"))
    (both,) = bank_diagnosis([one, two]).ranking
    assert both.where == "checker" and both.logs == ("loan", "cards")
    other = bank_diagnosis([answer("loan", item(pattern="P07", role="checker", hours=1), busy=shared), two]).ranking
    assert len(other) == 2, "only what lacks capacity is merged"


def test_steps_stand_by_window_tier_score_log_and_rank() -> None:
    items = [item(phase="7-9"), item(tier="B"), item(score=0.2), item(rank=2), item()]
    assert [(s.phase, s.item.tier, s.item.score, s.item.rank) for s in roadmap(step_of(i) for i in items)] == [
        (1, "A", 0.2, 1), (1, "A", 0.1, 1), (1, "A", 0.1, 2), (1, "B", 0.1, 1), (2, "A", 0.1, 1),
    ]  # fmt: skip
    assert (
        step_of(item(kind="control")).owner.en == "Risk and compliance"
        and step_of(item(diagnoses=("D2", "D3"))).owner.en == "Customer service"
    )
    assert step_of(item(diagnoses=())).owner.en == "Operations" and not step_of(item(kind="control")).in_seconds
    assert [(s.deferred, s.phase) for s in (step_of(item()), step_of(item(feasibility="low")))] == [(False, 1), (True, 2)]
    small = step_of(item(), "a", {"cycle_time_mean": 60.0})
    assert small.target == 0.0, "no time is below nothing"


def test_a_finding_is_explained_by_its_figures_its_factors_and_its_arithmetic() -> None:
    found = analysis((60, REDONE), (60, PLAIN))
    blocks = found.explain(1)
    tables = {b.caption.en: b for b in blocks if isinstance(b, TableBlock) and b.caption is not None}
    assert isinstance(blocks[0], Heading) and blocks[0].level == 1
    factors = tables["Score = product of the factors"]
    assert factors.rows[-1][1] == found.recommendations[0].score and len(factors.rows) == 5
    amounts = {row[0].en: row[1:] for row in tables["Arithmetic"].rows}
    assert amounts["cases affected"] == (60, "") and amounts["divided by all cases"] == (120, "")
    assert amounts["waiting of the rows below that would be saved"] == ("", 60 * 8 * 3600.0)
    assert amounts["cycle time saved by replay, cause gone"] == ("", 60 * 10 * 3600.0)
    assert amounts["cycle time saved by replay, realistic"] == ("", 60 * 5 * 3600.0) and amounts["realistic share"] == (0.5, "")
    rows = tables["Rows behind the figure"].rows
    assert sum(row[7] + row[8] for row in rows) == pytest.approx(60 * 10 * 3600.0)
    assert all(row[5] >= row[4] and row[6] == 4 * 3600.0 for row in rows)
    assert any(isinstance(b, Heading) and "The wait before" in b.text.en for b in blocks), "the longest wait of them is told"
    for wrong in ("0", "2", "P07@nowhere", "P99"):
        with pytest.raises(UsageError, match=r"there are 1|known: P07@enter"):
            found.explain(wrong)
    assert "was looked for" in found.explain("P08")[1].text.en or "could not" in found.explain("P08")[1].text.en
    assert "it was found at enter" in found.explain("P07@close")[1].text.en
