"""Ranking: by the lower bound of the marginal gain, feasibility, evidence and risk, in tiers (definitions §3.5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from bankmine.advice.answer import Gain, Interval, Recommendation
from bankmine.advice.played import Play, played
from bankmine.advice.risk import risk_of
from bankmine.facts import DAYS_FOR_A_YEARLY_FIGURE, Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import Finding, Level, Pattern
from bankmine.stats.bootstrap import FEWEST_WEEKS, case_sums, simultaneous_low, weekly_interval
from bankmine.stats.shares import wilson
from bankmine.twin.fit import WEEK
from bankmine.twin.replay import Replay
from bankmine.twin.scenario import Cuts, Scenario
from bankmine.twin.twin import Twin
from bankmine.words import Text

FEASIBILITY: Mapping[Level, float] = MappingProxyType({"high": 1.0, "medium": 0.7, "low": 0.4})
EVIDENCE = MappingProxyType({"direct": 1.0, "proxy": 0.7})
RISK_OF_CHANGE: Mapping[Level, float] = MappingProxyType({"low": 1.0, "medium": 0.8, "high": 0.5})
SEVERITY_WEIGHT = MappingProxyType({"compliance": 1.0, "customer": 0.5, "delay": 0.25})
DAYS_A_YEAR = 365.25
UNSURE = "C"
TOP = 3  # stability: share of replicates in which the item is among the first three


@dataclass(frozen=True)
class Limits:
    """What an item must reach to be listed: affected cases and material share (set on healthy logs, definitions §3.6)."""

    min_cases: int = 30
    min_material: float = 0.02


@dataclass(frozen=True, eq=False)
class Candidate:
    """A finding with its scenario and what it would save: int64 [cases] microseconds of cycle time and of staff work.

    `judged`: the scenario that it is ranked on; the gain that is shown is that of `scenario`.
    """

    pattern: Pattern
    finding: Finding
    scenario: Scenario
    judged: Scenario
    upper: np.ndarray
    realistic: np.ndarray
    effort: np.ndarray

    @property
    def judged_as_shown(self) -> bool:
        """Whether it is ranked on the gain that is shown."""
        return bool((self.judged.wait_cut == self.scenario.wait_cut).all())

    @property
    def factor(self) -> float:
        """Feasibility x evidence x risk of changing; a control is not held back by the risk of changing."""
        held_back = 1.0 if self.pattern.kind == "control" else RISK_OF_CHANGE[self.pattern.risk_of_change]
        return FEASIBILITY[self.pattern.feasibility] * EVIDENCE[self.pattern.evidence] * held_back


@dataclass(frozen=True, eq=False)
class Listed:
    """A recommendation with the candidate behind it, so that it can be explained down to rows."""

    recommendation: Recommendation
    candidate: Candidate
    play: Play | None = None


@dataclass(frozen=True, eq=False)
class _Scored:
    candidate: Candidate
    material: float
    low: float
    high: float
    marginal: np.ndarray
    play: Play | None = None
    note: Text | None = None

    @cached_property
    def score(self) -> float:
        return self.low * self.candidate.factor


def candidates_of(facts: Facts, found: Sequence[tuple[Pattern, Finding]], replay: Replay) -> list[Candidate]:
    """Each finding played once in full (upper) and once at its realistic share."""
    none, result = Cuts.none(len(facts.case)), []
    for pattern, finding in found:
        scenario = pattern.change(finding)
        upper = replay.saved(none.with_(scenario))
        realistic = replay.saved(none.with_(scenario, scenario.realistic))
        staff = np.minimum(scenario.work_cut, facts.staff_work[scenario.rows]) * scenario.realistic
        effort = np.bincount(facts.case[scenario.rows], weights=staff, minlength=facts.cases)
        result.append(Candidate(pattern, finding, scenario, pattern.judged(finding), upper, realistic, effort))
    return result


def rank(
    facts: Facts, candidates: Sequence[Candidate], limits: Limits, replay: Replay, twin: Callable[[], Twin | Text | None] = lambda: None
) -> list[Listed]:
    """The list, best first: each item is judged on what it saves beyond those before it. `twin`: what those that the replay lists are
    played in, made where one of them needs it; a text says why there is none; None: the replay stands.
    """
    controls = [_control(c) for c in candidates if c.pattern.kind == "control"]
    pool = [c for c in candidates if c.pattern.kind != "control" and len(c.finding.cases) >= limits.min_cases]
    chosen = _queued(facts, _greedy(facts, pool, limits, replay), twin)
    # The best share of a control's breaches and the best share of time are put in one order by their scores.
    scored = sorted([*chosen, *controls], key=lambda s: (-s.score, s.candidate.pattern.code, s.candidate.finding.activity))
    stability = _stability(scored)
    tiers = _tiers(facts, scored)
    ordered = sorted(range(len(scored)), key=lambda i: (tiers[i], i))
    return [
        Listed(_recommendation(facts, position + 1, tiers[i], scored[i], stability[i]), scored[i].candidate, scored[i].play)
        for position, i in enumerate(ordered)
    ]


def _queued(facts: Facts, chosen: Sequence[_Scored], twin: Callable[[], Twin | Text | None]) -> list[_Scored]:
    """The items; those that rest on queues with what the twin says of them, and the interval of their weeks."""
    bound = [_queue_bound(s.candidate) for s in chosen]
    through = twin() if any(bound) else None
    items = [(s.candidate.pattern, s.candidate.finding, s.candidate.scenario.realistic) for s in chosen]
    plays = played(facts, through, items) if isinstance(through, Twin) else [through] * len(chosen)
    return [_by_weeks(facts, s, play) if queues else s for s, queues, play in zip(chosen, bound, plays, strict=True)]


def _by_weeks(facts: Facts, scored: _Scored, play: Play | Text | None) -> _Scored:
    """An item ranked on the gain that is shown, whose interval is that of its weeks; on the replay's where that cannot be told."""
    if isinstance(play, Play):
        found = play.realistic
        scored = replace(scored, play=play)
    else:
        found = _weekly(facts, scored.marginal, 1 / SECOND)
        scored = replace(scored, note=play)
    if found.low is None or found.high is None or not scored.candidate.judged_as_shown:
        return scored
    whole = float(facts.avoidable.mean()) / SECOND
    return replace(scored, low=max(found.low / whole, 0.0), high=max(found.high / whole, 0.0))


