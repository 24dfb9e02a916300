"""Business time: intervals under the calendar of those who have to act, and the calendar named beside such figures (definitions §6)."""

from dataclasses import dataclass, replace

import numpy as np

from bankmine.log.eventlog import UNKNOWN_TIME
from bankmine.measure.busy import on_duty
from bankmine.measure.duty import Duty
from bankmine.show.blocks import Block, Notice, Paragraph
from bankmine.words import Text

BASIS = {
    "given": Text(zh="配置给定", en="as configured"),
    "discovered": Text(zh="由日志推断", en="found from the log"),
}
NONE_KNOWN = Text(
    zh="营业时间未知：未配置工作时间，日志的记录也不足以推断；下列时间均为自然时间。",
    en="Business time is unknown: no working hours are configured, and the log holds too few stamps to find them; times are calendar time.",
)
USED = Text(zh="营业时间按日历 {name} 计算（{basis}）。", en="Business time: {name}, {basis}.")
ESTIMATED = Text(zh="其中 {years} 年的调休安排尚未公布，为估计值。", en="Estimated: the make-up workdays of {years} are not published.")


@dataclass(frozen=True)
class CalendarUsed:
    """The calendar that business figures rest on.

    `name`: None where no calendar is known; `basis`: "given", "discovered" or "unknown"; `estimated`: the years that the
    figures reach into and whose make-up workdays are not published.
    """

    name: str | None
    basis: str
    estimated: tuple[int, ...] = ()

    @classmethod
    def of(cls, duty: Duty, calendar: np.ndarray, begin: np.ndarray, end: np.ndarray) -> "CalendarUsed":
        """The calendars (`calendar` [intervals], index into those of `duty`) under which intervals of UTC microseconds are counted."""
        used = np.unique(calendar[calendar >= 0]).tolist()
        if not len(calendar) and duty.organisation >= 0:
            used = [duty.organisation]
        if not used:
            return cls(None, "unknown")
        years: set[int] = set()
        for index in used:
            one, mine = duty.calendars[index], calendar == index
            years |= {year for year in one.estimated_years if replace(one, estimated_years=(year,)).uses_estimated(begin[mine], end[mine])}
        found = any(duty.calendars[index].discovered for index in used)
        name = duty.calendars[used[0]].name if len(used) == 1 else duty.name
        return cls(name, "discovered" if found else "given", tuple(sorted(years)))

    @property
    def text(self) -> Text:
        """The calendar in a sentence."""
        if self.name is None:
            return NONE_KNOWN
        said = USED.format(name=self.name, basis=BASIS[self.basis])
        if not self.estimated:
            return said
        years = [str(year) for year in self.estimated]
        return said.then(ESTIMATED.format(years=Text(zh="、".join(years), en=", ".join(years))))

    def blocks(self) -> list[Block]:
        """The sentence; as a notice where the figures are less sure than they look."""
        return [Paragraph(self.text) if self.basis == "given" and not self.estimated else Notice(self.text)]


def business_time(duty: Duty, calendar: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64 [intervals], microseconds: working time of each interval under its calendar; UNKNOWN_TIME where that is unknown (-1)."""
    return np.where(calendar >= 0, on_duty(duty.calendars, calendar, begin, end), UNKNOWN_TIME)


def business_hours(seconds: float | None) -> float | None:
    """For people: hours, since a day of business time is not a day of 24 hours."""
    return None if seconds is None else seconds / 3600
