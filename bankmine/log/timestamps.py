"""Time stamps: from cells as written to UTC microseconds, refusing what is ambiguous.

How a column is written is decided from the whole column, never cell by cell: 03/04/2024 is read only where some other
cell shows whether days or months come first. Naive stamps are read in the given zone (definitions §3, time zones).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.eventlog import DAY, UNKNOWN_TIME
from bankmine.log.labels import NULL_WORDS
from bankmine.log.notes import Note, cell_text, form_of, gather, rows_of
from bankmine.log.quality import QualityFinding, Reject, Severity
from bankmine.log.stampcolumn import Asked, plain_numbers, read_text, read_typed
from bankmine.log.stampforms import Reading
from bankmine.log.zones import check_zone, to_utc
from bankmine.words import Text

REASONS = ("", "TS_MISSING", "TS_INVALID", "TS_OUT_OF_RANGE")
GOOD, MISSING, INVALID, OUT_OF_RANGE = range(4)

FIRST_DAY = 1 * DAY  # 1970-01-01 is what an empty epoch field shows
LAST_DAY = 47_481 * DAY  # 2099-12-31, a sentinel like every later date

YEAR = 366 * DAY
FEWEST_FOR_OUTLIERS = 10
EVERY = 1000  # of the stamps is looked at first for gaps
FEW_CELLS = 1_000


@dataclass(frozen=True, eq=False)
class Stamps:
    """A column of instants.

    `time`: int64 UTC microseconds [rows], UNKNOWN_TIME where `reason` (uint8, index into REASONS) says why. `later`:
    microseconds to add where the wall clock showed the time twice and the second pass was meant (zones.settle_overlap);
    `time` holds the first pass. `format` names the forms found, the most frequent
    first.
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
    asked = Asked(file, column, line, cells)
    if cells.dtype.is_temporal():
        reading, missing = read_typed(cells), cells.is_null().to_numpy()
    else:
        text = plain_numbers(cells)
        reading, missing = read_text(text, asked, format, null_words)
    unread = (reading.value == UNKNOWN_TIME) & ~missing
    if unread.any() and not (reading.value != UNKNOWN_TIME).any():
        row = int(np.flatnonzero(unread)[0])
        value = form_of(str(cells[row]))
        raise asked.refusal(
            "TS_INVALID",
            row,
            Text(
                zh=f"该列没有一个单元格能读作时间，例如“{value}”", en=f"no cell of this column can be read as a timestamp, e.g. {value!r}"
            ),
        )
    return _settled(reading, missing, asked, zone, zone_given)


def combine(dates: pl.Series, times: pl.Series) -> pl.Series:
    """One text column of a date column and a time-of-day column (HHMMSS, HH:MM:SS, Excel fractions of a day).

    A time column whose cells already hold a date is taken as it is.
    """
    if times.dtype in (pl.Datetime, pl.Date):
        return times
    date = plain_numbers(dates).str.strip_chars().str.replace(r"[ T]00:00(?::00)?(?:\.0+)?$", "")
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
    joined = (
        pl.DataFrame({"date": date, "clock": clock}).select(pl.concat_str("date", pl.lit(" "), pl.col("clock").fill_null(""))).to_series()
    )
    return clock.zip_with(whole, joined).alias(dates.name)


def unread_note(stamps: Stamps, reason: int, among: np.ndarray | None = None) -> Note:
    """The cells without a time for one reason, as a note; only those of `among` (bool [rows]) when given."""
    mask = stamps.reason == reason
    rows = np.flatnonzero(mask if among is None else mask & among)
    column = stamps.column

    def message(count: int) -> Text:
        if reason == MISSING:
            return Text(
                zh=f"{count} 个时间为空（空白、空值词或全零日期），按未知处理（该行没有其他时间的，已搁置）",
                en=f"{count} times are missing (blank, a null word or an all-zero date); rows without another time were set aside",
            )
        if reason == OUT_OF_RANGE:
            return Text(
                zh=f"{count} 个时间超出可信范围（早于 1970-01-02 或晚于 2099-12-30，多为占位日期），按未知处理（该行没有其他时间的，已搁置）",
                en=f"{count} times are out of range (before 1970-01-02 or after 2099-12-30, mostly placeholder dates); "
                f"rows without another time were set aside",
            )
        return Text(
            zh=f"{count} 个时间无法读取（日期不存在或写法不符），按未知处理（该行没有其他时间的，已搁置）",
            en=f"{count} times cannot be read (impossible date or other form); rows without another time were set aside",
        )

    return Note(REASONS[reason], "warning", message, rows, column, stamps.cells)


def _settled(reading: Reading, missing: np.ndarray, asked: Asked, zone: str, zone_given: bool) -> Stamps:
    """From local and absolute times to UTC, with what must be said about them."""
    value, known = reading.value, reading.value != UNKNOWN_TIME
    reason = np.zeros(len(value), dtype=np.uint8)
    if not known.all():
        reason[~known] = np.where(missing[~known], MISSING, INVALID)
    if len(value) and not (value.min() >= FIRST_DAY and value.max() < LAST_DAY):
        outside = known & ((value < FIRST_DAY) | (value >= LAST_DAY))
        reason[outside] = OUT_OF_RANGE
        value = np.where(outside, UNKNOWN_TIME, value)
        known = known & ~outside
    naive = known & ~reading.absolute
    if not zone_given and naive.any() and (known & reading.absolute).any():
        raise _mixed_offsets(naive, known, asked, zone)
    local = to_utc(value if naive.all() else np.where(naive, value, UNKNOWN_TIME), zone)
    time = local.utc if naive.all() else np.where(naive, local.utc, value)
    notes = tuple(_notes(reading, value, time, naive, known, local.gap, asked, zone))
    counts = {form: reading.forms.get(form, 0) + reading.date_forms.get(form, 0) for form in {*reading.forms, *reading.date_forms}}
    form = ", ".join(sorted(counts, key=lambda name: (-counts[name], name)))
    return Stamps(time, reason, local.later, form, notes, asked.cells, asked.file, asked.column, asked.line)


