"""Lifecycle transitions into sessions and work items (definitions §2.2).

A session runs from START (or RESUME) to COMPLETE (or SUSPEND); a COMPLETE without a START is a session of its own, whose
start is unknown; a START without a COMPLETE is one that is still open. Within one activity of one case (and one instance
id, where there is one) the earliest open START is completed first; where several are open at once, one of the same
resource is preferred. A suspension splits the work into two sessions of one work item: the time between is waiting, not
work. SCHEDULE, ASSIGN and the like are no work; WITHDRAW and the ABORTs end what is open and are otherwise no work.
"""

from dataclasses import dataclass

import numpy as np

from bankmine.log.transitions import Transition


@dataclass(frozen=True, eq=False)
class Sessions:
    """Which rows make up each session; all arrays [sessions] except `waiting`.

    `opening`, `closing` int64: the row that starts and the row that ends it, -1 = none. `item` int64: equal for the
    sessions of one work item. `orphan` bool: one of the two is missing although the activity is elsewhere recorded with
    both. `waiting` int64 [waiting items]: the SCHEDULE row of each work item that has no session.
    """

    opening: np.ndarray
    closing: np.ndarray
    item: np.ndarray
    orphan: np.ndarray
    waiting: np.ndarray
    items_known: bool


def pair(
    case: np.ndarray,
    activity: np.ndarray,
    time: np.ndarray,
    transition: np.ndarray,
    resource: np.ndarray | None = None,
    instance: np.ndarray | None = None,
) -> Sessions:
    """Sessions and work items of rows given in file order.

    `case`, `activity`, `resource`, `instance` are integer codes [rows] (-1 = missing resource or instance), `time` int64
    microseconds, `transition` as in Transition. Rows need no order; equal times are taken in the order schedule, start,
    end and then as in the file. Where `instance` is given it keeps pairs apart and is the work item; else the work item is
    what lies between two SCHEDULE rows of the activity, or, for an activity that is never scheduled, one START with its resumptions.
    """
    rows = len(case)
    thread = grouped(case, activity) if instance is None else grouped(case, activity, instance)
    order = np.lexsort((np.arange(rows), transition, time, thread))
    thread, kind = thread[order], transition[order]
    opens = (kind == Transition.OPEN) | (kind == Transition.RESUME)
    closes = (kind == Transition.SUSPEND) | (kind == Transition.COMPLETE) | (kind == Transition.ABORT)

    queue = Queue.of(thread, opens, closes)
    partner = np.full(rows, -1, dtype=np.int64)  # of a closing row: its opening row; both as places in `order`
    if resource is not None:
        match(partner, opens, closes & ~queue.alone, grouped(queue.period, resource[order]))
    match(partner, opens, closes & ~queue.alone, queue.period)

    closing = np.flatnonzero(closes & ((partner >= 0) | (kind != Transition.ABORT)))
    opened = np.zeros(rows, dtype=bool)
    opened[partner[partner >= 0]] = True
    still_open = np.flatnonzero(opens & ~opened)
    ends = np.concatenate([closing, np.full(len(still_open), -1, dtype=np.int64)])
    begins = np.concatenate([partner[closing], still_open])

    both_known = np.zeros(int(activity.max(initial=-1)) + 1, dtype=bool)
    both_known[activity[order][opens]] = True
    place = np.where(begins >= 0, begins, ends)
    item = work_items(thread, kind, activity[order], queue.alone, named=None if instance is None else instance[order] >= 0)
    scheduled = np.flatnonzero(kind == Transition.SCHEDULE)
    idle = scheduled[~np.isin(item[scheduled], item[place])]
    return Sessions(
        opening=np.where(begins >= 0, order[begins], -1),
        closing=np.where(ends >= 0, order[ends], -1),
        item=item[place],
        orphan=((begins < 0) & both_known[activity[order][place]]) | (ends < 0),
        waiting=order[idle[np.unique(item[idle], return_index=True)[1]]],
        items_known=len(scheduled) > 0 or (instance is not None and bool((instance >= 0).any())),
    )


