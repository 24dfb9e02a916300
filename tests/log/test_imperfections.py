"""Each detector on a log that can be checked by eye, on its near misses, and on a fixed small part of the benchmark."""

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

import bankmine as bm
from bankmine.log.eventlog import EventLog
from bankmine.log.imperfections.detectors import imperfections
from bankmine.log.imperfections.displaced import by_days, by_hours
from bankmine.log.quality import QualityFinding
from tests.textlog import textlog

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SECOND = 1 / 3600
HOUR = 3_600_000_000


def found(log: EventLog) -> dict[str, QualityFinding]:
    return {finding.code: finding for finding in imperfections(log)}


def counts(log: EventLog) -> dict[str, int]:
    return {code: finding.count for code, finding in found(log).items()}


def cases(trace: str, first: int = 0, last: int = 20) -> str:
    """`trace` for cases c<first>…, each a day after the one before; times of the trace are hours of the day."""
    lines = []
    for number in range(first, last):
        parts = [part.split(" ", 2) for part in trace.split(" | ")]
        day = " | ".join(" ".join([label, f"{24 * number + float(hour):.6f}", *rest]) for label, hour, *rest in parts)
        lines.append(f"c{number:03d}: {day}")
    return "\n".join(lines)


def test_a_clean_log_has_none() -> None:
    assert counts(textlog(cases("apply 9 | check 10 | approve 11 | pay 12"))) == {}


def test_events_that_always_come_within_seconds_are_collateral() -> None:
    log = textlog(cases(f"apply 9 | check 10.1 | journal {10.1 + 3 * SECOND} | pay 12"))
    assert counts(log) == {"COLLATERAL_EVENTS": 20}
    assert "journal" in found(log)["COLLATERAL_EVENTS"].message.en
    # A step that follows quickly once in a while, or one that takes its time, is a step.
    assert (
        counts(
            textlog(
                cases(f"apply 9 | check 10.1 | journal {10.1 + 3 * SECOND}", 0, 5) + "\n" + cases("apply 9 | check 10.1 | journal 11", 5)
            )
        )
        == {}
    )
    assert counts(textlog(cases("apply 9 | check 10.1 | journal 10.12 | pay 12"))) == {}


def test_one_of_several_that_always_go_together_is_the_step() -> None:
    log = textlog(cases(f"apply 9.1 | check {9.1 + 2 * SECOND} | pay {9.1 + 4 * SECOND}"))
    assert counts(log)["COLLATERAL_EVENTS"] == 40


def test_a_placeholder_gathers_cases() -> None:
    text = cases("apply 9 | check 10 | pay 12")
    text += "\nTEMP: " + " | ".join(f"{label} {24 * day + 9.5}" for day in range(4) for label in ("apply", "check"))
    assert counts(textlog(text))["ELUSIVE_CASE"] == 1
    # The same steps twice, in one case of one customer, are rework.
    again = cases("apply 9 | check 10 | pay 12") + "\nc999: apply 500 | check 501 | apply 502 | check 503 | pay 504"
    assert "ELUSIVE_CASE" not in counts(textlog(again))


def test_a_case_that_goes_on_under_another_id() -> None:
    whole = cases("apply 9 | check 10 | approve 11 | pay 12")
    halves = "\nL0777: apply 600 | check 601\n777-B: approve 602 | pay 603"
    assert counts(textlog(whole + halves))["SCATTERED_CASE"] == 1
    assert "SCATTERED_CASE" not in counts(textlog(whole + halves.replace("777-B", "888-B")))
    assert "SCATTERED_CASE" not in counts(
        textlog(whole + halves.replace("602 | pay 603", "602 | pay 603").replace("approve 602", "approve 599"))
    )


def test_a_case_that_goes_on_under_a_number_of_its_own_is_known_by_its_amount() -> None:
    whole = "\n".join(
        line.replace(":", f" amount={100 + n}:", 1) for n, line in enumerate(cases("apply 9 | check 10 | pay 12", 0, 40).split("\n"))
    )
    halves = "\nA1 amount=7: apply 990 | check 991\nZ9 amount=7: pay 992"
    assert counts(textlog(whole + halves)) == {"SCATTERED_CASE": 1}
    assert "SCATTERED_CASE" not in counts(textlog(whole + halves.replace("Z9 amount=7", "Z9 amount=8")))


