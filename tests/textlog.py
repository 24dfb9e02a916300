"""Logs small enough to check by eye, written as text.

    textlog("c1: apply 0-1 @ann | check 5-6 @bob ; c2: apply 2 | check 4-")

Cases are parted by `;` or a new line, instances by `|`. Times are hours since Monday 2024-03-04 00:00 UTC: `0-1` start and
end, `5` a lone completion, `4-` still open. Optional after the times, in any order: `@resource`, `#3` (the work item),
`product=card` (an attribute; `amount=5` is a number). Attributes written before the colon (`c1 product=card: …`) hold for the whole case.
"""

import re

import numpy as np

from bankmine.log.eventlog import UNKNOWN_TIME, EventLog
from bankmine.log.order import assemble

ORIGIN = 1_709_510_400_000_000
HOUR = 3_600_000_000
INSTANCE = re.compile(r"^(?P<activity>.+?)\s+(?P<first>\d+(?:\.\d+)?)(?P<dash>-)?(?P<second>\d+(?:\.\d+)?)?(?P<rest>(?:\s+\S+)*)$")


def hours(number: str | float) -> int:
    """UTC microseconds of an hour of the text log."""
    return ORIGIN + round(float(number) * HOUR)


def textlog(text: str) -> EventLog:
    """The log that the text describes."""
    cases, activities, resources, starts, ends, items = [], [], [], [], [], []
    attributes: list[dict[str, str]] = []
    for block in re.split(r"[;\n]", text):
        if not block.strip():
            continue
        head, _, body = block.partition(":")
        name, *shared = head.split()
        for part in body.split("|"):
            match = INSTANCE.match(part.strip())
            if match is None:
                raise ValueError(f"not an instance: {part!r}")
            words = [*shared, *match["rest"].split()]
            first = hours(match["first"])
            second = hours(match["second"]) if match["second"] else UNKNOWN_TIME
            cases.append(name)
            activities.append(match["activity"])
            starts.append(first if match["dash"] else UNKNOWN_TIME)
            ends.append(second if match["dash"] else first)
            resources.append(next((w[1:] for w in words if w.startswith("@")), None))
            items.append(next((int(w[1:]) for w in words if w.startswith("#")), -1 - len(items)))
            attributes.append(dict(w.split("=", 1) for w in words if "=" in w))
    keys = sorted({key for row in attributes for key in row})
    lines = np.arange(2, len(cases) + 2)
    starts_known = np.array(starts) != UNKNOWN_TIME
    return assemble(
        cases,
        activities,
        np.array(ends),
        np.array(starts),
        resources,
        item=np.array(items),
        line=lines,
        start_line=np.where(starts_known, lines, -1),
        attributes={key: [row.get(key) for row in attributes] for key in keys if key != "amount"},
        numbers={key: np.array([float(row.get(key, "nan")) for row in attributes]) for key in keys if key == "amount"},
        items_known=any(item >= 0 for item in items),
    )
