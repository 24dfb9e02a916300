"""`bankmine discover`: the process model, by pm4py."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bankmine.cli.options import Reading, on_a_log
from bankmine.cli.output import READING, distinct, show, working
from bankmine.words import Text

MINING = Text(zh="正在发现流程模型…", en="Discovering the model …")


class Algorithm(StrEnum):
    """How the model is discovered."""

    INDUCTIVE = "inductive"
    HEURISTICS = "heuristics"


@on_a_log
def discover(
    reading: Reading,
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where the model goes: .svg, .png, .bpmn, .pnml or .dot.", show_default=False),
    ],
    algorithm: Annotated[Algorithm, typer.Option("--algorithm", help="How the model is discovered.")] = Algorithm.INDUCTIVE,
    noise: Annotated[
        float | None,
        typer.Option(
            "--noise",
            min=0.0,
            max=1.0,
            metavar="SHARE",
            show_default=False,
            help="How rare behaviour may be to be left out (default 0.2 inductive, 0.05 heuristics).",
        ),
    ] = None,
    top_variants: Annotated[
        float | None,
        typer.Option(
            "--top-variants", metavar="SHARE", help="Only the cases of the most frequent variants that hold this share.", show_default=False
        ),
    ] = None,
) -> None:
    """Discover the process model.

    Written as a picture or for other tools, by the suffix of the output.
    """
    from bankmine.model.export import export, suffix_of

    distinct({"--output": output}, reading.log)
    suffix_of(output)  # an unknown form is refused before the work, not after it
    with working(reading, READING):
        log = reading.read()
        if top_variants is not None:
            log = log.top_variants(top_variants)
    with working(reading, MINING):
        from bankmine.model.conformance import replay_fitness
        from bankmine.model.discovery import discover as mine
        from bankmine.report.model import model_blocks

        analysis = reading.analyze(log)
        model = mine(analysis.variants, analysis.dfg, algorithm=algorithm.value, noise=noise)
        blocks = model_blocks(model, replay_fitness(model, analysis.variants))
        export(model, output, lang=reading.language)
    show(blocks, reading.language, log.source.timezone)
