import csv
import io
import json
import os

import pytest

from bankmine.errors import OutputError
from bankmine.show.blocks import Column, TableBlock
from bankmine.show.records import csv_text, json_bytes, table_csv, write
from bankmine.words import Text


def test_files_are_written_whole_and_nothing_else_is_left(tmp_path):
    first, second = tmp_path / "a.json", tmp_path / "b.html"
    first.write_bytes(b"old")
    write({first: b"new", second: b"page"})
    assert first.read_bytes() == b"new" and second.read_bytes() == b"page"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "b.html"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_an_error_leaves_what_was_there(tmp_path, monkeypatch, failing):
    place = tmp_path / "a.json"
    place.write_bytes(b"old")

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fails)
    with pytest.raises(OutputError, match="No space left") as error:
        write({place: b"new", tmp_path / "b": b"other"})
    assert error.value.exit_status == 73
    assert place.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write({tmp_path / "none" / "a": b""})


def test_json_refuses_nan_and_keeps_odd_names():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": float("nan")})
    assert json.loads(json_bytes({"名": "a\udc80"}))["名"] == "a\udc80"


def test_csv_runs_no_formula_and_leaves_unknown_empty():
    out = csv_text([{"activity": "=1+1", "n": -2, "x": None, "path": ["@a", "b"]}])
    assert list(csv.reader(io.StringIO(out))) == [["activity", "n", "x", "path"], ["'=1+1", "-2", "", "'@a → b"]]


def test_a_table_as_csv_has_plain_numbers_and_times():
    columns = [
        Column(Text(zh="等待", en="Wait"), "duration"),
        Column(Text(zh="时间", en="Time"), "time"),
        Column(Text(zh="占", en="Share"), "share"),
    ]
    out = table_csv(TableBlock(columns, [(3_600.5, 1_709_510_400_000_000, None)]), "en", "Asia/Shanghai")
    assert list(csv.reader(io.StringIO(out))) == [["Wait (s)", "Time", "Share"], ["3600.5", "2024-03-04T08:00:00+08:00", ""]]


def test_a_folder_that_cannot_be_synced_is_said(tmp_path, monkeypatch):
    from bankmine.show import records

    def fails(_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(records, "sync_folder", fails)
    with pytest.raises(OutputError, match="Input/output error"):
        write({tmp_path / "a": b"whole"})
    assert (tmp_path / "a").read_bytes() == b"whole", "it is there, whole; that it stays there is what cannot be promised"


def test_a_mark_in_a_table_is_its_words():
    from bankmine.show.blocks import Mark

    table = TableBlock([Column(Text(zh="甲", en="one"), "text")], [(Mark(Text(zh="高", en="high"), "error"),)])
    assert table_csv(table, "en", "UTC").splitlines() == ["one", "high"]
