"""A discovered model as a file: a picture (SVG, PNG, DOT), or for other tools (BPMN, PNML)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bankmine.errors import UsageError
from bankmine.model.discovery import ProcessModel, in_order, silence_pm4py
from bankmine.show.format import visible
from bankmine.show.graph_layout import layout
from bankmine.show.graph_svg import dot, png, svg
from bankmine.show.graphs import Arc, Graph, Node
from bankmine.show.records import write
from bankmine.words import Lang, Text

TITLE = Text(zh="发现的流程模型", en="Discovered process model")
BPMN_PICTURE = Text(
    zh="BPMN 图：{tasks} 个环节；菱形 × 为择一，+ 为并行。",
    en="BPMN diagram of {tasks} activities; a diamond with × is a choice, with + parallel work.",
)
NET_PICTURE = Text(
    zh="Petri 网：{tasks} 个环节、{places} 个库所；细条为无名变迁。",
    en="Petri net of {tasks} activities and {places} places; bars are silent transitions.",
)
REFERENCES = ("id", "bpmnElement", "sourceRef", "targetRef", "processRef")  # attributes of a BPMN file that hold ids


def export(model: ProcessModel, path: str | Path, *, lang: Lang = "en") -> None:
    """Writes a model in the format of the path's suffix: .svg, .png, .dot, .bpmn or .pnml; whole or not at all.

    The same model gives the same bytes. A picture is a BPMN diagram where the model has a process tree, else a Petri net.
    Characters that XML cannot hold are written as \\u{…}. Raises UsageError SUFFIX_UNKNOWN, OutputError.
    """
    target = Path(path)
    content_of = FORMATS[suffix_of(target)]
    silence_pm4py()
    write({target: content_of(model, lang)})


def suffix_of(path: Path) -> str:
    """The suffix of a path that a model can be written to. Raises UsageError SUFFIX_UNKNOWN with the valid ones."""
    suffix = path.suffix.lower()
    if suffix in FORMATS:
        return suffix
    names = list(FORMATS)
    raise UsageError(
        "SUFFIX_UNKNOWN",
        Text(zh=f"无法按后缀“{path.suffix}”写出模型。", en=f"a model cannot be written as {path.suffix or 'a file without a suffix'!r}."),
        Text(zh=f"请使用以下后缀之一：{'、'.join(names)}。", en=f"use one of the suffixes {', '.join(names)}."),
        str(path),
    )


def picture(model: ProcessModel, lang: Lang) -> Graph:
    """The model as a graph to be drawn, from left to right."""
    return _bpmn_graph(*_bpmn(model), lang) if model.tree is not None else _net_graph(in_order(model.petri_net), lang)


def _net_graph(petri_net: tuple[Any, Any, Any], lang: Lang) -> Graph:
    net, initial, final = petri_net
    nodes = [Node(f"place {n}", "●" if p in initial else "◎" if p in final else "", shape="circle") for n, p in enumerate(net.places)]
    names = {p: node.id for p, node in zip(net.places, nodes, strict=True)} | {t: t.name for t in net.transitions}
    nodes += [
        Node(t.name, t.label or "", shape="bar" if t.label is None else "box", tone="dark" if t.label is None else "plain")
        for t in net.transitions
    ]
    arcs = [Arc(names[arc.source], names[arc.target]) for arc in net.arcs]
    steps = _steps_from({names[p] for p in initial}, [(arc.source, arc.target) for arc in arcs])
    nodes.sort(key=lambda node: steps.get(node.id, len(nodes)))
    about = NET_PICTURE.format(tasks=sum(t.label is not None for t in net.transitions), places=len(net.places))
    return Graph(TITLE.of(lang), about.of(lang), nodes, arcs, "right", lang)


def _bpmn(model: ProcessModel) -> tuple[Any, list[Any], list[Any]]:
    """pm4py's BPMN diagram of the model, its nodes and its flows in an order that does not change from run to run."""
    from pm4py.objects.conversion.process_tree.variants import to_bpmn as from_tree
    from pm4py.objects.conversion.wf_net.variants import to_bpmn as from_net

    diagram = from_net.apply(*in_order(model.petri_net)) if model.tree is None else from_tree.apply(model.tree)
    ends = [(flow.get_source(), flow.get_target()) for flow in diagram.get_flows()]
    look = {node: (type(node).__name__, node.get_name()) for node in diagram.get_nodes()}
    rank = _refined(look, ends)
    steps = _steps_from({node for node in look if look[node][0] == "StartEvent"}, ends)
    nodes = sorted(look, key=lambda node: (steps.get(node, len(look)), rank[node]))
    place = {node: number for number, node in enumerate(nodes)}
    flows = sorted(diagram.get_flows(), key=lambda flow: (place[flow.get_source()], place[flow.get_target()]))
    return diagram, nodes, flows


def _steps_from(starts: set[Any], ends: Sequence[tuple[Any, Any]]) -> dict[Any, int]:
    """The least number of arcs from a start to each node; nodes in this order are drawn from left to right."""
    steps = dict.fromkeys(starts, 0)
    after: dict[Any, list[Any]] = {}
    for source, target in ends:
        after.setdefault(source, []).append(target)
    front = list(starts)
    while front:
        front = [target for target in {target for node in front for target in after.get(node, ())} if target not in steps]
        steps.update(dict.fromkeys(front, max(steps.values()) + 1))
    return steps


