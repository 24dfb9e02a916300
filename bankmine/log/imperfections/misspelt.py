"""Distorted labels that only their place in the process gives away."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar

import numpy as np

from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.likeness import NUMBER, shown
from bankmine.log.quality import QualityFinding
from bankmine.words import Text


@dataclass(frozen=True)
class Misspelt(Detector):
    """Rare labels written nearly like a frequent one that stand exactly where that one stands, and not beside it.

    Rare: at most `rare` of the other's instances. Nearly: at least `shortest` signs, the same digits, at most `slips` signs other,
    missing, too many or exchanged; in Chinese one, or two exchanged (two others make another step). Where: at least
    `in_place` of the instances have a neighbour (before or after) that the other has in at least `usual` of its own. Not beside it: at
    most `met` of its cases have the other too, as those of a second check would.
    """

    code: ClassVar[str] = "LABEL_MISSPELT"

    rare: float = 0.05
    slips: int = 2
    shortest: int = 4
    in_place: float = 0.8
    usual: float = 0.05
    met: float = 0.34
    most_pairs: int = 200_000

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        if not traces.few_labels:
            return None
        found = [(wrong, right) for wrong, right in self._near(traces) if self._in_its_place(traces, wrong, right)]
        if not found:
            return None
        of = dict(reversed(found))  # the most frequent of those that it may mean
        rows = np.flatnonzero(np.isin(log.activity, list(of)))
        names = [f"{shown(log.activities[wrong])} ≈ {shown(log.activities[right])}" for wrong, right in sorted(of.items())[:3]]
        return traces.finding(
            self.code,
            rows,
            Text(
                zh=f"{len(rows)} 个环节实例的名称少见，写法近似另一名称且处在其位置上（可能是笔误）：{'、'.join(names)}；"
                "路径种类因此偏多，该环节的次数和等待偏少。建议合并。",
                en=f"{len(rows)} activity instances have a rare label written nearly like another one and standing in its place (perhaps "
                f"misspelt): {', '.join(names)}; there seem to be more paths than there are, and fewer instances and waits of that "
                "activity. Consider merging them.",
            ),
            role="activity",
        )

    def _near(self, traces: Traces) -> Iterator[tuple[int, int]]:
        """Rare labels with the frequent ones that are written alike, the most frequent first."""
        names, rows = traces.log.activities, traces.rows
        order = [label for label in np.argsort(-rows, kind="stable").tolist() if rows[label]]
        pairs = 0
        for wrong in order:
            for right in order:
                if rows[wrong] > self.rare * rows[right]:
                    break
                pairs += 1
                if pairs > self.most_pairs:
                    return
                if self._alike(names[wrong], names[right]):
                    yield wrong, right

    def _alike(self, a: str, b: str) -> bool:
        a, b = a.casefold(), b.casefold()
        if abs(len(a) - len(b)) > self.slips or min(len(a), len(b)) < self.shortest or NUMBER.findall(a) != NUMBER.findall(b):
            return False
        matcher = SequenceMatcher(None, a, b, autojunk=False)
        if (len(a) + len(b)) * (1 - matcher.quick_ratio()) > 2 * self.slips:
            return False
        slips = sum(max(i2 - i1, j2 - j1) for way, i1, i2, j1, j2 in matcher.get_opcodes() if way != "equal")
        return slips <= (self.slips if a.isascii() or sorted(a) == sorted(b) else 1)

    def _in_its_place(self, traces: Traces, wrong: int, right: int) -> bool:
        log = traces.log
        mine, theirs = log.activity == wrong, log.activity == right
        fits = np.zeros(int(mine.sum()), dtype=bool)
        for neighbour in (traces.before, traces.after):
            usual = np.bincount(neighbour[theirs] + 1, minlength=len(log.activities) + 1) >= self.usual * theirs.sum()
            fits |= usual[neighbour[mine] + 1]
        met = np.isin(np.unique(log.case[mine]), log.case[theirs]).mean()
        return bool(fits.mean() >= self.in_place and met <= self.met)
