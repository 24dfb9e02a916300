"""`bankmine diagnose`: several logs in one answer, on screen, as a page and as JSON."""

import json
import shutil
from pathlib import Path

import pytest

from bankmine.bank import diagnose
from bankmine.cli.main import main
from bankmine.errors import UsageError
from bankmine.report.bank_document import BankDocument
from bankmine.sample import generate

LOG = "case,activity,timestamp\n" + "".join(f"{n},register,2024-03-04 09:{n:02}\n{n},approve,2024-03-04 12:{n:02}\n" for n in range(40))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "one.csv").write_text(LOG, encoding="utf-8")
    shutil.copy(tmp_path / "one.csv", tmp_path / "two.csv")
    place = tmp_path / "bankmine.toml"
    place.write_text('[[log]]\nname = "one"\nfile = "one.csv"\n[[log]]\nname = "two"\nfile = "two.csv"\n', encoding="utf-8")
    return place


def test_six_verdicts_a_log_and_an_unassessable_one_says_what_to_ask_for(config: Path) -> None:
    content = diagnose(config).as_json()
    BankDocument.model_validate(content)
    document = json.loads(json.dumps(content))
    assert [(c["log"], c["diagnosis"]) for c in document["matrix"]] == [(name, f"D{k}") for name in ("one", "two") for k in range(1, 7)]
    untold = [c for c in document["matrix"] if c["verdict"] == "unassessable"]
    assert untold
    assert all(c["needs"] for c in untold)


@pytest.mark.parametrize(("lang", "words"), [("en", ("cannot tell", "Road map")), ("zh", ("无法判断", "路线图"))])
def test_the_page_in_both_languages_is_the_same_bytes_twice(config: Path, lang: str, words: tuple[str, ...], capsys) -> None:
    pages = [config.with_name(name) for name in ("a.html", "b.html")]
    for place in pages:
        assert main(["diagnose", str(config), "--report", str(place), "--lang", lang]) == 0
    assert all(word in capsys.readouterr().out or word in pages[0].read_text(encoding="utf-8") for word in words)
    assert pages[0].read_bytes() == pages[1].read_bytes()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NO_LOGS"),
        ('[[log]]\nname = "a"\nfile = "one.csv"\n[[log]]\nname = "a"\nfile = "two.csv"\n', "LOG_NAME_TWICE"),
        ('[[log]]\nname = "a"\n', "CONFIG_VALUE"),
        ('[[log]]\nname = "a"\nfiel = "x"\n', "CONFIG_UNKNOWN_KEY"),
    ],
)
def test_what_is_wrong_with_the_configuration(config: Path, text: str, code: str) -> None:
    config.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        diagnose(config)
    assert error.value.code == code


def test_the_report_never_overwrites_a_log(config: Path, capsys) -> None:
    assert main(["diagnose", str(config), "--report", str(config.with_name("one.csv"))]) == 2
    assert "OUTPUT_CLASH" in capsys.readouterr().err
    assert config.with_name("one.csv").read_text(encoding="utf-8") == LOG


def test_a_log_may_have_a_configuration_of_its_own(config: Path) -> None:
    config.with_name("two.toml").write_text(
        '[activities]\n"approve" = "loan.approve"\n[calendar]\nhours = "Mon-Fri 09:00-17:00"\n', "utf-8"
    )
    config.write_text(config.read_text(encoding="utf-8") + 'config = "two.toml"\n', encoding="utf-8")
    analyses = diagnose(config).analyses
    assert {name: a.settings.calendar.hours for name, a in analyses.items()} == {"one": None, "two": "Mon-Fri 09:00-17:00"}
    steps = [m.step.id for m in analyses["two"].understanding.activities if m.step is not None]
    assert "loan.approve" in steps


def test_money_comes_only_from_the_banks_own_rate(tmp_path: Path, capsys) -> None:
    generate("loan", seed=4, cases=400, problem="P07", effect=0.2).write(tmp_path)
    config = tmp_path / "bankmine.toml"
    named = '[[log]]\nname = "loan"\nfile = "loan.csv"\nprocess = "loan"\n'
    for text, cost in ((named, None), (named + "[rates]\nstaff_hour = 100\n", True)):
        config.write_text(text, encoding="utf-8")
        assert main(["diagnose", str(config), "--lang", "en"]) == 0
        assert ("Staff cost" in capsys.readouterr().out) is bool(cost)
    (entry,) = diagnose(config).as_json()["ranking"]
    assert entry["staff_cost"] == pytest.approx(100 * entry["staff_hours"]) and entry["staff_hours"] > 0
