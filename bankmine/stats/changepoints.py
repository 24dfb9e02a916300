"""Where the level of a series changes, by penalised least squares (definitions §4).

Jackson et al. (2005); Killick, Fearnhead & Eckley (2012).
"""

import numpy as np


def change_points(values: np.ndarray, least: int = 4, penalty: float | None = None) -> list[int]:
    """The first positions of new levels, ascending: the segmentation with the least squared error plus `penalty` for each change.

    `values` float64 [n]; segments hold at least `least` values. Default penalty: 3 log n times the variance of the noise, told from the
    differences of neighbours. Exact: the segmentation that PELT finds, without its pruning, which a few hundred weeks do not need.
    """
    n = len(values)
    if n < 2 * least:
        return []
    if penalty is None:
        penalty = 3 * float(np.log(n)) * noise(values) ** 2
    values = values - values[0]  # sums of squares are exact about a level near 0
    total, squares = (np.concatenate([[0.0], np.cumsum(v)]) for v in (values, values**2))
    best, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
    best[0] = -penalty
    for end in range(least, n + 1):
        begins = np.arange(end - least + 1)
        error = squares[end] - squares[begins] - (total[end] - total[begins]) ** 2 / (end - begins)
        cost = best[begins] + np.maximum(error, 0.0) + penalty
        last[end] = int(cost.argmin())
        best[end] = cost[last[end]]
    found, end = list[int](), n
    while (end := int(last[end])) > 0:
        found.append(end)
    return found[::-1]


def noise(values: np.ndarray) -> float:
    """The standard deviation about a level that changes seldom: from the differences of neighbours (von Neumann et al. 1941)."""
    return max(float(np.sqrt((np.diff(values) ** 2).mean() / 2)), 1e-12)
