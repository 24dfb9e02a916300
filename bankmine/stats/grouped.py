"""Sums and quantiles of values by integer group, in one sort."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

FEW = 50  # values in a group: below that one sort of all is quicker than many
ROOM = 1_000_000


def grouped_quantiles(values: np.ndarray, group: np.ndarray, groups: int, probabilities: Sequence[float]) -> np.ndarray:
    """Quantiles of `values` [n] within each `group` [n] of 0..groups-1: float64 [len(probabilities), groups].

    Linear interpolation between order statistics, as numpy's default; NaN for an empty group.
    """
    counts = np.bincount(group, minlength=groups)
    return quantiles(in_groups(values, group, counts), counts, probabilities)


def in_groups(values: np.ndarray, group: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The values [n] in order of `group` [n], ascending within each; `counts` int64 [groups], how many values each has."""
    if len(counts) == 1:
        return np.sort(values)
    if np.issubdtype(values.dtype, np.signedinteger) and values.min(initial=0) >= 0:
        bits = int(values.max(initial=0)).bit_length()
        if bits + len(counts).bit_length() < np.iinfo(np.int64).bits:  # group and value fit into one number, and one sort does
            ordered = group.astype(np.int64)
            ordered <<= bits
            ordered |= values
            ordered.sort()
            ordered &= (1 << bits) - 1
            return ordered
    if len(counts) >= len(values) // FEW:
        return values[np.lexsort((values, group))]
    # Large groups are gathered by counting and sorted one by one.
    ordered = values[np.argsort(group.astype(np.min_scalar_type(len(counts))), kind="stable")]
    with ThreadPoolExecutor(max_workers=2) as pool:  # numpy lets go of the interpreter while it sorts
        list(pool.map(np.ndarray.sort, np.split(ordered, np.cumsum(counts)[:-1])))
    return ordered


def quantiles(ordered: np.ndarray, counts: np.ndarray, probabilities: Sequence[float]) -> np.ndarray:
    """Those of values `in_groups`, as `grouped_quantiles` gives them."""
    some = counts > 0
    first, counted = (np.cumsum(counts) - counts)[some], counts[some]
    result = np.full((len(probabilities), len(counts)), np.nan)
    for k, probability in enumerate(probabilities):
        below, part = order_statistics(counted, probability)
        low, high = (ordered[first + at].astype(np.float64) for at in (below, np.minimum(below + 1, counted - 1)))
        result[k, some] = low + (high - low) * part
    return result


def numbered(key: np.ndarray, keys: int, kind: np.typing.DTypeLike = np.int64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct numbers among `key` [n] of 0..keys-1, ascending; [n], the place of each among them; how often each occurs.

    Places are of the type `kind`, which holds 0..keys-1, where a table of all keys is of the size of the log.
    """
    if keys > len(key) + ROOM:
        return np.unique(key, return_inverse=True, return_counts=True)
    counts = np.zeros(keys, dtype=np.int64)
    piece = max(keys, ROOM)
    for begin in range(0, len(key), piece):  # numpy counts numbers of eight bytes only: of a piece it makes them in the cache
        counts += np.bincount(key[begin : begin + piece], minlength=keys)
    some = np.flatnonzero(counts)
    place = np.zeros(keys, dtype=kind)
    place[some] = np.arange(len(some))
    return some, place[key], counts[some]


def by_group(value: np.ndarray, group: np.ndarray) -> np.ndarray:
    """int64 [n]: the places in order of `group`, within it of `value`, within that as they are; few groups are gathered by counting."""
    order = np.argsort(value, kind="stable")
    mine = group[order]
    if len(mine):
        mine = mine - mine.min()
        mine = mine.astype(np.min_scalar_type(int(mine.max())))
    return order[np.argsort(mine, kind="stable")]


def order_statistics(count: np.ndarray, probability: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where a quantile of `count` ordered values lies: the rank (from 0) of the one below, and how far on it is to the next (0-1)."""
    position = (count - 1) * probability
    below = np.floor(position).astype(np.int64)
    return below, position - below


def grouped_sum(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Exact integer sums of `values` [n] within each group: int64 [groups]."""
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, values.astype(np.int64))
    return total


def each_group(group: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The distinct values of `group` [n], ascending, each with the positions at which it stands."""
    order = np.argsort(group, kind="stable")
    values, first = np.unique(group[order], return_index=True)
    bounds = np.append(first, len(group)).tolist()
    for k, value in enumerate(values.tolist()):
        yield value, order[bounds[k] : bounds[k + 1]]


def distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values, ascending; by sorting, which on millions of them is faster than numpy's hashing."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return ordered[fresh]
