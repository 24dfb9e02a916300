"""Open cases that have lain longer than nine in ten do at their stage, or that are near a time limit (plan §4.1.3(4), §7.1(4))."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME
from bankmine.log.labels import shown_case
from bankmine.model.deadline import NEVER
from bankmine.model.judge import Judge
from bankmine.process.rule import TimeLimit
from bankmine.show.blocks import Block, Cell, Column, Heading, Paragraph, TableBlock
from bankmine.show.format import iso_time
from bankmine.show.notebook import Shown
from bankmine.stats.survival import Survival
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.api import Analysis

SLOW = 0.9  # of the cases have gone on from a stage by then
FEWEST = 20  # cases that went on from it
NEAR = 2 * DAY  # before a time limit
SHOWN = 30


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case to look at: its last `activity` and who did it (a pseudonym, None if unknown or hidden), how long it has lain since, what nine
    in ten take there at most (None: too few to tell), and the nearest time limit (`rule`, `due` UTC microseconds), past or within two days.
    """

    case: str
    activity: str
    person: str | None
    lain_s: float
    usual_s: float | None
    rule: Text | None
    due: int | None


@dataclass(frozen=True, eq=False)
class WorkList(Shown):
    """The open cases to look at: those past a limit first, then those near one, then the slowest against what is usual; ties by case.

    `open_cases`: of how many; `as_of` UTC microseconds.
    """

    cases: tuple[OpenCase, ...]
    open_cases: int
    as_of: int
    time_zone: str

    @classmethod
    def of(cls, analysis: "Analysis") -> "WorkList":
        log, ends = analysis.log, analysis.endings
        now, open_ = ends.as_of, np.flatnonzero(~ends.closed)
        last = log.offsets[1:] - 1
        moment = log.moment
        following = np.append(moment[1:], 0)
        is_last = np.append(log.case[1:] != log.case[:-1], True)
        # From each instance to the next of its case; of those that are the last, as long as the case has lain. What ended a case is no
        # stage.
        stage = np.flatnonzero(~(is_last & ends.closed[log.case]))
        lain = np.where(is_last, np.maximum(now - moment, 0), following - moment)[stage] / SECOND
        usual: dict[int, float | None] = {}
        for activity in np.unique(log.activity[last[open_]]).tolist():
            here = log.activity[stage] == activity
            went_on = ~is_last[stage[here]]
            usual[activity] = Survival.of(lain[here], went_on).quantile(SLOW)[0] if went_on.sum() >= FEWEST else None
        due, rule = _limits(analysis, open_)
        shown = analysis.pseudonym if analysis.settings.privacy.people != "hide" else lambda _: None
        named = str if analysis.settings.privacy.people == "show" else shown_case
        found = []
        for place, case in enumerate(open_.tolist()):
            row = int(last[case])
            activity, since = int(log.activity[row]), max(now - int(moment[row]), 0) / SECOND
            most = usual[activity]
            limited = due[place] != NEVER
            if not limited and (most is None or since <= most):
                continue
            who = None if log.resource[row] < 0 else shown(log.resources[log.resource[row]])
            limit = (rule[place], int(due[place])) if limited else (None, None)
            found.append(OpenCase(named(log.case_names[case]), log.activities[activity], who, since, most, *limit))
        return cls(tuple(sorted(found, key=lambda each: _urgency(each, now))), len(open_), now, analysis.zone)

    @property
    def zone(self) -> str:
        return self.time_zone

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        found = pd.DataFrame(self.records(), columns=["case", "activity", "person", "lain_s", "usual_s", "rule", "due"])
        return found.assign(due=pd.to_datetime(found["due"], format="ISO8601"))

    def records(self) -> list[dict[str, object]]:
        """The list as plain values; times in ISO 8601 in the log's zone."""
        return [
            {
                "case": each.case,
                "activity": each.activity,
                "person": each.person,
                "lain_s": each.lain_s,
                "usual_s": each.usual_s,
                "rule": None if each.rule is None else each.rule.en,
                "due": None if each.due is None else iso_time(each.due, self.zone),
            }
            for each in self.cases
        ]

    def blocks(self) -> list[Block]:
        heading = Heading(Text(zh="待办清单", en="Open cases to look at"), 2, "worklist")
        said = Text(
            zh="{n} 件在办案件中，{k} 件超过同环节九成案件的停留时间，或临近、超过时限。",
            en="Of {n} open cases {k} have lain longer than nine in ten do at their stage, or are near or past a time limit.",
        ).format(n=f"{self.open_cases:,}", k=f"{len(self.cases):,}")
        return [heading, Paragraph(said), *([self.block(SHOWN)] if self.cases else [])]

    def block(self, most: int | None = None) -> TableBlock:
        """The list as a table, all of it or its first lines."""
        columns = (
            Column(Text(zh="案件", en="Case"), "label"),
            Column(Text(zh="停在", en="Lies after"), "label"),
            Column(Text(zh="经办人", en="Last person"), "code"),
            Column(Text(zh="已停留", en="For"), "duration"),
            Column(Text(zh="九成不超过", en="90 % take at most"), "duration"),
            Column(Text(zh="时限", en="Time limit"), "text"),
            Column(Text(zh="到期", en="Due"), "time"),
        )
        rows: list[list[Cell]] = [
            [c.case, c.activity, c.person or "", c.lain_s, c.usual_s, c.rule or "", "" if c.due is None else c.due]
            for c in self.cases[:most]
        ]
        return TableBlock(columns, rows, hidden=len(self.cases) - len(rows))


def _urgency(each: OpenCase, now: int) -> tuple[int, float, str]:
    if each.due is not None:
        return (0 if each.due < now else 1), each.due, each.case
    return 2, -each.lain_s / max(each.usual_s or 1.0, 1.0), each.case


def _limits(analysis: "Analysis", cases: np.ndarray) -> tuple[np.ndarray, list[Text | None]]:
    """int64 [open cases]: the nearest limit that is past or within two days, NEVER where there is none; and its rule's title."""
    log, now = analysis.log, analysis.endings.as_of
    due = np.full(len(cases), NEVER)
    title: list[Text | None] = [None] * len(cases)
    judge = Judge(log, analysis.understanding, analysis.endings, analysis.duty, tuple(analysis.settings.activities))
    for rule in analysis.verdicts.rules:
        if not isinstance(rule.requirement, TimeLimit):
            continue
        judged = judge.of(rule)
        if judged.breached is None or judged.corrected is None:
            continue  # nothing can be told in this log
        # Still waited for: pending, or violated without having been put right.
        waiting = judged.pending | ((judged.row >= 0) & (judged.corrected == UNKNOWN_TIME) & (judged.breached <= now))
        until = np.where(waiting, judged.breached, NEVER)[cases]
        nearer = (until < due) & (until <= now + NEAR)
        due[nearer] = until[nearer]
        for place in np.flatnonzero(nearer).tolist():
            title[place] = rule.text
    return due, title
