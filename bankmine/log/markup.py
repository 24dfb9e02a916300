"""XML from an untrusted file: decoding, the refusal of type declarations, and the parser's errors in our words.

The text is decoded here and not by the parser, so that what is searched for a document type declaration is what is parsed.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bankmine.errors import InputError
from bankmine.words import Text

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError

DEPTH_LIMIT = 64
PROLOG_LIMIT = 1 << 20
RUN_LIMIT = 1 << 24

DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
BETWEEN = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
HTML = re.compile(r"<!doctype\s+html", re.IGNORECASE)
ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?=[\s/>])")
ROOT_UNFINISHED = re.compile(r"<[\w.:-]*")

AGAIN = Text(zh="请从源系统重新导出该 XES 文件。", en="export the XES file from its system again.")


def guarded(chunks: Iterable[bytes], file: str) -> Iterator[bytes]:
    """The document as UTF-8, handed out only once its root is known to be `log` and no type declaration stands before it."""
    prolog = ""
    passed = False
    run = 0  # characters since the last tag began; the parser would keep them all
    for text in decoded(chunks, file):
        if passed:
            last = text.rfind("<")
            run = run + len(text) if last < 0 else len(text) - last
            if run > RUN_LIMIT:
                raise too_long(file)
            yield text.encode("utf-8")
            continue
        prolog += text
        passed = prolog_passes(prolog, file)
        if passed:
            yield prolog.encode("utf-8")
        elif len(prolog) > PROLOG_LIMIT:
            raise not_xes(file)
    if passed:
        return
    if not prolog.strip():
        raise InputError("EMPTY", Text(zh="文件为空，没有任何元素。", en="the file is empty: no element in it."), AGAIN, file)
    raise InputError(
        "XML_TRUNCATED" if prolog.lstrip().startswith("<") else "XES_ROOT",
        Text(zh="文件在根元素 <log> 之前就结束了。", en="the file ends before its root element <log>: truncated, or no XES."),
        AGAIN,
        file,
    )


def decoded(chunks: Iterable[bytes], file: str) -> Iterator[str]:
    """The document's text by its byte order mark, else by its declaration, else UTF-8; strict."""
    decoder: codecs.IncrementalDecoder | None = None
    encoding, lines = "utf-8", 0
    waiting = iter(chunks)
    try:
        for chunk in waiting:
            if decoder is None:
                encoding = declared_encoding(chunk, file)
                decoder = codecs.getincrementaldecoder(encoding)("strict")
            text = decoder.decode(chunk)
            yield text
            lines += text.count("\n")
        if decoder is not None:
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = lines + 1 + error.object[: error.start].count(b"\n")
        raise InputError(
            "ENC_INVALID",
            Text(
                zh=f"文件声明的编码是 {encoding}，但此行的字节无法按该编码解码。",
                en=f"bytes on this line cannot be decoded as {encoding}, the encoding that the file declares.",
            ),
            AGAIN,
            file,
            line,
        ) from None


def declared_encoding(head: bytes, file: str) -> str:
    """The Python name of the encoding of a document that begins with these bytes."""
    marks = (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    )
    for mark, name in marks:
        if head.startswith(mark):
            return name
    match = DECLARATION.match(head[:1024].decode("latin-1"))
    name = match[1].lower() if match else "utf-8"
    if name in ("gb2312", "gbk", "cp936"):
        return "gb18030"  # its superset: exports that declare GB2312 hold characters outside it
    if name.replace("-", "").replace("_", "") == "utf16":
        return "utf-8"  # the declaration itself could be read byte by byte, so it is not true
    try:
        "<".encode(name)  # refuses codecs that are not for text
        codecs.getincrementaldecoder(name)
    except (LookupError, UnicodeError):
        raise InputError(
            "ENC_INVALID",
            Text(zh=f"文件声明了未知的编码“{name}”。", en=f"the file declares an unknown encoding, {name!r}."),
            Text(zh="请按 UTF-8 重新导出。", en="export it again as UTF-8."),
            file,
            1,
        ) from None
    return name


def prolog_passes(text: str, file: str) -> bool:
    """Whether the root element has been reached and is `log`; False while more text is needed."""
    place = 0
    while match := BETWEEN.match(text, place):
        place = match.end()
    rest = text[place:]
    if rest.startswith(("<?", "<!--")) or "<!--".startswith(rest):
        return False
    if rest[:9].upper() == "<!DOCTYPE":
        raise not_xes(file) if HTML.match(rest) else dtd(file, text.count("\n", 0, place) + 1)
    if "<!DOCTYPE".startswith(rest.upper()) or ROOT_UNFINISHED.fullmatch(rest):
        return False
    root = ROOT.match(rest)
    if root is None or root[1] != "log":
        raise not_xes(file)
    return True


def dtd(file: str, line: int | None = None) -> InputError:
    return InputError(
        "XML_DTD",
        Text(
            zh="文件含有文档类型声明（DOCTYPE/DTD，可定义实体），出于安全原因拒绝读取。",
            en="the file has a document type declaration (DOCTYPE, DTD), which can define entities; it is refused for safety.",
        ),
        Text(zh="XES 不需要 DTD，请删除该声明或重新导出。", en="XES needs none: remove the declaration, or export the file again."),
        file,
        line,
    )


def not_xes(file: str) -> InputError:
    return InputError(
        "XES_ROOT",
        Text(
            zh="这不是 XES 日志：根元素不是 <log>（例如把 HTML 登录页存成了 .xes）。",
            en="this is no XES log: its root element is not <log> (an HTML login page saved as .xes, perhaps).",
        ),
        Text(zh="请打开文件查看其内容，然后重新导出。", en="look into the file, then export it again."),
        file,
    )


def too_long(file: str) -> InputError:
    return InputError(
        "DECOMPRESS_LIMIT",
        Text(zh="文件中有超过 16 MB 的内容不含任何标签。", en="more than 16 MB of the file hold no tag: no sound log does."),
        AGAIN,
        file,
    )


def too_deep(file: str, line: int | None) -> InputError:
    return InputError(
        "XML_DEPTH",
        Text(zh=f"元素嵌套深度超过 {DEPTH_LIMIT} 层。", en=f"elements are nested more than {DEPTH_LIMIT} levels deep."),
        Text(zh="正常的 XES 日志不会这样嵌套，请检查文件来源。", en="no sound XES log nests like this: check where the file comes from."),
        file,
        line,
    )


def refusal(error: "XMLSyntaxError", file: str, *, truncated: bool) -> InputError:
    """The error of ours for one of the parser's."""
    from lxml import etree

    line = error.lineno or None
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT or "depth" in str(error).lower():
        return too_deep(file, line)
    if error.code in (etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.ERR_INVALID_CHAR):
        return InputError(
            "ENC_INVALID" if error.code == etree.ErrorTypes.ERR_INVALID_ENCODING else "XML_MALFORMED",
            Text(zh="此行含有 XML 不允许的字符。", en="a character on this line is not allowed in XML."),
            AGAIN,
            file,
            line,
        )
    if truncated:
        return InputError(
            "XML_TRUNCATED",
            Text(zh="文件被截断：没有结束标签 </log>。", en="the file is truncated: its end tag </log> is missing."),
            AGAIN,
            file,
            line,
        )
    # The parser's own words quote the file, so its number must do.
    return InputError(
        "XML_MALFORMED",
        Text(
            zh=f"此行的 XML 格式错误（第 {error.offset} 个字符附近，libxml2 错误 {error.code}）。",
            en=f"malformed XML on this line, near character {error.offset} (libxml2 error {error.code}).",
        ),
        AGAIN,
        file,
        line,
    )
