"""Graphs as pictures: SVG drawn by ourselves, DOT for other tools, PNG by Graphviz from that DOT.

The SVG refers to nothing outside, runs nothing, has no style sheet, and is the same, byte for byte, for the same graph. Its words
are text, drawn in the reader's own fonts. A PNG is drawn with the package's own font.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree import ElementTree

from bankmine.show.format import visible
from bankmine.show.graph_layout import LABEL_PX, LINE_HEIGHT, SMALL_PX, Layout, PlacedArc, PlacedNode, Point, label_size, layout, node_size
from bankmine.show.graph_layout import run_graphviz as drawn_by_graphviz
from bankmine.show.graphs import Graph, Tone, lines_of, width_em
from bankmine.words import Lang, Text

FONTS = "'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'Helvetica Neue', Arial, 'bankmine signs', sans-serif"
DOT_FONTS = "Noto Sans CJK SC"  # the package's own, see bankmine.show.fonts
INK, SOFT, PAPER = "#1d2733", "#5b6673", "#ffffff"
MARGIN = 12.0
NARROWEST = 760.0  # a small graph is not blown up to the width of a page
LEGEND_PX = 26.0


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of a tone: the line (of an arc, around a node), the inside of a node, its words."""

    line: str
    fill: str
    ink: str


# The scale goes from light to dark, so that it can be told apart by the colour-blind and in black and white.
PAINTS: MappingProxyType[Tone, Paint] = MappingProxyType(
    {
        "plain": Paint("#4f6478", "#f4f7fa", INK),
        "quiet": Paint("#9aa5b1", "#fafbfc", SOFT),
        "dark": Paint("#2c3e50", "#2c3e50", PAPER),
        "scale0": Paint("#b9c2cb", "#eef1f4", INK),
        "scale1": Paint("#dfb160", "#fbf0d9", INK),
        "scale2": Paint("#d98c32", "#f8dcb8", INK),
        "scale3": Paint("#c0601f", "#eebd94", INK),
        "scale4": Paint("#943611", "#dd9468", INK),
        "scale5": Paint("#5a1a0a", "#8f3d1e", PAPER),
    }
)


def svg(graph: Graph) -> str:
    """The graph as a complete SVG document. Raises OutputError GRAPHVIZ_MISSING."""
    placed = layout(graph)
    width, height = placed.width + 2 * MARGIN, placed.height + 2 * MARGIN
    legend = _legend_rows(graph, max(width, NARROWEST))
    wide, high = max(width, NARROWEST), height + LEGEND_PX * len(legend)
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": "100%",
            "viewBox": f"0 0 {_n(wide)} {_n(high)}",
            "preserveAspectRatio": "xMidYMin meet",
            "role": "img",
            "lang": "zh-CN" if graph.lang == "zh" else graph.lang,
            "aria-labelledby": "title desc",
            "font-family": FONTS,
        },
    )
    ElementTree.SubElement(root, "title", {"id": "title"}).text = visible(graph.title)
    ElementTree.SubElement(root, "desc", {"id": "desc"}).text = visible(graph.description)
    plane = ElementTree.SubElement(root, "g", {"transform": f"translate({_n(MARGIN + (wide - width) / 2)} {_n(MARGIN)})"})
    _draw(plane, placed)
    for row, entries in enumerate(legend):
        _draw_legend(root, entries, height + LEGEND_PX * (row + 0.5))
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def png(graph: Graph) -> bytes:
    """The graph as a PNG at 144 dots per inch. Raises OutputError GRAPHVIZ_MISSING."""
    return drawn_by_graphviz(dot(graph, dpi=144), "png")


def dot(graph: Graph, *, dpi: int | None = None) -> str:
    """The graph in Graphviz' DOT language, with words, sizes and colours; nodes are n0, n1 …"""
    import graphviz

    drawing = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR" if graph.direction == "right" else "TB",
            "nodesep": "0.3",
            "ranksep": "0.4",
            "bgcolor": "white",
            "fontname": DOT_FONTS,
            "tooltip": _quoted([visible(graph.title)]),
            **({"dpi": str(dpi)} if dpi else {}),
        },
        node_attr={"fontname": DOT_FONTS, "fontsize": str(LABEL_PX), "fixedsize": "true", "style": "filled", "margin": "0"},
        edge_attr={"fontname": DOT_FONTS, "fontsize": str(SMALL_PX), "arrowsize": "0.7"},
    )
    place = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    for node in graph.nodes:
        lines = lines_of(node.label)
        width, height = node_size(node, lines)
        paint = PAINTS[node.tone]
        words = [*lines, visible(node.sublabel)] if node.sublabel else lines
        drawing.node(
            place[node.id],
            _quoted(words),
            tooltip=_quoted([visible(node.label)]),
            width=f"{width / 72:.3f}",
            height=f"{height / 72:.3f}",
            shape={"circle": "circle", "diamond": "diamond"}.get(node.shape, "box"),
            fillcolor=paint.fill,
            color=paint.line,
            fontcolor=paint.ink,
            style="filled,rounded" if node.shape in ("box", "pill") else "filled",
        )
    for arc in graph.arcs:
        paint = PAINTS[arc.tone]
        drawing.edge(
            place[arc.source],
            place[arc.target],
            label=_quoted([visible(arc.label)]) if arc.label else None,
            color=paint.line,
            fontcolor=SOFT if arc.tone == "quiet" else INK,
            penwidth=_n(arc.width),
            style="dashed" if arc.dashed else "solid",
        )
    return drawing.source


