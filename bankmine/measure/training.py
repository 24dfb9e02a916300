"""Training needs: whose work at an activity comes back or takes long, beyond what chance and the differences among peers explain.

Funnel limits after Spiegelhalter (2005): the peers' median is the target, spread among peers widens the limits, and the false discovery
rate over all questions of a kind is kept (definitions §3.4 P30, §4; plan §6.1). People are codes, never names.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bankmine.log.eventlog import SECOND, UNKNOWN_TIME, EventLog
from bankmine.measure.rework import Items
from bankmine.measure.small_groups import kept_apart
from bankmine.process.definition import Party, Understanding
from bankmine.show.blocks import Block, Column, Paragraph, TableBlock
from bankmine.show.notebook import Shown
from bankmine.stats.difference import FALSE_DISCOVERIES, false_discovery
from bankmine.stats.grouped import distinct, grouped_quantiles, numbered
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ITEMS = 30
FEWEST_PEERS = 3  # to have a median that is not one's own
HALF_NORMAL = 0.4549  # the median of a squared standard normal
# Few values lie closer to their own median than to the true one: factors of the scale for 0 to 9 values (Croux & Rousseeuw 1992).
FEW = np.array([1.0, 1.0, 1.196, 1.495, 1.363, 1.206, 1.2, 1.14, 1.129, 1.107])
SHOWN = 15


@dataclass(frozen=True, eq=False)
class TrainingNeeds(Shown):
    """One row per activity and person, by activity, then person; arrays [rows], NaN = not assessed.

    `activity` int32; `person` int32, the code of the resource, -1 for several people put together because one of them alone is too few to
    be shown; `people`, `items`, `cases` int64: how many they stand for. `came_back` float64: the share of the items that the case
    needed again without the customer having had a part in it; `peers_came_back`: the median of those with at least 30 items; `q_came_back`.
    `work_s`: the median time at work on an item; `slower`: its geometric mean as a multiple of the peers' median one; `q_slower`.
    `needs_rework`, `needs_speed` bool: worse than the peers, beyond the limits with q < 0.05. Rows put together are never judged.
    """

    activities: tuple[str, ...]
    activity: np.ndarray
    person: np.ndarray
    people: np.ndarray
    items: np.ndarray
    cases: np.ndarray
    came_back: np.ndarray
    peers_came_back: np.ndarray
    q_came_back: np.ndarray
    work_s: np.ndarray
    slower: np.ndarray
    q_slower: np.ndarray

    @classmethod
    def of(
        cls, log: EventLog, understanding: Understanding, items: Items, *, minimum_cases: int = 10, minimum_people: int = 3
    ) -> "TrainingNeeds":
        """Work by customers and systems is left out; so is an activity whose few people cannot be told apart safely."""
        staff = np.array([m.party not in (Party.CUSTOMER, Party.SYSTEM) for m in understanding.activities], dtype=bool)
        use = np.flatnonzero(items.worked & (items.resource >= 0) & staff[items.activity])
        again = items.previous >= 0
        back = np.zeros(len(items.row), dtype=bool)
        back[items.previous[again & ~items.customer_between]] = True
        work = _work(log, items)
        people = max(len(log.resources), 1)
        key = items.activity[use].astype(np.int64) * people + items.resource[use]
        keys, group, _ = numbered(key, people * len(log.activities))
        judged = _judge(keys // people, group, back[use], work[use])
        activity, person = keys // people, keys % people
        one_case = distinct(group * log.cases + items.case[use])
        apart = kept_apart(activity, one_case // log.cases, one_case % log.cases, minimum_cases, minimum_people)
        # Rows of one activity that may not be shown are put together; those that stay too few even so are left out.
        shown_as = np.where(apart == 1, person, -1)
        rows = np.flatnonzero(apart[group] >= 0)
        merged, of_row, size = numbered((activity * (people + 1) + shown_as + 1)[group[rows]], (people + 1) * len(log.activities))
        count = len(merged)
        shown_activity, shown_person = merged // (people + 1), merged % (people + 1) - 1
        alone = shown_person >= 0
        place = np.full(count, -1)
        place[alone] = np.searchsorted(keys, shown_activity[alone] * people + shown_person[alone])

        def single(values: np.ndarray) -> np.ndarray:
            return np.where(alone, values[place], np.nan)

        cases = np.bincount(distinct(of_row * log.cases + items.case[use][rows]) // log.cases, minlength=count)
        hidden = distinct(of_row * people + person[group[rows]]) // people
        timed = work[use][rows] > 0
        return cls(
            activities=log.activities,
            activity=shown_activity.astype(np.int32),
            person=shown_person.astype(np.int32),
            people=np.bincount(hidden, minlength=count),
            items=size,
            cases=cases,
            came_back=np.bincount(of_row[back[use][rows]], minlength=count) / np.maximum(size, 1),
            peers_came_back=single(judged.peers),
            q_came_back=single(judged.q_back),
            work_s=grouped_quantiles(work[use][rows][timed], of_row[timed], count, (0.5,))[0] / SECOND,
            slower=single(judged.slower),
            q_slower=single(judged.q_slower),
        )

    @property
    def needs_rework(self) -> np.ndarray:
        return (self.q_came_back < FALSE_DISCOVERIES) & (self.came_back > self.peers_came_back)

    @property
    def needs_speed(self) -> np.ndarray:
        return (self.q_slower < FALSE_DISCOVERIES) & (self.slower > 1)

    @property
    def table(self) -> "pd.DataFrame":
        import pandas as pd

        names = ("person", "people", "items", "cases", "came_back", "peers_came_back", "q_came_back", "work_s", "slower", "q_slower")
        activity = np.array(self.activities, dtype=object)[self.activity]
        needs = {"needs_rework": self.needs_rework, "needs_speed": self.needs_speed}
        return pd.DataFrame({"activity": activity} | {name: getattr(self, name) for name in names} | needs)

    def by_activity(self) -> list[tuple[str, int, int, float, int]]:
        """Activities at which somebody stands out, most people first: people compared, with more rework, items above the peers, slower."""
        size = len(self.activities)
        rework, speed = (np.bincount(self.activity[mask], minlength=size) for mask in (self.needs_rework, self.needs_speed))
        people = np.bincount(self.activity[self._assessed], minlength=size)
        excess = np.where(self.needs_rework, self.items * (self.came_back - self.peers_came_back), 0.0)
        items = np.bincount(self.activity, weights=excess, minlength=size)
        order = [int(i) for i in np.lexsort((np.arange(size), -(rework + speed))) if rework[i] + speed[i]]
        return [(self.activities[i], int(people[i]), int(rework[i]), float(items[i]), int(speed[i])) for i in order]

    @property
    def _assessed(self) -> np.ndarray:
        return ~np.isnan(self.q_came_back) | ~np.isnan(self.q_slower)

    def blocks(self) -> list[Block]:
        """By activity: how many people would gain from training, not who."""
        rows, assessed = self.by_activity(), self._assessed
        basis = Text(
            zh="比较了 {n} 个“环节 × 人员”（各至少 {fewest} 件）；人数过少的组已合并，结果不含姓名。",
            en="{n} pairs of activity and person with at least {fewest} items were compared; groups too small were put together, and no "
            "names are kept.",
        ).format(n=int(assessed.sum()), fewest=FEWEST_ITEMS)
        if not rows:
            none = Text(zh="没有人明显偏离同岗的水平。", en="Nobody stands out from the peers.")
            return [
                Paragraph(none if assessed.any() else Text(zh="记录不足，无法比较。", en="Too few records to compare.")),
                Paragraph(basis),
            ]
        columns = (
            Column(Text(zh="环节", en="Activity"), "label"),
            Column(Text(zh="比较人数", en="People compared"), "count"),
            Column(Text(zh="返工偏多（人）", en="With more rework"), "count"),
            Column(Text(zh="多出的返工件", en="Items above the peers"), "count"),
            Column(Text(zh="用时偏长（人）", en="Slower"), "count"),
        )
        caption = Text(zh="培训需求", en="Training needs")
        return [TableBlock(columns, rows[:SHOWN], hidden=max(len(rows) - SHOWN, 0), caption=caption), Paragraph(basis)]


@dataclass(frozen=True, eq=False)
class _Judged:
    peers: np.ndarray
    q_back: np.ndarray
    slower: np.ndarray
    q_slower: np.ndarray


def _work(log: EventLog, items: Items) -> np.ndarray:
    """int64 [items]: time at work over an item's sessions, microseconds; 0 where one of them is not known."""
    known = log.start_known & (log.end != UNKNOWN_TIME)
    total = np.zeros(len(items.row), dtype=np.int64)
    np.add.at(total, items.of_row, np.where(known, log.end - log.began, 0))
    total[items.of_row[~known]] = 0
    return total


