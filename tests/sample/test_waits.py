"""Why every row waited, and that each problem of the queue shows its cause where it was planted."""

import polars as pl
import pytest

from bankmine.process.definition import Kind
from bankmine.sample import Sample, generate
from bankmine.sample.models import MODELS
from bankmine.sample.waits import CAUSES
from tests.sample.logs import CASES, PARTS, PLANTED, PROCESSES, definition_of, labels, planted


@pytest.mark.parametrize(("pattern", "process"), [(None, process) for process in PROCESSES] + PLANTED)
def test_every_wait_is_split_whole(pattern: str | None, process: str):
    sample = planted(pattern, process)
    waits = sample.waits
    assert waits.columns == ["case_id", "activity", "start_time", "enabled", *PARTS]
    assert waits.select("case_id", "activity", "start_time").equals(sample.table.select("case_id", "activity", "start_time"))
    assert waits.select(PARTS).min_horizontal().min() >= 0
    assert (waits.select(PARTS).sum_horizontal() == (waits["start_time"] - waits["enabled"]).dt.total_seconds()).all()
    by_role = (
        waits.with_columns(sample.table["role"]).group_by("role").agg(pl.col(PARTS).sum()).rows_by_key("role", unique=True, named=True)
    )
    assert {name for name, seconds in by_role["Customer"].items() if seconds} <= {"customer_s"}
    # A system that closes a case for want of an answer ends a wait for the customer.
    assert {name for name, seconds in by_role["System"].items() if seconds} <= {"system_s", "customer_s"}
    assert sample.truth.causes == {name: waits[f"{name}_s"].sum() for name in CAUSES}


def test_what_made_a_row_possible_is_the_end_of_the_row_before(healthy: Sample):
    enquiry = labels(definition_of(healthy), Kind.ENQUIRY)
    both = healthy.table.with_columns(healthy.waits["enabled"]).filter(~pl.col("activity").is_in(enquiry)).sort("case_id", "end_time")
    before = both.select(pl.col("end_time").shift(1).over("case_id"))["end_time"]
    later = before.is_not_null()
    assert (both["enabled"].filter(later) == before.filter(later)).all()
    assert (both["enabled"].filter(~later) == both["start_time"].filter(~later)).all()  # the customer begins


def test_a_healthy_bank_waits_for_mornings_customers_and_a_short_queue(healthy: Sample):
    causes, total = healthy.truth.causes, sum(healthy.truth.causes.values())
    assert causes["batching"] == causes["absent"] == 0
    assert causes["prioritisation"] < 0.002 * total  # while work that came back lay aside, its people did other work
    assert causes["unexplained"] < 0.02 * total
    assert 0 < causes["contention"] < 0.1 * total
    assert (healthy.truth.role_hours, healthy.truth.people_hours) == ({}, {})
    assert healthy.truth.hours == "Mon-Fri 09:00-17:00"


def share_of(sample: Sample, cause: str) -> float:
    """Share of a cause in what the planted activity's items wait."""
    seconds = sample.waits.filter(pl.col("activity") == sample.truth.activity).select(PARTS).sum().row(0, named=True)
    return seconds[f"{cause}_s"] / sum(seconds.values())


def in_duty(sample: Sample, cause: str) -> float:
    """The same, of what they wait while the office is open."""
    return share_of(sample, cause) / (1 - share_of(sample, "closed"))


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize(
    ("pattern", "cause", "least"),
    [
        ("P08", "contention", 0.7),
        ("P09", "contention", 0.7),
        ("P10", "prioritisation", 0.2),
        ("P13", "contention", 0.7),
        ("P29", "unexplained", 0.3),
    ],
)
def test_a_queue_problem_shows_its_cause_where_it_is_planted(pattern: str, cause: str, least: float, process: str):
    assert in_duty(planted(pattern, process), cause) >= least


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("seed", [11, 2])
def test_what_is_held_for_a_batch_waits_for_it(process: str, seed: int):
    sample = planted("P11", process, seed)
    assert share_of(sample, "batching") >= 0.45
    assert sample.waits.filter(pl.col("activity") != sample.truth.activity)["batching_s"].sum() == 0


