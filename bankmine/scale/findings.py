"""What was found in the parts of a log as findings on the whole."""

from collections.abc import Iterable

from bankmine.log.quality import QualityFinding, chosen
from bankmine.log.read import GRAVITY
from bankmine.words import Text


def together(findings: Iterable[QualityFinding]) -> tuple[QualityFinding, ...]:
    """One finding for each code, the gravest first, then by code: counts added up, examples from all parts."""
    by_code: dict[str, list[QualityFinding]] = {}
    for found in findings:
        by_code.setdefault(found.code, []).append(found)
    return tuple(sorted(map(_one, by_code.values()), key=lambda found: (GRAVITY[found.severity], found.code)))


def _one(same: list[QualityFinding]) -> QualityFinding:
    if len(same) == 1:
        return same[0]
    total, most = sum(found.count for found in same), max(same, key=lambda found: (found.count, found.message.en))
    return QualityFinding(
        most.code,
        min((found.severity for found in same), key=GRAVITY.__getitem__),
        total,
        Text(
            zh=f"合计 {total}（分 {len(same)} 部分读取）；其中一部分：{most.message.zh}",
            en=f"{total} in all ({len(same)} parts were read); in one part: {most.message.en}",
        ),
        chosen(example for found in same for example in found.examples),
    )
