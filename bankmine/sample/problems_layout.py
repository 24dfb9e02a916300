"""Problems of how the process is laid out: what comes first, what could go at once, who needs it, and whose turn it is."""

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from bankmine.sample.models import Layout, Model

if TYPE_CHECKING:
    from bankmine.sample.problems import Dice, Problem

OF_LAYOUT = ("P03", "P04", "P19", "P20")
OF_WORK = ("P03", "P04", "P20")  # as large as the work at the steps of `path` is
FEW = 0.06  # of the cases that the usual check declines
SHORTEST, LONGEST = 10.0, 200.0  # mean minutes of it
MOST_DECLINED = 0.7


def draw(pattern: str, model: Model, dice: "Dice") -> "Problem":
    """`strength`: mean minutes of work at the steps of `path`; `share`: P03 of the cases that the cheap check declines, P04 those in
    which the second of the two comes first, P20 those, by amount, of which none is ever declined, P19 those of the segment that is
    to be served first, in the queue of `role`, whose load is `load`.
    """
    from bankmine.sample.problems import Problem

    minutes = dice.between(60.0, 180.0)
    if pattern == "P03":
        return Problem(pattern, model.knock_out[0], dice.between(0.25, 0.45), minutes, (model.knock_out[0],))
    if pattern == "P04":
        return Problem(pattern, model.beside[1], dice.between(0.25, 0.5), minutes, model.beside)
    if pattern == "P20":
        return Problem(pattern, model.approval, dice.between(0.5, 0.7), minutes, (model.approval,))
    role = dice.one(tuple(model.roles))
    return Problem(pattern, "", dice.between(0.4, 0.6), role=role, load=dice.between(0.68, 0.77))


def laid_out(layout: Layout, problem: "Problem", model: Model) -> Layout:
    """The layout of a bank that does not have the problem."""
    if problem.pattern == "P03":
        usual, cheap = model.knock_out
        return replace(layout, knock_out=MappingProxyType({cheap: problem.share, usual: FEW}))
    if problem.pattern == "P04":
        return replace(layout, beside=problem.path)
    if problem.pattern == "P20":
        return replace(layout, simple=problem.share)
    return replace(layout, first=problem.share)
