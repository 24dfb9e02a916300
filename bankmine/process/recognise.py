"""Recognition: what the labels of a log mean in a process definition, and which definition they belong to."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bankmine.errors import UsageError
from bankmine.process.definition import ActivityMeaning, Kind, Outcome, Party, ProcessDefinition, Step, Understanding
from bankmine.process.label_rules import meaning_of, party_of_values
from bankmine.process.labels import core, fold
from bankmine.process.load import library, load
from bankmine.words import Text

__all__ = ["party_of_values", "understand"]

E = TypeVar("E", bound=StrEnum)

# A log is taken as one of a process if at least half of its labels are steps of it, and at least three different steps.
MIN_COVERAGE = 0.5
MIN_STEPS = 3
MAPPING_KEYS = ("step", "party", "kind", "outcome", "expected_customer_days", "multi_instance")


@dataclass(frozen=True, slots=True)
class _Mapped:
    """One entry of the mapping, its values checked; None where the entry does not say."""

    step: Step | None = None
    party: Party | None = None
    kind: Kind | None = None
    outcome: Outcome | None = None
    expected_customer_days: float | None = None
    multi_instance: bool | None = None


class Names:
    """The names of a definition's steps, for lookup by the exact rule, then by the token rule (labels.py)."""

    def __init__(self, definition: ProcessDefinition) -> None:
        self.definition = definition
        self._exact: dict[str, Step] = {}
        tokens: dict[str | frozenset[str], set[str]] = {}
        for step in definition.steps:
            for name in (step.id, step.name.zh, step.name.en, *step.aliases):
                folded = fold(name)
                self._exact[folded] = step
                tokens.setdefault(core(folded), set()).add(step.id)
        # A form that two steps share tells nothing.
        self._tokens = {form: next(iter(ids)) for form, ids in tokens.items() if form and len(ids) == 1}

    def step(self, label: str) -> Step | None:
        folded = fold(label)
        if folded in self._exact:
            return self._exact[folded]
        found = self._tokens.get(core(folded))
        return self.definition.step(found) if found is not None else None


def understand(
    activities: Sequence[str],
    *,
    process: str | Path | None = None,
    mapping: Mapping[str, str | Mapping[str, object]] = MappingProxyType({}),
    actors: Mapping[str, Party] = MappingProxyType({}),
) -> Understanding:
    """The meaning of each activity label, in the order given.

    `process`: a definition's id or file; None chooses the definition that covers most labels (at least half of them and three
    steps; a tie between definitions, or less, is an unknown process, which is analysed all the same). `mapping`: label -> step id,
    or label -> {step, party, kind, outcome, expected_customer_days, multi_instance}; what it says wins. `actors`: label -> party,
    found by the caller from role or resource columns. Else the party comes from the definition, the actors, the label rules, in
    that order (definitions §1.12); kind and outcome from the definition, then the label rules.
    An approval ends a case only in logs that do not show a completing step after it.
    Raises UsageError: PROCESS_UNKNOWN, PROCESS_FILE, PROCESS_INVALID, MAPPING_STEP, MAPPING_KEY, MAPPING_VALUE.
    """
    entries = {_tidy(label): entry for label, entry in mapping.items()}
    definition = _definition(activities, process, entries)
    names = Names(definition) if definition else None
    mapped = {label: _mapped(label, entry, definition) for label, entry in entries.items()}
    meanings = [_meaning(label, names.step(label) if names else None, mapped.get(_tidy(label)), actors.get(label)) for label in activities]
    if any(m.outcome is Outcome.COMPLETED for m in meanings):
        meanings = [
            replace(m, outcome=None) if m.outcome is Outcome.APPROVED and not _said(mapped.get(_tidy(m.label))) else m for m in meanings
        ]
    return Understanding(definition, tuple(meanings))


def _meaning(label: str, recognised: Step | None, mapped: _Mapped | None, actor: Party | None) -> ActivityMeaning:
    entry = mapped or _Mapped()
    step = entry.step or recognised
    said = meaning_of(label)
    by_step = "mapping" if entry.step else "definition"
    party, party_from = _first((entry.party, "mapping"), (step.party if step else None, by_step), (actor, "role"), (said.party, "label"))
    kind, kind_from = _first(
        (entry.kind, "mapping"),
        (step.kind if step else None, by_step),
        (Kind.END if entry.outcome else None, "mapping"),
        (said.kind, "label"),
    )
    # A kind that the mapping gives takes the place of the whole guess by label, its outcome too, unless the kind is an end.
    guessed = said.outcome if step is None and (entry.kind is None or entry.kind in (Kind.END, Kind.APPROVAL)) else None
    outcome = entry.outcome or (step.outcome if step else guessed)
    if kind is Kind.END and outcome is None:
        raise UsageError(
            "MAPPING_VALUE",
            Text(zh=f"[activities]「{label}」：kind 为 end 时须写明 outcome", en=f"[activities] “{label}”: kind end needs an outcome"),
            Text(zh="可用的 outcome：" + "、".join(Outcome), en="outcome is one of " + ", ".join(Outcome)),
        )
    days = entry.expected_customer_days
    several = entry.multi_instance
    return ActivityMeaning(
        label=label,
        step=step,
        party=party,
        party_from=party_from,
        kind=kind,
        kind_from=kind_from,
        outcome=outcome,
        expected_customer_days=days if days is not None else step.expected_customer_days if step else None,
        multi_instance=several if several is not None else bool(step and step.multi_instance),
    )


