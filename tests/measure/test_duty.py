"""Who is on duty when: the hours that are given, which of them goes first, and how well they fit the log."""

import numpy as np
import pytest

from bankmine.log.eventlog import DAY, UNKNOWN_TIME, EventLog
from bankmine.log.order import assemble
from bankmine.measure.duty import Duty
from bankmine.process.definition import Party
from bankmine.settings import Calendar
from tests.measure.test_discovered import OFFICE, at_work, duty_of, misses, team
from tests.textlog import hours, textlog

BOTH = (
    "c1 channel=web branch=north: a 9-10 @ann role=clerk | b 11-12 @bob role=lead ; c2 channel=web: a 9-10 @cy | b 11-12 @dan channel=post"
)


def names(duty: Duty, log: EventLog, which: np.ndarray) -> dict[tuple[str, str], str]:
    calendar = [one.name.split()[1] for one in duty.calendars]
    return {
        (log.case_names[case], log.activities[activity]): calendar[index] if index >= 0 else "-"
        for case, activity, index in zip(log.case, log.activity, which, strict=True)
    }


def test_role_goes_before_branch_before_channel_before_organisation_and_a_person_s_own_hours_before_all() -> None:
    log = textlog(BOTH)
    own = {
        name: {"hours": f"Mon-Fri {times}"} for name, times in (("lead", "01:00-02:00"), ("north", "02:00-03:00"), ("web", "03:00-04:00"))
    }
    settings = Calendar.model_validate(
        {
            "hours": "Mon-Fri 05:00-06:00",
            "roles": {"lead": own["lead"]},
            "branches": {"north": own["north"]},
            "channels": {"web": own["web"]},
            "people": {"bob": {"hours": "Mon-Fri 07:00-08:00"}},
        }
    )
    duty = duty_of(log, settings)
    assert duty.basis == "given"
    assert names(duty, log, duty.opening) == {
        ("c1", "a"): "02:00-03:00",
        ("c1", "b"): "01:00-02:00",
        ("c2", "a"): "03:00-04:00",
        ("c2", "b"): "05:00-06:00",
    }
    assert names(duty, log, duty.person) == names(duty, log, duty.opening) | {("c1", "b"): "07:00-08:00"}
    assert duty.own.tolist() == [False, True, False, False]
    assert duty.name == "Mon-Fri 05:00-06:00 Asia/Shanghai +4"
    assert duty.calendars[0].span[0] <= hours(9) - 7 * DAY
    assert duty.calendars[0].span[1] >= hours(12) + 400 * DAY


def test_hours_given_for_some_roles_only_leave_the_others_unknown_unless_they_are_to_be_discovered() -> None:
    log, truth = at_work(team("clerk", OFFICE) | team("vault", "Mon-Fri 09:00-12:00"))
    given = {"roles": {"vault": {"hours": "Mon-Fri 08:00-12:00"}}}
    duty = duty_of(log, Calendar.model_validate(given))
    clerk = log.attributes["role"].codes == 0
    assert (duty.opening[clerk] == -1).all()
    assert (duty.opening[~clerk] >= 0).all()
    assert duty.organisation == -1
    duty = duty_of(log, Calendar.model_validate(given | {"discover": True}))
    assert misses(duty, log, truth)["clerk-0"] == 0
    assert duty.calendars[duty.of_role[1]].name.startswith("Mon-Fri 08:00")


def test_people_are_discovered_inside_the_given_opening() -> None:
    people = team("clerk", OFFICE) | {"half": ("clerk", "Mon-Fri 09:00-13:00")}
    log, _ = at_work(people)
    duty = duty_of(log, Calendar(hours="Mon-Fri 09:00-18:00", holidays="CN", discover=True))
    assert duty.basis == "given"
    opening, half = duty.calendars[duty.organisation], duty.calendars[duty.of_resource[log.resources.index("half")]]
    assert duty.of_resource[log.resources.index("clerk-1")] == duty.organisation
    assert half.discovered
    assert not opening.discovered
    span = half.span
    assert half.intersect(opening).between(*span) == half.between(*span)
    assert half.between(*span) / opening.between(*span) == pytest.approx(5 / 9, abs=0.02)  # what nobody's stamps deny stays open
    assert not duty_of(log, Calendar(hours=OFFICE)).own.any()
    assert duty_of(log, Calendar(discover=False)).basis == "unknown"


def test_hours_for_a_name_that_the_log_does_not_show_are_said_to_have_had_no_effect() -> None:
    log = textlog("c1: a 1-2 @ann role=clerk")
    known = {"hours": OFFICE, "roles": {"clerk": {"hours": OFFICE}}, "people": {"ann": {"hours": OFFICE}}}
    assert duty_of(log, Calendar.model_validate(known)).quality() == ()
    misspelt = known | {"roles": {"clark": {"hours": OFFICE}}, "people": {"Ann": {"hours": OFFICE}}, "channels": {"web": {"hours": OFFICE}}}
    (finding,) = duty_of(log, Calendar.model_validate(misspelt)).quality()
    assert (finding.code, finding.severity, finding.count) == ("CALENDAR_UNMATCHED", "warning", 3)


def test_stamps_outside_the_calendar_are_counted_and_above_five_per_cent_warned_of() -> None:
    log = textlog("c1: a 1-2 @ann | b 2-3 @ann | c 7-8 @bob ; c2: a 8.5 @ann")  # 09:00-10:00, 10:00-11:00, 15:00-16:00, 16:30
    duty = duty_of(log, Calendar(hours="Mon-Fri 09:00-16:00"))
    assert duty.outside_share == pytest.approx(1 / 7)  # what ends as the office closes is inside
    (finding,) = duty.quality()
    assert (finding.code, finding.severity, finding.count) == ("CALENDAR_MISFIT", "warning", 1)
    assert "14%" in finding.message.en
    assert "14%" in finding.message.zh
    assert duty_of(log, Calendar(hours=OFFICE)).quality() == ()
    own = {"hours": "Mon-Fri 09:00-16:00", "people": {"ann": {"hours": "Mon-Fri 16:00-18:00"}}}
    assert duty_of(log, Calendar.model_validate(own)).outside_share == 0
    assert duty_of(log, Calendar(hours="Mon-Fri 09:00-16:00"), {"a": Party.CUSTOMER}).quality() == ()


def test_open_work_and_unknown_people_do_no_harm() -> None:
    log, truth = at_work(team("clerk", OFFICE))
    start, end = log.start.copy(), log.end.copy()
    end[::7], start[1::7] = UNKNOWN_TIME, UNKNOWN_TIME
    who = [None if number % 5 == 0 else log.resources[code] for number, code in enumerate(log.resource)]
    partial = assemble(["c"] * len(log), ["work"] * len(log), end, start, who, source=log.source)
    duty = duty_of(partial)
    assert max(misses(duty, partial, truth).values()) <= 0.05
    assert (duty.person[partial.resource < 0] == duty.opening[partial.resource < 0]).all()
