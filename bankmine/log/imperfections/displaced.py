"""Rows that stand out of time in a file that is otherwise in order of time."""

import numpy as np

from bankmine.log.eventlog import DAY

HOUR = DAY // 24
NEIGHBOURS = 5  # on each side
MOST_OUT = 0.15  # more rows than this out of order: the file is not in order of time
ZONES = 14  # hours; no two zones are further apart than this but for a few islands
FEWEST = 5
MAIN = 0.5


def in_file_order(time: np.ndarray, file: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows out of time (places, ascending), and for each the last instant in order before it and the first after it.

    `time` int64 [rows] and `file` stand in the order of the sources. A row is out of time where it is earlier than the median of the
    five rows before it and the five after it, or later than both. None where the files are not in order of time.
    """
    none = np.zeros(0, dtype=np.int64)
    if len(time) < 4 * NEIGHBOURS or bool((time[1:] >= time[:-1]).all()):
        return none, none, none
    earlier, later = around(time, file)
    out = (time < earlier) | (time > later)
    if not out.any() or out.mean() > MOST_OUT:
        return none, none, none
    kept = np.flatnonzero(~out)
    places = np.flatnonzero(out)
    at = np.searchsorted(kept, places)
    before = np.where(at > 0, time[kept[np.maximum(at - 1, 0)]], np.iinfo(np.int64).min)
    after = np.where(at < len(kept), time[kept[np.minimum(at, len(kept) - 1)]], np.iinfo(np.int64).max)
    known = (at > 0) & (at < len(kept)) & (before <= after)
    return places[known], before[known], after[known]


def around(time: np.ndarray, file: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 [rows] each: the median of the five rows before a row in its file and of the five after it; without bound at the edges."""
    rows = len(time)
    windows = np.lib.stride_tricks.sliding_window_view(time, NEIGHBOURS)
    middle = np.partition(windows, NEIGHBOURS // 2, axis=1)[:, NEIGHBOURS // 2]
    earlier, later = np.full(rows, np.iinfo(np.int64).min), np.full(rows, np.iinfo(np.int64).max)
    earlier[NEIGHBOURS:] = middle[: rows - NEIGHBOURS]
    later[: rows - NEIGHBOURS] = middle[1:]
    # At its edges a file has neighbours on one side only, and those of another file are no neighbours.
    for edge in (np.flatnonzero(np.diff(file)) + 1).tolist():
        earlier[edge : edge + NEIGHBOURS] = np.iinfo(np.int64).min
        later[max(edge - NEIGHBOURS, 0) : edge] = np.iinfo(np.int64).max
    return earlier, later


def by_days(time: np.ndarray, file: np.ndarray) -> np.ndarray:
    """The places of rows that would be in order if they were whole days earlier or later; none where other displacements prevail."""
    places, before, after = in_file_order(time, file)
    if not len(places):
        return places
    days = np.rint((time[places] - (before + after) / 2) / DAY).astype(np.int64)
    moved = time[places] - days * DAY
    fits = (days != 0) & (before <= moved) & (moved <= after)
    return places[fits] if fits.mean() >= MAIN else places[:0]


def by_hours(time: np.ndarray, file: np.ndarray) -> tuple[np.ndarray, int]:
    """The places of rows that would be in order if all of them were the same whole number of hours later, and that number (0: none).

    At least five rows and half of those out of order have to agree.
    """
    places, before, after = in_file_order(time, file)
    if len(places) < FEWEST:
        return places[:0], 0
    hours = np.array([h for h in range(-ZONES, ZONES + 1) if h])
    fits = [(before <= time[places] + h * HOUR) & (time[places] + h * HOUR <= after) for h in hours.tolist()]
    counts = np.array([fit.sum() for fit in fits])
    best = int(np.lexsort((np.abs(hours), -counts))[0])
    if counts[best] < max(FEWEST, MAIN * len(places)):
        return places[:0], 0
    return places[fits[best]], int(hours[best])