def _mixed_offsets(naive: np.ndarray, known: np.ndarray, asked: Asked, zone: str) -> InputError:
    rows = np.flatnonzero(known)
    row = int(rows[np.argmax(naive[rows] != naive[rows[0]])])
    return asked.refusal(
        "TS_TZ_MIXED",
        row,
        Text(zh="同一列中部分时间带时区偏移、部分不带", en="mixed timestamps: some carry a UTC offset and some do not"),
        Text(
            zh=f"请用 --timezone 指明不带偏移的时间所在时区，例如 --timezone {zone}。",
            en=f"name the zone of those without offset, e.g. --timezone {zone}.",
        ),
    )


def _notes(
    reading: Reading, value: np.ndarray, time: np.ndarray, naive: np.ndarray, known: np.ndarray, gap: np.ndarray, asked: Asked, zone: str
) -> Iterator[Note]:
    """What must be said about a column that was read."""

    def note(code: str, mask: np.ndarray, zh: str, en: str, severity: Severity = "warning", count: int | None = None) -> Note:
        def message(count: int) -> Text:
            return Text(zh=f"{count} 个时间{zh}", en=f"{count} times {en}")

        return Note(code, severity, message, rows_of(mask), asked.column, asked.cells, count)

    for code, mask, zh, en in (
        ("TS_EPOCH", reading.epoch, "是 Unix 纪元数，已按 UTC 换算", "are Unix epoch numbers and were read as UTC"),
        ("TS_EXCEL_SERIAL", reading.serial, "是 Excel 日期序号（1900 日期系统），已换算", "are Excel serial numbers (1900 system)"),
        ("TS_24H", reading.midnight24, "写作 24:00，按次日零点读取", "are written 24:00 and were read as the next midnight"),
    ):
        if mask.any():
            yield note(code, mask & known, zh, en)
    if len(reading.forms) > 1:
        kinds = sorted(reading.forms)
        zh = f"在同一列中有 {len(kinds)} 种写法（{'、'.join(kinds)}），均已读取"
        en = f"of one column are written in {len(kinds)} forms ({', '.join(kinds)}), all read"
        yield note("TS_MIXED_FORMATS", known & ~reading.dated, zh, en)
    for form, zh, en in (
        ("dd/mm/yyyy", "按日在前读取", "were read with days first"),
        ("mm/dd/yyyy", "按月在前读取", "were read with months first"),
    ):
        count = reading.forms.get(form, 0) + reading.date_forms.get(form, 0)
        if count:
            yield note("TS_FORMAT", known, zh, en, "info", count)
    midnights = _all_midnight(value, known)
    if midnights or reading.dated.any():
        yield note(
            "TS_DATE_ONLY",
            known & (reading.dated | midnights),
            "只有日期，没有钟点：同日事件的先后未知",
            "are dates without a time of day: the order within a day is unknown",
        )
    yield note(
        "TS_DST_GAP", gap, f"落在 {zone} 拨快钟表时跳过的一小时内", f"fall into the hour that the change of clocks in {zone} left out"
    )
    if (known & reading.absolute).any():
        yield note(
            "TS_TZ_MIXED",
            naive,
            f"不带时区偏移，按 {zone} 读取",
            f"carry no UTC offset, unlike others of the column, and were read in {zone}",
        )
    else:
        # XES dates are to carry an offset, so its absence there is worth a warning.
        severity: Severity = "warning" if ".xes" in asked.file.lower() else "info"
        yield note("TS_NAIVE", naive, f"不带时区，按 {zone} 读取", f"carry no time zone and were read in {zone}", severity)
    yield note("TS_FUTURE", far_ahead(time, known), "远在其余时间之后，可能是录入错误", "lie far after all others and may be typing errors")


def _all_midnight(value: np.ndarray, known: np.ndarray) -> bool:
    if known.sum() < FEWEST_FOR_OUTLIERS:
        return False
    some = np.flatnonzero(known[:FEW_CELLS])  # mostly these few tell
    return bool((value[some] % DAY == 0).all() and (value[known] % DAY == 0).all())


def far_ahead(time: np.ndarray, known: np.ndarray) -> np.ndarray:
    """bool [rows]: the few stamps far after all others, by the column alone and never by today's date.

    At most 1 % of the stamps (at least one may be), behind a gap longer than a year and longer than the whole span of
    the stamps before it (from their first percentile on); needs ten stamps.
    """
    count = int(known.sum())
    if count < FEWEST_FOR_OUTLIERS:
        return np.zeros(len(time), dtype=bool)
    among = time if count == len(time) else time[known]
    some = np.sort(np.concatenate([among[::EVERY], [among.min(), among.max()]]))
    if (np.diff(some) <= YEAR).all():  # the others only narrow its gaps
        return np.zeros(len(time), dtype=bool)
    few = max(1, count // 100)
    parted = np.partition(among, (count // 100, count - few - 1))
    ordered = np.sort(parted[-few - 1 :])
    last = ordered[:-1]
    gaps = np.diff(ordered)
    wide = np.flatnonzero((gaps > YEAR) & (gaps > last - parted[count // 100]))
    return known & (time > last[wide[0]]) if len(wide) else np.zeros(len(time), dtype=bool)
