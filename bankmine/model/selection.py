"""What a rule speaks of, found in a log: rows by the names of steps, attributes, and the place of rows among each other."""

from collections.abc import Collection
from difflib import get_close_matches

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import EventLog
from bankmine.process.definition import Party, Understanding
from bankmine.process.recognise import Names
from bankmine.process.rule import Place
from bankmine.settings import ColumnNames
from bankmine.words import Text


class Selection:
    """Rows and columns of one log; rows are int64, ascending, in canonical order (case, then time).

    `declared`: labels that are known though this log may not show them.
    """

    def __init__(self, log: EventLog, understanding: Understanding, declared: Collection[str] = ()) -> None:
        self._declared = frozenset(declared)
        self._log, self._activities, self._definition = log, understanding.activities, understanding.definition
        self._names = Names(understanding.definition) if understanding.definition else None

    def rows(self, steps: tuple[str, ...], key: str, place: Place | None, *, people: bool = False) -> np.ndarray:
        """The rows of any of these steps, without those that a system does where only `people` count; empty where the log never shows one.

        A name is one of the log's labels, else that of a step of the definition. Raises UsageError CONTROL_ACTIVITY.
        """
        wanted = np.zeros(len(self._activities), dtype=bool)
        for name in steps:
            step = self._names.step(name) if self._names else None
            by_label = [meaning.label == name for meaning in self._activities]
            if not any(by_label) and step is None and name not in self._declared:
                ids = [each.id for each in self._definition.steps] if self._definition else []
                raise _unknown("CONTROL_ACTIVITY", name, [*self._log.activities, *self._declared, *ids], key, place)
            wanted |= (
                by_label if any(by_label) else [step is not None and m.step is not None and m.step.id == step.id for m in self._activities]
            )
        if people:
            wanted &= [meaning.party is not Party.SYSTEM for meaning in self._activities]
        return np.flatnonzero(wanted[self._log.activity])

    def column(self, name: str, key: str, place: Place | None) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes int [instances] (-1 = missing) and their values; all missing where the log lacks a column of that role.

        Raises UsageError CONTROL_FIELD.
        """
        if name == "resource":
            return self._log.resource, self._log.resources
        if name in self._log.attributes:
            return self._log.attributes[name].codes, self._log.attributes[name].values
        self._refuse_unless_role(name, ["resource", *self._log.attributes], key, place)
        return np.full(len(self._log), -1), ()

    def number(self, name: str, key: str, place: Place | None) -> np.ndarray:
        """float64 [instances], NaN = missing; all of it where the log lacks a column of that role. Raises UsageError CONTROL_FIELD."""
        if name not in self._log.numbers:
            self._refuse_unless_role(name, list(self._log.numbers), key, place)
            return np.full(len(self._log), np.nan)
        return self._log.numbers[name]

    def first(self, rows: np.ndarray) -> np.ndarray:
        """int64 [cases]: the first of these rows in each case, -1 where there is none."""
        result = np.full(self._log.cases, -1, dtype=np.int64)
        result[self._log.case[rows[::-1]]] = rows[::-1]
        return result

    def last_before(self, rows: np.ndarray, of: np.ndarray) -> np.ndarray:
        """int64, as `of`: the last of `rows` before each row in its case, -1 where there is none."""
        return self._same_case(np.append(-1, rows)[np.searchsorted(rows, of)], of)

    def next(self, rows: np.ndarray, of: np.ndarray) -> np.ndarray:
        """int64, as `of`: the first of `rows` that is not before each row in its case, another one, -1 where there is none.

        What lies before it in the order at the same time is not before it.
        """
        log = self._log
        fresh = np.append(True, (log.case[1:] != log.case[:-1]) | (log.moment[1:] != log.moment[:-1]))
        at_once = np.maximum.accumulate(np.where(fresh, np.arange(len(log)), 0))[of]
        padded = np.append(rows, -1)
        place = np.searchsorted(rows, at_once)
        place += padded[place] == of
        return self._same_case(np.append(padded, -1)[place], of)

    def _same_case(self, rows: np.ndarray, of: np.ndarray) -> np.ndarray:
        return np.where((rows >= 0) & (self._log.case[rows] == self._log.case[of]), rows, -1)

    def _refuse_unless_role(self, name: str, names: list[str], key: str, place: Place | None) -> None:
        roles = [*ColumnNames.model_fields, "resource"]
        if name not in roles:
            raise _unknown("CONTROL_FIELD", name, [*names, *roles], key, place)


def _unknown(code: str, name: str, names: list[str], key: str, place: Place | None) -> UsageError:
    near = get_close_matches(name, names, n=3, cutoff=0.5) or sorted(set(names))
    what = (
        Text(
            zh=f"{key}：日志和流程定义中都没有环节「{name}」。",
            en=f"{key}: neither the log nor the process definition has a step “{name}”.",
        )
        if code == "CONTROL_ACTIVITY"
        else Text(zh=f"{key}：日志中没有「{name}」这一列。", en=f"{key}: the log has no column “{name}”.")
    )
    hint = Text(zh=f"可用的名称：{'、'.join(near)}。", en=f"valid names: {', '.join(near)}.")
    at = place or Place("", None)
    return UsageError(code, what, hint, at.file or None, at.keys.get(key) or at.line, key)
