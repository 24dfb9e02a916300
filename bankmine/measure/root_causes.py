"""Which cases are slow or reworked: the values of all attributes side by side (definitions §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.measure.attributes import titled
from bankmine.measure.segments import Segments, difference
from bankmine.show.blocks import Block, Column, Notice, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.difference import FALSE_DISCOVERIES, NEGLIGIBLE, SMALL, false_discovery
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

LISTED = 15


@dataclass(frozen=True, eq=False)
class RootCauses(Shown):
    """One row per value of every attribute, the largest difference in cycle time first, then attribute and value; NaN ones last.

    Arrays [rows]: `cases` int64; `cycle_median_s`, `rework_share`; against all other cases `cycle_delta`, Cliff's delta of closed cases,
    and `rework_difference`; `cycle_q`, `rework_q`: each question one family over all attributes (Benjamini-Hochberg).
    `standardised_delta`, `standardised_q`: within strata of the other attributes; `turned`: crude and standardised point opposite
    ways (Simpson's paradox); `same`: shown to be treated alike. An association, not a cause that was tried.
    """

    attribute: tuple[str, ...]
    value: tuple[str, ...]
    cases: np.ndarray
    cycle_median_s: np.ndarray
    cycle_delta: np.ndarray
    cycle_q: np.ndarray
    standardised_delta: np.ndarray
    standardised_q: np.ndarray
    turned: np.ndarray
    same: np.ndarray
    rework_share: np.ndarray
    rework_difference: np.ndarray
    rework_q: np.ndarray

    @classmethod
    def of(cls, segments: Sequence[Segments]) -> "RootCauses":
        """From the comparison of the cases by each attribute."""

        def joined(name: str) -> np.ndarray:
            return np.concatenate([np.zeros(0), *(np.asarray(getattr(s, name), dtype=float) for s in segments)])

        attribute = [s.by for s in segments for _ in s.values]
        value = [name for s in segments for name in s.values]
        delta = joined("cycle_delta")
        order = sorted(range(len(value)), key=lambda k: (-np.nan_to_num(abs(delta[k]), nan=-1.0), attribute[k], value[k]))
        return cls(
            attribute=tuple(attribute[k] for k in order),
            value=tuple(value[k] for k in order),
            cases=joined("cases").astype(np.int64)[order],
            cycle_median_s=joined("cycle_median_s")[order],
            cycle_delta=delta[order],
            cycle_q=false_discovery(joined("cycle_p"))[order],
            standardised_delta=joined("standardised_delta")[order],
            standardised_q=joined("standardised_q")[order],
            turned=joined("turned").astype(bool)[order],
            same=joined("same").astype(bool)[order],
            rework_share=joined("rework_share")[order],
            rework_difference=joined("rework_difference")[order],
            rework_q=false_discovery(joined("rework_p"))[order],
        )

    @property
    def slower(self) -> np.ndarray:
        """bool [rows]: takes longer or shorter than the others, neither by chance nor negligibly, and not for the mix of cases.

        Who gets which cases is no chance: people count only where it is told within alike cases too.
        """
        people = np.array([name == "resource" for name in self.attribute], dtype=bool)
        told = ~people | (np.abs(self.standardised_delta) >= NEGLIGIBLE)
        return (self.cycle_q < FALSE_DISCOVERIES) & (np.abs(self.cycle_delta) >= NEGLIGIBLE) & ~self.turned & ~self.explained & told

    @property
    def explained(self) -> np.ndarray:
        """bool [rows]: the difference is not small, but within strata of the other attributes it is negligible: the mix makes it."""
        return (np.abs(self.cycle_delta) >= SMALL) & (np.abs(self.standardised_delta) < NEGLIGIBLE)

    @property
    def reworked(self) -> np.ndarray:
        """bool [rows]: more or less often reworked than the others, not by chance."""
        return self.rework_q < FALSE_DISCOVERIES

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = (
            "attribute", "value", "cases", "cycle_median_s", "cycle_delta", "cycle_q", "standardised_delta", "standardised_q", "turned",
            "same", "rework_share", "rework_difference", "rework_q",
        )  # fmt: skip
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def blocks(self) -> list[Block]:
        if not self.value:
            none = Text(
                zh="日志没有可用于比较的属性（客户类型、渠道、网点、产品、金额），无法判断哪些案件较慢。",
                en="The log has no attribute to compare by (segment, channel, branch, product, amount), so which cases are slow cannot be "
                "told.",
            )
            return [Notice(none, "info")]
        told = np.flatnonzero(self.slower | self.reworked | self.turned | self.explained)
        counts = Text(
            zh="比较了 {attributes} 个属性的 {values} 个取值。", en="{values} values of {attributes} attributes were compared."
        ).format(attributes=len(set(self.attribute)), values=len(self.value))
        alike = [(titled(self.attribute[k]), self.value[k]) for k in np.flatnonzero(self.same).tolist()][:LISTED]
        blocks: list[Block] = []
        if len(told):
            rows = [
                (
                    titled(self.attribute[k]),
                    self.value[k],
                    int(self.cases[k]),
                    float(self.cycle_median_s[k]),
                    difference(float(self.cycle_delta[k]), float(self.cycle_q[k])),
                    _inside(float(self.standardised_delta[k]), turned=bool(self.turned[k] | self.explained[k])),
                    float(self.rework_share[k]),
                    None if np.isnan(self.rework_q[k]) else float(self.rework_difference[k]) if self.reworked[k] else "",
                )
                for k in told[:LISTED].tolist()
            ]
            columns = (
                Column(Text(zh="属性", en="Attribute"), "text"),
                Column(Text(zh="取值", en="Value"), "label"),
                Column(Text(zh="案件", en="Cases"), "count"),
                Column(Text(zh="时长中位数", en="Cycle time"), "duration"),
                Column(Text(zh="与其余比", en="vs others"), "text"),
                Column(Text(zh="同类之间", en="among alike"), "text"),
                Column(Text(zh="返工案件", en="Rework"), "share"),
                Column(Text(zh="比其余多", en="more than others"), "share"),
            )
            caption = Text(zh="哪些取值的案件较慢或较常返工", en="Values whose cases are slower, or reworked more often")
            blocks.append(TableBlock(columns, rows, hidden=max(len(told) - LISTED, 0), caption=caption))
        else:
            none = Text(zh="没有哪个取值的案件明显较慢或较常返工。", en="Cases of no value are clearly slower or more often reworked.")
            blocks.append(Notice(none, "good"))
        if alike:
            said = Text(zh="{counts}时长可证实相同：{alike}。", en="{counts} Shown to take as long as the others: {alike}.").format(
                counts=counts, alike=Text(zh="、".join(f"{a.zh} {v}" for a, v in alike), en=", ".join(f"{a.en} {v}" for a, v in alike))
            )
            blocks.append(Paragraph(said))
        else:
            blocks.append(Paragraph(counts))
        return blocks


def _inside(delta: float, *, turned: bool) -> Text | None:
    """The difference among cases that are alike in the other attributes, in a word; None where it cannot be told."""
    if np.isnan(delta):
        return None
    if turned:
        return Text(zh="由案件构成造成", en="made by the mix of cases")
    if abs(delta) < NEGLIGIBLE:
        return Text(zh="不明显", en="negligible")
    return Text(zh="更久", en="longer") if delta > 0 else Text(zh="更短", en="shorter")
