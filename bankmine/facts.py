"""Facts: everything a pattern may read: the instances, the measures over them, and what the log can show."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from bankmine.log.eventlog import DAY, UNKNOWN_TIME, Attribute, EventLog
from bankmine.measure.causes import WaitingCauses
from bankmine.measure.customer import CustomerWaits
from bankmine.measure.cycle import CycleTime
from bankmine.measure.drift import FEWEST_WEEKS, Drift
from bankmine.measure.duty import Duty
from bankmine.measure.enablement import Enablement, case_begin
from bankmine.measure.endings import Endings
from bankmine.measure.handover import Handovers
from bankmine.measure.journey_figures import Complaints
from bankmine.measure.parties import by_staff, of_party
from bankmine.measure.rework import Rework
from bankmine.measure.roles import Roles
from bankmine.measure.training import TrainingNeeds
from bankmine.measure.waiting import by_design
from bankmine.measure.workload import Workload
from bankmine.model.rules import Verdicts
from bankmine.process.definition import Kind, Party, Understanding
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.words import Text

DAYS_FOR_A_YEARLY_FIGURE = 90

NEEDS: Mapping[str, Text] = MappingProxyType(
    {
        "start": Text(zh="各环节的开始时间", en="start times of the activities"),
        "resource": Text(zh="经办人", en="who did the work (resource)"),
        "role": Text(zh="岗位", en="the role of who did the work"),
        "calendar": Text(
            zh="工作时间（配置中的 [calendar]，或足够多的记录以推断）",
            en="duty hours ([calendar] in the configuration, or enough stamps to find them)",
        ),
        "customer_steps": Text(
            zh="哪些环节是向客户提出要求或报价、哪些是客户答复（流程定义或 [activities] 映射）",
            en="which activities ask or offer something to the customer and which are the answer "
            "(process definition or the [activities] mapping)",
        ),
        "requests": Text(zh="补件通知一类的环节", en="activities that request documents from the customer"),
        "approvals": Text(zh="哪些环节是审批", en="which activities are approvals"),
        "enquiries": Text(zh="客户查询、催办一类的环节", en="activities for customers' enquiries"),
        "channel": Text(zh="渠道", en="the channel (branch, online, mobile …) of each row"),
        "weeks_or_branches": Text(zh="至少 12 周的记录，或网点", en="records of at least 12 weeks, or the branch of each case"),
        "complaints": Text(zh="客户投诉的环节", en="activities for customers' complaints"),
        "endings": Text(zh="哪些环节以取消、撤回或超时结案", en="which activities end a case by cancellation, withdrawal or timeout"),
        "segregation": Text(
            zh="须分开办理的环节，如录入与审批（流程定义或本行规则）",
            en="steps to be kept apart, such as entry and approval (process definition or a rule of the bank's own)",
        ),
        "mandatory": Text(
            zh="必经环节、次序或时限等规则（流程定义或本行规则）",
            en="rules such as mandatory steps, their order or time limits (process definition or a rule of the bank's own)",
        ),
        "system_steps": Text(zh="哪些环节由系统完成", en="which activities a system performs"),
        "party": Text(zh="各环节由客户、银行还是系统办理", en="whether the customer, the bank or a system acts in each activity"),
        "groups": Text(zh="客户类型、渠道或产品", en="customer segment, channel or product"),
        "amounts": Text(zh="金额", en="amounts"),
        "segment": Text(
            zh="客户类型列，以及配置中声明的优先客群",
            en="the customer segment, and which segments are to be served first ([segments] priority in the configuration)",
        ),
    }
)


@dataclass(frozen=True, eq=False)
class Facts:
    """Arrays by instance, in canonical order, and the measures; patterns read these and never the log.

    `work` int64 microseconds, 0 where start or end is unknown; `by_design` bool, the instance's wait is agreed by contract;
    `enabled` int64 UTC microseconds; `causes` splits the waits; `duty` and `roles` by instance; `people`: names by code, for a
    finding's place only; `timezone`: the wall clock's; `priority`: the segments that the bank means to serve first;
    `has`: which of NEEDS this log meets.
    """

    names: tuple[str, ...]
    cases: int
    case: np.ndarray
    activity: np.ndarray
    resource: np.ndarray
    began: np.ndarray
    moment: np.ndarray
    wait: np.ndarray
    work: np.ndarray
    enabler: np.ndarray
    enabled: np.ndarray
    offsets: np.ndarray
    case_begin: np.ndarray
    understanding: Understanding
    cycle_time: CycleTime
    rework: Rework
    handovers: Handovers
    customer_waits: CustomerWaits
    endings: Endings
    roles: Roles
    duty: Duty
    causes: WaitingCauses
    workload: Workload
    verdicts: Verdicts
    training: TrainingNeeds
    drift: Drift
    complaints: Complaints
    people: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    numbers: Mapping[str, np.ndarray]
    timezone: str
    priority: tuple[str, ...]
    by_design: np.ndarray
    window_days: float
    has: frozenset[str]

    @classmethod
    def of(
        cls,
        log: EventLog,
        understanding: Understanding,
        enablement: Enablement,
        cycle_time: CycleTime,
        rework: Rework,
        handovers: Handovers,
        customer_waits: CustomerWaits,
        endings: Endings,
        roles: Roles,
        duty: Duty,
        causes: WaitingCauses,
        workload: Workload,
        verdicts: Verdicts,
        training: TrainingNeeds,
        drift: Drift,
        priority: tuple[str, ...] = (),
    ) -> "Facts":
        timed = log.start_known & (log.end != UNKNOWN_TIME)
        return cls(
            names=log.activities,
            cases=log.cases,
            case=log.case,
            activity=log.activity,
            resource=log.resource,
            began=log.began,
            moment=log.moment,
            wait=enablement.wait,
            work=np.where(timed, log.end - log.began, 0),
            enabler=enablement.enabler,
            enabled=enablement.enabled,
            offsets=log.offsets,
            case_begin=case_begin(log),
            understanding=understanding,
            cycle_time=cycle_time,
            rework=rework,
            handovers=handovers,
            customer_waits=customer_waits,
            endings=endings,
            roles=roles,
            duty=duty,
            causes=causes,
            workload=workload,
            verdicts=verdicts,
            training=training,
            drift=drift,
            complaints=Complaints.of(log, understanding, endings, of_party(understanding, Party.BANK)[log.activity]),
            people=log.resources,
            attributes=log.attributes,
            numbers=log.numbers,
            timezone=log.source.timezone,
            priority=priority,
            by_design=by_design(understanding)[log.activity],
            window_days=float(log.case_end.max() - log.case_start.min()) / DAY,
            has=needs_met(log, understanding, timed, customer_waits, roles, duty, verdicts, priority),
        )

    def of_kind(self, *kinds: Kind) -> np.ndarray:
        """bool [activities]."""
        return np.array([m.kind in kinds for m in self.understanding.activities], dtype=bool)

    def of_party(self, *parties: Party) -> np.ndarray:
        """bool [activities]."""
        return of_party(self.understanding, *parties)

    def of_step(self, *steps: str) -> np.ndarray:
        """bool [activities]: the label means one of these steps of the process definition."""
        return np.array([m.step is not None and m.step.id in steps for m in self.understanding.activities], dtype=bool)

    @cached_property
    def by_staff(self) -> np.ndarray:
        """bool [activities]: the bank's people are at work; enquiries and complaints they answer, whoever calls."""
        return by_staff(self.understanding)

    @cached_property
    def of_offers(self) -> np.ndarray:
        """bool [activities]: the bank offers or lays something before the customer."""
        return self.of_kind(Kind.OFFER)

    def cases_with(self, activities: np.ndarray) -> int:
        """How many cases have one of the activities (bool [activities])."""
        return len(distinct(self.case[activities[self.activity]]))

    @cached_property
    def avoidable(self) -> np.ndarray:
        """int64 [cases]: microseconds of cycle time that are not by design."""
        contractual = grouped_sum(np.where(self.by_design, self.wait, 0), self.case, self.cases)
        return np.maximum(self.cycle_time.of_case - contractual, 0)

    @cached_property
    def staff_work(self) -> np.ndarray:
        """int64 [instances]: work by the bank's people; enquiries and complaints are handled by them whoever calls."""
        return np.where(self.by_staff[self.activity], self.work, 0)


