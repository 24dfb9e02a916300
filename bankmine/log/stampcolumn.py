"""A column of time stamps as a whole: which of the known forms its cells have, and what must be refused."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log import stampforms as forms
from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.log.notes import form_of
from bankmine.log.stampforms import Reading
from bankmine.words import Text

SAMPLE = 200
FORMAT_HINT = Text(
    zh='请写明该列的格式，例如 --time-format "%d/%m/%Y %H:%M"，或 --time-format dmy（日在前）/ mdy（月在前）。',
    en='say how the column is written, e.g. --time-format "%d/%m/%Y %H:%M", or --time-format dmy (days first) or mdy (months first).',
)

YEAR_HINT = Text(
    zh='请导出四位年份，或写明格式，例如 --time-format "%d/%m/%y %H:%M"。',
    en='export four-digit years, or say how the column is written, e.g. --time-format "%d/%m/%y %H:%M".',
)

PARTS = {"%Y": "[0-9]{4}", "%.f": r"(?:\.[0-9]{1,9})?", "%:z": "[+-](?:0[0-9]|1[0-4]):[0-5][0-9]"} | {
    f"%{part}": "[0-9]{2}" for part in "mdHMS"
}
CHINESE_FORMS = (
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H时%M分",
)


@dataclass(frozen=True, eq=False)
class Asked:
    """The column being read, for messages."""

    file: str
    column: str
    line: np.ndarray
    cells: pl.Series

    def refusal(self, code: str, row: int, what: Text, hint: Text = FORMAT_HINT) -> InputError:
        return InputError(code, what, hint, self.file, int(self.line[row]), self.column)


def read_typed(cells: pl.Series) -> Reading:
    """Columns that hold times already (Parquet, Excel, frames)."""
    zone = cells.dtype.time_zone if isinstance(cells.dtype, pl.Datetime) else None
    micro = cells if cells.dtype in (pl.Date, pl.Datetime) else pl.Series([None] * len(cells), dtype=pl.Datetime("us"))
    instants = micro.cast(pl.Datetime("us", zone)).to_physical()
    reading = Reading.of(instants.fill_null(UNKNOWN_TIME).to_numpy())
    if cells.dtype == pl.Date:
        reading.dated[:] = cells.is_not_null().to_numpy()
    if zone is not None:
        reading.absolute[:] = True
    reading.count(str(cells.dtype), len(cells) - cells.null_count())
    return reading


def plain_numbers(cells: pl.Series) -> pl.Series:
    """Cells as text; numbers without exponent."""
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_float():
        plain = cells.set(cells.is_nan() | cells.is_infinite(), None)
        return plain.cast(pl.Decimal(38, 9), strict=False).cast(pl.String).str.replace(r"\.?0+$", "")
    return cells.cast(pl.String, strict=False)


def read_text(cells: pl.Series, asked: Asked, format: str | None, null_words: frozenset[str]) -> tuple[Reading, np.ndarray]:
    reading = Reading.blank(len(cells)) if format is not None else _read_quickly(cells)
    rows = np.flatnonzero(reading.value == UNKNOWN_TIME)
    missing = np.zeros(len(cells), dtype=bool)
    if not len(rows):
        return reading, missing
    raw = cells[rows]
    text = forms.plain_text(raw)
    empty = text.is_null() | text.str.to_lowercase().is_in(sorted(null_words)) | text.str.contains(forms.ZERO)
    missing[rows] = empty.fill_null(True).to_numpy()
    todo = np.flatnonzero(~missing[rows])
    rest = Reading.blank(len(rows))
    if format is not None and format not in ("dmy", "mdy"):
        _read_given(rest, raw, todo, format)
    else:
        _read_slowly(rest, raw, text, todo, asked, rows, format)
    reading.value = reading.value.copy()  # it may be the reader's own memory
    for name in ("value", "absolute", "dated", "midnight24", "epoch", "serial"):
        getattr(reading, name)[rows] = getattr(rest, name)
    for form, count in rest.forms.items():
        reading.count(form, count)
    reading.date_forms = rest.date_forms
    return reading, missing


def _read_quickly(cells: pl.Series) -> Reading:
    """The whole column read in the form that most of a sample has; cells in other forms are left unread."""
    sample = cells.drop_nulls()
    sample = sample.gather_every(max(1, len(sample) // SAMPLE))
    if not len(sample):
        return Reading.blank(len(cells))
    best, form, absolute = max(_quick_forms(), key=lambda quick: int(sample.str.contains(_exactly(quick[0])).sum()))
    # strptime alone would also take 24-03-14 for the year 24, and blanks or missing digits in the midst of a number.
    exact = cells.str.contains(_exactly(best)).fill_null(False).to_numpy()
    if exact.sum() * 2 < len(cells) - cells.null_count():
        return Reading.blank(len(cells))
    value = _strptime(cells, best).to_physical().fill_null(UNKNOWN_TIME).to_numpy()
    reading = Reading.of(value if exact.all() else np.where(exact, value, UNKNOWN_TIME))
    known = reading.value != UNKNOWN_TIME
    if absolute:
        reading.absolute[:] = known
    reading.count(form, int(known.sum()))
    return reading


def _exactly(format: str) -> str:
    """The pattern of cells written in a strptime format with all its digits."""
    pattern = format
    for part, digits in PARTS.items():
        pattern = pattern.replace(part, digits)
    return f"^{pattern}$"


def _strptime(cells: pl.Series, format: str) -> pl.Series:
    return cells.str.to_datetime(format, time_unit="us", strict=False)


def _read_given(reading: Reading, text: pl.Series, todo: np.ndarray, format: str) -> None:
    """Cells in the form that the user named."""
    some = text[todo].str.strip_chars()
    try:
        stamps = _strptime(some, format)
    except pl.exceptions.PolarsError as error:
        from bankmine.errors import UsageError

        raise UsageError(
            "TIME_FORMAT",
            Text(zh=f"时间格式“{format}”不可用：{error}", en=f"the time format {format!r} cannot be used: {error}"),
            FORMAT_HINT,
        ) from None
    reading.value[todo] = stamps.to_physical().fill_null(UNKNOWN_TIME).to_numpy()
    known = reading.value[todo] != UNKNOWN_TIME
    reading.absolute[todo] = known & ("%z" in format or "%:z" in format or "%#z" in format or "%s" in format)
    reading.dated[todo] = known & (not any(part in format for part in ("%H", "%I", "%T", "%R", "%s", "%c", "%X", "%r", "%k", "%l")))
    reading.count(format, int(known.sum()))


def _read_slowly(
    reading: Reading, raw: pl.Series, text: pl.Series, todo: np.ndarray, asked: Asked, rows: np.ndarray, order: str | None
) -> None:
    """Cells in every form known, one form after the other."""
    at, parts = forms.read_pattern(text[todo], forms.YEAR_FIRST)
    if len(at):
        chinese = raw[todo[at]].str.contains("年", literal=True)
        for mask, form in ((~chinese, None), (chinese, forms.CHINESE_FORM)):
            some = parts.filter(mask)
            if some.height:
                forms.place(reading, todo[at[mask.to_numpy()]], some, forms.number(some, "m"), forms.number(some, "d"), form)
        todo = np.delete(todo, at)
    at, parts = forms.read_pattern(text[todo], forms.YEAR_LAST)
    if len(at):
        a, b = forms.number(parts, "a"), forms.number(parts, "b")
        day_first = order == "dmy" if order else _day_first(a, b, asked, rows[todo[at]])
        form = "dd/mm/yyyy" if day_first else "mm/dd/yyyy"
        forms.place(reading, todo[at], parts, b if day_first else a, a if day_first else b, form)
        todo = np.delete(todo, at)
    todo = forms.read_named(reading, text, todo)
    todo = forms.read_numbers(reading, text, todo)
    short = todo[text[todo].str.contains(forms.SHORT_YEAR).fill_null(False).to_numpy()]
    if len(short):
        row = int(rows[short[0]])
        value = form_of(str(asked.cells[row]))
        raise asked.refusal(
            "TS_AMBIGUOUS",
            row,
            Text(zh=f"年份只有两位，日期有歧义：“{value}”", en=f"two-digit years are ambiguous, a format is needed: {value!r}"),
            YEAR_HINT,
        )


def _day_first(a: np.ndarray, b: np.ndarray, asked: Asked, rows: np.ndarray) -> bool:
    """Whether days come before months: only a number over 12 can tell.

    Raises InputError TS_MIXED where cells tell both, TS_AMBIGUOUS where none tells.
    """
    days_first, months_first = (a > 12) & (b <= 12), (b > 12) & (a <= 12)
    if days_first.any() and months_first.any():
        row = int(rows[max(np.argmax(days_first), np.argmax(months_first))])
        raise asked.refusal(
            "TS_MIXED",
            row,
            Text(zh="同一列中既有日在前、又有月在前的时间写法", en="mixed timestamp formats: days first and months first in one column"),
            Text(
                zh="请把两种写法的记录分成两个文件，分别用 --time-format 写明后再合并。",
                en="export the two kinds of rows separately, each with its own --time-format.",
            ),
        )
    if days_first.any() or months_first.any():
        return bool(days_first.any())
    row = int(rows[0])
    value = form_of(str(asked.cells[row]))
    raise asked.refusal(
        "TS_AMBIGUOUS",
        row,
        Text(
            zh=f"无法判断日与月谁在前（全列的日、月都不超过 12）：“{value}”",
            en=f"ambiguous timestamp format, day or month first cannot be told (no number over 12 in the column): {value!r}",
        ),
    )


def _quick_forms() -> tuple[tuple[str, str, bool], ...]:
    """Forms that polars reads in one pass: strptime format, name, and whether the result is UTC."""
    spread = [
        (f"%Y{p}%m{p}%d{t}{clock}{zone}", f"yyyy{p}mm{p}dd{t}HH:MM", bool(zone))
        for p in "-/"
        for t in " T"
        for clock in ("%H:%M:%S", "%H:%M:%S%.f", "%H:%M")  # the first of equally good ones is the quickest
        for zone in ("", "%:z", "Z")
    ]
    chinese = [(form, forms.CHINESE_FORM, False) for form in CHINESE_FORMS]
    return (*spread, ("%Y%m%d%H%M%S", forms.PACKED_FORM, False), *chinese)
