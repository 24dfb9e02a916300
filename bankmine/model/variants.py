"""Variants: the distinct activity sequences of the cases, with their counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import EventLog
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

    `sequences`: tuple of tuples of activity codes; `count` int64 [variants]; `of_case` int32 [cases]: the variant of
    each case.
    """

    activities: tuple[str, ...]
    sequences: tuple[tuple[int, ...], ...]
    count: np.ndarray
    of_case: np.ndarray

    def names(self, variant: int) -> tuple[str, ...]:
        return tuple(self.activities[a] for a in self.sequences[variant])

    @property
    def share(self) -> np.ndarray:
        return self.count / self.count.sum()

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame({"activities": [self.names(i) for i in range(len(self.sequences))], "count": self.count, "share": self.share})

    def blocks(self) -> list[Block]:
        shown = min(SHOWN, len(self.sequences))
        rows = [(k + 1, int(self.count[k]), float(self.share[k]), _path(self.names(k))) for k in range(shown)]
        columns = (
            Column(Text(zh="序", en="#"), "code"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="占比", en="Share"), "share"),
            Column(Text(zh="路径", en="Path"), "label"),
        )
        return [
            TableBlock(columns, rows, hidden=len(self.sequences) - shown, caption=Text(zh="最常见的路径", en="The most frequent paths"))
        ]

    @classmethod
    def of(cls, log: EventLog) -> "Variants":
        """Groups the cases by the exact bytes of their activity codes."""
        codes = log.activity.astype(np.int32)
        data, width = codes.tobytes(), codes.itemsize
        ends = (log.offsets * width).tolist()
        first_seen: dict[bytes, int] = {}
        seen_as = np.fromiter(
            (first_seen.setdefault(data[a:b], len(first_seen)) for a, b in pairwise(ends)), dtype=np.int32, count=log.cases
        )
        sequences = [tuple(np.frombuffer(key, dtype=np.int32).tolist()) for key in first_seen]
        count = np.bincount(seen_as, minlength=len(sequences))
        return cls._ordered(log.activities, sequences, count, seen_as)

    @classmethod
    def merge(cls, parts: Iterable["Variants"]) -> "Variants":
        """Of the cases of several logs with the same activities, one after the other."""
        several = list(parts)
        seen: dict[tuple[int, ...], int] = {}
        places = [np.array([seen.setdefault(key, len(seen)) for key in part.sequences], dtype=np.int32) for part in several]
        count = np.zeros(len(seen), dtype=np.int64)
        for part, place in zip(several, places, strict=True):
            count[place] += part.count
        of_case = np.concatenate([place[part.of_case] for part, place in zip(several, places, strict=True)])
        return cls._ordered(several[0].activities, list(seen), count, of_case)

    @classmethod
    def _ordered(
        cls, activities: tuple[str, ...], sequences: Sequence[tuple[int, ...]], count: np.ndarray, seen_as: np.ndarray
    ) -> "Variants":
        # Activity codes are in order of name, so comparing codes compares names.
        order = sorted(range(len(sequences)), key=lambda i: (-count[i], sequences[i]))
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return cls(activities, tuple(sequences[i] for i in order), count[order], rank[seen_as])


def _path(names: tuple[str, ...]) -> str:
    """A variant as a path, its middle left out (with the number of activities left out) where it is very long."""
    if len(names) <= LONG:
        return " → ".join(names)
    half = LONG // 2
    return " → ".join((*names[:half], f"… (+{len(names) - 2 * half}) …", *names[-half:]))
