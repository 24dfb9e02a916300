"""The measures' tables as rows for other programs, each in the order that its type states."""

import math
from typing import TYPE_CHECKING

from bankmine.report.schema import Arc, CycleTime, Exit, Loop, Rework, Variant, Waiting

if TYPE_CHECKING:
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
    """Waiting per activity."""
    w = analysis.waiting
    columns = (w.activity, w.count, w.total_s, w.mean_s, w.median_s, w.p90_s, w.share, w.by_design)
    return [
        Waiting(
            activity=w.activities[a],
            count=n,
            total_s=total,
            mean_s=mean,
            median_s=median,
            p90_s=p90,
            share=None if math.isnan(share) else share,
            by_design=by_design,
            causes=None,
        )
        for a, n, total, mean, median, p90, share, by_design in zip(*(c.tolist() for c in columns), strict=True)
    ]


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
    caused = [None] * len(r.activities) if r.customer_caused is None else r.customer_caused.tolist()
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
        )
        for name, customer, cases, rework, extra, self_loop, repetition, repeat, redo, resumed, detour in zip(
            r.activities, caused, *(c.tolist() for c in counts), strict=True
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
