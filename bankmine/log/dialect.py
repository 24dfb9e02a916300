"""How a delimited text is written: its delimiter, and whether a backslash escapes."""

import io
import re
from collections import Counter
from dataclasses import dataclass

DELIMITERS = ",;\t|"  # in order of preference among equals
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?=[\r\n])', re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')
VALUE = re.compile(r"[+\-]?\d[\d.,:/\s-]*")
SAMPLE_LINES = 500


@dataclass(frozen=True, slots=True)
class Dialect:
    """One-character `delimiter`; whether a backslash makes the next sign literal; lines before the text proper (`sep=;`)."""

    delimiter: str
    escapes: bool = False
    begin: int = 0


def dialect_of(sample: str) -> Dialect:
    """The dialect of a text that begins with this sample.

    A first line `sep=;` names the delimiter. Otherwise, of comma, semicolon, tab and bar, it is the one for which most
    lines have the usual number of delimiters, quoted parts left out; among equals the one that occurs more often; one
    for which the first such line holds names rather than numbers goes before all others.
    """
    named = SEPARATOR_LINE.match(sample)
    if named:
        return Dialect(named[1], escapes_in(sample, named[1]), begin=1)
    lines = list(io.StringIO(QUOTED.sub("", sample), newline=""))[:SAMPLE_LINES]
    lines = [line.rstrip("\r\n") for line in lines if line.strip()]
    best = max(DELIMITERS, key=lambda mark: (*_fit(lines, mark), -DELIMITERS.index(mark)))
    return Dialect(best, escapes_in(sample, best))


def _fit(lines: list[str], mark: str) -> tuple[bool, int, int]:
    counts = [line.count(mark) for line in lines]
    present = Counter(count for count in counts if count)
    if not present:
        return False, 0, 0
    usual, matching = max(present.items(), key=lambda item: (item[1], item[0]))
    header = lines[counts.index(usual)]
    return not any(VALUE.fullmatch(cell.strip()) for cell in header.split(mark)), matching, usual


def escapes_in(sample: str, delimiter: str) -> bool:
    r"""Whether a backslash escapes quotes: `\"` stands where no field can end, and no quote is doubled inside a field."""
    mark = re.escape(delimiter)
    escaped = re.search(rf'\\"(?!{mark}|\r|\n|$)', sample)
    doubled = re.search(rf'[^{mark}\r\n"\\]""[^{mark}\r\n"]', sample)
    return escaped is not None and doubled is None