def _queue_bound(candidate: Candidate) -> bool:
    """Whether queues react to the change."""
    return type(candidate.pattern).remedy is not Pattern.remedy


def _control(candidate: Candidate) -> _Scored:
    breaches = candidate.finding.breaches
    assert breaches is not None, "a control pattern counts its breaches"
    low, high = wilson(breaches.violated, breaches.checked)
    weight = SEVERITY_WEIGHT[candidate.pattern.consequence_of(candidate.finding)]
    return _Scored(candidate, breaches.violated / breaches.checked * weight, low * weight, high * weight, candidate.realistic)


def _materials(facts: Facts, pool: Sequence[Candidate], savings: Sequence[np.ndarray]) -> list[_Scored]:
    """Material shares with simultaneous lower bounds: time of the avoidable cycle time, effort of the staff's work."""
    if not pool:
        return []
    touch = np.bincount(facts.case, weights=facts.staff_work, minlength=facts.cases)
    values = np.column_stack([*savings, facts.avoidable, touch]).astype(float)
    sums, total = case_sums(values), values.sum(axis=0)
    base = np.array([-1 if c.pattern.kind == "effort" else -2 for c in pool])
    whole, wholes = np.maximum(total[base], 1), np.maximum(sums[:, base], 1)
    share, shares = total[:-2] / whole, sums[:, :-2] / wholes
    low, high = simultaneous_low(share, shares), np.quantile(shares, 0.95, axis=0)
    return [_Scored(c, float(share[k]), float(low[k]), float(high[k]), savings[k]) for k, c in enumerate(pool)]


def _greedy(facts: Facts, pool: list[Candidate], limits: Limits, replay: Replay) -> list[_Scored]:
    """Takes the best, plays it, and judges the rest on what they save beyond it, until nothing material is left."""
    applied, chosen = Cuts.none(len(facts.case)), []
    savings = [_beyond(facts, c, applied, replay) for c in pool]
    while pool:
        scored = [s for s in _materials(facts, pool, savings) if s.low >= limits.min_material]
        if not scored:
            break
        best = max(scored, key=lambda s: (s.score, -s.candidate.finding.activity, s.candidate.pattern.code))
        chosen.append(best)
        applied = applied.with_(best.candidate.scenario, best.candidate.scenario.realistic)
        pool = [s.candidate for s in scored if s is not best]
        savings = [_beyond(facts, c, applied, replay) for c in pool]
    return chosen


def _beyond(facts: Facts, candidate: Candidate, applied: Cuts, replay: Replay) -> np.ndarray:
    together = applied.with_(candidate.judged, candidate.judged.realistic)
    if candidate.pattern.kind != "effort":
        return replay.saved(together, applied)
    staff = np.minimum(together.work, facts.staff_work) - np.minimum(applied.work, facts.staff_work)
    return np.bincount(facts.case, weights=staff, minlength=facts.cases)


def _tiers(facts: Facts, scored: Sequence[_Scored]) -> list[str]:
    """Items whose intervals overlap the interval of their tier's first item share its tier; a control whose inaction is of
    high risk stands in tier A, one that rests on the queues of too few weeks for an interval in tier C at best.
    """
    tiers, letter, head = [], -1, 0.0
    few = int(_week(facts).max()) + 1 < FEWEST_WEEKS
    for item in scored:
        pattern = item.candidate.pattern
        if pattern.kind == "control" and pattern.inaction(item.candidate.finding) == "high":
            tiers.append("A")
            continue
        if letter < 0 or item.high * item.candidate.factor < head:
            letter, head = letter + 1, item.score
        unsure = few and _queue_bound(item.candidate)
        tiers.append(max(chr(ord("A") + min(letter, 25)), UNSURE if unsure else "A"))
    return tiers


