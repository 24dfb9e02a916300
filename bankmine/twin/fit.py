"""Whether the twin can be trusted: it is set up on the first weeks of a log and has to foretell the waits of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import DAY, SECOND
from bankmine.show.blocks import Block, Cell, Column, Mark, Paragraph, TableBlock
from bankmine.show.format import percent
from bankmine.show.notebook import Shown
from bankmine.stats.grouped import each_group, grouped_sum
from bankmine.twin.office import Office
from bankmine.twin.queues import Played, play
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

WEEK = 7 * DAY
TRAINED = 0.7  # of the weeks
FEWEST = 30  # items of a step, in each part of the log
LARGEST_ERROR = 0.15
CLEARLY = 0.8  # of the distance item by item: another order of service is taken only where it comes so much nearer
PLAINLY = 0.10  # of a step's waiting: queues by themselves come out a little shorter or longer
LEAST_RECOMPUTED = 0.30  # of the step's waiting


@dataclass(frozen=True, eq=False)
class Fit(Shown):
    """How well the unchanged twin foretells the waiting that it recomputes, by activity: arrays [activities], NaN where there are too few.

    Of items enabled in the last 30 % of the weeks: `observed_s`, `predicted_s` mean recomputed wait, the latter with what work lay longer
    in the first weeks than one queue explains; `naive_s` what the first 70 % had;
    `error`: predicted against observed, relative; `weekly_error`, `naive_weekly_error`: mean absolute error of the weekly means, of the
    twin and of the naive forecast. `recomputed`: share of the step's waiting that the twin recomputes. `usable` bool: error at most
    15 %, better than naive by week, at least 30 % recomputed.
    """

    activities: tuple[str, ...]
    items: np.ndarray
    observed_s: np.ndarray
    predicted_s: np.ndarray
    naive_s: np.ndarray
    weekly_error: np.ndarray
    naive_weekly_error: np.ndarray
    recomputed: np.ndarray

    @property
    def error(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.predicted_s / self.observed_s - 1)

    @property
    def usable(self) -> np.ndarray:
        better = self.weekly_error <= self.naive_weekly_error
        return (self.error <= LARGEST_ERROR) & better & (self.recomputed >= LEAST_RECOMPUTED)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ("items", "observed_s", "predicted_s", "naive_s", "error", "weekly_error", "naive_weekly_error", "recomputed", "usable")
        table = pd.DataFrame({"activity": self.activities, **{name: getattr(self, name) for name in names}})
        return table[~np.isnan(self.observed_s)].reset_index(drop=True)

    def blocks(self) -> list[Block]:
        known = np.flatnonzero(~np.isnan(self.observed_s)).tolist()
        rows: list[tuple[Cell, ...]] = [
            (
                self.activities[k],
                float(self.observed_s[k]),
                float(self.predicted_s[k]),
                percent(float(self.error[k])),
                float(self.recomputed[k]),
                self.said(k),
            )
            for k in known
        ]
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="实际排队等待", en="Waited"), "duration"),
            Column(Text(zh="孪生预测", en="Foretold"), "duration"),
            Column(Text(zh="误差", en="Error"), "text"),
            Column(Text(zh="可重算的等待", en="Recomputed"), "share"),
            Column(Text(zh="能否采用", en="To be used"), "text"),
        )
        note = Text(
            zh="用前 70% 的周设定，预测后 30% 的周；只比较孪生重新计算的等待（凑批、排队、被插队、未营业、不当班）。",
            en="Set up on the first 70 % of the weeks, it foretells the last 30 %; compared is only the waiting that it recomputes "
            "(batches, queues, overtaking, closed and off-shift time).",
        )
        return [TableBlock(columns, rows, caption=Text(zh="孪生的可信度", en="How far the twin can be trusted")), Paragraph(note)]

    def said(self, activity: int) -> Mark:
        """Whether the figures of an activity can be used, and why not."""
        if self.usable[activity]:
            return Mark(Text(zh="可采用", en="usable"), "good")
        if self.recomputed[activity] < LEAST_RECOMPUTED:
            outside = percent(1 - float(self.recomputed[activity]))
            return Mark(
                Text(zh="不可采用：{x} 的等待在模型之外", en="not usable: {x} of this wait is outside the model").format(x=outside), "info"
            )
        if self.error[activity] > LARGEST_ERROR:
            return Mark(Text(zh="不可采用：误差过大", en="not usable: the error is too large"), "warning")
        return Mark(Text(zh="不可采用：不比平均值准", en="not usable: no better than the mean"), "warning")


def fitted(facts: Facts, office: Office, since: int) -> tuple[Office, Played, Fit]:
    """The office with the queue discipline of each role that comes nearest to the waits of the first weeks, played unchanged, and how
    well that foretells the rest. `since`: UTC microseconds, the beginning of the first week.
    """
    observed = office.waited - office.hold - office.lies
    enabled = facts.enabled[office.row]
    split = since + int(TRAINED * (int(enabled.max()) - since))
    training = enabled < split
    mine = office.queued & training
    # One queue for all, first come, first served; each item for the person who did it; the last that came first; both.
    ways = ((False, False), (True, False), (False, True), (True, True))
    totals, apart = np.zeros((2, len(ways), len(office.desks)))
    plays = [play(_organised(office, [way] * len(office.desks))) for way in ways]
    for number, played in enumerate(plays):
        difference = (played.began - played.seen - office.lies - observed)[mine]
        totals[number] = np.abs(grouped_sum(difference, office.role[mine], len(office.desks)))
        apart[number] = grouped_sum(np.abs(difference), office.role[mine], len(office.desks))
    waited = grouped_sum(observed[mine], office.role[mine], len(office.desks))
    # Who did it is known only afterwards, and nobody who is added would get any of it: not unless one queue is plainly not it, and this
    # comes nearer by half, in all and item by item: work that lies also waits longer than in one queue.
    named = np.zeros(len(office.desks), dtype=bool)
    for way in (1, 3):
        named |= (totals[0] > LARGEST_ERROR * waited) & (totals[way] < totals[0] / 2) & (apart[way] < apart[0] / 2)
    last = np.where(named, apart[3] < CLEARLY * apart[1], apart[2] < CLEARLY * apart[0])
    office = _organised(office, list(zip(named.tolist(), last.tolist(), strict=True)))
    played = play(office) if (named | last).any() else plays[0]
    size, activity = len(office.names), office.activity
    # What the last weeks lie longer than is seen is not known beforehand: as long as the first ones did.
    held = _longer(office, played, training)
    usual = grouped_sum(held[mine], activity[mine], size) // np.maximum(np.bincount(activity[mine], minlength=size), 1)
    _, foretold = _lying(office, played, np.where(office.queued & ~training, usual[activity], held))
    fit = _judged(facts, office, foretold, observed, split)
    return *_lying(office, played, _longer(office, played, np.ones(len(training), dtype=bool))), fit


def _lying(office: Office, played: Played, longer: np.ndarray) -> tuple[Office, Played]:
    """The office in which work lies so much longer, int64 [instances], and its play; as they are where it does not."""
    if not longer.any():
        return office, played
    office = replace(office, lies=office.lies + longer)
    return office, play(office)


def _longer(office: Office, played: Played, rows: np.ndarray) -> np.ndarray:
    """int64 [instances] microseconds of opening time: how much longer than it seems work lies, where a step's items (bool `rows`) waited
    longer in all than is played; by item, in proportion to what is missing. Work that lies while its later owner is partly busy
    looks like queue in part, but with one queue somebody else would have taken it.
    """
    short = np.where(office.queued & rows, office.waited - (played.began - played.enabled), 0)
    size, activity, missing = len(office.names), office.activity, np.maximum(short, 0)
    total, gross = grouped_sum(short, activity, size), grouped_sum(missing, activity, size)
    whole = grouped_sum(np.where(office.queued & rows, office.waited - office.hold - office.lies, 0), activity, size)
    share = np.where(total > PLAINLY * whole, np.clip(total / np.maximum(gross, 1), 0, 1), 0.0)[activity]
    began, result = office.was + office.waited, np.zeros(len(short), dtype=np.int64)
    for calendar, at in each_group(np.where(missing * share > 0, office.opening, -1)):
        if calendar >= 0:
            open_ = office.calendars[calendar].between(began[at] - missing[at], began[at])
            result[at] = (open_ * share[at]).astype(np.int64)
    return result


def _organised(office: Office, ways: Sequence[tuple[bool, bool]]) -> Office:
    """Each desk with items for named people or not, and the last first or not."""
    desks = (replace(desk, named=named, last_first=last) for desk, (named, last) in zip(office.desks, ways, strict=True))
    return replace(office, desks=tuple(desks))


def _judged(facts: Facts, office: Office, played: Played, observed: np.ndarray, split: int) -> Fit:
    size, activity, predicted = len(office.names), office.activity, played.began - played.seen - office.lies
    enabled = facts.enabled[office.row]
    later = office.queued & (enabled >= split)
    earlier = office.queued & (enabled < split)

    def mean(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        count = np.bincount(activity[rows], minlength=size)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(count >= FEWEST, grouped_sum(values[rows], activity[rows], size) / count, np.nan) / SECOND

    naive = mean(observed, earlier)
    week = (enabled - split) // WEEK
    weeks = int(week.max()) + 1
    key = activity[later].astype(np.int64) * weeks + week[later]
    count = np.bincount(key, minlength=size * weeks).reshape(size, weeks)
    by_week = [grouped_sum(v[later], key, size * weeks).reshape(size, weeks) / SECOND for v in (observed, predicted)]
    with np.errstate(divide="ignore", invalid="ignore"):
        seen, foretold = (np.where(count > 0, sums / count, np.nan) for sums in by_week)
        off = np.nansum(np.abs(foretold - seen) * count, axis=1) / count.sum(axis=1)
        plain = np.nansum(np.abs(naive[:, None] - seen) * count, axis=1) / count.sum(axis=1)
        whole = grouped_sum(np.where(office.queued, facts.wait[office.row], 0), activity, size)
        share = grouped_sum(np.where(office.queued, observed, 0), activity, size) / whole
    few = np.isnan(naive) | np.isnan(mean(observed, later))
    return Fit(
        office.names,
        count.sum(axis=1),
        np.where(few, np.nan, mean(observed, later)),
        np.where(few, np.nan, mean(predicted, later)),
        np.where(few, np.nan, naive),
        np.where(few, np.nan, off),
        np.where(few, np.nan, plain),
        share,
    )
