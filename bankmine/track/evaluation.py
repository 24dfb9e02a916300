"""What a comparison of before and after finds, as data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bankmine.advice.answer import Interval
from bankmine.show.blocks import Block, Tone
from bankmine.show.notebook import Shown
from bankmine.stats.effect import Change, Interrupted
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["better", "worse", "no_difference_shown", "not_comparable"]
Status = Literal["new", "persisting", "resolved", "regressed", "eased"]
TITLE = Text(zh="前后对比", en="Before and after")
VERDICTS: dict[Verdict, tuple[Text, Tone]] = {
    "better": (Text(zh="改善", en="better"), "good"),
    "worse": (Text(zh="变差", en="worse"), "error"),
    "no_difference_shown": (Text(zh="未显示差异", en="no difference shown"), "info"),
    "not_comparable": (Text(zh="无法比较", en="not comparable"), "warning"),
}
STATUSES: dict[Status, tuple[Text, Tone]] = {
    "new": (Text(zh="新出现", en="new"), "warning"),
    "persisting": (Text(zh="仍存在", en="persisting"), "info"),
    "resolved": (Text(zh="已消除", en="resolved"), "good"),
    "regressed": (Text(zh="加重", en="regressed"), "error"),
    "eased": (Text(zh="减轻", en="eased"), "good"),
}


def signed(ratio: float) -> Text:
    """A ratio as a change in per cent with its sign."""
    text = f"{(ratio - 1) * 100:+.1f}".replace("-", "−")
    return Text(zh=f"{text}%", en=f"{text} %")


@dataclass(frozen=True, slots=True)
class StepChange:
    """Waiting and work at one activity, seconds a case of all cases, standardised for mix: before, after, the difference with its 90 %
    interval; `sure`: beyond chance, all activities being one family (Benjamini-Hochberg, 5 %).
    """

    activity: str
    before_s: float
    after_s: float
    difference: Interval
    sure: bool


@dataclass(frozen=True, slots=True)
class KpiChange:
    """An indicator of plan §10.1 on both sides, None where a log cannot tell; `verdict`: by its intervals, all being one family."""

    id: str
    title: Text
    plan: str
    before: Text
    after: Text
    before_value: float | None
    after_value: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class FindingChange:
    """What became of a finding: its gain (realistic, seconds a case) as foretold before, and what is left to gain after."""

    pattern: str
    title: Text
    activity: str
    status: Status
    carried_out: bool
    predicted: Interval | None
    left: Interval | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cases of one side by when they arrived: how many, how many of them still open, over how many weeks; Kaplan-Meier's median."""

    cases: int
    open_cases: int
    weeks: int
    median_s: float | None


@dataclass(frozen=True, eq=False)
class Effect:
    """Cycle time before and after, where it can be compared.

    `before_s`, `after_s`: restricted means, standardised to the mix of the first side; `covered`: the share of each side's cases that have
    others of their kind on the other side; `change`: the ratio of the means; `crude`: without standardising; `demand`: as if as many cases
    had arrived a week on both sides, where weeks suffice; `beyond`: of the `touched` cases beyond the others, where a group is named;
    `series`: the step of the weekly means against their trend, where weeks suffice. `realised`: what cycle time fell by, seconds a case, by
    the ratio that the verdict rests on.
    """

    before_s: float
    after_s: float
    covered: tuple[float, float]
    change: Change
    crude: Change
    demand: Change | None
    touched: Text | None
    beyond: Change | None
    series: Interrupted | None
    realised: Interval
    steps: tuple[StepChange, ...]

    @property
    def ruling(self) -> Change:
        """The ratio that is told: the best that there is."""
        return self.beyond or self.demand or self.change

    @property
    def said(self) -> Text:
        """That ratio as people read it, with its interval."""
        span = Text(zh="{r}（{low} 至 {high}）", en="{r} ({low} to {high})")
        return span.format(r=signed(self.ruling.ratio), low=signed(self.ruling.low), high=signed(self.ruling.high))

    @property
    def p(self) -> float:
        """What the verdict rests on: without a group that was not touched, a difference has to show with and without allowance for demand;
        1 where these two point in opposite ways.
        """
        if self.beyond is not None or self.demand is None:
            return self.ruling.p
        alike = (self.demand.ratio < 1) == (self.change.ratio < 1)
        return max(self.demand.p, self.change.p) if alike else 1.0


@dataclass(frozen=True, eq=False)
class Evaluation(Shown):
    """Two cohorts by arrival, compared up to `horizon_s`, cases that are still open included as far as they were watched; `mix`: the
    attributes held alike; `effect` None where they are not comparable, and `reason` says why; `predicted`: what was carried out was to
    save, seconds a case.
    """

    verdict: Verdict
    reason: Text
    before: Cohort
    after: Cohort
    horizon_s: float
    mix: tuple[str, ...]
    effect: Effect | None
    predicted: Interval | None
    kpis: tuple[KpiChange, ...]
    findings: tuple[FindingChange, ...]

    @property
    def called(self) -> tuple[Text, Tone]:
        """The verdict as people read it."""
        return VERDICTS[self.verdict]

    @property
    def table(self) -> "pd.DataFrame":
        """The methods side by side: ratios after to before."""
        import pandas as pd

        rows: dict[str, Change | None] = {}
        if (found := self.effect) is not None:
            rows = {
                "crude": found.crude,
                "standardised": found.change,
                "equal_demand": found.demand,
                "difference_in_differences": found.beyond,
            }
            rows["interrupted_time_series"] = None if found.series is None else found.series.change
        return pd.DataFrame(
            [{"method": m, "ratio": c.ratio, "low": c.low, "high": c.high, "p": c.p} for m, c in rows.items() if c is not None],
            columns=["method", "ratio", "low", "high", "p"],
        )

    def blocks(self) -> list[Block]:
        from bankmine.track.compare_blocks import blocks

        return blocks(self)

    def as_json(self) -> dict[str, object]:
        """The evaluation as the document of schema bankmine.comparison/1."""
        from bankmine.report.comparison_document import document

        return document(self)
