from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Finding, Pattern, time_out
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import share_above
from bankmine.words import Text


@dataclass(frozen=True)
class CustomerWait(Pattern):
    """Cases wait for the customer longer than the process expects.

    Fires per asking activity where its answered waits make at least `stage_share` of the avoidable cycle time of the
    cases concerned and, with 95 % confidence, more than half of them exceed the expected days of the process definition.
    An activity without expected days is not judged. Contact reduction, buffering, Reijers & Liman Mansar (2005);
    definitions §3.4 P14, §3.6.
    """

    code = "P14"
    title = Text(zh="等待客户答复", en="Waiting for the customer")
    diagnoses = ("D2",)
    plan = ("5.1(2)", "4.2.1(2)", "7.1(5)")
    needs = ("customer_steps",)
    feasibility = "high"
    consequence = "customer"
    phase = "4-6"

    stage_share: float = 0.30
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        waits = facts.customer_waits
        answered = waits.answered >= 0
        for activity in distinct(facts.activity[waits.asked[answered]]).tolist():
            expected = facts.understanding.activities[activity].expected_customer_days
            if expected is None:
                continue
            mine = answered & (facts.activity[waits.asked] == activity)
            asked, reply, lasted = waits.asked[mine], waits.answered[mine], waits.duration[mine]
            cases = distinct(facts.case[asked])
            share = float(lasted.sum() / max(int(facts.avoidable[cases].sum()), 1))
            if share < self.stage_share or share_above(lasted, expected * DAY)[0] <= 0.5:
                continue
            excess = lasted - int(expected * DAY)
            over, excess = reply[excess > 0], excess[excess > 0]
            rows, cut = time_out(facts, facts.case[over], facts.began[over] - excess, facts.began[over])
            late = distinct(facts.case[over])
            median = float(np.median(lasted)) / SECOND
            answer = facts.names[int(np.bincount(facts.activity[reply]).argmax())]
            text = Text(
                zh="「{name}」之后等客户答复（「{answer}」）的时间占办理时长的 {share}，中位数 {median}，超过预期的 {expected}。"
                "一次性告知所需材料，提供进度查询，到期前主动提醒。",
                en="After “{name}”, waiting for the customer's answer (“{answer}”) takes {share} of the cycle time: median "
                "{median}, expected {expected}. Tell customers once what is needed, let them see the status, remind early.",
            ).format(
                name=facts.names[activity],
                answer=answer,
                share=percent(share),
                median=duration(median),
                expected=duration(expected * DAY / SECOND),
            )
            yield Finding(
                activity,
                text,
                {
                    "waits": len(lasted),
                    "share_of_cycle_time": share,
                    "median_s": median,
                    "expected_s": expected * DAY / SECOND,
                    "late_cases": len(late),
                },
                late,
                rows,
                cut,
                np.zeros_like(cut),
                where={"to_activity": answer},
            )
