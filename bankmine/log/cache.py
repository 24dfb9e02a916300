"""The log as it was read, kept for the next command over the same bytes (decision 0016).

An entry is sealed with a key that comes from the content of the files themselves: it gives back what it holds to those who have these
very files, and to nobody else. Nothing in it is believed before it is authenticated.
"""

import hashlib
import io
import json
import os
import platform
import secrets
import stat
import struct
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from bankmine import __version__
from bankmine.errors import OutputError
from bankmine.log.eventlog import Attribute, EventLog, Source, WaitingItems
from bankmine.log.quality import Example, QualityFinding, Reject
from bankmine.log.table import SourceFile
from bankmine.words import Text

MAGIC = b"bankmine log 1\n"
SUFFIX = ".bankmine"
UNUSED_DAYS = 30  # after which an entry goes
LIBRARIES = ("fastexcel", "lxml", "numpy", "polars", "scipy", "zstandard")  # those that reading rests on
BLOCK = 1 << 20
NONCE, KEY = 12, 32
HEX = "[0-9a-f]"
BEYOND = b"bankmine: the key of a log"
COLUMNS = ("activity", "resource", "start", "end", "item", "file", "line", "start_line", "offsets", "arrival", "case_events")
NAMES = ("case_names", "activities", "resources")
FIGURES = ("events", "items_known")
MAPPINGS = ("columns", "parameters")  # of the source


@dataclass(frozen=True)
class Cache:
    """A folder of logs as they were read; `say` is told why one cannot be kept. Nothing is ever raised for it: then the log is read."""

    folder: Path
    say: Callable[[Text], None] = lambda text: warnings.warn(text.en, stacklevel=6)

    def log(self, paths: Sequence[Path], options: Mapping[str, object], read: Callable[[], EventLog]) -> EventLog:
        """The log of the files: out of its entry where that is sound, else by `read`, and then it is kept. `options`: all that reading
        depends on besides the files' names and bytes, as values that JSON holds.
        """
        seal = self._seal(paths, options)
        if seal is None:
            return read()
        place = self.folder / (seal.name + SUFFIX)
        plain = seal.opened(_content(place))
        if plain is not None:
            with suppress(OSError):
                os.utime(place)  # the time of its last use
            return unpacked(plain)
        log = read()
        if [file.sha256 for file in log.source.files] == seal.files:  # else they were changed meanwhile
            self._keep(log, seal, place)
        return log

    def _seal(self, paths: Sequence[Path], options: Mapping[str, object]) -> "Seal | None":
        """The seal of an entry; None where none can be used."""
        try:
            if not all(stat.S_ISREG(path.stat().st_mode) for path in paths):
                return self.without(Text(zh="只有普通文件可以缓存。", en="only ordinary files can be kept."))
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _private(self.folder):
                return self.without(
                    Text(
                        zh="它须是本人所有、权限为 0700 的目录，而非链接。",
                        en="it has to be a folder of your own, of mode 0700, and no link.",
                    )
                )
            return Seal.of(paths, options)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return self.without(Text(zh=f"{why}。", en=f"{why}."))

    def _keep(self, log: EventLog, seal: "Seal", place: Path) -> None:
        from bankmine.show.records import write

        plain = packed(log)
        if plain is None or not same(unpacked(plain), log):
            return self.without(Text(zh="这份日志无法原样保存。", en="this log cannot be kept as it is."))
        self._sweep()
        try:
            write({place: seal.closed(plain)}, rights=0o600)
        except OverflowError:
            self.without(Text(zh="这份日志太大。", en="this log is too large."))
        except OutputError as error:
            self.without(error.what)

    def _sweep(self) -> None:
        """Entries that were not used for `UNUSED_DAYS` go, and what killed runs left. That costs at most another reading."""
        from bankmine.show.records import DRAFT_SIGNS, sweep

        last = time.time() - UNUSED_DAYS * 86_400
        with suppress(OSError):  # somebody else does it, or has one open on Windows
            sweep(self.folder, f".{HEX * DRAFT_SIGNS}.")
            for entry in self.folder.glob(HEX * 2 * KEY + SUFFIX):
                if entry.lstat().st_mtime < last:
                    entry.unlink()

    def without(self, why: Text) -> None:
        """Says why the cache is not used."""
        self.say(Text(zh="未使用缓存 {folder}：{why}", en="the cache {folder} is not used: {why}").format(folder=str(self.folder), why=why))


