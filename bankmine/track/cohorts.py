"""Two groups of cases by when they arrived, so laid side by side that their times can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import DAY, SECOND
from bankmine.measure.attributes import AMOUNT_BANDS, attributes, case_amounts, case_values
from bankmine.measure.enablement import case_begin
from bankmine.measure.segments import MOST_VALUES
from bankmine.stats.effect import FEWEST_IN_STRATUM
from bankmine.stats.survival import Survival

if TYPE_CHECKING:
    from bankmine.api import Analysis

WEEK = 7 * DAY
LAST_SHARE = 0.99  # of the cases are over by the horizon …
FEWEST_AT_RISK = 20  # … or, where that was not seen of a side, it is the last time at which so many of its cases still could end
COVERED = 0.9  # of each side's cases should lie in strata that both have


@dataclass(frozen=True, eq=False)
class Cohorts:
    """The cases of both sides, one after the other; arrays [cases of both].

    `after` bool; `duration_s` float64: from arrival to the end, or as long as the case was watched; `over` bool: ended then; `week` int64:
    of arrival, 0 the first of its side; `stratum` int64: cases alike in the attributes `mix`; `row`: the case's number in its own log.
    `apart`: weeks from the first arrival of the one side to that of the other. `horizon_s`: up to which times are compared, longer ones
    count as so long.
    """

    after: np.ndarray
    duration_s: np.ndarray
    over: np.ndarray
    week: np.ndarray
    apart: int
    stratum: np.ndarray
    row: np.ndarray
    mix: tuple[str, ...]
    horizon_s: float

    @classmethod
    def of(cls, before: "Analysis", after: "Analysis", watched_until: int | None = None, mix: Sequence[str] | None = None) -> "Cohorts":
        """`watched_until` UTC microseconds: cases of the first side are followed no longer, since from then on the change acts on them too.

        `mix`: the attributes to be held alike, None for all that both logs have and that leave nine tenths of the cases comparable. A case
        that had ended before it arrived or is not followed at all is left out. Raises UsageError ATTRIBUTE_UNKNOWN.
        """
        sides = []
        for analysis, limit in ((before, watched_until), (after, None)):
            log, ends = analysis.log, analysis.endings
            begin = case_begin(log)
            end = np.where(ends.closed, log.case_end, np.maximum(ends.as_of, log.case_end))
            over = ends.closed
            if limit is not None:
                over, end = over & (end <= limit), np.minimum(end, limit)
            sides.append((begin, end, over, np.flatnonzero(end >= begin)))
        first = [int(begin[rows].min()) if len(rows) else 0 for begin, _, _, rows in sides]
        both = [
            np.concatenate([values[rows] for values, rows in zip(each, (s[3] for s in sides), strict=True)])
            for each in zip(*(s[:3] for s in sides), strict=True)
        ]
        begin, end, over = both
        row = np.concatenate([s[3] for s in sides])
        side = np.repeat([False, True], [len(s[3]) for s in sides])
        duration = (end - begin) / SECOND
        names = tuple(mix) if mix is not None else tuple(sorted(set(attributes(before.log)) & set(attributes(after.log))))
        columns = {name: _values(before, after, name)[np.where(side, before.log.cases + row, row)] for name in names}
        if mix is None:
            columns = {name: column for name, column in columns.items() if len(np.unique(column)) <= MOST_VALUES}
            columns = _comparable(columns, side)
        stratum = _strata(list(columns.values()), len(side))
        week = (begin - np.where(side, first[1], first[0])) // WEEK
        return cls(side, duration, over, week, (first[1] - first[0]) // WEEK, stratum, row, tuple(columns), _horizon(duration, over, side))


def _values(before: "Analysis", after: "Analysis", name: str) -> np.ndarray:
    """int64: the code of each case's value, those of `before` first, -1 unknown; amounts by the quarters of the first side."""
    if name == "amount":
        amounts = [case_amounts(analysis.log) for analysis in (before, after)]
        known = amounts[0][~np.isnan(amounts[0])]
        edges = np.unique(np.quantile(known, np.arange(1, AMOUNT_BANDS) / AMOUNT_BANDS)) if len(known) else np.empty(0)
        both = np.concatenate(amounts)
        return np.where(np.isnan(both), -1, np.searchsorted(edges, both))
    found = [case_values(analysis.log, name) for analysis in (before, after)]
    names = sorted({value for _, values in found for value in values})
    place = {value: code for code, value in enumerate(names)}
    parts = [np.append([place[value] for value in values], -1).astype(np.int64)[codes] for codes, values in found]
    return np.concatenate(parts)


def _comparable(columns: dict[str, np.ndarray], side: np.ndarray) -> dict[str, np.ndarray]:
    """The attributes without those that leave too few cases in common strata, the costliest first; of equal ones the last by name."""
    kept = dict(columns)
    while kept and covered(_strata(list(kept.values()), len(side)), side) < COVERED:
        without = {name: covered(_strata([c for other, c in kept.items() if other != name], len(side)), side) for name in kept}
        del kept[max(sorted(without, reverse=True), key=without.__getitem__)]
    return kept


def covered(stratum: np.ndarray, side: np.ndarray) -> float:
    """The lesser of the two sides' shares of cases in strata that both have."""
    count = np.array([np.bincount(stratum[side == which], minlength=int(stratum.max(initial=0)) + 1) for which in (False, True)])
    common = (count >= FEWEST_IN_STRATUM).all(axis=0)
    return float((count[:, common].sum(axis=1) / np.maximum(count.sum(axis=1), 1)).min())


def _strata(columns: list[np.ndarray], cases: int) -> np.ndarray:
    if not columns:
        return np.zeros(cases, dtype=np.int64)
    return np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _horizon(duration: np.ndarray, over: np.ndarray, side: np.ndarray) -> float:
    """The time by which nearly all of both sides are over. A side of which that was not seen is followed only as long as enough of its
    cases were watched; one of which it was seen is no limit, however much longer the other takes.
    """
    if not len(duration):
        return 0.0
    reached = Survival.of(duration, over).quantile(LAST_SHARE)[0]
    limits = [float(duration.max()) if reached is None else reached]
    for which in (False, True):
        rows = side == which
        if rows.any() and Survival.of(duration[rows], over[rows]).quantile(LAST_SHARE)[0] is None:
            limits.append(float(np.sort(duration[rows])[-min(FEWEST_AT_RISK, int(rows.sum()))]))
    return min(limits)
