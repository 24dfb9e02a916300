"""Writes docs/licences.md from what is installed: python docs/licences.py

Every package that bankmine needs at run time, directly or not, with the versions of requirements.lock (some depend on Python's) and the
licence that it states.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

HERE = Path(__file__).resolve().parent
ABOUT = """# Licences of what is installed with bankmine

bankmine is AGPL-3.0-or-later. Made by `python docs/licences.py` from the packages' own statements; `tests/test_licences.py` holds the list
against `requirements.lock`.

| package | version | licence |
|---|---|---|
"""


# Whose metadata names no licence by its usual name: what the project itself says.
STATED = {"cvxopt": "GPL-3.0-or-later"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(name: str, found: dict[str, str]) -> None:
    """Adds a package and what it needs, where that is installed; extras are not."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return
    if normal(name) in found:
        return
    found[normal(name)] = STATED.get(normal(name)) or licence(installed.metadata)
    for requirement in installed.requires or []:
        if "extra ==" not in requirement:
            needed(re.split(r"[^\w.-]", requirement, maxsplit=1)[0], found)


def licence(metadata: object) -> str:
    """The expression, else the classifiers, else the first line of the free text."""
    stated = metadata.get("License-Expression")  # type: ignore[attr-defined]
    classes = [each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]  # type: ignore[attr-defined]
    free = (metadata.get("License") or "not stated").strip().splitlines()[0]  # type: ignore[attr-defined]
    return str(stated or ", ".join(each for each in classes if each != "OSI Approved") or free).replace("|", "/")


def main() -> None:
    found: dict[str, str] = {}
    needed("bankmine", found)
    del found["bankmine"]
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==([^\s;\\]+)", (HERE.parent / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE
    ):
        locked.setdefault(normal(name), []).append(version)
    rows = [f"| {name} | {', '.join(locked.get(name, ['not locked']))} | {text} |\n" for name, text in sorted(found.items())]
    (HERE / "licences.md").write_text(ABOUT + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
