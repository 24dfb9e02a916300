"""Durations of which some are not over yet: survival by Kaplan-Meier, several endings by Aalen-Johansen (definitions §4)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Survival:
    """The share that is not over yet by duration; arrays [distinct durations], ascending, those of censored ones included.

    `time` in the unit of the durations; `at_risk`, `over` int64: how many could have ended there, and how many did; `share` 0-1
    after it; `low`, `high`: its pointwise log-log interval (Kalbfleisch & Prentice 1980), NaN while nothing
    is over and once everything is.
    """

    time: np.ndarray
    at_risk: np.ndarray
    over: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, duration: np.ndarray, observed: np.ndarray, entry: np.ndarray | None = None, confidence: float = 0.95) -> "Survival":
        """Kaplan & Meier's (1958) estimate; at one duration what ends comes before what is censored.

        `duration` [n]: until the end, or until it was last seen; `observed` bool [n]: ended then. `entry` [n]: the duration at which
        each came under observation (delayed entry, left truncation): it is at risk only afterwards. Raises ValueError where an
        entry is not before its duration.
        """
        time, at_risk, over = _counts(duration, observed, entry)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.cumprod(np.where(at_risk > 0, 1 - over / at_risk, 1.0))
            greenwood = np.cumsum(np.where(over > 0, over / (at_risk * (at_risk - over)), 0.0))
            low, high = _log_log(share, np.sqrt(greenwood) / np.abs(np.log(share)), confidence)
        return cls(time, at_risk, over, share, low, high)

    def quantile(self, share_over: float = 0.5) -> tuple[float | None, float | None, float | None]:
        """The first duration by which at least this share is over, and the ends of its interval (Brookmeyer & Crowley 1982);
        None where the curve, or that side of its band, does not fall so far.
        """
        first, low, high = (self._falls_to(1 - share_over, band) for band in (self.share, self.low, self.high))
        return first, low, high

    def at(self, time: float) -> float:
        """The share not over yet at a duration."""
        place = int(np.searchsorted(self.time, time, side="right"))
        return float(self.share[place - 1]) if place else 1.0

    def _falls_to(self, left: float, band: np.ndarray) -> float | None:
        reached = np.flatnonzero(band <= left + ROUNDING)
        return float(self.time[reached[0]]) if len(reached) else None


@dataclass(frozen=True, eq=False)
class Incidence:
    """The share that has ended in each of several ways by duration: `share`, `low`, `high` [ways, distinct durations]; `time` ascending.

    `low` and `high` are NaN while nothing has ended in that way, and where everything has.
    An end in one way takes the others away; one minus Kaplan-Meier for each alone would count too many (definitions §4).
    """

    time: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, duration: np.ndarray, way: np.ndarray, ways: int, entry: np.ndarray | None = None, confidence: float = 0.95) -> "Incidence":
        """Aalen & Johansen's (1978) estimate with log-log intervals (delta method; Marubini & Valsecchi 1995).

        `way` int [n]: 0 to ways-1 as each ended, -1 where it had not; `duration` and `entry` as for Survival.
        """
        time, at_risk, over = _counts(duration, way >= 0, entry)
        with np.errstate(divide="ignore", invalid="ignore"):
            still = np.cumprod(np.where(at_risk > 0, 1 - over / at_risk, 1.0))
        before = np.append(1.0, still[:-1])
        some = np.maximum(at_risk, 1)
        place = np.searchsorted(time, duration)
        ended = np.array([np.bincount(place[way == each], minlength=len(time)) for each in range(ways)]).reshape(ways, len(time))
        share = np.cumsum(before * ended / some, axis=1)
        # Σ(F(t) − F(u))² a(u) and Σ(F(t) − F(u)) b(u) over u <= t, multiplied out so that one pass of sums serves every t.
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.where(at_risk > over, over / (at_risk * (at_risk - over)), 0.0)
        own = before**2 * (at_risk - ended) / some * ended / some**2
        both = before * ended / some**2
        variance = (
            share**2 * np.cumsum(left)
            - 2 * share * np.cumsum(share * left, axis=1)
            + np.cumsum(share**2 * left, axis=1)
            + np.cumsum(own, axis=1)
            - 2 * (share * np.cumsum(both, axis=1) - np.cumsum(share * both, axis=1))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(np.maximum(variance, 0)) / (share * np.abs(np.log(share)))
            low, high = _log_log(share, spread, confidence)
        return cls(time, share, low, high)

    def at(self, time: float) -> np.ndarray:
        """The shares that have ended by a duration: float64 [ways]."""
        place = int(np.searchsorted(self.time, time, side="right"))
        return self.share[:, place - 1] if place else np.zeros(len(self.share))


def _counts(duration: np.ndarray, observed: np.ndarray, entry: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct durations, how many are at risk at each, and how many end there."""
    duration = np.asarray(duration)
    time, place = np.unique(duration, return_inverse=True)
    gone_before = np.searchsorted(np.sort(duration), time, side="left")
    entered = np.full(len(time), len(duration))
    if entry is not None:
        if (np.asarray(entry) >= duration).any():
            raise ValueError("what comes under observation must do so before its duration is over")
        entered = np.searchsorted(np.sort(entry), time, side="left")
    over = np.bincount(place[np.asarray(observed, dtype=bool)], minlength=len(time))
    return time, entered - gone_before, over


def _log_log(share: np.ndarray, spread: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """The interval of a share on the scale log(-log), whose standard error is `spread`."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    inside = (share > ROUNDING) & (share < 1 - ROUNDING)
    factor = np.exp(z * np.where(inside, spread, 0.0))
    return np.where(inside, share**factor, np.nan), np.where(inside, share ** (1 / factor), np.nan)
