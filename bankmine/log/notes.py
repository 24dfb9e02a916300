"""What was noticed in one column, before the notes of one code become one finding."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding, Severity, chosen
from bankmine.words import Text

FEW = 1000
QUOTED = re.compile(r"([\"'“‘])([^\"'“‘”’]+)([\"'”’])")
DATE = re.compile(r"\s*\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[T ]+\d{1,2}(?::\d{1,2}){1,2})?(?!\d)")
GRAVITY: dict[Severity, int] = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True, eq=False)
class Note:
    """One thing noticed in one column.

    `rows` holds the row numbers concerned (int64, ascending; see `rows_of`); `count` is their number unless something else
    is counted (labels, pairs); `message` says it for a given count, so that notes of several columns can be added up.
    """

    code: str
    severity: Severity
    message: Callable[[int], Text]
    rows: np.ndarray | range
    column: str | None
    cells: pl.Series | None
    count: int | None = None

    @property
    def counted(self) -> int:
        return len(self.rows) if self.count is None else self.count


def rows_of(mask: np.ndarray) -> np.ndarray | range:
    """The rows of a mask; all of them take no memory."""
    return range(len(mask)) if mask.all() else np.flatnonzero(mask)


def gather(notes: Iterable[Note], file: str, line: np.ndarray) -> tuple[QualityFinding, ...]:
    """One finding for each code, in order of first appearance: counts added, the gravest severity, the first examples."""
    by_code: dict[str, list[Note]] = {}
    for note in notes:
        if note.counted:
            by_code.setdefault(note.code, []).append(note)
    return tuple(_finding(code, same, file, line) for code, same in by_code.items())


def cell_text(cells: pl.Series | None, row: int) -> str | None:
    """The cell as it stands, as text; None for an empty cell."""
    value = None if cells is None else cells[row]
    return None if value is None else str(value)


def form_of(cell: str) -> str:
    """How a cell is written, as a refusal may quote it: its first 60 signs, every letter as x, every digit as 9 but in what begins as a
    date does; what people typed may name somebody, and the message says where it stands.
    """
    date = DATE.match(cell)
    plain = date.end() if date else 0
    return cell[:plain] + "".join("9" if sign.isdecimal() else "x" if sign.isalpha() else sign for sign in cell[plain:60])


def unquoted(error: BaseException, typed: str = "") -> str:
    """What a parser or a driver says, its first line: what it quotes by its form, but for words that the user typed."""
    said = (str(error).strip().splitlines() or ["?"])[0]
    return QUOTED.sub(lambda quoted: quoted[0] if quoted[2] in typed else f"{quoted[1]}{form_of(quoted[2])}{quoted[3]}", said)


def _finding(code: str, notes: list[Note], file: str, line: np.ndarray) -> QualityFinding:
    count = sum(note.counted for note in notes)
    examples = [
        Example(file, int(line[row]), note.column, cell_text(note.cells, int(row))) for note in notes for row in _shown(note).tolist()
    ]
    severity = max((note.severity for note in notes), key=GRAVITY.__getitem__)
    return QualityFinding(code, severity, count, notes[0].message(count), chosen(examples))


def _shown(note: Note) -> np.ndarray:
    """The rows of a note from which its examples are chosen: those with the smallest values."""
    if len(note.rows) <= EXAMPLES_SHOWN or note.cells is None:
        return np.asarray(note.rows[:EXAMPLES_SHOWN])
    values = note.cells if len(note.rows) == len(note.cells) else note.cells.gather(np.asarray(note.rows))
    values = values.cast(pl.String) if isinstance(values.dtype, pl.Categorical) else values  # by what is written, not by its number
    bound = values.head(FEW).bottom_k(EXAMPLES_SHOWN).max()  # the smallest of all are not above the smallest of some
    few = values.is_not_null().arg_true() if bound is None else (values <= bound).arg_true()
    if not len(few):
        return np.asarray(note.rows[:EXAMPLES_SHOWN])
    small = values.gather(few)
    among = few.filter(small <= small.bottom_k(EXAMPLES_SHOWN).max()).to_numpy()
    return among if isinstance(note.rows, range) else note.rows[among]
