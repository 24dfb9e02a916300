"""Logs larger than memory: cut by case into parts on disk, each read as a log is, measured in turn, and merged."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import polars as pl

from bankmine.errors import InputError, OutputError
from bankmine.log import labels
from bankmine.log.columns import Columns, recognise
from bankmine.log.eventlog import UNKNOWN_TIME, EventLog, Source
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.read import columns_of, fewer_rows, read_log, refuse_too_many
from bankmine.log.table import SourceFile, Table
from bankmine.log.transitions import Transition, understand
from bankmine.measure.drift import MONDAY, WEEK
from bankmine.scale.decisions import Decisions, differ
from bankmine.scale.findings import together
from bankmine.scale.frames import KEPT, Names, by_case
from bankmine.scale.memory import too_heavy
from bankmine.scale.passes import Measured, Parts, Wanted, measured
from bankmine.scale.pieces import pieces
from bankmine.settings import Settings
from bankmine.stats.grouped import grouped_sum
from bankmine.words import Text

Found = TypeVar("Found")
PREFIX = "bankmine-parts-"
UNEVEN = 1.5  # times the mean: so much more than the other parts is in a part by a case of many rows, not by chance
PLACE = ("__file__", "__line__")  # columns beside the source's own


@dataclass(frozen=True)
class Disk:
    """Parts as folders of Arrow files: each part's frames in the order in which they were written."""

    folder: Path
    parts: int

    def write(self, part: int, frame: pl.DataFrame, number: int) -> None:
        """One more frame of a part, at its place `number`."""
        place = self.folder / f"{part}"
        place.mkdir(mode=0o700, exist_ok=True)
        frame.write_ipc(place / f"{number:06}.arrow", compression="lz4")

    def frames(self, part: int) -> list[pl.DataFrame]:
        place = self.folder / f"{part}"
        return [pl.read_ipc(file) for file in sorted(place.iterdir())] if place.is_dir() else []

    def read(self, part: int) -> pl.DataFrame | None:
        """None where the part is empty."""
        frames = self.frames(part)
        return pl.concat(frames) if frames else None

    def each(self, kernel: Callable[[pl.DataFrame], Found]) -> list[Found]:
        """What the kernel finds in every part that is not empty, one after the other."""
        return [kernel(frame) for part in range(self.parts) if (frame := self.read(part)) is not None]

    def divided(
        self,
        kernel: Callable[[pl.DataFrame], tuple[pl.DataFrame, Found]],
        schema: dict[str, Any],  # noqa: ARG002  Spark has to know it
        parts: int,
    ) -> "tuple[Disk, list[Found]]":
        """The rows that the kernel makes of every part, by their number `to` in other parts; and what it finds."""
        other, found = Disk(Path(tempfile.mkdtemp(dir=self.folder.parent)), parts), []
        for part in range(self.parts):
            frame = self.read(part)
            if frame is None:
                continue
            rows, one = kernel(frame)
            found.append(one)
            for (to,), mine in rows.partition_by("to", as_dict=True).items():
                other.write(int(to), mine, part)
        return other, found


@dataclass(frozen=True, eq=False)
class ReadPart:
    """What the reading of a part tells beside its instances; `scheduled` names are in `names`."""

    names: Names
    findings: tuple[QualityFinding, ...]
    rejects: tuple[Reject, ...]
    rows: tuple[int, int, int, int]  # read, used, set aside, merged


@dataclass(frozen=True)
class How:
    """How a log is to be read: as `read_log` takes it. `columns`: source column by role."""

    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    lifecycle: str = "pair"
    timezone: str | None = None
    encoding: str | None = None
    time_format: str | None = None
    dedupe: bool = False
    settings: Settings = field(default_factory=Settings)

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
        """The instances of a part, read as a log of its own whose rows may all be set aside, and what was noticed."""
        log = read_log(tables, **self.options)
        scheduled = frozenset[str]().union(*(_scheduled(table, self.given) for table in tables))
        numbered = any("instance" in recognise(table.frame.columns, self.given).source for table in tables)
        kept = {name: log.attributes[name].values for name in KEPT if name in log.attributes}
        source = log.source
        return by_case(log, frozenset(log.activities) if numbered else scheduled), ReadPart(
            Names(log.activities, log.resources, kept, scheduled, log.items_known, source.timezone),
            log.quality,
            log.rejects,
            (source.rows_read, source.rows_used, source.rows_set_aside, source.rows_merged),
        )


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


