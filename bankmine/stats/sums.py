"""Counts of several parts as those of the whole."""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import reduce
from typing import TypeVar

import numpy as np

Counts = TypeVar("Counts")


def added(parts: Iterable[Counts]) -> Counts:
    """A dataclass whose numbers and arrays are the sums of those of the parts; what else it holds is that of the first part."""
    return reduce(_sum, parts)


def _sum(one: Counts, other: Counts) -> Counts:
    assert is_dataclass(one)
    values: dict[str, object] = {}
    for field in fields(one):
        mine, its = getattr(one, field.name), getattr(other, field.name)
        values[field.name] = mine + its if isinstance(mine, np.ndarray | int) else mine
    return type(one)(**values)
