"""Filters give logs of whole cases."""

import numpy as np
import pytest

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from tests.textlog import textlog

LOG = textlog(
    """
    c1 product=card: apply 0-1 @ann | check 5-6 @bob | pay 7
    c2 product=loan: apply 1-2 @ann | check 30-31 @cleo
    c3 product=loan: apply 49-50 @ann | check 51-
    c4 product=card: apply 2-3 @ann | check 9-10 @bob | pay 11
    """
)


def sound(log: EventLog) -> None:
    """What holds for every log."""
    assert log.offsets[-1] == len(log) == len(log.item)
    assert (np.diff(log.offsets) > 0).all()
    assert (np.repeat(np.arange(log.cases), np.diff(log.offsets)) == log.case).all()
    assert set(log.activity.tolist()) == set(range(len(log.activities)))
    assert set(log.resource[log.resource >= 0].tolist()) == set(range(len(log.resources)))
    assert list(log.activities) == sorted(log.activities)
    assert len(log.case_start) == log.cases


@pytest.mark.parametrize(
    ("filtered", "cases"),
    [
        (LOG.where(product="card"), ("c1", "c4")),
        (LOG.where(product=("card", "loan"), resource="cleo"), ("c2",)),
        (LOG.where(activity="pay"), ("c1", "c4")),
        (LOG.cases_with("apply", "pay"), ("c1", "c4")),
        (LOG.between("2024-03-04", "2024-03-04"), ("c1", "c2", "c4")),
        (LOG.between("2024-03-04", "2024-03-04", how="contained"), ("c1", "c4")),
        (LOG.between("2024-03-05", "2024-03-05", how="touching"), ("c2",)),
        (LOG.between("2024-03-05", "2024-03", how="touching"), ("c2", "c3")),
        (LOG.between("2024", "2024"), ("c1", "c2", "c3", "c4")),
        (LOG.between("2024-03-04T09:00", "2024-03-04T10:00"), ("c2", "c4")),
        (LOG.top_variants(0.5), ("c2", "c3")),
        (LOG.top_variants(0.51), ("c1", "c2", "c3", "c4")),
    ],
)
def test_which_cases_are_left(filtered: EventLog, cases: tuple[str, ...]) -> None:
    assert filtered.case_names == cases
    sound(filtered)


def test_instances_stay_as_they_were_and_the_filter_is_noted() -> None:
    filtered = LOG.where(product="loan").cases_with("check")
    places = np.isin(np.array(LOG.case_names)[LOG.case], ["c2", "c3"])
    assert (filtered.start == LOG.start[places]).all()
    assert (filtered.line == LOG.line[places]).all()
    assert filtered.attributes["product"].values == ("loan",)
    assert filtered.source.parameters["filters"] == ("product=loan", "with check")
    assert filtered.events == 4


@pytest.mark.parametrize(
    ("call", "code", "suggestion"),
    [
        (lambda: LOG.where(produkt="card"), "ATTRIBUTE_UNKNOWN", "product"),
        (lambda: LOG.where(product="cart"), "VALUE_UNKNOWN", "card"),
        (lambda: LOG.cases_with("aply"), "VALUE_UNKNOWN", "apply"),
        (lambda: LOG.between("2023", "2023"), "FILTER_EMPTY", ""),
        (lambda: LOG.between("March", "2024"), "OPTION_VALUE", "2026-03"),
        (lambda: LOG.between("2024-02-30", "2024"), "OPTION_VALUE", "2026-03"),
        (lambda: LOG.between("2024", "2024", how="around"), "OPTION_UNKNOWN", "started"),
        (lambda: LOG.top_variants(0), "OPTION_VALUE", "0.8"),
    ],
)
def test_what_is_wrong_is_said(call, code: str, suggestion: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.code == code
    assert suggestion in caught.value.hint.en


def test_days_are_those_of_the_logs_zone() -> None:
    # 16:30 UTC is half past midnight of the next day in Shanghai.
    log = textlog("c1: a 16.5 ; c2: a 15")
    assert log.between("2024-03-05", "2024-03-05").case_names == ("c1",)
