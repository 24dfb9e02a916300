"""What made one instance wait: its stretches by cause with the other work, for people who doubt a figure."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bankmine.errors import UsageError
from bankmine.log.eventlog import SECOND, EventLog
from bankmine.log.labels import shown_case
from bankmine.measure.by_cause import WORDS
from bankmine.measure.one_wait import UNKNOWN, WORK, Stretch
from bankmine.show.blocks import Block, Cell, Column, Heading, Paragraph, TableBlock
from bankmine.show.format import duration, local_time
from bankmine.words import Text

LINE = re.compile(r"line[:\s]\s*(?:(?P<file>.+):)?(?P<line>\d+)", re.IGNORECASE)
OTHERS_NAMED = 3
DATE = len("2024-03-04 ")
STRETCHES = Text(zh="这段等待的经过", en="Where the wait went")
WHY = WORDS | {UNKNOWN: Text(zh="无法归因", en="cannot be known"), WORK: Text(zh="办理（含在等待内）", en="work, included in the wait")}


def line_of(what: str) -> tuple[str | None, int] | None:
    """The file (None: any) and the line of "line:1234" or "line:loans.csv:1234"; None for other texts."""
    match = LINE.fullmatch(what.strip())
    return None if match is None else (match["file"], int(match["line"]))


def row_at(log: EventLog, file: str | None, line: int) -> int:
    """The instance that a line of a source file completed or, if none, began. Raises UsageError LINE_UNKNOWN."""
    mine = np.ones(len(log), dtype=bool)
    if file is not None:
        mine = np.isin(log.file, [number for number, one in enumerate(log.source.files) if file in (one.name, Path(one.name).name)])
    for lines in (log.line, log.start_line):
        rows = np.flatnonzero(mine & (lines == line))
        if len(rows) == 1:
            return int(rows[0])
        if len(rows):
            name = log.place(int(rows[0]))[0] or "FILE"
            raise UsageError(
                "LINE_UNKNOWN",
                Text(zh=f"第 {line} 行对应多个环节实例", en=f"line {line} stands for more than one instance"),
                Text(zh=f"请写明文件，例如 line:{name}:{line}", en=f"name the file, such as line:{name}:{line}"),
            )
    known = log.line[log.line >= 0]
    raise UsageError(
        "LINE_UNKNOWN",
        Text(zh=f"没有环节实例出自第 {line} 行", en=f"no instance comes from line {line}"),
        Text(zh="日志不是从文件读入的", en="the log does not come from a file")
        if not len(known)
        else Text(
            zh=f"可用 {known.min()} 至 {known.max()} 之间的行；被筛选或剔除的行不在其中",
            en=f"lines {known.min()} to {known.max()} are there, without those filtered out or set aside",
        ),
    )


def wait_blocks(log: EventLog, row: int, stretches: Sequence[Stretch], calendar: Text) -> list[Block]:
    """The wait of an instance in a sentence, and its stretches in order of time; no person is named."""
    zone = log.source.timezone
    heading = Heading(
        Text(zh="「{activity}」之前的等待：案件 {case}（{place}）", en="The wait before “{activity}” of case {case} ({place})").format(
            activity=log.activities[log.activity[row]], case=shown_case(log.case_names[log.case[row]]), place=_place(log, row)
        ),
        2,
    )
    if not stretches:
        return [heading, Paragraph(Text(zh="没有等待：就绪后立即开始。", en="It did not wait: it began as soon as it could."))]
    begin, end = stretches[0].begin, stretches[-1].end
    sums = {why: sum(s.end - s.begin for s in stretches if s.why == why) for why in WHY}
    largest = sorted((why for why in sums if sums[why]), key=lambda why: -sums[why])
    named = [(WHY[why], duration(sums[why] / SECOND)) for why in largest]
    columns = (
        Column(Text(zh="自", en="From"), "time"),
        Column(Text(zh="至", en="To"), "time"),
        Column(Text(zh="时长", en="Lasted"), "duration"),
        Column(Text(zh="原因", en="Cause"), "text"),
        Column(Text(zh="其间的其他工作", en="Other work"), "label"),
    )
    rows: list[tuple[Cell, ...]] = [
        (s.begin, s.end, (s.end - s.begin) / SECOND, WHY[s.why], _work(log, s.others, zone) if s.others else "") for s in stretches
    ]
    said = Text(
        zh="{begin} 起可以开始，{end} 结束等待，共等 {time}：{parts}。",
        en="It could have begun at {begin} and waited until {end}, {time}: {parts}.",
    ).format(
        begin=local_time(begin, zone),
        end=local_time(end, zone),
        time=duration((end - begin) / SECOND),
        parts=Text(zh="、".join(f"{w.zh} {t.zh}" for w, t in named), en=", ".join(f"{w.en} {t.en}" for w, t in named)),
    )
    return [heading, Paragraph(said), TableBlock(columns, rows, caption=STRETCHES), Paragraph(calendar)]


def _work(log: EventLog, others: Sequence[int], zone: str) -> Text:
    """Case, activity, place in the file and time of other instances, the longest first."""
    order = sorted(others, key=lambda row: (int(log.began[row] - log.moment[row]), row))
    said = []
    for row in order[:OTHERS_NAMED]:
        begin, end = (local_time(int(time), zone).en for time in (log.began[row], log.moment[row]))
        times = f"{begin}–{end[DATE:] if end[:DATE] == begin[:DATE] else end}"
        name = f"{shown_case(log.case_names[log.case[row]])} {log.activities[log.activity[row]]}"
        place = _place(log, row)
        said.append(Text(zh=f"{name}（{place.zh}，{times}）", en=f"{name} ({place.en}, {times})"))
    more = len(others) - len(said)
    last = [Text(zh=f"另有 {more} 件", en=f"{more} more")] if more else []
    return Text(zh="；".join(s.zh for s in [*said, *last]), en="; ".join(s.en for s in [*said, *last]))


def _place(log: EventLog, row: int) -> Text:
    file, line = log.place(row)
    if line is None:
        return Text(zh="无行号", en="no line")
    return Text(zh=f"第 {line} 行", en=f"line {line}") if file is None or len(log.source.files) < 2 else Text.same(f"{file}:{line}")
