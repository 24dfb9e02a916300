"""docs/licences.md lists what the lock installs at run time, with licences that go with ours."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTED = re.findall(r"^\| ([\w.-]+) \| ([^|]+) \| (.+) \|$", (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
COMPATIBLE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|Zlib|0BSD|CC0|HPND|GPL|Unlicense|Matplotlib|Public Domain|OFL", re.IGNORECASE
)


def test_the_list_is_that_of_the_lock() -> None:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert len(LISTED) > 20
    for name, versions, _ in LISTED:
        assert versions == ", ".join(re.findall(rf"^{re.escape(name)}==([^\s;\\]+)", locked, re.MULTILINE)), "run docs/licences.py"


def test_every_direct_dependency_is_listed() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[<>=\[]", each)[0].lower() for each in project["dependencies"]}
    assert direct <= {name for name, _, _ in LISTED}


def test_every_licence_goes_with_ours() -> None:
    assert [(name, licence) for name, _, licence in LISTED if not COMPATIBLE.search(licence)] == []
