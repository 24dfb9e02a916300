"""Groups of cases by the values of an attribute: do they differ, by how much, and does the mix explain it (definitions §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.attributes import attributes, case_values, main_resource, titled
from bankmine.measure.enablement import Enablement
from bankmine.measure.rework import Items
from bankmine.measure.small_groups import too_few
from bankmine.measure.waiting import by_design
from bankmine.process.definition import Understanding
from bankmine.show.blocks import Block, Cell, Column, Mark, Notice, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.difference import (
    FALSE_DISCOVERIES,
    LARGE,
    NEGLIGIBLE,
    SMALL,
    false_discovery,
    rank_sums,
    share_differences,
    standardised,
)
from bankmine.stats.grouped import grouped_quantiles, grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 12  # of an attribute by which others are standardised
TWO_SIDED_5_PERCENT = 1.96
COVERED = 0.5  # of the cases must lie in strata that can be compared
SHOWN = 30


@dataclass(frozen=True, eq=False)
class Segments(Shown):
    """One row per value of `by`, in order of cases (descending), then name; cases without a value are counted in `without` alone.

    Arrays [values]: `cases`, `open_cases` int64; `cycle_median_s`, `wait_median_s` float64 over closed cases, waits by contract left out;
    `rework_share`: cases with rework. Each value against the others, for times against those with enough closed cases, for rework with
    the few cases that have no value: `cycle_delta`, `wait_delta`, Cliff's delta of closed cases;
    `cycle_q`, `wait_q`, `rework_q` of Mann-Whitney's and of the shares' test, each kind one family (Benjamini-Hochberg); `cycle_p`,
    `rework_p` before that. `same`: the cycle times are shown to be alike, the 95 % interval of `cycle_delta` (normal) within 0.147.
    NaN: cannot be told, or of too few cases to be shown (small_groups). `rework_difference`: share less that of the others. `alike`: the
    other attributes within whose strata the cycle times are compared once more: `standardised_delta`, `standardised_q`, NaN where strata
    that hold enough of both cover less than half of the cases.
    """

    by: str
    values: tuple[str, ...]
    cases: np.ndarray
    open_cases: np.ndarray
    without: int
    cycle_median_s: np.ndarray
    wait_median_s: np.ndarray
    rework_share: np.ndarray
    cycle_delta: np.ndarray
    cycle_p: np.ndarray
    cycle_q: np.ndarray
    same: np.ndarray
    wait_delta: np.ndarray
    wait_q: np.ndarray
    rework_difference: np.ndarray
    rework_p: np.ndarray
    rework_q: np.ndarray
    alike: tuple[str, ...]
    standardised_delta: np.ndarray
    standardised_q: np.ndarray

    @classmethod
    def of(
        cls,
        log: EventLog,
        understanding: Understanding,
        enablement: Enablement,
        cycle_time: np.ndarray,
        closed: np.ndarray,
        items: Items,
        by: str,
        *,
        minimum_cases: int = 10,
        names: Callable[[str], str] = str,
    ) -> "Segments":
        """`cycle_time` int64 [cases] microseconds, `closed` bool [cases]; `names`: how a person is called in the result, where
        cases are compared by `resource`, who of the bank's people worked longest on them. Raises UsageError for
        an attribute that the log does not have.
        """
        code, found = (main_resource(log, understanding), log.resources) if by == "resource" else case_values(log, by)
        called = tuple(names(value) for value in found) if by == "resource" else found
        present, code_of = np.unique(code[code >= 0], return_inverse=True)
        known = np.flatnonzero(code >= 0)
        size = len(present)
        count = np.bincount(code_of, minlength=size)
        design = by_design(understanding)[log.activity]
        wait = grouped_sum(np.where(design, 0, enablement.wait), log.case, log.cases)
        contractual = grouped_sum(np.where(design, enablement.wait, 0), log.case, log.cases)
        cycle = np.maximum(cycle_time - contractual, 0)
        finished = np.bincount(code_of[closed[known]], minlength=size)
        large = finished >= minimum_cases
        done = closed[known] & large[code_of]
        of_done, done_cases = code_of[done], known[done]
        again = np.zeros(log.cases, dtype=bool)
        again[items.case[items.previous >= 0]] = True
        hits = np.bincount(code_of[again[known]], minlength=size)
        # Ranks against all others would give back those of a value with few cases, which is why such cases are not among them.
        enough = large & (len(done_cases) - finished >= minimum_cases)
        cycles, waits = (rank_sums(values[done_cases], of_done, size) for values in (cycle, wait))
        # A few cases without a value are among the others: all cases less those that have one would tell of them.
        pool = (code >= 0) | (log.cases - len(known) < minimum_cases)
        all_hits, all_cases = int(again[pool].sum()), int(pool.sum())
        shown = ~too_few(count, minimum_cases, all_cases - len(known))
        shares = share_differences(hits, count, all_hits - hits, all_cases - count)
        enough_all = shown & (all_cases - count >= minimum_cases)
        strata, alike = _strata(log, by)
        inside = standardised(cycle[done_cases], of_done, size, strata[done_cases])
        covered = enough & bool(alike) & (inside.share >= COVERED)
        order = np.lexsort((np.arange(size), -count))

        def asked(values: np.ndarray, may: np.ndarray) -> np.ndarray:
            return np.where(may, values, np.nan)[order]

        with np.errstate(invalid="ignore", divide="ignore"):
            others = (all_hits - hits) / (all_cases - count)
            spread = 2 * np.sqrt(cycles.variance) / (finished * (len(done_cases) - finished))
        return cls(
            by=by,
            values=tuple(called[present[k]] for k in order),
            cases=count[order],
            open_cases=(count - finished)[order],
            without=int((code < 0).sum()),
            cycle_median_s=asked(grouped_quantiles(cycle[done_cases], of_done, size, (0.5,))[0] / SECOND, large),
            wait_median_s=asked(grouped_quantiles(wait[done_cases], of_done, size, (0.5,))[0] / SECOND, large),
            rework_share=asked(hits / count, shown),
            cycle_delta=asked(cycles.delta, enough),
            cycle_p=asked(cycles.p, enough),
            same=(enough & (np.abs(cycles.delta) + TWO_SIDED_5_PERCENT * spread < NEGLIGIBLE))[order],
            cycle_q=false_discovery(asked(cycles.p, enough)),
            wait_delta=asked(waits.delta, enough),
            wait_q=false_discovery(asked(waits.p, enough)),
            rework_difference=asked(hits / count - others, enough_all),
            rework_p=asked(shares, enough_all),
            rework_q=false_discovery(asked(shares, enough_all)),
            alike=alike,
            standardised_delta=asked(inside.delta, covered),
            standardised_q=false_discovery(asked(inside.p, covered)),
        )

    @property
    def turned(self) -> np.ndarray:
        """bool [values]: crude and standardised difference point opposite ways, and one of them is not by chance (Simpson's paradox)."""
        sure = (self.cycle_q < FALSE_DISCOVERIES) | (self.standardised_q < FALSE_DISCOVERIES)
        return sure & (self.standardised_delta * self.cycle_delta < 0)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = (
            "cases", "open_cases", "cycle_median_s", "cycle_delta", "cycle_q", "standardised_delta",
            "standardised_q", "turned", "wait_median_s",
            "wait_delta", "wait_q", "rework_share", "rework_difference", "rework_q",
        )  # fmt: skip
        return pd.DataFrame({"value": list(self.values)} | {name: getattr(self, name) for name in names})

    def blocks(self) -> list[Block]:
        shown = min(SHOWN, len(self.values))
        rows = [
            (
                self.values[k],
                int(self.cases[k]),
                float(self.cycle_median_s[k]),
                difference(float(self.cycle_delta[k]), float(self.cycle_q[k])),
                float(self.wait_median_s[k]),
                difference(float(self.wait_delta[k]), float(self.wait_q[k])),
                float(self.rework_share[k]),
                _more(float(self.rework_difference[k]), float(self.rework_q[k])),
            )
            for k in range(shown)
        ]
        columns = (
            Column(titled(self.by), "label"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="时长中位数", en="Cycle time"), "duration"),
            Column(Text(zh="与其余比", en="vs others"), "text"),
            Column(Text(zh="等待中位数", en="Waiting"), "duration"),
            Column(Text(zh="与其余比", en="vs others"), "text"),
            Column(Text(zh="返工案件", en="Rework"), "share"),
            Column(Text(zh="与其余比", en="vs others"), "text"),
        )
        caption = Text(zh="按{by}比较案件", en="Cases by {by}").format(by=titled(self.by))
        return [TableBlock(columns, rows, hidden=len(self.values) - shown, caption=caption), *self._notes()]

    def _notes(self) -> list[Block]:
        notes: list[Block] = [
            Notice(
                Text(
                    zh="“{value}”：总体看比其余案件{crude}，但在{alike}相同的案件之间反而{inside}；差别来自案件构成，不宜直接排名。",
                    en="“{value}”: over all {crude} than the other cases, but {inside} among cases of the same {alike}: the mix of cases "
                    "makes the difference, so do not rank on it.",
                ).format(
                    value=self.values[k],
                    crude=_faster(self.cycle_delta[k]),
                    inside=_faster(self.standardised_delta[k]),
                    alike=Text(zh="、".join(titled(a).zh for a in self.alike), en=" and ".join(titled(a).en for a in self.alike)),
                ),
                "warning",
            )
            for k in np.flatnonzero(self.turned).tolist()
        ]
        said = Text(
            zh="时间为已结案件的中位数，不含合同约定的期限。差别只在剔除偶然（错误发现率 5%）后仍在、且幅度不可忽略（Cliff δ 至少 0.147）时标出。",
            en="Times are medians of closed cases, without waits by contract. A difference is named where it is neither chance (false "
            "discovery rate 5 %) nor negligible in size (Cliff's delta of at least 0.147).",
        )
        notes.append(Paragraph(said))
        if np.isnan(self.rework_share + self.cycle_median_s).any():
            kept_back = Text(
                zh="案件太少的取值不显示数字，其时长也不参与比较；可反推出它们的返工数字同样不显示。",
                en="Figures of values with too few cases are not shown, nor are their times compared, nor is rework shown that would give "
                "theirs back.",
            )
            notes.append(Paragraph(kept_back))
        if self.without:
            notes.append(Paragraph(Text(zh="另有 {n} 件没有该属性的值。", en="Cases without a value: {n}.").format(n=self.without)))
        return notes


