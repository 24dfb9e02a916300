from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import CUSTOMER, SYSTEM
from bankmine.measure.drift import MONDAY, WEEK
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.queues import Queue, queues, sooner
from bankmine.show.format import duration
from bankmine.stats.difference import NEGLIGIBLE
from bankmine.stats.equivalence import cliffs_delta_interval, jensen_shannon
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.words import Text

FEWEST = 30


@dataclass(frozen=True)
class SegmentBlind(Pattern):
    """A segment that the bank means to serve first is treated like all others.

    Looked for only where `[segments] priority` names segments or products. Fires where the 95 % interval of Cliff's delta between the
    bank's waits of the declared cases and of the others that came in the same weeks lies within `alike` on either side (treated alike is
    shown, not merely no difference found), and their routes differ by a Jensen-Shannon divergence of less than `divergence`. Acted on is
    the role in whose queue the declared cases lose most, at the step with the most contention; saved is what their waits in it lie above
    their own lower quartile, with the closed hours that this runs into. In a queue others pay for it, and the text says who. Case types,
    triage, customer teams, Reijers & Liman Mansar (2005); definitions §3.4 P19, §3.6, §4.
    """

    code = "P19"
    title = Text(zh="优先客群未获优先", en="Served first in name only")
    diagnoses = ("D4",)
    plan = ("7.2(1)", "7.2(2)", "7.2(4)")
    needs = ("start", "resource", "segment", "calendar")
    evidence = "proxy"
    feasibility = "medium"
    consequence = "customer"
    phase = "7-9"

    alike: float = NEGLIGIBLE
    divergence: float = 0.02
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        declared = np.zeros(facts.cases, dtype=bool)
        for name in ("segment", "product"):
            column = facts.attributes.get(name)
            if column is not None:
                first = np.array([value in facts.priority for value in column.values] + [False], dtype=bool)
                declared |= first[column.codes[facts.offsets[:-1]]]
        if min(int(declared.sum()), int((~declared).sum())) < FEWEST:
            return
        parts = facts.causes.parts
        ours = np.where(facts.by_staff[facts.activity], facts.wait - parts[:, CUSTOMER] - parts[:, SYSTEM], 0)
        per_case = grouped_sum(ours, facts.case, facts.cases).astype(float)
        week = (facts.began[facts.offsets[:-1]] - MONDAY) // WEEK
        week -= week.min()
        delta, low, high = cliffs_delta_interval(per_case[declared], per_case[~declared], week[declared], week[~declared])
        size = len(facts.names)
        arcs = np.flatnonzero(facts.case[1:] == facts.case[:-1])
        arc = facts.activity[arcs].astype(np.int64) * size + facts.activity[arcs + 1]
        mine = declared[facts.case[arcs]]
        apart = jensen_shannon(np.bincount(arc[mine], minlength=size * size), np.bincount(arc[~mine], minlength=size * size))
        if not (-self.alike <= low and high <= self.alike and apart < self.divergence):
            return
        spared = [(queue, *self._spared(facts, queue, declared)) for queue in queues(facts)]
        queue, rows, cut = max(spared, key=lambda each: int(each[2].sum()), default=(None, facts.case[:0], facts.wait[:0]))
        if queue is None or not len(rows):
            return
        activity = queue.place(queue.contention)
        saved, others = float(cut.sum()) / SECOND / max(int(declared.sum()), 1), int((~declared).sum())
        pays = float(cut.sum()) / SECOND / others
        text = Text(
            zh="声明优先的客群（{segments}，{cases} 件）与其他客户走同样的流程、等同样的时间，在「{role}」处排队最久，「{name}」最为突出。设专门通道或专属经理，可使其每件少等 {saved}；"
            "人手不变时，其他客户每件约多等 {pays}。",
            en="The segments to be served first ({segments}, {cases} cases) go the same way and wait as long as all others, "
            "longest in the queue of “{role}”, most of all at “{name}”. A lane or manager of their own would save each {saved}; with "
            "the same people the others would wait about {pays} longer each.",
        ).format(
            segments=Text(zh="、".join(facts.priority), en=", ".join(facts.priority)),
            cases=int(declared.sum()),
            role=queue.name,
            name=facts.names[activity],
            saved=duration(saved),
            pays=duration(pays),
        )
        figures = {
            "declared_cases": int(declared.sum()),
            "delta": delta,
            "delta_low": low,
            "delta_high": high,
            "divergence": apart,
            "saved_s": saved,
            "others_pay_s": pays,
        }
        where = {"segment": facts.priority[0]} if len(facts.priority) == 1 else {}
        yield Finding(
            activity, text, figures, distinct(facts.case[rows]), rows, cut, np.zeros_like(cut), where={"role": queue.name, **where}
        )

    @staticmethod
    def _spared(facts: Facts, queue: Queue, declared: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The items of the declared cases that waited longer in the queue than their own lower quartile, and by how much sooner they would
        be done.
        """
        mine = declared[facts.case[queue.rows]]
        if not mine.any():
            return queue.rows[mine], queue.waited[mine]
        rows, waited = queue.rows[mine], queue.waited[mine]
        longer = np.maximum(waited - int(np.quantile(waited, 0.25)), 0)
        return rows[longer > 0], sooner(facts, rows, longer)[longer > 0]
