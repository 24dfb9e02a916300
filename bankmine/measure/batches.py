"""Batches: work on several items that was put together before it began (definitions §1.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.busy import Busy
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import by_group, each_group
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

MINUTE = 60 * SECOND
LULL = 30 * MINUTE  # of duty time: the longest between two items of one run, and what is left undone before closing
# A queue that a busy person works off, or a list that someone happens to go through, looks like a sequential batch. It is one
# where the person had time for the first item and left it lying, for more than the lull before closing and this share of the
# duty time, and where a rule says when such runs begin.
LEFT_LYING = 0.2
HABIT = 0.2  # of the activity's items come in such runs
FEWEST = 5  # runs that show a rule
LEAST_SIZE = 3  # of a rule by size: pairs are too easily met by chance
RULE = 0.8  # the rule holds for at least so many
BY_CHANCE = 0.6  # and it is none if so many of the items become ready at those times anyway
AROUND = 60 * MINUTE  # from the first to the last begin that count as one time of the day

Rule = tuple[Literal["size", "clock", "weekday"], tuple[int, ...]]
Kind = Literal["parallel", "concurrent", "sequential"]
KINDS: tuple[Kind, ...] = ("parallel", "concurrent", "sequential")


@dataclass(frozen=True, eq=False)
class Batches(Shown):
    """`of_row` int64 [instances]: the batch, -1 = none. `rules`: by activity, what its batches begin at: ("size", (items,)), ("clock",
    minutes of the day) or ("weekday", days, Monday = 0). Arrays [batches]: `activity`; `size`; `first_enabled`, `ready`, the first and
    last member's enablement, and `begin`, the first member's start, int64 UTC microseconds; `kind`, index into KINDS.
    `items` int64 [activities]: instances by known people.
    """

    activities: tuple[str, ...]
    timezone: str
    items: np.ndarray
    rules: Mapping[int, Rule]
    of_row: np.ndarray
    activity: np.ndarray
    size: np.ndarray
    first_enabled: np.ndarray
    ready: np.ndarray
    begin: np.ndarray
    kind: np.ndarray

    @classmethod
    def of(
        cls,
        log: EventLog,
        who: np.ndarray,
        enabled: np.ndarray,
        began: np.ndarray,
        busy: Busy | None = None,
        rules: Mapping[int, Rule] | None = None,
    ) -> "Batches":
        """Runs of one activity by one person (`who` [instances], -1 = nobody) in which each item was enabled before the run began
        and begun soon after those before it were done.

        Without `busy` every run of two or more counts, and no breath is allowed between its items (Kronos' rule, §1.3). With it
        up to half an hour of duty time may pass between them, and a run counts if all of it was done at once, or if the person, on duty
        and idle, let its first item lie (seen only where starts are recorded) and the activity's runs begin by a rule. `rules`: those of
        the whole, where the log is a part of it.
        """
        runs = Runs.of(log, who, enabled, began, busy)
        keep = runs.size >= 2
        if busy is not None:
            held = runs.held(log, enabled, busy)
            rules = held.rules(log.source.timezone) if rules is None else rules
            keep &= runs.at_once
            keep[held.run] |= np.isin(held.activity, list(rules))
        of_row = np.full(len(log), -1, dtype=np.int64)
        of_row[runs.row] = np.repeat(np.where(keep, np.cumsum(keep) - 1, -1), runs.size)
        columns = (runs.activity, runs.size, runs.first_enabled, runs.ready, runs.begin, runs.kind)
        return cls(log.activities, log.source.timezone, runs.items, rules or {}, of_row, *(column[keep] for column in columns))

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        rows = []
        for a in np.unique(self.activity).tolist():
            mine = self.activity == a
            fired = self.rules.get(a)
            rows.append(
                {
                    "activity": self.activities[a],
                    "batches": int(mine.sum()),
                    "items": int(self.size[mine].sum()),
                    "share": float(self.size[mine].sum() / self.items[a]),
                    "median_size": float(np.median(self.size[mine])),
                    "kind": KINDS[int(np.bincount(self.kind[mine]).argmax())],
                    "fired_by": None if fired is None else fired[0],
                    "fired_at": None if fired is None else ", ".join(_named(*fired, "en")),
                }
            )
        names = ["activity", "batches", "items", "share", "median_size", "kind", "fired_by", "fired_at"]
        return pd.DataFrame(rows, columns=pd.Index(names))

    def blocks(self) -> list[Block]:
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="批次", en="Batches"), "count"),
            Column(Text(zh="其中件数", en="Items in them"), "count"),
            Column(Text(zh="占该环节", en="Of the activity"), "share"),
            Column(Text(zh="每批件数（中位）", en="Items a batch (median)"), "number"),
            Column(Text(zh="方式", en="Done"), "text"),
            Column(Text(zh="何时开批", en="Begun at"), "text"),
        )
        rows = [
            (
                r["activity"],
                int(r["batches"]),
                int(r["items"]),
                float(r["share"]),
                float(r["median_size"]),
                DONE[r["kind"]],
                self.firing(self.activities.index(r["activity"])),
            )
            for r in self.table.to_dict("records")
        ]
        return [TableBlock(columns, rows, caption=Text(zh="成批办理", en="Work done in batches"))] if rows else []

    def firing(self, activity: int) -> Text:
        """What fires the batches of an activity, in words."""
        fired = self.rules.get(activity)
        if fired is None:
            return Text(zh="未见规律", en="no rule seen")
        zh, en = ("、".join(_named(*fired, "zh")), ", ".join(_named(*fired, "en")))
        if fired[0] == "size":
            return Text(zh=f"凑满 {zh} 件", en=f"{en} items")
        return Text(zh=zh, en=en)


@dataclass(frozen=True, eq=False)
class Runs:
    """What may be batches: runs of one activity by one person; arrays [runs], as in Batches.

    `row` int64: the instances by known people, run after run. `at_once` bool: all begin and all end together. `items` int64 [activities].
    """

    row: np.ndarray
    activity: np.ndarray
    size: np.ndarray
    first_enabled: np.ndarray
    ready: np.ndarray
    begin: np.ndarray
    kind: np.ndarray
    at_once: np.ndarray
    items: np.ndarray

    @classmethod
    def of(cls, log: EventLog, who: np.ndarray, enabled: np.ndarray, began: np.ndarray, busy: Busy | None) -> "Runs":
        """As `Batches.of` asks for them."""
        end = log.moment
        clock = (began, end) if busy is None else (busy.clock(began), busy.clock(end))
        row, batch = _runs(log.activity, who, enabled, began, clock, 0 if busy is None else LULL)
        head = np.flatnonzero(np.diff(batch, prepend=-1))
        begin = began[row[head]]
        first_enabled, ready = _ends(enabled[row], head)
        _, last_begin = _ends(began[row], head)
        first_end, last_end = _ends(end[row], head)
        # In order of starts, an item that overlaps any earlier one has a neighbour that does.
        overlapping = np.zeros(len(row), dtype=bool)
        overlapping[1:] = (began[row[1:]] < end[row[:-1]]) & (batch[1:] == batch[:-1])
        at_once = (begin == last_begin) & (first_end == last_end)
        kind = np.where(at_once, 0, np.where(np.add.reduceat(overlapping, head) > 0 if len(head) else at_once, 1, 2))
        items = np.bincount(log.activity[who >= 0], minlength=len(log.activities))
        size = np.diff(np.append(head, len(row)))
        return cls(row, log.activity[row[head]], size, first_enabled, ready, begin, kind, at_once, items)

    def held(self, log: EventLog, enabled: np.ndarray, busy: Busy) -> "Held":
        """The runs of two and more that somebody let come together."""
        head = self.row[np.cumsum(self.size) - self.size]
        held = np.flatnonzero((self.size >= 2) & (self.at_once | log.start_known[head]))
        own = log.moment[head[held]] - self.begin[held]
        held = held[self.at_once[held] | _left_lying(busy, head[held], self.first_enabled[held], self.begin[held], own)]
        member = np.zeros(len(self.size), dtype=bool)
        member[held] = True
        member = np.repeat(member, self.size)
        return Held(held, self.activity[held], self.size[held], self.begin[held], enabled[self.row[member]], self.items)


@dataclass(frozen=True, eq=False)
class Held:
    """Runs that somebody let come together, in which a rule may show; those of parts of a log stand one after the other.

    Arrays [runs]: `run`, their number; `activity`; `size`; `begin` int64 UTC microseconds. `ready` int64 [members, run after run]: their
    enablement. `items` int64 [activities]: instances by known people, in runs or not; those of parts are added.
    """

    run: np.ndarray
    activity: np.ndarray
    size: np.ndarray
    begin: np.ndarray
    ready: np.ndarray
    items: np.ndarray

    @classmethod
    def merge(cls, parts: Iterable["Held"]) -> "Held":
        """Of parts of a log, cut by person."""
        several = list(parts)
        names = ("run", "activity", "size", "begin", "ready")
        joined = {name: np.concatenate([getattr(part, name) for part in several]) for name in names}
        return cls(**joined, items=np.sum([part.items for part in several], axis=0))

    def rules(self, zone: str) -> dict[int, Rule]:
        """By activity, what its runs begin at, where a rule is seen and enough of its items come so."""
        found: dict[int, Rule] = {}
        owner = np.repeat(self.activity, self.size)
        for of, mine in each_group(self.activity):
            rule = _rule(self.size[mine], self.begin[mine], self.ready[owner == of], zone)
            if rule is not None and self.size[mine].sum() >= HABIT * self.items[of]:
                found[of] = rule
        return found


DONE = {
    "parallel": Text(zh="同时办理", en="all at once"),
    "concurrent": Text(zh="部分同时", en="partly at once"),
    "sequential": Text(zh="逐件连办", en="one after another"),
}
WEEKDAYS = {"zh": tuple("一二三四五六日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def _named(what: str, values: tuple[int, ...], lang: Literal["zh", "en"]) -> list[str]:
    if what == "size":
        return [str(v) for v in values]
    if what == "clock":
        return [f"{v // 60:02d}:{v % 60:02d}" for v in values]
    return [("周" if lang == "zh" else "") + WEEKDAYS[lang][v] for v in values]


def _runs(
    activity: np.ndarray, who: np.ndarray, enabled: np.ndarray, began: np.ndarray, clock: tuple[np.ndarray, np.ndarray], breath: int
) -> tuple[np.ndarray, np.ndarray]:
    """The rows of known people by person, activity and start, and the run each belongs to; `clock`: start and end on the person's
    clock, which may stand still off duty.
    """
    row = by_group(began, who.astype(np.int64) * (int(activity.max(initial=0)) + 1) + activity)
    row = row[np.searchsorted(who[row], 0) :]
    follows = np.zeros(len(row), dtype=bool)
    follows[1:] = (who[row[1:]] == who[row[:-1]]) & (activity[row[1:]] == activity[row[:-1]]) & (enabled[row[1:]] <= began[row[:-1]])
    start, ready = began[row].tolist(), enabled[row].tolist()
    on, off = clock[0][row].tolist(), clock[1][row].tolist()
    fresh, previous, run_begin, run_end = ~follows, -2, 0, 0
    for i in np.flatnonzero(follows).tolist():  # whether a row joins depends on which joined before it
        if previous != i - 1:
            run_begin, run_end = start[i - 1], off[i - 1]
        if ready[i] <= run_begin and on[i] - run_end <= breath:
            run_end = max(run_end, off[i])
        else:
            fresh[i] = True
            run_begin, run_end = start[i], off[i]
        previous = i
    return row, np.cumsum(fresh) - 1


def _ends(values: np.ndarray, head: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest of each run."""
    if not len(head):
        return values, values
    return np.minimum.reduceat(values, head), np.maximum.reduceat(values, head)


def _left_lying(busy: Busy, row: np.ndarray, ready: np.ndarray, begin: np.ndarray, own: np.ndarray) -> np.ndarray:
    """bool [runs]: the person of the run's first row had time for it before the run began; needs a known calendar. `own`: how long the
    first row takes: what cannot be finished before closing is rightly left.
    """
    result = np.zeros(len(row), dtype=bool)
    known = np.flatnonzero((busy.server[row] >= 0) & (np.append(busy.calendar, -1)[busy.server[row]] >= 0))
    server, ready, begin = busy.server[row[known]], ready[known], begin[known]
    idle, duty = busy.idle(server, ready, begin), busy.on_duty(server, ready, begin)
    rightly = np.where(duty < begin - ready, np.maximum(own[known], LULL), LULL)
    result[known] = (idle > rightly) & (idle >= LEFT_LYING * duty)
    return result


def _local(time: np.ndarray, zone: str) -> np.ndarray:
    """datetime64[us]: wall-clock times."""
    import pandas as pd

    return (
        pd.DatetimeIndex(pd.to_datetime(time, unit="us", utc=True)).tz_convert(ZoneInfo(zone)).tz_localize(None).to_numpy("datetime64[us]")
    )


def _rule(size: np.ndarray, begin: np.ndarray, ready: np.ndarray, zone: str) -> Rule | None:
    """When runs begin: with so many items, at one or two times of the day, or on one or two weekdays; None where no rule is seen.

    `size`, `begin` [runs]; `ready` [items in them].
    """
    if len(size) < FEWEST:
        return None
    items = np.bincount(size, weights=size)
    if items.argmax() >= LEAST_SIZE and items.max() >= RULE * items.sum():
        return "size", (int(items.argmax()),)
    local, ready = _local(begin, zone), _local(ready, zone)
    day, ready_day = local.astype("datetime64[D]"), ready.astype("datetime64[D]")
    clock, ready_clock = (local - day).astype(np.int64), (ready - ready_day).astype(np.int64)
    starts = _windows(clock)
    inside = np.any([(clock >= s) & (clock <= s + AROUND) for s in starts], axis=0)
    anyway = np.any([(ready_clock >= s) & (ready_clock <= s + AROUND) for s in starts], axis=0)
    if inside.mean() >= RULE and anyway.mean() < BY_CHANCE:
        return "clock", tuple(sorted(s // MINUTE for s in starts))
    weekday, ready_weekday = ((d.astype(np.int64) + 3) % 7 for d in (day, ready_day))
    count = np.bincount(weekday, minlength=7)
    days = np.argsort(-count, kind="stable")[: 1 if count.max() >= RULE * len(size) else 2]
    if np.isin(weekday, days).mean() >= RULE and np.isin(ready_weekday, days).mean() < BY_CHANCE:
        return "weekday", tuple(sorted(days.tolist()))
    return None


def _windows(clock: np.ndarray) -> list[int]:
    """The begin of the fullest window of the day and, unless it holds 80 % of the times, that of the fullest among the rest."""
    starts: list[int] = []
    left = np.sort(clock)
    while len(left) > (1 - RULE) * len(clock) and len(starts) < 2:
        count = np.searchsorted(left, left + AROUND, side="right") - np.arange(len(left))
        first = int(count.argmax())
        starts.append(int(left[first]))
        left = np.delete(left, slice(first, first + int(count[first])))
    return starts
