"""`bankmine resources`: who has how much to do, where queues arise, and what passes from hand to hand."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, working
from bankmine.show.blocks import Block, Column, TableBlock
from bankmine.words import Text

if TYPE_CHECKING:
    import pandas as pd

    from bankmine.api import Analysis

SHOWN_PEOPLE = 20


class By(StrEnum):
    """What JSON and CSV hold a row for."""

    ROLE = "role"
    PERSON = "person"
    HOUR = "hour"
    TRANSFER = "transfer"
    TRAINING = "training"


@on_a_log
def resources(
    reading: Reading,
    *,
    form: FormatOption = Format.TABLE,
    by: Annotated[
        By, typer.Option("--by", help="What JSON and CSV hold a row for: role, person, hour of the week, transfer, or training need.")
    ] = By.ROLE,
) -> None:
    """Show load, queues and handovers of roles and people."""
    with working(reading, READING):
        analysis = reading.analyze(reading.read())
        workload, transfers = analysis.workload, analysis.transfers
        people = _people(analysis)
        table = {
            By.ROLE: workload.table,
            By.PERSON: people,
            By.HOUR: workload.hours_table,
            By.TRANSFER: transfers.table,
            By.TRAINING: training_table(analysis),
        }[by]
        rows = [
            {str(name): None if value != value else value for name, value in row.items()}
            for row in (table.to_dict("records") if table is not None else ())
        ]
        blocks = [
            *analysis.calendar.blocks(),
            *workload.blocks(),
            *_people_blocks(people),
            *transfers.blocks(),
            *analysis.training.blocks(),
        ]
    write(reading, form, blocks, rows, analysis.log.source.timezone)


def training_table(analysis: "Analysis") -> "pd.DataFrame":
    """Who would gain from training at which activity, under names that may be shown; `person` is empty where several stand together."""
    import numpy as np

    from bankmine.log.privacy import Pseudonyms

    shown, table, names = analysis.settings.privacy.people, analysis.training.table, analysis.log.resources
    pseudonyms = Pseudonyms.of(names) if shown == "pseudonym" else None

    def name(code: int) -> str | None:
        if code < 0 or shown == "hide":
            return None
        return names[code] if pseudonyms is None else pseudonyms.pseudonym(names[code])

    return table.assign(person=np.array([name(code) for code in table["person"]], dtype=object))


def _people(analysis: "Analysis") -> "pd.DataFrame | None":
    """The people's table under names that may be shown; None where people are hidden."""
    from bankmine.log.privacy import Pseudonyms

    shown, table = analysis.settings.privacy.people, analysis.workload.people_table
    if shown == "hide":
        return None
    if shown == "pseudonym":
        pseudonyms = Pseudonyms.of(analysis.log.resources)
        table["resource"] = [pseudonyms.pseudonym(name) for name in table["resource"]]
        table = table.sort_values(["role", "resource"], kind="stable", ignore_index=True)
    return table


def _people_blocks(people: "pd.DataFrame | None") -> list[Block]:
    """The busiest people; nothing where they are hidden or there are none."""
    from bankmine.measure.business import business_hours

    if people is None or people.empty:
        return []
    first = people.sort_values("load", ascending=False, kind="stable", na_position="last").head(SHOWN_PEOPLE)
    columns = (
        Column(Text(zh="人员", en="Person"), "label"),
        Column(Text(zh="岗位", en="Role"), "label"),
        Column(Text(zh="件数", en="Items"), "count"),
        Column(Text(zh="办理（小时）", en="At work (h)"), "number"),
        Column(Text(zh="当班（小时）", en="On duty (h)"), "number"),
        Column(Text(zh="负荷", en="Load"), "share"),
    )
    rows = [
        (
            r["resource"],
            r["role"],
            int(r["items"]),
            business_hours(_known(r["busy_s"])),
            business_hours(_known(r["duty_s"])),
            _known(r["load"]),
        )
        for r in first.to_dict("records")
    ]
    caption = Text(zh="各人的负荷", en="Load by person")
    return [TableBlock(columns, rows, hidden=len(people) - len(first), caption=caption)]


def _known(value: float) -> float | None:
    return None if value != value else float(value)
