"""From rows as read to events that can be used: every cell of a known role gets its meaning, every lost row its reason."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from bankmine.log import labels, likeness, numbers, timestamps, zones
from bankmine.log.coded import Coded, categories
from bankmine.log.columns import JOINT, Columns
from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.labels import NULL_WORDS, Labels
from bankmine.log.notes import Note, cell_text, gather
from bankmine.log.order import by_case
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.table import Table
from bankmine.log.timestamps import REASONS, Stamps
from bankmine.words import Text

TIME_ROLES = ("end", "timestamp", "start", "arrival")
NUMBER_ROLES = ("amount", "cost")
KEPT_APART = ("lifecycle", "instance")
NOT_SHOWN = (*KEPT_APART, "resource")
NAME_ROLES = ("resource", "role", "channel", "branch", "segment", "product", "status")


@dataclass(frozen=True, eq=False)
class Interpreted:
    """The usable rows of a table, in the order of the source, each array of shape [usable rows].

    `case`, `activity`, `instance`, `attributes`: the names, none missing in the first two; `lifecycle` is a String series
    (null = missing); `stamps` holds int64 UTC microseconds by role (end or timestamp, start, arrival; UNKNOWN_TIME = unknown);
    `numbers` float64 by role (NaN = unknown); `line` the source line; `formats` how each time column is written.
    rows_read = usable rows + rejects. `by_case`: what `order.by_case` gives for the rows, None where some were set aside.
    """

    case: Coded
    activity: Coded
    stamps: Mapping[str, np.ndarray]
    lifecycle: pl.Series | None
    instance: Coded | None
    attributes: Mapping[str, Coded]
    numbers: Mapping[str, np.ndarray]
    line: np.ndarray
    findings: tuple[QualityFinding, ...]
    rejects: tuple[Reject, ...]
    rows_read: int
    formats: Mapping[str, str]
    by_case: tuple[np.ndarray, np.ndarray] | None

    def __len__(self) -> int:
        return len(self.case)


def in_categories(table: Table, columns: Columns) -> Table:
    """The table with its columns of names in categories, encoded at once on all cores: cells of four bytes instead of texts."""
    roles = ("case", "activity", *NAME_ROLES, *KEPT_APART)
    wanted = {*(columns.source[role] for role in roles if role in columns.source), *columns.extra}
    kinds = table.frame.schema
    return replace(table, frame=table.frame.with_columns(pl.col(name).cast(categories()) for name in wanted if kinds[name] == pl.String))


def interpret(
    table: Table,
    columns: Columns,
    *,
    zone: str,
    zone_given: bool = False,
    time_format: str | None = None,
    null_words: frozenset[str] = NULL_WORDS,
    currency: bool = False,
) -> Interpreted:
    """The meaning of a table's rows.

    A row is set aside where its case or activity is missing or none of its times can be used; each is in `rejects` once,
    and the finding with its code counts it. `currency` reads amounts in yuan (numbers.parse). Raises what
    `timestamps.parse` and `labels.cases` raise.
    """
    frame, file, line = table.frame, table.file.name, table.line
    id_cells, label_cells = frame[columns.source["case"]], frame[columns.source["activity"]]
    with ThreadPoolExecutor(max_workers=2) as pool:  # each column on its own; the first in this order that refuses the log is told
        reading_case = pool.submit(_cases, id_cells, file=file, column=columns.source["case"], line=line, null_words=null_words)
        reading_activity = pool.submit(labels.activities, label_cells, column=columns.source["activity"], null_words=null_words)
        reading_stamps = {
            role: pool.submit(
                timestamps.parse,
                _stamp_cells(frame, columns, role),
                zone=zone,
                file=file,
                column=columns.source[role],
                line=line,
                format=time_format,
                zone_given=zone_given,
                null_words=null_words,
            )
            for role in TIME_ROLES
            if role in columns.source
        }
        named = {role: columns.source[role] for role in (*NAME_ROLES, *KEPT_APART) if role in columns.source}
        named |= {column: column for column in columns.extra}
        reading_names = {
            role: pool.submit(labels.names, frame[column], column=column, null_words=null_words, shown=role not in NOT_SHOWN)
            for role, column in named.items()
        }
        reading_figures = {
            role: pool.submit(
                numbers.parse, frame[columns.source[role]], column=columns.source[role], null_words=null_words, currency=currency
            )
            for role in NUMBER_ROLES
            if role in columns.source
        }
        (case, order), activity = reading_case.result(), reading_activity.result()
        stamps = {role: reading.result() for role, reading in reading_stamps.items()}
        names = {role: reading.result() for role, reading in reading_names.items()}
        figures = {role: reading.result() for role, reading in reading_figures.items()}
    lost = _lost(table, columns, case, activity, stamps)
    keep = lost.keep
    kept_case, kept_activity = case.names.where(keep), activity.names.where(keep)
    times, undecided = _settled(stamps, keep, kept_case.codes)
    notes = [
        *lost.notes,
        *case.notes,
        *activity.notes,
        *(note for stamp in stamps.values() for note in stamp.notes),
        *undecided,
        *(note for name in names.values() for note in name.notes),
        *(note for figure in figures.values() for note in figure.notes),
    ]
    findings = gather(notes, file, line)
    synonym = likeness.synonyms(kept_activity, kept_case.codes, _order(times), columns.source["activity"])
    if synonym is not None:
        findings += gather([synonym], file, line[keep])
    kept_names = {role: name.names.where(keep) for role, name in names.items()}
    lifecycle = kept_names.get("lifecycle")
    return Interpreted(
        case=kept_case,
        activity=kept_activity,
        stamps=MappingProxyType(times),
        lifecycle=None if lifecycle is None else lifecycle.text(),
        instance=kept_names.get("instance"),
        attributes=MappingProxyType({role: values for role, values in kept_names.items() if role not in KEPT_APART}),
        numbers=MappingProxyType({role: _kept(figure.values, keep) for role, figure in figures.items()}),
        line=_kept(line, keep),
        findings=findings,
        rejects=lost.rejects,
        rows_read=frame.height,
        formats=MappingProxyType({role: stamp.format for role, stamp in stamps.items()}),
        by_case=order if keep.all() else None,
    )


def _cases(
    cells: pl.Series, *, file: str, column: str, line: np.ndarray, null_words: frozenset[str]
) -> tuple[Labels, tuple[np.ndarray, np.ndarray] | None]:
    """The case ids and, if none is missing, the rows in their order, which takes long and is found beside the other columns' meaning."""
    found = labels.cases(cells, file=file, column=column, line=line, null_words=null_words)
    codes = found.names.codes
    return found, by_case(codes, len(found.names.values)) if codes.min(initial=0) >= 0 else None


