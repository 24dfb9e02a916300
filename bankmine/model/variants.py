"""Variants: the distinct activity sequences of the cases, with their counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bankmine.log.eventlog import EventLog
from bankmine.model.prefixes import Prefixes
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
LONG = 24  # activities of a variant that are written out


@dataclass(frozen=True, eq=False)
class Variants(Shown):
    """Distinct sequences in order of count (descending), then by the activities' names.

    `packed`: the activity codes of each, one, two or four bytes for one; `count` int64 [variants]; `of_case` int32 [cases]: the
    variant of each case.
    """

    activities: tuple[str, ...]
    packed: tuple[bytes, ...]
    count: np.ndarray
    of_case: np.ndarray

    @cached_property
    def sequences(self) -> tuple[tuple[int, ...], ...]:
        """The activity codes of each variant."""
        return tuple(self.sequence(variant) for variant in range(len(self.packed)))

    @cached_property
    def prefixes(self) -> Prefixes:
        """The tree of what they begin with."""
        return Prefixes.of(self.sequences)

    def most_frequent(self, number: int) -> "Variants":
        """The first `number` of them; `of_case` is -1 for cases of the others."""
        of_case = np.where(self.of_case < number, self.of_case, -1)
        return Variants(self.activities, self.packed[:number], self.count[:number], of_case)

    def sequence(self, variant: int) -> tuple[int, ...]:
        """The activity codes of one variant."""
        return tuple(np.frombuffer(self.packed[variant], dtype=code_type(len(self.activities))).tolist())

    def names(self, variant: int) -> tuple[str, ...]:
        return tuple(self.activities[a] for a in self.sequence(variant))

    @property
    def share(self) -> np.ndarray:
        return self.count / self.count.sum()

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame({"activities": [self.names(i) for i in range(len(self.packed))], "count": self.count, "share": self.share})

    def blocks(self) -> list[Block]:
        shown = min(SHOWN, len(self.packed))
        rows = [(k + 1, int(self.count[k]), float(self.share[k]), _path(self.names(k))) for k in range(shown)]
        columns = (
            Column(Text(zh="序", en="#"), "code"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="占比", en="Share"), "share"),
            Column(Text(zh="路径", en="Path"), "label"),
        )
        return [TableBlock(columns, rows, hidden=len(self.packed) - shown, caption=Text(zh="最常见的路径", en="The most frequent paths"))]

    @classmethod
    def of(cls, log: EventLog) -> "Variants":
        """Groups the cases by the exact bytes of their activity codes."""
        codes = log.activity.astype(code_type(len(log.activities)))
        ends = log.offsets * codes.itemsize
        begin, size = pl.Series(ends[:-1]), pl.Series(np.diff(ends))
        ways = pl.select(way=pl.lit(codes.tobytes()).bin.slice(begin, size)).to_series()
        return cls._ordered(log.activities, ways.value_counts(name="count"), ways)

    @classmethod
    def merge(cls, parts: Iterable["Variants"]) -> "Variants":
        """Of the cases of several logs with the same activities, one after the other."""
        several = list(parts)
        counted = [pl.DataFrame({"way": pl.Series(part.packed, dtype=pl.Binary), "count": part.count}) for part in several]
        ways = [found["way"].gather(part.of_case) for found, part in zip(counted, several, strict=True)]
        return cls._ordered(several[0].activities, pl.concat(counted).group_by("way").agg(pl.col("count").sum()), pl.concat(ways))

    @classmethod
    def _ordered(cls, activities: tuple[str, ...], counted: pl.DataFrame, of_case: pl.Series) -> "Variants":
        """From packed sequences with their counts, and that of each case."""
        # Activity codes are in order of name and their high bytes stand first, so comparing bytes compares names.
        found = counted.sort("count", "way", descending=[True, False])
        rank = found.select("way", rank=pl.int_range(pl.len(), dtype=pl.Int32))
        number = of_case.to_frame().join(rank, on="way", how="left", maintain_order="left")["rank"].to_numpy()
        return cls(activities, tuple(found["way"].to_list()), found["count"].to_numpy().astype(np.int64), number)


def code_type(activities: int) -> np.dtype[np.unsignedinteger]:
    """The type of activity codes packed into bytes, high byte first."""
    return np.dtype("u1" if activities <= 1 << 8 else ">u2" if activities <= 1 << 16 else ">u4")


def _path(names: tuple[str, ...]) -> str:
    """A variant as a path, its middle left out (with the number of activities left out) where it is very long."""
    if len(names) <= LONG:
        return " → ".join(names)
    half = LONG // 2
    return " → ".join((*names[:half], f"… (+{len(names) - 2 * half}) …", *names[-half:]))
