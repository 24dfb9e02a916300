"""Before and after: what is called a difference, of whom, and what became of what was recommended."""

import json

import jsonschema
import numpy as np
import polars as pl
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.cli import main
from bankmine.errors import UsageError
from bankmine.report.schema import schemas
from bankmine.sample import generate
from bankmine.track.compare import compare
from bankmine.track.thresholds import breaches
from tests.textlog import textlog

CASE = "case_id"


def half(frame: pl.DataFrame, *, second: bool) -> pl.DataFrame:
    began = frame.group_by(CASE).agg(pl.col("start_time").min()).sort("start_time", CASE)
    cut = len(began) // 2
    return frame.join((began[cut:] if second else began[:cut]).select(CASE), on=CASE, how="semi")


@pytest.fixture(scope="module")
def frames() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """One office: before with batches, before without, after without."""
    planted = generate("loan", seed=9002, cases=2000, problem="P11", effect=0.2).table
    healthy = generate("loan", seed=9002, cases=2000).table
    return half(planted, second=False), half(healthy, second=False), half(healthy, second=True)


@pytest.fixture(scope="module")
def analyses(frames) -> tuple[Analysis, Analysis, Analysis]:
    one, two, three = (analyze(read_log(frame)) for frame in frames)
    return one, two, three


def test_what_was_put_right_is_called_better_and_is_what_was_foretold(analyses) -> None:
    batched, _, after = analyses
    found = compare(batched, after)
    assert found.verdict == "better" and found.effect is not None
    assert found.effect.change.high < 1 and "Better: cycle time went from" in found.reason.en and "改善" in found.reason.zh
    finding = found.findings[0]
    assert (finding.pattern, finding.status, finding.carried_out) == ("P11", "resolved", True)
    realised, predicted = found.effect.realised, found.predicted
    assert predicted is not None and realised.low < predicted.high and predicted.low < realised.high
    step = found.effect.steps[0]
    assert step.activity == finding.activity and step.sure and step.difference.high < 0
    assert sum(s.difference.estimate for s in found.effect.steps) < 0


def test_the_other_way_round_it_is_worse_and_the_finding_new(analyses) -> None:
    batched, _, after = analyses
    found = compare(after, batched)
    assert found.verdict == "worse" and found.findings[0].status == "new" and not found.findings[0].carried_out
    assert found.predicted is None


def test_where_nothing_changed_no_difference_is_shown(analyses) -> None:
    _, before, after = analyses
    found = compare(before, after)
    assert found.verdict == "no_difference_shown" and "it takes a change of about" in found.reason.en
    assert not any(step.sure for step in found.effect.steps)


def test_cases_are_followed_no_longer_than_until_the_change(analyses) -> None:
    batched, _, after = analyses
    until = int(after.log.case_start.min())
    found = compare(batched, after, watched_until=until)
    running = int((batched.log.case_end > until).sum())
    assert found.before.open_cases == running + compare(batched, after).before.open_cases > 0
    assert found.verdict == "better"


def test_a_group_is_held_against_the_rest(analyses) -> None:
    batched, _, after = analyses
    found = compare(batched, after, touched=("channel", ["online"]))
    assert found.effect.beyond is not None and found.verdict == "no_difference_shown", "the change befell all channels"
    with pytest.raises(UsageError, match="VALUE_UNKNOWN"):
        compare(batched, after, touched=("channel", ["nowhere"]))


def test_what_was_carried_out_can_be_named(analyses) -> None:
    batched, _, after = analyses
    assert compare(batched, after, carried_out=["1"]).predicted == batched.recommendations[0].gain.realistic
    with pytest.raises(UsageError, match="RANK_UNKNOWN"):
        compare(batched, after, carried_out=["7"])


def test_sides_that_cannot_be_compared_are_not() -> None:
    few = analyze(textlog("\n".join(f"c{k}: enter {k}-{k + 1} | check {k + 2}-{k + 3}" for k in range(20))))
    found = compare(few, few)
    assert found.verdict == "not_comparable" and found.effect is None and "50 cases over 4 weeks" in found.reason.en
    blocks = found.blocks()
    assert blocks and found.as_json()["cycle_time"]["crude"] is None


def test_another_mix_altogether_is_not_comparable() -> None:
    rng = np.random.default_rng(1)

    def log(product: str) -> Analysis:
        lines = [f"c{k} product={product}: enter {20 * k}-{20 * k + 1} | check {20 * k + rng.uniform(2, 9):.2f}" for k in range(80)]
        return analyze(textlog("\n".join(lines)))

    assert compare(log("card"), log("loan"), mix=["product"]).verdict == "not_comparable"
    assert compare(log("card"), log("loan")).verdict != "not_comparable", "an attribute that leaves nothing comparable is not held alike"


