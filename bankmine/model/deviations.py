"""Where cases depart from a model: by kind and activity, in how many cases, and how much longer these take."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from bankmine.model.alignment import LOG, MODEL, SYNC, Alignments, align
from bankmine.model.reference import Reference
from bankmine.show.blocks import Block, Column, KeyFigures, Notice, Paragraph, TableBlock, Tone
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["skipped", "inserted", "swapped", "repeated"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMES = {
    "skipped": Text(zh="漏做", en="skipped"),
    "inserted": Text(zh="插入", en="inserted"),
    "swapped": Text(zh="错位", en="out of place"),
    "repeated": Text(zh="重复", en="repeated"),
}
SHOWN = 15
HABIT = 0.9  # of the cases that have an activity: from there on its place is this bank's practice
HABITUAL_CASES = 30
FEWEST = 5  # cases on each side below which their times are not compared


@dataclass(frozen=True, eq=False)
class Deviations(Shown):
    """Kinds of departure, most cases first, then by kind and activity; arrays [deviations].

    `kind`: *skipped*, the model demands the activity and the case lacks it; *inserted*, it happened where the model has no place for
    it; *swapped*, it happened, but not in its place: inserted in a case that lacks it where the model demands it, or could have had
    it in the one place that it has (`Reference.placed`); *repeated*, inserted though it had already happened in the case.
    `activity`; `title`: what people call it; `happened` int64: closed cases that have it at all. `control` bool: it checks or
    approves. `cases` int64: closed cases with it, of `of_cases`; `variants` bool [deviations, variants]: which variants have it. `timed`
    int64: its cases with a known cycle time; `mean_extra_s`, `median_extra_s` float64: by how much theirs lies above that of the others,
    NaN with fewer than 5 on either side.
    """

    kind: tuple[Kind, ...]
    activity: tuple[str, ...]
    title: tuple[Text, ...]
    happened: np.ndarray
    control: np.ndarray
    cases: np.ndarray
    of_cases: int
    variants: np.ndarray
    timed: np.ndarray
    mean_extra_s: np.ndarray
    median_extra_s: np.ndarray

    @classmethod
    def of(cls, alignments: Alignments, reference: Reference, closed: np.ndarray, cycle_s: np.ndarray) -> "Deviations":
        """`closed` bool and `cycle_s` float64 (NaN: unknown) of the reference's cases."""
        kinds, labels, has = _kinds(alignments, reference.placed)
        of_case = alignments.variants.of_case[closed & alignments.aligned[alignments.variants.of_case]]
        count = np.bincount(of_case, minlength=len(alignments.aligned))
        cases = has.astype(np.int64) @ count
        order = np.lexsort((labels, kinds, -cases))
        order = order[cases[order] > 0]
        times = cycle_s[closed & alignments.aligned[alignments.variants.of_case]]
        known = ~np.isnan(times)
        extra = [_extra(times[known], has[n][of_case[known]]) for n in order.tolist()]
        activity = tuple(alignments.labels[labels[n]] for n in order.tolist())
        return cls(
            kind=tuple(KINDS[kinds[n]] for n in order.tolist()),
            activity=activity,
            title=tuple(map(reference.name, activity)),
            happened=_having(alignments, labels[order]).astype(np.int64) @ count,
            control=np.array([name in reference.controls for name in activity], dtype=bool),
            cases=cases[order],
            of_cases=len(of_case),
            variants=has[order],
            timed=np.array([n for n, _, _ in extra], dtype=np.int64),
            mean_extra_s=np.array([mean for _, mean, _ in extra], dtype=np.float64),
            median_extra_s=np.array([median for *_, median in extra], dtype=np.float64),
        )

    @property
    def share(self) -> np.ndarray:
        """Of the closed cases that were aligned (0-1)."""
        return self.cases / max(self.of_cases, 1)

    @property
    def habitual(self) -> np.ndarray:
        """bool [deviations]: out of place in nearly all cases that have it: the way of this bank rather than a lapse."""
        swapped = np.array([kind == "swapped" for kind in self.kind], dtype=bool)
        return swapped & (self.cases >= HABIT * self.happened) & (self.cases >= HABITUAL_CASES)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            {
                "kind": self.kind,
                "activity": self.activity,
                "cases": self.cases,
                "share": self.share,
                "control": self.control,
                "timed": self.timed,
                "mean_extra_s": self.mean_extra_s,
                "median_extra_s": self.median_extra_s,
            }
        )

    def blocks(self) -> list[Block]:
        if not self.kind:
            return [Paragraph(Text(zh="未发现偏差。", en="No deviation was found.") if self.of_cases else NOT_COMPARED)]
        columns = (
            Column(Text(zh="偏差", en="Deviation"), "text"),
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="控制环节", en="A control"), "text"),
            Column(Text(zh="案件", en="Cases"), "count"),
            Column(Text(zh="占比", en="Share"), "share"),
            Column(Text(zh="均值多用", en="Longer by (mean)"), "duration"),
            Column(Text(zh="中位数多用", en="Longer by (median)"), "duration"),
        )
        rows = [
            (NAMES[kind], title, bool(control), int(cases), float(share), float(mean), float(median))
            for kind, title, control, cases, share, mean, median in zip(
                self.kind, self.title, self.control, self.cases, self.share, self.mean_extra_s, self.median_extra_s, strict=True
            )
        ]
        note = Text(
            zh="漏做：模型要求而案件没有；插入：发生在模型不允许之处；错位：做了但不在应有的位置；重复：已做过又做。"
            "多用的时间是有此偏差与无此偏差的已结案件之差，只说明二者相伴，不说明因果；任一侧不足 5 件时不比较。",
            en="Skipped: the model demands it and the case lacks it. Inserted: it happened where the model has no place for it. "
            "Out of place: it happened, but not where it should. Repeated: it had been done already. The times are differences between "
            "closed cases with and without the deviation: they go together, which proves no cause; with fewer than 5 cases on a side "
            "they are not compared.",
        )
        caption = Text(zh="与模型的偏差", en="Deviations from the model")
        return [TableBlock(columns, rows[:SHOWN], hidden=max(0, len(rows) - SHOWN), caption=caption), Paragraph(note)]


