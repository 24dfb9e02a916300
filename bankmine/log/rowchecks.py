"""What every table is checked for once its rows are known: repeated headers, totals, blank rows, duplicate columns, huge fields."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bankmine.log.container import FIELD_LIMIT
from bankmine.log.header import TOTAL, Header, duplicate, no_rows, wrong_width
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding, Reject
from bankmine.words import Text

TOTAL_COLUMNS = 2  # the first ones, in which a total says what it is


@dataclass(slots=True)
class TableRows:
    """TableRows below a header, each with its line; those set aside; lines of titles and totals; the number of blank lines."""

    frame: pl.DataFrame
    line: np.ndarray
    rejects: list[Reject] = field(default_factory=list)
    printed: list[int] = field(default_factory=list)
    blank: int = 0


def tidied(rows: TableRows, header: Header, width: int, file: str, findings: list[QualityFinding]) -> TableRows:
    """The rows under the header's names, without what is no row of data; what was found is added to `findings`.

    Raises InputError NO_ROWS, HEADER_DUP, HEADER_WIDTH.
    """
    frame = without_empty_text(rows.frame)
    again = repeated(frame, header)
    none = np.zeros(frame.height, dtype=bool)
    # Only where every column has an empty cell can a row be blank, only where some column has one can a row be a total.
    empty = frame.null_count().row(0)
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy() if all(empty) else none
    total = totals(frame) if any(empty) else none
    line, printed = rows.line, [*rows.printed, *rows.line[total & ~again].tolist()]
    kept = ~(again | blank | total)
    findings += row_findings(header, line[again], printed, rows.blank + int(blank.sum()), file)
    if not kept.all():
        frame, line = frame.filter(pl.Series(kept)), line[kept]
    if not frame.height:
        raise no_rows(file, header.line)
    frame = named(frame, header, width, line, file, findings)
    findings += huge_fields(frame, line, file)
    return TableRows(frame, line, rows.rejects, sorted(printed), rows.blank)


def without_empty_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with null in place of empty text."""
    sizes = frame.select(pl.col(pl.String).str.len_bytes().min())
    texts = [name for name in sizes.columns if sizes[name].item() == 0]
    return frame.with_columns(pl.when(pl.col(texts).str.len_bytes() > 0).then(pl.col(texts))) if texts else frame


def repeated(frame: pl.DataFrame, header: Header) -> np.ndarray:
    """bool [rows]: whether a row is the header again (pages joined)."""
    cells = [cell or None for cell in header.written[: frame.width]]
    mask = np.zeros(frame.height, dtype=bool)
    if not any(cells) or any(cell is not None and kind != pl.String for kind, cell in zip(frame.dtypes, cells, strict=False)):
        return mask
    again = np.arange(frame.height)
    for name, cell in zip(frame.columns, cells, strict=False):  # each column is compared where those before it are equal
        column = frame[name] if len(again) == frame.height else frame[name].gather(again)
        again = again[(column.is_null() if cell is None else column.eq_missing(cell)).to_numpy()]
        if not len(again):
            break
    mask[again] = True
    return mask


def totals(frame: pl.DataFrame) -> np.ndarray:
    """bool [rows]: whether a row is a total: its first filled cell, one of the first two, says so, and some cell is empty."""
    texts = [name for name in frame.columns[:TOTAL_COLUMNS] if frame.schema[name] == pl.String]
    if not texts:
        return np.zeros(frame.height, dtype=bool)
    holes = frame.select(pl.any_horizontal(pl.all().is_null())).to_series()
    some = frame.select(pl.coalesce(pl.col(texts))).to_series().filter(holes)
    # Most columns of names have few values, so each is looked at once.
    distinct = some.unique().drop_nulls()
    says = distinct.filter(distinct.str.strip_chars().str.contains(f"(?i)^(?:{TOTAL.pattern})$"))
    total = holes.to_numpy().copy()
    total[total] = some.is_in(says.implode()).fill_null(value=False).to_numpy()
    return total


