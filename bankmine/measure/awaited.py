"""When an instance's case waited for its customer: what the causes of its wait need to know of its case (definitions §1.12)."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.customer import ASKING, CustomerWaits, answers, kinds
from bankmine.measure.enablement import Enablement
from bankmine.process.definition import Understanding

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Awaited:
    """`answer` int64 [instances], UTC microseconds: until when the wait is for the customer who was asked; the enablement where nobody
    was, NEVER where no answer came.

    Arrays [stretches], in order of `row` int64, the instance: `begin` < `end` int64 UTC microseconds, in which its case waited for an
    answer while the instance waited too.
    """

    answer: np.ndarray
    row: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, understanding: Understanding, customer: CustomerWaits) -> "Awaited":
        """A wait that a request or offer made possible lasts until the customer's next answer; where none came it is all the customer's.
        Without any activity known as an answer nothing is: then it stays unexplained.
        """
        answer = enablement.enabled.copy()
        if not customer.known:
            none = answer[:0]
            return cls(answer, none, none, none)
        enabler = enablement.enabler
        row = np.flatnonzero((enabler >= 0) & kinds(understanding, *ASKING)[log.activity[enabler]])
        reply = np.flatnonzero(answers(understanding)[log.activity])
        found = np.append(reply, -1)[np.searchsorted(reply, enabler[row], side="right")]
        answered = (found >= 0) & (log.case[found] == log.case[row])
        answer[row] = np.where(answered, log.began[found], NEVER)

        waiting = np.flatnonzero(enablement.wait > 0)
        case = log.case[customer.asked]  # in canonical order; the waits of one case do not overlap
        first, last = np.searchsorted(case, log.case[waiting]), np.searchsorted(case, log.case[waiting], side="right")
        count = last - first
        which = np.repeat(waiting, count)
        window = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
        asked = log.moment[customer.asked[window]]
        begin, end = np.maximum(enablement.enabled[which], asked), np.minimum(log.began[which], asked + customer.duration[window])
        meets = begin < end
        return cls(answer, which[meets], begin[meets], end[meets])
