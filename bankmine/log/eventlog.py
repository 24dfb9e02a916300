"""The compact log: one row per activity instance, in integer codes and microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.table import SourceFile

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
class EventLog:
    """Activity instances (sessions) in canonical order: case, end, start, source row (house.md, rule 3).

    A session is one START-COMPLETE pair or a lone COMPLETE (definitions §2.2). Arrays have shape [instances]:
    `case`, `activity` int32; `resource` int32 (-1 = unknown); `start`, `end` int64 UTC microseconds
    (UNKNOWN_TIME = unknown: no start for a lone completion, no end for work still open); `item` int32, the work item
    of each session, unique over the log; `file` int16, `line` and `start_line` int64 (source line of the completing
    row and of the starting row, -1 = none). `offsets` int64 [cases + 1]: rows of case i are offsets[i]:offsets[i+1].
    An instance without an end takes its place in the order by its start.
    Names are sorted, so codes do not depend on the order of the input rows.
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
    items_known: bool = False
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
        return np.where(self.start == UNKNOWN_TIME, self.end, self.start)

    @cached_property
    def moment(self) -> np.ndarray:
        """int64 [instances]: end where known, else start: the instance's place in the order."""
        return np.where(self.end == UNKNOWN_TIME, self.start, self.end)

    @cached_property
    def case_start(self) -> np.ndarray:
        """int64 [cases]: the first stamp of each case."""
        return np.minimum.reduceat(np.minimum(self.began, self.moment), self.offsets[:-1])

    @cached_property
    def case_end(self) -> np.ndarray:
        """int64 [cases]: the last stamp of each case."""
        return np.maximum.reduceat(self.moment, self.offsets[:-1])

    @property
    def start_known(self) -> np.ndarray:
        return self.start != UNKNOWN_TIME

    @cached_property
    def item_count(self) -> int:
        return len(np.unique(self.item))
