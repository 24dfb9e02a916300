"""The errors a user can meet, as a tree.

BankmineError
├── InputError        the log, a column, a stamp or a container cannot be used      exit 2
├── UsageError        an option, a name or a configuration key is wrong             exit 2
├── OutputError       an output could not be written                                exit 73
└── BusyError         the job is already running                                    exit 75
"""

from dataclasses import dataclass
from typing import ClassVar

from bankmine.words import Lang, Text


@dataclass
class BankmineError(Exception):
    """What went wrong, where (file, line, column as far as known), and what to do."""

    code: str
    what: Text
    hint: Text
    file: str | None = None
    line: int | None = None
    column: str | None = None

    exit_status: ClassVar[int] = 2

    def place(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def lines(self, lang: Lang = "en") -> tuple[str, str]:
        """The two lines that the command line prints: what and where, then the hint."""
        place = self.place()
        head = f"{place}: {self.code}" if place else self.code
        return f"bankmine: {head}: {self.what.of(lang)}", f"hint: {self.hint.of(lang)}"

    def __str__(self) -> str:
        return "\n".join(self.lines())


class InputError(BankmineError):
    """The log cannot be used as it is."""


class UsageError(BankmineError):
    """A name, an option or a configuration key is wrong."""


class OutputError(BankmineError):
    """An output could not be written."""

    exit_status: ClassVar[int] = 73


class BusyError(BankmineError):
    """The job is already running."""

    exit_status: ClassVar[int] = 75
