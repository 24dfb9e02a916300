"""Intervals for a share and for a median."""

from math import sqrt
from statistics import NormalDist

import numpy as np


def wilson(successes: int, trials: int, confidence: float = 0.90) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def share_above(values: np.ndarray, limit: float, confidence: float = 0.90) -> tuple[float, float]:
    """Wilson interval of the share of `values` above `limit`; its lower end over 0.5 means that the median lies above."""
    return wilson(int((values > limit).sum()), len(values), confidence)
