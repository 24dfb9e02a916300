"""The report on paper: the blocks of the page, set by Typst, with the package's own font."""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bankmine import __version__
from bankmine.errors import UsageError
from bankmine.report.contents import contents
from bankmine.report.page import FOOTER, TEMPLATES, title
from bankmine.show.blocks import Block, Figure, Views
from bankmine.show.fonts import FAMILY, FOLDER
from bankmine.show.html import described
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis

LONG_WORD = re.compile(r"[!-~]{24}(?=[!-~])")  # a run that would not fit its column
BREAK = "\u200b"
FULL_WIDTH = 700.0  # a picture narrower than this does not fill the page


def pdf(analysis: "Analysis", lang: Lang, tracked: Sequence[Block] = ()) -> bytes:
    """The report as PDF (A4); the same analysis gives the same bytes. Raises UsageError PDF_MISSING where Typst is not installed."""
    return paper(title(analysis), contents(analysis, lang, tracked=tracked), analysis.zone, lang)


def paper(name: Text, blocks: Sequence[Block], zone: str, lang: Lang) -> bytes:
    """Blocks as PDF. Raises UsageError PDF_MISSING."""
    sheet = {
        "title": name.of(lang),
        "lang": lang,
        "font": FAMILY,
        "footer": FOOTER.format(version=__version__, zone=zone).of(lang),
        "blocks": [_plain(block, lang, zone) for block in blocks],
    }
    try:
        import typst
    except ImportError as error:
        raise UsageError(
            "PDF_MISSING",
            Text(zh="生成 PDF 需要 Typst，但未安装。", en="a PDF needs Typst, which is not installed."),
            Text(zh='请执行 pip install "bankmine[pdf]"。', en='run pip install "bankmine[pdf]".'),
        ) from error
    return typst.compile(
        _template(), font_paths=[FOLDER], ignore_system_fonts=True, sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)}, timestamp=0
    )


@cache
def _template() -> Path:
    return TEMPLATES / "report.typ"


def _plain(block: Block, lang: Lang, zone: str) -> dict[str, Any]:
    """A block as plain values: those of the page, and pictures as whole documents, as Typst reads them."""
    found: dict[str, Any] = dict(described(block, lang, zone, 0))
    match block:
        case Figure():
            found |= _picture(block)
        case Views():
            found["views"] = [{**view, **_picture(figure)} for view, (_, figure) in zip(found["views"], block.figures, strict=True)]
    return _broken(found)


def _picture(figure: Figure) -> dict[str, object]:
    width = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+)', figure.svg)
    assert width is not None
    return {"svg": figure.svg, "share": min(1.0, float(width[1]) / FULL_WIDTH)}


def _broken(value: Any) -> Any:
    """The values with places at which long words may be broken; pictures stay as they are."""
    if isinstance(value, str):
        return value if value.startswith("<svg") else LONG_WORD.sub(lambda run: run[0] + BREAK, value)
    if isinstance(value, dict):
        return {name: _broken(each) for name, each in value.items()}
    return [_broken(each) for each in value] if isinstance(value, list) else value
