"""What becomes of results when nobody can take them, and what is said meanwhile."""

import io
import sys
from types import SimpleNamespace

import pytest

from bankmine import analyze
from bankmine.cli import output
from bankmine.errors import OutputError, UsageError
from bankmine.show.blocks import Heading, Paragraph
from bankmine.words import Text
from tests.textlog import textlog

ENGLISH = SimpleNamespace(quiet=False, language="en")


class Stream(io.StringIO):
    """A stream that fails when it is flushed, with an error that its reader causes."""

    def __init__(self, error: OSError | None = None, *, terminal: bool = False) -> None:
        super().__init__()
        self.error, self.terminal = error, terminal

    def flush(self) -> None:
        if self.error is not None:
            raise self.error

    def isatty(self) -> bool:
        return self.terminal


def test_a_reader_who_has_seen_enough_is_no_error_and_a_full_disk_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream(BrokenPipeError()))
    output.put(b"{}")
    monkeypatch.setattr(sys, "stdout", Stream(OSError(28, "No space left on device")))
    with pytest.raises(OutputError, match="No space left"):
        output.put(b"{}")


def test_bytes_arrive_where_standard_output_is_text_only(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    output.put("审批".encode())
    assert stream.getvalue() == "审批"


@pytest.mark.parametrize("whole", [1.0, 3.0])
def test_stages_are_said_to_a_terminal_and_to_nobody_else(monkeypatch: pytest.MonkeyPatch, whole: float) -> None:
    for terminal in (True, False):
        stream = Stream(terminal=terminal)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        with output.stages(ENGLISH, whole) as begin:
            begin(output.READING, 1.0)
            begin(output.ANALYSING, 2.0)
        assert ("Analysing" in stream.getvalue()) == terminal
    with output.working(ENGLISH, output.READING):
        pass


def test_every_kind_of_file_is_made_of_the_same_blocks(tmp_path) -> None:
    analysis = analyze(textlog("c1: a 0-1 | b 2-3"))
    places = {option: tmp_path / option for option in ("--report", "--json", "--excel", "--pdf")}
    said = Text(zh="甲", en="one")
    blocks = [Heading(said, 1, "top"), Heading(said, 2, "said"), Paragraph(said)]
    made = output.as_files(places, said, said, blocks, {"one": 1}, analysis, "en")
    assert [made[place][:5] for place in places.values()] == [b"<!doc", b'{\n  "', b"PK\x03\x04\x14", b"%PDF-"]
    assert output.as_files({}, said, said, [], {}, analysis, "en") == {}


def test_a_pdf_without_typst_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from bankmine.report.pdf import paper

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match=r"bankmine\[pdf\]"):
        paper(Text.same("one"), [], "UTC", "en")
