"""The case bootstrap: sums over cases drawn with replacement (Efron 1979; definitions §3.3)."""

import numpy as np

REPLICATES = 500
SEED = 20120301


def case_sums(values: np.ndarray, replicates: int = REPLICATES, seed: int = SEED) -> np.ndarray:
    """Sums of `values` [cases, k] under multinomial case weights: float64 [replicates, k]; the same draw for every column."""
    cases = len(values)
    random = np.random.default_rng(seed)
    sums = np.empty((replicates, values.shape[1]))
    for replicate in range(replicates):
        weights = np.bincount(random.integers(0, cases, cases), minlength=cases)
        sums[replicate] = weights @ values
    return sums


def simultaneous_low(estimates: np.ndarray, replicates: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Lower bounds [k] that hold together with probability `level`: studentised maximum of the bootstrap deviations.

    `estimates` [k], `replicates` [replicates, k] (Romano & Wolf 2005, single step).
    """
    spread = replicates.std(axis=0, ddof=1)
    scale = np.where(spread > 0, spread, 1.0)
    worst = ((replicates - estimates) / scale).max(axis=1)
    return estimates - np.quantile(worst, level) * spread
