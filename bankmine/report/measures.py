"""The measures' tables as rows for other programs, each in the order that its type states."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bankmine.log.eventlog import SECOND
from bankmine.measure.by_cause import WaitByCause
from bankmine.report.schema_measures import (
    Arc,
    Batching,
    Causes,
    CycleTime,
    Exit,
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
from bankmine.report.schema_parts import Part

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.api import Analysis


def cycle_time(analysis: "Analysis") -> CycleTime:
    """Cycle time over all cases."""
    cycle = analysis.cycle_time
    return CycleTime(
        mean_s=cycle.mean_s,
        median_s=cycle.median_s,
        p90_s=cycle.p90_s,
        p95_s=cycle.p95_s,
        business_mean_s=cycle.business_mean_s,
        business_median_s=cycle.business_median_s,
        efficiency=cycle.efficiency,
    )


def waiting_rows(analysis: "Analysis") -> list[Waiting]:
    """Waiting per activity, with its causes."""
    return [Waiting.model_validate(row) for row in _waits(analysis.waiting_by_cause)]


def waiting_arcs(analysis: "Analysis") -> list[WaitingOnArc]:
    """Waiting by the activity that had made the next one possible, with its causes."""
    waiting = analysis.waiting_by_arc
    assert waiting.source is not None
    names = (*waiting.activities, None)  # -1, the case's beginning, takes the last
    rows = zip(waiting.source.tolist(), _waits(analysis.arcs_by_cause), strict=True)
    return [WaitingOnArc.model_validate({"source": names[source], **row}) for source, row in rows]


def flat(row: Waiting) -> dict[str, object]:
    """A row with the causes as columns of their own."""
    values = row.model_dump()
    return values | (values.pop("causes") or dict.fromkeys(Causes.model_fields))


def _waits(split: WaitByCause) -> Iterator[dict[str, object]]:
    w = split.waiting
    columns = (w.activity, w.count, w.total_s, w.mean_s, w.median_s, w.p90_s, w.share, w.by_design, w.business_total_s, w.business_median_s)
    for row, (a, n, total, mean, median, p90, share, by_design, business, business_median) in enumerate(
        zip(*(c.tolist() for c in columns), strict=True)
    ):
        causes = split.causes_s(row)
        yield {
            "activity": w.activities[a],
            "count": n,
            "total_s": total,
            "mean_s": mean,
            "median_s": median,
            "p90_s": p90,
            "share": _known(share),
            "by_design": by_design,
            "causes": None if causes is None else Causes.model_validate(causes),
            "business_total_s": _known(business),
            "business_median_s": _known(business_median),
            "causes_basis": split.basis(row),
            "causes_unknown_s": float(split.unknown[row]) / SECOND,
            "causes_missing": list(split.missing(row)),
            "work_included_s": float(split.work[row]) / SECOND,
            "no_calendar": int(split.no_calendar[row]),
        }


def arcs(analysis: "Analysis") -> list[Arc]:
    """The directly-follows graph."""
    g = analysis.dfg
    columns = (g.source, g.target, g.count, g.mean_s, g.median_s, g.p90_s)
    return [
        Arc(source=g.activities[a], target=g.activities[b], count=n, mean_s=mean, median_s=median, p90_s=p90)
        for a, b, n, mean, median, p90 in zip(*(c.tolist() for c in columns), strict=True)
    ]


def rework_rows(analysis: "Analysis") -> list[Rework]:
    """Rework per activity."""
    r = analysis.rework
    unknown = [None] * len(r.activities)
    caused = unknown if r.customer_caused is None else r.customer_caused.tolist()
    business = unknown if r.business_detour_s is None else r.business_detour_s.tolist()
    counts = (r.cases, r.rework_cases, r.extra, r.self_loop_extra, r.repetition_extra, r.repeat, r.redo, r.resumed_extra, r.detour_s)
    rows = [
        Rework(
            activity=name,
            cases=cases,
            rework_cases=rework,
            extra=extra,
            self_loop_extra=self_loop,
            repetition_extra=repetition,
            customer_caused=customer,
            repeat=repeat,
            redo=redo,
            resumed_extra=resumed,
            detour_s=detour,
            business_detour_s=business_detour,
        )
        for name, customer, business_detour, cases, rework, extra, self_loop, repetition, repeat, redo, resumed, detour in zip(
            r.activities, caused, business, *(c.tolist() for c in counts), strict=True
        )
    ]
    return sorted(rows, key=lambda row: -row.rework_cases)  # activities are in order of name, and sorting is stable


def loops(analysis: "Analysis") -> list[Loop]:
    """Loops with their exits."""
    names = analysis.loops.names
    return [
        Loop(
            activities=[names[a] for a in loop.activities],
            cases=loop.cases,
            iterations=loop.iterations,
            total_s=loop.total_s,
            detour_s=loop.detour_s,
            exits=[Exit(activity=None if a is None else names[a], cases=n) for a, n in loop.exits],
        )
        for loop in analysis.loops.loops
    ]


def variant_rows(analysis: "Analysis") -> list[Variant]:
    """Variants."""
    v = analysis.variants
    return [
        Variant(activities=list(v.names(k)), count=n, share=share)
        for k, (n, share) in enumerate(zip(v.count.tolist(), v.share.tolist(), strict=True))
    ]


def resources(analysis: "Analysis") -> list[Resource]:
    """Load per role."""
    return [Resource.model_validate(row) for row in _records(analysis.workload.table, Resource)]


def transfers(analysis: "Analysis") -> list[Transfer]:
    """Handovers between roles, branches and channels."""
    return [Transfer.model_validate(row) for row in _records(analysis.transfers.table, Transfer)]


def batches(analysis: "Analysis") -> list[Batching]:
    """Work done in batches."""
    return [Batching.model_validate(row) for row in _records(analysis.causes.batches.table, Batching)]


def root_causes(analysis: "Analysis") -> list[RootCause]:
    """Attribute values beside each other."""
    return [RootCause.model_validate(row) for row in _records(analysis.root_causes.table, RootCause)]


def kpis(analysis: "Analysis") -> list[Kpi]:
    """The indicators as they stand."""
    return [Kpi.model_validate(row) for row in _records(analysis.kpis.table, Kpi)]


def _records(table: "pd.DataFrame", part: type[Part]) -> list[dict[str, object]]:
    """A table's rows with the columns of a part; NaN is null."""
    return [{name: None if row[name] != row[name] else row[name] for name in part.model_fields} for row in table.to_dict("records")]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
