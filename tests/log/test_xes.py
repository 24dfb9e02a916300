"""XES as untrusted markup."""

import gzip
from pathlib import Path

import pytest

from bankmine.errors import InputError
from bankmine.log.xes import read_xes

EVENT = '<event><string key="concept:name" value="{0}"/><date key="time:timestamp" value="2024-03-14T09:00:0{1}+00:00"/></event>'
TRACE = '<trace><string key="concept:name" value="{0}"/>\n{1}\n</trace>'
NAMESPACE = 'xmlns="http://www.xes-standard.org/"'


def events(*names: str) -> str:
    return "\n".join(EVENT.format(name, number) for number, name in enumerate(names))


def document(*traces: str, head: str = "", root: str = NAMESPACE) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<log xes.version="1.0" {root}>\n' + "\n".join(traces) + "\n</log>\n"


def written(folder: Path, text: str | bytes, name: str = "log.xes") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_xes(path)
    return caught.value


def test_rows_columns_and_lines(tmp_path: Path) -> None:
    table = read_xes(written(tmp_path, document(TRACE.format("c1", events("a", "b")), TRACE.format("c2", events("a")))))
    assert table.frame["case:concept:name"].to_list() == ["c1", "c1", "c2"]
    assert table.frame["concept:name"].to_list() == ["a", "b", "a"]
    assert table.line.tolist() == [4, 5, 8]
    assert table.findings == ()


@pytest.mark.parametrize("root", ["", 'xmlns:x="http://www.xes-standard.org/"', NAMESPACE])
def test_any_namespace(tmp_path: Path, root: str) -> None:
    assert read_xes(written(tmp_path, document(TRACE.format("c1", events("a")), root=root))).frame.height == 1


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "windows-1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    name = "审批" if encoding != "windows-1252" else "für"
    declared = "gb2312" if encoding == "gb18030" else encoding.removesuffix("-sig")
    text = document(TRACE.format("c1", events(name))).replace("UTF-8", declared)
    assert read_xes(written(tmp_path, text.encode(encoding))).frame["concept:name"].to_list() == [name]


def test_nested_attributes_never_replace_an_event_key(tmp_path: Path) -> None:
    inner = '<string key="note" value="n"><string key="concept:name" value="SHADOW"/></string>'
    text = document(TRACE.format("c1", events("a").replace("</event>", inner + "</event>")))
    table = read_xes(written(tmp_path, text))
    assert table.frame["concept:name"].to_list() == ["a"]
    assert [(found.code, found.count) for found in table.findings] == [("XES_NESTED", 1)]


def test_repeated_names_keys_and_strangers_are_counted(tmp_path: Path) -> None:
    twice = events("a").replace("</event>", '<string key="concept:name" value="b"/><note/></event>')
    table = read_xes(written(tmp_path, document(TRACE.format("c1", twice), TRACE.format("c1", events("z")))))
    assert table.frame["concept:name"].to_list() == ["a", "z"]
    assert {found.code: found.count for found in table.findings} == {"CASE_DUP_TRACE": 1, "XES_KEY_REPEATED": 1, "XES_UNKNOWN_ELEMENT": 1}


def test_an_event_outside_any_trace_has_no_case(tmp_path: Path) -> None:
    table = read_xes(written(tmp_path, document(events("lost"), TRACE.format("c1", events("a")))))
    assert table.frame["case:concept:name"].to_list() == [None, "c1"]


def test_a_time_that_is_not_iso_is_set_aside_with_its_line(tmp_path: Path) -> None:
    text = document(TRACE.format("c1", events("a", "b").replace("2024-03-14T09:00:01+00:00", "14/03/2024 09:00")))
    table = read_xes(written(tmp_path, text))
    assert table.frame.height == 1
    assert [(reject.code, reject.line, reject.value) for reject in table.rejects] == [("TS_INVALID", 5, "14/03/2024 09:00")]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE log [<!ENTITY x "y">]>',
        '<!-- before --><?pi?>\n<!DOCTYPE log SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!-- " + "x" * 300_000 + " --><!doctype log>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
