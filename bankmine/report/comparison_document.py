"""A comparison of before and after as a document for other programs: schema bankmine.comparison/1."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from bankmine import __version__
from bankmine.advice.answer import Interval
from bankmine.report.schema_parts import Count, Part, Share, Words
from bankmine.stats.effect import Change
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.track.evaluation import Evaluation

Verdict = Literal["better", "worse", "no_difference_shown", "not_comparable"]


class Seconds(Part):
    """Seconds a case with their 90 % interval; differences are after less before."""

    estimate: float
    low: float | None
    high: float | None


class Ratio(Part):
    """After to before, with the 90 % interval and the two-sided p that it is 1."""

    ratio: float
    low: float
    high: float
    p: Annotated[float, Field(ge=0, le=1)]


class Cohort(Part):
    """Cases by when they arrived: how many, how many of them still open, over how many weeks; `median_s` by Kaplan-Meier, `mean_s` up to
    the horizon, standardised to the mix of the first side; `covered_share`: of its cases that have others of their kind on the other side.
    """

    cases: Count
    open_cases: Count
    weeks: Count
    median_s: float | None
    mean_s: float | None
    covered_share: Share | None


class Methods(Part):
    """Cycle time by each method, null where it cannot be used; the verdict rests on the differences in differences where there are any,
    else on the standardised one and that at equal demand, which have to agree. `trend_week`, the trend of the weeks beside the series'
    step.
    """

    crude: Ratio | None
    standardised: Ratio | None
    equal_demand: Ratio | None
    difference_in_differences: Ratio | None
    interrupted_time_series: Ratio | None
    trend_week: Ratio | None


class Step(Part):
    """Waiting and work at one activity, seconds a case, standardised; the largest difference first."""

    activity: str
    before_s: float
    after_s: float
    difference_s: Seconds
    beyond_chance: bool


class KpiChange(Part):
    """An indicator of plan §10.1 before and after, in the unit of its definition."""

    id: str
    plan: str
    title: Words
    before: float | None
    after: float | None
    verdict: Verdict


class FindingChange(Part):
    """What became of a recommendation; `predicted_s`, `left_s`: its realistic gain before and after, seconds a case."""

    pattern: str
    activity: str
    title: Words
    status: Literal["new", "persisting", "resolved", "regressed", "eased"]
    carried_out: bool
    predicted_s: Seconds | None
    left_s: Seconds | None


class ComparisonDocument(Part):
    """What `compare --json` writes."""

    schema_id: Literal["bankmine.comparison/1"] = Field(alias="schema")
    version: str
    verdict: Verdict
    reason: Words
    horizon_s: float
    mix: list[str]
    before: Cohort
    after: Cohort
    cycle_time: Methods
    predicted_s: Seconds | None
    realised_s: Seconds | None
    steps: list[Step]
    kpis: list[KpiChange]
    findings: list[FindingChange]


def document(found: "Evaluation") -> dict[str, object]:
    """The evaluation as plain values, checked against the schema."""
    effect = found.effect
    means, shares = ((None, None), (None, None)) if effect is None else ((effect.before_s, effect.after_s), effect.covered)
    sides = [
        Cohort(
            cases=each.cases,
            open_cases=each.open_cases,
            weeks=each.weeks,
            median_s=each.median_s,
            mean_s=mean,
            covered_share=share,
        )
        for each, mean, share in zip((found.before, found.after), means, shares, strict=True)
    ]
    series = None if effect is None else effect.series
    whole = ComparisonDocument(
        schema_id="bankmine.comparison/1",
        version=__version__,
        verdict=found.verdict,
        reason=_words(found.reason),
        horizon_s=found.horizon_s,
        mix=list(found.mix),
        before=sides[0],
        after=sides[1],
        cycle_time=Methods(
            crude=ratio_of(effect.crude if effect else None),
            standardised=ratio_of(effect.change if effect else None),
            equal_demand=ratio_of(effect.demand if effect else None),
            difference_in_differences=ratio_of(effect.beyond if effect else None),
            interrupted_time_series=ratio_of(None if series is None else series.change),
            trend_week=ratio_of(None if series is None else series.trend),
        ),
        predicted_s=seconds_of(found.predicted),
        realised_s=seconds_of(effect.realised if effect else None),
        steps=[
            Step(activity=s.activity, before_s=s.before_s, after_s=s.after_s, difference_s=_known(s.difference), beyond_chance=s.sure)
            for s in (effect.steps if effect else ())
        ],
        kpis=[
            KpiChange(id=k.id, plan=k.plan, title=_words(k.title), before=k.before_value, after=k.after_value, verdict=k.verdict)
            for k in found.kpis
        ],
        findings=[
            FindingChange(
                pattern=f.pattern,
                activity=f.activity,
                title=_words(f.title),
                status=f.status,
                carried_out=f.carried_out,
                predicted_s=seconds_of(f.predicted),
                left_s=seconds_of(f.left),
            )
            for f in found.findings
        ],
    )
    return whole.model_dump(by_alias=True)


def _words(text: Text) -> Words:
    return Words(zh=text.zh, en=text.en)


def ratio_of(change: Change | None) -> Ratio | None:
    return None if change is None else Ratio(ratio=change.ratio, low=change.low, high=change.high, p=change.p)


def seconds_of(interval: Interval | None) -> Seconds | None:
    return None if interval is None else _known(interval)


def _known(interval: Interval) -> Seconds:
    return Seconds(estimate=interval.estimate, low=interval.low, high=interval.high)
