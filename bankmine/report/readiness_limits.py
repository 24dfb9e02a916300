"""What a finding about the data limits: which analyses rest on what it spoils, and how far they can still be trusted."""

from dataclasses import dataclass
from typing import Literal

from bankmine.words import Text

Ground = Literal["order", "time", "clock", "work", "labels", "cases"]
"""What analyses rest on: the order of events, times between them, the hour of the day, work done, names of activities, whole cases."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A finding's code, what it spoils, and what that means for the analyses that rest on it."""

    code: str
    spoils: frozenset[Ground]
    text: Text


def _limit(code: str, spoils: tuple[Ground, ...], zh: str, en: str) -> Limit:
    return Limit(code, frozenset(spoils), Text(zh=zh, en=en))


_SPELLING = ("同一环节的几种写法分开计算：环节和路径偏多，返工偏少", "spellings of one activity count apart: more paths, less rework")
_TWICE = ("重复的行按返工计算", "rows entered twice count as rework")
LIMITS: tuple[Limit, ...] = (
    _limit(
        "TS_DATE_ONLY",
        ("order", "time", "clock", "work"),
        "只有日期：一天以内的等待、工时和先后不可知",
        "dates only: nothing is known of waits, work and order within a day",
    ),
    _limit(
        "FORM_BASED_TIES", ("order", "time"), "表单内的先后未知，其间等待为 0", "the order inside forms is unknown, and waits there are 0"
    ),
    _limit("TIME_TRAVEL", ("order", "time"), "日期有误的行前后等待不可信", "waits around the displaced rows cannot be trusted"),
    _limit(
        "UNANCHORED_EVENT",
        ("order", "time", "clock"),
        "这些行的次序、等待和钟点不可信",
        "order, waits and hours of these rows cannot be trusted",
    ),
    _limit("TS_FUTURE", ("time",), "远期时间拉长办理时长", "times in the far future lengthen durations"),
    _limit("OPEN_ACTIVITY", ("work",), "部分环节的办理时长未知", "how long some activities took is unknown"),
    _limit("LIFECYCLE_ORPHAN", ("work",), "部分环节的办理时长未知", "how long some activities took is unknown"),
    _limit("START_UNKNOWN", ("work",), "只有完成时间的环节：等待含办理时间", "where there is only a completion, waits include the work"),
    _limit(
        "COLLATERAL_EVENTS",
        ("order", "labels"),
        "一次操作算作几个环节：环节、交接偏多",
        "one action counts as several: more steps and handovers",
    ),
    _limit(
        "SCATTERED_EVENT",
        ("order", "time", "labels"),
        "未单独成行的事件缺失，其时间算作后一环节的等待",
        "events without a row are missing; their time counts as waits",
    ),
    _limit(
        "ACT_MISSING",
        ("order", "time"),
        "无名称的事件缺失，其时间算作后一环节的等待",
        "events without a name are missing; their time counts as waits",
    ),
    _limit("CASE_MISSING", ("cases",), "无案件号的事件缺失", "events without a case are missing"),
    _limit("CASE_INCOMPLETE", ("cases",), "缺首环节的案件时长偏短", "cases cut at their beginning are too short"),
    _limit("CASE_LONG", ("cases",), "过长的案件可能是多个案件", "very long cases may be several"),
    _limit("SINGLE_CASE", ("cases",), "只有一个案件，无从比较", "one case only: nothing to compare"),
    _limit("SINGLE_EVENT_CASES", ("cases",), "单事件案件没有等待和先后", "cases of one event have no waits and no order"),
    _limit("ELUSIVE_CASE", ("cases",), "混在一个编号下的业务使时长和返工偏高", "cases under one id overstate durations and rework"),
    _limit(
        "SCATTERED_CASE", ("cases",), "分在两个编号下的业务使时长偏短、案件偏多", "cases under two ids: durations too short, too many cases"
    ),
    *(
        _limit(code, ("labels",), *_SPELLING)
        for code in ("LABEL_POLLUTED", "LABEL_CASE_VARIANT", "LABEL_SIMILAR", "LABEL_MISSPELT", "LABEL_CONFUSABLE")
    ),
    _limit("LABEL_SYNONYM", ("labels",), "一个环节分成两个：路径偏多，返工偏少", "one activity counts as two: more paths, less rework"),
    _limit("LABEL_HOMONYM", ("labels",), "两个环节合成一个：返工偏多，等待混淆", "two activities count as one: more rework, waits mixed"),
    _limit("DUP_EXACT", ("labels",), *_TWICE),
    _limit("DUP_NEAR", ("labels",), *_TWICE),
)
