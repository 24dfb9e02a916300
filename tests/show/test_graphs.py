import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bankmine.errors import OutputError
from bankmine.show import graph_layout
from bankmine.show.graph_layout import LABEL_PX, SMALL_PX, layout, node_size
from bankmine.show.graph_svg import dot, png, svg
from bankmine.show.graphs import LINE_EM, SCALE, Arc, Graph, Node, lines_of, select, width_em
from bankmine.show.svg import inline

NODES = [Node("s", "开始", shape="pill", fixed=True), *[Node(f"n{i}", f"step {i}", f"{100 - i}", weight=100 - i) for i in range(10)]]
ARCS = [Arc("s", "n0", "300", 300), *[Arc(f"n{i}", f"n{j}", weight=50 - i * j) for i in range(10) for j in range(10)]]
GRAPH = Graph("Map", "What it shows", NODES, ARCS, legend=[(tone, f"class {tone}") for tone in SCALE])
labels = st.text(max_size=60)


def test_the_heaviest_are_drawn_and_the_others_counted() -> None:
    drawn, hidden = select(GRAPH, max_nodes=6, max_arcs=12)
    assert [node.id for node in drawn.nodes] == ["s", "n0", "n1", "n2", "n3", "n4"]
    assert (len(drawn.nodes) + hidden.nodes, len(drawn.arcs) + hidden.arcs) == (len(NODES), len(ARCS))
    assert len(drawn.arcs) == 12


def test_drawn_nodes_hang_together_where_they_can() -> None:
    chain = [Node(f"n{i}", weight=1) for i in range(5)]
    arcs = [
        Arc("n0", "n1", weight=9),
        Arc("n1", "n0", weight=8),
        Arc("n0", "n0", weight=99),
        *[Arc(f"n{i}", f"n{i + 1}", weight=1) for i in range(1, 4)],
    ]
    drawn, hidden = select(Graph("", "", chain, arcs), max_arcs=4)
    assert [(arc.source, arc.target) for arc in drawn.arcs] == [("n0", "n1"), ("n1", "n2"), ("n2", "n3"), ("n3", "n4")]
    assert (hidden.nodes, hidden.arcs) == (0, 2)


def test_the_choice_does_not_depend_on_the_order_of_the_arcs() -> None:
    assert select(GRAPH, max_nodes=7, max_arcs=20) == select(replace(GRAPH, arcs=ARCS[::-1]), max_nodes=7, max_arcs=20)


@pytest.mark.parametrize(("text", "em"), [("授信审批", 4.0), ("（一）", 3.0), ("", 0.0)])
def test_east_asian_characters_are_one_em_wide(text: str, em: float) -> None:
    assert width_em(text) == em


@given(labels)
def test_lines_are_few_and_fit(label: str) -> None:
    lines = lines_of(label)
    assert len(lines) <= 3
    assert all(width_em(line) <= LINE_EM for line in lines)
    assert not {unicodedata.category(character) for line in lines for character in line} & {"Cc", "Cf", "Zl", "Zp"}


def test_lines_break_where_words_end_and_long_labels_are_cut() -> None:
    assert lines_of("Assess the credit risk of the customer") == ["Assess the credit risk of", "the customer"]
    assert lines_of("贷前实地调查与抵押物价值评估、复核") == ["贷前实地调查与抵押物价值评", "估、复核"]
    assert lines_of("很" * 100)[-1].endswith("…")


def test_words_fit_their_boxes() -> None:
    for node in (Node("a", "授信审批与抵押物价值评估复核", "1,234 次"), Node("b", "WWWWWWWWWWWWWWWWWWWWWWWW", "MMMMMMMM")):
        lines = lines_of(node.label)
        assert node_size(node, lines)[0] >= max([width_em(line) * LABEL_PX for line in lines] + [width_em(node.sublabel) * SMALL_PX]) + 20


def test_nodes_do_not_overlap() -> None:
    nodes = layout(select(GRAPH, max_arcs=30)[0]).nodes
    for number, a in enumerate(nodes):
        for b in nodes[:number]:
            apart = [abs(a.centre[k] - b.centre[k]) - (a.size[k] + b.size[k]) / 2 for k in (0, 1)]
            assert max(apart) > 0


@given(st.lists(labels, min_size=2, max_size=5, unique=True))
@settings(max_examples=40, deadline=None)
def test_any_label_is_drawn_and_nothing_of_it_is_markup(names: list[str]) -> None:
    nodes = [Node(name, name, name) for name in names]
    graph = Graph(names[0], names[1], nodes, [Arc(a, b, a[:9]) for a, b in pairwise(names)])
    picture = svg(graph)
    assert picture == svg(graph)
    root = etree.fromstring(inline(picture, 1))
    assert len([e for e in root.iter("rect") if e.get("stroke")]) == len(names)
    assert layout(graph).nodes[0].lines == lines_of(names[0])
    assert graph_layout.run_graphviz(dot(graph), "json0")


@pytest.mark.parametrize("label", ["<b>x</b>", "<>", 'x" shape=box', "{a|b}", "back\\slash\\n\\l", "\\N", "A -> B", "]]>", "-->", "&amp;"])
def test_dot_holds_labels_as_they_are(label: str) -> None:
    root = etree.fromstring(graph_layout.run_graphviz(dot(Graph("", "", [Node("a", label)], [])), "svg"))
    assert [e.text for e in root.iter("{*}text")] == [label]


def test_the_picture_speaks_for_itself() -> None:
    root = etree.fromstring(svg(GRAPH))
    assert (root.get("width"), root.get("role"), root.get("aria-labelledby")) == ("100%", "img", "title desc")
    assert [e.text for e in root.iter("{*}title", "{*}desc")][:2] == ["Map", "What it shows"]
    assert not {e.tag.split("}")[1] for e in root.iter()} & {"script", "style", "image", "a", "use", "foreignObject"}


def test_png_is_a_picture() -> None:
    assert png(select(GRAPH, max_nodes=4)[0]).startswith(b"\x89PNG\r\n")


def test_without_graphviz_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OutputError) as caught:
        svg(GRAPH)
    assert caught.value.code == "GRAPHVIZ_MISSING" and "pygraphviz" in caught.value.hint.en
