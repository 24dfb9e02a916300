"""Work that passes from one role, branch or channel to another, and how long it then waits (definitions §2.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.enablement import Enablement
from bankmine.measure.roles import Roles
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import grouped_quantiles, grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10
DIMENSIONS = {
    "role": Text(zh="岗位", en="role"),
    "branch": Text(zh="网点", en="branch"),
    "channel": Text(zh="渠道", en="channel"),
}


@dataclass(frozen=True, eq=False)
class Transfers(Shown):
    """One row per dimension and pair of different values of an instance and of the one that enabled it; missing values make none.

    Lists [transfers], by dimension, total wait (descending), names: `dimension`, `source`, `target`; arrays `count`, `cases`, and the
    waits of the receiving instances, seconds.
    """

    dimension: tuple[str, ...]
    source: tuple[str, ...]
    target: tuple[str, ...]
    count: np.ndarray
    cases: np.ndarray
    total_s: np.ndarray
    mean_s: np.ndarray
    median_s: np.ndarray
    p90_s: np.ndarray

    @classmethod
    def of(cls, log: EventLog, enablement: Enablement, roles: Roles) -> "Transfers":
        columns = {"role": (roles.of_instance, roles.names)} if roles.given else {}
        columns |= {
            name: (log.attributes[name].codes, log.attributes[name].values) for name in ("branch", "channel") if name in log.attributes
        }
        names: list[tuple[str, str, str]] = []
        figures = [np.zeros((0, 6))]
        for dimension, (codes, values) in columns.items():
            row = np.flatnonzero(enablement.enabler >= 0)
            source, target = codes[enablement.enabler[row]], codes[row]
            moved = (source >= 0) & (target >= 0) & (source != target)
            row = row[moved]
            keys, group, count = np.unique(
                source[moved].astype(np.int64) * len(values) + target[moved], return_inverse=True, return_counts=True
            )
            if not len(keys):
                continue
            wait = enablement.wait[row]
            total = grouped_sum(wait, group, len(keys)) / SECOND
            cases = np.bincount(np.unique(group * log.cases + log.case[row]) // log.cases, minlength=len(keys))
            median, p90 = grouped_quantiles(wait, group, len(keys), (0.5, 0.9)) / SECOND
            order = np.lexsort((keys, -total))
            names += [(dimension, values[k // len(values)], values[k % len(values)]) for k in keys[order].tolist()]
            figures.append(np.column_stack([count, cases, total, total / count, median, p90])[order])
        table = np.concatenate(figures)
        dimension, source_names, target_names = zip(*names, strict=True) if names else ((), (), ())
        return cls(dimension, source_names, target_names, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), *table[:, 2:].T)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        columns = ("dimension", "source", "target", "count", "cases", "total_s", "mean_s", "median_s", "p90_s")
        return pd.DataFrame({name: getattr(self, name) for name in columns})

    def blocks(self) -> list[Block]:
        if not self.dimension:
            return []
        first = np.argsort(-self.total_s, kind="stable")[:SHOWN].tolist()
        rows = [
            (
                DIMENSIONS[self.dimension[i]],
                self.source[i],
                self.target[i],
                int(self.count[i]),
                float(self.total_s[i]),
                float(self.median_s[i]),
                float(self.p90_s[i]),
            )
            for i in first
        ]
        columns = (
            Column(Text(zh="交接于", en="Between"), "text"),
            Column(Text(zh="从", en="From"), "label"),
            Column(Text(zh="到", en="To"), "label"),
            Column(Text(zh="次数", en="Count"), "count"),
            Column(Text(zh="之后等待合计", en="Total wait after it"), "duration"),
            Column(Text(zh="中位数", en="Median"), "duration"),
            Column(Text(zh="九成不超过", en="90 % at most"), "duration"),
        )
        caption = Text(
            zh="岗位、网点、渠道之间的交接及其后的等待", en="Handovers between roles, branches and channels, and the wait after them"
        )
        return [TableBlock(columns, rows, hidden=len(self.dimension) - len(first), caption=caption)]
