"""What is promised about the package itself: licence, dependencies, lock file, length of lines, links."""

import hashlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import bankmine

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOWEST = (ROOT / "requirements.lowest.txt").read_text(encoding="utf-8")
DIRECT = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]]


def locked(name: str) -> list[Version]:
    """The versions of a distribution in the lock file, one for each range of Pythons."""
    return [Version(version) for version in re.findall(rf"^{re.escape(name)}==(\S+)", LOCK, re.MULTILINE)]


def test_the_licence_is_the_text_that_gnu_publishes() -> None:
    text = (ROOT / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == "8486a10c4393cee1c25392769ddd3b2d6c242d6ec7928e1414efff7dfb2f07ef"
    assert PROJECT["license"] == "AGPL-3.0-or-later"


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["version"] == bankmine.__version__
    assert f"\n## {bankmine.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_every_dependency_has_a_lower_bound_and_is_locked_above_it(requirement: Requirement) -> None:
    assert any(bound.operator == ">=" for bound in requirement.specifier)
    versions = locked(requirement.name)
    assert versions
    assert all(version in requirement.specifier for version in versions)


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_the_lowest_versions_are_those_that_the_bounds_name(requirement: Requirement) -> None:
    """`.ci/run` installs them: bounds that nobody tries are guesses."""
    pinned = re.search(rf"^{re.escape(requirement.name)}(?:\[\w+\])?==(\S+)", LOWEST, re.MULTILINE)
    bound = next(Version(one.version) for one in requirement.specifier if one.operator == ">=")
    assert pinned is not None and Version(pinned[1]) in requirement.specifier
    assert Version(pinned[1]).release[: len(bound.release)] == bound.release


def test_the_lock_file_has_a_hash_for_everything_and_no_address() -> None:
    entries = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert len(entries) > len(DIRECT)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|^--", LOCK, re.MULTILINE)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, bankmine; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    heavy = {"numpy", "pandas", "polars", "pm4py", "scipy", "matplotlib", "lxml", "pydantic", "rich", "typer"}
    assert heavy.isdisjoint(loaded)


def test_every_public_name_is_there() -> None:
    assert len(bankmine.__all__) <= 20
    assert all(getattr(bankmine, name) is not None for name in bankmine.__all__)


def test_lines_have_at_most_140_characters() -> None:
    files = [path for folder in ("bankmine", "tests", "benchmarks", "notebooks") for path in (ROOT / folder).rglob("*.py")]
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted(files)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 140
    ]
    assert not long


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_into_the_repository_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
