"""Which groups of people are large enough to be shown, so that nobody can be found out, not even by subtraction (trust.md T10)."""

import numpy as np

from bankmine.stats.grouped import each_group

APART, TOGETHER, LEFT_OUT = 1, 0, -1


def kept_apart(table: np.ndarray, cases: np.ndarray, minimum_cases: int, minimum_people: int) -> np.ndarray:
    """int64 [people]: 1 may be shown alone, 0 is put together with the others of its table, -1 is left out.

    `table` int64 [people]: the table that each row stands in; `cases` int64 [people]: of each. A person with fewer cases than the
    minimum is put together with others. What is put together must hold the minimum of people, or a total would give the one back:
    the smallest that could stand alone join it (complementary suppression) until it does. A table with fewer people than the minimum is
    left out whole, as is one in which all together fall short of the minimum of cases.
    """
    shown = np.full(len(table), APART, dtype=np.int64)
    for _, rows in each_group(table):
        order = rows[np.lexsort((rows, cases[rows]))]
        small = int((cases[order] < minimum_cases).sum())
        together = 0 if small == 0 else max(small, minimum_people)
        while 0 < together < len(order) and cases[order[:together]].sum() < minimum_cases:
            together += 1
        if len(order) < minimum_people or cases[order].sum() < minimum_cases:
            shown[rows] = LEFT_OUT
        else:
            shown[order[:together]] = TOGETHER
    return shown
