"""Ranking of hand-made candidates: every share, interval, tier, place and yearly figure can be worked out from the text."""

from types import SimpleNamespace as Of
from typing import Any

import numpy as np
import pytest

from bankmine.advice import rank as ranking
from bankmine.advice.answer import Gain, Interval
from bankmine.advice.played import Play
from bankmine.advice.rank import Candidate, Limits, _Scored, candidates_of, rank
from bankmine.log.eventlog import DAY, SECOND
from bankmine.patterns.base import Pattern
from bankmine.twin.scenario import Cuts, Scenario
from bankmine.words import Text

HOUR, WEEK = 3600 * SECOND, 7 * DAY
HOUR_S = 3600.0
USUAL = Limits()


class Plain:
    """What a pattern tells the ranking; the change is the finding's own scenario."""

    remedy = Pattern.remedy
    title, diagnoses, plan, phase, method = Text.same("title"), ("D1",), ("1.1",), "4-6", "replay"

    def __init__(self, code: str = "P01", **given: Any) -> None:
        usual = {"kind": "time", "feasibility": "high", "evidence": "direct", "risk_of_change": "low", "harm": "low", "hurts": "delay"}
        self.__dict__ |= {"code": code, **usual, **given}

    def inaction(self, finding: Any) -> str:
        return self.harm

    def consequence_of(self, finding: Any) -> str:
        return self.hurts

    def change(self, finding: Any) -> Scenario:
        return finding.scenario

    judged = change


class Queues(Plain):
    def remedy(self, facts: Any, finding: Any) -> tuple:
        return ()


class Replay:
    """Every hour cut is an hour saved; one instance a row, of the cases given."""

    def __init__(self, case: np.ndarray) -> None:
        self.case = case

    def saved(self, cuts: Cuts, beyond: Cuts | None = None) -> np.ndarray:
        return np.bincount(self.case, weights=cuts.wait - (0 if beyond is None else beyond.wait)).astype(np.int64)


def facts(cases: int = 40, rows: int = 1, **given: Any) -> Of:
    """Each case with `rows` instances, 10 hours that can be avoided, 5 hours of staff's work an instance; one case a week."""
    usual = {
        "cases": cases, "case": np.repeat(np.arange(cases), rows), "staff_work": np.full(cases * rows, 5 * HOUR),
        "avoidable": np.full(cases, 10 * HOUR), "case_begin": DAY + WEEK * np.arange(cases), "names": ("a", "b", "c"), "has": {"start"},
        "window_days": 365.25, "endings": Of(closed=np.ones(cases, dtype=bool)),
    }  # fmt: skip
    return Of(**usual | given)


def candidate(
    pattern: Any,
    wait: Any = 0,
    work: Any = 0,
    *,
    rows: Any = None,
    activity: int = 0,
    cases: int = 40,
    realistic: float = 1.0,
    shown: Any = None,
    breaches: tuple[int, int] | None = None,
) -> Candidate:
    """A finding in all `cases` (microseconds cut at each row); what it saves alone is what it cuts, once in full and once realistically."""
    rows = np.arange(cases) if rows is None else rows
    cut, spared = (np.broadcast_to(v, len(rows)).astype(np.int64) for v in (wait, work))
    scenario = Scenario(rows, cut if shown is None else np.broadcast_to(shown, len(rows)), spared, realistic)
    found = Of(
        cases=np.arange(cases), activity=activity, scenario=scenario, where={}, text=Text.same("found"),
        breaches=None if breaches is None else Of(violated=breaches[0], checked=breaches[1]),
    )  # fmt: skip
    judged = Scenario(rows, cut, spared, realistic)
    return Candidate(pattern, found, scenario, judged, cut, np.round(cut * realistic), spared * realistic)


def scored(c: Candidate, low: float = 0.1, high: float = 0.3, material: float = 0.2, marginal: Any = HOUR, **given: Any) -> _Scored:
    return _Scored(c, material, low, high, np.broadcast_to(marginal, 40), **given)


