"""Charts by matplotlib in the house's style, as SVG that may stand in a page: words stay words, nothing is loaded from elsewhere."""

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bankmine.show.fonts import for_matplotlib
from bankmine.show.graph_svg import FONTS, INK, SOFT
from bankmine.show.graphs import lines_of
from bankmine.show.svg import PAINT
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

ACCENT, CONTRAST, BAND = "#0b4f7d", "#c0501f", "#cfdde8"  # told apart by lightness too, for the colour-blind and in print
TITLE_PT, TITLE_EM = 11, 42.0
# For things without an order, told apart by the colour-blind (Okabe and Ito 2008; the yellow darkened, so that it shows on white).
QUALITATIVE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#b3a100")
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
FINE = re.compile(r"(\.\d)\d+")  # a tenth of a unit is finer than any screen
SPACE = re.compile(r"\s+")
UNTURNED = "rotate(-0 "
SIZE = re.compile(r"([\d.]+)px")
STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a dollar in a name is a dollar
    "path.simplify": False,  # dots are lines without length
    "svg.hashsalt": "bankmine",
    "font.size": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e3e8ed",
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    # Marks of the axes would be drawn by reference, which a page does not allow; the grid shows where they are.
    "xtick.bottom": False,
    "ytick.left": False,
}


def chart(draw: Callable[["Canvas"], None], alt: Text, lang: Lang, *, width: float = 7.6, height: float = 2.9) -> str:
    """What `draw` draws on a canvas of so many inches, as a complete SVG document; the same drawing gives the same bytes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    out = io.BytesIO()
    # A sign that the font lacks matters to the place of the words at most: they stay words, drawn in the reader's fonts.
    with mpl.rc_context({**STYLE, "font.family": for_matplotlib()}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _plain(ElementTree.fromstring(out.getvalue()), alt, lang)  # noqa: S314 - our own drawing


def titled(canvas: "Canvas", finding: str) -> None:
    """The chart's finding above it, in lines that fit."""
    lines = lines_of(finding, most_em=TITLE_EM, most_lines=2)
    canvas.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=TITLE_PT, linespacing=1.5)


def _plain(root: ElementTree.Element, alt: Text, lang: Lang) -> str:
    """Styles as attributes, without metadata and style sheets; with a title for those who cannot see it."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}style", f"{SVG}metadata") or (child.tag == f"{SVG}defs" and child.find(f"{SVG}style") is not None):
                parent.remove(child)
    drawn = {node.get("id"): node for node in root.iter() if node.get("id")}
    for node in root.iter(f"{SVG}use"):  # a reference; what it refers to is put in its place
        shape = drawn[node.attrib.pop(HREF).removeprefix("#")]
        x, y = (node.attrib.pop(name, "0") for name in ("x", "y"))
        node.tag = shape.tag
        node.attrib.update({name: value for name, value in shape.attrib.items() if name not in ("id", "style")})
        node.set("transform", f"translate({x} {y})")
    for kept in root.iter(f"{SVG}defs"):
        for shape in kept.findall(f"{SVG}path"):
            kept.remove(shape)
    for path in root.iter(f"{SVG}path"):
        path.set("d", SPACE.sub(" ", FINE.sub(r"\1", path.get("d", ""))).strip().replace(" L ", " "))  # what follows a move is a line
    for node in root.iter():
        node.text, node.tail = (text and text.strip() for text in (node.text, node.tail))
        if node.tag == f"{SVG}g":
            node.attrib.pop("id", None)
        if node.get("transform", "").startswith(UNTURNED):
            node.attrib.pop("transform")
        for part in node.attrib.pop("style", "").split(";"):
            name, _, value = (piece.strip() for piece in part.partition(":"))
            if name == "font" and (size := SIZE.search(value)):
                node.set("font-size", size[1])
            elif name in PAINT and name != "font-family":  # the reader's own fonts, named once for the whole picture
                node.set(name, value)
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib.update(
        {
            "viewBox": box,
            "width": "100%",
            "preserveAspectRatio": "xMidYMin meet",
            "role": "img",
            "lang": "zh-CN" if lang == "zh" else lang,
            "aria-labelledby": "title",
            "font-family": FONTS,
        }
    )
    title = ElementTree.Element(f"{SVG}title", {"id": "title"})
    title.text = alt.of(lang)
    root.insert(0, title)
    ElementTree.register_namespace("", SVG[1:-1])
    return ElementTree.tostring(root, encoding="unicode")
