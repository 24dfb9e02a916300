"""Parquet as a table: columns keep their types; a file that is cut or cannot be decoded is refused whole."""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.coded import categories, known_categories
from bankmine.log.container import AGAIN, FIELD_LIMIT, Source
from bankmine.log.header import TOTAL, Header, named_columns, no_rows
from bankmine.log.notes import unquoted
from bankmine.log.rowchecks import TOTAL_COLUMNS, TableRows, tidied
from bankmine.log.table import Table, in_calendar, lines
from bankmine.words import Text

MARK = b"PAR1"
SAMPLE = 100_000
FIXED = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64)


def read_parquet(source: Source) -> Table:
    """The rows of a Parquet file; `line` is the row number + 1, as if a header stood above.

    Raises InputError EMPTY, NOT_PARQUET, PARQUET_TRUNCATED, PARQUET_CORRUPT, NO_ROWS.
    """
    file, content = source.file, source.read()
    if not content:
        raise InputError("EMPTY", Text(zh="文件为空，没有数据。", en="the file is empty: no data."), AGAIN, file)
    if not content.startswith(MARK):
        raise InputError(
            "NOT_PARQUET",
            Text(
                zh="文件名是 Parquet，但内容不是 Parquet 格式。",
                en="the file is named Parquet, but its content is not in the Parquet format.",
            ),
            Text(zh="请按实际格式改名（如 .csv），或重新导出。", en="give it the suffix of its true format (.csv?), or export it again."),
            file,
        )
    if len(content) < 12 or not content.endswith(MARK):
        raise InputError(
            "PARQUET_TRUNCATED",
            Text(
                zh="Parquet 文件被截断：缺少文件尾（footer）。",
                en="the Parquet file is truncated: its footer is missing (no magic bytes at the end).",
            ),
            AGAIN,
            file,
        )
    frame = in_calendar(whole_frame(content, file))
    if not frame.width or not frame.height:
        raise no_rows(file)
    header, findings = named_columns(Header(1, tuple(frame.columns), (), ()), file)
    texts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Binary | pl.Enum)]
    texts += odd_categories(frame, header)
    try:
        frame = frame.with_columns(pl.col(texts).cast(pl.String)) if texts else frame
    except pl.exceptions.PolarsError:
        raise corrupt(file, "text that is not UTF-8") from None
    line = lines(2, frame.height)
    rows = tidied(TableRows(frame, line), header, frame.width, file, findings)
    return Table(file=source.finish(), frame=rows.frame, line=rows.line, findings=tuple(findings))


def whole_frame(content: bytes, file: str) -> pl.DataFrame:
    """All columns and rows, decoded; as many as the footer says."""
    try:
        with panics_unprinted():
            stored = pl.scan_parquet(io.BytesIO(content), use_statistics=False)
            expected = stored.select(pl.len()).collect().item()
            some = stored.head(SAMPLE).select(pl.col(pl.String)).collect()
            # Encoded while they are decoded; a column without any repetition would gain nothing.
            encoded = stored.with_columns(column.cast(categories()) for column in map(pl.col, repeated_names(some)))
            frame = one_below_another(encoded.collect_batches(), expected)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise corrupt(file, unquoted(error)[:120] if str(error) else type(error).__name__) from None
    if frame.height != expected:
        raise corrupt(file, f"{frame.height} rows instead of {expected}")
    return frame


def one_below_another(pieces: Iterable[pl.DataFrame], rows: int) -> pl.DataFrame:
    """The rows of all pieces, at most so many; each column in one piece, without all of them standing there twice.

    Columns of fixed width are filled into their final place as their pieces come; only the others are kept in pieces until the end.
    """
    filled: dict[str, np.ndarray] = {}
    missing: dict[str, np.ndarray] = {}
    kept: dict[str, list[pl.Series]] = {}
    begin, kinds = 0, pl.Schema()
    for piece in pieces:
        place, kinds = slice(begin, begin + piece.height), piece.schema
        begin += piece.height
        for column in piece if begin <= rows else ():
            name, values = column.name, column.to_physical()
            if isinstance(column.dtype, pl.Enum) or values.dtype not in FIXED:
                kept.setdefault(name, []).append(column)
                continue
            if values.null_count():
                missing.setdefault(name, np.zeros(rows, dtype=bool))[place] = values.is_null()
                values = values.fill_null(0)
            if name not in filled:
                filled[name] = np.empty(rows, dtype=values.to_numpy().dtype)
            filled[name][place] = values.to_numpy()

    def whole(name: str, kind: pl.DataType) -> pl.Series:
        if name in kept:
            return pl.concat(kept[name], rechunk=True)
        values = pl.Series(name, filled[name])
        values = values.set(pl.Series(missing[name]), None) if name in missing else values
        return values.cat.to(kind) if isinstance(kind, pl.Categorical) else values.cast(kind)

    return pl.DataFrame([whole(name, kind) for name, kind in kinds.items()]) if begin == rows else pl.DataFrame(height=begin)


def repeated_names(some: pl.DataFrame) -> list[str]:
    """The columns in which some cell is repeated."""
    return [column.name for column in some if column.n_unique() < len(column)]


def odd_categories(frame: pl.DataFrame, header: Header) -> list[str]:
    """The columns of categories with a value that the checks of tables, which read texts, look for: empty, huge, a total, the header."""
    odd = []
    for name, written, place in zip(frame.columns, header.written, range(frame.width), strict=True):
        if isinstance(frame.schema[name], pl.Categorical):
            values = known_categories(frame[name])  # perhaps more than occur: a column too many is read as text, none too few
            size = values.str.len_bytes()
            total = place < TOTAL_COLUMNS and values.str.strip_chars().str.contains(f"(?i)^(?:{TOTAL.pattern})$").any()
            if total or ((size == 0) | (size > FIELD_LIMIT) | (values == written)).any():
                odd.append(name)
    return odd


@contextmanager
def panics_unprinted() -> Iterator[None]:
    """Keeps the decoder's panic messages from standard error: they are raised too, and reported as one error."""
    sys.stderr.flush()
    kept, void = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(void, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(void)


def corrupt(file: str, reason: str) -> InputError:
    return InputError(
        "PARQUET_CORRUPT",
        Text(zh=f"Parquet 文件已损坏，无法解码（{reason}）。", en=f"the Parquet file is corrupt and cannot be decoded ({reason})."),
        AGAIN,
        file,
    )
