"""The rows that were set aside, as a file for those who own the data."""

from pathlib import Path

from bankmine.log.eventlog import EventLog
from bankmine.show.records import csv_text
from bankmine.show.records import write as write_files

COLUMNS = ("file", "line", "reason", "column", "value")


def write(path: Path, log: EventLog) -> int:
    """Writes one CSV row for each row that was set aside: file, line, reason code, column, value as written.

    UTF-8 with a byte order mark, which Excel needs to show Chinese. It holds cells of the log as they are, whatever they name: it is
    for those who own the data, and none of it stands in a report. Returns the number of rows. Raises OutputError.
    """
    rows = [dict(zip(COLUMNS, (each.file, each.line, each.code, each.column, each.value), strict=True)) for each in log.rejects]
    write_files({path: csv_text(rows, COLUMNS).encode("utf-8-sig", "backslashreplace")})
    return len(log.rejects)
