"""The rows of the measures in the documents that other programs read (contract.md, JSON)."""

from typing import Annotated, Literal

from pydantic import Field

from bankmine.report.schema_parts import Count, Part, Seconds, Share, Words


class CycleTime(Part):
    """From a case's beginning to its last stamp."""

    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds
    p95_s: Seconds
    business_mean_s: Seconds | None
    business_median_s: Seconds | None
    efficiency: Share | None


class Causes(Part):
    """Why work waited, in exclusive parts; `closed_s` and `absent_s` are null where no working hours are known."""

    batching_s: Seconds
    contention_s: Seconds
    prioritisation_s: Seconds
    closed_s: Seconds | None
    absent_s: Seconds | None
    customer_s: Seconds
    system_s: Seconds
    unexplained_s: Seconds


class Waiting(Part):
    """The wait before an activity; in order of total, largest first, then the activity's name. `share` is null where by design.

    total_s = the parts of `causes` + `causes_unknown_s` + `work_included_s`. `causes`: null where nothing could be split;
    `causes_missing`: what the log lacks to split what is unknown; `causes_basis`: whether the starts are recorded; where they
    are estimated the split waiting is a lower bound. `work_included_s`: work that the waits of lone completions include.
    `no_calendar`: instances that waited for people whose working hours are not known. `business_*`: under the calendar of the office or
    role that had to act.
    """

    activity: str
    count: Count
    total_s: Seconds
    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds
    share: Share | None
    by_design: bool
    causes: Causes | None
    business_total_s: Seconds | None
    business_median_s: Seconds | None
    causes_basis: Literal["measured", "estimated_starts", "mixed"] | None
    causes_unknown_s: Seconds
    causes_missing: list[str]
    work_included_s: Seconds
    no_calendar: Count


class WaitingOnArc(Waiting):
    """The wait before an activity by what had made it possible (null: the case's beginning); ordered likewise."""

    source: str | None


class Arc(Part):
    """One activity directly followed by another; in order of count, largest first, then the names."""

    source: str
    target: str
    count: Count
    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds


class Rework(Part):
    """Work items that a case has had before; in order of cases with rework, largest first, then the activity's name."""

    activity: str
    cases: Count
    rework_cases: Count
    extra: Count
    self_loop_extra: Count
    repetition_extra: Count
    customer_caused: Count | None
    repeat: Count
    redo: Count
    resumed_extra: Count
    detour_s: Seconds
    business_detour_s: Seconds | None


class Exit(Part):
    """Where cases go after a loop; null: the case ends."""

    activity: str | None
    cases: Count


class Loop(Part):
    """A way back to an activity; in order of total time, largest first, then the activities."""

    activities: list[str]
    cases: Count
    iterations: Count
    total_s: Seconds
    detour_s: Seconds
    exits: list[Exit]


class Variant(Part):
    """A path of cases; in order of count, largest first, then the activities' names."""

    activities: list[str]
    count: Count
    share: Share


class Resource(Part):
    """A role's work against its duty time; in order of the role's name. `load` is busy_s / duty_s, `load_low` the lower end of
    its 90 % interval, null under eight weeks; what rests on duty hours is null where they are not known. `queue_mean`: items that wait;
    `queue_s`: their waiting inside opening hours; `idle_while_queued_s`: duty time of people at no work meanwhile.
    """

    role: str
    people: Count
    items: Count
    busy_s: Seconds | None
    duty_s: Seconds | None
    load: Annotated[float, Field(ge=0)] | None
    load_low: Annotated[float, Field(ge=0)] | None
    queue_mean: Annotated[float, Field(ge=0)]
    queue_s: Seconds
    idle_while_queued_s: Seconds | None


class Transfer(Part):
    """Work that passes between roles, branches or channels, and how long the receiving instance waits.

    In order of the dimension, then the total, largest first, then the names.
    """

    dimension: Literal["role", "branch", "channel"]
    source: str
    target: str
    count: Count
    cases: Count
    total_s: Seconds
    mean_s: Seconds
    median_s: Seconds
    p90_s: Seconds


class Batching(Part):
    """Work done in batches; in order of the activity's name. `share`: of the activity's items; `fired_by`: what batches begin at."""

    activity: str
    batches: Count
    items: Count
    share: Share
    median_size: Annotated[float, Field(ge=0)]
    kind: Literal["parallel", "concurrent", "sequential"]
    fired_by: Literal["size", "clock", "weekday"] | None
    fired_at: str | None


class RootCause(Part):
    """A value of an attribute against all other cases: Cliff's delta of cycle time, and the difference of the share with rework.

    q: share of false discoveries over all attributes; null where there are too few cases. `same`: shown to take as long.
    """

    attribute: str
    value: str
    cases: Count
    cycle_median_s: Seconds | None
    cycle_delta: float | None
    cycle_q: Share | None
    standardised_delta: float | None
    standardised_q: Share | None
    turned: bool
    same: bool
    rework_share: Share | None
    rework_difference: float | None
    rework_q: Share | None


class Kpi(Part):
    """An indicator of plan §10.1 as it stands, with its 90 % interval where there is one."""

    kpi: str
    plan: str
    better: Literal["lower", "higher", "band"]
    unit: str
    value: float | None
    low: float | None
    high: float | None
    cases: Count


class Score(Part):
    """The mean score of a group of cases with its 90 % interval; null under the minimum size, and where it would give back one that is.

    `slow_less_fast`: of a stage, the mean score of the half of its cases that spent longest there less that of the other half; `q`: of
    that difference over all stages.
    """

    group: Literal["all", "outcome", "stage"]
    name: Words
    answers: Count
    mean: float | None
    low: float | None
    high: float | None
    slow_less_fast: float | None
    q: Share | None


class Answers(Part):
    """Customers' answers joined to cases; all cases first, then outcomes, then stages.

    `scored_cases`: with a score; `unmatched`: answers whose case is not in the log; `response_share`: scored cases of the closed ones;
    `bias_delta`, `bias_p`: cycle times of the closed cases that answered against the others (Cliff's delta, Mann-Whitney).
    """

    scored_cases: Count
    unmatched: Count
    without_score: Count
    repeated: Count
    response_share: Share | None
    bias_delta: Annotated[float, Field(ge=-1, le=1)] | None
    bias_p: Share | None
    scores: list[Score]
