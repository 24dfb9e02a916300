"""The summary: what is wrong, what to do first and how sure that is, on one screen."""

from typing import TYPE_CHECKING

import numpy as np

from bankmine.report.terms import EVIDENCE, headline_gain, headline_interval, level, phase, verdict
from bankmine.show.blocks import Block, Cell, CellKind, Column, KeyFigures, Notice, Paragraph, TableBlock
from bankmine.show.format import local_day, percent
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

FIRST = 3  # recommendations in the summary
SURE, FAIRLY_SURE = 0.90, 0.70  # stability of the first recommendation


def summary(analysis: "Analysis") -> list[Block]:
    """Headline, key figures, the six verdicts, the first recommendations, and what the answer rests on."""
    return [headline(analysis), key_figures(analysis), verdicts(analysis), first(analysis), *confidence(analysis)]


def headline(analysis: "Analysis") -> Notice:
    """One sentence: how many diagnoses are confirmed, and what to do first."""
    confirmed = [d for d in analysis.diagnoses if d.verdict == "confirmed"]
    unknown = sum(d.verdict == "unassessable" for d in analysis.diagnoses)
    if not analysis.recommendations:
        if unknown == len(analysis.diagnoses):
            return Notice(
                Text(
                    zh="日志所含信息不足以判断六项诊断中的任何一项，因此没有建议；缺少什么见下表。",
                    en="The log does not hold what is needed to judge any of the six diagnoses, so nothing is recommended; "
                    "what is missing stands below.",
                ),
                "info",
            )
        if unknown:
            return Notice(
                Text(
                    zh="未发现达到实质程度的问题，没有需要优先采取的措施；六项诊断中有 {n} 项因日志缺少信息而无法判断。",
                    en="Nothing material was found and there is nothing to do first; {n} of the six diagnoses cannot "
                    "be judged from this log.",
                ).format(n=unknown),
                "good",
            )
        return Notice(
            Text(zh="未发现达到实质程度的问题，没有需要优先采取的措施。", en="Nothing material was found; there is nothing to do first."),
            "good",
        )
    top = analysis.recommendations[0]
    found = (
        Text(zh="六项诊断中有 {n} 项得到证实。", en="{n} of the six diagnoses are confirmed. ").format(n=len(confirmed))
        if len(confirmed) != 1
        else Text(zh="六项诊断中有 1 项得到证实。", en="One of the six diagnoses is confirmed. ")
    )
    return Notice(
        Text(zh="{found}首先处理「{activity}」环节的{title}：{gain}。", en="{found}First: {title} at “{activity}”: {gain}.").format(
            found=found, activity=top.activity, title=_in_sentence(top.title), gain=headline_gain(top, analysis.cycle_time.mean_s)
        ),
        "warning",
    )


def key_figures(analysis: "Analysis") -> KeyFigures:
    """Cases, time to the end, where the waiting is, and how much is done twice."""
    cycle, waiting, rework = analysis.cycle_time, analysis.waiting, analysis.rework
    figures: list[tuple[Text, CellKind, Cell]] = [
        (Text(zh="案件（其中未结 {n}）", en="cases ({n} still open)").format(n=f"{cycle.open_cases:,}"), "count", cycle.cases),
        (Text(zh="办理时长中位数", en="median cycle time"), "duration", cycle.median_s),
        (Text(zh="九成案件不超过", en="90 % of cases take at most"), "duration", cycle.p90_s),
        (Text(zh="有返工的案件", en="cases with rework"), "share", float(rework.cases_with_rework / cycle.cases)),
    ]
    avoidable = np.flatnonzero(~waiting.by_design)
    if len(avoidable) and waiting.total_s[avoidable[0]] > 0:
        longest = avoidable[0]
        figures.append(
            (
                Text(zh="等待最多的环节：{name}", en="most waiting before {name}").format(
                    name=waiting.activities[waiting.activity[longest]]
                ),
                "share",
                float(waiting.share[longest]),
            )
        )
    return KeyFigures(figures)


