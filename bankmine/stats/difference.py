"""Whether groups differ and by how much: ranks, shares, and many questions at once (definitions §4)."""

from dataclasses import dataclass

import numpy as np

from bankmine.stats.grouped import each_group

NEGLIGIBLE, SMALL, LARGE = 0.147, 0.33, 0.474  # limits of |delta| (Romano et al. 2006)
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True, eq=False)
class RankSums:
    """Each group against all other values; arrays [groups], NaN where the group or the rest is empty.

    `delta`: Cliff's delta, P(in the group larger) - P(smaller), -1 to 1; `p`: two-sided Mann-Whitney, normal with ties;
    `excess`, `variance`: U minus its mean under sameness, and its variance, for adding up over strata.
    """

    delta: np.ndarray
    p: np.ndarray
    excess: np.ndarray
    variance: np.ndarray


def rank_sums(values: np.ndarray, group: np.ndarray, groups: int) -> RankSums:
    """`values` [n] by `group` [n] of 0..groups-1, one sort for all groups (Mann & Whitney 1947; Cliff 1993)."""
    total = len(values)
    _, of_value, ties = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(ties) - (ties - 1) / 2)[of_value]
    size = np.bincount(group, minlength=groups).astype(float)
    rest = total - size
    excess = np.bincount(group, weights=rank, minlength=groups) - size * (total + 1) / 2
    tied = float((ties.astype(float) ** 3 - ties).sum()) / max(total * (total - 1), 1)
    variance = np.maximum(size * rest * (total + 1 - tied) / 12, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        delta = 2 * excess / (size * rest)
    return RankSums(
        np.where(size * rest > 0, delta, np.nan), np.where(size * rest > 0, two_sided(excess, variance), np.nan), excess, variance
    )


def two_sided(excess: np.ndarray, variance: np.ndarray, step: float = 1.0) -> np.ndarray:
    """p of an excess that is normal about 0; 1 where it cannot vary. Half a `step` is taken off, as ranks and counts go in steps."""
    from scipy.special import ndtr

    spread = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.maximum(np.abs(excess) - step / 2, 0.0) / spread
    return np.where(spread > 0, 2 * ndtr(-np.nan_to_num(z)), 1.0)


def share_differences(hits: np.ndarray, trials: np.ndarray, other_hits: np.ndarray, other_trials: np.ndarray) -> np.ndarray:
    """p that two shares are one, two-sided, arrays [questions]; 1 where one side has no trials.

    Fisher's exact test up to 1,000 trials, where it is quick and the normal law is poor; else the pooled score test.
    """
    from scipy.stats import hypergeom

    all_trials, all_hits = trials + other_trials, hits + other_hits
    pooled = all_hits / np.maximum(all_trials, 1)
    variance = pooled * (1 - pooled) * trials * other_trials / np.maximum(all_trials, 1)
    p = two_sided(hits - pooled * trials, variance)
    few = np.flatnonzero(all_trials <= 1_000)
    law = hypergeom(all_trials[few], all_hits[few], trials[few])
    tail = np.minimum(law.cdf(hits[few]), law.sf(hits[few] - 1))
    p[few] = np.minimum(2 * tail, 1.0)
    return np.where((trials > 0) & (other_trials > 0), p, 1.0)


def false_discovery(p: np.ndarray) -> np.ndarray:
    """q of each question of one family: the share of false discoveries if all up to it are taken (Benjamini & Hochberg 1995).

    NaN, a question that could not be asked, stays NaN and is not counted.
    """
    q = np.full(len(p), np.nan)
    asked = np.flatnonzero(~np.isnan(p))
    order = asked[np.argsort(p[asked], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


@dataclass(frozen=True, eq=False)
class Standardised:
    """Each group against the rest inside strata; arrays [groups]: `delta` weighted by the strata's sizes and `p` of the stratified rank
    test (van Elteren 1960), NaN without strata in which both stand; `share` of the values in such strata.
    """

    delta: np.ndarray
    p: np.ndarray
    share: np.ndarray


def standardised(values: np.ndarray, group: np.ndarray, groups: int, stratum: np.ndarray, fewest: int = 5) -> Standardised:
    """Whether the `values` [n] of each `group` [n] are larger than the others' within each `stratum` [n].

    Only strata with at least `fewest` values of the group and of the rest speak of it.
    """
    size, weighted, excess, variance = np.zeros((4, groups))
    for _, rows in each_group(stratum):
        ours = np.bincount(group[rows], minlength=groups)
        speaks = np.minimum(ours, len(rows) - ours) >= fewest
        if speaks.any():
            found = rank_sums(values[rows], group[rows], groups)
            weight = 1 / (len(rows) + 1)
            size[speaks] += len(rows)
            weighted[speaks] += len(rows) * found.delta[speaks]
            excess[speaks] += weight * found.excess[speaks]
            variance[speaks] += weight**2 * found.variance[speaks]
    told = size > 0
    p = two_sided(excess, variance, step=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Standardised(np.where(told, weighted / size, np.nan), np.where(told, p, np.nan), size / max(len(values), 1))
