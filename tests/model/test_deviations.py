import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from bankmine.api import analyze, read_log
from bankmine.cli.conformance import conformance
from bankmine.log.eventlog import SECOND
from bankmine.model.deviations import Conformance
from bankmine.model.reference import Reference
from bankmine.model.variants import Variants
from bankmine.show.blocks import Notice
from bankmine.words import Text
from tests.model.test_alignment import net_of
from tests.textlog import textlog

SAMPLES = Path(__file__).parents[2] / "sample_logs"


def held_against(tree: str, text: str, *, open_cases: tuple[int, ...] = (), placed: str = "") -> Conformance:
    """The cases of a text log held against a process tree; cycle times are those of the text."""
    log = textlog(text)
    reference = Reference(
        "file", Text.same("tree"), net_of(tree), Variants.of(log), np.arange(log.cases), frozenset("k"), placed=frozenset(placed)
    )
    closed = np.ones(log.cases, dtype=bool)
    closed[list(open_cases)] = False
    return Conformance.of(reference, closed, (log.case_end - log.case_start) / SECOND)


def found(result: Conformance) -> dict[tuple[str, str], int]:
    return {(row["kind"], row["activity"]): row["cases"] for row in result.table.to_dict("records")}


@pytest.mark.parametrize(
    ("case", "deviations"),
    [
        ("a 0 | k 1 | b 2", {}),
        ("a 0 | b 2", {("skipped", "k"): 1}),
        ("a 0 | x 1 | k 2 | b 3", {("inserted", "x"): 1}),
        ("a 0 | b 1 | k 2", {("swapped", "b"): 1}),
        ("a 0 | k 1 | k 2 | b 3", {("repeated", "k"): 1}),
        ("a 0 | x 1 | x 2 | k 3 | b 4", {("inserted", "x"): 1, ("repeated", "x"): 1}),
        ("b 0 | a 1", {("skipped", "k"): 1, ("swapped", "b"): 1}),
        ("a 0 | k 1 | b 2 | a 3", {("repeated", "a"): 1}),
        ("a 0", {("skipped", "b"): 1, ("skipped", "k"): 1}),
    ],
)
def test_what_was_done_otherwise_is_named(case: str, deviations: dict[tuple[str, str], int]) -> None:
    assert found(held_against("->( 'a', 'k', 'b' )", f"c1: {case}")) == deviations


def test_an_optional_step_in_another_place_is_out_of_place_where_the_model_has_one_place_for_it() -> None:
    tree, case = "->( 'a', X( tau, 'k' ), 'b', 'c' )", "c1: a 0 | b 1 | k 2 | c 3"
    assert found(held_against(tree, case)) == {("inserted", "k"): 1}
    assert found(held_against(tree, case, placed="k")) == {("swapped", "k"): 1}
    assert found(held_against(tree, "c1: a 0 | k 1 | b 2 | k 3 | c 4", placed="k")) == {("repeated", "k"): 1}


def test_cases_shares_controls_and_times() -> None:
    slow = " ; ".join(f"s{n}: a 0 | b {20 + n}" for n in range(5))
    fast = " ; ".join(f"f{n}: a 0 | k 1 | b {10 + n}" for n in range(15))
    table = held_against("->( 'a', 'k', 'b' )", f"{slow} ; {fast}").table
    assert table.to_dict("records") == [
        {
            "kind": "skipped",
            "activity": "k",
            "cases": 5,
            "share": 0.25,
            "control": True,
            "timed": 5,
            "mean_extra_s": 5 * 3600.0,
            "median_extra_s": 5 * 3600.0,
        }
    ]


def test_with_few_cases_times_are_not_compared() -> None:
    row = held_against("->( 'a', 'k' )", "c1: a 0 ; c2: a 0 | k 9").table.iloc[0]
    assert (row["cases"], row["timed"]) == (1, 1) and np.isnan(row["mean_extra_s"]) and np.isnan(row["median_extra_s"])


def test_what_open_cases_lack_is_not_listed() -> None:
    result = held_against("->( 'a', 'k' )", "c1: a 0 ; c2: a 0 ; c3: a 0 | k 9", open_cases=(0,))
    assert found(result) == {("skipped", "k"): 1} and result.deviations.of_cases == 2


def test_the_variants_of_a_deviation_are_known() -> None:
    result = held_against("->( 'a', 'k' )", "c1: a 0 ; c2: a 0 ; c3: a 0 | k 9")
    log_variants = result.alignments.variants
    assert [log_variants.names(v) for v in np.flatnonzero(result.deviations.variants[0])] == [("a",)]


@pytest.fixture(scope="module")
def cli() -> typer.Typer:
    app = typer.Typer()
    app.command()(conformance)
    return app


@pytest.mark.parametrize("model", ["defined", "discovered"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_shows_deviations(cli: typer.Typer, model: str, lang: str) -> None:
    done = CliRunner().invoke(cli, [str(SAMPLES / "payment.csv"), "--model", model, "--lang", lang], catch_exceptions=False)
    assert ("对照" if lang == "zh" else "Compared with") in done.stdout
    assert ("选用" in done.stdout or "Chosen" in done.stdout) == (model == "discovered")


def test_the_command_writes_rows(cli: typer.Typer) -> None:
    rows = json.loads(CliRunner().invoke(cli, [str(SAMPLES / "wealth.csv"), "--format", "json"], catch_exceptions=False).stdout)
    lines = CliRunner().invoke(cli, [str(SAMPLES / "wealth.csv"), "--format", "csv"], catch_exceptions=False).stdout
    table = list(csv.DictReader(io.StringIO(lines)))
    assert [row["activity"] for row in rows] == [row["activity"] for row in table]
    assert rows[0]["kind"] == "repeated" and rows[0]["control"] and rows[0]["not_compared"] == 0
    assert all(row["share"] == pytest.approx(row["cases"] / row["of_cases"]) for row in rows)


def test_cases_that_were_not_compared_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bankmine.model.alignment.EFFORT", 1)
    result = held_against("->( 'a', 'k' )", "c1: a 0 | k 1 ; c2: a 0 | k 1 ; c3: a 0")
    assert result.not_compared == 1 and found(result) == {}
    assert any(isinstance(block, Notice) and "1" in block.text.en and block.tone == "warning" for block in result.blocks())


def test_planted_rework_is_a_repeated_step() -> None:
    analysis = analyze(read_log(SAMPLES / "wealth.csv"))
    result = Conformance.of(
        Reference.defined(analysis.log, analysis.understanding, analysis.endings),
        analysis.endings.closed,
        analysis.cycle_time.of_case / SECOND,
    )
    table = analysis.rework.table.set_index("activity")
    repeated = {activity: cases for (kind, activity), cases in found(result).items() if kind == "repeated"}
    assert repeated == {activity: table.loc[activity, "rework_cases"] for activity in repeated} and repeated


@pytest.mark.parametrize(("late", "habit"), [(38, True), (20, False)])
def test_what_nearly_all_cases_do_is_called_a_habit(late: int, habit: bool) -> None:
    lines = [f"c{n}: a 0 | {'b 1 | k 2' if n < late else 'k 1 | b 2'}" for n in range(40)]
    result = held_against("->( 'a', 'k', 'b' )", "\n".join(lines))
    said = [block.text.en for block in result.blocks() if isinstance(block, Notice)]
    assert any("this is how the bank works" in text for text in said) == habit
