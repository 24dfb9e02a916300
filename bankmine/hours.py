"""Weekly hours: the text of a configuration ("Mon-Fri 09:00-17:00") as ranges of minutes."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from bankmine.errors import UsageError
from bankmine.words import Text

Ranges = tuple[tuple[int, int], ...]
"""Disjoint, sorted (begin, end) in minutes since the day's midnight; an end above 1440 lies on the next day."""

DAY_MINUTES = 1440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_DASH = re.compile(r"\s*[-‐–—~至到]\s*")
_LIST = re.compile(r"\s*[,、]\s*|\s+")
_RANGE = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")


@dataclass(frozen=True)
class WeekHours:
    """The opening hours of each weekday, Monday first: seven tuples of ranges, () where the day is closed."""

    days: tuple[Ranges, ...]

    @classmethod
    def parse(cls, text: str) -> "WeekHours":
        """The hours in a text such as "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00", "周一至周五 09:00-17:00" or "24/7".

        A range whose end is not after its beginning runs over midnight and belongs to the day on which it begins; a list of
        days may run over Sunday ("Fri-Mon"). Raises UsageError CALENDAR_HOURS, also where a weekday is named twice.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        if plain == "24/7":
            return cls((((0, DAY_MINUTES),),) * 7)
        days: list[Ranges] = [()] * 7
        for part in (piece.strip() for piece in plain.rstrip("; ").split(";")):
            match = re.fullmatch(r"(\D+?)\s*(\d.*)", part)
            if match is None:
                raise _refused(text, Text(zh=f"“{part}”须写明星期和时间", en=f"{part!r} needs days and times"))
            ranges = _ranges(match[2], text)
            for day in _weekdays(match[1], text):
                if days[day]:
                    raise _refused(text, Text(zh=f"{_name(day).zh}出现了两次", en=f"{_name(day).en} stands there twice"))
                days[day] = ranges
        return cls(tuple(days))

    @property
    def usual(self) -> Ranges:
        """The ranges that most of Monday to Friday have; at a tie those of the earliest day."""
        return Counter(self.days[:5]).most_common(1)[0][0]

    def __str__(self) -> str:
        """The hours in one fixed English form, equal for equal hours."""
        if all(day == ((0, DAY_MINUTES),) for day in self.days):
            return "24/7"
        same: dict[Ranges, list[int]] = {}
        for day, ranges in enumerate(self.days):
            if ranges:
                same.setdefault(ranges, []).append(day)
        return "; ".join(f"{_listed(days)} {','.join(map(_written, ranges))}" for ranges, days in same.items()) or "closed"


def day_hours(text: str) -> Ranges:
    """The ranges of one date: "closed", or times such as "09:00-12:00,13:00-17:00".

    Raises UsageError CALENDAR_HOURS.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return () if plain.lower() == "closed" else _ranges(plain, text)


def _ranges(written: str, text: str) -> Ranges:
    found: list[tuple[int, int]] = []
    for piece in _LIST.split(_DASH.sub("-", written)):
        match = _RANGE.fullmatch(piece)
        begin, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
        if match is None or begin >= DAY_MINUTES or end > DAY_MINUTES:
            raise _refused(text, Text(zh=f"“{piece}”不是时间段", en=f"{piece!r} is not a range of times"))
        if begin == end:
            raise _refused(text, Text(zh=f"时间段“{piece}”没有长度", en=f"the range {piece!r} has no length"))
        found.append((begin, end if end > begin else end + DAY_MINUTES))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return tuple(merged)


def _weekdays(written: str, text: str) -> list[int]:
    days: list[int] = []
    for piece in _LIST.split(_DASH.sub("-", written.rstrip(" :"))):
        ends = [_weekday(name) for name in piece.split("-")]
        known = [day for day in ends if day is not None]
        if len(known) != len(ends) or len(known) > 2:
            raise _refused(text, Text(zh=f"“{piece}”不是星期", en=f"{piece!r} is not a weekday or a range of weekdays"))
        days += [(known[0] + step) % 7 for step in range((known[-1] - known[0]) % 7 + 1)]
    return days


def _weekday(name: str) -> int | None:
    plain = name.lower()
    near = [day for day, full in enumerate(_ENGLISH) if len(plain) >= 3 and full.startswith(plain)]
    return near[0] if near else _CHINESE.get(re.sub(r"^(周|星期|礼拜)", "", plain))


def _name(day: int) -> Text:
    return Text(zh=f"周{'一二三四五六日'[day]}", en=WEEKDAYS[day])


def _listed(days: list[int]) -> str:
    """Weekdays with their runs drawn together: "Mon-Wed,Fri"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" for run in runs)


def _written(span: tuple[int, int]) -> str:
    begin, end = span
    end -= DAY_MINUTES if end > DAY_MINUTES else 0
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def _refused(text: str, why: Text) -> UsageError:
    return UsageError(
        "CALENDAR_HOURS",
        Text(zh=f"无法理解工作时间“{text}”：{why.zh}。", en=f"the working hours {text!r} are not understood: {why.en}."),
        Text(
            zh="请按此格式书写：“周一至周五 09:00-12:00,13:00-17:00; 周六 09:00-12:00”，或“24/7”；单个日期写“09:00-12:00”或“closed”。",
            en='write them as "Mon-Fri 09:00-12:00,13:00-17:00; Sat 09:00-12:00", or "24/7"; a single date as "09:00-12:00" or "closed".',
        ),
    )
