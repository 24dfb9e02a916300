"""The effect of a change on a time that some cases have not completed: means up to a horizon, same mix, errors by weeks (def. §4)."""

from dataclasses import dataclass

import numpy as np

LAGS = 2  # weeks: what one week leaves undone lies in the next
FEWEST_WEEKS_SERIES = 8  # on each side of a cut
FEWEST_IN_STRATUM = 5  # on each side, for a stratum to be compared


def pseudo_values(duration: np.ndarray, over: np.ndarray, horizon: float) -> np.ndarray:
    """What each case adds to the mean time up to `horizon` (its restricted mean survival time), float64 [n]; their mean is that mean.

    `duration` [n]: until the end, or until last seen; `over` bool [n]: ended then. Pseudo-observations (Andersen, Hansen & Klein 2004) by
    the infinitesimal jackknife of the Kaplan-Meier integral; where all are over they are the times themselves, cut at the horizon.
    """
    duration = np.asarray(duration, dtype=float)
    ended = over & (duration <= horizon)
    time = np.minimum(duration, horizon)
    points, place = np.unique(time, return_inverse=True)
    at_risk = len(time) - np.searchsorted(np.sort(time), points, side="left")
    ends = np.bincount(place[ended], minlength=len(points))
    left = np.cumprod(1 - ends / at_risk)
    # The area under the curve from each point to the horizon.
    widths = np.diff(np.append(points, horizon))
    beyond = np.cumsum((left * widths)[::-1])[::-1]
    whole = float(points[0]) + float(beyond[0])
    # At the last end the curve falls to 0 and both the area beyond and the survivors vanish.
    hazard = ends / np.maximum(at_risk.astype(float) - ends, 1) / at_risk
    passed = np.cumsum(beyond * hazard)
    own = np.where(ended, beyond[place] / np.maximum(at_risk - ends, 1)[place], 0.0)
    return whole + len(time) * (passed[place] - own)


@dataclass(frozen=True, eq=False)
class Side:
    """One side of a comparison: `mean` standardised, `pull` float64 [weeks]: what each week adds to the error of log `mean`; `cases`;
    `covered`: the share of its cases in strata that both sides have.
    """

    mean: float
    pull: np.ndarray
    cases: int
    covered: float

    @property
    def variance(self) -> float:
        """Of log `mean`, by weeks that hang together over `LAGS` weeks (Newey & West 1987)."""
        return week_variance(self.pull)


@dataclass(frozen=True, slots=True)
class Change:
    """A ratio, after to before, with its interval and two-sided p."""

    ratio: float
    low: float
    high: float
    p: float

    @classmethod
    def of(cls, log_ratio: float, variances: tuple[tuple[float, int], ...], confidence: float) -> "Change":
        """`variances`: of the independent parts of the ratio's logarithm, each with its number of weeks (Welch's degrees of freedom)."""
        from scipy.stats import t

        variance = sum(v for v, _ in variances)
        if variance <= 0:
            return cls(float(np.exp(log_ratio)), float(np.exp(log_ratio)), float(np.exp(log_ratio)), float(log_ratio == 0))
        freedom = max(variance**2 / sum(v**2 / max(weeks - 1, 1) for v, weeks in variances if v > 0), 1.0)
        error = variance**0.5
        reach = float(t.ppf((1 + confidence) / 2, freedom)) * error
        p = float(2 * t.sf(abs(log_ratio) / error, freedom))
        ratio, low, high = (float(np.exp(v)) for v in (log_ratio, log_ratio - reach, log_ratio + reach))
        return cls(ratio, low, high, p)


def week_variance(pull: np.ndarray) -> float:
    weeks = len(pull)
    if weeks < 2:
        return float("inf")
    total = float(pull @ pull)
    for lag in range(1, min(LAGS, weeks - 1) + 1):
        total += 2 * (1 - lag / (LAGS + 1)) * float(pull[lag:] @ pull[:-lag])
    return max(total, float(pull @ pull)) * weeks / (weeks - 1)


def standardised_sides(values: np.ndarray, after: np.ndarray, stratum: np.ndarray, week: np.ndarray) -> tuple[Side, Side]:
    """Both sides as they would be with the mix of the first: means of `values` [n] within each `stratum` [n], weighted by how many cases
    the first side has in it (direct standardisation). `after` bool [n], `week` [n] of 0, 1, … of each side. Strata that one side lacks are
    left out on both. Raises ValueError where no stratum has enough cases on both.
    """
    strata = int(stratum.max()) + 1 if len(stratum) else 0
    count = np.array([np.bincount(stratum[after == side], minlength=strata) for side in (False, True)])
    common = np.asarray((count >= FEWEST_IN_STRATUM).all(axis=0))
    if not common.any():
        raise ValueError("no stratum has cases on both sides")
    share = np.where(common, count[0], 0) / count[0][common].sum()
    found = []
    for side in (False, True):
        rows = np.flatnonzero((after == side) & common[stratum])
        size = count[int(side)]
        weight = (share / np.maximum(size, 1))[stratum[rows]]
        mean = float(weight @ values[rows])
        level = np.bincount(stratum[rows], weights=values[rows], minlength=strata) / np.maximum(size, 1)
        pull = np.bincount(week[rows], weights=weight * (values[rows] - level[stratum[rows]]), minlength=int(week[after == side].max()) + 1)
        found.append(Side(mean, pull / mean if mean > 0 else pull, len(rows), len(rows) / max(int((after == side).sum()), 1)))
    return found[0], found[1]


