"""What was found in the parts of a log as findings on the whole."""

from collections.abc import Iterable, Sequence

from bankmine.log.quality import QualityFinding
from bankmine.log.read import in_order
from bankmine.words import Text


def together(findings: Iterable[QualityFinding]) -> tuple[QualityFinding, ...]:
    """One finding for each code, the gravest first, then by code: counts added up, examples from all parts."""
    return in_order(findings, _in_parts)


def _in_parts(same: Sequence[QualityFinding], total: int) -> Text:
    most = max(same, key=lambda found: (found.count, found.message.en)).message
    return Text(
        zh=f"合计 {total}（分 {len(same)} 部分读取）；其中一部分：{most.zh}",
        en=f"{total} in all ({len(same)} parts were read); in one part: {most.en}",
    )