def _first(*choices: tuple[E | None, str]) -> tuple[E | None, str | None]:
    return next(((value, source) for value, source in choices if value is not None), (None, None))


def _said(entry: _Mapped | None) -> bool:
    return entry is not None and entry.outcome is not None


def _definition(
    activities: Sequence[str], process: str | Path | None, entries: Mapping[str, str | Mapping[str, object]]
) -> ProcessDefinition | None:
    if process is not None:
        return load(process)
    wanted = {step for entry in entries.values() if (step := _step_id(entry)) is not None}
    if wanted:
        owners = [d for d in library() if all(d.step(step) for step in wanted)]
        if not owners:
            known = {step.id for d in library() for step in d.steps}
            unknown = sorted(wanted - known)
            raise _unknown_step(unknown[0] if unknown else ", ".join(sorted(wanted)), library())
        return owners[0]
    best: list[ProcessDefinition] = []
    most = 0
    for definition in library():
        names = Names(definition)
        found = [step.id for label in activities if (step := names.step(label)) is not None]
        if len(found) < MIN_COVERAGE * len(activities) or len(set(found)) < MIN_STEPS or len(found) < most:
            continue
        best = [*best, definition] if len(found) == most else [definition]
        most = len(found)
    return best[0] if len(best) == 1 else None


def _step_id(entry: str | Mapping[str, object]) -> str | None:
    if isinstance(entry, str):
        return entry
    step = entry.get("step")
    return step if isinstance(step, str) else None


def _mapped(label: str, entry: str | Mapping[str, object], definition: ProcessDefinition | None) -> _Mapped:
    values: Mapping[str, object] = {"step": entry} if isinstance(entry, str) else entry
    for key in values:
        if key not in MAPPING_KEYS:
            raise UsageError(
                "MAPPING_KEY",
                Text(zh=f"[activities]「{label}」：没有「{key}」这一项", en=f"[activities] “{label}”: there is no key “{key}”"),
                Text(zh="可用的项：" + "、".join(MAPPING_KEYS), en="choose from " + ", ".join(MAPPING_KEYS)),
            )
    step = None
    if "step" in values:
        step = definition.step(str(values["step"])) if definition else None
        if step is None:
            raise _unknown_step(str(values["step"]), (definition,) if definition else library())
    days = values.get("expected_customer_days")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int | float) or days <= 0):
        raise _bad_value(label, "expected_customer_days", days, Text(zh="应为大于 0 的天数", en="give a number of days above 0"))
    several = values.get("multi_instance")
    if several is not None and not isinstance(several, bool):
        raise _bad_value(label, "multi_instance", several, Text(zh="应为 true 或 false", en="give true or false"))
    return _Mapped(
        step,
        _choice(label, "party", values.get("party"), Party),
        _choice(label, "kind", values.get("kind"), Kind),
        _choice(label, "outcome", values.get("outcome"), Outcome),
        float(days) if days is not None else None,
        several,
    )


def _choice(label: str, key: str, value: object, of: type[E]) -> E | None:
    if value is None:
        return None
    try:
        return of(str(value))
    except ValueError:
        names = tuple(of)
        raise _bad_value(label, key, value, Text(zh="可用的值：" + "、".join(names), en="choose from " + ", ".join(names))) from None


def _bad_value(label: str, key: str, value: object, hint: Text) -> UsageError:
    return UsageError(
        "MAPPING_VALUE",
        Text(zh=f"[activities]「{label}」：{key} 的值「{value}」无效", en=f"[activities] “{label}”: “{value}” is no {key}"),
        hint,
    )


def _unknown_step(step: str, definitions: Sequence[ProcessDefinition]) -> UsageError:
    valid = ", ".join(s.id for d in definitions for s in d.steps)
    return UsageError(
        "MAPPING_STEP",
        Text(zh=f"[activities]：流程定义中没有环节「{step}」", en=f"[activities]: no process definition has a step “{step}”"),
        Text(zh=f"可用的环节：{valid}", en=f"choose from {valid}"),
    )


def _tidy(label: str) -> str:
    """As the reader keeps labels: NFKC, trimmed, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFKC", label).split())
