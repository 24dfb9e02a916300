"""Control charts that need no baseline of their own: each week is held against all before it (definitions §5)."""

from dataclasses import dataclass

import numpy as np

WEIGHT = 0.2  # of the newest week in the EWMA
FEWEST = 12  # weeks before the first that can be judged
GUARD = 8  # the last weeks, not counted among them once there are enough others
MOST = 2.5  # standard deviations that one week counts at most, so that none alone makes an alarm
WATCHED = 60  # weeks in which a stable board is to stay quiet …
QUIET = 0.95  # … with this probability
LOOKS = (
    43  # an EWMA of independent weeks goes over its limit in them as often as so many independent looks would (simulated, 1 to 200 charts)
)
WATCH = 2.0  # EWMA standard deviations: worth a look, no alarm


@dataclass(frozen=True, eq=False)
class ControlChart:
    """Arrays [weeks], NaN where a week has no value or cannot be judged yet: `level`, the EWMA in its own standard deviations; `alarms`:
    the weeks at which it went over `limit`, after each of which the chart begins anew; `since`: for each alarm, the week in which the level
    seems to have changed.
    """

    level: np.ndarray
    limit: float
    alarms: tuple[int, ...]
    since: tuple[int, ...]

    @property
    def watch(self) -> bool:
        """Whether the last week that could be judged lies outside the inner limit."""
        known = self.level[~np.isnan(self.level)]
        return bool(len(known) and abs(known[-1]) > WATCH)


def limit(charts: int) -> float:
    """The limit at which a board of so many stable charts is quiet over 60 weeks in 95 % of cases: 3.2 for one chart, 4.0 for 20."""
    from scipy.special import ndtri

    return float(-ndtri((1 - QUIET) / (2 * max(charts, 1) * LOOKS)))


def control_chart(values: np.ndarray, charts: int, demand: np.ndarray | None = None) -> ControlChart:
    """The chart of one series of a board of so many `charts`; `values` float64 [weeks], roughly normal, NaN for weeks without a value.
    `demand` float64 [weeks]: what it explains of the values in the usual weeks is taken off.

    No baseline has to be chosen: the EWMA (Roberts 1959) of the weeks' distances from the mean of those before them but the last eight,
    over its standard error, in which the error of that mean is counted, is turned from Student's law into a standard normal one (after
    Hawkins' 1987 self-starting charts). Where weeks hang together the error is widened for their first autocorrelation.
    """
    from scipy.special import ndtri, stdtr

    most = limit(charts)
    level = np.full(len(values), np.nan)
    alarms, since = list[int](), list[int]()
    weeks = np.flatnonzero(~np.isnan(values))
    begin, turned, before = 0, 0, 0.0
    while begin < len(weeks):
        x = values[weeks[begin:]]
        z = np.zeros(len(x)) if demand is None else demand[weeks[begin:]]
        for n in range(FEWEST, len(x)):
            # What may be the beginning of a change does not count as what is usual.
            known = max(n - GUARD, FEWEST)
            beyond = _beyond(x[: n + 1], z[: n + 1], known)
            usual = beyond[:known]
            spread = float(usual.std(ddof=1))
            newest_first = np.arange(n, FEWEST - 1, -1)
            share = WEIGHT * (1 - WEIGHT) ** np.arange(len(newest_first))
            smooth = float(share @ np.clip(beyond[newest_first] - usual.mean(), -MOST * spread, MOST * spread))
            turned = n if n == FEWEST or smooth * before <= 0 else turned
            before = smooth
            follow = _autocorrelation(usual)
            kept = (1 - WEIGHT) * follow
            variance = float(share @ share) * (1 + kept) / (1 - kept) + (1 + follow) / (1 - follow) / known
            if spread > 0:
                chance = stdtr(known - 1, smooth / spread / variance**0.5)
                level[weeks[begin + n]] = float(ndtri(np.clip(chance, 1e-15, 1 - 1e-15)))
            elif smooth == 0:
                level[weeks[begin + n]] = 0.0
            fresh = not alarms or weeks[begin + n] > alarms[-1]
            if fresh and abs(level[weeks[begin + n]]) > most:
                alarms.append(int(weeks[begin + n]))
                since.append(int(weeks[begin + turned]))
                begin += max(turned, 1)
                break
        else:
            break
    return ControlChart(level, most, tuple(alarms), tuple(since))


def _beyond(x: np.ndarray, z: np.ndarray, known: int) -> np.ndarray:
    """`x` less what `z` explains of it in the first `known` weeks: least squares, drawn towards nothing where weeks are few."""
    apart = z[:known] - z[:known].mean()
    total = float(apart @ apart)
    if total <= 0:
        return x
    slope = float(apart @ (x[:known] - x[:known].mean())) / total * known / (known + FEWEST)
    return x - slope * (z - z[:known].mean())


def _autocorrelation(x: np.ndarray) -> float:
    """The first autocorrelation, no less than 0, drawn towards 0 where weeks are few."""
    apart = x - x.mean()
    total = float(apart @ apart)
    if total <= 0:
        return 0.0
    found = float(apart[1:] @ apart[:-1]) / total + 1 / len(x)  # its bias
    return min(max(found, 0.0) * len(x) / (len(x) + 10), 0.8)