@dataclass(frozen=True)
class Seal:
    """What an entry is called, and the key that closes and opens it (AES-256-GCM); `files`: the SHA-256 of each file.

    These stand in reports, so the key is not made of them, but of the SHA-256 of each file and some bytes beyond its end. That cannot be
    worked out from the first: SHA-256 is only ever continued behind its own padding, and `BEYOND` is none.
    """

    name: str
    files: list[str]
    key: bytes

    @classmethod
    def of(cls, paths: Sequence[Path], options: Mapping[str, object]) -> "Seal":
        """Raises OSError."""
        hashed = [_hashed(path) for path in paths]
        versions = [__version__, platform.python_version(), _code(), *map(version, LIBRARIES)]
        told = json.dumps([MAGIC.decode(), versions, [str(path) for path in paths], options], default=repr).encode()
        keys = hashlib.shake_256(b"".join([*(secret for _, secret in hashed), told])).digest(2 * KEY)
        return cls(keys[:KEY].hex(), [public for public, _ in hashed], keys[KEY:])

    def closed(self, plain: bytes) -> bytes:
        """Raises OverflowError where it is too large for one message of the cipher (2 GiB)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE)
        return MAGIC + nonce + AESGCM(self.key).encrypt(nonce, plain, MAGIC)

    def opened(self, content: bytes) -> bytes | None:
        """None where it is not, to the last bit, what was closed with this key."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        begin = len(MAGIC) + NONCE
        if len(content) <= begin or not content.startswith(MAGIC):
            return None
        try:
            return AESGCM(self.key).decrypt(content[len(MAGIC) : begin], memoryview(content)[begin:], MAGIC)
        except (InvalidTag, OverflowError):
            return None


def _hashed(path: Path) -> tuple[str, bytes]:
    """The SHA-256 of a file, and that of the file and `BEYOND`."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    public = found.hexdigest()
    found.update(BEYOND)
    return public, found.digest()


@cache
def _code() -> str:
    """The SHA-256 of the modules that read: a version has many states before it is released."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def _private(folder: Path) -> bool:
    """Whether a folder is this user's, and closed to others."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and (os.name == "nt" or (found.st_uid == os.getuid() and not found.st_mode & 0o077))


def _content(place: Path) -> bytes:
    """The bytes of an entry; none where there is no such file."""
    try:
        return place.read_bytes() if stat.S_ISREG(place.lstat().st_mode) else b""
    except OSError:
        return b""


def packed(log: EventLog) -> bytes | None:
    """A log as bytes: JSON of its texts, then Arrow files of its arrays, those of one length in one; None where JSON cannot hold it."""
    columns: dict[str, np.ndarray] = {name: array for name in COLUMNS if (array := getattr(log, name)) is not None}
    columns |= {f"attribute {name}": column.codes for name, column in log.attributes.items()}
    columns |= {f"number {name}": array for name, array in log.numbers.items()}
    columns |= {f"waiting {each.name}": getattr(log.waiting, each.name) for each in fields(WaitingItems)}
    mappings = {name: dict(getattr(log.source, name)) for name in MAPPINGS}
    texts = {name: getattr(log, name) for name in (*NAMES, *FIGURES)} | {
        "attributes": {name: column.values for name, column in log.attributes.items()},
        "numbers": list(log.numbers),
        "source": vars(log.source) | mappings | {"files": [asdict(file) for file in log.source.files]},
        "quality": [asdict(finding) for finding in log.quality],
        "rejects": [asdict(reject) for reject in log.rejects],
    }
    by_length: dict[int, dict[str, np.ndarray]] = {}
    for name, array in columns.items():
        by_length.setdefault(len(array), {})[name] = array
    try:
        parts = [json.dumps(texts).encode("ascii")]
    except TypeError:
        return None
    for several in by_length.values():
        out = io.BytesIO()
        pl.DataFrame(several).write_ipc(out, compression="zstd")
        parts.append(out.getvalue())
    return b"".join(piece for part in parts for piece in (struct.pack("<Q", len(part)), part))


def unpacked(plain: bytes) -> EventLog:
    """The log that was packed."""
    parts, at = [], 0
    while at < len(plain):
        (size,) = struct.unpack_from("<Q", plain, at)
        parts.append(plain[at + 8 : at + 8 + size])
        at += 8 + size
    texts: dict[str, Any] = json.loads(parts[0])
    columns = {column.name: column.to_numpy(writable=True) for part in parts[1:] for column in pl.read_ipc(io.BytesIO(part))}
    source, offsets = texts["source"], columns["offsets"]
    files, mappings = tuple(SourceFile(**file) for file in source["files"]), {name: MappingProxyType(source[name]) for name in MAPPINGS}
    values: dict[str, Any] = {name: columns.get(name) for name in COLUMNS}
    values |= {name: tuple(texts[name]) for name in NAMES} | {name: texts[name] for name in FIGURES}
    return EventLog(
        **values,
        case=np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets)),
        attributes=MappingProxyType({name: Attribute(columns[f"attribute {name}"], tuple(of)) for name, of in texts["attributes"].items()}),
        numbers=MappingProxyType({name: columns[f"number {name}"] for name in texts["numbers"]}),
        waiting=WaitingItems(**{each.name: columns[f"waiting {each.name}"] for each in fields(WaitingItems)}),
        source=Source(**source | mappings | {"files": files}),
        quality=tuple(_finding(**found) for found in texts["quality"]),
        rejects=tuple(Reject(**reject) for reject in texts["rejects"]),
    )


def _finding(message: dict[str, str], examples: list[dict[str, Any]], **more: Any) -> QualityFinding:
    return QualityFinding(**more, message=Text(**message), examples=tuple(Example(**each) for each in examples))


def same(one: object, other: object) -> bool:
    """Whether two logs, or two values that stand in them, are the same to the last bit: in type, order and value."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return one == other
