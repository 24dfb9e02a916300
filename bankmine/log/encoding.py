"""Which encoding a text file has, decided by stated rules; never a replaced character.

1. A byte order mark decides. 2. NUL in every other byte of the head is UTF-16 without one. 3. Bytes that are valid UTF-8
are UTF-8. 4. A file with runs of Chinese UTF-8 beside invalid bytes is damaged or joined of two, and refused. 5. Valid
GB18030 whose characters are mostly the common ones is GB18030 (the default of Excel in China). 6. Western single bytes
are Windows-1252 where they read as western words. 7. Otherwise the user has to say.
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np

from bankmine.errors import InputError
from bankmine.log.quality import Example, QualityFinding
from bankmine.words import Text

COMMON_SHARE = 0.45  # of the characters of Chinese text, traditional included; a wrong reading gives at most a fifth
CHARACTERS_TRIED = 20_000
HEAD = 1 << 16
SAMPLE = 1 << 22

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, with whose mark it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UTF8_RUN = re.compile(rb"(?<![\x80-\xff])(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbf][\x80-\xbf])+(?![\x80-\xff])")
HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
HIGH = re.compile(rb"[\x80-\xff]")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Signs of western text that may stand alone; letters are judged by their neighbours.
WESTERN_SIGNS = set("£€§°«»‘’“”–—…·¿¡ª©®™¥¢½¼¾²³±\u00a0")
WESTERN_ODD = set("ÿþðÞÐ×÷")
ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8", "ansi": "windows-1252"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The content as UTF-8 without a byte order mark, the encoding it had, and a finding unless that was UTF-8 or given."""

    content: bytes
    encoding: str
    finding: QualityFinding | None = None


def decoded(content: bytes, file: str, given: str | None = None) -> Decoded:
    """The content of a text file as UTF-8.

    Raises InputError ENC_INVALID, ENC_MIXED, ENC_TRUNCATED, each with the line of the first byte that cannot be decoded,
    and ENC_UNKNOWN where `given` is no encoding.
    """
    if given is not None:
        return Decoded(reencoded(content, known(given, file), file), given)
    for mark, encoding in MARKS:
        if content.startswith(mark):
            body = content[len(mark) :]
            if encoding == "utf-8":
                return Decoded(checked_utf8(body, file), encoding)
            return detected(reencoded(body, encoding, file), encoding, file)
    if encoding := without_mark(content[:HEAD]):
        return detected(reencoded(content, encoding, file), encoding, file)
    if content.isascii():
        return Decoded(content, "utf-8")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        refusal = undecodable(error, "utf-8", file)
        if refusal.code == "ENC_TRUNCATED":
            raise refusal from None
        encoding = not_utf8(content, error.start, file)
        return detected(reencoded(content, encoding, file), encoding, file)
    return Decoded(content, "utf-8")


