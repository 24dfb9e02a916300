"""Charts may stand in a page, say the same as the tables, and are the same in every run."""

import re

import numpy as np
import pytest

from bankmine.api import Analysis, analyze, read_log
from bankmine.report.over_time import dotted_chart, spectrum
from bankmine.report.pictures import busy_week, cycle_times
from bankmine.report.strips import loop_picture, variant_strips
from bankmine.sample import generate
from bankmine.show.blocks import Figure
from bankmine.show.format import duration
from bankmine.show.svg import inline
from tests.textlog import textlog


@pytest.fixture(scope="module")
def queued() -> Analysis:
    return analyze(read_log(generate("loan", seed=600, cases=400, problem="P08", effect=0.2).table))


@pytest.mark.parametrize("draw", [cycle_times, busy_week, dotted_chart, spectrum, variant_strips, loop_picture])
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
    assert all(draw(few, "en") is None for draw in (dotted_chart, spectrum, variant_strips, loop_picture))


def test_the_spectrum_is_that_of_the_arc_with_the_most_waiting(queued: Analysis) -> None:
    arcs = queued.waiting_by_arc
    worst = np.flatnonzero(~arcs.by_design & (arcs.source >= 0))
    worst = worst[np.argmax(arcs.total_s[worst])]
    figure = spectrum(queued, "en")
    assert figure is not None
    assert f"“{arcs.activities[arcs.source[worst]]}” to “{arcs.activities[arcs.activity[worst]]}”: half within" in figure.alt.en
    assert figure.alt.en.endswith(
        f"half within {duration(arcs.median_s[worst]).en}, the slowest quarter over " + figure.alt.en.split("over ")[-1]
    )


def test_strips_show_the_steps_of_the_most_frequent_variants() -> None:
    log = textlog("\n".join(f"c{k}: a {k} | b {k + 1} | " + (f"b {k + 2} | c {k + 3}" if k % 3 else f"c {k + 2}") for k in range(30)))
    figure = variant_strips(analyze(log), "en")
    assert figure is not None and figure.alt.en.startswith("The 2 most frequent variants, 100 % of the cases; the most frequent has 66.7 %")
    words = re.findall(r">([^<>]+)</text>", figure.svg)
    assert words == ["20 cases, 66.7 %", "1", "2", "2", "3", "10 cases, 33.3 %", "1", "2", "3", "1", "a", "2", "b", "3", "c"]


def test_a_loop_shows_how_often_it_was_gone() -> None:
    figure = loop_picture(analyze(textlog("c1: a 0 | b 1 | a 2 | b 3 | c 4 ; c2: a 0 | b 1 | c 2")), "en")
    assert figure is not None and figure.alt.en.endswith("first “a → b → a”: 1 returns, 2.0 h in all.")


def test_names_are_no_formulas() -> None:
    log = textlog("\n".join(f"c{k}: $a_1$ {2 * k}-{2 * k + 1} | \\frac{{ {3 * k}-{3 * k + 1}" for k in range(30)))
    figure = dotted_chart(analyze(log), "en")
    assert figure is not None and "$a_1$" in figure.svg and "\\frac{" in figure.svg