@dataclass(frozen=True, eq=False)
class _Lost:
    """The rows that cannot be used: `keep` bool [rows] of the others."""

    keep: np.ndarray
    rejects: tuple[Reject, ...]
    notes: tuple[Note, ...]


def _lost(table: Table, columns: Columns, case: Labels, activity: Labels, stamps: Mapping[str, Stamps]) -> _Lost:
    """Why rows are set aside: the first of case, activity, time that fails gives the code."""
    if min(case.names.codes.min(initial=0), activity.names.codes.min(initial=0)) >= 0 and not any(
        stamp.reason.any() for stamp in stamps.values()
    ):
        return _Lost(np.ones(len(case.names), dtype=bool), (), ())  # most logs: nothing is missing
    no_case = case.names.codes < 0
    no_activity = (activity.names.codes < 0) & ~no_case
    placing = {role: stamp for role, stamp in stamps.items() if role != "arrival"}
    no_time = np.logical_and.reduce([stamp.time == UNKNOWN_TIME for stamp in placing.values()])
    untimed = no_time & ~no_case & ~no_activity
    main = next(iter(placing.values()))
    keep = ~(no_case | no_activity | no_time)
    case_cells, activity_cells = table.frame[columns.source["case"]], table.frame[columns.source["activity"]]
    notes = [
        Note("CASE_MISSING", "warning", _no_case, np.flatnonzero(no_case), columns.source["case"], case_cells),
        Note("ACT_MISSING", "warning", _no_activity, np.flatnonzero(no_activity), columns.source["activity"], activity_cells),
    ]
    notes += [timestamps.unread_note(main, reason, untimed) for reason in range(1, len(REASONS))]
    # A row with another time is kept: its missing start or end is open work or a lone completion, not an error.
    notes += [
        timestamps.unread_note(stamp, reason, keep) for stamp in stamps.values() for reason in (timestamps.INVALID, timestamps.OUT_OF_RANGE)
    ]
    return _Lost(keep, tuple(_rejects(table, notes[:2], main, untimed)), tuple(notes))