def verdicts(analysis: "Analysis") -> TableBlock:
    """The six verdicts in one compact table."""
    columns = (
        Column(Text(zh="诊断", en="Diagnosis"), "text"),
        Column(Text(zh="结论", en="Verdict"), "text"),
        Column(Text(zh="严重程度", en="Severity"), "text"),
        Column(Text(zh="依据", en="Evidence"), "text"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            Text(zh="{id} {title}", en="{id} {title}").format(id=d.id, title=d.title),
            verdict(d),
            level(d.severity),
            EVIDENCE[d.evidence] if d.verdict == "confirmed" else "",
        )
        for d in analysis.diagnoses
    ]
    return TableBlock(columns, rows, caption=Text(zh="六项诊断（方案 2.2）", en="The six diagnoses (plan §2.2)"))


def first(analysis: "Analysis") -> TableBlock:
    """The recommendations to begin with: what, where, what it brings, how sure."""
    recommendations = analysis.recommendations
    columns = (
        Column(Text(zh="序", en="#"), "code"),
        Column(Text(zh="措施", en="What"), "text"),
        Column(Text(zh="环节", en="Where"), "label"),
        Column(Text(zh="收益", en="Gain"), "text"),
        Column(Text(zh="90% 区间", en="90 % interval"), "text"),
        Column(Text(zh="时间", en="When"), "text"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            r.rank,
            Text(zh="{title}（{code}）", en="{title} ({code})").format(title=r.title, code=r.pattern),
            r.activity,
            headline_gain(r, analysis.cycle_time.mean_s),
            headline_interval(r.gain),
            phase(r.phase),
        )
        for r in recommendations[:FIRST]
    ]
    return TableBlock(columns, rows, caption=Text(zh="先做什么", en="What to do first"), hidden=max(0, len(recommendations) - FIRST))


def confidence(analysis: "Analysis") -> list[Block]:
    """How sure: the stability of the first recommendation, and the data that the answer rests on."""
    blocks: list[Block] = []
    top = next(iter(analysis.recommendations), None)
    if top is not None and top.stability is not None:
        degree = (
            Text(zh="把握较大", en="This is robust")
            if top.stability >= SURE
            else Text(zh="有一定把握", en="This is fairly robust")
            if top.stability >= FAIRLY_SURE
            else Text(zh="把握不大", en="This is not robust")
        )
        blocks.append(
            Paragraph(
                Text(
                    zh="{degree}：对案件重复抽样后，首项措施有 {share} 的次数仍在前三位。",
                    en="{degree}: when the cases are resampled, the first recommendation stays among the first three "
                    "in {share} of the samples.",
                ).format(degree=degree, share=percent(top.stability))
            )
        )
    return [*blocks, data_line(analysis)]


def data_line(analysis: "Analysis") -> Paragraph:
    """One line on the data: rows read and used, findings, period and zone."""
    log = analysis.log
    source, zone = log.source, log.source.timezone
    warnings = sum(f.severity != "info" for f in analysis.quality)
    rows = (
        Text(
            zh="读取 {read} 行，使用 {used} 行，剔除 {aside} 行，合并 {merged} 行",
            en="{read} rows read, {used} used, {aside} set aside, {merged} merged",
        ).format(
            read=f"{source.rows_read:,}", used=f"{source.rows_used:,}", aside=f"{source.rows_set_aside:,}", merged=f"{source.rows_merged:,}"
        )
        if source.rows_read
        else Text(zh="{n} 个环节实例", en="{n} activity instances").format(n=f"{len(log):,}")
    )
    return Paragraph(
        Text(
            zh="数据：{rows}；数据质量警告 {n} 类。期间 {first} 至 {last}（{zone}）。",
            en="Data: {rows}; data-quality warnings: {n}. Period {first} to {last} ({zone}).",
        ).format(
            rows=rows,
            n=warnings,
            first=local_day(int(log.case_start.min()), zone),
            last=local_day(int(log.case_end.max()), zone),
            zone=zone,
        )
    )


def _in_sentence(title: Text) -> Text:
    """A title inside an English sentence begins small, unless it begins with an abbreviation."""
    head = title.en[:2]
    return title if head.isupper() else Text(zh=title.zh, en=title.en[:1].lower() + title.en[1:])
