import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bankmine import sample as samples
from bankmine.api import read_log
from bankmine.errors import OutputError, UsageError
from bankmine.process.definition import Kind, Party
from bankmine.process.load import load
from bankmine.process.recognise import understand
from bankmine.sample import Sample, generate, write_samples
from bankmine.sample.models import MODELS
from bankmine.sample.problems import problem as draw
from tests.sample.logs import CASES, PLANTED, PROCESSES, definition_of, labels, planted


def share_with(sample: Sample, names: list[str]) -> float:
    cases = sample.table.filter(pl.col("activity").is_in(names))["case_id"].n_unique()
    return cases / sample.table["case_id"].n_unique()


def breaches(sample: Sample) -> int:
    """Cases that reach a step without the mandatory step before it."""
    found = 0
    table = sample.table.with_row_index("row")
    for step in definition_of(sample).steps:
        if not step.mandatory or step.before is None:
            continue
        before = definition_of(sample).step(step.before)
        assert before is not None
        first = table.group_by("case_id").agg(
            pl.col("row").filter(pl.col("activity") == step.name.en).min().alias("step"),
            pl.col("row").filter(pl.col("activity") == before.name.en).min().alias("before"),
        )
        found += first.filter(pl.col("before").is_not_null() & (pl.col("step").is_null() | (pl.col("step") > pl.col("before")))).height
    return found


def same_person(sample: Sample) -> float:
    model = MODELS[sample.truth.process]
    entry, approval = (definition_of(sample).step(s) for s in (model.entry, model.approval))
    assert entry is not None
    assert approval is not None
    table = sample.table
    both = table.filter(pl.col("activity") == approval.name.en).join(table.filter(pl.col("activity") == entry.name.en), on="case_id")
    return both.filter(pl.col("resource") == pl.col("resource_right"))["case_id"].n_unique() / both["case_id"].n_unique()


def answer_days(sample: Sample, asking: str) -> pl.Series:
    definition = definition_of(sample)
    replies = labels(definition, Kind.CUSTOMER_REPLY)
    table = sample.table.sort("case_id", "end_time")
    follows = table.with_columns(
        pl.col("start_time").shift(-1).over("case_id").alias("next"), pl.col("activity").shift(-1).over("case_id").alias("by")
    )
    asked = follows.filter((pl.col("activity") == asking) & pl.col("by").is_in(replies))
    return (asked["next"] - asked["end_time"]).dt.total_seconds() / 86_400


def test_a_healthy_bank_is_within_its_bounds(healthy: Sample):
    table, definition = healthy.table, definition_of(healthy)
    first = table.group_by("case_id").agg(pl.col("start_time").min())["start_time"]
    in_duty = (first.dt.weekday() <= 5) & (first.dt.hour() >= 9) & (first.dt.hour() < 17)
    assert in_duty.mean() >= 0.95
    assert all(0.4 <= load <= 0.7 for load in healthy.truth.load.values())
    assert share_with(healthy, labels(definition, Kind.REQUEST_TO_CUSTOMER)) <= 0.06
    assert share_with(healthy, labels(definition, Kind.ENQUIRY)) <= 0.05
    assert breaches(healthy) == 0
    assert same_person(healthy) == 0
    for step in definition.steps:
        if step.kind is Kind.OFFER and step.name.en in table["activity"]:
            assert step.expected_customer_days is not None
            assert (answer_days(healthy, step.name.en) > step.expected_customer_days).mean() < 0.35
    again = table.group_by("case_id", "activity").len().filter(pl.col("len") > 1)
    assert again["case_id"].n_unique() / table["case_id"].n_unique() < 0.12


def test_the_log_is_a_log(healthy: Sample):
    table = healthy.table
    assert table.columns == ["case_id", "activity", "start_time", "end_time", "resource", "role", "channel", "product", "amount"]
    assert (table["end_time"] >= table["start_time"]).all()
    assert (table["end_time"].max() - table["start_time"].min()).days >= 119
    assert table.null_count().sum_horizontal().item() == 0
    assert understand(table["activity"].unique().to_list()).definition == definition_of(healthy)
    ends = [step.name.en for step in definition_of(healthy).steps if step.outcome is not None and step.kind is not Kind.APPROVAL]
    assert 0.9 < share_with(healthy, ends) < 1.0  # the last cases are still open


