"""The documents that other programs read (contract.md, JSON), as types, and their JSON Schema.

Keys are always present; what is not known, or what a later version will fill, is null. Durations are seconds, shares 0-1.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, description="seconds")]
Level = Literal["high", "medium", "low"]


class Part(BaseModel):
    """A part of a document: no other keys, none left out, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class Words(Part):
    """A sentence in both languages."""

    zh: str
    en: str


class InputFile(Part):
    """A file that was read; SHA-256 of its bytes on disk."""

    name: str
    bytes: Count
    sha256: str


class Input(Part):
    """What was read, and how; `parameters` are the options that change the result."""

    files: list[InputFile]
    columns: dict[str, str]
    timezone: str
    calendar: str | None
    parameters: dict[str, object]


class LogFigures(Part):
    """The log in figures; times in ISO 8601 with offset."""

    cases: Count
    open_cases: Count
    events: Count
    instances: Count
    items: Count
    as_of: str
    activities: Count
    variants: Count
    start: str
    end: str


class Place(Part):
    """Where a finding can be seen; a person's name is a pseudonym and a card or identity number is masked in `value`."""

    file: str
    line: int | None
    column: str | None
    value: str | None


class Quality(Part):
    """A finding about the data; in order of severity, then code."""

    code: str
    severity: Literal["info", "warning", "error"]
    count: Count
    message: Words
    examples: list[Place]


class Process(Part):
    """The process definition that the log was read against."""

    id: str | None
    matched_steps: list[str]
    unmatched_activities: list[str]


class CycleTime(Part):
    """From a case's beginning to its last stamp."""

    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds
    p95_s: Seconds
    business_mean_s: Seconds | None
    business_median_s: Seconds | None
    efficiency: Share | None


class Causes(Part):
    """Why an activity waited; the parts sum to its waiting."""

    batching_s: Seconds
    contention_s: Seconds
    prioritisation_s: Seconds
    closed_s: Seconds
    absent_s: Seconds
    customer_s: Seconds
    system_s: Seconds
    unexplained_s: Seconds


class Waiting(Part):
    """The wait before an activity; in order of total, largest first, then the activity's name. `share` is null where by design."""

    activity: str
    count: Count
    total_s: Seconds
    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds
    share: Share | None
    by_design: bool
    causes: Causes | None


class Arc(Part):
    """One activity directly followed by another; in order of count, largest first, then the names."""

    source: str
    target: str
    count: Count
    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds


class Rework(Part):
    """Work items that a case has had before; in order of cases with rework, largest first, then the activity's name."""

    activity: str
    cases: Count
    rework_cases: Count
    extra: Count
    self_loop_extra: Count
    repetition_extra: Count
    customer_caused: Count | None
    repeat: Count
    redo: Count
    resumed_extra: Count
    detour_s: Seconds


class Exit(Part):
    """Where cases go after a loop; null: the case ends."""

    activity: str | None
    cases: Count


class Loop(Part):
    """A way back to an activity; in order of total time, largest first, then the activities."""

    activities: list[str]
    cases: Count
    iterations: Count
    total_s: Seconds
    detour_s: Seconds
    exits: list[Exit]


class Variant(Part):
    """A path of cases; in order of count, largest first, then the activities' names."""

    activities: list[str]
    count: Count
    share: Share


class Deviation(Part):
    """How cases depart from the process definition."""

    kind: Literal["skipped", "inserted", "swapped", "repeated"]
    activity: str
    cases: Count
    share: Share


class Rule(Part):
    """A rule of the process definition, checked."""

    id: str
    verdict: Literal["pass", "violated", "unknown"]
    cases_violated: Count
    cases_checked: Count
    interval: tuple[Share, Share] | None


class Conformance(Part):
    """How well the cases fit the discovered model, by token replay; departures from the definition and its rules."""

    fitting_cases: Count
    fitness: Share
    deviations: list[Deviation] | None
    rules: list[Rule] | None


class Diagnosis(Part):
    """The verdict on one of the plan's diagnoses; always six, D1 to D6."""

    id: str
    plan: str
    verdict: Literal["confirmed", "not_found", "unassessable"]
    severity: Level | None
    evidence: Literal["direct", "proxy", "none"]
    patterns: list[str]
    needs: list[str]
    statement: Words


class Estimate(Part):
    """An estimate with its 90 % interval."""

    estimate: float
    low: float | None
    high: float | None


class PerCase(Part):
    """Seconds a case over all cases of the log: `upper`, the cause vanishes; `realistic`, the share of it that can be had."""

    upper: Estimate | None
    realistic: Estimate | None


class Gain(Part):
    """What a change would save; `per_year_s` is null for logs of under 90 days."""

    per_case_s: PerCase
    per_year_s: Estimate | None
    effort_per_year_s: float | None
    method: Literal["count", "replay", "queue_formula", "twin"]


class Where(Part):
    """Where the recommendation applies, beyond its activity."""

    to_activity: str | None
    role: str | None
    segment: str | None
    channel: str | None
    branch: str | None
    resource: str | None


class Factor(Part):
    """A factor of a score."""

    name: Words
    value: float


class Recommendation(Part):
    """One change to make; in order of rank: the first is the one to do first."""

    rank: Annotated[int, Field(ge=1)]
    tier: str
    pattern: str
    activity: str
    where: Where
    diagnoses: list[str]
    plan: list[str]
    title: Words
    text: Words
    kind: Literal["time", "effort", "control"]
    gain: Gain
    evidence: Literal["direct", "proxy"]
    feasibility: Level
    risk_of_change: Level
    risk_of_inaction: Level
    likelihood: Annotated[int, Field(ge=1, le=3)]
    severity: Annotated[int, Field(ge=1, le=3)]
    risk_class: Level
    phase: str
    cases: Count
    share_of_cases: Share
    material_share: float
    score: float
    factors: list[Factor]
    stability: Share | None


class AnalysisDocument(Part):
    """What `analyze --json` writes."""

    schema_id: Literal["bankmine.analysis/1"] = Field(alias="schema")
    version: str
    input: Input
    log: LogFigures
    quality: list[Quality]
    process: Process
    cycle_time: CycleTime
    waiting: list[Waiting]
    dfg: list[Arc]
    rework: list[Rework]
    loops: list[Loop]
    variants: list[Variant]
    conformance: Conformance
    diagnoses: Annotated[list[Diagnosis], Field(min_length=6, max_length=6)]
    recommendations: list[Recommendation]


class Readiness(Part):
    """Whether the log can carry an analysis, and what is missing."""

    analysis: str
    ready: bool
    missing: list[str]


class CheckDocument(Part):
    """What `check --json` writes."""

    schema_id: Literal["bankmine.check/1"] = Field(alias="schema")
    version: str
    input: Input
    log: LogFigures
    quality: list[Quality]
    readiness: list[Readiness]


def schemas() -> dict[str, object]:
    """One JSON Schema (draft 2020-12) for either document, told apart by their `schema`."""
    either: TypeAdapter[AnalysisDocument | CheckDocument] = TypeAdapter(
        Annotated[AnalysisDocument | CheckDocument, Field(discriminator="schema_id")]
    )
    return {"$schema": DRAFT, "title": "bankmine", **either.json_schema(by_alias=True)}
