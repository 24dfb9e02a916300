"""Synonymous labels: several labels for one step."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.likeness import NEGATIVE, NUMBER, shown
from bankmine.log.quality import QualityFinding
from bankmine.words import Text

ALTERNATIVES = ("product", "segment", "channel")  # by which a bank sends cases different ways
STEP_BY = ("role",)


@dataclass(frozen=True)
class Synonyms(Detector):
    """Pairs of labels that take each other's place: between the same neighbours, done by the same people, in no case together.

    Labels with at least `fewest` instances, together at most in `met` of the cases of the rarer one. Before and after them stand the
    same activities: the neighbours' shares overlap by at least `alike`. They are alternatives, not synonyms, where one says no and
    the other does not, where their numbers differ, where work takes more than `times` as long (medians), or where the roles,
    products, customer segments, channels (overlap of shares under `alike`) or amounts (medians by more than `times`) differ; a
    branch may well have words of its own.
    """

    code: ClassVar[str] = "LABEL_SYNONYM"

    fewest: int = 20
    met: float = 0.1
    alike: float = 0.7
    times: float = 1.5

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        if not traces.few_labels:
            return None
        labels = np.flatnonzero(traces.rows >= self.fewest)
        if len(labels) < 2:
            return None
        before, after = (self._shares(codes + 1, len(log.activities) + 1, log.activity, traces) for codes in (traces.before, traces.after))
        pairs = [
            (int(a), int(b))
            for place, a in enumerate(labels)
            for b in labels[place + 1 :]
            if overlap(before[a], before[b]) >= self.alike and overlap(after[a], after[b]) >= self.alike
        ]
        pairs = [pair for pair in pairs if self._one_step(traces, *pair)]
        if not pairs:
            return None
        rarer = sorted({min(pair, key=lambda label: (traces.rows[label], -label)) for pair in pairs})
        names = [f"{shown(log.activities[a])} ≈ {shown(log.activities[b])}" for a, b in pairs[:3]]
        return traces.finding(
            self.code,
            np.flatnonzero(np.isin(log.activity, rarer)),
            Text(
                zh=f"{len(pairs)} 对环节名称从不同案出现，前后环节、岗位和时长都相同，可能是同义名称：{'、'.join(names)}；"
                "同一环节因此被分成两个，路径偏多，其等待和返工被低估。建议合并。",
                en=f"{len(pairs)} pairs of labels never meet in a case and have the same neighbours, roles and durations, perhaps "
                f"synonyms: {', '.join(names)}; one step is split in two: more paths, its waits and rework understated. Consider "
                "merging them.",
            ),
            role="activity",
            count=len(pairs),
        )

    def _shares(self, codes: np.ndarray, width: int, activity: np.ndarray, traces: Traces) -> np.ndarray:
        """float64 [activities, width]: how often each code stands with each activity."""
        counts = np.bincount(activity * np.int64(width) + codes, minlength=len(traces.rows) * width).reshape(-1, width)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    def _one_step(self, traces: Traces, a: int, b: int) -> bool:
        """Whether nothing speaks for two steps."""
        log, names = traces.log, traces.log.activities
        if bool(NEGATIVE.search(names[a])) != bool(NEGATIVE.search(names[b])) or NUMBER.findall(names[a]) != NUMBER.findall(names[b]):
            return False
        mine, theirs = np.flatnonzero(log.activity == a), np.flatnonzero(log.activity == b)
        cases = [np.unique(log.case[rows]) for rows in (mine, theirs)]
        if len(np.intersect1d(*cases, assume_unique=True)) > self.met * min(map(len, cases)):
            return False
        for name in (*STEP_BY, *ALTERNATIVES):
            column = log.attributes.get(name)
            if column is not None:
                shares = [np.bincount(column.codes[rows] + 1, minlength=len(column.values) + 1) / len(rows) for rows in (mine, theirs)]
                if overlap(*shares) < self.alike:
                    return False
        measured = [np.where(log.start_known & (log.end != UNKNOWN_TIME), log.moment - log.began, np.nan).astype(np.float64)]
        measured += [log.numbers["amount"]] if "amount" in log.numbers else []
        return all(self._near(figures[mine], figures[theirs]) for figures in measured)

    def _near(self, a: np.ndarray, b: np.ndarray) -> bool:
        """Whether the medians are alike; unknown ones do not speak against it."""
        if np.isnan(a).all() or np.isnan(b).all():
            return True
        low, high = sorted((float(np.nanmedian(a)), float(np.nanmedian(b))))
        return high <= self.times * max(low, 0.0) or high == low


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """What two distributions have in common, 0-1."""
    return float(np.minimum(a, b).sum())
