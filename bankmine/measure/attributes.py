"""The attributes by which cases are compared, and each case's value."""

from collections.abc import Mapping
from difflib import get_close_matches
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.measure.parties import by_staff
from bankmine.process.definition import Understanding
from bankmine.stats.grouped import grouped_sum
from bankmine.words import Text

AMOUNT_BANDS = 4
ROW_ATTRIBUTES = frozenset({"role", "status", "lifecycle"})  # of an activity, not of a case
TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "amount": Text(zh="金额", en="amount"),
        "branch": Text(zh="网点", en="branch"),
        "channel": Text(zh="渠道", en="channel"),
        "product": Text(zh="产品", en="product"),
        "resource": Text(zh="经办人", en="person"),
        "segment": Text(zh="客户类型", en="segment"),
    }
)


def titled(attribute: str) -> Text:
    """An attribute's name for people; a column of the log's own has its own."""
    return TITLES.get(attribute, Text.same(attribute))


def case_values(log: EventLog, attribute: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """int32 [cases] and the values: the first known value of an attribute in each case, -1 where none is known.

    `amount`: its quarter. Raises UsageError ATTRIBUTE_UNKNOWN.
    """
    if attribute == "amount" and "amount" in log.numbers:
        return _amount_bands(log)
    if attribute not in log.attributes:
        raise _unknown(attribute, log)
    column = log.attributes[attribute]
    found = np.full(log.cases, -1, dtype=np.int32)
    rows = np.flatnonzero(column.codes >= 0)[::-1]
    found[log.case[rows]] = column.codes[rows]
    return found, column.values


def case_amounts(log: EventLog) -> np.ndarray:
    """float64 [cases]: the first known amount of each case, NaN where none is known."""
    rows = np.flatnonzero(~np.isnan(log.numbers["amount"]))[::-1]
    amount = np.full(log.cases, np.nan)
    amount[log.case[rows]] = log.numbers["amount"][rows]
    return amount


def _amount_bands(log: EventLog) -> tuple[np.ndarray, tuple[str, ...]]:
    amount = case_amounts(log)
    known = ~np.isnan(amount)
    if not known.any():
        return np.full(log.cases, -1, dtype=np.int32), ()
    edges = np.unique(np.quantile(amount[known], np.arange(1, AMOUNT_BANDS) / AMOUNT_BANDS, method="inverted_cdf"))
    names = [f"≤ {edges[0]:,.0f}", *(f"{low:,.0f} < … ≤ {high:,.0f}" for low, high in pairwise(edges)), f"> {edges[-1]:,.0f}"]
    return np.where(known, np.searchsorted(edges, amount), -1).astype(np.int32), tuple(names)


def main_resource(log: EventLog, understanding: Understanding) -> np.ndarray:
    """int32 [cases]: who of the bank's people worked longest on each case, -1 where nobody is known."""
    rows = np.flatnonzero((log.resource >= 0) & by_staff(understanding)[log.activity])
    pair = log.case[rows].astype(np.int64) * len(log.resources) + log.resource[rows]
    each, place = np.unique(pair, return_inverse=True)
    worked = grouped_sum(np.where(log.start_known[rows], log.end[rows] - log.began[rows], 0), place, len(each))
    found = np.full(log.cases, -1, dtype=np.int32)
    order = np.lexsort((-each, worked))  # of two who worked as long, the first by name's code
    found[each[order] // len(log.resources)] = (each[order] % len(log.resources)).astype(np.int32)
    return found


def attributes(log: EventLog) -> tuple[str, ...]:
    """The attributes by which cases can be told apart: those with at least two values among the cases; sorted."""
    names = (name for name in (*log.attributes, *(("amount",) if "amount" in log.numbers else ())) if name not in ROW_ATTRIBUTES)
    return tuple(sorted(name for name in names if len(np.setdiff1d(case_values(log, name)[0], [-1])) > 1))


def _unknown(by: str, log: EventLog) -> UsageError:
    names = attributes(log)
    close = get_close_matches(by, names, n=3, cutoff=0.5) or list(names)
    if not close:
        hint = Text(
            zh="日志没有可用于比较的属性；可用 --channel、--branch、--product、--segment 指定来源列",
            en="the log has no attribute to compare by; name its column with --channel, --branch, --product or --segment",
        )
    else:
        hint = Text(zh=f"可选：{'、'.join(close)}", en=f"choose from {', '.join(close)}")
    return UsageError("ATTRIBUTE_UNKNOWN", Text(zh=f"日志没有属性“{by}”", en=f"the log has no attribute {by!r}"), hint)
