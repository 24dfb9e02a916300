"""How every part of a log is read, as a log of its own, and what the parts tell together of what was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from bankmine.log import labels
from bankmine.log.columns import Columns, recognise
from bankmine.log.eventlog import EventLog, Source
from bankmine.log.filters import CaseFilter
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.read import columns_of, read_log, refuse_too_many
from bankmine.log.table import SourceFile, Table
from bankmine.log.transitions import Transition, understand
from bankmine.scale.filtered import Met, filtered, refuse
from bankmine.scale.findings import together
from bankmine.scale.frames import KEPT, Names, by_case
from bankmine.settings import Settings

PLACE = ("__file__", "__line__")  # columns beside the source's own


@dataclass(frozen=True, eq=False)
class ReadPart:
    """What the reading of a part tells beside its instances; `names` are those of the cases that pass the filters, and of what SCHEDULE
    rows put up in any.
    """

    names: Names
    findings: tuple[QualityFinding, ...]
    rejects: tuple[Reject, ...]
    rows: tuple[int, int, int, int]  # read, used, set aside, merged
    met: tuple[Met, ...]


@dataclass(frozen=True)
class How:
    """How a log is to be read: as `read_log` takes it. `columns`: source column by role; `filters`: which cases are then left."""

    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lifecycle: str = "pair"
    timezone: str | None = None
    encoding: str | None = None
    time_format: str | None = None
    dedupe: bool = False
    settings: Settings = field(default_factory=Settings)
    filters: tuple[CaseFilter, ...] = ()

    @property
    def given(self) -> dict[str, str]:
        return self.settings.columns.given() | dict(self.columns)

    @property
    def zone(self) -> str | None:
        return self.timezone or self.settings.calendar.timezone

    @property
    def options(self) -> dict[str, Any]:
        """For `read_log` on a part: all of its rows may be set aside, and nothing is known of their number."""
        quality = self.settings.quality.model_copy(update={"expect_rows": None})
        named = {{"lifecycle": "transition"}.get(role, role): name for role, name in self.given.items()}
        return {
            **named,
            "lifecycle": self.lifecycle,
            "timezone": self.timezone,
            "time_format": self.time_format,
            "max_reject_share": 1.0,
            "settings": self.settings.model_copy(update={"quality": quality}),
            "dedupe": self.dedupe,
        }

    def read(self, tables: list[Table]) -> "tuple[pl.DataFrame, ReadPart]":
        """The instances of a part's wanted cases, read as a log of its own whose rows may all be set aside, and what was noticed."""
        log, met = filtered(read_log(tables, **self.options), self.filters)
        scheduled = frozenset[str]().union(*(_scheduled(table, self.given) for table in tables))
        numbered = any("instance" in recognise(table.frame.columns, self.given).source for table in tables)
        kept = {name: log.attributes[name].values for name in KEPT if name in log.attributes}
        source = log.source
        return by_case(log, frozenset(log.activities) if numbered else scheduled), ReadPart(
            Names(log.activities, log.resources, kept, scheduled, log.items_known, source.timezone),
            log.quality,
            log.rejects,
            (source.rows_read, source.rows_used, source.rows_set_aside, source.rows_merged),
            met,
        )

    def of_cases(self, frame: pl.DataFrame, names: pl.Series) -> pl.Series:
        """bool [rows]: which of the rows, as they were read, belong to these cases."""
        column = recognise(frame.drop(PLACE).columns, self.given).source["case"]
        case = labels.cases(frame[column], file="", column=column, line=frame[PLACE[1]].to_numpy()).names.text()
        return case.is_in(names.implode()).fill_null(value=False)

    def some(self, frames: "Sequence[pl.DataFrame]", source: Source) -> EventLog:
        """The log of some rows of the `source`, each frame those of one file."""
        log = read_log(tables_of(frames, source.files), **self.options)
        return replace(log, source=replace(log.source, files=source.files, parameters=source.parameters))


def _scheduled(table: Table, given: Mapping[str, str]) -> set[str]:
    """The activities that SCHEDULE rows put up."""
    columns = recognise(table.frame.columns, given, file=table.file.name)
    if "lifecycle" not in columns.source:
        return set()
    name, kind = columns.source["activity"], columns.source["lifecycle"]
    pairs = table.frame.select(name, kind).unique()
    put_up = understand(pairs[kind]).code == Transition.SCHEDULE
    return set(labels.activities(pairs[name].filter(put_up), column=name).names.values.to_list())


def part_of(frame: pl.DataFrame, column: str, parts: int, file: str, line: np.ndarray) -> pl.Series:
    """Int32 [rows]: the part of each row. Ids that are one case once they are tidied have the same; rows without one go with others."""
    case = labels.cases(frame[column], file=file, column=column, line=line).names.text().str.replace(r"\.0+$", "")
    part = (case.hash(0) % parts).cast(pl.Int32).set(case.is_null(), None)
    known = part.drop_nulls()
    return part.fill_null(int(known[0]) if len(known) else 0)


def described(
    found: Sequence[ReadPart],
    files: Sequence[SourceFile],
    columns: Sequence[Columns],
    how: How,
    read: int,
    findings: Sequence[QualityFinding] = (),
    rejects: Sequence[Reject] = (),
) -> tuple[Names, Source, tuple[QualityFinding, ...], list[Reject]]:
    """What an EventLog says of itself, of what was found in its parts and, before they were cut, in its files."""
    names = Names.of([each.names for each in found])
    place = {file.name: number for number, file in enumerate(files)}
    everything = [*rejects, *(reject for each in found for reject in each.rejects)]
    everything.sort(key=lambda reject: (place[reject.file], reject.line))
    share = how.settings.quality.max_reject_share
    refuse_too_many(everything, read, share)
    refuse(how.filters, [each.met for each in found])
    parameters = {
        "lifecycle": how.lifecycle,
        "dedupe": how.dedupe,
        "max_reject_share": share,
        "encoding": how.encoding,
        "time_format": how.time_format,
    } | ({"filters": tuple(each.said for each in how.filters)} if how.filters else {})
    source = Source(
        files=tuple(files),
        columns=MappingProxyType(columns_of(columns)),
        timezone=names.timezone,
        parameters=MappingProxyType(parameters),
        rows_read=read,
        rows_used=sum(each.rows[1] for each in found),
        rows_set_aside=len(everything),
        rows_merged=sum(each.rows[3] for each in found),
    )
    # Of the many cases of a log, a part may hold one.
    in_parts = [one for each in found for one in each.findings if len(found) == 1 or one.code != "SINGLE_CASE"]
    return names, source, together([*findings, *in_parts]), everything


def tables_of(frames: Sequence[pl.DataFrame], files: Sequence[SourceFile]) -> list[Table]:
    """The tables of several pieces, one for each file, rows in the order of the file."""
    by_file: dict[int, list[pl.DataFrame]] = {}
    for frame in frames:
        by_file.setdefault(int(frame[PLACE[0]][0]), []).append(frame)
    return [_table(pl.concat(mine).sort(PLACE[1], maintain_order=True), files) for _, mine in sorted(by_file.items())]


def _table(frame: pl.DataFrame, files: Sequence[SourceFile]) -> Table:
    """Rows of one file with their places."""
    return Table(file=files[int(frame[PLACE[0]][0])], frame=frame.drop(PLACE), line=frame[PLACE[1]].to_numpy().astype(np.int64))