def _refined(look: Mapping[Any, tuple[str, str]], ends: Sequence[tuple[Any, Any]]) -> dict[Any, int]:
    """An order of nodes by what they are, then by what their neighbours are, and theirs (colour refinement)."""
    before: dict[Any, list[Any]] = {node: [] for node in look}
    after: dict[Any, list[Any]] = {node: [] for node in look}
    for source, target in ends:
        after[source].append(target)
        before[target].append(source)
    rank = _ranked(look)
    while True:
        signs = {node: (rank[node], sorted(rank[n] for n in before[node]), sorted(rank[n] for n in after[node])) for node in look}
        finer = _ranked(signs)
        if max(finer.values()) == max(rank.values()):
            return finer
        rank = finer


def _ranked(signs: Mapping[Any, Any]) -> dict[Any, int]:
    distinct = sorted({repr(sign): sign for sign in signs.values()}.values())
    number = {repr(sign): n for n, sign in enumerate(distinct)}
    return {node: number[repr(sign)] for node, sign in signs.items()}


def _bpmn_graph(_diagram: Any, nodes: Sequence[Any], flows: Sequence[Any], lang: Lang) -> Graph:
    from pm4py.objects.bpmn.obj import BPMN

    def drawn(number: int, node: Any) -> Node:
        if isinstance(node, BPMN.Task):
            return Node(f"n{number}", node.get_name())
        if isinstance(node, BPMN.Gateway):
            return Node(f"n{number}", "+" if isinstance(node, BPMN.ParallelGateway) else "×", shape="diamond")
        return Node(f"n{number}", shape="circle", tone="dark" if isinstance(node, BPMN.EndEvent) else "plain")

    place = {node: f"n{number}" for number, node in enumerate(nodes)}
    arcs = [Arc(place[flow.get_source()], place[flow.get_target()]) for flow in flows]
    about = BPMN_PICTURE.format(tasks=sum(isinstance(node, BPMN.Task) for node in nodes))
    return Graph(TITLE.of(lang), about.of(lang), [drawn(number, node) for number, node in enumerate(nodes)], arcs, "right", lang)


def _bpmn_file(model: ProcessModel, lang: Lang) -> bytes:
    """BPMN 2.0 with the same layout as the picture."""
    from pm4py.objects.bpmn.exporter.variants import etree as exporter

    diagram, nodes, flows = _bpmn(model)
    graph = _bpmn_graph(diagram, nodes, flows, lang)
    placed = layout(graph)
    plane = diagram.get_layout()
    for node, spot in zip(nodes, placed.nodes, strict=True):
        where = plane.get(node)
        where.set_width(round(spot.size[0]))
        where.set_height(round(spot.size[1]))
        where.set_x(round(spot.centre[0] - spot.size[0] / 2))
        where.set_y(round(spot.centre[1] - spot.size[1] / 2))
        node.set_name(visible(node.get_name()))
    for flow, arc in zip(flows, placed.arcs, strict=True):
        plane.get(flow).del_waypoints()
        for x, y in arc.points[::3]:
            plane.get(flow).add_waypoint((round(x), round(y)))
    ids = {str(node.get_id()).removeprefix("id"): f"node_{number}" for number, node in enumerate(nodes, 1)}
    ids |= {str(flow.get_id()).removeprefix("id"): f"flow_{number}" for number, flow in enumerate(flows, 1)}
    ids[str(diagram.get_process_id()).removeprefix("id")] = "process"
    return _renamed(exporter.get_xml_string(diagram), ids)


def _renamed(xml: bytes, ids: Mapping[str, str]) -> bytes:
    """A BPMN file with lasting ids instead of random ones, and its elements in order of them."""
    from lxml import etree

    root = etree.fromstring(xml, etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True))
    order = {name: number for number, name in enumerate(ids.values())}

    def lasting(text: str) -> str:
        base = text.removesuffix("_gui").removeprefix("id")
        return ids.get(base, "diagram") + ("_gui" if text.endswith("_gui") else "")

    for element in root.iter():
        for name in REFERENCES:
            if name in element.attrib:
                element.set(name, lasting(element.get(name)))
        if etree.QName(element).localname in ("incoming", "outgoing"):
            element.text = lasting(element.text)
    for plane in root.iter("{*}BPMNPlane"):
        plane.set("id", "plane")
    for parent in root.iter("{*}process", "{*}BPMNPlane"):
        parent[:] = sorted(parent, key=lambda child: order[child.get("id").removesuffix("_gui")])
        for child in parent:
            child[:] = sorted(child, key=lambda part: (str(part.tag), order.get(part.text or "", 0)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _pnml_file(model: ProcessModel, _lang: Lang) -> bytes:
    """PNML with lasting ids."""
    from lxml import etree
    from pm4py.objects.petri_net.exporter.variants.pnml import export_petri_tree

    net, initial, final = in_order(model.petri_net)
    net.name = "net"
    for number, place in enumerate(net.places, 1):
        place.name = f"p_{number}"
    for transition in net.transitions:
        transition.label = None if transition.label is None else visible(transition.label)
    root = export_petri_tree(net, initial, final).getroot()
    for number, arc in enumerate(root.iter("arc"), 1):
        arc.set("id", f"a_{number}")
    for silent in root.iter("toolspecific"):
        silent.attrib.pop("localNodeID", None)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


FORMATS: Mapping[str, Callable[[ProcessModel, Lang], bytes]] = MappingProxyType(
    {
        ".svg": lambda model, lang: svg(picture(model, lang)).encode("utf-8"),
        ".png": lambda model, lang: png(picture(model, lang)),
        ".bpmn": _bpmn_file,
        ".pnml": _pnml_file,
        ".dot": lambda model, lang: dot(picture(model, lang)).encode("utf-8"),
    }
)
