"""The twin of a log: its own work played through its own people and hours, unchanged and with changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bankmine.errors import UsageError
from bankmine.facts import NEEDS, Facts
from bankmine.log.eventlog import SECOND
from bankmine.stats.bootstrap import weekly_interval
from bankmine.stats.grouped import grouped_sum
from bankmine.twin.changes import Change, applied, nonsense
from bankmine.twin.fit import WEEK, Fit, fitted
from bankmine.twin.forecast import Forecast
from bankmine.twin.grammar import GRAMMAR
from bankmine.twin.office import Office
from bankmine.twin.queues import Played, play
from bankmine.words import Text

NEEDED = ("start", "resource", "calendar")
MINUTE = 60 * SECOND


@dataclass(frozen=True, eq=False)
class Trial:
    """The office with changes, played: `saved` int64 [cases counted] microseconds of cycle time saved by each case, empty for another
    demand; `low_s`, `high_s`: the 90 % interval of its mean, None where there is none; `error_s`: how far the twin was off on the steps
    concerned, seconds a case; `steps` bool [activities]: those concerned.
    """

    office: Office
    played: Played
    saved: np.ndarray
    low_s: float | None
    high_s: float | None
    error_s: float
    steps: np.ndarray


@dataclass(frozen=True, eq=False)
class Twin:
    """The office of a log, or of its last weeks, played unchanged, and how well that foretells its waits.

    `since`: UTC microseconds; counted are the cases that came from then on, those before it only keep people busy. `whole`: that is all.
    """

    facts: Facts
    office: Office
    played: Played
    fit: Fit
    since: int
    whole: bool

    @staticmethod
    def able(facts: Facts) -> bool:
        """Whether the log shows queues."""
        return facts.has.issuperset(NEEDED)

    @classmethod
    def of(cls, facts: Facts, most: int | None = None) -> "Twin":
        """The twin of the whole log, or of the last whole weeks in which at most `most` instances began, where that is less.

        Raises UsageError TWIN_UNABLE where the log shows nobody's queue: no start times, people or duty hours.
        """
        if not cls.able(facts):
            needed = [NEEDS[need] for need in NEEDED if need not in facts.has]
            raise UsageError(
                "TWIN_UNABLE",
                Text(zh="日志看不出排队，无法推演", en="the log does not show queues, so nothing can be played"),
                Text(zh="需要：" + "、".join(n.zh for n in needed), en="needed: " + ", ".join(n.en for n in needed)),
            )
        office, since = Office.of(facts), int(facts.enabled.min())
        whole = most is None or len(facts.case) <= most
        if most is not None and not whole:
            since = window(facts, most)
            office = office.only(facts.moment >= since)
        return cls(facts, *fitted(facts, office, since), since, whole)

    @cached_property
    def weeks(self) -> float:
        return (int(self.facts.moment.max()) - self.since) / WEEK

    @cached_property
    def counted(self) -> np.ndarray:
        """bool [cases of the office]."""
        return (self._came >= self.since) | self.whole

    @cached_property
    def cases(self) -> int:
        """How many cases are counted."""
        return int(self.counted.sum())

    @cached_property
    def _came(self) -> np.ndarray:
        """int64 [cases of the office]: when each came."""
        first = np.searchsorted(self.office.case, np.arange(int(self.office.case.max()) + 1))
        return self.facts.case_begin[self.facts.case[self.office.row[first]]]

    @cached_property
    def _cycle(self) -> np.ndarray:
        """int64 [cases of the office]: cycle time of the unchanged play, without what is by design."""
        return _cycle(self.office, self.played)

    def trial(self, changes: Sequence[Change]) -> Trial:
        """The changes, played together. Raises UsageError CHANGE_VALUE."""
        office = applied(changes, self.office, self.facts)
        played = play(office)
        if played.undone.any() and not self.played.undone.any():
            raise nonsense(
                Text(
                    zh=f"变更之后有 {int(played.undone.sum())} 件工作永远办不完",
                    en=f"with this change {int(played.undone.sum())} pieces of work are never done",
                )
            )
        steps = np.logical_or.reduce([change.steps(self.office) for change in changes])
        error, saved = self._error(steps), self._saved(office, played)
        low, high = self.interval(saved, error) if len(saved) else (None, None)
        for number, change in enumerate(changes):
            for other in change.bounds() if low is not None and high is not None else ():
                bound = applied([*changes[:number], other, *changes[number + 1 :]], self.office, self.facts)
                lower, higher = self.interval(self._saved(bound, play(bound)), error)
                low = low if low is None or lower is None else min(low, lower)
                high = high if high is None or higher is None else max(high, higher)
        return Trial(office, played, saved, low, high, error, steps)

    def _saved(self, office: Office, played: Played) -> np.ndarray:
        after = _cycle(office, played)
        return (self._cycle - after)[self.counted] if len(after) == len(self._cycle) else np.zeros(0, dtype=np.int64)

    def simulate(self, changes: Sequence[Change], words: Sequence[str] = ()) -> Forecast:
        """The changes, played together; `words`: as they were given. Raises UsageError CHANGES_NONE, CHANGE_VALUE."""
        if not changes:
            raise UsageError(
                "CHANGES_NONE",
                Text(zh="没有给出变更", en="no change was given"),
                Text(zh="写法：" + "；".join(zh for zh, _ in GRAMMAR), en="write " + "; ".join(en for _, en in GRAMMAR)),
            )
        trial = self.trial(changes)
        same, after = len(trial.saved) > 0, _cycle(trial.office, trial.played)
        before = self._cycle[self.counted]
        return Forecast(
            words=tuple(words),
            changes=tuple(change.said(self.office) for change in changes),
            cases=self.cases,
            before_s=float(before.mean()) / SECOND,
            after_s=float((before - trial.saved).mean() if same else after.mean()) / SECOND,
            low_s=trial.low_s,
            high_s=trial.high_s,
            gain_cases=int((trial.saved > MINUTE).sum()) if same else None,
            lose_cases=int((trial.saved < -MINUTE).sum()) if same else None,
            activities=self.office.names,
            wait_before_s=_waits(self.office, self.played),
            wait_after_s=_waits(trial.office, trial.played),
            roles=self.office.roles,
            load_before=self._load(self.office, self.played),
            load_after=self._load(trial.office, trial.played),
            usable=self.usable(trial.steps),
            fit=self.fit,
            of_case=trial.saved,
        )

    def interval(self, saved: np.ndarray, error: float = 0.0) -> tuple[float | None, float | None]:
        """Seconds a case: the 90 % interval of mean `saved` [cases counted] by moving blocks of arrival weeks, with the `error` of the twin
        on the steps concerned, seconds a case, in quadrature; None under 12 weeks. Queues run otherwise each time, and what is to come is
        one more run: the spread of the weeks counts for both.
        """
        came = self._came[self.counted]
        low, high = weekly_interval(saved, (came - came.min()) // WEEK)
        if low is None or high is None:
            return None, None
        low, high, mean = low / SECOND, high / SECOND, float(saved.mean()) / SECOND
        wider = 1.645 * error
        down, up = (float(np.hypot(2**0.5 * side, wider)) for side in (mean - low, high - mean))
        return mean - down, mean + up

    def usable(self, steps: np.ndarray) -> bool:
        """Whether the twin foretells the steps (bool [activities]), as far as their items are enough to tell; not where none are."""
        known = steps & ~np.isnan(self.fit.observed_s)
        return bool(known.any() and self.fit.usable[known].all() and not self.played.undone.any())

    def _error(self, steps: np.ndarray) -> float:
        """By how many seconds a case the twin's forecast of the steps concerned was off; each step's error by itself."""
        known = steps & ~np.isnan(self.fit.observed_s)
        off = (np.abs(self.fit.predicted_s - self.fit.observed_s) * np.bincount(self.office.activity, minlength=len(steps)))[known]
        return float(np.sqrt((off**2).sum())) / len(self._came)

    def _load(self, office: Office, played: Played) -> np.ndarray:
        """float64 [roles]: duty time of the role's people at work, of all their duty time in the log's window."""
        begin, end = self.since, int(self.facts.moment.max())
        busy = np.zeros(len(office.people))
        done = (played.who >= 0) & (played.began >= begin) & (played.ended <= end)
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


def window(facts: Facts, most: int) -> int:
    """UTC microseconds: the beginning of the last whole weeks in which at most `most` instances began; of one where it has more."""
    end = int(facts.moment.max())
    began = np.bincount((end - facts.began) // WEEK)
    return end - WEEK * max(int(np.searchsorted(np.cumsum(began), most, side="right")), 1)


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
