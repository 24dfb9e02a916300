"""What a reader of the results must know about the log as a whole: duplicates, ties, displaced times, odd cases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from bankmine.log.coded import coded
from bankmine.log.eventlog import DAY, SECOND
from bankmine.log.imperfections.displaced import by_days
from bankmine.log.lifecycle import grouped
from bankmine.log.quality import QualityFinding
from bankmine.log.rows import Rows
from bankmine.stats.grouped import distinct
from bankmine.words import Text

LONG_CASE = 10_000  # rows
TIED_ROWS = 3
MOSTLY = 0.9
NEAR = SECOND


def exact_duplicates(frames: Sequence[pl.DataFrame]) -> np.ndarray:
    """bool [rows of all frames]: whether an earlier row of any of them has the same cells in all columns."""
    copies = [np.zeros(frame.height, dtype=bool) for frame in frames]
    begins = np.cumsum([0, *(frame.height for frame in frames)])
    same_columns: dict[tuple[str, ...], list[int]] = {}
    for number, frame in enumerate(frames):
        same_columns.setdefault(tuple(sorted(frame.columns)), []).append(number)
    copied = np.concatenate(copies) if copies else np.zeros(0, dtype=bool)
    for names, numbers in same_columns.items():
        hashes = np.concatenate([frames[number].select(names).hash_rows().to_numpy() for number in numbers])
        rows = np.concatenate([np.arange(begins[number], begins[number + 1]) for number in numbers])
        suspect = np.flatnonzero(pl.Series(hashes).is_duplicated().to_numpy())
        if not len(suspect):
            continue
        # Equal hashes are a hint; the cells themselves decide.
        cells = pl.concat([frames[number].select(names) for number in numbers], how="vertical_relaxed")[suspect]
        copied[rows[suspect]] = ~cells.select(pl.struct(pl.all()).is_first_distinct()).to_series().to_numpy()
    return copied


def check_rows(rows: Rows, copied: np.ndarray, *, date_only: bool) -> list[QualityFinding]:
    """Findings on usable rows; `copied` bool [rows] marks exact duplicates, `date_only` that times have no clock."""
    findings = []
    with ThreadPoolExecutor(max_workers=2) as pool:  # each on its own
        looking_near = pool.submit(near_duplicates, rows, copied)
        others = [pool.submit(check, rows) for check in (*([] if date_only else [_form_based]), _time_travel, _odd_cases)]
    if copied.any():
        findings.append(
            rows.finding(
                "DUP_EXACT",
                "warning",
                np.flatnonzero(copied),
                Text(
                    zh=f"{int(copied.sum())} 行与前面的行完全相同；已保留（--dedupe 可去重）；按返工计算，次数偏多。",
                    en=f"{int(copied.sum())} rows repeat an earlier row exactly; they are kept (--dedupe drops them) and count as rework.",
                ),
            )
        )
    near = looking_near.result()
    if len(near):
        findings.append(
            rows.finding(
                "DUP_NEAR",
                "warning",
                near,
                Text(
                    zh=f"{len(near)} 行与同一案件、同一环节、同一经办人的前一行相差不超过 1 秒（可能是重复点击）；按返工计算，次数偏多。",
                    en=f"{len(near)} rows follow one of the same case, activity and resource within a second (double clicks, "
                    "perhaps) and count as rework.",
                ),
            )
        )
    return [*findings, *(found for looking in others for found in looking.result())]


def near_duplicates(rows: Rows, copied: np.ndarray) -> np.ndarray:
    """The rows that repeat case, activity, resource, transition and instance of another at most one second before, but not exactly."""
    some = rows.close
    case, step = rows.case.codes[some], np.diff(rows.moment[some])
    apart = np.zeros(len(rows.case.values), dtype=bool)  # cases with two rows that follow each other that soon, not at once
    apart[case[1:][(step > 0) & (step <= NEAR) & (case[1:] == case[:-1])]] = True
    some = some[apart[case]]
    some = np.sort(some[~copied[some]])
    keys = [rows.case.codes[some], rows.activity.codes[some], rows.resource.codes[some]]
    if rows.instance is not None:
        keys.append(rows.instance.codes[some])
    if rows.lifecycle is not None:
        keys.append(coded(rows.lifecycle.gather(some)).codes)
    group = grouped(*(np.asarray(key, dtype=np.int64) for key in keys))
    order = np.lexsort((rows.moment[some], group))
    gap = np.diff(rows.moment[some[order]])
    close = (np.diff(group[order]) == 0) & (gap <= NEAR) & (gap > 0)
    if rows.start is not None:
        close &= np.abs(np.diff(rows.start[some[order]])) <= NEAR
    return np.sort(some[order[1:][close]])


def _form_based(rows: Rows) -> list[QualityFinding]:
    """Runs of several different activities of one case at one instant: a form was saved, the order inside it is not known."""
    order, run = rows.tied
    if not len(run):
        return []
    size = np.bincount(run)
    long = np.flatnonzero((size >= TIED_ROWS)[run])
    width = len(rows.activity.values) + 1
    several = np.bincount(distinct(run[long] * width + rows.activity.codes[order[long]]) // width, minlength=len(size)) >= TIED_ROWS
    places = np.sort(order[long[several[run[long]]]])
    if not len(places):
        return []
    return [
        rows.finding(
            "FORM_BASED_TIES",
            "warning",
            places,
            Text(
                zh=f"{len(places)} 行与同一案件的至少两个其他环节时间完全相同（按表单保存时间记录）；先后顺序未知，按文件顺序排列；其间的等待为 0 或偏短，表单之前的等待偏长。",
                en=f"{len(places)} rows share one instant with at least two other activities of their case (a form was saved); "
                "their order is not known, that of the file is used; waits inside the form vanish, the one before it is too long.",
            ),
        )
    ]


def _time_travel(rows: Rows) -> list[QualityFinding]:
    """Rows out of order by whole days in a file that is otherwise in order of time, within each case or as a whole.

    A row whose time moved by a whole number of days would stand between its neighbours in the file (its date was typed by hand).
    """
    places = np.union1d(_out_of_case(rows), by_days(rows.moment, rows.file))
    if not len(places):
        return []
    return [
        rows.finding(
            "TIME_TRAVEL",
            "warning",
            places,
            Text(
                zh=f"{len(places)} 行的时间与其在文件中的位置相差整天（可能是日期登记有误）；按登记时间排序，环节次序可能颠倒，前后等待相差整天。",
                en=f"the times of {len(places)} rows are off by whole days from their place in the file (a date entered wrong, perhaps); "
                "they are ordered by the time as recorded: activities may change places, and waits are days too long or too short.",
            ),
        )
    ]


def _out_of_case(rows: Rows) -> np.ndarray:
    """The rows (places) out of order by whole days in their case, where cases are mostly in order of time in the file."""
    if (rows.moment[1:] >= rows.moment[:-1]).all():
        return np.zeros(0, dtype=np.int64)
    order, _ = rows.by_case
    case, time = rows.case.codes[order], rows.moment[order]
    same = case[1:] == case[:-1]
    step = np.diff(time)
    if not same.any() or (step[same] >= 0).mean() < MOSTLY:
        return order[:0]
    back = np.flatnonzero(same & (step < 0))  # the row after this place is earlier
    inside = np.append(same, [False])  # whether a place has a next row in its case
    before = np.concatenate([[False], same])[back]
    after = inside[np.minimum(back + 1, len(inside) - 1)]
    # Too late: the row itself, moved back by k days, lies between the row before and the row after it.
    least = -(-(time[back] - time[back + 1]) // DAY)
    most = np.where(before, (time[back] - time[np.maximum(back - 1, 0)]) // DAY, least)
    late = before & (least >= 1) & (least <= most)
    # Too early: the next row, moved on by k days.
    later = time[np.minimum(back + 2, len(time) - 1)]
    early = after & ~late & (least >= 1) & (least <= (later - time[back + 1]) // DAY)
    return np.concatenate([order[back[late]], order[back[early] + 1]])


def _odd_cases(rows: Rows) -> list[QualityFinding]:
    """Single cases, single events, very long cases, cases cut at their beginning."""
    head = rows.order[rows.offsets[:-1]]  # the first row of each case, in order of case
    size = np.diff(rows.offsets)
    findings = []
    if len(head) == 1:
        findings.append(
            rows.finding(
                "SINGLE_CASE",
                "warning",
                head,
                Text(
                    zh="日志只有一个案件，无法比较；请检查案件号列是否选对。",
                    en="the log holds one case only: nothing to compare; is the case column the right one?",
                ),
            )
        )
    single = head[size == 1]
    if len(single) * 2 > len(head):
        findings.append(
            rows.finding(
                "SINGLE_EVENT_CASES",
                "warning",
                np.sort(single),
                Text(
                    zh=f"{len(single)} 个案件只有一个事件；请检查案件号列是否选对。",
                    en=f"{len(single)} cases have a single event; is the case column the right one?",
                ),
            )
        )
    long = head[size > LONG_CASE]
    if len(long):
        findings.append(
            rows.finding(
                "CASE_LONG",
                "warning",
                np.sort(long),
                Text(
                    zh=f"{len(long)} 个案件超过 {LONG_CASE} 个事件（可能把多个案件合成了一个）；其时长和返工偏高。",
                    en=f"{len(long)} cases have more than {LONG_CASE} events (several cases under one id, perhaps): durations "
                    "and rework are overstated.",
                ),
            )
        )
    cut = _cut_cases(rows, head)
    if len(cut):
        findings.append(
            rows.finding(
                "CASE_INCOMPLETE",
                "warning",
                np.sort(cut),
                Text(
                    zh=f"{len(cut)} 个案件缺少通常的首个环节（日志可能从案件中途开始）；其总时长偏短。",
                    en=f"{len(cut)} cases lack the activity with which cases begin (the log's window cut them, perhaps); "
                    "their durations are too short.",
                ),
            )
        )
    return findings


def _cut_cases(rows: Rows, head: np.ndarray) -> np.ndarray:
    """The first rows of cases without the usual first activity, which begin with an activity that elsewhere comes after it.

    Usual: more than half of all cases begin with it. Elsewhere: in more than half of the cases with that activity.
    """
    begins = rows.activity.codes[head]
    starts = np.bincount(begins, minlength=len(rows.activity.values))
    usual = int(starts.argmax())
    if starts[usual] * 2 <= len(head):
        return head[:0]
    with_usual = np.zeros(len(rows.case.values), dtype=bool)
    with_usual[rows.case.codes[rows.activity.codes == usual]] = True
    if with_usual[rows.case.codes[head]].all():
        return head[:0]
    pairs = distinct(rows.case.codes.astype(np.int64) * len(starts) + rows.activity.codes)
    having = np.bincount(pairs % len(starts), minlength=len(starts))
    began_usual = np.zeros(len(rows.case.values), dtype=bool)
    began_usual[rows.case.codes[head[begins == usual]]] = True
    after_usual = np.bincount(pairs[began_usual[pairs // len(starts)]] % len(starts), minlength=len(starts))
    follows = after_usual * 2 > having
    return head[~with_usual[rows.case.codes[head]] & follows[begins]]
