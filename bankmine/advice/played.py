"""What the first recommendations would save as the twin plays them, where it can be trusted with the steps concerned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bankmine.advice.answer import Interval
from bankmine.errors import UsageError
from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Pattern
from bankmine.stats.bootstrap import FEWEST_WEEKS
from bankmine.twin.changes import Change
from bankmine.twin.fit import WEEK
from bankmine.twin.twin import Trial, Twin, window
from bankmine.words import Text

MOST_PLAYED = 10
MOST_INSTANCES = 20_000  # of the window


@dataclass(frozen=True, eq=False)
class Play:
    """A remedy, played: `upper` with the cause gone, None where the remedy leaves some of it; `realistic` of it what a bank can expect,
    beyond the remedies played before it; `alone_s`: all of it, by itself. Seconds a case, over the cases that the twin counts; no interval
    under 12 weeks.
    """

    changes: tuple[Change, ...]
    said: Text
    upper: Interval | None
    realistic: Interval
    alone_s: float


@dataclass(frozen=True, slots=True)
class Together:
    """Recommendations `ranks` carried out in full, together: what they save, and the sum of what each saves alone; seconds a case."""

    ranks: tuple[int, ...]
    sum_s: float
    together: Interval


def too_few_weeks(facts: Facts) -> Text | None:
    """Why the window of a log is not played: it has too few weeks for an interval; None where it has enough, or is the whole log."""
    weeks = (int(facts.moment.max()) - window(facts, MOST_INSTANCES)) // WEEK
    if len(facts.case) <= MOST_INSTANCES or weeks >= FEWEST_WEEKS:
        return None
    return Text(
        zh=f"孪生未推演：{MOST_INSTANCES:,} 个环节实例只有 {weeks} 周；可用 --twin full 推演整个日志",
        en=f"not played in the twin: {MOST_INSTANCES:,} instances are only {weeks} weeks; --twin full plays the whole log",
    )


def played(facts: Facts, twin: Twin, items: Sequence[tuple[Pattern, Finding, float]]) -> list[Play | Text | None]:
    """For each pattern, finding and realistic share, best first: the play, why the twin does not play it, or None where nothing queues."""
    result: list[Play | Text | None] = []
    before: tuple[Change, ...] = ()
    saved = np.zeros(twin.cases, dtype=np.int64)
    for pattern, finding, share in items:
        changes = pattern.remedy(facts, finding) if sum(isinstance(each, Play) for each in result) < MOST_PLAYED else ()
        if not changes:
            result.append(None)
            continue
        why = _outside(twin, changes)
        if why is not None:
            result.append(why)
            continue
        try:
            alone = twin.trial(changes)
            both = twin.trial((*before, *changes)) if before else alone
        except UsageError as refused:  # such as a step begun at once with two others
            result.append(Text(zh="孪生未推演：{why}", en="not played in the twin: {why}").format(why=refused.what))
            continue
        full = pattern.plays == "upper"
        kept = share if full else 1.0
        upper = _interval(alone, float(alone.saved.mean()), 1.0) if full else None
        result.append(
            Play(
                changes,
                _said(twin, changes),
                upper,
                _interval(alone, float((both.saved - saved).mean()), kept),
                float(alone.saved.mean()) / SECOND,
            )
        )
        before, saved = (*before, *changes), both.saved
    return result


def together(twin: Twin, plays: Mapping[int, Play]) -> Together | None:
    """Plays by rank, together against their sum; None where there are fewer than two, or they cannot be played together."""
    if len(plays) < 2:
        return None
    try:
        trial = twin.trial([change for play in plays.values() for change in play.changes])
    except UsageError:
        return None
    whole = Interval(float(trial.saved.mean()) / SECOND, trial.low_s, trial.high_s)
    return Together(tuple(plays), sum(play.alone_s for play in plays.values()), whole)


def _said(twin: Twin, changes: Sequence[Change]) -> Text:
    said = [change.said(twin.office) for change in changes]
    return Text(zh="；".join(each.zh for each in said), en="; ".join(each.en for each in said))


def _interval(alone: Trial, mean: float, share: float) -> Interval:
    """Seconds a case: `share` of a mean saving, as far to either side as the remedy's alone."""
    estimate = mean / SECOND
    if alone.low_s is None or alone.high_s is None:
        return Interval(estimate * share, None, None)
    usual = float(alone.saved.mean()) / SECOND
    return Interval(estimate * share, (estimate + alone.low_s - usual) * share, (estimate + alone.high_s - usual) * share)


def _outside(twin: Twin, changes: Sequence[Change]) -> Text | None:
    """Why the twin's figure for these changes cannot be used; None where it can."""
    steps = np.logical_or.reduce([change.steps(twin.office) for change in changes])
    if twin.usable(steps):
        return None
    fit = twin.fit
    known = np.flatnonzero(steps & ~np.isnan(fit.observed_s) & ~fit.usable).tolist()
    if not known:
        return Text(
            zh="孪生不可采用：所涉环节的记录太少，无法检验", en="the twin is not usable: too few items of the steps concerned to test it"
        )
    worst = max(known, key=lambda k: float(fit.observed_s[k]) * float(fit.items[k]))
    return Text(zh="孪生对「{name}」{said}", en="the twin at “{name}”: {said}").format(
        name=fit.activities[worst], said=fit.said(worst).text
    )
