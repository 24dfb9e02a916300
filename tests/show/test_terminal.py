import io

import pytest
from rich.cells import cell_len

from bankmine.show.blocks import Column, Figure, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock
from bankmine.show.terminal import console, draw
from bankmine.words import Text

WIDE = TableBlock(
    [Column(Text(zh="环节", en="Activity"), "label"), *(Column(Text(zh=f"列{k}", en=f"col {k}"), "duration") for k in range(7))],
    [("提交申请", *(86_400.0 * 100 * k for k in range(1, 8)))],
    caption=Text(zh="标题", en="caption"),
    hidden=3,
)
BLOCKS = [
    Heading(Text(zh="标题", en="Title"), 1),
    Paragraph(Text(zh="一段话。", en="A sentence.")),
    Notice(Text(zh="注意", en="beware"), "warning"),
    KeyFigures([(Text(zh="案件", en="cases"), "count", 1_234), (Text(zh="时长", en="time"), "duration", None)]),
    WIDE,
    TableBlock([Column(Text(zh="结论", en="Verdict"), "text")], [(Mark(Text(zh="已证实", en="confirmed"), "error"),)]),
    TableBlock([Column(Text(zh="空", en="empty"), "text")], []),
    Figure("<svg/>", Text(zh="流程图", en="a map")),
]


def text(blocks, lang="en", width=100):
    out = io.StringIO()
    draw(blocks, lang, "Asia/Shanghai", console(out, width))
    return out.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 100, 160])
def test_no_line_is_wider_than_the_terminal_and_no_escape_is_written(lang, width):
    out = text(BLOCKS, lang, width)
    assert max(cell_len(line) for line in out.splitlines()) <= width
    assert "\x1b" not in out


def test_every_value_is_there_however_narrow():
    for width in (60, 160):
        out = text(BLOCKS, width=width)
        assert all(f"{100 * k} d" in out for k in range(1, 8))
        assert "1,234" in out and "unknown" in out and "rows not shown: 3" in out and "(none)" in out and "Figure: a map" in out


def test_a_label_cannot_write_on_the_terminal():
    out = text([TableBlock([Column(Text(zh="环节", en="Activity"), "label")], [("\x1b[2J\u202eevil [bold]x[/bold] :smile:",)])])
    assert "\x1b" not in out and "\u202e" not in out
    assert r"\u{1b}[2J\u{202e}evil [bold]x[/bold] :smile:" in out
