"""Rows that travel between the passes, as frames: instances by case, and instances by person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl

from bankmine.log.eventlog import UNKNOWN_TIME, Attribute, EventLog, Source, WaitingItems
from bankmine.log.order import case_offsets, numbered_by_first
from bankmine.measure.awaited import Awaited
from bankmine.measure.enablement import Enablement

KEPT = ("role", "channel", "branch")  # attributes that a measure of the complete set reads

BY_CASE = {
    "name": pl.String,
    "place": pl.Int64,
    "activity": pl.String,
    "resource": pl.String,
    **dict.fromkeys(KEPT, pl.String),
    "start": pl.Int64,
    "end": pl.Int64,
    "arrival": pl.Int64,
    "item": pl.Int64,
    "events": pl.Int64,
    "waiting": pl.Boolean,
    "by_schedule": pl.Boolean,
}
BY_PERSON = {
    "name": pl.String,
    "place": pl.Int64,
    "activity": pl.Int32,
    "resource": pl.Int32,
    **dict.fromkeys(KEPT, pl.Int32),
    "start": pl.Int64,
    "end": pl.Int64,
    "source": pl.Int32,
    "enabled": pl.Int64,
    "wait": pl.Int64,
    "answer": pl.Int64,
    "awaited_begin": pl.List(pl.Int64),
    "awaited_end": pl.List(pl.Int64),
    "to": pl.Int32,
}


@dataclass(frozen=True)
class Names:
    """The names of the whole log, sorted, so that codes are those that the log would have in one piece.

    `scheduled`: activities that are put up as work items by SCHEDULE rows somewhere in the log.
    """

    activities: tuple[str, ...]
    resources: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]
    scheduled: frozenset[str]
    items_known: bool
    timezone: str

    @classmethod
    def of(cls, parts: Sequence["Names"]) -> "Names":
        """Of the names of all parts."""
        kept = {name: _union(part.attributes[name] for part in parts if name in part.attributes) for name in KEPT}
        return cls(
            _union(part.activities for part in parts),
            _union(part.resources for part in parts),
            {name: values for name, values in kept.items() if any(name in part.attributes for part in parts)},
            frozenset[str]().union(*(part.scheduled for part in parts)),
            any(part.items_known for part in parts),
            parts[0].timezone,
        )


def _union(columns: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for column in columns for name in column}))


def by_case(log: EventLog, scheduled: frozenset[str]) -> pl.DataFrame:
    """The instances of a part's log in canonical order, then its waiting items, by their names; BY_CASE. `scheduled`: in this part."""
    waiting, names = log.waiting, np.array(log.case_names, dtype=object)
    size, more = len(log), len(log.waiting)

    def text(codes: np.ndarray, values: Sequence[str]) -> pl.Series:
        return pl.Series(np.array([*values, None], dtype=object)[codes].tolist(), dtype=pl.String)

    def filled(column: np.ndarray, rest: int) -> np.ndarray:
        return np.concatenate([column, np.full(more, rest, dtype=np.int64)])

    events = np.zeros(size, dtype=np.int64)
    events[log.offsets[:-1]] = np.diff(log.offsets) if log.case_events is None else log.case_events
    arrival = np.full(log.cases, UNKNOWN_TIME) if log.arrival is None else log.arrival
    by_schedule = np.isin(log.activities, sorted(scheduled))[log.activity]
    none = np.full(size + more, -1)
    attributes = {
        name: text(filled(log.attributes[name].codes, -1), log.attributes[name].values) if name in log.attributes else text(none, ())
        for name in KEPT
    }
    return pl.DataFrame(
        {
            "name": pl.Series(names[np.concatenate([log.case, waiting.case])].tolist(), dtype=pl.String),
            "place": np.arange(size + more),
            "activity": text(np.concatenate([log.activity, waiting.activity]), log.activities),
            "resource": text(filled(log.resource, -1), log.resources),
            **attributes,
            "start": filled(log.start, UNKNOWN_TIME),
            "end": np.concatenate([log.end, waiting.time]),
            "arrival": filled(arrival[log.case], UNKNOWN_TIME),
            "item": filled(log.item.astype(np.int64), -1),
            "events": filled(events, 0),
            "waiting": np.arange(size + more) >= size,
            "by_schedule": np.concatenate([by_schedule, np.ones(more, dtype=bool)]),
        },
        schema=BY_CASE,
    )


def log_by_case(frame: pl.DataFrame, names: Names) -> EventLog:
    """A part's log under the names of the whole."""
    frame = in_order(frame)
    work, queued = frame.filter(~pl.col("waiting")), frame.filter("waiting")
    case_names = cases_of(frame)
    case = _codes(work["name"], case_names)
    cases = len(case_names)
    offsets = case_offsets(case, cases)
    activity = _codes(work["activity"], names.activities)
    arrival = work["arrival"].to_numpy()[offsets[:-1]]
    item = work["item"].to_numpy()
    apart = ~work["by_schedule"].to_numpy() & np.isin(names.activities, sorted(names.scheduled))[activity]
    if apart.any():  # where an activity is put up elsewhere in the log, what no SCHEDULE row parts is one work item
        one = case.astype(np.int64) * len(names.activities) + activity
        item = np.where(apart, item.max() + 1 + one, item)
    time, none = queued["end"].to_numpy(), np.full(queued.height, -1)
    waiting = WaitingItems(
        _codes(queued["name"], case_names), _codes(queued["activity"], names.activities), time, none.astype(np.int16), none
    )
    return _log(
        names,
        work,
        case=case,
        offsets=offsets,
        activity=activity,
        resource=_codes(work["resource"], names.resources),
        item=numbered_by_first(item),
        attributes={name: Attribute(_codes(work[name], values), values) for name, values in names.attributes.items()},
        arrival=None if (arrival == UNKNOWN_TIME).all() else arrival,
        events=int(frame["events"].sum()),
        waiting=waiting,
    )


