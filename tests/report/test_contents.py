from dataclasses import replace

import numpy as np

from bankmine.api import analyze
from bankmine.report.contents import causes, contents, said_once
from bankmine.report.screen import screen
from bankmine.report.summary import headline, summary
from bankmine.show.blocks import Figure, Heading, Notice, Paragraph, TableBlock
from bankmine.show.svg import inline
from bankmine.show.terminal import console, draw
from bankmine.words import Text
from tests.report.conftest import loans


def test_the_summary_says_what_is_wrong_and_what_to_do_first(analysis_in):
    analysis = analysis_in("en")
    top = analysis.recommendations[0]
    said = headline(analysis)
    assert said.tone == "warning" and top.activity in said.text.zh and top.activity in said.text.en
    tables = [block for block in summary(analysis) if isinstance(block, TableBlock)]
    assert len(tables[0].rows) == 6
    assert tables[1].rows[0][2] == top.activity


def test_a_healthy_log_gets_no_advice_and_is_told_so(healthy):
    assert healthy.recommendations == ()
    said = headline(healthy)
    assert said.tone == "good"
    assert "Nothing material" in said.text.en
    assert any(isinstance(block, Notice) and "No recommendation" in block.text.en for block in contents(healthy, pictures=False))


def test_what_a_healthy_log_cannot_show_is_counted():
    log = loans(missing=0.0)
    nobody = replace(log, resources=(), resource=np.full(len(log), -1, dtype=np.int32))
    said = headline(analyze(nobody))
    assert "Nothing material" in said.text.en and "cannot be judged" in said.text.en


def test_repeated_sentences_are_said_once():
    one, two = Paragraph(Text(zh="甲", en="one")), Notice(Text(zh="乙", en="two"))
    table = TableBlock((), ())
    assert said_once([one, table, one, two, table, two]) == [one, table, two, table]


def test_why_work_waits_is_shown_by_activity_by_arc_and_in_a_picture(analysis_in, lang):
    blocks = causes(analysis_in("en"), lang, pictures=True)
    (picture,) = (block for block in blocks if isinstance(block, Figure))
    inline(picture.svg, 1)  # nothing in it that may not stand in a page
    assert "Approve loan" in picture.svg and "Customer supplies documents" not in picture.svg
    tables = [block for block in blocks if isinstance(block, TableBlock)]
    assert {column.title.en for column in tables[0].columns} >= {"Activity", "Wait", "customer"}
    assert [column.title.en for column in tables[1].columns][:2] == ["Made possible by", "Activity"]


def test_the_sections_stand_in_their_order(analysis_in):
    anchors = [block.anchor for block in contents(analysis_in("zh"), pictures=False) if isinstance(block, Heading) and block.level == 2]
    assert (
        " ".join(anchors)
        == "summary recommendations diagnoses risk roadmap process waiting causes load people rework root-causes expected journey "
        "quality method"
    )


def test_the_terminal_gets_the_same_numbers_in_both_languages(analysis_in, capsys):
    analysis = analysis_in("en")
    for lang in ("zh", "en"):
        draw(screen(analysis), lang, "Asia/Shanghai", console(width=60))
    out = capsys.readouterr().out
    zh, en = out[: out.index("Process analysis")], out[out.index("Process analysis") :]
    for number in ("150", "P15"):
        assert number in zh and number in en
