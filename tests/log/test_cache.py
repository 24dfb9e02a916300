"""A log that was kept is the log that would be read, and an entry tells nothing to those who have not the log."""

import errno
import os
import stat
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from bankmine.cli import main
from bankmine.errors import InputError
from bankmine.log import cache as module
from bankmine.log import read as reading
from bankmine.log.cache import Cache, Seal, packed, same
from bankmine.log.eventlog import EventLog
from bankmine.log.read import Options, read_log
from bankmine.settings import Settings
from bankmine.show import records
from bankmine.words import Text
from benchmarks.damage import sound_files

RICH = """case,activity,time,lifecycle,resource,arrival,amount,channel
C1,Apply,2026-01-05 09:00:00,start,王小芳,2026-01-05 08:50:00,1200.5,online
C1,Apply,2026-01-05 09:20:00,complete,王小芳,,1200.5,online
C1,Check  it,2026-01-05 10:00:00,complete,李建国,,,online
C1,Check  it,2026-01-05 10:00:00,complete,李建国,,,online
6222021234567890128,Apply,2026-01-05 09:10:00,start,Johanna Featherstonehaugh,2026-01-05 09:00:00,7,branch
6222021234567890128,Apply,soon 13912345678,complete,Johanna Featherstonehaugh,,7,branch
6222021234567890128,Check it,2026-01-06 09:00:00,schedule,,,,branch
C3,Apply,2026-01-07 09:00:00,schedule,李建国,,,n/a
"""
PLANTED = ("王小芳", "李建国", "Johanna Featherstonehaugh", "6222021234567890128", "13912345678", "Apply", "rich.csv")
LOOSE: dict[str, Any] = {"max_reject_share": 0.5}
POSIX = pytest.mark.skipif(os.name == "nt", reason="no modes")


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    place = tmp_path / "rich.csv"
    place.write_text(RICH, encoding="utf-8")
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "logs"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def kept(monkeypatch: pytest.MonkeyPatch, source: Any, folder: Path, **options: Any) -> EventLog:
    """The log out of its entry: no file is understood again."""
    with monkeypatch.context() as patched:
        patched.setattr(reading, "file_tables", lambda *_: pytest.fail("the file was read"))
        return read_log(source, cache=folder, **options)


def silent(text: Text) -> None:
    pytest.fail(text.en)


