"""A benchmark's table as a page of docs, with the commit and the day on which it was made."""

import datetime
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def write(name: str, title: str, command: str, about: str, table: str) -> None:
    """docs/NAME.md: how it was made, what it is about, the table."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    day = datetime.datetime.now(tz=datetime.UTC).date()
    page = f"# {title}\n\nMade by `{command}` at commit {commit}, {day}.\n\n{about.strip()}\n\n{table}\n"
    (ROOT / "docs" / f"{name}.md").write_text(page, encoding="utf-8")
