"""When cases arrive: the weekly and daily shape of a bank's day, and what concentrates or displaces it."""

import math

import numpy as np

from bankmine.sample.office import DAY, HOUR, WEEK

MONDAY = np.datetime64("2024-01-01", "s")  # time 0, on the bank's wall clock
MONDAY_DATE = MONDAY.astype("datetime64[D]")
OPENING, CLOSING, WORKDAYS = 9 * HOUR, 17 * HOUR, 5
WEEKDAYS = (1.15, 1.05, 1.0, 0.95, 0.85, 0.0, 0.0)
HOURS = (0.8, 1.2, 1.2, 0.8, 0.9, 1.15, 1.1, 0.85)  # of the eight hours from opening on
SEASON = 0.15  # arrivals swing by that share over a year
OFF_DUTY = 0.03  # share of arrivals outside duty hours, online
BRANCH = 0.6  # share of the others who come to the branch
AT_WEEKENDS = 0.3  # of arrivals that do not come while the office is open
PEAK = 3 * HOUR // 2
LAST_DAYS = 3  # working days of a month


def arrivals(cases: int, days: int, rng: np.random.Generator, growth: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """int64 seconds, sorted, of a Poisson process with weekly, daily and yearly shape, given their number; bool: in the branch.

    `growth`: by how much of their mean arrivals rise from the first day to the last.
    """
    day = np.arange(days)
    phase = rng.uniform(0, 2 * math.pi)
    season = 1 + SEASON * np.sin(2 * math.pi * day / 365.25 + phase)
    weight = np.array(WEEKDAYS)[day % 7] * season * (1 + growth * (day / max(days - 1, 1) - 0.5))
    off_duty = rng.random(cases) < OFF_DUTY
    on = rng.choice(days, size=cases, p=weight / weight.sum())
    hour = rng.choice(len(HOURS), size=cases, p=np.array(HOURS) / sum(HOURS))
    at_work = on * DAY + OPENING + (hour + rng.random(cases)) * HOUR
    evening = rng.choice(days, size=cases) * DAY + CLOSING + rng.random(cases) * 5 * HOUR
    time = np.where(off_duty, evening, at_work)
    branch = ~off_duty & (rng.random(cases) < BRANCH)
    order = np.argsort(time, kind="stable")
    return np.round(time[order]).astype(np.int64), branch[order]


def off_duty(time: np.ndarray, moved: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Those moved come in the evening of their day, or on the weekend of their week."""
    evening = time - time % DAY + CLOSING + (rng.random(len(time)) * 5 * HOUR).astype(np.int64)
    weekend = time - time % WEEK + (5 * DAY + (rng.random(len(time)) * 2 * DAY).astype(np.int64))
    at = np.where(rng.random(len(time)) < AT_WEEKENDS, weekend, evening)
    return np.where(moved, at, time)


def peak(time: np.ndarray, moved: np.ndarray, when: str, at: int, rng: np.random.Generator) -> np.ndarray:
    """Those moved come in the hour and a half of their day from `at` o'clock on ("clock"), on one day of their week, as `at` says
    ("weekday"), or on the last working days of their month ("month end").
    """
    clock = time % DAY
    if when == "clock":
        then = time - clock + at * HOUR + (rng.random(len(time)) * PEAK).astype(np.int64)
    elif when == "weekday":
        then = time - time % WEEK + at % WORKDAYS * DAY + clock
    else:
        date = MONDAY_DATE + (time // DAY).astype("timedelta64[D]")
        following = (date.astype("datetime64[M]") + 1).astype("datetime64[D]")
        last = np.busday_offset(following, -1 - rng.integers(0, LAST_DAYS, len(time)), roll="forward")
        then = (last - MONDAY_DATE).astype(np.int64) * DAY + clock
    # What would come after the last case of all stays where it is, as does what comes off duty.
    moved = moved & (then <= time.max()) & (time % WEEK < WORKDAYS * DAY) & (clock >= OPENING) & (clock < CLOSING)
    return np.where(moved, then, time)
