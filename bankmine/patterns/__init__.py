"""What is wrong and what to do: one pattern a file, found by module (house.md, "A pattern, the whole file")."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from bankmine.errors import UsageError
from bankmine.patterns.base import Pattern
from bankmine.words import Text


@cache
def pattern_classes() -> dict[str, type[Pattern]]:
    """Every pattern of this package by its code, in order of code."""
    found: dict[str, type[Pattern]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name.startswith("p")):
        for item in vars(import_module(f"{__name__}.{module}")).values():
            if isinstance(item, type) and issubclass(item, Pattern) and item.__module__ == f"{__name__}.{module}":
                found[item.code] = item
    return found


def patterns(rules: Mapping[str, Mapping[str, object]] | None = None) -> tuple[Pattern, ...]:
    """One of each pattern, its thresholds set from `rules` (code -> field -> value).

    Raises UsageError for an unknown code or field, with the right names.
    """
    classes, rules = pattern_classes(), rules or {}
    for code, fields in rules.items():
        if code not in classes:
            raise UsageError(
                "RULE_UNKNOWN",
                Text(zh=f"没有模式 {code}", en=f"there is no pattern {code}"),
                Text(zh=f"可用：{'、'.join(classes)}", en=f"known: {', '.join(classes)}"),
                column=f"rules.{code}",
            )
        known = classes[code].thresholds()
        for name, value in fields.items():
            if name not in known:
                raise UsageError(
                    "RULE_FIELD_UNKNOWN",
                    Text(zh=f"{code} 没有参数 {name}", en=f"{code} has no threshold {name}"),
                    Text(zh=f"可用：{'、'.join(known)}", en=f"known: {', '.join(known)}"),
                    column=f"rules.{code}.{name}",
                )
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise UsageError(
                    "RULE_VALUE",
                    Text(zh=f"{code}.{name} 应为数值，而不是 {value!r}", en=f"{code}.{name} must be a number, not {value!r}"),
                    Text(zh=f"例如 {name} = {known[name]}", en=f"for example {name} = {known[name]}"),
                    column=f"rules.{code}.{name}",
                )
    return tuple(cls(**rules.get(code, {})) for code, cls in classes.items())


__all__ = ["Pattern", "pattern_classes", "patterns"]
