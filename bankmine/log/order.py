"""The canonical order and the encoding of instances: from parallel columns to the compact log."""

import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

import numpy as np
import polars as pl

from bankmine.log.coded import coded
from bankmine.log.eventlog import UNKNOWN_TIME, Attribute, EventLog, Source, WaitingItems
from bankmine.log.quality import QualityFinding, Reject

MANY_ROWS = 5_000_000
PIECE = 100_000

Column = Attribute | pl.Series | np.ndarray | Sequence[str | None]


def encode(values: Column) -> tuple[np.ndarray, tuple[str, ...]]:
    """Integer codes of a text column and its distinct values.

    The values are sorted by code point, so the codes do not depend on the order of the rows. Codes are int32 of the
    column's length; a missing value is -1. An Attribute is taken as it is, but for values that do not occur.
    """
    if isinstance(values, Attribute):
        codes, names, _ = compact(values)
        return codes, names
    column = coded(values.cast(pl.String) if isinstance(values, pl.Series) else pl.Series(values, dtype=pl.String))
    column = column.renamed(column.values)
    return column.codes, tuple(column.values.to_list())


def compact(column: Attribute, also: np.ndarray | None = None) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """A column without the values that occur neither in it nor among the codes `also`: codes, values, renumbering.

    The renumbering gives the new code of each old one, -1 for those that are gone; its last place serves the code -1.
    """
    used = np.zeros(len(column.values) + 1, dtype=bool)
    if also is not None:
        used[also] = True
    for begin in range(0, len(column.codes), PIECE):
        used[column.codes[begin : begin + PIECE]] = True
        if used[:-1].all():  # few values have all occurred soon
            break
    used[-1] = False
    if used[:-1].all():
        return column.codes, column.values, np.append(np.arange(len(column.values), dtype=np.int32), np.int32(-1))
    renumber = np.where(used, np.cumsum(used) - 1, -1).astype(np.int32)
    return renumber[column.codes], tuple(itertools.compress(column.values, used)), renumber


def case_offsets(case: np.ndarray, cases: int) -> np.ndarray:
    """int64 [cases + 1]: where the rows of each case begin, for rows in order of case."""
    offsets = np.zeros(cases + 1, dtype=np.int64)
    np.cumsum(np.bincount(case, minlength=cases), out=offsets[1:])
    return offsets


