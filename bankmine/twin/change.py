"""A change to an office, as data: what the twin plays (definitions §3.3, §3.4)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.errors import UsageError
from bankmine.facts import Facts
from bankmine.twin.office import Office
from bankmine.words import Text


class Change(ABC):
    """One change; several are played together, in the order in which they are given."""

    last: ClassVar[bool] = False  # is about all cases, those that other changes made too

    @abstractmethod
    def apply(self, office: Office, facts: Facts) -> Office:
        """The office with the change. Raises UsageError CHANGE_VALUE where it makes no sense for this office."""

    @abstractmethod
    def said(self, office: Office) -> Text:
        """The change in a few words."""

    def steps(self, office: Office) -> np.ndarray:
        """bool [activities]: whose waits it changes; the forecast is as good as the twin foretells these. All that are queued for, unless
        a change says otherwise.
        """
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[office.queued]] = True
        return found

    def bounds(self) -> tuple["Change", ...]:
        """The same change at the ends of what the log does not show; the forecast's interval covers them."""
        return ()


@dataclass(frozen=True, slots=True)
class OfRole(Change):
    role: int

    def steps(self, office: Office) -> np.ndarray:
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[office.role == self.role]] = True
        return found


@dataclass(frozen=True, slots=True)
class OfStep(Change):
    activity: int

    def steps(self, office: Office) -> np.ndarray:
        return np.arange(len(office.names)) == self.activity


@dataclass(frozen=True, eq=False, slots=True)
class OfRows(Change):
    """`rows` int64, ascending: instances of the log."""

    rows: np.ndarray

    def steps(self, office: Office) -> np.ndarray:
        found = np.zeros(len(office.names), dtype=bool)
        found[office.activity[self._mine(office)]] = True
        return found

    def _mine(self, office: Office) -> np.ndarray:
        return np.isin(office.row, self.rows)

    def _names(self, office: Office) -> Text:
        names = [office.names[k] for k in np.flatnonzero(self.steps(office)).tolist()]
        return Text(zh="、".join(f"「{name}」" for name in names), en=", ".join(f"“{name}”" for name in names))


def applied(changes: Sequence[Change], office: Office, facts: Facts) -> Office:
    """The office with all of the changes. Another demand comes last: the others are about the log's own cases.

    Raises UsageError CHANGE_VALUE for more than one demand.
    """
    if sum(change.last for change in changes) > 1:
        raise nonsense(Text(zh="只能给出一个业务量", en="only one demand can be given"))
    for change in sorted(changes, key=lambda each: each.last):
        office = change.apply(office, facts)
    return office


def evenly(size: int) -> np.ndarray:
    """float64 [size] in 0-1 that fill it evenly, and so does each part of them: multiples of the golden ratio modulo 1."""
    return np.arange(1, size + 1) * (5**0.5 - 1) / 2 % 1


def nonsense(what: Text) -> UsageError:
    """The refusal of a change that makes no sense."""
    return UsageError("CHANGE_VALUE", what, Text(zh="请改用合理的数值", en="give a value that can be"))
