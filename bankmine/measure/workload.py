"""Load of roles and people, their queues, and idle capacity while work waited (definitions §1.12 pool view, §5)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bankmine.hours import WEEKDAYS
from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.business import business_hours
from bankmine.measure.busy import on_duty
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement
from bankmine.measure.parties import by_staff
from bankmine.measure.roles import Roles
from bankmine.measure.shifts import shifts
from bankmine.measure.spans import Pieces, Spans
from bankmine.measure.week import HOUR, HourOfWeek
from bankmine.process.definition import Understanding
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.bootstrap import case_sums
from bankmine.stats.grouped import grouped_sum
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7 * DAY
FEWEST_WEEKS = 8
SHOWN_HOURS = 8
MANNED = 0.5  # of the role's people on duty in its fullest hour: fewer is the odd extra shift


@dataclass(frozen=True, eq=False)
class Workload(Shown):
    """The work of the bank's people against their time on duty; what nobody known did is left out.

    Arrays [roles]: `people`; `items`; `busy_s`, `duty_s`: seconds of its people inside their duty hours, from the day of each one's
    first stamp to that of the last; `load` = busy / duty; `load_low`: the lower end of its 90 % interval from weeks drawn with
    replacement, NaN under eight weeks; all NaN where no duty hours are known. `queue_s`: waiting inside opening hours, all of it where
    they are unknown; `idle_while_queued_s`: duty time of people at no work while an item of their role waited.
    Arrays [roles, 168] by hour of the week on the wall clock, from Monday 00:00, means over the log's weeks: `arrivals`: items
    that become ready in the hour; `duty_people` (NaN: unknown), `busy_people`, `queue`: heads. `occurrences` [168]: how often the
    log has the hour.
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
    duty_people: np.ndarray
    busy_people: np.ndarray
    queue: np.ndarray
    occurrences: np.ndarray
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
        staffed = by_staff(understanding)[log.activity]
        who = np.where(staffed, log.resource, -1)
        role = np.where(who >= 0, roles.of_instance, -1)
        size, count = len(roles.names), len(log.resources)
        end = np.where(log.end == UNKNOWN_TIME, began, np.maximum(log.moment, began))
        first, last = int(log.case_start.min()), int(log.case_end.max())
        hour = HourOfWeek.of(first, last, log.source.timezone)

        present = shifts(who, began, end, duty)
        pieces = Pieces.of(present, Spans.of(who, began, end))
        on_shift, at_work = pieces.counts[:, 0] > 0, pieces.counts[:, 1] > 0
        idle, work, worked = (pieces.where(test) for test in (on_shift & ~at_work, at_work, on_shift & at_work))

        mine = np.where(np.isin(np.arange(count), who), roles.of_resource, -1)
        has_duty = np.isin(np.arange(count), present.group)
        person_busy, person_duty = (
            np.where(has_duty, grouped_sum(spans.end - spans.begin, spans.group, count) / SECOND, np.nan) for spans in (worked, present)
        )
        counts = has_duty & (mine >= 0)
        known = np.isin(np.arange(size), mine[counts])
        busy, on = (np.where(known, np.bincount(mine[counts], seconds[counts], size), np.nan) for seconds in (person_busy, person_duty))
        weeks = np.arange(hour.edges[0] - hour.of_hour[0] * HOUR, last + WEEK + 1, WEEK)
        weekly = [_by_role(spans, mine).total(size, weeks) / SECOND for spans in (worked, present)]

        waiting, items = Spans.of(role, enablement.enabled, began), np.flatnonzero(role >= 0)
        both = Pieces.of(_by_role(idle, mine), waiting)
        pooled = both.counts[:, 0] * (both.counts[:, 1] > 0) * (both.end - both.begin)
        row = np.flatnonzero((role >= 0) & (began > enablement.enabled))
        in_opening = on_duty(duty.calendars, duty.opening[row], enablement.enabled[row], began[row])
        return cls(
            roles.names,
            log.resources,
            np.bincount(mine[mine >= 0], minlength=size),
            np.bincount(role[items], minlength=size),
            busy,
            on,
            _load_low(*weekly),
            grouped_sum(in_opening, role[row], size) / SECOND,
            np.where(known, grouped_sum(pooled, both.group, size) / SECOND, np.nan),
            hour.counted(role[items], enablement.enabled[items], size),
            np.where(known[:, None], hour.heads(_by_role(present, mine), size), np.nan),
            hour.heads(_by_role(work, mine), size),
            hour.heads(waiting, size),
            hour.occurrences,
            mine,
            np.bincount(who[who >= 0], minlength=count),
            person_busy,
            person_duty,
            idle,
            (role, who, enablement.enabled, began),
        )

    @property
    def load(self) -> np.ndarray:
        """float64 [roles]: share of the duty time at work."""
        return _over(self.busy_s, self.duty_s)

    @property
    def person_load(self) -> np.ndarray:
        """float64 [resources]."""
        return _over(self.person_busy_s, self.person_duty_s)

    @property
    def queue_mean(self) -> np.ndarray:
        """float64 [roles]: items that wait at any time of the log, nights included."""
        return self.queue @ self.occurrences / max(int(self.occurrences.sum()), 1)

    @property
    def work_s(self) -> np.ndarray:
        """float64 [roles, 168]: the work that arrives in an hour: its arrivals, at the mean work of the role's items in duty time."""
        return self.arrivals * _over(self.busy_s, self.items)[:, None]

    @property
    def capacity_ratio(self) -> np.ndarray:
        """float64 [roles, 168]: the work that arrives in an hour against the duty time of that hour; NaN where nobody is on duty."""
        return _over(self.work_s, self.duty_people * 3600)

    def idle_peers(self) -> np.ndarray:
        """int64 [instances]: microseconds of the wait in which at least one other person of the item's role was on duty and idle."""
        return self._idle_peers

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

    @property
    def table(self) -> "pd.DataFrame":
        """One row per role that has people: seconds, shares and heads."""
        import pandas as pd

        shown = np.flatnonzero(self.people > 0)
        columns = ("people", "items", "busy_s", "duty_s", "load", "load_low", "queue_mean", "queue_s", "idle_while_queued_s")
        values = {name: np.asarray(getattr(self, name))[shown] for name in columns}
        return pd.DataFrame({"role": [self.roles[r] for r in shown.tolist()], **values})

    @property
    def people_table(self) -> "pd.DataFrame":
        """One row per person of a role, by name; who prints it hides the names."""
        import pandas as pd

        shown = np.flatnonzero(self.person_role >= 0)
        names = {"resource": [self.resources[p] for p in shown.tolist()], "role": [self.roles[r] for r in self.person_role[shown].tolist()]}
        columns = ("items", "busy_s", "duty_s", "load")
        return pd.DataFrame({**names, **{name: np.asarray(getattr(self, f"person_{name}"))[shown] for name in columns}})

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
                float(self.queue_mean[r]),
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
        """The hours of the week in which most work arrives for those on duty, among the hours that a role usually works."""
        on = self.duty_people[shown]
        manned = on >= MANNED * on.max(axis=1, keepdims=True)
        ratio = np.where(manned, np.nan_to_num(self.capacity_ratio[shown], nan=-1.0), -1.0)
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
                Text(zh=f"周{'一二三四五六日'[h // 24]} {h % 24:02d} 时", en=f"{WEEKDAYS[h // 24]} {h % 24:02d}:00"),
                float(self.arrivals[shown[r], h]),
                float(self.duty_people[shown[r], h]),
                float(ratio[r, h]),
                float(self.queue[shown[r], h]),
            )
            for r, h in zip(role.tolist(), hour.tolist(), strict=True)
            if ratio[r, h] > 0
        ]
        return [TableBlock(columns, rows, caption=Text(zh="一周中最忙的时段", en="The busiest hours of the week"))] if rows else []


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """float64, as both: part / whole, NaN where the whole is nothing."""
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _by_role(spans: Spans, role: np.ndarray) -> Spans:
    """A person's spans as those of the person's role; `role` [resources]."""
    return Spans.of(role[spans.group], spans.begin, spans.end)


def _load_low(busy: np.ndarray, on: np.ndarray) -> np.ndarray:
    """float64 [roles]: the 5 % end of busy / on duty [roles, weeks] under weeks drawn with replacement."""
    size, weeks = on.shape
    result = np.full(size, np.nan)
    if weeks < FEWEST_WEEKS:
        return result
    sums = case_sums(np.concatenate([busy, on]).T)
    ratio = _over(sums[:, :size], sums[:, size:])
    enough = ((on > 0).sum(axis=1) >= FEWEST_WEEKS) & ~np.isnan(ratio).any(axis=0)
    result[enough] = np.quantile(ratio[:, enough], 0.05, axis=0)
    return result