def test_the_command_writes_report_and_json_and_says_when_a_limit_is_breached(frames, tmp_path, capsys) -> None:
    names = [str(tmp_path / name) for name in ("before.csv", "after.csv")]
    for name, frame in zip(names, (frames[0], frames[2]), strict=True):
        frame.write_csv(name)
    kinds = {"--report": "c.html", "--json": "c.json", "--excel": "c.xlsx", "--pdf": "c.pdf"}
    outputs = ["--twin", "off", *(part for option, name in kinds.items() for part in (option, str(tmp_path / name)))]
    assert main(["compare", *names, *outputs]) == 0
    assert "Better: cycle time" in capsys.readouterr().out
    written = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, schemas())
    assert written["schema"] == "bankmine.comparison/1" and written["verdict"] == "better"
    assert all((tmp_path / name).stat().st_size > 5_000 for name in kinds.values())
    assert main(["compare", *names, "--twin", "off", "--threshold", "cycle_time.p90_s=3600", "--lang", "zh"]) == 3
    assert "越限" in capsys.readouterr().out
    assert main(["compare", names[0]]) == 2
    assert main(["compare", names[0], "--at", "1999-01-01"]) == 2
    both = tmp_path / "both.csv"
    pl.concat(
        [frames[0].with_columns(pl.lit("b").alias("x") + pl.col(CASE)).with_columns(pl.col("x").alias(CASE)).drop("x"), frames[2]]
    ).write_csv(both)
    assert main(["compare", str(both), "--at", str(frames[2]["start_time"].min())[:10], "--twin", "off"]) == 0


def test_thresholds_name_any_figure_and_unknown_ones_are_refused() -> None:
    document = {
        "cycle_time": {"p90_s": 100.0, "efficiency": None},
        "kpis": [{"id": "touch_time", "value": 5.0}],
        "waiting": [{"activity": "A", "mean_s": 3.0}],
    }
    assert [b.name for b in breaches(document, {"cycle_time.p90_s": 99, "kpis.touch_time": 6, "waiting.A.mean_s": 2.5})] == [
        "cycle_time.p90_s",
        "waiting.A.mean_s",
    ]
    assert [b.least for b in breaches(document, {"kpis.touch_time>": 6})] == [True]
    assert breaches(document, {"cycle_time.efficiency": 0.5}) == [], "what is unknown breaks nothing"
    for name, code in (("cycle_time.p91_s", "THRESHOLD_UNKNOWN"), ("cycle_time", "THRESHOLD_UNKNOWN")):
        with pytest.raises(UsageError, match=code):
            breaches(document, {name: 1})
    with pytest.raises(UsageError, match="THRESHOLD_VALUE"):
        breaches(document, {"cycle_time.p90_s": "much"})


def test_the_whole_bank_shows_what_came_of_a_change(frames, tmp_path, capsys) -> None:
    frames[0].write_csv(tmp_path / "then.csv")
    frames[2].write_csv(tmp_path / "now.csv")
    (tmp_path / "bankmine.toml").write_text('[[log]]\nname = "loan"\nfile = "now.csv"\nbefore = "then.csv"\n', encoding="utf-8")
    outputs = ["--json", str(tmp_path / "b.json"), "--report", str(tmp_path / "b.html")]
    assert main(["diagnose", str(tmp_path / "bankmine.toml"), *outputs]) == 0
    assert "What came of the changes" in capsys.readouterr().out
    written = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, schemas())
    (came,) = written["realised"]
    assert came["verdict"] == "better" and came["carried_out"][0].startswith("P11@") and came["realised_s"]["low"] > 0
    assert "变更的成效" in (tmp_path / "b.html").read_text(encoding="utf-8")


def slower_from(week: int, *weeks: range) -> list[Analysis]:
    """A log for each stretch of weeks, 30 cases a week that take about ten hours, from a week on about 15."""
    rng = np.random.default_rng(3)
    found = []
    for stretch in weeks:
        lines = []
        for each in stretch:
            for k in range(30):
                at = 168 * each + 5 * k
                lines.append(f"c{each}-{k}: enter {at} | check {at + rng.uniform(8, 12) * (1.5 if each >= week else 1):.2f}")
        found.append(analyze(textlog("\n".join(lines)), twin="off"))
    return found


def test_the_weekly_series_knows_of_weeks_that_neither_log_holds() -> None:
    together, apart = (compare(*slower_from(20, range(20), range(20 + gap, 40 + gap))) for gap in (0, 26))
    for found in (together, apart):
        series = found.effect.series
        assert series is not None and series.change.ratio == pytest.approx(1.5, abs=0.1) and abs(series.trend.ratio - 1) < 0.01
    same, again = slower_from(99, range(20), range(20))
    assert compare(same, again).effect.series is None, "logs of the same weeks are no before and after"


def test_cases_that_take_no_time_are_not_comparable() -> None:
    one = analyze(textlog("\n".join(f"c{k}: enter {20 * k}" for k in range(80))))
    found = compare(one, one)
    assert found.verdict == "not_comparable" and "take no time" in found.reason.en
    jsonschema.validate(found.as_json(), schemas())
