"""Load of roles and people, their queues, and idle capacity while work waited (definitions §1.12 pool view, §5)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.business import business_hours
from bankmine.measure.busy import Busy, on_duty
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.roles import Roles
from bankmine.measure.spans import Pieces, Spans
from bankmine.measure.week import HourOfWeek
from bankmine.process.definition import Kind, Party, Understanding
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.bootstrap import case_sums
from bankmine.stats.grouped import grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7 * DAY
A_MONDAY = 4 * DAY  # 1970-01-05
FEWEST_WEEKS = 8
OUTSIDE = (Party.CUSTOMER, Party.THIRD_PARTY, Party.SYSTEM)
CALLS = (Kind.ENQUIRY, Kind.COMPLAINT)  # answered by staff, whoever calls
SHOWN_HOURS = 8


@dataclass(frozen=True, eq=False)
class Workload(Shown):
    """The work of the bank's people against their time on duty.

    Arrays [roles]: `people`; `items`; `busy_s`, `duty_s`: seconds inside duty hours, of each person from the first to the last
    working slot with a stamp; `load` = busy / duty; `load_low`: the lower end of its 90 % interval from weeks drawn with replacement,
    NaN under eight weeks; all NaN where no duty hours are known. `queue_s`: waiting inside opening hours; `idle_while_queued_s`: duty
    time of people at no work while an item of their role waited.
    Arrays [roles, 168] by hour of the week on the wall clock, from Monday 00:00, means over the log's weeks: `arrivals`: items
    that become ready in the hour; `work_s`: the seconds of work they bring; `duty_people`, `busy_people`, `queue`: heads.
    Arrays [resources]: `person_role` (-1: none), `person_items`, `person_busy_s`, `person_duty_s`. `idle`: each person's idle time.
    """

    roles: tuple[str, ...]
    resources: tuple[str, ...]
    people: np.ndarray
    items: np.ndarray
    busy_s: np.ndarray
    duty_s: np.ndarray
    load_low: np.ndarray
    queue_s: np.ndarray
    idle_while_queued_s: np.ndarray
    arrivals: np.ndarray
    work_s: np.ndarray
    duty_people: np.ndarray
    busy_people: np.ndarray
    queue: np.ndarray
    person_role: np.ndarray
    person_items: np.ndarray
    person_busy_s: np.ndarray
    person_duty_s: np.ndarray
    idle: Spans
    _waits: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # of each instance: role, person, from, until

    @classmethod
    def of(
        cls, log: EventLog, enablement: Enablement, understanding: Understanding, roles: Roles, duty: Duty, began: np.ndarray
    ) -> "Workload":
        """`began` int64 [instances]: when each instance began, as recorded or estimated."""
        outside = np.array([m.party in OUTSIDE and m.kind not in CALLS for m in understanding.activities], dtype=bool)[log.activity]
        who = np.where(outside, -1, log.resource)
        role = np.where(who >= 0, roles.of_instance, -1)
        size, count = len(roles.names), len(log.resources)
        end = np.where(log.end == UNKNOWN_TIME, began, np.maximum(log.moment, began))
        waiting = Spans.of(role, enablement.enabled, began)

        present = _presence(who, began, end, duty)
        mine = np.where(np.isin(np.arange(count), who), roles.of_resource, -1)
        busy = Busy.of(who, began, end, enablement.enabled, np.append(duty.of_resource, -1)[who], duty.calendars)
        person_of = np.full(len(busy.calendar), -1)
        person_of[busy.server[who >= 0]] = who[who >= 0]
        work = Spans(person_of[busy.segment_server], busy.begin, busy.end)
        pieces = Pieces.of(present, work)
        on_shift, at_work = pieces.counts[:, 0] > 0, pieces.counts[:, 1] > 0
        idle = pieces.where(on_shift & ~at_work)
        worked = pieces.where(on_shift & at_work)

        first = (int(log.case_start.min()) - A_MONDAY) // WEEK * WEEK + A_MONDAY
        weeks = np.arange(first, int(log.case_end.max()) + WEEK + 1, WEEK)
        on_duty_weeks, busy_weeks = (_by_role(spans, mine).total(size, weeks) / SECOND for spans in (present, worked))
        known = on_duty_weeks.sum(axis=1) > 0
        both = Pieces.of(_by_role(idle, mine), waiting)
        pooled = both.counts[:, 0] * (both.counts[:, 1] > 0) * (both.end - both.begin)
        row = np.flatnonzero((role >= 0) & (began > enablement.enabled))
        in_opening = on_duty(duty.calendars, duty.opening[row], enablement.enabled[row], began[row])

        def of_duty(values: np.ndarray) -> np.ndarray:
            return np.where(known, values, np.nan)

        hour = HourOfWeek.of(int(log.case_start.min()), int(log.case_end.max()), log.source.timezone)
        items = np.flatnonzero(role >= 0)
        ready = enablement.enabled[items]
        has_duty = np.bincount(present.group, minlength=count) > 0
        return cls(
            roles.names,
            log.resources,
            np.bincount(mine[mine >= 0], minlength=size),
            np.bincount(role[items], minlength=size),
            of_duty(busy_weeks.sum(axis=1)),
            of_duty(on_duty_weeks.sum(axis=1)),
            _load_low(busy_weeks, on_duty_weeks),
            grouped_sum(in_opening, role[row], size) / SECOND,
            of_duty(grouped_sum(pooled, both.group, size) / SECOND),
            hour.counted(role[items], ready, size),
            hour.counted(role[items], ready, size, (end - began)[items] / SECOND),
            hour.heads(_by_role(present, mine), size),
            hour.heads(_by_role(work, mine), size),
            hour.heads(waiting, size),
            mine,
            np.bincount(who[who >= 0], minlength=count),
            np.where(has_duty, grouped_sum(worked.end - worked.begin, worked.group, count) / SECOND, np.nan),
            np.where(has_duty, grouped_sum(present.end - present.begin, present.group, count) / SECOND, np.nan),
            idle,
            (role, who, enablement.enabled, began),
        )

    @property
    def load(self) -> np.ndarray:
        """float64 [roles]: share of the duty time at work."""
        return np.divide(self.busy_s, self.duty_s, out=np.full(len(self.roles), np.nan), where=self.duty_s > 0)

    @property
    def person_load(self) -> np.ndarray:
        """float64 [resources]."""
        return np.divide(self.person_busy_s, self.person_duty_s, out=np.full(len(self.resources), np.nan), where=self.person_duty_s > 0)

    @property
    def capacity_ratio(self) -> np.ndarray:
        """float64 [roles, 168]: the work that arrives in an hour against the duty time of that hour; NaN where nobody is on duty."""
        on = self.duty_people * 3600
        return np.divide(self.work_s, on, out=np.full_like(on, np.nan), where=on > 0)

    @cached_property
    def _idle_peers(self) -> np.ndarray:
        role, who, begin, end = self._waits
        own = self.person_role[self.idle.group]
        people = _by_role(self.idle, self.person_role)
        # Weighted by one more than the person's number, a piece with one idle person tells who it is.
        at_once = Pieces.of(people, (people, self.idle.group[own >= 0] + 1))
        sole = at_once.counts[:, 0] == 1
        somebody = at_once.where(at_once.counts[:, 0] > 0)
        alone = Spans(at_once.counts[sole, 1] - 1, at_once.begin[sole], at_once.end[sole])
        result = np.zeros(len(role), dtype=np.int64)
        row = np.flatnonzero((role >= 0) & (end > begin))
        result[row] = somebody.within(role[row], begin[row], end[row])
        row = row[self.person_role[who[row]] == role[row]]
        result[row] -= alone.within(who[row], begin[row], end[row])
        return result

    def idle_peers(self) -> np.ndarray:
        """int64 [instances]: microseconds of the wait in which at least one other person of the item's role was on duty and idle."""
        return self._idle_peers

    @property
    def table(self) -> "pd.DataFrame":
        """One row per role that has people: seconds, shares and heads."""
        import pandas as pd

        shown = np.flatnonzero(self.people > 0)
        weeks = self.queue[shown].mean(axis=1)
        return pd.DataFrame(
            {
                "role": [self.roles[r] for r in shown.tolist()],
                "people": self.people[shown],
                "items": self.items[shown],
                "busy_s": self.busy_s[shown],
                "duty_s": self.duty_s[shown],
                "load": self.load[shown],
                "load_low": self.load_low[shown],
                "queue_mean": weeks,
                "queue_s": self.queue_s[shown],
                "idle_while_queued_s": self.idle_while_queued_s[shown],
            }
        )

    @property
    def people_table(self) -> "pd.DataFrame":
        """One row per person of a role, by name; who prints it hides the names."""
        import pandas as pd

        shown = np.flatnonzero(self.person_role >= 0)
        return pd.DataFrame(
            {
                "resource": [self.resources[p] for p in shown.tolist()],
                "role": [self.roles[r] for r in self.person_role[shown].tolist()],
                "items": self.person_items[shown],
                "busy_s": self.person_busy_s[shown],
                "duty_s": self.person_duty_s[shown],
                "load": self.person_load[shown],
            }
        )

    @property
    def hours_table(self) -> "pd.DataFrame":
        """One row per role and hour of the week in which something arrives, waits, or somebody is on duty; means over the weeks."""
        import pandas as pd

        seen = (self.arrivals > 0) | (self.queue > 0) | (self.duty_people > 0) | (self.busy_people > 0)
        role, hour = np.nonzero(seen)
        columns = ("arrivals", "work_s", "duty_people", "busy_people", "queue", "capacity_ratio")
        values = {name: np.asarray(getattr(self, name))[role, hour] for name in columns}
        return pd.DataFrame({"role": [self.roles[r] for r in role.tolist()], "weekday": hour // 24, "hour": hour % 24, **values})

    def blocks(self) -> list[Block]:
        shown = np.flatnonzero(self.people > 0).tolist()
        if not shown:
            return []
        rows = [
            (
                self.roles[r],
                int(self.people[r]),
                int(self.items[r]),
                _known(self.load[r]),
                _known(self.load_low[r]),
                float(self.queue[r].mean()),
                business_hours(_known(self.idle_while_queued_s[r])),
            )
            for r in shown
        ]
        columns = (
            Column(Text(zh="岗位", en="Role"), "label"),
            Column(Text(zh="人数", en="People"), "count"),
            Column(Text(zh="件数", en="Items"), "count"),
            Column(Text(zh="负荷", en="Load"), "share"),
            Column(Text(zh="负荷下限", en="Load, low end"), "share"),
            Column(Text(zh="平均排队件数", en="Mean queue"), "number"),
            Column(Text(zh="有件排队时的空闲（小时）", en="Idle while work waited (h)"), "number"),
        )
        caption = Text(
            zh="各岗位的负荷与排队：负荷为当班时间中办理业务的份额", en="Load and queues by role: load is the share of duty time at work"
        )
        return [TableBlock(columns, rows, caption=caption), *self._busiest(shown)]

    def _busiest(self, shown: list[int]) -> list[Block]:
        """The hours of the week in which most more work arrives than can be done."""
        ratio = np.nan_to_num(self.capacity_ratio[shown], nan=-1.0)
        order = np.argsort(-ratio, axis=None, kind="stable")[:SHOWN_HOURS]
        role, hour = np.unravel_index(order, ratio.shape)
        columns = (
            Column(Text(zh="岗位", en="Role"), "label"),
            Column(Text(zh="时段", en="Hour"), "text"),
            Column(Text(zh="到件", en="Arrivals"), "number"),
            Column(Text(zh="当班人数", en="People on duty"), "number"),
            Column(Text(zh="到件工作量占产能", en="Arriving work of capacity"), "share"),
            Column(Text(zh="排队件数", en="Queue"), "number"),
        )
        rows = [
            (
                self.roles[shown[r]],
                Text(zh=f"周{'一二三四五六日'[h // 24]} {h % 24:02d} 时", en=f"{DAYS[h // 24]} {h % 24:02d}:00"),
                float(self.arrivals[shown[r], h]),
                float(self.duty_people[shown[r], h]),
                float(ratio[r, h]),
                float(self.queue[shown[r], h]),
            )
            for r, h in zip(role.tolist(), hour.tolist(), strict=True)
            if ratio[r, h] > 0
        ]
        return [TableBlock(columns, rows, caption=Text(zh="一周中最忙的时段", en="The busiest hours of the week"))] if rows else []


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _by_role(spans: Spans, role: np.ndarray) -> Spans:
    """A person's spans as those of the person's role; `role` [resources]."""
    return Spans.of(role[spans.group], spans.begin, spans.end)


def _presence(who: np.ndarray, began: np.ndarray, end: np.ndarray, duty: Duty) -> Spans:
    """The duty slots of each person, from the one at or before the first stamp to the one at or after the last; none without calendar."""
    people = len(duty.of_resource)
    first, last = np.full(people, np.iinfo(np.int64).max), np.full(people, np.iinfo(np.int64).min)
    known = who >= 0
    np.minimum.at(first, who[known], began[known])
    np.maximum.at(last, who[known], end[known])
    group, begin, until = [], [], []
    for person in np.flatnonzero((first <= last) & (duty.of_resource >= 0)).tolist():
        calendar = duty.calendars[duty.of_resource[person]]
        low = max(int(np.searchsorted(calendar.begin, first[person], side="right")) - 1, 0)
        high = int(np.searchsorted(calendar.end, last[person]))
        slots = slice(low, high + 1)
        begin.append(calendar.begin[slots])
        until.append(calendar.end[slots])
        group.append(np.full(len(begin[-1]), person, dtype=np.int64))
    if not group:
        empty = np.zeros(0, dtype=np.int64)
        return Spans(empty, empty, empty)
    return Spans(np.concatenate(group), np.concatenate(begin), np.concatenate(until))


def _load_low(busy: np.ndarray, on: np.ndarray) -> np.ndarray:
    """float64 [roles]: the 5 % end of busy / on duty [roles, weeks] under weeks drawn with replacement."""
    size, weeks = on.shape
    result = np.full(size, np.nan)
    if weeks < FEWEST_WEEKS:
        return result
    sums = case_sums(np.concatenate([busy, on]).T)
    ratio = np.divide(sums[:, :size], sums[:, size:], out=np.full((len(sums), size), np.nan), where=sums[:, size:] > 0)
    enough = ((on > 0).sum(axis=1) >= FEWEST_WEEKS) & ~np.isnan(ratio).any(axis=0)
    result[enough] = np.quantile(ratio[:, enough], 0.05, axis=0)
    return result
