"""A role's work and staff by the half hour, and the times of day, week or month at which more arrives than can be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.measure.causes import CUSTOMER
from bankmine.patterns.queues import Queue
from bankmine.process.definition import Party
from bankmine.stats.grouped import each_group, grouped_sum
from bankmine.words import Text

CELL = 1800 * SECOND
CELLS_A_DAY = DAY // CELL
ERROR = 0.05
LONGEST_TURN = 5  # working days at the turn of a month
WEEKDAYS = tuple(
    Text(zh=f"星期{zh}", en=en)
    for zh, en in zip("一二三四五六日", ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"), strict=True)
)


@dataclass(frozen=True, eq=False)
class Timetable:
    """The half hours in which somebody of a role was on duty, in order of time.

    `day` int64 [cells], days since 1970 on the wall clock; `half` int64 [cells], the half hour of the day; int64 [cells] microseconds:
    `capacity`, duty time of the role's people while they are with it; `arriving`, work of the items that became ready, those that
    did off duty at the next opening. int64 [rows of the queue]: `first`, the item with which the case came to the role, and
    `of_row`, the cell in which that became ready.
    """

    day: np.ndarray
    half: np.ndarray
    capacity: np.ndarray
    arriving: np.ndarray
    first: np.ndarray
    of_row: np.ndarray

    @classmethod
    def of(cls, facts: Facts, queue: Queue) -> "Timetable | None":
        """None where nobody's duty hours are known."""
        rows, begun = queue.rows, _visits(facts, queue)
        came = facts.enabled[begun] + facts.causes.parts[begun, CUSTOMER]
        first = int(came.min()) // CELL
        grid = np.arange(first, int(facts.moment[rows].max()) // CELL + 2) * CELL
        capacity = np.zeros(len(grid) - 1, dtype=np.int64)
        who, at = np.unique(facts.resource[rows], return_inverse=True)
        comes, goes = np.full(len(who), len(grid)), np.zeros(len(who), dtype=np.int64)
        np.minimum.at(comes, at, facts.began[rows] // CELL - first)
        np.maximum.at(goes, at, facts.moment[rows] // CELL - first + 1)
        for number, people in each_group(facts.duty.of_resource[who]):
            if number >= 0:
                change = np.bincount(comes[people], minlength=len(grid)) - np.bincount(goes[people], minlength=len(grid))
                capacity += np.cumsum(change)[:-1] * np.diff(facts.duty.calendars[number].worked(grid))
        open_ = np.flatnonzero(capacity)
        if not len(open_):
            return None
        of_row = np.minimum(np.searchsorted(open_, came // CELL - first), len(open_) - 1)
        local = pl.Series(grid[open_]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(facts.timezone).dt.replace_time_zone(None)
        wall = local.to_physical().to_numpy()
        arriving = grouped_sum(facts.work[rows], of_row, len(open_))
        return cls(wall // DAY, wall % DAY // CELL, capacity[open_], arriving, begun, of_row)

    @property
    def month(self) -> np.ndarray:
        """int64 [cells], months since 1970."""
        return self.day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    def shapes(self) -> Iterator[tuple[str, np.ndarray]]:
        """What the hours may be told apart by, simplest first: a name and int64 [cells], -1 where it does not apply."""
        yield "clock", self.half
        yield "weekday", (self.day + 3) % 7
        days, first, at = np.unique(self.day, return_index=True, return_inverse=True)
        month = self.month[first]
        place = np.arange(len(days))
        for shape, rank, whole in (
            ("month_end", np.searchsorted(month, month, side="right") - place, month < month[-1]),
            ("month_begin", place - np.searchsorted(month, month) + 1, month > month[0]),
        ):
            for last in range(1, LONGEST_TURN + 1):
                yield shape, np.where(whole & (rank <= last), last, -1)[at]
        yield "week", (self.day + 3) % 7 * CELLS_A_DAY + self.half

    def overrun(self, shape: np.ndarray) -> np.ndarray:
        """The values of a shape at which more work becomes ready than the people on duty can do.

        Over the days on which the value occurs the mean of work minus capacity is above 0 (one-sided t-test at 5 %, shared among
        the values by Bonferroni). Values below 0 are not judged.
        """
        from scipy.stats import t

        values, of_cell = np.unique(shape, return_inverse=True)
        key, draw = np.unique(of_cell * (int(self.day.max()) + 1) + self.day, return_inverse=True)
        over = grouped_sum(self.arriving - self.capacity, draw, len(key)) / SECOND
        value = key // (int(self.day.max()) + 1)
        days = np.bincount(value, minlength=len(values))
        mean = np.bincount(value, weights=over, minlength=len(values)) / days
        spread = np.bincount(value, weights=(over - mean[value]) ** 2, minlength=len(values))
        several = np.maximum(days - 1, 1)
        error = np.sqrt(spread / several / days)
        return values[(values >= 0) & (days > 1) & (mean > error * t.ppf(1 - ERROR / len(values), several))]

    def burdened(self, peak: np.ndarray) -> np.ndarray:
        """bool [cells]: those of the `peak` (bool [cells]), and those after it until all its work could be done."""
        surplus = np.cumsum(self.arriving - self.capacity)
        cell = np.arange(len(surplus))
        empty = surplus <= np.minimum.accumulate(np.append(0, surplus[:-1]))
        return peak | (np.maximum.accumulate(np.where(peak, cell, -1)) > np.maximum.accumulate(np.where(empty, cell, -1)))


def _visits(facts: Facts, queue: Queue) -> np.ndarray:
    """int64 [rows of the queue]: the item with which the case came to the role: the first of those that it did of the case in a row,
    systems' steps between them not counted.
    """
    system = facts.of_party(Party.SYSTEM)[facts.activity]
    here = np.zeros(len(facts.case), dtype=bool)
    here[queue.rows] = True
    same = here | system
    first = np.arange(len(facts.case))
    inside = same & (facts.enabler >= 0)
    inside[inside] = same[facts.enabler[inside]]
    first[inside] = facts.enabler[inside]
    while (further := first[first] != first).any():
        first[further] = first[first[further]]
    return first[queue.rows]


def in_words(shape: str, values: np.ndarray) -> Text:
    """When the values of a shape are."""
    if shape == "clock":
        return Text.same(_clock_times(values))
    if shape == "weekday":
        return _list([WEEKDAYS[v] for v in values.tolist()])
    if shape == "week":
        by_day = [(WEEKDAYS[d], values[values // CELLS_A_DAY == d] % CELLS_A_DAY) for d in np.unique(values // CELLS_A_DAY).tolist()]
        return _list([Text(zh=f"{day.zh} {_clock_times(of)}", en=f"{day.en} {_clock_times(of)}") for day, of in by_day])
    count = int(values[0])
    which, en = ("最后", "last") if shape == "month_end" else ("最初", "first")
    return Text(
        zh=f"每月{which} {count} 个工作日",
        en=f"the {en} {count} working days of the month" if count > 1 else f"the {en} working day of the month",
    )


def _clock_times(halves: np.ndarray) -> str:
    """Neighbouring half hours as ranges: 09:00-10:30."""
    breaks = np.flatnonzero(np.diff(halves) > 1) + 1
    runs = [halves[a:b] for a, b in pairwise([0, *breaks.tolist(), len(halves)])]
    return ", ".join(f"{_clock(int(run[0]))}-{_clock(int(run[-1]) + 1)}" for run in runs)


def _clock(half: int) -> str:
    return f"{half // 2:02d}:{half % 2 * 30:02d}"


def _list(texts: list[Text]) -> Text:
    return Text(zh="、".join(t.zh for t in texts), en=", ".join(t.en for t in texts))
