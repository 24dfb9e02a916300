"""The office: people by role, working hours, first come first served."""

from dataclasses import dataclass, field

HOUR = 3600.0
DAY = 24 * HOUR
WEEK = 7 * DAY
OPENING = 9 * HOUR
SHIFT = 8 * HOUR  # 09:00-17:00
WORKDAYS = 5  # Monday to Friday; time 0 is a Monday, 00:00


def worked(time: float) -> float:
    """Duty seconds from time 0 to `time`."""
    week, rest = divmod(time, WEEK)
    day, second = divmod(rest, DAY)
    if day >= WORKDAYS:
        return (week + 1) * WORKDAYS * SHIFT
    return (week * WORKDAYS + day) * SHIFT + min(max(second - OPENING, 0.0), SHIFT)


def wall(duty: float) -> float:
    """The first moment at which that many duty seconds have passed and the office is open."""
    day, second = divmod(duty, SHIFT)
    week, day = divmod(day, WORKDAYS)
    return week * WEEK + day * DAY + OPENING + second


def open_at(time: float) -> bool:
    rest = time % WEEK
    return rest // DAY < WORKDAYS and OPENING <= rest % DAY < OPENING + SHIFT


@dataclass(slots=True)
class Team:
    """The people of one role: `names`, and the duty second at which each is free; `busy`: seconds worked by all."""

    names: tuple[str, ...]
    free: list[float] = field(default_factory=list)
    busy: float = 0.0

    def __post_init__(self) -> None:
        self.free = [0.0] * len(self.names)

    def serve(self, now: float, duration: float, person: int | None = None) -> tuple[float, float, int]:
        """Start, end and person for work that is handed in now.

        The one who is free first takes it, unless `person` must. Work that cannot be finished before closing is begun the
        next morning, so that no row spans a night.
        """
        who = self.free.index(min(self.free)) if person is None else person
        begin = max(worked(now), self.free[who])
        if begin % SHIFT + duration > SHIFT:
            begin = (begin // SHIFT + 1) * SHIFT
        self.free[who] = begin + duration
        self.busy += duration
        start = wall(begin)
        return start, start + duration, who
