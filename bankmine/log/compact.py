"""The compact log of rows and the activity instances they make up."""

from collections.abc import Sequence

import numpy as np

from bankmine.log.eventlog import Attribute, EventLog, Source, WaitingItems
from bankmine.log.instances import Instances
from bankmine.log.order import assemble, earliest
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.rows import Rows


def event_log(rows: Rows, found: Instances, source: Source, quality: Sequence[QualityFinding], rejects: Sequence[Reject]) -> EventLog:
    """The compact log of these instances; an instance takes its attributes from the row that ends it, else from the one that begins it."""
    rows_are_instances = found.one_each
    place = np.where(found.closing >= 0, found.closing, found.opening) if not rows_are_instances else found.closing
    other = np.where(found.opening >= 0, found.opening, found.closing) if not rows_are_instances else found.closing

    def of(values: np.ndarray) -> np.ndarray:
        return values if rows_are_instances else values[place]

    def text(column: Attribute) -> Attribute:
        if rows_are_instances:
            return column
        codes = column.codes[place]
        return Attribute(np.where(codes >= 0, codes, column.codes[other]), column.values)

    def number(column: np.ndarray) -> np.ndarray:
        return column if rows_are_instances else np.where(np.isnan(column[place]), column[other], column[place])

    def lines(rows_of: np.ndarray) -> np.ndarray | None:
        """The lines of the rows that end or begin the instances, -1 = none; None where no instance has one."""
        if rows_are_instances:
            return rows.line if rows_of[0] >= 0 else None
        return np.where(rows_of >= 0, rows.line[rows_of], -1)

    cases, events = len(rows.case.values), np.diff(rows.offsets)
    waiting = found.waiting
    return assemble(
        Attribute(of(rows.case.codes), rows.case.values),
        Attribute(of(rows.activity.codes), rows.activity.values),
        found.end,
        found.start if not rows_are_instances or found.opening[0] >= 0 else None,
        text(rows.resource),
        item=found.item,
        row=None if rows_are_instances else place,
        placed=(rows.order, rows.offsets[np.append(True, events > 0)]) if rows_are_instances else None,
        file=None if len(rows.files) == 1 else of(rows.file),
        line=lines(found.closing),
        start_line=lines(found.opening),
        attributes={name: text(column) for name, column in rows.attributes.items()},
        numbers={name: number(column) for name, column in rows.numbers.items()},
        arrival=None if rows.arrival is None else earliest(rows.arrival, rows.case.codes, cases)[of(rows.case.codes)],
        case_events=events,
        items_known=found.items_known,
        waiting=WaitingItems(
            rows.case.codes[waiting], rows.activity.codes[waiting], rows.end[waiting], rows.file[waiting], rows.line[waiting]
        ),
        source=source,
        quality=quality,
        rejects=rejects,
    )