def test_nobody_does_two_things_at_once_or_out_of_hours(healthy: Sample):
    table = healthy.table.filter(~pl.col("role").is_in(["Customer", "System"])).sort("resource", "start_time")
    before = table.with_columns(pl.col("end_time").shift(1).over("resource").alias("before"))
    assert before.filter(pl.col("before") > pl.col("start_time")).height == 0
    for column in ("start_time", "end_time"):
        clock = table[column].dt.hour() + table[column].dt.minute() / 60 + table[column].dt.second() / 3600
        assert (table[column].dt.weekday() <= 5).all()
        assert clock.min() >= 9
        assert clock.max() <= 17


@pytest.mark.parametrize(("pattern", "process"), PLANTED)
def test_a_planted_problem_is_as_large_as_promised(pattern: str, process: str):
    truth = planted(pattern, process).truth
    assert (truth.pattern, truth.effect is None) == (pattern, False)
    assert truth.effect is not None
    if pattern in ("P22", "P23"):
        assert 0.02 <= truth.effect <= 0.12
    else:
        assert truth.effect >= (0.05 if pattern in ("P04", "P19") else 0.08)
    assert truth.struck_cases >= (5 if pattern in ("P22", "P23") else 30)
    step = next(s for s in load(process).steps if s.name.en == truth.activity)
    expected = {
        "P14": Kind.OFFER,
        "P15": Kind.REQUEST_TO_CUSTOMER,
        "P16": Kind.ENQUIRY,
        "P18": Kind.END,
        "P22": Kind.APPROVAL,
        "P23": Kind.CONTROL,
    }
    if pattern in expected:
        assert step.kind is expected[pattern]
    if pattern == "P26":
        assert step.party is Party.SYSTEM


def test_a_bounce_goes_to_a_colleague_and_back():
    sample = generate("loan", seed=3, cases=CASES, problem="P06")
    at = sample.table.filter(pl.col("activity") == sample.truth.activity).sort("end_time")
    chains = at.group_by("case_id", maintain_order=True).agg(pl.col("resource"))["resource"].to_list()
    back = [chain for chain in chains if len(chain) == 3]
    assert len(back) > 0.1 * len(chains)
    assert all(first == third != second for first, second, third in back)


def test_customers_are_slow_where_planted_and_not_elsewhere():
    slow, usual = (generate("wealth", seed=3, cases=CASES, problem=p) for p in ("P14", "P06"))
    assert slow.truth.activity is not None
    assert answer_days(slow, slow.truth.activity).median() > 1.8 * 3.0
    assert answer_days(usual, slow.truth.activity).median() < 3.0


def test_lapsed_offers_are_closed_at_day_thirty():
    sample = generate("loan", seed=5, cases=CASES, problem="P18")
    table = sample.table
    asked = table.filter(pl.col("activity") == "Send loan offer")
    closed = table.filter(pl.col("activity") == sample.truth.activity).join(asked, on="case_id", suffix="_asked")
    days = (closed["end_time"] - closed["end_time_asked"]).dt.total_seconds() / 86_400
    assert len(days) >= 20
    assert days.min() > 29
    assert days.max() < 33.5  # at night and at week-ends nobody closes cases


def test_controls_are_breached_where_planted_and_nowhere_else():
    four_eyes = generate("payment", seed=5, cases=CASES, problem="P22")
    assert same_person(four_eyes) > 0.02
    assert breaches(four_eyes) == 0
    skipped = generate("payment", seed=5, cases=CASES, problem="P23")
    assert breaches(skipped) > 0.02 * CASES
    assert same_person(skipped) == 0


def test_retries_are_minutes_apart_and_by_the_system():
    sample = generate("deposit", seed=5, cases=CASES, problem="P26")
    at = sample.table.filter(pl.col("activity") == sample.truth.activity).sort("case_id", "start_time")
    gap = (at["start_time"] - at["end_time"].shift(1)).filter(at["case_id"] == at["case_id"].shift(1)).dt.total_minutes()
    assert len(gap) > 100
    assert gap.max() <= 60
    assert set(at["resource"]) == {"System"}