def test_a_factor_is_the_product_of_three_and_no_risk_of_changing_holds_a_control_back() -> None:
    hard = {"feasibility": "medium", "evidence": "proxy", "risk_of_change": "high"}
    assert candidate(Plain(**hard)).factor == pytest.approx(0.7 * 0.7 * 0.5)
    assert candidate(Plain(**hard, kind="control")).factor == pytest.approx(0.7 * 0.7)
    assert candidate(Plain(), HOUR).judged_as_shown and not candidate(Plain(), HOUR, shown=-HOUR).judged_as_shown
    part = candidate(Plain(), HOUR, shown=np.array([HOUR] * 39 + [-HOUR]))
    assert not part.judged_as_shown, "one wait that others pay for is enough"


def test_time_is_a_share_of_what_can_be_avoided_and_effort_one_of_the_staffs_work() -> None:
    pool = [candidate(Plain("P01")), candidate(Plain("P02", kind="effort")), candidate(Plain("P03", kind="time"))]
    savings = [np.full(40, hours * HOUR) for hours in (2, 1, 4)]
    found = ranking._materials(facts(), pool, savings)
    # Every case saves the same, so no draw of cases differs from another: 2 of 10 hours, 1 of 5, 4 of 10.
    assert [(s.material, s.low, s.high) for s in found] == [pytest.approx((share,) * 3) for share in (0.2, 0.2, 0.4)]
    assert [s.marginal[0] for s in found] == [2 * HOUR, HOUR, 4 * HOUR]
    assert ranking._materials(facts(), [], []) == []
    (nothing,) = ranking._materials(facts(avoidable=np.zeros(40)), pool[:1], [np.zeros(40)])
    assert (nothing.material, nothing.low, nothing.high) == (0, 0, 0)


def test_the_ends_of_a_share_are_those_of_drawing_cases() -> None:
    many = facts(400)
    (half,) = ranking._materials(many, [candidate(Plain(), cases=400)], [np.arange(400) % 2 * 10 * HOUR])
    # Half of 400 cases save all: standard error 0.5 / 20, 1.645 of it to either side.
    assert half.material == 0.5
    assert half.low == pytest.approx(0.5 - 1.645 / 40, abs=0.006) and half.high == pytest.approx(0.5 + 1.645 / 40, abs=0.006)


def chosen(pool: list[Candidate], limits: Limits = USUAL, **given: Any) -> list[tuple[str, int, float]]:
    of = facts(**given)
    found = ranking._greedy(of, pool, limits, Replay(of.case))
    return [(s.candidate.pattern.code, s.candidate.finding.activity, round(s.material, 6)) for s in found]


def test_each_is_judged_on_what_it_saves_beyond_those_before_it() -> None:
    best, same, more = (
        candidate(Plain(code), hours * HOUR, realistic=0.5) for code, hours in (("P01", 8), ("P02", 8), ("P03", 9))
    )  # the same waits
    # P03 saves 4.5 of 10 hours; the others would save 4 of the same hours.
    assert chosen([best, same, more]) == [("P03", 0, 0.45)]
    longer = candidate(Plain("P04", feasibility="low"), 10 * HOUR, realistic=0.5)
    # 0.5 x 0.4 comes after 0.45 x 1; what it still saves is 5 - 4.5 hours.
    assert chosen([longer, more]) == [("P03", 0, 0.45), ("P04", 0, 0.05)]


def test_a_share_at_the_limit_is_material_and_one_below_is_not() -> None:
    assert chosen([candidate(Plain(), 0.2 * HOUR)]) == [("P01", 0, 0.02)]
    assert chosen([candidate(Plain(), 0.19 * HOUR)]) == []
    assert chosen([candidate(Plain(), HOUR)], Limits(min_material=0.11)) == []


def test_of_equals_the_activity_that_stands_first_is_first() -> None:
    first, second = (candidate(Plain(), HOUR, rows=np.arange(n, 80, 2), activity=n) for n in (0, 1))
    assert chosen([second, first], rows=2) == [("P01", 0, 0.1), ("P01", 1, 0.1)]


