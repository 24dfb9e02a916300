"""Writes a page for each command: its help, and an example run on a sample log with what it prints; the same code gives the same bytes.

python docs/commands/refresh.py
"""

import contextlib
import io
import os
import shlex
import sys
import tempfile
from pathlib import Path

from bankmine.cli import main
from bankmine.cli.main import EXAMPLES

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
LINES = 30  # of an example's output that a page has room for
# What is typed, from a folder that has the sample logs in it.
RUNS = {
    "analyze": ["bankmine analyze sample_logs/loan.csv --report loan.html --json loan.json --excel loan.xlsx"],
    "diagnose": ["bankmine diagnose sample_logs/bankmine.toml --report bank.html"],
    "check": ["bankmine check sample_logs/payment.csv"],
    "discover": ["bankmine discover sample_logs/loan.csv -o loan.svg"],
    "waiting": ["bankmine waiting sample_logs/loan.csv --format csv"],
    "rework": ["bankmine rework sample_logs/deposit.csv"],
    "variants": ["bankmine variants sample_logs/payment.csv --where channel=online"],
    "resources": ["bankmine resources sample_logs/loan.csv"],
    "conformance": ["bankmine conformance sample_logs/loan.csv"],
    "segments": ["bankmine segments sample_logs/loan.csv --by channel"],
    "simulate": ['bankmine simulate sample_logs/loan.csv --change "Credit analyst +1"'],
    "explain": ["bankmine explain sample_logs/loan.csv 1", "bankmine explain sample_logs/loan.csv line:61"],
    "compare": ["bankmine compare sample_logs/loan.csv --at 2024-03-01 --twin off"],
    "monitor": ["bankmine monitor sample_logs/loan.csv"],
    "run": ["bankmine run --config bankmine.toml"],
    "schedule": ["bankmine schedule cron --job loans-weekly", "bankmine schedule systemd --job loans-weekly"],
    "verify": ["bankmine verify reports/2024-04-29"],
    "sample": ["bankmine sample logs --seed 7"],
    "schema": ["bankmine schema"],
}


JOB = """[[job]]
name = "loans-weekly"
log = "sample_logs/loan.csv"
process = "loan"
outputs = ["loans.html", "loans.json", "open-cases.csv"]
"""


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    names = [command.__name__ for command in EXAMPLES]
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        Path("sample_logs").symlink_to(ROOT / "sample_logs")
        Path("bankmine.toml").write_text(JOB, encoding="utf-8")
        found = {f"{name}.md": page(name) for name in names}
    rows = [f"| [{name}]({name}.md) | {found[f'{name}.md'].splitlines()[4]} |" for name in names]
    index = "# Commands\n\nMade by `python docs/commands/refresh.py`, which ran every example.\n\n| command | does |\n|---|---|\n"
    return found | {"README.md": index + "\n".join(rows) + "\n"}


def page(name: str) -> str:
    """One command: what it does, examples with their output, its options."""
    told = printed(f"bankmine {name} --help")
    about, _, options = told.partition("\n\n")[2].partition("\n\nArguments:" if "\n\nArguments:" in told else "\n\nOptions:")
    sentences = "\n\n".join(" ".join(part.split()) for part in about.split("\n\n"))
    examples = "\n\n".join(f"```sh\n{line}\n```\n\n```text\n{shortened(printed(line))}\n```" for line in RUNS[name])
    head = "Arguments:" if "\n\nArguments:" in told else "Options:"
    return (
        f"# bankmine {name}\n\nMade by `python docs/commands/refresh.py`.\n\n{sentences}\n\n## Example\n\n{examples}\n\n"
        f"## Options\n\n```text\n{head}{options.rpartition('Example:')[0].rstrip() or options.rstrip()}\n```\n"
    )


def printed(line: str) -> str:
    """What a command line prints. Raises RuntimeError if it does not end well."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        try:
            status = main(shlex.split(line)[1:])
        except SystemExit as end:
            status = end.code
    if status:
        raise RuntimeError(f"{line}: exit {status}")
    # Where this machine keeps its programs and this script its folder is nobody's concern.
    text = out.getvalue().replace(str(Path(sys.executable).absolute()), "/opt/bankmine/bin/python").replace(str(Path.cwd()), "/srv/bank")
    return "\n".join(each.rstrip() for each in text.splitlines())


def shortened(text: str) -> str:
    lines = text.splitlines()
    return text if len(lines) <= LINES else "\n".join([*lines[:LINES], f"… and {len(lines) - LINES} more lines"])


def refresh() -> None:
    os.environ.pop("COLUMNS", None)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
