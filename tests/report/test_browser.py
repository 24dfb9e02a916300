"""The report in a real browser without a network: at three widths, in both languages, with many activities and with hostile names."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from bankmine.api import analyze, read_log
from bankmine.report.page import blocks_page, page
from bankmine.show.blocks import Column, Figure, Heading, KeyFigures, Notice, Paragraph, TableBlock
from bankmine.show.graph_svg import svg
from bankmine.show.graphs import Arc, Graph, Node
from bankmine.words import Text
from tests.report.conftest import loans
from tests.textlog import textlog

ROOT = Path(__file__).parents[2]
READER = (Path(__file__).parent / "reader.js").read_text(encoding="utf-8")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (1440, 800, 390)
HOSTILE = (
    "<script>run = 1</script>",
    "\u202eevil",
    "{{ 7*7 }}",
    '"><img src=x onerror=top.run=1>',
    "</style></script><iframe src=//x>",
    "javascript:run=1 " + "无限长的环节名称" * 40 + "x" * 300,
)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


def read(html, tmp_path):
    """What the reader of reader.js found in the page, once for each width."""
    (tmp_path / "report.html").write_text(html, encoding="utf-8")
    second = re.findall('data-language="(..)"', html)[1]
    frames = "".join(
        f'<iframe style="width:{width}px;height:900px;border:0" src="report.html{anchor}"></iframe>'
        for width, anchor in zip(WIDTHS, ("", f"#{second}-summary", "#waiting"), strict=True)
    )
    place = tmp_path / "frames.html"
    place.write_text(f"<!doctype html><meta charset=utf-8><body>{frames}<script>{READER}</script></body></html>", encoding="utf-8")
    # Files may look into one another, as they could on a server.
    options = (
        "--headless",
        "--no-sandbox",
        "--allow-file-access-from-files",
        "--disable-gpu",
        "--disable-background-networking",
        "--enable-logging=stderr",
        "--v=0",
    )
    done = subprocess.run(
        [CHROMIUM, *options, f"--user-data-dir={tmp_path}/profile", "--window-size=1600,1000", "--dump-dom", place.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(unescape(re.search(r'data-told="([^"]*)"', done.stdout)[1]))


def is_sound(told):
    assert [each["width"] for each in told] == list(WIDTHS)
    first, second, _ = (each["opened"] for each in told)
    assert first != second, "a link into the language that is not shown first shows it"
    for each in told:
        assert not each["run"] and each["foreign"] == 0
        assert {edition["language"] for edition in each["editions"]} == {"zh", "en"}
        for edition in each["editions"]:
            assert edition["hidden"] == 1, "one language is shown at a time"
            faults = {name: edition[name] for name in ("scrolled", "blocksCrossing", "wordsCrossing", "outside", "lost") if edition[name]}
            assert faults == {}, (each["width"], edition["language"])
            assert edition["views"] == [[True, False], [False, True]]


@pytest.mark.parametrize("process", ["deposit", "loan", "payment", "wealth"])
def test_a_sample_is_read_at_every_width(process, tmp_path):
    told = read(page(analyze(read_log(ROOT / "sample_logs" / f"{process}.csv")), "zh"), tmp_path)
    is_sound(told)
    for edition in told[0]["editions"]:
        before, few, said, after = edition["lines"]
        assert before == after > few == 3 and f"3 / {before}" in said.replace("of", "/") and 2 <= edition["nodes"] <= 6


def test_tables_are_sorted_and_filtered(tmp_path):
    told = read(page(analyze(read_log(ROOT / "sample_logs" / "loan.csv")), "en"), tmp_path)[0]["sorted"]
    falling, rising = told["values"]
    assert told["order"] == ["descending", "ascending"] and len(falling) >= 10
    assert falling == sorted(falling, reverse=True) and [v for v in rising if v >= 0] == sorted(v for v in falling if v >= 0)
    assert 0 < told["kept"][0] < len(falling) and told["kept"][1]


def test_hostile_names_stay_words_and_stay_inside(tmp_path):
    log = loans("en", cases=40)
    told = read(page(analyze(replace(log, activities=tuple(sorted(HOSTILE)))), "en"), tmp_path)
    is_sound(told)
    assert not any("run" in edition.get("title", "") for edition in told)


def test_four_hundred_activities_are_drawn_as_far_as_there_is_room(tmp_path):
    rng = np.random.default_rng(7)
    lines = []
    for case in range(150):
        steps = rng.integers(0, 400, 30)
        lines.append(f"c{case}: " + " | ".join(f"业务环节第{s}号 {case + k}-{case + k + 0.5} @p{s % 9}" for k, s in enumerate(steps)))
    log = textlog("\n".join(lines))
    assert len(log.activities) == 400
    is_sound(read(page(analyze(log), "zh"), tmp_path))


def test_bpic_2012(shared, tmp_path):
    is_sound(read(page(analyze(read_log(shared / "logs" / "bpic2012.xes.gz")), "zh"), tmp_path))


def payloads():
    """More than two thousand labels that would run or load something, were they ever taken for more than words."""
    before = ("", '"', "'", "-->", "</script>", "</style>", "</title>", "</svg>", "]]>", "\u2028", "&lt;", "\\", "${", "{{", "'\"><")
    core = (
        "<script>top.run=1</script>",
        "<img src=x onerror=top.run=1>",
        "<svg onload=top.run=1>",
        "<iframe src=javascript:top.run=1>",
        "<a href=javascript:top.run=1>x</a>",
        "<style>*{background:url(http://x.example/)}</style>",
        "<link rel=stylesheet href=http://x.example/>",
        "<base href=http://x.example/>",
        "<meta http-equiv=refresh content=0;url=http://x.example/>",
        "<object data=http://x.example/>",
        "<form action=http://x.example/><input autofocus onfocus=top.run=1>",
        "<math><mtext></math><img src=x onerror=top.run=1>",
        "<foreignObject><body onload=top.run=1></foreignObject>",
        "<use href=http://x.example/#x>",
        "onmouseover=top.run=1 x=",
        "javascript:top.run=1",
        "{{constructor.constructor('top.run=1')()}}",
        "<details open ontoggle=top.run=1>",
    )
    after = ("", ">", '"', "'", "<!--", "\u202e", "/*", "//")
    return [f"{a}{b}{c}" for a in before for b in core for c in after]


def test_two_thousand_payloads_stay_words(tmp_path):
    labels = payloads()
    assert len(labels) > 2_000
    columns = (Column(Text.same("a"), "label"), Column(Text.same("b"), "text"), Column(Text.same("c"), "code"))
    some = labels[::60]
    blocks = [
        Heading(Text.same("x"), 2, "summary"),
        TableBlock(columns, [(label, Text.same(label), label) for label in labels], caption=Text.same(labels[0])),
        KeyFigures([(Text.same(label), "text", label) for label in some]),
        *(Paragraph(Text.same(label)) for label in some),
        *(Notice(Text.same(label)) for label in some),
        *(Heading(Text.same(label), 3) for label in some),
        *(
            Figure(svg(Graph(label, label, [Node("a", label, label), Node("b", label)], [Arc("a", "b", label, 1.0)])), Text.same(label))
            for label in some
        ),
    ]
    for told in read(blocks_page(Text.same(labels[1]), Text.same(labels[2]), blocks, "UTC", "en"), tmp_path):
        assert not told["run"] and told["foreign"] == 0
        assert all(not edition["scrolled"] for edition in told["editions"])
