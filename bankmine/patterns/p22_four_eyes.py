from collections.abc import Iterator
from dataclasses import dataclass

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.breaches import breached
from bankmine.words import Text


@dataclass(frozen=True)
class FourEyes(Pattern):
    """The same person, branch or role did two steps that must be kept apart, such as entry and approval.

    Each rule of four eyes or segregation is judged case by case: violated, passed, or unknown where somebody is not recorded and no
    breach is seen. Fires where there are at least `fewest` breaches and the lower end of their share exceeds `tolerated_share`. Nobody
    is named: the finding is about the control, not about people. Control addition, Reijers & Liman Mansar (2005); definitions §3.4 P22.
    """

    code = "P22"
    title = Text(zh="录入与审批未分离", en="Four-eyes principle broken")
    diagnoses = ("D5",)
    plan = ("4.1.3(4)", "4.2.3", "8.2.3", "8.2.4(2)")
    needs = ("resource", "segregation")
    kind = "control"
    feasibility = "high"
    risk_of_inaction = "high"
    consequence = "compliance"
    phase = "4-6"

    tolerated_share: float = 0.0
    fewest: int = 5

    def find(self, facts: Facts) -> Iterator[Finding]:
        words = Text(
            zh="规则：{rule}。{checked} 件中有 {violated} 件（{share}）的「{name}」没有分开办理。在系统中强制分离，并定期审计。",
            en="Rule: {rule}. In {violated} of {checked} cases ({share}) “{name}” was not kept apart. "
            "Enforce the separation in the system and audit it.",
        )
        yield from breached(facts, ("four_eyes", "segregation"), self.fewest, self.tolerated_share, words)
