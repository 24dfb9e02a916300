from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND
from bankmine.patterns.base import FEWEST_TO_COMPARE, Finding, Pattern, time_out, together, whole
from bankmine.patterns.p05_fragmentation import hodges_lehmann
from bankmine.patterns.p15_incomplete_files import redone_after
from bankmine.show.format import duration, percent
from bankmine.stats.grouped import distinct, each_group
from bankmine.stats.shares import wilson
from bankmine.words import Text


@dataclass(frozen=True)
class ChannelSwitch(Pattern):
    """Customers change the channel in the middle of a case, and the case takes longer from there on.

    A switch: the first row of a case whose channel differs from the one known before. The time from the row before it to the case's end
    is compared with that of closed cases that passed the same activity without a switch, within the same first channel and product.
    Fires per activity at the switch where the lower end of its share of cases is at least `switch_share` and the shift
    (Hodges-Lehmann) is surely above 0. Saved is so much of the waiting after the switch, and the work done again right after it.
    Longer cases have more time to switch in, hence the comparison from one and the same point on; still a proxy, as who switches is no
    chance. Integration, integral technology, Reijers & Liman Mansar (2005); definitions §3.4 P27, §4.
    """

    code = "P27"
    title = Text(zh="中途换渠道", en="Change of channel mid-case")
    diagnoses = ("D6", "D2")
    plan = ("7.1(3)", "7.2(5)", "5.1(5)")
    needs = ("channel",)
    evidence = "proxy"
    feasibility = "low"
    risk_of_change = "medium"
    consequence = "customer"
    phase = "10-12"

    switch_share: float = 0.05
    realistic: float = 0.5

    def find(self, facts: Facts) -> Iterator[Finding]:
        channel, items = facts.attributes["channel"].codes, facts.rework.items
        at = switches(facts, channel)
        again = ((items.previous >= 0) & (items.activity == items.activity[items.previous]))[items.of_row]
        stayed = np.ones(facts.cases, dtype=bool)
        stayed[facts.case[at]] = False
        for activity in distinct(facts.activity[at]).tolist():
            rows = at[facts.activity[at] == activity]
            if wilson(len(rows), facts.cases)[0] < self.switch_share:
                continue
            shift, surely = longer_from(facts, channel, rows - 1, stayed)
            if not surely > 0:
                continue
            begin = facts.moment[rows - 1]
            lost = time_out(facts, facts.case[rows], begin, begin + int(shift))
            share = len(rows) / facts.cases
            redone = redone_after(facts, rows, again)
            yield Finding(
                activity,
                Text(
                    zh="{cases} 件（{share}）办到一半换了渠道，接着做「{name}」；与同渠道、同产品而未换渠道的相比，此后多用 {shift}，其后重做 {redone} 项。"
                    "让各渠道共用一份进度和资料，客户换渠道时从原处接着办，不必重交重录。",
                    en="{cases} cases ({share}) changed the channel midway and went on with “{name}”; from there on they took {shift} "
                    "longer than cases of the same channel and product that stayed, and {redone} items were done again right after. Let "
                    "all channels share one file and its progress, so that nothing is handed in or entered twice.",
                ).format(
                    name=facts.names[activity], cases=len(rows), share=percent(share), shift=duration(shift / SECOND), redone=len(redone)
                ),
                {"cases": len(rows), "share": share, "shift_s": shift / SECOND, "redone": len(redone)},
                distinct(facts.case[rows]),
                *together(whole(facts, redone), lost),
            )


def switches(facts: Facts, channel: np.ndarray) -> np.ndarray:
    """int64: each case's first row with another channel than the one known before, in order of case."""
    rows = np.flatnonzero(channel >= 0)
    changed = np.flatnonzero((facts.case[rows][1:] == facts.case[rows][:-1]) & (channel[rows][1:] != channel[rows][:-1])) + 1
    return rows[changed][np.unique(facts.case[rows[changed]], return_index=True)[1]]


def longer_from(facts: Facts, channel: np.ndarray, before: np.ndarray, stayed: np.ndarray) -> tuple[float, float]:
    """By how much longer closed cases take from the rows `before` on than those that `stayed` (bool [cases]) from their first row of the
    same activity on, over strata of activity, first channel and product; microseconds, with the lower end. NaN where too few compare.
    """
    done = facts.endings.closed
    end = facts.moment[facts.offsets[1:] - 1]
    pair = facts.case.astype(np.int64) * len(facts.names) + facts.activity
    first = np.unique(pair, return_index=True)[1]
    usual = first[(stayed & done)[facts.case[first]] & np.isin(facts.activity[first], facts.activity[before])]
    rows = np.concatenate([before[done[facts.case[before]]], usual])
    moved = np.arange(len(rows)) < len(rows) - len(usual)
    opened = facts.offsets[:-1][facts.case[rows]]
    stratum = facts.activity[rows].astype(np.int64) * (channel.max(initial=0) + 2) + channel[opened] + 1
    if (product := facts.attributes.get("product")) is not None:
        stratum = stratum * (len(product.values) + 1) + product.codes[opened] + 1
    left = (end[facts.case[rows]] - facts.moment[rows]).astype(float)
    kept = np.zeros(len(rows), dtype=bool)
    for _, group in each_group(stratum):
        stay = group[~moved[group]]
        if len(stay) and len(stay) < len(group):
            left[group] -= np.median(left[stay])  # strata are made alike, then compared as one
            kept[group] = True
    ours, others = left[kept & moved], left[kept & ~moved]
    return hodges_lehmann(ours, others) if min(len(ours), len(others)) >= FEWEST_TO_COMPARE else (np.nan, np.nan)
