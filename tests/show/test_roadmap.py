from xml.etree import ElementTree

import pytest

from bankmine.show.roadmap import SHOWN, roadmap_picture
from bankmine.words import Lang, Text

TITLES = tuple(Text(zh=f"第{k}期", en=f"Window {k}") for k in range(4))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(steps: list[tuple[int, Text, bool]], lang: Lang = "en") -> ElementTree.Element:
    return ElementTree.fromstring(roadmap_picture(steps, TITLES, lang).svg)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_change_is_a_bar_in_its_window_with_its_number_and_words(lang: Lang) -> None:
    steps = [(1, Text(zh="返工", en="rework"), False), (3, Text(zh="重试", en="retries"), True)]
    root = drawn(steps, lang)
    bars = [r for r in root.iter(f"{SVG}rect") if r.get("rx")]
    assert [float(b.get("x", 0)) // 159 for b in bars] == [1, 3]
    assert [b.get("stroke-dasharray") is not None for b in bars] == [False, True]
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert {"1", "2", *(words.of(lang) for _, words, _ in steps)} <= set(texts)
    assert all(words.of("en" if lang == "zh" else "zh") not in texts for _, words, _ in steps)


def test_what_does_not_fit_is_said() -> None:
    root = drawn([(0, Text.same("x" * 200), False)] * (SHOWN + 3))
    texts = [t.text or "" for t in root.iter(f"{SVG}text")]
    assert "and 3 more in the table" in texts and max(map(len, texts)) < 70
