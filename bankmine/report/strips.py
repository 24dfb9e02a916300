"""The most frequent variants as strips of numbered steps, and the loops that take the most time as a graph."""

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from bankmine.report.map import CLASS_NAMES, CLASSES_S
from bankmine.show.blocks import Figure
from bankmine.show.charts import QUALITATIVE
from bankmine.show.format import duration, percent
from bankmine.show.graph_svg import INK, SOFT, picture, svg, words_at
from bankmine.show.graphs import SCALE, Arc, Graph, Node, lines_of
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

ROWS, CHIPS, LOOPS = 8, 20, 5
WIDTH, LEFT, CHIP, GAP, ROW = 760.0, 118.0, 28.0, 3.0, 27.0
NAME_PX, SMALL_PX, COLUMNS = 12.0, 11.0, 3
PALE = "#f7f9fb"


def variant_strips(analysis: "Analysis", lang: Lang) -> Figure | None:
    """The most frequent variants, one a row, each step with its number and colour; None where every case takes one way."""
    variants = analysis.variants
    if len(variants.sequences) < 2:
        return None
    shown = variants.sequences[:ROWS]
    steps = list(dict.fromkeys(code for sequence in shown for code in sequence[:CHIPS]))
    number = {code: place for place, code in enumerate(steps)}
    covered = float(variants.share[:ROWS].sum())
    alt = Text(
        zh="最常见的 {n} 种路径，共占 {share} 的案件；最常见的一种占 {first}，有 {steps} 步。",
        en="The {n} most frequent variants, {share} of the cases; the most frequent has {first} of them and {steps} steps.",
    ).format(n=len(shown), share=percent(covered), first=percent(float(variants.share[0])), steps=len(shown[0]))
    lines = -(-len(steps) // COLUMNS)
    root = picture(WIDTH, ROW * len(shown) + 14 + 20 * lines, alt, lang)
    for row, sequence in enumerate(shown):
        middle = ROW * (row + 0.5)
        cases = Text(zh="{n} 件，{share}", en="{n} cases, {share}").format(
            n=f"{variants.count[row]:,}", share=percent(float(variants.share[row]))
        )
        words_at(root, LEFT - 8, middle + 0.35 * SMALL_PX, cases.of(lang), SMALL_PX, SOFT, "end")
        for place, code in enumerate(sequence[:CHIPS]):
            _chip(root, LEFT + place * (CHIP + GAP), middle, number[code])
        if len(sequence) > CHIPS:
            words_at(root, LEFT + CHIPS * (CHIP + GAP), middle + 4, "…", NAME_PX, SOFT, "start")
    wide = WIDTH / COLUMNS
    for code, place in number.items():
        x, middle = wide * (place // lines) + 2, ROW * len(shown) + 14 + 20 * (place % lines + 0.5)
        _chip(root, x, middle, place)
        label = lines_of(analysis.log.activities[code], most_em=(wide - CHIP - 12) / NAME_PX, most_lines=1)[0]
        words_at(root, x + CHIP + 6, middle + 0.35 * NAME_PX, label, NAME_PX, INK, "start")
    return Figure(ElementTree.tostring(root, encoding="unicode"), alt)


def loop_picture(analysis: "Analysis", lang: Lang) -> Figure | None:
    """The loops that take the most time: how often each way was gone inside them, dark where a turn is long; None without loops."""
    loops = analysis.loops.loops[:LOOPS]
    if not loops:
        return None
    names = analysis.log.activities
    turns: dict[tuple[int, int], int] = {}
    slowest: dict[tuple[int, int], float] = {}
    for loop in loops:
        mean = loop.total_s / loop.iterations
        for way in zip(loop.activities, (*loop.activities[1:], loop.activities[0]), strict=True):
            turns[way] = turns.get(way, 0) + loop.iterations
            slowest[way] = max(slowest.get(way, 0.0), mean)
    most = max(turns.values())
    nodes = [Node(f"a{code}", names[code]) for code in sorted({code for way in turns for code in way})]
    arcs = [
        Arc(
            f"a{source}",
            f"a{target}",
            f"{n:,}",
            0.0,
            1 + 4 * n / most,
            SCALE[int(np.searchsorted(CLASSES_S, slowest[source, target], side="right"))],
        )
        for (source, target), n in turns.items()
    ]
    first = loops[0]
    alt = Text(
        zh="耗时最多的 {n} 个循环；居首的是「{a}」：{turns} 次返回，共 {time}。",
        en="The {n} loops that take the most time; first “{a}”: {turns} returns, {time} in all.",
    ).format(
        n=len(loops),
        a=Text.same(" → ".join(names[code] for code in (*first.activities, first.activities[0]))),
        turns=f"{first.iterations:,}",
        time=duration(first.total_s),
    )
    legend = [(tone, name.of(lang)) for tone, name in zip(SCALE, CLASS_NAMES, strict=True)]
    title = Text(zh="返工循环", en="Loops of rework")
    caption = Text(
        zh="线上为走过的次数，颜色表示转一圈平均用多久。",
        en="On the lines: how often that way was gone; the colour is the mean time of a turn.",
    )
    return Figure(svg(Graph(title.of(lang), alt.of(lang), nodes, arcs, "right", lang, legend)), alt, caption)


def _chip(root: ElementTree.Element, x: float, middle: float, place: int) -> None:
    """A step as a small box with its number."""
    box = {"x": f"{x:g}", "y": f"{middle - 9:g}", "width": f"{CHIP:g}", "height": "18", "rx": "3"}
    colour = {"fill": PALE, "stroke": QUALITATIVE[place % len(QUALITATIVE)], "stroke-width": "2"}
    ElementTree.SubElement(root, "rect", box | colour)
    words_at(root, x + CHIP / 2, middle + 4, str(place + 1), SMALL_PX, INK, "middle")