def test_a_label_at_two_places_is_a_homonym() -> None:
    assert counts(textlog(cases("apply 9 | review 10 | offer 11 | sign 12 | review 13 | pay 14"))) == {"LABEL_HOMONYM": 40}
    # A check that is repeated comes back to the step that follows it.
    loop = (
        cases("apply 9 | review 10 | offer 11 | pay 14", 0, 10)
        + "\n"
        + cases("apply 9 | review 10 | ask 11 | review 12 | offer 13 | pay 14", 10)
    )
    assert counts(textlog(loop)) == {}
    # One step of two products does not meet itself.
    products = cases("apply 9 | review 10 | pay 14", 0, 20) + "\n" + cases("order 9 | review 10 | close 14", 20, 40)
    assert "LABEL_HOMONYM" not in counts(textlog(products))


def test_two_roles_in_turn_do_two_things() -> None:
    turn = cases("apply 9 role=clerk | review 10 role=clerk | review 11 role=head | pay 12 role=clerk", 0, 12)
    once = cases("apply 9 role=clerk | review 10 role=clerk | pay 12 role=clerk", 12, 24)
    assert counts(textlog(turn + "\n" + once)) == {"LABEL_HOMONYM": 36}
    assert counts(textlog(turn.replace("head", "clerk") + "\n" + once)) == {}


def test_a_rare_label_in_the_place_of_one_written_alike_is_misspelt() -> None:
    text = cases("登记申请 9 | 信用审查 10 | 发放贷款 12", 0, 40) + "\n" + cases("登记申请 9 | 信用审察 10 | 发放贷款 12", 40, 42)
    assert counts(textlog(text)) == {"LABEL_MISSPELT": 2}
    # Beside the other one in the same cases it is a step of its own.
    beside = (
        cases("登记申请 9 | 信用审查 10 | 发放贷款 12", 0, 40)
        + "\n"
        + cases("登记申请 9 | 信用审查 10 | 信用复查 11 | 发放贷款 12", 40, 42)
    )
    assert counts(textlog(beside)) == {}


def test_labels_that_take_each_others_place_are_synonyms() -> None:
    one, other = cases("apply 9 | approve 10 | pay 12", 0, 30), cases("apply 9 | sign-off 10 | pay 12", 30, 60)
    assert counts(textlog(one + "\n" + other)) == {"LABEL_SYNONYM": 1}
    assert counts(textlog(one + "\n" + other.replace("sign-off", "not approved"))) == {}
    dear = "\n".join(
        line.replace(":", f" amount={9000 if n >= 30 else 100}:", 1) for n, line in enumerate((one + "\n" + other).split("\n"))
    )
    assert counts(textlog(dear)) == {}  # by the amount, the bank goes two ways


def test_a_source_on_another_clock_is_told_by_its_day() -> None:
    """The system's rows lie eight hours before those of the people; a night shift, which comes no nearer, is not meant."""
    rng = np.random.default_rng(4)
    lines = []
    for n in range(300):
        at = 24 * n + 25.0 + 7 * rng.random()  # UTC; nine to four in Shanghai
        lines.append(f"c{n}: apply {at:.5f} @ann | score {at + 0.01 - 8:.5f} @core | pay {at + 0.9:.5f} @bob")
    log = textlog("\n".join(lines))
    assert counts(log)["UNANCHORED_EVENT"] == 300
    assert "-8" in found(log)["UNANCHORED_EVENT"].message.en
    night = "\n".join(
        f"c{n}: apply {24 * n + 1.0 + 7 * rng.random():.5f} @ann | batch {24 * n + 17 + 7 * rng.random():.5f} @core" for n in range(300)
    )
    assert "UNANCHORED_EVENT" not in counts(textlog(night))


def test_rows_out_of_time_in_a_file_in_order() -> None:
    time = np.arange(200, dtype=np.int64) * HOUR // 4
    file = np.zeros(200, dtype=np.int16)
    spoilt = time.copy()
    spoilt[[30, 70, 110]] += 3 * 24 * HOUR
    assert by_days(spoilt, file).tolist() == [30, 70, 110]
    spoilt = time.copy()
    spoilt[20:180:20] -= 8 * HOUR
    places, hours = by_hours(spoilt, file)
    assert (places.tolist(), hours) == (list(range(20, 180, 20)), 8)
    assert len(by_days(time, file)) == 0 and by_hours(time, file) == (pytest.approx([]), 0)
    shuffled = np.random.default_rng(1).permutation(spoilt)
    assert len(by_days(shuffled, file)) == 0


