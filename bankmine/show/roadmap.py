"""The road map of plan §9.1 as a picture: a year from left to right, one bar per change in its window, as numbered in the table."""

from collections.abc import Sequence
from unicodedata import east_asian_width
from xml.etree import ElementTree

from bankmine.show.blocks import Figure
from bankmine.show.graph_svg import INK, SOFT, picture, words_at
from bankmine.words import Lang, Text

WIDTH, LEFT, TOP, ROW, BAR = 660.0, 12.0, 44.0, 26.0, 18.0
QUARTERS = 4
# Light to dark blue, also in grey; what is deferred has a broken outline besides.
BAND, FILL, EDGE = ("#f7f9fc", "#eef2f8"), "#c9d8ec", "#2f5d94"
SHOWN = 24
MONTHS = Text(zh="第 {first}–{last} 月", en="Months {first}–{last}")
LATER = Text(zh="虚线：风险高或较难，推后一期", en="Broken outline: one window later, for its risk or because it is hard to do")
ROOM = 58  # half-width signs beside a bar; a Chinese one takes two
MORE = Text(zh="另有 {n} 项见下表", en="and {n} more in the table")


def roadmap_picture(steps: Sequence[tuple[int, Text, bool]], titles: Sequence[Text], lang: Lang) -> Figure:
    """`steps`: window (0-3), words and whether it was deferred, in the order of the table beside the picture; `titles` of the windows."""
    shown = steps[:SHOWN]
    column, more = (WIDTH - 2 * LEFT) / QUARTERS, len(steps) - len(shown)
    height = TOP + (len(shown) + bool(more) + any(deferred for _, _, deferred in shown)) * ROW + 8
    counts = [sum(window == k for window, _, _ in steps) for k in range(QUARTERS)]
    said = [Text(zh=f"{t.zh} {n} 项", en=f"{t.en} {n}") for t, n in zip(titles, counts, strict=True)]
    alt = Text(zh="路线图：{said}。", en="Road map, changes in each window: {said}.").format(
        said=Text(zh="，".join(s.zh for s in said), en=", ".join(s.en for s in said))
    )
    root = picture(WIDTH, height, alt, lang, wide=False)
    for k, title in enumerate(titles):
        x = LEFT + k * column
        band = {"x": f"{x:g}", "y": "0", "width": f"{column:g}", "height": f"{height:g}", "fill": BAND[k % 2]}
        ElementTree.SubElement(root, "rect", band)
        words_at(root, x + column / 2, 17, MONTHS.format(first=3 * k + 1, last=3 * k + 3).of(lang), 12, INK, "middle", bold=True)
        words_at(root, x + column / 2, 33, title.of(lang), 11, SOFT, "middle")
    for row, (window, words, deferred) in enumerate(shown):
        x, y = LEFT + window * column + 4, TOP + row * ROW
        bar = {"x": f"{x:g}", "y": f"{y:g}", "width": f"{column - 8:g}", "height": f"{BAR:g}", "rx": "3", "fill": FILL, "stroke": EDGE}
        ElementTree.SubElement(root, "rect", bar | ({"stroke-dasharray": "4 3"} if deferred else {}))
        words_at(root, x + (column - 8) / 2, y + 13, str(row + 1), 11, INK, "middle", bold=True)
        # The words stand beside the bar, where the picture has room.
        right = window < QUARTERS / 2
        words_at(root, x + column - 2 if right else x - 6, y + 13, _fitting(words.of(lang)), 11, INK, "start" if right else "end")
    below = [*([MORE.format(n=more)] if more else []), *([LATER] if any(deferred for _, _, deferred in shown) else [])]
    for row, words in enumerate(below, len(shown)):
        words_at(root, LEFT + 4, TOP + row * ROW + 13, words.of(lang), 11, SOFT, "start")
    return Figure(ElementTree.tostring(root, encoding="unicode"), alt, Text(zh="路线图（方案 9.1）", en="Road map (plan §9.1)"))


def _fitting(words: str) -> str:
    """The words, cut where they would leave the picture."""
    width = 0
    for place, sign in enumerate(words):
        width += 2 if east_asian_width(sign) in "WF" else 1
        if width > ROOM:
            return words[: place - 1] + "…"
    return words