def _rejects(table: Table, missing: list[Note], main: Stamps, untimed: np.ndarray) -> list[Reject]:
    file = table.file.name
    rows = [(int(row), note.code, note.column, note.cells) for note in missing for row in note.rows]
    rows += [(int(row), REASONS[main.reason[row]], main.column, main.cells) for row in np.flatnonzero(untimed)]
    rows.sort(key=lambda row: row[0])
    return [Reject(file, int(table.line[row]), code, column, cell_text(cells, row)) for row, code, column, cells in rows]


def _settled(stamps: Mapping[str, Stamps], keep: np.ndarray, case: np.ndarray) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Times of the kept rows, the hours that the clock showed twice decided by the order of the case's rows."""
    times = {role: _kept(stamp.time, keep) for role, stamp in stamps.items()}
    notes: list[Note] = []
    for role, stamp in stamps.items():
        later = _kept(stamp.later, keep)
        if not later.any():
            continue
        times[role], undecided = zones.settle_overlap(times[role], later, case)
        open_count = int(undecided.sum())

        def message(count: int, left: int = open_count) -> Text:
            return Text(
                zh=f"{count} 个时间落在钟表拨慢时重复的一小时内，其中 {left} 个无法由案内先后判定，按第一次读取",
                en=f"{count} times fall into the hour that the clocks showed twice; for {left} of them the order within the case "
                "does not tell which, and the first was taken",
            )

        notes.append(Note("TS_DST_OVERLAP", "warning", message, np.flatnonzero(keep)[later > 0], stamp.column, stamp.cells))
    return times, notes


def _kept(values: np.ndarray, keep: np.ndarray) -> np.ndarray:
    return values if keep.all() else values[keep]


def _stamp_cells(frame: pl.DataFrame, columns: Columns, role: str) -> pl.Series:
    parts = columns.parts(role, frame.columns)
    cells = frame[parts[0]] if len(parts) == 1 else timestamps.combine(frame[parts[0]], frame[parts[1]])
    return cells.alias(JOINT.join(parts))


def _order(times: Mapping[str, np.ndarray]) -> np.ndarray:
    """int64: the instant that places a row among those of its case."""
    known = [time for role, time in times.items() if role != "arrival"]
    place = known[0]
    for time in known[1:]:
        place = np.where(place == UNKNOWN_TIME, time, place)
    return place


def _no_case(count: int) -> Text:
    return Text(
        zh=f"{count} 行没有案件编号，已搁置；其案件因此缺少这些环节，前后等待连成一段",
        en=f"{count} rows have no case id and were set aside; their cases lack these events, and the waits around them run together",
    )


def _no_activity(count: int) -> Text:
    return Text(
        zh=f"{count} 行没有环节名称，已搁置；其案件因此缺少这些环节，前后等待连成一段",
        en=f"{count} rows have no activity and were set aside; their cases lack these events, and the waits around them run together",
    )
