"""Case ids, activity labels and other names: what is one name and what is missing.

Names equal after Unicode compatibility folding (NFKC), trimming and collapsing of spaces are one name; everything else
that looks alike is reported and left as it is. All work is done on the distinct values.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log import likeness
from bankmine.log.notes import Note, cell_text
from bankmine.words import Text

NULL_WORDS = frozenset({"", "null", "nan", "none", "na", "n/a", "无"})
"""Words that mean "no value", compared without regard to case."""

INVISIBLE = r"[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e]"
BLANKS = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
WHOLE_FLOAT = r"^[+-]?[0-9]+\.0+$"
OTHER_FLOAT = r"^[+-]?[0-9]+\.[0-9]*[1-9][0-9]*$"
SCIENTIFIC = r"^[+-]?[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,}$"
CARD = r"^(?:62[0-9]{14,17}|(?:4|5[1-5]|2[2-7]|3[47]|6[05])[0-9]{11,17})$"
CITIZEN = r"^[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
# Within a label: 15 to 19 digits (a card), 17 and a digit or X (a citizen), or a mobile number of China.
LONG_NUMBER = r"(^|[^0-9])(?:[0-9]{11,15}([0-9]{3}[0-9Xx])|1[3-9][0-9]{5}([0-9]{4}))($|[^0-9])"
EXACT_FLOAT = 2**53
MANY_LABELS = 1_000


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of names: `values` String [rows], null = missing, and what was noticed."""

    values: pl.Series
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class _Tidied:
    """Distinct values before and after tidying, and which step changed them."""

    text: pl.Series
    frame: pl.DataFrame  # raw, tidy (null = missing), invisible, blanks, folded

    def values(self) -> pl.Series:
        changed = self.frame.filter(pl.col("tidy").is_null() | (pl.col("tidy") != pl.col("raw")))
        return self.text.replace(changed["raw"], changed["tidy"]) if changed.height else self.text

    def rows(self, step: str) -> np.ndarray:
        """The rows whose value was changed by a step and is not missing."""
        changed = self.frame.filter(pl.col(step) & pl.col("tidy").is_not_null())["raw"]
        return _rows_of(self.text, changed)

    def merged(self, step: str) -> bool:
        """Whether a step made one name out of several."""
        some = self.frame.filter(pl.col(step))["tidy"].drop_nulls().unique()
        return (self.frame.filter(pl.col("tidy").is_in(some.implode()))["tidy"].value_counts()["count"] > 1).any()


def cases(cells: pl.Series, *, file: str, column: str, line: np.ndarray, null_words: frozenset[str] = NULL_WORDS) -> Labels:
    """Case ids as text, leading zeros kept.

    Notes: CASE_NORMALISED, INVISIBLE_CHARS, CASE_FLOAT (1001.0 is 1001 where no id of the column has other decimals),
    PII_CARD, PII_ID. Raises InputError CASE_SCI_NOTATION where digits are already lost.
    """
    text, floats = as_text(cells)
    tidied = _tidy(text, null_words, collapse=False)
    notes = [
        Note("CASE_NORMALISED", "warning", _normalised, tidied.rows("reshaped"), column, cells),
        Note("INVISIBLE_CHARS", "warning", _invisible, tidied.rows("invisible"), column, cells),
    ]
    values = tidied.values()
    distinct = values.drop_nulls().unique()
    ruined = distinct.filter(distinct.str.contains(SCIENTIFIC))
    if len(ruined) or _too_large(cells):
        row = int(_rows_of(values, ruined)[0]) if len(ruined) else int((cells.abs() >= EXACT_FLOAT).arg_true()[0])
        raise InputError(
            "CASE_SCI_NOTATION",
            Text(
                zh=f"案件编号为科学计数法，位数已丢失：“{cell_text(cells, row)}”",
                en=f"case ids in scientific notation have lost precision: {cell_text(cells, row)!r} in column {column}",
            ),
            Text(
                zh="请将该列设为文本格式后重新导出，不要经 Excel 另存。",
                en="export this column as text again, without saving it in Excel on the way.",
            ),
            file,
            int(line[row]),
            column,
        )
    whole = distinct.filter(distinct.str.contains(WHOLE_FLOAT))
    if len(whole) and not distinct.str.contains(OTHER_FLOAT).any():
        floats = _rows_of(values, whole)
        values = values.replace(whole, whole.str.replace(r"\.0+$", ""))
    notes.append(Note("CASE_FLOAT", "warning", _float_ids, floats, column, cells))
    notes.extend(_personal(values, column))
    return Labels(values, tuple(notes))


