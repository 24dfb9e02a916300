"""Which groups of people are large enough to be shown, so that nobody can be found out, not even by subtraction (trust.md T10)."""

import numpy as np

from bankmine.stats.grouped import each_group

APART, TOGETHER, LEFT_OUT = 1, 0, -1


def kept_apart(table: np.ndarray, row: np.ndarray, case: np.ndarray, minimum_cases: int, minimum_people: int) -> np.ndarray:
    """int64 [people]: 1 may be shown alone, 0 is put together with the others of its table, -1 is left out.

    `table` int64 [people]: the table that each row stands in; `row`, `case` int64 [pairs]: who had which case, each pair once, by row. A
    person with fewer cases than the minimum is put together with others. What is put together must hold the minimum of people, or a
    total would give the one back, and of cases, those that several of them had counted once: the smallest that could stand alone join it
    (complementary suppression) until it does. A table with fewer people than the minimum is left out whole, as is one in which all
    together fall short of the minimum of cases.
    """
    offsets = np.searchsorted(row, np.arange(len(table) + 1))
    cases = np.diff(offsets)

    def enough(rows: np.ndarray) -> bool:
        return (
            bool((cases[rows] >= minimum_cases).any())
            or len(np.unique(np.concatenate([case[offsets[one] : offsets[one + 1]] for one in rows.tolist()]))) >= minimum_cases
        )

    shown = np.full(len(table), APART, dtype=np.int64)
    for _, rows in each_group(table):
        order = rows[np.lexsort((rows, cases[rows]))]
        small = int((cases[order] < minimum_cases).sum())
        together = 0 if small == 0 else max(small, minimum_people)
        while 0 < together < len(order) and not enough(order[:together]):
            together += 1
        if len(order) < minimum_people or not enough(order):
            shown[rows] = LEFT_OUT
        else:
            shown[order[:together]] = TOGETHER
    return shown


def too_few(cases: np.ndarray, minimum_cases: int) -> np.ndarray:
    """bool [groups]: whose figures are not shown, for groups without a case in common whose total is known; `cases` int64 [groups].

    Those under the minimum, and where they are one alone or under the minimum together, the next smallest too: the total less the
    groups that are shown is then a figure of several groups and of enough cases (complementary suppression).
    """
    order = np.lexsort((np.arange(len(cases)), cases))
    kept_back = int((cases < minimum_cases).sum())
    while 0 < kept_back < len(cases) and (kept_back < 2 or cases[order[:kept_back]].sum() < minimum_cases):
        kept_back += 1
    hidden = np.zeros(len(cases), dtype=bool)
    hidden[order[:kept_back]] = True
    return hidden
