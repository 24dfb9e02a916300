from bankmine.report.contents import contents
from bankmine.report.screen import screen
from bankmine.report.summary import headline, summary
from bankmine.show.blocks import Heading, Notice, TableBlock
from bankmine.show.terminal import console, draw


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
    assert "Nothing material" in said.text.en and "cannot be judged" in said.text.en
    assert any(isinstance(block, Notice) and "No recommendation" in block.text.en for block in contents(healthy, pictures=False))


def test_the_sections_stand_in_their_order(analysis_in):
    anchors = [block.anchor for block in contents(analysis_in("zh"), pictures=False) if isinstance(block, Heading) and block.level == 2]
    assert anchors == ["summary", "recommendations", "diagnoses", "process", "waiting", "rework", "quality", "method"]


def test_the_terminal_gets_the_same_numbers_in_both_languages(analysis_in, capsys):
    analysis = analysis_in("en")
    for lang in ("zh", "en"):
        draw(screen(analysis), lang, "Asia/Shanghai", console(width=60))
    out = capsys.readouterr().out
    zh, en = out[: out.index("Process analysis")], out[out.index("Process analysis") :]
    for number in ("150", "P15"):
        assert number in zh and number in en
