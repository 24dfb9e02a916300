"""Changes in words, as the command line and Python take them."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from bankmine.errors import UsageError
from bankmine.facts import Facts
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
    ("岗位 hours Mon-Sat 09:00-18:00", "ROLE hours Mon-Sat 09:00-18:00"),
    ("岗位 first come", "ROLE first come"),
    ("pool 岗位, 岗位", "pool ROLE, ROLE"),
    ("环节 batch 1", "STEP batch 1"),
    ("环节 automated 5 min", "STEP automated 5 min"),
    ("环节 removed", "STEP removed"),
    ("环节 picked up", "STEP picked up"),
    ("环节 rework 50%", "STEP rework 50%"),
    ("环节 answered 3 d", "STEP answered 3 d"),
    ("parallel 环节, 环节", "parallel STEP, STEP"),
    ("merge 环节, 环节", "merge STEP, STEP"),
    ("first segment=值", "first segment=VALUE"),
    ("demand x1.2", "demand x1.2"),
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


_FORMS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    _form(r"demand\s*[x×*]\s*(?P<by>\d+(?:\.\d+)?)", lambda m, o, f: Demand(_number(m["by"], 0.1, 10.0))),
    _form(r"first\s+(?P<attribute>\w+)\s*=\s*(?P<value>.+)", _first),
    _form(r"pool\s+(?P<names>.+,.+)", lambda m, o, f: Pooled(tuple(dict.fromkeys(_role(n, o) for n in m["names"].split(","))))),
    _form(r"parallel\s+(?P<one>.+?)\s*,\s*(?P<other>.+)", _pair(Parallel)),
    _form(r"merge\s+(?P<one>.+?)\s*,\s*(?P<other>.+)", _pair(Merged)),
    _form(r"(?P<name>.+?)\s+(?P<by>[+-]\d+)", _people),
    _form(r"(?P<name>.+?)\s+hours\s+(?P<hours>.+)", lambda m, o, f: Hours(_role(m["name"], o), m["hours"])),
    _form(r"(?P<name>.+?)\s+first come", lambda m, o, f: Order(_role(m["name"], o))),
    _form(r"(?P<name>.+?)\s+batch\s+(?P<size>\d+)", lambda m, o, f: Batched(_step(m["name"], o), int(_number(m["size"], 1, 1000)))),
    _form(
        r"(?P<name>.+?)\s+automated(?:\s+(?P<minutes>\d+(?:\.\d+)?)\s*min)?",
        lambda m, o, f: Automated(_step(m["name"], o), _number(m["minutes"] or "0", 0, 10_000)),
    ),
    _form(r"(?P<name>.+?)\s+removed", lambda m, o, f: Automated(_step(m["name"], o))),
    _form(r"(?P<name>.+?)\s+picked up", lambda m, o, f: PickedUp(_step(m["name"], o))),
    _form(
        r"(?P<name>.+?)\s+rework\s+(?P<share>\d+(?:\.\d+)?)\s*%",
        lambda m, o, f: Rework(_step(m["name"], o), _number(m["share"], 0, 100) / 100),
    ),
    _form(
        r"(?P<name>.+?)\s+answered\s+(?P<days>\d+(?:\.\d+)?)\s*d",
        lambda m, o, f: Answered(_step(m["name"], o), _number(m["days"], 0, 3650)),
    ),
)
