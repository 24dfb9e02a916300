"""Filters of a log in parts: each part keeps its cases, and what all of them met decides what is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bankmine.log.eventlog import EventLog
from bankmine.log.filters import CaseFilter, none_left, taken


@dataclass(frozen=True, eq=False)
class Met:
    """What a filter met in a part: the names and values that the part knows of what is asked for, and how many cases it left."""

    known: Mapping[str, tuple[str, ...]]
    cases: int


def filtered(log: EventLog, filters: Sequence[CaseFilter]) -> tuple[EventLog, tuple[Met, ...]]:
    """The cases of a part that pass one filter after the other, perhaps none, and what each filter met."""
    met: list[Met] = []
    for each in filters:
        kept = each.kept(log)
        met.append(Met(each.known(log), int(kept.sum())))
        log = taken(log, kept, each.said)
    return log, tuple(met)


def refuse(filters: Sequence[CaseFilter], parts: Sequence[Sequence[Met]]) -> None:
    """Raises what the filters, one after the other, would refuse of the whole log."""
    for each, met in zip(filters, zip(*parts, strict=True), strict=True):
        names = {name for part in met for name in part.known}
        each.refuse({name: sorted({value for part in met for value in part.known.get(name, ())}) for name in names})
        if not any(part.cases for part in met):
            raise none_left(each.said)