def named(frame: pl.DataFrame, header: Header, width: int, line: np.ndarray, file: str, findings: list[QualityFinding]) -> pl.DataFrame:
    """The frame under the header's names.

    Left out are surplus columns, which are empty, empty columns without a name, and columns that repeat name and contents.
    """
    names = header.names[:width]
    for extra in frame.columns[len(names) :]:
        filled = frame[extra].is_not_null().arg_true()
        if len(filled):
            raise wrong_width(file, int(line[filled[0]]), width, len(names))
    columns: dict[str, str] = {}
    blank, twice = [], []
    for name, shown, written, column in zip(names, header.shown, header.written, frame.columns, strict=False):
        if not written.strip():
            if frame[column].null_count() == frame.height:
                continue
            blank.append(name)
        if name not in columns:
            columns[name] = column
        elif frame[columns[name]].cast(pl.String, strict=False).equals(frame[column].cast(pl.String, strict=False)):
            twice.append(name)
        else:
            raise duplicate(file, header.line, shown)
    messages = {
        "HEADER_BLANK": Text(
            zh="有 {count} 列没有列名，已按位置命名（{names}）。",
            en="{count} columns have no name; they are called after their place ({names}).",
        ),
        "HEADER_DUP": Text(
            zh="有 {count} 列与前面的列同名且内容相同，已去掉（{names}）。",
            en="{count} columns repeat the name and the contents of an earlier one ({names}); the duplicates are dropped.",
        ),
    }
    for code, concerned in (("HEADER_BLANK", blank), ("HEADER_DUP", twice)):
        if concerned:
            shown = concerned[:EXAMPLES_SHOWN]
            listed = ", ".join(shown) + (" …" if len(concerned) > len(shown) else "")
            message = messages[code].format(count=len(concerned), names=listed)
            findings.append(
                QualityFinding(code, "warning", len(concerned), message, tuple(Example(file, header.line, name, None) for name in shown))
            )
    return frame.select(pl.col(column).alias(name) for name, column in columns.items())


def row_findings(header: Header, again: np.ndarray, printed: Sequence[int], blank: int, file: str) -> list[QualityFinding]:
    findings = []
    if header.skipped or printed:
        places = [*header.skipped, *printed]
        findings.append(
            QualityFinding(
                "PREAMBLE",
                "warning",
                len(places),
                Text(
                    zh=f"跳过了表头上方的 {len(header.skipped)} 行标题，以及 {len(printed)} 行合计或页脚。",
                    en=f"{len(header.skipped)} title lines above the header and {len(printed)} lines of totals or notes were skipped.",
                ),
                tuple(Example(file, place, None, None) for place in places[:EXAMPLES_SHOWN]),
            )
        )
    if len(again):
        findings.append(
            QualityFinding(
                "HEADER_REPEATED",
                "warning",
                len(again),
                Text(
                    zh=f"表头在数据中重复出现 {len(again)} 次（可能由多页拼接），已跳过。",
                    en=f"the header is repeated {len(again)} times among the rows (pages joined, perhaps); the repetitions were skipped.",
                ),
                tuple(Example(file, int(place), None, None) for place in again[:EXAMPLES_SHOWN]),
            )
        )
    if blank:
        findings.append(
            QualityFinding("BLANK_ROWS", "info", blank, Text(zh=f"跳过了 {blank} 个空行。", en=f"{blank} blank rows were skipped."), ())
        )
    return findings


def huge_fields(frame: pl.DataFrame, line: np.ndarray, file: str) -> list[QualityFinding]:
    longest = frame.select(pl.col(pl.String).str.len_bytes().max())
    places = [
        (int(line[row]), name)
        for name in longest.columns
        if (longest[name].item() or 0) > FIELD_LIMIT
        for row in (frame[name].str.len_bytes() > FIELD_LIMIT).fill_null(value=False).arg_true()
    ]
    if not places:
        return []
    return [
        QualityFinding(
            "FIELD_HUGE",
            "warning",
            len(places),
            Text(zh=f"有 {len(places)} 个字段超过 1 MB。", en=f"{len(places)} fields are larger than 1 MB."),
            tuple(Example(file, row, name, None) for row, name in sorted(places)[:EXAMPLES_SHOWN]),
        )
    ]