def cases_of(frame: pl.DataFrame) -> pl.Series:
    """The names of a part's cases, in the order of `log_by_case`."""
    frame = in_order(frame)
    return frame["name"].filter(~frame["waiting"]).unique(maintain_order=True)


def nothing(names: Names) -> EventLog:
    """A log with the names of the whole and no instance."""
    return log_by_case(pl.DataFrame(schema=BY_CASE), names)


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """A part by case as it was made; engines may bring its rows in another order."""
    return frame if frame["place"].is_sorted() else frame.sort("place")


def by_person(log: EventLog, names_of_cases: pl.Series, enablement: Enablement, awaited: Awaited, to: np.ndarray) -> pl.DataFrame:
    """The instances of a part by case, each with what its case tells of it and the part `to` which it goes; BY_PERSON."""
    rows = pl.DataFrame({"row": awaited.row, "awaited_begin": awaited.begin, "awaited_end": awaited.end})
    lists = rows.group_by("row", maintain_order=True).all()
    stretches = pl.DataFrame({"row": np.arange(len(log))}).join(lists, on="row", how="left", maintain_order="left")
    nowhere = np.full(len(log), -1, dtype=np.int32)
    return pl.DataFrame(
        {
            "name": names_of_cases,
            "place": np.arange(len(log)),
            "activity": log.activity,
            "resource": log.resource,
            **{name: log.attributes[name].codes if name in log.attributes else nowhere for name in KEPT},
            "start": log.start,
            "end": log.end,
            "source": np.where(enablement.enabler >= 0, log.activity[enablement.enabler], -1),
            "enabled": enablement.enabled,
            "wait": enablement.wait,
            "answer": awaited.answer,
            "awaited_begin": stretches["awaited_begin"],
            "awaited_end": stretches["awaited_end"],
            "to": to,
        },
        schema=BY_PERSON,
    )


def log_by_person(frame: pl.DataFrame, names: Names) -> tuple[EventLog, Enablement, Awaited, np.ndarray]:
    """A part by person as a log without cases, in the canonical order of the whole, what its cases told of it, and the activity that
    enabled each instance (-1: the case's beginning).
    """
    frame = frame.sort("name", "place")
    rows = frame.height
    columns = {name: frame[name].to_numpy() for name in ("activity", "resource", "enabled", "wait", "answer", "source")}
    log = _log(
        names,
        frame,
        case=np.zeros(rows, dtype=np.int32),
        offsets=np.array([0, rows]),
        activity=columns["activity"],
        resource=columns["resource"],
        item=np.arange(rows, dtype=np.int32),
        attributes={name: Attribute(frame[name].to_numpy(), values) for name, values in names.attributes.items()},
    )
    enablement = Enablement(np.full(rows, -1), columns["enabled"], columns["wait"])
    stretches = frame.with_row_index("row").filter(pl.col("awaited_begin").is_not_null()).explode("awaited_begin", "awaited_end")
    awaited = Awaited(
        columns["answer"],
        stretches["row"].to_numpy().astype(np.int64),
        stretches["awaited_begin"].to_numpy(),
        stretches["awaited_end"].to_numpy(),
    )
    return log, enablement, awaited, columns["source"].astype(np.int64)


def _log(
    names: Names,
    frame: pl.DataFrame,
    *,
    case: np.ndarray,
    offsets: np.ndarray,
    activity: np.ndarray,
    resource: np.ndarray,
    item: np.ndarray,
    attributes: Mapping[str, Attribute],
    arrival: np.ndarray | None = None,
    events: int = 0,
    waiting: WaitingItems | None = None,
) -> EventLog:
    """A log whose cases have no names and whose rows no places: the measures of the complete set ask for neither."""
    nowhere = np.full(frame.height, -1, dtype=np.int64)
    return EventLog(
        case_names=("",) * (len(offsets) - 1),
        activities=names.activities,
        resources=names.resources,
        case=case,
        activity=activity,
        resource=resource,
        start=frame["start"].to_numpy(),
        end=frame["end"].to_numpy(),
        item=item,
        file=nowhere,
        line=nowhere,
        start_line=nowhere,
        offsets=offsets,
        attributes=MappingProxyType(dict(attributes)),
        arrival=arrival,
        events=events,
        items_known=names.items_known,
        waiting=waiting or WaitingItems.none(),
        source=Source(timezone=names.timezone),
    )


def _codes(column: pl.Series, values: Sequence[str] | pl.Series) -> np.ndarray:
    """int32: places among the values, -1 for a missing one."""
    if not len(values):
        return np.full(len(column), -1, dtype=np.int32)
    return column.cast(pl.Enum(values)).to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
