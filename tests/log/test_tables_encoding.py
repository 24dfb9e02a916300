"""Encodings: told by stated rules, refused at the first byte that cannot be decoded."""

from pathlib import Path

import pytest

from bankmine.errors import InputError
from bankmine.log.encoding import decoded
from bankmine.log.tables import read_table

CHINESE = "业务编号,环节,时间\n" + "".join(
    f"C{case},{step},2024-03-14 09:0{case}\n" for case in range(3) for step in ("提交申请", "信用审查", "审批通过", "放款")
)
TRADITIONAL = "案件編號,環節,時間\nC1,提交申請,2024-03-14\nC1,信用審查,2024-03-14\nC1,審批通過,2024-03-15\nC1,放款,2024-03-16\n"
WESTERN = "case,activité,time\nC1,Crédit vérifié,2024-03-14\nC1,Prêt accordé: 5 £,2024-03-15\nC1,L’élève,2024-03-16\n"


def refused(content: bytes, given: str | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        decoded(content, "log.csv", given)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf8_is_read_without_a_finding(encoding: str) -> None:
    result = decoded(CHINESE.encode(encoding), "log.csv")
    assert result.content.decode() == CHINESE
    assert result.finding is None


@pytest.mark.parametrize(
    ("text", "written", "told"),
    [
        (CHINESE, "gbk", "gb18030"),
        (CHINESE.replace("放款", "放款㐀𠀀"), "gb18030", "gb18030"),
        (TRADITIONAL, "gbk", "gb18030"),
        (WESTERN, "windows-1252", "windows-1252"),
        (CHINESE, "utf-16", "utf-16-le"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32-le"),
    ],
)
def test_other_encodings_are_told_and_said(text: str, written: str, told: str) -> None:
    result = decoded(text.encode(written), "log.csv")
    assert result.content.decode() == text
    assert result.encoding == told
    assert result.finding is not None and (result.finding.code, result.finding.count) == ("ENC_DETECTED", 1)


def test_two_exports_joined_are_refused_at_the_first_line_of_the_second() -> None:
    first, second = CHINESE.encode("utf-8"), CHINESE.encode("gbk")
    lines = CHINESE.count("\n")
    for content in (first + second, second + first):
        error = refused(content)
        assert (error.code, error.line) == ("ENC_MIXED", lines + 1)


@pytest.mark.parametrize("wrong", [b"\xff\xfe", b"\xc3\x28", b"\x80", b"\xf0\x28\x8c\x28"])
def test_invalid_bytes_are_refused_with_their_line(wrong: bytes) -> None:
    content = b"case,activity\nC1,apply\nC1,che" + wrong + b"ck\nC2,apply\n"
    error = refused(content)
    assert (error.code, error.line) == ("ENC_INVALID", 3)


def test_a_damaged_byte_in_chinese_utf8_is_not_mistaken_for_gbk() -> None:
    content = bytearray(CHINESE.encode())
    content[content.index("审批".encode())] = 0xFF
    error = refused(bytes(content))
    assert (error.code, error.line) == ("ENC_INVALID", 4)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_a_file_cut_inside_a_character_is_refused(encoding: str) -> None:
    content = CHINESE.strip().encode(encoding) + "放".encode(encoding).removeprefix(b"\xff\xfe")[:-1]
    error = refused(content)
    assert (error.code, error.line) == ("ENC_TRUNCATED", CHINESE.count("\n"))


def test_what_the_user_says_counts(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    table = read_table(path, encoding="gbk")
    assert table.frame["环节"][0] == "提交申请"
    assert table.findings == ()
    assert refused(CHINESE.encode("gbk"), "utf-8").code == "ENC_INVALID"
    assert refused(CHINESE.encode(), "klingon").code == "ENC_UNKNOWN"


def test_a_given_encoding_may_carry_a_mark() -> None:
    assert decoded(CHINESE.encode("utf-8-sig"), "log.csv", "utf-8").content.decode() == CHINESE