def activities(cells: pl.Series, *, column: str, null_words: frozenset[str] = NULL_WORDS) -> Labels:
    """Activity labels, tidied; look-alikes are noted, not merged.

    Notes: LABEL_WHITESPACE, LABEL_NFKC, INVISIBLE_CHARS, ACT_CARDINALITY, LABEL_BIDI, LABEL_CONFUSABLE,
    LABEL_CASE_VARIANT, LABEL_SIMILAR, LABEL_POLLUTED, PII_LABEL (card, citizen and telephone numbers keep their last four signs).
    """
    text, _ = as_text(cells)
    tidied = _tidy(text, null_words, collapse=True)
    values, named = _unnamed(tidied.values())
    notes = [
        Note("PII_LABEL", "warning", _named, named, column, None),
        Note("INVISIBLE_CHARS", "warning", _invisible, tidied.rows("invisible"), column, cells),
        Note("LABEL_WHITESPACE", "warning", _whitespace, tidied.rows("blanks"), column, cells),
        Note("LABEL_NFKC", "warning" if tidied.merged("folded") else "info", _folded, tidied.rows("folded"), column, cells),
    ]
    counted = values.drop_nulls().value_counts()
    counts = dict(zip(counted.to_series(0).to_list(), counted.to_series(1).to_list(), strict=True))
    if len(counts) > MANY_LABELS:
        first = np.flatnonzero((values.is_not_null() & values.is_first_distinct()).to_numpy())
        notes.append(Note("ACT_CARDINALITY", "warning", _many, first, column, cells))
    for finding in likeness.look_alikes(counts):
        rows = _rows_of(values, pl.Series(finding.labels, dtype=pl.String))
        notes.append(Note(finding.code, "warning", finding.message, rows, column, cells))
    return Labels(values, tuple(notes))


def names(cells: pl.Series, *, column: str, null_words: frozenset[str] = NULL_WORDS) -> Labels:
    """Any other column of names (resource, branch, status …), tidied like activity labels.

    Notes: VALUE_NORMALISED, NULL_WORDS.
    """
    text, _ = as_text(cells)
    tidied = _tidy(text, null_words, collapse=True)
    changed = np.union1d(tidied.rows("reshaped"), tidied.rows("invisible"))
    words = tidied.frame.filter(pl.col("tidy").is_null() & (pl.col("raw").str.strip_chars() != ""))["raw"]
    notes = (
        Note("VALUE_NORMALISED", "info", _values_normalised, changed, column, cells),
        Note("NULL_WORDS", "info", _null_words, _rows_of(text, words), column, cells),
    )
    return Labels(tidied.values(), notes)


