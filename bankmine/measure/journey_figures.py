"""Figures on customers' journeys with their intervals; open cases count as long as they were seen (definitions §4, §5)."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bankmine.log.eventlog import DAY, SECOND, EventLog
from bankmine.measure.customer import kinds
from bankmine.measure.endings import Endings
from bankmine.process.definition import Kind, Understanding
from bankmine.show.blocks import CellKind
from bankmine.show.format import cell
from bankmine.stats.shares import wilson
from bankmine.stats.survival import Incidence, Survival
from bankmine.words import Text

CONFIDENCE = 0.90
OFFER_DAYS = 30
DROP_OUT = Text(zh="报价后 {days} 天内客户放弃", en="Dropped out within {days} days of the offer").format(days=OFFER_DAYS)
TIME_OUT = Text(zh="报价后 {days} 天内超时关闭", en="Timed out within {days} days of the offer").format(days=OFFER_DAYS)
P90 = Text(zh="{title}（九成不超过）", en="{title}, 90 % at most")


@dataclass(frozen=True, slots=True)
class JourneyFigure:
    """One figure: `value` in seconds, share or number as `kind` says, None where the log cannot tell; its interval where there is one;
    the cases that it speaks of.
    """

    id: str
    title: Text
    kind: CellKind
    value: float | None
    low: float | None
    high: float | None
    cases: int

    def said(self, value: float | None) -> Text:
        """A value of this figure as people read it."""
        zh, en = (cell(value, self.kind, lang, "UTC") for lang in ("zh", "en"))
        return Text(zh=zh, en=en)


def times(name: str, title: Text, seconds: np.ndarray, over: np.ndarray) -> tuple[JourneyFigure, JourneyFigure]:
    """Median and P90 by Kaplan-Meier of `seconds` [cases], NaN = not of this population, that are `over` or still run."""
    known = ~np.isnan(seconds)
    cases = int(known.sum())
    curve = Survival.of(seconds[known], over[known], confidence=CONFIDENCE) if cases else None
    ends = [curve.quantile(q) if curve else (None, None, None) for q in (0.5, 0.9)]
    return (
        JourneyFigure(f"{name}_median", title, "duration", *ends[0], cases),
        JourneyFigure(f"{name}_p90", P90.format(title=title), "duration", *ends[1], cases),
    )


def mean(name: str, title: Text, values: np.ndarray | None, cases: int) -> JourneyFigure:
    """The mean of `values` [cases] with its normal interval."""
    if values is None:
        return JourneyFigure(name, title, "number", None, None, None, cases)
    middle = float(values.mean())
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else None
    low, high = (None, None) if half is None else (max(middle - half, 0.0), middle + half)
    return JourneyFigure(name, title, "number", middle, low, high, cases)


def share(name: str, title: Text, hit: np.ndarray | None, cases: int) -> JourneyFigure:
    """The share of cases for which `hit` bool [cases] holds, with Wilson's interval."""
    if hit is None:
        return JourneyFigure(name, title, "share", None, None, None, cases)
    return JourneyFigure(name, title, "share", float(hit.mean()), *wilson(int(hit.sum()), len(hit), CONFIDENCE), len(hit))


@dataclass(frozen=True, eq=False)
class AfterOffer:
    """What became of cases with an offer: `duration_s` float64 [offered] from the first offer to the case's end, or until now; `way` int64:
    0 the customer withdrew, 1 time limit, 2 any other end, -1 open. `known`: whether the log could show each of the first two.
    """

    duration_s: np.ndarray
    way: np.ndarray
    known: tuple[bool, bool]

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, endings: Endings, gone: np.ndarray, known: tuple[bool, bool]) -> "AfterOffer":
        """`gone` int64 [cases]: how each case ended, -1 open."""
        rows = np.flatnonzero(kinds(understanding, Kind.OFFER)[log.activity])
        cases, first = np.unique(log.case[rows], return_index=True)
        offered = log.moment[rows[first]]
        ended = np.where(endings.closed, log.moment[endings.by], np.maximum(endings.as_of, log.case_end))[cases]
        after = ended >= offered  # an offer that follows the end was not answered by it
        return cls((ended - offered)[after] / SECOND, gone[cases][after], known)

    @property
    def figures(self) -> tuple[JourneyFigure, ...]:
        """Cumulative incidence of drop-out and of time-out, the other ends competing."""
        cases = len(self.way)
        curves = Incidence.of(self.duration_s, self.way, 3, confidence=CONFIDENCE) if cases else None

        def of_way(name: str, title: Text, way: int) -> JourneyFigure:
            if curves is None or not self.known[way]:
                return JourneyFigure(name, title, "share", None, None, None, cases)
            place = int(np.searchsorted(curves.time, OFFER_DAYS * DAY / SECOND, side="right")) - 1
            value, low, high = (float(a[way, place]) if place >= 0 else 0.0 for a in (curves.share, curves.low, curves.high))
            known = not np.isnan(low)
            return JourneyFigure(name, title, "share", value, low if known else None, high if known else None, cases)

        return of_way("drop_out_30d", DROP_OUT, 0), of_way("time_out_30d", TIME_OUT, 1)


@dataclass(frozen=True, eq=False)
class Complaints:
    """Arrays [cases with a complaint]: `case`; `first`, the row of its first complaint; `by`, the row that settled it, -1 none;
    `duration_s` float64 from the first complaint until it was settled, or until now; `settled` bool;
    `several` bool: the customer complained more than once. `known`: the log has an activity for complaints.

    Settled: the last time that the bank dealt with a complaint; else the end of the case after it; else, where the case had
    ended before, the bank's last act after it.
    """

    case: np.ndarray
    first: np.ndarray
    by: np.ndarray
    duration_s: np.ndarray
    settled: np.ndarray
    several: np.ndarray
    known: bool

    @classmethod
    def of(cls, log: EventLog, understanding: Understanding, endings: Endings, bank: np.ndarray) -> "Complaints":
        """`bank` bool [instances]: the bank acts."""
        complaint = kinds(understanding, Kind.COMPLAINT)
        rows = np.flatnonzero(complaint[log.activity])
        made = rows[~bank[rows]]
        cases, first, count = np.unique(log.case[made], return_index=True, return_counts=True)
        since = np.full(log.cases, np.iinfo(np.int64).max)
        since[cases] = log.moment[made[first]]
        later = log.moment > since[log.case]
        dealt, acted = (np.full(log.cases, -1, dtype=np.int64) for _ in range(2))
        for last, what in ((dealt, bank & later & complaint[log.activity]), (acted, bank & later)):
            last[log.case[what]] = np.flatnonzero(what)
        ended = endings.closed & (log.moment[endings.by] > since)
        by = np.where(dealt >= 0, dealt, np.where(ended, endings.by, np.where(endings.closed, acted, -1)))[cases]
        until = np.where(by >= 0, log.moment[by], np.maximum(endings.as_of, log.case_end[cases]))
        return cls(cases, made[first], by, (until - since[cases]) / SECOND, by >= 0, count > 1, bool(complaint.any()))

    def figures(self, cases: int) -> tuple[JourneyFigure, ...]:
        found = len(self.settled)
        rate = found / cases * 1000 if self.known else None
        low, high = (1000 * end for end in wilson(found, cases, CONFIDENCE))
        return (
            JourneyFigure(
                "complaints",
                Text(zh="每千件投诉的案件", en="Cases with a complaint per 1,000"),
                "number",
                rate,
                *((low, high) if self.known else (None, None)),
                cases,
            ),
            times("settling", Text(zh="投诉至了结", en="Time to settle a complaint"), self.duration_s, self.settled)[0],
        )
