"""Analyses small enough to be quick, with something to say: loans whose files come in incomplete."""

from collections.abc import Callable

import numpy as np
import pytest

from bankmine.api import Analysis, analyze
from bankmine.log.eventlog import EventLog
from tests.textlog import textlog

STEPS = {
    "zh": ("客户提交贷款申请", "审核申请资料", "通知客户补件", "客户补交资料", "贷款审批", "银行放款至客户账户"),
    "en": (
        "Submit loan application",
        "Check application documents",
        "Request missing documents",
        "Customer supplies documents",
        "Approve loan",
        "Disburse loan",
    ),
}
PEOPLE = ("Zhang Wei", "Li Na", "Wang Fang")


def loans(lang: str = "en", cases: int = 150, seed: int = 3, *, missing: float = 0.4) -> EventLog:
    rng, lines = np.random.default_rng(seed), []
    apply, check, ask, supply, approve, pay = STEPS[lang]
    for case in range(cases):
        person = PEOPLE[case % 3].replace(" ", "_")
        again = [(ask, 2, 0.1, person), (supply, 60, 0.1, "Customer"), (check, 4, 0.5, person)] if rng.random() < missing else []
        clock, rows = case * 20.0 + 9, []
        for name, wait, work, who in (
            (apply, 0.1, 0.2, "Customer"),
            (check, 4, 0.5, person),
            *again,
            (approve, 20, 0.5, "Chen_Jing"),
            (pay, 5, 0.2, "System"),
        ):
            begin = clock + rng.exponential(wait)
            clock = begin + work
            rows.append(f"{name} {begin:.3f}-{clock:.3f} @{who}")
        lines.append(f"L{case:04d}: " + " | ".join(rows))
    return textlog("\n".join(lines))


@pytest.fixture(scope="session", params=["zh", "en"])
def lang(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def analysis_in() -> Callable[[str], Analysis]:
    made: dict[str, Analysis] = {}
    return lambda lang: made.setdefault(lang, analyze(loans(lang)))


@pytest.fixture
def analysis(analysis_in, lang) -> Analysis:
    return analysis_in(lang)


@pytest.fixture
def healthy() -> Analysis:
    return analyze(loans(missing=0.0))
