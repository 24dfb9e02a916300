"""The time that people are on duty while they are with a log."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.duty import Duty
from bankmine.measure.spans import Spans


def shifts(who: np.ndarray, began: np.ndarray, end: np.ndarray, duty: Duty) -> Spans:
    """The working slots of each person from the day of the person's first stamp to that of the last; none where no calendar is known.

    `who` int64 [instances], -1 = unknown; `began`, `end` int64 UTC microseconds. Days are those of the calendar's zone.
    """
    people = len(duty.of_resource)
    first, last = np.full(people, np.iinfo(np.int64).max), np.full(people, np.iinfo(np.int64).min)
    known = who >= 0
    np.minimum.at(first, who[known], began[known])
    np.maximum.at(last, who[known], end[known])
    found = [np.zeros((3, 0), dtype=np.int64)]
    for person in np.flatnonzero((first <= last) & (duty.of_resource >= 0)).tolist():
        calendar = duty.calendars[duty.of_resource[person]]
        dawn, dusk = midnight(int(first[person]), calendar.zone), midnight(int(last[person]), calendar.zone, 1)
        slots = slice(np.searchsorted(calendar.end, dawn, side="right"), np.searchsorted(calendar.begin, dusk))
        begin, until = np.maximum(calendar.begin[slots], dawn), np.minimum(calendar.end[slots], dusk)
        found.append(np.stack([np.full(len(begin), person), begin, until]))
    return Spans(*np.concatenate(found, axis=1))


def midnight(instant: int, zone: str, days: int = 0) -> int:
    """UTC microseconds at which the local day of `instant`, or the one so many days on, begins."""
    place = ZoneInfo(zone)
    day = datetime.fromtimestamp(instant // SECOND, place).date() + timedelta(days)
    return int(datetime.combine(day, time(), place).timestamp()) * SECOND
