"""Elusive cases: an id that stands for no one case."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.quality import QualityFinding
from bankmine.words import Text


@dataclass(frozen=True)
class ElusiveCases(Detector):
    """Case ids that gather several cases: a placeholder ("unknown", "0"), or the number of a customer or a branch.

    Some activities happen once in a case: those that `usual` of all cases have, at least `once` of them a single time. A case is
    elusive where at least `several` of these occur again, and at least `repeated` of those that it has, and where an attribute that
    has one value in `constant` of the cases has several in it; where the log has no such attribute, each must occur three times on
    average.
    """

    code: ClassVar[str] = "ELUSIVE_CASE"

    usual: float = 0.3
    once: float = 0.9
    several: int = 2
    repeated: float = 0.5
    constant: float = 0.9

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        case, activity, times = traces.occurrences
        having = np.bincount(activity, minlength=len(log.activities))
        single = np.bincount(activity[times == 1], minlength=len(log.activities))
        once = (having >= self.usual * log.cases) & (single >= self.once * having)
        of_once = once[activity]
        has = np.bincount(case[of_once], minlength=log.cases)
        again = np.bincount(case[of_once & (times > 1)], minlength=log.cases)
        total = np.bincount(case[of_once], weights=times[of_once], minlength=log.cases)
        elusive = (again >= self.several) & (again >= self.repeated * has)
        if not elusive.any():
            return None
        constants = traces.constant(self.constant)
        elusive &= np.any([traces.varies(codes) for codes in constants], axis=0) if constants else total >= 3 * has
        cases = np.flatnonzero(elusive)
        if not len(cases):
            return None
        events = int(np.diff(log.offsets)[cases].sum())
        return traces.finding(
            self.code,
            log.offsets[cases],
            Text(
                zh=f"{len(cases)} 个案件编号下混有多笔业务（占位编号，或客户号、网点号），共 {events} 个环节实例；"
                "其时长、等待和返工没有意义，会被严重高估。请补上真实编号，或用 --where 排除。",
                en=f"{len(cases)} case ids hold several cases each (a placeholder, or the number of a customer or a branch), "
                f"{events} activity instances in all; their durations, waits and rework mean nothing and are badly overstated. "
                "Supply the true ids, or leave them out.",
            ),
            role="case",
            count=len(cases),
        )
