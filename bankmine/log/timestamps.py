"""Time stamps: from cells as written to UTC microseconds, refusing what is ambiguous.

How a column is written is decided from the whole column, never cell by cell: 03/04/2024 is read only where some other
cell shows whether days or months come first. Naive stamps are read in the given zone (definitions §3, time zones).
"""

from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log import stampforms as forms
from bankmine.log.eventlog import DAY, UNKNOWN_TIME
from bankmine.log.labels import NULL_WORDS
from bankmine.log.notes import Note, cell_text, gather
from bankmine.log.quality import QualityFinding, Reject
from bankmine.log.stampforms import Reading
from bankmine.log.zones import check_zone, to_utc
from bankmine.words import Text

REASONS = ("", "TS_MISSING", "TS_INVALID", "TS_OUT_OF_RANGE")
GOOD, MISSING, INVALID, OUT_OF_RANGE = range(4)

FIRST_DAY = 1 * DAY  # 1970-01-01 is what an empty epoch field shows
LAST_DAY = 47_481 * DAY  # 2099-12-31, a sentinel like every later date

YEAR = 366 * DAY
YEAR_1000 = -354_285 * DAY
SAMPLE = 200
FEWEST_FOR_OUTLIERS = 10
FORMAT_HINT = Text(
    zh="请写明该列的格式，例如 --time-format \"%d/%m/%Y %H:%M\"，或 --time-format dmy（日在前）/ mdy（月在前）。",
    en='say how the column is written, e.g. --time-format "%d/%m/%Y %H:%M", or --time-format dmy (days first) or mdy (months first).',
)


def _quick_forms() -> tuple[tuple[str, str, bool], ...]:
    """Forms that polars reads in one pass: strptime format, name, and whether the result is UTC."""
    spread = [
        (f"%Y{p}%m{p}%d{t}{clock}{zone}", f"yyyy{p}mm{p}dd{t}HH:MM", bool(zone))
        for p in "-/"
        for t in " T"
        for clock in ("%H:%M:%S%.f", "%H:%M")
        for zone in ("", "%:z", "Z")
    ]
    return (*spread, ("%Y%m%d%H%M%S", "yyyymmddHHMMSS", False))


@dataclass(frozen=True, eq=False)
class Stamps:
    """A column of instants.

    `time`: int64 UTC microseconds [rows], UNKNOWN_TIME where `reason` (uint8, index into REASONS) says why. `later`:
    microseconds to add where the wall clock showed the time twice and the second pass was meant (zones.settle_overlap);
    `time` holds the first pass. `format` names the forms found.
    """

    time: np.ndarray
    reason: np.ndarray
    later: np.ndarray
    format: str
    notes: tuple[Note, ...]
    cells: pl.Series
    file: str
    column: str
    line: np.ndarray = field(repr=False)

    @property
    def findings(self) -> tuple[QualityFinding, ...]:
        """All findings of the column, with the cells that could not be read."""
        return gather((*self.notes, *(unread_note(self, code) for code in range(1, len(REASONS)))), self.file, self.line)

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """One entry for each cell that gives no time."""
        return tuple(
            Reject(self.file, int(self.line[row]), REASONS[self.reason[row]], self.column, cell_text(self.cells, int(row)))
            for row in np.flatnonzero(self.reason)
        )


def parse(
    cells: pl.Series,
    *,
    zone: str,
    file: str,
    column: str,
    line: np.ndarray,
    format: str | None = None,
    zone_given: bool = False,
    null_words: frozenset[str] = NULL_WORDS,
) -> Stamps:
    """The instants of a column of time stamps.

    `line` is the source line of each cell; `format` a strptime format, or dmy or mdy to say which comes first;
    `zone_given` says that the user named the zone, so that stamps with and without offset may stand in one column.

    Raises InputError: TS_AMBIGUOUS (day or month first cannot be told; two-digit years), TS_MIXED (both in one column),
    TS_TZ_MIXED (offsets on some stamps only), TS_INVALID (no cell can be read); UsageError TIMEZONE_UNKNOWN.
    """
    check_zone(zone)
    asked = _Asked(file, column, line, cells)
    if cells.dtype.is_temporal():
        reading, missing = _typed(cells), cells.is_null().to_numpy()
    else:
        text = _as_text(cells)
        reading, missing = _text(text, asked, format, null_words)
    unread = (reading.value == UNKNOWN_TIME) & ~missing
    if unread.any() and not (reading.value != UNKNOWN_TIME).any():
        row = int(np.flatnonzero(unread)[0])
        value = cell_text(cells, row)
        asked.refuse("TS_INVALID", row, Text(zh=f"该列没有一个单元格能读作时间，例如“{value}”", en=f"no cell of this column can be read as a timestamp, e.g. {value!r}"))
    return _settled(reading, missing, asked, zone, zone_given)