def _segments(log: EventLog) -> list[Attribute]:
    """The columns whose values may be served first."""
    return [log.attributes[name] for name in ("segment", "product") if name in log.attributes]


def needs_met(
    log: EventLog,
    understanding: Understanding,
    timed: np.ndarray,
    customer_waits: CustomerWaits,
    roles: Roles,
    duty: Duty,
    verdicts: Verdicts,
    priority: tuple[str, ...],
) -> frozenset[str]:
    meanings = understanding.activities
    # A rule that can be looked for, though what is missing in the log may leave it unknown in every case.
    applies = verdicts.applies & (verdicts.subject >= 0)
    apart = np.array([rule.kind in ("four_eyes", "segregation") for rule in verdicts.rules], dtype=bool)
    found = {
        "start": bool(timed.any()),
        "resource": bool((log.resource >= 0).any()),
        "role": roles.given,
        "calendar": duty.basis != "unknown",
        "customer_steps": customer_waits.known,
        "requests": any(m.kind is Kind.REQUEST_TO_CUSTOMER for m in meanings),
        "approvals": any(m.kind is Kind.APPROVAL for m in meanings),
        "segment": any(value in column.values for column in _segments(log) for value in priority),
        "amounts": "amount" in log.numbers,
        "groups": any(name in log.attributes for name in ("segment", "channel", "product")),
        "enquiries": any(m.kind is Kind.ENQUIRY for m in meanings),
        "channel": "channel" in log.attributes and bool((log.attributes["channel"].codes >= 0).any()),
        "weeks_or_branches": float(log.case_end.max() - log.case_start.min()) / DAY >= 7 * FEWEST_WEEKS or "branch" in log.attributes,
        "complaints": any(m.kind is Kind.COMPLAINT for m in meanings),
        "endings": any(m.outcome is not None for m in meanings),
        "segregation": bool((applies & apart & (verdicts.concerns.sum(axis=1) > 1)).any()),
        "mandatory": bool((applies & ~apart).any()),
        "system_steps": any(m.party is Party.SYSTEM for m in meanings),
        "party": any(m.party is not None for m in meanings),
    }
    return frozenset(name for name, met in found.items() if met)
