"""Data-quality findings and rows set aside (contract.md, `quality`; corpus codes)."""

from dataclasses import dataclass, field
from typing import Literal

from bankmine.words import Text

Severity = Literal["info", "warning", "error"]
EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One place where a finding can be seen; the value is the cell as it stands in the file."""

    file: str
    line: int | None
    column: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """Something about the data that a reader of the results must know, counted."""

    code: str
    severity: Severity
    count: int
    message: Text
    examples: tuple[Example, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was set aside: where it stands and why."""

    file: str
    line: int
    code: str
    column: str | None
    value: str | None
