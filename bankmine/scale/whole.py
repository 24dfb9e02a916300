"""A whole that lies in parts: what is wanted of it, what a part has to know of it, and what is told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import polars as pl

from bankmine.log.eventlog import EventLog
from bankmine.measure.answers import Answers
from bankmine.measure.batches import Rule
from bankmine.measure.business import CalendarUsed
from bankmine.measure.by_cause import WaitByCause
from bankmine.measure.cycle import CycleTime
from bankmine.measure.discovered import Discovered
from bankmine.measure.duty import Duty
from bankmine.measure.rework import Rework
from bankmine.measure.roles import RoleCounts, Roles
from bankmine.measure.survey import Joined
from bankmine.measure.waiting import WaitingTime
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.variants import Variants
from bankmine.process.definition import Understanding
from bankmine.scale.frames import Names
from bankmine.settings import Calendar

Found = TypeVar("Found")


class Parts(Protocol):
    """A log in parts, on whatever machine: each part a frame."""

    def each(self, kernel: Callable[[pl.DataFrame], Found]) -> list[Found]:
        """What the kernel finds in every part."""
        ...

    def divided(
        self, kernel: Callable[[pl.DataFrame], tuple[pl.DataFrame, Found]], schema: dict[str, Any], parts: int
    ) -> "tuple[Parts, list[Found]]":
        """The rows that the kernel makes of every part, by their number `to` in other parts; and what it finds."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What the whole is to be: how labels are understood, `as_of`, which hours hold, in how many parts people are held, how many rows
    a part may have at most (None: any number), and what customers answered.
    """

    understand: Callable[[tuple[str, ...], Any], Understanding]
    as_of: int | None
    calendar: Calendar
    parts_by_person: int
    most: int | None = None
    answers: Answers | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """The complete set of a log in parts: what `Analysis` has under these names, the same to the last bit; and what its survey rests on."""

    understanding: Understanding
    dfg: DirectlyFollowsGraph
    variants: Variants
    cycle_time: CycleTime
    waiting: WaitingTime
    waiting_by_arc: WaitingTime
    waiting_by_cause: WaitByCause
    arcs_by_cause: WaitByCause
    rework: Rework
    duty: Duty
    calendar: CalendarUsed
    events: int
    instances: int
    items: int
    first: int
    last: int
    as_of: int
    joined: Joined | None = None


@dataclass(frozen=True, eq=False)
class Whole:
    """What a part has to know of the whole, as far as it is known."""

    names: Names
    understanding: Understanding
    concurrent: np.ndarray
    counts: RoleCounts
    calendar: Calendar
    span: tuple[int, int]
    now: int
    gaps: np.ndarray
    pauses: np.ndarray
    to: np.ndarray
    found: Discovered | None = None
    quiet: tuple[np.ndarray, float] | None = None
    rules: dict[int, Rule] | None = None
    answers: Answers | None = None
    marks: tuple[int, ...] | None = None

    def duty(self, log: EventLog) -> Duty:
        """The calendars of a part's instances."""
        return Duty.of(log, Roles.of(log, self.counts), self.understanding, self.calendar, self.span, self.found)
