"""The answer's types: recommendations with their gains, and the six verdicts (contract.md, JSON)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bankmine.patterns.base import Level
from bankmine.words import Text


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 90 % interval; `low` and `high` are None where they cannot be estimated."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What a change would save (definitions §3.3).

    `upper`: the cause vanishes; `realistic`: the pattern's share of it. Seconds per case over all cases of the log.
    `per_year`: realistic, seconds a year (None under 90 days of log). `effort_per_year`: staff seconds a year. `note`: why the twin's
    figure does not stand here, where it might.
    """

    upper: Interval | None
    realistic: Interval | None
    per_year: Interval | None
    effort_per_year_s: float | None
    method: Literal["count", "replay", "queue_formula", "twin"]
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One change, with its evidence, gain, plan sections, risk and phase; `factors` are those of the score (§3.5)."""

    rank: int
    tier: str
    pattern: str
    activity: str
    where: Mapping[str, str | None]
    diagnoses: tuple[str, ...]
    plan: tuple[str, ...]
    title: Text
    text: Text
    kind: Literal["time", "effort", "control"]
    gain: Gain
    evidence: Literal["direct", "proxy"]
    feasibility: Level
    risk_of_change: Level
    risk_of_inaction: Level
    likelihood: int
    severity: int
    risk_class: Level
    phase: str
    cases: int
    share_of_cases: float
    material_share: float
    score: float
    stability: float | None
    factors: tuple[tuple[Text, float], ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The verdict on one of the plan's six diagnoses (definitions §3.7)."""

    id: str
    plan: str
    title: Text
    verdict: Literal["confirmed", "not_found", "unassessable"]
    severity: Level | None
    evidence: Literal["direct", "proxy", "none"]
    patterns: tuple[str, ...]
    needs: tuple[str, ...]
    statement: Text
