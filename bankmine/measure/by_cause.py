"""Waiting by cause: how much of the wait before each activity, or on each arc, is due to what (definitions §1.12)."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import ABSENT, CAUSES, CLOSED, NAMES, WaitingCauses
from bankmine.measure.enablement import Enablement
from bankmine.measure.waiting import BEGIN, SHOWN, WaitingTime
from bankmine.show.blocks import Block, Cell, Column, Notice, TableBlock
from bankmine.show.format import percent
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

WORTH_A_COLUMN = 0.05  # of the wait of at least one row; the other causes stand together
COLUMNS = 6  # on a screen
WORDS = NAMES | {"batching": Text(zh="凑批", en="batch"), "contention": Text(zh="排队", en="queue")}
OTHER = Text(zh="其他", en="other")
NOT_SPLIT = Text(zh="未能归因", en="not split")

Basis = Literal["measured", "estimated_starts", "mixed"]


@dataclass(frozen=True, eq=False)
class CauseCounts:
    """What `WaitByCause` tells of, by group; those of parts of a log, cut by person, are added."""

    parts: np.ndarray
    unknown: np.ndarray
    work: np.ndarray
    split: np.ndarray
    estimated: np.ndarray
    no_calendar: np.ndarray
    nobody: np.ndarray
    unstamped: np.ndarray

    @classmethod
    def of(cls, group: np.ndarray, groups: int, enablement: Enablement, causes: WaitingCauses) -> "CauseCounts":
        """`group` int64 [instances]."""

        def counted(mask: np.ndarray) -> np.ndarray:
            return np.bincount(group[mask], minlength=groups)

        unknown, starts = causes.unknown, causes.starts
        return cls(
            parts=causes.grouped(group, groups),
            unknown=grouped_sum(np.where(unknown, enablement.wait, 0), group, groups),
            work=grouped_sum(np.where(unknown, 0, enablement.wait - causes.wait), group, groups),
            split=counted(~unknown),
            estimated=counted(~unknown & starts.estimated),
            no_calendar=counted(causes.no_calendar),
            nobody=counted(unknown & ~starts.unknown),
            unstamped=counted(starts.unknown),
        )


@dataclass(frozen=True, eq=False)
class WaitByCause(Shown):
    """The rows of `waiting` split by cause; arrays [groups], durations int64 microseconds.

    `parts` [groups, 8] in the order of CAUSES; `unknown`: waits of instances whose causes cannot be known; `work`: the work
    that the waits of lone completions include. parts + unknown + work = the group's wait, exactly. Counts of instances:
    `split`; `estimated`, those of them whose start is estimated; `no_calendar`, whose duty hours are not known; `nobody`, unknown for want
    of a person alone; `unstamped`, for want of a start as well.
    """

    waiting: WaitingTime
    parts: np.ndarray
    unknown: np.ndarray
    work: np.ndarray
    split: np.ndarray
    estimated: np.ndarray
    no_calendar: np.ndarray
    nobody: np.ndarray
    unstamped: np.ndarray

    @classmethod
    def of(cls, waiting: WaitingTime, enablement: Enablement, causes: WaitingCauses) -> "WaitByCause":
        """Of the waits that `waiting` was made from."""
        return cls.result(waiting, CauseCounts.of(waiting.group, len(waiting.activity), enablement, causes))

    @classmethod
    def result(cls, waiting: WaitingTime, counts: "CauseCounts") -> "WaitByCause":
        """From counts for each row of `waiting`."""
        return cls(waiting, **{field.name: getattr(counts, field.name) for field in fields(counts)})

    def causes_s(self, row: int) -> dict[str, float | None] | None:
        """Seconds by cause; None where nothing could be split, and closed and absent None where no duty hours are known."""
        if not self.split[row]:
            return None
        parts = self.parts[row].tolist()
        known = not self.no_calendar[row] or any(parts[c] for c in (CLOSED, ABSENT))
        return {f"{name}_s": parts[c] / SECOND if known or c not in (CLOSED, ABSENT) else None for c, name in enumerate(CAUSES)}

    def basis(self, row: int) -> Basis | None:
        """Whether the split rests on recorded starts, on estimated ones (the wait is then a lower bound), or on both."""
        if not self.split[row]:
            return None
        return "measured" if not self.estimated[row] else "estimated_starts" if self.estimated[row] == self.split[row] else "mixed"

    def missing(self, row: int) -> tuple[str, ...]:
        """What the log lacks (keys of NEEDS) to split the waits in `unknown`."""
        return ("start", "resource") if self.unstamped[row] else ("resource",) if self.nobody[row] else ()

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        rows = []
        names = [f"{name}_s" for name in CAUSES]
        for row in range(len(self.split)):
            parts = self.causes_s(row) or dict.fromkeys(names)
            rows.append(
                {
                    **{name: np.nan if value is None else value for name, value in parts.items()},
                    "causes_basis": self.basis(row),
                    "causes_unknown_s": self.unknown[row] / SECOND,
                    "work_included_s": self.work[row] / SECOND,
                    "no_calendar": int(self.no_calendar[row]),
                }
            )
        more = ["causes_basis", "causes_unknown_s", "work_included_s", "no_calendar"]
        whose = [name for name in ("source", "activity", "total_s") if name in (table := self.waiting.table)]
        return pd.concat([table[whose], pd.DataFrame(rows, columns=pd.Index(names + more))], axis=1)

    def blocks(self) -> list[Block]:
        """Each activity's or arc's wait with its causes as shares, without contractual waits; the notices stand with the activities."""
        waiting = self.waiting
        rows = np.flatnonzero(~waiting.by_design & (waiting.total_s > 0))
        # There is no room for it beside two names; the shares of an arc then add up to less than all of its wait.
        left = waiting.source is None and bool((self.unknown[rows] + self.work[rows]).any())
        alone, together = self._columns(rows, COLUMNS - left - (waiting.source is not None))
        cells = [self._row(row, alone, together, left=left) for row in rows[:SHOWN].tolist()]
        titles = [WORDS[CAUSES[c]] for c in alone] + [OTHER] * bool(together) + [NOT_SPLIT] * left
        columns = [
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="等待合计", en="Wait"), "duration"),
            *(Column(title, "number") for title in titles),
        ]
        caption = Text(zh="各环节为何等待（各原因占其等待的比例）", en="Why work waits: shares of each activity's wait")
        if waiting.source is not None:
            columns.insert(0, Column(Text(zh="由此环节放行", en="Made possible by"), "label"))
            caption = Text(
                zh="各衔接处为何等待（各原因占其等待的比例）", en="Why work waits, by the activity that made the next one possible"
            )
        table = TableBlock(columns, cells, hidden=max(0, len(rows) - SHOWN), caption=caption)
        return [table] if waiting.source is not None else [table, *self.notices()]

    def _columns(self, rows: np.ndarray, room: int) -> tuple[list[int], list[int]]:
        """The causes that get a column of their own, and those that share one; in the order of CAUSES."""
        total, shown = self.parts[rows].sum(axis=0), rows[:SHOWN]
        matters = (self.parts[shown] >= WORTH_A_COLUMN * SECOND * self.waiting.total_s[shown, None]).sum(axis=0) > 0
        alone = [c for c in np.argsort(-total, kind="stable").tolist() if matters[c]]
        if len(alone) > room or len(alone) < np.count_nonzero(total):
            alone = alone[: room - 1]
        together = [c for c in range(len(CAUSES)) if total[c] and c not in alone]
        return (sorted(alone + together), []) if len(together) == 1 else (sorted(alone), together)

    def _row(self, row: int, alone: list[int], together: list[int], *, left: bool) -> tuple[Cell, ...]:
        waiting, total = self.waiting, float(self.waiting.total_s[row])
        parts = self.causes_s(row)
        shares: list[float | None] = [None] * (len(alone) + bool(together))
        if parts is not None:
            seconds = [parts[f"{CAUSES[c]}_s"] for c in alone]
            shares = [None if value is None else value / total for value in seconds]
            if together:
                shares.append(sum(parts[f"{CAUSES[c]}_s"] or 0.0 for c in together) / total)
        if left:
            shares.append(float(self.unknown[row] + self.work[row]) / SECOND / total)
        name: tuple[Cell, ...] = (waiting.activities[waiting.activity[row]], total)
        if waiting.source is not None:
            source = int(waiting.source[row])
            name = (waiting.activities[source] if source >= 0 else BEGIN, *name)
        return *name, *(None if share is None else percent(share) for share in shares)  # so many bars would hide the words

    def notices(self) -> list[Block]:
        """What the split rests on: the calendar, estimated starts, and waits whose causes cannot be known."""
        said: list[Block] = [*self.waiting.used.blocks()]
        split, total = int(self.split.sum()), float(self.waiting.total_s.sum()) * SECOND
        if self.estimated.any():
            said.append(
                Notice(
                    Text(
                        zh="{share} 的环节实例只有完成时间，开始时间为推算值：其等待是下限；“未能归因”含办理本身。",
                        en="Of {share} of the instances only the completion is known and the start is estimated: their waiting is a lower "
                        "bound, and what is not split includes the work itself.",
                    ).format(share=percent(float(self.estimated.sum() / split)))
                )
            )
        if self.no_calendar.any():
            said.append(
                Notice(
                    Text(
                        zh="{n} 个环节实例的办理人工作时间未知：夜间与假日也计入排队或原因不明。",
                        en="For {n} instances the duty hours of those who did them are not known: nights and holidays count as queue or as "
                        "unexplained.",
                    ).format(n=f"{int(self.no_calendar.sum()):,}")
                )
            )
        if self.unknown.any():
            reason = (
                Text(zh="既无开始时间也无经办人", en="neither the start nor the person is recorded")
                if self.unstamped.any()
                else Text(zh="没有记录经办人", en="the person is not recorded")
            )
            said.append(
                Notice(
                    Text(
                        zh="{share} 的等待无法归因：{reason}。", en="The causes of {share} of the waiting cannot be known: {reason}."
                    ).format(share=percent(float(self.unknown.sum()) / total), reason=reason)
                )
            )
        return said
