"""The problems that can be planted, one per log, and the small faults that a healthy bank has too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.extra_steps import EXTRA, extra_of
from bankmine.sample.models import Model
from bankmine.sample.office import DAY, HOUR, Batching, Order
from bankmine.sample.problems_layout import LONGEST, MOST_DECLINED, OF_LAYOUT, OF_WORK, SHORTEST
from bankmine.sample.problems_layout import draw as draw_layout
from bankmine.sample.problems_service import OF_SERVICE
from bankmine.sample.problems_service import draw as draw_service

ALL = ("deposit", "loan", "payment", "wealth")
SHORT = ("deposit", "payment")  # processes whose cases take hours, not days

# Pattern -> processes in which it makes sense (a lapse needs an offer that is thought over, retries and who goes first weigh only
# in short cases, and where customers wait at a counter little can be done at once).
PROBLEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "P01": ALL,
        "P02": ALL,
        "P03": ALL,
        "P04": ("loan", "wealth"),
        "P05": ALL,
        "P06": ALL,
        "P07": ALL,
        "P08": ALL,
        "P09": ALL,
        "P10": ALL,
        "P11": ALL,
        "P12": ALL,
        "P13": ALL,
        "P14": ALL,
        "P15": ALL,
        "P16": ALL,
        "P17": ALL,
        "P18": ("deposit", "loan", "wealth"),
        "P19": SHORT,
        "P20": ALL,
        "P21": ALL,
        "P22": ALL,
        "P23": ALL,
        "P24": ALL,
        "P25": ALL,
        "P26": SHORT,
        "P27": ALL,
        "P28": ALL,
        "P29": ALL,
        "P30": ALL,
    }
)
# What else is rightly said of a log with the problem, at the same activity: work that comes back to its first owner is also repeated.
ALSO_TRUE: Mapping[str, tuple[str, ...]] = MappingProxyType({"P06": ("P07",)})
MEASURED_IN: Mapping[str, str] = MappingProxyType(
    {"P10": "overtaken", "P19": "slighted", "P16": "touch_time", "P17": "wasted", "P22": "cases", "P23": "cases"}
)  # else cycle_time
LEAST_EFFECT: Mapping[str, float] = MappingProxyType(
    {"cycle_time": 0.08, "overtaken": 0.08, "slighted": 0.08, "touch_time": 0.08, "wasted": 0.08, "cases": 0.02}
)
DEADLINE_DAYS = 30.0
HIGHEST_LOAD: Mapping[str, float] = MappingProxyType({"P08": 0.94, "P09": 0.94, "P10": 0.79, "P13": 0.70, "P19": 0.77})
LOWEST_LOAD: Mapping[str, float] = MappingProxyType({"P08": 0.88, "P09": 0.70, "P10": 0.60, "P13": 0.55, "P19": 0.50})
LEAST_EXCESS = 0.2  # of P14: the median wait over the expected days
GROWING = ("P01", "P02", "P05", "P06", "P07", "P21", "P24", "P25", "P26", "P27", "P28", "P29", "P30")
LASTING = ("P01", "P02", "P05", "P21", "P25", "P29")  # weaker ones are shorter, not rarer: they befall most cases by definition


OF_A_ROLE = ("P08", "P09", "P10", "P11", "P12", "P13")
T = TypeVar("T")
ORDERS: tuple[Order, ...] = ("last come", "favour")
SHORT_HOURS = ("Mon-Fri 09:00-12:00", "Mon,Wed,Fri 09:00-17:00", "Tue,Thu 09:00-17:00")  # ever worse
PEAKS = ("clock", "weekday", "month end")
PEAK_AT = (10, 11, 12, 13, 14)
SIZES = tuple(range(7, 16))
DAILY = tuple(tuple(day * DAY + clock * HOUR for day in range(5)) for clock in (11, 14))
WEEKLY = tuple(tuple(day * DAY + 11 * HOUR for day in days) for days in ((1,), (3,), (1, 3), (0, 3), (1, 4)))


@dataclass(frozen=True, slots=True)
class Problem:
    """One planted problem.

    `step`: where it is to be found (the log's activity); `share`: of the opportunities at which it strikes; `strength`, by pattern:
    P01, P02, P25 median duty hours until the needless step is done; P05 median duty hours between the two steps; P06, P07 median hours
    until the work is picked up again; P09 load of the busiest person; P14 median wait over the expected days; P16 mean minutes over those
    of a usual call; P26 mean number of retries; P29 and P21 median duty hours until the work is seen, the latter of one segment. `path`:
    the steps repeated (P07), the two steps (P05). Problems of a `role` are found at its step with the most of the cause. `load`: of the
    role with the problem, were all its work done in time; what is left over at the end takes off some hundredths. `how`: P10 the order,
    P12 the role's hours or "arrivals", P13 when the peak is, with `at`, what o'clock or which day (modulo 5, Monday = 0); `share` is then
    that of the cases that go first (P10) or come at another time (P12, P13). `batching`: what is held back (P11).
    """

    pattern: str
    step: str
    share: float = 1.0
    strength: float = 1.0
    path: tuple[str, ...] = ()
    role: str = ""
    load: float | None = None
    how: str = ""
    at: int = 0
    batching: Batching | None = None

    def scaled(self, by: float) -> "Problem":
        """The same problem, stronger or weaker, within what still is that problem; hours only get worse."""
        more = max(by, 1.0)
        if self.pattern in OF_WORK:
            longest = max(self.strength * by, SHORTEST)
            more = max(longest / LONGEST, 1.0) if self.pattern == "P03" else 1.0
            return replace(self, strength=min(longest, LONGEST), share=min(self.share * more, max(self.share, MOST_DECLINED)))
        if self.pattern == "P14":
            return replace(self, strength=1.0 + max((self.strength - 1.0) * by, LEAST_EXCESS))
        if self.pattern == "P09":
            return replace(self, strength=_busier(self.strength, by, self.pattern))
        if self.pattern in HIGHEST_LOAD and self.pattern != "P13" and self.load is not None:
            at_most = self.load >= HIGHEST_LOAD[self.pattern] and by > 1
            return replace(self, load=_busier(self.load, by, self.pattern), how="last come" if self.how and at_most else self.how)
        if self.batching is not None:
            size = self.batching.size
            return replace(self, batching=replace(self.batching, size=max(round(size * by), 2) if size else size))
        if self.how in SHORT_HOURS[:2] and by > 1:
            return replace(self, how=SHORT_HOURS[SHORT_HOURS.index(self.how) + 1])
        if self.pattern == "P13" and by < 1 and self.load is not None:
            return replace(self, load=_busier(self.load, by, self.pattern))  # fewer who come at the peak would be none
        if self.how in PEAKS[:2] and self.share >= 0.9:
            return replace(self, how=PEAKS[PEAKS.index(self.how) + 1])
        if self.pattern in LASTING and by < 1:
            return replace(self, strength=self.strength * by)
        share = min(self.share * by, max(self.share, 0.9))
        return replace(self, share=share, strength=self.strength * more if self.pattern in GROWING else self.strength)


def _busier(load: float, by: float, pattern: str) -> float:
    """The load at which a queue is about `by` times as long: its odds, busy to idle, are what waiting goes with."""
    odds = by * load / (1 - load)
    return min(max(odds / (1 + odds), min(load, LOWEST_LOAD[pattern])), max(load, HIGHEST_LOAD[pattern]))


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of cases with the faults of daily life; all under the material thresholds of definitions §3.6."""

    requests: float
    rework: float
    bounces: float = 0.0
    enquiries: float = 0.0
    retries: float = 0.0
    unanswered: float = 0.02


def faults(rng: np.random.Generator, *, small_faults: bool) -> Faults:
    """What goes wrong in a healthy bank; `small_faults` adds bounces, enquiries and system failures."""
    if not small_faults:
        return Faults(requests=float(rng.uniform(0.005, 0.02)), rework=float(rng.uniform(0.0, 0.01)))
    return Faults(
        requests=float(rng.uniform(0.02, 0.045)),
        rework=float(rng.uniform(0.01, 0.025)),
        bounces=float(rng.uniform(0.005, 0.02)),
        enquiries=float(rng.uniform(0.01, 0.03)),
        retries=float(rng.uniform(0.001, 0.004)),
        unanswered=float(rng.uniform(0.02, 0.03)),
    )


class Dice:
    """Chance, as the drawing of a problem wants it."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def one(self, of: tuple[T, ...]) -> T:
        return of[int(self.rng.integers(len(of)))]

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def whether(self, share: float) -> bool:
        return bool(self.rng.random() < share)


def problem(pattern: str, model: Model, definition: ProcessDefinition, rng: np.random.Generator) -> Problem:
    """A problem of that pattern, its place and size drawn."""
    dice = Dice(rng)
    one, between = dice.one, dice.between

    def hours(low: float, high: float) -> float:
        # Where cases take hours, nobody leaves work lying for a day.
        return between(low, high) / (4.0 if model.process in SHORT else 1.0)

    if pattern in OF_SERVICE:
        return draw_service(pattern, model, definition, dice)
    if pattern in OF_LAYOUT:
        return draw_layout(pattern, model, dice)
    if pattern in OF_A_ROLE:
        return _of_a_role(pattern, model, dice)
    if pattern in EXTRA:
        extra = extra_of(pattern, model)
        return Problem(pattern, extra.step, 1.0, hours(3.0, 6.0), (extra.host, extra.step))
    if pattern == "P17":
        return Problem(pattern, one(model.asks), between(0.18, 0.45))
    if pattern == "P21":
        return Problem(pattern, one(model.handed_over), between(0.25, 0.4), hours(6.0, 12.0))
    if pattern == "P05":
        path = one(model.chains)
        return Problem(pattern, path[1], between(0.4, 1.0), hours(3.0, 6.0), path, model.tasks[path[1]].role)
    if pattern == "P29":
        return Problem(pattern, one(model.handed_over), 1.0, hours(4.0, 8.0))
    if pattern == "P06":
        # A step of a role with at least three people, other than asking the customer, that every case passes once.
        def single(step_id: str) -> bool:
            step = definition.step(step_id)
            return step is not None and step.outcome is None and not step.multi_instance

        apart = (*model.asks, model.request, model.enquiry)
        steps = tuple(
            step for step, task in model.tasks.items() if model.roles[task.role].people >= 3 and step not in apart and single(step)
        )
        return Problem(pattern, one(steps), between(0.10, 0.40), hours(4.0, 8.0))
    if pattern == "P07":
        path = one(model.returns)
        return Problem(pattern, path[0], between(0.15, 0.40), hours(3.0, 6.0), path)
    if pattern == "P14":
        return Problem(pattern, one(model.asks), 1.0, between(1.4, 4.0))
    if pattern == "P15":
        return Problem(pattern, model.request, between(0.12, 0.60))
    if pattern == "P16":
        return Problem(pattern, model.enquiry, between(0.08, 0.25), between(1.0, 1.5))
    if pattern == "P18":
        return Problem(pattern, one(model.timeouts), between(0.10, 0.25))
    if pattern == "P22":
        return Problem(pattern, model.approval, between(0.02, 0.09))
    if pattern == "P23":
        return Problem(pattern, one(model.controls), between(0.02, 0.09))
    return Problem(pattern, one(model.systems), between(0.15, 0.50), between(3.0, 5.0))


def _of_a_role(pattern: str, model: Model, dice: Dice) -> Problem:
    """A problem of the people of one role, or of the way in which work reaches them."""
    one, between, whether = dice.one, dice.between, dice.whether
    role = one(tuple(model.roles))
    if pattern == "P08":
        # Two people are left at least: what a single one cannot finish before closing would keep the load under what is asked for.
        role = one(tuple(name for name, of in model.roles.items() if of.people >= 3))
        return Problem(pattern, "", role=role, load=between(0.86, 0.94))
    if pattern == "P09":
        return Problem(pattern, "", 1.0, between(0.85, 0.92), role=role, load=between(0.5, 0.62))
    if pattern == "P10":
        return Problem(pattern, "", between(0.5, 0.8), role=role, load=between(0.70, 0.77), how=one(ORDERS))
    if pattern == "P12":
        if whether(0.6):
            return Problem(pattern, "", role=role, load=between(0.5, 0.6), how=one(SHORT_HOURS[:2]))
        return Problem(pattern, "", between(0.35, 0.5), role=model.front, how="arrivals")
    if pattern == "P13":
        how = one(PEAKS[:2] if model.process in SHORT else PEAKS[1:])
        return Problem(pattern, "", between(0.45, 0.6), role=model.front, load=between(0.55, 0.7), how=how, at=one(PEAK_AT))
    apart = (model.request, model.enquiry)
    step = one(tuple(step for step in model.tasks if step not in apart and not step.endswith("reject")))
    parallel = whether(0.5)
    if whether(0.5):
        batching = Batching(step, size=one(SIZES), parallel=parallel)
    elif whether(0.5):
        batching = Batching(step, moments=one(DAILY), parallel=parallel)
    else:
        batching = Batching(step, moments=one(WEEKLY), parallel=True)
    return Problem(pattern, step, role=model.tasks[step].role, batching=batching)
