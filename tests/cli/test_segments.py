"""`bankmine segments`: one table for each attribute, and one row per value for other programs."""

import csv
import io
import json

import pytest
import typer
from typer.testing import CliRunner

from bankmine.cli.segments import segments
from bankmine.errors import UsageError

ROWS = ["case,activity,start,end,resource,channel,product"]
for number in range(40):
    channel, end = ("web", 12) if number % 2 else ("branch", 16)
    product = "card" if number % 4 < 2 else "mortgage"
    ROWS += [
        f"{number},register,2024-03-04 09:00,2024-03-04 10:00,Ann Li,{channel},{product}",
        f"{number},approve,2024-03-04 {end}:{number},2024-03-04 {end + 1}:{number},Bob Wu,{channel},{product}",
    ]


@pytest.fixture
def run(tmp_path):
    place = tmp_path / "log.csv"
    place.write_text("\n".join(ROWS).replace(":0,", ":00,"), encoding="utf-8")
    app = typer.Typer()
    app.command()(segments)

    def call(*given: str) -> str:
        result = CliRunner().invoke(app, [str(place), *given], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return call


def test_every_attribute_or_the_named_one(run) -> None:
    assert [(r["by"], r["value"], r["cases"]) for r in json.loads(run("--format", "json"))] == [
        ("channel", "branch", 20),
        ("channel", "web", 20),
        ("product", "card", 20),
        ("product", "mortgage", 20),
    ]
    assert [r["by"] for r in json.loads(run("--by", "product", "--format", "json"))] == ["product"] * 2
    assert [r["value"] for r in csv.DictReader(io.StringIO(run("--by", "channel", "--format", "csv")))] == ["branch", "web"]


@pytest.mark.parametrize(("lang", "words"), [("en", ("Cases by channel", "vs others")), ("zh", ("按 channel 比较案件", "与其余比"))])
def test_a_table_to_read_in_both_languages(run, lang, words) -> None:
    said = run("--by", "channel", "--lang", lang)
    assert all(word in said for word in words)


def test_an_attribute_that_is_not_there(run) -> None:
    with pytest.raises(UsageError, match="no attribute 'branche'"):
        run("--by", "branche")


def test_two_values_side_by_side(run) -> None:
    found = json.loads(run("--by", "channel", "--versus", "web", "branch", "--format", "json"))
    cycle = next(r for r in found if r["kind"] == "cycle_time")
    assert (cycle["a_cases"], cycle["b_cases"], cycle["significant"]) == (20, 20, True) and cycle["b"] > cycle["a"]
    assert all(word in run("--by", "channel", "--versus", "web", "branch") for word in ("web", "branch", "longer"))


def test_before_and_from_a_day_and_the_fastest_against_the_slowest(run) -> None:
    fast = next(r for r in json.loads(run("--fast-slow", "--format", "json")) if r["kind"] == "cycle_time")
    assert fast["a_cases"] == fast["b_cases"] == 10 and fast["a"] < fast["b"]
    with pytest.raises(UsageError, match="no case is left"):
        run("--split", "2024-03-04")


@pytest.mark.parametrize("given", [("--versus", "web", "branch"), ("--split", "2024-03", "--fast-slow")])
def test_groups_that_are_not_clear(run, given) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        run(*given)
