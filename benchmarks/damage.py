"""Small sound files of every format, cut and flipped: no fewer events may come out of them in silence (trust.md T1)."""

import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl
import zstandard

from bankmine.errors import InputError
from bankmine.log.eventlog import EventLog
from bankmine.log.read import read_log

CASES = 12
STEPS = ("Apply", "复核", "Approve, final", "Pay")
HEADER = ("case", "activity", "timestamp", "resource")
SILENT, LINE_END = "fewer, silent", "cut at a line end"
ROWS = [
    (f"C{case:03d}", step, f"2026-01-{case + 1:02d} {hour:02d}:15:30", f"clerk {case % 3}")
    for case in range(CASES)
    for hour, step in enumerate(STEPS, 8)
]


def sound_files() -> dict[str, bytes]:
    """One log of 48 events in every format, by file name."""
    csv = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in (HEADER, *ROWS)).encode()
    frame = pl.DataFrame([(*row[:2], datetime.fromisoformat(row[2]), row[3]) for row in ROWS], schema=HEADER, orient="row")
    parquet, workbook = BytesIO(), BytesIO()
    frame.write_parquet(parquet)
    frame.write_excel(workbook)
    return {
        "log.csv": csv,
        "log.csv.gz": gzip.compress(csv, mtime=0),
        "log.csv.zst": zstandard.ZstdCompressor(write_checksum=True).compress(csv),
        "log.parquet": parquet.getvalue(),
        "log.xes": _xes().encode(),
        "log.xlsx": workbook.getvalue(),
    }


def _xes() -> str:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0">']
    for case, rows in groupby(ROWS, key=lambda row: row[0]):
        lines += ["<trace>", f'<string key="concept:name" value="{case}"/>']
        lines += [
            f'<event><string key="concept:name" value="{step}"/><date key="time:timestamp" value="{time.replace(" ", "T")}+08:00"/>'
            f'<string key="org:resource" value="{clerk}"/></event>'
            for _, step, time, clerk in rows
        ]
        lines.append("</trace>")
    return "\n".join([*lines, "</log>", ""])


def cuts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The content cut before every byte, with the place."""
    return ((at, content[:at]) for at in range(len(content)))


def flips(content: bytes, count: int, seed: int) -> Iterator[tuple[int, bytes]]:
    """The content with one bit flipped, at random, with the place."""
    chance = np.random.default_rng(seed)
    for at, bit in zip(chance.integers(len(content), size=count).tolist(), chance.integers(8, size=count).tolist(), strict=True):
        yield at, content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


@dataclass(frozen=True)
class Judge:
    """What became of a damaged copy of a sound file."""

    name: str
    sound: EventLog
    folder: Path

    @classmethod
    def of(cls, name: str, content: bytes, folder: Path) -> "Judge":
        place = folder / name
        place.write_bytes(content)
        return cls(name, read_log(place), folder)

    def outcome(self, content: bytes) -> str:
        """Said in a word: "refused", "all events", "set aside" (as many as are missing), "finding" (one that tells of loss), LINE_END,
        SILENT.
        """
        place = self.folder / f"damaged-{self.name}"
        place.write_bytes(content)
        try:
            log = read_log(place, max_reject_share=1.0)
        except InputError:
            return "refused"
        if log.events >= self.sound.events:
            return "all events"
        if log.events + log.source.rows_set_aside >= self.sound.events:
            return "set aside"
        if log.source.rows_set_aside or {found.code for found in log.quality} & TELL_OF_LOSS:
            return "finding"
        return LINE_END if self.name.endswith(".csv") and content.endswith(b"\n") else SILENT

    def outcomes(self, copies: Iterator[tuple[int, bytes]]) -> tuple[Counter[str], dict[str, int]]:
        """How many copies ended in each outcome, and the place of the first."""
        counts, first = Counter[str](), dict[str, int]()
        for at, content in copies:
            outcome = self.outcome(content)
            counts[outcome] += 1
            first.setdefault(outcome, at)
        return counts, first


# Findings that say that rows are gone, or may be.
TELL_OF_LOSS = {"NO_FINAL_NEWLINE", "XES_UNKNOWN_ELEMENT", "SHEETS_IGNORED", "ROW_LONG", "ROW_SHORT", "STRAY_QUOTE"}
