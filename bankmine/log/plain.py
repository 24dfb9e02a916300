"""The quick path: a byte pass decides whether a text is plain, and a plain one is read by Polars.

Plain: every line is one record with the same number of fields, quotes stand only around whole fields and doubled inside
them, line ends are LF or CRLF. Whatever is not plain is read by `records`; on a plain text both give the same rows.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from bankmine.log.dialect import Dialect

LF, CR, QUOTE = b"\n"[0], b"\r"[0], b'"'[0]
BLANK_END = b"\n\r\n"
PIECE = 1 << 24


def plain_frame(content: bytes, dialect: Dialect, header_line: int, width: int) -> pl.DataFrame | None:
    """The records below the header (columns column_1 … column_N, String), or None where the text is not plain.

    `content` is UTF-8 without zero bytes. Row i starts on line `header_line + 1 + i`.
    """
    if dialect.escapes or width < 2 or (b"\r" in content and content.count(b"\r") != content.count(b"\r\n")):
        return None
    tail = content[-len(BLANK_END) :]
    if tail.endswith((b"\n\n", BLANK_END)) or not tail.strip(b"\r\n"):
        return None  # blank lines at the end are counted by the exact reader like any others
    size = len(content) - len(tail) + len(tail.rstrip(b"\r\n"))
    lines = line_ends(content, size) + 1 - header_line
    quoted = QUOTE in content
    if lines < 1 or (quoted and not quoted_lines_are_plain(content, size, ord(dialect.delimiter), header_line, width)):
        return None
    try:
        frame = pl.read_csv(
            content,
            has_header=False,
            skip_lines=header_line,
            separator=dialect.delimiter,
            quote_char='"' if quoted else None,
            schema={f"column_{number}": pl.String for number in range(1, width + 1)},
            n_rows=lines,
        )
    except pl.exceptions.PolarsError:  # a line with too many fields, for one
        return None
    # Of a line with too few fields the last one is null, as it is where the field is empty.
    even = quoted or not frame[:, -1].null_count() or lines_are_even(content, size, ord(dialect.delimiter), header_line, width)
    return frame if even and frame.height == lines else None


def line_ends(content: bytes, size: int) -> int:
    """How many LF stand among the first `size` bytes."""

    def among(begin: int) -> int:
        return int(np.count_nonzero(np.frombuffer(content, dtype=np.uint8, count=min(PIECE, size - begin), offset=begin) == LF))

    with ThreadPoolExecutor(max_workers=2) as pool:
        return sum(pool.map(among, range(0, size, PIECE)))


def lines_are_even(content: bytes, size: int, delimiter: int, header_line: int, width: int) -> bool:
    """Whether every line below the header has `width` fields, in a text without quotes."""
    begin = 0
    for _ in range(header_line):
        begin = content.find(b"\n", begin) + 1
    while begin < size:
        end = content.rfind(b"\n", begin, min(begin + PIECE, size)) + 1
        end = end if end > 0 and begin + PIECE < size else size
        piece = np.frombuffer(content, dtype=np.uint8, count=end - begin, offset=begin)
        marks = piece[(piece == delimiter) | (piece == LF)]
        if end == size:
            marks = np.append(marks, np.uint8(LF))
        if len(marks) % width or (marks.reshape(-1, width) != [delimiter] * (width - 1) + [LF]).any():
            return False
        begin = end
    return True


def quoted_lines_are_plain(content: bytes, size: int, delimiter: int, header_line: int, width: int) -> bool:
    """Whether every line below the header has `width` fields, and quotes stand only around them and doubled inside."""
    data = np.frombuffer(content, dtype=np.uint8, count=size)
    ends, quotes, delimiters = (np.flatnonzero(data == mark) for mark in (LF, QUOTE, delimiter))
    if not quotes_are_sound(data, quotes, delimiter) or (np.searchsorted(quotes, ends) % 2).any():
        return False
    delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    before = np.searchsorted(delimiters, ends)
    fields = np.diff(np.append(before, len(delimiters)))[header_line - 1 :]
    return bool((fields == width - 1).all())


def quotes_are_sound(data: np.ndarray, quotes: np.ndarray, delimiter: int) -> bool:
    """Whether each quote opens a field at its beginning, closes one at its end, or is one of a doubled pair inside."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    doubled = opening[1:] == closing[:-1] + 1
    before = np.where(opening == 0, LF, data[opening - 1])
    after = np.where(closing + 1 == len(data), LF, data[np.minimum(closing + 1, len(data) - 1)])
    opens = np.isin(before, (delimiter, LF))
    closes = np.isin(after, (delimiter, LF, CR))
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return bool(opens.all() and closes.all())
