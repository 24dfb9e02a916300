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
    def of(cls, log: EventLog, counts: "RoleCounts | None" = None) -> "Roles":
        """`counts`: those of the whole, where the log is a part of it."""
        counts = RoleCounts.of(log) if counts is None else counts
        column = log.attributes.get("role")
        if column is not None and counts.role_activity.any():
            of_resource = np.where(counts.by_role.any(axis=1), counts.by_role.argmax(axis=1), -1).astype(np.int32)
            by_person = np.append(of_resource, np.int32(-1))[log.resource]
            return cls(column.values, np.where(column.codes >= 0, column.codes, by_person).astype(np.int32), of_resource, True)
        names, of_resource = counts.shared_work(log.activities)
        return cls(names, np.append(of_resource, np.int32(-1))[log.resource], of_resource, False)


@dataclass(frozen=True, eq=False)
class RoleCounts:
    """How often two of role, person and activity stand together: int64 [resources, roles], [resources, activities], [roles, activities].

    Those of parts of a log are added.
    """

    by_role: np.ndarray
    by_activity: np.ndarray
    role_activity: np.ndarray

    @classmethod
    def of(cls, log: EventLog) -> "RoleCounts":
        column, people, activities = log.attributes.get("role"), len(log.resources), len(log.activities)
        roles, role = (0, np.full(len(log), -1)) if column is None else (len(column.values), column.codes)
        return cls(
            _table(log.resource, role, people, roles),
            _table(log.resource, log.activity, people, activities),
            _table(role, log.activity, roles, activities),
        )

    def shared_work(self, activities: tuple[str, ...]) -> tuple[tuple[str, ...], np.ndarray]:
        """Roles as people who share an activity, named after the one that they do most, and int32 [resources], the role of each."""
        counts, people = self.by_activity, len(self.by_activity)
        share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        person, own = np.nonzero((share >= OWN_SHARE) | (share == share.max(axis=1, keepdims=True)))
        number = np.arange(people)
        while True:  # each takes the least number among those with whom it shares an activity, until all of a role have the same
            least = np.full(len(activities), people)
            np.minimum.at(least, own, number[person])
            spread = number.copy()
            np.minimum.at(spread, person, least[own])
            if (spread == number).all():
                break
            number = spread
        heads, label = np.unique(number, return_inverse=True)
        groups = len(heads)
        done = np.zeros((groups, len(activities)), dtype=np.int64)
        np.add.at(done, label, counts)
        main = [activities[a] for a in done.argmax(axis=1).tolist()]
        order = sorted(range(groups), key=lambda g: main[g])
        rank = np.empty(groups, dtype=np.int32)
        rank[order] = np.arange(groups, dtype=np.int32)
        of_resource = rank[label].astype(np.int32) if people else np.zeros(0, dtype=np.int32)
        return tuple(main[g] for g in order), of_resource


def _table(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """int64 [rows, columns]: how often each pair of known codes occurs."""
    both = (row >= 0) & (column >= 0)
    key = row[both].astype(np.int64) * columns + column[both]
    return np.bincount(key, minlength=rows * columns).reshape(rows, columns)