@dataclass(frozen=True, eq=False)
class Queue:
    """The open starts of each thread as rows go by.

    `alone` bool: a closing row that finds nothing open. `period` int64: the number of the stretch from the moment the
    thread has nothing open until it has nothing open again; pairs never cross from one to the next.
    """

    alone: np.ndarray
    period: np.ndarray

    @classmethod
    def of(cls, thread: np.ndarray, opens: np.ndarray, closes: np.ndarray) -> "Queue":
        """Rows stand in order of thread and time. Linear: a reflected walk by running minima, all threads at once."""
        rows = len(thread)
        walk = np.cumsum(opens.astype(np.int64) - closes)
        first = np.ones(rows, dtype=bool)
        first[1:] = thread[1:] != thread[:-1]
        starts = np.flatnonzero(first)
        length = np.diff(np.append(starts, rows))
        base = np.repeat(np.concatenate([[0], walk[starts[1:] - 1]]) if rows else starts, length)
        local = walk - base
        # Each thread is put far below the one before it, so that one running minimum serves all of them.
        depth = np.repeat(np.arange(len(starts), dtype=np.int64), length) * (2 * rows + 2)
        lowest = np.minimum(np.minimum.accumulate(local - depth) + depth, 0)
        before = np.zeros(rows, dtype=np.int64)
        before[1:] = np.where(first[1:], 0, lowest[:-1])
        alone = closes & (lowest < before)
        empty_after = local == lowest
        begins = first.copy()
        begins[1:] |= empty_after[:-1]
        return cls(alone, np.cumsum(begins, dtype=np.int64) - 1)


def match(partner: np.ndarray, opens: np.ndarray, closes: np.ndarray, group: np.ndarray) -> None:
    """Joins, within each group, the first unmatched opening to the first unmatched closing after it, and so on.

    Fills `partner` at the closing rows. Groups in which an opening would come after its closing leave that closing to a later call.
    """
    taken = np.zeros(len(partner), dtype=bool)
    taken[partner[partner >= 0]] = True
    opening, closing = np.flatnonzero(opens & ~taken), np.flatnonzero(closes & (partner < 0))
    if not len(opening) or not len(closing):
        return
    # A reflected walk over the remaining rows of each group drops the closings that find nothing open in it.
    rows = np.concatenate([opening, closing])
    order = np.lexsort((rows, group[rows]))
    rows = rows[order]
    is_open = opens[rows]
    walk = Queue.of(group[rows], is_open, ~is_open)
    opening, closing = rows[is_open], rows[~is_open & ~walk.alone]
    rank_open, rank_close = rank_within(group[opening]), rank_within(group[closing])
    width = len(rows) + 1
    open_key = dense(group[opening], group[rows]) * width + rank_open
    close_key = dense(group[closing], group[rows]) * width + rank_close
    at = np.searchsorted(open_key, close_key)
    partner[closing] = opening[at]


def work_items(
    thread: np.ndarray,
    kind: np.ndarray,
    activity: np.ndarray,
    alone: np.ndarray,
    named: np.ndarray | None,
) -> np.ndarray:
    """int64 [rows]: the work item in which each row stands, for rows in order of thread and time."""
    scheduled = np.zeros(int(activity.max(initial=-1)) + 1, dtype=bool)
    scheduled[activity[kind == Transition.SCHEDULE]] = True
    # Without SCHEDULE rows an item begins with a START or a lone COMPLETE, never with a resumption.
    fresh = (kind == Transition.OPEN) | ((kind == Transition.COMPLETE) & alone)
    begins = np.where(scheduled[activity], kind == Transition.SCHEDULE, fresh)
    if named is not None:
        begins &= ~named
    begins[1:] |= thread[1:] != thread[:-1]
    return np.cumsum(begins, dtype=np.int64)


def grouped(*codes: np.ndarray) -> np.ndarray:
    """int64: one number for each combination of codes; -1 is a code of its own."""
    key = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        width = int(code.max(initial=-1)) + 2
        if key.max(initial=0) > np.iinfo(np.int64).max // (width + 1):
            key = np.unique(key, return_inverse=True)[1]
        key = key * width + code + 1
    return key


def dense(values: np.ndarray, within: np.ndarray) -> np.ndarray:
    """int64: the place of each value among the distinct ones of a sorted array."""
    return np.searchsorted(np.unique(within), values)


def rank_within(group: np.ndarray) -> np.ndarray:
    """int64: 0, 1, 2 … within each run of equal values."""
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    first = np.concatenate([[True], group[1:] != group[:-1]])
    starts = np.flatnonzero(first)
    return np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
