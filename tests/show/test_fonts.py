"""Pictures are right on a machine that has no font and no Graphviz of its own."""

import base64
import io
import os
import re
import subprocess
import sys
from copy import copy
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from bankmine.show import graph_layout
from bankmine.show.fonts import FAMILY, FONT, embedded, for_matplotlib

DRAW = """
import sys
from bankmine.show.graph_svg import png
from bankmine.show.graphs import Graph, Node
sys.stdout.buffer.write(png(Graph("", "", [Node("a", sys.argv[1])], [])))
"""


def drawn(label: str, fonts: Path, tmp_path: Path) -> bytes:
    """The PNG of a node on a machine whose only fonts are in a folder, and without any program on its path."""
    config = tmp_path / f"{fonts.name}.conf"
    config.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{tmp_path}</cachedir></fontconfig>", encoding="utf-8")
    environment = {**os.environ, "FONTCONFIG_FILE": str(config), "PATH": ""}
    return subprocess.run([sys.executable, "-c", DRAW, label], env=environment, capture_output=True, check=True).stdout


def test_chinese_words_are_drawn_where_there_is_no_font(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    assert drawn("贷款", nothing, tmp_path) == drawn("审批", nothing, tmp_path), "without a font, one box is like another"
    assert drawn("贷款", FONT.parent, tmp_path) != drawn("审批", FONT.parent, tmp_path)


def test_the_package_brings_its_font_and_its_licence_to_graphviz() -> None:
    graph_layout.run_graphviz("digraph {}", "json0")
    config = Path(graph_layout._font_config())
    assert f"<dir>{FONT.parent}</dir>" in config.read_text(encoding="utf-8") and (FONT.parent / "LICENSE").is_file()


def test_charts_are_measured_with_the_package_font_whatever_the_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = copy(font_manager.fontManager)
    other = font_manager.FontEntry(fname=fonts.findfont("DejaVu Sans"), name=FAMILY, weight=400, size="scalable")
    fonts.ttflist = [other, *fonts.ttflist]
    monkeypatch.setattr(font_manager, "fontManager", fonts)
    for_matplotlib.cache_clear()
    assert fonts.findfont(for_matplotlib(), fallback_to_default=False) == str(FONT)
    monkeypatch.undo()
    for_matplotlib.cache_clear()


def test_a_page_bears_the_signs_it_shows_and_no_others() -> None:
    rule = embedded("贷款审批 abc 贷")
    font = TTFont(io.BytesIO(base64.b64decode(re.search("base64,([^)]+)", rule)[1])))
    assert {chr(code) for code in font.getBestCmap()} == set("贷款审批 abc")
    assert rule == embedded("cba 批审款贷") and len(rule) < 4_000


@pytest.mark.parametrize("sign", ["\u202e", "\U0001f600", "\ue000"])
def test_a_sign_that_the_font_lacks_is_no_fault(sign: str) -> None:
    assert "base64," in embedded(f"贷{sign}")