@pytest.mark.parametrize("process", ["loan", "wealth"])
def test_contractual_rows_come_after_the_service_and_on_request(process: str):
    names = labels(load(process), Kind.CONTRACTUAL_WAIT)
    with_them, without = (generate(process, seed=2, cases=CASES, contractual=flag) for flag in (True, False))
    assert share_with(with_them, names) > 0.2
    assert share_with(without, names) == 0
    served = with_them.table.filter(~pl.col("activity").is_in(names))
    assert served.equals(without.table)


def test_chinese_logs_are_chinese_and_the_same_log():
    chinese, english = (generate("deposit", seed=9, cases=CASES, problem="P15", lang=lang) for lang in ("zh", "en"))
    assert chinese.table.columns == ["业务编号", "环节", "开始时间", "完成时间", "经办人", "岗位", "渠道", "产品", "金额"]
    assert chinese.truth.activity == "通知客户补件"
    assert chinese.table["开始时间"].equals(english.table["start_time"])
    assert understand(chinese.table["环节"].unique().to_list()).definition == load("deposit")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path):
    one, two, other = (
        generate("payment", seed=seed, cases=200, problem="P26").write(tmp_path / str(n)) for n, seed in enumerate((1, 1, 2))
    )
    assert one.read_bytes() == two.read_bytes() != other.read_bytes()
    for name in ("payment.truth.json", "payment.waits.csv"):
        assert one.with_name(name).read_bytes() == two.with_name(name).read_bytes()


def test_the_sample_logs_and_their_truth(tmp_path: Path):
    files = write_samples(tmp_path, seed=1)
    assert [file.name for file in files] == ["deposit.csv", "loan.csv", "payment.csv", "wealth.csv"]
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert list(truth) == [file.name for file in files]
    for file in files:
        planted = truth[file.name]["problem"]
        assert planted["activity"] in file.read_text(encoding="utf-8")
        assert planted["effect"] >= 0.08


def test_the_waits_of_the_sample_logs_are_written_where_they_are_asked_for(tmp_path: Path):
    files = write_samples(tmp_path, seed=1, waits=True)
    log, waits = (pl.read_csv(file) for file in files[:2])
    assert files[1].name == "deposit.waits.csv"
    assert len(waits) == len(log) and waits["activity"].to_list() == log[log.columns[1]].to_list()


def test_what_cannot_be_planted_is_refused_with_what_can():
    with pytest.raises(UsageError, match="deposit, loan, payment, wealth"):
        generate("mortgage", seed=1)
    with pytest.raises(UsageError, match=r"P05, P06, .*P22, P23, .*P29, P30"):
        generate("loan", seed=1, problem="P26")


def test_a_folder_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError):
        generate("deposit", seed=1, cases=50).write(tmp_path / "file")


@pytest.mark.parametrize("process", PROCESSES)
def test_a_bounce_is_planted_only_where_a_second_row_means_the_same_work_again(process: str):
    for seed in range(12):
        problem = draw("P06", MODELS[process], load(process), np.random.default_rng(seed))
        step = load(process).step(problem.step)
        assert step is not None
        assert not step.multi_instance
        assert MODELS[process].roles[MODELS[process].tasks[step.id].role].people >= 3


def test_the_committed_logs_hold_what_their_truth_says():
    folder = Path(__file__).parents[2] / "sample_logs"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert {entry["process"] for entry in truth.values()} == set(PROCESSES)
    assert "zh" in {entry["lang"] for entry in truth.values()}
    for name, entry in truth.items():
        table = pl.read_csv(folder / name)
        assert 500 <= entry["cases"] <= 1500
        assert table[table.columns[0]].n_unique() == entry["cases"]
        assert entry["problem"]["activity"] in table[table.columns[1]]


