"""Directed graphs to be drawn: nodes and arcs with their words, and which of them a picture has room for."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bankmine.show.format import visible

Shape = Literal["box", "pill", "circle", "diamond", "bar"]
Tone = Literal["plain", "quiet", "dark", "scale0", "scale1", "scale2", "scale3", "scale4", "scale5"]
Direction = Literal["down", "right"]

SCALE: tuple[Tone, ...] = ("scale0", "scale1", "scale2", "scale3", "scale4", "scale5")
LINE_EM = 14.0  # a label is broken into lines of at most this width …
MAX_LINES = 3  # … and cut after this many
BREAK_AFTER = frozenset(" _-/.:,;|")
IN_NUMBERS = frozenset(".,:")  # not broken before a digit
CLOSING = frozenset("，。、；：）》”！？")  # never begin a line
NARROW = frozenset("iljtfrI.,:;'`|!()[]{} ")
BROAD = frozenset("mwMW%@&—…")


@dataclass(frozen=True, slots=True)
class Node:
    """A node: what it is called, what stands below its name, and how much it matters (`weight`) when room is short.

    `fixed` nodes are always drawn. A circle, diamond or bar is drawn small, with at most a sign inside.
    """

    id: str
    label: str = ""
    sublabel: str = ""
    weight: float = 0.0
    shape: Shape = "box"
    tone: Tone = "plain"
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc between two node ids; `width` in points, `weight` for the choice when room is short."""

    source: str
    target: str
    label: str = ""
    weight: float = 0.0
    width: float = 1.2
    tone: Tone = "plain"
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A directed graph with a title and a description for those who cannot see it; `legend`: tone and its meaning."""

    title: str
    description: str
    nodes: Sequence[Node]
    arcs: Sequence[Arc]
    direction: Direction = "down"
    lang: str = "en"
    legend: Sequence[tuple[Tone, str]] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a graph has and its picture does not."""

    nodes: int
    arcs: int


def select(graph: Graph, *, max_nodes: int = 40, max_arcs: int = 150) -> tuple[Graph, Hidden]:
    """The part of a graph that a picture has room for: the heaviest nodes, and the heaviest arcs between them.

    Before the heaviest arcs come those that hold the drawn nodes together (a heaviest spanning forest), then the heaviest into
    and out of each node, so that no node hangs in the air. Ties in order of the nodes. Nodes and arcs keep their order.
    """
    place = {node.id: number for number, node in enumerate(graph.nodes)}
    ranked = sorted(graph.nodes, key=lambda node: (not node.fixed, -node.weight, place[node.id]))
    room = max(max_nodes, sum(node.fixed for node in graph.nodes))
    kept = {node.id for node in ranked[:room]}
    among = [arc for arc in graph.arcs if arc.source in kept and arc.target in kept]
    among.sort(key=lambda arc: (-arc.weight, place[arc.source], place[arc.target]))
    holding = _holding(among)
    chosen = set(sorted(range(len(among)), key=lambda number: (holding[number], number))[:max_arcs])
    arcs = [arc for number, arc in enumerate(among) if number in chosen]
    arcs.sort(key=lambda arc: (place[arc.source], place[arc.target]))
    nodes = [node for node in graph.nodes if node.id in kept]
    hidden = Hidden(len(graph.nodes) - len(nodes), len(graph.arcs) - len(arcs))
    return replace(graph, nodes=tuple(nodes), arcs=tuple(arcs)), hidden


def _holding(arcs: Sequence[Arc]) -> list[int]:
    """For each of the arcs, heaviest first: 0 if it joins two parts, 1 if it is the first into or out of a node, else 2."""
    part: dict[str, str] = {}

    def root(node: str) -> str:
        while (above := part.setdefault(node, node)) != node:
            part[node] = part[above]
            node = above
        return node

    entered: set[str] = set()
    left: set[str] = set()
    holding = []
    for arc in arcs:
        if arc.source == arc.target:
            holding.append(2)
            continue
        one, other = root(arc.source), root(arc.target)
        part[one] = other
        first = arc.target not in entered or arc.source not in left
        entered.add(arc.target)
        left.add(arc.source)
        holding.append(0 if one != other else 1 if first else 2)
    return holding


def width_em(text: str) -> float:
    """The width of a text in em, on the safe side for any sans-serif font: an East Asian wide character is one em."""
    return sum(_character_em(character) for character in text)


def _character_em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in NARROW:
        return 0.36
    if character in BROAD:
        return 0.95
    return 0.72 if character.isupper() else 0.6


def lines_of(label: str, *, most_em: float = LINE_EM, most_lines: int = MAX_LINES) -> list[str]:
    """A label in lines that fit; what does not fit is cut with "…". Characters that cannot be seen are written as \\u{…}."""
    rest = visible(label).strip()
    lines: list[str] = []
    while rest and len(lines) < most_lines:
        head = _line(rest, most_em)
        rest = rest[len(head) :].lstrip()
        lines.append(head.rstrip())
    if rest:
        last = lines[-1]
        while last and width_em(last) > most_em - 1:
            last = last[:-1]
        lines[-1] = last.rstrip() + "…"
    return lines


def _line(text: str, most_em: float) -> str:
    """As much of a text as fits in a line, broken after a space or sign, else between wide characters, else anywhere."""
    width, good = 0.0, 0
    for number, character in enumerate(text):
        width += _character_em(character)
        if width > most_em:
            return text[: good or max(number, 1)]
        following = text[number + 1 : number + 2] or " "
        wide = unicodedata.east_asian_width(character) in "WF"
        inside_number = character in IN_NUMBERS and following.isdigit()
        if (character in BREAK_AFTER and not inside_number) or (wide and following not in CLOSING):
            good = number + 1
    return text
