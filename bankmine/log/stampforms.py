"""The ways in which exports write a date and time, read as whole columns.

Every form is one pattern whose named groups give year, month, day, clock and offset; the arithmetic is done once for
all of them, so that 24:00, leap seconds and impossible dates are treated alike whatever the form.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bankmine.log.eventlog import DAY, SECOND, UNKNOWN_TIME

ZERO = r"^0{4}[-/.]?0{2}[-/.]?0{2}(?:[ T].*)?$|^0+$"
CLOCK = (
    r"(?:(?P<t> ?T ?|[ ,]+|-|:)(?:(?P<before>AM|PM) ?)?(?P<H>[0-9]{1,2})"
    r"(?:[:.](?P<M>[0-9]{1,2})(?:[:.](?P<S>[0-9]{1,2})(?:[.,:](?P<f>[0-9]{1,9}))?)?)?(?: ?(?P<after>AM|PM))?)?"
)
OFFSET = r"(?P<z> ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?))?$"  # no zone is more than 14 hours off
WEEKDAY = r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"

YEAR_FIRST = r"(?i)^(?P<y>[0-9]{4})(?P<p>[-/.])(?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})" + CLOCK + OFFSET
YEAR_LAST = r"(?i)^(?P<a>[0-9]{1,2})(?P<p>[-/.])(?P<b>[0-9]{1,2})[-/.](?P<y>[0-9]{4})" + CLOCK + OFFSET
NAMED_DAY = "(?i)" + WEEKDAY + r"(?P<d>[0-9]{1,2})(?P<p>[-/. ]+)(?P<mon>[a-z]{3,9})[-/., ]+(?P<y>[0-9]{4})" + CLOCK + OFFSET
NAMED_MONTH = "(?i)" + WEEKDAY + r"(?P<mon>[a-z]{3,9})(?P<p>\.? )(?P<d>[0-9]{1,2}),? (?P<y>[0-9]{4})" + CLOCK + OFFSET
COMPACT = (
    r"(?i)^(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
    r"(?:[T ]?(?P<H>[0-9]{2})(?::?(?P<M>[0-9]{2})(?::?(?P<S>[0-9]{2})(?:[.,]?(?P<f>[0-9]{1,9}))?)?)?)?" + OFFSET
)
EPOCH = r"^(?P<n>[0-9]{10}|[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.(?P<f>[0-9]+))?$"
SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
SHORT_YEAR = r"(?i)^(?:[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/. ][a-z]{3,9}[-/. ][0-9]{2})(?:[ T].*)?$"

CHINESE_FORM, PACKED_FORM = "yyyy年mm月dd日", "yyyymmddHHMMSS"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CHINESE = (
    (r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?", " "),
    (r"晚上\s*12(?:[点點时時:]|$)", " 24:"),
    (r"(?:上午|早上|凌晨|早晨)\s*", " AM "),
    (r"(?:下午|晚上|中午|傍晚)\s*", " PM "),
    (r"[年月]\s*", "-"),
    (r"[日号號]\s*", " "),
    (r"[时時点點]\s*", ":"),
    (r"分\s*", ":"),
    (r"秒", ""),
    (r"\s+", " "),
    (r"[: ]+$", ""),
)
EXCEL_EPOCH_DAYS = 25_569  # 1970-01-01 in Excel's 1900 calendar
CALENDAR_HOUR = 1_970_010_100  # from here on ten digits are yyyymmddHH: as epoch seconds they would begin in June 2032
DAYS_BEFORE_MONTH = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
DAYS_IN_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(eq=False)
class Reading:
    """What the cells of a column say, each array of shape [rows].

    `value`: int64 microseconds, UTC where `absolute`, else as the wall clock showed them; UNKNOWN_TIME = not read.
    `forms`: how many cells with a time of day were written in which form; `date_forms`: the same for mere dates.
    """

    value: np.ndarray
    absolute: np.ndarray
    dated: np.ndarray
    midnight24: np.ndarray
    epoch: np.ndarray
    serial: np.ndarray
    forms: dict[str, int] = field(default_factory=dict[str, int])
    date_forms: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def blank(cls, rows: int) -> "Reading":
        return cls.of(np.full(rows, UNKNOWN_TIME, dtype=np.int64))

    @classmethod
    def of(cls, value: np.ndarray) -> "Reading":
        """Of cells about which nothing else is known."""
        none = np.zeros(len(value), dtype=bool)
        return cls(value, none, none.copy(), none.copy(), none.copy(), none.copy())

    def count(self, form: str, cells: int) -> None:
        if cells:
            self.forms[form] = self.forms.get(form, 0) + cells


def plain_text(cells: pl.Series) -> pl.Series:
    """Cells trimmed, full-width signs narrowed, Chinese dates with separators in place of 年月日时分秒."""
    trimmed = cells.str.strip_chars().str.replace_all(r" {2,}", " ").str.replace(r"\[[A-Za-z_/+-]+\]$", "")
    wide = trimmed.str.contains(r"[^\x00-\x7f]").fill_null(False)
    if not wide.any():
        return trimmed
    spelled = trimmed.filter(wide).str.normalize("NFKC").str.replace_all(r"[\u200b-\u200f\u2060\ufeff]", "").str.strip_chars()
    for pattern, replacement in CHINESE:
        spelled = spelled.str.replace_all(pattern, replacement)
    return trimmed.scatter(wide.arg_true(), spelled)


def read_pattern(text: pl.Series, pattern: str) -> tuple[np.ndarray, pl.DataFrame]:
    """The row numbers whose text has this form, and the named parts of those rows."""
    rows = text.str.contains(pattern).fill_null(False).arg_true().to_numpy()
    return rows, text[rows].str.extract_groups(pattern).struct.unnest() if len(rows) else pl.DataFrame()


def number(parts: pl.DataFrame, name: str) -> np.ndarray:
    """int64 [rows]: a part as a number, 0 where the cell does not have it."""
    return parts[name].cast(pl.Int64, strict=False).fill_null(0).to_numpy()


def place(reading: Reading, rows: np.ndarray, parts: pl.DataFrame, month: np.ndarray, day: np.ndarray, form: str | None = None) -> None:
    """Work out the instants of cells split into parts and enter them; impossible dates stay unread."""
    hour, minute, second = number(parts, "H"), number(parts, "M"), number(parts, "S")
    hour, possible_hour = _half_days(parts, hour)
    days, possible = civil_days(number(parts, "y"), month, day)
    midnight24 = (hour == 24) & (minute == 0) & (second == 0)
    possible &= possible_hour & ((hour < 24) | midnight24) & (minute < 60) & (second <= 60)
    # An offset follows a clock with minutes or a mere date: 09-00 is a slip, not nine o'clock.
    possible &= parts.select(pl.col("z").is_null() | pl.col("M").is_not_null() | pl.col("H").is_null()).to_series().to_numpy()
    fraction = parts["f"].str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0).to_numpy()
    local = days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + fraction
    shift, absolute = _offsets(parts)
    good = rows[possible]
    reading.value[good] = (local - shift)[possible]
    reading.absolute[good] = absolute[possible]
    reading.midnight24[good] = midnight24[possible]
    dated = parts["H"].is_null().to_numpy()
    reading.dated[good] = dated[possible]
    for some, counts in ((possible & ~dated, reading.forms), (possible & dated, reading.date_forms)):
        _count(counts, parts.filter(pl.Series(some)), form)


def _count(counts: dict[str, int], parts: pl.DataFrame, form: str | None) -> None:
    """Count cells by the form they are written in: the one named, else year first with the separators they have."""
    if not parts.height:
        return
    if form is not None:
        counts[form] = counts.get(form, 0) + parts.height
        return
    clock = pl.when(pl.col("H").is_null()).then(pl.lit("")).otherwise(pl.concat_str("t", pl.lit("HH:MM")))
    written = parts.select(pl.concat_str(pl.lit("yyyy"), "p", pl.lit("mm"), "p", pl.lit("dd"), clock)).to_series()
    for name, cells in written.value_counts().iter_rows():
        counts[name] = counts.get(name, 0) + cells


def civil_days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970-01-01 of Gregorian dates, and which of the dates exist."""
    inside = (month >= 1) & (month <= 12) & (year >= 1)
    index = np.where(inside, month - 1, 0)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    possible = inside & (day >= 1) & (day <= DAYS_IN_MONTH[index] + (leap & (month == 2)))
    elapsed = year - 1
    days = elapsed * 365 + elapsed // 4 - elapsed // 100 + elapsed // 400 - 719_162
    return days + DAYS_BEFORE_MONTH[index] + (leap & (month > 2)) + day - 1, possible


