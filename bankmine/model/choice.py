"""Discovered models side by side: fitness, precision, simplicity; and the simplest that tells enough."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bankmine.model.alignment import Alignments, align
from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.model.discovery import Algorithm, ProcessModel, discover
from bankmine.model.markings import TOO_MUCH, Markings, TooManyMarkings
from bankmine.model.variants import Variants
from bankmine.show.blocks import Block, Column, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

# A model is wanted that tells four fifths of what happened: the rest is exceptions, which cost most of a model's complexity
# (van der Aalst 2016, "80/20 model"; the infrequent inductive miner's aim, Leemans et al. 2014).
ENOUGH = 0.80
MOST_COMPARED = 5_000  # variants; the time that mining and comparing take grows with them
TRIED: tuple[tuple[Algorithm, float | None], ...] = (("inductive", 0.2), ("inductive", 0.0), ("heuristics", None))
NAMES = {"inductive": Text(zh="归纳式", en="inductive"), "heuristics": Text(zh="启发式", en="heuristics")}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A discovered model and what it is worth; None where it cannot be told (the model cannot be finished, or is too large).

    `fitness`: 1 - cost of all alignments / cost of the worst (0-1); `fitting_share`: cases without a deviation; `precision`: see
    `precision`; `simplicity`: see `simplicity`.
    """

    model: ProcessModel
    alignments: Alignments
    precision: float | None
    simplicity: float

    @property
    def noise(self) -> float:
        return next(iter(self.model.parameters.values()))

    @property
    def fitness(self) -> float | None:
        return self.alignments.log_fitness


@dataclass(frozen=True, eq=False)
class ModelChoice(Shown):
    """Discovered models, and which of them stands for the process: the simplest with a fitness of at least 0.8.

    Fitness comes first, as a model that does not tell what happened says nothing by being simple or precise (Buijs et al. 2012);
    once it is kept, people read the simpler model better. Ties: the more precise one, then the earlier one. If none keeps the bar,
    the one of the highest fitness is chosen. `compared_share`: the cases (0-1) of the most frequent variants, on which they are compared
    and, but for the first, mined.
    """

    candidates: tuple[Candidate, ...]
    compared_share: float = 1.0

    @classmethod
    def of(cls, variants: Variants, dfg: DirectlyFollowsGraph, known: ProcessModel | None = None) -> "ModelChoice":
        """`known`: the first of those tried, where it is mined already."""
        found, some = [], variants.most_frequent(MOST_COMPARED)
        for algorithm, noise in TRIED:
            model = known if known is not None and not found else discover(some, dfg, algorithm=algorithm, noise=noise)
            alignments = align(model.petri_net, some)
            found.append(Candidate(model, alignments, precision(model.petri_net, some), simplicity(model.petri_net)))
        return cls(tuple(found), float(some.count.sum() / variants.count.sum()))

    @cached_property
    def chosen(self) -> Candidate:
        enough = [c for c in self.candidates if (c.fitness or 0.0) >= ENOUGH]
        if enough:
            return max(enough, key=lambda c: (c.simplicity, c.precision or 0.0))
        return max(self.candidates, key=lambda c: c.fitness or 0.0)

    @property
    def kept(self) -> bool:
        """Whether the chosen model keeps the bar."""
        return (self.chosen.fitness or 0.0) >= ENOUGH

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "algorithm": c.model.algorithm,
                    "noise": c.noise,
                    "fitness": c.fitness,
                    "fitting_share": c.alignments.fitting_share,
                    "aligned_share": c.alignments.aligned_share,
                    "precision": c.precision,
                    "simplicity": c.simplicity,
                    "transitions": len(c.model.petri_net[0].transitions),
                    "chosen": c is self.chosen,
                }
                for c in self.candidates
            ]
        )

    def blocks(self) -> list[Block]:
        columns = (
            Column(Text(zh="算法", en="Miner"), "text"),
            Column(Text(zh="噪声", en="Noise"), "code"),
            Column(Text(zh="拟合度", en="Fitness"), "share"),
            Column(Text(zh="完全符合的案件", en="Cases without a deviation"), "share"),
            Column(Text(zh="精确度", en="Precision"), "share"),
            Column(Text(zh="简洁度", en="Simplicity"), "share"),
            Column(Text(zh="变迁", en="Transitions"), "count"),
            Column(Text(zh="选用", en="Chosen"), "text"),
        )
        rows = [
            (
                NAMES[c.model.algorithm],
                f"{c.noise:g}",
                c.fitness,
                c.alignments.fitting_share,
                c.precision,
                c.simplicity,
                len(c.model.petri_net[0].transitions),
                c is self.chosen,
            )
            for c in self.candidates
        ]
        why = (
            Text(
                zh="选用拟合度不低于 80% 的模型中最简洁的一个：模型先要说得出实际发生的事，其余少见情形只会使它难读。",
                en="The simplest model with a fitness of at least 80 % is taken: a model must tell what happened first; the rare rest "
                "would only make it hard to read.",
            )
            if self.kept
            else Text(
                zh="没有模型的拟合度达到 80%，选用其中最高的一个。", en="No model has a fitness of 80 %; the one with the highest is taken."
            )
        )
        unknown = Text(
            zh="“未知”的模型走不到终点，或状态过多而不能比对，不予选用。",
            en="A model that is unknown cannot be finished, or has too many states to be compared; it is not taken.",
        )
        said = why.then(unknown) if any(c.fitness is None for c in self.candidates) else why
        if self.compared_share < 1:
            said = said.then(
                Text(
                    zh=f"只比较了最常见的 {MOST_COMPARED:,} 条路径（占案件的 {self.compared_share:.0%}）。",
                    en=f"They are compared on the {MOST_COMPARED:,} most frequent paths ({self.compared_share:.0%} of the cases).",
                )
            )
        return [TableBlock(columns, rows, caption=Text(zh="发现的模型比较", en="Discovered models side by side")), Paragraph(said)]


