"""Explain: the cases, rows and arithmetic behind one figure, down to file and line."""

from collections.abc import Callable, Sequence

import numpy as np

from bankmine.advice.played import Play
from bankmine.advice.rank import Candidate, Listed
from bankmine.advice.silence import silence
from bankmine.errors import UsageError
from bankmine.facts import Facts
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.log.labels import shown_case
from bankmine.patterns.base import Pattern
from bankmine.show.blocks import Block, Cell, Column, Heading, Paragraph, TableBlock
from bankmine.show.format import duration_range
from bankmine.twin.forecast import NO_INTERVAL
from bankmine.words import Text

ROWS = Text(zh="证据行", en="Rows behind the figure")


def explain(
    log: EventLog,
    facts: Facts,
    listed: Sequence[Listed],
    candidates: Sequence[Candidate],
    patterns: Sequence[Pattern],
    what: int | str,
    wait_of: Callable[[int], list[Block]],
) -> list[Block]:
    """Blocks for a recommendation by rank, or for a finding by PATTERN or PATTERN@PLACE, listed or not; without such a
    finding, why the pattern is silent.

    The table under ROWS holds every row that the finding rests on; below it `wait_of` tells the longest of their waits.
    Raises UsageError with what exists.
    """
    candidate = _chosen(facts, listed, candidates, patterns, str(what))
    if isinstance(candidate, list):
        return candidate
    pattern, finding = candidate.pattern, candidate.finding
    entry = next((entry for entry in listed if entry.candidate is candidate), None)
    item = None if entry is None else entry.recommendation
    figures = [(name, value) for name, value in finding.figures.items()]
    blocks: list[Block] = [
        Heading(Text(zh=f"{pattern.code} {pattern.title.zh}", en=f"{pattern.code} {pattern.title.en}"), 1),
        Paragraph(finding.text),
        TableBlock(
            (Column(Text(zh="量", en="Figure"), "code"), Column(Text(zh="值", en="Value"), "number")),
            figures,
            caption=Text(zh="句子中的每个数字", en="Every number of the sentence"),
        ),
        Paragraph(
            Text(
                zh="这条尚未列入建议：未达到实质份额或案件数下限。",
                en="This finding is not among the recommendations: below the material share or the number of cases.",
            )
        )
        if item is None
        else TableBlock(
            (Column(Text(zh="因子", en="Factor"), "text"), Column(Text(zh="值", en="Value"), "number")),
            [*item.factors, (Text(zh="得分", en="score"), item.score)],
            caption=Text(zh="得分 = 各因子之积", en="Score = product of the factors"),
        ),
    ]
    if pattern.kind != "control":
        blocks.append(_arithmetic(facts, candidate))
    if entry is not None and entry.play is not None:
        blocks.append(_play(entry.play))
    elif item is not None and item.gain.note is not None:
        blocks.append(Paragraph(item.gain.note))
    blocks.append(_rows(log, facts, candidate))
    waits = facts.wait[candidate.scenario.rows]
    if waits.any():
        blocks += wait_of(int(candidate.scenario.rows[np.argmax(waits)]))
    return blocks


def _chosen(
    facts: Facts, listed: Sequence[Listed], candidates: Sequence[Candidate], patterns: Sequence[Pattern], what: str
) -> Candidate | list[Block]:
    """The finding meant, or what is to be said of a pattern without one."""
    if what.isdecimal():
        if 1 <= int(what) <= len(listed):
            return listed[int(what) - 1].candidate
        raise UsageError(
            "RANK_UNKNOWN",
            Text(zh=f"没有第 {what} 条建议", en=f"there is no recommendation {what}"),
            Text(zh=f"共有 {len(listed)} 条", en=f"there are {len(listed)}"),
        )
    code, _, place = what.partition("@")
    matching = [c for c in candidates if c.pattern.code == code.upper() and place in ("", facts.names[c.finding.activity])]
    if matching:
        return max(matching, key=lambda c: (int(c.realistic.sum()), -c.finding.activity))
    asked = next((pattern for pattern in patterns if pattern.code == code.upper()), None)
    if asked is not None and place in ("", *facts.names):
        return silence(facts, asked, place, sorted({facts.names[c.finding.activity] for c in candidates if c.pattern.code == asked.code}))
    known = sorted({f"{c.pattern.code}@{facts.names[c.finding.activity]}" for c in candidates})
    raise UsageError(
        "FINDING_UNKNOWN",
        Text(zh=f"没有发现 {what}", en=f"no finding {what}"),
        Text(zh=f"可用：{'、'.join(known) or '无'}", en=f"known: {', '.join(known) or 'none'}"),
    )


