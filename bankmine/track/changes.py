"""What changed between two sides: each activity, each indicator, each finding."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bankmine.advice.answer import Interval, Recommendation
from bankmine.log.eventlog import SECOND, UNKNOWN_TIME
from bankmine.measure.journey_figures import JourneyFigure
from bankmine.stats.difference import false_discovery
from bankmine.stats.effect import Side, standardised_sides, week_variance
from bankmine.stats.grouped import each_group
from bankmine.track.cohorts import Cohorts
from bankmine.track.evaluation import FindingChange, KpiChange, Status, StepChange, Verdict

if TYPE_CHECKING:
    from bankmine.api import Analysis

CONFIDENCE = 0.90
SURE = 0.02  # p below which a difference is called one; of a family, q
NO_ROWS = np.empty(0, dtype=np.int64)


def mean_difference(sides: tuple[Side, Side]) -> Interval:
    """What the mean fell by, in its unit."""
    from scipy.stats import t

    variances = [(week_variance(side.pull) * side.mean**2, len(side.pull)) for side in sides]
    total = sum(v for v, _ in variances)
    freedom = max(total**2 / sum(v**2 / max(n - 1, 1) for v, n in variances), 1.0) if total > 0 else 1.0
    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * total**0.5
    fell = sides[0].mean - sides[1].mean
    return Interval(fell, fell - reach, fell + reach)


def step_changes(before: "Analysis", after: "Analysis", cohorts: Cohorts) -> tuple[StepChange, ...]:
    """Every activity of either log, the largest difference first, then by name."""
    from scipy.stats import norm

    names = sorted(set(before.log.activities) | set(after.log.activities))
    place = np.where(cohorts.after, before.log.cases + cohorts.row, cohorts.row)
    found, p = [], []
    for name, one, other in zip(names, _spent(before, names), _spent(after, names), strict=True):
        values = np.concatenate([one, other])[place]
        sides = standardised_sides(values, cohorts.after, cohorts.stratum, cohorts.week)
        saved = mean_difference(sides)
        assert saved.low is not None and saved.high is not None
        difference = Interval(-saved.estimate, -saved.high, -saved.low)
        spread = (saved.high - saved.low) / 2 / norm.ppf((1 + CONFIDENCE) / 2)
        p.append(2 * float(norm.sf(abs(saved.estimate) / spread)) if spread > 0 else 1.0)
        found.append((name, sides[0].mean, sides[1].mean, difference))
    q = false_discovery(np.array(p))
    rows = [StepChange(*each, sure=bool(one < SURE)) for each, one in zip(found, q, strict=True)]
    return tuple(sorted(rows, key=lambda row: (-abs(row.difference.estimate), row.activity)))


def _spent(analysis: "Analysis", names: Sequence[str]) -> Iterator[np.ndarray]:
    """For each activity float64 [cases]: seconds of waiting and work at it."""
    log = analysis.log
    worked = np.where(log.start_known & (log.end != UNKNOWN_TIME), log.end - log.began, 0)
    spent = (analysis.enablement.wait + worked) / SECOND
    rows = dict(each_group(log.activity))
    code = {name: k for k, name in enumerate(log.activities)}
    for name in names:
        here = rows.get(code.get(name, -1), NO_ROWS)
        yield np.bincount(log.case[here], weights=spent[here], minlength=log.cases)


def kpi_changes(before: "Analysis", after: "Analysis") -> tuple[KpiChange, ...]:
    """The indicators that both logs have, told by their own intervals, in the plan's order."""
    then = {row.id: row for row in before.kpis.rows}
    pairs = [(then[row.id], row) for row in after.kpis.rows if row.id in then]
    p = np.array([_chance(old.figure, new.figure) for old, new in pairs])
    q = false_discovery(p)
    found = []
    for (old, new), one in zip(pairs, q, strict=True):
        a, b = old.figure.value, new.figure.value
        verdict: Verdict = "not_comparable"
        if a is not None and b is not None and not np.isnan(one):
            certain = one < SURE and new.better != "band"
            verdict = "no_difference_shown" if not certain else "better" if (b < a) == (new.better == "lower") else "worse"
        found.append(KpiChange(new.id, new.figure.title, new.plan, old.figure.said(a), new.figure.said(b), a, b, verdict))
    return tuple(found)


def _chance(old: JourneyFigure, new: JourneyFigure) -> float:
    """p that two figures are one, by their intervals, taken as normal; NaN where one has none."""
    from scipy.stats import norm

    if None in (old.value, old.low, old.high, new.value, new.low, new.high):
        return float("nan")
    ends = np.array([(f.low, f.high) for f in (old, new)], dtype=float)
    error = float(np.hypot(*(ends[:, 1] - ends[:, 0]))) / 2 / float(norm.ppf((1 + CONFIDENCE) / 2))
    apart = abs(float(new.value or 0.0) - float(old.value or 0.0))
    return 2 * float(norm.sf(apart / error)) if error > 0 else float(apart == 0)


def finding_changes(before: "Analysis", after: "Analysis", done: set[tuple[str, str]] | None) -> tuple[FindingChange, ...]:
    """What was recommended on either side: first what the first list has, in its order, then what is new."""
    then, now = ({(r.pattern, r.activity): r for r in a.recommendations} for a in (before, after))
    found = []
    for key in [*then, *(key for key in now if key not in then)]:
        old, new = then.get(key), now.get(key)
        status = _status(old, new)
        carried = key in done if done is not None else status == "resolved"
        one = old or new
        assert one is not None
        gains = [None if r is None else r.gain.realistic for r in (old, new)]
        found.append(FindingChange(one.pattern, one.title, one.activity, status, carried and old is not None, *gains))
    return tuple(found)


def _status(old: Recommendation | None, new: Recommendation | None) -> Status:
    if old is None:
        return "new"
    if new is None:
        return "resolved"
    one, other = old.gain.upper, new.gain.upper
    if one is None or other is None or None in (one.low, one.high, other.low, other.high):
        return "persisting"
    assert one.low is not None and one.high is not None and other.low is not None and other.high is not None
    return "regressed" if other.low > one.high else "eased" if other.high < one.low else "persisting"