def difference(delta: float, q: float) -> Cell:
    """A difference of times in a word, marked where it is neither chance nor negligible; None where it cannot be told."""
    if np.isnan(delta) or np.isnan(q):
        return None
    if q >= FALSE_DISCOVERIES or abs(delta) < NEGLIGIBLE:
        return ""
    size = abs(delta)
    much = (
        Text(zh="远", en="much ") if size >= LARGE else Text(zh="明显", en="clearly ") if size >= SMALL else Text(zh="略", en="somewhat ")
    )
    word = Text(zh="{much}{way}", en="{much}{way}").format(
        much=much, way=Text(zh="更久", en="longer") if delta > 0 else Text(zh="更短", en="shorter")
    )
    return Mark(word, "warning" if delta > 0 else "good")


def _more(more: float, q: float) -> Cell:
    if np.isnan(more) or np.isnan(q):
        return None
    if q >= FALSE_DISCOVERIES:
        return ""
    return Mark(Text(zh="更多", en="more"), "warning") if more > 0 else Mark(Text(zh="更少", en="less"), "good")


def _faster(delta: float) -> Text:
    return Text(zh="更慢", en="slower") if delta > 0 else Text(zh="更快", en="faster")


def _strata(log: EventLog, by: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """int64 [cases]: cases alike in the other attributes (not too many values); and the names of these."""
    stratum, alike = np.zeros(log.cases, dtype=np.int64), []
    for name in attributes(log):
        code, values = case_values(log, name)
        if name != by and len(values) <= MOST_VALUES:
            stratum = stratum * (len(values) + 1) + code + 1
            alike.append(name)
    return stratum, tuple(alike)
