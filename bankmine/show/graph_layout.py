"""Where the nodes and arcs of a graph lie: sizes from our own estimate of the words, places from Graphviz.

Graphviz sees no words, only sizes, so that a picture is the same on a machine without fonts. It comes with the pygraphviz
wheel; without that, `dot` on PATH is used.
"""

import atexit
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from bankmine.errors import OutputError
from bankmine.show.fonts import FOLDER
from bankmine.show.graphs import Arc, Graph, Node, lines_of, width_em
from bankmine.words import Text

LABEL_PX, SMALL_PX = 13.0, 11.0  # font sizes
LINE_HEIGHT = 1.35  # in font sizes
INCH = 72.0  # Graphviz' points in an inch; a point is a pixel here
SIGN_SIZES = {"circle": (26.0, 26.0), "diamond": (34.0, 34.0), "bar": (10.0, 26.0)}
CONFIG = Path(__file__).parent / "fonts.conf"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlacedNode:
    """A node with its centre, size and lines of text, in pixels from the top left corner."""

    node: Node
    centre: Point
    size: Point
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class PlacedArc:
    """An arc as a chain of cubic Bézier curves (one point, then three for each), and the centre of its label."""

    arc: Arc
    points: Sequence[Point]
    label: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph on a plane of `width` by `height` pixels."""

    width: float
    height: float
    nodes: Sequence[PlacedNode]
    arcs: Sequence[PlacedArc]


def node_size(node: Node, lines: Sequence[str]) -> Point:
    """Width and height of a node in pixels, so that its words fit whatever the font."""
    if node.shape in SIGN_SIZES:
        return SIGN_SIZES[node.shape]
    widest = max([width_em(line) * LABEL_PX for line in lines] + [width_em(node.sublabel) * SMALL_PX])
    height = (len(lines) * LABEL_PX + bool(node.sublabel) * SMALL_PX) * LINE_HEIGHT
    return max(64.0, round(widest + 22)), round(height + 14)


def label_size(label: str) -> tuple[int, int]:
    """Width and height of an arc's label in pixels, without any margin."""
    return round(width_em(label) * SMALL_PX), round(SMALL_PX * LINE_HEIGHT)


def layout(graph: Graph) -> Layout:
    """The places of a graph's nodes and arcs. Raises OutputError GRAPHVIZ_MISSING."""
    lines = [lines_of(node.label) for node in graph.nodes]
    sizes = [node_size(node, text) for node, text in zip(graph.nodes, lines, strict=True)]
    answer = json.loads(run_graphviz(_sizes_only(graph, sizes), "json0"))
    left, bottom, right, top = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x) - left, top - float(y)

    centres = {entry["name"]: point(entry["pos"]) for entry in answer.get("objects", ())}
    edges = {entry["id"]: entry for entry in answer.get("edges", ())}
    return Layout(
        right - left,
        top - bottom,
        [PlacedNode(node, centres[f"n{number}"], sizes[number], lines[number]) for number, node in enumerate(graph.nodes)],
        [
            PlacedArc(
                arc, [point(text) for text in edges[f"e{number}"]["pos"].split()], point(edges[f"e{number}"]["lp"]) if arc.label else None
            )
            for number, arc in enumerate(graph.arcs)
        ],
    )


def _sizes_only(graph: Graph, sizes: Sequence[Point]) -> str:
    """DOT of the bare sizes: nodes n0, n1 …, edges e0, e1 …; no word of the graph is in it."""
    import graphviz

    drawing = graphviz.Digraph(
        graph_attr={"rankdir": "LR" if graph.direction == "right" else "TB", "nodesep": "0.3", "ranksep": "0.4", "margin": "0"},
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        edge_attr={"dir": "none"},
    )
    place = {node.id: number for number, node in enumerate(graph.nodes)}
    for number, (width, height) in enumerate(sizes):
        drawing.node(f"n{number}", width=f"{width / INCH:.4f}", height=f"{height / INCH:.4f}")
    heaviest = max((arc.weight for arc in graph.arcs), default=0.0) or 1.0
    for number, arc in enumerate(graph.arcs):
        words = {}
        if arc.label:
            width, height = label_size(arc.label)
            beside = round(width + 8 + 1.5 * arc.width)  # Graphviz puts the label beside a line without width
            # In small letters: where the locale is Turkish, I is no large i to Graphviz, and WIDTH no width.
            words["label"] = f'<<table fixedsize="true" width="{beside}" height="{height + 3}" border="0"><tr><td></td></tr></table>>'
        # The way that most cases go is kept straight.
        straight = str(1 + round(9 * arc.weight / heaviest))
        drawing.edge(f"n{place[arc.source]}", f"n{place[arc.target]}", id=f"e{number}", weight=straight, **words)
    return drawing.source


def run_graphviz(dot: str, format: str) -> bytes:
    """What Graphviz' dot makes of a DOT text. Raises OutputError GRAPHVIZ_MISSING, GRAPHVIZ_FAILED."""
    os.environ.setdefault("FONTCONFIG_FILE", _font_config())
    try:
        import pygraphviz
    except ImportError:
        return _run_dot(dot, format)
    return pygraphviz.AGraph(string=dot).draw(format=format, prog="dot")


@cache
def _font_config() -> str:
    """A file that says where the fonts are, the package's own among them; it lasts as long as the process."""
    text = CONFIG.read_text(encoding="utf-8").replace("{package}", escape(str(FOLDER)))
    handle, place = tempfile.mkstemp(prefix="bankmine-fonts-", suffix=".conf")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    atexit.register(Path(place).unlink, missing_ok=True)
    return place


def _run_dot(dot: str, format: str) -> bytes:
    import subprocess

    import graphviz

    try:
        return graphviz.Source(dot).pipe(format=format)
    except graphviz.ExecutableNotFound as error:
        raise OutputError(
            "GRAPHVIZ_MISSING",
            Text(zh="绘图需要 Graphviz，但未找到。", en="drawing needs Graphviz, which was not found."),
            Text(
                zh="请执行 pip install pygraphviz，或安装 Graphviz 并把 dot 加入 PATH。",
                en="run pip install pygraphviz, or install Graphviz and put dot on the PATH.",
            ),
        ) from error
    except subprocess.CalledProcessError as error:
        raise OutputError(
            "GRAPHVIZ_FAILED",
            Text(zh="Graphviz 绘图失败。", en="Graphviz could not draw the graph."),
            Text(zh="请升级 Graphviz，或减少要画的环节。", en="update Graphviz, or draw fewer activities."),
        ) from error
