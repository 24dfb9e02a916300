"""Which groups of people are large enough to be shown, so that nobody can be found out, not even by subtraction (trust.md T10)."""

from collections.abc import Sequence

import numpy as np

from bankmine.stats.grouped import each_group

APART, TOGETHER, LEFT_OUT = 1, 0, -1
MOST_SETS, EXACT = 4096, 1e-9


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


def too_few(cases: np.ndarray, minimum_cases: int, rest: int = 0) -> np.ndarray:
    """bool [groups]: whose figures are not shown, for groups without a case in common whose total is known; `cases` int64 [groups].

    `rest`: cases of the total that are in no group. Groups under the minimum, and where they are, with the rest, under the minimum
    together, the next smallest too: the total less the groups that are shown is then of enough cases (complementary suppression).
    """
    order = np.lexsort((np.arange(len(cases)), cases))
    kept_back = int((cases < minimum_cases).sum())
    while kept_back < len(cases) and 0 < cases[order[:kept_back]].sum() + rest < minimum_cases:
        kept_back += 1
    hidden = np.zeros(len(cases), dtype=bool)
    hidden[order[:kept_back]] = True
    return hidden


def told(groups: Sequence[np.ndarray], minimum_cases: int) -> list[bool]:
    """Which groups may have a sum over their cases shown; each bool [cases], the groups may overlap.

    What is shown makes equations in the sums over the kinds of case, alike in all groups. A group is shown, the largest first, unless the
    sum over some kinds with fewer cases than the minimum together would follow from it and those before. Where so many sets of kinds are
    as small as that they are not gone through, and no group is shown but that of all cases.
    """
    kinds, size = np.unique(np.stack(groups), axis=1, return_counts=True)
    small = np.zeros((1, len(size)), dtype=bool)  # sets of kinds
    for kind in np.flatnonzero(size < minimum_cases).tolist():
        more = small.copy()
        more[:, kind] = True
        small = np.concatenate([small, more[more @ size < minimum_cases]])
        if len(small) > MOST_SETS:
            return [bool(group.all()) and len(group) >= minimum_cases for group in groups]
    small = small[1:]
    shown: list[int] = []
    for group in np.argsort(-(kinds @ size), kind="stable").tolist():
        rows = kinds[[*shown, group]].astype(float)
        left = small @ (np.eye(len(size)) - np.linalg.pinv(rows) @ rows)  # 0 where a set is a combination of the rows
        if not (np.abs(left) < EXACT).all(axis=1).any():
            shown.append(group)
    return [group in shown for group in range(len(groups))]
