"""From rows to the event log: the findings on the whole log, the accounting, the order."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankmine.errors import InputError, UsageError
from bankmine.log import rejects
from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.log.read import read_log
from bankmine.settings import Settings

DAY = "2024-03-14 "


def rows(text: str, columns: str = "case activity timestamp resource") -> pl.DataFrame:
    """A frame from lines of words; `_` stands for a space in a cell, `-` for an empty cell."""
    names = columns.split()
    cells = [line.split() for line in text.strip().splitlines()]
    return pl.DataFrame(
        [[None if cell == "-" else cell.replace("_", " ") for cell in line] for line in cells],
        schema=dict.fromkeys(names, pl.String),
        orient="row",
    )


def codes(log: EventLog) -> dict[str, int]:
    """The findings that a reader should look at."""
    return {found.code: found.count for found in log.quality if found.severity != "info"}


SOUND = """
c1 a 2024-03-14T09:00:00Z ann
c1 b 2024-03-14T10:00:00Z bob
c2 a 2024-03-14T09:30:00Z ann
c2 b 2024-03-14T10:30:00Z bob
"""


def test_a_sound_log() -> None:
    log = read_log(rows(SOUND))
    assert codes(log) == {}
    assert log.case_names == ("c1", "c2")
    assert log.activities == ("a", "b")
    assert log.place(1) == ("DataFrame", 3)
    assert (log.source.rows_read, log.source.rows_used, log.source.rows_set_aside, log.source.rows_merged) == (4, 4, 0, 0)
    assert log.source.columns == {"activity": "activity", "case": "case", "resource": "resource", "timestamp": "timestamp"}
    assert (log.start == UNKNOWN_TIME).all()
    assert log.blocks()


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_of_different_cases_changes_nothing(random) -> None:
    frame = rows(SOUND + "c1 c 2024-03-14T10:00:00Z ann\nc2 c 2024-03-14T10:30:00Z ann\n")
    order = list(range(frame.height))
    random.shuffle(order)
    # Rows of one case keep their order, which decides between equal times.
    by_case = {case: iter([row for row in range(frame.height) if frame["case"][row] == case]) for case in ("c1", "c2")}
    shuffled = frame[[next(by_case[frame["case"][row]]) for row in order]]
    one, other = read_log(frame), read_log(shuffled)
    for name in ("case", "activity", "resource", "end", "item", "offsets"):
        assert (getattr(one, name) == getattr(other, name)).all()


def test_exact_duplicates_are_counted_and_dropped_only_when_asked() -> None:
    frame = rows(SOUND + "c1 b 2024-03-14T10:00:00Z bob\n")
    kept, merged = read_log(frame), read_log(frame, dedupe=True)
    assert (len(kept), codes(kept)) == (5, {"DUP_EXACT": 1})
    assert (len(merged), codes(merged)) == (4, {"DUP_EXACT": 1})
    assert (merged.source.rows_read, merged.source.rows_used, merged.source.rows_merged) == (5, 4, 1)


def test_rows_that_differ_in_a_column_that_is_not_used_are_no_duplicates() -> None:
    frame = rows(SOUND + "c1 b 2024-03-14T10:00:00Z bob\n").with_columns(pl.int_range(5).alias("event number"))
    assert codes(read_log(frame)) == {}


def test_double_clicks() -> None:
    assert codes(read_log(rows(SOUND + "c1 b 2024-03-14T10:00:01Z bob\n"))) == {"DUP_NEAR": 1}
    assert codes(read_log(rows(SOUND + "c1 b 2024-03-14T10:00:02Z bob\n"))) == {}
    assert codes(read_log(rows(SOUND + "c1 b 2024-03-14T10:00:01Z ann\n"))) == {}


INTERVALS = """
c1 a 2024-03-14T09:00:00Z 2024-03-14T09:20:00Z
c1 b 2024-03-14T10:00:00Z 2024-03-14T09:59:00Z
c2 a 2024-03-14T09:00:00Z -
c2 b - 2024-03-14T10:00:00Z
"""


def test_an_end_before_the_start_is_set_aside_and_open_work_is_kept() -> None:
    log = read_log(rows(INTERVALS, "case activity start end"), max_reject_share=0.5)
    assert codes(log) == {"END_BEFORE_START": 1, "OPEN_ACTIVITY": 2}
    assert [(reject.code, reject.line, reject.column) for reject in log.rejects] == [("END_BEFORE_START", 3, "end")]
    assert log.source.rows_read == log.source.rows_used + log.source.rows_set_aside == 4
    assert (log.end == UNKNOWN_TIME).sum() == (log.start == UNKNOWN_TIME).sum() == 1


def test_too_many_rows_set_aside_refuse_the_log_with_the_main_reason() -> None:
    with pytest.raises(InputError) as caught:
        read_log(rows(INTERVALS, "case activity start end"))
    assert (caught.value.code, caught.value.line, caught.value.column) == ("END_BEFORE_START", 3, "end")
    settings = Settings.model_validate({"quality": {"max_reject_share": 0.25}})
    assert len(read_log(rows(INTERVALS, "case activity start end"), settings=settings)) == 3


def test_fewer_rows_than_expected_refuse_the_log() -> None:
    with pytest.raises(InputError, match="ROWS_FEWER"):
        read_log(rows(SOUND), settings=Settings.model_validate({"quality": {"expect_rows": 5}}))


def test_ties_of_a_form() -> None:
    tied = "\n".join(f"c3 {name} 2024-03-14T11:00:00Z ann" for name in "abcd")
    assert codes(read_log(rows(SOUND + tied))) == {"FORM_BASED_TIES": 4}


def test_a_row_a_day_off_in_a_file_in_order() -> None:
    many = "\n".join(
        f"c{case} {name} 2024-03-{10 + case}T{9 + at:02}:00:00Z ann" for case in range(1, 8) for at, name in enumerate("abcde")
    )
    assert codes(read_log(rows(many))) == {}
    late = many.replace("c4 b 2024-03-14", "c4 b 2024-03-15")
    assert codes(read_log(rows(late))) == {"TIME_TRAVEL": 1}
    early = many.replace("c4 b 2024-03-14", "c4 b 2024-03-13")
    log = read_log(rows(early))
    assert codes(log) == {"TIME_TRAVEL": 1}
    assert next(found for found in log.quality if found.code == "TIME_TRAVEL").examples[0].line == 18
    shuffled = rows(many).sample(fraction=1, shuffle=True, seed=4)
    assert codes(read_log(shuffled)) == {}


def test_odd_cases() -> None:
    single = "\n".join(f"c{case} a 2024-03-14T09:00:{case:02}Z ann" for case in range(9))
    assert codes(read_log(rows(single))) == {"SINGLE_EVENT_CASES": 9}
    assert codes(read_log(rows("c1 a 2024-03-14T09:00:00Z ann\nc1 b 2024-03-14T10:00:00Z ann"))) == {"SINGLE_CASE": 1}
    cut = (
        SOUND + "c3 a 2024-03-14T11:00:00Z ann\nc3 b 2024-03-14T12:00:00Z ann\nc4 b 2024-03-14T13:00:00Z ann\nc4 b 2024-03-14T13:30:00Z ann"
    )
    assert codes(read_log(rows(cut))) == {"CASE_INCOMPLETE": 1}


def test_cases_that_nobody_has_begun_are_counted() -> None:
    columns = "case activity timestamp lifecycle"
    begun = "c1 a 2024-03-14T09:00:00Z schedule\nc1 a 2024-03-14T10:00:00Z complete\nc3 a 2024-03-14T10:00:00Z complete\n"
    idle = "c2 b 2024-03-14T09:00:00Z schedule\n"
    log = read_log(rows(begun + idle, columns))
    assert log.case_names == ("c1", "c3")
    assert (log.activities, log.events, len(log.waiting)) == (("a",), 3, 0)
    assert codes(log)["CASE_NOT_BEGUN"] == 1
    with pytest.raises(InputError, match="NO_INSTANCES"):
        read_log(rows(idle, columns))


def test_a_very_long_case() -> None:
    frame = pl.DataFrame(
        {
            "case": ["c1"] * 10_001 + ["c2"],
            "activity": ["a"] * 10_002,
            "timestamp": np.arange(10_002).astype("datetime64[m]").astype("datetime64[us]") + np.timedelta64(18_000, "D"),
        }
    )
    assert codes(read_log(frame))["CASE_LONG"] == 1


def test_several_sources_are_one_log(tmp_path: Path) -> None:
    frame = rows(SOUND)
    for number, part in enumerate((frame[[0, 3]], frame[[1, 2]])):
        part.write_csv(tmp_path / f"part{number}.csv")
    whole, parts = read_log(frame), read_log(str(tmp_path / "part*.csv"))
    assert (whole.end == parts.end).all() and (whole.activity == parts.activity).all()
    assert len(parts.source.files) == 2
    assert {parts.place(row)[0] for row in range(4)} == {str(tmp_path / "part0.csv"), str(tmp_path / "part1.csv")}
    twice = read_log([tmp_path / "part0.csv", tmp_path / "part0.csv"])
    assert codes(twice)["DUP_EXACT"] == 2


def test_sources_that_are_not_there(tmp_path: Path) -> None:
    for source in (tmp_path / "none.csv", str(tmp_path / "*.csv"), tmp_path):
        with pytest.raises(InputError, match="FILE_MISSING"):
            read_log(source)
    with pytest.raises(UsageError):
        read_log(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="lifecycle"):
        read_log(rows(SOUND), lifecycle="some")  # type: ignore[arg-type]


def test_settings_name_columns_and_zone_and_arguments_go_before_them() -> None:
    frame = rows(SOUND.replace("Z", "")).rename({"case": "x", "activity": "y"})
    settings = Settings.model_validate({"columns": {"case": "x", "activity": "resource"}, "calendar": {"timezone": "Europe/Berlin"}})
    log = read_log(frame, settings=settings, activity="y")
    assert log.activities == ("a", "b")
    assert log.source.timezone == "Europe/Berlin"
    shanghai = read_log(frame, case="x", activity="y")
    assert (log.end - shanghai.end == 7 * 3_600_000_000).all()


def test_arrival_is_the_earliest_of_the_case() -> None:
    frame = rows(SOUND).with_columns(pl.Series("取号时间", [None, "2024-03-14T08:00:00Z", None, None]))
    arrival = read_log(frame).arrival
    assert arrival is not None
    assert (arrival == UNKNOWN_TIME).tolist() == [False, True]


def test_rejects_are_written_whole_and_harmless(tmp_path: Path) -> None:
    log = read_log(rows(SOUND + "c2 - 2024-03-14T11:00:00Z ann\nc2 d =cmd|x ann\n"), max_reject_share=0.5)
    path = tmp_path / "rejects.csv"
    assert rejects.write(path, log) == 2
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "file,line,reason,column,value"
    assert lines[1].startswith("DataFrame,6,ACT_MISSING,activity,")
    assert lines[2] == "DataFrame,7,TS_INVALID,timestamp,'=cmd|x"
    assert [one.name for one in tmp_path.iterdir()] == ["rejects.csv"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2", None]),
            st.sampled_from(["a", "b", None]),
            st.sampled_from(["2024-03-14T09:00:00Z", "2024-03-14T10:00:00Z", "x", None]),
        ),
        min_size=1,
        max_size=30,
    ),
    st.booleans(),
)
def test_no_row_vanishes(cells: list[tuple[str | None, str | None, str | None]], dedupe: bool) -> None:
    frame = pl.DataFrame(cells, schema={"case": pl.String, "activity": pl.String, "timestamp": pl.String}, orient="row")
    try:
        source = read_log(frame, max_reject_share=1, dedupe=dedupe).source
    except InputError:
        return
    assert source.rows_read == len(cells) == source.rows_used + source.rows_set_aside + source.rows_merged
