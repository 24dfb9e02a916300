"""The page of each pattern says what its class says."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from bankmine.patterns import pattern_classes
from bankmine.patterns.describe import definition
from bankmine.process.plan import SECTIONS

FOLDER = Path(__file__).parent.parent / "docs" / "patterns"


def pages() -> dict[str, str]:
    spec = spec_from_file_location("pattern_pages", FOLDER / "refresh.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_the_pages_are_those_of_the_classes() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run python docs/patterns/refresh.py"


def test_each_pattern_says_what_it_is_and_where_it_comes_from() -> None:
    for code, pattern in pattern_classes().items():
        told = definition(pattern)
        assert len(told) >= 2, f"{code}: what it is, then when it fires"
        assert re.search(r"definitions §", " ".join(told)), f"{code}: where its measure is defined"


def test_every_section_of_the_plan_has_its_title() -> None:
    assert {section for pattern in pattern_classes().values() for section in pattern.plan} <= set(SECTIONS)
