"""Controls: the rules of a process, derived from its definition, bundled with bankmine, or a bank's own in TOML."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bankmine.errors import UsageError
from bankmine.process.definition import Outcome, ProcessDefinition, Step
from bankmine.process.rule import KINDS, STRICT, Condition, Name, Order, Place, Presence, Rule, Segregation, Severity
from bankmine.words import Text

CHECKED = "8.2.3"  # the plan's section on checking that rules are kept
RECORDED_SHARE = 0.5  # a mandatory step that fewer cases show is taken as not recorded in the log


@dataclass(frozen=True, slots=True)
class _Head:
    """What every [[control]] may say besides its requirement."""

    id: Name
    zh: Annotated[str, Field(pattern=r"\S")]
    en: Annotated[str, Field(pattern=r"\S")]
    severity: Severity = Severity.COMPLIANCE
    plan: str | None = None
    process: str | None = None
    when: Condition | None = None
    __pydantic_config__: ClassVar[ConfigDict] = STRICT


ALL_KINDS = (*KINDS, "amount_limit")  # the last is any of the others, named in `requires`, with a number in `when`
TABLE = re.compile(r"^[ \t]*\[\[[ \t]*control[ \t]*\]\]", re.MULTILINE)
OTHER_TABLE = re.compile(r"^[ \t]*\[(?![ \t]*control[ \t]*\.)", re.MULTILINE)
HEAD_KEYS = tuple(each.name for each in fields(_Head))


def rules_for(definition: ProcessDefinition | None, own: Sequence[Rule] = ()) -> tuple[Rule, ...]:
    """The rules of a process: those that its definition states, the bundled ones, and a bank's own.

    An own rule takes the place of another with its id; one of another process is left out.
    """
    rules = {rule.id: rule for rule in (*derived(definition), *bundled(definition.id))} if definition is not None else {}
    rules |= {rule.id: rule for rule in own if rule.process in (None, definition.id if definition is not None else None)}
    return tuple(rules.values())


def derived(definition: ProcessDefinition) -> tuple[Rule, ...]:
    """The rules that a definition states: `mandatory` steps, with what they must precede, and `segregated_from`."""
    ends = tuple(step.id for step in definition.steps if step.outcome is Outcome.COMPLETED)
    rules = []
    for step in definition.steps:
        later = definition.step(step.before) if step.before else None
        if step.mandatory and later is not None:
            text = Text(zh="「{first}」须在「{then}」之前", en="“{first}” comes before “{then}”").format(first=step.name, then=later.name)
            rules.append(
                Rule(f"{step.id}.before", text, Order((step.id,), (later.id,), recorded_share=RECORDED_SHARE), plan=step.plan or CHECKED)
            )
        elif step.mandatory:
            text = Text(zh="「{step}」不可缺少", en="“{step}” is never left out").format(step=step.name)
            rules.append(Rule(f"{step.id}.present", text, Presence((step.id,), ends or None), plan=step.plan or CHECKED))
        others = [other for name in step.segregated_from if (other := definition.step(name)) is not None]
        if others:
            text = Text(zh="「{step}」与{others}须由不同的人办理", en="“{step}” is done by someone else than {others}")
            text = text.format(step=step.name, others=_listed(others))
            rules.append(Rule(f"{step.id}.segregated", text, Segregation((step.id,), step.segregated_from), plan=CHECKED))
    return tuple(rules)


def _listed(steps: Sequence[Step]) -> Text:
    return Text(zh="、".join(f"「{s.name.zh}」" for s in steps), en=" and ".join(f"“{s.name.en}”" for s in steps))


def bundled(process: str) -> tuple[Rule, ...]:
    """The rules of controls.toml for a process, in the file's order."""
    return tuple(rule for rule in _pack() if rule.process == process)


@cache
def _pack() -> tuple[Rule, ...]:
    file = "controls.toml"
    return _rules(files("bankmine.process").joinpath(file).read_text(encoding="utf-8"), file, alone=True)


def read(path: Path, *, alone: bool = True) -> tuple[Rule, ...]:
    """The rules in the [[control]] tables of a TOML file, in its order.

    `alone`: the file holds nothing else; else its other tables are passed over (bankmine.toml). Raises UsageError with file and line:
    CONTROL_FILE, CONTROL_SYNTAX, CONTROL_KEY, CONTROL_KIND, CONTROL_VALUE.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise UsageError(
            "CONTROL_FILE",
            Text(zh=f"规则文件无法读取（{reason}）。", en=f"the file of controls cannot be read ({reason})."),
            Text(zh="请检查路径；文件须为 UTF-8 编码的 TOML。", en="check the path; the file must be TOML in UTF-8."),
            str(path),
        ) from error
    return _rules(text, str(path), alone=alone)


def of_entries(entries: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules in [[control]] tables that were not read from a file. Raises UsageError as `read` does, without file and line."""
    return _distinct([_rule(entry, Place("", None)) for entry in entries])


