"""The page of each command shows what the command prints."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "docs" / "commands"


def test_the_pages_show_what_is_printed() -> None:
    spec = spec_from_file_location("command_pages", FOLDER / "refresh.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == module.pages(), "run python docs/commands/refresh.py"
