"""One run of a job: its inputs are read, its outputs appear together or not at all, and the same inputs are not done twice."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bankmine import __version__
from bankmine.audit import NAME, audit, sha256_of
from bankmine.errors import OutputError, UsageError
from bankmine.jobs.history import History, Run
from bankmine.jobs.lock import alone
from bankmine.jobs.mail import message, send
from bankmine.log.sources import paths_of
from bankmine.settings import Job, Settings
from bankmine.show.blocks import Block, Cell, Column, Heading, Mark, Paragraph, TableBlock
from bankmine.show.format import local_day
from bankmine.show.records import json_bytes, masked, sync_folder
from bankmine.track.evaluation import STATUSES
from bankmine.track.monitor import Board
from bankmine.track.thresholds import breaches
from bankmine.track.worklist import WorkList
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis
    from bankmine.log.eventlog import EventLog

STATE = ".bankmine"  # the folder beside the configuration
PART = ".bankmine-"  # unfinished folders begin so
KINDS = (".html", ".json", ".xlsx", ".pdf", ".csv")
BOTH_LANGUAGES = (".html", ".json", ".csv")  # one file for all languages


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended: its `folder`, the limits that were breached and the charts in alarm; none are told where it was done before."""

    job: str
    state: Literal["done", "already_done"]
    folder: Path
    breaches: tuple[Text, ...]
    alarms: tuple[Text, ...]
    breached: bool


def run(settings: Settings, job: Job, *, again: bool = False) -> Done:
    """Runs a job of a configuration; `again`: also where these inputs were done before. Paths count from the configuration's folder.

    Raises BusyError JOB_RUNNING; UsageError JOB_OUTPUT, THRESHOLD_*; InputError; OutputError, also MAIL_FAILED, after the outputs are
    written.
    """
    if settings.file is None:
        raise UsageError(
            "JOB_FILE",
            Text(zh="任务须写在配置文件中。", en="a job stands in a configuration file."),
            Text(zh="请用 --config。", en="use --config."),
        )
    for name in job.outputs:
        _checked(job, name)
    state = settings.beside(f"{STATE}/{job.name}")
    history = History(state)
    with alone(state / "lock", job.name):
        log = _database(settings, job) if job.query is not None else None
        inputs = [log.source.files[0].sha256] if log is not None else [f"{p.name} {sha256_of(p)}" for p in _files(settings, job)]
        name = _run_id(settings, job, inputs)
        before = history.runs()
        known = next((each for each in before if each.id == name and settings.beside(each.folder).is_dir()), None)
        if known is not None and not again:
            return Done(job.name, "already_done", settings.beside(known.folder), (), (), breached=False)
        return _run(settings, job, name, history, before, log)


def _run(settings: Settings, job: Job, name: str, history: History, before: Sequence[Run], log: "EventLog | None") -> Done:
    from bankmine.api import analyze
    from bankmine.log.read import read_log

    if log is None:
        log = read_log([str(path) for path in _files(settings, job)], settings=settings)
    analysis = analyze(log, job.process, settings=settings)
    board, work = Board.of(analysis), WorkList.of(analysis)
    broken = breaches(analysis.as_json(), job.thresholds)
    findings = [[r.pattern, r.activity] for r in analysis.recommendations]
    tracked = [
        Heading(Text(zh="跟踪", en="Since last time"), 2, "tracked"),
        *(breach.block() for breach in broken),
        *_since(before[-1] if before else None, analysis),
        *board.blocks(),
        *work.blocks(),
    ]
    day = local_day(analysis.endings.as_of, analysis.zone)
    content = _contents(job, analysis, work, tracked, day)
    alarms = [chart.title for chart in board.alarms]
    breached = bool(broken) or (job.drift and bool(alarms))
    folder = _placed(settings, job, analysis, content, day, exit_status=3 if breached else 0, run=name)
    kept = os.path.relpath(folder, settings.file.parent) if settings.file is not None else str(folder)
    finished = datetime.now(tz=UTC).isoformat(timespec="seconds")
    said = [each.text for each in broken]
    entry = Run(name, finished, day, kept, log.cases, [text.en for text in said], [text.en for text in alarms], findings)
    history.add(entry, analysis)
    _retire(settings, job, [each.folder for each in history.runs()])
    if job.mail is not None and (job.mail.when == "always" or breached or alarms):
        files = {file: data for file, data in content.items() if not file.endswith(".json")}
        send(job.mail, message(job.mail, *_letter(job, day, said, alarms), files))
    return Done(job.name, "done", folder, tuple(said), tuple(alarms), breached=breached)


def _run_id(settings: Settings, job: Job, inputs: Sequence[str]) -> str:
    """What makes a run what it is: the job, the configuration, the version and the inputs."""
    assert settings.file is not None
    parts = [__version__, job.model_dump_json(), hashlib.sha256(settings.file.read_bytes()).hexdigest(), *inputs]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _files(settings: Settings, job: Job) -> list[Path]:
    names = [job.log] if isinstance(job.log, str) else job.log
    return paths_of([str(settings.beside(name)) for name in names])


def _database(settings: Settings, job: Job) -> "EventLog":
    from bankmine.log.read import read_log

    return read_log(job.log if isinstance(job.log, str) else job.log[0], settings=settings, query=job.query)


def _checked(job: Job, name: str) -> None:
    path = Path(name)
    if path.suffix.lower() not in KINDS or len(path.parts) != 1 or path.name in (NAME, ".", ".."):
        raise UsageError(
            "JOB_OUTPUT",
            Text(zh=f"任务“{job.name}”的输出“{name}”不能用。", en=f"the job {job.name!r} cannot write {name!r}."),
            Text(zh="须为文件名，以 " + "、".join(KINDS) + " 结尾。", en="it takes a file name that ends with " + ", ".join(KINDS) + "."),
        )


