"""What can be shown, without saying how: the same blocks go to the terminal, the notebook and the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bankmine.words import Text

CellKind = Literal["text", "label", "count", "number", "duration", "share", "time", "code"]
Tone = Literal["good", "warning", "error", "info"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A short word with a tone: a verdict or a level; the word alone says everything, colour only helps."""

    text: Text
    tone: Tone


Cell = Mark | Text | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a title in both languages and what its cells are.

    duration cells are seconds, share cells 0-1, time cells int64 UTC microseconds; `label` cells are the log's own
    names and never translated; None is shown as "unknown", never as 0.
    """

    title: Text
    kind: CellKind


@dataclass(frozen=True, slots=True)
class Heading:
    text: Text
    level: int = 2
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must not be overlooked."""

    text: Text
    tone: Tone = "info"


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A few figures side by side: (title, kind, value)."""

    figures: Sequence[tuple[Text, CellKind, Cell]]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; `hidden` says how many further rows exist that are not shown here."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: Text | None = None
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as a complete SVG document, with the text that stands for it where it cannot be seen."""

    svg: str
    alt: Text
    caption: Text | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """Pictures of one thing, of which the reader chooses one: (its name, the picture); all of them where nobody can choose."""

    figures: Sequence[tuple[Text, Figure]]


Block = Heading | Paragraph | Notice | KeyFigures | TableBlock | Figure | Views
