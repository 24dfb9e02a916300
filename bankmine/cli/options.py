"""The options that every command on a log shares, said once."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bankmine.errors import UsageError
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis, TwinOn
    from bankmine.log.cache import Cache
    from bankmine.log.eventlog import EventLog
    from bankmine.log.filters import CaseFilter
    from bankmine.settings import Settings

COLUMNS = (
    "case",
    "activity",
    "start",
    "end",
    "timestamp",
    "resource",
    "role",
    "channel",
    "branch",
    "segment",
    "product",
    "amount",
    "cost",
    "status",
    "arrival",
    "instance",
)
EARLIEST, LATEST = "1970", "2261"


class Language(StrEnum):
    """Languages of the output."""

    ZH = "zh"
    EN = "en"


ConfigOption = Annotated[Path, typer.Option("--config", metavar="FILE", help="The configuration with the jobs, [[job]].")]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the output.")]


ReportOption = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write one HTML page that needs no network.", show_default=False)
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write everything as JSON (see bankmine schema).", show_default=False)
]
ExcelOption = Annotated[Path | None, typer.Option("--excel", metavar="FILE", help="Write the tables as a workbook.", show_default=False)]
PdfOption = Annotated[Path | None, typer.Option("--pdf", metavar="FILE", help="Write it as PDF (needs bankmine[pdf]).", show_default=False)]


class PlayedOn(StrEnum):
    """What the twin plays the first recommendations on."""

    WINDOW = "window"
    FULL = "full"
    OFF = "off"


TwinOption = Annotated[
    PlayedOn,
    typer.Option("--twin", help="Play the first recommendations on the last whole weeks of up to 20,000 steps, on all of the log, or not."),
]


class Engine(StrEnum):
    """What works the analysis out."""

    LOCAL = "local"
    SPARK = "spark"


EngineOption = Annotated[Engine, typer.Option("--engine", help="Work it out here, or in parts on Spark (needs bankmine[spark]).")]
MemoryOption = Annotated[
    str | None,
    typer.Option(
        "--memory", metavar="SIZE", help="Stay within so much memory, such as 4GB: larger logs are analysed in parts.", show_default=False
    ),
]


class Lifecycle(StrEnum):
    """What becomes of rows that are steps of one activity's life."""

    PAIR = "pair"
    COMPLETE = "complete"
    ROWS = "rows"