def test_staff_time_is_spared_once_and_never_more_than_was_worked() -> None:
    of = facts(staff_work=np.full(40, 2 * HOUR))
    spare = candidate(Plain(kind="effort"), 0, 3 * HOUR)
    applied = Cuts.none(40).with_(Scenario(np.arange(40), np.zeros(40), np.full(40, 0.5 * HOUR)))
    assert ranking._beyond(of, spare, applied, Replay(of.case)).tolist() == [1.5 * HOUR] * 40
    found = Of(scenario=Scenario(np.array([0, 1, 3]), np.full(3, 4 * HOUR), np.array([3, 1, 1]) * HOUR, 0.5))
    two = facts(2, 2, staff_work=np.full(4, 2 * HOUR))
    (c,) = candidates_of(two, [(Plain(), found)], Replay(two.case))
    assert c.upper.tolist() == [8 * HOUR, 4 * HOUR] and c.realistic.tolist() == [4 * HOUR, 2 * HOUR]
    assert c.effort.tolist() == [1.5 * HOUR, 0.5 * HOUR], "half of 2 and 1 hours, and of 1"


def test_weeks_count_from_the_first_case_and_seven_days_make_one() -> None:
    assert ranking._week(facts(case_begin=DAY + np.array([WEEK, 0, WEEK - 1, 2 * WEEK]))).tolist() == [1, 0, 0, 2]


def test_intervals_that_overlap_the_first_of_their_tier_share_it() -> None:
    easy, half = candidate(Plain()), candidate(Plain(risk_of_change="high"))
    items = [
        scored(easy, 0.40, 0.5),
        scored(half, 0.70, 0.8),  # up to 0.8 x 0.5, which just reaches 0.40
        scored(easy, 0.30, 0.39),  # below: heads tier B
        scored(easy, 0.20, 0.30),  # reaches 0.30
        scored(easy, 0.10, 0.25),
    ]
    assert ranking._tiers(facts(), items) == ["A", "A", "B", "B", "C"]
    grave = scored(candidate(Plain(kind="control", harm="high")), 0.9, 0.95)
    mild = scored(candidate(Plain(kind="control", harm="medium")), 0.1, 0.2)
    assert ranking._tiers(facts(), [grave, *items[:1], mild, grave]) == ["A", "A", "B", "A"]
    assert ranking._tiers(facts(), [scored(candidate(Plain(harm="high")), 0.4, 0.5), *items[2:3]]) == ["A", "B"], "no control"
    falling = [scored(easy, 1 / 2**n, 1 / 2**n) for n in range(28)]
    assert ranking._tiers(facts(), falling)[24:] == ["Y", "Z", "Z", "Z"]


def test_what_rests_on_queues_stands_in_c_at_best_under_twelve_weeks() -> None:
    queue, other = scored(candidate(Queues()), 0.4, 0.5), scored(candidate(Plain()), 0.4, 0.5)
    assert ranking._tiers(facts(11), [queue, other]) == ["C", "A"]
    assert ranking._tiers(facts(12), [queue, other]) == ["A", "A"]
    far = [scored(candidate(Plain()), 1 / 2**n, 1 / 2**n) for n in range(4)]
    assert ranking._tiers(facts(11), [*far, scored(candidate(Queues()), 0.01, 0.02)])[-1] == "E", "at best"


def test_stability_is_the_share_of_draws_among_the_first_three_by_share_and_factor() -> None:
    hard = candidate(Plain(feasibility="low"))
    # 0.3 x 0.4 is the least of the four, though 0.3 is the most.
    four = [scored(hard, material=0.3), *(scored(candidate(Plain()), material=m) for m in (0.2, 0.15, 0.13))]
    control = scored(candidate(Plain(kind="control")))
    assert ranking._stability([four[0], control, *four[1:]]) == [0.0, None, 1.0, 1.0, 1.0]
    assert ranking._stability([control]) == [None]
    # Two of the same weight for one place, saving in the one or the other half of the cases: each has it in about half of the draws.
    left, right = (scored(candidate(Plain()), material=0.1, marginal=np.arange(40) % 2 == n) for n in (0, 1))
    _, _, one, two = ranking._stability([*four[1:3], left, right])
    assert one is not None and two is not None and one == pytest.approx(0.5, abs=0.12) and one + two <= 2


