"""Roles: which people do the same kind of work, and which role each instance was done in."""

from dataclasses import dataclass

import numpy as np

from bankmine.log.eventlog import EventLog

OWN_SHARE = 0.1  # an activity is part of a person's job from this share of the person's rows on


@dataclass(frozen=True, eq=False)
class Roles:
    """`of_instance` int32 [instances], `of_resource` int32 [resources], into `names` (-1: unknown).

    `given`: the log has a role column; a person's role is then the most frequent one of the person's rows. Without the
    column, people who share an activity that is at least a tenth of the work of each form one role, named after the
    activity that they do most.
    """

    names: tuple[str, ...]
    of_instance: np.ndarray
    of_resource: np.ndarray
    given: bool

    @classmethod
    def of(cls, log: EventLog) -> "Roles":
        column = log.attributes.get("role")
        if column is not None and (column.codes >= 0).any():
            counts = _table(log.resource, column.codes, len(log.resources), len(column.values))
            of_resource = np.where(counts.any(axis=1), counts.argmax(axis=1), -1).astype(np.int32)
            by_person = np.append(of_resource, np.int32(-1))[log.resource]
            return cls(column.values, np.where(column.codes >= 0, column.codes, by_person).astype(np.int32), of_resource, True)
        return cls._by_activity(log)

    @classmethod
    def _by_activity(cls, log: EventLog) -> "Roles":
        people = len(log.resources)
        counts = _table(log.resource, log.activity, people, len(log.activities))
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        person, own = np.nonzero((share >= OWN_SHARE) | (share == share.max(axis=1, keepdims=True)))
        number = np.arange(people)
        while True:  # each takes the least number among those with whom it shares an activity, until all of a role have the same
            least = np.full(len(log.activities), people)
            np.minimum.at(least, own, number[person])
            spread = number.copy()
            np.minimum.at(spread, person, least[own])
            if (spread == number).all():
                break
            number = spread
        heads, label = np.unique(number, return_inverse=True)
        groups = len(heads)
        done = np.zeros((groups, len(log.activities)), dtype=np.int64)
        np.add.at(done, label, counts)
        main = [log.activities[a] for a in done.argmax(axis=1).tolist()]
        order = sorted(range(groups), key=lambda g: main[g])
        rank = np.empty(groups, dtype=np.int32)
        rank[order] = np.arange(groups, dtype=np.int32)
        of_resource = rank[label].astype(np.int32) if people else np.zeros(0, dtype=np.int32)
        return cls(tuple(main[g] for g in order), np.append(of_resource, np.int32(-1))[log.resource], of_resource, False)


def _table(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """int64 [rows, columns]: how often each pair of known codes occurs."""
    both = (row >= 0) & (column >= 0)
    key = row[both].astype(np.int64) * columns + column[both]
    return np.bincount(key, minlength=rows * columns).reshape(rows, columns)
