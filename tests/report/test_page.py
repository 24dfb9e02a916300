import base64
import hashlib
import re
from html.parser import HTMLParser

from bankmine.api import analyze
from bankmine.report.page import page, save
from tests.report.conftest import PEOPLE, loans

CJK = re.compile(r"[\u4e00-\u9fff]")
PSEUDONYM = re.compile(r"\bR-[A-Z2-7]{6,}")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+")
CODE = re.compile(r"[A-Z]\d+")  # of diagnoses and patterns
# Names that are the same in every language: programs, the zone, a calendar's days, and what a command is called.
NAMES = {"bankmine", "pm4py", "polars", "numpy", "Asia", "Shanghai", "explain", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}


class Words(HTMLParser):
    """The text of a page outside style and pictures."""

    def __init__(self):
        super().__init__()
        self.hidden, self.found = 0, []

    def handle_starttag(self, tag, attrs):
        if tag in ("style", "script", "svg"):
            self.hidden += 1
        elif self.hidden == 0:
            self.found += [value for name, value in attrs if name in ("aria-label", "alt", "title") and value]

    def handle_endtag(self, tag):
        if tag in ("style", "script", "svg"):
            self.hidden -= 1

    def handle_data(self, data):
        if self.hidden == 0:
            self.found.append(data)


def words(html):
    parser = Words()
    parser.feed(html)
    return " ".join(parser.found)


def edition(html, lang):
    """The part of a page that is in this language."""
    (part,) = re.findall(rf'<div class="edition" lang="\S*" data-language="{lang}".*?</footer>\n</div>', html, re.DOTALL)
    return part


def test_the_same_analysis_gives_the_same_bytes(analysis_in):
    assert page(analyze(loans("zh")), "zh") == page(analyze(loans("zh")), "zh")


def test_a_page_needs_nothing_from_outside_and_allows_only_its_own_style(analysis):
    html = page(analysis, "zh")
    digests = []
    for part in ("style", "script"):
        (content,) = re.findall(rf"<{part}>(.*?)</{part}>", html, re.DOTALL)
        digests.append(base64.b64encode(hashlib.sha256(content.encode()).digest()).decode())
    assert f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; font-src data:;" in html
    assert not re.search(r"https?://|<script |<link|<img|<iframe|@import|url\((?!#|data:font/woff;base64,)|\sstyle=|\son\w+=", html)


def test_a_chinese_page_has_no_english_word(analysis_in):
    found = set(WORD.findall(PSEUDONYM.sub("", words(edition(page(analysis_in("zh"), "en"), "zh")))))
    assert {word for word in found if not CODE.fullmatch(word)} <= NAMES


def test_an_english_page_has_no_chinese_word(analysis_in):
    assert not CJK.findall(words(edition(page(analysis_in("en"), "zh"), "en")))


def test_no_person_is_named(analysis):
    html = page(analysis, "en")
    for person in (*PEOPLE, "Chen Jing"):
        assert person not in html and person.replace(" ", "_") not in html


def test_hostile_labels_stay_text():
    log = loans("en", cases=40)
    names = ("<script>alert(1)</script>", "\u202eevil", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>', "</style>", "javascript:alert(1)")
    from dataclasses import replace

    html = page(analyze(replace(log, activities=tuple(sorted(names)))), "en")
    assert html.count("<script") == html.count("</script>") == 1 and '<script>"use strict"' in html
    assert "<img" not in html and "\u202e" not in html and html.count("</style>") == 1


def test_every_link_has_its_target(analysis):
    html = page(analysis, "zh")
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_a_page_is_saved(analysis, tmp_path, lang):
    save(analysis, tmp_path / "报告.html", lang)
    assert (tmp_path / "报告.html").read_text(encoding="utf-8").startswith("<!doctype html>")
