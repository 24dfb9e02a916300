from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Finding, Pattern, time_out
from bankmine.process.definition import Outcome
from bankmine.show.format import duration, percent
from bankmine.stats.shares import wilson
from bankmine.words import Text

ENDED_UNSERVED = (Outcome.CANCELLED, Outcome.TIMED_OUT, Outcome.WITHDRAWN)
WIDTH = 1.10  # a window reaches from an age to a tenth more


@dataclass(frozen=True)
class Timeout(Pattern):
    """Cases that end unserved end at a fixed age, as a deadline would make them.

    Ages count from the case's beginning or from the unanswered request or offer. Fires per closing activity where some
    window [x, 1.1 x), x at least `youngest_days`, holds a share of its closures with a lower end of at least
    `spike_share` and `peak` times as many as the windows three widths to either side would make one expect; scale-free,
    so that no smooth distribution of ages (lognormal of CV 0.3 and more) fires it. Ranked on the days that
    the cases lie idle; how many would come back is unknown and not part of the gain. Exception, contact reduction, Reijers
    & Liman Mansar (2005); definitions §3.4 P18, §3.5.
    """

    code = "P18"
    title = Text(zh="到期自动关闭", en="Closed by a deadline")
    diagnoses = ("D2", "D6")
    plan = ("4.2.1(2)", "7.1(5)")
    needs = ("endings",)
    feasibility = "high"
    consequence = "customer"
    phase = "4-6"

    spike_share: float = 0.15
    peak: float = 3.0
    youngest_days: float = 5.0
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        waits = facts.customer_waits
        asked = np.full(facts.cases, -1, dtype=np.int64)
        unanswered = waits.asked[waits.answered < 0]
        asked[facts.case[unanswered]] = unanswered
        closing = facts.endings.by[facts.endings.closed] if facts.endings.from_definition else np.empty(0, dtype=np.int64)
        for activity, meaning in enumerate(facts.understanding.activities):
            if meaning.outcome not in ENDED_UNSERVED:
                continue
            rows = closing[facts.activity[closing] == activity]
            case = facts.case[rows]
            since_begin = (facts.moment[rows] - facts.case_begin[case]) / DAY
            since_asked = np.where(asked[case] >= 0, (facts.moment[rows] - facts.moment[asked[case]]) / DAY, np.nan)
            spikes = [(spike, ages) for ages in (since_begin, since_asked) if (spike := self._spike(ages)) is not None]
            if not spikes:
                continue
            spike, ages = max(spikes, key=lambda found: int(found[0].sum()))
            rows = rows[spike]
            cases = facts.case[rows]
            share = len(rows) / len(spike)
            idle_since = np.where(asked[cases] >= 0, facts.moment[asked[cases]], facts.began[rows] - facts.wait[rows])
            idle = facts.moment[rows] - idle_since
            cut_rows, cut = time_out(facts, cases, idle_since, facts.moment[rows])
            idle_s = float(idle.sum()) / SECOND
            youngest, oldest = float(ages[spike].min()), float(ages[spike].max())
            text = Text(
                zh="「{name}」中有 {share}（{count} 件）集中在第 {youngest} 至 {oldest} 天，像是到期自动关闭；此前合计闲置 {idle}。"
                "到期前主动联系客户。能挽回多少客户，日志无从得知。",
                en="{share} of “{name}” ({count} cases) fall between days {youngest} and {oldest}, as a deadline would make "
                "them; these cases had lain idle for {idle} in all. Contact customers before the deadline. How many would "
                "come back, the log cannot tell.",
            ).format(
                name=facts.names[activity],
                share=percent(share),
                count=len(rows),
                youngest=f"{youngest:.1f}",
                oldest=f"{oldest:.1f}",
                idle=duration(idle_s),
            )
            yield Finding(
                activity,
                text,
                {
                    "closures": len(spike),
                    "in_spike": len(rows),
                    "share": share,
                    "youngest_days": youngest,
                    "oldest_days": oldest,
                    "idle_s": idle_s,
                },
                np.unique(cases),
                cut_rows,
                cut,
                np.zeros_like(cut),
            )

    def _spike(self, ages: np.ndarray) -> np.ndarray | None:
        """bool [closures]: those in the fullest window that meets the conditions, None if none does."""
        known = np.sort(ages[ages >= self.youngest_days])
        if not len(known):
            return None

        def inside(first: np.ndarray, last: np.ndarray) -> np.ndarray:
            return np.searchsorted(known, last) - np.searchsorted(known, first)

        count = inside(known, known * WIDTH)
        around = inside(known / WIDTH**3, known) + inside(known * WIDTH, known * WIDTH**4)
        eligible = count >= self.peak * np.maximum(around / 6, 1)
        if not eligible.any():
            return None
        best = int(np.argmax(np.where(eligible, count, -1)))
        if wilson(int(count[best]), len(ages))[0] < self.spike_share:
            return None
        return (ages >= known[best]) & (ages < known[best] * WIDTH)
