"""Raw tables of every format that is read: told by content, then by name."""

from dataclasses import replace
from pathlib import Path

from bankmine.errors import InputError
from bankmine.log.container import Source, open_source
from bankmine.log.encoding import MARKS, without_mark
from bankmine.log.quality import Example, QualityFinding
from bankmine.log.table import Table
from bankmine.words import Text

PACKED_SUFFIXES = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xls")
PARQUET_SUFFIXES = (".parquet", ".pq")
OLE = b"\xd0\xcf\x11\xe0"
# Control characters that no text holds, and how many of them make the head of a file binary.
CONTROLS = bytes(code for code in range(32) if code not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B))
CONTROL_SHARE = 0.05


def read_table(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """The rows of a file: CSV or TSV (also gzip, Zstandard), Parquet, XLSX, XES (also gzip).

    `encoding` is that of a text file (otherwise detected), `sheet` that of a workbook (otherwise the first with rows).
    Cells of text files are as written, empty ones null; other formats keep their types. Raises InputError with file, line
    and column as far as they are known.
    """
    with open_source(path) as source:
        packed, suffix = suffixes(path)
        table = _read(path, source, suffix, encoding, sheet)
        if source.packing != packed:
            table = replace(table, findings=(*table.findings, unlike_name(source)))
    return table


def suffixes(path: Path) -> tuple[str | None, str]:
    """The container and the format that the name speaks of."""
    packed = PACKED_SUFFIXES.get(path.suffix.lower())
    return packed, Path(path.stem if packed else path.name).suffix.lower()


def _read(path: Path, source: Source, suffix: str, encoding: str | None, sheet: str | None) -> Table:
    head = source.head
    if head.startswith(b"PAR1") or suffix in PARQUET_SUFFIXES:
        from bankmine.log.parquet import read_parquet

        return read_parquet(unpacked(source))
    if head.startswith((b"PK\x03\x04", OLE)) or suffix in EXCEL_SUFFIXES:
        from bankmine.log.excel import read_excel

        return read_excel(unpacked(source), sheet)
    if suffix == ".xes" or is_markup(head, b"<?xml", b"<log"):
        from bankmine.log.xes import read_xes

        return read_xes(path)
    if is_markup(head, b"<!doctype", b"<html"):
        raise InputError(
            "FORMAT_UNKNOWN",
            Text(zh="这是网页（HTML），不是日志文件。", en="this is a web page (HTML), no log."),
            Text(
                zh="可能保存了登录页；请重新导出为 CSV、XLSX、Parquet 或 XES。",
                en="a login page, perhaps; export as CSV, XLSX, Parquet or XES.",
            ),
            source.file,
        )
    if is_binary(head) and encoding is None:
        raise not_text(source.file)
    from bankmine.log.delimited import read_delimited

    return read_delimited(source, encoding)


def is_markup(head: bytes, *beginnings: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower().startswith(beginnings)


def is_binary(head: bytes) -> bool:
    """Whether the first bytes are no text: too many control characters, and not UTF-16 or UTF-32."""
    if any(head.startswith(mark) for mark, _ in MARKS) or without_mark(head):
        return False
    return len(head) - len(head.translate(None, CONTROLS)) > CONTROL_SHARE * len(head)


def unpacked(source: Source) -> Source:
    """The same source, refused where a format that packs its own content was packed again."""
    if source.packing is None:
        return source
    raise InputError(
        "FORMAT_UNKNOWN",
        Text(
            zh=f"{source.packing} 压缩包内是 Parquet 或 Excel 文件，不能直接读取。",
            en=f"a Parquet or Excel file inside {source.packing} cannot be read directly.",
        ),
        Text(zh="请先解压。", en="unpack it first."),
        source.file,
    )


def not_text(file: str) -> InputError:
    return InputError(
        "NOT_TEXT",
        Text(zh="文件不是文本，而是二进制数据。", en="the file is no text but binary data; its format is unknown."),
        Text(
            zh="可读取的格式：CSV/TSV（可用 gzip、zstd 压缩）、XLSX、Parquet、XES。",
            en="readable: CSV/TSV (also .gz, .zst), XLSX, Parquet, XES.",
        ),
        file,
    )


def unlike_name(source: Source) -> QualityFinding:
    packing = source.packing
    return QualityFinding(
        "CONTAINER_DETECTED",
        "warning",
        1,
        Text(
            zh=f"文件实际上是 {packing} 压缩的，与扩展名不符；已自动解压。",
            en=f"the file is {packing}-compressed, which its name does not say; it was unpacked.",
        )
        if packing
        else Text(
            zh="扩展名表示压缩文件，但文件并未压缩；已直接读取。",
            en="the file's name says that it is compressed, but it is not; it was read as it stands.",
        ),
        (Example(source.file, None, None, packing),),
    )