def _distinct(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Raises UsageError CONTROL_VALUE for an id that stands twice."""
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise _wrong("id", Text(zh=f"「{rule.id}」出现两次", en=f"“{rule.id}” stands twice"), rule.place)
        seen.add(rule.id)
    return tuple(rules)


def _rules(text: str, file: str, *, alone: bool) -> tuple[Rule, ...]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        raise UsageError(
            "CONTROL_SYNTAX",
            Text(zh=f"TOML 语法错误（{error}）。", en=f"TOML syntax: {error}."),
            Text(zh="请修正该行；文本值须加引号。", en="correct this line; text stands in quotes."),
            file,
            int(place[1]) if place else text.count("\n") + 1,
        ) from error
    entries = content.get("control", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        what = Text(zh="control 须写成 [[control]] 表。", en="control is written as [[control]] tables.")
        raise UsageError("CONTROL_VALUE", what, what, file, _line(text, "control"))
    if alone and content.keys() - {"control"}:
        key = min(content.keys() - {"control"})
        raise _unknown_key(key, ("control",), file, _line(text, key))
    return _distinct([_rule(entry, _place(text, file, number, entry)) for number, entry in enumerate(entries)])


def _line(text: str, key: str, begin: int = 0, end: int | None = None) -> int | None:
    """The line on which a key or a table begins, between two places in the text."""
    written = re.compile(rf"^[ \t]*\[*[ \t]*(?:control\.)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]", re.MULTILINE)
    found = written.search(text, begin, len(text) if end is None else end)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _place(text: str, file: str, number: int, entry: Mapping[str, Any]) -> Place:
    """Where the n-th [[control]] and its keys stand."""
    heads = list(TABLE.finditer(text))
    if number >= len(heads):
        return Place(file, _line(text, "control"))
    begin = heads[number].end()
    after = OTHER_TABLE.search(text, begin)
    end = after.start() if after else len(text)
    return Place(file, text.count("\n", 0, begin) + 1, {key: _line(text, key, begin, end) for key in entry})


def _rule(entry: Mapping[str, Any], place: Place) -> Rule:
    kind, key = entry.get("kind"), "kind"
    if kind == "amount_limit":
        kind, key = entry.get("requires"), "requires"
    requirement = KINDS.get(kind) if isinstance(kind, str) else None
    if requirement is None:
        names = list(ALL_KINDS if key == "kind" else KINDS)
        near = get_close_matches(str(kind), names, n=3, cutoff=0.5) or names
        given = Text(zh=f"没有「{kind}」这种规则", en=f"there is no kind of rule “{kind}”")
        raise UsageError(
            "CONTROL_KIND",
            Text(zh=f"{key}：{given.zh}。", en=f"{key}: {given.en}.")
            if kind is not None
            else Text(zh=f"缺少 {key}。", en=f"{key} is missing."),
            Text(zh=f"可用的名称：{'、'.join(near)}。", en=f"valid names: {', '.join(near)}."),
            place.file or None,
            place.keys.get(key) or place.line,
            key,
        )
    own = [each.name for each in fields(requirement) if not (kind == "four_eyes" and each.name == "attribute")]
    head = {name: value for name, value in entry.items() if name in HEAD_KEYS}
    rest = {name: value for name, value in entry.items() if name not in (*HEAD_KEYS, "kind", key)}
    for name in rest:
        if name not in own:
            raise _unknown_key(name, (*HEAD_KEYS, "kind", *own), place.file or None, place.keys.get(name))
    said = _checked(_Head, head, place)
    if entry["kind"] == "amount_limit" and (said.when is None or not said.when.numeric):
        raise _wrong("when", Text(zh="amount_limit 须写明金额的界限", en="an amount_limit needs a bound on a number"), place)
    return Rule(
        said.id,
        Text(zh=said.zh, en=said.en),
        _checked(requirement, rest, place),
        said.severity,
        said.when,
        said.plan,
        said.process,
        place,
    )


def _checked(of: type[Any], values: Mapping[str, Any], place: Place) -> Any:
    """The values as that dataclass. Raises UsageError for the first that is wrong."""
    try:
        return TypeAdapter(of).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"] if isinstance(part, str)]
    key = where[0] if where else ""
    if first["type"] == "unexpected_keyword_argument":
        raise _unknown_key(".".join(where), [f"when.{each.name}" for each in fields(Condition)], place.file or None, place.keys.get(key))
    if first["type"] in ("missing", "missing_argument"):
        why = Text(zh="缺少这一项", en="it is missing")
    else:
        why = Text.same(first["msg"].removeprefix("Value error, "))
    raise _wrong(".".join(where), why, place)


def _wrong(key: str, why: Text, place: Place | None) -> UsageError:
    at = place or Place("", None)
    name = Text(zh=f"{key}：" if key else "", en=f"{key}: ") if key else None
    return UsageError(
        "CONTROL_VALUE",
        Text(zh=f"{name.zh if name else ''}{why.zh}。", en=f"{name.en if name else ''}{why.en}."),
        Text(zh="请改正该值；各种规则的写法见文档。", en="correct the value; the documentation shows every kind of rule."),
        at.file or None,
        at.keys.get(key.partition(".")[0]) or at.line,
        key or None,
    )


def _unknown_key(key: str, names: Sequence[str], file: str | None, line: int | None) -> UsageError:
    near = get_close_matches(key, names, n=3, cutoff=0.5) or sorted(names)
    return UsageError(
        "CONTROL_KEY",
        Text(zh=f"未知的项 {key}。", en=f"unknown key {key}."),
        Text(zh=f"可用的名称：{'、'.join(near)}。", en=f"valid names: {', '.join(near)}."),
        file,
        line,
        key,
    )
