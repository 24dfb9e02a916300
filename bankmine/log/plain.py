"""The quick path: a byte pass decides whether a text is plain, and a plain one is read by Polars.

Plain: every line is one record with the same number of fields, quotes stand only around whole fields and doubled inside
them, line ends are LF or CRLF. Whatever is not plain is read by `records`; on a plain text both give the same rows.
"""

import numpy as np
import polars as pl

from bankmine.log.dialect import Dialect

LF, CR, QUOTE = b"\n"[0], b"\r"[0], b'"'[0]


def plain_frame(content: bytes, dialect: Dialect, header_line: int, width: int) -> pl.DataFrame | None:
    """The records below the header (columns column_1 … column_N, String), or None where the text is not plain.

    `content` is UTF-8 without zero bytes. Row i starts on line `header_line + 1 + i`.
    """
    if dialect.escapes or width < 2 or content.count(b"\r") != content.count(b"\r\n"):
        return None
    data = np.frombuffer(content, dtype=np.uint8)
    size = len(content.rstrip(b"\r\n"))
    if content[size:] not in (b"", b"\n", b"\r\n"):
        return None  # blank lines at the end are counted by the exact reader like any others
    ends = np.flatnonzero(data[:size] == LF)
    if len(ends) < header_line:
        return None
    quotes = np.flatnonzero(data[:size] == QUOTE) if QUOTE in content else ends[:0]
    delimiters = np.flatnonzero(data[:size] == ord(dialect.delimiter))
    if len(quotes):
        if not quotes_are_sound(data[:size], quotes, ord(dialect.delimiter)) or (np.searchsorted(quotes, ends) % 2).any():
            return None
        delimiters = delimiters[np.searchsorted(quotes, delimiters) % 2 == 0]
    before = np.searchsorted(delimiters, ends)
    fields = np.diff(np.append(before, len(delimiters)))[header_line - 1 :]  # of each line below the header
    if not len(fields) or (fields != width - 1).any():
        return None
    try:
        frame = pl.read_csv(
            content,
            has_header=False,
            skip_lines=header_line,
            separator=dialect.delimiter,
            quote_char='"' if len(quotes) else None,
            schema={f"column_{number}": pl.String for number in range(1, width + 1)},
            n_rows=len(fields),
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == len(fields) else None


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
