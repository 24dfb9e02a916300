from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import LATER, Finding, Pattern, longer_after, together, whole
from bankmine.patterns.stretches import Stretches, excess, one_persons
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct
from bankmine.twin.changes import Change, Quicker, Spared
from bankmine.words import Text

REWORK = Text(
    zh="「{name}」由 {people} 名{role}办理，其中一人经手的 {items} 件有 {rate} 被退回重做，同岗中位数为 {peers}；该环节的返工大半由此而来。"
    "请安排针对性的培训和带教，先核对其所办业务是否更难；不得据此处分个人。",
    en="Of the {people} people in role {role} who do “{name}”, one had {rate} of {items} items sent back to be done again, where the "
    "peers' median is {peers}; most of the step's rework comes from there. Offer training and coaching for this step, and check first "
    "whether that work is harder; it is no ground for a sanction.",
)
SLOW = Text(
    zh="「{name}」由 {people} 名{role}办理，其中一人办理 {items} 件，平均用时为同岗的 {slower} 倍。请安排针对性的培训和带教，"
    "先核对其所办业务是否更难；不得据此处分个人。",
    en="Of the {people} people in role {role} who do “{name}”, one took {slower} times as long as the peers over {items} items. Offer "
    "training and coaching for this step, and check first whether that work is harder; it is no ground for a sanction.",
)
STAFF = Text(zh="员工", en="staff")


@dataclass(frozen=True)
class Outlier(Pattern):
    """One person's work at a step comes back, or takes long, beyond what chance and the differences among the peers explain.

    Judged by the funnel of the training needs: at least 30 items each and three peers, false discoveries under 5 %. Fires for rework
    where the person's excess over the peers' median makes at least half of the step's internal rework (else it is P07's, which then
    leaves out what is told here); for time at work where the person takes at least `slower` times as long as the peers. Only the excess
    is to be gained. People who are too few to be shown are never singled out, and no text holds a name.
    Specialist-generalist, Reijers & Liman Mansar (2005); Spiegelhalter (2005); definitions §3.4 P30.
    """

    code = "P30"
    title = Text(zh="个别人员明显偏离同岗", en="One person far from the peers")
    diagnoses = ("D3", "D5")
    plan = ("6.1.1", "6.1.2", "6.2.3(2)")
    needs = ("resource", "party")
    feasibility = "high"
    phase = "4-6"

    slower: float = 1.25
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        yield from self._rework(facts)
        yield from self._slow(facts)

    def _rework(self, facts: Facts) -> Iterator[Finding]:
        items, needs, stretches = facts.rework.items, facts.training, Stretches.found(facts)
        system = facts.of_party(Party.SYSTEM)
        for one in one_persons(facts, stretches):
            activity = int(needs.activity[one.row])
            if system[activity]:
                continue
            mine = stretches.items(one.stretches)
            done_again = mine[items.of_row]
            after = longer_after(facts, done_again)
            figures, where, names = _about(facts, one.row)
            rate, peers = float(needs.came_back[one.row]), float(needs.peers_came_back[one.row])
            follow_on = float(after[1].sum()) / SECOND
            text = REWORK.format(**names, rate=percent(rate), peers=percent(peers))
            if follow_on:
                text = text.then(LATER.format(time=duration(follow_on)))
            yield Finding(
                activity,
                text,
                {**figures, "came_back": rate, "peers_came_back": peers, "follow_on_s": follow_on},
                distinct(items.case[mine]),
                *together(whole(facts, np.flatnonzero(done_again)), after),
                realistic=excess(facts, one.row),
                where=where,
            )

    def _slow(self, facts: Facts) -> Iterator[Finding]:
        needs = facts.training
        for row in np.flatnonzero(needs.needs_speed & (needs.person >= 0) & (needs.slower >= self.slower)).tolist():
            activity, slower = int(needs.activity[row]), float(needs.slower[row])
            rows = np.flatnonzero((facts.activity == activity) & (facts.resource == needs.person[row]) & (facts.work > 0))
            figures, where, names = _about(facts, row)
            yield Finding(
                activity,
                SLOW.format(**names, slower=f"{slower:.1f}"),
                {**figures, "slower": slower},
                distinct(facts.case[rows]),
                rows,
                np.zeros(len(rows), dtype=np.int64),
                (facts.work[rows] * (1 - 1 / slower)).astype(np.int64),
                where=where,
            )

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        if "slower" in finding.figures:
            return (Quicker(finding.rows, 1 / finding.figures["slower"]),)
        return (Spared(finding.rows[finding.work_cut > 0]),)


def _about(facts: Facts, row: int) -> tuple[dict[str, float], MappingProxyType[str, str | None], dict[str, Text | str | int | float]]:
    """Figures, place and words of a row of the training needs; the person's name stands in the place alone, for outputs to hide."""
    needs = facts.training
    here = needs.activity == needs.activity[row]
    people, items = int(needs.people[here].sum()), int(needs.items[row])
    role = int(facts.roles.of_resource[needs.person[row]]) if facts.roles.given else -1
    name = facts.roles.names[role] if role >= 0 else None
    words: dict[str, Text | str | int | float] = {
        "name": facts.names[needs.activity[row]],
        "people": people,
        "items": items,
        "role": STAFF if name is None else Text.same(name),
    }
    return {"people": people, "items": items}, MappingProxyType({"resource": facts.people[needs.person[row]], "role": name}), words
