"""The risk matrix of plan §8.1.2: likelihood x severity, in three classes (definitions §3.5)."""

from collections.abc import Mapping
from types import MappingProxyType

from bankmine.patterns.base import Consequence, Level, Pattern

SEVERITY: Mapping[Consequence, int] = MappingProxyType({"delay": 1, "customer": 2, "compliance": 3})
LIKELY, POSSIBLE = 0.30, 0.05  # share of cases exposed


def risk_of(pattern: Pattern, exposed_share: float) -> tuple[int, int, Level]:
    """Likelihood 1-3 from the share of cases exposed, severity 1-3 from the kind of consequence, and their class."""
    likelihood = 3 if exposed_share >= LIKELY else 2 if exposed_share >= POSSIBLE else 1
    severity = SEVERITY[pattern.consequence]
    return likelihood, severity, risk_class(likelihood, severity)


def risk_class(likelihood: int, severity: int) -> Level:
    """High from 6, medium from 3, low below."""
    product = likelihood * severity
    return "high" if product >= 6 else "medium" if product >= 3 else "low"
