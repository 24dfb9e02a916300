"""Settings: bankmine.toml as typed values (contract.md)."""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from bankmine.errors import UsageError
from bankmine.hours import WeekHours, day_hours
from bankmine.refusal import refusal, syntax
from bankmine.words import Lang, Text

Share = Annotated[float, Field(ge=0, le=1)]
Threshold = bool | int | float | str | list[str] | list[float]


def _understood(parse: Callable[[str], object]) -> AfterValidator:
    """Text stays as it is written, once `parse` understands it."""

    def check(text: str) -> str:
        try:
            parse(text)
        except UsageError as error:
            raise ValueError(error) from error
        return text

    return AfterValidator(check)


def _date(day: str | date) -> date:
    """pydantic itself would read "20260214" as seconds since 1970."""
    return day if isinstance(day, date) else date.fromisoformat(day)


Hours = Annotated[str, _understood(WeekHours.parse)]
Days = dict[Annotated[date, BeforeValidator(_date)], Annotated[str, _understood(day_hours)]]


class Part(BaseModel):
    """A table of the file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnNames(Part):
    """The source column of each role."""

    case: str | None = None
    activity: str | None = None
    start: str | None = None
    end: str | None = None
    timestamp: str | None = None
    lifecycle: str | None = None
    resource: str | None = None
    role: str | None = None
    channel: str | None = None
    branch: str | None = None
    segment: str | None = None
    product: str | None = None
    amount: str | None = None
    cost: str | None = None
    status: str | None = None
    arrival: str | None = None
    instance: str | None = None

    def given(self) -> dict[str, str]:
        """The roles that are set."""
        return self.model_dump(exclude_none=True)


class ActivityMapping(Part):
    """What a label outside the process definition means."""

    party: Literal["customer", "bank", "system", "third_party"] | None = None
    kind: (
        Literal[
            "work",
            "control",
            "check",
            "approval",
            "contractual_wait",
            "request_to_customer",
            "offer",
            "customer_reply",
            "entry",
            "enquiry",
            "complaint",
            "end",
        ]
        | None
    ) = None
    outcome: Literal["approved", "declined", "cancelled_by_bank", "withdrawn_by_customer", "timed_out", "completed"] | None = None
    expected_customer_days: Annotated[float, Field(ge=0)] | None = None
    multi_instance: bool = False


class Process(Part):
    """The process definition: deposit, loan, payment, wealth, or a file."""

    id: str | None = None


class OwnCalendar(Part):
    """The working hours of one role, branch, channel or person; holidays None: those of the organisation."""

    hours: Hours
    holidays: str | None = None
    days: Days = {}


class Calendar(Part):
    """Time zone, working hours and public holidays of the organisation, and the calendars that differ, by name.

    `days`: dates with hours of their own ("09:00-12:00" or "closed"). `discover`: people's own calendars are found from
    the log; None: only where no hours are given at all.
    """

    timezone: str | None = None
    hours: Hours | None = None
    holidays: str | None = None
    days: Days = {}
    discover: bool | None = None
    roles: dict[str, OwnCalendar] = {}
    branches: dict[str, OwnCalendar] = {}
    channels: dict[str, OwnCalendar] = {}
    people: dict[str, OwnCalendar] = {}


class Segments(Part):
    """Customer segments that the bank means to serve first."""

    priority: list[str] = []


class Quality(Part):
    """What a log must hold to be used."""

    max_reject_share: Share = 0.01
    expect_rows: Annotated[int, Field(ge=0)] | None = None


class Privacy(Part):
    """How people appear in reports, and the smallest groups shown."""

    people: Literal["pseudonym", "hide", "show"] = "pseudonym"
    minimum_cases: Annotated[int, Field(ge=1)] = 10
    minimum_people: Annotated[int, Field(ge=1)] = 3


class Controls(Part):
    """Files with a bank's own rules, as paths; [[control]] tables may also stand in the configuration itself."""

    files: list[str] = []


class Survey(Part):
    """The file with customers' answers, a path, and the worst and best score that could be given."""

    file: str | None = None
    scale: tuple[float, float] | None = None


