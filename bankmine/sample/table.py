"""The rows of a run as frames: the log, and beside it why each of its rows waited."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from bankmine.sample.arrivals import MONDAY
from bankmine.sample.problems import Problem
from bankmine.sample.simulate import Plan
from bankmine.sample.waits import CAUSES
from bankmine.sample.world import CUSTOMER, SYSTEM, Row
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    import polars as pl

ACTORS = {CUSTOMER: Text(zh="客户", en="Customer"), SYSTEM: Text(zh="系统", en="System")}
CHANNELS = (Text(zh="柜面", en="branch"), Text(zh="网上银行", en="online"), Text(zh="手机银行", en="mobile"))
SEGMENT = Text(zh="客户类型", en="segment")
# By the problem: the segment that it concerns, and the others.
SEGMENTS: Mapping[str, tuple[Text, Text]] = MappingProxyType(
    {
        "P19": (Text(zh="私人银行客户", en="Private banking"), Text(zh="大众客户", en="Retail")),
        "P21": (Text(zh="农村客户", en="Rural"), Text(zh="城区客户", en="Urban")),
    }
)
COLUMNS = (
    Text(zh="业务编号", en="case_id"),
    Text(zh="环节", en="activity"),
    Text(zh="开始时间", en="start_time"),
    Text(zh="完成时间", en="end_time"),
    Text(zh="经办人", en="resource"),
    Text(zh="岗位", en="role"),
    Text(zh="渠道", en="channel"),
    Text(zh="产品", en="product"),
    Text(zh="金额", en="amount"),
)
OFFICE_COLUMN = Text(zh="网点", en="branch")
OFFICE_NAME = Text(zh="第{number}支行", en="Branch {number}")


def kept_rows(plan: Plan, rows: Sequence[Row]) -> list[Row]:
    """Rows that were complete when the window closed, in order of completion."""
    return sorted((row for row in rows if row.end <= plan.window), key=lambda row: (row.end, row.start, row.case))


def log_table(plan: Plan, rows: Sequence[Row], lang: Lang, *, segmented: Problem | None = None, offices: bool = False) -> "pl.DataFrame":
    """The log: one row per piece of work, columns named as COLUMNS; `segmented`: also the customer segment, of which the one that the
    problem concerns has its share of the cases; `offices`: also the branch of each case.
    """
    import polars as pl

    case = np.array([row.case for row in rows], dtype=np.int64)
    roles = {name: role.name.of(lang) for name, role in plan.model.roles.items()} | {name: text.of(lang) for name, text in ACTORS.items()}
    rng = np.random.default_rng([plan.seed, crc32(b"attributes")])
    shares = np.array([share for _, share in plan.model.products])
    product = rng.choice(len(shares), size=plan.cases, p=shares / shares.sum())
    channel = np.where(plan.in_branch, 0, 1 + (rng.random(plan.cases) < 0.5))
    moved = np.array([row.moved for row in rows], dtype=np.int64)
    # The same draw that `Case.large` reads.
    amount = plan.draws.stream("amount").standard_normal(plan.cases)
    amount = (np.round(plan.model.median_amount * np.exp(0.8 * amount) / 100) * 100).astype(np.int64)
    data = (
        case_ids(plan, case),
        _labels(plan, rows, lang),
        _times([row.start for row in rows]),
        _times([row.end for row in rows]),
        [person(row.resource, roles) for row in rows],
        [roles[row.role] for row in rows],
        [CHANNELS[code].of(lang) for code in ((channel[case] + moved) % len(CHANNELS)).tolist()],
        [plan.model.products[code][0].of(lang) for code in product[case].tolist()],
        amount[case],
    )
    table = {column.of(lang): values for column, values in zip(COLUMNS, data, strict=True)}
    if segmented is not None:
        concerned = plan.shares("segment") < segmented.share
        names = [each.of(lang) for each in SEGMENTS[segmented.pattern]]
        table[SEGMENT.of(lang)] = [names[0 if concerned[number] else 1] for number in case.tolist()]
    if offices:
        names = [OFFICE_NAME.format(number=plan.draws.office(number) + 1).of(lang) for number in range(plan.cases)]
        table[OFFICE_COLUMN.of(lang)] = [names[number] for number in case.tolist()]
    return pl.DataFrame(table)


def waits_table(plan: Plan, rows: Sequence[Row], lang: Lang) -> "pl.DataFrame":
    """One row per row of the log, in its order: when it was enabled, and its wait from then on by cause, in seconds."""
    import polars as pl

    parts = np.array([row.parts for row in rows], dtype=np.int64).reshape(-1, len(CAUSES))
    return pl.DataFrame(
        {
            "case_id": case_ids(plan, np.array([row.case for row in rows], dtype=np.int64)),
            "activity": _labels(plan, rows, lang),
            "start_time": _times([row.start for row in rows]),
            "enabled": _times([row.enabled for row in rows]),
            **{f"{name}_s": parts[:, c] for c, name in enumerate(CAUSES)},
        }
    )


def person(name: str, roles: dict[str, str]) -> str:
    """The name of a person, or of the customer or the system, in the log's language."""
    role, _, number = name.rpartition("-")
    return f"{roles[role]}-{number}" if role else roles[name]


def case_ids(plan: Plan, case: np.ndarray) -> list[str]:
    """Cases are numbered as they arrive."""
    place = np.empty(plan.cases, dtype=np.int64)
    place[np.argsort(plan.arrivals, kind="stable")] = np.arange(1, plan.cases + 1)
    width = max(6, len(str(plan.cases)))
    return [f"{plan.model.prefix}{number:0{width}d}" for number in place[case].tolist()]


def _labels(plan: Plan, rows: Sequence[Row], lang: Lang) -> list[str]:
    labels = {step.id: step.name.of(lang) for step in plan.definition.steps}
    return [labels[row.step] for row in rows]


def _times(seconds: list[int]) -> np.ndarray:
    return (MONDAY + np.array(seconds, dtype=np.int64).astype("timedelta64[s]")).astype("datetime64[us]")
