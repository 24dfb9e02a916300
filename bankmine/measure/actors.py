"""Who acts in an activity, where a column of the log names the customer, a third party, the bank or a system."""

from collections.abc import Mapping

import numpy as np

from bankmine.log.eventlog import EventLog
from bankmine.measure.roles import RoleCounts
from bankmine.process.definition import Party
from bankmine.process.recognise import party_of_values

ACTOR_SHARE = 0.9  # an activity is a party's if at least this share of its rows with a role or resource name it


def actors(log: EventLog, counts: RoleCounts | None = None) -> Mapping[str, Party]:
    """The party of each activity whose role or resource column names one in at least 90 % of the rows that have a value.

    `counts`: those of the whole, where the log is a part of it.
    """
    counts = RoleCounts.of(log) if counts is None else counts
    role = log.attributes.get("role")
    found: dict[str, Party] = {}
    for table, values in ((counts.role_activity, () if role is None else role.values), (counts.by_activity, log.resources)):
        parties = party_of_values(values)
        known = table.sum(axis=0)
        for party in Party:
            named = table[[parties.get(value) is party for value in values]].sum(axis=0)
            for activity in np.flatnonzero((named > 0) & (named >= ACTOR_SHARE * known)).tolist():
                found.setdefault(log.activities[activity], party)
    return found
