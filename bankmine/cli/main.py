"""The program: its commands, and how it ends (contract.md, exit status)."""

import os
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Annotated

import typer

from bankmine import __version__
from bankmine.cli.analyze import analyze
from bankmine.cli.check import check
from bankmine.cli.compare import compare
from bankmine.cli.conformance import conformance
from bankmine.cli.diagnose import diagnose
from bankmine.cli.discover import discover
from bankmine.cli.explain import explain
from bankmine.cli.measures import rework, variants, waiting
from bankmine.cli.monitor import monitor
from bankmine.cli.resources import resources
from bankmine.cli.run import run
from bankmine.cli.sample import sample
from bankmine.cli.schedule import schedule
from bankmine.cli.schema import schema
from bankmine.cli.segments import segments
from bankmine.cli.simulate import simulate
from bankmine.cli.verify import verify
from bankmine.errors import BankmineError, InputError, UsageError
from bankmine.words import Lang, Text

DONE, USAGE, BUG, INTERRUPTED = 0, 2, 70, 130
NO_MEMORY = re.compile(r"cannot allocate|allocation (of|fail)|failed to map segment|start new thread|spawn|code: 1[12]\b", re.IGNORECASE)

app = typer.Typer(
    name="bankmine",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
EXAMPLES = {
    analyze: "bankmine analyze loans.csv --report loans.html --json loans.json",
    diagnose: "bankmine diagnose sample_logs/bankmine.toml --report bank.html",
    check: "bankmine check loans.csv --rejects rejects.csv",
    discover: "bankmine discover loans.csv -o model.svg",
    waiting: "bankmine waiting loans.csv --format csv",
    rework: "bankmine rework loans.csv --where channel=online",
    variants: "bankmine variants loans.csv --from 2026-01 --to 2026-03",
    resources: "bankmine resources loans.csv",
    conformance: "bankmine conformance loans.csv --model discovered",
    segments: "bankmine segments loans.csv --by channel",
    simulate: "bankmine simulate loans.csv --change 'Credit analyst +1'",
    compare: "bankmine compare before.csv after.csv --report change.html",
    explain: "bankmine explain loans.csv 1",
    monitor: "bankmine monitor loans.csv",
    run: "bankmine run loans-weekly --config bankmine.toml",
    schedule: "bankmine schedule cron --job loans-weekly",
    verify: "bankmine verify reports/2026-03-31",
    sample: "bankmine sample sample_logs",
    schema: "bankmine schema",
}
for _command, _example in EXAMPLES.items():
    app.command(epilog=f"Example: {_example}")(_command)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"bankmine {__version__}")
        raise typer.Exit


@app.callback()
def bankmine(
    *, version: Annotated[bool, typer.Option("--version", help="Say the version and stop.", callback=_say_version, is_eager=True)] = False
) -> None:
    """Find where a bank's processes lose time, and what to change first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    _readable_streams()
    try:
        return _run(given)
    except BankmineError as error:
        from bankmine.show.format import visible

        print(*(visible(line) for line in error.lines(language(given))), sep="\n", file=sys.stderr)
        return error.exit_status


def _run(given: list[str]) -> int:
    try:
        result = app(args=given, prog_name="bankmine", standalone_mode=False)
    except BankmineError:
        raise
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except typer.TyperException as error:
        raise _usage(error) from None
    except BaseException as error:
        # Whatever else happens is our own fault, and is kept for us to read; a panic of Polars is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if _for_want_of_memory(error):
            raise out_of_memory() from None
        return _bug(language(given))
    return result if isinstance(result, int) else DONE


def _for_want_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that there is no memory, for threads too."""
    while error is not None:
        if isinstance(error, MemoryError) or NO_MEMORY.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def out_of_memory(signal: str | None = None) -> InputError:
    """The refusal of what takes more memory than there is; `signal`: the one that ended the work."""
    by = "" if signal is None else f" ({signal})"
    return InputError(
        "MEMORY",
        Text(
            zh=f"内存不足，工作已中止{by}。",
            en=f"the memory did not suffice, and the work was ended{by}.",
        ),
        Text(
            zh="请放宽内存限制，或把日志按案件分成几个文件；文件不大时，它可能已损坏。",
            en="allow it more memory, or part the log by case into several files; if the log is not large, it may be damaged.",
        ),
    )


def _usage(error: typer.TyperException) -> UsageError:
    """Typer's own complaint as an error of ours."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "bankmine")
    what = " ".join(error.format_message().split())
    return UsageError(
        "USAGE", Text(zh=f"命令行参数有误：{what}", en=what), Text(zh=f"请看 {command} --help。", en=f"see {command} --help.")
    )


def _bug(lang: Lang) -> int:
    """Keeps the traceback in a file of its own and names it."""
    place = None
    with suppress(OSError):
        handle, place = tempfile.mkstemp(prefix="bankmine-", suffix=".traceback.txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"bankmine {__version__}, Python {sys.version}\n")
            traceback.print_exc(file=file)
    if place is None:
        traceback.print_exc()
        place = Text(zh="以上输出", en="the output above").of(lang)
    print(
        Text(
            zh="bankmine: INTERNAL: 这是 bankmine 自身的错误，不是您的数据的问题。",
            en="bankmine: INTERNAL: this is a fault of bankmine, not of your data.",
        ).of(lang),
        Text(zh="hint: 请把 {place} 交给维护者。", en="hint: hand {place} to those who maintain it.").format(place=place).of(lang),
        sep="\n",
        file=sys.stderr,
    )
    return BUG


def language(given: Sequence[str]) -> Lang:
    """The language asked for, also where the command line could not be understood."""
    asked = "--lang=zh" in given or ("--lang", "zh") in pairwise(given)
    return "zh" if asked else "en"


def _readable_streams() -> None:
    """Both streams write UTF-8 whatever the console's code page; a file name that is no text does not stop the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
