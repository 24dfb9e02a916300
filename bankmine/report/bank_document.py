"""The bank as a document for other programs: schema bankmine.bank/1."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from bankmine import __version__
from bankmine.advice.bank import Entry
from bankmine.report.comparison_document import Ratio, Seconds, Verdict, ratio_of, seconds_of
from bankmine.report.roadmap import RoadStep, road_step
from bankmine.report.schema_parts import Part, Words

if TYPE_CHECKING:
    from bankmine.bank import Bank


class BankCell(Part):
    log: str
    diagnosis: str
    verdict: Literal["confirmed", "not_found", "unassessable"]
    severity: Literal["high", "medium", "low"] | None
    needs: list[str]
    statement: Words


class BankEntry(Part):
    """`customer_hours` with its 90 % interval, `staff_hours` a year; `staff_cost` only where the bank gave a rate; null: not known."""

    logs: list[str]
    pattern: list[str]
    activity: list[str]
    role: str | None
    title: Words
    customer_hours: float | None
    customer_hours_low: float | None
    customer_hours_high: float | None
    staff_hours: float | None
    staff_cost: float | None


class BankRole(Part):
    """Hours a week over the logs."""

    role: str
    logs: list[str]
    busy_hours: float | None
    duty_hours: float | None
    load: float | None


class BankStep(RoadStep):
    log: str


class Prediction(Part):
    """What a change is expected to save a case, in seconds, with its 90 % interval, to be held against what came of it."""

    id: str
    log: str
    pattern: str
    activity: str
    kpi: str
    baseline_s: float | None
    saved_s: float | None
    low_s: float | None
    high_s: float | None


class Realised(Part):
    """What came of what was carried out (as PATTERN@ACTIVITY) on a log for which one from before is named; null where it cannot be told."""

    log: str
    verdict: Verdict
    carried_out: list[str]
    cycle_time: Ratio | None
    predicted_s: Seconds | None
    realised_s: Seconds | None


class BankDocument(Part):
    """What `diagnose --json` writes."""

    schema_id: Literal["bankmine.bank/1"] = Field(alias="schema")
    version: str
    logs: list[str]
    matrix: list[BankCell]
    ranking: list[BankEntry]
    controls: list[BankEntry]
    shared_roles: list[BankRole]
    roadmap: list[BankStep]
    predictions: list[Prediction]
    realised: list[Realised]


def document(bank: "Bank") -> dict[str, object]:
    """The bank in schema bankmine.bank/1; lists in the order that the diagnosis states."""
    found, rate = bank.diagnosis, bank.settings.rates.staff_hour
    return BankDocument(
        schema="bankmine.bank/1",
        version=__version__,
        logs=[log.name for log in found.logs],
        matrix=[
            BankCell(
                log=log.name,
                diagnosis=d.id,
                verdict=d.verdict,
                severity=d.severity,
                needs=list(d.needs),
                statement=Words(**d.statement.as_json()),
            )
            for log in found.logs
            for d in log.diagnoses
        ],
        ranking=[_entry(e, rate) for e in found.ranking],
        controls=[_entry(e, rate) for e in found.controls],
        shared_roles=[
            BankRole(role=r.role, logs=list(r.logs), busy_hours=r.busy_hours, duty_hours=r.duty_hours, load=r.load)
            for r in found.shared_roles
        ],
        roadmap=[BankStep(log=s.log, **road_step(s).model_dump()) for s in found.roadmap],
        predictions=[
            Prediction(
                id=f"{s.log}/{s.item.pattern}@{s.item.activity}",
                log=s.log,
                pattern=s.item.pattern,
                activity=s.item.activity,
                kpi=s.kpi,
                baseline_s=s.baseline if s.in_seconds else None,
                saved_s=None if (gain := s.item.gain.realistic) is None else gain.estimate,
                low_s=None if gain is None else gain.low,
                high_s=None if gain is None else gain.high,
            )
            for s in found.roadmap
        ],
        realised=[
            Realised(
                log=name,
                verdict=each.verdict,
                carried_out=[f"{f.pattern}@{f.activity}" for f in each.findings if f.carried_out],
                cycle_time=ratio_of(None if each.effect is None else each.effect.ruling),
                predicted_s=seconds_of(each.predicted),
                realised_s=seconds_of(None if each.effect is None else each.effect.realised),
            )
            for name, each in bank.evaluations.items()
        ],
    ).model_dump(by_alias=True)


def _entry(entry: Entry, rate: float | None) -> BankEntry:
    return BankEntry(
        logs=list(entry.logs),
        pattern=sorted({i.pattern for i in entry.items}),
        activity=list(dict.fromkeys(i.activity for i in entry.items)),
        role=entry.role,
        title=Words(**entry.first.title.as_json()),
        customer_hours=entry.customer_hours,
        customer_hours_low=entry.customer_low,
        customer_hours_high=entry.customer_high,
        staff_hours=entry.staff_hours,
        staff_cost=None if rate is None else entry.cost(rate),
    )
