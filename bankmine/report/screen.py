"""The analysis on one screen of a terminal, to be read in ten seconds."""

from typing import TYPE_CHECKING

from bankmine.log.eventlog import EventLog
from bankmine.report.contents import title
from bankmine.report.summary import summary
from bankmine.report.terms import columns_as_understood
from bankmine.show.blocks import Block, Heading, Paragraph
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis


def screen(analysis: "Analysis") -> list[Block]:
    """Title, summary, how the columns were understood, and which calendar counts."""
    return [Heading(title(analysis), 1), *summary(analysis), *columns(analysis.log), Paragraph(analysis.calendar.text)]


def columns(log: EventLog) -> list[Block]:
    """One line that says which source column was taken for what."""
    if not log.source.columns:
        return []
    pairs = columns_as_understood(log.source.columns)
    return [
        Paragraph(
            Text(
                zh="列：" + "、".join(f"{role.zh} = {name}" for role, name in pairs),
                en="Columns: " + ", ".join(f"{role.en} = {name}" for role, name in pairs),
            )
        )
    ]
