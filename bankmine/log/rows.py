"""The usable rows of all sources side by side, in integer codes, before they become activity instances."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from bankmine.log.coded import Coded, joined
from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, Attribute
from bankmine.log.interpret import Interpreted
from bankmine.log.order import PIECE, by_case, canonical_order, compact, gathered
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding, Reject, Severity, chosen
from bankmine.words import Text


@dataclass(frozen=True, eq=False)
class Rows:
    """Usable rows in the order of the sources; all arrays [rows].

    `start`, `end`, `arrival` int64 UTC microseconds (UNKNOWN_TIME = unknown); `end` is the end or the only timestamp.
    `start`, `lifecycle`, `instance`, `arrival` are None where no source has such a column; `known_by_case` is None where `by_case` must
    still be found.
    """

    case: Attribute
    activity: Attribute
    resource: Attribute
    start: np.ndarray | None
    end: np.ndarray
    lifecycle: pl.Series | None
    instance: Attribute | None
    arrival: np.ndarray | None
    attributes: Mapping[str, Attribute]
    numbers: Mapping[str, np.ndarray]
    file: np.ndarray
    line: np.ndarray
    files: tuple[str, ...]
    known_by_case: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.end)

    @cached_property
    def moment(self) -> np.ndarray:
        """int64 [rows]: the end where it is known, else the start."""
        return self.end if self.start is None else np.where(self.end == UNKNOWN_TIME, self.start, self.end)

    @cached_property
    def by_case(self) -> tuple[np.ndarray, np.ndarray]:
        """The places of the rows in order of case, those of one case as they are; where the rows of each case begin among them."""
        return self.known_by_case or by_case(self.case.codes, len(self.case.values))

    @cached_property
    def _placed(self) -> tuple[np.ndarray, np.ndarray]:
        return canonical_order(self.case.codes, len(self.case.values), self.start, self.end, by=self.by_case)

    @property
    def order(self) -> np.ndarray:
        """The places of the rows in canonical order (case, moment, start, place)."""
        return self._placed[0]

    @property
    def offsets(self) -> np.ndarray:
        """int64 [cases + 1]: where the rows of each case begin in canonical order."""
        return self._placed[1]

    @cached_property
    def _near(self) -> tuple[np.ndarray, np.ndarray]:
        """bool [rows] twice, in canonical order: whether a row of the same case stands before it at most a second ago; whether at once."""
        soon, at_once = np.zeros(len(self), dtype=bool), np.zeros(len(self), dtype=bool)

        def look(begin: int) -> None:
            piece = slice(begin, begin + PIECE + 1)
            step = np.diff(gathered(self.moment, self.order[piece]))
            np.less_equal(step, SECOND, out=soon[piece][1:])
            np.equal(step, 0, out=at_once[piece][1:])

        with ThreadPoolExecutor(max_workers=2) as pool:  # in pieces that stay in the cache
            list(pool.map(look, range(0, len(self), PIECE)))
        soon[self.offsets[:-1]] = at_once[self.offsets[:-1]] = False
        return soon, at_once

    @cached_property
    def close(self) -> np.ndarray:
        """uint32: the rows at most a second after the one before or before the one after them in their case, in canonical order."""
        return self.order[np.flatnonzero(_with_the_one_before(self._near[0]))]

    @cached_property
    def tied(self) -> tuple[np.ndarray, np.ndarray]:
        """The tied rows, uint32: those that share case and instant with another, in canonical order; int64, the number of their instant."""
        at_once = self._near[1]
        some = np.flatnonzero(_with_the_one_before(at_once))
        return self.order[some], np.cumsum(~at_once[some]) - 1

    @cached_property
    def tied_alike(self) -> np.ndarray:
        """uint32, ascending: those of the tied rows that also share the activity with another one of their instant."""
        place, run = self.tied
        code = self.activity.codes[place]
        same = np.zeros(len(place), dtype=bool)
        same[1:] = (run[1:] == run[:-1]) & (code[1:] == code[:-1])
        alike = _with_the_one_before(same)
        several = np.flatnonzero((np.bincount(run) > 2)[run])  # of two rows the neighbour tells
        alike[several] = pl.Series(run[several] * len(self.activity.values) + code[several]).is_duplicated()
        return np.sort(place[alike])

    @classmethod
    def of(cls, parts: Sequence[Interpreted], files: Sequence[str]) -> "Rows":
        """The rows of several sources, one after the other; a column that a source does not have is missing there."""
        sizes = [len(part.line) for part in parts]
        times = sorted({role for part in parts for role in part.stamps})
        stamps = {role: _together([part.stamps.get(role) for part in parts], sizes, UNKNOWN_TIME) for role in times}
        names = sorted({role for part in parts for role in part.attributes})
        texts = {role: _encoded([part.attributes.get(role) for part in parts], sizes) for role in names}
        amounts = sorted({role for part in parts for role in part.numbers})
        lifecycle = [part.lifecycle for part in parts]
        instance = [part.instance for part in parts]
        end = stamps.get("end", stamps.get("timestamp"))
        if "end" in stamps and "timestamp" in stamps:
            end = np.where(stamps["end"] == UNKNOWN_TIME, stamps["timestamp"], stamps["end"])
        total = sum(sizes)
        case = _encoded([part.case for part in parts], sizes)
        known = parts[0].by_case if len(parts) == 1 else None
        return cls(
            case=case,
            activity=_encoded([part.activity for part in parts], sizes),
            resource=texts.pop("resource") if "resource" in texts else Attribute(np.full(total, -1, dtype=np.int32), ()),
            start=stamps.get("start"),
            end=np.full(total, UNKNOWN_TIME, dtype=np.int64) if end is None else end,
            lifecycle=_joined(lifecycle, sizes) if any(column is not None for column in lifecycle) else None,
            instance=_encoded(instance, sizes) if any(column is not None for column in instance) else None,
            arrival=stamps.get("arrival"),
            attributes=texts,
            numbers={role: _together([part.numbers.get(role) for part in parts], sizes, np.nan) for role in amounts},
            file=np.repeat(np.arange(len(parts), dtype=np.int16), sizes),
            line=_together([part.line for part in parts], sizes, -1),
            files=tuple(files),
            known_by_case=known if known is not None and len(known[1]) == len(case.values) + 1 else None,
        )

    def take(self, kept: np.ndarray) -> "Rows":
        """The rows at these places (or where this mask is true)."""
        places = np.flatnonzero(kept) if kept.dtype == bool else kept

        def coded(column: Attribute) -> Attribute:
            return Attribute(column.codes[places], column.values)

        return Rows(
            case=coded(self.case),
            activity=coded(self.activity),
            resource=coded(self.resource),
            start=None if self.start is None else self.start[places],
            end=self.end[places],
            lifecycle=None if self.lifecycle is None else self.lifecycle.gather(places),
            instance=None if self.instance is None else coded(self.instance),
            arrival=None if self.arrival is None else self.arrival[places],
            attributes={name: coded(column) for name, column in self.attributes.items()},
            numbers={name: column[places] for name, column in self.numbers.items()},
            file=self.file[places],
            line=self.line[places],
            files=self.files,
        )

    def finding(
        self,
        code: str,
        severity: Severity,
        rows: np.ndarray,
        message: Text,
        *,
        count: int | None = None,
        column: str | None = None,
        values: np.ndarray | None = None,
    ) -> QualityFinding:
        """A finding on these rows (places, in order), with some of them as examples; `values` are UTC microseconds."""
        shown = rows[:EXAMPLES_SHOWN] if values is None else rows[np.argsort(values[rows], kind="stable")[:EXAMPLES_SHOWN]]
        return QualityFinding(
            code,
            severity,
            len(rows) if count is None else count,
            message,
            chosen(
                Example(self.files[self.file[row]], int(self.line[row]), column, None if values is None else as_written(values[row]))
                for row in shown.tolist()
            ),
        )

    def reject(self, code: str, row: int, column: str | None, value: str | None) -> Reject:
        """The reject of one row."""
        return Reject(self.files[self.file[row]], int(self.line[row]), code, column, value)


def _with_the_one_before(mask: np.ndarray) -> np.ndarray:
    """A mask that also has the place before each of its places."""
    wider = mask.copy()
    wider[:-1] |= mask[1:]
    return wider


def as_written(time: int) -> str:
    """UTC microseconds as ISO 8601 text."""
    return f"{np.datetime64(int(time), 'us')}Z"


def _joined(columns: Sequence[pl.Series | None], sizes: Sequence[int]) -> pl.Series:
    return pl.concat(
        [
            pl.Series([None] * size, dtype=pl.String) if column is None else column.cast(pl.String).alias("")
            for column, size in zip(columns, sizes, strict=True)
        ]
    )


def _together(columns: Sequence[np.ndarray | None], sizes: Sequence[int], unknown: float) -> np.ndarray:
    """Columns one after the other, `unknown` where a source does not have it."""
    known = [np.full(size, unknown) if column is None else column for column, size in zip(columns, sizes, strict=True)]
    return known[0] if len(known) == 1 else np.concatenate(known)


def _encoded(columns: Sequence[Coded | None], sizes: Sequence[int]) -> Attribute:
    """The columns one after the other, their values sorted and without those that do not occur."""
    none = pl.Series([], dtype=pl.String)
    whole = joined(
        [Coded(np.full(size, -1, dtype=np.int32), none) if column is None else column for column, size in zip(columns, sizes, strict=True)]
    )
    if len(columns) > 1:
        whole = whole.renamed(whole.values)
    codes, values, _ = compact(Attribute(whole.codes, tuple(whole.values.to_list())))
    return Attribute(codes, values)
