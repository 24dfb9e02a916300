"""Scattered events: events that stand in other columns of the rows, not in rows of their own."""

import numpy as np
import polars as pl

from bankmine.log.coded import Coded, coded
from bankmine.log.columns import Columns
from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME
from bankmine.log.interpret import Interpreted
from bankmine.log.likeness import shown
from bankmine.log.notes import Note, gather
from bankmine.log.quality import QualityFinding
from bankmine.log.table import Table
from bankmine.log.zones import to_utc
from bankmine.words import Text

STAMP = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]*\d{1,2}[:：时点]\d{2}(?:[:：分]\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
NUMBERS = r"^(\d+)\D+(\d+)\D+(\d+)\D+(\d+)\D+(\d{2})(?:[:：分](\d{2}))?"
OFFSET = r"(Z|[+-]\d\d:?\d\d)$"
SEPARATOR = r"\s*(?:;|；|\||,|，|、|\+|→|>|/|&|\n)\s*"
FEWEST = 3  # rows
LOOKED_AT = 5_000  # cells of a column, spread over the table: what none of them shows is not looked for in the rest
IN_CASE, OTHER = 0.8, 0.2
AROUND = DAY
NEAR = 60 * SECOND  # a time that the row has already, perhaps cut to the minute
TEXTS = ("status",)  # of the columns with a role, those that people write into


def further_events(table: Table, columns: Columns, part: Interpreted, places: np.ndarray | slice | None, zone: str) -> list[QualityFinding]:
    """SCATTERED_EVENT: cells outside the columns in use that hold times, or several activities, of events without a row.

    A column counts where at least three rows hold a date with a clock time in the time of their case or a day around it, where at least
    20 % of the times are neither the row's own nor the beginning or the end of the case, and where 80 % of these lie there (a deadline
    lies after it, a birthday has no clock time); a column of nothing but times in most rows is a time of its own; or where at least three
    rows list several of the log's activities, the activity column included.
    `places`: the rows of the table that are usable, None where that is not known.
    """
    frame = table.frame
    used = {source for role in columns.source if role not in TEXTS for source in columns.parts(role, frame.columns)}
    activity = columns.source["activity"]
    notes = [_note(_listing(part.activity, part.activity.values), activity)]
    for name in frame.columns:
        if places is None or name in used or not isinstance(frame.schema[name], pl.String | pl.Categorical):
            continue
        some = frame[name].cast(pl.String).gather_every(max(1, frame.height // LOOKED_AT)).drop_nulls()
        # A column of times alone is a column of times; which one it is, the bank can tell with an option.
        alone = some.str.contains(f"^{STAMP}$").sum() * 2 * LOOKED_AT > min(frame.height, LOOKED_AT) * LOOKED_AT
        timed = not alone and some.str.contains(STAMP).any()
        if timed or some.str.contains(SEPARATOR).any():
            cells = frame[name].cast(pl.String)[places]
            rows = _timed(cells, part, zone) if timed else np.zeros(0, dtype=np.int64)
            notes.append(_note(np.union1d(rows, _listing(coded(cells), part.activity.values)), name))
    return list(gather(notes, table.file.name, part.line))


def _timed(cells: pl.Series, part: Interpreted, zone: str) -> np.ndarray:
    """The rows whose cell holds a time of their case that the row and the borders of the case do not have."""
    held = pl.DataFrame({"text": cells}).with_row_index("row").filter(pl.col("text").str.contains(STAMP))
    held = held.with_columns(pl.col("text").str.extract_all(STAMP)).explode("text")
    numbers = [pl.col("text").str.extract(NUMBERS, k).cast(pl.Int32).fill_null(0) for k in range(1, 7)]
    year, month, day, hour, minute, second = numbers
    possible = month.is_between(1, 12) & day.is_between(1, 31) & (hour < 24) & (minute < 60) & (second < 60)
    held = held.filter(possible)
    local = held.select(pl.date(year, month, day).cast(pl.Int64) * DAY + (hour * 3600 + minute * 60 + second).cast(pl.Int64) * SECOND)
    row = held["row"].to_numpy().astype(np.int64)
    written = local.to_series().fill_null(UNKNOWN_TIME).to_numpy()
    offset = pl.col("text").str.extract(OFFSET).str.replace("Z", "+0000").str.replace(":", "")
    minutes = held.select(
        offset.str.slice(0, 3).cast(pl.Int64) * 60 + (offset.str.slice(0, 1) + offset.str.slice(3)).cast(pl.Int64)
    ).to_series()
    absolute = minutes.is_not_null().to_numpy() & (written != UNKNOWN_TIME)
    time = np.where(absolute, written - minutes.fill_null(0).to_numpy() * 60 * SECOND, to_utc(written, zone).utc)
    stamps = [known for role, known in part.stamps.items() if role != "arrival"]
    first, last = _windows(part.case.codes, stamps)
    own = [*(known[row] for known in stamps), first[row], last[row]]
    # Two unknown times are UNKNOWN_TIME both; a difference that overflows is large all the same.
    other = (time != UNKNOWN_TIME) & np.logical_and.reduce(
        [(time <= mine - NEAR) | (time >= mine + NEAR) | (mine == UNKNOWN_TIME) for mine in own]
    )
    near = (time >= first[row] - AROUND) & (time <= last[row] + AROUND)
    found = np.unique(row[near])
    told = len(found) >= FEWEST and (near & other).sum() >= max(IN_CASE * other.sum(), OTHER * len(time))
    return found if told else found[:0]


def _windows(code: np.ndarray, stamps: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """int64 [rows] each: the first and the last known time of the row's case."""
    cases = int(code.max()) + 1
    first, last = np.full(cases, np.iinfo(np.int64).max), np.full(cases, UNKNOWN_TIME)
    for known in stamps:
        there = known != UNKNOWN_TIME
        np.minimum.at(first, code[there], known[there])
        np.maximum.at(last, code[there], known[there])
    return first[code], last[code]


def _listing(cells: Coded, activities: pl.Series) -> np.ndarray:
    """The rows whose cell lists at least two of the log's activities."""
    several = cells.values.filter(cells.values.str.contains(SEPARATOR))
    if not len(several):
        return np.zeros(0, dtype=np.int64)
    known = activities.str.to_lowercase()
    parts = pl.DataFrame({"cell": several, "part": several.str.to_lowercase().str.replace_all(SEPARATOR, "\n").str.split("\n")}).explode(
        "part"
    )
    named = parts.filter(pl.col("part").str.strip_chars().is_in(known.implode())).group_by("cell").len().filter(pl.col("len") > 1)["cell"]
    rows = cells.rows(cells.values.is_in(named.implode()))
    return rows if len(rows) >= FEWEST else rows[:0]


def _note(rows: np.ndarray, column: str) -> Note:
    """The finding; remarks name people, so no cell is an example."""
    name = shown(column)

    def message(count: int) -> Text:
        return Text(
            zh=f"{count} 行的“{name}”栏记有其他事件的时间或几个环节的名称（事件没有单独成行）；"
            "这些环节在分析中缺失，其等待算在后一环节上，返工被低估。建议拆成单独的行。",
            en=f"{count} rows hold times of further events, or several activities, in column {name}; these events have no row of their "
            "own: they are missing from the analysis, their time counts as the wait of the next one, and rework is understated. "
            "Consider making rows of them.",
        )

    return Note("SCATTERED_EVENT", "warning", message, rows, column, None)
