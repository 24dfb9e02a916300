"""Labels that look alike: variants of one label that nobody asked to merge.

Everything works on the distinct labels with their row counts, in time proportional to their total length.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bankmine.log.coded import Coded
from bankmine.log.hanzi import SIMPLIFIED
from bankmine.log.notes import Note
from bankmine.stats.grouped import distinct
from bankmine.words import Text

LATIN_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν",
    "ABEKMHOPCTYXIJSaeopcyxijsdhABEZHIKMNOPTYXoav",
)
"""Cyrillic and Greek letters that are drawn like Latin ones."""

GARBLED = re.compile("\ufffd|锟斤|斤拷")  # what is left of a character that was not understood, and that once more read as GBK
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MIXED_WORD = re.compile("(?=\\w*[A-Za-z])(?=\\w*[\u0370-\u03ff\u0400-\u052f])\\w+")
PUNCTUATION = re.compile(r"[\W_]+")
ACCENTS = re.compile(r"[\u0300-\u036f]")
NUMBER = re.compile(r"\d+")
SUFFIX = re.compile(r"[\s_#:：@/\\|,.()\[\]（）【】-]*[\w-]*\d[\w-]*[)\]）】]*$")
PREFIX = re.compile(r"^[(\[（【#]*\w*\d[\w-]*[)\]）】]*[\s_:：/\\|,.-]*")
ADDED = re.compile(r"\s*[(（\[【_#:：@/|-][^)）\]】]*[)）\]】]?$")
SHORTEST_TYPO = 6
LONGEST_NAME = 500
FEWEST_POLLUTED = 3
FEWEST_ADDED = 5
MOST_COMPARED = 20_000
MOST_SYNONYMS = 300
MOST_SHARING_A_STEM = 20
FEW_ROWS = 100_000
NEGATIVE = re.compile(
    r"\b(not|no|un\w+|non|reject\w*|declin\w*|den(y|ied|ial)|cancel\w*|fail\w*|return\w*|withdr\w*|refus\w*"
    r"|incomplete|in\w*correct)\b|不|未|拒|否|退|驳|撤|取消|失败|终止",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Labels of one kind of likeness; `labels` are those that would be merged or renamed."""

    code: str
    labels: tuple[str, ...]
    message: Callable[[int], Text]


def look_alikes(counts: Mapping[str, int]) -> Iterator[LookAlike]:
    """What looks alike among labels, given how many rows each has.

    In each group the label with the most rows (the first by code point on a tie) is taken as meant; the others count.
    Texts longer than 500 characters are no names and are not compared.
    """
    counts = {label: rows for label, rows in counts.items() if len(label) <= LONGEST_NAME}
    bidi = [label for label in counts if BIDI.search(label)]
    if bidi:
        yield LookAlike(
            "LABEL_BIDI",
            tuple(bidi),
            _saying("{n} 行的环节名称含文字方向控制符", "{n} rows have labels with text-direction controls", bidi),
        )
    garbled = [label for label in counts if GARBLED.search(label)]
    if garbled:
        yield LookAlike(
            "LABEL_GARBLED",
            tuple(garbled),
            _saying(
                "{n} 行的环节名称含乱码（替换字符或“锟斤拷”）：导出前已损坏，原字无法恢复，请重新导出",
                "{n} rows have labels with characters that were lost before the file was written (U+FFFD, 锟斤拷); export it again",
                garbled,
            ),
        )
    twins = _confusable(counts)
    if twins:
        yield LookAlike(
            "LABEL_CONFUSABLE",
            tuple(twins),
            _saying(
                "{n} 行的环节名称混入形似拉丁字母的其他文字，因而与原名称分开计算",
                "{n} rows have labels with letters of another script that look Latin and count apart from the label meant",
                twins,
            ),
        )
    confusable = frozenset(twins)
    clean = {label: rows for label, rows in counts.items() if label not in confusable}
    variants, heads = _variants(clean, str.casefold)
    if variants:
        yield LookAlike(
            "LABEL_CASE_VARIANT",
            tuple(variants),
            _saying(
                "{n} 行的环节名称与另一名称只有大小写之差，同一环节被分开计算（路径偏多，返工偏少），建议合并",
                "{n} rows have labels that differ from another only in case, so one activity counts as several (more paths, less rework); "
                "consider merging",
                variants,
            ),
        )
    polluted = _polluted(heads)
    if polluted:
        yield LookAlike(
            "LABEL_POLLUTED",
            tuple(polluted),
            _saying(
                "{n} 行的环节名称带有变动的编号或人名等，同一环节被分成许多（路径偏多，返工和等待看不出），建议去除",
                "{n} rows have labels with a varying number, person or the like, so one activity counts as many (more paths, "
                "rework and waits not seen); consider removing it",
                polluted,
            ),
        )
    numbered = frozenset(polluted)
    similar = _similar({label: rows for label, rows in heads.items() if label not in numbered})
    if similar:
        yield LookAlike(
            "LABEL_SIMILAR",
            tuple(similar),
            _saying(
                "{n} 行的环节名称与另一名称相近，可能是笔误或繁简之别，同一环节被分开计算（路径偏多，返工偏少）",
                "{n} rows have labels close to another one, perhaps misspelt, so one activity counts as several (more paths, less rework)",
                similar,
            ),
        )


