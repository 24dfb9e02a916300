"""Unanchored events: times that were written on another clock than the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bankmine.log.eventlog import DAY
from bankmine.log.imperfections.base import Detector, Traces
from bankmine.log.imperfections.displaced import HOUR, ZONES, around, by_hours
from bankmine.log.quality import QualityFinding
from bankmine.words import Text


@dataclass(frozen=True)
class Unanchored(Detector):
    """Rows whose times are off by a whole number of hours against the others: a source system on UTC, or in another zone.

    By place: in a file that is otherwise in order of time, rows would be in order if all of them were moved by the same whole
    hours (displaced.by_hours); with them the rest of a group of which at least `seen` are so, if `fits` of it would be in order then too.
    A group: the instances of one resource, role, channel, branch, activity or file. By the clock: a group of at least `fewest` works at
    most `inside` in the ten hours in which the others do at least `core` of their work; moved by whole hours its day has at least
    `alike` in common with theirs, and comes at least `closer` times as near to the other events of its cases (median): a night shift
    would come no nearer.
    """

    code: ClassVar[str] = "UNANCHORED_EVENT"

    fewest: int = 50
    core: float = 0.85
    inside: float = 0.4
    alike: float = 0.75
    closer: float = 2.0
    seen: float = 0.3
    fits: float = 0.9

    def find(self, traces: Traces) -> QualityFinding | None:
        log = traces.log
        order = np.lexsort((log.line, log.file))
        found = list(self._by_clock(traces))
        if traces.to_the_second and (log.line >= 0).all():
            time, file = log.moment[order], log.file[order]
            places, hours = by_hours(time, file)
            if hours:
                earlier, later = around(time, file)
                moved = time + hours * HOUR
                fits = order[(earlier <= moved) & (moved <= later)]
                found += [(rows, hours) for rows in (order[places], *self._wholly(traces, order[places], fits))]
        if not found:
            return None
        rows = np.unique(np.concatenate([rows for rows, _ in found]))
        moved = {hours for _, hours in found}
        said = ", ".join(f"{-h:+d}" for h in sorted(moved))
        return traces.finding(
            self.code,
            rows,
            Text(
                zh=f"{len(rows)} 个环节实例的时间与其他记录相差整 {said} 小时（来源系统可能使用 UTC 或其他时区）；"
                "环节次序因此颠倒，等待时间或过长或为零，营业时间与非营业时间混淆。请按来源给出时区。",
                en=f"the times of {len(rows)} activity instances are off by whole hours ({said}) against the others (a source on UTC or in "
                "another zone, perhaps); activities change places, waits are too long or vanish, and duty hours are blurred. Export "
                "that source with its offset.",
            ),
            role="end" if "end" in log.source.columns else "timestamp",
        )

    def _groups(self, traces: Traces) -> Iterator[tuple[np.ndarray, int]]:
        """The columns by which sources may differ: codes int [instances], and how many codes there are."""
        log = traces.log
        for codes in (log.resource, log.activity, log.file, *(attribute.codes for attribute in log.attributes.values())):
            groups = int(codes.max(initial=-1)) + 1
            if 1 < groups <= len(log) // self.fewest:
                yield codes, groups

    def _wholly(self, traces: Traces, found: np.ndarray, fits: np.ndarray) -> Iterator[np.ndarray]:
        """The instances of each group that seems to be on the other clock as a whole."""
        for codes, groups in self._groups(traces):
            size, of_found, of_fits = (np.bincount(codes[rows][codes[rows] >= 0], minlength=groups) for rows in (slice(None), found, fits))
            whole = (of_found >= self.seen * size) & (of_fits >= self.fits * size) & (size > 0)
            yield np.flatnonzero(np.append(whole, [False])[codes])

    def _by_clock(self, traces: Traces) -> Iterator[tuple[np.ndarray, int]]:
        """The groups on another clock, each with the hours by which it has to be moved."""
        log = traces.log
        hour = log.moment // HOUR % 24
        day = np.bincount(hour, minlength=24)
        for codes, groups in self._groups(traces):
            known = codes >= 0
            profile = np.bincount(codes[known].astype(np.int64) * 24 + hour[known], minlength=groups * 24).reshape(groups, 24)
            for group in np.flatnonzero(profile.sum(axis=1) >= self.fewest).tolist():
                hours = self._alike(profile[group], day - profile[group])
                if hours:
                    rows = np.flatnonzero(codes == group)
                    apart = dict(zip((0, *hours), self._apart(traces, rows, (0, *hours)), strict=True))
                    nearest = min(hours, key=lambda h: (apart[h], abs(h)))
                    if apart[0] >= self.closer * apart[nearest]:
                        yield rows, nearest

    def _alike(self, mine: np.ndarray, others: np.ndarray) -> list[int]:
        """The hours by which the group's day can be moved to be like that of the others; none where it is so already."""
        if not others.sum():
            return []
        theirs = others / others.sum()
        ten = np.stack([np.roll(theirs, -h)[:10] for h in range(24)]).sum(axis=1)
        begin = int(ten.argmax())
        share = mine / mine.sum()
        if ten[begin] < self.core or np.roll(share, -begin)[:10].sum() > self.inside:
            return []
        hours = [h for h in range(-ZONES, ZONES + 1) if h]
        return [h for h in hours if np.minimum(np.roll(share, h), theirs).sum() >= self.alike]

    def _apart(self, traces: Traces, rows: np.ndarray, hours: tuple[int, ...]) -> Iterator[float]:
        """The median distance of the rows from the nearest other event of their cases, when they are moved by each of the hours."""
        log = traces.log
        others = np.delete(np.arange(len(log)), rows)
        case = log.case.astype(np.int64)
        span, origin = int(log.moment.max() - log.moment.min()) + 4 * DAY, int(log.moment.min()) - 2 * DAY
        keys = case[others] * span + (log.moment[others] - origin)
        for by in hours:
            mine = case[rows] * span + (log.moment[rows] + by * HOUR - origin)
            at = np.searchsorted(keys, mine)
            apart = np.full(len(rows), np.inf)
            for place in (np.maximum(at - 1, 0), np.minimum(at, len(keys) - 1)):
                same = case[others[place]] == case[rows]
                apart = np.where(same, np.minimum(apart, np.abs(keys[place] - mine)), apart)
            yield float(np.median(apart))
