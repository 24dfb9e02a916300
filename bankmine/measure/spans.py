"""Stretches of time by group (a role, a person): how many at once, how much of an hour, how much of a wait."""

from dataclasses import dataclass

import numpy as np

from bankmine.stats.grouped import each_group


@dataclass(frozen=True, eq=False)
class Spans:
    """`group` int64 [spans]; `begin` < `end` int64 UTC microseconds. Spans of one group may overlap."""

    group: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, group: np.ndarray, begin: np.ndarray, end: np.ndarray) -> "Spans":
        """Those of a group (>= 0) that last."""
        lasting = np.flatnonzero((group >= 0) & (begin < end))
        return cls(group[lasting].astype(np.int64), begin[lasting], end[lasting])

    def total(self, groups: int, edges: np.ndarray) -> np.ndarray:
        """int64 [groups, edges - 1]: their time between successive `edges`, as often as they overlap."""
        result = np.zeros((groups, len(edges) - 1), dtype=np.int64)
        for group, mine in each_group(self.group):
            since = _before(np.sort(self.begin[mine]), edges) - _before(np.sort(self.end[mine]), edges)
            result[group] = np.diff(since)
        return result

    def within(self, group: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """int64 [questions]: the time of a group's spans between two instants, as often as they overlap."""
        result = np.zeros(len(group), dtype=np.int64)
        asked = dict(each_group(group))
        for of, mine in each_group(self.group):
            if of in asked:
                at = asked[of]
                first, last = np.sort(self.begin[mine]), np.sort(self.end[mine])
                result[at] = (_before(first, end[at]) - _before(last, end[at])) - (_before(first, begin[at]) - _before(last, begin[at]))
        return result


@dataclass(frozen=True, eq=False)
class Pieces:
    """Time of each group cut wherever a span begins or ends; arrays [pieces], `counts` int64 [pieces, kinds of spans]: the sum of the
    weights of the spans that cover the piece.
    """

    group: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, *kinds: Spans | tuple[Spans, np.ndarray]) -> "Pieces":
        """Pieces under several kinds of spans, each with its weights (none: 1)."""
        group, time, change = [], [], []
        for k, kind in enumerate(kinds):
            spans, weight = kind if isinstance(kind, tuple) else (kind, np.ones(len(kind.group), dtype=np.int64))
            group += [spans.group, spans.group]
            time += [spans.begin, spans.end]
            column = np.zeros((2 * len(weight), len(kinds)), dtype=np.int64)
            column[:, k] = np.concatenate([weight, -weight])
            change.append(column)
        groups, times, changes = np.concatenate(group), np.concatenate(time), np.concatenate(change)
        order = np.lexsort((times, groups))
        groups, times = groups[order], times[order]
        counts = np.cumsum(changes[order], axis=0)
        lasting = np.flatnonzero((groups[1:] == groups[:-1]) & (times[1:] > times[:-1]))
        return cls(groups[lasting], times[lasting], times[lasting + 1], counts[lasting])

    def where(self, test: np.ndarray) -> Spans:
        """The pieces that pass (bool [pieces]) as spans."""
        return Spans(self.group[test], self.begin[test], self.end[test])


def _before(instants: np.ndarray, time: np.ndarray) -> np.ndarray:
    """int64, as `time`: the sum over `instants` (sorted) of the time since each, where it has passed."""
    number = np.searchsorted(instants, time)
    total = np.concatenate(([0], np.cumsum(instants - (instants[0] if len(instants) else 0))))
    return number * (time - (instants[0] if len(instants) else 0)) - total[number]