def _stability(scored: Sequence[_Scored]) -> list[float | None]:
    """Share of the replicates in which an item is among the first three; None for controls, which are counted, not replayed."""
    timed = [s for s in scored if s.candidate.pattern.kind != "control"]
    if not timed:
        return [None] * len(scored)
    sums = case_sums(np.column_stack([s.marginal for s in timed]).astype(float))
    estimate = np.array([max(float(s.marginal.sum()), 1.0) for s in timed])
    weight = np.array([s.material * s.candidate.factor for s in timed])
    place = np.argsort(np.argsort(-sums / estimate * weight, axis=1), axis=1)
    share = iter((place < TOP).mean(axis=0).tolist())
    return [None if s.candidate.pattern.kind == "control" else next(share) for s in scored]


def _interval(values: np.ndarray, scale: float) -> Interval:
    """Mean of `values` [cases] times `scale`, with its 90 % interval."""
    means = case_sums(values[:, None].astype(float))[:, 0] / len(values) * scale
    low, high = np.quantile(means, (0.05, 0.95))
    return Interval(float(values.mean()) * scale, float(low), float(high))


def _week(facts: Facts) -> np.ndarray:
    """int64 [cases]: the week in which each case came, from 0 on."""
    return (facts.case_begin - facts.case_begin.min()) // WEEK


def _weekly(facts: Facts, values: np.ndarray, scale: float) -> Interval:
    """Mean of `values` [cases] times `scale`, with the 90 % interval of its weeks; none under 12."""
    return _scaled(Interval(float(values.mean()), *weekly_interval(values, _week(facts))), scale)


def _scaled(interval: Interval, by: float) -> Interval:
    low, high = (None if end is None else end * by for end in (interval.low, interval.high))
    return Interval(interval.estimate * by, low, high)


def _gain(facts: Facts, scored: _Scored) -> Gain:
    candidate = scored.candidate
    if candidate.pattern.kind == "control":
        return Gain(None, None, None, None, "count")
    yearly = None
    if facts.window_days >= DAYS_FOR_A_YEARLY_FIGURE:
        yearly = float(facts.endings.closed.sum()) / facts.window_days * DAYS_A_YEAR
    effort = None if yearly is None or "start" not in facts.has else float(candidate.effort.mean()) / SECOND * yearly
    if candidate.pattern.kind == "effort":
        return Gain(None, None, None, effort, "count")
    upper, play = _interval(candidate.upper, 1 / SECOND), scored.play
    if play is not None:
        # Where the remedy leaves some of the cause, all of it is the replay's, but not less than the remedy saves.
        most = play.upper or (upper if upper.estimate > play.realistic.estimate else play.realistic)
        year = None if yearly is None else _scaled(play.realistic, yearly)
        return Gain(most, play.realistic, year, effort, "twin")
    saved = scored.marginal if candidate.judged_as_shown else candidate.realistic
    realistic = _weekly(facts, saved, 1 / SECOND) if _queue_bound(candidate) else _interval(saved, 1 / SECOND)
    year = None if yearly is None else _scaled(realistic, yearly)
    return Gain(upper, realistic, year, effort, candidate.pattern.method, scored.note)


def _recommendation(facts: Facts, position: int, tier: str, scored: _Scored, stability: float | None) -> Recommendation:
    candidate = scored.candidate
    pattern, finding = candidate.pattern, candidate.finding
    share = len(finding.cases) / facts.cases
    likelihood, severity, risk_class = risk_of(pattern.consequence_of(finding), share)
    held_back = 1.0 if pattern.kind == "control" else RISK_OF_CHANGE[pattern.risk_of_change]
    where = {"to_activity": None, "role": None, "segment": None, "channel": None, "branch": None, "resource": None}
    return Recommendation(
        rank=position,
        tier=tier,
        pattern=pattern.code,
        activity=facts.names[finding.activity],
        where=MappingProxyType({**where, **finding.where}),
        diagnoses=pattern.diagnoses,
        plan=pattern.plan,
        title=pattern.title,
        text=finding.text,
        kind=pattern.kind,
        gain=_gain(facts, scored),
        evidence=pattern.evidence,
        feasibility=pattern.feasibility,
        risk_of_change=pattern.risk_of_change,
        risk_of_inaction=pattern.inaction(finding),
        likelihood=likelihood,
        severity=severity,
        risk_class=risk_class,
        phase=pattern.phase,
        cases=len(finding.cases),
        share_of_cases=share,
        material_share=scored.low,
        score=scored.score,
        stability=stability,
        factors=(
            (Text(zh="实质份额（下限）", en="material share (lower bound)"), scored.low),
            (Text(zh="可行性", en="feasibility"), FEASIBILITY[pattern.feasibility]),
            (Text(zh="证据", en="evidence"), EVIDENCE[pattern.evidence]),
            (Text(zh="变更风险", en="risk of changing"), held_back),
        ),
    )
