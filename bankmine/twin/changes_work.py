"""Changes to the work: how it is held back, how long it takes, which steps take place, and beside which others."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.show.format import percent
from bankmine.twin.change import Change, OfRows, OfStep, evenly, nonsense
from bankmine.twin.office import Batch, Office
from bankmine.words import Text

MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True)
class Batched(OfStep):
    """Items of a step are held until there are `size`; 1: each is done as it comes.

    How long an item takes by itself that was done with others at once the log does not show: `alone` times its even share of the time,
    at most all of it. That nothing is saved by doing them together, and that two thirds are, are the bounds.
    """

    size: int
    alone: float = 2.0

    def bounds(self) -> tuple[Change, ...]:
        return (replace(self, alone=1.0), replace(self, alone=3.0)) if self.size == 1 else ()

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        if self.size == 1:
            return Text(zh=f"「{name}」随到随办", en=f"“{name}” done as it comes")
        return Text(zh=f"「{name}」每批 {self.size} 件", en=f"“{name}” in batches of {self.size}")

    def apply(self, office: Office, facts: Facts) -> Office:
        batches = dict(office.batches)
        before = batches.pop(self.activity, None)
        if self.size > 1:
            batches[self.activity] = Batch(size=self.size, at_once=before is None or before.at_once)
            return replace(office, batches=MappingProxyType(batches))
        of, work = facts.causes.batches.of_row[office.row], office.work.copy()
        at_once = before is not None and before.at_once
        together = np.flatnonzero((office.activity == self.activity) & (of >= 0) & at_once)
        share = self.alone / np.maximum(facts.causes.batches.size[of[together]], 1)
        work[together] = (work[together] * np.minimum(share, 1.0)).astype(np.int64)
        return replace(office, batches=MappingProxyType(batches), work=work)


@dataclass(frozen=True, slots=True)
class Automated(OfStep):
    """A step is done by a system at once, in so many minutes; in none: it does not take place."""

    minutes: float = 0.0

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        if not self.minutes:
            return Text(zh=f"「{name}」取消", en=f"no “{name}”")
        return Text(zh=f"「{name}」由系统办理，{self.minutes:g} 分钟", en=f"“{name}” by a system in {self.minutes:g} min")

    def apply(self, office: Office, facts: Facts) -> Office:
        return _at_once(office, office.activity == self.activity, round(self.minutes * MINUTE))


@dataclass(frozen=True, eq=False, slots=True)
class Spared(OfRows):
    """Some instances do not take place."""

    def said(self, office: Office) -> Text:
        return Text(zh="{names}减少 {n} 次", en="{n} times less of {names}").format(
            names=self._names(office), n=f"{int(self._mine(office).sum()):,}"
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return _at_once(office, self._mine(office), 0)


@dataclass(frozen=True, eq=False, slots=True)
class Quicker(OfRows):
    """Some instances take this share, 0-1, of the work that they took."""

    share: float

    def said(self, office: Office) -> Text:
        return Text(zh="{names}有 {n} 次只用 {share}的时间", en="{n} times of {names} in {share} of the time").format(
            names=self._names(office), n=f"{int(self._mine(office).sum()):,}", share=percent(self.share)
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return replace(office, work=np.where(self._mine(office), (office.work * self.share).astype(np.int64), office.work))


@dataclass(frozen=True, slots=True)
class PickedUp(OfStep):
    """Work that lay though people were free is taken up as soon as somebody is."""

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.activity]}」有人空闲即接手",
            en=f"“{office.names[self.activity]}” taken up as soon as somebody is free",
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        return replace(office, lies=np.where(office.activity == self.activity, 0, office.lies))


@dataclass(frozen=True, slots=True)
class Rework(OfStep):
    """Of the repetitions of a step only this share, 0-1, takes place; those that do not are spread evenly over the log."""

    share: float

    def said(self, office: Office) -> Text:
        name = office.names[self.activity]
        return Text(zh="「{name}」的重做减至 {x}", en="{x} of the repetitions of “{name}”").format(name=name, x=percent(self.share))

    def apply(self, office: Office, facts: Facts) -> Office:
        items = facts.rework.items
        again = np.flatnonzero((office.activity == self.activity) & (items.previous[items.of_row[office.row]] >= 0))
        return _at_once(office, np.isin(np.arange(len(office.case)), again[evenly(len(again)) >= self.share]), 0)


def _at_once(office: Office, mine: np.ndarray, work: int) -> Office:
    """The office in which these instances (bool) wait for nothing and take so many microseconds of nobody's time."""
    return replace(
        office,
        queued=office.queued & ~mine,
        keeps=office.keeps & ~mine,
        hold=np.where(mine, 0, office.hold),
        lies=np.where(mine, 0, office.lies),
        wait=np.where(mine, 0, office.wait),
        work=np.where(mine, work, office.work),
    )


@dataclass(frozen=True, slots=True)
class _OfTwo(Change):
    """Of two steps that some cases have one right after the other."""

    one: int
    other: int

    def steps(self, office: Office) -> np.ndarray:
        return np.isin(np.arange(len(office.names)), [self.one, self.other])

    @staticmethod
    def _some(rows: np.ndarray) -> None:
        if not len(rows):
            raise nonsense(Text(zh="没有案件紧接着办理这两个环节", en="no case has these two steps one right after the other"))


@dataclass(frozen=True, slots=True)
class Parallel(_OfTwo):
    """Two steps that follow each other are begun at once; what follows them waits for both."""

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.one]}」与「{office.names[self.other]}」同时开始",
            en=f"“{office.names[self.one]}” and “{office.names[self.other]}” begun at once",
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        pair = {self.one, self.other}
        parent = office.enabler
        second = np.flatnonzero(
            (parent >= 0) & np.isin(office.activity, list(pair)) & np.isin(office.activity[parent], list(pair))
            & (office.activity != office.activity[parent])
        )  # fmt: skip
        self._some(second)
        first = parent[second]
        if (office.also[np.isin(parent, second) | np.isin(np.arange(len(parent)), second)] >= 0).any():
            raise nonsense(Text(zh="一个环节只能与另一个环节并行", en="a step can be begun at once with one other only"))
        enabler, also, arrives = parent.copy(), office.also.copy(), office.arrives.copy()
        enabler[second], arrives[second] = parent[first], arrives[first]
        joins = dict(zip(second.tolist(), first.tolist(), strict=True))
        for child in np.flatnonzero(np.isin(parent, second)).tolist():
            if child not in joins:
                also[child] = joins[int(parent[child])]
        return replace(office, enabler=enabler, also=also, arrives=arrives)


@dataclass(frozen=True, slots=True)
class Merged(_OfTwo):
    """Whoever does the first of two steps goes on with the second at once."""

    def said(self, office: Office) -> Text:
        return Text(
            zh=f"「{office.names[self.one]}」后由同一人接着办「{office.names[self.other]}」",
            en=f"“{office.names[self.one]}” and “{office.names[self.other]}” by one person",
        )

    def apply(self, office: Office, facts: Facts) -> Office:
        parent = office.enabler
        second = np.flatnonzero((parent >= 0) & (office.activity == self.other) & (office.activity[parent] == self.one) & office.queued)
        self._some(second)
        work, queued, lies, hold = office.work.copy(), office.queued.copy(), office.lies.copy(), office.hold.copy()
        np.add.at(work, parent[second], work[second])
        work[second], queued[second], lies[second], hold[second] = 0, False, 0, 0
        return replace(office, work=work, queued=queued, lies=lies, hold=hold)