NOT_COMPARED = Text(zh="没有可供比较的案件。", en="There is no case to compare.")


def _kinds(alignments: Alignments, placed: Collection[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """int64 [deviations] kind and label, and bool [deviations, variants]: which variants have it."""
    moves, size, width = alignments.moves, len(alignments.aligned), len(alignments.labels)
    pair = moves.variant.astype(np.int64) * width + moves.label
    skips = np.bincount(pair[moves.kind == MODEL], minlength=size * width)
    happened, extra = np.flatnonzero(moves.kind != MODEL), np.flatnonzero(moves.kind == LOG)
    earlier = np.zeros(len(pair), dtype=np.int64)
    earlier[happened] = _rank(pair[happened])
    # Of an activity that was also skipped in the case, as many insertions are the skipped ones in another place.
    moved = _rank(pair[extra]) < skips[pair[extra]]
    one_place = np.array([name in placed for name in alignments.labels], dtype=bool)[moves.label[extra]]
    fits = np.bincount(pair[moves.kind == SYNC], minlength=size * width)
    first = earlier[extra] == 0
    moved |= first & one_place & (fits[pair[extra]] == 0)
    kind = np.where(moved, KINDS.index("swapped"), np.where(first, KINDS.index("inserted"), KINDS.index("repeated")))
    left = np.flatnonzero(skips > np.bincount(pair[extra], minlength=size * width))
    kinds = np.concatenate([kind, np.full(len(left), KINDS.index("skipped"))])
    pairs = np.concatenate([pair[extra], left])
    found, row = np.unique(kinds * width + pairs % width, return_inverse=True)
    has = np.zeros((len(found), size), dtype=bool)
    has[row, pairs // width] = True
    return found // width, found % width, has


def _having(alignments: Alignments, labels: np.ndarray) -> np.ndarray:
    """bool [labels, variants]: which variants have the activity at all."""
    moves = alignments.moves
    has = np.zeros((len(alignments.labels), len(alignments.aligned)), dtype=bool)
    did = moves.kind != MODEL
    has[moves.label[did], moves.variant[did]] = True
    return has[labels]


def _rank(group: np.ndarray) -> np.ndarray:
    """int64 [n]: how many of the same group stand before each."""
    order = np.argsort(group, kind="stable")
    place = np.arange(len(group))
    begins = np.r_[True, group[order][1:] != group[order][:-1]] if len(group) else np.zeros(0, dtype=bool)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = place - np.maximum.accumulate(np.where(begins, place, 0))
    return rank


def _extra(times: np.ndarray, inside: np.ndarray) -> tuple[int, float, float]:
    """Cases with a time inside the group, and by how much its mean and its median lie above the others'."""
    ours, others = times[inside], times[~inside]
    if min(len(ours), len(others)) < FEWEST:
        return len(ours), np.nan, np.nan
    return len(ours), float(ours.mean() - others.mean()), float(np.median(ours) - np.median(others))


@dataclass(frozen=True, eq=False)
class Conformance(Shown):
    """How far the cases keep to a model: the reference, the alignments with it and the deviations."""

    reference: Reference
    alignments: Alignments
    deviations: Deviations

    @classmethod
    def of(cls, reference: Reference, closed: np.ndarray, cycle_s: np.ndarray, *, budget_s: float | None = None) -> "Conformance":
        """`closed` bool and `cycle_s` float64 (NaN: unknown) of all cases of the log."""
        alignments = align(reference.petri_net, reference.variants, budget_s=budget_s, certain=reference.ends)
        return cls(reference, alignments, Deviations.of(alignments, reference, closed[reference.cases], cycle_s[reference.cases]))

    @property
    def not_compared(self) -> int:
        """Cases that were to be compared and were not: whether they conform is unknown."""
        return self.alignments.cases - self.alignments.aligned_cases

    @property
    def table(self) -> "pd.DataFrame":
        return self.deviations.table

    def blocks(self) -> list[Block]:
        found, reference = self.alignments, self.reference
        about = Text(zh="对照：{title}。", en="Compared with {title}.").format(title=reference.title)
        figures = KeyFigures(
            (
                (Text(zh="比对的案件", en="Cases compared"), "count", found.aligned_cases),
                (Text(zh="占应比对案件", en="of those to compare"), "share", found.aligned_share),
                (Text(zh="完全符合的案件", en="Cases without a deviation"), "share", found.fitting_share),
                (Text(zh="拟合度", en="Fitness"), "share", found.log_fitness),
            )
        )
        return [Paragraph(about), figures, *self._notices(), *self.deviations.blocks()]

    def _notices(self) -> list[Block]:
        found, reference = self.alignments, self.reference
        notices: list[Block] = []
        habits = [self.deviations.title[k] for k in np.flatnonzero(self.deviations.habitual).tolist()]
        if habits and reference.origin != "discovered":
            said = Text(
                zh="几乎所有案件都把{names}放在另一处：这是本行一贯的做法，而非个别疏漏。先核对模型是否写得对，再决定改做法还是改模型。",
                en="In nearly all cases {names} stands in another place: this is how the bank works, not a lapse. Check first whether the "
                "model is right, then decide which of the two to change.",
            )
            listed = Text(zh="、".join(f"「{name.zh}」" for name in habits), en=", ".join(f"“{name.en}”" for name in habits))
            notices.append(Notice(said.format(names=listed), "info"))
        if not found.sound:
            said = Text(zh="该模型无法走到终点，不能比对。", en="This model can never be finished, so nothing can be compared with it.")
            notices.append(Notice(said, "warning"))
        elif self.not_compared:
            said = Text(
                zh="有 {n} 件因计算量限制未比对，其符合与否未知；可用 --budget 给出更多时间。",
                en="{n} cases were not compared, as the work is limited: whether they conform is unknown. --budget allows more time.",
            )
            notices.append(Notice(said.format(n=self.not_compared), "warning"))
        open_cases = reference.open_cases or found.aligned_cases - self.deviations.of_cases
        if open_cases:
            said = (
                Text(
                    zh="未结案件 {n} 件计入拟合度，但不列偏差：所缺环节可能尚未发生。",
                    en="Open cases ({n}) count for the fitness, but their deviations are not listed: what they lack may still come.",
                )
                if reference.origin == "discovered"
                else Text(
                    zh="未结案件 {n} 件不参与比对：所缺环节可能尚未发生。",
                    en="Open cases ({n}) are not compared: what they lack may still come.",
                )
            )
            notices.append(Notice(said.format(n=open_cases)))
        missing = (
            Text(
                zh="日志从未记录的必经环节：{names}。是否做过无从得知，因此不计为漏做，也不参与比对。",
                en="Mandatory steps that the log does not record: {names}. Whether they were done cannot be told: they are not "
                "compared, and no case counts as skipping them.",
            )
            if reference.origin == "defined"
            else Text(zh="日志中没有对应环节的任务：{names}。", en="Tasks that no activity of the log means: {names}.")
        )
        passed = Text(zh="不参与比对的环节：{names}。", en="Activities that are not compared: {names}.")
        told: tuple[tuple[tuple[str, ...], Text, Tone], ...] = (
            (reference.passed_over, passed, "info"),
            (reference.unmatched, missing, "warning"),
        )
        for labels, said, tone in told:
            if labels:
                names = [reference.name(label) for label in labels]
                listed = Text(zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names))
                notices.append(Notice(said.format(names=listed), tone))
        return notices