@dataclass(frozen=True, eq=False)
class LogInParts:
    """A log that lies in parts by case: its rows as they were read (`raw`) and its instances (`logs`).

    `source`, `quality` and `rejects` as an EventLog has them; `how` is what every part was read with.
    """

    raw: Disk
    logs: Disk
    names: Names
    how: How
    source: Source
    quality: tuple[QualityFinding, ...]
    rejects: tuple[Reject, ...]

    def measured(self, wanted: Wanted) -> Measured:
        """The complete set."""
        return measured(self.logs, self.names, wanted)

    def window(self, rows: int) -> tuple[EventLog, int] | None:
        """The cases that began in the log's last whole weeks, as many as hold at most so many source rows, as a log in memory, and their
        number of weeks; None where not even one week has so few.
        """
        chosen = last_weeks(self.logs, rows)
        if chosen is None:
            return None
        first, last, number = chosen
        tables: dict[int, list[pl.DataFrame]] = {}
        for part in range(self.raw.parts):
            log = self.logs.read(part)
            if log is None:
                continue
            wanted = begun(log, first, last)
            for frame in self.raw.frames(part):
                column = recognise(_own(frame).columns, self.how.given).source["case"]
                case = labels.cases(frame[column], file="", column=column, line=frame[PLACE[1]].to_numpy()).names.text()
                mine = frame.filter(case.is_in(wanted.implode()).fill_null(value=False))
                if mine.height:
                    tables.setdefault(int(mine[PLACE[0]][0]), []).append(mine)
        joined = [pl.concat(frames).sort(PLACE[1]) for _, frames in sorted(tables.items())]
        log = read_log([_table(frame, self.source.files) for frame in joined], **self.how.options)
        return replace(log, source=replace(log.source, files=self.source.files)), number


def last_weeks(logs: Parts, rows: int) -> tuple[int, int, int] | None:
    """The first and the last of the last whole weeks whose cases hold at most so many source rows, and their number; None for none."""
    weeks = np.concatenate(logs.each(_weeks))
    week, group = np.unique(weeks[:, 0], return_inverse=True)
    events = grouped_sum(weeks[:, 1], group, len(week))
    whole = np.flatnonzero((week > week[0]) & (week < week[-1]))[::-1]
    fit = whole[np.cumsum(events[whole]) <= rows]
    return (int(week[fit[-1]]), int(week[fit[0]]), len(fit)) if len(fit) else None


def begun(frame: pl.DataFrame, first: int, last: int) -> pl.Series:
    """The names of a part's cases that began in these weeks."""
    return _case_weeks(frame).filter(pl.col("week").is_between(first, last))["name"]


def _weeks(frame: pl.DataFrame) -> np.ndarray:
    """int64 [cases, 2]: the week in which each case begins, and its source rows."""
    return _case_weeks(frame).select("week", "events").to_numpy()


