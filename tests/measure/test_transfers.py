from bankmine.measure.enablement import Enablement
from bankmine.measure.roles import Roles
from bankmine.measure.transfers import Transfers
from tests.textlog import textlog


def test_a_transfer_is_from_the_enabler_and_missing_values_make_none() -> None:
    log = textlog(
        "c1: a 0-1 @ann role=clerk channel=web | b 3-4 @bob role=chief channel=web | c 9-10 @eve role=clerk channel=branch ; "
        "c2: a 0-1 @ann role=clerk | b 5-6 @bob role=chief"
    )
    table = Transfers.of(log, Enablement.of(log), Roles.of(log)).table
    assert table[["dimension", "source", "target", "count", "cases", "total_s"]].values.tolist() == [
        ["role", "clerk", "chief", 2, 2, 6 * 3600.0],
        ["role", "chief", "clerk", 1, 1, 5 * 3600.0],
        ["channel", "web", "branch", 1, 1, 5 * 3600.0],
    ]


def test_without_the_columns_there_is_nothing_to_hand_over() -> None:
    log = textlog("c1: a 0-1 @ann | b 3-4 @bob")
    transfers = Transfers.of(log, Enablement.of(log), Roles.of(log))
    assert transfers.table.empty and transfers.blocks() == []
