"""The verdict of each rule on each case: passed, violated, unknown or not about this case."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.measure.duty import Duty
from bankmine.measure.endings import Endings
from bankmine.model.deadline import NEVER, Deadlines
from bankmine.model.selection import Selection
from bankmine.process.definition import Understanding
from bankmine.process.rule import (
    Absence,
    Cardinality,
    Condition,
    Exclusiveness,
    Order,
    Place,
    Presence,
    Rule,
    Segregation,
    TimeLimit,
)


class Verdict(IntEnum):
    """Of one rule on one case; exactly one holds."""

    NOT_APPLICABLE = 0
    PASS = 1
    VIOLATED = 2
    UNKNOWN = 3


@dataclass(frozen=True, eq=False)
class Judged:
    """One rule on every case, arrays [cases].

    `verdict` int8; `row` int64, the first violating instance (where something is missing: the one that should have had it before it;
    where nothing followed, the one that closed the case or set the clock), -1 = not violated. `pending` bool: unknown only because the
    case is open and the step may still come. `breached`, `corrected` int64 UTC microseconds, where violated: when the rule was broken,
    and when what was missing was done after all, UNKNOWN_TIME = never; None for rules that nothing done later puts right.
    """

    verdict: np.ndarray
    row: np.ndarray
    pending: np.ndarray
    breached: np.ndarray | None = None
    corrected: np.ndarray | None = None


class Judge:
    """Judges rules on one log (rows in canonical order; "before" is by `moment`, and equal times count as kept).

    A step that the log never shows is taken as not recorded: what depends on it is unknown. Missing people, attributes and times are
    unknown. In an open case a step that may still come leaves the verdict unknown and pending; what is forbidden counts as kept so far.
    """

    def __init__(self, log: EventLog, understanding: Understanding, endings: Endings, duty: Duty, declared: Collection[str] = ()) -> None:
        self._log, self._endings = log, endings
        self._deadlines = Deadlines(log, duty)
        self._select = Selection(log, understanding, declared)
        self._everywhere = np.ones(log.cases, dtype=bool)
        self._moment = np.append(log.moment, UNKNOWN_TIME)  # row -1, no row, takes the last

    def of(self, rule: Rule) -> Judged:
        """The rule on every case. Raises UsageError CONTROL_ACTIVITY, CONTROL_FIELD (with the valid names)."""
        place = rule.place
        match rule.requirement:
            case Order() as order:
                judged = self._order(order, place)
            case Presence() as presence:
                judged = self._presence(presence, place)
            case Absence() as absence:
                judged = self._absence(absence, place)
            case Cardinality() as cardinality:
                judged = self._cardinality(cardinality, place)
            case Exclusiveness() as exclusiveness:
                judged = self._exclusiveness(exclusiveness, place)
            case Segregation() as segregation:
                judged = self._segregation(segregation, place)
            case TimeLimit() as limit:
                judged = self._time_limit(limit, place)
        return judged if rule.when is None else self._only(judged, rule.when, place)

    def subject(self, rule: Rule) -> int:
        """The activity that a rule is about: the one that must come first, be there, or be done in time; -1 where the log has none."""
        match rule.requirement:
            case Order(first=steps) | TimeLimit(until=steps):
                return self._usual(steps, rule.place)
            case requirement:
                return self._usual(requirement.step, rule.place)

    def later(self, rule: Rule) -> int:
        """The activity that must not come before its subject, -1 where the rule or the log has none."""
        return self._usual(rule.requirement.then, rule.place) if isinstance(rule.requirement, Order) else -1

    def concerns(self, rule: Rule) -> np.ndarray:
        """bool [activities]: those that the requirement names."""
        named = np.zeros(len(self._log.activities), dtype=bool)
        for name in ("first", "then", "step", "other", "since", "until", "before", "after", "among"):
            steps = getattr(rule.requirement, name, None)
            if steps is not None:
                named[self._log.activity[self._select.rows(steps, name, rule.place)]] = True
        return named

    def _usual(self, steps: tuple[str, ...], place: Place | None) -> int:
        """The most frequent activity of these steps."""
        rows = self._select.rows(steps, "step", place)
        return int(np.bincount(self._log.activity[rows]).argmax()) if len(rows) else -1

    def _order(self, rule: Order, place: Place | None) -> Judged:
        firsts = self._select.rows(rule.first, "first", place)
        first, then = self._select.first(firsts), self._select.first(self._select.rows(rule.then, "then", place))
        reached, done = then >= 0, first >= 0
        scope = reached if rule.required else reached & done
        if not len(firsts) or (reached & done).sum() < rule.recorded_share * reached.sum():
            return self._unknown(reached if rule.required else reached & False)
        late = scope & done & (self._moment[first] > self._moment[then])
        violated = late | (scope & ~done)
        return self._judged(
            scope, violated, row=then, breached=self._moment[then], corrected=np.where(late, self._moment[first], UNKNOWN_TIME)
        )

    def _presence(self, rule: Presence, place: Place | None) -> Judged:
        rows = self._select.rows(rule.step, "step", place)
        scope = self._everywhere if rule.among is None else self._select.first(self._select.rows(rule.among, "among", place)) >= 0
        if not len(rows):
            return self._unknown(scope)
        missing = scope & (self._select.first(rows) < 0)
        return self._judged(scope, missing & self._endings.closed, missing & ~self._endings.closed, row=self._endings.by)

    def _absence(self, rule: Absence, place: Place | None) -> Judged:
        rows = self._select.rows(rule.step, "step", place)
        if rule.after is None:
            at = self._select.first(rows)
            return self._judged(self._everywhere, at >= 0, row=at) if len(rows) else self._unknown(self._everywhere)
        after = self._select.rows(rule.after, "after", place)
        scope = self._select.first(after) >= 0
        if not len(rows):
            return self._unknown(scope)
        since = self._select.last_before(after, rows)
        wrong = (since >= 0) & (self._moment[rows] > self._moment[since])
        if rule.unless is not None:
            wrong &= self._select.last_before(self._select.rows(rule.unless, "unless", place), rows) < since
        at = self._select.first(rows[wrong])
        return self._judged(scope, at >= 0, row=at)

    def _cardinality(self, rule: Cardinality, place: Place | None) -> Judged:
        log, rows = self._log, self._select.rows(rule.step, "step", place)
        settled, limit = self._endings.closed, self._endings.by
        if rule.before is None:
            scope = self._select.first(rows) >= 0
        else:
            limit = self._select.first(self._select.rows(rule.before, "before", place))
            scope = settled = limit >= 0
            if not len(rows):
                return self._unknown(scope)
            rows = rows[(limit[log.case[rows]] >= 0) & (self._moment[rows] <= self._moment[limit[log.case[rows]]])]
        values = None if rule.different is None else self._select.column(rule.different, "different", place)[0]
        known = rows if values is None else rows[values[rows] >= 0]
        if values is not None:
            key = log.case[known].astype(np.int64) * (int(values.max(initial=0)) + 1) + values[known]
            known = np.sort(known[np.unique(key, return_index=True)[1]])
        surely = np.bincount(log.case[known], minlength=log.cases)
        unnamed = np.zeros_like(surely) if values is None else np.bincount(log.case[rows[values[rows] < 0]], minlength=log.cases)
        least, most = np.maximum(surely, unnamed > 0), surely + unnamed
        low, high = rule.min or 0, rule.max or len(log)
        many, few = least > high, most < low
        nth = np.arange(len(known)) - (np.cumsum(surely) - surely)[log.case[known]]
        too_many = np.full(log.cases, -1, dtype=np.int64)
        too_many[log.case[known[nth == high]]] = known[nth == high]
        pending = few & ~many & ~settled
        unsure = ~many & ((few & ~settled) | ((least < low) & ~few) | (most > high))
        return self._judged(scope, many | (few & settled), unsure, pending=pending, row=np.where(many, too_many, limit))

    def _exclusiveness(self, rule: Exclusiveness, place: Place | None) -> Judged:
        rows, others = self._select.rows(rule.step, "step", place), self._select.rows(rule.other, "other", place)
        one, other = self._select.first(rows), self._select.first(others)
        scope = (one >= 0) | (other >= 0)
        if not len(rows) or not len(others):
            return self._unknown(scope)
        return self._judged(scope, (one >= 0) & (other >= 0), row=np.maximum(one, other))

    def _segregation(self, rule: Segregation, place: Place | None) -> Judged:
        log, codes = self._log, self._select.column(rule.attribute, "attribute", place)[0]
        people = rule.attribute == "resource"
        rows, others = (self._select.rows(steps, key, place, people=people) for steps, key in ((rule.step, "step"), (rule.other, "other")))
        if not len(rows) or not len(others):
            return self._unknown(self._select.first(rows if len(rows) else others) >= 0)
        scope = (self._select.first(rows) >= 0) & (self._select.first(others) >= 0)
        if rule.compare == "any":
            size = int(codes.max(initial=0)) + 1
            keys, theirs = (log.case[each].astype(np.int64) * size + codes[each] for each in (rows, others))
            same = (codes[rows] >= 0) & np.isin(keys, theirs[codes[others] >= 0])
            lacking = np.concatenate([rows[codes[rows] < 0], others[codes[others] < 0]])
        else:
            rows = rows[self._select.last_before(others, rows) >= 0]
            scope = self._select.first(rows) >= 0
            theirs = np.append(codes, -1)[self._select.last_before(others if rule.compare == "last" else others[codes[others] >= 0], rows)]
            same = (codes[rows] >= 0) & (codes[rows] == theirs)
            lacking = rows[(codes[rows] < 0) | (theirs < 0)]
        at = self._select.first(rows[same])
        unknown = np.zeros(log.cases, dtype=bool)
        unknown[log.case[lacking]] = True
        return self._judged(scope, at >= 0, unknown, pending=unknown & False, row=at)

    def _time_limit(self, rule: TimeLimit, place: Place | None) -> Judged:
        log = self._log
        untils = self._select.rows(rule.until, "until", place)
        since = self._select.first(self._select.rows(rule.since, "since", place))
        scope = since >= 0
        cases = np.flatnonzero(scope)
        begun = np.where(scope, log.end[since], UNKNOWN_TIME)
        timed = begun != UNKNOWN_TIME
        found = self._deadlines.of(rule, begun[timed])
        if not len(untils) or found is None:
            return self._unknown(scope)
        due = np.full(log.cases, NEVER)
        due[timed] = found
        until = np.full(log.cases, -1, dtype=np.int64)
        until[cases] = self._select.next(untils, since[cases])
        done = np.where(until >= 0, log.end[until], UNKNOWN_TIME)
        closing = self._moment[self._endings.by]
        came = until >= 0
        late = came & (np.where(done == UNKNOWN_TIME, log.began[until], done) > due)
        # What ended otherwise before it was due is none of the limit's business; that it has merely gone quiet says nothing.
        closed = self._endings.closed & self._endings.from_definition
        ended = ~came & closed & (closing <= due)
        past = (self._endings.as_of > due) | (closed & (closing > due))
        violated = timed & (late | (~came & ~ended & past))
        pending = timed & ~came & ~ended & ~past
        unknown = ~timed | pending | (came & (done == UNKNOWN_TIME) & ~late)
        corrected = np.where(violated & came, done, UNKNOWN_TIME)
        scope &= ~(timed & ended)
        row = np.where(came, until, since)
        return self._judged(scope, violated, unknown, pending=pending, row=row, breached=due, corrected=corrected)

    def _only(self, judged: Judged, when: Condition, place: Place | None) -> Judged:
        """The verdicts of the cases for which the condition holds; unknown where it cannot be told."""
        starts = self._log.offsets[:-1]
        if when.numeric:
            number = self._select.number(when.attribute, "when", place)
            known = ~np.isnan(number)
            holds = known.copy()
            for bound, keeps in (
                (when.above, np.greater),
                (when.at_least, np.greater_equal),
                (when.below, np.less),
                (when.at_most, np.less_equal),
            ):
                if bound is not None:
                    holds &= keeps(number, bound)
        else:
            codes, values = self._select.column(when.attribute, "when", place)
            known = codes >= 0
            holds = known & np.append([value in (when.values or ()) for value in values], False).astype(bool)[codes]
        holds, known = np.logical_or.reduceat(holds, starts), np.logical_or.reduceat(known, starts)
        verdict = judged.verdict.copy()
        verdict[~holds & known] = Verdict.NOT_APPLICABLE
        verdict[~known & (judged.verdict != Verdict.NOT_APPLICABLE)] = Verdict.UNKNOWN
        return replace(judged, verdict=verdict, row=np.where(verdict == Verdict.VIOLATED, judged.row, -1), pending=judged.pending & holds)

    def _judged(
        self,
        scope: np.ndarray,
        violated: np.ndarray,
        unknown: np.ndarray | None = None,
        *,
        row: np.ndarray,
        pending: np.ndarray | None = None,
        breached: np.ndarray | None = None,
        corrected: np.ndarray | None = None,
    ) -> Judged:
        violated = scope & violated
        unknown = scope & ~violated & (unknown if unknown is not None else False)
        verdict = np.where(violated, Verdict.VIOLATED, np.where(unknown, Verdict.UNKNOWN, scope)).astype(np.int8)
        waits = unknown if pending is None else unknown & pending
        return Judged(verdict, np.where(violated, row, -1), waits, breached, corrected)

    def _unknown(self, scope: np.ndarray) -> Judged:
        """Nothing can be told in these cases."""
        nothing = scope & False
        return self._judged(scope, nothing, scope, row=np.full(len(scope), -1), pending=nothing)
