"""The twin of a log: its own work played through its own people and hours, unchanged and with changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bankmine.errors import UsageError
from bankmine.facts import NEEDS, Facts
from bankmine.log.eventlog import SECOND
from bankmine.stats.bootstrap import REPLICATES, SEED
from bankmine.stats.grouped import grouped_sum
from bankmine.twin.changes import Change, applied, nonsense
from bankmine.twin.fit import WEEK, Fit, fitted
from bankmine.twin.forecast import Forecast
from bankmine.twin.grammar import GRAMMAR
from bankmine.twin.office import Office
from bankmine.twin.queues import Played, play
from bankmine.words import Text

FEWEST_WEEKS = 12
MINUTE = 60 * SECOND
BLOCK = 3  # weeks that are drawn together: queues reach from one into the next


@dataclass(frozen=True, eq=False)
class Twin:
    """The log's office, played unchanged, and how well that foretells its waits."""

    facts: Facts
    office: Office
    played: Played
    fit: Fit

    @classmethod
    def of(cls, facts: Facts) -> "Twin":
        """Raises UsageError TWIN_UNABLE where the log shows nobody's queue: no start times, people or duty hours."""
        if not {"start", "resource", "calendar"} <= facts.has:
            needed = [NEEDS[need] for need in ("start", "resource", "calendar") if need not in facts.has]
            raise UsageError(
                "TWIN_UNABLE",
                Text(zh="日志看不出排队，无法推演", en="the log does not show queues, so nothing can be played"),
                Text(zh="需要：" + "、".join(n.zh for n in needed), en="needed: " + ", ".join(n.en for n in needed)),
            )
        return cls(facts, *fitted(facts))

    @cached_property
    def cycle(self) -> np.ndarray:
        """int64 [cases]: cycle time of the unchanged play, without what is by design."""
        return _cycle(self.office, self.played)

    def simulate(self, changes: Sequence[Change], words: Sequence[str] = ()) -> Forecast:
        """The changes, played together; `words`: as they are said. Raises UsageError CHANGES_NONE, CHANGE_VALUE."""
        if not changes:
            raise UsageError(
                "CHANGES_NONE",
                Text(zh="没有给出变更", en="no change was given"),
                Text(zh="写法：" + "；".join(zh for zh, _ in GRAMMAR), en="write " + "; ".join(en for _, en in GRAMMAR)),
            )
        office = applied(changes, self.office, self.facts)
        played = play(office)
        if played.undone.any() and not self.played.undone.any():
            raise nonsense(
                Text(
                    zh=f"变更之后有 {int(played.undone.sum())} 件工作永远办不完",
                    en=f"with this change {int(played.undone.sum())} pieces of work are never done",
                )
            )
        after, cases = _cycle(office, played), self.facts.cases
        same = len(after) == cases
        saved = self.cycle - after if same else np.zeros(0, dtype=np.int64)
        steps = np.logical_or.reduce([change.steps(self.office) for change in changes])
        error = self._error(steps)
        low, high = self.interval(saved, error) if same else (None, None)
        for number, change in enumerate(changes):
            for other in change.bounds() if low is not None and high is not None else ():
                bound = applied([*changes[:number], other, *changes[number + 1 :]], self.office, self.facts)
                lower, higher = self.interval(self.cycle - _cycle(bound, play(bound)), error)
                low = low if low is None or lower is None else min(low, lower)
                high = high if high is None or higher is None else max(high, higher)
        return Forecast(
            words=tuple(words),
            cases=cases,
            before_s=float(self.cycle.mean()) / SECOND,
            after_s=float(after.mean()) / SECOND,
            low_s=low,
            high_s=high,
            gain_cases=int((saved > MINUTE).sum()) if same else None,
            lose_cases=int((saved < -MINUTE).sum()) if same else None,
            activities=self.facts.names,
            wait_before_s=_waits(self.office, self.played),
            wait_after_s=_waits(office, played),
            roles=office.roles,
            load_before=self._load(self.office, self.played),
            load_after=self._load(office, played),
            usable=self._usable(steps),
            fit=self.fit,
            of_case=saved,
        )

    def interval(self, saved: np.ndarray, error: float = 0.0) -> tuple[float | None, float | None]:
        """Seconds a case: the 90 % interval of mean `saved` [cases] by moving blocks of arrival weeks, with the `error` of the twin on the
        steps concerned, seconds a case, in quadrature; None under 12 weeks.
        """
        facts = self.facts
        week = (facts.case_begin - facts.case_begin.min()) // WEEK
        weeks = int(week.max()) + 1
        if weeks < FEWEST_WEEKS:
            return None, None
        sums = grouped_sum(saved, week, weeks).astype(float) / SECOND
        count = np.bincount(week, minlength=weeks).astype(float)
        begin = np.random.default_rng(SEED).integers(0, weeks - BLOCK + 1, (REPLICATES, -(-weeks // BLOCK)))
        drawn = (begin[:, :, None] + np.arange(BLOCK)).reshape(REPLICATES, -1)
        means = sums[drawn].sum(axis=1) / np.maximum(count[drawn].sum(axis=1), 1)
        mean = float(saved.mean()) / SECOND
        low, high = (float(q) for q in np.quantile(means, (0.05, 0.95)))
        wider = 1.645 * error
        return mean - float(np.hypot(mean - low, wider)), mean + float(np.hypot(high - mean, wider))

    def _usable(self, steps: np.ndarray) -> bool:
        """Whether the twin foretells the steps concerned, as far as their items are enough to tell; not where none are."""
        known = steps & ~np.isnan(self.fit.observed_s)
        return bool(known.any() and self.fit.usable[known].all() and not self.played.undone.any())

    def _error(self, steps: np.ndarray) -> float:
        """By how many seconds a case the twin's forecast of the steps concerned was off; each step's error by itself."""
        known = steps & ~np.isnan(self.fit.observed_s)
        off = (np.abs(self.fit.predicted_s - self.fit.observed_s) * np.bincount(self.facts.activity, minlength=len(steps)))[known]
        return float(np.sqrt((off**2).sum())) / self.facts.cases

    def _load(self, office: Office, played: Played) -> np.ndarray:
        """float64 [roles]: duty time of the role's people at work, of all their duty time in the log's window."""
        begin, end = int(self.facts.began.min()), int(self.facts.moment.max())
        busy = np.zeros(len(office.people))
        done = (played.who >= 0) & (played.ended <= end)
        # What is done at once is done in the time of the longest.
        turns, of = np.unique(np.stack([played.who, played.began, played.ended])[:, done], axis=1, return_inverse=True)
        longest = np.zeros(turns.shape[1])
        np.maximum.at(longest, of, office.work[done].astype(float))
        np.add.at(busy, turns[0], longest)
        duty = np.array([self._duty(office, k, begin, end) for k in range(len(office.people))])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.array([
                busy[list(desk.people)].sum() / duty[list(desk.people)].sum() if desk.people else np.nan for desk in office.desks
            ])  # fmt: skip

    def _duty(self, office: Office, person: int, begin: int, end: int) -> float:
        of = office.people[person]
        if of.calendar < 0:
            return float("nan")
        since, until = max(begin, of.since), min(end, of.until)
        return float(office.calendars[of.calendar].between(since, max(since, until)))


def _cycle(office: Office, played: Played) -> np.ndarray:
    """int64 [cases]: from the arrival to the last end, without what is agreed by contract."""
    size = int(office.case.max()) + 1
    first, last = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    np.minimum.at(first, office.case, played.enabled)
    np.maximum.at(last, office.case, played.ended)
    return last - first - grouped_sum(np.where(office.design, played.began - played.enabled, 0), office.case, size)


def _waits(office: Office, played: Played) -> np.ndarray:
    """float64 [activities]: seconds waited a case."""
    waited = np.where(office.design, 0, played.began - played.enabled)
    return grouped_sum(waited, office.activity, len(office.names)) / (int(office.case.max()) + 1) / SECOND
