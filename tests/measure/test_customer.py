from collections.abc import Callable

from bankmine.measure.customer import CustomerWaits
from bankmine.process.definition import Kind, Party, Understanding
from tests.textlog import HOUR, textlog

KNOWN = {"offer": (Party.BANK, Kind.OFFER), "accept": (Party.CUSTOMER, Kind.CUSTOMER_REPLY), "ask": (Party.CUSTOMER, Kind.ENQUIRY)}


def test_the_customer_is_waited_for_from_the_first_offer_to_the_answer(meaning: Callable[..., Understanding]) -> None:
    log = textlog("c1: check 0-1 | offer 2-3 | ask 10-11 | offer 20-21 | accept 30-31 | pay 32-33 ; c2: offer 0-1 | close 9")
    waits = CustomerWaits.of(log, meaning(log, **KNOWN))
    assert waits.known
    assert (waits.duration / HOUR).tolist() == [27, 8]  # c1: 3 to 30; c2 was never answered: 1 to 9
    assert (waits.answered >= 0).tolist() == [True, False]
    labels = [log.activities[a] for a in log.activity[waits.inside]]
    assert labels == ["ask", "offer", "accept", "close"]


def test_a_log_without_answers_says_so(meaning: Callable[..., Understanding]) -> None:
    log = textlog("c1: check 0-1 | close 9")
    assert not CustomerWaits.of(log, meaning(log)).known


def test_an_offer_answered_in_the_first_row_of_the_log_is_not_answered_later(meaning: Callable[..., Understanding]) -> None:
    log = textlog("c1: accept 1-2 | offer 3-4 | close 9 ; c2: offer 0-5 | accept 3-6")
    waits = CustomerWaits.of(log, meaning(log, **KNOWN))
    assert (waits.duration / HOUR).tolist() == [5, 0], "an answer that began before the offer was made ends no wait before it begins"
    assert waits.answered.tolist() == [-1, 4]
    assert waits.asked.tolist() == [1, 3] and waits.inside.tolist() == [False, False, True, False, True]
