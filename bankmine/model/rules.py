"""Rules: what the controls say of a log, case by case and in numbers (definitions §3.4 P22-P23, §5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.business import CalendarUsed
from bankmine.measure.duty import Duty
from bankmine.measure.endings import Endings
from bankmine.model.judge import Judge, Verdict
from bankmine.model.lag import Lag
from bankmine.process.definition import Understanding
from bankmine.process.rule import Rule, Severity, TimeLimit
from bankmine.show.blocks import Block, Cell, Column, Mark, Paragraph, TableBlock
from bankmine.show.format import duration, percent
from bankmine.show.notebook import Shown
from bankmine.stats.shares import wilson
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "order": Text(zh="先后次序", en="order"),
    "presence": Text(zh="必经环节", en="presence"),
    "absence": Text(zh="禁止环节", en="absence"),
    "cardinality": Text(zh="次数", en="number of times"),
    "exclusiveness": Text(zh="互斥", en="exclusiveness"),
    "four_eyes": Text(zh="双人复核", en="four eyes"),
    "segregation": Text(zh="职责分离", en="segregation"),
    "time_limit": Text(zh="时限", en="time limit"),
    "amount_limit": Text(zh="金额限制", en="amount limit"),
}
SEVERITIES = {
    Severity.COMPLIANCE: Text(zh="合规或损失", en="compliance or loss"),
    Severity.CUSTOMER: Text(zh="客户受损", en="customer detriment"),
    Severity.DELAY: Text(zh="延误", en="delay"),
}
MARKS = {
    "violated": Mark(Text(zh="有违反", en="violated"), "error"),
    "unknown": Mark(Text(zh="无法判断", en="unknown"), "warning"),
    "pass": Mark(Text(zh="遵守", en="kept"), "good"),
}
NOTHING_LATE = Text.same("–")
NEVER_MET = Text(zh="半数以上未补办", en="over half not put right")
NO_RULES = Text(zh="没有适用于本流程的控制规则。", en="No control applies to this process.")
MEANING = Text(
    zh="占比 = 违反 ÷（遵守 + 违反），附 90% 区间。无法判断：经办人、属性或时间缺失，日志未记录该环节，或案件未结、该环节仍可能发生。",
    en="Share = violated ÷ (kept + violated), with its 90 % interval. Unknown: a person, an attribute or a time is missing, the log does "
    "not record the step, or the case is open and the step may still come.",
)
PENDING = Text(
    zh="其中 {pending} 件次只因案件未结而未定。",
    en="Of the unknown verdicts, {pending} are open only because the case is.",
)
NOWHERE = Text(
    zh="另有 {n} 条规则在本日志中没有适用的案件：{rules}。",
    en="Rules that no case of this log falls under: {n} ({rules}).",
)


@dataclass(frozen=True, eq=False)
class Verdicts(Shown):
    """Every rule on every case: `verdict` int8, `row` int64 (the first violating instance, -1 = none), `pending` bool, all [rules, cases].

    In each case each rule is passed, violated, unknown or not applicable (Verdict); `pending` marks what is unknown only because the
    case is open. `lag` by rule: from the breach to its correction, None where there is none to measure. `used`: the calendar behind
    time limits in business time, None where no rule has one. `subject`, `later` int32 [rules]: the activity that a rule is about (of an
    order the one that must come first), and the one it must precede, -1 = none in this log. `concerns` bool [rules, activities]: all
    that a rule names.
    """

    rules: tuple[Rule, ...]
    verdict: np.ndarray
    row: np.ndarray
    pending: np.ndarray
    lag: tuple[Lag | None, ...]
    used: CalendarUsed | None
    subject: np.ndarray
    later: np.ndarray
    concerns: np.ndarray

    @classmethod
    def of(
        cls,
        log: EventLog,
        understanding: Understanding,
        rules: Sequence[Rule],
        duty: Duty,
        as_of: int | None = None,
        *,
        declared: Collection[str] = (),
    ) -> "Verdicts":
        """The verdicts as of a time (UTC microseconds; None: the log's last stamp).

        `declared`: labels that rules may name though this log does not show them (those of the configuration's [activities]).
        Raises UsageError CONTROL_ACTIVITY, CONTROL_FIELD for a rule that speaks of what neither log nor definition has.
        """
        endings = Endings.of(log, understanding, as_of)
        judge = Judge(log, understanding, endings, duty, declared)
        judged = [judge.of(rule) for rule in rules]
        shape = (len(rules), log.cases)
        business = any(isinstance(rule.requirement, TimeLimit) and rule.requirement.business for rule in rules)
        return cls(
            tuple(rules),
            np.array([each.verdict for each in judged], dtype=np.int8).reshape(shape),
            np.array([each.row for each in judged], dtype=np.int64).reshape(shape),
            np.array([each.pending for each in judged], dtype=bool).reshape(shape),
            tuple(Lag.of(each, endings.as_of) for each in judged),
            CalendarUsed.of(duty, np.full(log.cases, duty.organisation), log.case_start, log.case_end) if business else None,
            np.array([judge.subject(rule) for rule in rules], dtype=np.int32),
            np.array([judge.later(rule) for rule in rules], dtype=np.int32),
            np.array([judge.concerns(rule) for rule in rules], dtype=bool).reshape(len(rules), len(log.activities)),
        )

    def count(self, verdict: Verdict) -> np.ndarray:
        """int64 [rules]: the cases with this verdict."""
        return (self.verdict == verdict).sum(axis=1)

    @property
    def checked(self) -> np.ndarray:
        """int64 [rules]: the cases in which the rule was passed or violated."""
        return self.count(Verdict.PASS) + self.count(Verdict.VIOLATED)

    @property
    def cases(self) -> tuple[int, int]:
        """Cases in which any rule was violated, of those in which any could be checked."""
        violated = (self.verdict == Verdict.VIOLATED).any(axis=0)
        return int(violated.sum()), int((violated | (self.verdict == Verdict.PASS).any(axis=0)).sum())

    @property
    def applies(self) -> np.ndarray:
        """bool [rules]: some case falls under the rule, whatever the verdict."""
        return (self.verdict != Verdict.NOT_APPLICABLE).any(axis=1)

    def breaches(self, rule: int) -> tuple[np.ndarray, np.ndarray]:
        """The cases that violate a rule and the first violating instance of each: int64 [breaches] twice, by case."""
        cases = np.flatnonzero(self.verdict[rule] == Verdict.VIOLATED)
        return cases, self.row[rule, cases]

    def of_log(self, rule: int) -> str:
        """The rule on the whole log: "violated" if any case violates it, "unknown" if it could be checked in none, else "pass"."""
        if (self.verdict[rule] == Verdict.VIOLATED).any():
            return "violated"
        return "pass" if (self.verdict[rule] == Verdict.PASS).any() else "unknown"

    def as_json(self) -> list[dict[str, object]]:
        """`conformance.rules` of the analysis document: `interval` of the violated share, null if nothing was checked."""
        return [
            {
                "id": rule.id,
                "verdict": self.of_log(k),
                "cases_violated": violated,
                "cases_checked": checked,
                "interval": list(wilson(violated, checked)) if checked else None,
            }
            for k, (rule, violated, checked) in enumerate(
                zip(self.rules, self.count(Verdict.VIOLATED).tolist(), self.checked.tolist(), strict=True)
            )
        ]

    @property
    def table(self) -> "pd.DataFrame":
        """One row per rule, in the rules' order; `low`, `high` and the lag's are 90 % intervals, the lag in seconds."""
        import pandas as pd

        checked, violated = self.checked, self.count(Verdict.VIOLATED)
        intervals = [wilson(int(v), int(n)) if n else (np.nan, np.nan) for v, n in zip(violated, checked, strict=True)]
        lags = [
            [np.nan if value is None else value for value in (lag.median_s, lag.low_s, lag.high_s)] if lag else [np.nan] * 3
            for lag in self.lag
        ]
        return pd.DataFrame(
            {
                "id": [rule.id for rule in self.rules],
                "text_zh": [rule.text.zh for rule in self.rules],
                "text_en": [rule.text.en for rule in self.rules],
                "kind": [rule.kind for rule in self.rules],
                "severity": [rule.severity.value for rule in self.rules],
                "verdict": [self.of_log(k) for k in range(len(self.rules))],
                "checked": checked,
                "violated": violated,
                "unknown": self.count(Verdict.UNKNOWN),
                "pending": self.pending.sum(axis=1),
                "not_applicable": self.count(Verdict.NOT_APPLICABLE),
                "share": np.where(checked > 0, violated / np.maximum(checked, 1), np.nan),
                "low": [low for low, _ in intervals],
                "high": [high for _, high in intervals],
                "lag_median_s": [lag[0] for lag in lags],
                "lag_low_s": [lag[1] for lag in lags],
                "lag_high_s": [lag[2] for lag in lags],
            }
        )

    def blocks(self) -> list[Block]:
        """The rules that apply to some case: violated ones first, by the lower end of their share, then unknown, then kept ones."""
        if not self.rules:
            return [Paragraph(NO_RULES)]
        order = {"violated": 0, "unknown": 1, "pass": 2}
        table = self.table
        counts = table[["checked", "violated", "unknown"]].to_numpy().tolist()
        low, high, lag = (table[name].to_numpy() for name in ("low", "high", "lag_median_s"))
        applies = [k for k, (checked, _, unknown) in enumerate(counts) if checked + unknown]
        rows: list[tuple[Cell, ...]] = []
        for k in sorted(applies, key=lambda k: (order[self.of_log(k)], -np.nan_to_num(low[k]), k)):
            checked, violated, unknown = counts[k]
            rule, share = self.rules[k], violated / checked if checked else None
            interval = (
                Text(zh="{low} 至 {high}", en="{low} to {high}").format(low=percent(low[k]), high=percent(high[k])) if checked else None
            )
            late = NOTHING_LATE if self.lag[k] is None else duration(lag[k]) if lag[k] == lag[k] else NEVER_MET
            rows.append(
                (
                    rule.text,
                    MARKS[self.of_log(k)],
                    KINDS[rule.kind],
                    SEVERITIES[rule.severity],
                    checked,
                    violated,
                    unknown,
                    share,
                    interval,
                    late,
                )
            )
        columns = (
            Column(Text(zh="规则", en="Rule"), "text"),
            Column(Text(zh="结论", en="Verdict"), "text"),
            Column(Text(zh="类型", en="Kind"), "text"),
            Column(Text(zh="后果", en="Consequence"), "text"),
            Column(Text(zh="已检查案件", en="Cases checked"), "count"),
            Column(Text(zh="违反", en="Violated"), "count"),
            Column(Text(zh="无法判断", en="Unknown"), "count"),
            Column(Text(zh="违反占比", en="Share violated"), "share"),
            Column(Text(zh="90% 区间", en="90 % interval"), "text"),
            Column(Text(zh="补办前时长中位数", en="Median time until put right"), "text"),
        )
        found: list[Block] = [TableBlock(columns, rows, caption=Text(zh="控制规则", en="Controls")), Paragraph(self._meaning())]
        nowhere = [rule.text for k, rule in enumerate(self.rules) if k not in applies]
        if nowhere:
            listed = Text(zh="；".join(text.zh for text in nowhere), en="; ".join(text.en for text in nowhere))
            found.append(Paragraph(NOWHERE.format(n=len(nowhere), rules=listed)))
        return [*found, *(self.used.blocks() if self.used else ())]

    def _meaning(self) -> Text:
        pending = int(self.pending.sum())
        return MEANING.then(PENDING.format(pending=pending)) if pending else MEANING
