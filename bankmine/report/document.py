"""The analysis and the check as documents for other programs (contract.md, JSON)."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bankmine import __version__
from bankmine.advice.answer import Interval
from bankmine.advice.answer import Recommendation as Advice
from bankmine.log.labels import shown_cell
from bankmine.log.notes import form_of
from bankmine.log.privacy import Pseudonyms
from bankmine.report.expected import answers, conformance, journey, risk, training
from bankmine.report.measures import (
    arcs,
    batches,
    cycle_time,
    kpis,
    loops,
    resources,
    rework_rows,
    root_causes,
    transfers,
    variant_rows,
    waiting_arcs,
    waiting_rows,
)
from bankmine.report.played import played_json
from bankmine.report.quality import file_name
from bankmine.report.readiness import readiness
from bankmine.report.roadmap import road_step
from bankmine.report.schema import (
    AnalysisDocument,
    CheckDocument,
    Diagnosis,
    Estimate,
    Factor,
    Gain,
    Input,
    InputFile,
    LogFigures,
    PerCase,
    Place,
    Process,
    Quality,
    Recommendation,
    Where,
)
from bankmine.report.schema_parts import Words
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Card numbers have 15 to 19 digits, identity numbers 17 and a digit or X; the last four are enough to find the row.
NOT_OF_CELLS = frozenset({"CONTAINER_DETECTED", "ENC_DETECTED", "HEADER_NORMALISED", "SHEETS_IGNORED"})
PERSON_FILTER = "resource="


def document(analysis: "Analysis") -> dict[str, object]:
    """The analysis in schema bankmine.analysis/1; lists are in the order that their types state."""
    understanding = analysis.understanding
    return AnalysisDocument(
        schema="bankmine.analysis/1",
        version=__version__,
        input=input_of(analysis),
        log=_figures(analysis),
        quality=quality_of(analysis),
        process=Process(
            id=understanding.definition.id if understanding.definition else None,
            matched_steps=list(understanding.matched_steps),
            unmatched_activities=list(understanding.unmatched_activities),
        ),
        cycle_time=cycle_time(analysis),
        waiting=waiting_rows(analysis),
        waiting_by_arc=waiting_arcs(analysis),
        dfg=arcs(analysis),
        rework=rework_rows(analysis),
        loops=loops(analysis),
        variants=variant_rows(analysis),
        resources=resources(analysis),
        transfers=transfers(analysis),
        batches=batches(analysis),
        conformance=conformance(analysis),
        journey=journey(analysis),
        survey=answers(analysis),
        training=training(analysis),
        root_causes=root_causes(analysis),
        kpis=kpis(analysis),
        risk=risk(analysis),
        diagnoses=[
            Diagnosis(
                id=d.id,
                plan=d.plan,
                verdict=d.verdict,
                severity=d.severity,
                evidence=d.evidence,
                patterns=list(d.patterns),
                needs=list(d.needs),
                statement=_words(d.statement),
            )
            for d in analysis.diagnoses
        ],
        recommendations=[_recommendation(analysis, item) for item in analysis.recommendations],
        twin=played_json(analysis),
        roadmap=[road_step(s) for s in analysis.roadmap],
    ).model_dump(mode="json", by_alias=True)


def check_document(analysis: "Analysis") -> dict[str, object]:
    """What the log holds and can carry, in schema bankmine.check/1."""
    return CheckDocument(
        schema="bankmine.check/1",
        version=__version__,
        input=input_of(analysis),
        log=_figures(analysis),
        quality=quality_of(analysis),
        readiness=readiness(analysis),
    ).model_dump(mode="json", by_alias=True)


def input_of(analysis: "Analysis") -> Input:
    """What was read, and how."""
    source, settings, duty = analysis.log.source, analysis.settings, analysis.duty
    parameters: dict[str, object] = dict(source.parameters)
    filters = parameters.get("filters", ())
    shown = settings.privacy.people == "show"
    parameters["filters"] = [
        f"{PERSON_FILTER}…" if not shown and str(f).startswith(PERSON_FILTER) else str(f)
        for f in (filters if isinstance(filters, tuple) else ())
    ]
    parameters |= {
        "process": None if analysis.process is None and settings.process.id is None else str(analysis.process or settings.process.id),
        "as_of": None if analysis.as_of is None else iso(analysis.as_of, source.timezone),
        "activities": {
            label: entry if isinstance(entry, str) else entry.model_dump(exclude_none=True)
            for label, entry in sorted(settings.activities.items())
        },
        "rules": {code: dict(sorted(fields.items())) for code, fields in sorted(settings.rules.items())},
        "calendar": _configured(analysis),
        "people": settings.privacy.people,
    }
    return Input(
        files=[InputFile(name=file_name(analysis.log, f.name), bytes=f.bytes, sha256=f.sha256) for f in source.files],
        columns=dict(source.columns),
        timezone=source.timezone,
        calendar=None if duty.basis == "unknown" else duty.name,
        calendar_basis=duty.basis,
        calendar_estimated_years=list(analysis.calendar.estimated),
        calendar_outside_share=duty.outside_share,
        parameters=dict(sorted(parameters.items())),
    )


def _configured(analysis: "Analysis") -> dict[str, object]:
    """The calendar's settings; people who have hours of their own stand there as everywhere: not by name."""
    said = analysis.settings.calendar.model_dump(mode="json", exclude_defaults=True)
    people = said.pop("people", {})
    if people and analysis.settings.privacy.people != "hide":
        said["people"] = {str(_person(analysis, name)): hours for name, hours in people.items()}
    return said


