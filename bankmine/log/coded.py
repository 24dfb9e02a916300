"""Columns of names as integer codes into their distinct values, on which all work on names is done."""

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of names: `codes` int32 [rows] (-1 = missing) into `values`, String [values], distinct and none of them null."""

    codes: np.ndarray
    values: pl.Series

    def __len__(self) -> int:
        return len(self.codes)

    def rows(self, chosen: pl.Series | np.ndarray) -> np.ndarray:
        """int64: the rows with one of the chosen values (bool [values]), ascending."""
        mask = np.append(np.asarray(chosen, dtype=bool), [False])
        return np.flatnonzero(mask[self.codes]) if mask.any() else np.zeros(0, dtype=np.int64)

    def counts(self) -> np.ndarray:
        """int64 [values]: how many rows have each."""
        some, count = pl.Series(self.codes).value_counts()
        counts = np.zeros(len(self.values) + 1, dtype=np.int64)
        counts[some.to_numpy()] = count.to_numpy()  # the code -1 falls on the last place
        return counts[:-1]

    def renamed(self, names: pl.Series) -> "Coded":
        """The column with `names` [values] in place of its values (null = missing): sorted by code point, equal ones made one."""
        order = names.arg_sort(nulls_last=True).to_numpy()
        ordered = names.gather(order)
        known = len(names) - names.null_count()
        first = (ordered != ordered.shift(1)).fill_null(value=True).to_numpy()[:known]
        number = np.full(len(names) + 1, -1, dtype=np.int32)  # the last place serves the code -1
        number[order[:known]] = np.cumsum(first) - 1
        return Coded(number[self.codes], ordered.head(known).filter(first))

    def where(self, kept: np.ndarray) -> "Coded":
        """The rows of a mask."""
        return self if kept.all() else Coded(self.codes[kept], self.values)

    def text(self) -> pl.Series:
        """String [rows]: the names themselves, null = missing."""
        return self.values.gather(pl.Series(self.codes, dtype=pl.Int32).replace(-1, None))


def coded(cells: pl.Series) -> Coded:
    """The codes of a column of text (String, Categorical or Enum); its values stand in no particular order."""
    column = cells if cells.dtype != pl.String else cells.cast(categories())
    physical = column.to_physical()
    known = physical.drop_nulls().to_numpy()
    occurs = np.zeros(int(known.max(initial=0)) + 2, dtype=bool)
    occurs[known] = True
    number = np.flatnonzero(occurs)
    values = pl.Series(number, dtype=physical.dtype).cat.to(column.dtype).cast(pl.String)
    if len(known) == len(column) and len(number) == len(occurs) - 1:
        return Coded(known.astype(np.int32) if known.itemsize < np.dtype(np.int32).itemsize else known.view(np.int32), values)
    place = np.full(len(occurs), -1, dtype=np.int32)
    place[number] = np.arange(len(number), dtype=np.int32)
    return Coded(place[physical.cast(pl.Int64).fill_null(len(place) - 1).to_numpy()], values)


def known_categories(column: pl.Series) -> pl.Series:
    """The values of a Categorical column by code, with those of lower codes that do not occur in it."""
    physical = column.to_physical()
    known = physical.drop_nulls().to_numpy()
    codes = np.arange(int(known.max()) + 1 if len(known) else 0)
    return pl.Series(codes, dtype=physical.dtype).cat.to(column.dtype).cast(pl.String)


def categories() -> pl.DataType:
    """A type for the names of one column alone, so that its codes are few and owe nothing to other columns."""
    return pl.Categorical(pl.Categories.random())


def joined(columns: list[Coded]) -> Coded:
    """Several columns, each with its own values, one after the other."""
    if len(columns) == 1:
        return columns[0]
    begins = np.cumsum([0, *(len(column.values) for column in columns)])
    codes = [np.where(column.codes < 0, -1, column.codes + begin).astype(np.int32) for column, begin in zip(columns, begins, strict=False)]
    return Coded(np.concatenate(codes), pl.concat([column.values.alias("") for column in columns]))
