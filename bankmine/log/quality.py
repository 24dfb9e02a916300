"""Data-quality findings and rows set aside (contract.md, `quality`; corpus codes)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bankmine.words import Text

Severity = Literal["info", "warning", "error"]
EXAMPLES_SHOWN: int = 5


@dataclass(frozen=True, slots=True)
class Example:
    """One place where a finding can be seen; the value is the cell as it stands in the file."""

    file: str
    line: int | None
    column: str | None
    value: str | None


def chosen(examples: Iterable[Example]) -> tuple[Example, ...]:
    """The few examples that are shown: by value, not by place, so that they do not depend on the order of the rows."""
    ordered = sorted(examples, key=lambda example: (example.value or "", example.column or "", example.file, example.line or 0))
    return tuple(ordered[:EXAMPLES_SHOWN])


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
