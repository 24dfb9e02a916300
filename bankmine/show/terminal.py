"""Blocks on a terminal: rich, down to 60 columns, with and without colour."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import IO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line

from bankmine.show.blocks import Block, Cell, CellKind, Figure, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock, Tone, Views
from bankmine.show.format import HIDDEN_ROWS, NOTHING, cell, visible
from bankmine.words import Lang, Text

PLAIN_WIDTH = 100  # where the output is not a terminal
NARROWEST = 40
NARROWEST_TEXT = 14  # columns of text may be folded down to this before a table is written row by row
STYLES: dict[Tone, str] = {"good": "green", "warning": "yellow", "error": "bold red", "info": "cyan"}
SIGNS: dict[Tone, str] = {"good": "✓", "warning": "▲", "error": "●", "info": "·"}
NUMERIC: frozenset[CellKind] = frozenset({"count", "number", "duration", "share"})
PICTURE = Text(zh="图：{alt}", en="Figure: {alt}")


def console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """A console that adds nothing of its own to the text: no highlighting, no markup, no emoji; NO_COLOR is honoured."""
    stream = file if file is not None else sys.stdout
    terminal = bool(getattr(stream, "isatty", lambda: False)())
    if width is None and not terminal:
        named = os.environ.get("COLUMNS", "")
        width = int(named) if named.isdecimal() and int(named) > 0 else PLAIN_WIDTH
    return Console(
        file=stream,
        width=None if width is None else max(width, NARROWEST),
        highlight=False,
        markup=False,
        emoji=False,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        soft_wrap=False,
    )


def draw(blocks: Iterable[Block], lang: Lang, zone: str, to: Console) -> None:
    """Writes the blocks, one below the other, with an empty line between them."""
    previous: Block | None = None
    for block in blocks:
        if previous is not None and not isinstance(previous, Heading):
            to.print()
        _draw(block, lang, zone, to)
        previous = block


def _draw(block: Block, lang: Lang, zone: str, to: Console) -> None:
    match block:
        case Heading():
            to.print(Line(visible(block.text.of(lang)), style="bold underline" if block.level <= 1 else "bold"))
        case Paragraph():
            to.print(Line(visible(block.text.of(lang))))
        case Notice():
            to.print(Line(f"{SIGNS[block.tone]} {visible(block.text.of(lang))}", style=STYLES[block.tone]))
        case KeyFigures():
            _figures(block, lang, zone, to)
        case TableBlock():
            _table(block, lang, zone, to)
        case Figure():
            to.print(Line(visible(PICTURE.format(alt=block.alt).of(lang)), style="dim"))
        case Views():
            for _, figure in block.figures:
                _draw(figure, lang, zone, to)


def _figures(block: KeyFigures, lang: Lang, zone: str, to: Console) -> None:
    """Two columns, title and value, side by side as often as they fit."""
    pairs = [(visible(title.of(lang)), cell(value, kind, lang, zone)) for title, kind, value in block.figures]
    if not pairs:
        return
    titles, values = max(cell_len(t) for t, _ in pairs), max(cell_len(v) for _, v in pairs)
    beside = max(1, min(len(pairs), 3, (to.width + 2) // (titles + values + 6)))
    grid = Table.grid(padding=(0, 2), pad_edge=False)
    for _ in range(beside):
        grid.add_column(style="dim")
        grid.add_column(style="bold", justify="right")
    lines = -(-len(pairs) // beside)
    for line in range(lines):
        cells: list[Line] = []
        for title, value in (pairs[k] for k in range(line, len(pairs), lines)):
            cells += [Line(title), Line(value)]
        grid.add_row(*cells)
    to.print(grid)


def _table(block: TableBlock, lang: Lang, zone: str, to: Console) -> None:
    if block.caption is not None:
        to.print(Line(visible(block.caption.of(lang)), style="italic"))
    titles = [visible(column.title.of(lang)) for column in block.columns]
    rows = [[_styled(value, column.kind, lang, zone) for value, column in zip(row, block.columns, strict=True)] for row in block.rows]
    if not rows:
        to.print(Line(NOTHING.of(lang), style="dim"))
    elif _too_wide(block, titles, rows, to.width):
        _by_row(titles, rows, to)
    else:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 1))
        for column, title in zip(block.columns, titles, strict=True):
            numeric = column.kind in NUMERIC
            table.add_column(Line(title), justify="right" if numeric else "left", overflow="fold", no_wrap=numeric or column.kind == "time")
        for row in rows:
            table.add_row(*row)
        to.print(table)
    if block.hidden > 0:
        to.print(Line(HIDDEN_ROWS.format(n=f"{block.hidden:,}").of(lang), style="dim"))


def _styled(value: Cell, kind: CellKind, lang: Lang, zone: str) -> Line:
    text = cell(value, kind, lang, zone)
    if isinstance(value, Mark):
        return Line(f"{SIGNS[value.tone]} {text}", style=STYLES[value.tone])
    return Line(text, style="dim" if value is None else "")


def _too_wide(block: TableBlock, titles: Sequence[str], rows: Sequence[Sequence[Line]], width: int) -> bool:
    """Whether the columns that cannot be folded leave the others less than they need to be read."""
    needed = 2 * (len(titles) - 1)
    for k, column in enumerate(block.columns):
        natural = max(cell_len(titles[k]), *(row[k].cell_len for row in rows))
        needed += natural if column.kind in NUMERIC or column.kind == "time" else min(natural, NARROWEST_TEXT)
    return needed > width


def _by_row(titles: Sequence[str], rows: Sequence[Sequence[Line]], to: Console) -> None:
    """Each row as its first cell with the others below it, named: for tables wider than the terminal."""
    for row in rows:
        to.print(Line.assemble((row[0].plain or "–", "bold")))
        pairs = [Line.assemble((f"{title} ", "dim"), value) for title, value in zip(titles[1:], row[1:], strict=True) if value.plain]
        for line in _packed(pairs, to.width - 2):
            to.print(Padding(Line("  ").join(line), (0, 0, 0, 2)))


def _packed(pieces: Sequence[Line], width: int) -> list[list[Line]]:
    """The pieces in lines, none torn apart while it fits a line of its own."""
    lines: list[list[Line]] = []
    room = 0
    for piece in pieces:
        size = piece.cell_len + 2
        if not lines or size > room + 2:
            lines.append([])
            room = width
        lines[-1].append(piece)
        room -= size
    return lines
