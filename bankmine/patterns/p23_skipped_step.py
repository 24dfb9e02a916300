from collections.abc import Iterator
from dataclasses import dataclass

from bankmine.facts import Facts
from bankmine.patterns.base import Finding, Pattern
from bankmine.patterns.breaches import breached
from bankmine.words import Text

KINDS = ("order", "presence", "absence", "cardinality", "exclusiveness", "amount_limit", "time_limit")


@dataclass(frozen=True)
class SkippedStep(Pattern):
    """A rule of the process was not kept: a mandatory step is missing or late, a step was done that must not be, a limit was passed.

    Each rule of the process definition and of the bank's own, other than four eyes and segregation, is judged case by case. A step
    that the log hardly shows is taken as not recorded and not judged. Fires where there are at least `fewest` breaches and the lower
    end of their share exceeds `tolerated_share`. Control addition, Reijers & Liman Mansar (2005); definitions §3.4 P23.
    """

    code = "P23"
    title = Text(zh="控制被跳过、后补或突破", en="Control skipped, late or overridden")
    diagnoses = ("D5",)
    plan = ("4.1.3(4)", "7.1(4)", "8.2.3(1)")
    needs = ("mandatory",)
    kind = "control"
    feasibility = "medium"
    risk_of_change = "low"
    risk_of_inaction = "high"
    consequence = "compliance"
    phase = "4-6"

    tolerated_share: float = 0.0
    fewest: int = 5

    def find(self, facts: Facts) -> Iterator[Finding]:
        words = Text(
            zh="规则：{rule}。{checked} 件中有 {violated} 件（{share}）没有遵守，问题在「{name}」。在系统中设卡，未满足不得继续，并实时预警。",
            en="Rule: {rule}. {violated} of {checked} cases ({share}) did not keep it; what is amiss is “{name}”. "
            "Let the system hold the case until it is met, and alert at once.",
        )
        yield from breached(facts, KINDS, self.fewest, self.tolerated_share, words)
