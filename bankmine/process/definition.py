"""A process definition: the steps a bank means to take, with who acts and what each step is for."""

from dataclasses import dataclass
from enum import StrEnum

from bankmine.words import Text


class Party(StrEnum):
    """Who acts in a step."""

    CUSTOMER = "customer"
    BANK = "bank"
    SYSTEM = "system"
    THIRD_PARTY = "third_party"


class Kind(StrEnum):
    """What a step is for."""

    WORK = "work"
    CONTROL = "control"  # required by law or by the bank's own rules
    CHECK = "check"  # a look at work already done, which no rule requires
    APPROVAL = "approval"
    CONTRACTUAL_WAIT = "contractual_wait"
    REQUEST_TO_CUSTOMER = "request_to_customer"
    OFFER = "offer"
    CUSTOMER_REPLY = "customer_reply"
    ENTRY = "entry"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    END = "end"


class Outcome(StrEnum):
    """How a case ends."""

    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled_by_bank"
    WITHDRAWN = "withdrawn_by_customer"
    TIMED_OUT = "timed_out"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a process definition.

    `outcome` on any step means that the case is closed once the step has happened (definitions §3.8).
    `mandatory` steps must happen before the step named in `before` (if any); `segregated_from` names the steps that
    the same person must not have done in the same case (four eyes). `expected_customer_days`: the calendar days a
    customer's answer to this request or offer is expected to take. `multi_instance`: several in one case are not rework.
    """

    id: str
    name: Text
    aliases: tuple[str, ...]
    party: Party
    kind: Kind
    mandatory: bool = False
    before: str | None = None
    segregated_from: tuple[str, ...] = ()
    outcome: Outcome | None = None
    expected_customer_days: float | None = None
    multi_instance: bool = False
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    """A process by name: its steps in their usual order, and the plan section that describes it."""

    id: str
    name: Text
    plan: str
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step | None:
        return next((s for s in self.steps if s.id == step_id), None)


@dataclass(frozen=True, slots=True)
class ActivityMeaning:
    """What one activity label of the log means, and how that is known.

    `party_from` and `kind_from`: definition | mapping | role | label | None (not known; then party or kind is None).
    """

    label: str
    step: Step | None = None
    party: Party | None = None
    party_from: str | None = None
    kind: Kind | None = None
    kind_from: str | None = None
    outcome: Outcome | None = None
    expected_customer_days: float | None = None
    multi_instance: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of every activity of a log, indexed by activity code, and the definition it was read against."""

    definition: ProcessDefinition | None
    activities: tuple[ActivityMeaning, ...]

    @property
    def matched_steps(self) -> tuple[str, ...]:
        """Ids of the definition's steps that the log shows, in the definition's order."""
        seen = {m.step.id for m in self.activities if m.step is not None}
        return tuple(s.id for s in self.definition.steps if s.id in seen) if self.definition else ()

    @property
    def unmatched_activities(self) -> tuple[str, ...]:
        return tuple(sorted(m.label for m in self.activities if m.step is None and m.kind_from != "mapping"))