def read_named(reading: Reading, text: pl.Series, todo: np.ndarray) -> np.ndarray:
    """Dates with an English month name; returns the row numbers still unread."""
    for pattern, form in ((NAMED_DAY, "dd Mon yyyy"), (NAMED_MONTH, "Mon dd yyyy")):
        at, parts = read_pattern(text[todo], pattern)
        if len(at):
            short = parts["mon"].str.to_lowercase().str.slice(0, 3)
            month = short.replace_strict(MONTHS, range(1, 13), default=0, return_dtype=pl.Int64).to_numpy()
            place(reading, todo[at], parts, month, number(parts, "d"), form)
            todo = np.delete(todo, at)
    return todo


def read_numbers(reading: Reading, text: pl.Series, todo: np.ndarray) -> np.ndarray:
    """Epoch seconds, milli-, micro- and nanoseconds, Excel serials and packed dates; returns the row numbers still unread."""
    at, parts = read_pattern(text[todo], EPOCH)
    if len(at):
        digits = parts["n"].str.len_bytes().to_numpy()
        ticks = parts["n"].cast(pl.UInt64, strict=False).fill_null(0).to_numpy()
        epoch = (digits != 10) | (ticks < CALENDAR_HOUR)
        at, digits, ticks, parts = at[epoch], digits[epoch], ticks[epoch], parts.filter(pl.Series(epoch))
        fraction = ("0." + parts["f"].fill_null("0")).cast(pl.Float64).to_numpy()
        for width, scale in ((10, 1_000_000.0), (13, 1_000.0), (16, 1.0), (19, 0.001)):
            some = digits == width
            whole = ticks[some] // 1000 if width == 19 else ticks[some] * np.uint64(scale)
            rest = np.zeros(some.sum()) if width == 19 else np.rint(fraction[some] * scale)
            reading.value[todo[at[some]]] = whole.astype(np.int64) + rest.astype(np.int64)
        reading.absolute[todo[at]] = reading.epoch[todo[at]] = True
        reading.count("Unix epoch", len(at))
        todo = np.delete(todo, at)
    at = text[todo].str.contains(SERIAL).fill_null(False).arg_true().to_numpy()
    if len(at):
        _read_serials(reading, text[todo[at]], todo[at])
        todo = np.delete(todo, at)
    at, parts = read_pattern(text[todo], COMPACT)
    if len(at):
        place(reading, todo[at], parts, number(parts, "m"), number(parts, "d"), PACKED_FORM)
        todo = np.delete(todo, at)
    return todo


