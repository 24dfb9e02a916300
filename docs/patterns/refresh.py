"""Writes a page for each pattern from its class and its examples, and the list of them; the same code gives the same bytes.

python docs/patterns/refresh.py
"""

import tomllib
from pathlib import Path

from bankmine.patterns import Pattern, pattern_classes
from bankmine.patterns.describe import definition, described

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parents[1] / "tests" / "patterns"


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    classes = pattern_classes()
    found = {f"{code}.md": page(pattern) for code, pattern in classes.items()}
    rows = [
        f"| [{code}]({code}.md) | {of.title.en} | {of.title.zh} | {', '.join(of.diagnoses)} | {definition(of)[0].split('. ')[0].rstrip('.')} |"
        for code, of in classes.items()
    ]
    index = "# Patterns\n\nWhat bankmine looks for. Made from the classes by `python docs/patterns/refresh.py`.\n\n"
    header = "| code | pattern | 模式 | diagnoses | what it is |\n|---|---|---|---|---|\n"
    return found | {"README.md": index + header + "\n".join(rows) + "\n"}


def page(pattern: type[Pattern]) -> str:
    """One pattern: what it is, its thresholds, what it calls for, and logs on which it speaks and is silent."""
    thresholds = [f"| `{name}` | {value:g} |" for name, value in pattern.thresholds().items()]
    parts = [
        f"# {pattern.code} {pattern.title.en} · {pattern.title.zh}",
        "Made from the class by `python docs/patterns/refresh.py`.",
        *definition(pattern),
        "## Thresholds",
        f"Set in `bankmine.toml` under `[rules.{pattern.code}]`." if thresholds else "None.",
        *(["\n".join(["| threshold | default |", "|---|---|", *thresholds])] if thresholds else []),
        "## What it calls for",
        "\n".join(
            ["| | | |", "|---|---|---|", *(f"| {name.en} | {value.en} | {name.zh}：{value.zh} |" for name, value in described(pattern))]
        ),
    ]
    return "\n\n".join([*parts, *examples(pattern.code)]) + "\n"


def examples(code: str) -> list[str]:
    """The logs of the tests: on which it fires and on which it must not."""
    file = EXAMPLES / f"{code}.toml"
    if not file.exists():
        return []
    text = file.read_text(encoding="utf-8").strip()
    fires = tomllib.loads(text)["fires"]
    said = (
        f"On the log under `[fires]` it is found at “{fires['activity']}”, with {fires['affected']} cases; on those whose names begin with "
        "`silent` it is not. Each case is written with how often it occurs; times are hours, `@` is who did it."
    )
    return ["## Examples", said, f"```toml\n{text}\n```"]


def refresh() -> None:
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
