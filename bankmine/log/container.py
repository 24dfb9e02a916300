"""The bytes of a source file: unpacked, counted, hashed, and bounded.

The container (gzip, Zstandard, none) is told by its first bytes, never by the file's name. A container that is cut or
damaged is refused whole, and unpacking stops before it fills the memory.
"""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import BinaryIO, Literal

from bankmine.errors import InputError
from bankmine.log.table import SourceFile
from bankmine.words import Text

Packing = Literal["gzip", "zstd"]

MAX_BYTES = 20_000_000_000
FREE_BYTES = 64_000_000  # up to here any ratio is allowed
MAX_RATIO = 200
FIELD_LIMIT = 1 << 20
HEAD = 1 << 16
PIECE = 1 << 20
# Small enough that a piece of a Zstandard bomb (four bytes can unpack to 128 KB) gives tens of megabytes at most.
PACKED_PIECE: dict[Packing, int] = {"gzip": 1 << 16, "zstd": 1 << 11}
ZSTD_WINDOW = 1 << 27
MAGIC: dict[Packing, bytes] = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}

AGAIN = Text(zh="请重新传输或重新导出该文件。", en="transfer the file again, or export it again.")


def open_source(path: Path, *, max_bytes: int = MAX_BYTES) -> "Source":
    """The file, opened, to be used in a `with` statement. Raises InputError FILE_UNREADABLE."""
    try:
        handle = path.open("rb")
    except OSError as error:
        raise InputError(
            "FILE_UNREADABLE",
            Text(zh=f"无法打开文件：{error.strerror}。", en=f"the file cannot be opened: {error.strerror}."),
            Text(zh="请检查路径和读取权限。", en="check the path and the right to read it."),
            str(path),
        ) from error
    return Source(path, handle, max_bytes)


