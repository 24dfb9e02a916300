"""Rows as they were read, before their meaning is known."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.log.quality import QualityFinding, Reject


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
    cell); Parquet, XLSX and frames keep their types (Datetime, Float64, Int64, String ...). `line` (int64, shape [rows])
    is the 1-based line of the file at which the record starts (XES: line of the event; Parquet and frames: row number
    + 1; XLSX: sheet row). Rows already set aside are not in `frame`; they are in `rejects`, one each, and a finding
    with the same code counts them.
    """

    file: SourceFile
    frame: pl.DataFrame
    line: np.ndarray
    findings: tuple[QualityFinding, ...] = ()
    rejects: tuple[Reject, ...] = ()
