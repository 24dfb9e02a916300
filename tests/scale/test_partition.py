"""A log in parts tells what the log in memory tells, to the last bit, in however many parts."""

import os
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bankmine import InputError, UsageError, read_log
from bankmine.api import Analysis, analyze
from bankmine.log.tables import read_table
from bankmine.process.recognise import understand
from bankmine.scale import partition
from bankmine.scale.partition import cut
from bankmine.scale.pieces import pieces
from bankmine.scale.reading import How
from bankmine.scale.whole import Measured, Wanted
from bankmine.settings import Calendar, Settings

SAMPLES = Path(__file__).parents[2] / "sample_logs"
# What is by case or by instance is not kept in parts.
NOT_KEPT = ("group", "of_case", "known_items", "opening", "person", "of_role", "of_resource", "own")


def assert_same(one: object, other: object, where: str = "") -> None:
    """Field by field, arrays and numbers exactly."""
    if is_dataclass(one) and not isinstance(one, type):
        assert type(one) is type(other)
        for field in fields(one):
            if field.name not in NOT_KEPT:
                assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}.{field.name}")
    elif callable(one) and callable(other):  # what is worked out when first asked for
        assert_same(one(), other(), where)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, where)
    else:
        assert one == other, where


def wanted(parts: int, calendar: Calendar | None = None) -> Wanted:
    def meaning(activities, actors):
        return understand(activities, process=None, mapping={}, actors=actors)

    return Wanted(meaning, None, calendar or Calendar(), parts)


