"""Steps that a case could do without: what comes of them, and whose hours they are (docs/decisions/0003)."""

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.routes import next_staffed
from bankmine.process.definition import Kind, Outcome
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson

CERTAIN = 0.01  # a step that changes less than this changes nothing


def changes(facts: Facts, rows: np.ndarray) -> np.ndarray:
    """bool [rows]: what comes next in the case, systems' steps aside, is its rejection or a request to the customer, or the case goes
    back to work that it had had before.
    """
    outcome = np.array([m.outcome in (Outcome.DECLINED, Outcome.CANCELLED) for m in facts.understanding.activities], dtype=bool)
    turning = outcome | facts.of_kind(Kind.REQUEST_TO_CUSTOMER)
    again = facts.rework.items.previous[facts.rework.items.of_row] >= 0
    after = next_staffed(facts)[rows]
    return (after >= 0) & (turning[facts.activity[after]] | again[after])


def never_changes(facts: Facts, rows: np.ndarray, most: float = CERTAIN) -> bool:
    """Whether surely at most that share of the rows changed anything (upper end of the Wilson interval)."""
    return len(rows) > 0 and wilson(int(changes(facts, rows).sum()), len(rows))[1] <= most


def second_approvals(facts: Facts) -> dict[int, np.ndarray]:
    """By activity: rows of approvals that come right after another approval of the case, systems' steps aside; int64, ascending."""
    approval = facts.of_kind(Kind.APPROVAL)[facts.activity]
    one = np.flatnonzero(approval)
    after = next_staffed(facts)[one]
    pair = (after >= 0) & approval[after] & (facts.activity[one] != facts.activity[after])
    rows = np.sort(after[pair])
    return {activity: rows[facts.activity[rows] == activity] for activity in distinct(facts.activity[rows]).tolist()}


def needless(facts: Facts) -> np.ndarray:
    """bool [activities]: checks that no rule asks for, second approvals and mechanical copying that change nothing.

    Their waits end with them, so that no other pattern may claim that they can be shortened.
    """
    result = np.zeros(len(facts.names), dtype=bool)
    for activity in np.flatnonzero(facts.of_kind(Kind.CHECK)).tolist():
        result[activity] = never_changes(facts, np.flatnonzero(facts.activity == activity))
    for activity, rows in second_approvals(facts).items():
        result[activity] = never_changes(facts, rows)
    result[mechanical(facts)] = True
    return result


def mechanical(facts: Facts, most_minutes: float = 15.0, spread: float = 2.0) -> list[int]:
    """Activities of the bank's people that always take the same short time and never change anything: what a system could do.

    The time: median at most `most_minutes`, its 90 % quantile at most `spread` times its 10 % quantile. Not: whatever checks, decides,
    speaks with customers, or ends the case.
    """
    meanings, found = facts.understanding.activities, []
    for activity in np.flatnonzero(facts.by_staff & facts.of_kind(Kind.WORK, Kind.ENTRY)).tolist():
        step = meanings[activity].step
        rows = np.flatnonzero((facts.activity == activity) & (facts.work > 0) & ~facts.causes.starts.estimated)
        if meanings[activity].outcome is not None or (step is not None and step.mandatory) or len(rows) < 30:
            continue
        low, median, high = np.quantile(facts.work[rows] / SECOND, (0.1, 0.5, 0.9)).tolist()
        if median <= most_minutes * 60 and high <= spread * low and never_changes(facts, rows):
            found.append(activity)
    return found
