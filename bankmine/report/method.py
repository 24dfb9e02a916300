"""The method box: what the figures rest on, so that a reader can check and repeat them."""

from importlib.metadata import version
from typing import TYPE_CHECKING

from bankmine import __version__
from bankmine.report.terms import KNOWN_FROM, LIFECYCLE, PARTY
from bankmine.show.blocks import Block, Cell, Column, Heading, Paragraph, TableBlock
from bankmine.show.format import local_time, percent
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

LIBRARIES = ("pm4py", "polars", "numpy")
ACTIVITIES_SHOWN = 40


def method(analysis: "Analysis") -> list[Block]:
    """Zone, calendar, ends of cases, the process definition, who acts in each activity, and versions."""
    return [
        Heading(Text(zh="方法与假设", en="Method and assumptions"), 2, "method"),
        TableBlock(
            (Column(Text(zh="项目", en="Item"), "text"), Column(Text(zh="本报告的做法", en="In this report"), "text")), _items(analysis)
        ),
        _meanings(analysis),
        Paragraph(
            Text(
                zh="等待时间：案件中促成某环节的前一活动完成之后，到该环节开始为止。只有完成时间的环节，其等待包含办理本身；"
                "归因时按经办人何时空出推算其开始时间。"
                "返工：同一案件中再次出现的同一环节工作项。"
                "收益：去掉该原因后重新推算每个案件的办理时长；会影响排队的，在孪生能再现其等待时由孪生推演。"
                "区间为 90%，由对案件重复抽样得到；会影响排队的，由对到达周重复抽样得到。",
                en="Waiting: from the end of the activity that made another possible until that one begins. Where only "
                "completions are known, a wait includes the work itself; to divide it by cause, the start is estimated from when "
                "its person was free. "
                "Rework: a work item of an activity that the case has had before. Gain: the cycle time of each case is "
                "worked out again without the cause; where queues react, by the twin as far as it foretells their waits. "
                "Intervals are 90 % and come from resampling the cases; where queues react, from resampling weeks of arrival.",
            )
        ),
    ]


def _items(analysis: "Analysis") -> list[tuple[Cell, ...]]:
    log, understanding, endings = analysis.log, analysis.understanding, analysis.endings
    definition = understanding.definition
    known = sum(m.step is not None for m in understanding.activities)
    zone = log.source.timezone
    filters = log.source.parameters.get("filters", ())
    rows: list[tuple[Cell, ...]] = [
        (
            Text(zh="时区", en="Time zone"),
            Text(zh="{zone}（不带时区的时间按此解释）", en="{zone} (times without a zone are read so)").format(zone=zone),
        ),
        (Text(zh="日历", en="Calendar"), _calendar(analysis)),
        (
            Text(zh="流程定义", en="Process definition"),
            Text(zh="未识别，按一般流程分析", en="none recognised; analysed as a general process")
            if definition is None
            else Text(zh="{name}：{known}/{all} 种环节对应到定义中的步骤", en="{name}: {known} of {all} activities are steps of it").format(
                name=definition.name, known=known, all=len(understanding.activities)
            ),
        ),
        (
            Text(zh="结案判断", en="Ends of cases"),
            Text(zh="出现结束环节即为结案", en="a case is closed once an ending activity has happened")
            if endings.from_definition
            else Text(
                zh="最后一个环节为常见的结束环节，且此后静默时间超过事件间隔的 99 分位数，视为结案",
                en="a case is closed once its last activity is a usual last one and it has been quiet longer than 99 % "
                "of the gaps between events",
            ),
        ),
        (
            Text(zh="未结案件", en="Open cases"),
            Text(zh="{n} 件，计到最后一个事件为止", en="{n}, counted up to their last event").format(
                n=f"{analysis.cycle_time.open_cases:,}"
            ),
        ),
        (Text(zh="观察截止", en="As of"), local_time(endings.as_of, zone)),
        (Text(zh="生命周期", en="Lifecycle"), LIFECYCLE.get(str(log.source.parameters.get("lifecycle")), LIFECYCLE["pair"])),
    ]
    if isinstance(filters, tuple) and filters:
        rows.append((Text(zh="筛选", en="Filters"), "; ".join(map(str, filters))))
    rows += [
        (Text(zh="人员", en="People"), Text(zh="报告不出现任何人员姓名或工号。", en="No person is named in this report.")),
        (Text(zh="版本", en="Versions"), ", ".join((f"bankmine {__version__}", *(f"{name} {version(name)}" for name in LIBRARIES)))),
    ]
    return rows


def _calendar(analysis: "Analysis") -> Text:
    """Which working hours count, and how well the staff's stamps keep to them."""
    used, outside = analysis.calendar, analysis.duty.outside_share
    said = used.text
    if outside is not None:
        stamps = Text(zh="员工的记录有 {share} 在其工作时间之外。", en="{share} of the staff's stamps lie outside their hours.")
        said = said.then(stamps.format(share=percent(outside)))
    return said.then(Text(zh="未注明营业时间的时长均为自然时间，每天 24 小时。", en="Other durations are calendar time, 24 hours a day."))


def _meanings(analysis: "Analysis") -> TableBlock:
    """Who acts in each activity and how that is known: what was assumed is listed, not hidden."""
    activities = analysis.understanding.activities
    columns = (
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="定义中的步骤", en="Step of the definition"), "text"),
        Column(Text(zh="由谁办理", en="Who acts"), "text"),
        Column(Text(zh="如何得知", en="Known from"), "text"),
    )
    rows: list[tuple[Cell, ...]] = [
        (m.label, m.step.name if m.step else "", PARTY[m.party] if m.party else None, KNOWN_FROM.get(m.party_from or "", ""))
        for m in activities[:ACTIVITIES_SHOWN]
    ]
    return TableBlock(
        columns,
        rows,
        caption=Text(zh="各环节的含义与办理方", en="What each activity means and who acts in it"),
        hidden=max(0, len(activities) - ACTIVITIES_SHOWN),
    )