def as_text(cells: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """Cells as text, and the rows that were whole floating-point numbers (1001.0) and lost their decimals."""
    none = np.zeros(0, dtype=np.int64)
    if cells.dtype == pl.String:
        return cells, none
    if cells.dtype.is_float():
        known = cells.is_not_null() & ~cells.is_nan() & ~cells.is_infinite()
        plain = cells.set(~known.fill_null(False), None)
        if (plain.drop_nulls() == plain.drop_nulls().round()).all():
            return plain.cast(pl.Int64, strict=False).cast(pl.String), known.fill_null(False).arg_true().to_numpy().astype(np.int64)
        return plain.cast(pl.String), none
    return cells.cast(pl.String, strict=False), none


def _tidy(text: pl.Series, null_words: frozenset[str], *, collapse: bool) -> _Tidied:
    def trimmed(column: pl.Expr) -> pl.Expr:
        spaced = column.str.replace_all(BLANKS + "+", " ") if collapse else column
        return spaced.str.replace(f"^(?:{BLANKS}|[\r\n])+", "").str.replace(f"(?:{BLANKS}|[\r\n])+$", "")

    raw = pl.DataFrame({"raw": text.drop_nulls().unique(maintain_order=True)})
    steps = raw.with_columns(seen=pl.col("raw").str.replace_all(INVISIBLE, ""))
    steps = steps.with_columns(spaced=trimmed(pl.col("seen")))
    wide = pl.col("spaced").str.contains(r"[^\x00-\x7f]")
    steps = steps.with_columns(narrow=pl.when(wide).then(trimmed(pl.col("spaced").str.normalize("NFKC"))).otherwise(pl.col("spaced")))
    missing = pl.col("narrow").str.to_lowercase().is_in(sorted(null_words)) | (pl.col("narrow") == "")
    return _Tidied(
        text,
        steps.select(
            "raw",
            tidy=pl.when(missing).then(None).otherwise(pl.col("narrow")),
            invisible=pl.col("seen") != pl.col("raw"),
            blanks=pl.col("spaced") != pl.col("seen"),
            folded=pl.col("narrow") != pl.col("spaced"),
            reshaped=pl.col("narrow") != pl.col("seen"),
        ),
    )


def _rows_of(text: pl.Series, values: pl.Series) -> np.ndarray:
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    return text.is_in(values.implode()).fill_null(False).arg_true().to_numpy().astype(np.int64)


def _too_large(cells: pl.Series) -> bool:
    return cells.dtype.is_float() and (cells.abs() >= EXACT_FLOAT).any()


def _personal(values: pl.Series, column: str) -> list[Note]:
    """Case ids that are card or citizen numbers: personal data in a place that reports show."""
    distinct = values.drop_nulls().unique()
    cards = distinct.filter(distinct.str.contains(CARD))
    cards = cards.filter(pl.Series([number.startswith("62") or luhn(number) for number in cards.to_list()], dtype=pl.Boolean))
    citizens = distinct.filter(distinct.str.contains(CITIZEN))
    citizens = citizens.filter(pl.Series([citizen(number) for number in citizens.to_list()], dtype=pl.Boolean))
    return [
        Note("PII_CARD", "warning", _cards, _rows_of(values, cards), column, None),
        Note("PII_ID", "warning", _citizens, _rows_of(values, citizens), column, None),
    ]


def _unnamed(labels: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """Labels without all but the last four signs of people's numbers, which every report would show, and the rows that had some."""
    distinct = labels.drop_nulls().unique()
    held = distinct.filter(distinct.str.contains(LONG_NUMBER))
    if not len(held):
        return labels, np.zeros(0, dtype=np.int64)
    short = held
    for _ in range(2):  # two numbers may share what parts them
        short = short.str.replace_all(LONG_NUMBER, "${1}…${2}${3}${4}")
    changed = held != short
    return labels.replace(held.filter(changed), short.filter(changed)), _rows_of(labels, held.filter(changed))


def luhn(number: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def citizen(number: str) -> bool:
    """Whether the check sign of a Chinese citizen number is right (GB 11643-1999)."""
    total = sum(int(digit) * pow(2, 17 - position, 11) for position, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _named(count: int) -> Text:
    return Text(
        zh=f"{count} 行的环节名称含卡号、身份证号或电话号码，只保留末四位",
        en=f"{count} labels held card, identity or telephone numbers, of which the last four signs are kept",
    )


def _normalised(count: int) -> Text:
    return Text(
        zh=f"{count} 个案件编号含全角字符或首尾空格，已统一",
        en=f"{count} case ids had full-width characters or spaces around them and were normalised",
    )


def _invisible(count: int) -> Text:
    return Text(zh=f"{count} 个单元格含不可见字符，已去除", en=f"{count} cells held invisible characters, which were removed")


def _float_ids(count: int) -> Text:
    return Text(
        zh=f"{count} 个案件编号带“.0”（曾被当作数字），已去除",
        en=f"{count} case ids ended in .0 (they had been numbers once); it was removed",
    )


def _whitespace(count: int) -> Text:
    return Text(zh=f"{count} 个环节名称有多余空格，已统一", en=f"{count} activity labels had extra spaces and were normalised")


def _folded(count: int) -> Text:
    return Text(
        zh=f"{count} 个环节名称含全角等兼容字符，已统一",
        en=f"{count} activity labels had full-width or other compatibility characters and were normalised",
    )


def _many(count: int) -> Text:
    return Text(
        zh=f"共有 {count} 个不同的环节名称，可能把编号写进了名称；列表只显示最常见的",
        en=f"{count} distinct activity labels: numbers may be part of the labels; lists show the most frequent only",
    )


def _values_normalised(count: int) -> Text:
    return Text(
        zh=f"{count} 个属性值有多余空格、全角或不可见字符，已统一",
        en=f"{count} attribute values had extra spaces, full-width or invisible characters and were normalised",
    )


def _null_words(count: int) -> Text:
    return Text(
        zh=f"{count} 个属性值是空值词（如 NULL、无），按缺失处理",
        en=f"{count} attribute values are null words (such as NULL or 无) and count as missing",
    )


def _cards(count: int) -> Text:
    return Text(
        zh=f"{count} 行的案件编号形似银行卡号，属个人信息，请改用内部编号",
        en=f"{count} rows have case ids that look like card numbers: personal data, better replaced by an internal number",
    )


def _citizens(count: int) -> Text:
    return Text(
        zh=f"{count} 行的案件编号形似居民身份证号，属个人信息，请改用内部编号",
        en=f"{count} rows have case ids that look like citizen numbers: personal data, better replaced by an internal number",
    )