def assert_as_in_memory(measured: Measured, analysis: Analysis) -> None:
    for name in ("dfg", "variants", "cycle_time", "waiting", "waiting_by_arc", "waiting_by_cause", "arcs_by_cause", "rework", "calendar"):
        assert_same(getattr(measured, name), getattr(analysis, name), name)
    log = analysis.log
    assert measured.understanding == analysis.understanding
    assert (measured.duty.outside, measured.duty.stamps) == (analysis.duty.outside, analysis.duty.stamps)
    assert (measured.events, measured.instances, measured.items) == (log.events, len(log), log.item_count + len(log.waiting))
    assert (measured.first, measured.last, measured.as_of) == (log.case_start.min(), log.case_end.max(), analysis.endings.as_of)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Some cases of the loan sample, some of their rows damaged."""
    frame = pl.read_csv(SAMPLES / "loan.csv", infer_schema=False)
    case = frame.columns[0]
    some = frame.filter(pl.col(case).is_in(frame[case].unique().sort()[:150].implode()))
    stamp = read_log(SAMPLES / "loan.csv").source.columns["start"]
    row = pl.int_range(pl.len())
    some = some.with_columns(
        pl.when(row.is_in([40, 300])).then(pl.lit("soon")).otherwise(pl.col(stamp)).alias(stamp),
        pl.when(row == 77).then(None).when(row == 78).then(pl.lit("  ") + pl.col(case)).otherwise(pl.col(case)).alias(case),
    )
    path = tmp_path_factory.mktemp("parts") / "loan.csv"
    some.write_csv(path)
    return path


@pytest.mark.parametrize("parts", [1, 2, 7, 31])
def test_any_number_of_parts_gives_the_same(small: Path, parts: int, monkeypatch) -> None:
    monkeypatch.setattr(partition, "pieces", lambda path, encoding: pieces(path, encoding, text_bytes=20_000))
    analysis = analyze(read_log(small))
    with cut([small], How(), parts) as log:
        assert_as_in_memory(log.measured(wanted(min(parts, 3))), analysis)
    assert {f.code: f.count for f in log.quality} == {f.code: f.count for f in analysis.log.quality}
    assert log.rejects == analysis.log.rejects and len(log.rejects) == 1
    for name in ("files", "columns", "timezone", "rows_read", "rows_used", "rows_set_aside", "rows_merged"):
        assert getattr(log.source, name) == getattr(analysis.log.source, name)


def test_hours_that_are_given_hold_in_parts(small: Path) -> None:
    settings = Settings(calendar=Calendar(hours="Mon-Fri 09:00-17:00", holidays="CN"))
    with cut([small], How(settings=settings), 5) as log:
        assert_as_in_memory(log.measured(wanted(3, settings.calendar)), analyze(read_log(small, settings=settings), settings=settings))


@pytest.mark.shared
def test_bpic_2012_in_parts(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "bpic.csv"
    read_table(shared / "logs" / "bpic2012.xes.gz").frame.write_csv(path)
    with cut([path], How(), 3) as log:
        assert_as_in_memory(log.measured(wanted(2)), analyze(read_log(path)))


def test_the_last_whole_weeks_are_a_log_of_their_own(small: Path) -> None:
    whole = read_log(small)
    with cut([small], How(), 4) as log:
        found = log.window(400)
    assert found is not None
    window, weeks = found
    assert weeks >= 1 and window.events <= 400
    one = whole.case_names.index(window.case_names[0])
    rows = slice(whole.offsets[one], whole.offsets[one + 1])
    np.testing.assert_array_equal(window.line[: window.offsets[1]], whole.line[rows])


def test_parts_are_for_this_user_and_gone_afterwards(small: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(partition.tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "bankmine-parts-999999999-x"
    left.mkdir()
    with cut([small], How(), 2) as log:
        folder = log.raw.folder.parent
        assert folder.stat().st_mode & 0o777 == 0o700 and folder.parent == tmp_path
        assert not left.exists() and f"-{os.getpid()}-" in folder.name
    assert not list(tmp_path.iterdir())


ROWS = "case,activity,timestamp\n"


def written(place: Path, stamps: Sequence[str]) -> Path:
    path = place / "log.csv"
    path.write_text(ROWS + "".join(f"c{k},check,{stamp}\n" for k, stamp in enumerate(stamps)))
    return path


def test_which_comes_first_day_or_month_is_told_from_all_parts(tmp_path: Path) -> None:
    path = written(tmp_path, [f"0{k % 9 + 1}/02/2024 10:00" for k in range(40)] + ["25/02/2024 10:00"])
    with cut([path], How(), 7) as log:
        assert log.how.time_format == "dmy" and log.source.parameters["time_format"] is None
        assert log.measured(wanted(1)).last == read_log(path).case_end.max()


def test_a_column_that_parts_would_read_otherwise_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, ["2024-03-04 10:00:00"] * 20 + ["2024-03-04 10:00:00+01:00"])
    with pytest.raises(InputError, match="PARTS_DIFFER"), cut([path], How(), 7):
        pass


def test_what_cannot_be_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.xes"
    path.write_text("<?xml version='1.0'?><log></log>")
    with pytest.raises(UsageError, match="FORMAT_WHOLE"), cut([path], How(), 2):
        pass


def test_pieces_keep_the_places_of_rows_and_of_what_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [f'c{k},"check, then\nlook",2024-03-{k % 27 + 1:02} 10:00:00\n' for k in range(50)]
    lines[30] = "c30,short\n"
    path.write_text(ROWS + "".join(lines))
    whole, found = read_table(path), list(pieces(path, text_bytes=300))
    assert len(found) > 5
    assert pl.concat([table.frame for table in found]).equals(whole.frame)
    np.testing.assert_array_equal(np.concatenate([table.line for table in found]), whole.line)
    assert [reject for table in found for reject in table.rejects] == list(whole.rejects)
    assert found[-1].file == whole.file


def test_pieces_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame({"case": range(1000), "activity": "check", "timestamp": "2024-03-04 10:00"}).write_parquet(path, row_group_size=100)
    whole, found = read_table(path), list(pieces(path, rows=130))
    assert len(found) == 8 and pl.concat([table.frame for table in found]).equals(whole.frame)
    assert np.concatenate([table.line for table in found]).tolist() == whole.line.tolist() and found[-1].file == whole.file


def uneven(path: Path, column: str) -> Path:
    """Ten cases by ten people, two thirds of all rows by one case or one person."""
    lines = ["case,activity,timestamp,resource"]
    for k in range(300):
        of = {"case": f"C{k % 10}", "resource": f"P{k % 10}"}
        if k % 3:
            of[column] = of[column][0] + "x"
        lines.append(f"{of['case']},step {k % 4},2026-03-{1 + k // 20:02} 09:{k % 60:02},{of['resource']}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_case_of_more_rows_than_fit_is_refused_with_its_need(tmp_path: Path) -> None:
    path = uneven(tmp_path / "log.csv", "case")
    with pytest.raises(InputError, match=r"MEMORY: one case \(or a few\) has 2\d\d rows"), cut([path], How(), 6, 100):
        pass
    with cut([path], How(), 6, 300) as log:
        assert log.source.rows_used == 300


def test_a_person_of_more_rows_than_fit_is_refused_without_a_name(tmp_path: Path) -> None:
    with cut([uneven(tmp_path / "log.csv", "resource")], How(), 6) as log:
        with pytest.raises(InputError, match=r"MEMORY: one person \(or a system in one activity\) has 200 rows") as refused:
            log.measured(replace(wanted(6), most=199))
        assert "Px" not in str(refused.value)
        assert log.measured(replace(wanted(6), most=200)).events == 300
