"""How single values are written for people: durations, shares, counts, times, and names that cannot be trusted."""

import math
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bankmine.show.blocks import Cell, CellKind, Mark
from bankmine.words import Lang, Text

UNKNOWN = Text(zh="未知", en="unknown")
NOTHING = Text(zh="（无）", en="(none)")
HIDDEN_ROWS = Text(zh="另有 {n} 行未显示", en="rows not shown: {n}")
YES_NO = (Text(zh="是", en="yes"), Text(zh="否", en="no"))
UNITS = (
    (1.0, 60.0, Text(zh="秒", en="s")),
    (60.0, 3_600.0, Text(zh="分钟", en="min")),
    (3_600.0, 86_400.0, Text(zh="小时", en="h")),
    (86_400.0, math.inf, Text(zh="天", en="d")),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNKNOWN_TIME = -(2**63)
# Characters that move the cursor, change the reading direction or cannot be seen; a label must not rewrite what stands beside it.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def duration(seconds: float | None) -> Text:
    """A duration in the unit that suits it: seconds, minutes, hours or days (24 h each)."""
    if seconds is None or math.isnan(seconds):
        return UNKNOWN
    unit, name = _unit(abs(seconds))
    return Text(zh=f"{_short(seconds / unit)} {name.zh}", en=f"{_short(seconds / unit)} {name.en}")


def duration_range(low: float | None, high: float | None) -> Text:
    """Both ends of an interval in one unit, that of the larger end, unless the smaller one would look like nothing."""
    if low is None or high is None:
        return UNKNOWN
    unit, name = _unit(max(abs(low), abs(high)))
    # A dash before a minus sign cannot be read.
    to = Text(zh=" 至 ", en=" to ") if low < 0 or high < 0 else Text.same("–")
    if low and abs(low) < 0.1 * unit:
        first, second = duration(low), duration(high)
        return Text(zh=f"{first.zh}{to.zh}{second.zh}", en=f"{first.en}{to.en}{second.en}")
    first, second = _short(low / unit), _short(high / unit)
    return Text(zh=f"{first}{to.zh}{second} {name.zh}", en=f"{first}{to.en}{second} {name.en}")


def percent(share: float | None) -> Text:
    """A share (0-1) in per cent with one decimal; what would round to none or all of it is not written as none or all."""
    if share is None or math.isnan(share):
        return UNKNOWN
    if 0 < share < 0.0005:
        number = "<0.1"
    elif 0.9995 <= share < 1:
        number = ">99.9"
    else:
        number = "0" if share == 0 else "100" if share == 1 else f"{share * 100:,.1f}"
    return Text(zh=f"{number}%", en=f"{number} %")


def count(value: int | float | None) -> Text:
    """A whole number with separators."""
    return UNKNOWN if value is None or math.isnan(value) else Text.same(f"{value:,.0f}")


def number(value: float | None) -> Text:
    """A number with about three significant digits, whole numbers in full."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if float(value).is_integer():
        return count(value)
    size = abs(value)
    decimals = 0 if size >= 1_000 else 1 if size >= 100 else 2 if size >= 10 else min(6, 2 - math.floor(math.log10(size)))
    return Text.same(f"{value:,.{decimals}f}")


def local_time(microseconds: int | None, zone: str) -> Text:
    """A UTC instant on the wall clock of a zone; seconds are written where they are not zero."""
    if microseconds is None or microseconds == UNKNOWN_TIME:
        return UNKNOWN
    moment = (EPOCH + timedelta(microseconds=microseconds)).astimezone(ZoneInfo(zone))
    return Text.same(moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second or moment.microsecond else "%Y-%m-%d %H:%M"))


def local_day(microseconds: int, zone: str) -> str:
    """The day of a UTC instant in a zone."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(ZoneInfo(zone)).date().isoformat()


def iso_time(microseconds: int, zone: str) -> str:
    """A UTC instant in ISO 8601 with the offset of a zone."""
    return (EPOCH + timedelta(microseconds=microseconds)).astimezone(ZoneInfo(zone)).isoformat()


def visible(text: str) -> str:
    """The text with control, bidirectional and invisible characters written as \\u{…}."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"\\u{{{ord(c):x}}}" if unicodedata.category(c) in HIDDEN else c for c in text)


def cell(value: Cell, kind: CellKind, lang: Lang, zone: str) -> str:
    """What stands in a table's cell or under a key figure; empty text stays empty, unknown is said."""
    if isinstance(value, Mark):
        value = value.text
    if isinstance(value, Text):
        return visible(value.of(lang))
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return UNKNOWN.of(lang)
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, bool):
        return YES_NO[not value].of(lang)
    if kind == "code":
        return str(value)
    if kind == "time":
        return local_time(int(value), zone).of(lang)
    drawn = {"duration": duration, "share": percent, "count": count}.get(kind, number)
    return drawn(value).of(lang)


def _unit(seconds: float) -> tuple[float, Text]:
    """The largest unit of which there is at least one, after rounding: 59.97 s is 1.0 min."""
    unit, _, name = next(entry for entry in UNITS if round(seconds / entry[0], 1) * entry[0] < entry[1])
    return unit, name


def _short(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.1f}"
    return "0" if text in ("0.0", "-0.0", "-0") else text
