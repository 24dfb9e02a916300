"""What customers answered about their cases: scores joined by case, never imputed (plan §3.2.3; definitions §5, CSAT)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.answers import Answers
from bankmine.measure.endings import Endings
from bankmine.measure.small_groups import told
from bankmine.measure.stages import Stages
from bankmine.process.definition import Outcome, Understanding
from bankmine.show.blocks import Block, Cell, Column, KeyFigures, Notice, Paragraph, TableBlock
from bankmine.show.format import percent
from bankmine.show.notebook import Shown
from bankmine.stats.difference import FALSE_DISCOVERIES, NEGLIGIBLE, false_discovery, rank_sums
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.90
ALL = Text(zh="全部作答案件", en="All that answered")
OUTCOMES = {
    Outcome.APPROVED: Text(zh="结果：批准", en="Outcome: approved"),
    Outcome.DECLINED: Text(zh="结果：拒绝", en="Outcome: declined"),
    Outcome.CANCELLED: Text(zh="结果：银行取消", en="Outcome: cancelled by the bank"),
    Outcome.WITHDRAWN: Text(zh="结果：客户撤回", en="Outcome: withdrawn by the customer"),
    Outcome.TIMED_OUT: Text(zh="结果：超时关闭", en="Outcome: timed out"),
    Outcome.COMPLETED: Text(zh="结果：办结", en="Outcome: completed"),
}
STAGE = Text(zh="阶段：{name}", en="Stage: {name}")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The mean score of a group of cases and its 90 % interval; None under the minimum size, and where it would give back one that is.

    `group`: all, outcome or stage. For a stage, which most cases pass: `slow_less_fast`, the mean score of the half that spent longest
    there less that of the other half, and the `q` of that difference over all stages.
    """

    group: str
    name: Text
    answers: int
    mean: float | None
    low: float | None
    high: float | None
    slow_less_fast: float | None = None
    q: float | None = None

    @property
    def said(self) -> Cell:
        """The difference in words, marked where it is not by chance."""
        if self.slow_less_fast is None or self.q is None:
            return ""
        mark = " *" if self.q < FALSE_DISCOVERIES else ""
        return f"{self.slow_less_fast:+.2f}{mark}"


@dataclass(frozen=True, eq=False)
class Joined:
    """The answers of a survey joined to a log by case, so that it adds up over parts.

    Arrays [cases with a score], by name: `names`, `score` float64, `outcome` int64 (place in OUTCOMES, -1 none or open), `spent` int64 and
    `reached` bool [.., stages]. Arrays [closed cases], in no order: `cycle_time` int64, `answered` bool. Of the `answers` of the file:
    those `found` in the log, of them those that `matched` a case with a score, those `without_score`, and those `commented`.
    """

    stages: tuple[Text, ...]
    names: tuple[str, ...]
    score: np.ndarray
    outcome: np.ndarray
    spent: np.ndarray
    reached: np.ndarray
    cycle_time: np.ndarray
    answered: np.ndarray
    answers: int
    found: int
    matched: int
    without_score: int
    commented: int

    @classmethod
    def of(
        cls,
        answers: Answers,
        names: Sequence[str],
        log: EventLog,
        understanding: Understanding,
        endings: Endings,
        cycle_time: np.ndarray,
        stages: Stages,
    ) -> "Joined":
        """`names`, `cycle_time` [cases]."""
        index = {name: number for number, name in enumerate(names)}
        case = np.array([index.get(name, -1) for name in answers.case], dtype=np.int64)
        scored = ~np.isnan(answers.score)
        use = np.flatnonzero((case >= 0) & scored)
        use = use[np.lexsort((use, answers.time[use]))]
        score = np.full(log.cases, np.nan)
        score[case[use]] = answers.score[use]  # of several answers the last one written stays
        answered = ~np.isnan(score)
        order = list(OUTCOMES)
        outcome = np.array([order.index(m.outcome) if m.outcome is not None else -1 for m in understanding.activities], dtype=np.int64)
        return cls(
            stages=stages.names,
            names=tuple(names[k] for k in np.flatnonzero(answered).tolist()),
            score=score[answered],
            outcome=np.where(endings.closed, outcome[log.activity[endings.by]], -1)[answered],
            spent=stages.per_case(log)[answered],
            reached=stages.reached(log)[answered],
            cycle_time=cycle_time[endings.closed],
            answered=answered[endings.closed],
            answers=len(answers.case),
            found=int((case >= 0).sum()),
            matched=len(use),
            without_score=int(((case >= 0) & ~scored).sum()),
            commented=int(answers.commented[case >= 0].sum()),
        )

    @classmethod
    def merge(cls, parts: Iterable["Joined"]) -> "Joined":
        """Of the cases of all parts, each of them joined to the same answers."""
        several = list(parts)
        names = [name for part in several for name in part.names]
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
        return cls(
            stages=several[0].stages,
            names=tuple(names[k] for k in order.tolist()),
            score=np.concatenate([part.score for part in several])[order],
            outcome=np.concatenate([part.outcome for part in several])[order],
            spent=np.concatenate([part.spent for part in several])[order],
            reached=np.concatenate([part.reached for part in several])[order],
            cycle_time=np.concatenate([part.cycle_time for part in several]),
            answered=np.concatenate([part.answered for part in several]),
            answers=several[0].answers,
            found=sum(part.found for part in several),
            matched=sum(part.matched for part in several),
            without_score=sum(part.without_score for part in several),
            commented=sum(part.commented for part in several),
        )


