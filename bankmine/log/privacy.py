"""Pseudonyms for people (trust.md T10): stable for one key, and meaningless without it."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from bankmine.errors import OutputError, UsageError
from bankmine.words import Text

KEY_BYTES = 32
KEY_VARIABLE = "BANKMINE_KEY_FILE"
PREFIX = "R-"
SIGNS = 6


class Pseudonyms:
    """Names of people and their pseudonyms: R- and six base32 signs of a keyed HMAC-SHA256.

    One pseudonym stands for one person: where two of the known names share their six signs, both get more signs, until
    they differ. A name that is not among the known ones gets its six signs.
    """

    def __init__(self, key: bytes, names: Iterable[str] = ()) -> None:
        self._key = key
        distinct = sorted(set(names))
        signs = {name: self._signs(name) for name in distinct}
        length = dict.fromkeys(distinct, SIGNS)
        while True:
            holders: dict[str, list[str]] = {}
            for name in distinct:
                holders.setdefault(signs[name][: length[name]], []).append(name)
            clashing = [name for several in holders.values() if len(several) > 1 for name in several]
            if not clashing:
                break
            for name in clashing:
                length[name] += 1
        self._known = {name: PREFIX + signs[name][: length[name]] for name in distinct}

    def pseudonym(self, name: str) -> str:
        known = self._known.get(name)
        return known if known is not None else PREFIX + self._signs(name)[:SIGNS]

    def _signs(self, name: str) -> str:
        return (
            base64.b32encode(hmac.new(self._key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).digest())
            .decode("ascii")
            .rstrip("=")
        )

    @classmethod
    def of(cls, names: Iterable[str], key_file: Path | None = None) -> "Pseudonyms":
        """Pseudonyms under the key of this user (see load_key)."""
        return cls(load_key(key_file or default_key_file()), names)


def default_key_file() -> Path:
    """Where the key lies: BANKMINE_KEY_FILE, else `bankmine/key` in the user's configuration folder."""
    named = os.environ.get(KEY_VARIABLE)
    if named:
        return Path(named)
    base = os.environ.get("APPDATA") if os.name == "nt" else os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "bankmine" / "key"


def load_key(path: Path) -> bytes:
    """The key in the file, which is made on first use, readable by its owner alone.

    Raises UsageError KEY_FILE where the file is no key or others may read it, OutputError where it cannot be made.
    """
    try:
        return _read_key(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _bad_key(
            path, Text(zh=f"无法读取密钥文件：{error.strerror}。", en=f"the key file cannot be read: {error.strerror}.")
        ) from error
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The whole key is linked into place at once, so that of two first runs at the same time both read one key.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(KEY_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
    except OSError as error:
        raise OutputError(
            "KEY_FILE",
            Text(zh=f"无法创建假名密钥文件：{error.strerror}。", en=f"the key file for pseudonyms cannot be made: {error.strerror}."),
            Text(zh=f"请用环境变量 {KEY_VARIABLE} 指定一个可写的位置。", en=f"name a writable place in {KEY_VARIABLE}."),
            str(path),
        ) from error
    return _read_key(path)


def _read_key(path: Path) -> bytes:
    if os.name != "nt" and path.stat().st_mode & 0o077:
        raise _bad_key(path, Text(zh="密钥文件可被其他用户读取。", en="others than its owner may read the key file."))
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise _bad_key(path, Text(zh="该文件不是假名密钥。", en="the file holds no key for pseudonyms."))
    return key


def _bad_key(path: Path, what: Text) -> UsageError:
    return UsageError(
        "KEY_FILE",
        what,
        Text(
            zh=f"请将权限设为 0600，或把文件移走以便重新生成（假名会随之改变），或用 {KEY_VARIABLE} 指定另一个文件。",
            en=f"set its mode to 0600, or move it away for a new one (pseudonyms then change), or name another in {KEY_VARIABLE}.",
        ),
        str(path),
    )