@pytest.mark.parametrize("name", [*sound_files(), "several", "rich.csv"])
def test_the_log_is_the_same_with_and_without(name: str, rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = sound_files()
    for each, content in files.items():
        rich.with_name(each).write_bytes(content)
    source = [rich.with_name("log.xes"), rich.with_name("log.csv")] if name == "several" else rich.with_name(name)
    plain = read_log(source, **LOOSE)
    assert same(read_log(source, cache=Cache(folder, silent), **LOOSE), plain)
    assert same(kept(monkeypatch, source, folder, **LOOSE), plain)
    assert len(entries(folder)) == 1
    if source == rich:
        assert plain.rejects and len(plain.quality) > 5 and len(plain.waiting) and plain.arrival is not None
        assert plain.numbers and plain.attributes and any(found.examples for found in plain.quality)


def test_outputs_out_of_an_entry_have_the_same_bytes(rich: Path, folder: Path, tmp_path: Path, capsysbinary: Any) -> None:
    config = tmp_path / "bankmine.toml"
    config.write_text("[quality]\nmax_reject_share = 0.5\n")
    commands: dict[str, dict[str, str]] = {
        "variants": {},
        "check": {"--json": "c.json", "--rejects": "c.csv"},
        "analyze": {"--json": "a.json", "--report": "a.html"},
        "resources": {},
    }
    found = []
    for number, more in enumerate(([], ["--cache", str(folder)])):
        for command, outputs in commands.items():
            place = tmp_path / f"{number}"
            place.mkdir(exist_ok=True)
            written = [each for option, name in outputs.items() for each in (option, str(place / name))]
            arguments = [command, str(rich), "--config", str(config), "--where", "resource=王小芳", "--show-people", *written, *more]
            assert main(arguments) == 0
        said = capsysbinary.readouterr()
        found.append([said.out, said.err, *(path.read_bytes() for path in sorted(place.iterdir()) if "audit" not in path.name)])
    assert found[0] == found[1] and len(found[0]) == 6
    assert len(entries(folder)) == 1


def test_a_changed_byte_is_another_log(rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_log(rich, cache=folder, **LOOSE)
    times = rich.stat()
    rich.write_text(RICH.replace("10:00:00", "10:01:00"), encoding="utf-8")
    os.utime(rich, ns=(times.st_atime_ns, times.st_mtime_ns))
    changed = read_log(rich, cache=folder, **LOOSE)
    assert same(changed, read_log(rich, **LOOSE)) and len(entries(folder)) == 2
    rich.write_text(RICH, encoding="utf-8")
    assert int(changed.end.max()) == int(kept(monkeypatch, rich, folder, **LOOSE).end.max()) + 60_000_000


def test_every_option_of_reading_tells_entries_apart(rich: Path, folder: Path) -> None:
    options: list[dict[str, Any]] = [
        {},
        {"dedupe": True},
        {"lifecycle": "rows"},
        {"timezone": "Europe/Berlin"},
        {"activity": "channel"},
        {"encoding": "utf-8"},
        {"time_format": "%Y-%m-%d %H:%M:%S"},
        {"max_reject_share": 0.4},
    ]
    for _ in range(2):
        for each in options:
            assert same(read_log(rich, cache=folder, **LOOSE | each), read_log(rich, **LOOSE | each)), each
    assert len(entries(folder)) == len(options)
    with pytest.raises(InputError, match="ROWS_FEWER"):
        read_log(rich, cache=folder, settings=Settings.model_validate({"quality": {"expect_rows": 99}}), **LOOSE)


def test_whatever_reading_rests_on_is_in_the_seal(rich: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {each.name: None for each in fields(Options)}
    first = Seal.of([rich], options)
    assert first == Seal.of([rich], options)
    others = [Seal.of([rich], options | {name: "other"}) for name in options]
    others.append(Seal.of([rich, rich], options))
    other = rich.rename(rich.with_name("other.csv"))
    others.append(Seal.of([other], options))
    for name, value in {"__version__": "9", "MAGIC": b"bankmine log 9\n", "version": lambda _: "9", "_code": lambda: "9"}.items():
        with monkeypatch.context() as patched:
            patched.setattr(module, name, value)
            others.append(Seal.of([other], options))
    monkeypatch.setattr(module.platform, "python_version", lambda: "9")
    others.append(Seal.of([other], options))
    for part in ("name", "key"):
        assert len({getattr(each, part) for each in [first, *others]}) == len(others) + 1


def test_the_modules_that_read_are_in_the_seal() -> None:
    module._code.cache_clear()
    assert len(module._code()) == 64


def test_no_entry_is_opened_unless_every_bit_is_right(rich: Path) -> None:
    seal, text = Seal.of([rich], {}), b"what was read"
    content = seal.closed(text)
    assert seal.opened(content) == text and seal.closed(text) != content
    for at in range(len(content)):
        assert seal.opened(content[:at]) is None
        for bit in range(8):
            assert seal.opened(content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]) is None
    assert seal.opened(content + b"\0") is None
    assert replace(seal, key=bytes(32)).opened(content) is None


def test_a_log_too_large_for_the_cipher_is_not_kept(rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(seal: Seal, plain: bytes) -> bytes:
        raise OverflowError

    monkeypatch.setattr(Seal, "closed", closed)
    with pytest.warns(UserWarning, match="this log is too large"):
        log = read_log(rich, cache=folder, **LOOSE)
    assert same(log, read_log(rich, **LOOSE)) and not entries(folder)


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "strange", "link", "folder"])
def test_a_damaged_entry_is_made_anew(damage: str, rich: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read_log(rich, cache=folder, **LOOSE)
    (entry,) = entries(folder)
    content = entry.read_bytes()
    entry.unlink()
    if damage == "link":
        (tmp_path / "elsewhere").write_bytes(content)
        entry.symlink_to(tmp_path / "elsewhere")
    elif damage == "folder":
        entry.mkdir()
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        entry.write_bytes({"empty": b"", "cut": content[:-1], "flipped": flipped, "strange": b"PAR1" * 500}[damage])
    said: list[Text] = []
    assert same(read_log(rich, cache=Cache(folder, said.append), **LOOSE), plain)
    if damage == "folder":
        assert "cannot be written" in said[0].en
        return
    assert said == [] and not entry.is_symlink() and same(kept(monkeypatch, rich, folder, **LOOSE), plain)
    assert damage != "link" or (tmp_path / "elsewhere").read_bytes() == content


@POSIX
def test_only_the_owner_may_enter_or_read(rich: Path, folder: Path) -> None:
    before = os.umask(0)
    try:
        read_log(rich, cache=folder, **LOOSE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in entries(folder)] == [0o600]


@POSIX
@pytest.mark.parametrize("oddity", ["open to others", "a link", "another's", "a file"])
def test_a_folder_that_others_reach_is_left_alone(oddity: str, rich: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    if oddity == "open to others":
        place.chmod(0o750)
    elif oddity == "a link":
        place = tmp_path / "link"
        place.symlink_to(tmp_path / "place")
    elif oddity == "another's":
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    else:
        place = rich
    said: list[Text] = []
    assert read_log(rich, cache=Cache(place, said.append), **LOOSE).cases
    assert len(said) == 1 and ("0700" in said[0].en or "exists" in said[0].en)
    assert list((tmp_path / "place").iterdir()) == []


def test_a_full_disk_is_told_and_the_command_goes_on(rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    config = rich.with_name("bankmine.toml")
    config.write_text("[quality]\nmax_reject_share = 0.5\n")
    assert main(["variants", str(rich), "--config", str(config), "--cache", str(folder), "--lang", "zh"]) == 0
    assert capsys.readouterr().err == f"bankmine: 未使用缓存 {folder}：无法写入：No space left on device。\n"
    assert entries(folder) == []


def test_an_entry_tells_nothing_without_the_log(rich: Path, folder: Path) -> None:
    log = read_log(rich, cache=folder, **LOOSE)
    (entry,) = entries(folder)
    content = entry.read_bytes()
    plain = packed(log)
    assert plain is not None and all(name.encode() in plain or name.encode("unicode_escape") in plain for name in PLANTED)
    for form in ("utf-8", "utf-16-le", "gb18030", "unicode_escape"):
        assert [name for name in PLANTED if name.encode(form) in content] == []
    assert log.start[0].tobytes() not in content and bytes.fromhex(log.source.files[0].sha256) not in content
    assert len(zlib.compress(content)) > len(content), "it looks like chance"


def test_an_entry_not_used_for_a_month_goes_when_another_is_written(rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(place: Path, days: float) -> None:
        os.utime(place, (time.time() - days * 86_400,) * 2)

    read_log(rich, cache=folder, **LOOSE)
    (used,) = entries(folder)
    read_log(rich, cache=folder, dedupe=True, **LOOSE)
    (idle,) = set(entries(folder)) - {used}
    others = [folder / "notes", folder / "old.bankmine", folder / f"{'A' * 64}.bankmine"]
    for place in others:
        place.touch()
        lie(place, 99)
    lie(idle, module.UNUSED_DAYS + 0.1)
    lie(used, module.UNUSED_DAYS + 0.1)
    kept(monkeypatch, rich, folder, **LOOSE)
    assert time.time() - used.stat().st_mtime < 3600 and idle.exists(), "what is used stays, and using removes nothing"
    lie(used, module.UNUSED_DAYS - 0.1)
    read_log(rich, cache=folder, lifecycle="rows", **LOOSE)
    assert used.exists() and not idle.exists() and all(place.exists() for place in others)
    assert len(entries(folder)) == 2 + len(others)


@POSIX
def test_what_killed_runs_left_of_any_entry_goes_when_one_is_written(rich: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    mine, dead, foreign = (folder / f".{sign * 60}.abcd_123.part" for sign in "abx")
    with mine.open("wb") as file:
        file.write(b"half")
        file.flush()
        assert records._locked(file.fileno())
        dead.write_bytes(b"half")
        foreign.write_bytes(b"half")
        read_log(rich, cache=folder, **LOOSE)
    assert mine.exists() and not dead.exists() and foreign.exists()


def test_neither_what_stays_nor_its_time_hinders(rich: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    (folder / f"{'0' * 64}.bankmine").mkdir(parents=True)
    folder.chmod(0o700)
    os.utime(folder / f"{'0' * 64}.bankmine", (0, 0))
    monkeypatch.setattr(os, "utime", refused)
    plain = read_log(rich, cache=Cache(folder, silent), **LOOSE)
    assert same(kept(monkeypatch, rich, folder, **LOOSE), plain) and len(entries(folder)) == 2


def test_several_at_once_agree(rich: Path, folder: Path) -> None:
    plain = read_log(rich, **LOOSE)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: read_log(rich, cache=Cache(folder, silent), **LOOSE), range(12)))
    assert all(same(each, plain) for each in found)
    assert [each.suffix for each in entries(folder)] == [".bankmine"]


def test_a_file_that_changes_while_it_is_read_is_not_kept(rich: Path, folder: Path) -> None:
    def changed() -> EventLog:
        rich.write_text(RICH + "C4,Apply,2026-01-08 09:00:00,complete,,,,\n", encoding="utf-8")
        return read_log(rich, **LOOSE)

    assert Cache(folder, silent).log([rich], {}, changed).cases == 3
    assert entries(folder) == []


def test_what_cannot_be_kept_is_read_each_time(rich: Path, folder: Path) -> None:
    log = read_log(rich, **LOOSE)
    for value in ((1, 2), object()):  # JSON makes the first a list, and knows nothing of the second
        odd = replace(log, source=replace(log.source, parameters=MappingProxyType({"odd": value})))
        said: list[Text] = []
        assert Cache(folder, said.append).log([rich], {}, lambda odd=odd: odd) is odd
        assert [text.en for text in said] == [f"the cache {folder} is not used: this log cannot be kept as it is."]
    assert entries(folder) == []


@POSIX
def test_a_pipe_is_not_read_twice(tmp_path: Path, folder: Path, rich: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said: list[Text] = []
    log = read_log(rich, **LOOSE)
    assert Cache(folder, said.append).log([tmp_path / "pipe"], {}, lambda: log) is log
    assert "only ordinary files" in said[0].en and not folder.exists()


def test_a_database_is_read_each_time(folder: Path) -> None:
    pytest.importorskip("sqlalchemy")
    with pytest.raises(InputError, match="COLUMN_MISSING"), pytest.warns(UserWarning, match="a database is read each time"):
        read_log("sqlite://", query="select 1", cache=folder)


def test_a_notice_is_a_warning_at_the_call(rich: Path) -> None:
    with pytest.warns(UserWarning, match="is not used: File exists") as said:
        read_log(rich, cache=rich, **LOOSE)
    assert said[0].filename == __file__


def test_what_is_not_the_same(rich: Path) -> None:
    log = read_log(rich, **LOOSE)
    assert same(log, read_log(rich, **LOOSE))
    others = [
        replace(log, end=log.end + 1),
        replace(log, file=log.file.astype(np.int32)),
        replace(log, arrival=None),
        replace(log, numbers=MappingProxyType({})),
        replace(log, rejects=()),
        replace(log, source=replace(log.source, columns=MappingProxyType(dict(reversed(log.source.columns.items()))))),
    ]
    assert not any(same(log, other) for other in others)
