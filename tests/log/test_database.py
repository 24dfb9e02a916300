"""Logs from databases: the same answer as from the file, nothing written, no password told."""

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sqlalchemy.exc import OperationalError

from bankmine.api import read_log
from bankmine.cli import main
from bankmine.errors import InputError, UsageError
from bankmine.log import database
from bankmine.sample import generate

QUERY = "select * from events order by end_time"


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return generate("payment", seed=5, cases=120).table


@pytest.fixture
def lite(tmp_path: Path, frame: pl.DataFrame) -> str:
    with sqlite3.connect(tmp_path / "bank.db") as connection:
        connection.execute(f"create table events ({', '.join(frame.columns)})")
        connection.executemany(
            f"insert into events values ({', '.join('?' * len(frame.columns))})", [tuple(map(str, row)) for row in frame.rows()]
        )
    return f"sqlite:///{tmp_path / 'bank.db'}"


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("case", "activity", "start", "end", "offsets"))


def test_a_query_gives_the_log_of_the_file(lite: str, frame: pl.DataFrame, tmp_path: Path) -> None:
    frame.write_csv(tmp_path / "p.csv")
    assert same(read_log(lite, query=QUERY), read_log(tmp_path / "p.csv"))


def test_nothing_can_be_written(lite: str) -> None:
    with pytest.raises(InputError, match="DATABASE_FAILED"):
        read_log(lite, query="delete from events returning *")
    assert read_log(lite, query=QUERY).cases > 0


def test_colons_in_a_query_are_the_querys(lite: str) -> None:
    assert read_log(lite, query="select * from events where start_time > '2000-01-01 00:00:00' and ':x' = ':x'").cases > 0


def test_a_column_of_numbers_and_words_is_one_of_words(lite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ROWS_AT_ONCE", 10)
    log = read_log(lite, query="select *, case when rowid % 40 < 20 then rowid else 'north' end as branch from events order by end_time")
    assert log.cases > 0 and "north" in log.attributes["branch"].values


def test_a_cell_that_a_driver_quotes_is_told_by_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'column "at": invalid input syntax for type timestamp: "王小芳 2024"\nDETAIL: 王小芳'
    monkeypatch.setattr(database, "_rows", lambda *_: (_ for _ in ()).throw(OperationalError("select", {}, ValueError(said))))
    with pytest.raises(InputError, match=r'answer: column "at": invalid input syntax for type timestamp: "xxx 9999".\n'):
        read_log("sqlite://", query="select at::timestamp from events")


@pytest.mark.parametrize(
    ("url", "query", "error", "code"),
    [
        ("sqlite:///x.db", None, UsageError, "QUERY_MISSING"),
        ("nodb://x/y", "select 1", UsageError, "DATABASE_DRIVER"),
        ("postgresql://user:s3cret@127.0.0.1:1/bank", "select 1", InputError, "DATABASE_FAILED"),
        ("sqlite://", "select * from nowhere", InputError, "DATABASE_FAILED"),
        ("sqlite://", "select 1 as a where 0", InputError, "NO_ROWS"),
    ],
)
def test_what_cannot_be_read_is_told_without_the_password(url: str, query: str | None, error: type, code: str, capsys) -> None:
    with pytest.raises(error, match=code) as caught:
        read_log(url, query=query)
    assert "s3cret" not in str(caught.value) and "user" not in str(caught.value).replace("user's", "")
    assert main(["check", url, *(["--query", query] if query else [])]) == 2
    assert "s3cret" not in capsys.readouterr().err


POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@pytest.fixture
def postgres():
    """A server of its own, with its socket and data in a folder of its own (pytest's would be closed to it by the next pytest)."""
    if POSTGRES is None:
        pytest.skip("no PostgreSQL on this machine")
    with tempfile.TemporaryDirectory() as folder:
        yield from served(Path(folder))


def served(folder: Path) -> Iterator[str]:
    """The address of a server that runs as long as this is not ended."""
    prefix: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        try:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        except (KeyError, OSError):  # the second where a namespace has no other users, as under `unshare -r`
            pytest.skip("no user to run PostgreSQL as")
        prefix = [shutil.which("setpriv") or "setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    data = folder / "data"

    def control(program: str, *more: str) -> None:
        subprocess.run(
            [*prefix, str(POSTGRES / program), *more], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        )

    control("initdb", "-D", str(data), "-U", "bank", "-A", "trust", "-E", "UTF8", "--locale=C")
    port = 54_000 + os.getpid() % 1_000
    control(
        "pg_ctl", "-D", str(data), "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1", "-w", "-l", str(folder / "log"), "start"
    )
    yield f"postgresql://bank@127.0.0.1:{port}/postgres"
    control("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


@pytest.mark.slow
def test_a_job_reads_from_postgresql_end_to_end(postgres: str, frame: pl.DataFrame, tmp_path: Path) -> None:
    import psycopg

    frame.write_csv(tmp_path / "p.csv")
    with psycopg.connect(postgres) as connection:
        kinds = {"case_id": "text", "start_time": "timestamp", "end_time": "timestamp", "amount": "numeric"}
        columns = ", ".join(name + " " + kinds.get(name, "text") for name in frame.columns)
        connection.execute(f"create table events ({columns})")
        with connection.cursor().copy(f"copy events ({', '.join(frame.columns)}) from stdin") as copy:
            for row in frame.rows():
                copy.write_row(row)
    log = read_log(postgres, query=QUERY)
    assert same(log, read_log(tmp_path / "p.csv")) and "bank@" not in log.source.files[0].name
    with pytest.raises(InputError, match="DATABASE_FAILED"):
        read_log(postgres, query="with gone as (delete from events returning *) select * from gone")
    (tmp_path / "bankmine.toml").write_text(
        f'[[job]]\nname = "pg"\nlog = "{postgres}"\nquery = "{QUERY}"\nprocess = "payment"\noutputs = ["p.json"]\n', encoding="utf-8"
    )
    arguments = ["run", "--config", str(tmp_path / "bankmine.toml")]
    assert main(arguments) == 0 and main(arguments) == 0
    assert len(list((tmp_path / "reports").iterdir())) == 1
    assert main(["verify", str(next((tmp_path / "reports").iterdir()))]) == 0
