"""The case bootstrap: sums over cases drawn with replacement (Efron 1979); the block bootstrap of weeks (Künsch 1989); definitions §3.3."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from bankmine.stats.grouped import grouped_sum

REPLICATES = 500
SEED = 20120301
FEWEST_WEEKS = 12
BLOCK = 3  # weeks that are drawn together: queues reach from one into the next
KEPT = 100_000  # cases: the weights of no more are kept from one question to the next, 50 MB


def case_sums(values: np.ndarray, replicates: int = REPLICATES, seed: int = SEED) -> np.ndarray:
    """Sums of `values` [cases, k] under multinomial case weights: float64 [replicates, k]; the same draw for every column."""
    cases = len(values)
    drawn = _kept(cases, replicates, seed) if cases <= KEPT else _weights(cases, replicates, seed)
    sums = np.empty((replicates, values.shape[1]))
    for replicate, weights in enumerate(drawn):
        sums[replicate] = weights @ values
    return sums


def _weights(cases: int, replicates: int, seed: int) -> Iterator[np.ndarray]:
    """How often each case is drawn, replicate by replicate."""
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        yield np.bincount(random.integers(0, cases, cases), minlength=cases)


@lru_cache(maxsize=2)
def _kept(cases: int, replicates: int, seed: int) -> np.ndarray:
    return np.array([weights.astype(np.uint8) for weights in _weights(cases, replicates, seed)])


def simultaneous_low(estimates: np.ndarray, replicates: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Lower bounds [k] that hold together with probability `level`: studentised maximum of the bootstrap deviations.

    `estimates` [k], `replicates` [replicates, k] (Romano & Wolf 2005, single step).
    """
    spread = replicates.std(axis=0, ddof=1)
    scale = np.where(spread > 0, spread, 1.0)
    worst = ((replicates - estimates) / scale).max(axis=1)
    return estimates - np.quantile(worst, level) * spread


def weekly_interval(values: np.ndarray, week: np.ndarray) -> tuple[float | None, float | None]:
    """The 90 % interval of the mean of `values` [cases] by moving blocks of weeks; `week` int64 [cases] from 0 on. None under 12 weeks.

    Cases that queue together are not independent; weeks that are three apart nearly are.
    """
    weeks = int(week.max()) + 1
    if weeks < FEWEST_WEEKS:
        return None, None
    sums, count = grouped_sum(values, week, weeks).astype(float), np.bincount(week, minlength=weeks).astype(float)
    begin = np.random.default_rng(SEED).integers(0, weeks - BLOCK + 1, (REPLICATES, -(-weeks // BLOCK)))
    drawn = (begin[:, :, None] + np.arange(BLOCK)).reshape(REPLICATES, -1)
    means = sums[drawn].sum(axis=1) / np.maximum(count[drawn].sum(axis=1), 1)
    low, high = np.quantile(means, (0.05, 0.95)).tolist()
    return low, high