def test_means_are_in_seconds_with_an_interval_of_cases_or_of_weeks() -> None:
    three = Interval(3 * HOUR_S, 3 * HOUR_S, 3 * HOUR_S)
    assert ranking._interval(np.full(40, 3 * HOUR), 1e-6) == three
    assert ranking._weekly(facts(12), np.full(12, 3 * HOUR), 1e-6) == three
    assert ranking._weekly(facts(11), np.full(11, 3 * HOUR), 1e-6) == Interval(3 * HOUR_S, None, None)
    assert ranking._scaled(Interval(2.0, 1.0, None), 3.0) == Interval(6.0, 3.0, None)
    wide = ranking._interval(np.arange(400) % 2 * HOUR, 1e-6)
    assert wide.low == pytest.approx(HOUR_S * (0.5 - 1.645 / 40), rel=0.02)
    assert wide.high == pytest.approx(HOUR_S * (0.5 + 1.645 / 40), rel=0.02)


def gain(c: Candidate, of: Any = None, **given: Any) -> Gain:
    return ranking._gain(of or facts(), scored(c, **given))


def test_a_control_saves_no_time_and_effort_saves_only_the_staffs() -> None:
    assert gain(candidate(Plain(kind="control"), HOUR)) == Gain(None, None, None, None, "count")
    spare = candidate(Plain(kind="effort"), HOUR, 2 * HOUR)
    # 40 cases closed in a year, 2 hours each.
    assert gain(spare) == Gain(None, None, None, 40 * 2 * HOUR_S, "count")
    assert gain(spare, facts(has=set())).effort_per_year_s is None, "without starts no work is known"
    assert gain(spare, facts(window_days=90)).effort_per_year_s == pytest.approx(80 * HOUR_S * 365.25 / 90)
    assert gain(spare, facts(window_days=89.99)).effort_per_year_s is None
    open_ones = Of(closed=np.arange(40) < 10)
    assert gain(spare, facts(endings=open_ones)).effort_per_year_s == 20 * HOUR_S


def test_the_gain_shown_is_beyond_those_before_unless_others_pay_for_it() -> None:
    hours = [Interval(n * HOUR_S, n * HOUR_S, n * HOUR_S) for n in range(200)]
    own = gain(candidate(Plain(), 4 * HOUR, realistic=0.5))
    assert own == Gain(hours[4], hours[1], hours[40], 0.0, "replay"), "1 hour is left of the 2"
    paid = gain(candidate(Plain(), 4 * HOUR, realistic=0.5, shown=-HOUR))
    assert paid.realistic == hours[2]
    assert gain(candidate(Plain(), 4 * HOUR), facts(window_days=30)).per_year is None


def test_where_queues_react_weeks_make_the_interval_and_the_twins_figure_stands_first() -> None:
    few = gain(candidate(Queues(), 4 * HOUR), facts(40, case_begin=WEEK * (np.arange(40) % 11)))
    assert few.realistic == Interval(HOUR_S, None, None) and few.per_year == Interval(40 * HOUR_S, None, None)
    assert gain(candidate(Queues(), 4 * HOUR)).realistic == Interval(HOUR_S, HOUR_S, HOUR_S)
    part, all_of_it = Interval(2 * HOUR_S, HOUR_S, 3 * HOUR_S), Interval(5 * HOUR_S, None, None)
    whole = gain(candidate(Queues(), 4 * HOUR), play=Play((), Text.same("said"), all_of_it, part, 0.0))
    assert whole == Gain(all_of_it, part, Interval(80 * HOUR_S, 40 * HOUR_S, 120 * HOUR_S), 0.0, "twin")
    some = Play((), Text.same("said"), None, part, 0.0)
    assert gain(candidate(Queues(), 4 * HOUR), play=some).upper == Interval(4 * HOUR_S, 4 * HOUR_S, 4 * HOUR_S)
    assert gain(candidate(Queues(), HOUR), play=some).upper == part, "all of it is not less than some of it"
    assert gain(candidate(Queues(), HOUR), facts(window_days=30), play=some).per_year is None