def checked_utf8(content: bytes, file: str) -> bytes:
    """The same bytes, known to be UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise undecodable(error, "utf-8", file) from None
    return content


def reencoded(content: bytes, encoding: str, file: str) -> bytes:
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    except UnicodeDecodeError as error:
        raise undecodable(error, encoding, file) from None
    except UnicodeError:  # lone surrogates, which UTF-7 lets pass, and codecs that name no place
        raise invalid(file, None, encoding) from None


def known(given: str, file: str) -> str:
    name = ALIASES.get(given.strip().lower().replace("_", "-"), given.strip())
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # unknown, not for text (hex), undefined, or no name at all
        raise InputError(
            "ENC_UNKNOWN",
            Text(zh=f"未知的编码“{given}”。", en=f"unknown encoding {given!r}."),
            Text(zh="常用：utf-8、gb18030、utf-16、windows-1252。", en="usual ones: utf-8, gb18030, utf-16, windows-1252."),
            file,
        ) from None
    return name


def without_mark(head: bytes) -> str | None:
    """UTF-16 by its zero bytes: at least a fifth of the head, nearly all at places of one parity."""
    zero = np.flatnonzero(np.frombuffer(head, dtype=np.uint8) == 0)
    if len(zero) < 4 or len(zero) * 5 < len(head):
        return None
    odd = float((zero % 2).mean())
    if odd >= 0.95:
        return "utf-16-le"
    return "utf-16-be" if odd <= 0.05 else None


def not_utf8(content: bytes, wrong: int, file: str) -> str:
    """The encoding of a file without a mark that is not UTF-8 from the byte `wrong` on; raises where none can be told."""
    chinese = first_chinese_utf8(content)
    if chinese is not None:
        if chinese > wrong:  # it begins with something else, and UTF-8 follows
            raise mixed(file, line_of(content, chinese))
        line = content[wrong:].split(b"\n", 1)[0]
        if common_share(line) >= COMMON_SHARE:
            raise mixed(file, line_of(content, wrong))
        raise invalid(file, line_of(content, wrong), "utf-8")
    if common_share(content) >= COMMON_SHARE:
        return "gb18030"
    if western(content):
        return "windows-1252"
    raise invalid(file, line_of(content, wrong), "utf-8")


def first_chinese_utf8(content: bytes) -> int | None:
    """The place of the first run of bytes above ASCII that is Chinese in UTF-8 and makes no sense as GB18030."""
    seen: set[bytes] = set()
    for begin in range(0, len(content), SAMPLE):
        # The distinct runs decide quickly whether to look for the place; one halved at the end of a slice is looked for in vain.
        new = set(HIGH_RUN.findall(content, begin, begin + SAMPLE)) - seen
        if any(is_chinese_utf8(run) for run in new):
            place = next((run.start() for run in UTF8_RUN.finditer(content, begin) if is_chinese_utf8(run[0])), None)
            if place is not None:
                return place
        seen |= new
    return None


def is_chinese_utf8(run: bytes) -> bool:
    return UTF8_RUN.fullmatch(run) is not None and common_share(run) < COMMON_SHARE


def common_share(content: bytes) -> float:
    """The share of common Chinese characters and signs among the characters outside ASCII, read as GB18030."""
    first = HIGH.search(content)
    text = content[first.start() :][:SAMPLE].decode("gb18030", errors="replace") if first else ""
    characters = [match[0] for match in islice(NOT_ASCII.finditer(text), CHARACTERS_TRIED)]
    return sum(character in common() for character in characters) / len(characters) if characters else 0.0


@cache
def common() -> frozenset[str]:
    """The 3,755 characters of the first level of GB 2312 and its signs and full-width forms."""
    rows = (*range(0xA1, 0xA4), *range(0xB0, 0xD8))
    return frozenset(bytes((row, place)).decode("gb2312", errors="ignore") for row in rows for place in range(0xA1, 0xFF)) - {""}


def western(content: bytes) -> bool:
    """Whether every byte above ASCII, read as Windows-1252, stands where western writing would have it.

    A letter stands beside a letter, and a capital never follows a small letter; a sign does not stand between two letters,
    except an apostrophe.
    """
    try:
        text = content.decode("windows-1252")
    except UnicodeDecodeError:
        return False
    for match in islice(NOT_ASCII.finditer(text), CHARACTERS_TRIED):
        sign = match[0]
        before, after = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
        if sign in WESTERN_ODD:
            return False
        if sign.isalpha() and sign not in WESTERN_SIGNS:
            if not (before.isalpha() or after.isalpha()) or (sign.isupper() and before.islower()):
                return False
        elif sign not in WESTERN_SIGNS or (before.isalpha() and after.isalpha() and sign != "’"):
            return False
    return True


def line_of(content: bytes, place: int) -> int:
    """The 1-based physical line of a byte."""
    before = content[:place]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def detected(content: bytes, encoding: str, file: str) -> Decoded:
    finding = QualityFinding(
        "ENC_DETECTED",
        "warning",
        1,
        Text(
            zh=f"文件不是 UTF-8 编码，已识别为 {encoding} 并转换；若中文显示异常，请用 --encoding 指定。",
            en=f"the file is not UTF-8: it was recognised as {encoding} and converted; if words look wrong, give --encoding.",
        ),
        (Example(file, None, None, encoding),),
    )
    return Decoded(content, encoding, finding)


def undecodable(error: UnicodeDecodeError, encoding: str, file: str) -> InputError:
    content = error.object
    if encoding.startswith(("utf-16", "utf-32")):
        line = 1 + content[: error.start].decode(encoding, errors="ignore").count("\n")
    else:
        line = line_of(content, error.start)
    # A character that begins in the last bytes and does not end there: the file was cut.
    if error.end >= len(content) and ("end of data" in error.reason or "incomplete" in error.reason or "truncated" in error.reason):
        return InputError(
            "ENC_TRUNCATED",
            Text(
                zh=f"文件在一个 {encoding} 字符的中间结束（传输中断？）。",
                en=f"the file ends in the middle of a character ({encoding}): it was truncated, and its last bytes cannot be decoded.",
            ),
            Text(zh="请重新传输或重新导出该文件。", en="transfer the file again, or export it again."),
            file,
            line,
        )
    return invalid(file, line, encoding)


def invalid(file: str, line: int | None, encoding: str) -> InputError:
    return InputError(
        "ENC_INVALID",
        Text(
            zh=f"此行含有无法按 {encoding} 解码的字节，无法可靠判断文件的编码。",
            en=f"bytes on this line are invalid: they cannot be decoded as {encoding}, and the encoding cannot be told.",
        ),
        Text(zh="请用 --encoding 指定编码，或重新导出为 UTF-8。", en="give --encoding (gb18030, windows-1252 …), or export as UTF-8."),
        file,
        line,
    )


def mixed(file: str, line: int) -> InputError:
    return InputError(
        "ENC_MIXED",
        Text(
            zh="文件混有 UTF-8 与 GB18030（GBK）两种编码（可能由两份导出拼接）：从此行起无法按前文的编码解码。",
            en="the file mixes two encodings, UTF-8 and GB18030 (GBK): from this line on its bytes cannot be decoded as those before it.",
        ),
        Text(
            zh="请把两份导出分别转为 UTF-8 后再合并，或分别读取。",
            en="convert the two exports to UTF-8 before joining them, or read them apart.",
        ),
        file,
        line,
    )