def _quoted(lines: Sequence[str]) -> str:
    """Lines as a DOT label: backslashes doubled, entities as they stand, never read as HTML; quotes are left to the graphviz package."""
    import graphviz

    return graphviz.nohtml("\\n".join(graphviz.escape(line.replace("&", "&amp;")) for line in lines))


def _n(number: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _draw(plane: ElementTree.Element, placed: Layout) -> None:
    """Arcs first, the thickest last, then nodes, then the words on the arcs, so that nothing covers a word."""
    groups = _groups(placed)
    for arc in sorted(placed.arcs, key=lambda arc: (arc.arc.tone != "quiet", arc.arc.width)):
        ends = {"data-ends": f"{arc.arc.source} {arc.arc.target}"} if groups[id(arc)] else {}
        _draw_arc(ElementTree.SubElement(plane, "g", groups[id(arc)] | ends), arc)
    for node in placed.nodes:
        _draw_node(plane, node, {"class": "node", "data-node": node.node.id} if any(groups.values()) else {})
    for arc in placed.arcs:
        if arc.label is not None:
            _draw_label(ElementTree.SubElement(plane, "g", groups[id(arc)]), arc, arc.label)


def _groups(placed: Layout) -> dict[int, dict[str, str]]:
    """By arc (its identity): the attributes by which a page leaves all but the most frequent; none where the arcs have no weights."""
    if not any(arc.arc.weight for arc in placed.arcs):
        return {id(arc): {} for arc in placed.arcs}
    ranked = sorted(placed.arcs, key=lambda arc: -arc.arc.weight)
    return {id(arc): {"class": "arc", "data-rank": str(rank)} for rank, arc in enumerate(ranked, 1)}


def _draw_arc(plane: ElementTree.Element, placed: PlacedArc) -> None:
    paint, width = PAINTS[placed.arc.tone].line, placed.arc.width
    points = list(placed.points)
    tip, before = points[-1], _before(points)
    length = math.dist(before, tip) or 1.0
    x, y = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    head, half = 6 + 1.4 * width, 2.6 + 0.9 * width
    base = tip[0] - head * x, tip[1] - head * y
    points[-1] = tip[0] - 0.8 * head * x, tip[1] - 0.8 * head * y
    path = f"M{_xy(points[0])}" + "".join(
        f"C{_xy(a)} {_xy(b)} {_xy(c)}" for a, b, c in zip(points[1::3], points[2::3], points[3::3], strict=True)
    )
    line = {"d": path, "fill": "none", "stroke": paint, "stroke-width": _n(width)}
    ElementTree.SubElement(plane, "path", line | ({"stroke-dasharray": "5 4"} if placed.arc.dashed else {}))
    corners = (tip, (base[0] - half * y, base[1] + half * x), (base[0] + half * y, base[1] - half * x))
    ElementTree.SubElement(plane, "polygon", {"points": " ".join(_xy(corner) for corner in corners), "fill": paint})


def _before(points: Sequence[Point]) -> Point:
    """The last control point that differs from the end, so that the head has a direction."""
    return next((point for point in reversed(points[:-1]) if math.dist(point, points[-1]) > 0.5), points[0])


def _xy(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _draw_label(plane: ElementTree.Element, placed: PlacedArc, centre: Point) -> None:
    width, height = label_size(placed.arc.label)
    ElementTree.SubElement(
        plane,
        "rect",
        {
            "x": _n(centre[0] - width / 2),
            "y": _n(centre[1] - height / 2),
            "width": _n(width),
            "height": _n(height),
            "fill": PAPER,
            "fill-opacity": "0.85",
        },
    )
    _words(plane, centre, visible(placed.arc.label), SMALL_PX, SOFT if placed.arc.tone == "quiet" else INK)


def _draw_node(plane: ElementTree.Element, placed: PlacedNode, marks: dict[str, str]) -> None:
    node, paint = placed.node, PAINTS[placed.node.tone]
    group = ElementTree.SubElement(plane, "g", marks)
    name = visible(" ".join(part for part in (node.label, node.sublabel) if part))
    if name:
        ElementTree.SubElement(group, "title").text = name
    (x, y), (width, height) = placed.centre, placed.size
    look = {"fill": paint.fill, "stroke": paint.line, "stroke-width": "1.2"}
    if node.shape == "circle":
        ElementTree.SubElement(group, "circle", {"cx": _n(x), "cy": _n(y), "r": _n(width / 2 - 1), **look})
    elif node.shape == "diamond":
        corners = ((x, y - height / 2), (x + width / 2, y), (x, y + height / 2), (x - width / 2, y))
        ElementTree.SubElement(group, "polygon", {"points": " ".join(_xy(corner) for corner in corners), **look})
    else:
        round_by = {"bar": "1", "pill": _n(height / 2)}.get(node.shape, "6")
        ElementTree.SubElement(
            group,
            "rect",
            {"x": _n(x - width / 2), "y": _n(y - height / 2), "width": _n(width), "height": _n(height), "rx": round_by, **look},
        )
    _draw_words(group, placed, paint)


def _draw_words(group: ElementTree.Element, placed: PlacedNode, paint: Paint) -> None:
    sizes = [LABEL_PX] * len(placed.lines) + [SMALL_PX] * bool(placed.node.sublabel)
    words = [*placed.lines, visible(placed.node.sublabel)] if placed.node.sublabel else placed.lines
    top = placed.centre[1] - sum(sizes) * LINE_HEIGHT / 2
    for line, size in zip(words, sizes, strict=True):
        _words(group, (placed.centre[0], top + size * LINE_HEIGHT / 2), line, size, paint.ink)
        top += size * LINE_HEIGHT


def _words(parent: ElementTree.Element, centre: Point, words: str, size: float, ink: str) -> None:
    # A baseline of 0.35 em below the centre is understood by every viewer; dominant-baseline is not.
    ElementTree.SubElement(
        parent, "text", {"x": _n(centre[0]), "y": _n(centre[1] + 0.35 * size), "font-size": _n(size), "text-anchor": "middle", "fill": ink}
    ).text = words


def _legend_rows(graph: Graph, width: float) -> list[list[tuple[float, Tone, str]]]:
    """The legend's entries in rows that fit the width: left edge, tone, meaning."""
    rows: list[list[tuple[float, Tone, str]]] = []
    x = MARGIN
    for tone, meaning in graph.legend:
        needed = 34 + width_em(meaning) * SMALL_PX + 18
        if not rows or x + needed > width:
            rows.append([])
            x = MARGIN
        rows[-1].append((x, tone, meaning))
        x += needed
    return rows


def _draw_legend(root: ElementTree.Element, entries: Sequence[tuple[float, Tone, str]], y: float) -> None:
    for x, tone, meaning in entries:
        look = {"x1": _n(x), "x2": _n(x + 28), "y1": _n(y), "y2": _n(y), "stroke": PAINTS[tone].line, "stroke-width": "4"}
        ElementTree.SubElement(root, "line", look | ({"stroke-dasharray": "5 4"} if tone == "quiet" else {}))
        ElementTree.SubElement(
            root, "text", {"x": _n(x + 34), "y": _n(y + 0.35 * SMALL_PX), "font-size": _n(SMALL_PX), "fill": INK}
        ).text = meaning


def picture(width: float, height: float, alt: Text, lang: Lang, *, wide: bool = True) -> ElementTree.Element:
    """An empty SVG document with the words that stand for it where it cannot be seen; `wide`: as wide as the page, else in its own size."""
    root = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": "100%" if wide else f"{width:g}",
            "viewBox": f"0 0 {width:g} {height:g}",
            "preserveAspectRatio": "xMidYMin meet",
            "role": "img",
            "lang": "zh-CN" if lang == "zh" else lang,
            "aria-labelledby": "title",
            "font-family": FONTS,
        },
    )
    ElementTree.SubElement(root, "title", {"id": "title"}).text = alt.of(lang)
    return root


def words_at(root: ElementTree.Element, x: float, y: float, text: str, size: float, fill: str, anchor: str, *, bold: bool = False) -> None:
    """Words of a picture at a place, in its font."""
    style = {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "fill": fill, "text-anchor": anchor}
    ElementTree.SubElement(root, "text", style | ({"font-weight": "600"} if bold else {})).text = text
