"""Delimited text (CSV, TSV and their kin) as a table: every cell as written, every row with its line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.container import Source, field_too_large
from bankmine.log.dialect import QUOTED, Dialect, dialect_of, escapes_in
from bankmine.log.encoding import decoded, line_of
from bankmine.log.header import Header, filled, find_header, is_blank, is_footer, named_columns, wrong_width
from bankmine.log.plain import plain_frame
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding, Reject, chosen
from bankmine.log.records import Records
from bankmine.log.rowchecks import TableRows, tidied
from bankmine.log.table import Table, lines
from bankmine.words import Text

SAMPLE_BYTES = 1 << 20
SAMPLE_ROWS = 200
ROWS_PER_PART = 100_000
VALUE_SHOWN = 200


def read_delimited(source: Source, encoding: str | None = None) -> Table:
    """The rows of a delimited text file.

    Raises InputError: of the container and of the encoding; EMPTY, NO_ROWS, NUL_BYTE, QUOTE_UNCLOSED, HEADER_MISSING,
    HEADER_DUP, HEADER_WIDTH.
    """
    file = source.file
    text = decoded(source.read(separators=b",;\t|\r\n"), file, encoding)
    content = text.content
    findings = [text.finding] if text.finding else []

    dialect, sample = sampled(content, file)
    header, notes = named_columns(find_header(sample, file), file)
    findings += notes
    refuse_zero_bytes(content, dialect, header, file)
    width = row_width(header, sample)
    frame = plain_frame(content, dialect, header.line, width)
    if frame is not None:
        read = TableRows(frame, lines(header.line + 1, frame.height))
    else:
        read = exact(content.decode("utf-8"), dialect, header, width, sample, file, findings)
    rows = tidied(read, header, width, file, findings)
    if source.packing:
        for found in findings:
            if found.code == "FIELD_HUGE":
                raise field_too_large(file, found.examples[0].line, found.examples[0].column if header.names_known else None)
    if not content.endswith((b"\n", b"\r")):
        findings.append(
            QualityFinding(
                "NO_FINAL_NEWLINE",
                "info",
                1,
                Text(
                    zh="文件末尾没有换行符；最后一个字段可能被截断。",
                    en="the file does not end with a line end; its last field may have been cut.",
                ),
                (Example(file, int(rows.line[-1]), None, None),),
            )
        )
    return Table(source.finish(), rows.frame, rows.line, tuple(findings), tuple(rows.rejects), header.names_known)


def sampled(content: bytes, file: str) -> tuple[Dialect, list[tuple[int, list[str]]]]:
    """The dialect of a text and its first records."""
    size = SAMPLE_BYTES
    while True:
        whole = size >= len(content)
        # Cut at a line end, so that no character and no record is halved.
        sample = content[: len(content) if whole else max(content.rfind(b"\n", 0, size), content.rfind(b"\r", 0, size)) + 1]
        text = sample.decode("utf-8")
        dialect = dialect_of(text)
        # One sign is looked for much quicker than two.
        if not whole and not dialect.escapes and b"\\" in content and content.find(b'\\"', len(sample)) >= 0:
            dialect = Dialect(dialect.delimiter, escapes_in(content.decode("utf-8"), dialect.delimiter), dialect.begin)
        records = list(islice(Records(text, dialect, file, whole=whole), SAMPLE_ROWS))
        if whole or len(records) > 1:
            return dialect, records
        size *= 8


def refuse_zero_bytes(content: bytes, dialect: Dialect, header: Header, file: str) -> None:
    place = content.find(b"\0")
    if place < 0:
        return
    begin = max(content.rfind(b"\n", 0, place), content.rfind(b"\r", 0, place)) + 1
    # Whole quoted fields and the beginning of an open one hold no delimiters.
    before = QUOTED.sub("", content[begin:place].decode("utf-8")).partition('"')[0].count(dialect.delimiter)
    line = line_of(content, place)
    raise InputError(
        "NUL_BYTE",
        Text(
            zh="字段中含有空字节（NUL，\\x00）；文件可能已损坏或不是文本。",
            en="a field holds a NUL byte (\\x00, a control character): the file is damaged, or not text.",
        ),
        Text(zh="请重新导出；若文件是 UTF-16，请用 --encoding utf-16。", en="export it again; if it is UTF-16, give --encoding utf-16."),
        file,
        line,
        header.shown[before] if line != header.line and before < len(header.names) else None,
    )


def row_width(header: Header, sample: Sequence[tuple[int, list[str]]]) -> int:
    """How many fields a row should have: as many as the header has names.

    Except where all rows of the sample have another number, the same one, and the surplus on either side is empty (a
    delimiter at the end of every row, or of the header only).
    """
    names = len(header.names)
    below = [cells for line, cells in sample if line > header.line and not is_blank(cells) and not is_footer(cells)]
    widths = {len(cells) for cells in below}
    if len(widths) != 1 or names in widths:
        return names
    width = widths.pop()
    surplus = header.written[width:] if width < names else [cell for cells in below for cell in cells[names:]]
    return width if is_blank(surplus) else names


@dataclass(slots=True)
class Taken:
    """What the exact reader has met so far: rows of the right width in parts, others, and how many blank lines."""

    width: int
    parts: list[pl.DataFrame] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    others: list[tuple[int, list[str]]] = field(default_factory=list)
    blank: int = 0

    def take(self, records: Iterable[tuple[int, list[str]]], after: int) -> None:
        """Takes the records that start below a line."""
        for line, cells in records:
            if line <= after:
                continue
            if len(cells) == self.width and (self.width > 1 or cells[0].strip()):
                self.rows.append(cells)
                self.lines.append(line)
                if len(self.rows) == ROWS_PER_PART:
                    self.flush()
            elif len(cells) == 1 and not cells[0].strip():
                self.blank += 1
            else:
                self.others.append((line, cells))
        self.flush()

    def flush(self) -> None:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * self.width
        self.parts.append(pl.DataFrame({f"column_{at}": pl.Series(cells, dtype=pl.String) for at, cells in enumerate(columns, 1)}))
        self.rows = []


def exact(
    text: str,
    dialect: Dialect,
    header: Header,
    width: int,
    sample: Sequence[tuple[int, list[str]]],
    file: str,
    findings: list[QualityFinding],
) -> TableRows:
    """The rows of a text by the exact reader; what it met on the way is added to `findings`."""
    records = Records(text, dialect, file, width=width)
    taken = Taken(width)
    taken.take(records, header.line)
    titles = [cells for line, cells in sample if line in header.skipped]
    # Titles and totals are repeated on every page of a report.
    printed = [line for line, cells in taken.others if cells in titles or (filled(cells) < width and is_footer(cells))]
    others = [(line, cells) for line, cells in taken.others if line not in set(printed)]
    if not taken.lines and others:
        raise wrong_width(file, others[0][0], len(others[0][1]), len(header.names))
    rejects = [
        Reject(file, line, "ROW_SHORT" if len(cells) < width else "ROW_LONG", None, dialect.delimiter.join(cells)[:VALUE_SHOWN])
        for line, cells in others
    ]
    findings += wrong_rows(rejects, width)
    findings += marked_cells("STRAY_QUOTE", records.stray, header, file)
    findings += marked_cells("ESCAPE_DETECTED", records.escaped, header, file)
    frame = pl.concat(taken.parts, rechunk=True)
    return TableRows(frame, np.asarray(taken.lines, dtype=np.int64), rejects, printed, taken.blank)


def wrong_rows(rejects: Sequence[Reject], width: int) -> list[QualityFinding]:
    messages = {
        "ROW_SHORT": Text(
            zh="有 {count} 行的字段少于表头的 {width} 列，已剔除。",
            en="{count} rows have fewer fields than the {width} columns; they are set aside.",
        ),
        "ROW_LONG": Text(
            zh="有 {count} 行的字段多于表头的 {width} 列，已剔除。",
            en="{count} rows have more fields than the {width} columns; they are set aside.",
        ),
    }
    findings = []
    for code, message in messages.items():
        found = [reject for reject in rejects if reject.code == code]
        if found:
            examples = chosen(Example(reject.file, reject.line, None, reject.value) for reject in found)
            findings.append(QualityFinding(code, "warning", len(found), message.format(count=len(found), width=width), examples))
    return findings


def marked_cells(code: str, places: Sequence[tuple[int, int]], header: Header, file: str) -> list[QualityFinding]:
    messages = {
        "STRAY_QUOTE": Text(
            zh="有 {count} 个字段内部含有未转义的引号，已按原文保留。", en="{count} fields hold unescaped quotes; they are kept as written."
        ),
        "ESCAPE_DETECTED": Text(
            zh="有 {count} 个字段用反斜杠转义（如 MySQL 导出），已还原。",
            en="{count} fields were escaped with backslashes (a MySQL export, perhaps) and restored.",
        ),
    }
    if not places:
        return []
    examples = tuple(
        Example(file, line, header.names[cell] if cell < len(header.names) else None, None) for line, cell in places[:EXAMPLES_SHOWN]
    )
    return [QualityFinding(code, "warning", len(places), messages[code].format(count=len(places)), examples)]
