"""Results to stdout, progress to stderr."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bankmine.errors import OutputError, UsageError
from bankmine.show.blocks import Block
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis
    from bankmine.audit import Analysed
    from bankmine.cli.options import Reading


def show(blocks: Iterable[Block], lang: Lang, zone: str) -> None:
    """Draws blocks on stdout. Raises OutputError."""
    from bankmine.show.terminal import console, draw

    with _stdout():
        draw(blocks, lang, zone, console())


def put(content: bytes) -> None:
    """Writes bytes on stdout as they are. Raises OutputError."""
    with _stdout():
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(content.decode("utf-8"))
        else:
            sys.stdout.flush()
            stream.write(content)


@contextmanager
def _stdout() -> Iterator[None]:
    """Sees to it that everything arrives: a full disk behind a redirection is an error; a reader who has seen enough,
    as `head` has, is none.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as error:
        _silence()
        raise OutputError(
            "WRITE_FAILED",
            Text(zh=f"无法写到标准输出：{error.strerror}。", en=f"standard output cannot be written: {error.strerror}."),
            Text(zh="请检查磁盘空间。", en="check the disk's space."),
        ) from error


def _silence() -> None:
    """Nothing more can be written, so the interpreter must not try when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def working(reading: "Reading", what: Text) -> Iterator[None]:
    """Says on stderr what is going on, if somebody is there to read it."""
    with stages(reading, ONE_STAGE) as begin:
        begin(what, ONE_STAGE)
        yield


@contextmanager
def stages(reading: "Reading", whole: float) -> Iterator[Callable[[Text, float], None]]:
    """Says on stderr what is being done and how long the rest will take, if somebody is there to read it: `begin(what, weight)` ends one
    stage and begins the next. The weights, which add up to `whole`, are times on a typical log; the stages done so far say how quick
    this machine is.
    """
    if reading.quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()]
    if whole > ONE_STAGE:
        columns += [BarColumn(bar_width=24), TextColumn(REST.of(reading.language)), TimeRemainingColumn()]
    console = Console(stderr=True, markup=False, highlight=False)
    with Progress(*columns, console=console, transient=True, speed_estimate_period=3600) as shown:
        task, doing = shown.add_task("", total=whole), [0.0]

        def begin(what: Text, weight: float) -> None:
            shown.update(task, advance=doing[0], description=what.of(reading.language))
            doing[0] = weight

        yield begin


ONE_STAGE = 1.0
REST = Text(zh="剩余", en="left")
READING = Text(zh="正在读取日志…", en="Reading the log …")
ANALYSING = Text(zh="正在分析…", en="Analysing …")
MEASURING = Text(zh="正在计算时长、等待与返工…", en="Measuring time, waiting and rework …")
ADVISING = Text(zh="正在比对与推演…", en="Looking for what is wrong …")
WRITING = Text(zh="正在生成报告…", en="Writing the report …")


def distinct(outputs: Mapping[str, Path | None], inputs: Iterable[str]) -> dict[str, Path]:
    """The outputs that were asked for, by option; none may be an input or the place of another. Raises UsageError."""
    taken = {Path(name).resolve(): Text(zh="输入日志", en="the input log") for name in inputs}
    wanted: dict[str, Path] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        place = path.resolve()
        if place in taken:
            raise clash(Text.same(option), taken[place], path)
        taken[place] = Text.same(option)
        wanted[option] = path
    if wanted:
        from bankmine.audit import audit_name

        own = audit_name(next(iter(wanted.values())))
        if own.resolve() in taken:
            raise clash(taken[own.resolve()], Text(zh="审计文件", en="the audit file"), own)
    return wanted


def clash(one: Text, other: Text, path: Path) -> UsageError:
    return UsageError(
        "OUTPUT_CLASH",
        Text(zh="{one} 与{other}是同一个文件。", en="{one} is the same file as {other}.").format(one=one, other=other),
        Text(zh="请换一个文件名。", en="choose another name."),
        str(path),
    )


def audited(
    content: Mapping[Path, bytes], analyses: Sequence["Analysed"], config: Path | None, exit_status: int = 0
) -> Mapping[Path, bytes]:
    """The files with the audit of them beside the first; none where there are none."""
    if not content:
        return content
    from bankmine.audit import audit, audit_name

    place = audit_name(next(iter(content)))
    return {**content, place: audit(analyses, content, place, exit_status=exit_status, config=config)}


def as_files(
    outputs: Mapping[str, Path], name: Text, source: Text, blocks: Sequence[Block], document: object, analysis: "Analysis", lang: Lang
) -> dict[Path, bytes]:
    """What --report, --json, --excel and --pdf ask for, of blocks; `document` for the JSON, `analysis` for zone and age."""
    from bankmine.show.records import json_bytes

    found: dict[Path, bytes] = {}
    if "--report" in outputs:
        from bankmine.report.page import blocks_page

        found[outputs["--report"]] = blocks_page(name, source, blocks, analysis.zone, lang).encode("utf-8", "backslashreplace")
    if "--json" in outputs:
        found[outputs["--json"]] = json_bytes(document)
    if "--excel" in outputs:
        from bankmine.report.excel import workbook_of

        found[outputs["--excel"]] = workbook_of(blocks, lang, analysis.zone, analysis.endings.as_of)
    if "--pdf" in outputs:
        from bankmine.report.pdf import paper

        found[outputs["--pdf"]] = paper(name, blocks, analysis.zone, lang)
    return found