class Mail(Part):
    """To whom a job's report is sent, over which SMTP server; user and password come from the environment, never from here."""

    to: Annotated[list[str], Field(min_length=1)]
    sender: str
    host: str
    port: Annotated[int, Field(gt=0, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    when: Literal["always", "alert"] = "always"


class Job(Part):
    """One scheduled analysis: of files or glob patterns beside the configuration, or of a database with a `query`; `folder` and `outputs`
    may hold {date}, the log's last day. `keep`: so many of its newest folders stay; `drift`: an alarm of the control charts counts as a
    breached threshold.
    """

    name: Annotated[str, Field(pattern=r"^[\w][\w.-]{0,63}$")]
    log: str | list[str]
    query: str | None = None
    process: str | None = None
    folder: str = "reports/{date}"
    outputs: list[str] = ["report.html", "report.json"]
    languages: Annotated[list[Lang], Field(min_length=1)] = ["zh", "en"]
    thresholds: dict[str, float] = {}
    drift: bool = False
    keep: Annotated[int, Field(gt=0)] | None = None
    mail: Mail | None = None


class Log(Part):
    """One of the bank's logs: files or glob patterns beside the configuration; `columns` and `activities` are its own, where given;
    `config`: a configuration of its own beside this one, in place of it. `before`: files from before something was changed, which this log
    is held against; `done`: what was recommended then and was carried out, as PATTERN@ACTIVITY (default: what is resolved).
    """

    name: Annotated[str, Field(min_length=1)]
    file: str | list[str]
    process: str | None = None
    columns: ColumnNames | None = None
    activities: dict[str, str | ActivityMapping] | None = None
    config: str | None = None
    before: str | list[str] | None = None
    done: list[str] | None = None


class Rates(Part):
    """Money that the bank puts on an hour; nothing is turned into money without it."""

    staff_hour: Annotated[float, Field(gt=0)] | None = None


class Settings(Part):
    """The whole file. Thresholds under `rules` are checked against the patterns where those are known."""

    columns: ColumnNames = ColumnNames()
    activities: dict[str, str | ActivityMapping] = {}
    process: Process = Process()
    calendar: Calendar = Calendar()
    segments: Segments = Segments()
    quality: Quality = Quality()
    rules: dict[str, dict[str, Threshold]] = {}
    privacy: Privacy = Privacy()
    controls: Controls = Controls()
    control: list[dict[str, Any]] = []
    survey: Survey = Survey()
    job: list[Job] = []
    log: list[Log] = []
    rates: Rates = Rates()
    _file: Path | None = PrivateAttr(default=None)

    @property
    def file(self) -> Path | None:
        """The file that it was loaded from."""
        return self._file

    def beside(self, path: str) -> Path:
        """A path that the file names, which counts from the file's own folder."""
        return Path(path) if self._file is None else self._file.parent / path

    @classmethod
    def load(cls, path: Path) -> "Settings":
        """The settings in a file.

        Raises UsageError: CONFIG_MISSING, CONFIG_SYNTAX (with the line), CONFIG_UNKNOWN_KEY (with the valid names),
        CONFIG_VALUE.
        """
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise UsageError(
                "CONFIG_MISSING",
                Text(zh=f"无法读取配置文件：{error.strerror}。", en=f"the configuration cannot be read: {error.strerror}."),
                Text(zh="请检查 --config 的路径。", en="check the path given with --config."),
                str(path),
            ) from error
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise syntax(path, line, Text(zh="配置文件不是 UTF-8 编码", en="the configuration is not UTF-8")) from error
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r"at line (\d+)", str(error))
            line = int(place[1]) if place else text.count("\n") + 1
            raise syntax(path, line, Text(zh=f"TOML 语法错误（{error}）", en=f"TOML syntax: {error}")) from error
        try:
            settings = cls.model_validate(content)
        except ValidationError as error:
            raise refusal(cls, error, content, text, path) from None
        settings._file = path
        return settings
