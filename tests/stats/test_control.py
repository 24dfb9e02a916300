"""Control charts are quiet where nothing changes, and say when something has."""

import numpy as np
import pytest

from bankmine.stats.control import FEWEST, control_chart, limit


def test_a_board_of_twenty_charts_is_quiet_for_sixty_stable_weeks() -> None:
    rng = np.random.default_rng(1)
    quiet = [not any(control_chart(rng.standard_normal(60), 20).alarms for _ in range(20)) for _ in range(30)]
    assert sum(quiet) >= 28


def test_a_lasting_step_is_found_and_dated() -> None:
    rng = np.random.default_rng(2)
    found = [control_chart(np.where(np.arange(60) >= 29, 4.0, 0.0) + rng.standard_normal(60), 20) for _ in range(40)]
    first = [next((w for w in chart.alarms if w >= 29), 99) for chart in found]
    assert np.quantile(first, 0.9) <= 40
    dated = [chart.since[0] for chart in found if chart.alarms]
    assert np.median(dated) == pytest.approx(29, abs=2)


def test_one_week_alone_makes_no_alarm() -> None:
    values = np.random.default_rng(3).standard_normal(60)
    values[40] = 50.0
    assert not control_chart(values, 5).alarms


def test_the_limit_grows_with_the_board() -> None:
    assert limit(1) == pytest.approx(3.2, abs=0.1) and limit(20) == pytest.approx(4.0, abs=0.1) and limit(200) > limit(20)


def test_too_few_weeks_and_weeks_without_a_value_are_not_judged() -> None:
    assert np.isnan(control_chart(np.arange(FEWEST * 1.0), 1).level).all()
    values = np.random.default_rng(4).standard_normal(40)
    values[::3] = np.nan
    level = control_chart(values, 1).level
    assert np.isnan(level[::3]).all() and not np.isnan(level[-3:]).all()


def test_a_series_that_never_moves_is_steady() -> None:
    chart = control_chart(np.full(30, 7.0), 3)
    assert not chart.alarms and chart.level[-1] == 0.0
