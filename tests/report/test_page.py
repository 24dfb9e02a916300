import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

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
        if tag in ("style", "svg"):
            self.hidden += 1
        elif self.hidden == 0:
            self.found += [value for name, value in attrs if name in ("aria-label", "alt", "title") and value]

    def handle_endtag(self, tag):
        if tag in ("style", "svg"):
            self.hidden -= 1

    def handle_data(self, data):
        if self.hidden == 0:
            self.found.append(data)


def words(html):
    parser = Words()
    parser.feed(html)
    return " ".join(parser.found)


def test_the_same_analysis_gives_the_same_bytes(analysis_in):
    assert page(analyze(loans("zh")), "zh") == page(analyze(loans("zh")), "zh")


def test_a_page_needs_nothing_from_outside_and_allows_only_its_own_style(analysis):
    html = page(analysis, "zh")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert not re.search(r"https?://|//[a-z]|<script|<link|<img|<iframe|@import|url\((?!#)|\sstyle=|\son\w+=", html)


def test_a_chinese_page_has_no_english_word(analysis_in):
    found = set(WORD.findall(PSEUDONYM.sub("", words(page(analysis_in("zh"), "zh")))))
    assert {word for word in found if not CODE.fullmatch(word)} <= NAMES


def test_an_english_page_has_no_chinese_word(analysis_in):
    assert not CJK.findall(words(page(analysis_in("en"), "en")))


def test_no_person_is_named(analysis):
    html = page(analysis, "en")
    for person in (*PEOPLE, "Chen Jing"):
        assert person not in html and person.replace(" ", "_") not in html


def test_hostile_labels_stay_text():
    log = loans("en", cases=40)
    names = ("<script>alert(1)</script>", "\u202eevil", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>', "</style>", "javascript:alert(1)")
    from dataclasses import replace

    html = page(analyze(replace(log, activities=tuple(sorted(names)))), "en")
    assert "<script" not in html and "<img" not in html and "\u202e" not in html and html.count("</style>") == 1


def test_every_link_has_its_target(analysis):
    html = page(analysis, "zh")
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_a_page_is_saved(analysis, tmp_path, lang):
    save(analysis, tmp_path / "报告.html", lang)
    assert (tmp_path / "报告.html").read_text(encoding="utf-8").startswith("<!doctype html>")


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_has_nothing_to_complain_about(analysis_in, tmp_path):
    place = tmp_path / "report.html"
    save(analysis_in("zh"), place, "zh")
    run = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--v=0",
            f"--user-data-dir={tmp_path}/profile",
            "--dump-dom",
            place.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "</html>" in run.stdout
    assert "CONSOLE" not in run.stderr, run.stderr


def test_words_stand_out_from_what_is_behind_them():
    from bankmine.show.html import style

    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", style())) | {"paper": "#ffffff"}

    def light(name):
        channels = [int(colours[name][k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pairs = [
        ("ink", "paper"),
        ("soft", "paper"),
        ("accent", "paper"),
        *((tone, f"{tone}-bg") for tone in ("good", "warning", "error", "info")),
        *(("ink", f"{tone}-bg") for tone in ("good", "warning", "error", "info")),
    ]
    for front, back in pairs:
        brighter, darker = sorted((light(front), light(back)), reverse=True)
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (front, back)