def test_what_the_twin_plays_is_ranked_on_the_ends_that_are_shown() -> None:
    item = scored(candidate(Queues(), HOUR), 0.5, 0.9)
    play = Play((), Text.same("said"), None, Interval(2 * HOUR_S, HOUR_S, 3 * HOUR_S), 0.0)

    def ends(s: _Scored) -> tuple[float, float]:
        return s.low, s.high

    found = ranking._by_weeks(facts(), item, play)
    assert ends(found) == pytest.approx((0.1, 0.3)) and found.play is play and found.note is None
    assert found.score == pytest.approx(0.1) and found.material == 0.2
    lost = Play((), Text.same("said"), None, Interval(-HOUR_S, -2 * HOUR_S, -HOUR_S), 0.0)
    assert ends(ranking._by_weeks(facts(), item, lost)) == (0, 0)
    blind = Play((), Text.same("said"), None, Interval(HOUR_S, None, None), 0.0)
    assert ends(ranking._by_weeks(facts(), item, blind)) == (0.5, 0.9)
    others_pay = scored(candidate(Queues(), HOUR, shown=-HOUR), 0.5, 0.9)
    kept = ranking._by_weeks(facts(), others_pay, play)
    assert ends(kept) == (0.5, 0.9) and kept.play is play
    why = Text.same("not usable")
    refused = ranking._by_weeks(facts(), item, why)
    assert refused.note is why and refused.play is None and ends(refused) == pytest.approx((0.1, 0.1)), "1 of 10 hours in every week"


def test_the_twin_is_made_only_where_queues_react() -> None:
    quiet, queue = scored(candidate(Plain(), HOUR)), scored(candidate(Queues(), HOUR))
    assert ranking._queued(facts(), [quiet], lambda: pytest.fail("nothing queues")) == [quiet]
    why = Text.same("too short")
    first, second = ranking._queued(facts(), [quiet, queue], lambda: why)
    assert first is quiet and second.note is why


def test_a_control_is_the_share_of_breaches_by_how_grave_they_are() -> None:
    found = ranking._control(candidate(Plain(kind="control", hurts="customer"), breaches=(10, 40)))
    # Wilson's 90 % interval of 10 in 40 is 0.156 to 0.376; customers count half.
    assert found.material == 0.125
    assert (found.low, found.high) == pytest.approx((0.0779, 0.188), abs=0.0005)


def test_the_list_is_by_tier_then_score_then_code_then_place_and_tells_its_factors() -> None:
    def control(code: str, activity: int = 0, **given: Any) -> Candidate:
        return candidate(Plain(code, kind="control", risk_of_change="high", **given), activity=activity, breaches=(10, 40))

    of = facts(80)
    waits = candidate(Plain("P09", risk_of_change="medium"), 9 * HOUR, cases=30)
    few = candidate(Plain("P08"), 9 * HOUR, cases=29)
    pool = [control("P03"), control("P02", 1), control("P02"), control("P99", harm="high"), waits, few]
    found = [each.recommendation for each in rank(of, pool, Limits(), Replay(of.case))]
    assert [(r.rank, r.tier, r.pattern, r.activity) for r in found[:2]] == [(1, "A", "P09", "a"), (2, "A", "P99", "a")]
    assert [(r.rank, r.pattern, r.activity) for r in found[2:]] == [(3, "P02", "a"), (4, "P02", "b"), (5, "P03", "a")]
    assert "P08" not in {r.pattern for r in found}, "29 cases are too few, 30 are enough"
    assert [value for _, value in found[1].factors] == [found[1].material_share, 1.0, 1.0, 1.0]
    assert [value for _, value in found[0].factors][1:] == [1.0, 1.0, 0.8]
    assert found[0].score == pytest.approx(found[0].material_share * 0.8)
    # 40 of 80 cases: likely; a delay: medium. 30 of 80 too.
    assert (found[1].cases, found[1].share_of_cases, found[1].likelihood, found[1].risk_class) == (40, 0.5, 3, "medium")
    assert (found[0].share_of_cases, found[0].stability, found[1].stability) == (0.375, 1.0, None)
    assert found[0].where["role"] is None
