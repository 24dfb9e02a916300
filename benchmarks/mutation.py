"""How many small faults in the causes and the advice the tests notice: python benchmarks/mutation.py [--group NAME] [--mutants N]
[--seed S] [--minutes M] [--keep FILE] [--write]

Needs cosmic-ray (pip install cosmic-ray), which makes the faults. --keep adds the answers to a file, so that groups may be run apart;
--write puts all that it holds into docs/trust_mutation.md.
"""

import argparse
import ast
import importlib
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import coverage
import hypothesis
import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from written import ROOT, write

from bankmine.stats.shares import wilson

MEASURE = "causes busy starts batches enablement customer waiting"
GROUPS = {
    "causes": [f"bankmine/measure/{name}.py" for name in MEASURE.split()],
    "advice": sorted(str(path.relative_to(ROOT)) for path in (ROOT / "bankmine/advice").glob("[!_]*.py")),
}
TESTS = {
    "causes": ["tests/measure", "tests/test_laws.py", "tests/patterns/test_patterns.py"],
    "advice": ["tests/advice", "tests/patterns", "tests/report/test_diagnoses.py", "tests/cli/test_own_rules_and_answers.py"],
}
SWAPS = ["Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "LShift_RShift", "BitOr_BitAnd", "BitAnd_BitOr"]
TURNS = ["Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is"]
SIGNS = ["Delete_USub", "Delete_Invert", "Delete_Not"]
OTHERS = [
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
]
OPERATORS = [
    *(f"ReplaceBinaryOperator_{name}" for name in SWAPS),
    *(f"ReplaceComparisonOperator_{name}" for name in TURNS),
    *(f"ReplaceUnaryOperator_{name}" for name in SIGNS),
    *OTHERS,
]
JUDGED = ROOT / "benchmarks" / "mutation_equivalent.toml"
HEAVY = ["fastexcel", "graphviz", "jinja2", "lxml.etree", "matplotlib.pyplot", "pandas", "polars", "rich.console", "scipy.stats", "typer"]
LOUD_ENOUGH = 8  # tests that fail by an exception, after which no assertion is waited for
PATIENCE = 10.0  # times what the tests take without a fault, and at least
LEAST_S = 60.0
ABOUT = """
A mutant is the code with one small fault: an operator, a comparison, a number, a truth value turned. Drawn by the seed from all that
cosmic-ray can make of the modules (annotations and decorators left out), each is run against the tests that run its line, and counts as
noticed if one of them fails by an assertion about a result. Where every such test only stops with an exception, which no user could take
for an answer, or does not end, the mutant is counted apart and is in no score. Equivalent are those that were read one by one and change
no result; the reasons are below. Score: noticed by an assertion, of those that give an answer and are not equivalent, with its 90 %
interval over what could have been drawn.
"""

Outcome = Literal["assertion", "exception", "timeout", "survived"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the module's text with it, its first line that differs, before and after."""

    module: str
    operator: str
    code: str
    line: int
    before: str
    after: str


def mutants(module: str) -> list[Mutant]:
    """All of one module; those that only change an annotation or a docstring are none."""
    source = (ROOT / module).read_text(encoding="utf-8")
    meant, lines = _meaning(source), source.splitlines()
    found = []
    for name in OPERATORS:
        operator, occurrence = get_operator(f"core/{name}")(), 0
        while (code := mutate_code(source, operator, occurrence)) is not None:
            occurrence += 1
            if _meaning(code) in (meant, None):
                continue
            changed = code.splitlines()
            line = next(n for n, (old, new) in enumerate(zip(lines, changed, strict=False)) if old != new)
            found.append(Mutant(module, name, code, line + 1, lines[line].strip(), changed[line].strip()))
    return found


def _meaning(source: str) -> str | None:
    """What runs of it; None where it is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = []
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.test = ast.Constant(None)
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Name("_")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in ("Rule", "Kind", "Outcome"):
            node.value = ast.Constant(None)
    return ast.dump(tree)


class Watch:
    """A pytest plugin: what made tests fail; with `lines`, which test ran which lines of the modules, and how long each took."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.assertion = ""
        self.exceptions: list[str] = []
        self.seconds: dict[str, float] = {}
        self.ran = 0
        self._cover = coverage.Coverage(include=[str(Path.cwd() / m) for m in modules], data_file=None) if modules else None
        if self._cover is not None:
            self._cover.start()  # before the first import

    def pytest_configure(self) -> None:
        """No shrinking, the same examples every time."""
        quick = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutation", derandomize=True, phases=quick, deadline=None, database=None)
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if self._cover is not None:
            self._cover.switch_context(item.nodeid)
        begin = time.monotonic()
        result = yield
        self.seconds[item.nodeid] = time.monotonic() - begin
        self.ran += 1
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        result = yield
        if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
            if call.excinfo.errisinstance((AssertionError, pytest.fail.Exception)):
                self.assertion = item.nodeid
            else:
                self.exceptions.append(item.nodeid)
            if self.assertion or (self._cover is None and len(self.exceptions) >= LOUD_ENOUGH):
                item.session.shouldstop = "noticed"
        return result

    def lines(self) -> dict[str, dict[int, list[str]]]:
        """By module and line the tests that ran it; "" is the import."""
        assert self._cover is not None
        self._cover.stop()
        data = self._cover.get_data()
        return {str(Path(file).relative_to(Path.cwd())): data.contexts_by_lineno(file) for file in data.measured_files()}


def forked(task: Callable[[], Any], seconds: float) -> Any:
    """What the task returns in a process of its own, as JSON; None where it takes longer."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        with os.fdopen(writer, "w", encoding="utf-8") as out:
            json.dump(task(), out)
        os._exit(0)
    os.close(writer)
    said = b""
    until = time.monotonic() + seconds
    with os.fdopen(reader, "rb", buffering=0) as source:
        while select.select([source], [], [], max(until - time.monotonic(), 0))[0]:
            piece = source.read(1 << 16)
            if not piece:
                os.waitpid(child, 0)
                return json.loads(said)
            said += piece
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _pytest(arguments: Sequence[str], watch: Watch) -> int:
    return int(pytest.main([*arguments, "-q", "-p", "no:cacheprovider", "-p", "no:xdist"], plugins=[watch]))


def baseline(modules: Sequence[str], tests: Sequence[str]) -> dict[str, Any]:
    watch = Watch(modules)
    code = _pytest(tests, watch)
    return {"code": code, "seconds": watch.seconds, "lines": watch.lines(), "failed": [watch.assertion, *watch.exceptions]}


def trial(tests: Sequence[str]) -> dict[str, Any]:
    sys.dont_write_bytecode = True
    watch = Watch()
    code = _pytest(tests, watch)
    return {"code": code, "assertion": watch.assertion, "exceptions": watch.exceptions, "ran": watch.ran}


@cache
def spans(module: str) -> tuple[tuple[int, int], ...]:
    """The lines of each statement; of one with a body, its head."""
    found = []
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            found.append((node.lineno, (body[0].lineno - 1 if body else node.end_lineno) or node.lineno))
    return tuple(sorted(found, key=lambda span: span[1] - span[0]))


def concerned(mutant: Mutant, known: Mapping[str, Any]) -> list[str]:
    """The tests that run the mutant's statement, quickest first; all of its module where only the import runs it."""
    lines = known["lines"].get(mutant.module, {})
    first, last = next(((a, b) for a, b in spans(mutant.module) if a <= mutant.line <= b), (mutant.line, mutant.line))
    here = {test for n in range(first, last + 1) for test in lines.get(str(n), ())} - {""}
    if not here:
        at_import = any("" in lines.get(str(n), ()) for n in range(first, last + 1))
        here = {test for tests in lines.values() for test in tests} - {""} if at_import else set()
    return sorted(here, key=lambda test: (known["seconds"].get(test, 0.0), test))


def judge(mutant: Mutant, known: Mapping[str, Any], tree: Path) -> tuple[Outcome, str]:
    """What came of it, and by which test."""
    tests = concerned(mutant, known)
    if not tests:
        return "survived", "no test runs it"
    place = tree / mutant.module
    sound = place.read_text(encoding="utf-8")
    for stale in (place.parent / "__pycache__").glob(f"{place.stem}.*.pyc"):
        stale.unlink()
    place.write_text(mutant.code, encoding="utf-8")
    try:
        usual = sum(known["seconds"][test] for test in tests)
        found = forked(lambda: trial(tests), max(LEAST_S, PATIENCE * usual))
    finally:
        place.write_text(sound, encoding="utf-8")
    if found is None:
        return "timeout", ""
    if found["assertion"]:
        return "assertion", found["assertion"]
    if found["exceptions"] or found["code"] not in (0, 1):
        return "exception", (found["exceptions"] or ["import"])[0]
    return ("survived", "") if found["ran"] == len(tests) else ("exception", "fewer tests ran")


def run(group: str, many: int | None, seed: int, minutes: float, tree: Path) -> list[tuple[Mutant, Outcome]]:
    """The first `many` mutants in the order of the seed, fewer where the time is up."""
    every = [mutant for module in GROUPS[group] for mutant in mutants(module)]
    drawn = random.Random(seed).sample(every, min(many or len(every), len(every)))  # noqa: S311
    tests = [test for test in TESTS[group] if (tree / test).exists()]
    known = forked(lambda: baseline(GROUPS[group], tests), 900)
    if known is None or known["code"]:
        sys.exit(f"the tests do not pass without a fault: {known and known['failed']}")
    print(
        f"{group}: {len(drawn)} of {len(every)} mutants, {len(known['seconds'])} tests in {sum(known['seconds'].values()):.0f} s",
        flush=True,
    )
    found: list[tuple[Mutant, Outcome]] = []
    until = time.monotonic() + minutes * 60
    for number, mutant in enumerate(drawn, 1):
        if time.monotonic() > until:
            break
        outcome, test = judge(mutant, known, tree)
        found.append((mutant, outcome))
        if outcome != "assertion":
            print(
                f"{number} {outcome} {mutant.module}:{mutant.line} {mutant.operator} {test}\n  {mutant.before}\n  {mutant.after}",
                flush=True,
            )
    return found


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant changes no result, by module, line before and line after."""
    entries = tomllib.loads(JUDGED.read_text(encoding="utf-8"))["mutant"] if JUDGED.exists() else []
    return {(entry["module"], entry["before"], entry["after"]): entry["why"] for entry in entries}


def report(groups: Sequence[Mapping[str, Any]]) -> str:
    """The table, and what survived."""
    known = reasons()
    lines = [
        "| | commit | seed | mutants | drawn | by an assertion | survived | equivalent | stopped | not ended | score | 90 % interval |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    details = []
    for group in groups:
        count: dict[str, int] = defaultdict(int)
        left, same = [], []
        for module, line, before, after, outcome in group["found"]:
            why = known.get((module, before, after)) if outcome == "survived" else None
            count["equivalent" if why else outcome] += 1
            said = f"- `{module}:{line}` `{before}` → `{after}`"
            if why:
                same.append(f"{said}: {why}")
            elif outcome in ("survived", "timeout"):
                left.append(said)
        low, high = wilson(count["assertion"], count["assertion"] + count["survived"])
        lines.append(
            f"| {group['name']} | {group['commit']} | {group['seed']} | {group['every']} | {len(group['found'])} | {count['assertion']} | "
            f"{count['survived']} | {count['equivalent']} | {count['exception']} | {count['timeout']} | "
            f"{count['assertion'] / (count['assertion'] + count['survived']):.1%} | {low:.1%}-{high:.1%} |"
        )
        details += ["", f"## {group['name'].capitalize()}: survived", "", *sorted(left), "", "Equivalent:", "", *sorted(same)]
    return "\n".join([*lines, *details])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", choices=tuple(GROUPS), action="append")
    parser.add_argument("--mutants", type=int, default=200, help="of each group; 0 = all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600.0, help="for each group")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    groups: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "notebooks", ".hypothesis", "*_cache"))
        os.chdir(tree)
        sys.path[:] = [str(tree), *(p for p in sys.path if p not in (str(ROOT), ""))]
        for name in [name for name in sys.modules if name.split(".")[0] == "bankmine"]:
            del sys.modules[name]  # each run imports its own
        for name in HEAVY:
            importlib.import_module(name)
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        for group in given.group or GROUPS:
            found = run(group, given.mutants or None, given.seed, given.minutes, tree)
            every = sum(len(mutants(module)) for module in GROUPS[group])
            rows = [(m.module, m.line, m.before, m.after, outcome) for m, outcome in found]
            groups.append({"name": group, "commit": commit, "seed": given.seed, "every": every, "found": rows})
        os.chdir(ROOT)
    if given.keep is not None:
        groups = [*(json.loads(given.keep.read_text(encoding="utf-8")) if given.keep.exists() else []), *groups]
        given.keep.write_text(json.dumps(groups), encoding="utf-8")
    table = report(groups)
    print(table)
    if given.write:
        write("trust_mutation", "Do the tests notice faults?", "python benchmarks/mutation.py --write", ABOUT, table)


if __name__ == "__main__":
    main()
