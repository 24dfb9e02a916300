"""XES event logs (IEEE 1849): a streaming reader that trusts nothing in the file.

A document type declaration is refused before the parser sees any of the file; nothing outside the file is ever opened;
nesting deeper than 64 levels and truncated files are refused. Memory holds the columns and one event of markup.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bankmine.errors import InputError
from bankmine.log.markup import AGAIN, DEPTH_LIMIT, dtd, guarded, refusal, too_deep
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding, Reject
from bankmine.log.table import SourceFile, Table
from bankmine.words import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

FIELD_LIMIT = 1 << 20
ROWS_PER_PART = 200_000
CASE_PREFIX = "case:"
NAME = "concept:name"
TIME = "time:timestamp"
ISO = r"^\s*\d{4}-?\d{2}-?\d{2}(?:[T ]|\s*$)"
CLOSED = re.compile(rb"</(?:[\w.-]+:)?log\s*>")


def read_xes(path: Path) -> Table:
    """The events of an XES or XES.gz file, in file order, one row each.

    Columns carry the XES keys; the keys of the trace are prefixed with `case:`. All cells are text as written, null
    where the event has no such key. An event outside any trace has no `case:` cells. Two traces of one name give rows of
    one case (finding CASE_DUP_TRACE). Attributes inside attributes are counted (XES_NESTED) and not read.

    Raises InputError: EMPTY, NO_ROWS, XML_DTD, XML_DEPTH, XML_TRUNCATED, XML_MALFORMED, XES_ROOT, ENC_INVALID, and what
    the container raises (GZIP_TRUNCATED, GZIP_CRC, DECOMPRESS_LIMIT).
    """
    from bankmine.log.container import open_source

    with open_source(path) as source:
        rows = XesRows(str(path))
        parse(source.chunks(), rows, str(path))
        return rows.table(source.finish())


def parse(chunks: Iterable[bytes], rows: "XesRows", file: str) -> None:
    """Feeds the events of a document, given as bytes, to `rows`."""
    from lxml import etree

    # Comments and processing instructions are dropped by the parser, so that every child is an attribute or an event.
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}event", "{*}trace", "{*}log"),
        encoding="utf-8",
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    tail = b""
    try:
        for part in guarded(chunks, file):
            tail = (tail + part)[-4096:]
            parser.feed(part)
            for fault in parser.feed_error_log.filter_from_fatals():  # not raised by all faults, and forgotten by the next feed
                raise etree.XMLSyntaxError(fault.message, fault.type, fault.line, fault.column)
            for _, element in parser.read_events():
                rows.take(element)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise refusal(error, file, truncated=not CLOSED.search(tail)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise dtd(file)


class XesRows:
    """The events seen so far, as columns."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.parts: list[pl.DataFrame] = []
        self.columns: dict[str, list[str | None]] = {}
        self.size = 0
        self.trace_of: list[int] = []
        self.lines: list[int] = []
        self.traces: list[dict[str, str | None]] = []
        self.trace_lines: list[int] = []
        self.counts: dict[str, int] = {}
        self.places: dict[str, list[Example]] = {}

    def take(self, element: "_Element") -> None:
        """Takes a finished event, trace or log and frees its markup."""
        tag = element.tag
        if tag.endswith("event"):
            parent = element.getparent()
            inside = parent is not None and parent.tag.endswith("trace")
            self.event(element, len(self.traces) if inside else -1)
            element.clear(keep_tail=False)
        elif tag.endswith("trace"):
            self.trace(element)
            element.clear(keep_tail=False)
            before = element.getprevious()
            if before is not None and before.tag == tag:
                before.getparent().remove(before)
        else:
            self.check_depth(element, 1)

    def event(self, element: "_Element", trace: int) -> None:
        size, columns = self.size, self.columns
        nested = False
        for attribute in element:
            key = attribute.get("key")
            if key is None:
                self.unknown(attribute)
                continue
            if len(attribute):
                nested = True
            column = columns.get(key)
            if column is None:
                columns[key] = [None] * size
                columns[key].append(attribute.get("value") or None)
            elif len(column) <= size:
                if len(column) < size:
                    column.extend([None] * (size - len(column)))
                column.append(attribute.get("value") or None)
            else:
                self.count("XES_KEY_REPEATED", attribute.sourceline, key, None)
        line = element.sourceline
        if nested:
            self.check_depth(element, 3)
            self.count("XES_NESTED", line, None, None)
        self.lines.append(line or 0)
        self.trace_of.append(trace)
        self.size = size + 1
        if self.size == ROWS_PER_PART:
            self.flush()

    def trace(self, element: "_Element") -> None:
        found: dict[str, str | None] = {}
        nested = False
        for child in element:
            key = child.get("key")
            if key is None:
                if not str(child.tag).endswith("event"):
                    self.unknown(child)
            elif key in found:
                self.count("XES_KEY_REPEATED", child.sourceline, CASE_PREFIX + key, None)
            else:
                found[key] = child.get("value") or None
                nested = nested or len(child) > 0
        if nested:
            self.check_depth(element, 2)
            self.count("XES_NESTED", element.sourceline, None, None)
        self.traces.append(found)
        self.trace_lines.append(element.sourceline or 0)

    def check_depth(self, element: "_Element", depth: int) -> None:
        """Raises XML_DEPTH where the markup below an element at this depth goes too deep."""
        level = [child for child in element if len(child)]
        while level:
            depth += 1
            if depth >= DEPTH_LIMIT:
                raise too_deep(self.file, level[0].sourceline)
            level = [child for parent in level for child in parent if len(child)]

    def unknown(self, element: "_Element") -> None:
        self.count("XES_UNKNOWN_ELEMENT", element.sourceline, None, str(element.tag).rpartition("}")[2])

    def count(self, code: str, line: int | None, column: str | None, value: str | None) -> None:
        self.counts[code] = self.counts.get(code, 0) + 1
        places = self.places.setdefault(code, [])
        if len(places) < EXAMPLES_SHOWN:
            places.append(Example(self.file, line, column, value))

    def flush(self) -> None:
        if not self.size:
            return
        self.columns.setdefault(NAME, [])
        for column in self.columns.values():
            column.extend([None] * (self.size - len(column)))
        self.parts.append(pl.DataFrame({key: pl.Series(column, dtype=pl.String) for key, column in self.columns.items()}))
        self.columns, self.size = {}, 0

    def table(self, file: SourceFile) -> Table:
        """The table of all events taken."""
        self.flush()
        if not self.parts:
            raise InputError("NO_ROWS", Text(zh="日志中没有任何事件。", en="the log holds no event."), AGAIN, self.file)
        trace = np.asarray(self.trace_of, dtype=np.int64)
        keys = list(dict.fromkeys(key for found in self.traces for key in found))
        # The last row stands for "no trace", which is what the index -1 of a stray event means.
        traces = pl.DataFrame(
            {CASE_PREFIX + key: pl.Series([*(found.get(key) for found in self.traces), None], dtype=pl.String) for key in keys}
        )
        events = pl.concat(self.parts, how="diagonal")
        shadowed = [key for key in events.columns if key in traces.columns]
        for key in shadowed:
            self.count("XES_KEY_REPEATED", None, key, None)
        rows = events.drop(shadowed)
        if keys:
            rows = pl.concat([traces[np.where(trace < 0, len(self.traces), trace)], rows], how="horizontal")
        self.repeated_names()
        self.huge_fields(rows)
        lines = np.asarray(self.lines, dtype=np.int64)
        wrong = self.not_iso(rows)
        rejects = tuple(Reject(self.file, self.lines[row], "TS_INVALID", TIME, rows[TIME][row]) for row in wrong.tolist())
        kept = np.delete(np.arange(len(lines)), wrong)
        return Table(file=file, frame=rows[kept], line=lines[kept], findings=self.findings(), rejects=rejects)

    def not_iso(self, rows: pl.DataFrame) -> np.ndarray:
        """The rows whose time is not written as XES demands (ISO 8601) in a file in which others are."""
        if TIME not in rows.columns:
            return np.zeros(0, dtype=np.int64)
        iso = rows[TIME].str.contains(ISO)
        wrong = np.flatnonzero((~iso).fill_null(value=False).to_numpy())
        if not iso.any():
            return wrong[:0]
        for row in wrong.tolist():
            self.count("TS_INVALID", self.lines[row], TIME, rows[TIME][row])
        return wrong

    def repeated_names(self) -> None:
        seen: set[str] = set()
        for found, line in zip(self.traces, self.trace_lines, strict=True):
            name = found.get(NAME)
            if name is None:
                continue
            if name in seen:
                self.count("CASE_DUP_TRACE", line, CASE_PREFIX + NAME, name)
            seen.add(name)

    def huge_fields(self, rows: pl.DataFrame) -> None:
        for name in rows.columns:
            for at in (rows[name].str.len_bytes() > FIELD_LIMIT).fill_null(value=False).arg_true():
                self.count("FIELD_HUGE", self.lines[at], name, None)

    def findings(self) -> tuple[QualityFinding, ...]:
        return tuple(
            QualityFinding(code, "warning", self.counts[code], message.format(count=self.counts[code]), tuple(self.places[code]))
            for code, message in MESSAGES.items()
            if code in self.counts
        )


