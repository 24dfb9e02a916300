"""The same figures in the page, in a notebook, on paper and in a terminal; on paper also what is hostile stays words."""

import io
import re
from dataclasses import replace
from html import unescape

import pytest
from pypdf import PdfReader

from bankmine.api import analyze
from bankmine.report.contents import contents
from bankmine.report.page import page
from bankmine.report.pdf import BREAK, pdf
from bankmine.show.html import described, fragment
from bankmine.show.terminal import console, draw
from tests.report.conftest import loans
from tests.report.test_page import edition

SPACE = re.compile(r"\s|" + BREAK)


def bare(text):
    """Words without the space between them, for each surface breaks lines where it likes."""
    return SPACE.sub("", text)


def said(blocks, lang):
    """Every row of every table, every figure and every sentence, as it is to be read."""
    for block in blocks:
        found = described(block, lang, "Asia/Shanghai", 0)
        match found["type"]:
            case "table":
                yield from ([cell["text"] for cell in row] for row in found["rows"])
            case "figures":
                yield from ([figure["title"], figure["text"]] for figure in found["figures"])
            case "heading" | "paragraph" | "notice":
                yield [found["text"]]


def html_words(html):
    return bare(unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", html, flags=re.DOTALL)))


def paper_words(content):
    return bare("".join(each.extract_text() for each in PdfReader(io.BytesIO(content)).pages))


def test_the_same_figures_on_every_surface(analysis_in, lang):
    analysis = analysis_in(lang)
    blocks = contents(analysis, lang)
    terminal = io.StringIO()
    draw(blocks, lang, "Asia/Shanghai", console(terminal, width=2000))
    surfaces = {
        "page": html_words(edition(page(analysis, "zh"), lang)),
        "page, second language": html_words(edition(page(analysis, "en"), lang)),
        "notebook": html_words(fragment(blocks, lang, "Asia/Shanghai")),
    }
    # These put signs or other cells between the cells of a row.
    loose = {"terminal": bare(terminal.getvalue()), "paper": paper_words(pdf(analysis, lang))}
    rows = list(said(blocks, lang))
    assert len(rows) > 150
    for row in rows:
        for name, words in surfaces.items():
            assert bare("".join(row)) in words, (name, row)
        for name, words in loose.items():
            assert all(bare(cell) in words for cell in row), (name, row)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_paper_is_the_same_in_every_run_and_bears_hostile_names(lang):
    names = ("#sys.inputs", "*bold* _it_ $x^2$", "</svg><script>", "= 标题", "@ref <label>", "x" * 200)
    analysis = analyze(replace(loans("en", cases=40), activities=tuple(sorted(names))))
    made = pdf(analysis, lang)
    words = paper_words(made)
    assert made == pdf(analysis, lang)
    assert all(bare(name) in words for name in names)
