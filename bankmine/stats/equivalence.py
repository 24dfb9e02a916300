"""Whether two groups are alike: an interval for Cliff's delta, and how far two frequencies are apart (definitions §4)."""

import numpy as np

DRAWS = 400
COMPARED = 2_000


def cliffs_delta_interval(
    values: np.ndarray, others: np.ndarray, stratum: np.ndarray | None = None, other_stratum: np.ndarray | None = None, seed: int = 0
) -> tuple[float, float, float]:
    """Cliff's delta, P(values larger) - P(smaller), with its 95 % interval by the bootstrap of cases on both sides.

    Given the strata of both (int, from 0), both sides are weighted to the same mix of them, in each draw anew: those of one side
    only are left out; NaN where nothing is left. Of more than 2,000 on a side, so many evenly spaced order statistics are compared.
    The same values give the same interval.
    """
    sides, strata = list[np.ndarray](), list[np.ndarray]()
    for side, of in ((values, stratum), (others, other_stratum)):
        kept = np.argsort(side, kind="stable")[np.linspace(0, len(side) - 1, min(len(side), COMPARED)).round().astype(np.int64)]
        sides.append(side[kept])
        strata.append(np.zeros(len(kept), dtype=np.int64) if of is None else of[kept])
    rng, size = np.random.default_rng(seed), max(int(of.max()) for of in strata) + 1

    def delta(*weights: np.ndarray) -> float:
        mix = [np.bincount(of, weights=weight, minlength=size) for of, weight in zip(strata, weights, strict=True)]
        wanted = np.where((mix[0] > 0) & (mix[1] > 0), mix[0] + mix[1], 0.0)
        own, other = (w * (wanted / np.maximum(m, 1.0))[of] for w, m, of in zip(weights, mix, strata, strict=True))
        below = np.concatenate([[0.0], np.cumsum(other)])
        smaller, at_most = (below[np.searchsorted(sides[1], sides[0], side=side)] for side in ("left", "right"))
        pairs = own.sum() * other.sum()
        return float(np.clip((own * (smaller - (below[-1] - at_most))).sum() / pairs, -1, 1)) if pairs > 0 else np.nan

    counts = [len(side) for side in sides]
    drawn = [
        delta(*(rng.multinomial(n, np.full(n, 1 / n)).astype(float) for n in counts))  # case weights, as in all our intervals
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return delta(*(np.ones(n) for n in counts)), float(low), float(high)


def jensen_shannon(counts: np.ndarray, others: np.ndarray) -> float:
    """Divergence of two frequencies over the same things, in bits: 0 the same, 1 nothing in common (Lin 1991)."""
    p, q = (each / max(each.sum(), 1) for each in (counts, others))
    mean = (p + q) / 2

    def against(one: np.ndarray) -> float:
        inside = one > 0
        return float((one[inside] * np.log2(one[inside] / mean[inside])).sum())

    return (against(p) + against(q)) / 2
