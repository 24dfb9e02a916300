"""The documents that other programs read (contract.md, JSON), as types, and their JSON Schema.

Keys are always present; what is not known, or what a later version will fill, is null. Durations are seconds, shares 0-1.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from bankmine.report.bank_document import BankDocument
from bankmine.report.comparison_document import ComparisonDocument
from bankmine.report.roadmap import RoadStep
from bankmine.report.schema_measures import (
    Answers,
    Arc,
    Batching,
    CycleTime,
    Kpi,
    Loop,
    Resource,
    Rework,
    RootCause,
    Transfer,
    Variant,
    Waiting,
    WaitingOnArc,
)
from bankmine.report.schema_parts import Count, Level, Part, Share, Words

DRAFT = "https://json-schema.org/draft/2020-12/schema"


class InputFile(Part):
    """A file that was read; SHA-256 of its bytes on disk."""

    name: str
    bytes: Count
    sha256: str


class Input(Part):
    """What was read, and how; `parameters` are the options that change the result.

    `calendar`: the name of the calendar that business figures rest on, null where none is known; `calendar_basis`: how it is
    known; `calendar_estimated_years`: its years whose make-up workdays are not published, as far as figures reach into them;
    `calendar_outside_share`: the share of the staff's stamps outside their working hours.
    """

    files: list[InputFile]
    columns: dict[str, str]
    timezone: str
    calendar: str | None
    calendar_basis: Literal["given", "discovered", "unknown"]
    calendar_estimated_years: list[int]
    calendar_outside_share: Share | None
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


class Deviation(Part):
    """How cases depart from the reference; in order of the cases, most first, then kind and activity.

    `control`: the activity checks or approves; `mean_extra_s`, `median_extra_s`: by how much the cases with it take longer than those
    without, null where there are too few on a side.
    """

    kind: Literal["skipped", "inserted", "swapped", "repeated"]
    activity: str
    title: Words
    control: bool
    cases: Count
    share: Share
    mean_extra_s: float | None
    median_extra_s: float | None


class Rule(Part):
    """A control, checked; `interval`: 90 %, of the violated share."""

    id: str
    verdict: Literal["pass", "violated", "unknown"]
    cases_violated: Count
    cases_checked: Count
    interval: tuple[Share, Share] | None


class Conformance(Part):
    """How well the cases fit the discovered model, by token replay; departures from the reference, by alignments; the controls.

    `reference`: the bank's own model where one is given, the process as defined, where it was recognised, else the discovered model;
    `not_recorded`: its mandatory steps that the log never shows, of which nothing can be told.
    """

    fitting_cases: Count
    fitness: Share
    reference: Literal["file", "defined", "discovered"]
    cases_compared: Count
    cases_not_compared: Count
    not_recorded: list[str]
    deviations: list[Deviation] | None
    rules: list[Rule] | None


class JourneyFigure(Part):
    """A figure of the customer's journey with its 90 % interval; null where the log cannot tell. `cases`: those it speaks of."""

    id: str
    unit: Literal["s", "share", "number"]
    value: float | None
    low: float | None
    high: float | None
    cases: Count


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
    """What a change would save; `per_year_s` is null for logs of under 90 days; `note`: why the twin's figure is not taken."""

    per_case_s: PerCase
    per_year_s: Estimate | None
    effort_per_year_s: float | None
    method: Literal["count", "replay", "queue_formula", "twin"]
    note: Words | None


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


class Together(Part):
    """Recommendations `ranks` carried out in full, together, against the sum of what each saves alone; seconds a case."""

    ranks: list[int]
    sum_s: float
    together_s: Estimate


class TwinPlayed(Part):
    """What the recommendations were played on: the last `weeks` of the log, or all of it."""

    whole_log: bool
    weeks: float
    cases: Count
    instances: Count
    first_three: Together | None


class Risk(Part):
    """A risk as it stands: a broken rule, or what comes of leaving a recommendation (pattern@activity) undone; gravest first."""

    kind: Literal["rule", "recommendation"]
    id: str
    title: Words
    likelihood: Annotated[int, Field(ge=1, le=3)]
    severity: Annotated[int, Field(ge=1, le=3)]
    risk_class: Level
    cases: Count
    share: Share


class Training(Part):
    """Activities at which people stand out from their peers, most people first, then in the log's order; how many, never who.

    `people`: compared; `more_rework`, `slower`: how many of them need training for it; `items_above_peers`: rework beyond the peers'.
    """

    activity: str
    people: Count
    more_rework: Count
    items_above_peers: float
    slower: Count


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
    waiting_by_arc: list[WaitingOnArc]
    dfg: list[Arc]
    rework: list[Rework]
    loops: list[Loop]
    variants: list[Variant]
    resources: list[Resource]
    transfers: list[Transfer]
    batches: list[Batching]
    conformance: Conformance
    journey: list[JourneyFigure]
    survey: Answers | None
    training: list[Training]
    root_causes: list[RootCause]
    kpis: list[Kpi]
    risk: list[Risk]
    diagnoses: Annotated[list[Diagnosis], Field(min_length=6, max_length=6)]
    recommendations: list[Recommendation]
    twin: TwinPlayed | None
    roadmap: list[RoadStep]


class Readiness(Part):
    """Whether the log can carry an analysis, what is missing, and the codes of the findings that limit what it says."""

    analysis: str
    ready: bool
    missing: list[str]
    limits: list[str]


class CheckDocument(Part):
    """What `check --json` writes."""

    schema_id: Literal["bankmine.check/1"] = Field(alias="schema")
    version: str
    input: Input
    log: LogFigures
    quality: list[Quality]
    readiness: list[Readiness]


class Window(Part):
    """The cases of the last whole weeks, analysed in memory: bankmine.analysis/1 under `analysis`."""

    weeks: Count
    analysis: AnalysisDocument


class PartsDocument(Part):
    """What `analyze --json` writes of a log in parts: what is exact over all of it, and the whole analysis of a window."""

    schema_id: Literal["bankmine.parts/1"] = Field(alias="schema")
    version: str
    input: Input
    log: LogFigures
    quality: list[Quality]
    process: Process
    cycle_time: CycleTime
    waiting: list[Waiting]
    waiting_by_arc: list[WaitingOnArc]
    dfg: list[Arc]
    rework: list[Rework]
    variants: list[Variant]
    survey: Answers | None
    window: Window | None


Document = AnalysisDocument | CheckDocument | BankDocument | ComparisonDocument | PartsDocument


def schemas() -> dict[str, object]:
    """One JSON Schema (draft 2020-12) for all documents, told apart by their `schema`."""
    either: TypeAdapter[Document] = TypeAdapter(Annotated[Document, Field(discriminator="schema_id")])
    return {"$schema": DRAFT, "title": "bankmine", **either.json_schema(by_alias=True)}
