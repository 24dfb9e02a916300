"""Steps that a bank could do without, as they are planted: after which step, whose, and how long they take (P01, P02, P25)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bankmine.sample.models import Model, Task

CHECKERS: Mapping[str, str] = MappingProxyType({"deposit": "teller", "loan": "analyst", "payment": "teller", "wealth": "checker"})


@dataclass(frozen=True, slots=True)
class Extra:
    """One more step: `host` is the step after which it comes."""

    host: str
    step: str
    task: Task


def extra_of(pattern: str, model: Model) -> Extra:
    """The needless step of a pattern: a second look at what was entered, a second approval, or copying from system to system."""
    if pattern == "P01":
        return Extra(model.entry, f"{model.process}.recheck", Task(CHECKERS[model.process], 6, 0.8))
    if pattern == "P02":
        role = model.tasks[model.approval].role
        return Extra(model.approval, f"{model.process}.approve_second", Task(role, model.tasks[model.approval].minutes / 2, 0.8))
    return Extra(model.entry, f"{model.process}.copy", Task(model.tasks[model.entry].role, 5, 0.05))


EXTRA = ("P01", "P02", "P25")
CHEAP_MINUTES = 6.0


def extended(model: Model, patterns: Collection[str]) -> Model:
    """The model with the work of the steps that these patterns add."""
    more = {each.step: each.task for each in (extra_of(pattern, model) for pattern in patterns if pattern in EXTRA)}
    if "P03" in patterns:
        usual, cheap = model.knock_out
        more[cheap] = Task(model.tasks[usual].role, CHEAP_MINUTES, 0.5)
    return replace(model, tasks=MappingProxyType({**model.tasks, **more})) if more else model
