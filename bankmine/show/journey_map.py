"""The experience map: a customer's way in stages from top to bottom, with what each took, as one picture (plan §3.2.3).

Stages stand one below the other so that the words stay readable on a telephone and in a column of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from bankmine.show.blocks import Figure
from bankmine.show.format import UNKNOWN, duration, number, percent
from bankmine.show.graph_svg import INK, SOFT, picture
from bankmine.show.graphs import lines_of
from bankmine.words import Lang, Text

WIDTH, SIDE, ROAD, CARD, GAP = 480.0, 10.0, 26.0, 108.0, 12.0
TITLE_PX, VALUE_PX, SMALL_PX = 16.0, 15.0, 12.0
TOP = 30.0
CUSTOMER, BANK, NEUTRAL, BAD, GOOD, PALE = "#2f7d5d", "#44566a", "#7d8793", "#c0501f", "#2f7d5d", "#eef1f4"
TURNS = {
    "customer": (Text(zh="轮到客户", en="the customer's turn"), CUSTOMER),
    "bank": (Text(zh="轮到银行", en="the bank's turn"), BANK),
}
NO_SCORE = Text(zh="无评分", en="no scores")


@dataclass(frozen=True, slots=True)
class StageCard:
    """One stage: whose `turn` it is (customer, bank, None = not known), the share of cases that come there, the time of those that do,
    its share in all time, contacts per case, the share of cases lost there, and their mean score; None = not known.
    """

    title: Text
    turn: str | None
    cases_share: float
    median_s: float | None
    p90_s: float | None
    time_share: float | None
    contacts: float | None
    lost_share: float | None
    score: float | None


def journey_map(cards: Sequence[StageCard], lang: Lang, title: Text, scores: tuple[float, float] | None = None) -> Figure | None:
    """The cards as one picture, in order; None without cards. `scores`: the worst and best score that could be given, to place a mark
    between; without it scores are written only.
    """
    if not cards:
        return None
    height = TOP + len(cards) * (CARD + GAP) - GAP + 34
    longest = max(cards, key=lambda card: card.time_share or 0.0)
    alt = Text(
        zh="体验地图：{n} 个阶段，依次为{names}；用时最多的是“{longest}”，占 {share}。",
        en="Experience map: {n} stages, {names}; most of the time is spent in “{longest}”, {share}.",
    ).format(
        n=len(cards),
        names=Text(zh="、".join(card.title.zh for card in cards), en=", ".join(card.title.en for card in cards)),
        longest=longest.title,
        share=percent(longest.time_share),
    )
    root = picture(WIDTH, height, alt, lang, wide=False)
    _words(root, SIDE, TOP / 2, title.of(lang), TITLE_PX, INK, bold=True)
    last = TOP + len(cards) * (CARD + GAP) - GAP - CARD / 2
    _line(root, SIDE + ROAD / 2, TOP + CARD / 2, SIDE + ROAD / 2, last)
    for place, card in enumerate(cards):
        _card(root, TOP + place * (CARD + GAP), place + 1, card, lang, scores)
    _legend(root, height - 14, {card.turn for card in cards}, lang)
    caption = Text(
        zh="客户经历的各阶段：横条为该阶段占全部时间的比重，时间取到达该阶段的案件的中位数，接触取其平均次数。",
        en="The stages of a customer's way: bars are a stage's part of all time; times are medians, contacts means, of the cases there.",
    )
    return Figure(ElementTree.tostring(root, encoding="unicode"), alt, caption)


def _card(root: ElementTree.Element, top: float, place: int, card: StageCard, lang: Lang, scores: tuple[float, float] | None) -> None:
    colour = TURNS[card.turn][1] if card.turn else NEUTRAL
    left, width = SIDE + ROAD + 8, WIDTH - 2 * SIDE - ROAD - 8
    _rect(root, left, top, width, CARD, PALE, corner=6)
    middle = {"cx": f"{SIDE + ROAD / 2:g}", "cy": f"{top + CARD / 2:g}", "r": f"{ROAD / 2:g}", "fill": colour}
    ElementTree.SubElement(root, "circle", middle)
    _words(root, SIDE + ROAD / 2, top + CARD / 2, str(place), TITLE_PX, "#ffffff", anchor="middle", bold=True)
    inner, room = left + 12, width - 24
    name = lines_of(card.title.of(lang), most_em=(room - 150) / TITLE_PX, most_lines=1)[0]
    _words(root, inner, top + 17, name, TITLE_PX, INK, bold=True)
    comes = Text(zh="{share} 的案件", en="{share} of cases").format(share=percent(card.cases_share))
    _words(root, inner + room, top + 17, comes.of(lang), SMALL_PX, SOFT, anchor="end")
    share = card.time_share or 0.0
    words = Text(zh="占时间 {share}", en="{share} of the time").format(share=percent(card.time_share)).of(lang)
    _rect(root, inner, top + 32, room - 130, 10, "#ffffff")
    _rect(root, inner, top + 32, (room - 130) * share, 10, colour)
    _words(root, inner + room, top + 37, words, SMALL_PX, SOFT, anchor="end")
    lost = card.lost_share
    facts = (
        (Text(zh="时间", en="Time"), duration(card.median_s), INK, None),
        (Text(zh="每案接触", en="Contacts"), number(card.contacts), INK, None),
        (Text(zh="流失", en="Lost here"), percent(lost), BAD if lost else INK, None),
        (Text(zh="满意度", en="Satisfaction"), NO_SCORE if card.score is None else Text.same(f"{card.score:.2f}"), INK, card.score),
    )
    step = room / len(facts)
    for k, (what, value, ink, score) in enumerate(facts):
        x = inner + k * step
        _words(root, x, top + 60, what.of(lang), SMALL_PX, SOFT)
        known = value not in (UNKNOWN, NO_SCORE)
        _words(root, x, top + 79, value.of(lang), VALUE_PX if known else SMALL_PX, ink if known else SOFT, bold=known)
        if score is not None and scores is not None and scores[1] > scores[0]:
            _score(root, x, top + 94, step - 14, (score - scores[0]) / (scores[1] - scores[0]))
    if card.p90_s is not None:
        most = Text(zh="九成不超过 {time}", en="90 % within {time}").format(time=duration(card.p90_s))
        _words(root, inner, top + 97, most.of(lang), SMALL_PX, SOFT)


def _score(root: ElementTree.Element, x: float, y: float, width: float, part: float) -> None:
    """Where a score lies between the worst and the best: a line with a mark on it."""
    part = min(max(part, 0.0), 1.0)
    _line(root, x, y, x + width, y)
    mark = {"cx": f"{x + width * part:.1f}", "cy": f"{y:g}", "r": "5", "fill": GOOD if part >= 0.5 else BAD}
    ElementTree.SubElement(root, "circle", mark)


def _legend(root: ElementTree.Element, middle: float, turns: set[str | None], lang: Lang) -> None:
    x = SIDE + ROAD + 8
    for turn, (name, colour) in TURNS.items():
        if turn in turns:
            _rect(root, x, middle - 6, 12, 12, colour)
            _words(root, x + 18, middle, name.of(lang), SMALL_PX, INK)
            x += 170


def _line(root: ElementTree.Element, x1: float, y1: float, x2: float, y2: float) -> None:
    place = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ElementTree.SubElement(root, "line", {**place, "stroke": "#b9c2cb", "stroke-width": "2"})


def _rect(root: ElementTree.Element, x: float, y: float, width: float, height: float, fill: str, corner: float = 0) -> None:
    place = {
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "width": f"{max(width, 0):.1f}",
        "height": f"{height:.1f}",
        "rx": f"{corner:g}",
        "fill": fill,
    }
    ElementTree.SubElement(root, "rect", place)


def _words(
    root: ElementTree.Element, x: float, middle: float, words: str, size: float, ink: str, *, anchor: str = "start", bold: bool = False
) -> None:
    # A baseline of 0.35 em below the middle is understood by every viewer; dominant-baseline is not.
    look = {"x": f"{x:.1f}", "y": f"{middle + 0.35 * size:.1f}", "font-size": f"{size:g}", "text-anchor": anchor, "fill": ink}
    ElementTree.SubElement(root, "text", look | ({"font-weight": "600"} if bold else {})).text = words