def _judge(activity: np.ndarray, group: np.ndarray, back: np.ndarray, work: np.ndarray) -> _Judged:
    """Each group (activity × person) against its activity's people; NaN under 30 items or three peers."""
    from scipy.special import ndtri
    from scipy.stats import binom

    count = len(activity)
    size, hits = np.bincount(group, minlength=count), np.bincount(group[back], minlength=count)
    peers = _peers(np.divide(hits, size, where=size > 0, out=np.zeros(count)), activity, size >= FEWEST_ITEMS)
    least = 0.5 / np.maximum(np.bincount(activity, weights=size)[activity], 1) if count else np.zeros(0)
    rate = np.maximum(peers, least)
    # Half of the probability of the count itself goes to each side, so that few counts are judged as strictly as many.
    above = binom.sf(hits, size, rate) + 0.5 * binom.pmf(hits, size, rate)
    z_back = -ndtri(np.clip(above, 1e-300, 1 - 1e-16))
    timed = work > 0
    log_work = np.log(np.where(timed, work, 1).astype(float))
    n = np.bincount(group[timed], minlength=count)
    mean = np.divide(np.bincount(group, weights=np.where(timed, log_work, 0.0), minlength=count), n, where=n > 0, out=np.zeros(count))
    typical = _peers(mean, activity, n >= FEWEST_ITEMS)
    squares = np.bincount(group, weights=np.where(timed, (log_work - mean[group]) ** 2, 0.0), minlength=count)
    enough = n >= FEWEST_ITEMS
    size_of = int(activity.max()) + 1 if count else 0
    freedom = np.bincount(activity, weights=np.where(enough, n - 1, 0), minlength=size_of)
    within = np.bincount(activity, weights=np.where(enough, squares, 0.0), minlength=size_of) / np.maximum(freedom, 1)
    error = np.sqrt(within[activity] / np.maximum(n, 1)) if count else np.zeros(0)
    z_work = np.divide(mean - typical, error, where=error > 0, out=np.zeros(count))
    return _Judged(
        peers, _q(z_back, peers, activity), np.exp(mean - typical), _q(np.where(np.isnan(typical), np.nan, z_work), typical, activity)
    )


