"""The first recommendations as the twin plays them: by themselves, together, and how far that can be trusted."""

from typing import TYPE_CHECKING

from bankmine.report.schema import Estimate, Together, TwinPlayed
from bankmine.show.blocks import Block, Cell, Column, Heading, Paragraph, TableBlock
from bankmine.show.format import duration, duration_range, number
from bankmine.twin.forecast import NO_INTERVAL
from bankmine.twin.twin import Twin
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis


def played_section(analysis: "Analysis") -> list[Block]:
    """Nothing where the twin could have played none of the recommendations."""
    if not any(item.play is not None or item.recommendation.gain.note for item in analysis.listed):
        return []
    twin = analysis.advising_twin
    rows: list[tuple[Cell, ...]] = []
    for item in analysis.listed:
        advice, play = item.recommendation, item.play
        if play is not None:
            kept = play.realistic
            told = NO_INTERVAL if kept.low is None else duration_range(kept.low, kept.high)
            rows.append((advice.rank, advice.activity, play.said, play.alone_s, kept.estimate, told))
        elif advice.gain.note is not None:
            rows.append((advice.rank, advice.activity, advice.gain.note, "", "", ""))
    columns = (
        Column(Text(zh="序", en="#"), "code"),
        Column(Text(zh="环节", en="Where"), "label"),
        Column(Text(zh="推演的变更", en="What was played"), "text"),
        Column(Text(zh="全部、单独实施，每案节省", en="In full, by itself, saved a case"), "duration"),
        Column(Text(zh="可实现，在前面各项之后", en="Realistic, after those before it"), "duration"),
        Column(Text(zh="90% 区间", en="90 % interval"), "text"),
    )
    blocks: list[Block] = [
        Heading(Text(zh="推演：排队如何反应", en="Played: how the queues react"), 2, "played"),
        *([Paragraph(_on(twin))] if isinstance(twin, Twin) else []),
        TableBlock(columns, rows),
    ]
    both = analysis.together
    if both is not None:
        blocks.append(
            Paragraph(
                Text(
                    zh="第 {ranks} 项全部一并实施，每案节省 {t}（90% 区间 {i}）；各自单独实施之和为 {s}。",
                    en="Numbers {ranks} carried out in full, together, save {t} a case (90 % interval {i}); by themselves they add up to "
                    "{s}.",
                ).format(
                    ranks=Text(zh="、".join(map(str, both.ranks)), en=", ".join(map(str, both.ranks))),
                    t=duration(both.together.estimate),
                    i=NO_INTERVAL if both.together.low is None else duration_range(both.together.low, both.together.high),
                    s=duration(both.sum_s),
                )
            )
        )
    return [*blocks, *(twin.fit.blocks() if isinstance(twin, Twin) else ())]


def _on(twin: Twin) -> Text:
    said = Text(
        zh="按日志自己的到达、路径与办理时间，在其人员与工作时间中重放，一遍照旧，一遍变更。",
        en="The log's own arrivals, routes and work were played through its people and hours, as it was and with each change. ",
    )
    if twin.whole:
        return said.then(Text(zh=f"重放的是整个日志（{twin.cases:,} 件）。", en=f"All of the log was played ({twin.cases:,} cases)."))
    return said.then(
        Text(
            zh="重放的是最后 {weeks} 周到达的 {n} 件；用 --twin full 可重放整个日志。",
            en="Played were the {n} cases that came in the last {weeks} weeks; --twin full plays all of the log.",
        ).format(weeks=number(twin.weeks), n=f"{twin.cases:,}")
    )


def played_json(analysis: "Analysis") -> TwinPlayed | None:
    """What the recommendations were played on; None where none was."""
    twin = analysis.advising_twin if any(item.play is not None for item in analysis.listed) else None
    if not isinstance(twin, Twin):
        return None
    both = analysis.together
    return TwinPlayed(
        whole_log=twin.whole,
        weeks=twin.weeks,
        cases=twin.cases,
        instances=len(twin.office.row),
        first_three=None
        if both is None
        else Together(
            ranks=list(both.ranks),
            sum_s=both.sum_s,
            together_s=Estimate(estimate=both.together.estimate, low=both.together.low, high=both.together.high),
        ),
    )
