"""bankmine: process mining and bottleneck analysis for bank operations.

The names below are loaded when first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bankmine.advice.answer import Diagnosis, Recommendation
    from bankmine.api import Analysis, analyze, read_log
    from bankmine.bank import Bank, diagnose
    from bankmine.errors import BankmineError, InputError, UsageError
    from bankmine.log.eventlog import EventLog
    from bankmine.patterns.base import Finding, Pattern
    from bankmine.settings import Settings
    from bankmine.track.compare import compare
    from bankmine.track.evaluation import Evaluation

__version__ = "0.1.0"

_HOME = {
    "Analysis": "bankmine.api",
    "analyze": "bankmine.api",
    "read_log": "bankmine.api",
    "Bank": "bankmine.bank",
    "diagnose": "bankmine.bank",
    "Evaluation": "bankmine.track.evaluation",
    "compare": "bankmine.track.compare",
    "EventLog": "bankmine.log.eventlog",
    "Settings": "bankmine.settings",
    "Finding": "bankmine.patterns.base",
    "Pattern": "bankmine.patterns.base",
    "Diagnosis": "bankmine.advice.answer",
    "Recommendation": "bankmine.advice.answer",
    "BankmineError": "bankmine.errors",
    "InputError": "bankmine.errors",
    "UsageError": "bankmine.errors",
}

__all__ = [
    "Analysis",
    "Bank",
    "BankmineError",
    "Diagnosis",
    "Evaluation",
    "EventLog",
    "Finding",
    "InputError",
    "Pattern",
    "Recommendation",
    "Settings",
    "UsageError",
    "analyze",
    "compare",
    "diagnose",
    "read_log",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
