"""`bankmine segments`: one table for each attribute, and one row per value for other programs."""

import csv
import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from bankmine.cli.main import main
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
    found = {(r["attribute"], r["value"]): r for r in json.loads(run("--format", "json"))}
    assert {k: r["cases"] for k, r in found.items()} == {
        ("channel", "branch"): 20, ("channel", "web"): 20, ("product", "card"): 20, ("product", "mortgage"): 20
    }  # fmt: skip
    assert found["channel", "branch"]["cycle_delta"] == 1 and abs(found["product", "card"]["cycle_delta"]) < 0.147
    assert "branch" in run() and "mortgage" not in run().split("compared")[0]
    assert [r["by"] for r in json.loads(run("--by", "product", "--format", "json"))] == ["product"] * 2
    assert [r["value"] for r in csv.DictReader(io.StringIO(run("--by", "channel", "--format", "csv")))] == ["branch", "web"]


@pytest.mark.parametrize(("lang", "words"), [("en", ("Cases by channel", "vs others")), ("zh", ("按渠道比较案件", "与其余比"))])
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


def split(folder, took_after: int) -> tuple[dict, str]:
    """Cycle time before and from 1 April, and the table: three cases a day until 29 April, of one to twenty days, which from 1 April are
    `took_after` days more; what would come after 30 April is not in the log.
    """
    rows, first, over = ["case,activity,start,end"], datetime(2024, 1, 1, 9, tzinfo=UTC), datetime(2024, 4, 30, tzinfo=UTC)
    for number in range(360):
        begin = first + timedelta(days=number // 3)
        done = begin + timedelta(
            days=1 + number * 7 % 20 + (took_after if begin >= datetime(2024, 4, 1, tzinfo=UTC) else 0), minutes=number
        )
        rows.append(f"{number},Register,{begin},{begin + timedelta(hours=1)}")
        if done < over:
            rows.append(f"{number},Approve,{done},{done + timedelta(hours=1)}")
    given = ["segments", str(folder / "log.csv"), "--split", "2024-04-01", "-q"]
    (folder / "log.csv").write_text("\n".join(rows), encoding="utf-8")
    output = []
    for more in (("--format", "json"), ()):
        out = io.StringIO()
        with redirect_stdout(out):
            assert main([*given, *more]) == 0
        output.append(out.getvalue())
    return next(r for r in json.loads(output[0]) if r["kind"] == "cycle_time"), output[1]


def test_later_cases_do_not_look_faster_for_being_cut_off_by_the_logs_end(tmp_path) -> None:
    cycle, said = split(tmp_path, 0)
    assert not cycle["significant"]
    assert cycle["a_cases"] == 273 and cycle["b_cases"] < 45 and "shortly before the log's end" in " ".join(said.split())


def test_a_change_from_a_day_on_is_seen(tmp_path) -> None:
    cycle, _ = split(tmp_path, 6)
    assert cycle["significant"] and cycle["b"] > cycle["a"] + 4 * 86400


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--by", "channel", "--versus", "web", "web"), "share cases"),
        (("--by", "channel", "--versus", "web", "brnch"), "unknown value of channel 'brnch'"),
        (("--by", "resource", "--versus", "Ann Li", "Bob Wu"), "no attribute 'resource'"),  # people are not segments
    ],
)
def test_groups_that_cannot_be_compared(run, given, said) -> None:
    with pytest.raises(UsageError, match=said):
        run(*given)


def test_cases_that_all_last_equally_long_have_no_fastest_quarter(tmp_path, capsys) -> None:
    rows = [
        "case,activity,start,end",
        *(f"{k},register,2024-0{1 + k // 20}-{1 + k % 20:02} 09:00,2024-0{1 + k // 20}-{1 + k % 20:02} 10:00" for k in range(60)),
    ]
    (tmp_path / "log.csv").write_text("\n".join(rows), encoding="utf-8")
    assert main(["segments", str(tmp_path / "log.csv"), "--fast-slow", "-q"]) == 2
    assert "GROUPS_OVERLAP" in capsys.readouterr().err


@pytest.mark.parametrize("given", [("--versus", "web", "branch"), ("--split", "2024-03", "--fast-slow")])
def test_groups_that_are_not_clear(run, given) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        run(*given)
