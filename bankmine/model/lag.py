"""Detection lag: how long what was missing or late stayed so until it was done after all (definitions §3.4 P23)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME
from bankmine.model.judge import Judged, Verdict
from bankmine.stats.survival import Survival

CONFIDENCE = 0.90  # as of all intervals beside it


@dataclass(frozen=True)
class Lag:
    """Calendar seconds from the breach to its correction: `median_s` with `low_s`, `high_s` (90 %), each None where it is not reached.

    `breaches`, and how many of them were `corrected`; the others are censored at "now".
    """

    median_s: float | None
    low_s: float | None
    high_s: float | None
    breaches: int
    corrected: int

    @classmethod
    def of(cls, judged: Judged, as_of: int) -> "Lag | None":
        """Kaplan-Meier over the cases in violation; None without one, and for rules that nothing done later puts right."""
        violated = judged.verdict == Verdict.VIOLATED
        if judged.breached is None or judged.corrected is None or not violated.any():
            return None
        done = judged.corrected[violated]
        until = np.where(done == UNKNOWN_TIME, as_of, done)
        # A correction after "now" is not seen yet. Days end a microsecond before midnight; a lag need not show it.
        seen = (done != UNKNOWN_TIME) & (done <= as_of)
        length = np.round(np.maximum(np.minimum(until, as_of) - judged.breached[violated], 0) / SECOND, 3)
        return cls(*Survival.of(length, seen, confidence=CONFIDENCE).quantile(), int(violated.sum()), int(seen.sum()))
