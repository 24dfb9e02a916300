"""Process definitions from TOML: the four of the plan, or a bank's own file."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bankmine.errors import UsageError
from bankmine.process.definition import Kind, Outcome, Party, ProcessDefinition, Step
from bankmine.process.labels import fold
from bankmine.words import Text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Name = Annotated[str, Field(min_length=1)]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    zh: Name
    en: Name
    aliases: tuple[Name, ...] = ()
    party: Party
    kind: Kind = Kind.WORK
    mandatory: bool = False
    before: str | None = None
    segregated_from: tuple[str, ...] = ()
    outcome: Outcome | None = None
    expected_customer_days: Annotated[float, Field(gt=0)] | None = None
    multi_instance: bool = False
    plan: str | None = None


class _Definition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    zh: Name
    en: Name
    plan: str = ""
    step: Annotated[tuple[_Step, ...], Field(min_length=1)]


def names() -> tuple[str, ...]:
    """Ids of the definitions that come with bankmine, sorted."""
    return tuple(sorted(Path(entry.name).stem for entry in _folder().iterdir() if entry.name.endswith(".toml")))


def load(process: str | Path) -> ProcessDefinition:
    """The process definition of that id, or of a TOML file (a path, or a name that ends in .toml).

    Raises UsageError: PROCESS_UNKNOWN (with the valid names), PROCESS_FILE (cannot be read), PROCESS_INVALID (file and key).
    """
    if isinstance(process, Path) or process.endswith(".toml"):
        return _from_file(Path(process))
    if process not in names():
        valid = ", ".join(names())
        raise UsageError(
            "PROCESS_UNKNOWN",
            Text(zh=f"没有名为「{process}」的流程", en=f"there is no process “{process}”"),
            Text(
                zh=f"可用的流程：{valid}；或给出自己的定义文件（FILE.toml）",
                en=f"choose from {valid}, or give a definition file (FILE.toml)",
            ),
        )
    return _bundled(process)


def library() -> tuple[ProcessDefinition, ...]:
    """The definitions that come with bankmine, by id."""
    return tuple(_bundled(name) for name in names())


def _folder() -> "Traversable":
    return files("bankmine.process").joinpath("library")


@cache
def _bundled(name: str) -> ProcessDefinition:
    file = f"{name}.toml"
    return _definition(_folder().joinpath(file).read_text(encoding="utf-8"), file)


def _from_file(path: Path) -> ProcessDefinition:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise UsageError(
            "PROCESS_FILE",
            Text(zh=f"流程定义文件无法读取（{reason}）", en=f"the process definition cannot be read ({reason})"),
            Text(zh="检查路径；文件须为 UTF-8 编码的 TOML", en="check the path; the file must be TOML in UTF-8"),
            file=str(path),
        ) from error
    return _definition(text, str(path))


def _definition(text: str, file: str) -> ProcessDefinition:
    try:
        table = _Definition.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _invalid(file, None, str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _invalid(file, _key(first["loc"]), first["msg"]) from error
    steps = tuple(
        Step(
            id=s.id,
            name=Text(zh=s.zh, en=s.en),
            aliases=s.aliases,
            party=s.party,
            kind=s.kind,
            mandatory=s.mandatory,
            before=s.before,
            segregated_from=s.segregated_from,
            outcome=s.outcome,
            expected_customer_days=s.expected_customer_days,
            multi_instance=s.multi_instance,
            plan=s.plan,
        )
        for s in table.step
    )
    definition = ProcessDefinition(table.id, Text(zh=table.zh, en=table.en), table.plan, steps)
    _check(definition, file)
    return definition


def _check(definition: ProcessDefinition, file: str) -> None:
    """Ids are unique, references name steps, a name or alias belongs to one step only, an end says how it ends."""
    ids: set[str] = set()
    owner: dict[str, str] = {}
    known = {step.id for step in definition.steps}
    for number, step in enumerate(definition.steps, start=1):
        if step.id in ids:
            raise _invalid(file, f"step[{number}].id", f"“{step.id}” stands twice")
        ids.add(step.id)
        referred = {"before": (step.before,) if step.before else (), "segregated_from": step.segregated_from}
        for key, targets in referred.items():
            for target in targets:
                if target not in known:
                    raise _invalid(file, f"step[{number}].{key}", f"“{target}” is no step of this file")
        if step.kind is Kind.END and step.outcome is None:
            raise _invalid(file, f"step[{number}].outcome", "a step of kind end needs an outcome: " + ", ".join(Outcome))
        for name in (step.name.zh, step.name.en, *step.aliases):
            if owner.setdefault(fold(name), step.id) != step.id:
                raise _invalid(file, f"step[{number}].aliases", f"“{name}” also names {owner[fold(name)]}")


def _key(place: tuple[int | str, ...]) -> str:
    """`step[2].kind`, counted from 1 as a reader of the file would."""
    key = ""
    for part in place:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def _invalid(file: str, key: str | None, reason: str) -> UsageError:
    at = f"{key}: " if key else ""
    return UsageError(
        "PROCESS_INVALID",
        Text(zh=f"流程定义有误：{at}{reason}", en=f"not a valid process definition: {at}{reason}"),
        Text(
            zh="格式见文档的流程定义一章；可从内置的 loan.toml 改起",
            en="see the chapter on process definitions; the bundled loan.toml is a good start",
        ),
        file=file,
    )
