"""The exact reader of delimited text: record by record, each with the physical line on which it starts.

Slower than a columnar reader and right on what such readers get wrong: quotes that are never closed, stray quotes,
backslash escapes, line breaks inside fields, line ends of several kinds, rows of the wrong width.
"""

import io
import re
from collections.abc import Iterator

from bankmine.errors import InputError
from bankmine.log.dialect import Dialect
from bankmine.words import Text

TRAILING = re.compile(r"\\+$")


class Records:
    r"""The records of a text as (line, cells); `stray` and `escaped` hold (line, cell number) of such cells as they pass.

    Line ends are LF, CRLF or CR. A quote opens a field only at its beginning and closes it only before a delimiter or a
    line end (spaces between them are dropped); any other quote is kept as it stands, and counted as stray. A quote is taken
    for never closed where the text ends inside it, where the next quote after a line break cannot close it, or where
    the lines inside the field are whole records themselves (`width` fields).

    With `whole` false the text is a sample, and a record unfinished at its end is left out.
    """

    def __init__(self, text: str, dialect: Dialect, file: str, *, width: int | None = None, whole: bool = True) -> None:
        self.text, self.dialect, self.file, self.width, self.whole = text, dialect, file, width, whole
        self.stray: list[tuple[int, int]] = []
        self.escaped: list[tuple[int, int]] = []
        self._cells: list[str] = []
        self._lines: list[str] = []  # the physical lines of the record so far
        self._parts: list[str] = []  # the content of the open quoted field so far
        self._line = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        delimiter, escapes = self.dialect.delimiter, self.dialect.escapes
        open_since = 0
        for number, raw in enumerate(io.StringIO(self.text, newline=""), 1):
            if number <= self.dialect.begin:
                continue
            if open_since:
                self._lines.append(raw)
                place = self._quoted(raw, 0)
                if place < 0 or not self._fields(raw, place):
                    continue
                if self.swallowed():
                    raise self.unclosed(open_since)
                yield open_since, self._cells
                open_since = 0
            elif '"' not in raw and not (escapes and "\\" in raw):
                yield number, raw.rstrip("\r\n").split(delimiter)
            else:
                self._cells, self._lines, self._line = [], [raw], number
                if self._fields(raw, -1):
                    yield number, self._cells
                else:
                    open_since = number
        if open_since and self.whole:
            raise self.unclosed(open_since)

    def _fields(self, raw: str, place: int) -> bool:
        """Takes the fields after the delimiter at `place` (-1: from the start); whether the record ends on this line."""
        end = len(raw.rstrip("\r\n"))
        while place < end:
            place += 1
            if raw.startswith('"', place) and place < end:
                place = self._quoted(raw, place + 1)
                if place < 0:
                    return False
                continue
            stop = self._delimiter(raw, place, end)
            cell = raw[place:stop]
            if '"' in cell and not (self.dialect.escapes and cell.replace('\\"', "").count('"') == 0):
                self.stray.append((self._line, len(self._cells)))
            self._cells.append(self._literal(cell))
            place = stop
        return True

    def _delimiter(self, raw: str, place: int, end: int) -> int:
        """Where the unquoted field that begins at `place` ends."""
        while (stop := raw.find(self.dialect.delimiter, place, end)) >= 0:
            if not self._is_escaped(raw, stop):
                return stop
            place = stop + 1
        return end

    def _quoted(self, raw: str, place: int) -> int:
        """Takes the quoted field's content from `place`; where its delimiter or the line's end stands, -1 while still open."""
        while (quote := raw.find('"', place)) >= 0:
            if self._is_escaped(raw, quote):
                self._parts.append(raw[place : quote + 1])
                place = quote + 1
                continue
            if raw.startswith('"', quote + 1) and not self.dialect.escapes:
                self._parts.append(raw[place : quote + 1])
                place = quote + 2
                continue
            after = quote + 1
            while raw.startswith(" ", after) and self.dialect.delimiter != " ":
                after += 1
            if after >= len(raw) or raw[after] in self.dialect.delimiter + "\r\n":
                self._parts.append(raw[place:quote])
                self._cells.append(self._literal("".join(self._parts)))
                self._parts = []
                return after
            if len(self._lines) > 1:
                raise self.unclosed(self._line)
            if not self.stray or self.stray[-1] != (self._line, len(self._cells)):
                self.stray.append((self._line, len(self._cells)))
            self._parts.append(raw[place : quote + 1])
            place = quote + 1
        self._parts.append(raw[place:])
        return -1

    def _is_escaped(self, raw: str, place: int) -> bool:
        if not self.dialect.escapes or not raw.startswith("\\", place - 1) or not place:
            return False
        backslashes = TRAILING.search(raw, 0, place)
        return backslashes is not None and len(backslashes[0]) % 2 == 1

    def _literal(self, cell: str) -> str:
        r"""The cell without its escapes; `\N` alone is MySQL's missing value."""
        if not self.dialect.escapes or "\\" not in cell:
            return cell
        self.escaped.append((self._line, len(self._cells)))
        return "" if cell == r"\N" else re.sub(r'\\(["\\\r\n' + re.escape(self.dialect.delimiter) + "])", r"\1", cell)

    def swallowed(self) -> bool:
        """Whether the lines of a finished record of several lines are records by themselves."""
        if self.width is None or self.width < 2 or len(self._lines) < 2:
            return False
        whole = [line.count(self.dialect.delimiter) == self.width - 1 for line in self._lines]
        return any(whole[1:-1]) or (whole[0] and whole[-1])

    def unclosed(self, line: int) -> InputError:
        return InputError(
            "QUOTE_UNCLOSED",
            Text(
                zh="此行有一个引号打开后没有关闭，后面的行会被并入同一个字段。",
                en="a quote opened on this line is never closed (unclosed): the lines after it would become part of one field.",
            ),
            Text(zh="请修正该行的引号后重新导出。", en="correct the quote on that line, or export again with quotes doubled."),
            self.file,
            line,
        )