def _peers(values: np.ndarray, activity: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """The median over the people of the same activity, for those with enough items; NaN for the others, and with under three of them."""
    size = int(activity.max()) + 1 if len(activity) else 0
    several = np.bincount(activity[enough], minlength=size) >= FEWEST_PEERS
    median = grouped_quantiles(values[enough], activity[enough], size, (0.5,))[0]
    return np.where(enough & several[activity], median[activity], np.nan) if len(activity) else values


def _q(z: np.ndarray, peers: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """q of deviations z, after the spread that peers have of themselves is taken out (a robust multiplicative factor, at least 1)."""
    from scipy.special import ndtr

    known = ~np.isnan(peers)
    size = int(activity.max()) + 1 if len(activity) else 0
    people = np.bincount(activity[known], minlength=size)
    few = np.where(people < len(FEW), FEW[np.minimum(people, len(FEW) - 1)], people / np.maximum(people - 0.8, 1))
    spread = few**2 * grouped_quantiles(z[known] ** 2, activity[known], size, (0.5,))[0] / HALF_NORMAL
    wide = np.sqrt(np.maximum(np.nan_to_num(spread, nan=1.0), 1.0))
    p = np.full(len(z), np.nan)
    p[known] = 2 * ndtr(-np.abs(z[known]) / wide[activity[known]])
    return false_discovery(p)