def synonyms(activity: Coded, case: np.ndarray, time: np.ndarray, column: str) -> Note | None:
    """Pairs of labels that share a word, never occur in one case, and stand between the same neighbours (LABEL_SYNONYM).

    `activity` has its values in order; `case` int [rows], `time` int64 [rows]. Only labels that occur in at least two cases; a pair
    where one label says no (rejected, 拒绝) and the other does not is an alternative, not a synonym. Not tried for more than 300 labels.
    """
    if len(activity.values) > MOST_SYNONYMS:
        return None
    labels = activity.values.to_list()
    code = {label: number for number, label in enumerate(labels)}
    pairs = [(code[a], code[b]) for a, b in _sharing_a_word(labels)]
    for rows in (slice(FEW_ROWS), slice(None)):  # most pairs meet soon, and need not be looked for in the whole log
        if not pairs:
            return None
        cases_of = _cases_of({label for pair in pairs for label in pair}, activity.codes[rows], case[rows])
        pairs = [(a, b) for a, b in pairs if not len(np.intersect1d(cases_of[a], cases_of[b], assume_unique=True))]
    pairs = [(a, b) for a, b in pairs if len(cases_of[a]) > 1 and len(cases_of[b]) > 1]
    if pairs:
        around = _neighbours(activity.codes, case, time, len(labels))
        pairs = [(a, b) for a, b in pairs if all(np.array_equal(side[a], side[b]) for side in around)]
    if not pairs:
        return None
    rows_of_second = activity.rows(np.isin(np.arange(len(labels)), [b for _, b in pairs]))
    listed = [f"{shown(labels[a])} ≈ {shown(labels[b])}" for a, b in pairs]
    say = _saying(
        "{n} 对环节名称从不同案出现而前后环节相同，可能是同义名称（同一环节被分成两个，路径偏多，返工偏少）",
        "{n} pairs of labels never meet in a case and have the same neighbours, perhaps synonyms (one activity split in two: more "
        "paths, less rework)",
        listed,
    )
    return Note("LABEL_SYNONYM", "warning", say, rows_of_second, column, activity.text(), count=len(pairs))


def _cases_of(labels: Iterable[int], activity: np.ndarray, case: np.ndarray) -> dict[int, np.ndarray]:
    """The cases in which each of the labels occurs, ascending."""
    return {label: distinct(case[activity == label]) for label in labels}


def _neighbours(activity: np.ndarray, case: np.ndarray, time: np.ndarray, labels: int) -> tuple[np.ndarray, np.ndarray]:
    """bool [labels, labels + 1] twice: what stands before and after each label, the last place for the edge of the case."""
    order = np.lexsort((time, case))
    case, activity = case[order], activity[order]
    inside = case[1:] == case[:-1]
    before, after = np.zeros((labels, labels + 1), dtype=bool), np.zeros((labels, labels + 1), dtype=bool)
    before[activity[1:], np.where(inside, activity[:-1], labels)] = True
    after[activity[:-1], np.where(inside, activity[1:], labels)] = True
    before[activity[:1], labels] = True
    after[activity[-1:], labels] = True
    return before, after


def shown(label: str) -> str:
    """A label fit for a line of text: control and direction characters escaped by their number in braces."""
    return CONTROL.sub(lambda sign: f"\\u{{{ord(sign.group()):x}}}", label)


def _saying(zh: str, en: str, examples: Iterable[str]) -> Callable[[int], Text]:
    some = [shown(label) for label in examples][:3]

    def message(count: int) -> Text:
        return Text(zh=zh.replace("{n}", str(count)) + "：" + "、".join(some), en=en.replace("{n}", str(count)) + ": " + ", ".join(some))

    return message


