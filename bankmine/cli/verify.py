"""`bankmine verify`: whether a report and what it rests on are as they were."""

from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import LangOption, Language
from bankmine.cli.output import show
from bankmine.show.blocks import Column, Mark, Notice, TableBlock
from bankmine.words import Text

DONE, DIFFERENT = 0, 4
STATES = {
    "same": Mark(Text(zh="一致", en="same"), "good"),
    "changed": Mark(Text(zh="不同", en="different"), "error"),
    "missing": Mark(Text(zh="不在此处", en="not here"), "warning"),
}
ROLES = {
    "audit": Text(zh="审计文件", en="audit"),
    "output": Text(zh="输出", en="output"),
    "input": Text(zh="输入", en="input"),
    "config": Text(zh="配置", en="configuration"),
}


def verify(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report, a folder of a job, or an audit file.")],
    lang: LangOption = Language.EN,
) -> int:
    """Check a report, its inputs and its configuration against its audit file.

    Exit 4 if a file is not as it was, or an output is gone. An input that is not here any more is said, and is no difference.
    """
    from bankmine.audit import verify as check

    found = check(report)
    different = any(each.state == "changed" or (each.state == "missing" and each.role == "output") for each in found)
    columns = (
        Column(Text(zh="类别", en="What"), "text"),
        Column(Text(zh="文件", en="File"), "label"),
        Column(Text(zh="结果", en="Result"), "text"),
    )
    said = (
        Notice(Text(zh="有文件与审计记录不同。", en="Something is not as the audit file says."), "error")
        if different
        else Notice(Text(zh="所有能检查的文件都与审计记录一致。", en="All that can be checked is as the audit file says."), "good")
    )
    show(
        [said, TableBlock(columns, [[ROLES[each.role], each.name, STATES[each.state]] for each in found])],
        "zh" if lang is Language.ZH else "en",
        "UTC",
    )
    return DIFFERENT if different else DONE