def canonical_order(
    case: np.ndarray,
    cases: int,
    start: np.ndarray | None,
    end: np.ndarray,
    row: np.ndarray | None = None,
    *,
    by: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The permutation that puts instances in the order case, end, start, source row; where each case begins in it.

    An instance without an end counts by its start; one without a start as if it took no time. `row` is the place of
    each instance in the source; without it, the order in which the instances are given. Cases are gathered by counting;
    only those whose rows are not in order of time are sorted. The permutation is uint32 [instances]. `by`: what `by_case` gives for
    these cases, if known already.
    """
    given = None if row is None or (np.diff(row) > 0).all() else np.argsort(row, kind="stable").astype(np.uint32)
    order, offsets = by or by_case(case if given is None else gathered(case, given), cases)
    order = order if given is None else given[order]
    if start is None and (end[1:] >= end[:-1]).all() and given is None:
        return order, offsets
    moment = began = gathered(end, order)
    if start is not None:
        begin = gathered(start, order)
        began = np.where(begin == UNKNOWN_TIME, moment, begin)
        moment = np.where(moment == UNKNOWN_TIME, begin, moment)
    case = gathered(case, order)
    back = (moment[1:] < moment[:-1]) | ((moment[1:] == moment[:-1]) & (began[1:] < began[:-1]))
    back &= case[1:] == case[:-1]
    if back.any():
        unordered = np.zeros(int(case[-1]) + 1, dtype=bool)
        unordered[case[1:][back]] = True
        rows = np.flatnonzero(unordered[case])
        order = order.copy()
        order[rows] = order[rows[np.lexsort((began[rows], moment[rows], case[rows]))]]
    return order, offsets


def by_case(case: np.ndarray, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """The permutation, uint32 [rows], that puts rows in order of case, those of one case as they were; where each case begins in it."""
    if len(case) < MANY_ROWS:
        return np.argsort(case, kind="stable").astype(np.uint32), case_offsets(case, cases)
    return counted(case, cases)


def gathered(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """`values` in the order of uint32 places, not to be written to: by Polars, which takes such places as they are, where numpy makes
    int64 of them, and puts the result into memory that reading has left behind.
    """
    return pl.Series(values).gather(pl.Series(order)).to_numpy()


def counted(case: np.ndarray, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by transposing a sparse matrix: several times quicker than sorting, but on few rows the import takes longer."""
    from scipy.sparse import csr_array

    one_each = np.arange(len(case) + 1, dtype=np.int32)
    of_cases = csr_array((np.zeros(len(case), dtype=np.int8), case, one_each), shape=(len(case), cases)).tocsc()
    return of_cases.indices.view(np.uint32), of_cases.indptr.astype(np.int64)


def numbered_by_first(item: np.ndarray) -> np.ndarray:
    """int32: the same groups, numbered 0, 1, 2 … in the order in which they first appear."""
    _, first, group = np.unique(item, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return number[group]


def assemble(
    case: Column,
    activity: Column,
    end: np.ndarray,
    start: np.ndarray | None = None,
    resource: Column | None = None,
    *,
    item: np.ndarray | None = None,
    row: np.ndarray | None = None,
    placed: tuple[np.ndarray, np.ndarray] | None = None,
    file: np.ndarray | None = None,
    line: np.ndarray | None = None,
    start_line: np.ndarray | None = None,
    attributes: Mapping[str, Column] | None = None,
    numbers: Mapping[str, np.ndarray] | None = None,
    arrival: np.ndarray | None = None,
    case_events: np.ndarray | None = None,
    items_known: bool = False,
    waiting: WaitingItems | None = None,
    source: Source | None = None,
    quality: Sequence[QualityFinding] = (),
    rejects: Sequence[Reject] = (),
) -> EventLog:
    """The compact log of parallel columns, one entry per activity instance, in any order.

    `start` and `end` are int64 UTC microseconds, UNKNOWN_TIME where not known (not both of one instance). `item` is any integer that is
    shared by the sessions of one work item; without it each instance is its own. `row` is the place in the source that breaks ties
    (default: the order given); `placed` the canonical order and where each case with an instance begins in it, if known already.
    `arrival` is int64 [instances], when the customer came; the log keeps the earliest of each case. `waiting` and `case_events` (source
    rows, int64 [values of case]) need `case` and `activity` as Attributes, to whose codes they refer; cases without an instance are left
    out of both.
    """
    ends = np.asarray(end, dtype=np.int64)
    begins = constant(UNKNOWN_TIME, len(ends)) if start is None else np.asarray(start, dtype=np.int64)
    if isinstance(case, Attribute) and isinstance(activity, Attribute):
        case_codes, case_names, case_number = compact(case)
        case_events = None if case_events is None else case_events[case_number[:-1] >= 0]
        waiting = waiting or WaitingItems.none()
        activity_codes, activities, activity_number = compact(activity, also=waiting.activity[case_number[waiting.case] >= 0])
        waiting = renumbered(waiting, case_number, activity_number)
    else:
        case_codes, case_names = encode(case)
        activity_codes, activities = encode(activity)
    timeless = ends == UNKNOWN_TIME if start is None else (begins == UNKNOWN_TIME) & (ends == UNKNOWN_TIME)
    if len(ends) and (case_codes.min() < 0 or activity_codes.min() < 0 or bool(timeless.any())):
        raise ValueError("every instance needs a case, an activity and at least one time")
    resource_codes, resources = encode([None] * len(ends) if resource is None else resource)
    order, offsets = placed or canonical_order(case_codes, len(case_names), None if start is None else begins, ends, row)
    encoded = {name: encode(column) for name, column in (attributes or {}).items()}
    known = {"start": start, "file": file, "line": line, "start_line": start_line, "item": item}
    columns = {name: np.asarray(column) for name, column in known.items() if column is not None}
    columns |= {"activity": activity_codes, "resource": resource_codes, "end": ends}
    columns |= {f"attribute {name}": codes for name, (codes, _) in encoded.items()}
    columns |= {f"number {name}": np.asarray(column, dtype=np.float64) for name, column in (numbers or {}).items()}
    with ThreadPoolExecutor(max_workers=2) as pool:  # Polars and numpy let go of the interpreter while they gather
        gathering = pool.map(gathered, columns.values(), itertools.repeat(order))
        numbering = pool.submit(np.repeat, np.arange(len(case_names), dtype=np.int32), np.diff(offsets))
        in_order = dict(zip(columns, gathering, strict=True))
    return EventLog(
        case_names=case_names,
        activities=activities,
        resources=resources,
        case=numbering.result(),
        activity=in_order["activity"],
        resource=in_order["resource"],
        start=in_order.get("start", begins).astype(np.int64, copy=False),
        end=in_order["end"],
        item=np.arange(len(ends), dtype=np.int32) if item is None else numbered_by_first(in_order["item"]),
        file=in_order.get("file", constant(0, len(ends))).astype(np.int16, copy=False),
        line=in_order.get("line", constant(-1, len(ends))),
        start_line=in_order.get("start_line", constant(-1, len(ends))),
        offsets=offsets,
        attributes=MappingProxyType({name: Attribute(in_order[f"attribute {name}"], values) for name, (_, values) in encoded.items()}),
        numbers=MappingProxyType({name: in_order[f"number {name}"] for name in numbers or {}}),
        arrival=None if arrival is None else earliest(np.asarray(arrival, dtype=np.int64), case_codes, len(case_names)),
        events=len(ends) if case_events is None else int(case_events.sum()),
        case_events=case_events,
        items_known=items_known,
        waiting=waiting or WaitingItems.none(),
        source=source or Source(),
        quality=tuple(quality),
        rejects=tuple(rejects),
    )


def constant(value: int, size: int, kind: type[np.integer] = np.int64) -> np.ndarray:
    """An array of one value everywhere, which takes no memory and cannot be written to."""
    return np.broadcast_to(kind(value), size)


def renumbered(waiting: WaitingItems, case_number: np.ndarray, activity_number: np.ndarray) -> WaitingItems:
    """The waiting items with new codes, in order of case, time and activity, without those whose case is gone."""
    case, activity = case_number[waiting.case], activity_number[waiting.activity]
    kept = np.flatnonzero(case >= 0)
    order = kept[np.lexsort((activity[kept], waiting.time[kept], case[kept]))]
    return WaitingItems(case[order], activity[order], waiting.time[order], waiting.file[order], waiting.line[order])


def earliest(times: np.ndarray, case: np.ndarray, cases: int) -> np.ndarray:
    """int64 [cases]: the earliest known of `times` in each case, UNKNOWN_TIME where none is known."""
    latest_possible = np.iinfo(np.int64).max
    known = times != UNKNOWN_TIME
    first = np.full(cases, latest_possible, dtype=np.int64)
    np.minimum.at(first, case[known], times[known])
    first[first == latest_possible] = UNKNOWN_TIME
    return first
