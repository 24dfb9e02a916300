from html.parser import HTMLParser

import pytest

from bankmine.show.blocks import Column, Figure, Heading, KeyFigures, Mark, Notice, Paragraph, TableBlock
from bankmine.show.html import body, fragment
from bankmine.words import Text

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table><h1>x",
    "{{ 7*7 }}",
    "javascript:alert(1)",
    "</style><script>x</script>",
    "<!--",
    "]]>",
    "\u202eevil",
    "&amp;",
    "' onmouseover='x",
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>t</title><g id="a"><text x="1" y="5">{label}</text></g></svg>'


class Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text.append(data)


def every_block(label):
    same = Text.same(label)
    return [
        Heading(same, 2, "a"),
        Paragraph(same),
        Notice(same, "error"),
        KeyFigures([(same, "label", label)]),
        TableBlock([Column(same, "label"), Column(same, "share")], [(label, 0.5), (Mark(same, "good"), None)], caption=same, hidden=2),
        Figure(SVG.format(label="x"), same, same),
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_label_is_never_an_element(payload):
    plain, attacked = Elements(), Elements()
    plain.feed(str(body(every_block("ordinary"), "zh", "UTC")))
    attacked.feed(str(body(every_block(payload), "zh", "UTC")))
    assert attacked.seen == plain.seen
    assert attacked.attributes == plain.attributes
    assert payload.replace("\u202e", "\\u{202e}") in "".join(attacked.text)


def test_nothing_has_a_style_or_a_handler_of_its_own():
    page = Elements()
    page.feed(str(body(every_block("x"), "en", "UTC")))
    assert not [name for name in page.attributes if name == "style" or name.startswith("on")]


def test_a_share_has_a_bar_and_unknown_is_said():
    out = str(body([TableBlock([Column(Text(zh="占", en="share"), "share")], [(0.25,), (None,)])], "en", "UTC"))
    assert 'width="25.0"' in out and "unknown" in out


def test_a_notebook_gets_the_style_with_the_blocks():
    out = fragment([Paragraph(Text(zh="话", en="word"))], "zh", "UTC")
    assert out.startswith("<style>.bankmine") and 'lang="zh-CN"' in out and "话" in out
    assert out == fragment([Paragraph(Text(zh="话", en="word"))], "zh", "UTC")
