"""The report as one page: a file that needs no network and nothing beside it, and that can be read without its script."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment
from markupsafe import Markup

from bankmine import __version__
from bankmine.report.contents import contents, title
from bankmine.report.quality import file_name
from bankmine.show.blocks import Block, Heading
from bankmine.show.fonts import embedded
from bankmine.show.format import local_day, visible
from bankmine.show.html import body, environment, language, style
from bankmine.show.records import write
from bankmine.words import Lang, Text

if TYPE_CHECKING:
    from bankmine.api import Analysis
    from bankmine.twin.forecast import Forecast

TEMPLATES = Path(__file__).parent / "templates"
FILES_NAMED = 3
FILTER = Text(zh="筛选各行", en="Filter the rows")
SKIP = Text(zh="跳到摘要", en="Skip to the summary")
SECTIONS = Text(zh="章节", en="Sections")
SWITCH = Text(zh="语言", en="Language")
STRONGEST = Text(zh="显示最常见的连线：{n} / {of}", en="The most frequent lines: {n} of {of}")
LANGUAGES: tuple[Lang, Lang] = ("zh", "en")
OWN_NAME = {"zh": "中文", "en": "English"}  # what each language calls itself
SECOND = 10_000  # ids of pictures and tables in the second language begin here
FOOTER = Text(
    zh="由 bankmine {version} 生成；时间以 {zone} 显示；所有数字均由日志算出，可用 explain 命令追溯到文件行。",
    en="Made by bankmine {version}; times are shown in {zone}; every figure is worked out from the log, and the "
    "command explain traces it to lines of the files.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a page says, drawn for one language: `blocks` hold pictures, whose words are in that language only."""

    name: Text
    source: Text
    blocks: Sequence[Block]
    footer: Text
    zone: str


def page(analysis: "Analysis", lang: Lang, tracked: Sequence[Block] = ()) -> str:
    """The report as HTML; the same analysis gives the same bytes, for nothing in it depends on the clock or the machine.

    `tracked`: sections on what came since the last run, which stand after the summary.
    """
    return _page(analysis, title(analysis), lambda each: contents(analysis, each, tracked=tracked), lang)


def forecast_blocks(forecast: "Forecast") -> tuple[Text, list[Block]]:
    """What a change would do: the title, and the blocks of a page."""
    said = Text(zh="；".join(each.zh for each in forecast.changes), en="; ".join(each.en for each in forecast.changes))
    name = Text(zh="推演：{said}", en="What if: {said}").format(said=said)
    return name, [Heading(name, 1, "top"), Heading(Text(zh="结果", en="Result"), 2, "result"), *forecast.blocks()]


def blocks_page(name: Text, source: Text, blocks: Sequence[Block], zone: str, lang: Lang) -> str:
    """A page of blocks without pictures."""
    footer = FOOTER.format(version=__version__, zone=zone)
    return laid_out(lambda _: Sheet(name, source, blocks, footer, zone), lang, style() + page_style())


def _page(analysis: "Analysis", name: Text, blocks: Callable[[Lang], Sequence[Block]], lang: Lang) -> str:
    zone = analysis.log.source.timezone
    footer = FOOTER.format(version=__version__, zone=zone)
    return laid_out(lambda each: Sheet(name, source_of(analysis), blocks(each), footer, zone), lang, style() + page_style())


def laid_out(sheet: Callable[[Lang], Sheet], lang: Lang, css: str) -> str:
    """A page in both languages, `lang` shown first; nothing but its own style and script may be run in it.

    Anchors of the language shown first are plain (`#waiting`), those of the other begin with its name (`#en-waiting`).
    """
    editions = [_edition(sheet(each), each, first=each == lang) for each in sorted(LANGUAGES, key=lambda each: each != lang)]
    css += embedded("".join(str(edition) for edition in editions))
    return (
        pages()
        .get_template("page.html")
        .render(
            language=language(lang),
            version=__version__,
            style=Markup(css),
            style_hash=_digest(css),
            script=Markup(_script()),
            script_hash=_digest(_script()),
            editions=editions,
        )
    )


def _edition(sheet: Sheet, lang: Lang, *, first: bool) -> dict[str, object]:
    """A page in one language, for the template."""
    prefix, number = ("", 1) if first else (f"{lang}-", SECOND)
    words = {"skip": SKIP, "sections": SECTIONS, "filter": FILTER, "strongest": STRONGEST, "switch": SWITCH}
    return {
        "id": lang,
        "lang": language(lang),
        "title": visible(sheet.name.of(lang)),
        "source": visible(sheet.source.of(lang)),
        "sections": sections_of(sheet.blocks, lang, sheet.zone, prefix, number),
        "footer": sheet.footer.of(lang),
        "words": {name: text.of(lang) for name, text in words.items()},
        "own": OWN_NAME[lang],
    }


@cache
def _script() -> str:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("tables.js", "maps.js", "languages.js")]
    return '"use strict";\n' + "\n".join(parts)


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def save(analysis: "Analysis", path: Path, lang: Lang) -> None:
    """Writes the page. Raises OutputError."""
    write({path: page(analysis, lang).encode("utf-8", "backslashreplace")})


@cache
def pages() -> Environment:
    return environment(TEMPLATES)


@cache
def page_style() -> str:
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def sections_of(blocks: Sequence[Block], lang: Lang, zone: str, prefix: str, number: int) -> list[dict[str, object]]:
    """The blocks in sections, one for each heading of level 2; the title, of level 1, stands in the page's head.

    `prefix` and `number` keep the ids of two languages in one page apart.
    """
    starts = [k for k, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 2]
    sections: list[dict[str, object]] = []
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        heading = blocks[start]
        assert isinstance(heading, Heading)
        named = [replace(b, anchor=prefix + b.anchor) if isinstance(b, Heading) and b.anchor else b for b in blocks[start:end]]
        sections.append(
            {
                "kind": heading.anchor,
                "anchor": prefix + heading.anchor,
                "title": heading.text.of(lang),
                "body": body(named, lang, zone, number + start),
            }
        )
    return sections


def source_of(analysis: "Analysis") -> Text:
    """The files and the period."""
    log = analysis.log
    zone = log.source.timezone
    files = [visible(file_name(log, file.name)) for file in log.source.files]
    named = (
        Text(zh="、".join(files[:FILES_NAMED]), en=", ".join(files[:FILES_NAMED]))
        if files
        else Text(zh="内存中的日志", en="a log in memory")
    )
    if len(files) > FILES_NAMED:
        named = Text(zh="{named}等 {n} 个文件", en="{named} and others, {n} files").format(named=named, n=len(files))
    return Text(zh="{named} · {cases} 件案件 · {first} 至 {last}", en="{named} · {cases} cases · {first} to {last}").format(
        named=named, cases=f"{log.cases:,}", first=local_day(int(log.case_start.min()), zone), last=local_day(int(log.case_end.max()), zone)
    )
