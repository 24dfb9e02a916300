"""What a run read and wrote, to be checked later: sizes and SHA-256 of inputs and outputs (trust.md T11)."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Protocol

from bankmine import __version__
from bankmine.errors import InputError
from bankmine.log.eventlog import EventLog
from bankmine.settings import Settings
from bankmine.show.records import json_bytes
from bankmine.words import Text

SCHEMA = "bankmine.audit/1"
NAME = "audit.json"
LIBRARIES = ("numpy", "pandas", "pm4py", "polars", "scipy")
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of an audit: whether it is as it was ("same"), otherwise ("changed"), or not there ("missing")."""

    role: str
    name: str
    state: str


def audit_name(output: Path) -> Path:
    """The audit file of an output that was written alone."""
    return output.with_name(f"{output.name}.{NAME}")


class Analysed(Protocol):
    """What came of a log, and how it was asked for."""

    @property
    def log(self) -> EventLog: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def process(self) -> str | Path | None: ...


def audit(
    analyses: Sequence[Analysed],
    outputs: Mapping[Path, bytes],
    place: Path,
    *,
    exit_status: int,
    config: Path | None = None,
    run: str | None = None,
) -> bytes:
    """The audit of a run as JSON; only here the run's own clock is told. `place`: where it will lie; paths in it count from there.

    Rows are added up over the logs; two parts of one log count once. `people`: how they appear in the outputs ("show": by name).
    """
    sources = list({each.log.source.files: each.log.source for each in analyses}.values())
    parameters = [(name, str(value)) for source in sources for name, value in source.parameters.items()]
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "run": run,
        "written": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "exit": exit_status,
        "people": analyses[0].settings.privacy.people,
        "config": None if config is None else _entry(config, config.read_bytes(), place),
        "inputs": [
            *({"path": _path(Path(f.name), place), "bytes": f.bytes, "sha256": f.sha256} for source in sources for f in source.files),
            *(_entry(path, path.read_bytes(), place) for path in beside(analyses, config)),
        ],
        "outputs": [_entry(path, content, place) for path, content in outputs.items()],
        "rows": {name: sum(getattr(source, f"rows_{name}") for source in sources) for name in ("read", "used", "set_aside", "merged")},
        "parameters": {name: " | ".join(dict.fromkeys(v for n, v in parameters if n == name)) for name in sorted(dict(parameters))},
        "versions": {"python": platform.python_version()} | {name: installed(name) for name in LIBRARIES},
    }
    return json_bytes({**body, "digest": _digest(body)})


def beside(analyses: Sequence[Analysed], config: Path | None) -> list[Path]:
    """What the analyses read besides their logs and the `config`: own configurations, definitions, rules, answers."""
    named = [
        path
        for each in analyses
        for path in (
            each.settings.file,
            None if each.process is None else Path(each.process),
            *map(each.settings.beside, (*each.settings.controls.files, *filter(None, (each.settings.survey.file,)))),
        )
        if path is not None and path.suffix and path.is_file()
    ]
    return [path for path in dict.fromkeys(named) if config is None or path.absolute() != config.absolute()]


def verify(report: Path) -> list[Checked]:
    """Every file of the audit of a report (a file that was written alone, a folder of a job, or the audit itself), checked again.

    The audit itself comes first: it holds its own digest. Raises InputError AUDIT_MISSING, AUDIT_BROKEN.
    """
    place = next(
        (p for p in (report / NAME, audit_name(report), report.parent / NAME, report) if p.is_file() and p.name.endswith(NAME)), None
    )
    if place is None:
        raise InputError(
            "AUDIT_MISSING",
            Text(zh="没有与之对应的审计文件。", en="it has no audit file."),
            Text(
                zh=f"应为 {report.name}.{NAME}，或同一目录中的 {NAME}。", en=f"it would be {report.name}.{NAME}, or {NAME} in its folder."
            ),
            str(report),
        )
    try:
        body = json.loads(place.read_bytes())
        digest = body.pop("digest")
        files = [("output", each) for each in body["outputs"]] + [("input", each) for each in body["inputs"]]
        if body["config"] is not None:
            files.append(("config", body["config"]))
        found = [Checked("audit", place.name, "same" if digest == _digest(body) else "changed")]
        found += [Checked(role, str(each["path"]), _state(place.parent / each["path"], each)) for role, each in files]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputError(
            "AUDIT_BROKEN",
            Text(zh="审计文件无法读取或已损坏。", en="the audit file cannot be read or is damaged."),
            Text(zh="请从备份恢复，或重新生成报告。", en="restore it from a backup, or make the report again."),
            str(place),
        ) from error
    return found


def _state(path: Path, entry: Mapping[str, Any]) -> str:
    if not path.is_file():
        return "missing"
    return "same" if path.stat().st_size == entry["bytes"] and sha256_of(path) == entry["sha256"] else "changed"


def sha256_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def _entry(path: Path, content: bytes, place: Path) -> dict[str, object]:
    return {"path": _path(path, place), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _path(path: Path, place: Path) -> str:
    """A path as seen from the audit file; as it is where it lies on another drive."""
    try:
        return Path(os.path.relpath(path.absolute(), place.absolute().parent)).as_posix()
    except ValueError:  # pragma: no cover - drives are known to Windows alone
        return path.as_posix()


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
