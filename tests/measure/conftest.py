"""Nothing is known of the activities unless a test says so."""

from collections.abc import Callable

import pytest

from bankmine.log.eventlog import EventLog
from bankmine.process.definition import ActivityMeaning, Kind, Party, Understanding

Meaning = tuple[Party | None, Kind | None]


@pytest.fixture
def meaning() -> Callable[..., Understanding]:
    """`meaning(log, reply=(Party.CUSTOMER, Kind.CUSTOMER_REPLY))`: the understanding of a log's activities."""

    def build(log: EventLog, several: tuple[str, ...] = (), **known: Meaning) -> Understanding:
        def one(label: str) -> ActivityMeaning:
            party, kind = known.get(label, (None, None))
            return ActivityMeaning(label, party=party, kind=kind, multi_instance=label in several)

        return Understanding(None, tuple(one(label) for label in log.activities))

    return build