@pytest.mark.parametrize("process", PROCESSES)
def test_loads_are_as_promised(process: str):
    roles = {role.name.en for role in MODELS[process].roles.values()}

    def load_of(pattern: str) -> float:
        """The load of the planted role; those of the others are healthy."""
        sample = planted(pattern, process)
        role = sample.table.filter(pl.col("activity") == sample.truth.activity)["role"][0]
        assert all(0.34 <= sample.truth.load[other] <= 0.64 for other in roles - {role})
        return sample.truth.load[role]

    assert 0.78 <= load_of("P08") <= 0.95
    assert 0.4 <= load_of("P09") <= 0.66
    assert 0.66 <= load_of("P10") <= 0.8
    assert 0.52 <= load_of("P13") <= 0.72
    assert 0.38 <= load_of("P29") <= 0.6


def test_named_people_queue_unevenly():
    sample = planted("P09", "loan")
    role = sample.table.filter(pl.col("activity") == sample.truth.activity)["role"][0]
    work = (
        sample.table.filter(pl.col("role") == role)
        .group_by("resource")
        .agg((pl.col("end_time") - pl.col("start_time")).sum().alias("work"))
    )
    assert work["work"].max() > 1.2 * work["work"].mean()
    assert (
        sample.table.filter(pl.col("activity") == sample.truth.activity)
        .group_by("case_id")
        .agg(pl.col("resource").n_unique())["resource"]
        .mean()
        < 1.1
    )


def test_a_role_that_is_not_there_is_closed():
    sample = next(s for s in (planted("P12", "wealth", seed) for seed in range(9)) if s.truth.role_hours)
    ((role, hours),) = sample.truth.role_hours.items()
    open_days = {"Mon-Fri 09:00-12:00": {1, 2, 3, 4, 5}, "Mon,Wed,Fri 09:00-17:00": {1, 3, 5}, "Tue,Thu 09:00-17:00": {2, 4}}[hours]
    rows = sample.table.filter(pl.col("role") == role)
    assert set(rows["start_time"].dt.weekday()) == open_days
    assert (rows["end_time"].dt.hour() * 60 + rows["end_time"].dt.minute()).max() <= (12 if "12:00" in hours else 17) * 60
    assert share_of(sample, "closed") > 0.8
    assert sample.truth.load[role] < 0.65


def test_evening_arrivals_come_off_duty_and_not_to_the_branch():
    sample = next(s for s in (planted("P12", "payment", seed) for seed in range(9)) if not s.truth.role_hours)
    first = sample.table.group_by("case_id").agg(pl.col("start_time").min(), pl.col("channel").first())
    off = (first["start_time"].dt.weekday() > 5) | (first["start_time"].dt.hour() >= 17) | (first["start_time"].dt.hour() < 9)
    assert 0.3 < off.mean() < 0.6
    assert "branch" not in set(first.filter(off)["channel"])
    assert first.sort("start_time")["case_id"].is_sorted()


def test_two_short_steps_by_two_people():
    sample = generate("wealth", seed=3, problem="P05")
    table = sample.table.sort("case_id", "end_time").with_columns(
        (pl.col("end_time") - pl.col("start_time")).dt.total_minutes().alias("minutes"),
        pl.col("activity", "resource").shift(1).over("case_id").name.suffix("_before"),
    )
    chain = table.filter((pl.col("activity") == sample.truth.activity) & (pl.col("activity_before") == "Record sales conversation"))
    assert (chain["resource"] != chain["resource_before"]).mean() > 0.6
    assert chain["minutes"].median() < 15
    assert table.filter(pl.col("activity") == "Record sales conversation")["minutes"].median() < 15


def test_who_works_in_shifts_is_absent_in_between():
    sample = generate("deposit", seed=1, cases=CASES, shifts=True)
    assert set(sample.truth.people_hours) == {
        person for person in sample.table["resource"].unique() if person not in ("Customer", "System")
    }
    assert set(sample.truth.people_hours.values()) == {"Mon-Fri 09:00-15:00", "Mon-Fri 11:00-17:00"}
    assert sample.truth.causes["absent"] > 0
    for person, hours in sample.truth.people_hours.items():
        rows = sample.table.filter(pl.col("resource") == person)
        assert rows["start_time"].dt.hour().min() >= int(hours[8:10])
        assert (rows["end_time"].dt.hour() * 60 + rows["end_time"].dt.minute()).max() <= int(hours[14:16]) * 60
