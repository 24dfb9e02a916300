"""The problems that can be planted, one per log, and the small faults that a healthy bank has too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.models import Model

ALL = ("deposit", "loan", "payment", "wealth")
SHORT = ("deposit", "payment")  # processes whose cases take hours, not days

# Pattern -> processes in which it makes sense (a lapse needs an offer that is thought over,
# retries weigh only in short cases).
PROBLEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "P06": ALL,
        "P07": ALL,
        "P14": ALL,
        "P15": ALL,
        "P16": ALL,
        "P18": ("deposit", "loan", "wealth"),
        "P22": ALL,
        "P23": ALL,
        "P26": SHORT,
    }
)
# What else is rightly said of a log with the problem, at the same activity: work that comes back to its first owner is also repeated.
ALSO_TRUE: Mapping[str, tuple[str, ...]] = MappingProxyType({"P06": ("P07",)})
MEASURED_IN: Mapping[str, str] = MappingProxyType({"P16": "touch_time", "P22": "cases", "P23": "cases"})  # else cycle_time
LEAST_EFFECT: Mapping[str, float] = MappingProxyType({"cycle_time": 0.08, "touch_time": 0.08, "cases": 0.02})
DEADLINE_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Problem:
    """One planted problem.

    `step`: where it is to be found (the log's activity); `share`: of the opportunities at which it strikes; `strength`, by pattern:
    P06, P07 median hours until the work is picked up again; P14 median wait over the expected days; P16 mean minutes over those
    of a usual call; P26 mean number of retries. `path`: the steps repeated (P07).
    """

    pattern: str
    step: str
    share: float
    strength: float = 1.0
    path: tuple[str, ...] = ()

    def scaled(self, by: float) -> "Problem":
        """The same problem, stronger or weaker."""
        if self.pattern == "P14":
            return replace(self, strength=1.0 + (self.strength - 1.0) * by)
        share = min(self.share * by, 0.9)
        return replace(self, share=share, strength=self.strength * max(by, 1.0) if self.pattern in ("P06", "P07", "P26") else self.strength)


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


def problem(pattern: str, model: Model, definition: ProcessDefinition, rng: np.random.Generator) -> Problem:
    """A problem of that pattern, its place and size drawn."""

    def one(of: tuple[str, ...]) -> str:
        return of[int(rng.integers(len(of)))]

    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def hours(low: float, high: float) -> float:
        # Where cases take hours, nobody leaves work lying for a day.
        return between(low, high) / (4.0 if model.process in SHORT else 1.0)

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
        path = model.returns[int(rng.integers(len(model.returns)))]
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
