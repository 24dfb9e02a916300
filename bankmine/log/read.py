"""Reading: from files, frames and pm4py logs to the compact EventLog."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bankmine.errors import InputError, UsageError
from bankmine.log.checks import check_rows, exact_duplicates
from bankmine.log.columns import Columns, recognise
from bankmine.log.compact import event_log
from bankmine.log.database import database_table, is_database
from bankmine.log.eventlog import EventLog, Source
from bankmine.log.imperfections.scattered_event import further_events
from bankmine.log.instances import MODES, Mode, impossible, instances
from bankmine.log.interop import is_frame, table_of
from bankmine.log.interpret import Interpreted, in_categories, interpret
from bankmine.log.notes import form_of
from bankmine.log.quality import QualityFinding, Reject, chosen
from bankmine.log.rows import Rows
from bankmine.log.sources import paths_of
from bankmine.log.table import Table
from bankmine.settings import Settings
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd
    from pm4py.objects.log.obj import EventLog as Pm4pyLog

    from bankmine.log.cache import Cache

    LogSource = str | Path | Sequence[str | Path] | list[Table] | pd.DataFrame | pl.DataFrame | pl.LazyFrame | Pm4pyLog

DEFAULT_ZONE = "Asia/Shanghai"
GRAVITY = {"error": 0, "warning": 1, "info": 2}


def read_log(
    source: "LogSource",
    *,
    case: str | None = None,
    activity: str | None = None,
    start: str | None = None,
    end: str | None = None,
    timestamp: str | None = None,
    resource: str | None = None,
    role: str | None = None,
    channel: str | None = None,
    branch: str | None = None,
    segment: str | None = None,
    product: str | None = None,
    amount: str | None = None,
    cost: str | None = None,
    status: str | None = None,
    arrival: str | None = None,
    instance: str | None = None,
    transition: str | None = None,
    lifecycle: Mode = "pair",
    timezone: str | None = None,
    encoding: str | None = None,
    time_format: str | None = None,
    max_reject_share: float | None = None,
    settings: Settings | None = None,
    dedupe: bool = False,
    query: str | None = None,
    cache: "str | Path | Cache | None" = None,
) -> EventLog:
    """The event log of a file, several files, a glob pattern, a pandas or Polars frame, a pm4py log, or a `query` of a database (its URL);
    or of tables that were read before.

    The first group of names are source columns; what is not given is taken from the settings, then recognised by usual
    names (`transition` is the lifecycle column). `lifecycle`: `pair` transitions into sessions, keep only the `complete`
    rows, or take all `rows` as instances. Times without an offset are read in `timezone` (default Asia/Shanghai). Rows that
    cannot be used are set aside and counted; more than `max_reject_share` (default 0.01) of them refuse the log. `dedupe`
    drops exact repetitions. `cache`: a folder in which the log is kept as it was read, so that the next command over the same bytes with
    the same options starts at once, with the same outcome (decision 0016); what cannot be kept is read.

    Raises InputError where the log cannot be used as it is, UsageError where an option is wrong.
    """
    settings = settings or Settings()
    columns = {
        "case": case,
        "activity": activity,
        "start": start,
        "end": end,
        "timestamp": timestamp,
        "resource": resource,
        "role": role,
        "channel": channel,
        "branch": branch,
        "segment": segment,
        "product": product,
        "amount": amount,
        "cost": cost,
        "status": status,
        "arrival": arrival,
        "instance": instance,
        "lifecycle": transition,
    }
    given = settings.columns.given() | {name: column for name, column in columns.items() if column is not None}
    if lifecycle not in MODES:
        raise UsageError(
            "OPTION_UNKNOWN",
            Text(zh=f"未知的 lifecycle 取值“{lifecycle}”。", en=f"unknown value {lifecycle!r} of lifecycle."),
            Text(zh=f"可用：{'、'.join(MODES)}。", en=f"known: {', '.join(MODES)}."),
        )
    zone = timezone or settings.calendar.timezone
    share = settings.quality.max_reject_share if max_reject_share is None else max_reject_share
    options = Options(given, lifecycle, zone, encoding, time_format, share, settings.quality.expect_rows, dedupe)
    if isinstance(source, list) and source and isinstance(source[0], Table):
        return understood(list(source), options)
    if is_frame(source):
        return understood([table_of(source)], options)
    kept = None
    if cache is not None:
        from bankmine.log.cache import Cache

        kept = cache if isinstance(cache, Cache) else Cache(Path(cache))
    if is_database(source):
        if kept is not None:
            kept.without(Text(zh="数据库每次都要读取。", en="a database is read each time."))
        return understood([database_table(str(source), query)], options)
    if kept is None:
        return understood(file_tables(source, encoding), options)
    paths = paths_of(source)
    return kept.log(paths, vars(options), lambda: understood(file_tables(paths, encoding), options))


@dataclass(frozen=True)
class Options:
    """All that the log of given tables depends on besides them, resolved: `given` source column by role, `zone` None: the usual one."""

    given: dict[str, str]
    lifecycle: Mode
    zone: str | None
    encoding: str | None
    time_format: str | None
    max_reject_share: float
    expect_rows: int | None
    dedupe: bool


def understood(tables: list[Table], options: Options) -> EventLog:
    """The log of tables, which are used up. Raises as `read_log` does."""
    zone = options.zone or DEFAULT_ZONE
    columns = [recognise(table.frame.columns, options.given, file=table.file.name, names_known=table.names_known) for table in tables]
    read = sum(table.frame.height + len(table.rejects) for table in tables)
    files = [table.file for table in tables]
    if options.expect_rows is not None and read < options.expect_rows:
        raise fewer_rows(read, options.expect_rows, files[0].name)
    for number, found in enumerate(columns):
        tables[number] = in_categories(tables[number], found)
    parts = [
        interpret(table, found, zone=zone, zone_given=options.zone is not None, time_format=options.time_format)
        for table, found in zip(tables, columns, strict=True)
    ]
    names = columns_of(columns)
    rows = Rows.of(parts, [file.name for file in files])
    rejects = [reject for table, part in zip(tables, parts, strict=True) for reject in (*table.rejects, *part.rejects)]
    findings = [found for table, part in zip(tables, parts, strict=True) for found in (*table.findings, *part.findings)]
    copied = repeated_rows(tables, parts, rows)
    further = [
        further_events(table, found, part, usable_places(table, part), zone)
        for table, found, part in zip(tables, columns, parts, strict=True)
    ]
    findings += itertools.chain.from_iterable(further)
    tables.clear()
    del parts  # the cells are as large as all that follows

    wrong, reversed_rows = impossible(rows, names)
    if reversed_rows:
        rejects += reversed_rows
        findings.append(
            rows.finding(
                "END_BEFORE_START",
                "warning",
                np.flatnonzero(wrong),
                Text(
                    zh=f"{len(reversed_rows)} 行的结束时间早于开始时间，已剔除。",
                    en=f"{len(reversed_rows)} rows end before they start; they are set aside.",
                ),
                column=names.get("end", names.get("timestamp")),
                values=rows.end,
            )
        )
    merged = int((copied & ~wrong).sum()) if options.dedupe else 0
    kept = ~wrong & ~copied if options.dedupe else ~wrong
    refuse_too_many(rejects, read, options.max_reject_share)
    if merged:
        findings.append(
            rows.finding(
                "DUP_EXACT",
                "warning",
                np.flatnonzero(copied & ~wrong),
                Text(
                    zh=f"{merged} 行与前面的行完全相同，已合并。",
                    en=f"{merged} rows repeat an earlier row exactly; they are merged into it.",
                ),
            )
        )
    rows = rows if kept.all() else rows.take(kept)
    if not len(rows):
        raise InputError(
            "NO_ROWS",
            Text(zh="没有任何可用的行。", en="no row can be used."),
            Text(zh="请检查列的对应关系。", en="check which columns are used."),
            files[0].name,
        )
    date_only = any(found.code == "TS_DATE_ONLY" for found in findings)
    findings += check_rows(rows, np.zeros(len(rows), dtype=bool) if options.dedupe else copied[kept], date_only=date_only)
    made = instances(rows, options.lifecycle, names)
    findings += made.findings
    return event_log(
        rows,
        made,
        Source(
            files=tuple(files),
            columns=MappingProxyType(names),
            timezone=zone,
            parameters=MappingProxyType(
                {name: getattr(options, name) for name in ("lifecycle", "dedupe", "max_reject_share", "encoding", "time_format")}
            ),
            rows_read=read,
            rows_used=len(rows),
            rows_set_aside=len(rejects),
            rows_merged=merged,
        ),
        in_order(findings),
        rejects,
    )


def file_tables(source: object, encoding: str | None) -> list[Table]:
    """The table of each file of a source."""
    from bankmine.log.tables import read_table

    return [read_table(path, encoding=encoding) for path in paths_of(source)]


def fewer_rows(read: int, expected: int, file: str) -> InputError:
    return InputError(
        "ROWS_FEWER",
        Text(
            zh=f"读到 {read} 行，少于配置要求的 {expected} 行；文件可能被截断。",
            en=f"{read} rows were read, fewer than the {expected} that the configuration expects; the file may be cut.",
        ),
        Text(zh="请重新导出，或修改 [quality] expect_rows。", en="export it again, or change expect_rows under [quality]."),
        file,
    )


def columns_of(understood: Sequence[Columns]) -> dict[str, str]:
    """The source column of each role; where several files differ, that of the first file which has the role."""
    names: dict[str, str] = {}
    for found in understood:
        names = dict(found.source) | names
    return dict(sorted(names.items()))


def repeated_rows(tables: Sequence[Table], parts: Sequence[Interpreted], rows: Rows) -> np.ndarray:
    """bool [rows]: whether the whole source row of a usable row equals that of an earlier usable one.

    Only rows of one case, one instant and one activity are compared.
    """
    copied = np.zeros(len(rows), dtype=bool)
    suspect = rows.tied_alike
    frames = []
    for number, (table, part) in enumerate(zip(tables, parts, strict=True)):
        places = usable_places(table, part)
        if places is None:
            return copied
        of_table = suspect[rows.file[suspect] == number] - int((rows.file < number).sum())
        some = table.frame[of_table if isinstance(places, slice) else places[of_table]]
        if len(tables) > 1:  # categories are each file's own; texts can be compared
            some = some.with_columns(column.cast(pl.String) for column in some if isinstance(column.dtype, pl.Categorical))
        frames.append(some)
    copied[suspect] = exact_duplicates(frames)
    return copied


def usable_places(table: Table, part: Interpreted) -> np.ndarray | slice | None:
    """Which rows of the table are usable, found by their lines; None where several rows share a line and some are set aside."""
    if len(part.line) == table.frame.height:
        return slice(None)
    if (np.diff(table.line) <= 0).any():
        return None
    return np.searchsorted(table.line, part.line)


def refuse_too_many(rejects: Sequence[Reject], read: int, share: float) -> None:
    """Raises InputError with the most frequent reason, at its first place, where too many rows were set aside."""
    if len(rejects) <= share * read:
        return
    counts = Counter(reject.code for reject in rejects)
    code = min(counts, key=lambda one: (-counts[one], one))
    first = next(reject for reject in rejects if reject.code == code)
    value = "" if first.value is None else f" ({form_of(first.value)!r})"
    raise InputError(
        code,
        Text(
            zh=f"{read} 行中有 {len(rejects)} 行无法使用（{len(rejects) / read:.1%}，上限 {share:.1%}），最多的原因是 {code}{value}。",
            en=f"{len(rejects)} of {read} rows cannot be used ({len(rejects) / read:.1%}, the limit is {share:.1%}), "
            f"most of them for {code}{value}.",
        ),
        Text(
            zh="请修正数据；若可接受，请在 bankmine.toml 的 [quality] 中提高 max_reject_share。",
            en="correct the data, or accept it with a higher max_reject_share under [quality] in bankmine.toml.",
        ),
        first.file,
        first.line,
        first.column,
    )


def in_order(
    findings: Iterable[QualityFinding], said: "Callable[[Sequence[QualityFinding], int], Text] | None" = None
) -> tuple[QualityFinding, ...]:
    """One finding for each code: by severity (gravest first), then code; those of several sources are added up, and `said` of all and their
    total (None: in the words of the first).
    """
    by_code: dict[str, list[QualityFinding]] = {}
    for found in findings:
        by_code.setdefault(found.code, []).append(found)
    added = [added_up(same, said or _of_sources) for same in by_code.values()]
    return tuple(sorted(added, key=lambda found: (GRAVITY[found.severity], found.code)))


def added_up(same: Sequence[QualityFinding], said: "Callable[[Sequence[QualityFinding], int], Text]") -> QualityFinding:
    """The findings of one code as one."""
    if len(same) == 1:
        return same[0]
    total = sum(found.count for found in same)
    severity = min((found.severity for found in same), key=GRAVITY.__getitem__)
    return QualityFinding(same[0].code, severity, total, said(same, total), chosen(example for found in same for example in found.examples))


def _of_sources(same: Sequence[QualityFinding], total: int) -> Text:
    first = same[0].message
    return Text(
        zh=f"{len(same)} 处来源合计 {total}；首处：{first.zh}",
        en=f"{total} in {len(same)} sources; the first: {first.en}",
    )
