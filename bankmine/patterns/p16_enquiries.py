from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Finding, Pattern
from bankmine.process.definition import Kind
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class Enquiries(Pattern):
    """Customers ask how their case stands, what it costs or when it will be done.

    Fires per enquiry activity where the lower end of the share of the log's cases with an enquiry is at least
    `enquiry_share`. The gain is staff time, not cycle time. Interfacing, buffering, Reijers & Liman Mansar (2005);
    definitions §3.4 P16.
    """

    code = "P16"
    title = Text(zh="客户查询催办频繁", en="Customers' enquiries")
    diagnoses = ("D2",)
    plan = ("4.2.1(2)", "5.1(2)", "7.2(6)")
    needs = ("enquiries", "start")
    kind = "effort"
    feasibility = "high"
    consequence = "customer"
    phase = "4-6"

    enquiry_share: float = 0.10
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        case_weeks = float(facts.cycle_time.of_case.sum()) / (7 * DAY)
        for activity in np.flatnonzero(facts.of_kind(Kind.ENQUIRY)).tolist():
            rows = np.flatnonzero(facts.activity == activity)
            cases = distinct(facts.case[rows])
            if not len(cases) or wilson(len(cases), facts.cases)[0] < self.enquiry_share:
                continue
            share, each = len(cases) / facts.cases, float(facts.work[rows].mean()) / SECOND
            per_week = len(rows) / case_weeks if case_weeks else 0.0
            text = Text(
                zh="{cases} 件（{share}）有「{name}」，每件在办业务每周 {per_week} 次，每次占用员工 {each}。主动推送进度和收费说明，提供在线查询。",
                en="{cases} cases ({share}) had “{name}”: {per_week} per open case and week, {each} of staff time each. "
                "Send progress and fees unasked, offer an online status query.",
            ).format(name=facts.names[activity], cases=len(cases), share=percent(share), per_week=f"{per_week:.2f}", each=duration(each))
            yield Finding(
                activity,
                text,
                {"cases": len(cases), "share": share, "enquiries": len(rows), "per_case_week": per_week, "work_each_s": each},
                cases,
                rows,
                np.zeros(len(rows), dtype=np.int64),
                facts.work[rows],
            )
