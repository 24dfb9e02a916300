"""Where a table begins: the header row among title lines, and the names in it.

Works on the first rows of any source, as text: those of a CSV file and those of a sheet.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from bankmine.errors import InputError
from bankmine.log.columnnames import USUAL, folded
from bankmine.log.quality import EXAMPLES_SHOWN, Example, QualityFinding
from bankmine.words import Text

Row = tuple[int, Sequence[str]]  # line, cells ("" = empty)

NUMBER = re.compile(r"[+\-(]?[¥￥$€£]?\s*\d[\d.,]*(?:[eE][+\-]?\d+)?\)?%?")
DATE = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[T\s]*(?:上午|下午)?\s*\d{1,2}[:时点]\d{1,2}.*)?|\d{1,2}[:时]\d{2}(?:[:分]\d{2}.*)?"
    r"|\d{1,2}[- ]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ,]*\d{2,4}.*",
    re.IGNORECASE,
)
# What stands in the first cell of a line below the rows: totals, and the notes of those who printed the report.
FOOTER = re.compile(
    r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|总\s*数|本页小计|记录数|制表|复核人?[:：]|打印|导出|备注[:：]|报表结束|第\s*\d+\s*页"
    r"|[总合]?共\s*\d+\s*(?:条|笔|行|件|页)"
    r"|(?:grand\s+|sub)?totals?\b|sum\b|\(?\d+\s+rows?\b|page\s+\d+|printed\b|exported\b|end of (?:report|file))",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|本页小计|(?:grand\s+|sub)?total)\s*(?:[:：]\s*(?:共?\s*\d+\s*[条笔行件户]?)?)?\s*",
    re.IGNORECASE,
)
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
TITLE_ROWS = 50

AGAIN = Text(zh="请检查导出设置，重新导出。", en="check the export's settings and export it again.")


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its line, the names as written and as used, the lines above it that were skipped, and whether it is known to be
    one (`names_known`): a row of words that may be data may name somebody, so no message quotes it.
    """

    line: int
    written: tuple[str, ...]
    names: tuple[str, ...]
    skipped: tuple[int, ...]
    names_known: bool = True

    @property
    def shown(self) -> tuple[str, ...]:
        """The names as messages may give them: after their place where they may be data."""
        return self.names if self.names_known else tuple(f"column_{number}" for number in range(1, len(self.names) + 1))


def filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date or a time, which no column name is."""
    text = cell.strip()
    return bool(NUMBER.fullmatch(text) or DATE.fullmatch(text))


def is_footer(cells: Sequence[str]) -> bool:
    first = next((cell for cell in cells if cell.strip()), "")
    return bool(FOOTER.match(first))


def find_header(rows: Sequence[Row], file: str) -> Header:
    """The header among the first rows.

    The first full row of data is one with a number, date or time in it and as many filled cells as most rows. Of the
    rows above it that hold names only, the header is the one with most filled cells, the first of equals; without any
    row of data, the first row with all but one of the usual number of cells filled. Raises InputError EMPTY (no row),
    HEADER_MISSING (the data begin at once), NO_ROWS (a header only).
    """
    rows = [row for row in rows if not is_blank(row[1])]
    if not rows:
        raise InputError(
            "EMPTY",
            Text(zh="文件为空：没有数据，也没有列。", en="the file is empty: no data and no columns."),
            Text(zh="请检查导出是否成功。", en="check whether the export succeeded."),
            file,
        )
    # The longest of equally frequent widths: a table has more columns than its title lines.
    usual = max(Counter(filled(cells) for _, cells in rows).items(), key=lambda item: (item[1], item[0]))[0]
    named = [not any(map(is_value, cells)) for _, cells in rows]
    data = next((at for at, (_, cells) in enumerate(rows) if not named[at] and filled(cells) >= usual), None)
    if data is None:
        at = next(at for at, (_, cells) in enumerate(rows) if filled(cells) >= max(usual - 1, min(usual, 2)))
    else:
        above = [place for place in range(max(data - TITLE_ROWS, 0), data) if named[place]]
        if not above:
            raise InputError(
                "HEADER_MISSING",
                Text(
                    zh="没有表头：第一行看起来就是数据，无法知道各列的含义。",
                    en="there is no header row: the first row looks like data, so the meaning of the columns is not known.",
                ),
                Text(zh="请导出时包含列名，或在文件首行补上列名。", en="export with column names, or put them into the first line."),
                file,
                rows[0][0],
            )
        at = max(above, key=lambda place: (filled(rows[place][1]), -place))
    line, cells = rows[at]
    if at + 1 == len(rows):
        raise no_rows(file, line)
    return Header(line, tuple(cells), (), tuple(row[0] for row in rows[:at]), holds_names(cells, [below for _, below in rows[at + 1 :]]))


def holds_names(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row is known to be a header: none of its cells comes again in its column, as those of data do, and two of them are usual
    names of columns. The row itself, repeated, does not count. That words stand over numbers, dates or times does not tell a header
    from a row of data with one odd cell.
    """
    columns = list(zip_longest(cells, *(row for row in below if list(row) != list(cells)), fillvalue=""))
    again = any(name.strip() and name.strip() in map(str.strip, column) for name, *column in columns)
    return not again and sum(folded(name) in USUAL for name in cells) > 1


