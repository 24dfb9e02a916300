"""The rows that were set aside, as a file for those who own the data."""

import csv
import os
import tempfile
from pathlib import Path

from bankmine.errors import OutputError
from bankmine.log.eventlog import EventLog
from bankmine.words import Text

COLUMNS = ("file", "line", "reason", "column", "value")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(path: Path, log: EventLog) -> int:
    """Writes one CSV row for each row that was set aside: file, line, reason code, column, value as written.

    UTF-8 with a byte order mark, which Excel needs to show Chinese. A cell that a spreadsheet would run as a formula gets
    an apostrophe in front (trust.md T9). The file appears whole or not at all. Returns the number of rows.
    Raises OutputError where it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8-sig", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as part:
            try:
                out = csv.writer(part)
                out.writerow(COLUMNS)
                for reject in log.rejects:
                    out.writerow(neutral(cell) for cell in (reject.file, reject.line, reject.code, reject.column, reject.value))
                part.flush()
                os.fsync(part.fileno())
                os.replace(part.name, path)
            except BaseException:
                os.unlink(part.name)
                raise
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(
            "WRITE_FAILED",
            Text(zh=f"无法写入剔除行文件：{error.strerror}。", en=f"the rejects file cannot be written: {error.strerror}."),
            Text(zh="请检查磁盘空间和目录权限。", en="check the disk's space and the folder's permissions."),
            str(path),
        ) from error
    return len(log.rejects)


def neutral(cell: str | int | None) -> str:
    """The cell as text that no spreadsheet runs."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened for syncing there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
