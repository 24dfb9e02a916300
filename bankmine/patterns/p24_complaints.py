from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Finding, Pattern, time_out
from bankmine.show.format import percent
from bankmine.stats.grouped import distinct
from bankmine.stats.shares import wilson
from bankmine.stats.survival import Survival
from bankmine.words import Text

DAY_S = DAY / SECOND


@dataclass(frozen=True)
class OpenComplaints(Pattern):
    """Complaints are not settled within the days that they may take.

    Fires where the lower end of the share of complaints still open at day `sla_days` (Kaplan-Meier, those that still run are
    censored) is at least `open_share`. Settled: the bank's last dealing with the complaint, else the end of its case. Saved is what
    waits beyond that day in settled cases; how far complaints run over it, open ones included, is the restricted mean of the curve.
    The default of 15 days is that for plain complaints in the regulator's rules for banks and insurers (银行业保险业消费投诉处理管理办法,
    2020). Case manager, exception, Reijers & Liman Mansar (2005); definitions §3.4 P24, §4.
    """

    code = "P24"
    title = Text(zh="投诉久拖不决", en="Complaints left open")
    diagnoses = ("D5", "D2")
    plan = ("4.2.1(3)", "6.1.2(3)", "7.1(4)")
    needs = ("complaints",)
    feasibility = "high"
    risk_of_inaction = "medium"
    consequence = "customer"
    phase = "4-6"

    sla_days: float = 15.0
    open_share: float = 0.10
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        made, limit = facts.complaints, self.sla_days * DAY_S
        for activity in distinct(facts.activity[made.first]).tolist():
            here = facts.activity[made.first] == activity
            curve = Survival.of(made.duration_s[here], made.settled[here], confidence=0.90)
            late = here & (made.duration_s > limit)
            share, low = _open_at(curve, limit, int(here.sum()))
            if low < self.open_share or not late.any():
                continue
            settled = late & made.settled
            due = facts.moment[made.first[settled]] + int(limit * SECOND)
            rows, cut = time_out(facts, made.case[settled], due, facts.began[made.by[settled]])
            figures = {
                "complaints": int(here.sum()),
                "open_share": share,
                "sla_days": self.sla_days,
                "over_days": _beyond(curve, limit) / DAY_S,
                "still_open": int((late & ~made.settled).sum()),
                "again": int((here & made.several).sum()),
                "unanswered": int((here & (made.by < 0)).sum()),
            }
            yield Finding(
                activity,
                Text(
                    zh="「{name}」共 {complaints} 件，到第 {sla} 天仍有 {open_share} 未办结，平均超期 {over} 天；{still_open} 件超期后至今未结，"
                    "{again} 件再次投诉。设投诉专岗和责任人，按时限督办并逐级上报，办结后回访。",
                    en="Of {complaints} cases with “{name}”, {open_share} are still open on day {sla}, and they run {over} days over it on "
                    "average; {still_open} are overdue and open to this day, in {again} the customer complained again. Give each complaint "
                    "an owner and a deadline that is watched and escalated, and call back once it is settled.",
                ).format(
                    name=facts.names[activity],
                    complaints=figures["complaints"],
                    sla=f"{self.sla_days:g}",
                    open_share=percent(share),
                    over=f"{figures['over_days']:.1f}",
                    still_open=figures["still_open"],
                    again=figures["again"],
                ),
                figures,
                made.case[late],
                rows,
                cut,
                np.zeros(len(rows), dtype=np.int64),
            )


def _open_at(curve: Survival, limit: float, complaints: int) -> tuple[float, float]:
    """The share still open at a duration and the lower end of its interval."""
    place = int(np.searchsorted(curve.time, limit, side="right")) - 1
    if place < 0 or np.isnan(curve.low[place]):  # none is settled yet, or all are
        share = curve.at(limit)
        return share, wilson(round(share * complaints), complaints)[0]
    return float(curve.share[place]), float(curve.low[place])


def _beyond(curve: Survival, limit: float) -> float:
    """The area under the curve beyond a duration, as far as it was seen: the restricted mean time over it."""
    time = np.concatenate([[limit], curve.time[curve.time > limit]])
    return float((np.array([curve.at(t) for t in time[:-1].tolist()]) * np.diff(time)).sum())
