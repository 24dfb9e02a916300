"""Rework: work items of an activity that a case has had before (definitions §2.2)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, EventLog
from bankmine.measure.business import CalendarUsed, business_hours, business_time
from bankmine.measure.customer import answers, kinds
from bankmine.measure.duty import Duty
from bankmine.process.definition import Kind, Understanding
from bankmine.show.blocks import Block, Column, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import distinct, grouped_sum, numbered
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 15


@dataclass(frozen=True, eq=False)
class Items:
    """Work items in canonical order of their first session; arrays [items].

    `row` int64: first session, for an item that nobody has begun the next instance of the case (its last if there is none);
    `worked` bool: the item has sessions; `began`, `ended` int64 UTC microseconds; `case`, `activity`, `resource` (of the first
    session) int32; `sessions` int64. `previous` int64: index of the previous item of the same case and activity, -1 if none;
    `run` bool: begins a maximal run of its activity. `customer_between` bool: a customer's event or a request to the customer
    lies between the previous item and this one. `of_row` int64 [instances]: the item of each session. Activities that may
    occur several times in a case (one per offer, collateral, co-borrower) have `previous` = -1 throughout: their repeats are
    not rework. Items that nobody has begun count where their activity was also worked on in the case.
    """

    row: np.ndarray
    worked: np.ndarray
    began: np.ndarray
    ended: np.ndarray
    case: np.ndarray
    activity: np.ndarray
    resource: np.ndarray
    sessions: np.ndarray
    previous: np.ndarray
    run: np.ndarray
    customer_between: np.ndarray
    of_row: np.ndarray

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding) -> "Items":
        _, inverse, sessions = numbered(log.item, int(log.item.max(initial=-1)) + 1)
        rows = np.arange(len(log))
        first, last = np.empty((2, len(sessions)), dtype=np.int64)
        first[inverse[::-1]], last[inverse] = rows[::-1], rows  # of the rows of one item, the last that is written stays
        queued, place = _queued(log)
        # A queued item stands before the instance at its place.
        order = np.argsort(np.concatenate([2 * first + 1, 2 * place]), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))

        def both(of_items: np.ndarray, of_queued: np.ndarray) -> np.ndarray:
            return np.concatenate([of_items, of_queued])[order]

        stand_in = np.minimum(place, log.offsets[1:][log.waiting.case[queued]] - 1)
        row, last_row = both(first, stand_in), both(last, place - 1)
        case = both(log.case[first], log.waiting.case[queued])
        activity = both(log.activity[first], log.waiting.activity[queued])
        run = np.ones(len(row), dtype=bool)
        run[1:] = (case[1:] != case[:-1]) | (activity[1:] != activity[:-1])
        several = np.array([meaning.multi_instance for meaning in understanding.activities], dtype=bool)
        by_activity = np.argsort(case.astype(np.int64) * (len(several) + 1) + activity, kind="stable")
        same = (case[by_activity][1:] == case[by_activity][:-1]) & (activity[by_activity][1:] == activity[by_activity][:-1])
        previous = np.full(len(row), -1, dtype=np.int64)
        previous[by_activity[1:][same]] = by_activity[:-1][same]
        previous[several[activity]] = -1
        with_customer = answers(understanding) | kinds(understanding, Kind.REQUEST_TO_CUSTOMER, Kind.OFFER)
        seen = np.concatenate(([0], np.cumsum(with_customer[log.activity])))
        between = (previous >= 0) & (seen[row] > seen[last_row[previous] + 1])
        nobody = np.full(len(queued), -1, dtype=np.int32)
        time = log.waiting.time[queued]
        return cls(
            row,
            both(np.ones(len(first), dtype=bool), np.zeros(len(queued), dtype=bool)),
            both(log.began[first], time),
            both(log.moment[last], time),
            case,
            activity,
            both(log.resource[first], nobody),
            both(sessions, nobody * 0 + 1),
            previous,
            run,
            between,
            rank[inverse],
        )


def _queued(log: EventLog) -> tuple[np.ndarray, np.ndarray]:
    """Items that nobody has begun and whose activity was worked on in the case: their index in `log.waiting`, and how many
    instances of the log stand before each in canonical order.
    """
    waiting, size = log.waiting, len(log.activities)
    worked = distinct(log.case.astype(np.int64) * size + log.activity)
    queued = np.flatnonzero(np.isin(waiting.case.astype(np.int64) * size + waiting.activity, worked))
    later = np.concatenate([np.zeros(len(log), dtype=np.int64), np.ones(len(queued), dtype=np.int64)])
    order = np.lexsort((later, np.concatenate([log.moment, waiting.time[queued]]), np.concatenate([log.case, waiting.case[queued]])))
    before = np.cumsum(later[order] == 0)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = before
    return queued, place[len(log) :]


@dataclass(frozen=True, eq=False)
class ReworkCounts:
    """What `Rework` tells of, int64 [activities] each, times in microseconds; those of parts of a log, cut by case, are added.

    `cases_with_rework`: a number of cases; `business_detour`: None without an organisation's calendar; `used` names that.
    """

    cases_with_rework: int
    cases: np.ndarray
    rework_cases: np.ndarray
    extra: np.ndarray
    self_loop_extra: np.ndarray
    customer_caused: np.ndarray
    repeat: np.ndarray
    redo: np.ndarray
    resumed_extra: np.ndarray
    detour: np.ndarray
    business_detour: np.ndarray | None
    used: CalendarUsed

    @classmethod
    def of(cls, items: Items, size: int, duty: Duty) -> "ReworkCounts":
        """Of so many activities."""

        def per_activity(mask: np.ndarray) -> np.ndarray:
            return np.bincount(items.activity[mask], minlength=size)

        pair = items.case.astype(np.int64) * size + items.activity
        extra = items.previous >= 0
        before = items.resource[items.previous]
        both_known = extra & (items.resource >= 0) & (before >= 0)
        # Detour: rows of `pair` that begin a later run; the last run's start minus the first run's end.
        returns = np.flatnonzero(extra & items.run)
        groups, inverse = np.unique(pair[returns], return_inverse=True)
        last_start = np.full(len(groups), np.iinfo(np.int64).min)
        np.maximum.at(last_start, inverse, items.began[returns])
        first_end = np.full(len(groups), np.iinfo(np.int64).max)
        np.minimum.at(first_end, inverse, items.ended[items.previous[returns]])
        last_start = np.maximum(last_start, first_end)
        organisation = np.full(len(groups), duty.organisation)
        business = None
        if duty.organisation >= 0:
            business = grouped_sum(business_time(duty, organisation, first_end, last_start), groups % size, size)
        return cls(
            cases_with_rework=len(distinct(items.case[extra])),
            cases=np.bincount(distinct(pair) % size, minlength=size),
            rework_cases=np.bincount(distinct(pair[extra]) % size, minlength=size),
            extra=per_activity(extra),
            self_loop_extra=per_activity(extra & ~items.run),
            customer_caused=per_activity(items.customer_between),
            repeat=per_activity(both_known & (items.resource == before)),
            redo=per_activity(both_known & (items.resource != before)),
            resumed_extra=grouped_sum(items.sessions - 1, items.activity, size),
            detour=grouped_sum(last_start - first_end, groups % size, size),
            business_detour=business,
            used=CalendarUsed.of(duty, organisation, first_end, last_start),
        )


@dataclass(frozen=True, eq=False)
class Rework(Shown):
    """Per activity, arrays [activities] in order of the log's activities.

    `cases`: with the activity; `rework_cases`: with more than one item of it; `extra` = `self_loop_extra` +
    `repetition_extra`: items beyond the first; `repeat`, `redo`: extra items by the same or another known person than the
    item before; `customer_caused`: extra items with a customer event or request since the item before, None where no
    party is known; `resumed_extra`: further sessions of an item, never rework; `detour_s`: from the end of the first to
    the start of the last run; `business_detour_s`: the same under the organisation's calendar, which `used` names, None without one.
    """

    activities: tuple[str, ...]
    items_known: bool
    known_items: Items | None
    cases_with_rework: int
    cases: np.ndarray
    rework_cases: np.ndarray
    extra: np.ndarray
    self_loop_extra: np.ndarray
    repetition_extra: np.ndarray
    customer_caused: np.ndarray | None
    repeat: np.ndarray
    redo: np.ndarray
    resumed_extra: np.ndarray
    detour_s: np.ndarray
    business_detour_s: np.ndarray | None
    used: CalendarUsed

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, duty: Duty) -> "Rework":
        items = Items.of(log, understanding)
        counts = ReworkCounts.of(items, len(log.activities), duty)
        return cls.result(log.items_known, understanding, counts, counts.used, items)

    @classmethod
    def result(
        cls, items_known: bool, understanding: Understanding, counts: "ReworkCounts", used: CalendarUsed, items: Items | None = None
    ) -> "Rework":
        """From the counts of all cases."""
        party_known = any(meaning.party is not None for meaning in understanding.activities)
        return cls(
            activities=tuple(meaning.label for meaning in understanding.activities),
            items_known=items_known,
            known_items=items,
            cases_with_rework=counts.cases_with_rework,
            cases=counts.cases,
            rework_cases=counts.rework_cases,
            extra=counts.extra,
            self_loop_extra=counts.self_loop_extra,
            repetition_extra=counts.extra - counts.self_loop_extra,
            customer_caused=counts.customer_caused if party_known else None,
            repeat=counts.repeat,
            redo=counts.redo,
            resumed_extra=counts.resumed_extra,
            detour_s=counts.detour / SECOND,
            business_detour_s=None if counts.business_detour is None else counts.business_detour / SECOND,
            used=used,
        )

    @property
    def items(self) -> Items:
        """The work items. Raises ValueError where the log came in parts, which are not kept."""
        if self.known_items is None:
            raise ValueError("the items of a log in parts are not kept")
        return self.known_items

    def _order(self) -> np.ndarray:
        return np.lexsort((np.arange(len(self.activities)), -self.rework_cases))

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        order = self._order()
        missing = np.full(len(order), None)
        return pd.DataFrame(
            {
                "activity": np.array(self.activities, dtype=object)[order],
                "cases": self.cases[order],
                "rework_cases": self.rework_cases[order],
                "extra": self.extra[order],
                "self_loop_extra": self.self_loop_extra[order],
                "repetition_extra": self.repetition_extra[order],
                "customer_caused": missing if self.customer_caused is None else self.customer_caused[order],
                "repeat": self.repeat[order],
                "redo": self.redo[order],
                "resumed_extra": self.resumed_extra[order],
                "detour_s": self.detour_s[order],
                "business_detour_s": missing if self.business_detour_s is None else self.business_detour_s[order],
            }
        )

    def blocks(self) -> list[Block]:
        order = [i for i in self._order() if self.rework_cases[i]]
        rows = [
            (
                self.activities[i],
                int(self.rework_cases[i]),
                float(self.rework_cases[i] / self.cases[i]),
                int(self.extra[i]),
                None if self.customer_caused is None else int(self.customer_caused[i]),
                int(self.repeat[i]),
                int(self.redo[i]),
                float(self.detour_s[i]),
                None if self.business_detour_s is None else business_hours(float(self.business_detour_s[i])),
            )
            for i in order[:SHOWN]
        ]
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="返工案件", en="Cases with rework"), "count"),
            Column(Text(zh="占该环节案件", en="of its cases"), "share"),
            Column(Text(zh="多做次数", en="Extra items"), "count"),
            Column(Text(zh="客户引起", en="Customer-caused"), "count"),
            Column(Text(zh="原人重做", en="Same person"), "count"),
            Column(Text(zh="换人重做", en="Other person"), "count"),
            Column(Text(zh="绕行时间合计", en="Total detour"), "duration"),
            Column(Text(zh="其中营业小时", en="In business hours"), "number"),
        )
        level = (
            Text(zh="按工作项计：同一工作项的多次处理不算返工。", en="Counted by work item: several sessions of one item are not rework.")
            if self.items_known
            else Text(
                zh="日志没有派单记录或任务编号：每次处理视为一个工作项。",
                en="The log has neither scheduling rows nor item numbers: each session counts as an item.",
            )
        )
        return [
            Paragraph(level),
            TableBlock(
                columns, rows, hidden=max(0, len(order) - SHOWN), caption=Text(zh="返工最多的环节", en="Activities with the most rework")
            ),
            *(self.used.blocks() if rows else ()),
        ]