def named_columns(header: Header, file: str) -> tuple[Header, list[QualityFinding]]:
    """The header with usable names: trimmed, inner line breaks as spaces, blank ones called after their place.

    Duplicate names and blank ones stay; who knows the contents decides about them (`rowchecks.named`).
    """
    findings = []
    names: list[str] = []
    changed = []
    for number, written in enumerate(header.written, 1):
        name = " ".join(written.strip(INVISIBLE + " \t\r\n\u3000\xa0").split())
        if not name:
            name = f"column_{number}"
            while name in header.written:
                name += "_"
        elif name != written:
            changed.append((written, name))
        names.append(name)
    if changed:
        findings.append(
            QualityFinding(
                "HEADER_NORMALISED",
                "warning",
                len(changed),
                Text(
                    zh=f"{len(changed)} 个列名含有多余的空格、换行或不可见字符，已清除。",
                    en=f"{len(changed)} column names had spaces, line breaks or invisible characters around them; these were removed.",
                ),
                tuple(Example(file, header.line, name, written) for written, name in changed[:EXAMPLES_SHOWN]),
            )
        )
    return replace(header, names=tuple(names)), findings


def no_rows(file: str, line: int | None = None) -> InputError:
    return InputError(
        "NO_ROWS",
        Text(zh="文件只有表头，没有数据行。", en="the file has a header only and no rows of data (empty table)."),
        Text(zh="请检查导出条件（日期范围、机构）是否选错。", en="check what was exported: the range of dates, the branch."),
        file,
        line,
    )


def duplicate(file: str, line: int, name: str) -> InputError:
    return InputError(
        "HEADER_DUP",
        Text(
            zh=f"有多列同名（“{name}”）而内容不同。", en=f"duplicate column name {name!r}: several columns bear it with different contents."
        ),
        Text(zh="请给其中一列改名后重试。", en="rename one of them and try again."),
        file,
        line,
        name,
    )


def wrong_width(file: str, line: int, fields: int, names: int) -> InputError:
    return InputError(
        "HEADER_WIDTH",
        Text(
            zh=f"表头有 {names} 列，而数据行都不是 {names} 个字段（此行为 {fields} 个），列与数据对不上。",
            en=f"the header has {names} columns but no row has as many fields (this one has {fields}): the columns would be shifted.",
        ),
        Text(zh="请补齐表头（或去掉多余的列）后重新导出。", en="complete the header, or remove the extra column, and export again."),
        file,
        line,
    )
