"""Two groups of cases side by side: cycle time, waits, arcs and variants, with what differs beyond chance (definitions §4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.log.filters import keep_cases, value_code
from bankmine.measure.attributes import case_values
from bankmine.measure.enablement import Enablement, case_begin
from bankmine.model.variants import LONG, Variants
from bankmine.show.blocks import Block, Cell, Column, Mark, Paragraph, TableBlock
from bankmine.show.format import duration, percent
from bankmine.show.notebook import Shown
from bankmine.stats.difference import FALSE_DISCOVERIES, NEGLIGIBLE, false_discovery, rank_sums, share_differences
from bankmine.stats.grouped import grouped_quantiles, grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

ARROW = " → "
LATEST = "2261"  # the last year that a log can hold
OLD_ENOUGH = 0.95  # of the closed cases last no longer than a case must have been watched to be set against earlier ones
SHOWN = 10
TITLES = {
    "cycle_time": Text(zh="办理时长", en="Cycle time"),
    "wait": Text(zh="各环节前的等待（经过该环节的案件）", en="Waiting before each activity (of cases that have it)"),
    "arc": Text(zh="相继环节（有此走法的案件占比）", en="Steps from one activity to the next (share of cases that take them)"),
    "arc_time": Text(zh="相继环节的间隔", en="Time from one activity to the next"),
    "variant": Text(zh="路径（案件占比）", en="Paths (share of cases)"),
}
TIMES = frozenset({"cycle_time", "wait", "arc_time"})


@dataclass(frozen=True, slots=True)
class Groups:
    """Which two groups of cases are compared, the first of these that is set: `attribute` with two `values`; cases begun before and
    from the day or month `since`; the fastest and the slowest quarter of the closed cases.

    Cases begun shortly before the log's end have been seen only while they were quick: set against earlier ones they would always look
    faster. With `since`, those watched for less than the 95 % cycle time of the closed cases are left out.
    """

    attribute: str | None = None
    values: tuple[str, str] = ("", "")
    since: str | None = None

    def of(
        self, log: EventLog, cycle: np.ndarray, closed: np.ndarray, minimum_cases: int = 1
    ) -> tuple[tuple[EventLog, EventLog], tuple[Text, Text], int]:
        """The groups, their names, and how many cases are too young for either; `cycle` int64, `closed` bool [cases].

        A case has the first known value of its attribute. Raises UsageError ATTRIBUTE_UNKNOWN, VALUE_UNKNOWN, FILTER_EMPTY, OPTION_VALUE;
        GROUPS_OVERLAP for one value twice, and for quarters where at least half of the cases last equally long; GROUP_SMALL for a value
        of fewer than `minimum_cases` cases, whose figures are not shown elsewhere either.
        """
        young = np.zeros(log.cases, dtype=bool)
        if self.attribute is not None:
            first, values = case_values(log, self.attribute)
            a, b = (first == value_code(self.attribute, value, values) for value in self.values)
            names = Text.same(self.values[0]), Text.same(self.values[1])
            if 0 < min(int(a.sum()), int(b.sum())) < minimum_cases:
                raise UsageError(
                    "GROUP_SMALL",
                    Text(
                        zh=f"其中一组不足 {minimum_cases} 件，其数字不予显示。",
                        en=f"one of the groups has fewer than {minimum_cases} cases; its figures are not shown.",
                    ),
                    Text(
                        zh="请选择案件更多的取值；下限由 [privacy] minimum_cases 设定。",
                        en="choose values with more cases; [privacy] minimum_cases sets how many it takes.",
                    ),
                )
        elif self.since is not None:
            later = np.isin(log.case_names, log.between(self.since, LATEST).case_names)
            watched = log.case_end.max() - log.case_start
            young = watched < np.quantile(cycle[closed], OLD_ENOUGH) if closed.any() else ~young
            a, b = ~later & ~young, later & ~young
            before, after = Text(zh="{day} 之前", en="before {day}"), Text(zh="{day} 起", en="from {day}")
            names = before.format(day=self.since), after.format(day=self.since)
        else:
            fast, slow = np.quantile(cycle[closed], (0.25, 0.75)) if closed.any() else (0, 0)
            a, b = closed & (cycle <= fast), closed & (cycle >= slow)
            names = Text(zh="最快的四分之一", en="fastest quarter"), Text(zh="最慢的四分之一", en="slowest quarter")
        if (a & b).any():
            raise UsageError(
                "GROUPS_OVERLAP",
                Text(zh="两组含有相同的案件，无法比较。", en="the two groups share cases and cannot be compared."),
                Text(
                    zh="请选择两个不同的取值；多数案件时长相同时，没有最快与最慢的四分之一。",
                    en="choose two different values; where most cases last equally long, there is no fastest and no slowest quarter.",
                ),
            )
        return (keep_cases(log, a, names[0].en), keep_cases(log, b, names[1].en)), names, int(young.sum())


@dataclass(frozen=True, eq=False)
class Compared:
    """The questions of one kind, one family; arrays [questions].

    `a_cases`, `b_cases` int64: cases that a figure speaks of; `a`, `b` float64: median seconds for times, share of cases (0-1) for arcs and
    variants; `delta`: Cliff's delta for times, b - a for shares: above 0 where b has more; `q` after Benjamini-Hochberg; NaN where
    one side has too few cases.
    """

    kind: str
    names: tuple[str, ...]
    a_cases: np.ndarray
    b_cases: np.ndarray
    a: np.ndarray
    b: np.ndarray
    delta: np.ndarray
    q: np.ndarray

    @property
    def significant(self) -> np.ndarray:
        """bool [questions]: not by chance and, for times, not negligible in size."""
        least = NEGLIGIBLE if self.kind in TIMES else 0.0
        return (self.q < FALSE_DISCOVERIES) & (np.abs(self.delta) >= least)

    def order(self) -> np.ndarray:
        """What differs first, by size; then the rest by all time (for shares: by cases), then names."""
        sure = self.significant
        size = np.where(sure, np.abs(np.nan_to_num(self.delta)), 0.0)
        weight = [cases * np.nan_to_num(figure) if self.kind in TIMES else cases for cases, figure in self.sides]
        return np.lexsort((np.arange(len(self.names)), -(weight[0] + weight[1]), -size, ~sure))

    @property
    def sides(self) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        return (self.a_cases, self.a), (self.b_cases, self.b)


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """`a` and `b`: cases of each; `young`: cases too young for either; `kinds`: cycle time, waits by activity, arcs (how many cases take
    them, and how long), variants.

    Each figure is of cases, not events: a case that takes an arc twice counts once, with the sum of its times. Times are calendar time up
    to each case's last stamp. Arcs, waits and variants of fewer than `minimum_cases` cases in both together are not asked about.
    """

    a: int
    b: int
    names: tuple[Text, Text]
    kinds: tuple[Compared, ...] = field(default=())
    young: int = 0

    @classmethod
    def of(
        cls,
        a: EventLog,
        b: EventLog,
        *,
        names: tuple[Text, Text] = (Text(zh="甲组", en="Group A"), Text(zh="乙组", en="Group B")),
        minimum_cases: int = 10,
        young: int = 0,
    ) -> "Comparison":
        """The logs may have different activities; those of the same name are the same."""
        activities = tuple(sorted({*a.activities, *b.activities}))
        both = tuple(_Cases.of(log, activities) for log in (a, b))
        size = len(activities)
        arcs = np.unique(np.concatenate([side.arc for side in both]))
        arc_names = [activities[k // size] + ARROW + activities[k % size] for k in arcs.tolist()]
        one, other = both
        paths = tuple(sorted({*one.paths, *other.paths}))
        number = {path: k for k, path in enumerate(paths)}
        variant = [np.array([number[path] for path in side.paths], dtype=np.int64)[side.path_of] for side in both]
        wait_of = [(side.wait_activity, side.wait) for side in both]
        arc_of = [(np.searchsorted(arcs, side.arc), side.arc_time) for side in both]
        whole = [(np.zeros(len(side.cycle), dtype=np.int64), side.cycle) for side in both]
        variant_names = [ARROW.join(activities[k] for k in path) for path in paths]
        return cls(
            a.cases,
            b.cases,
            names,
            (
                _times("cycle_time", [TITLES["cycle_time"].en], whole, minimum_cases),
                _times("wait", activities, wait_of, minimum_cases),
                _shares("arc", arc_names, [group for group, _ in arc_of], (a.cases, b.cases), minimum_cases),
                _times("arc_time", arc_names, arc_of, minimum_cases),
                _shares("variant", variant_names, variant, (a.cases, b.cases), minimum_cases),
            ),
            young,
        )

    @property
    def table(self) -> "pd.DataFrame":
        """One row per question: kind, name, cases and figure of each group (seconds or share), delta, q, significant."""
        import pandas as pd

        columns = ("a_cases", "b_cases", "a", "b", "delta", "q", "significant")
        parts = []
        for kind in self.kinds:
            order = kind.order()
            part = pd.DataFrame({name: getattr(kind, name)[order] for name in columns})
            part.insert(0, "name", [kind.names[k] for k in order])
            part.insert(0, "kind", kind.kind)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def blocks(self) -> list[Block]:
        said = Text(
            zh="两组各 {a} 与 {b} 件。标明的差别已剔除偶然（错误发现率 5%），时间的差别幅度也不可忽略（Cliff δ 至少 0.147）。",
            en="{a} and {b} cases. A difference is marked where it is not chance (false discovery rate 5 %) and, for times, not negligible "
            "(Cliff's delta of at least 0.147).",
        ).format(a=self.a, b=self.b)
        if self.young:
            left_out = Text(
                zh="临近日志末尾才开始的 {n} 件未计入：只看得到其中办得快的，比较会失真。",
                en="{n} cases begun shortly before the log's end are left out: only the quick ones among them could be seen to their end.",
            )
            said = said.then(left_out.format(n=self.young))
        return [Paragraph(said), *(block for kind in self.kinds for block in self._block(kind))]

    def _block(self, kind: Compared) -> Iterator[Block]:
        order = kind.order()
        shown = order[:SHOWN]
        times = kind.kind in TIMES
        draw = duration if times else percent
        columns = (
            Column(Text(zh="内容", en="What"), "label" if kind.kind != "cycle_time" else "text"),
            Column(self.names[0], "text"),
            Column(self.names[1], "text"),
            Column(Text(zh="差别", en="Difference"), "text"),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                TITLES["cycle_time"] if kind.kind == "cycle_time" else _short(kind.names[k]),
                draw(float(kind.a[k])),
                draw(float(kind.b[k])),
                _difference(times, float(kind.delta[k]), float(kind.q[k]), bool(kind.significant[k]), self.names[1]),
            )
            for k in shown.tolist()
        ]
        if rows:
            yield TableBlock(columns, rows, hidden=len(order) - len(shown), caption=TITLES[kind.kind])


def _short(name: str) -> str:
    """A very long path without its middle."""
    steps = name.split(ARROW)
    half = LONG // 2
    return name if len(steps) <= LONG else ARROW.join((*steps[:half], f"… (+{len(steps) - 2 * half}) …", *steps[-half:]))


def _difference(times: bool, delta: float, q: float, sure: bool, second: Text) -> Cell:
    if np.isnan(q):
        return None
    if not sure:
        return ""
    if times:
        word = Text(zh="{b}更久", en="{b} longer") if delta > 0 else Text(zh="{b}更短", en="{b} shorter")
    else:
        word = Text(zh="{b}更多", en="{b} more often") if delta > 0 else Text(zh="{b}更少", en="{b} less often")
    return Mark(word.format(b=second), "warning" if times and delta > 0 else "good" if times else "info")


@dataclass(frozen=True, eq=False)
class _Cases:
    """One log by case: `cycle` [cases]; `wait_activity`, `wait` [case × activity]; `arc`, `arc_time` [case × arc], all in the codes of
    the activities of both logs; `paths` and the path of each case.
    """

    cycle: np.ndarray
    wait_activity: np.ndarray
    wait: np.ndarray
    arc: np.ndarray
    arc_time: np.ndarray
    paths: tuple[tuple[int, ...], ...]
    path_of: np.ndarray

    @classmethod
    def of(cls, log: EventLog, activities: Sequence[str]) -> "_Cases":
        size = len(activities)
        number = {name: k for k, name in enumerate(activities)}
        own = np.array([number[name] for name in log.activities], dtype=np.int64)
        code = own[log.activity]
        pairs, group = np.unique(log.case.astype(np.int64) * size + code, return_inverse=True)
        wait = grouped_sum(Enablement.of(log).wait, group, len(pairs))
        rows = np.flatnonzero(log.case[1:] == log.case[:-1])
        arc = code[rows] * size + code[rows + 1]
        gap = np.maximum(log.began[rows + 1] - log.moment[rows], 0)
        steps, step = np.unique(log.case[rows].astype(np.int64) * size * size + arc, return_inverse=True)
        variants = Variants.of(log)
        return cls(
            log.case_end - case_begin(log),
            pairs % size,
            wait,
            steps % (size * size),
            grouped_sum(gap, step, len(steps)),
            tuple(tuple(own[list(sequence)].tolist()) for sequence in variants.sequences),
            variants.of_case,
        )


def _times(kind: str, names: Sequence[str], sides: Sequence[tuple[np.ndarray, np.ndarray]], fewest: int) -> Compared:
    """`sides`: for each log the question of each value, and the values in microseconds."""
    (group_a, of_a), (group_b, of_b) = sides
    size = len(names)
    cases = [np.bincount(group, minlength=size) for group in (group_a, group_b)]
    median = [grouped_quantiles(values, group, size, (0.5,))[0] / SECOND for group, values in sides]
    kept = np.flatnonzero(cases[0] + cases[1] >= fewest)
    delta, p = np.full(size, np.nan), np.full(size, np.nan)
    group, values = np.concatenate([group_a, group_b]), np.concatenate([of_a, of_b])
    second = np.concatenate([np.zeros(len(of_a), dtype=np.int64), np.ones(len(of_b), dtype=np.int64)])
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(size + 1))
    for k in kept[(cases[0][kept] >= fewest) & (cases[1][kept] >= fewest)].tolist():
        rows = order[bounds[k] : bounds[k + 1]]
        found = rank_sums(values[rows], second[rows], 2)
        delta[k], p[k] = found.delta[1], found.p[1]
    named = tuple(names[k] for k in kept.tolist())
    return Compared(kind, named, cases[0][kept], cases[1][kept], median[0][kept], median[1][kept], delta[kept], false_discovery(p[kept]))


def _shares(kind: str, names: Sequence[str], groups: Sequence[np.ndarray], totals: tuple[int, int], fewest: int) -> Compared:
    """`groups`: for each log the questions that its cases answer with yes, each case once for each."""
    size = len(names)
    hits = [np.bincount(group, minlength=size) for group in groups]
    kept = np.flatnonzero(hits[0] + hits[1] >= fewest)
    a, b = (hit[kept] for hit in hits)
    trials = [np.full(len(kept), total) for total in totals]
    p = share_differences(b, trials[1], a, trials[0])
    named = tuple(names[k] for k in kept.tolist())
    return Compared(kind, named, a, b, a / totals[0], b / totals[1], b / totals[1] - a / totals[0], false_discovery(p))