def simplicity(petri_net: tuple[Any, Any, Any]) -> float:
    """1 / (1 + mean number of arcs per node above 2), 0-1: pm4py's arc degree (Vázquez-Barreiros et al. 2015)."""
    from pm4py.algo.evaluation.simplicity.variants import arc_degree

    return float(arc_degree.apply(petri_net[0]))


def precision(petri_net: tuple[Any, Any, Any], variants: Variants) -> float | None:
    """1 - escaping / allowed, 0-1: of the activities that the model allows after each prefix of a case, the share that the log has.

    Over all prefixes that the model can replay, weighted by cases, whole cases left out, as in pm4py's `precision_alignments` on the
    full log (Adriansyah et al. 2015; prefixes that do not fit are passed over). pm4py misses an activity that several silent steps
    together make possible, as it keeps one marking for each of them; apart from that the two are equal. None where the model cannot be
    finished or has too many markings.
    """
    try:
        markings = Markings.of(petri_net)
    except TooManyMarkings:
        return None
    if markings.least >= TOO_MUCH:
        return None
    prefixes = variants.prefixes
    names = list(markings.edges_of)
    code_of = {name: k for k, name in enumerate(names)}
    fits = np.full((len(prefixes), len(markings.standing)), TOO_MUCH, dtype=np.int32)
    fits[0, 0] = 0
    for nodes in prefixes.groups:
        edges = markings.edges_of.get(variants.activities[prefixes.code[nodes[0]]])
        if edges is None:
            continue
        before = fits[prefixes.parent[nodes]]
        for target, sources in edges.into.items():
            least = np.min([(before + markings.quiet[:, source]).min(axis=1) for source in sources], axis=0)
            fits[nodes, target] = np.minimum(least, TOO_MUCH)
    best = fits.min(axis=1, keepdims=True)
    allowed = ((fits == best) & (best < TOO_MUCH)).astype(np.int32) @ markings.enabled.astype(np.int32) > 0
    seen = np.zeros_like(allowed)
    known = np.array([code_of.get(variants.activities[code], -1) if code >= 0 else -1 for code in prefixes.code.tolist()])
    rows = np.flatnonzero(known >= 0)
    seen[prefixes.parent[rows], known[rows]] = True
    cases = prefixes.passing(variants.count)
    cases[1:] -= np.bincount(prefixes.leaf, weights=variants.count, minlength=len(prefixes)).astype(np.int64)[1:]
    total = int(cases @ allowed.sum(axis=1))
    return 1 - int(cases @ (allowed & ~seen).sum(axis=1)) / total if total else 1.0
