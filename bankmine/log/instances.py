"""From usable rows to activity instances: lifecycle pairing, impossible durations, open work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.eventlog import UNKNOWN_TIME, Attribute
from bankmine.log.lifecycle import pair
from bankmine.log.order import constant
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.rows import Rows, as_written
from bankmine.log.transitions import STANDARD, Transition, Transitions, understand
from bankmine.words import Text

Mode = Literal["pair", "complete", "rows"]
MODES: tuple[Mode, ...] = ("pair", "complete", "rows")
NAMES_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Instances:
    """The activity instances of some rows, and what was noticed on the way.

    `opening`, `closing` int64 [instances]: the row that gives the start and the row that gives the end, -1 = none (one row
    may give both); `start`, `end` int64 UTC microseconds. `item` int64 [instances], None = each its own. `waiting` int64:
    the SCHEDULE rows of work items without a session. `one_each`: every row is an instance, all of them with a start or none.
    """

    opening: np.ndarray
    closing: np.ndarray
    start: np.ndarray
    end: np.ndarray
    item: np.ndarray | None
    waiting: np.ndarray
    items_known: bool
    findings: tuple[QualityFinding, ...]
    one_each: bool = False


def impossible(rows: Rows, columns: Mapping[str, str]) -> tuple[np.ndarray, list[Reject]]:
    """The rows whose end lies before their start: a mask bool [rows], and the rejects."""
    if rows.start is None:
        return np.zeros(len(rows), dtype=bool), []
    wrong = (rows.start != UNKNOWN_TIME) & (rows.end != UNKNOWN_TIME) & (rows.end < rows.start)
    column = columns.get("end", columns.get("timestamp"))
    return wrong, [rows.reject("END_BEFORE_START", row, column, as_written(rows.end[row])) for row in np.flatnonzero(wrong).tolist()]


def instances(rows: Rows, mode: Mode, columns: Mapping[str, str]) -> Instances:
    """The activity instances of rows in which no end lies before its start.

    With a start column every row is an instance; so it is without a lifecycle column, and in the mode `rows`. Otherwise
    the lifecycle is understood, and rows are paired (`pair`) or only the completions are kept (`complete`).

    Raises InputError NO_INSTANCES where no row shows any work.
    """
    found = _understood(rows, mode, columns)
    if found.one_each:
        return found
    place = np.where(found.closing >= 0, found.closing, found.opening)
    if not len(place):
        raise InputError(
            "NO_INSTANCES",
            Text(
                zh="没有任何行表示办理（只有排程、分配等）。",
                en="no row shows any work: there are only schedules, assignments and the like.",
            ),
            Text(zh="请检查生命周期列是否选对。", en="is the lifecycle column the right one?"),
            rows.files[0],
            column=columns.get("lifecycle"),
        )
    worked = np.zeros(len(rows.case.values), dtype=bool)
    worked[rows.case.codes[place]] = True
    idle = np.flatnonzero(~worked[rows.case.codes])
    if not len(idle):
        return found
    cases = len(np.unique(rows.case.codes[idle]))
    left_out = rows.finding(
        "CASE_NOT_BEGUN",
        "warning",
        idle,
        Text(
            zh=f"{cases} 个案件只有排程、分配等事件，尚未办理，未列入分析。",
            en=f"{cases} cases have only schedules, assignments and the like: nobody has worked on them, and they are left out.",
        ),
        count=cases,
    )
    return replace(found, findings=(*found.findings, left_out))


def _understood(rows: Rows, mode: Mode, columns: Mapping[str, str]) -> Instances:
    """The instances by what the rows are: intervals, lone completions, or lifecycle rows."""
    if rows.lifecycle is None or mode == "rows":
        return _one_each(rows, columns, np.arange(len(rows), dtype=np.int32), [])
    transitions = understand(rows.lifecycle)
    findings = _vocabulary(rows, rows.lifecycle, transitions, columns.get("lifecycle"))
    if mode == "complete" or rows.start is not None:
        kept = np.flatnonzero(transitions.code == Transition.COMPLETE)
        if len(kept) < len(rows):
            gone = np.flatnonzero(transitions.code != Transition.COMPLETE)
            findings.append(
                rows.finding(
                    "LIFECYCLE_LEFT_OUT",
                    "info",
                    gone,
                    Text(
                        zh=f"{len(gone)} 行不是“完成”事件，按所选方式未作为环节实例。",
                        en=f"{len(gone)} rows are no completions and give no activity instance in this mode.",
                    ),
                    column=columns.get("lifecycle"),
                )
            )
        return _one_each(rows, columns, kept, findings)
    return _paired(rows, transitions, columns, findings)


def _one_each(rows: Rows, columns: Mapping[str, str], kept: np.ndarray, findings: list[QualityFinding]) -> Instances:
    """Every kept row is an instance."""
    none = np.zeros(0, dtype=np.int64)
    if len(kept) == len(rows) and rows.instance is None and (rows.end != UNKNOWN_TIME).all():
        if rows.start is None:
            findings = [*findings, _start_unknown(rows, kept)]
            lone = constant(-1, len(kept)), kept, constant(UNKNOWN_TIME, len(kept)), rows.end
            return Instances(*lone, None, none, False, tuple(findings), one_each=True)
        if (rows.start != UNKNOWN_TIME).all():
            return Instances(kept, kept, rows.start, rows.end, None, none, False, tuple(findings), one_each=True)
    starts = constant(UNKNOWN_TIME, len(kept)) if rows.start is None else rows.start[kept]
    ended, begun = rows.end[kept] != UNKNOWN_TIME, starts != UNKNOWN_TIME
    open_rows, unknown_rows = kept[~ended], kept[ended & ~begun]
    half = kept[~ended | ~begun] if rows.start is not None else open_rows
    if len(half):
        no_end, no_start = len(open_rows), len(half) - len(open_rows)
        findings.append(
            rows.finding(
                "OPEN_ACTIVITY",
                "warning",
                half,
                Text(
                    zh=f"{no_end} 个环节实例没有结束时间（视为尚未完成），{no_start} 个没有开始时间；其时长未知，不按 0 计算。",
                    en=f"{no_end} activity instances have no end (still open) and {no_start} no start; their durations are unknown, not 0.",
                ),
                column=columns.get("end"),
            )
        )
    item, known = None, False
    if rows.instance is not None and (rows.instance.codes[kept] >= 0).any():
        known = True
        item = _items_by_instance(rows, rows.instance, kept)
    elif rows.start is None and len(unknown_rows):
        findings.append(_start_unknown(rows, unknown_rows))
    return Instances(
        np.where(begun, kept, -1),
        np.where(ended, kept, -1),
        starts,
        rows.end[kept],
        item,
        none,
        known,
        tuple(findings),
    )


def _items_by_instance(rows: Rows, instance: Attribute, kept: np.ndarray) -> np.ndarray:
    """int64 [kept]: one number for each (case, activity, instance id); rows without an id have a number of their own."""
    name = instance.codes[kept].astype(np.int64)
    key = (rows.case.codes[kept].astype(np.int64) * len(rows.activity.values) + rows.activity.codes[kept]) * (
        len(instance.values) + 1
    ) + name
    group = np.unique(key, return_inverse=True)[1]
    return np.where(name >= 0, group, len(kept) + kept)


def _paired(rows: Rows, transitions: Transitions, columns: Mapping[str, str], findings: list[QualityFinding]) -> Instances:
    """Rows paired by their transitions; rows without a time have been set aside before."""
    sessions = pair(
        rows.case.codes,
        rows.activity.codes,
        rows.end,
        transitions.code,
        rows.resource.codes if len(rows.resource.values) else None,
        rows.instance.codes if rows.instance is not None and (rows.instance.codes >= 0).any() else None,
    )
    place = np.where(sessions.closing >= 0, sessions.closing, sessions.opening)
    if sessions.orphan.any():
        still_open = int((sessions.closing < 0).sum())
        unbegun = int(sessions.orphan.sum()) - still_open
        findings.append(
            rows.finding(
                "LIFECYCLE_ORPHAN",
                "warning",
                np.sort(place[sessions.orphan]),
                Text(
                    zh=f"{still_open} 个“开始”没有对应的“完成”（视为尚未完成），{unbegun} 个“完成”没有对应的“开始”（开始时间未知）。",
                    en=f"{still_open} starts have no completion (work still open) and {unbegun} completions no start "
                    "(when they began is unknown).",
                ),
                column=columns.get("lifecycle"),
            )
        )
    alone = np.sort(place[sessions.opening < 0])
    if len(alone):
        findings.append(_start_unknown(rows, alone))
    if len(sessions.waiting):
        findings.append(
            rows.finding(
                "LIFECYCLE_NOT_BEGUN",
                "info",
                np.sort(sessions.waiting),
                Text(
                    zh=f"{len(sessions.waiting)} 个工作项已排程但没有任何办理记录；计入工作项数，不计为环节实例。",
                    en=f"{len(sessions.waiting)} work items were scheduled and never worked on; they count as work items, "
                    "not as activity instances.",
                ),
                column=columns.get("lifecycle"),
            )
        )
    return Instances(
        sessions.opening,
        sessions.closing,
        _at(rows.end, sessions.opening),
        _at(rows.end, sessions.closing),
        sessions.item,
        sessions.waiting,
        sessions.items_known,
        tuple(findings),
    )


def _at(time: np.ndarray, row: np.ndarray) -> np.ndarray:
    return np.where(row >= 0, time[row], UNKNOWN_TIME)


def _start_unknown(rows: Rows, alone: np.ndarray) -> QualityFinding:
    return rows.finding(
        "START_UNKNOWN",
        "info",
        alone,
        Text(
            zh=f"{len(alone)} 个环节实例只有完成时间，其等待时间包含了办理时间。",
            en=f"{len(alone)} activity instances have only a completion, so their waits include the work itself.",
        ),
    )


def _vocabulary(rows: Rows, lifecycle: pl.Series, transitions: Transitions, column: str | None) -> list[QualityFinding]:
    """What was done with lifecycle values that are not the standard's own words."""
    findings = []
    if transitions.mapped:
        names = "、".join(transitions.mapped_values[:NAMES_SHOWN])
        same_word = all(value.casefold() in STANDARD for value in transitions.mapped_values)
        findings.append(
            rows.finding(
                "LIFECYCLE_MAPPED",
                "info" if same_word else "warning",
                _having(lifecycle, transitions.mapped_values),
                Text(
                    zh=f"{transitions.mapped} 行的生命周期取值（{names}）已按 XES 标准词理解。",
                    en=f"the lifecycle values of {transitions.mapped} rows ({names}) were understood as words of the XES standard.",
                ),
                column=column,
            )
        )
    if transitions.unknown:
        count, kinds = sum(transitions.unknown.values()), len(transitions.unknown)
        findings.append(
            rows.finding(
                "LIFECYCLE_UNKNOWN",
                "warning",
                _having(lifecycle, tuple(transitions.unknown)),
                Text(
                    zh=f"{count} 行的生命周期取值（{kinds} 种）无法理解，按“完成”处理。",
                    en=f"the lifecycle values of {count} rows ({kinds} of them) are not understood and are read as completions.",
                ),
                column=column,
            )
        )
    return findings


def _having(lifecycle: pl.Series, values: tuple[str, ...]) -> np.ndarray:
    """The rows with one of these lifecycle values."""
    return np.flatnonzero(lifecycle.is_in(list(values)).fill_null(value=False).to_numpy())
