"""The changes that a twin can play."""

from bankmine.twin.change import Change, applied, evenly, nonsense
from bankmine.twin.changes_demand import Answered, Appointed, Demand
from bankmine.twin.changes_people import First, Hours, Opened, Order, People, Pooled
from bankmine.twin.changes_work import Automated, Batched, Merged, Parallel, PickedUp, Quicker, Rework, Spared

__all__ = [
    "Answered", "Appointed", "Automated", "Batched", "Change", "Demand", "First", "Hours", "Merged", "Opened", "Order", "Parallel",
    "People", "PickedUp", "Pooled", "Quicker", "Rework", "Spared", "applied", "evenly", "nonsense",
]  # fmt: skip