def test_a_wrong_date_in_a_file_without_an_order_of_its_own() -> None:
    text = cases("apply 9.1234 | check 10 | approve 11 | pay 12", 0, 60).replace("check 250.000000", "check 298.000000")
    assert counts(textlog(text)) == {"TIME_TRAVEL": 1}
    # Half a day off, nothing says that the date is wrong.
    assert counts(textlog(text.replace("check 298.000000", "check 262.000000"))) == {}


def notes(*remarks: str | None) -> pl.DataFrame:
    rows = [
        (f"c{n}", label, f"2024-03-{4 + n:02} {9 + at:02}:00:00") for n in range(5) for at, label in enumerate(("apply", "check", "pay"))
    ]
    table = pl.DataFrame(rows, schema=["case", "activity", "time"], orient="row")
    return table.with_columns(pl.Series("remarks", [*remarks, *[None] * (table.height - len(remarks))]))


def further(*remarks: str | None) -> int:
    return next((f.count for f in bm.read_log(notes(*remarks)).quality if f.code == "SCATTERED_EVENT"), 0)


def test_events_in_the_remarks() -> None:
    day = [f"2024-03-{4 + n // 3:02}" for n in range(15)]
    assert further(*(f"{when} 10:30 sent back by ann" for when in day[:4])) == 4
    assert further(*(f"done: {when}T10:30:00+08:00, then ok" for when in day[:4])) == 4
    assert further("apply; check", "Apply、Pay", "check + pay") == 3
    # The row's own time, dates without a clock, deadlines after the case, and fewer than three are none.
    assert further(*(f"entered {when} {9 + n % 3:02}:00" for n, when in enumerate(day[:4]))) == 0
    assert further(*("born 1971-05-03" for _ in range(4))) == 0
    assert further(*("due 2024-12-31 17:00, at the latest" for _ in range(4))) == 0
    assert further(*(f"{when} 10:30 sent back" for when in day[:2])) == 0


def test_remarks_are_not_repeated() -> None:
    log = bm.read_log(notes(*("2024-03-04 10:30 Zhang San" for _ in range(3))))
    finding = next(f for f in log.quality if f.code == "SCATTERED_EVENT")
    assert [example.value for example in finding.examples] == [None, None, None] and "Zhang" not in finding.message.en


def test_what_the_finished_log_shows_is_told_with_the_quality() -> None:
    log = textlog(cases(f"apply 9 | check 10.1 | journal {10.1 + 3 * SECOND} | pay 12"))
    finding = next(f for f in bm.analyze(log).quality if f.code == "COLLATERAL_EVENTS")
    assert [example.line for example in finding.examples] == [4, 8, 12, 16, 20] or len(finding.examples) == 5


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        return importlib.import_module("imperfections")


ONE_OF_EACH = (
    "form-based",
    "time travel, file in order of time",
    "unanchored event, file in order of recording",
    "unanchored event, 7 to 13",
    "scattered event",
    "elusive case, placeholder",
    "elusive case, number",
    "scattered case, ids alike",
    "scattered case, ids of two",
    "collateral",
    "polluted",
    "distorted",
    "synonymous",
    "homonymous",
)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_spoilt_sample_log_is_told(benchmark: ModuleType, name: str) -> None:
    how = next(each for each in benchmark.CONTAMINATIONS if name in each.name)
    with benchmark.all_examples():
        outcome = benchmark.outcome(how, ONE_OF_EACH.index(name), 17, 250)
    assert outcome.both >= 0.8 * outcome.touched > 0
    assert outcome.both >= 0.9 * outcome.told


@pytest.mark.parametrize("number", range(4))
def test_a_clean_sample_log_has_none(benchmark: ModuleType, number: int) -> None:
    assert not benchmark.CODES & benchmark.findings(benchmark.clean(number, 18, 250), only_ends=number == 2).keys()
