"""Amounts and costs: from cells as written to numbers, with the separators of the whole column.

A cell that is not a number becomes unknown and is counted; nothing turns into zero.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.log.labels import NULL_WORDS
from bankmine.log.notes import Note
from bankmine.words import Text

PLAIN = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
POINT = r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+|[0-9]+)$"
COMMA = r"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|[0-9]+,[0-9]+|[0-9]+)$"
ONLY_POINT = r"^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:,[0-9]{3}){2,})$"
ONLY_COMMA = r"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:\.[0-9]{3}){2,})$"
NONFINITE = r"(?i)^[+-]?(?:nan|inf|infinity|1\.#(?:inf|qnan|ind)|#(?:num!|div/0!|n/a|null!|ref!|value!|name\?|spill!|calc!))$"
CURRENCY = r"(?i)^(?:(?:cny|rmb|人民币)\s*)?[¥￥]?\s*|\s*(?:元|cny|rmb)$"
BRACKETED = r"^\(([^()]+)\)$"


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers: `values` float64 [rows], NaN = unknown, and what was noticed."""

    values: np.ndarray
    notes: tuple[Note, ...]


def parse(cells: pl.Series, *, column: str, null_words: frozenset[str] = NULL_WORDS, currency: bool = False) -> Numbers:
    """The numbers of a column.

    The decimal sign is decided from the whole column: a comma where some cell can only be read so (1000,50; 1.000,50)
    and no cell only with a point; else a point, with commas as thousands (1,000.50). `currency` also reads amounts in
    yuan (¥, CNY, RMB, 元) and accounting negatives in brackets; otherwise they stay text: unknown and counted.

    Notes: NUM_DECIMAL_COMMA, NUM_THOUSANDS, NUM_NONFINITE, NUM_CURRENCY, NUM_TEXT.
    """
    if cells.dtype.is_numeric():
        return _typed(cells, column)
    if cells.dtype == pl.String and cells.str.contains(PLAIN).all():  # as most columns are; nothing else has to be looked for
        return _typed(cells.cast(pl.Float64, strict=False), column, cells)
    text = cells.cast(pl.String, strict=False).str.strip_chars()
    plain = text.str.contains(PLAIN).fill_null(False)
    values = text.set(~plain, None).cast(pl.Float64, strict=False)
    infinite = values.is_infinite().fill_null(False)
    nonfinite = infinite | text.str.contains(NONFINITE).fill_null(False)
    empty = text.is_null() | text.str.to_lowercase().is_in(sorted(null_words)).fill_null(True)
    odd = ~(plain | nonfinite | empty)
    notes: list[Note] = []
    numbers = values.set(infinite, None).fill_null(float("nan")).to_numpy().copy()
    if odd.any():
        notes = _read_odd(text, odd.arg_true().to_numpy().astype(np.int64), plain, numbers, column, cells, currency)
    notes.append(Note("NUM_NONFINITE", "warning", _nonfinite, nonfinite.arg_true().to_numpy(), column, cells))
    return Numbers(numbers, tuple(notes))


def _typed(cells: pl.Series, column: str, written: pl.Series | None = None) -> Numbers:
    """Number columns of Parquet, Excel and frames; their NaN means missing. `written`: the cells as they stand, if in another form."""
    values = cells.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    infinite = np.flatnonzero(np.isinf(values))
    if len(infinite):
        values = values.copy()
        values[infinite] = np.nan
    return Numbers(values, (Note("NUM_NONFINITE", "warning", _nonfinite, infinite, column, cells if written is None else written),))


def _read_odd(
    text: pl.Series, odd: np.ndarray, plain: pl.Series, numbers: np.ndarray, column: str, cells: pl.Series, currency: bool
) -> list[Note]:
    """Cells with separators, currencies or brackets: entered into `numbers` where they can be read."""
    some = text[odd].str.normalize("NFKC").str.strip_chars()
    amounts = _without_currency(some)
    marked = amounts != some
    if not currency:
        amounts = amounts.set(marked, None)
    comma = amounts.str.contains(ONLY_COMMA).any() and not (
        amounts.str.contains(ONLY_POINT).any() or text.filter(plain).str.contains(ONLY_POINT).any()
    )
    written = amounts.str.contains(COMMA if comma else POINT).fill_null(False)
    digits = (
        amounts.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        if comma
        else amounts.str.replace_all(",", "", literal=True)
    )
    numbers[odd] = digits.set(~written, None).cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    if comma:
        _regroup(text, plain, numbers)
    mask = written.to_numpy()
    in_yuan = mask & marked.to_numpy()
    return [
        Note("NUM_DECIMAL_COMMA", "warning", _decimal_comma, odd[mask] if comma else odd[:0], column, cells),
        Note("NUM_THOUSANDS", "info", _thousands, odd[:0] if comma else odd[mask & ~in_yuan], column, cells),
        Note("NUM_CURRENCY", "warning", _in_yuan, odd[in_yuan], column, cells),
        Note("NUM_TEXT", "warning", _text, odd[~mask], column, cells),
    ]


def _regroup(text: pl.Series, plain: pl.Series, numbers: np.ndarray) -> None:
    """In a column with decimal commas, 1.000 is a thousand."""
    grouped = (plain & text.str.contains(r"^[+-]?[0-9]{1,3}\.[0-9]{3}$").fill_null(False)).arg_true().to_numpy()
    numbers[grouped] = text[grouped].str.replace(".", "", literal=True).cast(pl.Float64).to_numpy()


def _without_currency(amounts: pl.Series) -> pl.Series:
    """Amounts without yuan signs; (1000.50) is -1000.50. Other cells stay as they are."""
    negative = amounts.str.contains(BRACKETED) | amounts.str.contains(r"^-")
    bare = amounts.str.replace(BRACKETED, "${1}").str.replace(r"^-", "").str.replace_all(CURRENCY, "").str.replace(r"^-", "")
    signed = ("-" + bare).zip_with(negative | amounts.str.contains(r"^[¥￥]\s*-"), bare)
    return signed.zip_with(signed.str.contains(r"^-?[0-9][0-9.,]*$").fill_null(False), amounts)


def _decimal_comma(count: int) -> Text:
    return Text(zh=f"{count} 个数值以逗号为小数点，已换算", en=f"{count} numbers have a decimal comma and were converted")


def _thousands(count: int) -> Text:
    return Text(zh=f"{count} 个数值带千位分隔符，已读取", en=f"{count} numbers have thousands separators and were read")


def _nonfinite(count: int) -> Text:
    return Text(
        zh=f"{count} 个数值不是有限数（NaN、Infinity 或溢出），按未知处理",
        en=f"{count} numbers are not finite (NaN, Infinity, overflow) and unknown",
    )


def _in_yuan(count: int) -> Text:
    return Text(
        zh=f"{count} 个金额带人民币符号或括号负数，已换算", en=f"{count} amounts with yuan signs or bracketed negatives were converted"
    )


def _text(count: int) -> Text:
    return Text(
        zh=f"{count} 个单元格不是纯数值（如带货币符号），按未知处理，未作换算",
        en=f"{count} cells are not plain numbers (such as amounts with a currency) and stay unknown",
    )
