import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bankmine.log.eventlog import EventLog
from bankmine.measure.rework import Items
from bankmine.measure.small_groups import APART, LEFT_OUT, TOGETHER, kept_apart, too_few
from bankmine.measure.training import TrainingNeeds
from bankmine.process.recognise import understand
from bankmine.show.blocks import TableBlock
from tests.textlog import textlog


def needs(log: EventLog, **limits: int) -> TrainingNeeds:
    understanding = understand(log.activities)
    return TrainingNeeds.of(log, understanding, Items.of(log, understanding), **limits)


def office(spoilt: dict[str, float], hours: dict[str, float], cases: int = 80) -> EventLog:
    """Each person enters `cases` files; a share of them comes back to be entered again by the same person."""
    random = np.random.default_rng(7)
    lines = []
    for person, usual in hours.items():
        for k in range(cases):
            took = usual * float(random.lognormal(0, 0.3))
            line = f"{person}{k}: enter 0-{took:.3f} @{person} | check 40-41 @boss{k % 4}"
            lines.append(
                line + (f" | enter 50-{50 + took:.3f} @{person} | check 60-61 @boss0" if k < spoilt.get(person, 0) * cases else "")
            )
    return textlog("\n".join(lines))


def test_the_one_whose_work_comes_back_needs_training_and_only_that_one() -> None:
    log = office({"eve": 0.4, "ann": 0.03, "bob": 0.02, "cat": 0.04}, {"ann": 1, "bob": 1.05, "cat": 0.95, "eve": 1})
    found = needs(log)
    people = [
        (found.activities[a], log.resources[p])
        for a, p in zip(found.activity[found.needs_rework], found.person[found.needs_rework], strict=True)
    ]
    assert people == [("enter", "eve")]
    assert not found.needs_speed.any()


def test_the_slow_one_needs_training_and_the_fast_one_does_not() -> None:
    log = office({}, {"ann": 1, "bob": 1.05, "cat": 0.95, "dan": 0.3, "eve": 3})
    found = needs(log)
    assert [log.resources[p] for p in found.person[found.needs_speed]] == ["eve"]
    (slow,) = found.slower[found.needs_speed]
    assert 2.5 < slow < 3.5 and not found.needs_rework.any()


def test_people_who_are_alike_need_nothing() -> None:
    found = needs(office({}, dict.fromkeys(("ann", "bob", "cat", "dan", "eve"), 1.0)))
    assert not found.needs_speed.any() and not found.needs_rework.any()
    assert "Nobody" in found.blocks()[0].text.en


def test_under_thirty_items_nobody_is_judged() -> None:
    found = needs(office({"eve": 0.5}, {"ann": 1, "bob": 1, "cat": 1, "eve": 5}, cases=29))
    enter = found.activity == found.activities.index("enter")
    assert np.isnan(found.q_slower[enter]).all()
    # With the repeats eve alone has enough items, and no peers to be judged against.
    assert np.isnan(found.q_came_back[enter]).all()


def test_no_name_stands_in_the_result() -> None:
    found = needs(office({"eve": 0.4}, {"ann": 1, "bob": 1, "cat": 1, "eve": 1}))
    table = next(block for block in found.blocks() if isinstance(block, TableBlock))
    assert found.table["person"].dtype == np.int32
    assert not any(name in repr(table.rows) + repr(found.table.values.tolist()) for name in ("eve", "ann", "boss"))


def test_what_the_customer_had_to_bring_is_not_held_against_anyone() -> None:
    lines = [
        f"{who}{k}: Enter application data 0-1 @{who} | Request documents 2 @{who} | Supply documents 5 | Enter application data 6-7 @{who}"
        for who in ("ann", "bob", "cat")
        for k in range(40)
    ]
    found = needs(textlog("\n".join(lines)))
    assert not found.came_back.any()


def test_small_groups_are_put_together_so_that_totals_do_not_give_them_back() -> None:
    size = np.array([50, 40, 30, 4, 99, 99, 2, 3, 4])
    apart = kept_apart(np.array([0, 0, 0, 0, 1, 1, 2, 2, 2]), np.repeat(np.arange(9), size), np.arange(size.sum()), 10, 3)
    assert apart.tolist() == [APART, TOGETHER, TOGETHER, TOGETHER, LEFT_OUT, LEFT_OUT, LEFT_OUT, LEFT_OUT, LEFT_OUT]


def test_cases_that_several_people_had_count_once() -> None:
    # Three people with the same four cases, and one with ten of his own: the three are no group of twelve.
    row, case = np.repeat([0, 1, 2, 3], [4, 4, 4, 10]), np.array([*range(4)] * 3 + [*range(4, 14)])
    assert kept_apart(np.zeros(4, dtype=int), row, case, 10, 3).tolist() == [TOGETHER] * 4
    assert kept_apart(np.zeros(3, dtype=int), row[:12], case[:12], 10, 3).tolist() == [LEFT_OUT] * 3


PEOPLE = st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 15), min_size=1)), min_size=1, max_size=10)


@given(PEOPLE, st.integers(1, 12), st.integers(1, 5))
def test_nothing_shown_or_got_by_subtraction_is_smaller_than_the_minimum(
    people: list[tuple[int, set[int]]], cases: int, least: int
) -> None:
    table, size = np.array([t for t, _ in people]), np.array([len(had) for _, had in people])
    row, case = np.repeat(np.arange(len(people)), size), np.array([one for _, had in people for one in sorted(had)])
    shown = kept_apart(table, row, case, cases, least)
    assert (size[shown == APART] >= cases).all()
    for t in np.unique(table):
        # The total of a table less those shown alone is what was put together.
        inside = (table == t) & (shown == TOGETHER)
        assert not inside.any() or (inside.sum() >= least and len(np.unique(case[inside[row]])) >= cases)
        left = (table == t) & (shown == LEFT_OUT)
        assert not left.any() or left.sum() == (table == t).sum()


def test_a_log_without_people_has_nothing_to_say() -> None:
    found = needs(textlog("c1: a 0-1 | b 2-3"))
    assert found.table.empty and "Too few" in found.blocks()[0].text.en


def test_one_group_that_is_too_small_takes_the_next_with_it() -> None:
    assert too_few(np.array([50, 9, 12, 10]), 10).tolist() == [False, True, False, True]
    assert too_few(np.array([50, 3, 5, 40]), 10).tolist() == [False, True, True, True], "8 cases together are too few"
    assert too_few(np.array([50, 5, 5]), 10).tolist() == [False, True, True]
    assert not too_few(np.array([10, 50]), 10).any() and too_few(np.array([9]), 10).all()


@given(st.lists(st.integers(1, 20), min_size=1, max_size=8), st.integers(1, 12))
def test_the_total_less_what_is_shown_is_of_no_group_alone_and_of_enough_cases(cases: list[int], least: int) -> None:
    of = np.array(cases)
    hidden = too_few(of, least)
    assert (of[~hidden] >= least).all()
    assert not hidden.any() or hidden.all() or (hidden.sum() >= 2 and of[hidden].sum() >= least)
