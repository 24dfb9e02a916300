"""Refusals of a configuration: what pydantic or the TOML reader finds wrong, as one line with place and valid names."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bankmine.errors import UsageError
from bankmine.words import Text


def syntax(path: Path, line: int, what: Text) -> UsageError:
    return UsageError(
        "CONFIG_SYNTAX", what, Text(zh="请修正该行；文本值须加引号。", en="correct this line; text stands in quotes."), str(path), line
    )


def refusal(model: type[BaseModel], error: ValidationError, content: dict[str, Any], text: str, path: Path) -> UsageError:
    """The error of ours for the first thing that pydantic finds wrong; unknown keys come first."""
    # pydantic reports every branch of a union; the one that got deepest into the file is the one that was meant.
    found, place = min(
        ((one, tuple(_in_file(one["loc"], content, missing=one["type"] == "missing"))) for one in error.errors(include_url=False)),
        key=lambda pair: (pair[0]["type"] != "extra_forbidden", -len(pair[1])),
    )
    key = ".".join(str(part) if isinstance(part, str) else f"[{part + 1}]" for part in place).replace(".[", "[")
    line = _line(text, place)
    if found["type"] == "extra_forbidden":
        names = _valid_names(model, place)
        near = get_close_matches(str(place[-1]), names, n=3, cutoff=0.5) or names
        return UsageError(
            "CONFIG_UNKNOWN_KEY",
            Text(zh=f"未知的配置项 {key}。", en=f"unknown key {key}."),
            Text(zh=f"可用的名称：{'、'.join(near)}。", en=f"valid names: {', '.join(near)}."),
            str(path),
            line,
            key,
        )
    own = next((one for one in getattr(found.get("ctx", {}).get("error"), "args", ()) if isinstance(one, UsageError)), None)
    why = own.what if own else Text(zh=f"{found['msg']}。", en=f"{found['msg']}.")
    return UsageError(
        "CONFIG_VALUE",
        Text(zh=f"配置项 {key} 的值无效：{why.zh}", en=f"the value of {key} is not valid: {why.en}"),
        *(own.hint if own else Text(zh="请改正该值。", en="correct the value."), str(path), line, key),
    )


def _in_file(location: tuple[int | str, ...], content: Any, *, missing: bool) -> Iterator[int | str]:
    """The parts of pydantic's place that the file holds, without the names of types that pydantic puts between."""
    for part in location:
        if isinstance(content, list):
            if not isinstance(part, int) or part >= len(content):
                continue
            content = content[part]
        elif isinstance(content, dict) and part in content:
            content = content[part]
        else:
            continue
        yield part
    if missing:
        yield location[-1]


def _valid_names(model: Any, place: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand beside the one at this place."""
    for part in place[:-1]:
        while not _is_model(model) and get_origin(model) not in (list, dict):
            model = _element(model)  # pragma: no cover - no setting of today has tables inside a table that may also be a word
        model = model.model_fields[part].annotation if _is_model(model) else _element(model)
    while not _is_model(model):
        model = _element(model)
    return sorted(model.model_fields)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _element(annotation: Any) -> Any:
    """What a list, a table or a union of a model and something simpler holds."""
    arguments = get_args(annotation)
    if get_origin(annotation) in (list, dict):
        return arguments[-1]
    return next(one for one in arguments if _is_model(one))


def _line(text: str, place: tuple[int | str, ...]) -> int | None:
    """The line on which the last key of a place is written, as far as a search for its name tells."""
    names = [part for part in place if isinstance(part, str)]
    after = 0
    for name in names[:-1]:
        table = re.compile(rf"^\s*\[+[^\]\n]*{re.escape(name)}[^\]\n]*\]", re.MULTILINE).search(text, after)
        after = table.end() if table else after
    for number in (part for part in place if isinstance(part, int)):
        for _ in range(number):
            table = re.compile(r"^\s*\[\[", re.MULTILINE).search(text, after)
            after = table.end() if table else after
    last = re.compile(rf"(?:^|[\s{{\[,.\"']){re.escape(names[-1])}[\"']?\s*[=\].]", re.MULTILINE).search(text, after) if names else None
    return text.count("\n", 0, last.end()) + 1 if last else None
