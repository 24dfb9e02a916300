"""Why a pattern is silent: what it looked for in this log, or what the log lacks for it to look."""

from collections.abc import Sequence

from bankmine.facts import NEEDS, Facts
from bankmine.patterns.base import Pattern
from bankmine.patterns.describe import definition, described
from bankmine.show.blocks import Block, Column, Heading, Paragraph, TableBlock
from bankmine.words import Text

SET = Text(zh="判定所用的参数", en="The thresholds it was held against")


def silence(facts: Facts, pattern: Pattern, place: str, elsewhere: Sequence[str]) -> list[Block]:
    """Blocks for a pattern without a finding (at `place`, if it is not empty); `elsewhere`: the activities at which it has one."""
    kind = type(pattern)
    blocks: list[Block] = [
        Heading(Text(zh=f"{pattern.code} {pattern.title.zh}", en=f"{pattern.code} {pattern.title.en}"), 1),
        Paragraph(_why(facts, pattern, place, elsewhere)),
        Paragraph(Text(zh=f"完整的判定条件见 docs/patterns/{pattern.code}.md。", en=" ".join(definition(kind)))),
    ]
    if thresholds := [(name, getattr(pattern, name)) for name in kind.thresholds()]:
        columns = (Column(Text(zh="参数", en="Threshold"), "code"), Column(Text(zh="值", en="Value"), "number"))
        blocks.append(TableBlock(columns, thresholds, caption=SET))
    about = (Column(Text(zh="项目", en="About it"), "text"), Column(Text(zh="内容", en="Value"), "text"))
    blocks.append(TableBlock(about, described(kind), caption=Text(zh="关于该模式", en="About this pattern")))
    return blocks


def _why(facts: Facts, pattern: Pattern, place: str, elsewhere: Sequence[str]) -> Text:
    if lacking := [NEEDS[need] for need in pattern.missing(facts)]:
        return Text(
            zh=f"无法判断：日志中缺少{'、'.join(need.zh for need in lacking)}。这不等于没有问题。",
            en=f"It could not be looked for: the log lacks {', '.join(need.en for need in lacking)}. "
            "That does not mean that there is nothing.",
        )
    if elsewhere:
        return Text(
            zh=f"在「{place}」未发现；在以下环节发现：{'、'.join(elsewhere)}。",
            en=f"It was not found at “{place}”; it was found at {', '.join(elsewhere)}.",
        )
    where = (f"「{place}」", f"at “{place}”") if place else (f"全部 {len(facts.names)} 个环节", f"at all {len(facts.names)} activities")
    return Text(
        zh=f"已在{where[0]}、{facts.cases} 个案件中查找，没有达到判定条件的情况。",
        en=f"It was looked for {where[1]}, in {facts.cases} cases; nowhere were all its conditions met.",
    )