def _column(name: str, what: str) -> Any:
    return typer.Option(f"--{name}", metavar="COLUMN", help=f"Source column of {what}.", show_default=False)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A log on the command line and how it is to be read, filtered and understood."""

    log: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...",
            help="A file, several files or a glob pattern: CSV, TSV, Parquet, XLSX, XES; or a database's URL.",
            show_default=False,
        ),
    ]
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="Settings: columns, meaning of labels, thresholds (bankmine.toml).", show_default=False
        ),
    ] = None
    process: Annotated[
        str | None,
        typer.Option(
            "--process",
            metavar="ID|FILE",
            help="deposit, loan, payment, wealth, a definition's file, or a bank's own model (FILE.bpmn); recognised if left out.",
            show_default=False,
        ),
    ] = None
    lang: LangOption = Language.EN
    case: Annotated[str | None, _column("case", "the case number")] = None
    activity: Annotated[str | None, _column("activity", "the activity")] = None
    start: Annotated[str | None, _column("start", "the time at which work began")] = None
    end: Annotated[str | None, _column("end", "the time of completion")] = None
    timestamp: Annotated[str | None, _column("timestamp", "the only time (of completion)")] = None
    resource: Annotated[str | None, _column("resource", "the person who did it")] = None
    role: Annotated[str | None, _column("role", "the role")] = None
    channel: Annotated[str | None, _column("channel", "the channel")] = None
    branch: Annotated[str | None, _column("branch", "the branch")] = None
    segment: Annotated[str | None, _column("segment", "the customer segment")] = None
    product: Annotated[str | None, _column("product", "the product")] = None
    amount: Annotated[str | None, _column("amount", "the amount")] = None
    cost: Annotated[str | None, _column("cost", "the cost")] = None
    status: Annotated[str | None, _column("status", "the status")] = None
    arrival: Annotated[str | None, _column("arrival", "the time at which the customer came or submitted")] = None
    instance: Annotated[str | None, _column("instance", "the number of the work item")] = None
    lifecycle: Annotated[Lifecycle, typer.Option("--lifecycle", help="Pair lifecycle rows, keep completions only, or take every row.")] = (
        Lifecycle.PAIR
    )
    timezone: Annotated[
        str | None,
        typer.Option("--timezone", metavar="ZONE", help="Zone of times that have none (default Asia/Shanghai).", show_default=False),
    ] = None
    calendar: Annotated[
        str | None,
        typer.Option(
            "--calendar",
            metavar="HOURS",
            help='Working hours, such as "Mon-Fri 09:00-17:00"; found from the log if neither here nor in --config.',
            show_default=False,
        ),
    ] = None
    time_format: Annotated[
        str | None,
        typer.Option(
            "--time-format", metavar="FORMAT", help="Format of the times where it is ambiguous, such as %d/%m/%Y %H:%M.", show_default=False
        ),
    ] = None
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="NAME", help="Encoding of text files where it cannot be told.", show_default=False)
    ] = None
    dedupe: Annotated[bool, typer.Option("--dedupe", help="Drop exact repetitions of rows.")] = False
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", metavar="NAME=VALUE", help="Cases with this value, such as channel=online; may be repeated.", show_default=False
        ),
    ] = None
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Cases that began on or after this year, month or day.", show_default=False)
    ] = None
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Cases that began on or before this year, month or day.", show_default=False)
    ] = None
    query: Annotated[
        str | None, typer.Option("--query", metavar="SQL", help="What to read where LOG is a database's URL.", show_default=False)
    ] = None
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache", metavar="DIR", help="Keep the log there as it was read, so that the next command starts at once.", show_default=False
        ),
    ] = None
    survey: Annotated[
        Path | None,
        typer.Option("--survey", metavar="FILE", help="Customers' answers: CSV with case, score, comment, date.", show_default=False),
    ] = None
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="What counts as now (default: the log's last event).", show_default=False)
    ] = None
    show_people: Annotated[
        bool, typer.Option("--show-people", help="Names of people instead of pseudonyms, where an output holds any.")
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False

    @property
    def language(self) -> Lang:
        return "zh" if self.lang is Language.ZH else "en"

    def settings(self) -> "Settings":
        """The settings of --config, with what other options say put over them. Raises UsageError, CALENDAR_HOURS among others."""
        from bankmine.settings import Settings

        settings = Settings.load(self.config) if self.config is not None else Settings()
        if self.show_people:
            privacy = settings.privacy.model_copy(update={"people": "show"})
            settings = settings.model_copy(update={"privacy": privacy})
        if self.survey is not None:
            survey = settings.survey.model_copy(update={"file": str(self.survey.absolute())})
            settings = settings.model_copy(update={"survey": survey})
        if self.calendar is not None:
            from bankmine.hours import WeekHours

            WeekHours.parse(self.calendar)
            calendar = settings.calendar.model_copy(update={"hours": self.calendar})
            settings = settings.model_copy(update={"calendar": calendar})
        return settings

    def read(self) -> "EventLog":
        """The log, read and filtered. Raises InputError and UsageError."""
        from bankmine.log.read import read_log
        from bankmine.scale.memory import keep_freed

        settings, filters = self.settings(), self.filters
        columns: dict[str, Any] = {name: getattr(self, name) for name in COLUMNS}
        source = self.log[0] if len(self.log) == 1 else self.log
        self.fitting()
        keep_freed()
        log = read_log(
            source,
            **columns,
            lifecycle=self.lifecycle.value,
            timezone=self.timezone,
            encoding=self.encoding,
            time_format=self.time_format,
            settings=settings,
            dedupe=self.dedupe,
            query=self.query,
            cache=None if self.cache is None else self.kept(self.cache),
        )
        for each in filters:
            log = each.of(log)
        return log

    @property
    def filters(self) -> "tuple[CaseFilter, ...]":
        """Which cases are wanted. Raises UsageError OPTION_VALUE."""
        from bankmine.log.filters import Having, Period

        wanted: dict[str, list[str]] = {}
        for condition in self.where or []:
            name, equals, value = condition.partition("=")
            if not equals or not name.strip():
                raise UsageError(
                    "OPTION_VALUE",
                    Text(zh=f"--where {condition!r} 不是“名称=取值”。", en=f"--where {condition!r} is not NAME=VALUE."),
                    Text(zh="例如 --where channel=online。", en="for example --where channel=online."),
                )
            wanted.setdefault(name.strip(), []).append(value.strip())
        having = [Having(name, tuple(values)) for name, values in wanted.items()]
        began = [Period(self.first or EARLIEST, self.last or LATEST)] if self.first is not None or self.last is not None else []
        return (*having, *began)

    def kept(self, folder: Path) -> "Cache":
        """The cache in a folder; on stderr it says why a log is not kept there."""
        from bankmine.log.cache import Cache
        from bankmine.show.format import visible

        return Cache(folder, lambda why: print(visible(f"bankmine: {why.of(self.language)}"), file=sys.stderr))

    def rows(self) -> int | None:
        """About how many rows the files hold; None where that cannot be told. Raises InputError FILE_MISSING."""
        from bankmine.log.database import is_database
        from bankmine.log.sources import paths_of
        from bankmine.scale.memory import rows_in

        return None if any(is_database(name) for name in self.log) else rows_in(paths_of(self.log))

    def fitting(self) -> None:
        """Refuses files that would not fit into the memory that is there. Raises InputError MEMORY."""
        from bankmine.scale.memory import available, need, too_large

        rows, limit = self.rows(), available()
        if rows is not None and limit is not None and need(rows) > limit:
            raise too_large(rows, limit, self.log[0])

    def analyze(self, log: "EventLog", twin: "TwinOn" = "window") -> "Analysis":
        """The analysis of the log that these options ask for; lazy but for what was named: process and answers. Raises UsageError."""
        from bankmine.api import analyze

        as_of = None if self.as_of is None else instant(self.as_of, log.source.timezone)
        analysis = analyze(log, self.process, settings=self.settings(), as_of=as_of, twin=twin)
        # A process or file named here is read or refused, whatever the command shows.
        if self.process is not None:
            _ = analysis.understanding
        if self.survey is not None:
            _ = analysis.survey
        return analysis


def named_values(text: str, option: str) -> tuple[str, list[str]]:
    """The name and values of NAME=VALUE,VALUE. Raises UsageError OPTION_VALUE."""
    name, equals, values = text.partition("=")
    if not equals or not name.strip() or not values.strip():
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"{option} {text!r} 不是“名称=取值”。", en=f"{option} {text!r} is not NAME=VALUE."),
            Text(zh=f"例如 {option} channel=online。", en=f"for example {option} channel=online."),
        )
    return name.strip(), [value.strip() for value in values.split(",")]


def instant(text: str, zone: str, *, end: bool = True, option: str = "--as-of") -> int:
    """UTC microseconds of a date (its end, so that the whole day has passed, or its beginning) or a time in a zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"无法理解 {option} {text!r}。", en=f"{option} {text!r} is not a date."),
            Text(zh="请写成 2026-03-31 或 2026-03-31T18:00。", en="write 2026-03-31 or 2026-03-31T18:00."),
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    if end and len(text.strip()) <= len("2026-03-31"):
        moment += timedelta(days=1)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def on_a_log(command: Callable[..., int | None]) -> Callable[..., int | None]:
    """A command whose first parameter is a Reading, with the options of Reading as its own for typer to see.

    LOG comes first, then the command's own parameters, then the shared options.
    """
    own = list(inspect.signature(command).parameters.values())[1:]
    shared = [
        inspect.Parameter(
            f.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=f.type,
            default=inspect.Parameter.empty if f.default is MISSING else f.default,
        )
        for f in fields(Reading)
    ]
    names = {f.name for f in fields(Reading)}

    def run(**values: Any) -> int | None:
        reading = Reading(**{name: value for name, value in values.items() if name in names})
        rest = {name: value for name, value in values.items() if name not in names}
        return command(reading, **rest)

    parameters = [shared[0], *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own), *shared[1:]]
    run.__name__, run.__doc__, run.__module__ = command.__name__, command.__doc__, command.__module__
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__dict__["__signature__"] = inspect.Signature(parameters)
    return run
