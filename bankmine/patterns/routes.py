"""How cases go on: the next step of the bank's people, and which orders a rule demands."""

import numpy as np

from bankmine.facts import Facts
from bankmine.process.definition import Party
from bankmine.process.rule import Order


def next_staffed(facts: Facts) -> np.ndarray:
    """int64 [instances]: the next instance of the case that no system did, -1 = none."""
    following = np.full(len(facts.case), -1, dtype=np.int64)
    staffed = np.flatnonzero(~facts.of_party(Party.SYSTEM)[facts.activity])
    same = facts.case[staffed[1:]] == facts.case[staffed[:-1]]
    following[staffed[:-1][same]] = staffed[1:][same]
    return following


def demanded(facts: Facts, first: int, then: int) -> bool:
    """Whether a rule asks for the one activity before the other."""
    verdicts = facts.verdicts
    return any(
        verdicts.subject[k] == first and verdicts.later[k] == then
        for k, rule in enumerate(verdicts.rules)
        if isinstance(rule.requirement, Order)
    )
