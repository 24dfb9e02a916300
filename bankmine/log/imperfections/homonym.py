"""Homonymous labels: one label for two different steps."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.likeness import shown
from bankmine.log.quality import QualityFinding
from bankmine.words import Text


@dataclass(frozen=True)
class Homonyms(Detector):
    """Labels whose occurrences fall into two groups that share neither what comes before nor what comes after, nor who does them.

    What stands before an occurrence and what stands after it are joined; ways with less than `rare` of the label's instances are left
    out, `most` have to remain. Where they fall apart into several groups of at least `fewest` instances and `least` of the label's, and
    at least `both` of the cases with the smaller group have the larger one too, in `most` of them each once and in one order, the
    label means two things: one step in two variants of the process does not meet itself in one case, and one that is repeated comes back
    to what follows it the first time. The same holds
    where `most` of the cases in which it occurs twice, `least` of its cases at least, have the same two roles in the same order.
    """

    code: ClassVar[str] = "LABEL_HOMONYM"

    rare: float = 0.015
    least: float = 0.03
    fewest: int = 10
    both: float = 0.5
    most: float = 0.9

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        if not traces.few_labels:
            return None
        # A label that never meets itself in a case cannot stand for two of its steps.
        _, activity, times = traces.occurrences
        having, again = (np.bincount(activity[times > least], minlength=len(log.activities)) for least in (0, 1))
        least = np.maximum(self.fewest, self.both * self.least * having)
        found = [(label, rows) for label in np.flatnonzero(again >= least).tolist() if len(rows := self._two(traces, label))]
        if not found:
            return None
        names = [shown(log.activities[label]) for label, _ in found[:3]]
        rows = np.concatenate([rows for _, rows in found])
        return traces.finding(
            self.code,
            rows,
            Text(
                zh=f"{len(rows)} 个环节实例的名称在流程的两处代表不同的步骤（前后环节完全不同）：{'、'.join(names)}；"
                "返工因此被高估，两步的等待和工时混在一起。建议按位置改用不同名称。",
                en=f"{len(rows)} activity instances have a label that stands for different steps at two places of the process (nothing "
                f"before or after them in common): {', '.join(names)}; rework is overstated, and waits and work of the two are mixed. "
                "Consider naming them apart.",
            ),
            role="activity",
        )

    def _two(self, traces: Traces, label: int) -> np.ndarray:
        """The instances of the label where it means two things, else none."""
        rows = np.flatnonzero(traces.log.activity == label)
        return rows if self._apart(traces, rows) or self._by_roles(traces, rows) else rows[:0]

    def _by_roles(self, traces: Traces, rows: np.ndarray) -> bool:
        """Whether two roles have it in turn."""
        log, role = traces.log, traces.log.attributes.get("role")
        if role is None:
            return False
        case = log.case[rows]
        first = np.flatnonzero(np.bincount(case, minlength=log.cases)[case] == 2)[::2]
        if len(first) < max(self.fewest, self.least * len(np.unique(case))):
            return False
        one, two = role.codes[rows[first]].astype(np.int64), role.codes[rows[first + 1]].astype(np.int64)
        turns = (one >= 0) & (two >= 0) & (one != two)
        most = np.unique(one[turns] * len(role.values) + two[turns], return_counts=True)[1]
        return bool(most.max(initial=0) >= self.most * len(first))

    def _apart(self, traces: Traces, rows: np.ndarray) -> bool:
        """Whether they stand at two places of the process, often in one case."""
        log, width = traces.log, len(traces.log.activities) + 1
        before, after = traces.before[rows] + 1, traces.after[rows] + 1
        way, of_row, many = np.unique(before.astype(np.int64) * width + after, return_inverse=True, return_counts=True)
        common = many >= max(self.rare * len(rows), 3)
        if many[common].sum() < self.most * len(rows):
            return False
        source, target = way // width, way % width + width
        joined = np.arange(2 * width)
        for a, b in zip(source[common].tolist(), target[common].tolist(), strict=True):
            joined[joined == joined[b]] = joined[a]
        group = np.where(common, joined[source], -1)[of_row]
        sizes = np.bincount(group[group >= 0])
        main = int(sizes.argmax())
        large = np.flatnonzero(sizes >= max(self.fewest, self.least * len(rows))).tolist()
        return any(self._in_turn(log.case[rows], group == main, group == other) for other in large if other != main)

    def _in_turn(self, case: np.ndarray, main: np.ndarray, other: np.ndarray) -> bool:
        """Whether the cases with the other group have the main one too, each once, one always before the other."""
        place = np.arange(len(case))
        cases = int(case.max()) + 1
        mains, others = (np.bincount(case[group], minlength=cases) for group in (main, other))
        both = (mains > 0) & (others > 0)
        if both.sum() < self.both * (others > 0).sum():
            return False
        once = both & (mains == 1) & (others == 1)
        first, second = (np.zeros(cases, dtype=np.int64) for _ in range(2))
        first[case[main]], second[case[other]] = place[main], place[other]
        earlier = (first < second)[once]
        return bool(once.sum() >= self.most * both.sum() and max(earlier.sum(), (~earlier).sum()) >= self.most * len(earlier))
