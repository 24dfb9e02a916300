"""Changes in words, what they do, and what makes no sense."""

from functools import cache

import numpy as np
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.errors import UsageError
from bankmine.sample import generate
from bankmine.settings import Settings
from bankmine.twin.changes import Demand, Hours
from bankmine.twin.forecast import Forecast
from bankmine.twin.grammar import GRAMMAR, parse


@cache
def loans() -> Analysis:
    return analyze(read_log(generate("loan", seed=5, cases=400, healthy_faults=True).table))


@cache
def forecast(*changes: str) -> Forecast:
    return loans().simulate(*changes)


def figures(*changes: str) -> dict[str, object]:
    """A forecast without the words of its changes."""
    return {name: value for name, value in forecast(*changes).as_json().items() if name not in ("changes", "said")}


@pytest.mark.parametrize(
    ("change", "code", "valid"),
    [
        ("Credit analist +1", "CHANGE_ROLE", "Credit analyst"),
        ("Aprove loan removed", "CHANGE_STEP", "Approve loan"),
        ("Credit analyst -99", "CHANGE_VALUE", ""),
        ("Credit analyst +0", "CHANGE_VALUE", ""),
        ("Credit analyst hours Mon-Fri 09:00-09:00", "CALENDAR_HOURS", ""),
        ("demand x0", "CHANGE_VALUE", ""),
        ("Approve loan rework 120%", "CHANGE_VALUE", ""),
        ("first product=Carrots", "CHANGE_VALUE", "Mortgage"),
        ("first colour=red", "CHANGE_VALUE", "ch"),
        ("parallel Approve loan, Approve loan", "CHANGE_VALUE", ""),
        ("merge Enter application data, Disburse loan", "CHANGE_VALUE", ""),
        ("let us all work harder", "CHANGE_UNKNOWN", "ROLE +1"),
    ],
)
def test_nonsense_is_refused_with_the_names_that_are_valid(change: str, code: str, valid: str) -> None:
    with pytest.raises(UsageError) as caught:
        loans().simulate(change)
    assert caught.value.code == code
    assert valid in caught.value.hint.en and caught.value.hint.zh


def test_every_form_of_the_grammar_is_understood() -> None:
    names = {
        "ROLE, ROLE": "Credit analyst, Approver", "STEP, STEP": "Check credit history, Assess loan risk", "ROLE": "Credit analyst",
        "STEP": "Approve loan", "segment=VALUE": "product=Mortgage",
    }  # fmt: skip
    for _, form in GRAMMAR:
        said = form
        for name, example in names.items():
            said = said.replace(name, example)
        assert parse(said, loans().twin.office, loans().facts).apply(loans().twin.office, loans().facts)


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("Approver+1人", "Approver +1"),
        ("Approver上班 周一至周六 09:00-18:00", "Approver hours Mon-Sat 09:00-18:00"),
        ("Approver先来先办", "Approver first come"),
        ("合并岗位 Approver、Credit analyst", "pool Approver, Credit analyst"),
        ("Approve loan 每批 1 件", "Approve loan batch 1"),
        ("Approve loan自动5分钟", "Approve loan automated 5 min"),
        ("Approve loan 取消", "Approve loan removed"),
        ("Approve loan 即时接手", "Approve loan picked up"),
        ("Approve loan 返工 50%", "Approve loan rework 50%"),
        ("Approve loan 答复 3 天", "Approve loan answered 3 d"),
        ("并行 Approve loan，Assess loan risk", "parallel Approve loan, Assess loan risk"),
        ("连办 Approve loan、Assess loan risk", "merge Approve loan, Assess loan risk"),
        ("优先 product=Mortgage", "first product=Mortgage"),
        ("业务量 x1.2", "demand x1.2"),
    ],
)
def test_every_form_can_be_said_in_chinese(zh: str, en: str) -> None:
    assert len(GRAMMAR) == 14
    change = parse(zh, loans().twin.office, loans().facts)
    assert change == parse(en, loans().twin.office, loans().facts)
    assert change.said(loans().twin.office).zh != change.said(loans().twin.office).en


def test_names_are_found_whatever_their_case() -> None:
    assert parse("credit ANALYST +1", loans().twin.office, loans().facts) == parse("Credit analyst +1", loans().twin.office, loans().facts)


def test_more_people_wait_less_and_fewer_more() -> None:
    more, fewer = forecast("Approver +1"), forecast("Approver -1")
    approve = more.activities.index("Approve loan")
    assert more.wait_after_s[approve] < more.wait_before_s[approve] < fewer.wait_after_s[approve]
    role = more.roles.index("Approver")
    assert more.load_after[role] == pytest.approx(more.load_before[role] * 2 / 3, rel=0.02)
    assert fewer.saved_s < 0 < more.saved_s and fewer.lose_cases > fewer.gain_cases


