"""Pseudonyms for people (trust.md T10)."""

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bankmine.errors import UsageError
from bankmine.log.privacy import Pseudonyms, default_key_file, load_key

KEY = bytes(32)


def test_the_same_key_and_name_give_the_same_pseudonym() -> None:
    first, second = Pseudonyms(KEY), Pseudonyms(KEY, ["张三", "ann"])
    assert first.pseudonym("张三") == second.pseudonym("张三")
    assert re.fullmatch(r"R-[A-Z2-7]{6}", first.pseudonym("ann"))
    assert Pseudonyms(bytes(31) + b"x").pseudonym("ann") != first.pseudonym("ann")


def test_no_two_of_many_people_share_a_pseudonym() -> None:
    names = [f"clerk {number}" for number in range(60_000)]  # about two clashes of 30 bits are expected
    pseudonyms = Pseudonyms(KEY, names)
    assert len({pseudonyms.pseudonym(name) for name in names}) == len(names)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key"]


def test_first_runs_at_the_same_time_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: load_key(tmp_path / "key"), range(16)))) == 1


@pytest.mark.parametrize("content", ["", "not hex", "00" * 31])
def test_what_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="KEY_FILE"):
        load_key(path)


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(UsageError, match="KEY_FILE"):
        load_key(path)


def test_where_the_key_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANKMINE_KEY_FILE", str(tmp_path / "mine"))
    assert default_key_file() == tmp_path / "mine"
    monkeypatch.delenv("BANKMINE_KEY_FILE")
    assert default_key_file().parts[-2:] == ("bankmine", "key")
