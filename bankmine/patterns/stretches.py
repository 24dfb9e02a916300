"""Stretches of internal rework, and whose first work led to them: what P07 and P30 share between them (docs/decisions/0003)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.patterns.p06_many_hands import returned_rows
from bankmine.process.definition import Kind, Party

MOST = 0.5


@dataclass(frozen=True, eq=False)
class Stretches:
    """Repeated work items that follow one another in a case, without the customer and not passed back and forth.

    `again` bool [items]: in a stretch; `of` int64 [items]: the stretch of those, by place; `first` int64 [stretches]: its first item;
    `activity` [stretches]: that item's, the step that the case was sent back to.
    """

    again: np.ndarray
    of: np.ndarray
    first: np.ndarray
    activity: np.ndarray

    @classmethod
    def found(cls, facts: Facts) -> "Stretches":
        items = facts.rework.items
        passed = np.zeros(len(items.row), dtype=bool)
        returned = returned_rows(facts)
        passed[items.of_row[np.concatenate([returned - 1, returned])]] = True
        customers = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY) | facts.of_kind(
            Kind.REQUEST_TO_CUSTOMER, Kind.OFFER, Kind.ENQUIRY, Kind.COMPLAINT, Kind.END
        )
        again = (
            (items.previous >= 0)
            & items.worked
            & ~items.customer_between
            & ~passed
            & ~customers[items.activity]
            & ~facts.customer_waits.inside[items.row]
        )
        begins = again.copy()
        begins[1:] &= ~(again[:-1] & (items.case[1:] == items.case[:-1]))
        first = np.flatnonzero(begins)
        return cls(again, np.cumsum(begins) - 1, first, items.activity[first])

    def items(self, which: np.ndarray) -> np.ndarray:
        """bool [items]: those of the stretches `which` bool [stretches]."""
        return self.again & which[self.of] if len(which) else self.again


@dataclass(frozen=True, eq=False)
class OnePersons:
    """Stretches that go back to one person's work, more than to the peers': `row` of the training needs, `stretches` bool [stretches]."""

    row: int
    stretches: np.ndarray


def one_persons(facts: Facts, stretches: Stretches) -> Iterator[OnePersons]:
    """The activities where one person's excess over the peers makes at least half of all stretches; in order of activity."""
    items, needs = facts.rework.items, facts.training
    author = items.resource[items.previous[stretches.first]]
    for row in np.flatnonzero(needs.needs_rework & (needs.person >= 0)).tolist():
        here = stretches.activity == needs.activity[row]
        mine = here & (author == needs.person[row])
        if mine.sum() * excess(facts, row) >= MOST * here.sum() and mine.any():
            yield OnePersons(row, mine)


def excess(facts: Facts, row: int) -> float:
    """The share of a person's items that came back which the peers' median would have spared."""
    needs = facts.training
    return 1 - float(needs.peers_came_back[row]) / float(needs.came_back[row])
