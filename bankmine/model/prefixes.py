"""The tree of the prefixes of variants: what several of them begin with is looked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Prefixes:
    """Distinct prefixes in order of appearance, the empty one first; arrays [prefixes].

    `parent` int64: the prefix without its last event (the empty one's is itself); `code` int64: the last activity, -1 for the empty
    one; `depth` int64: its length. `leaf` int64 [sequences]: the prefix that is the whole sequence.
    """

    parent: np.ndarray
    code: np.ndarray
    depth: np.ndarray
    leaf: np.ndarray

    @classmethod
    def of(cls, sequences: Sequence[Sequence[int]]) -> "Prefixes":
        of_step: dict[tuple[int, int], int] = {}
        parents, codes, depths, leaves = [0], [-1], [0], []
        for sequence in sequences:
            node = 0
            for depth, code in enumerate(sequence, 1):
                after = of_step.setdefault((node, code), len(parents))
                if after == len(parents):
                    parents.append(node)
                    codes.append(code)
                    depths.append(depth)
                node = after
            leaves.append(node)
        return cls(*(np.array(part, dtype=np.int64) for part in (parents, codes, depths, leaves)))

    def __len__(self) -> int:
        return len(self.parent)

    @cached_property
    def groups(self) -> list[np.ndarray]:
        """The prefixes but for the empty one, shorter ones first, those of one length and last activity together."""
        order = np.lexsort((self.code, self.depth))
        changes = (np.diff(self.depth[order]) != 0) | (np.diff(self.code[order]) != 0)
        return np.split(order, np.flatnonzero(changes) + 1)[1:]

    def passing(self, count: np.ndarray) -> np.ndarray:
        """int64 [prefixes]: of `count` [sequences] cases of each sequence, how many begin with the prefix."""
        cases = np.bincount(self.leaf, weights=count, minlength=len(self)).astype(np.int64)
        for nodes in reversed(self.groups):
            np.add.at(cases, self.parent[nodes], cases[nodes])
        return cases
