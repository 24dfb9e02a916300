"""The compact log: one row per activity instance, in integer codes and microseconds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.table import SourceFile

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.log.filters import How
    from bankmine.show.blocks import Block

UNKNOWN_TIME = np.iinfo(np.int64).min
SECOND = 1_000_000
DAY = 86_400 * SECOND


@dataclass(frozen=True, eq=False)
class Attribute:
    """A categorical column: `codes` int32 [instances] (-1 = missing) into `values`, which are sorted."""

    codes: np.ndarray
    values: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where the log came from and how it was understood.

    `columns` maps a role (case, activity, start, end, timestamp, resource, ...) to the source column; `parameters` are
    the reading options that change the result. Row accounting: read = used + set_aside + merged.
    """

    files: tuple[SourceFile, ...] = ()
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    timezone: str = "Asia/Shanghai"
    parameters: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    rows_read: int = 0
    rows_used: int = 0
    rows_set_aside: int = 0
    rows_merged: int = 0


@dataclass(frozen=True, eq=False)
class WaitingItems:
    """Work items that were scheduled and have no session: nobody has begun them, or the next SCHEDULE overtook them.

    Arrays [items]: `case`, `activity` int32, `time` int64 UTC microseconds of the SCHEDULE row, `file` int16, `line` int64.
    They are work items all the same when items are counted (definitions §2.2; BPIC 2012: 2,323 cases with a repeated item).
    """

    case: np.ndarray
    activity: np.ndarray
    time: np.ndarray
    file: np.ndarray
    line: np.ndarray

    def __len__(self) -> int:
        return len(self.case)

    @classmethod
    def none(cls) -> "WaitingItems":
        empty = np.zeros(0, dtype=np.int64)
        return cls(empty.astype(np.int32), empty.astype(np.int32), empty, empty.astype(np.int16), empty)


@dataclass(frozen=True, eq=False)
class EventLog:
    """Activity instances (sessions) in canonical order: case, end, start, source row (house.md, rule 3).

    A session is one START-COMPLETE pair or a lone COMPLETE (definitions §2.2). Arrays have shape [instances]:
    `case`, `activity` int32; `resource` int32 (-1 = unknown); `start`, `end` int64 UTC microseconds
    (UNKNOWN_TIME = unknown: no start for a lone completion, no end for work still open); `item` int32, the work item
    of each session, unique over the log; `file` int16, `line` and `start_line` integers (source line of the completing
    row and of the starting row, -1 = none). `offsets` int64 [cases + 1]: rows of case i are offsets[i]:offsets[i+1].
    An instance without an end takes its place in the order by its start. `arrival` int64 [cases]: when the customer came
    (UNKNOWN_TIME = unknown). `events` is the number of source rows of
    these cases, `case_events` int64 [cases] that of each (None: one for each instance).
    Names are sorted, so codes do not depend on the order of the input rows. Every case has an instance; an activity that
    was only ever scheduled has none, and stands in `waiting` alone.
    """

    case_names: tuple[str, ...]
    activities: tuple[str, ...]
    resources: tuple[str, ...]
    case: np.ndarray
    activity: np.ndarray
    resource: np.ndarray
    start: np.ndarray
    end: np.ndarray
    item: np.ndarray
    file: np.ndarray
    line: np.ndarray
    start_line: np.ndarray
    offsets: np.ndarray
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    numbers: Mapping[str, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))
    arrival: np.ndarray | None = None
    events: int = 0
    case_events: np.ndarray | None = None
    items_known: bool = False
    waiting: WaitingItems = field(default_factory=WaitingItems.none)
    source: Source = field(default_factory=Source)
    quality: tuple[QualityFinding, ...] = ()
    rejects: tuple[Reject, ...] = ()

    def __len__(self) -> int:
        return len(self.case)

    @property
    def cases(self) -> int:
        return len(self.case_names)

    @cached_property
    def began(self) -> np.ndarray:
        """int64 [instances]: start where known, else end: the instant from which the instance no longer waits."""
        unknown = self.start == UNKNOWN_TIME
        return self.end if unknown.all() else np.where(unknown, self.end, self.start)

    @cached_property
    def moment(self) -> np.ndarray:
        """int64 [instances]: end where known, else start: the instance's place in the order."""
        unknown = self.end == UNKNOWN_TIME
        return np.where(unknown, self.start, self.end) if unknown.any() else self.end

    @cached_property
    def case_start(self) -> np.ndarray:
        """int64 [cases]: the first stamp of each case, that of an item nobody has begun included."""
        earlier = self.moment if self.began is self.moment else np.minimum(self.began, self.moment)
        first = np.minimum.reduceat(earlier, self.offsets[:-1])
        np.minimum.at(first, self.waiting.case, self.waiting.time)
        return first

    @cached_property
    def case_end(self) -> np.ndarray:
        """int64 [cases]: the last stamp of each case, that of an item nobody has begun included."""
        last = np.maximum.reduceat(self.moment, self.offsets[:-1])
        np.maximum.at(last, self.waiting.case, self.waiting.time)
        return last

    @property
    def start_known(self) -> np.ndarray:
        return self.start != UNKNOWN_TIME

    @cached_property
    def item_count(self) -> int:
        return len(np.unique(self.item))

    def place(self, instance: int) -> tuple[str | None, int | None]:
        """The file and the line of the row that completed an instance (or began it, while it is open); None = not from a file."""
        line = self.line[instance] if self.line[instance] >= 0 else self.start_line[instance]
        files = self.source.files
        return files[self.file[instance]].name if files else None, int(line) if line >= 0 else None

    def blocks(self) -> "list[Block]":
        """What was read and how it was understood, for showing."""
        from bankmine.log.overview import overview

        return overview(self)

    def where(self, **values: "str | Collection[str]") -> "EventLog":
        """The cases in which some instance has the given value of each attribute, or one of several values.

        Cases are kept whole, so that no wait is torn apart. Names are the log's attributes (product, channel, …),
        `resource` and `activity`. Raises UsageError for an unknown name or value, and where no case is left.
        """
        from bankmine.log.filters import where

        return where(self, values)

    def between(self, first: str, last: str, how: "How" = "started") -> "EventLog":
        """The cases of a period: those that `started` in it, are `contained` in it, or are `touching` it.

        `first` and `last` are years, months, days or times (ISO 8601) in the log's zone; a year, month or day given as
        `last` is included wholly. Raises UsageError for other texts, and where no case is left.
        """
        from bankmine.log.filters import between

        return between(self, first, last, how)

    def cases_with(self, *activities: str) -> "EventLog":
        """The cases in which every one of the activities occurs. Raises UsageError for an unknown activity, and where no case is left."""
        from bankmine.log.filters import cases_with

        return cases_with(self, activities)

    def top_variants(self, share: float) -> "EventLog":
        """The cases of the fewest variants that together hold at least this share (0–1] of the cases.

        Variants are taken by falling number of cases, then by the names of their activities.
        """
        from bankmine.log.filters import top_variants

        return top_variants(self, share)

    def to_pm4py(self, *, intervals: bool = False) -> "pd.DataFrame":
        """The log as pm4py's formatted table, one row per instance in canonical order (see bankmine.log.interop).

        `intervals` names the start as pm4py does; pm4py then orders its DFG by start, and it differs from ours.
        """
        from bankmine.log.interop import to_pm4py

        return to_pm4py(self, intervals=intervals)
