"""A file as tables of a limited number of bytes or rows, one after the other, each read and checked as a whole file is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from bankmine.errors import InputError, UsageError
from bankmine.log.container import Source, open_source
from bankmine.log.delimited import read_delimited, sampled
from bankmine.log.encoding import MARKS, without_mark
from bankmine.log.header import Header, find_header, named_columns, no_rows
from bankmine.log.notes import unquoted
from bankmine.log.parquet import MARK, corrupt, panics_unprinted, read_parquet
from bankmine.log.quality import QualityFinding
from bankmine.log.rowchecks import TableRows, tidied
from bankmine.log.table import SourceFile, Table
from bankmine.log.tables import EXCEL_SUFFIXES, OLE, PARQUET_SUFFIXES, is_binary, is_markup, suffixes
from bankmine.words import Text

TEXT_PIECE = 48_000_000  # bytes of text at once: some half a million rows
ROWS_PIECE = 500_000
LONGEST_RECORD = 8  # pieces: where no line end outside quotes is found in so many, the file cannot be cut


def pieces(path: Path, encoding: str | None = None, *, text_bytes: int = TEXT_PIECE, rows: int = ROWS_PIECE) -> Iterator[Table]:
    """The tables of a CSV or Parquet file; each has the places of its rows in the file. The last one's `file` holds size and hash.

    Raises what `read_table` raises, and UsageError FORMAT_WHOLE for formats that can only be read in one piece.
    """
    with open_source(path) as source:
        head = source.head
        if head.startswith(MARK) or suffixes(path)[1] in PARQUET_SUFFIXES:
            yield from _of_parquet(path, source, rows)
        elif (
            head.startswith((b"PK\x03\x04", OLE))
            or suffixes(path)[1] in (*EXCEL_SUFFIXES, ".xes")
            or is_markup(head, b"<")
            or any(head.startswith(mark) for mark, name in MARKS if name != "utf-8")
            or without_mark(head)
            or is_binary(head)
        ):
            raise in_one_piece(source.file)
        else:
            yield from _of_text(source, encoding, text_bytes)


def in_one_piece(file: str) -> UsageError:
    return UsageError(
        "FORMAT_WHOLE",
        Text(zh="只有 CSV（UTF-8 或 GB18030）和 Parquet 能分块读取。", en="only CSV (UTF-8, GB18030) and Parquet can be read in parts."),
        Text(zh="请导出为其中一种，或给予更多内存（--memory）。", en="export it as one of them, or allow more memory (--memory)."),
        file,
    )


class _Piece(Source):
    """Some bytes of a file that stand for the whole of one."""

    def __init__(self, source: Source, content: bytes) -> None:
        self.file, self.packing, self._content = source.file, source.packing, content

    def read(self, *, separators: bytes = b"") -> bytes:  # noqa: ARG002  the pieces are bounded already
        return self._content

    def finish(self) -> SourceFile:
        return SourceFile(self.file, 0, "")


def _of_text(source: Source, encoding: str | None, size: int) -> Iterator[Table]:
    title, below, before = b"", 0, 0  # the lines down to the header; their number; those of the pieces so far
    waiting: Table | None = None
    for content in _cut(source, size):
        if waiting is None:
            below = _header_line(source, content)
            title = b"".join(line + b"\n" for line in content.split(b"\n", below)[:below])
            body = content
        else:
            body = title + content
        if encoding is None and not body.isascii():
            encoding = _encoding(source, body)
        try:
            table = read_delimited(_Piece(source, body), encoding)
        except InputError as error:
            if waiting is not None and error.code == "NO_ROWS":
                before += content.count(b"\n")
                continue
            if error.line is not None and waiting is not None:
                error.line += before - below
            raise
        if waiting is not None:
            table = _moved(table, before - below, below)
            yield waiting
        before += content.count(b"\n")
        waiting = table
    if waiting is None:
        read_delimited(_Piece(source, b""), encoding)  # says that the file is empty
        raise no_rows(source.file)
    yield replace(waiting, file=source.finish())


def _header_line(source: Source, content: bytes) -> int:
    _, sample = sampled(content, source.file)
    return find_header(sample, source.file).line


def _encoding(source: Source, content: bytes) -> str:
    from bankmine.log.encoding import decoded

    return decoded(content, source.file).encoding


def _cut(source: Source, size: int) -> Iterator[bytes]:
    """The content, cut at line ends outside quotes."""
    kept: list[bytes] = []
    length = 0
    for chunk in source.chunks():
        kept.append(chunk)
        length += len(chunk)
        if length < size:
            continue
        content = b"".join(kept)
        while len(content) >= size and (end := _last_record_end(content[:size]) or _last_record_end(content)):
            yield content[:end]
            content = content[end:]
        if len(content) > LONGEST_RECORD * size:
            raise in_one_piece(source.file)
        kept, length = [content], len(content)
    if length:
        yield b"".join(kept)


def _last_record_end(content: bytes) -> int:
    """Behind the last line end that an even number of quotes precedes; 0 where there is none."""
    if b'"' not in content:
        return content.rfind(b"\n") + 1
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))
    outside = np.flatnonzero(np.searchsorted(np.flatnonzero(data == ord('"')), ends) % 2 == 0)
    return int(ends[outside[-1]]) + 1 if len(outside) else 0


def _moved(table: Table, shift: int, below: int) -> Table:
    """The table with its rows' places in the file, not in the piece."""

    def line(number: int | None) -> int | None:
        return number if number is None or number <= below else number + shift

    def finding(found: QualityFinding) -> QualityFinding:
        return replace(found, examples=tuple(replace(example, line=line(example.line)) for example in found.examples))

    return replace(
        table,
        line=table.line + shift,
        findings=tuple(map(finding, table.findings)),
        rejects=tuple(replace(reject, line=reject.line + shift) for reject in table.rejects),
    )


def _of_parquet(path: Path, source: Source, rows: int) -> Iterator[Table]:
    if source.packing is not None or path.stat().st_size < rows * 8:
        yield read_parquet(source)
        return
    try:
        with panics_unprinted():
            lazy = pl.scan_parquet(path)
            total = int(lazy.select(pl.len()).collect().item())
            header, findings = named_columns(Header(1, tuple(lazy.collect_schema().names()), (), ()), source.file)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise corrupt(source.file, unquoted(error)[:120]) from None
    for begin in range(0, total, rows):
        try:
            with panics_unprinted():
                frame = lazy.slice(begin, rows).collect()
            texts = [name for name, kind in frame.schema.items() if kind in (pl.Binary, pl.Categorical) or isinstance(kind, pl.Enum)]
            frame = frame.with_columns(pl.col(texts).cast(pl.String)) if texts else frame
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise corrupt(source.file, unquoted(error)[:120]) from None
        found = list(findings) if begin == 0 else []
        line = np.arange(begin + 2, begin + 2 + frame.height, dtype=np.int64)
        tidy = tidied(TableRows(frame, line), header, frame.width, source.file, found)
        file = source.finish() if begin + rows >= total else SourceFile(source.file, 0, "")
        yield Table(file=file, frame=tidy.frame, line=tidy.line, findings=tuple(found))
