"""Changes to what comes: when cases come, how many, and how soon customers answer."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY
from bankmine.twin.change import Change, OfRows
from bankmine.twin.office import BY_INSTANCE, Office
from bankmine.twin.queues import OpenHours
from bankmine.words import Text


@dataclass(frozen=True, eq=False, slots=True)
class Appointed(OfRows):
    """Cases come at another time: `shift` int64 [cases of the log] microseconds; `rows`: the work that comes elsewhen."""

    shift: np.ndarray

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"{int((self.shift != 0).sum()):,} 件改在其他时间到达", en=f"{int((self.shift != 0).sum()):,} cases come at another time"
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        by = self.shift[facts.case[office.row]]
        return replace(office, arrives=office.arrives + np.where(office.enabler < 0, by, 0), came=office.came + by, was=office.was + by)


@dataclass(frozen=True, slots=True)
class Answered(Change):
    """Customers answer this step within so many days."""

    activity: int
    days: float

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.activity]}」客户在 {self.days:g} 天内答复",
            en=f"customers answer “{office.names[self.activity]}” within {self.days:g} d",
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        asked = np.flatnonzero((office.enabler >= 0) & (office.activity[office.enabler] == self.activity))
        limit = round(self.days * DAY)
        wait, hold, came = office.wait, office.hold, office.came.copy()
        delay = np.where(office.queued, hold, wait)
        late = asked[delay[asked] > limit]
        hours, owed = [OpenHours(calendar.begin, calendar.end) for calendar in office.calendars], dict[int, float]()
        for row in late.tolist():
            # By whole open days, so that the answer comes at the same time of day.
            sooner = int(delay[row]) - limit
            moved = hours[office.opening[row]].moved(int(came[row]), -sooner, owed) if office.keeps[row] else int(came[row]) - sooner
            came[row] = max(moved, int(office.was[row]))
        delay = np.minimum(delay, came - office.was)
        return replace(office, came=came, hold=np.where(office.queued, delay, hold), wait=np.where(office.queued, wait, delay))


@dataclass(frozen=True, slots=True)
class Demand(Change):
    """So many times the cases: copies of cases drawn at random come when another case came, or cases drawn at random do not come."""

    last = True

    by: float
    seed: int = 1

    def said(self, office: Office) -> Text:
        return Text(zh=f"业务量 ×{self.by:g}", en=f"demand × {self.by:g}")

    def apply(self, office: Office, facts: Facts) -> Office:
        rng, cases = np.random.default_rng(self.seed), int(office.case.max()) + 1
        if self.by <= 1:
            return office.only(np.isin(office.case, rng.permutation(cases)[: max(round(self.by * cases), 1)]))
        more = round((self.by - 1) * cases)
        drawn, at = rng.integers(0, cases, more), rng.integers(0, cases, more)
        offsets = np.searchsorted(office.case, np.arange(cases + 1))
        length, begin = np.diff(offsets)[drawn], facts.case_begin[facts.case[office.row[offsets[:-1]]]]
        copy_of = np.repeat(np.arange(more), length)
        row = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(offsets[drawn], length)
        shift = (begin[at] - begin[drawn])[copy_of]
        place = np.cumsum(length) - length + len(office.case)
        moved = np.where(office.enabler[row] >= 0, office.enabler[row] - offsets[drawn][copy_of] + place[copy_of], -1)
        joined = np.where(office.also[row] >= 0, office.also[row] - offsets[drawn][copy_of] + place[copy_of], -1)
        added = {
            "case": cases + copy_of, "enabler": moved, "also": joined, "arrives": office.arrives[row] + shift,
            "came": office.came[row] + shift, "was": office.was[row] + shift,
        }  # fmt: skip
        added = {name: getattr(office, name)[row] for name in BY_INSTANCE} | added
        wider: Any = {name: np.concatenate([getattr(office, name), values]) for name, values in added.items()}
        return replace(office, **wider)
