"""Blocks as HTML, escaped without exception: for the report's page and for notebooks."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bankmine.show.blocks import Block, Cell, CellKind, Figure, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock, Views
from bankmine.show.format import HIDDEN_ROWS, NOTHING, cell, visible
from bankmine.show.svg import inline
from bankmine.words import Lang

ORDERED = ("duration", "share", "count", "number", "time")
TEMPLATES = Path(__file__).parent / "templates"


def environment(*folders: Path) -> Environment:
    """The way every page is made: autoescape always, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader([TEMPLATES, *folders]), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _blocks_page() -> Environment:
    return environment()


def body(blocks: Iterable[Block], lang: Lang, zone: str, first_number: int = 1) -> Markup:
    """The blocks as HTML elements, without any style; `first_number` keeps the ids of several bodies in one page apart."""
    drawn = [described(block, lang, zone, number) for number, block in enumerate(blocks, first_number)]
    return Markup(_blocks_page().get_template("blocks.html").render(blocks=drawn))


def fragment(blocks: Iterable[Block], lang: Lang, zone: str) -> str:
    """The blocks with their style, to stand inside another page such as a notebook."""
    content = body(blocks, lang, zone)
    name = sha256(content.encode()).hexdigest()[:12]
    return (
        _blocks_page()
        .from_string(
            '<style>{{ style }}</style>\n<div class="bankmine" lang="{{ lang }}" id="bankmine-{{ name }}">{{ content }}</div>',
        )
        .render(style=Markup(style()), lang=language(lang), content=content, name=name)
    )


@cache
def style() -> str:
    """The style of the blocks; every rule is confined to elements inside class `bankmine`."""
    return (TEMPLATES / "blocks.css").read_text(encoding="utf-8")


def language(lang: Lang) -> str:
    """The language tag of a page."""
    return "zh-CN" if lang == "zh" else "en"


def described(block: Block, lang: Lang, zone: str, number: int) -> dict[str, object]:
    """A block as plain values for a template, its words in one language; `number` makes ids."""
    match block:
        case Heading():
            return {"type": "heading", "level": min(max(block.level, 1), 6), "anchor": block.anchor, "text": visible(block.text.of(lang))}
        case Paragraph():
            return {"type": "paragraph", "text": visible(block.text.of(lang))}
        case Notice():
            return {"type": "notice", "tone": block.tone, "text": visible(block.text.of(lang))}
        case KeyFigures():
            return {
                "type": "figures",
                "figures": [{"title": visible(title.of(lang)), **_cell(value, kind, lang, zone)} for title, kind, value in block.figures],
            }
        case TableBlock():
            return {
                "type": "table",
                "id": f"t{number}",
                "caption": visible(block.caption.of(lang)) if block.caption else "",
                "columns": [{"title": visible(column.title.of(lang)), "kind": column.kind} for column in block.columns],
                "rows": [
                    [_cell(value, column.kind, lang, zone) for value, column in zip(row, block.columns, strict=True)] for row in block.rows
                ],
                "nothing": NOTHING.of(lang),
                "hidden": HIDDEN_ROWS.format(n=f"{block.hidden:,}").of(lang) if block.hidden > 0 else "",
            }
        case Figure():
            return _picture(block, lang, f"{number}")
        case Views():
            return {
                "type": "views",
                "id": f"v{number}",
                "views": [
                    {"name": name.of(lang), **_picture(figure, lang, f"{number}-{place}")}
                    for place, (name, figure) in enumerate(block.figures)
                ],
            }


def _picture(figure: Figure, lang: Lang, number: str) -> dict[str, object]:
    return {
        "type": "picture",
        "svg": Markup(inline(figure.svg, number)),
        "alt": visible(figure.alt.of(lang)),
        "caption": visible(figure.caption.of(lang)) if figure.caption else "",
    }


def _cell(value: Cell, kind: CellKind, lang: Lang, zone: str) -> dict[str, object]:
    text = cell(value, kind, lang, zone)
    share = value if kind == "share" and isinstance(value, float) and 0 <= value <= 1 else None
    return {
        "text": text,
        "kind": kind,
        "tone": value.tone if isinstance(value, Mark) else "",
        "unknown": value is None or value != value,
        "bar": None if share is None else f"{share * 100:.1f}",
        "value": _ordered(value) if kind in ORDERED and isinstance(value, int | float) and value == value else None,
    }


def _ordered(value: int | float) -> str:
    """What a table is sorted by where that is not the text; of a fraction six digits tell enough apart."""
    return str(int(value)) if isinstance(value, int) else f"{value:.6g}"
