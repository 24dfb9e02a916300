"""What part of the cycle time, and of people's time, is seen."""

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY
from bankmine.patterns.base import ONE_SIDED_5_PERCENT
from bankmine.stats.grouped import grouped_sum

FEWEST_WEEKS = 8  # to tell how much weeks differ
SEEN = 0.25


def share_of_cycle_time(facts: Facts, rows: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The cases of the rows, the share that `part` int64 [rows] microseconds has in their avoidable cycle time, and its lower end.

    One-sided 5 % bound of a ratio of sums by linearisation (Cochran 1977, ch. 6). Cases that began in one week are one draw, since
    they queue together; with fewer than 8 weeks each case is one. A single draw has no bound: 0.
    """
    cases, at = np.unique(facts.case[rows], return_inverse=True)
    taken, whole = grouped_sum(part, at, len(cases)), facts.avoidable[cases]
    week = facts.case_begin[cases] // (7 * DAY)
    weeks, of_week = np.unique(week, return_inverse=True)
    if len(weeks) >= FEWEST_WEEKS:
        taken, whole = grouped_sum(taken, of_week, len(weeks)), grouped_sum(whole, of_week, len(weeks))
    total, draws = max(float(whole.sum()), 1.0), len(taken)
    share = float(taken.sum()) / total
    if draws < 2:
        return cases, share, 0.0
    off = taken - share * whole
    error = np.sqrt(draws / (draws - 1) * float((off**2).sum())) / total
    return cases, share, max(share - ONE_SIDED_5_PERCENT * error, 0.0)


def idle_can_be_told(facts: Facts) -> np.ndarray:
    """bool [instances]: begun at a recorded time, in a role of whose duty time at least a quarter is work in the log.

    Where it is less, people who seem free may be busy with what the log does not show.
    """
    load = np.append(facts.workload.load, np.nan)[facts.roles.of_instance]
    return (load >= SEEN) & ~facts.causes.starts.estimated & ~facts.causes.unknown
