"""What breached controls have in common: one finding a rule, its cases, rows and words (definitions §3.4 P22, P23)."""

from collections.abc import Collection, Iterator

import numpy as np

from bankmine.facts import Facts
from bankmine.model.judge import Verdict
from bankmine.model.lag import Lag
from bankmine.patterns.base import Breaches, Finding
from bankmine.process.rule import Rule
from bankmine.show.format import duration, percent
from bankmine.stats.shares import wilson
from bankmine.words import Text

UNKNOWN = Text(zh="另有 {unknown} 件因记录缺失无法判断。", en="{unknown} more cannot be judged, as something is not recorded.")
PUT_RIGHT = Text(zh="其中 {late} 件事后补办，半数在 {lag} 内。", en="{late} of them were put right afterwards, half within {lag}.")
LATE = Text(zh="其中 {late} 件事后补办。", en="{late} of them were put right afterwards.")


def breached(facts: Facts, kinds: Collection[str], fewest: int, tolerated_share: float, words: Text) -> Iterator[Finding]:
    """A finding for each rule of these kinds with at least `fewest` breaches, the lower end of whose share is above what is tolerated.

    Rules that the same cases break at the same activity are one finding: a step left out breaks all that ask for it.
    `words` may use rule, name (the activity to act on), checked, violated, share; what is unknown, and what was put right later, is
    added.
    """
    verdicts = facts.verdicts
    told: dict[int, np.ndarray] = {}
    for number in sorted(range(len(verdicts.rules)), key=lambda k: (-int((verdicts.verdict[k] == Verdict.VIOLATED).sum()), k)):
        rule, activity = verdicts.rules[number], int(verdicts.subject[number])
        if rule.kind not in kinds or activity < 0:
            continue
        cases, first = verdicts.breaches(number)
        if np.isin(cases, told.get(activity, ())).all():
            continue
        count = Breaches(len(cases), int(verdicts.checked[number]), int((verdicts.verdict[number] == Verdict.UNKNOWN).sum()))
        if count.violated < fewest or wilson(count.violated, count.checked)[0] <= tolerated_share:
            continue
        told[activity] = np.append(told.get(activity, cases[:0]), cases)
        shown = verdicts.concerns[number][facts.activity] & np.isin(facts.case, cases)
        shown[first[first >= 0]] = True
        rows = np.flatnonzero(shown)
        nothing = np.zeros(len(rows), dtype=np.int64)
        later = int(verdicts.later[number])
        yield Finding(
            activity,
            _text(facts, rule, activity, count, verdicts.lag[number], words),
            _figures(count, verdicts.lag[number]),
            cases,
            rows,
            nothing,
            nothing,
            count,
            where={"to_activity": facts.names[later]} if later >= 0 else {},
            consequence=rule.severity.value,
        )


def _figures(count: Breaches, lag: Lag | None) -> dict[str, float]:
    figures: dict[str, float] = {
        "violated": count.violated,
        "checked": count.checked,
        "unknown": count.unknown,
        "share": count.violated / count.checked,
    }
    if lag is not None:
        figures["late"] = lag.corrected
        if lag.median_s is not None:
            figures["lag_median_s"] = lag.median_s
    return figures


def _text(facts: Facts, rule: Rule, activity: int, count: Breaches, lag: Lag | None, words: Text) -> Text:
    text = words.format(
        rule=rule.text,
        name=facts.names[activity],
        checked=count.checked,
        violated=count.violated,
        share=percent(count.violated / count.checked),
    )
    if lag is not None and lag.corrected:
        put_right = LATE if lag.median_s is None else PUT_RIGHT.format(lag=duration(lag.median_s), late="{late}")
        text = text.then(put_right.format(late=lag.corrected))
    return text.then(UNKNOWN.format(unknown=count.unknown)) if count.unknown else text
