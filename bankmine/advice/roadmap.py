"""The road map: recommendations in the four phases of the plan (plan §9.1), with owner, baseline, target and KPI."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
    "control": ("control_breaches", Text(zh="每千件违反控制的案件数", en="cases with a broken control, of 1,000")),
}
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True, slots=True)
class Step:
    """A recommendation in its window: `phase` is an index of PHASES, `deferred` whether risk or feasibility put it one later.

    `kpi`: the indicator (measure.kpi) that will show the effect; `baseline`, `target`: its value now and after this step alone, by the
    realistic gain, in seconds or, for broken controls, of 1,000 cases; None where it cannot be told.
    """

    log: str
    item: Recommendation
    phase: int
    deferred: bool
    owner: Text
    kpi: str
    kpi_title: Text
    baseline: float | None
    target: float | None

    @property
    def in_seconds(self) -> bool:
        return self.item.kind != "control"


def step_of(item: Recommendation, log: str = "", now: Mapping[str, float | None] = MappingProxyType({})) -> Step:
    """The window of a recommendation; a high risk of changing or a low feasibility moves it one window later (definitions §3.5).

    `now`: the indicators of the log as they stand, by id.
    """
    planned = next(k for k, phase in enumerate(PHASES) if phase == item.phase)
    deferred = item.risk_of_change == "high" or item.feasibility == "low"
    code, title = KPIS[item.kind]
    baseline, less = now.get(code), _less(item, now)
    owner = next((OWNERS[d] for d in item.diagnoses if d in OWNERS), OPERATIONS)
    return Step(
        log=log,
        item=item,
        phase=min(planned + deferred, len(PHASES) - 1),
        deferred=deferred,
        owner=OWNERS["D5"] if item.kind == "control" else owner,
        kpi=code,
        kpi_title=title,
        baseline=baseline,
        target=max(baseline - less, 0.0) if baseline is not None and less is not None else None,
    )


def _less(item: Recommendation, now: Mapping[str, float | None]) -> float | None:
    """By how much the indicator falls: no case is to break this control any more, others may."""
    if item.kind == "control":
        return 1000 * item.share_of_cases
    if item.kind == "effort":
        cases = now.get("throughput_week")
        return item.gain.effort_per_year_s / (cases * WEEKS_A_YEAR) if cases and item.gain.effort_per_year_s is not None else None
    return None if item.gain.realistic is None else max(item.gain.realistic.estimate, 0.0)


def roadmap(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps by window, then tier, score (descending), log and rank."""
    return tuple(sorted(steps, key=lambda s: (s.phase, s.item.tier, -s.item.score, s.log, s.item.rank)))