def changed(before: Side, after: Side, confidence: float) -> Change:
    """The ratio of the second side to the first."""
    parts = tuple((side.variance, len(side.pull)) for side in (before, after))
    return Change.of(float(np.log(after.mean / before.mean)), parts, confidence)


def changed_beyond(touched: tuple[Side, Side], untouched: tuple[Side, Side], confidence: float) -> Change:
    """The ratio of the touched group beyond that of the untouched one in the same weeks: difference in differences of logarithms."""
    log_ratio = float(np.log(touched[1].mean / touched[0].mean) - np.log(untouched[1].mean / untouched[0].mean))
    parts = []
    for one, other in zip(touched, untouched, strict=True):
        weeks = max(len(one.pull), len(other.pull))
        pull = np.zeros(weeks)
        pull[: len(one.pull)] += one.pull
        pull[: len(other.pull)] -= other.pull
        parts.append((week_variance(pull), weeks))
    return Change.of(log_ratio, tuple(parts), confidence)


def at_equal_demand(values: np.ndarray, after: np.ndarray, stratum: np.ndarray, week: np.ndarray, confidence: float) -> Change | None:
    """The ratio that `changed` gives, as it would be with as many arrivals a week on both sides: where queues are, a busy season alone
    makes cases slower. Analysis of covariance of the logarithms of the weeks' means, each case against its stratum's mean on its side,
    on the side and the logarithm of the week's arrivals, weighted by them. Weeks cut short at either end are left out. None under eight
    weeks on a side.
    """
    sides = standardised_sides(values, after, stratum, week)
    means, sizes, which = [], [], []
    for side, found in zip((False, True), sides, strict=True):
        rows = np.flatnonzero(after == side)
        level = np.bincount(stratum[rows], weights=values[rows]) / np.maximum(np.bincount(stratum[rows]), 1)
        size = np.bincount(week[rows])
        mean = found.mean + np.bincount(week[rows], weights=values[rows] - level[stratum[rows]]) / np.maximum(size, 1)
        kept = np.flatnonzero((size > 0) & (mean > 0))[1:-1]
        if len(kept) < FEWEST_WEEKS_SERIES:
            return None
        means.append(mean[kept])
        sizes.append(size[kept])
        which.append(np.full(len(kept), float(side)))
    size = np.concatenate(sizes).astype(float)
    demand = np.log(size)
    design = np.column_stack([np.ones(len(size)), np.concatenate(which), demand - demand.mean()])
    beta, variance = _fitted(np.log(np.concatenate(means)), design, size)
    freedom = len(size) - design.shape[1]
    return Change.of(float(beta[1]), ((float(variance[1]), freedom + 1),), confidence)


def _fitted(answer: np.ndarray, design: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares: the coefficients, and their variances by Newey and West over the rows, which are weeks in order."""
    # What does not vary, as arrivals that are the same every week, explains nothing and has the coefficient 0.
    inverse = np.linalg.pinv(design.T @ (weight[:, None] * design), hermitian=True)
    beta = inverse @ (design.T @ (weight * answer))
    score = (weight * (answer - design @ beta))[:, None] * design
    middle = score.T @ score
    for lag in range(1, LAGS + 1):
        cross = score[lag:].T @ score[:-lag]
        middle += (1 - lag / (LAGS + 1)) * (cross + cross.T)
    scale = len(answer) / (len(answer) - design.shape[1])
    return beta, np.diag(inverse @ middle @ inverse) * scale


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An interrupted time series: the change of level where it is cut, and the trend that runs through both parts, as a ratio a week."""

    change: Change
    trend: Change


def interrupted(weekly: np.ndarray, size: np.ndarray, cut: int, confidence: float) -> Interrupted | None:
    """`weekly` float64 [weeks], means above 0; `size` int64 [weeks], the cases of each; the change comes with week `cut`. Weighted least
    squares of the logarithms on a trend and a step, errors by Newey and West. None under eight weeks on a side.
    """
    known = (size > 0) & (weekly > 0)
    week = np.flatnonzero(known)
    if (week < cut).sum() < FEWEST_WEEKS_SERIES or (week >= cut).sum() < FEWEST_WEEKS_SERIES:
        return None
    design = np.column_stack([np.ones(len(week)), week - cut, week >= cut]).astype(float)
    beta, variance = _fitted(np.log(weekly[week]), design, size[week].astype(float))
    freedom = len(week) - design.shape[1]
    step, trend = (Change.of(float(beta[k]), ((float(variance[k]), freedom + 1),), confidence) for k in (2, 1))
    return Interrupted(step, trend)