MESSAGES = {
    "TS_INVALID": Text(
        zh="有 {count} 个事件的时间不符合 ISO 8601（XES 标准要求），已剔除。",
        en="the times of {count} events are not ISO 8601, as XES demands; they are set aside.",
    ),
    "CASE_DUP_TRACE": Text(
        zh="有 {count} 条轨迹与前面的轨迹同名；同名轨迹的事件已归入同一个案件。",
        en="{count} traces bear the name of an earlier one; the events of traces of one name are read as one case.",
    ),
    "XES_NESTED": Text(
        zh="{count} 个事件或轨迹带有嵌套属性；嵌套的内层属性未被读取，也不会覆盖事件本身的属性。",
        en="{count} events or traces have attributes inside attributes; the inner ones are not read and replace nothing.",
    ),
    "XES_KEY_REPEATED": Text(
        zh="有 {count} 处属性键重复；保留第一个值。",
        en="{count} attribute keys are repeated within one event or trace; the first value is kept.",
    ),
    "XES_UNKNOWN_ELEMENT": Text(
        zh="有 {count} 个元素既不是事件也不是带键的属性，未被读取。",
        en="{count} elements are neither events nor attributes with a key; they are not read.",
    ),
    "FIELD_HUGE": Text(zh="有 {count} 个字段超过 1 MB。", en="{count} fields are larger than 1 MB."),
}
