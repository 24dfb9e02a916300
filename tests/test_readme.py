"""Everything that the README tells people to type does what it says."""

import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from bankmine.cli import main
from bankmine.sample import PROBLEMS
from bankmine.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [(kind, body) for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]
INSTALLS = re.findall(r"^<!-- command: (\w+) -->\n```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for kind, body in BLOCKS if kind == "sh" for line in body.splitlines() if line.startswith("bankmine ")]

# The first column of the table of commands: "`bankmine waiting`, `rework`, `variants LOG`".
LISTED = [
    cell.removeprefix("bankmine ").split()[0]
    for row in re.findall(r"^\| (`bankmine .*?) \|", README, re.MULTILINE)
    for cell in re.findall(r"`([^`]+)`", row)
]


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of a command line, run in this process so that libraries are loaded once for all."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    try:
        return main()
    except SystemExit as end:  # --help ends the process
        return int(end.code or 0)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the sample logs, so that outputs do not land in the checkout."""
    (tmp_path / "sample_logs").symlink_to(ROOT / "sample_logs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_installing_commands_are_there_for_the_checks_to_run() -> None:
    assert [name for name, _ in INSTALLS] == ["analyze", "test"]
    assert all(body.count("\n") == 1 for _, body in INSTALLS), "each is one line, enough by itself"


def test_every_block_is_of_a_kind_that_is_run() -> None:
    assert {kind for kind, _ in BLOCKS} == {"sh", "python", "text", "toml"}
    assert all(line.startswith(("bankmine ", "python3 -m venv ")) for kind, body in BLOCKS if kind == "sh" for line in body.splitlines())


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_run(line: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line, monkeypatch) == 0
    outputs = re.findall(r"(?:--report|--json|-o) (\S+)", line)
    assert all((elsewhere / name).stat().st_size > 0 for name in outputs)
    assert capsys.readouterr().out


def test_configurations_are_valid() -> None:
    for body in (body for kind, body in BLOCKS if kind == "toml"):
        assert Settings.model_validate(tomllib.loads(body)).calendar.holidays == "CN"


def test_the_jobs_of_the_scheduling_page_are_valid() -> None:
    page = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert [Settings.model_validate(tomllib.loads(body)).job[0].name for body in blocks] == ["loans-weekly", "loans-db"]


def test_output_shown_is_output_printed(elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("bankmine analyze sample_logs/loan.csv", monkeypatch) == 0
    printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
    shown = [line for kind, body in BLOCKS if kind == "text" for line in body.splitlines()]
    assert shown
    assert [line for line in shown if line.rstrip() not in printed] == []


def test_the_self_test_of_the_readme_is_of_every_pattern_that_is_planted() -> None:
    told = README.split("<!-- recall: begin -->")[1].split("<!-- recall: end -->")[0]
    assert re.findall(r"^\| (P\d\d) \|", told, re.MULTILINE) == sorted(PROBLEMS), "run python benchmarks/recall.py --seeds 2 --write"


def test_python_runs(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(body for kind, body in BLOCKS if kind == "python")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    assert len(names["log"]) > len(names["usual"]) > 0
    assert len(names["frame"]) == len(names["log"])
    assert "D6" in capsys.readouterr().out
    assert (elsewhere / "loan.html").stat().st_size > 0


@pytest.mark.parametrize("command", LISTED)
def test_commands_of_the_table_exist(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(f"bankmine {command} --help", monkeypatch) == 0


def test_options_that_are_named_exist(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (*LISTED, ""):
        run(f"bankmine {command} --help", monkeypatch)
    known = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))
    ours = [code for code in re.findall(r"`([^`\n]+)`", README) if "pip" not in code and not code.startswith("python benchmarks/")]
    named = {option for code in ours for option in re.findall(r"--[a-z][a-z-]*", code)}
    assert named - known == {"--no-index", "--find-links"}, "those two are pip's"
