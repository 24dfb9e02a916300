"""`bankmine conformance`: how far cases keep to a model, and where they depart from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bankmine.cli.measures import Format, FormatOption, write
from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, working
from bankmine.errors import UsageError
from bankmine.show.blocks import Block
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.api import Analysis
    from bankmine.model.choice import ModelChoice
    from bankmine.model.deviations import Conformance
    from bankmine.model.reference import Reference

COMPARING = Text(zh="正在比对…", en="Comparing …")
BPMN = ".bpmn"


@on_a_log
def conformance(
    reading: Reading,
    *,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="defined|discovered|FILE.bpmn",
            show_default=False,
            help="What the cases are compared with: the process as defined (default if it is recognised), a discovered model, or a file.",
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            "--budget",
            min=0.0,
            metavar="SECONDS",
            show_default=False,
            help="Time for comparing, the most frequent paths first; without it the work is bounded in a way that is the same everywhere.",
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare the cases with a model.

    How many cases keep to the process as it is defined, as it was discovered or as a BPMN file has it, and where the others depart.
    """
    if model is not None and model not in ("defined", "discovered") and not model.lower().endswith(BPMN):
        raise UsageError(
            "OPTION_VALUE",
            Text(zh=f"无法理解 --model {model!r}。", en=f"--model {model!r} is not understood."),
            Text(zh="请写 defined、discovered 或一个 .bpmn 文件。", en="write defined, discovered, or a file that ends in .bpmn."),
        )
    with working(reading, READING):
        analysis = reading.analyze(reading.read())
    with working(reading, COMPARING):
        reference, choice = _reference(analysis, model)
        result = _compared(analysis, reference, budget)
    blocks: list[Block] = [*(choice.blocks() if choice is not None else ()), *result.blocks()]
    write(reading, form, blocks, _rows(result), analysis.log.source.timezone)


def _reference(analysis: "Analysis", model: str | None) -> "tuple[Reference, ModelChoice | None]":
    """What the cases are compared with, and for a discovered model what it was chosen from."""
    from bankmine.model.reference import Reference

    if model is None:
        if analysis.own_model is not None:
            return analysis.reference, None
        model = "discovered" if analysis.understanding.definition is None else "defined"
    if model == "defined":
        return Reference.defined(analysis.log, analysis.understanding, analysis.endings), None
    if model != "discovered":
        return Reference.of_file(Path(model), analysis.log, analysis.understanding, analysis.endings), None
    from bankmine.model.choice import ModelChoice

    choice = ModelChoice.of(analysis.variants, analysis.dfg)
    return Reference.discovered(choice.chosen.model, analysis.variants, analysis.understanding), choice


def _compared(analysis: "Analysis", reference: "Reference", budget: float | None) -> "Conformance":
    from bankmine.log.eventlog import SECOND
    from bankmine.model.deviations import Conformance

    return Conformance.of(reference, analysis.endings.closed, analysis.cycle_time.of_case / SECOND, budget_s=budget)


def _rows(result: "Conformance") -> list[dict[str, object]]:
    """A row per deviation; what was and what was not compared stands on each, so that a share can be judged by itself."""
    compared = {"of_cases": result.deviations.of_cases, "not_compared": result.not_compared}
    return [
        {**{str(name): None if value != value else value for name, value in row.items()}, **compared}
        for row in result.table.to_dict("records")
    ]
