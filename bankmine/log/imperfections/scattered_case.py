"""Scattered cases: one case under two ids."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import ClassVar

import numpy as np

from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.quality import QualityFinding
from bankmine.words import Text

DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class ScatteredCases(Detector):
    """Cases that go on under another id where one of them breaks off.

    The second begins with an activity with which less than `odd` of the cases begin, not before the first ends, and that activity
    follows the first one's last at least `seen` times elsewhere. Either their ids have the same number (the longest run of
    digits without leading zeros, at least `digits` long) and at most `sharing` ids have it; or the first ends with an
    activity with which less than `odd` of the cases end, amount and constant attributes are equal, and no other
    case fits either of the two (not asked where more than `most_alike` broken cases are equal).
    """

    code: ClassVar[str] = "SCATTERED_CASE"

    odd: float = 0.05
    seen: int = 3
    digits: int = 2
    sharing: int = 3
    constant: float = 0.9
    most_alike: int = 20

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        heads, tails = log.offsets[:-1], log.offsets[1:] - 1
        labels = len(log.activities)
        begins, ends = (np.bincount(log.activity[places], minlength=labels) < self.odd * log.cases for places in (heads, tails))
        odd_begin, odd_end = begins[log.activity[heads]], ends[log.activity[tails]]
        if not odd_begin.any():
            return None
        pairs = {*self._by_number(traces, odd_begin), *self._by_attributes(traces, odd_begin, odd_end)}
        second = np.array(sorted({b for _, b in pairs}), dtype=np.int64)
        if not len(second):
            return None
        return traces.finding(
            self.code,
            heads[second],
            Text(
                zh=f"{len(second)} 个案件从流程中途开始，且正好接续另一编号的案件（同一笔业务用了两个编号）；"
                "办理时长和等待因此偏短，案件数偏多，并显得有案件未办完。请统一编号。",
                en=f"{len(second)} cases begin in mid-process just where a case with another id breaks off (one case under two ids); "
                "durations and waits are too short, there seem to be more cases, and some that never end. Give them one id.",
            ),
            role="case",
            count=len(second),
        )

    def _goes_on(self, traces: Traces, a: int, b: int) -> bool:
        """Whether case b begins where case a ends."""
        log = traces.log
        last, first = log.offsets[a + 1] - 1, log.offsets[b]
        in_time = log.case_end[a] <= max(log.moment[first], log.began[first])
        return bool(in_time and traces.arcs[log.activity[last], log.activity[first]] >= self.seen)

    def _by_number(self, traces: Traces, odd_begin: np.ndarray) -> Iterator[tuple[int, int]]:
        groups: dict[str, list[int]] = defaultdict(list)
        for case, name in enumerate(traces.log.case_names):
            number = max((run.group() for run in DIGITS.finditer(name)), key=len, default="").lstrip("0")
            if len(number) >= self.digits or odd_begin[case]:
                groups[number].append(case)
        for number, cases in groups.items():
            if number and 1 < len(cases) <= self.sharing:
                yield from ((a, b) for a, b in permutations(cases, 2) if odd_begin[b] and self._goes_on(traces, a, b))

    def _by_attributes(self, traces: Traces, odd_begin: np.ndarray, odd_end: np.ndarray) -> list[tuple[int, int]]:
        log = traces.log
        if "amount" not in log.numbers:
            return []
        columns = traces.constant(self.constant)
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        fragments = np.flatnonzero(odd_begin | odd_end)
        for case, key in zip(
            fragments.tolist(), np.stack([codes[log.offsets[fragments]] for codes in columns], axis=1).tolist(), strict=True
        ):
            groups[tuple(key)].append(case)
        found = []
        for cases in groups.values():
            if len(cases) > self.most_alike:
                continue
            fits = [(a, b) for a, b in permutations(cases, 2) if odd_end[a] and odd_begin[b] and self._goes_on(traces, a, b)]
            if len(fits) == 1:
                found += fits
        return found
