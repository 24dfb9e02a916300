"""Before and after: whether a change made a difference, how large, and whether it is what was foretold (plan §9.2, §10)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bankmine.advice.answer import Interval
from bankmine.errors import UsageError
from bankmine.measure.attributes import case_values, main_resource, titled
from bankmine.show.format import duration, percent
from bankmine.stats.effect import (
    Change,
    Interrupted,
    Side,
    at_equal_demand,
    changed,
    changed_beyond,
    interrupted,
    pseudo_values,
    standardised_sides,
)
from bankmine.stats.survival import Survival
from bankmine.track.changes import CONFIDENCE, SURE, finding_changes, kpi_changes, step_changes
from bankmine.track.cohorts import Cohorts
from bankmine.track.evaluation import Cohort, Effect, Evaluation, Verdict, signed
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

FEWEST_CASES, FEWEST_WEEKS = 50, 4  # on each side
LEAST_COVERED = 0.5  # of each side's cases in strata that both have
MOST_UNSEEN = 0.5  # of a side's cases still open
SAME_MIX = Text(zh="同样构成", en="the same mix")
SAME_DEMAND = Text(zh="同样构成与到达量", en="the same mix and demand")
CALLED: dict[Verdict, Text] = {
    "better": Text(
        zh="改善：办理时长由 {a} 变为 {b}；{held}下变化 {ratio}（90% 区间 {low} 至 {high}）。",
        en="Better: cycle time went from {a} to {b}; at {held} by {ratio} (90 % interval {low} to {high}).",
    ),
    "worse": Text(
        zh="变差：办理时长由 {a} 变为 {b}；{held}下变化 {ratio}（90% 区间 {low} 至 {high}）。",
        en="Worse: cycle time went from {a} to {b}; at {held} by {ratio} (90 % interval {low} to {high}).",
    ),
    "no_difference_shown": Text(
        zh="未显示差异：办理时长由 {a} 变为 {b}；{held}下变化 {ratio}（90% 区间 {low} 至 {high}），各周之间的偶然波动就能造成；变化约达 {least} 才会显示出来。",
        en="No difference shown: cycle time went from {a} to {b}; at {held} by {ratio} (90 % interval {low} to {high}), which weeks that "
        "differ by chance can make; it takes a change of about {least} to show.",
    ),
}
BEYOND: dict[Verdict, Text] = {
    "better": Text(
        zh="改善：相对其余案件，所涉案件的办理时长变化 {ratio}（90% 区间 {low} 至 {high}）。",
        en="Better: cycle time of the cases concerned changed by {ratio} beyond that of the others (90 % interval {low} to {high}).",
    ),
    "worse": Text(
        zh="变差：相对其余案件，所涉案件的办理时长变化 {ratio}（90% 区间 {low} 至 {high}）。",
        en="Worse: cycle time of the cases concerned changed by {ratio} beyond that of the others (90 % interval {low} to {high}).",
    ),
    "no_difference_shown": Text(
        zh="未显示差异：相对其余案件，所涉案件的办理时长变化 {ratio}（90% 区间 {low} 至 {high}）；变化约达 {least} 才会显示出来。",
        en="No difference shown: cycle time of the cases concerned changed by {ratio} beyond that of the others (90 % interval {low} to "
        "{high}); it takes a change of about {least} to show.",
    ),
}
NO_STRATUM = Text(zh="无法比较：前后没有同类的案件。", en="Not comparable: there are no cases of one kind on both sides.")
NO_TIME = Text(zh="无法比较：案件不占时间，每件只有一个时刻。", en="Not comparable: the cases take no time, each has one instant only.")
NO_GROUP = Text(
    zh="无法比较：所指定的一组，或其余案件，在前后缺少同类案件。",
    en="Not comparable: the group named, or the rest, has no cases of one kind on both sides.",
)
MIX = Text(
    zh="无法比较：只有 {share} 的案件前后有同类；构成变化太大。",
    en="Not comparable: only {share} of the cases have others of their kind on both sides; the mix has changed too much.",
)
FEW = Text(
    zh="无法比较：每侧至少要有 {cases} 件、跨 {weeks} 周；现为 {a} 件 {aw} 周与 {b} 件 {bw} 周。",
    en="Not comparable: it takes {cases} cases over {weeks} weeks on each side; there are {a} over {aw} weeks and {b} over {bw}.",
)
OPEN = Text(
    zh="无法比较：一侧有 {share} 的案件尚未办结，看得还不够久。",
    en="Not comparable: {share} of the cases of one side are still open; they have not been watched long enough.",
)
OTHER = Text(zh="无法比较：两个日志是不同的流程（{a} 与 {b}）。", en="Not comparable: the logs are of different processes ({a} and {b}).")


def compare(
    before: "Analysis",
    after: "Analysis",
    *,
    watched_until: int | None = None,
    mix: Sequence[str] | None = None,
    touched: tuple[str, Sequence[str]] | None = None,
    carried_out: Sequence[str] | None = None,
) -> Evaluation:
    """The evaluation of a change between two logs, or two parts of one.

    `watched_until` UTC microseconds: the change came then, and cases of `before` are followed no longer. `mix`: attributes to hold alike
    (default: all that both logs have, as far as the cases stay comparable). `touched`: an attribute and its values; the change concerned
    those cases (`resource`: those on which these people worked longest, such as the people trained), and the others show what would have
    happened without it (difference in differences). `carried_out`: recommendations of `before`, as ranks or PATTERN@ACTIVITY; default:
    those that are resolved. Raises UsageError ATTRIBUTE_UNKNOWN, VALUE_UNKNOWN, RANK_UNKNOWN.
    """
    done = None if carried_out is None else {_named(before, each) for each in carried_out}
    cohorts = Cohorts.of(before, after, watched_until, mix)
    group = None if touched is None else _group(before, after, cohorts, *touched)
    findings = finding_changes(before, after, done)
    name = None
    if touched is not None:
        name = Text(zh="{name}={values}", en="{name}={values}").format(name=titled(touched[0]), values=", ".join(touched[1]))
    effect = _not_comparable(before, after, cohorts) or _effect(before, after, cohorts, group, name)
    verdict, reason = _called(effect) if isinstance(effect, Effect) else ("not_comparable", effect)
    return Evaluation(
        verdict,
        reason,
        _cohort(cohorts, after=False),
        _cohort(cohorts, after=True),
        cohorts.horizon_s,
        cohorts.mix,
        effect if isinstance(effect, Effect) else None,
        _sum([f.predicted for f in findings if f.carried_out]),
        kpi_changes(before, after),
        findings,
    )


def _effect(before: "Analysis", after: "Analysis", cohorts: Cohorts, group: np.ndarray | None, touched: Text | None) -> Effect | Text:
    """The effect, or why there is none; `touched`: the name of the `group`."""
    values = np.zeros(len(cohorts.after))
    for side in (False, True):
        rows = cohorts.after == side
        values[rows] = pseudo_values(cohorts.duration_s[rows], cohorts.over[rows], cohorts.horizon_s)

    def sides(rows: np.ndarray, stratum: np.ndarray) -> tuple[Side, Side]:
        return standardised_sides(values[rows], cohorts.after[rows], stratum[rows], cohorts.week[rows])

    everyone = np.ones(len(values), dtype=bool)
    try:
        alike = sides(everyone, cohorts.stratum)
    except ValueError:
        return NO_STRATUM
    if min(side.mean for side in alike) <= 0:
        return NO_TIME
    share = min(side.covered for side in alike)
    if share < LEAST_COVERED:
        return MIX.format(share=percent(share))
    beyond = None
    if group is not None:
        try:
            beyond = changed_beyond(sides(group, cohorts.stratum), sides(~group, cohorts.stratum), CONFIDENCE)
        except ValueError:
            return NO_GROUP
    change = changed(*alike, CONFIDENCE)
    demand = at_equal_demand(values, cohorts.after, cohorts.stratum, cohorts.week, CONFIDENCE)
    ruling = beyond or demand or change
    return Effect(
        alike[0].mean,
        alike[1].mean,
        (alike[0].covered, alike[1].covered),
        change,
        changed(*sides(everyone, np.zeros(len(values), dtype=np.int64)), CONFIDENCE),
        demand,
        touched,
        beyond,
        _series(cohorts, values),
        Interval(alike[0].mean * (1 - ruling.ratio), alike[0].mean * (1 - ruling.high), alike[0].mean * (1 - ruling.low)),
        step_changes(before, after, cohorts),
    )


def _called(effect: Effect) -> tuple[Verdict, Text]:
    """The verdict and the sentence that says it."""
    ruling = effect.ruling
    verdict: Verdict = "no_difference_shown" if effect.p >= SURE else "better" if ruling.ratio < 1 else "worse"
    said = CALLED[verdict] if effect.beyond is None else BEYOND[verdict]
    return verdict, said.format(
        a=duration(effect.before_s),
        b=duration(effect.after_s),
        held=SAME_MIX if effect.demand is None else SAME_DEMAND,
        ratio=signed(ruling.ratio),
        low=signed(ruling.low),
        high=signed(ruling.high),
        least=percent(float(np.expm1(_least(ruling)))),
    )


def _cohort(cohorts: Cohorts, *, after: bool) -> Cohort:
    rows = cohorts.after == after
    median = Survival.of(cohorts.duration_s[rows], cohorts.over[rows]).quantile(0.5)[0] if rows.any() else None
    return Cohort(int(rows.sum()), int((~cohorts.over[rows]).sum()), _weeks(cohorts)[after], median)


def _not_comparable(before: "Analysis", after: "Analysis", cohorts: Cohorts) -> Text | None:
    """Why the two sides cannot be set against each other, None where they can."""
    names = [definition.id if (definition := a.understanding.definition) is not None else None for a in (before, after)]
    if None not in names and names[0] != names[1]:
        return OTHER.format(a=str(names[0]), b=str(names[1]))
    count = [int((cohorts.after == side).sum()) for side in (False, True)]
    weeks = _weeks(cohorts)
    if min(count) < FEWEST_CASES or min(weeks) < FEWEST_WEEKS:
        return FEW.format(cases=FEWEST_CASES, weeks=FEWEST_WEEKS, a=count[0], aw=weeks[0], b=count[1], bw=weeks[1])
    unseen = max(float((~cohorts.over[cohorts.after == side]).mean()) for side in (False, True))
    if unseen > MOST_UNSEEN:
        return OPEN.format(share=percent(unseen))
    return None


def _weeks(cohorts: Cohorts) -> tuple[int, int]:
    one, other = (len(np.unique(cohorts.week[cohorts.after == side])) for side in (False, True))
    return one, other


def _least(change: Change) -> float:
    """The logarithm of the change that would just be called one."""
    from scipy.stats import norm

    spread = np.log(change.high / change.low) / 2 / norm.ppf((1 + CONFIDENCE) / 2)
    return float(spread * norm.ppf(1 - SURE / 2))


def _series(cohorts: Cohorts, values: np.ndarray) -> Interrupted | None:
    """The weekly means of both sides on one calendar; the weeks of the first side that reach into the second or are cut short by the change
    are left out.
    """
    week = np.where(cohorts.after, cohorts.apart + cohorts.week, cohorts.week)
    last = min(int(cohorts.week[~cohorts.after].max()), cohorts.apart)
    kept = cohorts.after | (cohorts.week < last)
    if cohorts.apart <= 0:
        return None  # there is no before
    size = np.bincount(week[kept], minlength=int(week.max()) + 1)
    total = np.bincount(week[kept], weights=values[kept], minlength=len(size))
    return interrupted(total / np.maximum(size, 1), size, cohorts.apart, CONFIDENCE)


def _sum(parts: Sequence[Interval | None]) -> Interval | None:
    """The sum of gains that are independent: half-widths add up as squares."""
    known = [part for part in parts if part is not None]
    if not known or any(part.low is None or part.high is None for part in known):
        return None
    middle = sum(part.estimate for part in known)
    below = sum((part.estimate - (part.low or 0.0)) ** 2 for part in known) ** 0.5
    above = sum(((part.high or 0.0) - part.estimate) ** 2 for part in known) ** 0.5
    return Interval(middle, middle - below, middle + above)


def _named(before: "Analysis", name: str) -> tuple[str, str]:
    """The recommendation of `before` that a rank or PATTERN@ACTIVITY means. Raises UsageError RANK_UNKNOWN."""
    for each in before.recommendations:
        if name.strip() in (str(each.rank), f"{each.pattern}@{each.activity}") or name.strip().upper() == each.pattern:
            return each.pattern, each.activity
    known = ", ".join(f"{r.rank} ({r.pattern}@{r.activity})" for r in before.recommendations) or "-"
    raise UsageError(
        "RANK_UNKNOWN",
        Text(zh=f"之前的建议中没有“{name}”。", en=f"there was no recommendation {name!r} before."),
        Text(zh=f"可选：{known}。", en=f"choose from {known}."),
    )


def _group(before: "Analysis", after: "Analysis", cohorts: Cohorts, attribute: str, values: Sequence[str]) -> np.ndarray:
    """bool [cases of both]: those with one of the values. Raises UsageError ATTRIBUTE_UNKNOWN, VALUE_UNKNOWN."""
    known = [_values_of(analysis, attribute) for analysis in (before, after)]
    parts = [np.isin(codes, [code for code, name in enumerate(names) if name in values]) for codes, names in known]
    found = np.concatenate(parts)[np.where(cohorts.after, before.log.cases + cohorts.row, cohorts.row)]
    if not found.any() or found.all():
        names = sorted({name for _, each in known for name in each})
        raise UsageError(
            "VALUE_UNKNOWN",
            Text(zh=f"按 {attribute}={','.join(values)} 分不出两组。", en=f"{attribute}={','.join(values)} does not make two groups."),
            Text(zh="取值：" + "、".join(names[:20]) + "。", en="values: " + ", ".join(names[:20]) + "."),
        )
    return found


def _values_of(analysis: "Analysis", attribute: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """The value of each case and their names; `resource`: who worked longest on it, by pseudonym unless people are shown."""
    if attribute == "resource":
        return main_resource(analysis.log, analysis.understanding), tuple(analysis.pseudonym(name) for name in analysis.log.resources)
    return case_values(analysis.log, attribute)
