from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import ABSENT, CLOSED, CUSTOMER
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.needless import needless
from bankmine.patterns.p21_unequal_wait import held_up
from bankmine.patterns.p28_instability import unstable_waits
from bankmine.patterns.shares import idle_can_be_told, share_of_cycle_time
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import each_group
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, PickedUp
from bankmine.words import Text

MINUTE = 60 * SECOND
BREAK = 5 * MINUTE
OF_DUTY = 0.2


@dataclass(frozen=True)
class HandoffGap(Pattern):
    """Work handed to another role lies there although whoever takes it in the end is on duty and free.

    Looked at are the items of an activity that came from people of another role, if need be through a system. Fires where at least
    `lying_share` (lower end) of them lay, that time being more than `of_wait` of their waits and at least `of_cycle_time` (lower end)
    of their cases' avoidable cycle time. Not counted: what lies only since a change, or at one branch (P28).
    Integration, case manager, Reijers & Liman Mansar (2005); definitions §3.4 P29.
    """

    code = "P29"
    title = Text(zh="交接空档", en="Gap at the hand-off")
    diagnoses = ("D1", "D3")
    plan = ("4.2.2(1)", "4.1.3(4)")
    needs = ("start", "resource", "role", "calendar")
    feasibility = "high"
    phase = "4-6"

    lying_share: float = 0.10
    of_cycle_time: float = 0.05
    of_wait: float = 0.5
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        role, giver = facts.roles.of_instance, handed_by(facts)
        lain = np.maximum(lay(facts) - unstable_waits(facts), 0)
        others = needless(facts)[facts.activity] | held_up(facts)
        handed = ~others & (giver >= 0) & (role >= 0) & (role[giver] >= 0) & (role[giver] != role)
        for activity in np.unique(facts.activity[handed & (lain > 0)]).tolist():
            mine = np.flatnonzero(handed & (facts.activity == activity))
            rows = mine[lain[mine] > 0]
            cut = lain[rows]
            if wilson(len(rows), len(mine))[0] < self.lying_share or cut.sum() <= self.of_wait * facts.wait[rows].sum():
                continue
            cases, share, low = share_of_cycle_time(facts, rows, cut)
            if low < self.of_cycle_time:
                continue
            receiving = facts.roles.names[int(np.bincount(role[rows]).argmax())]
            giving = facts.roles.names[int(np.bincount(role[giver[rows]]).argmax())]
            lasted = float(cut.mean()) / SECOND
            text = Text(
                zh="由「{giving}」交到「{receiving}」办「{name}」，{mine} 件中有 {lay} 件（{lay_share}）搁着：最后接手的人早有空，却平均又过 {lasted} 才接，"
                "占办理时长的 {share}。约定交接时限并由专人跟进，交接即提醒、到时未接即预警。",
                en="Of {mine} items handed from “{giving}” to “{receiving}” for “{name}”, {lay} ({lay_share}) lay: whoever took them in "
                "the end had long been free, yet {lasted} more passed on average, {share} of the cycle time. Agree how soon work is to "
                "be picked up, name who watches over it, announce each hand-off and warn where it lies.",
            ).format(
                giving=giving,
                receiving=receiving,
                name=facts.names[activity],
                mine=len(mine),
                lay=len(rows),
                lay_share=percent(len(rows) / len(mine)),
                lasted=duration(lasted),
                share=percent(share),
            )
            figures = {
                "handed": len(mine),
                "lay": len(rows),
                "share": len(rows) / len(mine),
                "lay_s": lasted,
                "share_of_cycle_time": share,
            }
            yield Finding(activity, text, figures, cases, rows, cut, np.zeros_like(cut), where={"role": receiving})

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        return (PickedUp(finding.activity),)


def handed_by(facts: Facts) -> np.ndarray:
    """int64 [instances]: the row of the bank's people that passed the work on to this one of theirs, through systems; -1 = none."""
    outside = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY)[facts.activity]
    system = facts.of_party(Party.SYSTEM)[facts.activity]
    giver = np.where(outside | system | (facts.resource < 0), -1, facts.enabler)
    while (through := np.flatnonzero((giver >= 0) & system[giver])).size:
        giver[through] = facts.enabler[giver[through]]
    giver[(giver >= 0) & (outside | (facts.resource < 0))[giver]] = -1
    return giver


def lay(facts: Facts) -> np.ndarray:
    """int64 [instances]: for how long, at the end of its wait, work lay that the one who did it had had time for; 0 = it did not.

    The person had had time once free on duty, since the item was ready, for more than a short break and, where the wait ran past
    closing, than the item's own work at each: what cannot be finished before closing is rightly left. Who was free for less than
    a fifth of the wait's duty time was busy: the item queued. Found to the minute. Batches (P11) and repeated work (P07) lie
    for reasons of their own.
    """
    items, busy, parts = facts.rework.items, facts.causes.busy, facts.causes.parts
    ready, began = facts.enabled + parts[:, CUSTOMER], facts.causes.starts.began
    known = (busy.server >= 0) & (np.append(busy.calendar, -1)[busy.server] >= 0) & idle_can_be_told(facts) & ~facts.by_design
    row = np.flatnonzero(known & (began > ready) & (facts.causes.batches.of_row < 0) & (items.previous[items.of_row] < 0))
    closings = (parts[:, CLOSED] + parts[:, ABSENT] > 0).astype(np.int64)
    for calendar, rows in each_group(np.where(closings > 0, facts.duty.person, -1)):
        if calendar >= 0:
            opens = facts.duty.calendars[calendar].begin
            closings[rows] = np.maximum(np.searchsorted(opens, began[rows], "right") - np.searchsorted(opens, ready[rows], "right"), 1)
    excused = BREAK + facts.work * closings
    idle, duty = (of(busy.server[row], ready[row], began[row]) for of in (busy.idle, busy.on_duty))
    row = row[(idle > excused[row]) & (idle >= OF_DUTY * duty)]
    before, after = ready[row], began[row]
    while (after - before).max(initial=0) > MINUTE:
        middle = (before + after) // 2
        enough = busy.idle(busy.server[row], ready[row], middle) > excused[row]
        before, after = np.where(enough, before, middle), np.where(enough, middle, after)
    result = np.zeros(len(facts.case), dtype=np.int64)
    result[row] = began[row] - after
    return result
