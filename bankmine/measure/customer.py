"""Customer waits: from a request or offer to the customer until the answer (definitions §1.12, rule 1)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.process.definition import Kind, Party, Understanding

ASKING = (Kind.REQUEST_TO_CUSTOMER, Kind.OFFER)
NOT_AN_ANSWER = (Kind.ENQUIRY, Kind.COMPLAINT, *ASKING)


def kinds(understanding: Understanding, *wanted: Kind) -> np.ndarray:
    """bool [activities]: the activity is of one of these kinds."""
    return np.array([meaning.kind in wanted for meaning in understanding.activities], dtype=bool)


def answers(understanding: Understanding) -> np.ndarray:
    """bool [activities]: the customer acts and it can be an answer."""
    return np.array(
        [
            meaning.kind not in NOT_AN_ANSWER and (meaning.kind is Kind.CUSTOMER_REPLY or meaning.party is Party.CUSTOMER)
            for meaning in understanding.activities
        ],
        dtype=bool,
    )


@dataclass(frozen=True, eq=False)
class CustomerWaits:
    """One row per time that a case waited for its customer; arrays [waits], in canonical order.

    `asked` int64: row of the first request or offer not yet answered; `answered` int64: row of the answer, -1 if none
    came; `duration` int64 microseconds from the asking to the answer's beginning, or to the case's last stamp.
    `inside` bool [instances]: the instance happened while an answer was awaited, the answer included.
    `known`: the log has both an asking and an answering activity.
    """

    asked: np.ndarray
    answered: np.ndarray
    duration: np.ndarray
    inside: np.ndarray
    known: bool

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding) -> "CustomerWaits":
        asks = kinds(understanding, *ASKING)[log.activity]
        replies = answers(understanding)[log.activity]
        rows = np.arange(len(log), dtype=np.int64)
        last = log.offsets[1:][log.case] - 1
        following = np.minimum.accumulate(np.where(replies, rows, len(log))[::-1])[::-1]
        after = np.append(following[1:], len(log))
        reply = np.where(after <= last, after, -1)
        asking = np.flatnonzero(asks)
        # Askings that share an answer (or share having none) are one wait, from the first of them on.
        target = np.where(reply[asking] >= 0, reply[asking], last[asking] + len(log))
        _, first = np.unique(target, return_index=True)
        asked = np.sort(asking[first])
        answered = reply[asked]
        until = np.where(answered >= 0, log.began[answered], log.case_end[log.case[asked]])
        depth = np.zeros(len(log) + 1, dtype=np.int32)
        np.add.at(depth, asked + 1, 1)
        np.add.at(depth, np.where(answered >= 0, answered, last[asked]) + 1, -1)
        inside = np.cumsum(depth[:-1]) > 0
        return cls(asked, answered, np.maximum(until - log.moment[asked], 0), inside, bool(asks.any() and replies.any()))
