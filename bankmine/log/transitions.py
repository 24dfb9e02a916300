"""Lifecycle values: what each transition does to the work on an activity (XES standard, and usual words)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl


class Transition(IntEnum):
    """What a lifecycle value does; the order is that of rows with equal times."""

    SCHEDULE = 0
    OTHER = 1
    OPEN = 2
    RESUME = 3
    SUSPEND = 4
    COMPLETE = 5
    ABORT = 6


STANDARD = {
    "schedule": Transition.SCHEDULE,
    "assign": Transition.OTHER,
    "reassign": Transition.OTHER,
    "start": Transition.OPEN,
    "resume": Transition.RESUME,
    "suspend": Transition.SUSPEND,
    "complete": Transition.COMPLETE,
    "withdraw": Transition.ABORT,
    "ate_abort": Transition.ABORT,
    "pi_abort": Transition.ABORT,
    "autoskip": Transition.OTHER,
    "manualskip": Transition.OTHER,
}

# Other words, parted by commas.
WORDS = {
    Transition.SCHEDULE: "scheduled, enable, enabled, create, created, 排程, 计划, 安排, 已安排, 创建, 待办, 待处理",
    Transition.OTHER: "assigned, allocate, allocated, offer, offered, claim, claimed, delegate, delegated, skip, skipped, "
    "分配, 分派, 派单, 指派, 转派, 签收, 认领, 跳过",
    Transition.OPEN: "started, begin, began, open, opened, in progress, in_progress, 开始, 启动, 已开始, 处理中, 办理中, 开始办理",
    Transition.RESUME: "resumed, continue, continued, unhold, 恢复, 继续, 解挂, 取消挂起",
    Transition.SUSPEND: "suspended, pause, paused, hold, on hold, on_hold, 暂停, 挂起, 中断",
    Transition.COMPLETE: "completed, end, ended, finish, finished, done, close, closed, stop, 完成, 已完成, 结束, 已结束, 办结, 已办结",
    Transition.ABORT: "withdrawn, abort, aborted, abort_activity, abort_case, cancel, cancelled, canceled, terminate, terminated, "
    "撤回, 撤销, 取消, 已取消, 终止, 中止",
}


@dataclass(frozen=True, eq=False)
class Transitions:
    """The class of each row, and how it was understood.

    `code` int8 [rows] (Transition); a value that is missing or not understood counts as COMPLETE, which is what a row
    without a lifecycle means. `mapped` rows have a value other than the standard's own lower-case words; `unknown`
    holds the values that were not understood, with their counts.
    """

    code: np.ndarray
    mapped: int
    mapped_values: tuple[str, ...]
    unknown: dict[str, int]


def understand(values: pl.Series) -> Transitions:
    """The transition of each lifecycle value, by the words of the XES standard and usual ones in English and Chinese."""
    words = {word: transition for transition, several in WORDS.items() for word in several.split(", ")} | STANDARD
    counts = values.cast(pl.String).value_counts(sort=True).drop_nulls()
    meaning: dict[str, int] = {}
    mapped, mapped_values, unknown = 0, [], {}
    for value, count in counts.iter_rows():
        transition = words.get(value.strip().casefold())
        meaning[value] = int(Transition.COMPLETE if transition is None else transition)
        if transition is None:
            unknown[value] = count
        elif value not in STANDARD:
            mapped += count
            mapped_values.append(value)
    code = values.cast(pl.String).replace_strict(meaning, default=int(Transition.COMPLETE), return_dtype=pl.Int8)
    return Transitions(code.to_numpy(), mapped, tuple(sorted(mapped_values)), dict(sorted(unknown.items())))