def test_small_faults_and_a_problem_at_the_same_step_go_together():
    # An approval by the person who entered the case may, by a small fault, be passed on as well.
    for seed in range(8):
        assert generate("wealth", seed=seed, cases=300, problem="P22", healthy_faults=True, size=6).truth.struck_cases > 0


@pytest.mark.parametrize(
    ("pattern", "process", "wanted"), [("P05", "loan", 0.05), ("P06", "wealth", 0.2), ("P07", "deposit", 0.12), ("P22", "payment", 0.04)]
)
def test_a_problem_is_as_large_as_asked_for(pattern: str, process: str, wanted: float):
    sample = generate(process, seed=5, cases=1000, problem=pattern, effect=wanted)
    assert sample.truth.effect == pytest.approx(wanted, rel=0.25)


def test_of_two_problems_each_has_its_truth():
    sample = generate("loan", seed=5, cases=CASES, problem=("P07", "P22"), effect=(0.15, 0.05))
    rework, four_eyes = sample.truth.problems
    assert (rework.pattern, four_eyes.pattern) == ("P07", "P22")
    assert rework.effect > 0.08 and 0.02 < four_eyes.effect < 0.09
    assert same_person(sample) > 0.02
    written = sample.truth.as_json()
    assert [problem["pattern"] for problem in written["problems"]] == ["P07", "P22"]
    assert written["problem"] == written["problems"][0]


def test_two_problems_that_cannot_be_told_apart_are_refused():
    with pytest.raises(UsageError, match="told apart"):
        generate("loan", seed=5, cases=CASES, problem=("P13", "P13"))


@pytest.mark.parametrize("unlike", ["growth", "unequal clerks", "work elsewhere", "last come"])
def test_an_office_that_a_model_is_not_told_of(unlike: str):
    usual, other = (generate("loan", seed=5, cases=400, unlike=name) for name in (None, unlike))
    table = other.table
    if unlike == "growth":
        arrived = table.group_by("case_id").agg(pl.col("start_time").min())["start_time"]
        middle = arrived.min() + (arrived.max() - arrived.min()) / 2
        assert (arrived > middle).sum() > 1.1 * (arrived < middle).sum()
    if unlike == "unequal clerks":
        work = (pl.col("end_time") - pl.col("start_time")).dt.total_seconds()
        entered = [each.table.filter(pl.col("activity") == "Enter application data") for each in (usual, other)]
        paces = [each.group_by("resource").agg(work.mean().alias("s"))["s"] for each in entered]
        assert paces[1].max() / paces[1].min() > 1.2 > paces[0].max() / paces[0].min()
    if unlike == "work elsewhere":  # it leaves no rows
        assert set(table["activity"]) == set(usual.table["activity"]) and set(table["case_id"]) == set(usual.table["case_id"])
        assert not table.equals(usual.table)
    if unlike == "last come":
        assert other.truth.causes["prioritisation"] > 100 * usual.truth.causes["prioritisation"]


def test_dirty_rows_change_no_row_that_can_be_read():
    clean, dirty = (generate("loan", seed=3, cases=CASES, dirty=share) for share in (0.0, 0.05))
    labels_seen = set(dirty.table["activity"].to_list())
    assert len(labels_seen) > len(set(clean.table["activity"].to_list())), "some are written in another way"
    log = read_log(dirty.table)
    assert set(log.activities) == set(clean.table["activity"].to_list())
    assert log.source.rows_set_aside == 0
    copies = dirty.table.height - clean.table.height
    assert 0.005 < copies / clean.table.height < 0.015
    assert dirty.table.null_count().sum_horizontal().item() > 0


def test_a_log_for_every_pattern_with_its_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert [pattern for _, pattern, _, _ in samples.EVERY] == list(samples.PROBLEMS)
    monkeypatch.setattr(samples, "EVERY", [item for item in samples.EVERY if item[1] in ("P07", "P22")])
    files = write_samples(tmp_path, seed=1, every=True)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert list(truth) == [file.name for file in files]
    assert [planted["problem"]["pattern"] for planted in truth.values()] == ["P07", "P22"]
    assert truth[files[1].name]["problem"]["effect"] == pytest.approx(0.06, rel=0.25)
