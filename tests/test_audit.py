"""One flipped byte of a report, its input or its audit file is found."""

import random
from pathlib import Path

import pytest

from bankmine.audit import verify
from bankmine.cli import main
from bankmine.errors import InputError
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


def test_the_configuration_is_checked_too(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "bankmine.toml"
    config.write_text('[calendar]\nhours = "24/7"\n')
    report = tmp_path / "p.json"
    assert main(["analyze", str(folder / "payment.csv"), "--twin", "off", "--config", str(config), "--json", str(report)]) == 0
    assert "config" in {each.role for each in verify(report)}
    config.write_text("")
    assert {each.role for each in verify(report) if each.state == "changed"} == {"config"}
