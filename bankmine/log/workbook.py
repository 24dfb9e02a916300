"""The parts of an XLSX file before any of its cells is believed: a bounded zip, sound XML, and what cell readers leave out.

Cell readers give values; error values, formulas that were never calculated, and numbers that only a format pads with zeros
are found here, in the sheet's own markup.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bankmine.errors import InputError
from bankmine.log.container import AGAIN, FREE_BYTES, MAX_RATIO, PIECE, too_much
from bankmine.log.notes import unquoted
from bankmine.words import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

CELLS_LIMIT = 60_000_000  # what a sheet spans, empty cells included: a reader's memory follows it
OLE = b"\xd0\xcf\x11\xe0"
DTD = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))

TAG = rb"<(?:\w+:)?"
REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
NOT_NUMBER = re.compile(rb"\bt=[\"'](?!n[\"'])")
FILLED = re.compile(TAG + rb"c\b([^>]*[^/>])>")
ERROR = re.compile(TAG + rb"c\b([^>]*\bt=[\"']e[\"'][^>]*)>")
UNCALCULATED = re.compile(TAG + rb"c\b([^>]*[^/>])>\s*" + TAG + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*</(?:\w+:)?c>")
FAR = re.compile(rb"\br=[\"']([A-Z]{2,3})\d")
LAST_ROW = re.compile(rb".*" + TAG + rb"row\b[^>]*\br=[\"'](\d+)[\"']", re.DOTALL)
ZERO_FORMAT = re.compile(r"0{2,}(?:;.*)?")


@dataclass(slots=True)
class SheetMarkup:
    """What a sheet's markup tells: places are (row, column), both from 1.

    `errors` holds the cells with an error value or a formula never calculated, `padded` the numbers shown with leading
    zeros; `first_column` is the leftmost filled one, `filled` whether any cell is.
    """

    filled: bool = False
    first_column: int = 0
    last_row: int = 0
    last_column: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)
    padded: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Workbook:
    """The sheets of a workbook by name, in the order of its tabs."""

    sheets: dict[str, SheetMarkup]


def read_workbook(content: bytes, file: str) -> Workbook:
    """The workbook's sheets; every part of the file was unpacked and its checksum compared.

    Raises InputError NOT_EXCEL, XLSX_TRUNCATED (also where it is damaged), XML_DTD, DECOMPRESS_LIMIT.
    """
    if not content.startswith(b"PK\x03\x04"):
        raise not_excel(content, file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_bomb(archive, len(content), file)
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                raise not_excel(content, file)
            parts = {name: b"".join(unpacked(archive, name, file)) for name in names if is_directory_part(name)}
            targets = sheet_parts(parts, file)
            padded = zero_styles(parts.get("xl/styles.xml", b""), file)
            sheets = {name: markup(unpacked(archive, part, file), padded, file) for name, part in targets.items() if part in names}
            for name in set(names) - set(parts) - set(targets.values()):
                for _ in unpacked(archive, name, file):
                    pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError) as error:
        raise damaged(file, error) from None
    return Workbook(sheets)


def is_directory_part(name: str) -> bool:
    return name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")


def refuse_bomb(archive: zipfile.ZipFile, size: int, file: str) -> None:
    whole = sum(part.file_size for part in archive.infolist())
    if whole > FREE_BYTES and whole > MAX_RATIO * size:
        raise too_much(
            file,
            Text(
                zh=f"解压后的内容超过文件大小的 {MAX_RATIO} 倍（疑似压缩炸弹）。",
                en=f"the content is more than {MAX_RATIO} times the file (a decompression bomb, perhaps).",
            ),
        )


def unpacked(archive: zipfile.ZipFile, name: str, file: str) -> Iterator[bytes]:
    """A part of the archive in pieces; zipfile compares length and checksum at its end."""
    with archive.open(name) as part:
        first = True
        while piece := part.read(PIECE):
            if first and any(mark in piece for mark in DTD):
                raise InputError(
                    "XML_DTD",
                    Text(
                        zh=f"工作簿的 {name} 含有文档类型声明（DTD），出于安全原因拒绝读取。",
                        en=f"the workbook's part {name} has a document type declaration (DTD, entities); it is refused for safety.",
                    ),
                    AGAIN,
                    file,
                )
            first = False
            yield piece


def sheet_parts(parts: dict[str, bytes], file: str) -> dict[str, str]:
    """The archive part of each worksheet, in the order of the tabs."""
    book = tree(parts["xl/workbook.xml"], file)
    links = {}
    if "xl/_rels/workbook.xml.rels" in parts:
        for link in tree(parts["xl/_rels/workbook.xml.rels"], file).iter("{*}Relationship"):
            target = link.get("Target", "")
            links[link.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    found = {}
    for sheet in book.iter("{*}sheet"):
        key = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), None)
        if key in links:
            found[sheet.get("name", "")] = links[key]
    return found


def zero_styles(styles: bytes, file: str) -> frozenset[int]:
    """The cell styles whose number format only pads with zeros (000000)."""
    if not styles:
        return frozenset()
    root = tree(styles, file)
    formats = {one.get("numFmtId") for one in root.iter("{*}numFmt") if ZERO_FORMAT.fullmatch(one.get("formatCode", ""))}
    cells = root.find("{*}cellXfs")
    return frozenset(at for at, one in enumerate(cells if cells is not None else ()) if one.get("numFmtId") in formats)


def tree(part: bytes, file: str) -> "_Element":
    from lxml import etree

    try:
        return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:  # whose words quote the file
        raise damaged(file, ValueError(f"libxml2 error {error.code}")) from None


def markup(pieces: Iterator[bytes], padded: frozenset[int], file: str) -> SheetMarkup:
    """What the markup of a sheet tells, read in runs of whole rows."""
    found = SheetMarkup()
    rest = b""
    for piece in pieces:
        rest += piece
        cut = rest.rfind(b"</", 0, rest.rfind(b"row>")) if b"row>" in rest else -1
        if cut > 0:
            scan(rest[:cut], padded, found)
            rest = rest[cut:]
    scan(rest, padded, found)
    if found.last_row * found.last_column > CELLS_LIMIT:
        raise too_much(
            file,
            Text(
                zh=f"工作表跨越 {found.last_row:,} 行 × {found.last_column:,} 列，超过可读取的 {CELLS_LIMIT:,} 个单元格。",
                en=f"the sheet spans {found.last_row:,} rows by {found.last_column:,} columns, more than {CELLS_LIMIT:,} cells.",
            ),
        )
    return found


def scan(rows: bytes, padded: frozenset[int], found: SheetMarkup) -> None:
    """Adds what a run of rows tells."""
    if not found.filled:
        columns = [number(place[1]) for cell in FILLED.finditer(rows) if (place := REFERENCE.search(cell[1]))]
        found.filled = FILLED.search(rows) is not None
        found.first_column = min(columns, default=1)
        found.last_column = max([26, *columns])
    last = LAST_ROW.match(rows)
    found.last_row = max(found.last_row, int(last[1]) if last else 0)
    found.last_column = max(found.last_column, *map(number, set(FAR.findall(rows))), 0)
    wrong = [*ERROR.finditer(rows)] if b'="e"' in rows or b"='e'" in rows else []
    wrong += UNCALCULATED.finditer(rows) if b"f>" in rows or b"f " in rows or b"f/" in rows else []
    found.errors += sorted({place_of(cell[1]) for cell in wrong})
    if padded:
        for cell in FILLED.finditer(rows):
            style = STYLE.search(cell[1])
            if style and int(style[1]) in padded and not NOT_NUMBER.search(cell[1]):
                found.padded.append(place_of(cell[1]))


def place_of(attributes: bytes) -> tuple[int, int]:
    """Row and column of a cell; zeros where it does not say."""
    place = REFERENCE.search(attributes)
    return (int(place[2]), number(place[1])) if place else (0, 0)


def number(letters: bytes) -> int:
    """The 1-based number of a column: A = 1, AA = 27."""
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def not_excel(content: bytes, file: str) -> InputError:
    if content.startswith(OLE):
        return InputError(
            "NOT_EXCEL",
            Text(
                zh="这是旧版 Excel（.xls）或加密的工作簿，无法读取。",
                en="this is a workbook in the old .xls format, or an encrypted one; it cannot be read.",
            ),
            Text(zh="请在 Excel 中另存为不加密的 .xlsx 或 CSV。", en="save it in Excel as .xlsx without a password, or as CSV."),
            file,
        )
    return InputError(
        "NOT_EXCEL",
        Text(
            zh="文件名是 Excel，但内容不是 .xlsx 工作簿（常见于系统把网页或文本另存为 .xls）。",
            en="the file is named Excel, but its content is no .xlsx workbook (systems like to name HTML tables or text .xls).",
        ),
        Text(zh="请在 Excel 中打开并另存为 .xlsx，或重新导出为 CSV。", en="open it in Excel and save it as .xlsx, or export as CSV."),
        file,
    )


def damaged(file: str, error: Exception) -> InputError:
    said = unquoted(error)
    return InputError(
        "XLSX_TRUNCATED",
        Text(
            zh=f"xlsx 文件（zip 容器）被截断或已损坏（{said}）。",
            en=f"the xlsx file, a zip archive, is truncated or corrupt ({said}).",
        ),
        AGAIN,
        file,
    )