def _read_serials(reading: Reading, text: pl.Series, rows: np.ndarray) -> None:
    """Excel's day numbers: rounded to the second where the written digits allow it, else to the millisecond."""
    decimals = int((text.str.len_bytes().cast(pl.Int64) - 6).clip(0).to_numpy().max())
    exact = (text.cast(pl.Float64).to_numpy() - EXCEL_EPOCH_DAYS) * DAY
    seconds = np.rint(exact / SECOND) * SECOND
    tolerance = max(DAY / 2 / 10.0**decimals, 1_000.0)
    reading.value[rows] = np.where(np.abs(exact - seconds) <= tolerance, seconds, np.rint(exact / 1_000) * 1_000).astype(np.int64)
    reading.serial[rows] = True
    reading.dated[rows] = (~text.str.contains(".", literal=True)).to_numpy()
    reading.count("Excel serial", int((~reading.dated[rows]).sum()))


def _half_days(parts: pl.DataFrame, hour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours of a 24-hour day from hours with AM or PM (上午, 下午), and which of them are possible.

    下午14时 is written too: an hour over 12 stands as it is.
    """
    if "after" not in parts.columns:
        return hour, np.ones(len(hour), dtype=bool)
    half = parts.select(pl.coalesce("before", "after").str.to_uppercase().fill_null("")).to_series()
    afternoon, forenoon = (half == "PM").to_numpy(), (half == "AM").to_numpy()
    possible = ~(forenoon & (hour > 12))
    return np.where(afternoon & (hour < 12), hour + 12, np.where(forenoon & (hour == 12), 0, hour)), possible


def _offsets(parts: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds ahead of UTC, and which cells carry an offset at all."""
    offset = parts["z"].str.strip_chars().str.replace(":", "", literal=True)
    hours = offset.str.extract(r"([+-][0-9]{2})").cast(pl.Int64).fill_null(0).to_numpy()
    minutes = offset.str.extract(r"[+-][0-9]{2}([0-9]{2})").cast(pl.Int64).fill_null(0).to_numpy()
    sign = np.where(offset.str.starts_with("-").fill_null(False).to_numpy(), -1, 1)
    return (hours * 60 + sign * minutes) * 60 * SECOND, offset.is_not_null().to_numpy()