def _since(last: Run | None, analysis: "Analysis") -> list[Block]:
    """Findings that are new, still there, or gone since the run before."""
    if last is None:
        return [Paragraph(Text(zh="这是第一次运行。", en="This is the first run."))]
    then, now = {(p, a) for p, a in last.findings}, {(r.pattern, r.activity): r for r in analysis.recommendations}
    rows: list[list[Cell]] = [[*key, Mark(*STATUSES["persisting" if key in then else "new"])] for key in now]
    rows += [[*key, Mark(*STATUSES["resolved"])] for key in sorted(then - set(now))]
    said = Text(zh="与上次（{day}）相比：", en="Compared with the last run ({day}):").format(day=last.as_of)
    if not rows:
        return [Paragraph(said), Paragraph(Text(zh="两次都没有发现。", en="No finding then or now."))]
    columns = (
        Column(Text(zh="模式", en="Pattern"), "code"),
        Column(Text(zh="环节", en="Activity"), "label"),
        Column(Text(zh="现状", en="Status"), "text"),
    )
    return [Paragraph(said), TableBlock(columns, rows)]


def _contents(job: Job, analysis: "Analysis", work: WorkList, tracked: Sequence[Block], day: str) -> dict[str, bytes]:
    """The outputs by file name; those in one language have one file for each."""
    found: dict[str, bytes] = {}
    for template in job.outputs:
        name = template.replace("{date}", day)
        kind = Path(name).suffix.lower()
        if kind in BOTH_LANGUAGES:
            found[name] = _content(kind, analysis, work, tracked, job.languages[0])
            continue
        for lang in job.languages:
            own = name if len(job.languages) == 1 else f"{Path(name).stem}.{lang}{kind}"
            found[own] = _content(kind, analysis, work, tracked, lang)
    return found


def _content(kind: str, analysis: "Analysis", work: WorkList, tracked: Sequence[Block], lang: Lang) -> bytes:
    match kind:
        case ".html":
            from bankmine.report.page import page

            return page(analysis, lang, tracked).encode("utf-8", "backslashreplace")
        case ".json":
            return json_bytes(analysis.as_json())
        case ".xlsx":
            from bankmine.report.excel import workbook

            return workbook(analysis, lang)
        case ".pdf":
            from bankmine.report.pdf import pdf

            return pdf(analysis, lang, tracked)
        case _:
            from bankmine.show.records import table_csv

            return table_csv(work.block(), lang, analysis.zone).encode("utf-8-sig")


def _placed(
    settings: Settings, job: Job, analysis: "Analysis", content: Mapping[str, bytes], day: str, *, exit_status: int, run: str
) -> Path:
    """The folder with all outputs and the audit: made under another name, synced, and renamed in one step. Raises OutputError."""
    wanted = settings.beside(job.folder.replace("{date}", day))
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        for stale in wanted.parent.glob(f"{PART}{job.name}-*"):
            shutil.rmtree(stale, ignore_errors=True)  # of a run that was killed: nobody else holds the lock
        folder = next(p for k in range(1, 100_000) if not (p := wanted if k == 1 else wanted.with_name(f"{wanted.name}-{k}")).exists())
        outputs = {folder / name: data for name, data in content.items()}
        record = audit([analysis], outputs, folder / NAME, exit_status=exit_status, config=settings.file, run=run)
        with ExitStack() as leftovers:
            draft = Path(tempfile.mkdtemp(prefix=f"{PART}{job.name}-", dir=wanted.parent))
            leftovers.callback(shutil.rmtree, draft, ignore_errors=True)  # there is nothing of that name once it is renamed
            for name, data in {**content, NAME: record}.items():
                with (draft / name).open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            sync_folder(draft)
            draft.chmod(masked(0o777))
            draft.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise OutputError(
            "WRITE_FAILED",
            Text(zh=f"无法写入：{error.strerror}。", en=f"cannot be written: {error.strerror}."),
            Text(
                zh="请检查磁盘空间和写入权限；未完成的目录不会出现在最终名称下。",
                en="check the disk's space and your rights; no unfinished folder has the final name.",
            ),
            str(wanted),
        ) from error
    return folder


def _retire(settings: Settings, job: Job, folders: Sequence[str]) -> None:
    """All but the newest folders that this job made go, where it keeps only so many."""
    distinct = list(dict.fromkeys(reversed(folders)))
    for name in distinct[job.keep :] if job.keep is not None else ():
        place = settings.beside(name)
        if (place / NAME).is_file():
            shutil.rmtree(place, ignore_errors=True)


def _letter(job: Job, day: str, broken: Sequence[Text], alarms: Sequence[Text]) -> tuple[str, str]:
    """Subject and text, in the job's languages."""
    state = Text(zh="有报警", en="alert") if broken or alarms else Text(zh="正常", en="no alert")
    subject = Text(zh="bankmine {job} {day}：{state}", en="bankmine {job} {day}: {state}").format(job=job.name, day=day, state=state)
    none, attached = (
        Text(zh="没有越限或报警。", en="No limit is breached, no chart in alarm."),
        Text(zh="报告见附件。", en="The report is attached."),
    )
    charts = [Text(zh="控制图报警：{title}。", en="Chart in alarm: {title}.").format(title=title) for title in alarms]
    lines = [*broken, *charts, attached] if broken or charts else [none, attached]
    return subject.of(job.languages[0]), "\n\n".join("\n".join(line.of(lang) for line in lines) for lang in job.languages)
