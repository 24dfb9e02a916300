"""Rows as they were read, before their meaning is known."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.log.quality import QualityFinding, Reject

FIRST_DAY, LAST_DAY = -719_160, 2_932_893  # of Python's calendar since 1970-01-01, a few days spared for zones
DAY_IN = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
TYPED_END = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An input file as it was given: name, size in bytes, SHA-256 of the bytes on disk."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Table:
    """The rows of one source, each with its place.

    `frame` holds the source's own column names. Text formats give String columns (cells as written, null = empty
    cell); Parquet, XLSX and frames keep their types (Datetime, Float64, Int64, String ...). `line` (integers, shape [rows])
    is the 1-based line of the file at which the record starts (XES: line of the event; Parquet and frames: row number
    + 1; XLSX: sheet row). Rows already set aside are not in `frame`; they are in `rejects`, one each, and a finding
    with the same code counts them. `names_known`: whether the columns' names are known to be names (`header.holds_names`).
    """

    file: SourceFile
    frame: pl.DataFrame
    line: np.ndarray
    findings: tuple[QualityFinding, ...] = ()
    rejects: tuple[Reject, ...] = ()
    names_known: bool = True


def lines(first: int, rows: int) -> np.ndarray:
    """The lines of rows that stand one below the other: int32, as far as that reaches, for there are as many as rows."""
    return np.arange(first, first + rows, dtype=np.int32 if first + rows <= np.iinfo(np.int32).max else np.int64)


def in_calendar(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the times that no calendar holds (a damaged file, the infinity of a database) at its nearest end.

    They are out of range there as well; left as they are, Polars panics over the first one that is to be shown.
    """
    moved = []
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Datetime):
            unit = DAY_IN[kind.time_unit]
            first, last = max(FIRST_DAY * unit, -TYPED_END), min(LAST_DAY * unit, TYPED_END)
        elif kind == pl.Date:
            first, last = FIRST_DAY, LAST_DAY
        elif kind == pl.Time:
            first, last = 0, DAY_IN["ns"] - 1
        else:
            continue
        if not frame[name].to_physical().is_between(first, last).all():
            moved.append(pl.col(name).to_physical().clip(first, last).cast(kind))
    return frame.with_columns(moved)
