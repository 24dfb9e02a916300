"""The road map: recommendations in the four phases of the plan (plan §9.1), with owner, baseline, target and KPI."""

from collections.abc import Iterable
from dataclasses import dataclass

from bankmine.advice.answer import Recommendation
from bankmine.words import Text

PHASES = ("1-3", "4-6", "7-9", "10-12")
PHASE_TITLES = (
    Text(zh="前期准备", en="Preparation"),
    Text(zh="方案实施", en="Implementation"),
    Text(zh="中期评估与调整", en="Review and adjustment"),
    Text(zh="后期巩固与提升", en="Consolidation"),
)
OPERATIONS = Text(zh="运营管理部", en="Operations")
OWNERS = {
    "D1": OPERATIONS,
    "D2": Text(zh="客户服务部", en="Customer service"),
    "D3": OPERATIONS,
    "D4": Text(zh="客户服务部", en="Customer service"),
    "D5": Text(zh="风险合规部", en="Risk and compliance"),
    "D6": Text(zh="信息科技部", en="Information technology"),
}
KPIS = {
    "time": ("cycle_time_mean", Text(zh="平均办理时长", en="mean cycle time")),
    "effort": ("touch_time", Text(zh="每件办理工时", en="touch time per case")),
    "control": ("control_breaches", Text(zh="每千件违反控制的案件数", en="control breaches per 1,000 cases")),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A recommendation in its window: `phase` is an index of PHASES, `deferred` whether risk or feasibility put it one later.

    `baseline_s`, `target_s`: seconds of mean cycle time per case now and after the realistic gain; None where the gain is none of time
    or not known.
    """

    log: str
    item: Recommendation
    phase: int
    deferred: bool
    owner: Text
    kpi: str
    kpi_title: Text
    baseline_s: float | None
    target_s: float | None


def step_of(item: Recommendation, log: str = "", baseline_s: float | None = None) -> Step:
    """The window of a recommendation; a high risk of changing or a low feasibility moves it one window later (definitions §3.5)."""
    planned = next(k for k, phase in enumerate(PHASES) if phase == item.phase)
    deferred = item.risk_of_change == "high" or item.feasibility == "low"
    gain = item.gain.realistic.estimate if item.kind == "time" and item.gain.realistic is not None else None
    known = baseline_s is not None and gain is not None
    code, title = KPIS[item.kind]
    owner = next((OWNERS[d] for d in item.diagnoses if d in OWNERS), OPERATIONS)
    return Step(
        log=log,
        item=item,
        phase=min(planned + deferred, len(PHASES) - 1),
        deferred=deferred,
        owner=OWNERS["D5"] if item.kind == "control" else owner,
        kpi=code,
        kpi_title=title,
        baseline_s=baseline_s if known else None,
        target_s=max(baseline_s - gain, 0.0) if baseline_s is not None and gain is not None else None,
    )


def roadmap(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps by window, then tier, score (descending), log and rank."""
    return tuple(sorted(steps, key=lambda s: (s.phase, s.item.tier, -s.item.score, s.log, s.item.rank)))