def combine(dates: pl.Series, times: pl.Series) -> pl.Series:
    """One text column of a date column and a time-of-day column (HHMMSS, HH:MM:SS, Excel fractions of a day).

    A time column whose cells already hold a date is taken as it is.
    """
    if times.dtype in (pl.Datetime, pl.Date):
        return times
    date = _as_text(dates).str.strip_chars().str.replace(r"[ T]00:00(?::00)?(?:\.0+)?$", "")
    date = date.str.replace(r"^([0-9]{4})([0-9]{2})([0-9]{2})$", "${1}-${2}-${3}")
    if times.dtype.is_float():
        clock = ((times * 86_400).round().cast(pl.Int64, strict=False) * 1_000_000_000).cast(pl.Time, strict=False).cast(pl.String)
    else:
        clock = times.cast(pl.String).str.strip_chars()
        digits = clock.str.contains(r"^[0-9]{5,6}$").fill_null(False) if not times.dtype.is_integer() else clock.is_not_null()
        padded = clock.str.pad_start(6, "0").str.replace(r"^([0-9]{2})([0-9]{2})([0-9]{2})$", "${1}:${2}:${3}")
        hundreds = clock.str.replace(r"^([0-9]{2})([0-9]{2})$", "${1}:${2}")
        clock = padded.zip_with(digits, hundreds)
    whole = clock.str.contains(r"^[0-9]{4}[-/.年]|^[0-9]{14}$").fill_null(False)
    joined = pl.DataFrame({"date": date, "clock": clock}).select(pl.concat_str("date", pl.lit(" "), pl.col("clock").fill_null(""))).to_series()
    return clock.zip_with(whole, joined).alias(dates.name)


