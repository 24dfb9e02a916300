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
    place = np.where(found.closing >= 0, found.closing, found.opening)
    other = np.where(found.opening >= 0, found.opening, found.closing)

    def text(column: Attribute) -> Attribute:
        codes = column.codes[place]
        return Attribute(np.where(codes >= 0, codes, column.codes[other]), column.values)

    def number(column: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(column[place]), column[other], column[place])

    cases = len(rows.case.values)
    waiting = found.waiting
    return assemble(
        Attribute(rows.case.codes[place], rows.case.values),
        Attribute(rows.activity.codes[place], rows.activity.values),
        found.end,
        found.start,
        text(rows.resource),
        item=found.item,
        row=place,
        file=rows.file[place],
        line=np.where(found.closing >= 0, rows.line[found.closing], -1),
        start_line=np.where(found.opening >= 0, rows.line[found.opening], -1),
        attributes={name: text(column) for name, column in rows.attributes.items()},
        numbers={name: number(column) for name, column in rows.numbers.items()},
        arrival=None if rows.arrival is None else earliest(rows.arrival, rows.case.codes, cases)[rows.case.codes[place]],
        case_events=np.bincount(rows.case.codes, minlength=cases),
        items_known=found.items_known,
        waiting=WaitingItems(
            rows.case.codes[waiting], rows.activity.codes[waiting], rows.end[waiting], rows.file[waiting], rows.line[waiting]
        ),
        source=source,
        quality=quality,
        rejects=rejects,
    )