@dataclass(frozen=True, eq=False)
class Survey(Shown):
    """Satisfaction of the log's cases: `score` float64 [cases with a score], `cases` their names: nothing is filled in.

    `matched`: answers with a score and a case of the log; `unmatched`: answers whose case is not in the log; `without_score`: answers
    without one; `repeated`: earlier answers of a case that answered again, of which the last counts (by date, then by
    line). `response_share`: scored cases of the closed ones. `bias_delta`, `bias_p`: cycle time of the closed cases that answered
    against the others, Cliff's delta and Mann-Whitney; None where either is missing. `rows`: mean score of all, by outcome and by
    stage.
    """

    cases: tuple[str, ...]
    score: np.ndarray
    matched: int
    unmatched: int
    without_score: int
    repeated: int
    commented: int
    response_share: float | None
    bias_delta: float | None
    bias_p: float | None
    rows: tuple[ScoreRow, ...]

    @classmethod
    def of(
        cls,
        answers: Answers,
        log: EventLog,
        understanding: Understanding,
        endings: Endings,
        cycle_time: np.ndarray,
        stages: Stages,
        minimum_cases: int = 10,
    ) -> "Survey":
        """`cycle_time` [cases]; groups with fewer than `minimum_cases` scores get none shown."""
        return cls.result(Joined.of(answers, log.case_names, log, understanding, endings, cycle_time, stages), minimum_cases)

    @classmethod
    def result(cls, joined: Joined, minimum_cases: int = 10) -> "Survey":
        """What the answers to all cases tell."""
        answered, delta, p = joined.answered, None, None
        if answered.any() and not answered.all():
            sums = rank_sums(joined.cycle_time, answered.astype(np.int64), 2)
            delta, p = float(sums.delta[1]), float(sums.p[1])
        return cls(
            cases=joined.names,
            score=joined.score,
            matched=joined.matched,
            unmatched=joined.answers - joined.found,
            without_score=joined.without_score,
            repeated=joined.matched - len(joined.score),
            commented=joined.commented,
            response_share=float(answered.sum() / len(answered)) if len(answered) else None,
            bias_delta=delta,
            bias_p=p,
            rows=_rows(joined, minimum_cases),
        )

    @property
    def biased(self) -> bool:
        """Whether those who answered had other cycle times than the rest, more than negligibly and not by chance."""
        return (
            self.bias_p is not None
            and self.bias_delta is not None
            and self.bias_p < FALSE_DISCOVERIES
            and abs(self.bias_delta) >= NEGLIGIBLE
        )

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ("group", "name", "answers", "mean", "low", "high", "slow_less_fast", "q")
        rows = [{name: row.name.en if name == "name" else getattr(row, name) for name in names} for row in self.rows]
        return pd.DataFrame(rows, columns=list(names))

    def blocks(self) -> list[Block]:
        figures = KeyFigures(
            (
                (Text(zh="评分", en="Scores"), "count", len(self.score)),
                (Text(zh="占已结案件", en="of the closed cases"), "share", self.response_share),
                (Text(zh="日志中没有的案件", en="Cases not in the log"), "count", self.unmatched),
                (Text(zh="未给分的答卷", en="Answers without a score"), "count", self.without_score),
            )
        )
        columns = (
            Column(Text(zh="范围", en="Of"), "text"),
            Column(Text(zh="评分数", en="Scores"), "count"),
            Column(Text(zh="平均分", en="Mean"), "number"),
            Column(Text(zh="下限", en="Low"), "number"),
            Column(Text(zh="上限", en="High"), "number"),
            Column(Text(zh="慢的一半减快的一半", en="Slow half less fast half"), "text"),
        )
        rows = [(row.name, row.answers, row.mean, row.low, row.high, row.said) for row in self.rows]
        caption = Text(zh="客户评分（90% 区间）", en="Scores by customers (90 % intervals)")
        return [figures, *self._warning(), TableBlock(columns, rows, caption=caption)]

    def _warning(self) -> list[Block]:
        if self.bias_delta is None:
            return []
        if not self.biased:
            return [
                Paragraph(
                    Text(
                        zh="作答案件与未作答案件的办理时长没有明显差别；这不能排除其他方面的偏差。",
                        en="Cases that answered took about as long as those that did not; other differences cannot be excluded.",
                    )
                )
            ]
        more = max(self.bias_delta, 0) + (1 - abs(self.bias_delta)) / 2
        slower = self.bias_delta > 0
        text = Text(
            zh="作答者不代表全体：任取一件作答案件与一件未作答案件，前者更{how}的概率为 {share}。评分应据此谨慎看待。",
            en="Those who answered do not stand for all: a case that answered was {how} than one that did not in {share} of all pairs. "
            "Read the scores with that in mind.",
        )
        how = Text(zh="慢", en="slower") if slower else Text(zh="快", en="faster")
        return [Notice(text.format(how=how, share=percent(more if slower else 1 - more)), "warning")]


