import base64
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bankmine.api import analyze, read_log
from bankmine.report.page import page, save
from tests.report.conftest import PEOPLE, loans

ROOT = Path(__file__).parents[2]
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


def test_the_same_analysis_gives_the_same_bytes(analysis_in):
    assert page(analyze(loans("zh")), "zh") == page(analyze(loans("zh")), "zh")


def test_a_page_needs_nothing_from_outside_and_allows_only_its_own_style(analysis):
    html = page(analysis, "zh")
    digests = []
    for part in ("style", "script"):
        (content,) = re.findall(rf"<{part}>(.*?)</{part}>", html, re.DOTALL)
        digests.append(base64.b64encode(hashlib.sha256(content.encode()).digest()).decode())
    assert f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}';" in html
    assert not re.search(r"https?://|<script |<link|<img|<iframe|@import|url\((?!#)|\sstyle=|\son\w+=", html)


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


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def browsed(place, tmp_path):
    """The document as Chromium has it once its script has run, and what the browser complains about."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-logging=stderr", "--v=0")
    run = subprocess.run(
        [CHROMIUM, *options, f"--user-data-dir={tmp_path}/profile", "--dump-dom", place.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "</html>" in run.stdout
    return run.stdout, run.stderr


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_has_nothing_to_complain_about(analysis_in, tmp_path):
    place = tmp_path / "report.html"
    save(analysis_in("zh"), place, "zh")
    found, complaints = browsed(place, tmp_path)
    assert "CONSOLE" not in complaints, complaints
    assert "<button" in found and 'placeholder="筛选各行"' in found, "its own script may run"


# Clicks twice on the heading of the waits, then filters, as a reader would.
READER = """<script>
const table = [...document.querySelectorAll("main table.wide")].find((t) => t.rows.length > 10 && t.querySelector("td.duration"));
const heading = table.querySelector("th.duration"), told = [];
const values = () => [...table.tBodies[0].rows].map((row) => Number(row.cells[heading.cellIndex].dataset.value ?? -1));
for (const _ of [1, 2]) {
  heading.querySelector("button").click();
  told.push(heading.getAttribute("aria-sort"), values());
}
const field = table.closest("figure").querySelector("input"), word = table.tBodies[0].rows[0].cells[0].textContent;
field.value = word.toUpperCase();
field.dispatchEvent(new Event("input"));
const kept = [...table.tBodies[0].rows].filter((row) => !row.hidden);
told.push(kept.length, kept.every((row) => row.textContent.includes(word)));
document.body.dataset.told = JSON.stringify(told);
</script></body>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_tables_are_sorted_and_filtered(tmp_path):
    html = page(analyze(read_log(ROOT / "sample_logs" / "loan.csv")), "en")
    place = tmp_path / "read.html"
    place.write_text(re.sub(r"script-src 'sha256-[^']+'", "script-src 'unsafe-inline'", html).replace("</body>", READER), encoding="utf-8")
    found, complaints = browsed(place, tmp_path)
    assert "CONSOLE" not in complaints, complaints
    down, falling, up, rising, kept, right = json.loads(unescape(re.search(r'data-told="([^"]*)"', found)[1]))
    assert (down, up) == ("descending", "ascending") and len(falling) >= 10
    assert falling == sorted(falling, reverse=True) and [v for v in rising if v >= 0] == sorted(v for v in falling if v >= 0)
    assert 0 < kept < len(falling) and right
