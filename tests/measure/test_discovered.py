"""Hours planted in random stamps and found again: of offices, roles and people, weeks and single dates."""

from datetime import date

import numpy as np
import pytest

from bankmine.log.calendar import MINUTE, BusinessCalendar
from bankmine.log.eventlog import DAY, SECOND, EventLog, Source
from bankmine.log.order import assemble
from bankmine.measure.duty import Duty
from bankmine.measure.roles import Roles
from bankmine.process.definition import ActivityMeaning, Party, Understanding
from bankmine.settings import Calendar

ZONE = "Asia/Shanghai"
MONDAY = 1_704_038_400_000_000  # 2024-01-01 00:00 there
OFFICE = "Mon-Fri 09:00-17:00"


def duty_of(log: EventLog, settings: Calendar | None = None, parties: dict[str, Party] | None = None) -> Duty:
    meanings = tuple(ActivityMeaning(label, party=(parties or {}).get(label)) for label in log.activities)
    return Duty.of(log, Roles.of(log), Understanding(None, meanings), settings or Calendar())


def at_work(
    people: dict[str, tuple[str, str]],
    *,
    per_day: float = 6,
    weeks: int = 26,
    minutes: float = 20,
    seed: int = 0,
    holidays: str | None = None,
    late: float = 0,
) -> tuple[EventLog, dict[str, BusinessCalendar]]:
    """A log of work begun at random in the hours of each person (role, hours), and those hours; nothing runs over their end,
    but a share `late` does by up to an hour.
    """
    rng = np.random.default_rng(seed)
    start, end, who, role = [], [], [], []
    truth = {name: BusinessCalendar.of(text, ZONE, MONDAY, MONDAY + weeks * 7 * DAY - 1, holidays) for name, (_, text) in people.items()}
    for name, calendar in truth.items():
        hour = np.arange(calendar.span[0], calendar.span[1], 60 * MINUTE)
        amount = int(per_day * len(np.unique((hour[calendar.is_open(hour)] - MONDAY) // DAY)))
        begin = calendar.add(np.full(amount, calendar.span[0]), rng.integers(0, calendar.worked(calendar.span[1]), amount))
        stop = begin + (rng.exponential(minutes * 60, amount) * SECOND).astype(np.int64) + SECOND
        stop = np.minimum(stop, calendar.end[np.searchsorted(calendar.begin, begin, side="right") - 1])
        start.append(begin)
        end.append(np.where(rng.random(amount) < late, stop + rng.integers(0, 60 * MINUTE, amount), stop))
        who += [name] * amount
        role += [people[name][0]] * amount
    log = assemble(
        [f"c{number}" for number in range(len(who))],
        ["work"] * len(who),
        np.concatenate(end),
        np.concatenate(start),
        who,
        attributes={"role": role},
        source=Source(timezone=ZONE),
    )
    return log, truth


def misses(duty: Duty, log: EventLog, truth: dict[str, BusinessCalendar]) -> dict[str, float]:
    """Minutes of the log on which the person's calendar and the truth differ, as a share of the minutes truly worked."""
    result = {}
    for name, calendar in truth.items():
        found = duty.calendars[duty.of_resource[log.resources.index(name)]]
        minute = np.arange(log.case_start.min(), log.case_end.max(), MINUTE)
        worked = calendar.is_open(minute)
        result[name] = float((found.is_open(minute) != worked).sum() / worked.sum())
    return result


def team(role: str, text: str, size: int = 4) -> dict[str, tuple[str, str]]:
    return {f"{role}-{number}": (role, text) for number in range(size)}


@pytest.mark.parametrize(
    "people",
    [
        team("clerk", OFFICE),
        team("clerk", OFFICE) | team("vault", "Mon-Fri 09:00-12:00"),
        team("clerk", OFFICE) | team("audit", "Mon,Wed,Fri 09:00-17:00", 1),
        team("clerk", OFFICE) | {"part": ("clerk", "Mon,Wed,Fri 09:00-17:00")},
        team("early", "Mon-Fri 09:00-13:00", 2) | dict.fromkeys("xy", ("early", "Mon-Fri 13:00-17:00")),
        team("clerk", "Mon-Fri 09:00-12:00,13:00-17:00"),
        team("clerk", "Mon-Fri 09:00-17:00; Sat 09:00-12:00") | {"x": ("clerk", "Mon-Thu 09:00-17:00; Fri-Sat 09:00-12:00")},
        team("clerk", OFFICE, 9) | {"late": ("clerk", "Mon-Fri 17:00-21:00")},
        team("clerk", OFFICE) | team("night", "Mon-Sun 22:00-06:00", 2),
        team("clerk", OFFICE) | team("hotline", "24/7", 3),
        team("hotline", "24/7", 3),
    ],
    ids=["office", "mornings", "MWF role", "MWF person", "shifts", "lunch", "Saturday", "late person", "night", "24/7", "only 24/7"],
)
def test_planted_hours_are_found(people: dict[str, tuple[str, str]]) -> None:
    log, truth = at_work(people)
    duty = duty_of(log)
    assert duty.basis == "discovered"
    assert duty.own.all()
    assert max(misses(duty, log, truth).values()) <= 0.05


@pytest.mark.parametrize("seed", range(3))
def test_sixty_stamps_per_weekday_are_enough_for_a_shift(seed: int) -> None:
    people = {name: ("clerk", f"Mon-Fri {shift}") for name, shift in zip("abcd", ["09:00-13:00", "13:00-17:00"] * 2, strict=True)}
    log, truth = at_work(people, per_day=1.25, seed=seed)  # 26 dates, two stamps each time
    duty = duty_of(log)
    assert duty.own.all()
    assert max(misses(duty, log, truth).values()) <= 0.05


def test_below_sixty_stamps_a_person_has_the_role_s_hours() -> None:
    log, truth = at_work(team("clerk", OFFICE) | team("vault", "Mon-Fri 09:00-12:00"))
    rare = np.flatnonzero(log.resource == log.resources.index("vault-0"))[50:]
    kept = np.setdiff1d(np.arange(len(log)), rare)
    few = assemble(
        [log.case_names[case] for case in log.case[kept]],
        ["work"] * len(kept),
        log.end[kept],
        log.start[kept],
        [log.resources[who] for who in log.resource[kept]],
        attributes={"role": [log.attributes["role"].values[code] for code in log.attributes["role"].codes[kept]]},
        source=log.source,
    )
    duty = duty_of(few)
    who = few.resources.index("vault-0")
    assert not duty.own[who]
    assert duty.of_resource[who] == duty.of_role[1]
    assert misses(duty, few, truth)["vault-0"] <= 0.05


def test_late_finishers_do_not_open_the_evening() -> None:
    log, truth = at_work(team("clerk", OFFICE), late=0.05)
    duty = duty_of(log)
    assert max(misses(duty, log, truth).values()) <= 0.05


def test_stray_stamps_do_not_open_the_night() -> None:
    log, _ = at_work(team("clerk", OFFICE))
    stray = np.random.default_rng(1).choice(len(log), len(log) // 100, replace=False)
    moved = np.where(np.isin(np.arange(len(log)), stray), 11 * 60 * MINUTE, 0)
    duty = duty_of(assemble(["c"] * len(log), ["work"] * len(log), log.end + moved, log.start + moved, source=log.source))
    assert duty.name == f"≈ {OFFICE} {ZONE}"
    assert duty.outside_share == pytest.approx(0.01, abs=0.002)
    assert duty.organisation == 0


def test_holidays_and_make_up_saturdays_are_found_by_date() -> None:
    log, truth = at_work(team("clerk", OFFICE), weeks=52, holidays="CN")
    duty = duty_of(log)
    assert max(misses(duty, log, truth).values()) == 0
    (calendar,) = duty.calendars
    noon = BusinessCalendar.of("24/7", ZONE, MONDAY, MONDAY + 366 * DAY).span[0] + 12 * 60 * MINUTE
    spring_festival, made_up = (noon + (date(2024, 2, day) - date(2024, 1, 1)).days * DAY for day in (12, 18))
    assert not calendar.is_open(spring_festival)
    assert calendar.is_open(made_up)


def test_given_holidays_and_days_win_over_what_is_found() -> None:
    log, _ = at_work(team("clerk", OFFICE), weeks=12)
    calendar = duty_of(log, Calendar(holidays="CN", days={date(2024, 1, 3): "closed"})).calendars[0]
    noon = MONDAY + 12 * 60 * MINUTE
    assert not calendar.is_open(noon)  # New Year's Day
    assert calendar.is_open(noon + DAY)
    assert not calendar.is_open(noon + 2 * DAY)
    assert calendar.discovered


def test_the_hours_inside_long_work_are_worked() -> None:
    log, truth = at_work(team("clerk", OFFICE), per_day=1.5, minutes=300)
    duty = duty_of(log)
    assert max(misses(duty, log, truth).values()) <= 0.05


def test_work_up_to_midnight_ends_its_day() -> None:
    log, truth = at_work(team("clerk", "Mon-Fri 16:00-24:00"))
    duty = duty_of(log)
    assert max(misses(duty, log, truth).values()) <= 0.02
    assert int(duty.calendars[0].end[1] - duty.calendars[0].begin[1]) == 8 * 60 * MINUTE


def test_a_machine_does_not_open_the_office() -> None:
    log, truth = at_work(team("clerk", OFFICE) | {"robot": ("clerk", "24/7")})
    duty = duty_of(log)
    assert max(misses(duty, log, truth).values()) == 0
    assert duty.calendars[duty.organisation].name == duty.calendars[duty.of_role[0]].name == f"≈ {OFFICE} {ZONE}"


def test_customers_times_say_nothing_of_the_office() -> None:
    log, _ = at_work(team("clerk", OFFICE) | team("customer", "Mon-Sun 18:00-23:00"))
    activity = [("work", "apply")[code] for code in log.attributes["role"].codes]
    both = assemble(
        ["c"] * len(log),
        activity,
        log.end,
        log.start,
        [log.resources[who] for who in log.resource],
        source=log.source,
    )
    duty = duty_of(both, parties={"apply": Party.CUSTOMER})
    assert duty.name == f"≈ {OFFICE} {ZONE}"
    assert duty.outside_share == 0


def test_too_little_and_dates_without_times_are_unknown() -> None:
    log, _ = at_work(team("clerk", OFFICE, 1), per_day=2, weeks=4)
    days = assemble(["c"] * 500, ["work"] * 500, MONDAY + np.arange(500) % 90 * DAY, source=Source(timezone=ZONE))
    for each in (log, days):
        duty = duty_of(each)
        assert duty.basis == duty.name == "unknown"
        assert (duty.person == -1).all()
        assert (duty.of_resource == -1).all()
        assert duty.organisation == -1
        assert duty.outside_share is None
        assert duty.quality() == ()


def test_sample_offices_are_open_from_nine_to_five() -> None:
    from bankmine.sample import generate

    table = generate("loan", seed=5, cases=400).table
    start, end = (
        table[column].to_numpy().astype("datetime64[us]").astype(np.int64) - 8 * 60 * MINUTE for column in ("start_time", "end_time")
    )
    names = {column: table[column].to_list() for column in ("case_id", "activity", "resource", "role")}
    log = assemble(
        names["case_id"], names["activity"], end, start, names["resource"], attributes={"role": names["role"]}, source=Source(timezone=ZONE)
    )
    outside = {"Customer": Party.CUSTOMER, "System": Party.SYSTEM}
    duty = duty_of(log, parties={a: outside[r] for a, r in zip(names["activity"], names["role"], strict=True) if r in outside})
    truth = BusinessCalendar.of(OFFICE, ZONE, MONDAY, MONDAY + 120 * DAY)
    minute = np.arange(truth.span[0], truth.span[1], MINUTE)
    for index in duty.of_role:
        differ = (duty.calendars[index].is_open(minute) != truth.is_open(minute)).sum() / (truth.is_open(minute).sum() / 8 / 60)
        assert differ <= 15
