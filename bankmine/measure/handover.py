"""Handovers between people and ping-pong (definitions §2.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.show.blocks import Block, KeyFigures
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Handovers(Shown):
    """Consecutive instances by different known people, and work that goes back and forth.

    `pairs`: consecutive instances of a case; `known`: those whose two people are known; `count`: those of them by
    different people. `ping_pong` int64: rows k with r[k] = r[k-2] != r[k-1]; `bounce`: rows k with a[k] = a[k-2] != a[k-1].
    `returned` int64: ping-pong within one activity, the work not moving on. Missing people never create a handover.
    """

    pairs: int
    known: int
    count: int
    cases: int
    ping_pong: np.ndarray
    bounce: np.ndarray
    returned: np.ndarray
    case_of: np.ndarray

    @classmethod
    def of(cls, log: EventLog) -> "Handovers":
        who, what = log.resource, log.activity
        same = log.case[1:] == log.case[:-1]
        known = same & (who[1:] >= 0) & (who[:-1] >= 0)
        changed = known & (who[1:] != who[:-1])
        back = np.zeros(len(log), dtype=bool)
        back[2:] = changed[1:] & changed[:-1] & (who[2:] == who[:-2])
        bounce = np.zeros(len(log), dtype=bool)
        bounce[2:] = same[1:] & same[:-1] & (what[2:] == what[:-2]) & (what[2:] != what[1:-1])
        within = np.zeros(len(log), dtype=bool)
        within[2:] = (what[2:] == what[1:-1]) & (what[2:] == what[:-2])
        return cls(
            int(same.sum()),
            int(known.sum()),
            int(changed.sum()),
            len(np.unique(log.case[1:][changed])),
            np.flatnonzero(back),
            np.flatnonzero(bounce),
            np.flatnonzero(back & within),
            log.case,
        )

    @property
    def ping_pong_cases(self) -> int:
        return len(np.unique(self.case_of[self.ping_pong]))

    @property
    def returned_cases(self) -> int:
        return len(np.unique(self.case_of[self.returned]))

    @property
    def bounce_cases(self) -> int:
        return len(np.unique(self.case_of[self.bounce]))

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "pairs": self.pairs,
                    "known": self.known,
                    "handovers": self.count,
                    "ping_pong": len(self.ping_pong),
                    "ping_pong_cases": self.ping_pong_cases,
                    "bounce": len(self.bounce),
                    "bounce_cases": self.bounce_cases,
                }
            ]
        )

    def blocks(self) -> list[Block]:
        return [
            KeyFigures(
                (
                    (Text(zh="交接次数", en="Handovers"), "count", self.count if self.known else None),
                    (Text(zh="占相邻环节", en="of consecutive activities"), "share", self.count / self.known if self.known else None),
                    (
                        Text(zh="同一环节内来回转手的案件", en="Cases passed back and forth at one activity"),
                        "count",
                        self.returned_cases if self.known else None,
                    ),
                )
            )
        ]
