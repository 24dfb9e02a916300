"""What every detector looks at: the instances of a log with their neighbours in the case."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from bankmine.log import quality
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.log.quality import Example, QualityFinding, chosen
from bankmine.words import Text

MOST_LABELS = 1_000  # more of them are no activities; pairs of labels are not compared then


@dataclass(frozen=True, eq=False)
class Traces:
    """A log and what several detectors ask of it; arrays [instances] in canonical order unless said otherwise."""

    log: EventLog

    @cached_property
    def follows(self) -> np.ndarray:
        """bool [instances]: whether the instance before it is of the same case."""
        case = self.log.case
        return np.concatenate([[False], case[1:] == case[:-1]])

    @cached_property
    def before(self) -> np.ndarray:
        """int32: the activity of the instance before it in its case, -1 = none."""
        return np.where(self.follows, np.roll(self.log.activity, 1), -1).astype(np.int32)

    @cached_property
    def after(self) -> np.ndarray:
        """int32: the activity of the instance after it in its case, -1 = none."""
        return np.where(np.roll(self.follows, -1), np.roll(self.log.activity, -1), -1).astype(np.int32)

    @cached_property
    def rows(self) -> np.ndarray:
        """int64 [activities]: how many instances each activity has."""
        return np.bincount(self.log.activity, minlength=len(self.log.activities))

    @cached_property
    def arcs(self) -> np.ndarray:
        """int64 [activities + 1, activities]: how often the second follows the first directly; the last row: how often it begins a case."""
        width = len(self.log.activities)
        return np.bincount((self.before % (width + 1)) * width + self.log.activity, minlength=(width + 1) * width).reshape(width + 1, width)

    @cached_property
    def occurrences(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """int64 [pairs]: the case, the activity and how often it occurs there, for every pair that occurs; in order of case."""
        width = len(self.log.activities)
        pairs, times = np.unique(self.log.case.astype(np.int64) * width + self.log.activity, return_counts=True)
        return pairs // width, pairs % width, times

    @cached_property
    def to_the_second(self) -> bool:
        """Whether times are finer than a minute, so that seconds mean anything."""
        return bool((self.log.moment % (60 * SECOND) != 0).any())

    @cached_property
    def few_labels(self) -> bool:
        return len(self.log.activities) <= MOST_LABELS

    def constant(self, share: float) -> list[np.ndarray]:
        """int64 [instances] each: the attributes and amounts with one value in at least this share of the cases; -1 = missing."""
        log = self.log
        columns = [attribute.codes.astype(np.int64) for attribute in log.attributes.values()]
        columns += [np.unique(np.nan_to_num(number, nan=-1.0), return_inverse=True)[1].astype(np.int64) for number in log.numbers.values()]
        return [codes for codes in columns if (codes >= 0).any() and (~self.varies(codes)).mean() >= share]

    def varies(self, codes: np.ndarray) -> np.ndarray:
        """bool [cases]: whether the case has several known values of a column."""
        low = np.minimum.reduceat(np.where(codes < 0, np.iinfo(np.int64).max, codes), self.log.offsets[:-1])
        return np.maximum.reduceat(codes, self.log.offsets[:-1]) > low

    def finding(self, code: str, rows: np.ndarray, message: Text, *, role: str, count: int | None = None) -> QualityFinding:
        """A finding on these instances, a warning; the first of them in the sources are its examples."""
        log = self.log
        ordered = rows[np.lexsort((log.line[rows], log.file[rows]))]
        column = log.source.columns.get(role)
        places = [log.place(int(row)) for row in ordered[: quality.EXAMPLES_SHOWN]]
        examples = chosen(Example(file or "", line, column, None) for file, line in places)
        return QualityFinding(code, "warning", len(rows) if count is None else count, message, examples)


class Detector(ABC):
    """A rule that finds one imperfection in a finished log; its fields are its thresholds."""

    code: ClassVar[str]

    @abstractmethod
    def find(self, traces: Traces) -> QualityFinding | None:
        """What is to be said about this log; None where nothing is."""
