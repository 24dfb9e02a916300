"""Case ids, activity labels and other names: what is one name and what is missing.

Names equal after Unicode compatibility folding (NFKC), trimming and collapsing of spaces are one name; everything else
that looks alike is reported and left as it is. All work is done on the distinct values.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log import likeness
from bankmine.log.coded import Coded, coded
from bankmine.log.notes import Note, cell_text
from bankmine.words import Text

NULL_WORDS = frozenset(
    {"", "null", "nan", "none", "na", "n/a", "无", "#n/a", "#null!", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#spill!", "#calc!"}
)
"""Words that mean "no value", compared without regard to case; the errors of a spreadsheet are such words in what it exports as text."""

INVISIBLE = r"[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e]"
BLANKS = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
WHOLE_FLOAT = r"^([+-]?[0-9]+)\.0+$"
OTHER_FLOAT = r"^[+-]?[0-9]+\.[0-9]*[1-9][0-9]*$"
SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]{2,}$"
CARD = r"^(?:62[0-9]{14,17}|(?:4|5[1-5]|2[2-7]|3[47]|6[05])[0-9]{11,17})$"
CITIZEN = r"^[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
UNTIDY = r"[^!-~]"  # all that tidying may change holds something else than visible ASCII
# Within a label: what may be a card, a citizen or, in eleven digits, a mobile phone of China.
LONG_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[Xx]|[0-9]{13,19}|1[3-9][0-9]{9})(?![0-9])")
EXACT_FLOAT = 2**53
MANY_LABELS = 1_000


@dataclass(frozen=True, eq=False)
class Labels:
    """A column of names: its distinct `names` sorted by code point, and what was noticed."""

    names: Coded
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class _Tidied:
    """A column before and after tidying: `tidy` String [values of `raw`] (null = missing); bool [values]: what each step changed."""

    raw: Coded
    tidy: pl.Series
    invisible: np.ndarray
    blanks: np.ndarray
    folded: np.ndarray
    reshaped: np.ndarray

    def rows(self, step: np.ndarray) -> np.ndarray:
        """The rows whose value was changed by a step and is not missing."""
        return self.raw.rows(step & self.tidy.is_not_null().to_numpy()) if step.any() else np.zeros(0, dtype=np.int64)

    def merged(self, step: np.ndarray) -> bool:
        """Whether a step made one name out of several."""
        some = self.tidy.filter(step).drop_nulls()
        return self.tidy.filter(self.tidy.is_in(some.implode())).is_duplicated().any()


def cases(cells: pl.Series, *, file: str, column: str, line: np.ndarray, null_words: frozenset[str] = NULL_WORDS) -> Labels:
    """Case ids as text, leading zeros kept.

    Notes: CASE_NORMALISED, INVISIBLE_CHARS, CASE_FLOAT (1001.0 is 1001 where no id of the column has other decimals),
    PII_CARD, PII_ID. Raises InputError CASE_SCI_NOTATION where digits are already lost.
    """
    text, floats = as_text(cells)
    tidied = _tidy(text, null_words, collapse=False)
    notes = [
        Note("CASE_NORMALISED", "warning", _normalised, tidied.rows(tidied.reshaped), column, cells),
        Note("INVISIBLE_CHARS", "warning", _invisible, tidied.rows(tidied.invisible), column, cells),
    ]
    names = tidied.raw.renamed(tidied.tidy)
    ruined = names.values.str.contains(SCIENTIFIC)
    lost = names.rows(ruined) if ruined.any() else _too_large(cells)
    if len(lost):
        row = int(lost[0])
        form = re.sub(r"\d", "9", cell_text(cells, row) or "")  # what is left of a card's number may name its owner
        raise InputError(
            "CASE_SCI_NOTATION",
            Text(
                zh=f"案件编号为科学计数法，位数已丢失：“{form}”",
                en=f"case ids in scientific notation have lost precision: {form!r} in column {column}",
            ),
            Text(
                zh="请将该列设为文本格式后重新导出，不要经 Excel 另存。",
                en="export this column as text again, without saving it in Excel on the way.",
            ),
            file,
            int(line[row]),
            column,
        )
    whole = names.values.str.contains(WHOLE_FLOAT)
    if whole.any() and not names.values.str.contains(OTHER_FLOAT).any():
        floats = names.rows(whole)
        names = names.renamed(names.values.str.replace(WHOLE_FLOAT, "${1}"))
    notes.append(Note("CASE_FLOAT", "warning", _float_ids, floats, column, cells))
    notes.extend(_personal(names, column))
    return Labels(names, tuple(notes))


def activities(cells: pl.Series, *, column: str, null_words: frozenset[str] = NULL_WORDS) -> Labels:
    """Activity labels, tidied; look-alikes are noted, not merged.

    Notes: LABEL_WHITESPACE, LABEL_NFKC, INVISIBLE_CHARS, ACT_CARDINALITY, LABEL_BIDI, LABEL_GARBLED, LABEL_CONFUSABLE,
    LABEL_CASE_VARIANT, LABEL_SIMILAR, LABEL_POLLUTED, PII_LABEL (card, citizen and telephone numbers keep their last four signs).
    """
    text, _ = as_text(cells)
    tidied = _tidy(text, null_words, collapse=True)
    names, named = _unnamed(tidied.raw.renamed(tidied.tidy))
    notes = [
        Note("PII_LABEL", "warning", _named, named, column, None),
        Note("INVISIBLE_CHARS", "warning", _invisible, tidied.rows(tidied.invisible), column, cells),
        Note("LABEL_WHITESPACE", "warning", _whitespace, tidied.rows(tidied.blanks), column, cells),
        Note("LABEL_NFKC", "warning" if tidied.merged(tidied.folded) else "info", _folded, tidied.rows(tidied.folded), column, cells),
    ]
    counts = dict(zip(names.values.to_list(), names.counts().tolist(), strict=True))
    if len(counts) > MANY_LABELS:
        seen, first = np.unique(names.codes, return_index=True)
        notes.append(Note("ACT_CARDINALITY", "warning", _many, np.sort(first[seen >= 0]), column, cells))
    for finding in likeness.look_alikes(counts):
        rows = names.rows(names.values.is_in(list(finding.labels)))
        notes.append(Note(finding.code, "warning", finding.message, rows, column, cells))
    return Labels(names, tuple(notes))


def names(cells: pl.Series, *, column: str, null_words: frozenset[str] = NULL_WORDS, shown: bool = True) -> Labels:
    """Any other column of names (branch, status …), tidied like activity labels; `shown`: in outputs, as people and ids of tasks are not.

    Notes: PII_LABEL (where they are shown), VALUE_NORMALISED, NULL_WORDS.
    """
    text, _ = as_text(cells)
    tidied = _tidy(text, null_words, collapse=True)
    words = tidied.tidy.is_null() & (tidied.raw.values.str.strip_chars() != "")
    names = tidied.raw.renamed(tidied.tidy)
    names, named = _unnamed(names) if shown else (names, np.zeros(0, dtype=np.int64))
    notes = (
        Note("PII_LABEL", "warning", _named, named, column, None),
        Note("VALUE_NORMALISED", "info", _values_normalised, tidied.rows(tidied.reshaped | tidied.invisible), column, cells),
        Note("NULL_WORDS", "info", _null_words, tidied.raw.rows(words), column, cells),
    )
    return Labels(names, notes)


def as_text(cells: pl.Series) -> tuple[pl.Series, np.ndarray]:
    """Cells as text, and the rows that were whole floating-point numbers (1001.0) and lost their decimals."""
    none = np.zeros(0, dtype=np.int64)
    if cells.dtype == pl.String or isinstance(cells.dtype, pl.Categorical):
        return cells, none
    if cells.dtype.is_float():
        known = cells.is_not_null() & ~cells.is_nan() & ~cells.is_infinite()
        plain = cells.set(~known.fill_null(False), None)
        if (plain.drop_nulls() == plain.drop_nulls().round()).all():
            return plain.cast(pl.Int64, strict=False).cast(pl.String), known.fill_null(False).arg_true().to_numpy().astype(np.int64)
        return plain.cast(pl.String), none
    return cells.cast(pl.String, strict=False), none


def _tidy(text: pl.Series, null_words: frozenset[str], *, collapse: bool) -> _Tidied:
    def trimmed(column: pl.Series) -> pl.Series:
        spaced = column.str.replace_all(BLANKS + "+", " ") if collapse else column
        return spaced.str.replace(f"^(?:{BLANKS}|[\r\n])+", "").str.replace(f"(?:{BLANKS}|[\r\n])+$", "")

    column = coded(text)
    at = column.values.str.contains(UNTIDY).arg_true().to_numpy()
    raw = column.values.gather(at)
    seen = raw.str.replace_all(INVISIBLE, "")
    spaced = trimmed(seen)
    wide = spaced.str.contains(r"[^\x00-\x7f]")
    narrow = trimmed(spaced.str.normalize("NFKC")).zip_with(wide, spaced)
    place = np.arange(len(column.values))
    place[at] = len(place) + np.arange(len(at))
    tidy = pl.concat([column.values.alias(""), narrow.alias("")]).gather(place)
    missing = tidy.str.to_lowercase().is_in(sorted({*null_words, ""}))

    def changed(step: pl.Series) -> np.ndarray:
        mask = np.zeros(len(tidy), dtype=bool)
        mask[at] = step.to_numpy()
        return mask

    return _Tidied(
        column,
        pl.select(pl.when(~missing).then(tidy)).to_series() if missing.any() else tidy,
        invisible=changed(seen != raw),
        blanks=changed(spaced != seen),
        folded=changed(narrow != spaced),
        reshaped=changed(narrow != seen),
    )


def _too_large(cells: pl.Series) -> np.ndarray:
    """The rows with a floating-point number that cannot hold every digit; NaN, which Polars puts above all numbers, is none."""
    if not cells.dtype.is_float():
        return np.zeros(0, dtype=np.int64)
    return ((cells.abs() >= EXACT_FLOAT) & ~cells.is_nan()).arg_true().to_numpy()


def _personal(names: Coded, column: str) -> list[Note]:
    """Case ids that are card or citizen numbers: personal data in a place that reports show."""

    def rows(pattern: str, sound: Callable[[str], bool]) -> np.ndarray:
        at = names.values.str.contains(pattern).arg_true().to_numpy()
        chosen = np.zeros(len(names.values), dtype=bool)
        chosen[at] = [sound(number) for number in names.values.gather(at).to_list()]
        return names.rows(chosen)

    return [
        Note("PII_CARD", "warning", _cards, rows(CARD, card), column, None),
        Note("PII_ID", "warning", _citizens, rows(CITIZEN, citizen), column, None),
    ]


def _unnamed(labels: Coded) -> tuple[Coded, np.ndarray]:
    """Labels without all but the last four signs of people's numbers, which every report would show, and the rows that had some."""
    held = labels.values.str.contains(r"[0-9]{11}")
    if not held.any():
        return labels, np.zeros(0, dtype=np.int64)
    names = pl.Series([LONG_NUMBER.sub(_short, name) for name in labels.values.to_list()], dtype=pl.String)
    return labels.renamed(names), labels.rows(names != labels.values)


