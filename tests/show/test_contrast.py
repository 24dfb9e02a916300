"""Words can be read against what lies behind them: WCAG 2 AA, 4.5 to 1."""

import re
from pathlib import Path

import pytest

from bankmine.show import charts, graph_svg
from bankmine.show.html import style

ENOUGH = 4.5
CSS = style()
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", CSS))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    full = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(full[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("words", ["ink", "soft", "accent", "good", "warning", "error", "info"])
def test_words_of_a_page(words: str) -> None:
    grounds = ["#ffffff"] + ([COLOURS[f"{words}-bg"]] if f"{words}-bg" in COLOURS else [])
    grounds += [COLOURS[f"{tone}-bg"] for tone in ("good", "warning", "error", "info")] if words == "ink" else []
    assert all(contrast(COLOURS[words], ground) >= ENOUGH for ground in grounds)


def test_the_language_that_is_shown_is_white_on_the_accent() -> None:
    page = (Path(graph_svg.__file__).parents[1] / "report" / "templates" / "page.css").read_text(encoding="utf-8")
    assert "background: var(--accent); color: #fff" in page and contrast(COLOURS["accent"], "#fff") >= ENOUGH


@pytest.mark.parametrize("tone", sorted(graph_svg.PAINTS))
def test_words_in_the_boxes_of_a_map(tone: str) -> None:
    paint = graph_svg.PAINTS[tone]
    assert contrast(paint.ink, paint.fill) >= ENOUGH


@pytest.mark.parametrize("colour", [graph_svg.INK, graph_svg.SOFT, charts.ACCENT, charts.CONTRAST])
def test_words_and_lines_of_charts(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= ENOUGH
