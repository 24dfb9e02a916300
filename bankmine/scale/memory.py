"""How much memory a log needs, how much there is, and into how many parts it has to be cut."""

import ctypes
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import polars as pl

from bankmine.errors import InputError, UsageError
from bankmine.log.container import open_source
from bankmine.log.parquet import MARK
from bankmine.log.tables import EXCEL_SUFFIXES, OLE, PARQUET_SUFFIXES, suffixes
from bankmine.words import Text

# Measured, docs/scale.md: an analysis with report of a million rows peaks at 0.9 GB, of which the programme itself is 0.2.
BASE = 250_000_000
BYTES_A_ROW = 750
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
SIZE = re.compile(r"^([0-9]+(?:\.[0-9]+)?)\s*([KMGT]I?)?B?$")
LEAST = 500_000_000
SAMPLE = 4_000_000
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of glibc's malloc.h


def size(text: str) -> int:
    """Bytes of 500MB, 4GB or 4GiB. Raises UsageError OPTION_VALUE for other texts and for less than 500 MB."""
    match = SIZE.match(text.strip().upper())
    found = int(float(match[1]) * UNITS[match[2] or ""]) if match else 0
    if found < LEAST:
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"--memory {text!r} 不是至少 500MB 的大小。", en=f"--memory {text!r} is not a size of at least 500MB."),
            Text(zh="请写成 500MB、4GB 或 4GiB。", en="write 500MB, 4GB or 4GiB."),
        )
    return found


def rows_of(path: Path) -> int | None:
    """The rows of a CSV or Parquet file: as its footer says, or as many as its first megabytes foretell; None for other formats."""
    with open_source(path) as source:
        if source.head.startswith(MARK):
            try:
                return int(pl.scan_parquet(path).select(pl.len()).collect().item())
            except pl.exceptions.PolarsError:
                return None
        if suffixes(path)[1] in (*PARQUET_SUFFIXES, *EXCEL_SUFFIXES, ".xes") or source.head.startswith((b"<", b"PK\x03\x04", OLE)):
            return None
        taken = lines = 0
        for piece in source.chunks():
            taken += len(piece)
            lines += piece.count(b"\n")
            if taken >= SAMPLE:
                break
        return int(lines * path.stat().st_size / source.taken) if source.taken else 0


def rows_in(paths: Sequence[Path]) -> int | None:
    """The rows of several files; None where that cannot be told."""
    rows = [rows_of(path) for path in paths]
    return None if any(each is None for each in rows) else sum(each or 0 for each in rows)


def need(rows: int) -> int:
    """Bytes for the analysis of so many rows in one piece."""
    return BASE + BYTES_A_ROW * rows


def rows_within(memory: int) -> int:
    """How many rows can be analysed at once."""
    return max((memory - BASE) // BYTES_A_ROW, 1)


def keep_freed() -> None:
    """Has the C library keep the large blocks that are freed for those that are wanted next, until the process ends; glibc only.

    By itself it takes each array of 32 MB and more from the system anew, which clears every page of it: at ten million rows a fifth of the
    time of an analysis (docs/scale.md). For a command, which ends with its work; a log in parts needs the memory itself.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl, for one, has no such call
            library = ctypes.CDLL(None)
            library.mallopt(M_MMAP_MAX, 0)
            library.mallopt(M_TRIM_THRESHOLD, -1)


def available() -> int | None:
    """Bytes that can be had now; None where the system does not tell."""
    try:
        told = re.search(r"^MemAvailable:\s+([0-9]+) kB", Path("/proc/meminfo").read_text(encoding="ascii"), re.MULTILINE)
        return int(told[1]) * 1024 if told else None
    except OSError:
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (ValueError, OSError, AttributeError):
            return None


def too_heavy(rows: int, most: int, whose: Text) -> InputError:
    """Refuses a log of which one case's or one person's rows, which lie in one part, are more than fit at once."""
    wanted, there = (f"{need(number) / 1e9:.1f} GB" for number in (rows, most))
    return InputError(
        "MEMORY",
        Text(
            zh="{whose}有 {rows} 行，只能一次分析，约需 {wanted} 内存，允许 {there}。",
            en="{whose} has {rows} rows, which can only be analysed at once: about {wanted} of memory, {there} are allowed.",
        ).format(whose=whose, rows=f"{rows:,}", wanted=wanted, there=there),
        Text(
            zh="请给予更多内存（--memory）；若是占位编号，请先更正。",
            en="allow more memory (--memory), or correct it if it is a placeholder.",
        ),
    )


def too_large(rows: int, limit: int, file: str) -> InputError:
    """Refuses a log that would not fit."""
    wanted, there = (f"{number / 1e9:.1f} GB" for number in (need(rows), limit))
    return InputError(
        "MEMORY",
        Text(
            zh=f"约 {rows:,} 行，分析约需 {wanted} 内存，可用 {there}。",
            en=f"about {rows:,} rows need about {wanted} of memory, {there} are there.",
        ),
        Text(zh="请用 analyze --memory 4GB 分块分析。", en="analyze it in parts: analyze --memory 4GB."),
        file,
    )
