"""What is true of a sample log, as the event loop knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bankmine.words import Lang


@dataclass(frozen=True, slots=True)
class PlantedTruth:
    """One planted problem, as the event loop knows it.

    `effect`: share that the problem makes of `measured_in`: cycle_time or touch_time, against a run of the same seed without it; or of
    all cycle time what those lose that are slower than in that run (overtaken); or cases with a breach. `also_true`: patterns that are
    rightly found at the same activity. `cost_s`: the seconds of cycle time that it costs a case, over all cases, on average. `remedy`: the
    changes that undo it, as `bankmine simulate` reads them; () where it takes none of these.
    """

    pattern: str
    activity: str
    effect: float
    measured_in: str
    cost_s: float
    struck_cases: int
    also_true: tuple[str, ...]
    remedy: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "pattern": self.pattern,
            "activity": self.activity,
            "effect": self.effect,
            "measured_in": self.measured_in,
            "cost_s": self.cost_s,
            "struck_cases": self.struck_cases,
            "also_true": list(self.also_true),
            "remedy": list(self.remedy),
        }


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a log: the problems planted in it, and what it is like besides.

    `pattern` to `struck_cases` are those of the first problem. `dirty`: share of dirty rows. `faults`: shares of small faults. `hours`:
    when the bank is open; `role_hours`, `people_hours`: the roles, and the people within their roles, that work at other hours.
    `causes`: all seconds waited, by cause. `settings`: what the bank has declared of itself, as bankmine.toml would say it.
    """

    process: str
    seed: int
    cases: int
    lang: Lang
    problems: tuple[PlantedTruth, ...]
    faults: dict[str, float]
    load: dict[str, float]
    hours: str
    role_hours: dict[str, str]
    people_hours: dict[str, str]
    causes: dict[str, int]
    dirty: float = 0.0
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def pattern(self) -> str | None:
        return self.problems[0].pattern if self.problems else None

    @property
    def activity(self) -> str | None:
        return self.problems[0].activity if self.problems else None

    @property
    def effect(self) -> float | None:
        return self.problems[0].effect if self.problems else None

    @property
    def struck_cases(self) -> int:
        return self.problems[0].struck_cases if self.problems else 0

    def as_json(self) -> dict[str, object]:
        return {
            "process": self.process,
            "seed": self.seed,
            "cases": self.cases,
            "lang": self.lang,
            "problem": self.problems[0].as_json() if self.problems else None,
            "problems": [problem.as_json() for problem in self.problems],
            "small_faults": self.faults,
            "load": self.load,
            "hours": self.hours,
            "role_hours": self.role_hours,
            "people_hours": self.people_hours,
            "causes": self.causes,
            "dirty": self.dirty,
            "settings": dict(self.settings),
        }
