"""Charts may stand in a page, say the same as the tables, and are the same in every run."""

import re

import numpy as np
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.report.pictures import busy_week, cycle_times
from bankmine.sample import generate
from bankmine.show.blocks import Figure
from bankmine.show.svg import inline
from tests.textlog import textlog


@pytest.fixture(scope="module")
def queued() -> Analysis:
    return analyze(read_log(generate("loan", seed=600, cases=400, problem="P08", effect=0.2).table))


@pytest.mark.parametrize("draw", [cycle_times, busy_week])
def test_a_chart_may_stand_in_a_page_in_both_languages(queued: Analysis, draw) -> None:
    for lang, words in (("zh", re.compile(r">[^<]*[\u4e00-\u9fff]")), ("en", re.compile(r">[^<]*[a-z]{3}"))):
        figure, again = draw(queued, lang), draw(queued, lang)
        assert isinstance(figure, Figure) and figure.svg == again.svg
        drawn = inline(figure.svg, 7)
        assert words.search(drawn) and "style=" not in drawn and len(drawn) < 60_000
    assert not re.search(r"[\u4e00-\u9fff]", draw(queued, "en").svg)


def test_the_curve_says_what_the_cases_took(queued: Analysis) -> None:
    figure = cycle_times(queued, "en")
    closed = queued.endings.closed
    assert figure is not None and closed.mean() > 0.5
    half = float(re.search(r"within ([\d.]+) d, nine", figure.alt.en)[1])
    # Open cases, which will take longer than what is seen of them, shift it little.
    assert half == pytest.approx(np.median(queued.cycle_time.of_case[closed]) / 86_400e6, rel=0.2)


def test_the_week_is_that_of_the_role_with_the_longest_queue(queued: Analysis) -> None:
    figure = busy_week(queued, "en")
    assert figure is not None and f"“{queued.recommendations[0].where['role']}”" in figure.alt.en


def test_where_there_is_little_to_draw_nothing_is_drawn() -> None:
    few = analyze(textlog("\n".join(f"c{k}: enter {k}-{k + 1} @ann" for k in range(5))))
    assert cycle_times(few, "en") is None and busy_week(few, "zh") is None
