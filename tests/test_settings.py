"""bankmine.toml as typed settings."""

from datetime import date
from pathlib import Path

import pytest

from bankmine.errors import UsageError
from bankmine.settings import ActivityMapping, OwnCalendar, Settings

WHOLE = """\
[columns]
case = "业务编号"
[activities]
"授信审批" = "loan.approve"
"补件通知" = { party = "bank", kind = "request_to_customer" }
[process]
id = "loan"
[calendar]
timezone = "Asia/Shanghai"
[calendar.roles.settlement]
hours = "Mon-Sun 08:00-20:00"
[quality]
max_reject_share = 0.02
expect_rows = 1200
[rules.P08]
contention_share = 0.15
[privacy]
people = "hide"
[[job]]
name = "loans-weekly"
log = "exports/loan-*.csv"
thresholds = { "cycle_time.p90_s" = 864000 }
[[job]]
name = "second"
log = ["a.csv", "b.csv"]
"""


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "bankmine.toml"
    path.write_text(text, encoding="utf-8")
    return Settings.load(path)


def refused(folder: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        loaded(folder, text)
    return caught.value


def test_a_whole_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, WHOLE)
    assert settings.columns.given() == {"case": "业务编号"}
    assert settings.activities["补件通知"] == ActivityMapping(party="bank", kind="request_to_customer")
    assert settings.rules == {"P08": {"contention_share": 0.15}}
    assert settings.quality.max_reject_share == 0.02
    assert [job.name for job in settings.job] == ["loans-weekly", "second"]
    assert settings.job[1].languages == ["zh", "en"]


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").model_dump() == Settings().model_dump()
    assert Settings().privacy.people == "pseudonym"


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "suggested"),
    [
        ("max_reject_share", "max_reject_shar", "quality.max_reject_shar", 13, "max_reject_share"),
        ("[quality]", "[qualty]", "qualty", 12, "quality"),
        ("party =", "partei =", "activities.补件通知.partei", 5, "party"),
        ('hours = "Mon', 'hors = "Mon', "calendar.roles.settlement.hors", 11, "hours"),
        ('log = ["a.csv"', 'lag = ["a.csv"', "job[2].lag", 25, "log"),
    ],
)
def test_an_unknown_key_is_named_with_its_line_and_the_right_name(
    tmp_path: Path, old: str, new: str, key: str, line: int, suggested: str
) -> None:
    error = refused(tmp_path, WHOLE.replace(old, new))
    assert error.code == "CONFIG_UNKNOWN_KEY"
    assert (error.column, error.line) == (key, line)
    assert suggested in error.hint.en
    assert key in error.what.zh


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("0.02", "2", "quality.max_reject_share"),
        ('"bank"', '"banker"', "activities.补件通知.party"),
        ('name = "second"', "", "job[2].name"),
        ('"hide"', '"some"', "privacy.people"),
        ('log = ["a.csv"', "log = [1", "job[2].log[1]"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    error = refused(tmp_path, WHOLE.replace(old, new))
    assert (error.code, error.column) == ("CONFIG_VALUE", key)


def test_syntax_names_the_line(tmp_path: Path) -> None:
    error = refused(tmp_path, '[columns]\ncase = {"a" = \n')
    assert (error.code, error.line) == ("CONFIG_SYNTAX", 2)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Settings.load(tmp_path / "none.toml")
    assert caught.value.code == "CONFIG_MISSING"


def test_own_rules_and_the_survey_are_files_beside_the_configuration(tmp_path: Path) -> None:
    text = '[controls]\nfiles = ["own.toml"]\n[survey]\nfile = "answers.csv"\nscale = [1, 5]\n[[control]]\nid = "x"\n'
    settings = loaded(tmp_path, text)
    assert settings.beside(settings.controls.files[0]) == tmp_path / "own.toml"
    assert settings.survey.scale == (1, 5) and settings.file is not None and settings.control == [{"id": "x"}]
    assert Settings().file is None and Settings().beside("own.toml") == Path("own.toml")


CALENDAR = """\
[calendar]
hours = "周一至周五 09:00-17:00"
holidays = "CN"
days = { "2026-02-14" = "09:00-12:00", "2026-12-31" = "closed" }
discover = false
[calendar.roles.settlement]
hours = "Mon-Sun 08:00-20:00"
[calendar.people."张三"]
hours = "Mon,Wed,Fri 09:00-12:00"
days = { "2026-05-06" = "closed" }
"""


def test_calendars(tmp_path: Path) -> None:
    calendar = loaded(tmp_path, CALENDAR).calendar
    assert calendar.days == {date(2026, 2, 14): "09:00-12:00", date(2026, 12, 31): "closed"}
    assert calendar.roles["settlement"] == OwnCalendar(hours="Mon-Sun 08:00-20:00", holidays=None)
    assert calendar.people["张三"].days == {date(2026, 5, 6): "closed"}
    assert (calendar.discover, calendar.branches, calendar.channels) == (False, {}, {})
    alone = loaded(tmp_path, '[calendar.branches.east]\nhours = "24/7"\n').calendar
    assert (alone.hours, alone.discover, alone.branches["east"].hours) == (None, None, "24/7")


@pytest.mark.parametrize(
    ("old", "new", "key", "line", "named"),
    [
        ("周五 09", "周八 09", "calendar.hours", 2, "周一-周八"),
        ('"closed" }\ndis', '"shut" }\ndis', "calendar.days.2026-12-31", 4, "'shut'"),
        ("2026-12-31", "2026-13-31", "calendar.days.2026-13-31", 4, "month"),
        ("08:00-20:00", "08:00-25:00", "calendar.roles.settlement.hours", 7, "'08:00-25:00'"),
        ("Mon,Wed", "Mon,Wen", "calendar.people.张三.hours", 9, "'Wen'"),
    ],
)
def test_hours_that_cannot_be_understood_are_refused_with_their_place(
    tmp_path: Path, old: str, new: str, key: str, line: int, named: str
) -> None:
    error = refused(tmp_path, CALENDAR.replace(old, new))
    assert (error.code, error.column, error.line) == ("CONFIG_VALUE", key, line)
    assert named in error.what.en
    assert "month" in named or ("Mon-Fri 09:00" in error.hint.en and "周一至周五" in error.hint.zh)
