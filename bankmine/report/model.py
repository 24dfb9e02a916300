"""A discovered model in a few figures."""

from bankmine.model.conformance import Fitness
from bankmine.model.discovery import ProcessModel
from bankmine.show.blocks import Block, Heading, KeyFigures, Notice
from bankmine.words import Text


def model_blocks(model: ProcessModel, fitness: Fitness) -> list[Block]:
    """Size and fitness of the model."""
    net, _, _ = model.petri_net
    blocks: list[Block] = [
        Heading(Text(zh="流程模型", en="Process model"), 2, "model"),
        KeyFigures((
            (Text(zh="库所", en="places"), "count", len(net.places)),
            (Text(zh="变迁", en="transitions"), "count", len(net.transitions)),
            (Text(zh="弧", en="arcs"), "count", len(net.arcs)),
            (Text(zh="完全拟合的案件", en="cases that fit fully"), "count", fitness.fitting_cases),
            (Text(zh="拟合度", en="fitness"), "share", fitness.log_fitness),
        )),
    ]
    if model.left_out:
        blocks.append(Notice(Text(zh="过于少见而未纳入模型的环节：{names}。", en="Activities too rare to be in the model: {names}.").format(
            names=Text(zh="、".join(model.left_out), en=", ".join(model.left_out)))))
    return blocks
