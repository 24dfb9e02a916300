"""One flipped byte of a report, its input or its audit file is found."""

import json
import random
from pathlib import Path

import pytest

from bankmine.audit import verify
from bankmine.cli import main
from bankmine.errors import InputError
from bankmine.log.read import read_log
from bankmine.sample import generate

FLIPS = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A log, its report and its audit file."""
    place = tmp_path_factory.mktemp("audit")
    generate("payment", seed=5, cases=150).table.write_csv(place / "payment.csv")
    assert (
        main(["analyze", str(place / "payment.csv"), "--twin", "off", "--report", str(place / "p.html"), "--json", str(place / "p.json")])
        == 0
    )
    return place


def test_the_audit_names_everything_and_nothing_differs(folder: Path, capsys) -> None:
    found = verify(folder / "p.html")
    assert [(each.role, each.name, each.state) for each in found] == [
        ("audit", "p.html.audit.json", "same"),
        ("output", "p.html", "same"),
        ("output", "p.json", "same"),
        ("input", "payment.csv", "same"),
    ]
    assert main(["verify", str(folder / "p.html"), "--lang", "zh"]) == 0
    assert "一致" in capsys.readouterr().out


def test_every_flipped_byte_is_found(folder: Path) -> None:
    chance = random.Random(1)
    files = [folder / name for name in ("p.html", "p.json", "payment.csv", "p.html.audit.json")]
    for flip in range(FLIPS):
        place = files[flip % len(files)]
        whole = place.read_bytes()
        at = chance.randrange(len(whole))
        place.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << chance.randrange(8))]) + whole[at + 1 :])
        status = main(["verify", str(folder / "p.html")])
        assert status == 4 or (status == 2 and place.name.endswith("audit.json")), (place.name, at)
        place.write_bytes(whole)
    assert main(["verify", str(folder / "p.html")]) == 0


def test_an_output_that_is_gone_differs_and_an_input_that_is_gone_does_not(folder: Path, tmp_path: Path) -> None:
    for name in ("p.html", "p.json", "p.html.audit.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert main(["verify", str(tmp_path / "p.html")]) == 0, "the log is elsewhere"
    (tmp_path / "p.json").unlink()
    assert main(["verify", str(tmp_path / "p.html")]) == 4


def test_without_an_audit_nothing_can_be_verified(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("x")
    with pytest.raises(InputError, match="AUDIT_MISSING"):
        verify(tmp_path / "x.html")
    (tmp_path / "x.html.audit.json").write_text("{}")
    with pytest.raises(InputError, match="AUDIT_BROKEN"):
        verify(tmp_path / "x.html")


def states(report: Path) -> dict[str, str]:
    return {f"{each.role} {Path(each.name).name}": each.state for each in verify(report)}


def test_comparisons_have_their_audit(folder: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.csv"
    generate("payment", seed=6, cases=150).table.write_csv(later)
    both = [str(folder / "payment.csv"), str(later), "--twin", "off"]
    assert main(["compare", *both, "--json", str(tmp_path / "c.json"), "--threshold", "cycle_time.p90_s=1"]) == 3
    assert states(tmp_path / "c.json") == {
        "audit c.json.audit.json": "same",
        "output c.json": "same",
        "input payment.csv": "same",
        "input later.csv": "same",
    }
    audit = json.loads((tmp_path / "c.json.audit.json").read_bytes())
    assert audit["exit"] == 3 and audit["rows"]["read"] == sum(len(Path(name).read_text().splitlines()) - 1 for name in both[:2])
    later.write_bytes(later.read_bytes() + b"\n")
    assert main(["verify", str(tmp_path / "c.json")]) == 4


def test_two_parts_of_one_log_count_once(folder: Path, tmp_path: Path) -> None:
    log = read_log(folder / "payment.csv")
    middle = str(log.case_start[log.cases // 2].astype("datetime64[us]"))[:10]
    assert main(["compare", str(folder / "payment.csv"), "--at", middle, "--twin", "off", "--json", str(tmp_path / "c.json")]) == 0
    audit = json.loads((tmp_path / "c.json.audit.json").read_bytes())
    assert audit["rows"]["read"] == log.source.rows_read and len(audit["inputs"]) == 1


def test_forecasts_have_their_audit(tmp_path: Path) -> None:
    log = generate("loan", seed=5, cases=300).write(tmp_path)
    assert main(["simulate", str(log), "--change", "demand x1.1", "--excel", str(tmp_path / "s.xlsx"), "-q"]) == 0
    assert states(tmp_path / "s.xlsx") == {"audit s.xlsx.audit.json": "same", "output s.xlsx": "same", f"input {log.name}": "same"}


def test_the_banks_diagnosis_has_its_audit_with_all_that_was_read(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two", "then"):
        (tmp_path / f"{name}.csv").write_bytes((folder / "payment.csv").read_bytes())
    (tmp_path / "own.toml").write_text("[quality]\nmax_reject_share = 0.02\n")
    (tmp_path / "bank.toml").write_text(
        '[[log]]\nname = "one"\nfile = "one.csv"\nbefore = "then.csv"\n[[log]]\nname = "two"\nfile = "two.csv"\nconfig = "own.toml"\n'
    )
    assert main(["diagnose", str(tmp_path / "bank.toml"), "--report", str(tmp_path / "b.html")]) == 0
    assert states(tmp_path / "b.html") == dict.fromkeys(
        [
            "audit b.html.audit.json",
            "output b.html",
            "input one.csv",
            "input two.csv",
            "input then.csv",
            "input own.toml",
            "config bank.toml",
        ],
        "same",
    )


def test_no_output_lies_where_its_audit_will(folder: Path, tmp_path: Path) -> None:
    both = ["--report", str(tmp_path / "p.html"), "--json", str(tmp_path / "p.html.audit.json")]
    assert main(["analyze", str(folder / "payment.csv"), *both]) == 2
    assert not list(tmp_path.iterdir())


def test_the_configuration_is_checked_too(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "bankmine.toml"
    config.write_text('[calendar]\nhours = "24/7"\n')
    report = tmp_path / "p.json"
    assert main(["analyze", str(folder / "payment.csv"), "--twin", "off", "--config", str(config), "--json", str(report)]) == 0
    assert "config" in {each.role for each in verify(report)}
    config.write_text("")
    assert {each.role for each in verify(report) if each.state == "changed"} == {"config"}
