"""The process map: the directly-follows graph as a picture, by how often or by how long."""

from collections.abc import Collection
from typing import Literal

import numpy as np

from bankmine.model.dfg import DirectlyFollowsGraph
from bankmine.show.blocks import Figure
from bankmine.show.format import duration
from bankmine.show.graph_svg import svg
from bankmine.show.graphs import SCALE, Arc, Graph, Hidden, Node, Tone, select
from bankmine.words import Lang, Text

View = Literal["frequency", "waiting"]
HOUR_S, DAY_S = 3_600.0, 86_400.0
# Upper ends of the classes of the median wait, in seconds; the last class has none.
CLASSES_S = (HOUR_S, 8 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S)
CLASS_NAMES = (
    Text(zh="不足 1 小时", en="under 1 h"),
    Text(zh="1–8 小时", en="1–8 h"),
    Text(zh="8–24 小时", en="8–24 h"),
    Text(zh="1–3 天", en="1–3 d"),
    Text(zh="3–7 天", en="3–7 d"),
    Text(zh="7 天以上", en="7 d or more"),
)
BY_DESIGN = Text(zh="制度性等待", en="by design")
THIN, THICK = 1.0, 6.0  # points; between them the width grows in proportion to the count
START, END = Text(zh="开始", en="Start"), Text(zh="结束", en="End")
VIEWS: dict[View, Text] = {"frequency": Text(zh="次数", en="How often"), "waiting": Text(zh="等待", en="How long")}
TITLES = {"frequency": Text(zh="流程图：次数", en="Process map: how often"), "waiting": Text(zh="流程图：等待", en="Process map: how long")}
CASES, TIMES = Text(zh="{n} 件", en="{n} cases"), Text(zh="{n} 次", en="{n} times")


def process_map(
    dfg: DirectlyFollowsGraph,
    *,
    view: View = "frequency",
    lang: Lang = "zh",
    by_design: Collection[int] = frozenset(),
    max_nodes: int = 40,
    max_arcs: int = 80,
) -> Figure:
    """The process as it ran: activities with their number of instances, arcs as wide as they were frequent.

    `frequency`: arcs carry their counts. `waiting`: arcs carry the median time from the end of one activity to the start of the
    next and are coloured by it; arcs into activities `by_design` (codes) are dimmed. Where there is not room for all, the most
    frequent are drawn, and the caption says how many are not. Raises OutputError GRAPHVIZ_MISSING.
    """
    graph, hidden = select(_graph(dfg, view, lang, frozenset(by_design)), max_nodes=max_nodes, max_arcs=max_arcs)
    return Figure(svg(graph), _alt(dfg, view), _caption(dfg, view, hidden, dimmed=bool(by_design)))


def _graph(dfg: DirectlyFollowsGraph, view: View, lang: Lang, by_design: frozenset[int]) -> Graph:
    cases, most = int(dfg.start_count.sum()), _most(dfg)

    def width(count: int) -> float:
        return THIN + (THICK - THIN) * count / most

    def end(count: int) -> str:
        return f"{count:,}" if view == "frequency" else ""

    occurring = np.flatnonzero(dfg.frequency).tolist()
    nodes = [Node("start", START.of(lang), CASES.format(n=f"{cases:,}").of(lang), shape="pill", tone="dark", fixed=True)]
    nodes += [
        Node(f"a{a}", dfg.activities[a], TIMES.format(n=f"{dfg.frequency[a]:,}").of(lang), weight=float(dfg.frequency[a]))
        for a in occurring
    ]
    nodes.append(Node("end", END.of(lang), CASES.format(n=f"{cases:,}").of(lang), shape="pill", tone="dark", fixed=True))
    arcs = [
        Arc("start", f"a{a}", end(n), n, width(n), "plain" if view == "frequency" else "quiet")
        for a, n in enumerate(dfg.start_count.tolist())
        if n
    ]
    for source, target, n, median in zip(dfg.source.tolist(), dfg.target.tolist(), dfg.count.tolist(), dfg.median_s.tolist(), strict=True):
        dimmed = target in by_design
        label = f"{n:,}" if view == "frequency" else duration(median).of(lang)
        arcs.append(Arc(f"a{source}", f"a{target}", label, n, width(n), "quiet" if dimmed else _tone(view, median), dimmed))
    arcs += [
        Arc(f"a{a}", "end", end(n), n, width(n), "plain" if view == "frequency" else "quiet")
        for a, n in enumerate(dfg.end_count.tolist())
        if n
    ]
    legend = [(tone, name.of(lang)) for tone, name in zip(SCALE, CLASS_NAMES, strict=True)] if view == "waiting" else []
    if by_design:
        legend.append(("quiet", BY_DESIGN.of(lang)))
    return Graph(TITLES[view].of(lang), _alt(dfg, view).of(lang), nodes, arcs, "down", lang, legend)


def _most(dfg: DirectlyFollowsGraph) -> int:
    """The count of the most frequent arc, those from the start and to the end included."""
    return max(int(counts.max(initial=0)) for counts in (dfg.count, dfg.start_count, dfg.end_count))


def _tone(view: View, median_s: float) -> Tone:
    return SCALE[int(np.searchsorted(CLASSES_S, median_s, side="right"))] if view == "waiting" else "plain"


def _alt(dfg: DirectlyFollowsGraph, view: View) -> Text:
    """What the picture shows, for those who do not see it."""
    what = {
        "frequency": Text(zh="各环节之间流转的次数", en="how often one activity followed another"),
        "waiting": Text(zh="各环节之间的中位等待时间", en="the median wait between one activity and the next"),
    }[view]
    return Text(
        zh="流程图：{activities} 个环节、{arcs} 种先后关系，显示{what}。",
        en="Process map of {activities} activities and {arcs} transitions: {what}.",
    ).format(activities=int(np.count_nonzero(dfg.frequency)), arcs=len(dfg.source), what=what)


def _caption(dfg: DirectlyFollowsGraph, view: View, hidden: Hidden, *, dimmed: bool) -> Text:
    most = f"{_most(dfg):,}"
    parts = [
        Text(
            zh="方框内为环节名称与发生次数；线的粗细与流转次数成正比（最粗为 {most} 次）。",
            en="Boxes: activity and how often it happened; lines: as wide as they were frequent (the widest: {most} times).",
        ).format(most=most)
    ]
    if view == "frequency":
        parts.append(Text(zh="线上数字为流转次数。", en="The numbers on the lines are counts."))
    else:
        parts.append(
            Text(
                zh="线上时间为上一环节结束到下一环节开始的中位时间，颜色按图例由浅到深表示由短到长。",
                en="On the lines: the median time from the end of one activity to the start of the next, the darker "
                "the longer (see the legend).",
            )
        )
    if dimmed:
        parts.append(Text(zh="灰色虚线为制度性等待，不作为问题。", en="Dashed grey lines: waits by design, not held against the process."))
    if hidden.nodes or hidden.arcs:
        parts.append(
            Text(
                zh="为便于阅读，只画最常见的部分：另有 {nodes} 个环节、{arcs} 条连线未画出。",
                en="Only the most frequent part is drawn, to keep it readable: {nodes} activities and {arcs} lines are not shown.",
            ).format(nodes=hidden.nodes, arcs=hidden.arcs)
        )
    return Text(zh="".join(part.zh for part in parts), en=" ".join(part.en for part in parts))
