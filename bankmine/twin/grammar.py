"""Changes in words, as the command line and Python take them."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from bankmine.errors import UsageError
from bankmine.facts import Facts
from bankmine.hours import WeekHours
from bankmine.twin.changes import (
    Answered,
    Automated,
    Batched,
    Change,
    Demand,
    First,
    Hours,
    Merged,
    Order,
    Parallel,
    People,
    PickedUp,
    Pooled,
    Rework,
    nonsense,
)
from bankmine.twin.office import Office
from bankmine.words import Text


def parse(text: str, office: Office, facts: Facts) -> Change:
    """A change in words: see GRAMMAR. Raises UsageError CHANGE_UNKNOWN, CHANGE_ROLE, CHANGE_STEP, CHANGE_VALUE, with the valid names."""
    said = text.strip()
    for pattern, make in _FORMS:
        match = pattern.fullmatch(said)
        if match:
            return make(match, office, facts)
    raise UsageError(
        "CHANGE_UNKNOWN",
        Text(zh=f"看不懂的变更“{said}”", en=f"the change “{said}” is not understood"),
        Text(zh="写法：" + "；".join(zh for zh, _ in GRAMMAR), en="write " + "; ".join(en for _, en in GRAMMAR)),
    )


GRAMMAR: tuple[tuple[str, str], ...] = (
    ("岗位 +1", "ROLE +1"),
    ("岗位 上班 周一至周六 09:00-18:00", "ROLE hours Mon-Sat 09:00-18:00"),
    ("岗位 先来先办", "ROLE first come"),
    ("合并岗位 岗位、岗位", "pool ROLE, ROLE"),
    ("环节 每批 1 件", "STEP batch 1"),
    ("环节 自动 5 分钟", "STEP automated 5 min"),
    ("环节 取消", "STEP removed"),
    ("环节 即时接手", "STEP picked up"),
    ("环节 返工 50%", "STEP rework 50%"),
    ("环节 答复 3 天", "STEP answered 3 d"),
    ("并行 环节、环节", "parallel STEP, STEP"),
    ("连办 环节、环节", "merge STEP, STEP"),
    ("优先 segment=值", "first segment=VALUE"),
    ("业务量 x1.2", "demand x1.2"),
)
_Make = Callable[[re.Match[str], Office, Facts], Change]


def _role(name: str, office: Office) -> int:
    staffed = [role for role, desk in zip(office.roles, office.desks, strict=True) if desk.people]
    found = _named(name, staffed)
    if found is None:
        raise _no_such("CHANGE_ROLE", name, staffed, Text(zh="岗位", en="role"))
    return office.roles.index(found)


def _step(name: str, office: Office) -> int:
    found = _named(name, office.names)
    if found is None:
        raise _no_such("CHANGE_STEP", name, office.names, Text(zh="环节", en="step"))
    return office.names.index(found)


def _named(name: str, names: Sequence[str]) -> str | None:
    """The name as written, whatever the case of its letters."""
    return next((each for each in names if each == name.strip()), None) or next(
        (each for each in names if each.casefold() == name.strip().casefold()), None
    )


def _no_such(code: str, name: str, names: Sequence[str], kind: Text) -> UsageError:
    close = get_close_matches(name, names, n=3, cutoff=0.4) or sorted(names)
    return UsageError(
        code,
        Text(zh=f"日志没有{kind.zh}“{name}”", en=f"the log has no {kind.en} “{name}”"),
        Text(zh="可选：" + "、".join(close), en="choose from " + ", ".join(close)),
    )


def _number(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise nonsense(Text(zh=f"数值 {text} 不在 {low:g} 至 {high:g} 之间", en=f"{text} is not between {low:g} and {high:g}"))
    return value


def _people(match: re.Match[str], office: Office, facts: Facts) -> Change:
    by = int(match["by"])
    if by == 0 or abs(by) > 1000:
        raise nonsense(Text(zh=f"人数变化 {match['by']} 没有意义", en=f"{match['by']} people is no change that can be played"))
    return People(_role(match["name"], office), by)


def _first(match: re.Match[str], office: Office, facts: Facts) -> Change:
    column = facts.attributes.get(match["attribute"])
    if column is None:
        raise _no_such("CHANGE_VALUE", match["attribute"], sorted(facts.attributes), Text(zh="属性", en="attribute"))
    value = _named(match["value"], column.values)
    if value is None:
        raise _no_such("CHANGE_VALUE", match["value"], column.values, Text(zh="取值", en="value"))
    return First(match["attribute"], value)


def _pair(kind: type[Parallel] | type[Merged]) -> _Make:
    def make(match: re.Match[str], office: Office, facts: Facts) -> Change:
        one, other = _step(match["one"], office), _step(match["other"], office)
        if one == other:
            raise nonsense(Text(zh="需要两个不同的环节", en="two different steps are needed"))
        return kind(one, other)

    return make


def _form(pattern: str, make: _Make) -> tuple[re.Pattern[str], _Make]:
    return re.compile(pattern, re.IGNORECASE), make


def _of(en: str, zh: str, rest: str, make: _Make) -> tuple[re.Pattern[str], _Make]:
    """A name, then a verb, which in Chinese needs no space before it, then the rest."""
    return _form(rf"(?P<name>.+?)(?:\s+(?:{en})|\s*(?:{zh})){rest}", make)


NUMBER = r"\d+(?:\.\d+)?"
AND = r"\s*[,，、]\s*"
_FORMS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    _form(rf"(?:demand|业务量)\s*[x×*]\s*(?P<by>{NUMBER})", lambda m, o, f: Demand(_number(m["by"], 0.1, 10.0))),
    _form(r"(?:first\s|优先)\s*(?P<attribute>\w+)\s*=\s*(?P<value>.+)", _first),
    _form(
        rf"(?:pool\s|合并岗位)\s*(?P<names>.+{AND}.+)",
        lambda m, o, f: Pooled(tuple(dict.fromkeys(_role(n, o) for n in re.split(AND, m["names"])))),
    ),
    _form(rf"(?:parallel\s|并行)\s*(?P<one>.+?){AND}(?P<other>.+)", _pair(Parallel)),
    _form(rf"(?:merge\s|连办)\s*(?P<one>.+?){AND}(?P<other>.+)", _pair(Merged)),
    _form(r"(?P<name>.+?)\s*(?P<by>[+-]\d+)\s*人?", _people),
    _of(r"hours\s", "上班", r"\s*(?P<hours>.+)", lambda m, o, f: Hours(_role(m["name"], o), str(WeekHours.parse(m["hours"])))),
    _of("first come", "先来先办", "", lambda m, o, f: Order(_role(m["name"], o))),
    _of("batch", "每批", r"\s*(?P<size>\d+)\s*件?", lambda m, o, f: Batched(_step(m["name"], o), int(_number(m["size"], 1, 1000)))),
    _of(
        "automated",
        "自动",
        rf"(?:\s*(?P<minutes>{NUMBER})\s*(?:min|分钟))?",
        lambda m, o, f: Automated(_step(m["name"], o), _number(m["minutes"] or "0", 0, 10_000)),
    ),
    _of("removed", "取消", "", lambda m, o, f: Automated(_step(m["name"], o))),
    _of("picked up", "即时接手", "", lambda m, o, f: PickedUp(_step(m["name"], o))),
    _of("rework", "返工", rf"\s*(?P<share>{NUMBER})\s*%", lambda m, o, f: Rework(_step(m["name"], o), _number(m["share"], 0, 100) / 100)),
    _of("answered", "答复", rf"\s*(?P<days>{NUMBER})\s*[d天]", lambda m, o, f: Answered(_step(m["name"], o), _number(m["days"], 0, 3650))),
)
