"""bankmine.toml as typed settings."""

from pathlib import Path

import pytest

from bankmine.errors import UsageError
from bankmine.settings import ActivityMapping, Settings

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
    assert loaded(tmp_path, "") == Settings()
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


def test_what_is_set_and_not_used_yet_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bankmine.toml"
    file.write_text(
        '[calendar]\ntimezone = "Asia/Shanghai"\nhours = "Mon-Fri 09:00-17:00"\n[segments]\npriority = ["vip"]\n', encoding="utf-8"
    )
    assert Settings.load(file).without_effect == ("calendar.hours", "segments")
    assert Settings().without_effect == ()
