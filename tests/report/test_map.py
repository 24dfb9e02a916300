import re

import pytest
from lxml import etree

from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.report.map import CLASSES_S, process_map
from bankmine.show.graph_svg import PAINTS
from bankmine.show.svg import inline
from tests.textlog import textlog

LOG = textlog("c1: apply 0-1 | check 2-3 | pay 100-101 ; c2: apply 0-1 | check 2-3 | check 4-5 | pay 400-401 ; c3: apply 0-1")
DFG = DirectlyFollowsGraph.of(LOG)


def words(svg: str) -> list[str]:
    return [e.text or "" for e in etree.fromstring(svg).iter("{*}text")]


def test_frequency_shows_counts_with_start_and_end() -> None:
    figure = process_map(DFG, view="frequency", lang="en")
    assert {"apply", "check", "pay", "Start", "End", "3 times", "3 cases"} <= set(words(figure.svg))
    assert "the widest: 3 times" in figure.caption.en  # type: ignore[union-attr]
    inline(figure.svg, 1)


def test_waiting_shows_medians_in_their_colour() -> None:
    figure = process_map(DFG, view="waiting", lang="zh")
    assert {"开始", "结束", "1.0 小时", "10.2 天", "不足 1 小时", "7 天以上"} <= set(words(figure.svg))
    assert PAINTS["scale5"].line in figure.svg
    assert len(CLASSES_S) == 5 and list(CLASSES_S) == sorted(CLASSES_S)


def test_waits_by_design_are_dimmed() -> None:
    figure = process_map(DFG, view="waiting", lang="zh", by_design={DFG.activities.index("pay")})
    arcs = [e for e in etree.fromstring(figure.svg).iter("{*}path") if e.get("stroke-dasharray")]
    assert [e.get("stroke") for e in arcs] == [PAINTS["quiet"].line]
    assert "制度性等待" in words(figure.svg) and "制度性等待" in figure.caption.zh  # type: ignore[union-attr]


def test_what_is_not_drawn_is_said() -> None:
    log = textlog(";".join(f"c{n}: a 0 | b{n} 1 | c 2" for n in range(9)))
    figure = process_map(DirectlyFollowsGraph.of(log), lang="en", max_nodes=6, max_arcs=9)
    assert re.search(r"7 activities and \d+ lines are not shown", figure.caption.en)  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_map_holds_no_word_of_the_other_language(lang: str) -> None:
    shown = "".join(words(process_map(DFG, view="waiting", lang=lang, by_design={0}).svg))  # type: ignore[arg-type]
    chinese = re.findall(r"[\u4e00-\u9fff]", shown)
    assert chinese if lang == "zh" else not chinese
