"""Tables and documents as bytes, and files that appear whole or not at all."""

import csv
import glob
import io
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from bankmine.errors import OutputError
from bankmine.show.blocks import Cell, CellKind, Mark, TableBlock
from bankmine.show.format import UNKNOWN_TIME, iso_time
from bankmine.words import Lang, Text

FORMULA = ("=", "+", "-", "@", "\t", "\r")
DRAFT_SIGNS = 60  # of a file's name that its draft repeats


def json_bytes(document: object) -> bytes:
    """JSON in UTF-8, readable, keys in the document's own order; NaN and infinities are refused."""
    out = io.BytesIO()
    # A lone surrogate (from a file name that is not UTF-8) has no UTF-8 form; \udc80 is what JSON writes for it.
    with io.TextIOWrapper(out, "utf-8", "backslashreplace", newline="\n") as text:
        json.dump(document, text, ensure_ascii=False, indent=2, allow_nan=False)  # piece by piece: a million variants fill gigabytes
        text.write("\n")
        text.flush()
        return out.getvalue()


def csv_text(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> str:
    """CSV of rows that share their keys, in the order of the first row's; lists are joined, what is nested deeper is left out.

    `columns`: the keys where there may be no row.
    """
    names = [name for name in (rows[0] if rows else columns) if not any(isinstance(row[name], Mapping) for row in rows)]
    return _csv(names, ([_flat(row[name]) for name in names] for row in rows))


def table_csv(table: TableBlock, lang: Lang, zone: str) -> str:
    """CSV of a table: numbers as they are (durations in seconds, shares 0-1), times in the zone with their offset."""
    titles = [column.title.of(lang) + (" (s)" if column.kind == "duration" else "") for column in table.columns]
    return _csv(
        titles, ([_plain(value, column.kind, lang, zone) for value, column in zip(row, table.columns, strict=True)] for row in table.rows)
    )


def _csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """For spreadsheets: unknown is left empty, and no text is run as a formula (trust.md T9)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_neutral(name) for name in titles])
    writer.writerows([_neutral(value) for value in row] for row in rows)
    return out.getvalue()


def _flat(value: object) -> object:
    return " → ".join(map(str, value)) if isinstance(value, list) else value


def _plain(value: Cell, kind: CellKind, lang: Lang, zone: str) -> object:
    if isinstance(value, Mark):
        value = value.text
    if isinstance(value, Text):
        return value.of(lang)
    if kind == "time" and isinstance(value, int):
        return None if value == UNKNOWN_TIME else iso_time(value, zone)
    return value


def _neutral(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe; numbers keep their sign; None and NaN (unlike itself) are empty."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None or value != value else value


def write(outputs: Mapping[Path, bytes], rights: int | None = None) -> None:
    """Writes all of the files, each from a temporary one in its own folder, synced and renamed, so that none is ever half there.

    Every file is complete on disk before the first appears under its name; an error before that leaves the folders as they
    were. `rights`: their mode (None: that of the file that is replaced, else of a new one). Raises OutputError.
    """
    with ExitStack() as leftovers:
        drafts: list[tuple[str, Path]] = []
        for path, content in outputs.items():
            try:
                drafts.append((_draft(path, content, _mode(path) if rights is None else rights, leftovers), path))
            except OSError as error:
                raise _failed(path, error) from error
        for draft, path in drafts:
            try:
                os.replace(draft, path)
            except OSError as error:
                raise _failed(path, error) from error
        for folder in sorted({path.parent for path in outputs}):
            try:
                sync_folder(folder)
            except OSError as error:
                raise _failed(folder, error) from error


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable; where folders cannot be opened (Windows), renaming alone has to do."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft(path: Path, content: bytes, rights: int, leftovers: ExitStack) -> str:
    """The content under a temporary name beside its place, with its final rights.

    It stays locked until all is done, so that a draft without a lock is known to be of a run that was killed.
    """
    prefix = f".{path.name[:DRAFT_SIGNS]}."
    sweep(path.parent, glob.escape(prefix))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".part")
    leftovers.callback(_remove, name)
    file = leftovers.enter_context(os.fdopen(handle, "wb"))
    _locked(handle)
    file.write(content)
    file.flush()
    os.chmod(name, rights)
    os.fsync(handle)
    if os.name == "nt":
        file.close()  # what is open cannot be renamed there
    return name


def sweep(folder: Path, prefix: str) -> None:
    """Drafts of a run that was killed go; `prefix`: the pattern of how they begin. An empty one may be somebody's who has not locked it
    yet, and takes no room.
    """
    if os.name == "nt":
        return
    for stale in folder.glob(f"{prefix}{'[a-z0-9_]' * 8}.part"):
        with suppress(OSError), stale.open("rb") as file:
            if os.fstat(file.fileno()).st_size and _locked(file.fileno()):
                stale.unlink()


def _locked(handle: int) -> bool:
    """Takes the lock of a file until it is closed, also by the death of its process; False where somebody has it."""
    if os.name == "nt":
        return False
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _mode(path: Path) -> int:
    """The rights of the file that is replaced, else those of a new file under the user's mask."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    return masked(0o666)


def masked(rights: int) -> int:
    """The rights that the user's mask leaves."""
    mask = os.umask(0)
    os.umask(mask)
    return rights & ~mask


def _remove(name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name)


def _failed(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or type(error).__name__
    return OutputError(
        "WRITE_FAILED",
        Text(zh=f"无法写入：{reason}。", en=f"cannot be written: {reason}."),
        Text(
            zh="请检查目录是否存在、磁盘空间和写入权限；未完成的文件不会留下。",
            en="check that the folder exists, the disk's space and your rights; no unfinished file is left behind.",
        ),
        str(path),
    )
