"""One page on each diagnosis: the verdict, what was found, what was looked for, and what to ask where the log is silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bankmine.advice.answer import Diagnosis, Recommendation
from bankmine.advice.claims import CLAIMS, Claim
from bankmine.advice.rank import Candidate, Listed
from bankmine.facts import Facts
from bankmine.patterns.base import Pattern

Outcome = Literal["listed", "immaterial", "nothing", "missing"]


@dataclass(frozen=True, slots=True)
class Looked:
    """One pattern of a diagnosis: what came of looking for it, the activities where it holds, and what the log lacks for it."""

    pattern: Pattern
    outcome: Outcome
    places: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Statement:
    """A diagnosis with its reasons (definitions §3.2, §3.7): `looked` by pattern code, `found` in the order of the ranking."""

    diagnosis: Diagnosis
    claim: Claim
    looked: tuple[Looked, ...]
    found: tuple[Recommendation, ...]


def statements(
    facts: Facts,
    patterns: Sequence[Pattern],
    candidates: Sequence[Candidate],
    listed: Sequence[Listed],
    diagnoses: Sequence[Diagnosis],
) -> tuple[Statement, ...]:
    """D1-D6, in order."""
    return tuple(
        Statement(
            diagnosis,
            claim,
            tuple(_looked(facts, p, candidates, listed) for p in patterns if claim.id in p.diagnoses),
            tuple(item.recommendation for item in listed if claim.id in item.recommendation.diagnoses),
        )
        for claim, diagnosis in zip(CLAIMS, diagnoses, strict=True)
    )


def _looked(facts: Facts, pattern: Pattern, candidates: Sequence[Candidate], listed: Sequence[Listed]) -> Looked:
    missing = pattern.missing(facts)
    if missing:
        return Looked(pattern, "missing", (), missing)
    places = [item.recommendation.activity for item in listed if item.recommendation.pattern == pattern.code]
    if places:
        return Looked(pattern, "listed", tuple(dict.fromkeys(places)), ())
    seen = [facts.names[c.finding.activity] for c in candidates if c.pattern.code == pattern.code]
    return Looked(pattern, "immaterial" if seen else "nothing", tuple(dict.fromkeys(seen)), ())
