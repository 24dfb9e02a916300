"""Waiting by cause as a picture: one bar for each activity, as long as its waiting, in the colours of the causes."""

from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np

from bankmine.log.eventlog import SECOND
from bankmine.measure.by_cause import NOT_SPLIT, WORDS, WaitByCause
from bankmine.measure.causes import CAUSES, CUSTOMER
from bankmine.show.blocks import Figure
from bankmine.show.format import duration, percent
from bankmine.show.graph_svg import INK, SOFT, picture
from bankmine.show.graphs import lines_of, width_em
from bankmine.words import Lang, Text

BARS = 12
WIDTH, LEFT, RIGHT, ROW, BAR = 760.0, 200.0, 64.0, 30.0, 18.0
NAME_PX, SMALL_PX = 12.0, 11.0
# In the order of CAUSES, then what could not be split; light and dark alternate, for the colour-blind and in black and white.
COLOURS = ("#7b5ea7", "#c0501f", "#f0b95a", "#44566a", "#9fb3c4", "#2f7d5d", "#8cc6e8", "#d5d9dd", "#ffffff")


def cause_bars(split: WaitByCause, lang: Lang) -> Figure | None:
    """Each activity's waiting for the bank, the longest as wide as the picture; None where no activity waits for it.

    Waits for customers are named by the table: they would dwarf what the bank has in its own hands.
    """
    waiting = split.waiting
    parts = np.column_stack([split.parts, split.unknown + split.work]) / SECOND
    parts[:, CUSTOMER] = 0.0
    length = np.where(waiting.by_design, 0.0, parts.sum(axis=1))
    rows = [row for row in np.argsort(-length, kind="stable").tolist() if length[row] > 0][:BARS]
    if not rows:
        return None
    used = [part for part in range(len(COLOURS)) if parts[rows, part].any()]
    names = [WORDS[CAUSES[part]] if part < len(CAUSES) else NOT_SPLIT for part in used]
    legend = _legend([name.of(lang) for name in names])
    height = ROW * len(rows) + 22 * (legend[-1][1] + 1) + 12
    alt = Text(
        zh="条形图：{n} 个环节的等待时间，按原因分色；最长的是“{first}”，{time}。",
        en="Bars: the waiting of {n} activities by cause; the longest is “{first}”, {time}.",
    ).format(n=len(rows), first=waiting.activities[waiting.activity[rows[0]]], time=duration(float(length[rows[0]])))
    root = picture(WIDTH, height, alt, lang)
    scale = (WIDTH - LEFT - RIGHT) / float(length[rows[0]])
    for place, row in enumerate(rows):
        middle = ROW * (place + 0.5)
        label = lines_of(waiting.activities[waiting.activity[row]], most_em=(LEFT - 12) / NAME_PX, most_lines=1)[0]
        _words(root, LEFT - 8, middle, label, NAME_PX, INK, anchor="end")
        end = _bar(root, middle, [(part, float(parts[row, part]), name) for part, name in zip(used, names, strict=True)], scale, lang)
        _words(root, end + 6, middle, duration(float(length[row])).of(lang), SMALL_PX, SOFT)
    for (x, line), part, name in zip(legend, used, names, strict=True):
        middle = ROW * len(rows) + 22 * (line + 0.5) + 8
        _rect(root, x, middle - 6, 12, 12, part)
        _words(root, x + 18, middle, name.of(lang), SMALL_PX, INK)
    caption = Text(
        zh="各环节的等待合计（不含等客户的时间与制度性等待），颜色表示原因。",
        en="Each activity's waiting, without the time that customers took and without waits by design; the colours are the causes.",
    )
    return Figure(ElementTree.tostring(root, encoding="unicode"), alt, caption)


def _bar(root: ElementTree.Element, middle: float, parts: Sequence[tuple[int, float, Text]], scale: float, lang: Lang) -> float:
    """One bar, each part with its name and share for those who point at it; the right end of it."""
    x, total = LEFT, sum(seconds for _, seconds, _ in parts)
    for part, seconds, name in parts:
        if seconds > 0:
            drawn = _rect(root, x, middle - BAR / 2, seconds * scale, BAR, part)
            said = Text(zh="{name}：{time}，{share}", en="{name}: {time}, {share}")
            ElementTree.SubElement(drawn, "title").text = said.format(name=name, time=duration(seconds), share=percent(seconds / total)).of(
                lang
            )
            x += seconds * scale
    return x


def _legend(names: Sequence[str]) -> list[tuple[float, int]]:
    """Left edge and line of each name, in lines that fit the width."""
    places, x, line = [], LEFT, 0
    for name in names:
        needed = 18 + width_em(name) * SMALL_PX + 16
        if x + needed > WIDTH and x > LEFT:
            x, line = LEFT, line + 1
        places.append((x, line))
        x += needed
    return places


def _rect(root: ElementTree.Element, x: float, y: float, width: float, height: float, part: int) -> ElementTree.Element:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return ElementTree.SubElement(root, "rect", {**place, "fill": COLOURS[part], "stroke": SOFT, "stroke-width": "0.4"})


def _words(root: ElementTree.Element, x: float, middle: float, words: str, size: float, ink: str, anchor: str = "start") -> None:
    # A baseline of 0.35 em below the middle is understood by every viewer; dominant-baseline is not.
    look = {"x": f"{x:.1f}", "y": f"{middle + 0.35 * size:.1f}", "font-size": f"{size:g}", "text-anchor": anchor, "fill": ink}
    ElementTree.SubElement(root, "text", look).text = words
