"""Pictures of our own drawing made safe to stand inside a page."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = frozenset(
    {
        "svg",
        "g",
        "defs",
        "marker",
        "title",
        "desc",
        "path",
        "polygon",
        "polyline",
        "line",
        "rect",
        "circle",
        "ellipse",
        "text",
        "tspan",
        "clipPath",
        "linearGradient",
        "stop",
    }
)
SHAPE = frozenset(
    {
        "id",
        "class",
        "data-ends",
        "data-node",
        "data-rank",
        "d",
        "points",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "dx",
        "dy",
        "width",
        "height",
        "viewBox",
        "preserveAspectRatio",
        "transform",
        "offset",
        "role",
        "aria-label",
        "aria-labelledby",
        "aria-describedby",
        "aria-hidden",
        "lang",
        "version",
        "orient",
        "refX",
        "refY",
        "markerWidth",
        "markerHeight",
        "markerUnits",
        "marker-end",
        "marker-start",
        "clip-path",
        "textLength",
        "lengthAdjust",
        "clipPathUnits",
        "gradientUnits",
        "rotate",
        "focusable",
    }
)
PAINT = frozenset(
    {
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "opacity",
        "color",
        "font-family",
        "font-size",
        "font-weight",
        "font-style",
        "text-anchor",
        "dominant-baseline",
        "alignment-baseline",
        "stop-color",
        "stop-opacity",
        "visibility",
        "vector-effect",
        "paint-order",
        "letter-spacing",
    }
)
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
REFERENCE = re.compile(r"^url\(#([\w.-]+)\)$")


def inline(svg: str, number: str) -> str:
    """A complete SVG document as an element for a page: only known elements and attributes, names of its own (f1-…).

    Inline rather than as an image, so that its words can be selected, searched, read aloud and printed sharp. Nothing that
    could load, run or style anything passes: no style, script, link, animation or outside reference. Raises ValueError for
    anything not on the list, which is then a fault of the drawing code, whatever the labels in it say.
    """
    from lxml import etree

    root = etree.fromstring(svg.encode("utf-8"), _parser())
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue  # comments and processing instructions go below
        _check(node, number)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    if root.tag != "svg":
        raise ValueError(f"not an SVG document: {root.tag}")
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode", with_tail=False)


@cache
def _parser() -> "etree.XMLParser":
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, remove_comments=True, remove_pis=True, huge_tree=True
    )


def _check(node: "etree._Element", number: str) -> None:
    name = str(node.tag).removeprefix(SVG)
    if name not in ELEMENTS or str(node.tag) == name:
        raise ValueError(f"element <{node.tag}> may not stand in a figure")
    node.tag = name  # inside a page, <svg> needs no namespace
    for attribute, value in list(node.attrib.items()):
        key, text = str(attribute), str(value)
        if key == SPACE:
            del node.attrib[attribute]
        elif key not in SHAPE and key not in PAINT:
            raise ValueError(f"attribute {key} of <{name}> may not stand in a figure")
        elif key == "id":
            node.set("id", f"f{number}-{text}")
        elif key in ("aria-labelledby", "aria-describedby"):
            node.set(key, " ".join(f"f{number}-{part}" for part in text.split()))
        elif "url(" in text.lower() or key in ("marker-end", "marker-start", "clip-path"):
            target = REFERENCE.match(text)
            if target is None and text != "none":
                raise ValueError(f"{key}={text!r}: a figure may only refer to itself")
            if target is not None:
                node.set(key, f"url(#f{number}-{target[1]})")
