from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.calendar import BusinessCalendar
from bankmine.log.eventlog import SECOND
from bankmine.measure.causes import CLOSED, CUSTOMER
from bankmine.patterns.base import Finding, Pattern, role_of
from bankmine.patterns.shares import share_of_cycle_time
from bankmine.process.definition import Party
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import each_group, grouped_sum
from bankmine.stats.shares import wilson
from bankmine.twin.changes import Change, Opened
from bankmine.words import Text

HOUSE = Text(
    zh="该岗位的上班时间短于全行：按全行时间轮班，可省去其中约 {spared}。",
    en="Its hours are shorter than those of the house: shifts over the hours of the house would spare about {spared} of it.",
)
LONGER = Text(
    zh="开通自助办理可全部省去；若延长至每天 {begin}–{end}，可省去其中约 {spared}。",
    en="Self-service around the clock would spare all of it, opening every day from {begin} to {end} about {spared}.",
)


@dataclass(frozen=True)
class OffDuty(Pattern):
    """Work arrives at a role while nobody serves it, and waits for the opening.

    Looked at are the role's activities of whose items at least `off_share` (lower end) become ready outside its duty hours. Fires where
    such items' waits until the opening take at least `of_cycle_time` of the avoidable cycle time of their cases (lower end: half of that).
    A queue that lasts over a night is not counted, nor a wait that is agreed by contract. Placed at the activity with the most of it.
    All of it would go if the role were always open. The realistic share is exact: each item keeps its waiting inside duty hours, laid
    out in longer hours: those of the organisation where they bring at least half of what opening daily from `open_from` to `open_to`
    brings, else these.
    Extra resources, control relocation, Reijers & Liman Mansar (2005); definitions §3.4 P12, §3.6, §6.
    """

    code = "P12"
    title = Text(zh="业务到达时无人当班", en="Work arrives off duty")
    diagnoses = ("D3", "D6")
    plan = ("7.1(3)", "7.1(5)", "5.1(2)")
    needs = ("start", "resource", "calendar")
    plays = "realistic"
    feasibility = "medium"
    phase = "4-6"

    off_share: float = 0.15
    of_cycle_time: float = 0.10
    open_from: float = 8.0
    open_to: float = 20.0

    def find(self, facts: Facts) -> Iterator[Finding]:
        known, off, until, house, longer = self._waits(facts)
        role = np.where(known, facts.roles.of_instance, -1)
        for r in np.unique(role[off & (role >= 0)]).tolist():
            items = np.bincount(facts.activity[role == r], minlength=len(facts.names))
            came = np.bincount(facts.activity[off & (role == r)], minlength=len(facts.names))
            often = np.array([wilson(int(n), int(of))[0] >= self.off_share for n, of in zip(came, items, strict=True)])
            rows = np.flatnonzero(off & (role == r) & often[facts.activity])
            cases, of_time, low = share_of_cycle_time(facts, rows, until[rows])
            if of_time < self.of_cycle_time or low < self.of_cycle_time / 2:
                continue
            activity = int(grouped_sum(until[rows], facts.activity[rows], len(facts.names)).argmax())
            as_house = self._as_house(house, longer, rows)
            spared = float((house if as_house else longer)[rows].sum()) / float(until[rows].sum())
            wait = float(until[rows].mean()) / SECOND
            share = len(rows) / int(items[often].sum())
            text = Text(
                zh="「{role}」有 {rows} 件（{share}）在无人当班时到达，「{name}」最多，平均要等 {wait} 才上班，占相关业务办理时长的 {of_time}。",
                en="{rows} items ({share}) reach “{role}” while nobody is on duty, most of all for “{name}”, and wait {wait} on average "
                "for the opening, {of_time} of their cases' cycle time.",
            ).format(
                role=facts.roles.names[r],
                name=facts.names[activity],
                rows=len(rows),
                share=percent(share),
                wait=duration(wait),
                of_time=percent(of_time),
            )
            text = text.then(
                (HOUSE if as_house else LONGER).format(begin=_clock(self.open_from), end=_clock(self.open_to), spared=percent(spared))
            )
            figures = {
                "off_duty": len(rows),
                "share": share,
                "wait_s": wait,
                "share_of_cycle_time": of_time,
                "spared_share": spared,
                "open_from_h": self.open_from,
                "open_to_h": self.open_to,
            }
            yield Finding(
                activity,
                text,
                figures,
                cases,
                rows,
                until[rows],
                np.zeros(len(rows), dtype=np.int64),
                realistic=spared,
                where={"role": facts.roles.names[r]},
            )

    def _waits(self, facts: Facts) -> tuple[np.ndarray, ...]:
        """Arrays [instances]: the items whose readiness and duty hours are known; those that became ready off duty; int64
        microseconds until the opening, and what of it the organisation's and the longer hours would spare.
        """
        duty, began = facts.duty, facts.causes.starts.began
        ready = facts.enabled + facts.causes.parts[:, CUSTOMER]
        outside = facts.of_party(Party.CUSTOMER, Party.THIRD_PARTY, Party.SYSTEM)[facts.activity]
        # The readiness of a case's first item is known only from the case's arrival.
        known = ((facts.enabler >= 0) | (facts.wait > 0)) & ~outside & ~facts.by_design & ~facts.causes.unknown & (duty.opening >= 0)
        # What a system's retry made late is lost to the retry (P26).
        items = facts.rework.items
        retried = facts.of_party(Party.SYSTEM)[facts.activity] & (items.previous[items.of_row] >= 0)
        known &= ~((facts.enabler >= 0) & retried[facts.enabler])
        off = np.zeros(len(ready), dtype=bool)
        until, house, longer = (np.zeros(len(ready), dtype=np.int64) for _ in range(3))
        for number, at in each_group(np.where(known, duty.opening, -1)):
            if number < 0:
                continue
            opening = duty.calendars[number]
            opens_again = opening.worked(ready[at]) < opening.worked(opening.span[1])
            rows = at[opens_again & ~opening.is_open(ready[at]) & (facts.causes.parts[at, CLOSED] > 0)]
            until[rows] = np.minimum(np.minimum(opening.add(ready[rows], 1), began[rows]) - ready[rows], facts.causes.parts[rows, CLOSED])
            off[rows] = until[rows] > 0
            worked = np.maximum(opening.between(ready[rows], began[rows]), 1)
            extended = self._extended(opening)
            longer[rows] = np.clip(began[rows] - extended.add(ready[rows], worked), 0, until[rows])
            if duty.organisation >= 0:
                wider = opening.union(duty.calendars[duty.organisation])
                house[rows] = np.clip(began[rows] - wider.add(ready[rows], worked), 0, until[rows])
        return known, off, until, house, longer

    def _extended(self, opening: BusinessCalendar) -> BusinessCalendar:
        hours = f"Mon-Sun {_clock(self.open_from)}-{_clock(self.open_to)}"
        return opening.union(BusinessCalendar.of(hours, opening.zone, *opening.span))

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        _, _, _, house, longer = self._waits(facts)
        calendars, opening = facts.duty.calendars, int(np.bincount(facts.duty.opening[finding.rows]).argmax())
        as_house = self._as_house(house, longer, finding.rows)
        wider = calendars[opening].union(calendars[facts.duty.organisation]) if as_house else self._extended(calendars[opening])
        return (Opened(role_of(facts, finding), wider),)

    @staticmethod
    def _as_house(house: np.ndarray, longer: np.ndarray, rows: np.ndarray) -> bool:
        return int(house[rows].sum()) >= int(longer[rows].sum()) / 2


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"