def test_a_type_declaration_is_refused_in_any_encoding(tmp_path: Path, head: str, encoding: str) -> None:
    text = document(TRACE.format("c1", events("a")), head=head)
    declaration, rest = text.split("\n", 1)
    declaration = declaration.replace("UTF-8", encoding)
    data = declaration.encode("ascii") + rest.encode("utf-7") if encoding == "utf-7" else (declaration + "\n" + rest).encode(encoding)
    assert refusal(written(tmp_path, data)).code == "XML_DTD"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "EMPTY"),
        (" \n\n", "EMPTY"),
        ("<html><body>log in</body></html>", "XES_ROOT"),
        ("<!DOCTYPE html><html></html>", "XES_ROOT"),
        ("case,activity\n1,a\n", "XES_ROOT"),
        ("<!-- <log>", "XML_TRUNCATED"),
        ("<log></log>", "NO_ROWS"),
        ("<log><trace></log>", "XML_MALFORMED"),
        ("<log>&undeclared;</log>", "XML_MALFORMED"),
    ],
)
def test_what_is_no_log(tmp_path: Path, text: str, code: str) -> None:
    assert refusal(written(tmp_path, text)).code == code


@pytest.mark.parametrize("between", ["\n", "<!--" + "x" * 70_000 + "-->"])
def test_a_fault_that_the_parser_forgets_is_refused_where_it_stands(tmp_path: Path, between: str) -> None:
    text = document(TRACE.format("c1", events("a", "b&unknown;")), between, TRACE.format("c2", events("c")))
    error = refusal(written(tmp_path, text))
    assert (error.code, error.line) == ("XML_MALFORMED", 5)


@pytest.mark.parametrize("after", ["junk", "<log/>", document(TRACE.format("c2", events("b")))[:-20]])
def test_what_follows_a_whole_log_makes_it_malformed_not_truncated(tmp_path: Path, after: str) -> None:
    error = refusal(written(tmp_path, document(TRACE.format("c1", events("a"))) + after))
    assert (error.code, error.line) == ("XML_MALFORMED", 7)


def test_depth(tmp_path: Path) -> None:
    for depth, refused in [(61, False), (62, True), (5_000, True)]:
        inner = '<string key="k" value="v">' * depth + "</string>" * depth
        path = written(tmp_path, document(TRACE.format("c1", events("a").replace("</event>", inner + "</event>"))))
        if refused:
            assert refusal(path).code == "XML_DEPTH"
        else:
            assert read_xes(path).frame.height == 1


def test_a_flood_of_blanks_is_refused(tmp_path: Path) -> None:
    flood = document(TRACE.format("c1", events("a"))).replace("<event>", " " * 40_000_000 + "<event>", 1)
    assert refusal(written(tmp_path, flood)).code == "DECOMPRESS_LIMIT"
    assert refusal(written(tmp_path, gzip.compress(flood.encode(), 1), "log.xes.gz")).code == "DECOMPRESS_LIMIT"


def test_bad_bytes_name_their_line(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, document(TRACE.format("c1", events("a", "b"))).encode().replace(b'"b"', b'"\xff"')))
    assert (error.code, error.line) == ("ENC_INVALID", 5)


def test_every_cut_is_refused(tmp_path: Path) -> None:
    data = document(TRACE.format("c1", events("a", "b"))).encode()
    whole = data.rstrip()
    for size in range(len(whole)):
        assert refusal(written(tmp_path, data[:size])).code in ("XML_TRUNCATED", "EMPTY", "XES_ROOT")


def test_no_flip_loses_an_event_in_silence(tmp_path: Path) -> None:
    data = document(TRACE.format("c1", events("a", "b")), TRACE.format("c2", events("c"))).encode()
    for place in range(0, len(data), 3):
        flipped = bytearray(data)
        flipped[place] ^= 1 << (place % 7)
        try:
            table = read_xes(written(tmp_path, bytes(flipped)))
        except InputError:
            continue
        assert table.frame.height + len(table.rejects) == 3


def test_gzip_is_known_by_its_bytes_and_its_end_is_demanded(tmp_path: Path) -> None:
    data = gzip.compress(document(TRACE.format("c1", events("a"))).encode())
    assert read_xes(written(tmp_path, data, "log.xes")).frame.height == 1
    assert refusal(written(tmp_path, data[:-9], "log.xes.gz")).code == "GZIP_TRUNCATED"
