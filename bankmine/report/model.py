"""A discovered model in a few figures."""

from typing import TYPE_CHECKING

from bankmine.show.blocks import Block, Heading, KeyFigures, Notice
from bankmine.words import Text

if TYPE_CHECKING:
    from bankmine.model.conformance import Fitness
    from bankmine.model.discovery import ProcessModel


def model_blocks(model: "ProcessModel", fitness: "Fitness") -> list[Block]:
    """The model under its own heading."""
    return [Heading(Text(zh="流程模型", en="Process model"), 2, "model"), *model_figures(model, fitness)]


def model_figures(model: "ProcessModel", fitness: "Fitness") -> list[Block]:
    """Size of the model, how well the cases fit it, and what was too rare to be in it."""
    net, _, _ = model.petri_net
    blocks: list[Block] = [
        KeyFigures(
            (
                (Text(zh="模型变迁", en="transitions of the model"), "count", len(net.transitions)),
                (Text(zh="模型库所", en="places of the model"), "count", len(net.places)),
                (Text(zh="完全拟合的案件", en="cases that fit it fully"), "share", fitness.fitting_share),
                (Text(zh="模型拟合度", en="fitness of the model"), "share", fitness.log_fitness),
            )
        )
    ]
    if model.left_out:
        blocks.append(
            Notice(
                Text(zh="过于少见而未纳入模型的环节：{names}。", en="Activities too rare to be in the model: {names}.").format(
                    names=Text(zh="、".join(model.left_out), en=", ".join(model.left_out))
                )
            )
        )
    return blocks
