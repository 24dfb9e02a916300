"""What would happen if: the twin played as it is and with a change, on the same demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.errors import UsageError
from bankmine.facts import NEEDS, Facts
from bankmine.log.eventlog import SECOND
from bankmine.show.blocks import Block, Cell, Column, KeyFigures, Notice, Paragraph, TableBlock
from bankmine.show.format import duration, duration_range
from bankmine.show.notebook import Shown
from bankmine.stats.bootstrap import REPLICATES, SEED
from bankmine.stats.grouped import grouped_sum
from bankmine.twin.changes import GRAMMAR, Change, applied
from bankmine.twin.fit import WEEK, Fit, fitted
from bankmine.twin.office import Office
from bankmine.twin.queues import Played, play
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

FEWEST_WEEKS = 12
MINUTE = 60 * SECOND
BLOCK = 3  # weeks that are drawn together: queues reach from one into the next


@dataclass(frozen=True, eq=False)
class Forecast(Shown):
    """The log played as it is and with the changes. Arrays by activity or role; seconds, means per case over the cases of the log.

    `saved_s`: mean cycle time saved a case, negative if it grows; `low_s`, `high_s`: its 90 % interval over blocks of arrival weeks,
    widened by the error with which the twin foretells the steps concerned; None under 12 weeks. `before_s`, `after_s`: mean cycle time.
    `gain_cases`, `lose_cases`: cases that are quicker, and slower, by more than a minute; None, as the interval, for another demand.
    `of_case`: int64 microseconds saved by each. `usable`: the twin foretells the steps concerned.
    """

    words: tuple[str, ...]
    cases: int
    before_s: float
    after_s: float
    low_s: float | None
    high_s: float | None
    gain_cases: int | None
    lose_cases: int | None
    activities: tuple[str, ...]
    wait_before_s: np.ndarray
    wait_after_s: np.ndarray
    roles: tuple[str, ...]
    load_before: np.ndarray
    load_after: np.ndarray
    usable: bool
    fit: Fit
    of_case: np.ndarray

    @property
    def saved_s(self) -> float:
        return self.before_s - self.after_s

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        columns = {"activity": self.activities, "wait_before_s": self.wait_before_s, "wait_after_s": self.wait_after_s}
        return pd.DataFrame(columns)

    def as_json(self) -> dict[str, object]:
        """The forecast for other programs; what cannot be told is None."""

        def known(value: float) -> float | None:
            return None if np.isnan(value) else float(value)

        return {
            "changes": list(self.words),
            "cases": self.cases,
            "before_s": self.before_s,
            "after_s": self.after_s,
            "saved_s": self.saved_s,
            "low_s": self.low_s,
            "high_s": self.high_s,
            "gain_cases": self.gain_cases,
            "lose_cases": self.lose_cases,
            "usable": self.usable,
            "waiting": [
                {"activity": name, "before_s": float(before), "after_s": float(after)}
                for name, before, after in zip(self.activities, self.wait_before_s, self.wait_after_s, strict=True)
            ],
            "load": [
                {"role": name, "before": known(before), "after": known(after)}
                for name, before, after in zip(self.roles, self.load_before, self.load_after, strict=True)
                if not np.isnan(before)
            ],
            "fit": [
                {
                    "activity": name,
                    "observed_s": known(self.fit.observed_s[k]),
                    "predicted_s": known(self.fit.predicted_s[k]),
                    "recomputed": known(self.fit.recomputed[k]),
                    "usable": bool(self.fit.usable[k]),
                }
                for k, name in enumerate(self.activities)
                if not np.isnan(self.fit.observed_s[k])
            ],
        }

    def blocks(self) -> list[Block]:
        if self.low_s is not None:
            kept = duration_range(self.low_s, self.high_s)
        elif self.gain_cases is None:
            kept = Text(zh="需求不同，无法逐案比较", en="not told: other cases")
        else:
            kept = Text(zh="不足 12 周，无法估计", en="not told under 12 weeks")
        figures = KeyFigures(
            (
                (Text(zh="现在的平均时长", en="mean cycle time now"), "duration", self.before_s),
                (Text(zh="变更之后", en="with the change"), "duration", self.after_s),
                (Text(zh="每件节省", en="saved a case"), "text", _signed(self.saved_s)),
                (Text(zh="90% 区间", en="90 % interval"), "text", kept),
                (Text(zh="变快的案件", en="cases quicker"), "count", self.gain_cases),
                (Text(zh="变慢的案件", en="cases slower"), "count", self.lose_cases),
            )
        )
        blocks: list[Block] = [figures]
        if not self.usable:
            blocks.append(
                Notice(
                    Text(
                        zh="孪生未能很好地再现所涉环节的等待（见可信度表），以上数字只供参考。",
                        en="The twin does not foretell the waits of the steps concerned well (see how far it can be trusted): take these "
                        "figures as a hint only.",
                    ),
                    "warning",
                )
            )
        changed = np.flatnonzero(np.abs(self.wait_before_s - self.wait_after_s) >= 1).tolist()
        changed.sort(key=lambda k: -abs(self.wait_before_s[k] - self.wait_after_s[k]))
        waits: list[tuple[Cell, ...]] = [
            (
                self.activities[k],
                float(self.wait_before_s[k]),
                float(self.wait_after_s[k]),
                _signed(float(self.wait_before_s[k] - self.wait_after_s[k])),
            )
            for k in changed
        ]
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="每案等待，现在", en="Wait a case, now"), "duration"),
            Column(Text(zh="变更之后", en="with the change"), "duration"),
            Column(Text(zh="节省", en="saved"), "text"),
        )
        roles: list[tuple[Cell, ...]] = [
            (self.roles[r], float(self.load_before[r]), float(self.load_after[r]))
            for r in np.flatnonzero(~np.isnan(self.load_before)).tolist()
        ]
        of_role = (
            Column(Text(zh="岗位", en="Role"), "label"),
            Column(Text(zh="负荷，现在", en="Load, now"), "share"),
            Column(Text(zh="变更之后", en="with the change"), "share"),
        )
        note = Text(
            zh="按日志自己的到达、路径与办理时间，在其人员与工作时间中重放两遍：一遍照旧，一遍变更；未重算的等待（客户、系统、原因不明）保持原样。",
            en="The log's own arrivals, routes and work were played through its people and hours twice, as it was and with the change; "
            "waits that are not recomputed (for customers, for systems, unexplained) stay as they were.",
        )
        return [*blocks, TableBlock(columns, waits), TableBlock(of_role, roles), Paragraph(note), *self.fit.blocks()]


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
            usable=bool(self.fit.usable[steps & ~np.isnan(self.fit.observed_s)].all()),
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
        np.add.at(busy, played.who[done], office.work[done].astype(float))
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


def _signed(seconds: float) -> Text:
    """A saving, or what it costs more."""
    if seconds >= 0:
        return duration(seconds)
    return Text(zh="多 {t}", en="{t} more").format(t=duration(-seconds))
