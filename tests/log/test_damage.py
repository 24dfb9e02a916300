"""Cuts and flipped bits of sound files: the truth, a refusal, other values or a finding, never fewer events in silence.

All cuts and 2,000 flips of each file are tried by benchmarks/faults.py; here every few.
"""

from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from bankmine.errors import InputError
from bankmine.log.read import read_log
from benchmarks.damage import LINE_END, SILENT, Judge, cuts, flips, sound_files

FILES = sound_files()
CUTS, FLIPS = 40, 60


@pytest.mark.parametrize("name", FILES)
def test_no_cut_loses_events_in_silence(name: str, tmp_path: Path) -> None:
    content = FILES[name]
    counts, first = Judge.of(name, content, tmp_path).outcomes(islice(cuts(content), 3, None, len(content) // CUTS))
    assert SILENT not in counts, first
    if name not in ("log.csv", "log.xes"):
        assert set(counts) == {"refused"}, "a container that is cut is refused whole"


@pytest.mark.parametrize("name", FILES)
def test_no_flipped_bit_loses_events_in_silence(name: str, tmp_path: Path) -> None:
    content = FILES[name]
    counts, first = Judge.of(name, content, tmp_path).outcomes(flips(content, FLIPS, seed=5))
    assert not {SILENT, LINE_END} & set(counts), first
    assert counts["refused"], "some flips hit what holds the file together"


def test_the_judge_sees_a_loss(tmp_path: Path) -> None:
    judge = Judge.of("log.csv", FILES["log.csv"], tmp_path)
    assert judge.outcome(FILES["log.csv"].rpartition(b"\nC")[0] + b"\n") == LINE_END
    assert judge.outcome(FILES["log.csv"].rpartition(b"\nC")[0]) == "finding"
    assert (
        Judge.of("log.xes", FILES["log.xes"], tmp_path).outcome(
            FILES["log.xes"].replace(b"<event>", b"<!--", 1).replace(b"</event>", b"-->", 1)
        )
        == SILENT
    )


@pytest.mark.parametrize("unit", ["ms", "us"])
def test_times_beyond_any_calendar_are_set_aside(unit: str, tmp_path: Path) -> None:
    """As PostgreSQL's infinity arrives, or a flipped bit."""
    far = pl.Series([2**63 - 1, -(2**63) + 1, 0, 0], dtype=pl.Int64).cast(pl.Datetime(unit))
    some = pl.Series([1_770_000_000_000 * {"ms": 1, "us": 1000}[unit]] * 4, dtype=pl.Int64).cast(pl.Datetime(unit))
    frame = pl.DataFrame({"case": list("aabb"), "activity": list("xyxy"), "timestamp": some, "booked": far})
    frame.write_parquet(tmp_path / "far.parquet")
    assert read_log(tmp_path / "far.parquet").events == 4
    frame = frame.with_columns(pl.when(pl.col("case") == "a").then("booked").otherwise("timestamp").alias("timestamp"))
    for source in (frame, tmp_path / "far.parquet"):
        frame.write_parquet(tmp_path / "far.parquet")
        log = read_log(source, max_reject_share=0.5)
        assert [(each.code, each.line) for each in log.rejects] == [("TS_OUT_OF_RANGE", 2), ("TS_OUT_OF_RANGE", 3)]
        assert log.events == 2
        with pytest.raises(InputError, match="TS_OUT_OF_RANGE"):
            read_log(source)
