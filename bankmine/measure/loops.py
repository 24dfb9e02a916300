"""Loops: ways back to an activity through up to three others, as segments between returns (definitions §2.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.rework import Items
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 4
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop: its activities (codes, beginning with the smallest), `cases` and `iterations` that took it, `total_s`
    from the loop's first activity beginning to its beginning again, `detour_s` from its end to its beginning again, and
    `exits`: the activity after the last iteration (None: the case ended there) with its number of cases.
    """

    activities: tuple[int, ...]
    cases: int
    iterations: int
    total_s: float
    detour_s: float
    exits: tuple[tuple[int | None, int], ...]


@dataclass(frozen=True, eq=False)
class Loops(Shown):
    """Loops in order of total time (descending), then activities."""

    names: tuple[str, ...]
    loops: tuple[Loop, ...]

    @classmethod
    def of(cls, log: EventLog, items: Items) -> "Loops":
        runs = np.flatnonzero(items.run)
        case, activity = items.case[runs], items.activity[runs]
        run_of = np.cumsum(items.run) - 1
        began, ended = items.began[runs], items.ended[np.append(runs[1:], len(items.row)) - 1]
        back = np.flatnonzero(items.previous[runs] >= 0)
        origin = run_of[items.previous[runs[back]]]
        found: dict[tuple[int, ...], list[np.ndarray]] = {}
        for length in range(2, LONGEST + 1):
            pick = back - origin == length
            to, source = back[pick], origin[pick]
            segment = np.stack([activity[source + k] for k in range(length)], axis=1) if len(to) else np.empty((0, length), int)
            simple = np.array([len(set(row)) == length for row in segment.tolist()], dtype=bool)
            turn = segment.argmin(axis=1) if len(to) else np.empty(0, int)
            canonical = np.take_along_axis(segment, (turn[:, None] + np.arange(length)) % length, axis=1)
            for key in np.unique(canonical[simple], axis=0).tolist() if simple.any() else []:
                members = simple & (canonical == key).all(axis=1)
                found[tuple(key)] = [source[members], to[members]]
        loops = [cls._measured(key, source, to, case, activity, began, ended) for key, (source, to) in found.items()]
        return cls(log.activities, tuple(sorted(loops, key=lambda loop: (-loop.total_s, loop.activities))))

    @staticmethod
    def _measured(
        key: tuple[int, ...],
        source: np.ndarray,
        to: np.ndarray,
        case: np.ndarray,
        activity: np.ndarray,
        began: np.ndarray,
        ended: np.ndarray,
    ) -> Loop:
        """An iteration is a return to the activity by which the case entered this loop, so that none counts twice."""
        _, entry, member = np.unique(case[to], return_index=True, return_inverse=True)
        counted = activity[to] == activity[to[entry]][member]
        source, to = source[counted], to[counted]
        cases, last = np.unique(case[to][::-1], return_index=True)
        final = to[::-1][last]
        # Leaving: the first activity outside the loop after the last return.
        exits: dict[int | None, int] = {}
        for at in final.tolist():
            beyond = next((k for k in range(at, len(case)) if case[k] != case[at] or int(activity[k]) not in key), len(case))
            target = int(activity[beyond]) if beyond < len(case) and case[beyond] == case[at] else None
            exits[target] = exits.get(target, 0) + 1
        ordered = sorted(exits.items(), key=lambda e: (-e[1], -1 if e[0] is None else e[0]))
        total = int((began[to] - began[source]).sum()) / SECOND
        detour = int(np.maximum(began[to] - ended[source], 0).sum()) / SECOND
        return Loop(key, len(cases), len(to), total, detour, tuple(ordered))

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "activities": tuple(self.names[a] for a in loop.activities),
                    "cases": loop.cases,
                    "iterations": loop.iterations,
                    "total_s": loop.total_s,
                    "detour_s": loop.detour_s,
                    "exits": tuple((None if a is None else self.names[a], n) for a, n in loop.exits),
                }
                for loop in self.loops
            ],
            columns=["activities", "cases", "iterations", "total_s", "detour_s", "exits"],
        )

    def blocks(self) -> list[Block]:
        columns = (
            Column(Text(zh="循环", en="Loop"), "label"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="次数", en="Iterations"), "count"),
            Column(Text(zh="时间合计", en="Total time"), "duration"),
        )
        rows = [
            (" → ".join(self.names[a] for a in (*loop.activities, loop.activities[0])), loop.cases, loop.iterations, loop.total_s)
            for loop in self.loops[:SHOWN]
        ]
        return [
            TableBlock(
                columns,
                rows,
                hidden=max(0, len(self.loops) - SHOWN),
                caption=Text(zh="来回次数最多、耗时最长的循环", en="Loops that take the most time"),
            )
        ]