class Source:
    """An open file: its container in `packing`, its first unpacked bytes (at most 64 KB) in `head`."""

    def __init__(self, path: Path, handle: BinaryIO, max_bytes: int) -> None:
        self.file = str(path)
        magic = handle.read(4)
        handle.seek(0)
        self.packing = next((packing for packing, mark in MAGIC.items() if magic.startswith(mark)), None)
        self._handle = handle
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._hashing: Thread | None = None
        self._taken = 0
        self._pieces = self._unpacked()
        self._begun: list[bytes] = []

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._handle.close()

    @property
    def taken(self) -> int:
        """How many bytes of the file on disk have been read."""
        return self._taken

    @property
    def head(self) -> bytes:
        while sum(map(len, self._begun)) < HEAD:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._begun.append(piece)
        return b"".join(self._begun)[:HEAD]

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes, once, in pieces of at most some megabytes.

        Raises InputError GZIP_TRUNCATED, GZIP_CRC, ZSTD_TRUNCATED, ZSTD_CORRUPT, DECOMPRESS_LIMIT.
        """
        begun, self._begun = self._begun, []
        yield from begun
        yield from self._pieces

    def read(self, *, separators: bytes = b"\n") -> bytes:
        """All unpacked bytes; raises what `chunks` raises.

        A packed file, which is text, is also refused where more than a megabyte holds none of the `separators`.
        """
        if self.packing is None:
            return self._whole()
        pieces = []
        run = 0
        for piece in self.chunks():
            last = max(piece.rfind(mark) for mark in separators)
            run = run + len(piece) if last < 0 else len(piece) - last - 1
            if run > FIELD_LIMIT:
                raise field_too_large(self.file)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _whole(self) -> bytes:
        """The file in one piece; its hash is made beside, while the content is understood."""
        self._handle.seek(0)
        content = self._handle.read()
        self._begun, self._taken, self._hash = [], len(content), hashlib.sha256()
        self._hashing = Thread(target=self._hash.update, args=(content,))
        self._hashing.start()
        return content

    def finish(self) -> SourceFile:
        """Name, size and SHA-256 of the file as it stands on the disk."""
        if self._hashing is not None:
            self._hashing.join()
        while self._take(PIECE):
            pass
        return SourceFile(name=self.file, bytes=self._taken, sha256=self._hash.hexdigest())

    def _take(self, size: int) -> bytes:
        raw = self._handle.read(size)
        self._hash.update(raw)
        self._taken += len(raw)
        return raw

    def _unpacked(self) -> Iterator[bytes]:
        if self.packing is None:
            while raw := self._take(PIECE):
                yield raw
            return
        packed = iter(lambda: self._take(PACKED_PIECE[self.packing or "gzip"]), b"")
        size = 0
        for piece in gunzip(packed, self.file) if self.packing == "gzip" else unzstd(packed, self.file):
            size += len(piece)
            if size > FREE_BYTES and size > MAX_RATIO * self._taken:
                raise too_much(
                    self.file,
                    Text(
                        zh=f"解压后的内容超过压缩文件的 {MAX_RATIO} 倍（疑似压缩炸弹）。",
                        en=f"the content is more than {MAX_RATIO} times the compressed file (a decompression bomb, perhaps).",
                    ),
                )
            if size > self._max_bytes:
                raise too_much(
                    self.file,
                    Text(zh=f"解压后的内容超过 {self._max_bytes:,} 字节。", en=f"the content exceeds {self._max_bytes:,} bytes."),
                )
            yield piece


def gunzip(packed: Iterator[bytes], file: str) -> Iterator[bytes]:
    """The content of one or more gzip members; zero bytes after the last are padding."""
    inflater = zlib.decompressobj(wbits=31)
    begun = False
    for block in packed:
        rest = block
        while rest:
            if not begun and not rest.strip(b"\0"):
                break
            try:
                piece = inflater.decompress(rest, PIECE)
            except zlib.error:
                raise damaged("GZIP_CRC", "gzip", file) from None
            begun = True
            rest = inflater.unconsumed_tail
            if inflater.eof:
                rest = inflater.unused_data
                inflater = zlib.decompressobj(wbits=31)
                begun = False
            if piece:
                yield piece
    if begun:
        raise cut("GZIP_TRUNCATED", "gzip", file)


def unzstd(packed: Iterator[bytes], file: str) -> Iterator[bytes]:
    """The content of one or more Zstandard frames."""
    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    frame = reader.decompressobj()
    begun = False
    for block in packed:
        rest = block
        while rest:
            try:
                piece = frame.decompress(rest)
            except zstandard.ZstdError:
                raise damaged("ZSTD_CORRUPT", "zstd", file) from None
            begun = not frame.eof
            rest = b""
            if frame.eof:
                rest = frame.unused_data
                frame = reader.decompressobj()
            if piece:
                yield piece
    if begun:
        raise cut("ZSTD_TRUNCATED", "zstd", file)


def cut(code: str, name: str, file: str) -> InputError:
    return InputError(
        code,
        Text(
            zh=f"{name} 压缩文件不完整：数据在结尾标记之前中断。",
            en=f"the {name} file is truncated: the compressed data end before their end mark.",
        ),
        AGAIN,
        file,
    )


def damaged(code: str, name: str, file: str) -> InputError:
    return InputError(
        code,
        Text(
            zh=f"{name} 压缩文件已损坏：数据或校验和（CRC）不正确。",
            en=f"the {name} file is corrupt: its data or checksum (CRC) are wrong.",
        ),
        AGAIN,
        file,
    )


def too_much(file: str, what: Text) -> InputError:
    return InputError(
        "DECOMPRESS_LIMIT",
        what,
        Text(zh="请核实文件来源；确需读取时请先自行解压。", en="check where the file comes from; if it is sound, unpack it first."),
        file,
    )


def field_too_large(file: str, line: int | None = None, column: str | None = None) -> InputError:
    error = too_much(file, Text(zh="压缩文件中有单个字段超过 1 MB。", en="a field in the compressed file is larger than 1 MB."))
    error.line, error.column = line, column
    return error
