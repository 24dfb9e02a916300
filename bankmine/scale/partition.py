"""Logs larger than memory: cut by case into parts on disk, each read as a log is, measured in turn, and merged."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from bankmine.errors import InputError, OutputError
from bankmine.log.columns import Columns, recognise
from bankmine.log.eventlog import EventLog, Source
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.read import fewer_rows
from bankmine.log.table import SourceFile
from bankmine.scale.decisions import Decisions, differ
from bankmine.scale.frames import Names
from bankmine.scale.memory import too_heavy
from bankmine.scale.passes import measured
from bankmine.scale.pieces import pieces
from bankmine.scale.reading import PLACE, How, ReadPart, described, part_of, tables_of
from bankmine.scale.whole import Measured, Wanted
from bankmine.scale.window import begun, last_weeks
from bankmine.words import Text

Found = TypeVar("Found")
PREFIX = "bankmine-parts-"
UNEVEN = 1.5  # times the mean: so much more than the other parts is in a part by a case of many rows, not by chance


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
        frames: list[pl.DataFrame] = []
        for part in range(self.raw.parts):
            log = self.logs.read(part)
            if log is not None:
                wanted = begun(log, first, last)
                frames += [mine for frame in self.raw.frames(part) if (mine := frame.filter(self.how.of_cases(frame, wanted))).height]
        return self.how.some(frames, self.source), number


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
            rows = frame.with_columns(
                pl.lit(at, dtype=pl.Int16).alias(PLACE[0]), pl.Series(PLACE[1], table.line, dtype=pl.Int64), to.alias("to")
            )
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
        if rows.height:
            logs.write(part, rows, 0)
        held = []
        yield found
