"""Working time of random intervals over ten years of Chinese bank hours, beside pm4py's row-by-row count, in one run.

python benchmarks/business_time.py [INTERVALS]

pm4py counts weekly slots without holidays or zones, that is less work; it is timed on a sample of the same intervals and its time
scaled to all of them. Times are medians of five, peaks of memory those that Python and numpy allocate during a call of their own.
"""

import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from pm4py.util.business_hours import BusinessHours

from bankmine.log.calendar import BusinessCalendar

FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2016, 2026))
OFFICE = [(day * 86_400 + 9 * 3600, day * 86_400 + 17 * 3600) for day in range(5)]
SAMPLE = 200


def measured(name: str, call: Callable[[], object], per: float = 1.0) -> float:
    """Median seconds of five calls times `per`, printed with the peak memory of a sixth."""
    taken: list[float] = []
    for _ in range(5):
        begin = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begin) * per)
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    seconds = statistics.median(taken)
    print(f"{name:44} {seconds:10.3f} s   peak {peak / 2**20:6.1f} MiB")
    return seconds


def by_pm4py(start: np.ndarray, end: np.ndarray) -> list[float]:
    pairs = zip(start.tolist(), end.tolist(), strict=True)
    moments = [(datetime.fromtimestamp(a / 1e6, UTC), datetime.fromtimestamp(b / 1e6, UTC)) for a, b in pairs]
    return [BusinessHours(first, last, business_hour_slots=OFFICE).get_seconds() for first, last in moments]


def main(intervals: int) -> None:
    rng = np.random.default_rng(4)
    start, end = np.sort(rng.integers(FIRST, LAST, (2, intervals)), axis=0)
    begin = time.perf_counter()
    calendar = BusinessCalendar.of("Mon-Fri 09:00-17:00", "Asia/Shanghai", FIRST, LAST, "CN")
    print(f"{f'build: {calendar.name}':44} {time.perf_counter() - begin:10.3f} s   {len(calendar.begin)} slots")
    ours = measured(f"between: {intervals} intervals", lambda: calendar.between(start, end))
    measured(f"add: {intervals} due dates", lambda: calendar.add(start // 2 + FIRST // 2, 40 * 3_600_000_000))
    theirs = measured(f"pm4py: {SAMPLE} of them, scaled", lambda: by_pm4py(start[:SAMPLE], end[:SAMPLE]), intervals / SAMPLE)
    print(f"pm4py / bankmine: {theirs / ours:.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
