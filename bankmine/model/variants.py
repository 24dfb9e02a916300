"""Variants: the distinct activity sequences of the cases, with their counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bankmine.log.eventlog import EventLog


@dataclass(frozen=True, eq=False)
class Variants:
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
    def table(self) -> pd.DataFrame:
        return pd.DataFrame({"activities": [self.names(i) for i in range(len(self.sequences))],
                             "count": self.count, "share": self.share})

    @classmethod
    def of(cls, log: EventLog) -> "Variants":
        raise NotImplementedError
