"""The four processes as this bank runs them: roles and tasks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bankmine.sample import routes
from bankmine.sample.routes import Journey, Route
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.sample.case import Case


@dataclass(frozen=True, slots=True)
class Role:
    """The people of one kind: `people` at ten cases a day; `calls`: customers reach them by telephone."""

    name: Text
    people: int
    calls: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """Work at one step: who does it, mean minutes relative to the role's other tasks, coefficient of variation."""

    role: str
    minutes: float
    cv: float


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bank has laid out the process, as far as banks differ.

    `knock_out`: two checks of which a case has to pass both, in the order in which they ought to be done, and the share of the cases that
    each declines; `beside`: two steps that are begun at once; `simple`: share of the cases, by amount,
    that no one needs to approve; `first`: share of the cases whose segment is served first.
    """

    knock_out: Mapping[str, float] | None = None
    beside: tuple[str, ...] = ()
    simple: float | None = None
    first: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """One process. `returns`: steps that are repeated, first to last, when the last, a review, finds an error made at the first.

    `asks`: steps that await the customer's answer; `at_counter`: customers in the branch answer on the spot. `controls`: control
    steps that may be found skipped; `entry`, `approval`: the four eyes; `timeouts`: labels under which the bank closes a case.
    `chains`: successive steps of one role; `knock_out`: a usual check, and a cheap one that some banks have before it; `beside`: two steps
    of different roles that do not need each other; `handed_over`: steps that come from people of another role; `front`: the role of the
    first step.
    """

    process: str
    prefix: str
    roles: Mapping[str, Role]
    tasks: Mapping[str, Task]
    route: Callable[["Case"], Journey]
    contract: Callable[["Case"], Route] | None
    returns: tuple[tuple[str, ...], ...]
    asks: tuple[str, ...]
    at_counter: bool
    request: str
    controls: tuple[str, ...]
    approval: str
    entry: str
    systems: tuple[str, ...]
    chains: tuple[tuple[str, str], ...]
    knock_out: tuple[str, str]
    beside: tuple[str, ...]
    handed_over: tuple[str, ...]
    front: str
    enquiry: str
    timeouts: tuple[str, ...]
    products: tuple[tuple[Text, float], ...]
    median_amount: float
    layout: Layout = Layout()


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.process: model
        for model in (
            Model(
                process="deposit",
                prefix="D",
                route=routes.deposit,
                contract=None,
                roles=MappingProxyType(
                    {
                        "teller": Role(Text(zh="柜员", en="Teller"), 3),
                        "supervisor": Role(Text(zh="会计主管", en="Supervisor"), 2, calls=False),
                    }
                ),
                tasks=MappingProxyType(
                    {
                        "deposit.review": Task("teller", 10, 0.7),
                        "deposit.identify": Task("teller", 7, 0.6),
                        "deposit.enter": Task("teller", 12, 0.8),
                        "deposit.handle": Task("teller", 12, 0.9),
                        "deposit.ask_confirmation": Task("teller", 4, 0.5),
                        "deposit.print": Task("teller", 4, 0.5),
                        "deposit.request_documents": Task("teller", 6, 0.6),
                        "deposit.enquiry": Task("teller", 15, 0.8),
                        "deposit.authorise": Task("supervisor", 12, 0.9),
                        "deposit.reject": Task("supervisor", 8, 0.6),
                    }
                ),
                returns=(("deposit.enter", "deposit.authorise"),),
                asks=("deposit.ask_confirmation",),
                at_counter=True,
                request="deposit.request_documents",
                controls=("deposit.review", "deposit.identify"),
                approval="deposit.authorise",
                entry="deposit.enter",
                systems=("deposit.account",),
                chains=(("deposit.review", "deposit.identify"), ("deposit.handle", "deposit.ask_confirmation")),
                knock_out=("deposit.identify", "deposit.check_eligibility"),
                beside=(),
                handed_over=("deposit.authorise", "deposit.handle"),
                front="teller",
                enquiry="deposit.enquiry",
                timeouts=("deposit.timeout", "deposit.cancel"),
                products=(
                    (Text(zh="活期账户", en="Current account"), 0.5),
                    (Text(zh="定期存款", en="Time deposit"), 0.35),
                    (Text(zh="大额存单", en="Certificate of deposit"), 0.15),
                ),
                median_amount=30_000,
            ),
            Model(
                process="loan",
                prefix="L",
                route=routes.loan,
                contract=routes.repayment,
                roles=MappingProxyType(
                    {
                        "clerk": Role(Text(zh="信贷柜员", en="Loan clerk"), 3),
                        "analyst": Role(Text(zh="信贷审查员", en="Credit analyst"), 4),
                        "approver": Role(Text(zh="审批主管", en="Approver"), 2, calls=False),
                        "officer": Role(Text(zh="客户经理", en="Account officer"), 3),
                        "payer": Role(Text(zh="放款专员", en="Disbursement officer"), 2, calls=False),
                    }
                ),
                tasks=MappingProxyType(
                    {
                        "loan.enter": Task("clerk", 25, 0.8),
                        "loan.check_documents": Task("clerk", 20, 0.7),
                        "loan.identify": Task("clerk", 15, 0.6),
                        "loan.request_documents": Task("clerk", 10, 0.6),
                        "loan.credit_check": Task("analyst", 25, 0.6),
                        "loan.assess_risk": Task("analyst", 70, 1.0),
                        "loan.approve": Task("approver", 35, 0.9),
                        "loan.reject": Task("approver", 15, 0.6),
                        "loan.prepare_offer": Task("officer", 35, 0.8),
                        "loan.offer": Task("officer", 12, 0.5),
                        "loan.enquiry": Task("officer", 20, 0.8),
                        "loan.disburse": Task("payer", 25, 0.6),
                    }
                ),
                returns=(
                    ("loan.enter", "loan.check_documents"),
                    ("loan.enter", "loan.check_documents", "loan.identify", "loan.credit_check", "loan.assess_risk"),
                ),
                asks=("loan.offer",),
                at_counter=False,
                request="loan.request_documents",
                controls=("loan.identify", "loan.credit_check", "loan.assess_risk"),
                approval="loan.approve",
                entry="loan.enter",
                systems=("loan.score",),
                chains=(("loan.check_documents", "loan.identify"),),
                knock_out=("loan.assess_risk", "loan.fraud_check"),
                beside=("loan.identify", "loan.credit_check"),
                handed_over=("loan.credit_check", "loan.approve", "loan.prepare_offer"),
                front="clerk",
                enquiry="loan.enquiry",
                timeouts=("loan.timeout", "loan.cancel"),
                products=(
                    (Text(zh="个人消费贷款", en="Consumer loan"), 0.45),
                    (Text(zh="住房按揭贷款", en="Mortgage"), 0.35),
                    (Text(zh="小微企业贷款", en="Small business loan"), 0.2),
                ),
                median_amount=200_000,
            ),
            Model(
                process="payment",
                prefix="P",
                route=routes.payment,
                contract=None,
                roles=MappingProxyType(
                    {
                        "teller": Role(Text(zh="柜员", en="Teller"), 3),
                        "compliance": Role(Text(zh="合规专员", en="Compliance officer"), 2, calls=False),
                        "supervisor": Role(Text(zh="会计主管", en="Supervisor"), 2, calls=False),
                        "settlement": Role(Text(zh="清算专员", en="Settlement clerk"), 2),
                    }
                ),
                tasks=MappingProxyType(
                    {
                        "payment.review": Task("teller", 9, 0.7),
                        "payment.enter": Task("teller", 11, 0.8),
                        "payment.handle": Task("teller", 9, 0.9),
                        "payment.ask_confirmation": Task("teller", 4, 0.5),
                        "payment.request_documents": Task("teller", 6, 0.6),
                        "payment.enquiry": Task("teller", 14, 0.8),
                        "payment.screen": Task("compliance", 12, 1.1),
                        "payment.authorise": Task("supervisor", 12, 0.9),
                        "payment.reject": Task("supervisor", 8, 0.6),
                        "payment.settle": Task("settlement", 9, 0.6),
                    }
                ),
                returns=(("payment.enter", "payment.screen", "payment.authorise"),),
                asks=("payment.ask_confirmation",),
                at_counter=True,
                request="payment.request_documents",
                controls=("payment.review", "payment.screen"),
                approval="payment.authorise",
                entry="payment.enter",
                systems=("payment.process",),
                chains=(("payment.review", "payment.enter"), ("payment.handle", "payment.ask_confirmation")),
                knock_out=("payment.review", "payment.identify"),
                beside=("payment.enter", "payment.screen"),
                handed_over=("payment.screen", "payment.authorise", "payment.handle"),
                front="teller",
                enquiry="payment.enquiry",
                timeouts=("payment.timeout", "payment.cancel"),
                products=(
                    (Text(zh="境内汇款", en="Domestic transfer"), 0.6),
                    (Text(zh="跨境汇款", en="Cross-border transfer"), 0.2),
                    (Text(zh="票据结算", en="Bill settlement"), 0.2),
                ),
                median_amount=50_000,
            ),
            Model(
                process="wealth",
                prefix="W",
                route=routes.wealth,
                contract=routes.holding,
                roles=MappingProxyType(
                    {
                        "manager": Role(Text(zh="理财经理", en="Wealth manager"), 3),
                        "checker": Role(Text(zh="适当性审核岗", en="Suitability officer"), 3),
                        "operations": Role(Text(zh="运营专员", en="Operations clerk"), 3),
                        "supervisor": Role(Text(zh="主管", en="Supervisor"), 2, calls=False),
                    }
                ),
                tasks=MappingProxyType(
                    {
                        "wealth.risk_profile": Task("manager", 25, 0.7),
                        "wealth.record": Task("manager", 20, 0.5),
                        "wealth.offer": Task("manager", 12, 0.6),
                        "wealth.enquiry": Task("manager", 18, 0.8),
                        "wealth.identify": Task("checker", 10, 0.6),
                        "wealth.qualify": Task("checker", 25, 0.9),
                        "wealth.request_documents": Task("checker", 8, 0.6),
                        "wealth.enter": Task("operations", 15, 0.8),
                        "wealth.handle": Task("operations", 15, 0.9),
                        "wealth.approve": Task("supervisor", 15, 0.9),
                        "wealth.reject": Task("supervisor", 10, 0.6),
                    }
                ),
                returns=(("wealth.enter", "wealth.approve"),),
                asks=("wealth.offer",),
                at_counter=False,
                request="wealth.request_documents",
                controls=("wealth.identify", "wealth.risk_profile", "wealth.qualify", "wealth.record"),
                approval="wealth.approve",
                entry="wealth.enter",
                systems=("wealth.debit",),
                chains=(("wealth.record", "wealth.offer"),),
                knock_out=("wealth.qualify", "wealth.verify_funds"),
                beside=("wealth.identify", "wealth.risk_profile"),
                handed_over=("wealth.risk_profile", "wealth.qualify", "wealth.enter", "wealth.approve", "wealth.record"),
                front="checker",
                enquiry="wealth.enquiry",
                timeouts=("wealth.timeout", "wealth.cancel"),
                products=(
                    (Text(zh="固定收益类", en="Fixed income"), 0.6),
                    (Text(zh="混合类", en="Mixed"), 0.25),
                    (Text(zh="权益类", en="Equity"), 0.15),
                ),
                median_amount=100_000,
            ),
        )
    }
)
