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


def quantile_saved(
    values: np.ndarray, saved: np.ndarray, probability: float, replicates: int = REPLICATES, seed: int = SEED
) -> tuple[float, np.ndarray]:
    """By what share a quantile of `values` [cases] falls once `saved` [cases] is taken off: the estimate, and [replicates] of it under
    the draws of `case_sums`. The quantile is the least value that so many cases do not exceed.
    """
    cases = len(values)
    random = np.random.default_rng(seed)
    before, after = np.argsort(values, kind="stable"), np.argsort(values - saved, kind="stable")
    ordered_before, ordered_after = values[before], (values - saved)[after]

    def share(weights: np.ndarray) -> float:
        wanted = probability * cases
        old = ordered_before[np.searchsorted(np.cumsum(weights[before]), wanted)]
        return 1 - ordered_after[np.searchsorted(np.cumsum(weights[after]), wanted)] / max(old, 1)

    drawn = (np.bincount(random.integers(0, cases, cases), minlength=cases) for _ in range(replicates))
    return share(np.ones(cases)), np.array([share(weights) for weights in drawn])


def simultaneous_low(estimates: np.ndarray, replicates: np.ndarray, level: float = 0.95) -> np.ndarray:
    """Lower bounds [k] that hold together with probability `level`: studentised maximum of the bootstrap deviations.

    `estimates` [k], `replicates` [replicates, k] (Romano & Wolf 2005, single step).
    """
    spread = replicates.std(axis=0, ddof=1)
    scale = np.where(spread > 0, spread, 1.0)
    worst = ((replicates - estimates) / scale).max(axis=1)
    return estimates - np.quantile(worst, level) * spread
