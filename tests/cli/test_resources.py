"""`bankmine resources`: tables to read, and one row per role, person, hour or transfer for other programs."""

import csv
import io
import json

import pytest

from bankmine.cli import main

ROWS = """case,activity,start,end,resource,role
1,register,2024-03-04 09:00,2024-03-04 10:00,Ann Li,clerk
1,approve,2024-03-04 12:00,2024-03-04 13:00,Bob Wu,chief
2,register,2024-03-04 10:00,2024-03-04 11:00,Ann Li,clerk
2,approve,2024-03-04 13:00,2024-03-04 14:00,Bob Wu,chief
"""
OFFICE = ("--calendar", "Mon-Fri 09:00-17:00")


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("BANKMINE_KEY_FILE", str(tmp_path / "key"))
    place = tmp_path / "log.csv"
    place.write_text(ROWS, encoding="utf-8")
    return place


def rows(capsys, *given):
    assert main(["resources", *map(str, given), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_row_for_each_role_person_hour_and_transfer(log, capsys):
    assert [(r["role"], r["people"], r["busy_s"], r["duty_s"], r["load"]) for r in rows(capsys, log, *OFFICE)] == [
        ("chief", 1, 7200, 28800, 0.25),
        ("clerk", 1, 7200, 28800, 0.25),
    ]
    assert [r["items"] for r in rows(capsys, log, *OFFICE, "--by", "person")] == [2, 2]
    (hour,) = (r for r in rows(capsys, log, *OFFICE, "--by", "hour") if (r["role"], r["weekday"], r["hour"]) == ("chief", 0, 11))
    assert (hour["arrivals"], hour["queue"], hour["duty_people"], hour["capacity_ratio"]) == (1, 2, 1, 1)
    (transfer,) = rows(capsys, log, *OFFICE, "--by", "transfer")
    assert (transfer["source"], transfer["target"], transfer["count"], transfer["total_s"]) == ("clerk", "chief", 2, 4 * 3600)


def test_nobody_is_named_unless_asked(log, capsys):
    for form in ("table", "csv"):
        assert main(["resources", str(log), *OFFICE, "--by", "person", "--format", form]) == 0
        out = capsys.readouterr().out
        assert "R-" in out and "Ann" not in out and "Bob" not in out


def test_without_hours_the_load_is_null_and_the_table_says_so(log, capsys):
    assert rows(capsys, log)[0]["load"] is None
    assert main(["resources", str(log), "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "营业时间未知" in out and "各岗位的负荷与排队" in out
    assert main(["resources", str(log), "--by", "person", "--format", "csv"]) == 0
    assert [row["load"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == ["", ""]


def test_training_needs_name_nobody_unless_asked(tmp_path, monkeypatch, capsys):
    """Ann, Bob and Cat enter forty files each; Eve, who takes three times as long, is a pseudonym, a name, or nobody."""
    monkeypatch.setenv("BANKMINE_KEY_FILE", str(tmp_path / "key"))
    lines = ["case,activity,start,end,resource"]
    for person, minutes in (("Ann Li", 10), ("Bob Wu", 11), ("Cat Ma", 9), ("Dan He", 10), ("Eve Xu", 31)):
        lines += [f"{person[:3]}{k},enter,2024-03-04 09:00,2024-03-04 09:{minutes + k % 3:02},{person}" for k in range(40)]
    log, hidden = tmp_path / "log.csv", tmp_path / "hidden.toml"
    log.write_text("\n".join(lines), encoding="utf-8")
    hidden.write_text('[privacy]\npeople = "hide"\n', encoding="utf-8")

    def slow(*given):
        found = rows(capsys, log, "--by", "training", *given)
        assert len(found) == 5
        return [r["person"] for r in found if r["needs_speed"]]

    (pseudonym,) = slow()
    assert pseudonym.startswith("R-")
    assert slow("--show-people") == ["Eve Xu"]
    assert slow("--config", hidden) == [None]
    assert main(["resources", str(log), "-q"]) == 0
    assert "Training needs" in capsys.readouterr().out