def _arithmetic(facts: Facts, candidate: Candidate) -> TableBlock:
    scenario = candidate.scenario
    rows = [
        (Text(zh="受影响案件", en="cases affected"), "count", len(candidate.finding.cases)),
        (
            Text(zh="证据行的等待合计", en="waiting of the rows below that would be saved"),
            "duration",
            float(scenario.wait_cut.sum()) / SECOND,
        ),
        (Text(zh="证据行的办理合计", en="work of the rows below that would be saved"), "duration", float(scenario.work_cut.sum()) / SECOND),
        (
            Text(zh="重放后办理时长减少（原因全消）", en="cycle time saved by replay, cause gone"),
            "duration",
            float(candidate.upper.sum()) / SECOND,
        ),
        (Text(zh="可实现份额", en="realistic share"), "share", scenario.realistic),
        (
            Text(zh="重放后办理时长减少（可实现）", en="cycle time saved by replay, realistic"),
            "duration",
            float(candidate.realistic.sum()) / SECOND,
        ),
        (Text(zh="员工工时减少（可实现）", en="staff time saved, realistic"), "duration", float(candidate.effort.sum()) / SECOND),
        (Text(zh="除以全部案件数", en="divided by all cases"), "count", facts.cases),
    ]
    return TableBlock(
        (
            Column(Text(zh="步骤", en="Step"), "text"),
            Column(Text(zh="数", en="Amount"), "number"),
            Column(Text(zh="时间", en="Time"), "duration"),
        ),
        [(name, value if kind != "duration" else "", value if kind == "duration" else "") for name, kind, value in rows],
        caption=Text(zh="算法", en="Arithmetic"),
    )


def _play(play: Play) -> TableBlock:
    """What the twin says, which the recommendation's gain is."""
    rows: list[tuple[Cell, ...]] = [(Text(zh="全部、单独实施", en="in full, by itself"), play.alone_s, "")] + [
        (name, part.estimate, duration_range(part.low, part.high) if part.low is not None else NO_INTERVAL)
        for name, part in (
            (Text(zh="原因全消", en="the cause gone"), play.upper),
            (Text(zh="可实现，在前面各项之后", en="realistic, after those before it"), play.realistic),
        )
        if part is not None
    ]
    return TableBlock(
        (
            Column(Text(zh="孪生推演", en="Played in the twin"), "text"),
            Column(Text(zh="每案节省", en="Saved a case"), "duration"),
            Column(Text(zh="90% 区间", en="90 % interval"), "text"),
        ),
        rows,
        caption=Text(zh="推演：{said}", en="Played: {said}").format(said=play.said),
    )


def _rows(log: EventLog, facts: Facts, candidate: Candidate) -> TableBlock:
    scenario = candidate.scenario
    columns = (
        Column(Text(zh="案件", en="Case"), "label"),
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="文件", en="File"), "label"),
        Column(Text(zh="行", en="Line"), "code"),
        Column(Text(zh="开始", en="Began"), "time"),
        Column(Text(zh="完成", en="Done"), "time"),
        Column(Text(zh="等待", en="Wait"), "duration"),
        Column(Text(zh="可省等待", en="Wait saved"), "duration"),
        Column(Text(zh="可省办理", en="Work saved"), "duration"),
    )
    rows = []
    for row, wait_cut, work_cut in zip(scenario.rows.tolist(), scenario.wait_cut.tolist(), scenario.work_cut.tolist(), strict=True):
        file, line = log.place(row)
        rows.append(
            (
                shown_case(log.case_names[log.case[row]]),
                facts.names[facts.activity[row]],
                file,
                line,
                int(facts.began[row]),
                int(facts.moment[row]),
                float(facts.wait[row]) / SECOND,
                wait_cut / SECOND,
                work_cut / SECOND,
            )
        )
    return TableBlock(columns, rows, caption=ROWS)
