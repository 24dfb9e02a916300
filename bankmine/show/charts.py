"""Charts by matplotlib in the house's style, as SVG that may stand in a page: words stay words, nothing is loaded from elsewhere."""

import io
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bankmine.show.graph_svg import FONTS, INK, SOFT
from bankmine.show.svg import PAINT
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

ACCENT, CONTRAST, BAND = "#0b4f7d", "#c0501f", "#cfdde8"  # told apart by lightness too, for the colour-blind and in print
SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
FINE = re.compile(r"(\.\d)\d+")  # a tenth of a unit is finer than any screen
SIZE = re.compile(r"([\d.]+)px")
STYLE = {
    "svg.fonttype": "none",
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
    # Which font the reader has is not known here; that this machine lacks the sign matters to the place of the words at most.
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _plain(ElementTree.fromstring(out.getvalue()), alt, lang)  # noqa: S314 - our own drawing


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
        path.set("d", FINE.sub(r"\1", path.get("d", "")))
    for node in root.iter():
        for part in node.attrib.pop("style", "").split(";"):
            name, _, value = (piece.strip() for piece in part.partition(":"))
            if name == "font" and (size := SIZE.search(value)):
                node.set("font-size", size[1])
            elif name in PAINT:
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