def _confusable(counts: Mapping[str, int]) -> list[str]:
    """Labels with Latin and look-alike letters in one word, or equal to another label once those are read as Latin."""
    found = []
    for label in sorted(counts):
        latin = label.translate(LATIN_TWINS)
        if latin != label and (MIXED_WORD.search(label) or latin in counts):
            found.append(label)
    return found


def _variants(counts: Mapping[str, int], key: Callable[[str], str]) -> tuple[list[str], dict[str, int]]:
    """Labels with the key of a more frequent one, and the labels that remain."""
    groups: dict[str, list[str]] = defaultdict(list)
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        groups[key(label)].append(label)
    return sorted(label for group in groups.values() for label in group[1:]), {group[0]: counts[group[0]] for group in groups.values()}


def _polluted(counts: Mapping[str, int]) -> list[str]:
    """Labels that are another one with something varying at an end.

    Either at least three of them differ only in an ending or a beginning with digits, with hardly more rows than labels; or at least
    five, all bases together, are a label with at least twice as many rows and something with digits before or behind it, or in brackets
    or behind a sign (a case number, a workplace, a person).
    """
    groups: dict[str, set[str]] = defaultdict(set)
    added: set[str] = set()
    heads = {label.casefold(): rows for label, rows in counts.items()}
    for label in counts:
        for ending in (SUFFIX, PREFIX):
            base = ending.sub("", label)
            if base and base != label:
                groups[base.casefold()].add(label)
        for ending in (SUFFIX, PREFIX, ADDED):
            base = ending.sub("", label).casefold()
            if base != label.casefold() and heads.get(base, 0) >= 2 * counts[label]:
                added.add(label)
    found = {
        label
        for group in groups.values()
        if len(group) >= FEWEST_POLLUTED and sum(map(counts.__getitem__, group)) < 2 * len(group)
        for label in group
    }
    return sorted(found | added if len(added) >= FEWEST_ADDED else found)


def _similar(counts: Mapping[str, int]) -> list[str]:
    """Labels that differ from a more frequent one in punctuation, accents, traditional characters, or by one slip of typing.

    A slip is one letter too many, too few, wrong, or two swapped, in labels of at least six Latin letters with the same
    first letter and the same digits; in Chinese one character makes another step (初审, 复审) and is no slip.
    """
    variants, heads = _variants(counts, _skeleton)
    if len(heads) > MOST_COMPARED:
        return variants
    near: dict[tuple[str, str], list[str]] = defaultdict(list)
    for label in heads:
        letters = NUMBER.sub("", _skeleton(label))
        if len(letters) < SHORTEST_TYPO or not letters.isascii():
            continue
        digits = " ".join(NUMBER.findall(label))
        for start in {letters, *(letters[:i] + letters[i + 1 :] for i in range(1, len(letters)))}:
            near[digits, start].append(label)
    rarer = set(variants)
    for group in near.values():
        ranked = sorted(group, key=lambda label: (-heads[label], label))
        rarer.update(label for label in ranked[1:] if _one_slip(_skeleton(ranked[0]), _skeleton(label)))
    return sorted(rarer)


def _skeleton(label: str) -> str:
    plain = label.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", plain))).translate(SIMPLIFIED)
    return PUNCTUATION.sub("", plain)


def _one_slip(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes `a` into `b`."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return False
    short, long = sorted((a, b), key=len)
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :])


def _sharing_a_word(labels: list[str]) -> list[tuple[str, str]]:
    """Pairs of labels that share the first five letters of a word, or two neighbouring Chinese characters."""
    stems: dict[str, list[str]] = defaultdict(list)
    for label in labels:
        words = {word[:5] for word in re.findall(r"[a-z]{5,}", label.casefold())}
        signs = {run[i : i + 2] for run in re.findall(r"[\u4e00-\u9fff]{2,}", label) for i in range(len(run) - 1)}
        for stem in words | signs:
            stems[stem].append(label)
    pairs = {
        (a, b)
        for group in stems.values()
        if len(group) <= MOST_SHARING_A_STEM
        for i, a in enumerate(group)
        for b in group[i + 1 :]
        if bool(NEGATIVE.search(a)) == bool(NEGATIVE.search(b)) and NUMBER.findall(a) == NUMBER.findall(b)
    }
    return sorted(pairs)
