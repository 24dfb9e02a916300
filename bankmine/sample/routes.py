"""The way of a case through each process, with its choices."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bankmine.sample.office import Job, Team

if TYPE_CHECKING:
    from bankmine.sample.case import Case


@dataclass(slots=True)
class Thread:
    """A part of a case that goes its own way for a while; `go_on` is called once it is over."""

    over: bool = False
    go_on: Callable[[], None] | None = None

    def finish(self) -> None:
        self.over = True
        if self.go_on is not None:
            self.go_on()


Wish = int | tuple[Team, Job] | Thread  # the time at which to go on, or the work, or the thread, after which to go on
Route = Generator[Wish, None, None]
Journey = Generator[Wish, None, bool]  # returns whether the customer got what was wanted


def deposit(case: "Case") -> Journey:
    yield from case.begins("deposit.apply")
    yield from case.work("deposit.review")
    yield from case.documents("deposit.review", "deposit.request_documents", "deposit.supply_documents")
    if (yield from case.check("deposit.identify")):
        return False
    yield from case.system("deposit.screen", 20)
    if case.declined(0.03):
        yield from case.work("deposit.reject")
        return False
    yield from case.work("deposit.enter")
    if case.to_approve(case.large):
        yield from case.work("deposit.authorise")
    yield from case.system("deposit.account", 40)
    yield from case.work("deposit.handle")
    answered = yield from case.ask("deposit.ask_confirmation", "deposit.confirm", "deposit.withdraw")
    if answered:
        yield from case.work("deposit.print")
    return answered


def loan(case: "Case") -> Journey:
    yield from case.begins("loan.submit")
    yield from case.work("loan.enter")
    yield from case.work("loan.check_documents")
    yield from case.documents("loan.check_documents", "loan.request_documents", "loan.supply_documents")
    yield from case.both("loan.identify", "loan.credit_check", between=case.system("loan.score", 90))
    if (yield from case.check("loan.assess_risk")):
        return False
    if case.declined(0.18):
        yield from case.work("loan.reject")
        return False
    if case.to_approve(True):
        yield from case.work("loan.approve")
    yield from case.work("loan.prepare_offer")
    answered = yield from case.ask("loan.offer", "loan.sign", "loan.withdraw")
    if answered:
        yield from case.work("loan.disburse")
    return answered


def payment(case: "Case") -> Journey:
    yield from case.begins("payment.apply")
    if (yield from case.check("payment.review")):
        return False
    yield from case.documents("payment.review", "payment.request_documents", "payment.supply_documents")
    if case.declined(0.03):
        yield from case.work("payment.reject")
        return False
    yield from case.both("payment.enter", "payment.screen")
    if case.to_approve(case.large):
        yield from case.work("payment.authorise")
    yield from case.system("payment.process", 60)
    yield from case.work("payment.handle")
    answered = yield from case.ask("payment.ask_confirmation", "payment.confirm", "payment.withdraw")
    if answered:
        yield from case.work("payment.settle")
    return answered


def wealth(case: "Case") -> Journey:
    yield from case.begins("wealth.apply")
    yield from case.both("wealth.identify", "wealth.risk_profile")
    if (yield from case.check("wealth.qualify")):
        return False
    yield from case.documents("wealth.qualify", "wealth.request_documents", "wealth.supply_documents")
    if case.declined(0.06):
        yield from case.work("wealth.reject")
        return False
    yield from case.work("wealth.enter")
    if case.to_approve(True):
        yield from case.work("wealth.approve")
    yield from case.work("wealth.record")
    answered = yield from case.ask("wealth.offer", "wealth.sign", "wealth.withdraw")
    if answered:
        yield from case.system("wealth.debit", 30)
        yield from case.work("wealth.handle")
        yield from case.system("wealth.confirm", 30)
    return answered


def repayment(case: "Case") -> Route:
    for _ in range(case.pick("term", (1, 2, 3))):
        yield from case.contractual("loan.repay", 30.4)
    yield from case.contractual("loan.collect", 1.0)


def holding(case: "Case") -> Route:
    yield from case.contractual("wealth.hold", float(case.pick("term", (30, 60, 90))))
    yield from case.contractual("wealth.redeem", 1.0)
