"""A pattern: a condition on the facts that fires a redesign practice, with its thresholds, texts and scenario."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import ClassVar, Literal

import numpy as np

from bankmine.facts import Facts
from bankmine.stats.grouped import distinct, grouped_sum
from bankmine.twin.changes import Change
from bankmine.twin.scenario import Scenario
from bankmine.words import Text

Level = Literal["high", "medium", "low"]
Consequence = Literal["delay", "customer", "compliance"]

LATER = Text(zh="其后的环节因此合计多等 {time}。", en="The steps after them waited {time} longer in all.")
FEWEST_TO_COMPARE = 10
ONE_SIDED_5_PERCENT = 1.645


@dataclass(frozen=True, slots=True)
class Breaches:
    """Cases by their verdict under a control: violated + passed = checked; unknown ones are counted, never dropped."""

    violated: int
    checked: int
    unknown: int


@dataclass(frozen=True, eq=False)
class Finding:
    """One place where a pattern holds.

    `activity`: code of the activity to act on; `text`: what was found and what to do; `figures`: every number of the
    text, by name; `cases` int64, the cases affected; `rows` int64, the instances that show it, each once, with the
    `wait_cut` and `work_cut` int64 microseconds that would be saved if the cause vanished; a negative `wait_cut` is a wait that
    would be longer. `realistic`: the share of it that can be had, `consequence`: what happens if nothing is done; None for the
    pattern's own.
    """

    activity: int
    text: Text
    figures: Mapping[str, float]
    cases: np.ndarray
    rows: np.ndarray
    wait_cut: np.ndarray
    work_cut: np.ndarray
    breaches: Breaches | None = None
    realistic: float | None = None
    where: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    consequence: Consequence | None = None


@dataclass(frozen=True)
class Pattern(ABC):
    """A condition on the log's facts with a remedy from the plan (definitions §3.4); its fields are its thresholds."""

    code: ClassVar[str]
    title: ClassVar[Text]
    diagnoses: ClassVar[tuple[str, ...]]
    plan: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]] = ()
    kind: ClassVar[Literal["time", "effort", "control"]] = "time"
    method: ClassVar[Literal["replay", "queue_formula"]] = "replay"
    plays: ClassVar[Literal["upper", "realistic"]] = "upper"
    evidence: ClassVar[Literal["direct", "proxy"]] = "direct"
    feasibility: ClassVar[Level]
    risk_of_change: ClassVar[Level] = "low"
    risk_of_inaction: ClassVar[Level] = "low"
    consequence: ClassVar[Consequence] = "delay"
    phase: ClassVar[str]

    @classmethod
    def thresholds(cls) -> dict[str, float]:
        """The thresholds by name, with their defaults."""
        return {f.name: f.default for f in fields(cls) if isinstance(f.default, int | float)}

    def missing(self, facts: Facts) -> tuple[str, ...]:
        """What this log lacks for the pattern to be looked for; the pattern is then unassessable, never "not found"."""
        return tuple(need for need in self.needs if need not in facts.has)

    @abstractmethod
    def find(self, facts: Facts) -> Iterator[Finding]:
        """Each activity at which the pattern holds."""

    def change(self, finding: Finding) -> Scenario:
        """What the replay plays to estimate the gain."""
        realistic = getattr(self, "realistic", 1.0) if finding.realistic is None else finding.realistic
        return Scenario(finding.rows, finding.wait_cut, finding.work_cut, realistic)

    def remedy(self, facts: Facts, finding: Finding) -> tuple[Change, ...]:
        """What the twin plays, where queues react to it: the cause gone (`plays` "upper"), or what can be had of that ("realistic")."""
        return ()

    def consequence_of(self, finding: Finding) -> Consequence:
        """What happens if nothing is done about it."""
        return finding.consequence or self.consequence

    def inaction(self, finding: Finding) -> Level:
        """The risk of not acting: a breach that only delays, or that only customers feel, is less grave than one of the rules."""
        if finding.consequence is None or finding.consequence == self.consequence:
            return self.risk_of_inaction
        return "medium" if finding.consequence == "customer" else "low"

    def judged(self, finding: Finding) -> Scenario:
        """What it is ranked on: the change without what others pay for it. They differ only where some waits grow (docs/decisions/0008)."""
        change = self.change(finding)
        return change if (change.wait_cut >= 0).all() else replace(change, wait_cut=np.maximum(change.wait_cut, 0))


def role_of(facts: Facts, finding: Finding) -> int:
    """The code of the role that a finding names."""
    name = finding.where["role"]
    assert name is not None, "findings of a role name it"
    return facts.roles.names.index(name)


def whole(facts: Facts, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows, once each, with all of their waiting and work as savings."""
    rows = distinct(rows)
    return rows, np.where(facts.by_design[rows], 0, facts.wait[rows]), facts.work[rows]


def time_out(facts: Facts, case: np.ndarray, begin: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Takes windows of time out of cases: each window lies in `case` [k] from `begin` to `end`, UTC microseconds [k].

    Whatever waits in a window waits that much less, on every parallel branch. Returns the rows, once each, and what each
    would save; nothing is taken from waits that are by design.
    """
    first, length = facts.offsets[case], facts.offsets[case + 1] - facts.offsets[case]
    window = np.repeat(np.arange(len(case)), length)
    row = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length) + np.repeat(first, length)
    enabled = facts.began[row] - facts.wait[row]
    overlap = np.minimum(facts.began[row], end[window]) - np.maximum(enabled, begin[window])
    cut = grouped_sum(np.where(facts.by_design[row], 0, np.maximum(overlap, 0)), row, len(facts.case))
    rows = np.flatnonzero(cut)
    return rows, np.minimum(cut[rows], facts.wait[rows])


def longer_after(facts: Facts, struck: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a mishap costs the step after it: late work misses its turn, or the day.

    `struck` bool [instances] marks the mishap's rows. Compares, per pair of activities, the waits right after a struck row with
    those right after another row; where the former are longer (one-sided Welch test at 5 %), each is charged the share of its
    mean by which the means differ. Returns rows and microseconds.
    """
    row = np.flatnonzero((facts.case[1:] == facts.case[:-1]) & ~struck[1:]) + 1
    after = struck[row - 1]
    pair = facts.activity[row - 1].astype(np.int64) * len(facts.names) + facts.activity[row]
    cut = np.zeros(len(facts.wait), dtype=np.int64)
    for key in np.unique(pair[after]).tolist():
        late, usual = row[(pair == key) & after], row[(pair == key) & ~after]
        if min(len(late), len(usual)) < FEWEST_TO_COMPARE:
            continue
        waits, others = facts.wait[late].astype(float), facts.wait[usual].astype(float)
        difference = waits.mean() - others.mean()
        if difference > ONE_SIDED_5_PERCENT * np.sqrt(waits.var(ddof=1) / len(waits) + others.var(ddof=1) / len(others)):
            cut[late] = np.where(facts.by_design[late], 0, waits * (difference / waits.mean())).astype(np.int64)
    rows = np.flatnonzero(cut)
    return rows, cut[rows]


def together(
    spared: tuple[np.ndarray, np.ndarray, np.ndarray], shortened: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows spared (with waits and work) and waits shortened, as one set of rows; where both meet, the larger saving."""
    rows = np.union1d(spared[0], shortened[0])
    wait, work = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    at = np.searchsorted(rows, spared[0])
    wait[at], work[at] = spared[1], spared[2]
    at = np.searchsorted(rows, shortened[0])
    wait[at] = np.maximum(wait[at], shortened[1])
    return rows, wait, work
