"""Local wall-clock time and UTC: the hours that a change of clocks leaves out or plays twice."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import polars as pl

from bankmine.errors import UsageError
from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME
from bankmine.words import Text

HOUR = 3600 * SECOND
MOST_HOURS = 400_000  # 45 years
LONGEST_GAP = 3 * HOUR  # no zone has ever moved its clocks by more


@dataclass(frozen=True, eq=False)
class Instants:
    """UTC microseconds of local times, each array of shape [stamps].

    `gap`: the wall clock never showed this time, it is read with the offset that held before the change.
    `later`: microseconds to add where the clock showed the time twice and the second was meant; 0 elsewhere.
    """

    utc: np.ndarray
    gap: np.ndarray
    later: np.ndarray


def check_zone(zone: str) -> None:
    """Raises UsageError TIMEZONE_UNKNOWN unless `zone` is a name of the time-zone database."""
    try:
        pl.Series([0]).cast(pl.Datetime("us")).dt.replace_time_zone(zone)
    except pl.exceptions.ComputeError:
        from zoneinfo import available_timezones

        close = get_close_matches(zone, sorted(available_timezones()), n=3)
        raise UsageError(
            "TIMEZONE_UNKNOWN",
            Text(zh=f"没有名为“{zone}”的时区", en=f"there is no time zone named {zone!r}"),
            Text(
                zh=f"请使用 IANA 时区名，例如 {'、'.join(close) or 'Asia/Shanghai'}。",
                en=f"use an IANA name such as {', '.join(close) or 'Asia/Shanghai'}.",
            ),
        ) from None


def to_utc(local: np.ndarray, zone: str) -> Instants:
    """The instants of wall-clock times (int64 microseconds since 1970 as the clock showed them, UNKNOWN_TIME kept)."""
    known = local != UNKNOWN_TIME
    shift = _only_shift(local[known] if not known.all() else local, zone)
    if shift is not None:
        none = np.broadcast_to(np.int64(0), len(local))
        return Instants(local - shift if known.all() else np.where(known, local - shift, UNKNOWN_TIME), none != 0, none)
    first = _localised(local, known, zone, "earliest")
    second = _localised(local, known, zone, "latest")
    gap = known & (first == UNKNOWN_TIME)
    if gap.any():
        before = local[gap] - LONGEST_GAP
        first[gap] = local[gap] - (before - _localised(before, np.ones(len(before), dtype=bool), zone, "earliest"))
        second[gap] = first[gap]
    return Instants(first, gap, np.where(known, second - first, 0))


def settle_overlap(utc: np.ndarray, later: np.ndarray, case: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decide by the order of the rows of a case which of the two readings of an overlap hour was meant.

    Where the clock runs backwards exactly once among a case's stamps of that hour, those before belong to the first
    pass and those after to the second, provided that the case's other stamps are in order. Everywhere else the first
    pass stands. Returns the instants and a mask of the stamps that stayed undecided.
    """
    twice = np.flatnonzero(later > 0)
    affected = np.isin(case, case[twice]) & (utc != UNKNOWN_TIME)
    rows = np.flatnonzero(affected)
    frame = pl.DataFrame({"row": rows, "case": case[rows], "utc": utc[rows], "twice": later[rows] > 0})
    unordered = (
        frame.filter(~pl.col("twice"))
        .with_columns(back=pl.col("utc") < pl.col("utc").shift(1).over("case"))
        .filter(pl.col("back"))["case"]
        .unique()
    )
    runs = (
        frame.filter(pl.col("twice"))
        .with_columns(change=pl.Series(_clusters(utc[twice])))
        .with_columns(back=(pl.col("utc") < pl.col("utc").shift(1).over("case", "change")).fill_null(False))
        .with_columns(passed=pl.col("back").cum_sum().over("case", "change"), turns=pl.col("back").sum().over("case", "change"))
        .with_columns(decided=(pl.col("turns") == 1) & ~pl.col("case").is_in(unordered.implode()))
    )
    settled = utc.copy()
    second = runs.filter(pl.col("decided") & (pl.col("passed") == 1))["row"].to_numpy()
    settled[second] += later[second]
    undecided = np.zeros(len(utc), dtype=bool)
    undecided[runs.filter(~pl.col("decided"))["row"].to_numpy()] = True
    return settled, undecided


def _only_shift(local: np.ndarray, zone: str) -> int | None:
    """Microseconds by which the zone is ahead of UTC, where it is the same at every hour around all of these times."""
    if not len(local):
        return 0
    hours = np.arange(int(local.min()) // HOUR - 4, int(local.max()) // HOUR + 5) * HOUR  # no clock was ever moved by more than 3
    if len(hours) > MOST_HOURS:
        return None
    every = np.ones(len(hours), dtype=bool)
    shifts = [hours - _localised(hours, every, zone, ambiguous) for ambiguous in ("earliest", "latest")]
    first = int(shifts[0][0])
    return first if all((shift == first).all() for shift in shifts) else None


def _localised(local: np.ndarray, known: np.ndarray, zone: str, ambiguous: str) -> np.ndarray:
    stamps = pl.Series(np.where(known, local, 0)).cast(pl.Datetime("us"))
    instants = stamps.dt.replace_time_zone(zone, ambiguous="earliest" if ambiguous == "earliest" else "latest", non_existent="null")
    utc = instants.to_physical().fill_null(UNKNOWN_TIME).to_numpy().copy()
    utc[~known] = UNKNOWN_TIME
    return utc


def _clusters(times: np.ndarray) -> np.ndarray:
    """int64: a number for each stamp, equal for stamps of one change of clocks (less than a day apart)."""
    order = np.argsort(times, kind="stable")
    number = np.empty(len(times), dtype=np.int64)
    number[order] = np.concatenate(([0], np.cumsum(np.diff(times[order]) > DAY)))
    return number
