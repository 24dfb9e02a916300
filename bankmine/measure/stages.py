"""The stages that a case goes through as its customer sees them, for any process definition and for logs without one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.customer import ASKING, CustomerWaits, answers, kinds
from bankmine.measure.enablement import case_begin
from bankmine.process.definition import Kind, Party, Understanding
from bankmine.stats.grouped import grouped_sum
from bankmine.stats.spread import Selected
from bankmine.words import Text

APPLY, HANDLE, DOCUMENTS, OFFER, COMPLETE, TERM = range(6)
NAMES = (
    Text(zh="申请", en="Apply"),
    Text(zh="银行办理", en="Bank handles"),
    Text(zh="补充资料", en="Supply documents"),
    Text(zh="报价与答复", en="Offer and answer"),
    Text(zh="办结", en="Complete"),
    Text(zh="合同期", en="Contract term"),
)
UNTIL = Text(zh="到“{name}”为止", en="Until {name}")
AFTER = Text(zh="“{name}”之后", en="After {name}")
CUSTOMERS_TURN = (APPLY, DOCUMENTS, OFFER)
MILESTONE_SHARE = 0.5  # an activity marks the way if at least this share of the cases take it
MOST_MILESTONES = 6


@dataclass(frozen=True, eq=False)
class Stages:
    """The stage of each row: `of_row` int64 [instances], into `names`; `gap` int64 [instances], microseconds from the row before it
    in its case (for a first row, from the case's beginning) to its own end, so that a case's gaps add up to its time so far.

    `turn`: whose turn each stage is, "customer", "bank" or None where nothing says it. `from_kinds`: the stages follow from who
    acts and what for: the customer applies until the bank's first act; the bank handles; from a request until its answer the
    customer supplies documents; from an offer until its answer, or at an answer that nobody had asked for, the customer decides; what the
    bank does after that, or after the case is decided, completes it; waits by contract stand alone. Where no customer is seen, the log's
    usual milestones part the way: the activities that at least half of the cases take, in the order in which they are usually
    first reached, six at most, evenly chosen; each stage but the first begins once its milestone is reached.
    """

    names: tuple[Text, ...]
    turn: tuple[str | None, ...]
    of_row: np.ndarray
    gap: np.ndarray
    from_kinds: bool

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, customer_waits: CustomerWaits) -> "Stages":
        turn = by_kind(log, understanding, customer_waits)
        return cls.known(log, turn, Course.of(log, turn).marks)

    @classmethod
    def known(cls, log: EventLog, turn: np.ndarray, marks: Sequence[int] | None) -> "Stages":
        """Where it is known by which milestones the way is parted (None: by who acts, `turn` of `by_kind`)."""
        before = np.concatenate([[0], log.moment[:-1]])
        before[log.offsets[:-1]] = case_begin(log)
        gap = np.maximum(log.moment - before, 0)
        if marks is None:
            turns = tuple("customer" if k in CUSTOMERS_TURN else None if k == TERM else "bank" for k in range(len(NAMES)))
            return cls(NAMES, turns, turn, gap, True)
        names = (UNTIL.format(name=log.activities[marks[0]]), *(AFTER.format(name=log.activities[a]) for a in marks))
        return cls(names, (None,) * len(names), _past(log, marks), gap, False)

    def per_case(self, log: EventLog, gap: np.ndarray | None = None) -> np.ndarray:
        """int64 [cases, stages]: how long each case was in each stage, microseconds; `gap` int64 [instances] counts instead, if given."""
        size = len(self.names)
        key = log.case.astype(np.int64) * size + self.of_row
        return grouped_sum(self.gap if gap is None else gap, key, log.cases * size).reshape(log.cases, size)

    def reached(self, log: EventLog) -> np.ndarray:
        """bool [cases, stages]: the case has a row in the stage."""
        seen = np.zeros((log.cases, len(self.names)), dtype=bool)
        seen[log.case, self.of_row] = True
        return seen


@dataclass(frozen=True, eq=False)
class Course:
    """What parts the way of all cases, counted by case: whether a customer's turn is seen and, where it is not, how far along its case
    each activity is first reached (0-1; by activity, of the cases that take it).
    """

    customers: bool
    cases: int
    places: Selected

    @classmethod
    def of(cls, log: EventLog, turn: np.ndarray) -> "Course":
        """`turn`: of `by_kind`."""
        if np.isin(turn, CUSTOMERS_TURN).any():
            return cls(True, log.cases, Selected.all(_NONE, _NONE))
        size = len(log.activities)
        pairs, first = np.unique(log.case.astype(np.int64) * size + log.activity, return_index=True)
        case = log.case[first]
        place = (first - log.offsets[case]) / np.maximum(np.diff(log.offsets)[case] - 1, 1)
        return cls(False, log.cases, Selected.all(pairs % size, place))

    @classmethod
    def merge(cls, parts: Iterable["Course"]) -> "Course":
        several = list(parts)
        return cls(
            any(part.customers for part in several), sum(part.cases for part in several), Selected.merge(part.places for part in several)
        )

    @property
    def marks(self) -> tuple[int, ...] | None:
        """The activities that part the way, in their order; None where a customer's turn is seen."""
        if self.customers:
            return None
        taken = self.places.figures((0.5,))
        usual = np.flatnonzero(taken.count >= MILESTONE_SHARE * self.cases)
        if not len(usual):
            usual = np.array([int(taken.count.argmax())])
        ordered = usual[np.lexsort((usual, taken.quantiles[0][usual]))]
        picked = np.unique(np.round(np.linspace(0, len(ordered) - 1, min(MOST_MILESTONES, len(ordered)))).astype(np.int64))
        return tuple(taken.key[ordered[picked]].tolist())


_NONE = np.zeros(0, dtype=np.int64)


def by_kind(log: EventLog, understanding: Understanding, waits: CustomerWaits) -> np.ndarray:
    """int64 [instances]: the stage as it follows from who acts and what for."""
    parties = np.array([meaning.party is Party.CUSTOMER for meaning in understanding.activities], dtype=bool)
    ends = np.array([meaning.outcome is not None for meaning in understanding.activities], dtype=bool)
    customer, closing = parties[log.activity], ends[log.activity]
    asking_kind = kinds(understanding, Kind.OFFER)[log.activity]
    asking = kinds(understanding, *ASKING)[log.activity]
    rows = np.arange(len(log), dtype=np.int64)
    first = log.offsets[log.case]
    # While an answer is awaited, the last thing asked says for what.
    asked = np.maximum.accumulate(np.where(asking, rows, -1))
    asked_before = np.concatenate([[-1], asked[:-1]])
    for_offer = (asked_before >= first) & asking_kind[asked_before]
    acted = _before(log, ~customer)
    unasked = answers(understanding)[log.activity] & ~waits.inside & acted & ~closing
    volunteered = unasked & _after(log, unasked)  # the last such answer decides; what came before it was brought along the way
    unasked &= ~volunteered
    decided = _before(log, asking_kind | closing | unasked)
    stage = np.where(decided, COMPLETE, HANDLE)
    stage[customer & ~acted] = APPLY
    stage[unasked], stage[volunteered] = OFFER, DOCUMENTS
    stage[waits.inside] = np.where(for_offer, OFFER, DOCUMENTS)[waits.inside]
    stage[kinds(understanding, Kind.CONTRACTUAL_WAIT)[log.activity]] = TERM
    return stage


def _before(log: EventLog, what: np.ndarray) -> np.ndarray:
    """bool [instances]: an earlier row of the case is one of `what`."""
    seen = np.concatenate([[0], np.cumsum(what)])
    rows = np.arange(len(log))
    return seen[rows] > seen[log.offsets[log.case]]


def _after(log: EventLog, what: np.ndarray) -> np.ndarray:
    """bool [instances]: a later row of the case is one of `what`."""
    seen = np.concatenate([[0], np.cumsum(what)])
    return seen[log.offsets[log.case + 1]] > seen[1:]


def _past(log: EventLog, marks: Sequence[int]) -> np.ndarray:
    """int64 [instances]: how many milestones, the last one reached included, each row's case had behind it."""
    number = np.full(len(log.activities), -1, dtype=np.int64)
    number[list(marks)] = np.arange(len(marks))
    # Once a milestone is reached the case is past it; a running maximum inside each case, the cases kept apart by an offset.
    apart = log.case.astype(np.int64) * (len(marks) + 1)
    past = np.maximum.accumulate(apart + number[log.activity] + 1) - apart
    already = np.concatenate([[0], past[:-1]])
    already[log.offsets[:-1]] = 0
    return already
