"""Who acts in each activity, as the measures need it (definitions §1.12)."""

import numpy as np

from bankmine.process.definition import Kind, Party, Understanding

OUTSIDE = (Party.CUSTOMER, Party.THIRD_PARTY)


def of_party(understanding: Understanding, *parties: Party) -> np.ndarray:
    """bool [activities]: one of these parties acts."""
    return np.array([meaning.party in parties for meaning in understanding.activities], dtype=bool)


def by_staff(understanding: Understanding) -> np.ndarray:
    """bool [activities]: the bank's people are at work; enquiries and complaints they answer, whoever calls."""
    calls = np.array([meaning.kind in (Kind.ENQUIRY, Kind.COMPLAINT) for meaning in understanding.activities], dtype=bool)
    return ~of_party(understanding, *OUTSIDE, Party.SYSTEM) | calls