def _rows(joined: Joined, fewest: int) -> tuple[ScoreRow, ...]:
    score, spent = joined.score, joined.spent
    outcomes = [(name, of) for k, name in enumerate(OUTCOMES.values()) if (of := joined.outcome == k).any()]
    every = np.ones(len(score), dtype=bool)
    of_all, *shown = told([every, *(of for _, of in outcomes), *joined.reached.T], max(fewest, 2))
    by_stage = shown[len(outcomes) :]
    rows = [ScoreRow("all", ALL, *_mean(score, shown=of_all))]
    rows += [ScoreRow("outcome", name, *_mean(score[of], shown=one)) for (name, of), one in zip(outcomes, shown, strict=False)]
    found: list[tuple[int, float, float]] = []
    for k in range(len(joined.stages)):
        of = np.flatnonzero(joined.reached[:, k])
        slow = spent[of, k] > np.median(spent[of, k]) if len(of) else np.zeros(0, dtype=bool)
        gap = p = np.nan
        if min(int(slow.sum()), int((~slow).sum())) >= fewest:
            gap = float(score[of][slow].mean() - score[of][~slow].mean())
            p = float(rank_sums(score[of], slow.astype(np.int64), 2).p[1])
        found.append((k, gap, p))
    q = false_discovery(np.array([p for _, _, p in found]))
    for k, gap, p in found:
        values = score[joined.reached[:, k]]
        if len(values):
            halves = (None, None) if np.isnan(p) else (gap, float(q[k]))
            rows.append(ScoreRow("stage", STAGE.format(name=joined.stages[k]), *_mean(values, shown=by_stage[k]), *halves))
    return tuple(rows)


def _mean(values: np.ndarray, *, shown: bool) -> tuple[int, float | None, float | None, float | None]:
    """How many, their mean, and its normal interval; the figures None unless `shown`."""
    if not shown or not len(values):
        return len(values), None, None, None
    middle = float(values.mean())
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * float(values.std(ddof=1)) / len(values) ** 0.5
    return len(values), middle, middle - half, middle + half
