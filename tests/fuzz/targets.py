"""What is fuzzed, by name."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from bankmine.errors import BankmineError
from bankmine.log.tables import read_table
from bankmine.log.timestamps import parse
from bankmine.settings import Settings

FOLDER = Path(tempfile.mkdtemp(prefix="bankmine-fuzz-"))
SEEDS: dict[str, list[bytes]] = {
    "csv": [
        'case_id,activity,timestamp\nC1,申请,2024-03-14 09:00\nC1,"a, ""b""",2024-03-14 10:00\n'.encode(),
        "编号;环节;时间\n1;申请;2024年3月14日\n2;审批;2024年3月15日\n".encode("gb18030"),
    ],
    "time": [
        b"2024-03-14 09:00:00\n14/03/2024 9:00\n",
        b"1710378000\n",
        b"45365.375\n",
        b"20240314090000\n",
        "2024年3月14日 上午9点\n".encode(),
    ],
    "xes": [
        (
            b'<?xml version="1.0" encoding="UTF-8"?><log xmlns="http://www.xes-standard.org/"><trace>'
            b'<string key="concept:name" value="c1"/>'
            b'<event><string key="concept:name" value="a"/><date key="time:timestamp" value="2024-03-14T09:00:00Z"/></event></trace></log>'
        )
    ],
    "config": [b'[calendar]\nhours = "Mon-Fri 09:00-17:00"\n[activities]\na = "loan.enter"\n', b"[quality]\nmax_reject_share = 0.1\n"],
}


def csv(content: bytes) -> bool:
    return _read(content, "log.csv")


def xes(content: bytes) -> bool:
    return _read(content, "log.xes")


def time(content: bytes) -> bool:
    cells = pl.Series(content.decode("utf-8", errors="replace").splitlines() or [""], dtype=pl.String)
    return _done(lambda: parse(cells, zone="Asia/Shanghai", file="log.csv", column="time", line=np.arange(2, len(cells) + 2)))


def config(content: bytes) -> bool:
    path = FOLDER / "bankmine.toml"
    path.write_bytes(content)
    return _done(lambda: Settings.load(path))


TARGETS: dict[str, Callable[[bytes], bool]] = {"csv": csv, "time": time, "xes": xes, "config": config}


def _read(content: bytes, name: str) -> bool:
    path = FOLDER / name
    path.write_bytes(content)
    return _done(lambda: read_table(path))


def _done(task: Callable[[], object]) -> bool:
    """Whether it was read; a refusal of ours is an answer too, all else is a find."""
    try:
        task()
    except BankmineError:
        return False
    return True
