"""The words of the report: verdicts, levels, parties, columns and phases, with the tone in which each is shown."""

from collections.abc import Mapping
from types import MappingProxyType

from bankmine.advice.answer import Diagnosis, Gain, Interval, Recommendation
from bankmine.show.blocks import Mark
from bankmine.show.format import duration, duration_range, percent
from bankmine.words import Text

VERDICT: Mapping[str, Mark] = MappingProxyType(
    {
        "confirmed": Mark(Text(zh="已证实", en="confirmed"), "error"),
        "not_found": Mark(Text(zh="未发现", en="not found"), "good"),
        "unassessable": Mark(Text(zh="无法判断", en="cannot tell"), "info"),
    }
)
LEVEL: Mapping[str, Text] = MappingProxyType(
    {
        "high": Text(zh="高", en="high"),
        "medium": Text(zh="中", en="medium"),
        "low": Text(zh="低", en="low"),
    }
)
SEVERITY: Mapping[str, Mark] = MappingProxyType(
    {
        "error": Mark(Text(zh="错误", en="error"), "error"),
        "warning": Mark(Text(zh="警告", en="warning"), "warning"),
        "info": Mark(Text(zh="提示", en="note"), "info"),
    }
)
EVIDENCE: Mapping[str, Text] = MappingProxyType(
    {
        "direct": Text(zh="直接证据", en="direct"),
        "proxy": Text(zh="间接迹象", en="indirect"),
        "none": Text(zh="无", en="none"),
    }
)
PARTY: Mapping[str, Text] = MappingProxyType(
    {
        "customer": Text(zh="客户", en="customer"),
        "bank": Text(zh="银行", en="bank"),
        "system": Text(zh="系统", en="system"),
        "third_party": Text(zh="第三方", en="third party"),
    }
)
KNOWN_FROM: Mapping[str, Text] = MappingProxyType(
    {
        "definition": Text(zh="流程定义", en="process definition"),
        "mapping": Text(zh="配置文件", en="configuration"),
        "role": Text(zh="岗位或经办人列", en="role or resource column"),
        "label": Text(zh="按环节名称推断", en="inferred from the label"),
    }
)
COLUMN: Mapping[str, Text] = MappingProxyType(
    {
        "case": Text(zh="案件编号", en="case"),
        "activity": Text(zh="环节", en="activity"),
        "start": Text(zh="开始时间", en="start"),
        "end": Text(zh="完成时间", en="end"),
        "timestamp": Text(zh="时间", en="timestamp"),
        "lifecycle": Text(zh="生命周期状态", en="lifecycle transition"),
        "resource": Text(zh="经办人", en="resource"),
        "role": Text(zh="岗位", en="role"),
        "channel": Text(zh="渠道", en="channel"),
        "branch": Text(zh="机构", en="branch"),
        "segment": Text(zh="客户类型", en="customer segment"),
        "product": Text(zh="产品", en="product"),
        "amount": Text(zh="金额", en="amount"),
        "cost": Text(zh="费用", en="cost"),
        "status": Text(zh="状态", en="status"),
        "arrival": Text(zh="到达时间", en="arrival"),
        "instance": Text(zh="任务编号", en="work item"),
    }
)
LIFECYCLE: Mapping[str, Text] = MappingProxyType(
    {
        "pair": Text(zh="按状态配对为办理时段", en="transitions paired into sessions"),
        "complete": Text(zh="只取完成行", en="completion rows only"),
        "rows": Text(zh="每行单独计", en="every row by itself"),
    }
)
PHASE: Mapping[str, Text] = MappingProxyType(
    {
        "1-3": Text(zh="第 1–3 个月", en="months 1–3"),
        "4-6": Text(zh="第 4–6 个月", en="months 4–6"),
        "7-9": Text(zh="第 7–9 个月", en="months 7–9"),
        "10-12": Text(zh="第 10–12 个月", en="months 10–12"),
    }
)


def columns_as_understood(columns: Mapping[str, str]) -> list[tuple[Text, str]]:
    """What each source column was taken for, the case number and the activity first."""
    order = list(COLUMN)
    roles = sorted(columns, key=lambda role: (order.index(role) if role in COLUMN else len(order), role))
    return [(COLUMN.get(role) or Text.same(role), columns[role]) for role in roles]


def level(name: str | None) -> Mark | str:
    """A level where high calls for attention; empty where there is none."""
    if name is None:
        return ""
    tone = {"high": "error", "medium": "warning"}.get(name, "info")
    return Mark(LEVEL[name], "error" if tone == "error" else "warning" if tone == "warning" else "info")


def verdict(diagnosis: Diagnosis) -> Mark:
    """The verdict; where it is confirmed, with the tone of its severity."""
    mark = VERDICT[diagnosis.verdict]
    return mark if diagnosis.severity in (None, "high") else Mark(mark.text, "warning")


def headline_gain(item: Recommendation, mean_s: float) -> Text:
    """What a recommendation would bring, in the measure of its kind: time a case, staff time a year, or breaches ended.

    `mean_s`: the mean cycle time, of which the time saved is a share.
    """
    if item.kind == "control":
        return Text(zh="消除 {n} 件违规（{share}）", en="ends {n} breaches ({share} of cases)").format(
            n=f"{item.cases:,}", share=percent(item.share_of_cases)
        )
    if item.kind == "effort":
        if item.gain.effort_per_year_s is None:
            return Text(zh="省工时（日志不足 90 天，不推算全年）", en="staff time (under 90 days of log: no yearly figure)")
        return Text(zh="每年省 {time} 工时", en="{time} of staff time a year").format(time=duration(item.gain.effort_per_year_s))
    saved = None if item.gain.realistic is None else item.gain.realistic.estimate
    if saved is not None and saved <= 0:
        return Text(zh="平均时长不减", en="no time saved on average")
    time = Text(zh="平均每案省 {time}", en="{time} a case on average").format(time=duration(saved))
    if saved is None or mean_s <= 0:
        return time
    return Text(zh="{time}（占办理时长的 {share}）", en="{time} ({share} of cycle time)").format(time=time, share=percent(saved / mean_s))


def headline_interval(gain: Gain) -> Text | str:
    """The 90 % interval of the realistic gain; empty where the gain is counted, not estimated."""
    return interval(gain.realistic) if gain.realistic is not None else ""


def interval(value: Interval) -> Text:
    """Both ends of a 90 % interval."""
    return duration_range(value.low, value.high)


def phase(name: str) -> Text:
    """The window of the plan's timetable (plan §9.1)."""
    return PHASE.get(name) or Text(zh=f"第 {name} 个月", en=f"months {name}")
