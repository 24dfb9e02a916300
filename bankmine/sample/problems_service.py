"""Problems of service: complaints that drag on, cases that change the channel, one person whose work comes back."""

from typing import TYPE_CHECKING

from bankmine.process.definition import ProcessDefinition
from bankmine.sample.models import Model

if TYPE_CHECKING:
    from bankmine.sample.problems import Dice, Problem

OF_SERVICE = ("P24", "P27", "P28", "P30")
OFFICES = 4
SHORT = ("deposit", "payment")
SETTLED_DAYS = 15.0  # within which a complaint is to be settled


def draw(pattern: str, model: Model, definition: ProcessDefinition, dice: "Dice") -> "Problem":
    """`strength`: P24 median days until a complaint is settled, over those that it may take; P27 median hours until the customer has
    come by the other channel, before the step of `path`; P28 median duty hours for which work lies, `how`: from day `at` on (since), or
    at the office of that number (branch); P30 median hours until the work is picked up again, `at`: whose work comes back, by place in
    the role.
    """
    from bankmine.sample.problems import Problem

    hours = 0.25 if model.process in SHORT else 1.0  # where cases take hours, nothing is lost for a day
    if pattern == "P24":
        return Problem(pattern, f"{model.process}.complaint", dice.between(0.10, 0.20), dice.between(1.8, 3.0))
    if pattern == "P27":
        order = [step.id for step in definition.steps]
        after = tuple(step for step in model.handed_over if order.index(step) > order.index(model.entry))
        again = f"{model.process}.supply_documents"
        return Problem(pattern, again, dice.between(0.2, 0.4), dice.between(24.0, 60.0) * hours, (dice.one(after),))
    if pattern == "P28":
        how = dice.one(("since", "branch"))
        at = dice.one(tuple(range(49, 71))) if how == "since" else dice.one(tuple(range(OFFICES)))
        return Problem(pattern, dice.one(model.handed_over), 1.0, dice.between(5.0, 9.0) * hours, how=how, at=at)
    path = dice.one(model.returns)
    people = model.roles[model.tasks[path[0]].role].people
    return Problem(pattern, path[0], dice.between(0.5, 0.9), dice.between(3.0, 6.0) * hours, path, at=dice.one(tuple(range(people))))