def test_a_step_by_a_system_is_not_waited_for() -> None:
    found = forecast("Approve loan automated 2 min")
    assert found.wait_after_s[found.activities.index("Approve loan")] == 0
    assert found.saved_s > 0


def test_longer_hours_and_quicker_answers_save_time() -> None:
    assert forecast("Approver hours Mon-Sun 00:00-24:00").saved_s > 0
    answered = forecast("Send loan offer answered 1 d")
    assert answered.saved_s > 24 * 3600


def test_several_changes_are_played_together() -> None:
    one, other, both = (
        forecast("Approver +1"),
        forecast("Send loan offer answered 1 d"),
        forecast("Approver +1", "Send loan offer answered 1 d"),
    )
    assert max(one.saved_s, other.saved_s) < both.saved_s < 1.2 * (one.saved_s + other.saved_s)


def test_another_demand_has_other_cases_and_no_interval() -> None:
    more, fewer = forecast("demand x1.5"), forecast("demand x0.5")
    assert (more.low_s, more.gain_cases, fewer.low_s) == (None, None, None)
    analyst = more.roles.index("Credit analyst")
    assert more.load_after[analyst] == pytest.approx(1.5 * more.load_before[analyst], rel=0.15)
    assert fewer.load_after[analyst] == pytest.approx(0.5 * fewer.load_before[analyst], rel=0.15)
    assert more.saved_s < 0
    office = Demand(0.5).apply(loans().twin.office, loans().facts)
    assert (np.diff(office.case) >= 0).all() and (office.enabler < len(office.case)).all()
    assert (office.case[office.enabler[office.enabler >= 0]] == office.case[office.enabler >= 0]).all()


def test_a_change_that_does_nothing_saves_nothing() -> None:
    found = forecast("Credit analyst first come")
    assert (found.saved_s, found.gain_cases, found.lose_cases) == (0, 0, 0)
    assert found.low_s is not None and found.high_s is not None and found.low_s <= 0 <= found.high_s


def test_no_change_is_no_question() -> None:
    with pytest.raises(UsageError, match="no change"):
        loans().simulate()


def test_a_log_without_starts_cannot_be_played() -> None:
    table = generate("loan", seed=5, cases=60).table.drop("start_time")
    with pytest.raises(UsageError) as caught:
        analyze(read_log(table)).simulate("Approver +1")
    assert caught.value.code == "TWIN_UNABLE" and "start" in caught.value.hint.en


def test_holidays_and_make_up_days_outlast_a_change_of_hours() -> None:
    table = generate("loan", seed=5, cases=400).table
    settings = Settings.model_validate({"calendar": {"hours": "Mon-Fri 09:00-17:00", "holidays": "CN"}})
    analysis = analyze(read_log(table), settings=settings)
    office = Hours(analysis.twin.office.roles.index("Approver"), "Mon-Fri 08:00-20:00").apply(analysis.twin.office, analysis.facts)
    calendar = office.calendars[-1]

    def opened(day: str) -> float:
        return float(calendar.between(*(int(np.datetime64(f"{day}T{clock}", "us").astype(np.int64)) for clock in ("00", "15")))) / 3.6e9

    assert opened("2024-02-07") == 12  # a Wednesday
    assert opened("2024-02-12") == 0  # Spring Festival, a Monday
    assert opened("2024-02-18") == 8  # a Sunday that is a working day, as it was


def test_another_demand_goes_with_other_changes_in_any_order() -> None:
    for other in ("first product=Mortgage", "Enter application data rework 0%", "Approve loan batch 1", "Approver +1"):
        assert figures("demand x1.2", other) == figures(other, "demand x1.2")
    with pytest.raises(UsageError, match="only one demand"):
        loans().simulate("demand x1.2", "demand x0.9")


def test_a_removed_step_is_one_that_takes_no_time_and_is_judged_as_such() -> None:
    assert figures("Approve loan removed") == figures("Approve loan automated 0 min")
    removed = forecast("Approve loan removed")
    approve = removed.activities.index("Approve loan")
    assert removed.usable == bool(removed.fit.usable[approve])


def test_what_would_never_be_done_is_refused() -> None:
    with pytest.raises(UsageError, match="never done"):
        loans().simulate("Credit analyst hours Mon 09:00-09:10")


def test_a_step_goes_at_once_with_one_other() -> None:
    with pytest.raises(UsageError, match="one other only"):
        loans().simulate("parallel Check credit history, Assess loan risk", "parallel Assess loan risk, Approve loan")


def test_too_few_items_to_judge_are_not_enough_to_trust() -> None:
    found = analyze(read_log(generate("loan", seed=5, cases=60).table)).simulate("Approver +1")
    assert np.isnan(found.fit.observed_s).all() and not found.usable