def _short(number: re.Match[str]) -> str:
    phone = len(number[0]) == len("13800138000")
    return f"…{number[0][-4:]}" if phone or card(number[0]) or citizen(number[0]) else number[0]


def shown_cell(cell: str) -> str:
    """A cell of a column of labels or ids as outputs show it: as it is, but of people's numbers, however written, the last four signs."""
    plain = re.sub(INVISIBLE, "", unicodedata.normalize("NFKC", cell))
    short = LONG_NUMBER.sub(_short, plain)
    return cell if short == plain else short


def shown_case(name: str) -> str:
    """A case id as outputs show it: a card or citizen number in it keeps its last four signs, beside the line of the file."""
    return LONG_NUMBER.sub(lambda number: f"…{number[0][-4:]}" if card(number[0]) or citizen(number[0]) else number[0], name)


def card(number: str) -> bool:
    """Whether a number is one of a card: by its length and beginning and, but for UnionPay's, by its check digit."""
    return re.fullmatch(CARD, number) is not None and (number.startswith("62") or luhn(number))


def luhn(number: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def citizen(number: str) -> bool:
    """Whether a number is one of a Chinese citizen, by its form and its check sign (GB 11643-1999)."""
    if re.fullmatch(CITIZEN, number) is None:
        return False
    total = sum(int(digit) * pow(2, 17 - position, 11) for position, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _named(count: int) -> Text:
    return Text(
        zh=f"{count} 行的环节名称或属性值含卡号、身份证号或电话号码，只保留末四位",
        en=f"{count} labels and values held card, identity or telephone numbers, of which the last four signs are kept",
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
