"""Sums over ranges of an array, of the weights whose value is at most a bound: many questions in one pass per bit."""

import numpy as np


def sum_at_most(value: np.ndarray, weight: np.ndarray, first: np.ndarray, last: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """int64 [questions]: the sum of `weight` over first <= position < last where `value` <= `bound`.

    `value`, `weight` int64 [positions]; `first`, `last`, `bound` int64 [questions]. A wavelet matrix with prefix sums (Claude,
    Navarro, Ordóñez 2015), built and asked level by level: O((positions + questions) log distinct values), two arrays at a time.
    """
    distinct, rank = np.unique(value, return_inverse=True)
    below = np.searchsorted(distinct, bound, side="right")  # so many of the distinct values count
    total = np.zeros(len(first), dtype=np.int64)
    everything = below == len(distinct)
    running = _prefix(weight)
    total[everything] = (running[last] - running[first])[everything]
    asked = np.flatnonzero(~everything & (below > 0) & (first < last))
    left, right, below = first[asked], last[asked], below[asked]
    for bit in range(max(len(distinct) - 1, 0).bit_length() - 1, -1, -1):
        low = (rank >> bit) & 1 == 0
        lows, low_weight = _prefix(low), _prefix(np.where(low, weight, 0))
        take = (below >> bit) & 1 == 1
        total[asked] += np.where(take, low_weight[right] - low_weight[left], 0)
        left_low, right_low = lows[left], lows[right]
        left = np.where(take, lows[-1] + left - left_low, left_low)
        right = np.where(take, lows[-1] + right - right_low, right_low)
        order = np.concatenate([np.flatnonzero(low), np.flatnonzero(~low)])
        rank, weight = rank[order], weight[order]
    return total


def _prefix(values: np.ndarray) -> np.ndarray:
    result = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=result[1:])
    return result
