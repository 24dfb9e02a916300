"""Stretches of time by group (a role, a person): how many at once, how much of an hour, how much of a wait."""

from dataclasses import dataclass

import numpy as np

from bankmine.stats.grouped import distinct, each_group

_NONE = np.zeros(0, dtype=np.int64)


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
        weighted = [kind if isinstance(kind, tuple) else (kind, None) for kind in kinds]
        places = [dict(each_group(spans.group)) for spans, _ in weighted]
        found: list[tuple[np.ndarray, ...]] = [(_NONE, _NONE, _NONE, np.zeros((0, len(kinds)), dtype=np.int64))]
        for group in sorted(set().union(*places)):
            mine = [place.get(group, _NONE) for place in places]
            instants = [(spans.begin[at], spans.end[at]) for (spans, _), at in zip(weighted, mine, strict=True)]
            time = distinct(np.concatenate([each for both in instants for each in both]))
            counts = np.empty((len(time) - 1, len(kinds)), dtype=np.int64)
            for k, ((begin, end), (_, weight), at) in enumerate(zip(instants, weighted, mine, strict=True)):
                share = None if weight is None else weight[at]
                counts[:, k] = _passed(begin, share, time[:-1]) - _passed(end, share, time[:-1])
            found.append((np.full(len(counts), group), time[:-1], time[1:], counts))
        return cls(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def where(self, test: np.ndarray) -> Spans:
        """The pieces that pass (bool [pieces]) as spans."""
        return Spans(self.group[test], self.begin[test], self.end[test])


def _passed(instants: np.ndarray, weight: np.ndarray | None, time: np.ndarray) -> np.ndarray:
    """int64, as `time`: how many of the `instants` each has reached, or the sum of their weights."""
    if weight is None:
        return np.searchsorted(np.sort(instants), time, side="right")
    order = np.argsort(instants)
    return np.concatenate(([0], np.cumsum(weight[order])))[np.searchsorted(instants[order], time, side="right")]


def _before(instants: np.ndarray, time: np.ndarray) -> np.ndarray:
    """int64, as `time`: the sum over `instants` (sorted) of the time since each, where it has passed."""
    number = np.searchsorted(instants, time)
    total = np.concatenate(([0], np.cumsum(instants - (instants[0] if len(instants) else 0))))
    return number * (time - (instants[0] if len(instants) else 0)) - total[number]