def _figures(analysis: "Analysis") -> LogFigures:
    log, zone = analysis.log, analysis.log.source.timezone
    return LogFigures(
        cases=log.cases,
        open_cases=int((~analysis.endings.closed).sum()),
        events=log.events,
        instances=len(log),
        items=log.item_count + len(log.waiting),
        as_of=iso(analysis.endings.as_of, zone),
        activities=len(log.activities),
        variants=len(analysis.variants.sequences),
        start=iso(int(log.case_start.min()), zone),
        end=iso(int(log.case_end.max()), zone),
    )


def quality_of(analysis: "Analysis") -> list[Quality]:
    """The findings, with no person by name."""
    log = analysis.log
    return [
        Quality(
            code=f.code,
            severity=f.severity,
            count=f.count,
            message=_words(f.message),
            examples=[
                Place(file=file_name(log, e.file), line=e.line, column=e.column, value=_value(analysis, f.code, e.column, e.value))
                for e in f.examples
            ],
        )
        for f in analysis.quality
    ]


def _value(analysis: "Analysis", code: str, column: str | None, value: str | None) -> str | None:
    """A cell as it may be shown: ids and labels as elsewhere, no person by name; of any other, where anything may stand, its form."""
    if value is None or code in NOT_OF_CELLS:
        return value
    role = next((role for role, name in analysis.log.source.columns.items() if name == column), column)
    if role == "resource":
        return _person(analysis, value)
    return shown_cell(value) if role in ("case", "activity", *analysis.log.attributes) else form_of(value)


def _person(analysis: "Analysis", name: str) -> str | None:
    people = analysis.settings.privacy.people
    if people == "show":
        return name
    return None if people == "hide" else Pseudonyms.of(analysis.log.resources).pseudonym(name)


def _recommendation(analysis: "Analysis", item: Advice) -> Recommendation:
    gain, where = item.gain, item.where
    resource = where.get("resource")
    return Recommendation(
        rank=item.rank,
        tier=item.tier,
        pattern=item.pattern,
        activity=item.activity,
        where=Where(
            to_activity=where.get("to_activity"),
            role=where.get("role"),
            segment=where.get("segment"),
            channel=where.get("channel"),
            branch=where.get("branch"),
            resource=None if resource is None else _person(analysis, resource),
        ),
        diagnoses=list(item.diagnoses),
        plan=list(item.plan),
        title=_words(item.title),
        text=_words(item.text),
        kind=item.kind,
        gain=Gain(
            per_case_s=PerCase(upper=_estimate(gain.upper), realistic=_estimate(gain.realistic)),
            per_year_s=_estimate(gain.per_year),
            effort_per_year_s=gain.effort_per_year_s,
            method=gain.method,
            note=None if gain.note is None else _words(gain.note),
        ),
        evidence=item.evidence,
        feasibility=item.feasibility,
        risk_of_change=item.risk_of_change,
        risk_of_inaction=item.risk_of_inaction,
        likelihood=item.likelihood,
        severity=item.severity,
        risk_class=item.risk_class,
        phase=item.phase,
        cases=item.cases,
        share_of_cases=item.share_of_cases,
        material_share=item.material_share,
        score=item.score,
        factors=[Factor(name=_words(name), value=value) for name, value in item.factors],
        stability=item.stability,
    )


def _estimate(value: Interval | None) -> Estimate | None:
    return None if value is None else Estimate(estimate=value.estimate, low=value.low, high=value.high)


def _words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)


def iso(microseconds: int, zone: str) -> str:
    """ISO 8601 with the zone's offset."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(ZoneInfo(zone)).isoformat()
