"""Values by key that come in parts: exact counts, sums and quantiles without all the values at once, in two passes over the parts.

The first pass counts the values in cells so narrow that the second has few to look at: those in the cells in which a quantile lies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.stats.grouped import grouped_sum, in_groups, numbered, order_statistics, quantiles

FRACTION = 44  # bits of a float64 below those that make the cell: 256 cells for each power of two
CELLS = 1 << 21


@dataclass(frozen=True, eq=False)
class Figures:
    """`key` int64 ascending; `count`, `total` int64 [keys]; `quantiles` float64 [probabilities, keys]; `group` [values]: the place
    of each value's key, in a small type, empty where the values were not kept.
    """

    key: np.ndarray
    count: np.ndarray
    total: np.ndarray
    quantiles: np.ndarray
    group: np.ndarray

    @classmethod
    def of(cls, key: np.ndarray, value: np.ndarray, probabilities: Sequence[float]) -> "Figures":
        """Of whole columns (int64 [values]); what `Spread.figures` gives for the same values in parts."""
        size = int(key.max(initial=0)) + 1
        keys, group, count = numbered(key, size, np.min_scalar_type(size))
        ordered = in_groups(value, group, count)
        total = np.add.reduceat(ordered, np.cumsum(count) - count) if len(keys) else count
        return cls(keys, count, total, quantiles(ordered, count, probabilities), group)


@dataclass(frozen=True, eq=False)
class Spread:
    """How many values of each key lie in each cell, and their sum; arrays [cells that are not empty], in order of `code`.

    `code` int64: key * CELLS + cell, so keys are below 2^42; cells are in the order of the values.
    """

    code: np.ndarray
    count: np.ndarray
    total: np.ndarray

    @classmethod
    def of(cls, key: np.ndarray, value: np.ndarray) -> "Spread":
        """`key`, `value` int64 [values]."""
        return cls._summed(_code(key, value), np.ones(len(key), dtype=np.int64), value)

    @classmethod
    def merge(cls, parts: Iterable["Spread"]) -> "Spread":
        """Of the values of all parts; the order of the parts is of no account."""
        several = list(parts)
        return cls._summed(*(_joined([getattr(part, name) for part in several]) for name in ("code", "count", "total")))

    @classmethod
    def _summed(cls, code: np.ndarray, count: np.ndarray, total: np.ndarray) -> "Spread":
        codes, group = np.unique(code, return_inverse=True)
        return cls(codes, grouped_sum(count, group, len(codes)), grouped_sum(total, group, len(codes)))

    @property
    def keys(self) -> np.ndarray:
        """int64, ascending."""
        return np.unique(self.code // CELLS)

    def wanted(self, probabilities: Sequence[float]) -> np.ndarray:
        """int64, ascending: the codes of the cells in which the quantiles lie."""
        _, _, rank = self._ranks(probabilities)
        return np.unique(self.code[self._cell(rank)])

    def figures(self, selected: "Selected", probabilities: Sequence[float]) -> Figures:
        """Exact figures, given all values of the wanted cells."""
        keys, group, rank = self._ranks(probabilities)
        cell = self._cell(rank)
        within = rank - (np.cumsum(self.count) - self.count)[cell]
        running = np.cumsum(selected.count)
        first = np.searchsorted(selected.code, self.code[cell])
        at = np.searchsorted(running, np.append(0, running)[first] + within, side="right")
        below, above = selected.value[at].astype(np.float64)
        count = grouped_sum(self.count, group, len(keys))
        part = order_statistics(count, np.array(probabilities)[:, None])[1]
        return Figures(keys, count, grouped_sum(self.total, group, len(keys)), below + (above - below) * part, _NONE)

    def _ranks(self, probabilities: Sequence[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The keys; the place of each cell's key; int64 [2, probabilities, keys]: the ranks, among all values, that make a quantile."""
        keys, group = np.unique(self.code // CELLS, return_inverse=True)
        count = grouped_sum(self.count, group, len(keys))
        below, _ = order_statistics(count, np.array(probabilities)[:, None])
        first = np.cumsum(count) - count
        return keys, group, np.stack([first + below, first + np.minimum(below + 1, count - 1)])

    def _cell(self, rank: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.cumsum(self.count), rank, side="right")


@dataclass(frozen=True, eq=False)
class Selected:
    """The values in wanted cells: `code`, `value`, `count` int64 [distinct values of each key], in order of key and value."""

    code: np.ndarray
    value: np.ndarray
    count: np.ndarray

    @classmethod
    def of(cls, key: np.ndarray, value: np.ndarray, wanted: np.ndarray) -> "Selected":
        """Those of a part."""
        code = _code(key, value)
        some = np.isin(code, wanted)
        return cls._summed(code[some], value[some], np.ones(int(some.sum()), dtype=np.int64))

    @classmethod
    def all(cls, key: np.ndarray, value: np.ndarray) -> "Selected":
        """All values of a part, where few of them are distinct; they may be float64."""
        return cls._summed(_code(key, value), value, np.ones(len(key), dtype=np.int64))

    def figures(self, probabilities: Sequence[float]) -> Figures:
        """Exact figures, where these are all values; totals are those of whole numbers."""
        return Spread._summed(self.code, self.count, self.count * self.value).figures(self, probabilities)

    @classmethod
    def merge(cls, parts: Iterable["Selected"]) -> "Selected":
        several = list(parts)
        return cls._summed(*(_joined([getattr(part, name) for part in several]) for name in ("code", "value", "count")))

    @classmethod
    def _summed(cls, code: np.ndarray, value: np.ndarray, count: np.ndarray) -> "Selected":
        order = np.lexsort((value, code))
        code, value, count = code[order], value[order], count[order]
        fresh = np.ones(len(code), dtype=bool)
        fresh[1:] = (code[1:] != code[:-1]) | (value[1:] != value[:-1])
        head = np.flatnonzero(fresh)
        return cls(code[head], value[head], np.add.reduceat(count, head) if len(head) else count)


_NONE = np.zeros(0, dtype=np.int64)


def _joined(columns: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([_NONE, *columns])


def _code(key: np.ndarray, value: np.ndarray) -> np.ndarray:
    """int64 [values]: key and cell as one number; the bits of a float64 are in its order, those of negative ones reversed."""
    cell = np.abs(value).astype(np.float64).view(np.int64) >> FRACTION
    return key.astype(np.int64) * CELLS + CELLS // 2 + np.where(value < 0, ~cell, cell)