def unread_note(stamps: Stamps, reason: int, among: np.ndarray | None = None) -> Note:
    """The cells without a time for one reason, as a note; only those of `among` (bool [rows]) when given."""
    mask = stamps.reason == reason
    rows = np.flatnonzero(mask if among is None else mask & among)
    column = stamps.column

    def message(count: int) -> Text:
        if reason == MISSING:
            return Text(zh=f"{count} 个时间为空（空白、空值词或全零日期），按未知处理（该行没有其他时间的，已搁置）", en=f"{count} times are missing (blank, a null word or an all-zero date); rows without another time were set aside")
        if reason == OUT_OF_RANGE:
            return Text(
                zh=f"{count} 个时间超出可信范围（早于 1970-01-02 或晚于 2099-12-30，多为占位日期），按未知处理（该行没有其他时间的，已搁置）",
                en=f"{count} times are out of range (before 1970-01-02 or after 2099-12-30, mostly placeholder dates); rows without another time were set aside",
            )
        return Text(zh=f"{count} 个时间无法读取（日期不存在或写法不符），按未知处理（该行没有其他时间的，已搁置）", en=f"{count} times cannot be read (impossible date or other form); rows without another time were set aside")

    return Note(REASONS[reason], "warning", message, rows, column, stamps.cells)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The column being read, for messages."""

    file: str
    column: str
    line: np.ndarray
    cells: pl.Series

    def refuse(self, code: str, row: int, what: Text, hint: Text = FORMAT_HINT) -> NoReturn:
        raise InputError(code, what, hint, self.file, int(self.line[row]), self.column)


def _typed(cells: pl.Series) -> Reading:
    """Columns that hold times already (Parquet, Excel, frames)."""
    reading = Reading.blank(len(cells))
    if cells.dtype == pl.Date:
        reading.dated[:] = cells.is_not_null().to_numpy()
    aware = isinstance(cells.dtype, pl.Datetime) and cells.dtype.time_zone is not None
    micro = cells if cells.dtype in (pl.Date, pl.Datetime) else pl.Series([None] * len(cells), dtype=pl.Datetime("us"))
    reading.value = micro.cast(pl.Datetime("us", cells.dtype.time_zone if aware else None)).to_physical().fill_null(UNKNOWN_TIME).to_numpy().copy()  # pyrefly: ignore[missing-attribute]
    reading.absolute[:] = aware
    reading.count(str(cells.dtype), len(cells) - cells.null_count())
    return reading


def _as_text(cells: pl.Series) -> pl.Series:
    """Cells as text; numbers without exponent."""
    if cells.dtype == pl.String:
        return cells
    if cells.dtype.is_float():
        plain = cells.set(cells.is_nan() | cells.is_infinite(), None)
        return plain.cast(pl.Decimal(38, 9), strict=False).cast(pl.String).str.replace(r"\.?0+$", "")
    return cells.cast(pl.String, strict=False)


def _text(cells: pl.Series, asked: _Asked, format: str | None, null_words: frozenset[str]) -> tuple[Reading, np.ndarray]:
    reading = Reading.blank(len(cells))
    if format is None:
        _read_quickly(reading, cells)
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
    for name in ("value", "absolute", "dated", "midnight24", "epoch", "serial"):
        getattr(reading, name)[rows] = getattr(rest, name)
    for form, count in rest.forms.items():
        reading.count(form, count)
    return reading, missing


def _read_quickly(reading: Reading, cells: pl.Series) -> None:
    """Read the whole column in the form that most of a sample has; cells in other forms are left unread."""
    sample = cells.drop_nulls()
    sample = sample.gather_every(max(1, len(sample) // SAMPLE))
    if not len(sample):
        return
    best, form, absolute = max(_quick_forms(), key=lambda quick: _strptime(sample, quick[0]).count())
    if _strptime(sample, best).count() * 2 < len(sample):
        return
    stamps = _strptime(cells, best)
    value = stamps.to_physical().fill_null(UNKNOWN_TIME).to_numpy().copy()
    value[value < YEAR_1000] = UNKNOWN_TIME  # strptime takes 24-03-14 for the year 24
    reading.value = value
    reading.absolute[:] = absolute & (value != UNKNOWN_TIME)
    reading.count(form, int((value != UNKNOWN_TIME).sum()))


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
    reading: Reading, raw: pl.Series, text: pl.Series, todo: np.ndarray, asked: _Asked, rows: np.ndarray, order: str | None
) -> None:
    """Cells in every form known, one form after the other."""
    at, parts = forms.read_pattern(text[todo], forms.YEAR_FIRST)
    if len(at):
        chinese = raw[todo[at]].str.contains("年", literal=True)
        for mask, form in ((~chinese, None), (chinese, "yyyy年mm月dd日")):
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
    if len(short) * 2 >= len(raw) - raw.null_count() and len(short):
        row = int(rows[short[0]])
        value = cell_text(asked.cells, row)
        asked.refuse(
            "TS_AMBIGUOUS",
            row,
            Text(zh=f"年份只有两位，日期有歧义：“{value}”", en=f"two-digit years are ambiguous, a format is needed: {value!r}"),
        )


def _day_first(a: np.ndarray, b: np.ndarray, asked: _Asked, rows: np.ndarray) -> bool:
    """Whether days come before months: only a number over 12 can tell.

    Raises InputError TS_MIXED where cells tell both, TS_AMBIGUOUS where none tells.
    """
    days_first, months_first = (a > 12) & (b <= 12), (b > 12) & (a <= 12)
    if days_first.any() and months_first.any():
        row = int(rows[max(np.argmax(days_first), np.argmax(months_first))])
        asked.refuse(
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
    value = cell_text(asked.cells, row)
    asked.refuse(
        "TS_AMBIGUOUS",
        row,
        Text(
            zh=f"无法判断日与月谁在前（全列的日、月都不超过 12）：“{value}”",
            en=f"ambiguous timestamp format, day or month first cannot be told (no number over 12 in the column): {value!r}",
        ),
    )


def _settled(reading: Reading, missing: np.ndarray, asked: _Asked, zone: str, zone_given: bool) -> Stamps:
    """From local and absolute times to UTC, with what must be said about them."""
    value, known = reading.value, reading.value != UNKNOWN_TIME
    reason = np.where(known, GOOD, np.where(missing, MISSING, INVALID)).astype(np.uint8)
    outside = known & ((value < FIRST_DAY) | (value >= LAST_DAY))
    reason[outside] = OUT_OF_RANGE
    value = np.where(outside, UNKNOWN_TIME, value)
    known &= ~outside
    naive = known & ~reading.absolute
    if not zone_given and naive.any() and (known & reading.absolute).any():
        _refuse_mixed_offsets(naive, known, asked, zone)
    local = to_utc(np.where(naive, value, UNKNOWN_TIME), zone)
    time = np.where(naive, local.utc, value)
    notes = tuple(_notes(reading, value, time, naive, known, local.gap, asked, zone))
    form = ", ".join(sorted(reading.forms, key=lambda name: (-reading.forms[name], name))) or "yyyy-mm-dd"
    return Stamps(time, reason, local.later, form, notes, asked.cells, asked.file, asked.column, asked.line)


def _refuse_mixed_offsets(naive: np.ndarray, known: np.ndarray, asked: _Asked, zone: str) -> NoReturn:
    rows = np.flatnonzero(known)
    row = int(rows[np.argmax(naive[rows] != naive[rows[0]])])
    asked.refuse(
        "TS_TZ_MIXED",
        row,
        Text(zh="同一列中部分时间带时区偏移、部分不带", en="mixed timestamps: some carry a UTC offset and some do not"),
        Text(
            zh=f"请用 --timezone 指明不带偏移的时间所在时区，例如 --timezone {zone}。",
            en=f"name the zone of those without offset, e.g. --timezone {zone}.",
        ),
    )


def _notes(
    reading: Reading, value: np.ndarray, time: np.ndarray, naive: np.ndarray, known: np.ndarray, gap: np.ndarray, asked: _Asked, zone: str
) -> list[Note]:
    column, cells = asked.column, asked.cells
    notes: list[Note] = []

    def note(code: str, severity: str, mask: np.ndarray, zh: str, en: str) -> None:
        if mask.any():
            level = "info" if severity == "info" else "warning"
            notes.append(
                Note(code, level, lambda count: Text(zh=zh.format(n=count), en=en.format(n=count)), np.flatnonzero(mask), column, cells)
            )

    note("TS_EPOCH", "warning", reading.epoch & known, "{n} 个时间是 Unix 纪元数，已按 UTC 换算", "{n} times are Unix epoch numbers and were read as UTC")
    note(
        "TS_EXCEL_SERIAL",
        "warning",
        reading.serial & known,
        "{n} 个时间是 Excel 日期序号（1900 日期系统），已换算",
        "{n} times are Excel serial numbers (1900 system) and were converted",
    )
    note("TS_24H", "warning", reading.midnight24 & known, "{n} 个时间写作 24:00，按次日零点处理", "{n} times are written 24:00 and were read as the next midnight")
    if len(reading.forms) > 1:
        kinds = "、".join(sorted(reading.forms))
        note(
            "TS_MIXED_FORMATS",
            "warning",
            known & ~reading.dated,
            "{n} 个时间在同一列中有 " + f"{len(reading.forms)} 种写法（{kinds}），均已读取",
            "{n} times of one column are written in " + f"{len(reading.forms)} forms ({kinds.replace('、', ', ')}), all read",
        )
    for form, first in (("dd/mm/yyyy", ("日", "days")), ("mm/dd/yyyy", ("月", "months"))):
        if form in reading.forms:
            note("TS_FORMAT", "info", known, f"{{n}} 个时间按{first[0]}在前读取（由全列判定）", f"{{n}} times were read with {first[1]} first (told from the whole column)")
    dateless = known & (reading.dated | _all_midnight(value, known))
    note("TS_DATE_ONLY", "warning", dateless, "{n} 个时间只有日期，没有钟点：同日事件的先后未知", "{n} times are dates without a time of day: the order within a day is unknown")
    note("TS_DST_GAP", "warning", gap, f"{{n}} 个时间落在 {zone} 拨快钟表时跳过的一小时内", f"{{n}} times fall into the hour that the change of clocks in {zone} left out")
    if (known & reading.absolute).any():
        note("TS_TZ_MIXED", "warning", naive, f"{{n}} 个时间不带时区偏移，按 {zone} 读取", f"{{n}} times carry no UTC offset, unlike others of the column, and were read in {zone}")
    else:
        # XES dates are to carry an offset, so its absence there is worth a warning.
        severity = "warning" if column.startswith("time:") else "info"
        note("TS_NAIVE", severity, naive, f"{{n}} 个时间不带时区，按 {zone} 读取", f"{{n}} times carry no time zone and were read in {zone}")
    note("TS_FUTURE", "warning", far_ahead(time, known), "{n} 个时间远在其余时间之后，可能是录入错误", "{n} times lie far after all others and may be typing errors")
    return notes


def _all_midnight(value: np.ndarray, known: np.ndarray) -> bool:
    return bool(known.sum() >= FEWEST_FOR_OUTLIERS and (value[known] % DAY == 0).all())


def far_ahead(time: np.ndarray, known: np.ndarray) -> np.ndarray:
    """bool [rows]: the few stamps far after all others, by the column alone and never by today's date.

    At most 1 % of the stamps (at least one may be), behind a gap longer than a year and longer than the whole span of
    the stamps before it (from their first percentile on); needs ten stamps.
    """
    count = int(known.sum())
    if count < FEWEST_FOR_OUTLIERS:
        return np.zeros(len(time), dtype=bool)
    ordered = np.sort(time[known])
    few = max(1, count // 100)
    last = ordered[-few - 1 : -1]
    gaps = ordered[-few:] - last
    wide = np.flatnonzero((gaps > YEAR) & (gaps > last - ordered[count // 100]))
    return known & (time > last[wide[0]]) if len(wide) else np.zeros(len(time), dtype=bool)
