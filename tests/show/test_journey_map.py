import re

import pytest

from bankmine.show.journey_map import StageCard, journey_map
from bankmine.show.svg import inline
from bankmine.words import Text

TITLE = Text(zh="客户体验地图", en="Experience map")


def card(name: str, **known: float) -> StageCard:
    figures = {"cases_share": 1.0, "median_s": 3600.0, "p90_s": 7200.0, "time_share": 0.5, "contacts": 1.0, "lost_share": 0.1, "score": 4.0}
    return StageCard(Text.same(name), "bank", **(figures | known))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_picture_holds_every_stage_and_may_stand_in_a_page(lang) -> None:
    figure = journey_map([card("A"), card("B<&>", time_share=0.25)], lang, TITLE, (1, 5))
    assert figure is not None
    drawn = inline(figure.svg, 1)
    assert TITLE.of(lang) in drawn and "B&lt;&amp;&gt;" in drawn
    assert "A" in figure.alt.of(lang) and ("50.0" in figure.alt.of(lang))


def test_what_is_not_known_is_said_and_no_mark_is_drawn() -> None:
    unknown = StageCard(TITLE, None, 1.0, None, None, None, None, None, None)
    figure = journey_map([unknown], "en", TITLE, (1, 5))
    assert figure is not None
    assert figure.svg.count(">unknown<") == 3 and "no scores" in figure.svg
    assert len(re.findall("<circle", figure.svg)) == 1


def test_words_stay_large_enough_on_a_narrow_screen() -> None:
    figure = journey_map([card("A very long name of a stage that would not fit on the line at all")], "en", TITLE)
    assert figure is not None
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', figure.svg)[1])
    smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)"', figure.svg))
    assert smallest * 360 / width >= 9
    assert "…" in figure.svg


def test_nothing_is_drawn_without_stages() -> None:
    assert journey_map([], "en", TITLE) is None