def _case_weeks(frame: pl.DataFrame) -> pl.DataFrame:
    moment = pl.min_horizontal(pl.when(pl.col(name) != UNKNOWN_TIME).then(pl.col(name)) for name in ("start", "end")).min()
    return frame.group_by("name").agg(week=(moment - MONDAY) // WEEK, events=pl.col("events").sum())


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(PLACE)


def _table(frame: pl.DataFrame, files: Sequence[SourceFile]) -> Table:
    """Rows of one file with their places."""
    return Table(file=files[int(frame[PLACE[0]][0])], frame=_own(frame), line=frame[PLACE[1]].to_numpy().astype(np.int64))


@contextmanager
def cut(paths: Sequence[Path], how: How, parts: int, most: int | None = None) -> "Iterator[LogInParts]":
    """The log of CSV and Parquet files in so many parts by case, in a folder that only this user can read and that is gone afterwards.

    `most`: how many rows a part may have. Raises what `read_log` raises, UsageError FORMAT_WHOLE, InputError PARTS_DIFFER, InputError
    MEMORY where one case has too many rows, OutputError PARTS_ROOM.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        yield _cut(paths, how, parts, most, folder)
    except OSError as error:
        raise OutputError(
            "PARTS_ROOM",
            Text(zh=f"无法写入临时分块：{error.strerror}。", en=f"the parts cannot be written: {error.strerror}."),
            Text(zh="请检查临时目录的空间（环境变量 TMPDIR）。", en="check the room in the temporary folder (TMPDIR)."),
            str(folder),
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Removes what runs that were killed have left behind."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = old.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and old.is_dir() and not _alive(int(number)):
            shutil.rmtree(old, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name == "nt":  # there a signal of 0 is no question: it would reach the process
        return True
    with suppress(PermissionError):  # somebody else's, and alive
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True


def _cut(paths: Sequence[Path], how: How, parts: int, most: int | None, folder: Path) -> LogInParts:
    raw, logs = Disk(folder / "raw", parts), Disk(folder / "logs", parts)
    raw.folder.mkdir()
    logs.folder.mkdir()
    files, understood, findings, rejects, read = _raw(paths, how, raw, most)
    expected = how.settings.quality.expect_rows
    if expected is not None and read < expected:
        raise fewer_rows(read, expected, files[0].name)
    found = list(_read(raw, logs, understood.how, files))
    names, source, quality, rejects = described(found, files, understood.columns, how, read, findings, rejects)
    return LogInParts(raw, logs, names, understood.how, source, quality, tuple(rejects))


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
    parameters = {"lifecycle": how.lifecycle, "dedupe": how.dedupe, "max_reject_share": share}
    source = Source(
        files=tuple(files),
        columns=MappingProxyType(columns_of(columns)),
        timezone=names.timezone,
        parameters=MappingProxyType({**parameters, "encoding": how.encoding, "time_format": how.time_format}),
        rows_read=read,
        rows_used=sum(each.rows[1] for each in found),
        rows_set_aside=len(everything),
        rows_merged=sum(each.rows[3] for each in found),
    )
    # Of the many cases of a log, a part may hold one.
    in_parts = [one for each in found for one in each.findings if len(found) == 1 or one.code != "SINGLE_CASE"]
    return names, source, together([*findings, *in_parts]), everything


@dataclass(frozen=True, eq=False)
class _Understood:
    """The columns of each file, and how to read every part."""

    columns: list[Columns]
    how: How


def _raw(
    paths: Sequence[Path], how: How, raw: Disk, most: int | None
) -> tuple[list[SourceFile], _Understood, list[QualityFinding], list[Reject], int]:
    """Writes the rows of the files into their parts. The files, how to read them, findings, rejects, and how many rows were read."""
    files: list[SourceFile] = []
    understood: list[Columns] = []
    findings: list[QualityFinding] = []
    rejects: list[Reject] = []
    formats: set[str | None] = set()
    read = number = 0
    sizes = np.zeros(raw.parts, dtype=np.int64)
    for at, path in enumerate(paths):
        decisions, columns, file = Decisions(), None, SourceFile(str(path), 0, "")
        for table in pieces(path, how.encoding):
            frame, file = table.frame, table.file
            found = recognise(frame.columns, how.given, file=file.name, names_known=table.names_known)
            if columns is not None and found.source != columns.source:
                raise differ(file.name, frame.columns[0])
            columns = found
            decisions.see(frame, columns)
            to = part_of(frame, columns.source["case"], raw.parts, file.name, table.line)
            rows = frame.with_columns(pl.lit(at, dtype=pl.Int16).alias(PLACE[0]), pl.Series(PLACE[1], table.line), to.alias("to"))
            for (part,), mine in rows.partition_by("to", as_dict=True, include_key=False).items():
                raw.write(int(part), mine, number)
                sizes[int(part)] += mine.height
            number += 1
            read += frame.height + len(table.rejects)
            findings += table.findings
            rejects += table.rejects
        assert columns is not None
        files.append(file)
        understood.append(columns)
        formats.add(decisions.time_format(how.time_format, zone_given=how.zone is not None, columns=columns, file=file.name))
    if most is not None and sizes.max() > max(most, UNEVEN * sizes.mean()):
        raise too_heavy(int(sizes.max()), most, Text(zh="一个案件（或少数几个）", en="one case (or a few)"))
    known = formats - {None}
    if len(known) > 1:
        raise differ(files[0].name, min(understood[0].source.values()))
    return files, _Understood(understood, replace(how, time_format=next(iter(known), None))), findings, rejects, read


def _read(raw: Disk, logs: Disk, how: How, files: Sequence[SourceFile]) -> Iterator[ReadPart]:
    """Reads each part as a log. Rows of a part of which none can be used are read with those of the next."""
    held: list[pl.DataFrame] = []
    for part in range(raw.parts):
        held += raw.frames(part)
        last = part == raw.parts - 1
        if not held:
            continue
        try:
            rows, found = how.read(tables_of(held, files))
        except InputError as error:
            if last or error.code not in ("NO_ROWS", "NO_INSTANCES"):
                raise
            continue
        logs.write(part, rows, 0)
        held = []
        yield found


def tables_of(frames: Sequence[pl.DataFrame], files: Sequence[SourceFile]) -> list[Table]:
    """The tables of several pieces, one for each file, rows in the order of the file."""
    by_file: dict[int, list[pl.DataFrame]] = {}
    for frame in frames:
        by_file.setdefault(int(frame[PLACE[0]][0]), []).append(frame)
    return [_table(pl.concat(mine).sort(PLACE[1], maintain_order=True), files) for _, mine in sorted(by_file.items())]
