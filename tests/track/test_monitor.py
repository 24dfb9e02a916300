"""The board is quiet where nothing changes and says where something did; the work list names the cases that lie too long."""

import json

import numpy as np
import polars as pl
import pytest

from bankmine.api import analyze, read_log
from bankmine.cli import main
from bankmine.sample import generate
from bankmine.settings import Settings
from bankmine.track.monitor import Board
from bankmine.track.worklist import WorkList
from tests.textlog import textlog


@pytest.fixture(scope="module")
def year() -> pl.DataFrame:
    return generate("payment", seed=7002, cases=3000).table


def later(frame: pl.DataFrame, share: float, hours: float) -> pl.DataFrame:
    """From a share of the log on, one step and all after it in its case come so much later."""
    first = frame["start_time"].min()
    turn = first + (frame["end_time"].max() - first) * share
    slow = frame.filter((pl.col("activity") == "AML and sanctions screening") & (pl.col("start_time") > turn)).select(
        "case_id", since="start_time"
    )
    moved = frame.join(slow.unique("case_id", keep="first"), on="case_id", how="left")
    shift = pl.when(pl.col("start_time") >= pl.col("since")).then(pl.duration(minutes=round(60 * hours))).otherwise(pl.duration())
    return moved.with_columns(pl.col("start_time") + shift, pl.col("end_time") + shift).drop("since")


def test_a_stable_year_is_quiet_and_a_step_is_found_where_it_is(year) -> None:
    board = Board.of(analyze(read_log(year), twin="off"))
    assert len(board.charts) >= 8 and not board.alarms
    assert "No chart is in alarm." in [getattr(b, "text", None) and b.text.en for b in board.blocks()]
    stepped = Board.of(analyze(read_log(later(year, 0.7, 6.0)), twin="off"))
    found = [chart for chart in stepped.charts if chart.control.alarms]
    assert any(chart.activity == "AML and sanctions screening" for chart in found)
    chart = next(chart for chart in found if chart.activity == "AML and sanctions screening")
    assert chart.control.since[0] == pytest.approx(0.7 * len(stepped.weeks), abs=3)
    assert set(stepped.table.columns) == {"kind", "activity", "week", "value", "level", "alarm"}


def test_where_work_goes_otherwise_is_told() -> None:
    rng, lines = np.random.default_rng(1), []
    for week in range(24):
        for k in range(20):
            at = 168 * week + 5 * k
            way = "repair" if rng.random() < (0.5 if week >= 16 else 0.05) else "pay"
            lines.append(f"c{week}-{k}: enter {at}-{at + 1} | {way} {at + 2}-{at + 3}")
    board = Board.of(analyze(textlog("\n".join(lines))))
    (shift,) = board.flow
    assert shift.activity == "enter" and shift.target in ("repair", "pay")
    assert abs(shift.after_share - shift.before_share) > 0.3 and shift.q < 0.01


def test_too_few_weeks_cannot_be_told() -> None:
    board = Board.of(analyze(textlog("\n".join(f"c{k}: enter {k}-{k + 1} | check {k + 2}" for k in range(30)))))
    assert board.charts == () and "Cannot be told" in board.blocks()[1].text.en


def test_the_work_list_names_what_lies_longer_than_nine_in_ten() -> None:
    closed = "\n".join(
        f"c{k}: enter {10 * k}-{10 * k + 1} @ann | check {10 * k + 2}-{10 * k + 2 + k % 10} @bob | close {10 * k + 14}" for k in range(40)
    )
    log = textlog(closed + "\nold: enter 100-101 @ann\nnew: enter 409-410 @ann")
    analysis = analyze(log, settings=Settings.model_validate({"activities": {"close": {"kind": "end", "outcome": "completed"}}}))
    work = WorkList.of(analysis)
    assert work.open_cases == 2 and [each.case for each in work.cases] == ["old"]
    (case,) = work.cases
    assert (
        case.activity == "enter" and case.person.startswith("R-") and case.usual_s == pytest.approx(10 * 3600) and case.lain_s > 300 * 3600
    )
    assert list(work.table["case"]) == ["old"]
    hidden = analyze(
        log, settings=analysis.settings.model_copy(update={"privacy": analysis.settings.privacy.model_copy(update={"people": "hide"})})
    )
    assert WorkList.of(hidden).cases[0].person is None


def test_the_work_list_names_neither_people_nor_cards() -> None:
    closed = "\n".join(f"c{k}: enter {10 * k}-{10 * k + 1} @王小芳 | check {10 * k + 2} @李建国 | close {10 * k + 4}" for k in range(40))
    ids = ("6222021234567890128", "11010519491231002X", "PAY-4539148803436467")
    log = textlog(closed + "".join(f"\n{name}: enter {100 + n}-{101 + n} @王小芳" for n, name in enumerate(ids)))
    settings = {"activities": {"close": {"kind": "end", "outcome": "completed"}}}
    work = WorkList.of(analyze(log, settings=Settings.model_validate(settings)))
    text = f"{work.cases}{work.records()}{work.table.to_csv()}{work.blocks()}{work.block().rows}"
    assert [each.case for each in work.cases] == ["…0128", "…002X", "PAY-…6467"]
    assert all(each.person.startswith("R-") for each in work.cases)
    assert [secret for secret in (*ids, "4539148803436467", "王小芳", "李建国") if secret in text] == []
    shown = WorkList.of(analyze(log, settings=Settings.model_validate(settings | {"privacy": {"people": "show"}})))
    assert [(each.case, each.person) for each in shown.cases] == [(name, "王小芳") for name in ids]


def test_a_time_limit_that_is_past_or_near_comes_first() -> None:
    lines = "\n".join(f"c{k}: enter {10 * k}-{10 * k + 1} | check {10 * k + 2}-{10 * k + 3} | close {10 * k + 4}" for k in range(30))
    log = textlog(lines + "\npast: enter 200-201\nnear: enter 280-281\nfar: enter 299-300")
    rule = {
        "id": "soon",
        "kind": "time_limit",
        "since": ["enter"],
        "until": ["check"],
        "hours": 48,
        "zh": "两天内审核",
        "en": "checked in two days",
    }
    settings = {"activities": {"close": {"kind": "end", "outcome": "completed"}}}
    work = WorkList.of(analyze(log, settings=Settings.model_validate(settings | {"control": [rule]})))
    limited = [each for each in work.cases if each.rule is not None]
    assert [each.case for each in limited] == ["past", "near", "far"]
    assert limited[0].due < work.as_of < limited[1].due and limited[0].rule.en == "checked in two days"


def test_the_command_shows_charts_and_cases(year, tmp_path, capsys) -> None:
    year.write_csv(tmp_path / "p.csv")
    assert main(["monitor", str(tmp_path / "p.csv"), "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "控制图" in out and "待办清单" in out
    assert main(["monitor", str(tmp_path / "p.csv"), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert all(set(row) == {"case", "activity", "person", "lain_s", "usual_s", "rule", "due"} for row in rows)
