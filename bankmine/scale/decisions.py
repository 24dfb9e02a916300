"""What is decided from a whole column, where the column comes in parts: told from all of it, or refused."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log import stampforms as forms
from bankmine.log.columns import Columns
from bankmine.log.labels import OTHER_FLOAT, WHOLE_FLOAT
from bankmine.log.stampcolumn import FORMAT_HINT
from bankmine.words import Text

STAMPS = ("end", "timestamp", "start", "arrival")
OFFSET = r":[0-9]{2}(?:\.[0-9]+)? ?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)$"
CLOCK = r":[0-9]{2}(?:\.[0-9]+)?$"


@dataclass(slots=True)
class Decisions:
    """What the parts of each column have shown so far; rows are not kept."""

    days_first: set[str] = field(default_factory=set[str])
    months_first: set[str] = field(default_factory=set[str])
    with_offset: set[str] = field(default_factory=set[str])
    without: set[str] = field(default_factory=set[str])
    whole_ids: set[str] = field(default_factory=set[str])
    other_ids: set[str] = field(default_factory=set[str])
    whole_floats: set[str] = field(default_factory=set[str])
    other_floats: set[str] = field(default_factory=set[str])

    @classmethod
    def merge(cls, parts: Iterable["Decisions"]) -> "Decisions":
        """What several have shown."""
        several = list(parts)
        return cls(*(set[str]().union(*(getattr(part, field.name) for part in several)) for field in fields(cls)))

    def see(self, frame: pl.DataFrame, columns: Columns) -> None:
        """One more part of the table."""
        for role in STAMPS:
            for name in columns.parts(role, frame.columns) if role in columns.source else ():
                if frame[name].dtype == pl.String:
                    self._stamps(name, frame[name])
        case = columns.source["case"]
        if frame[case].dtype == pl.String and frame[case].str.contains(r"\.[0-9]+$").any():
            ids = frame[case].str.strip_chars()
            _note(self.whole_ids, case, ids, WHOLE_FLOAT)
            _note(self.other_ids, case, ids, OTHER_FLOAT)
        for name in {*columns.source.values()} & {*frame.columns}:
            if frame[name].dtype.is_float():
                known = frame[name].drop_nulls().drop_nans()
                whole = bool((known == known.round()).all())
                (self.whole_floats if whole else self.other_floats).add(name)

    def _stamps(self, name: str, cells: pl.Series) -> None:
        if cells.str.contains(r"^\s*[0-9]{1,2}[-/.]").any():
            at, parts = forms.read_pattern(forms.plain_text(cells), forms.YEAR_LAST)
            if len(at):
                a, b = forms.number(parts, "a"), forms.number(parts, "b")
                for found, shown in ((self.days_first, (a > 12) & (b <= 12)), (self.months_first, (b > 12) & (a <= 12))):
                    if np.any(shown):
                        found.add(name)
        _note(self.with_offset, name, cells, OFFSET)
        if name not in self.without and (cells.str.contains(CLOCK) & ~cells.str.contains(OFFSET)).any():
            self.without.add(name)

    def time_format(self, given: str | None, *, zone_given: bool, columns: Columns, file: str) -> str | None:
        """The format to read every part with: `given`, or which of day and month comes first where only some parts show it.

        Raises InputError PARTS_DIFFER where parts would be read otherwise than the whole.
        """
        mixed = set() if zone_given else self.with_offset & self.without
        times = {part for role in STAMPS if role in columns.source for part in columns.parts(role)}
        numbers = (self.whole_floats & self.other_floats) - times
        for name in sorted((self.whole_ids & self.other_ids) | mixed | numbers):
            raise differ(file, name)
        if given is not None:
            return given
        if self.days_first & self.months_first or (self.days_first and self.months_first):
            raise differ(file, min(self.days_first & self.months_first or self.days_first))
        return "dmy" if self.days_first else "mdy" if self.months_first else None


def _note(found: set[str], name: str, cells: pl.Series, pattern: str) -> None:
    if name not in found and cells.str.contains(pattern).any():
        found.add(name)


def differ(file: str, column: str) -> InputError:
    """Refuses a column whose cells are to be judged together."""
    return InputError(
        "PARTS_DIFFER",
        Text(
            zh=f"“{column}”列的写法不统一，分块读取时无法按整列判断。",
            en=f"the cells of column {column} are written in several ways, which cannot be judged in parts.",
        ),
        FORMAT_HINT.then(Text(zh="或统一写法后重新导出。", en=" Or export it again in one way.")),
        file,
        column=column,
    )
