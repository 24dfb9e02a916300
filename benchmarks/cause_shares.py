"""How far the shares of the causes are from the truth that a sample log carries."""

from collections.abc import Mapping

import numpy as np

from bankmine.api import Analysis
from bankmine.measure.causes import CAUSES
from bankmine.sample import Sample
from bankmine.settings import Settings

LEAST_SHARE = 0.05  # of all waiting: steps that carry less are not judged
STAMPS = 60  # per weekday: the fewest with which a person's own calendar is discovered


def given(sample: Sample) -> Settings:
    """The settings of a bank that knows its duty hours, besides what the truth says it would declare."""
    truth = sample.truth
    calendar: Mapping[str, object] = {
        "hours": truth.hours,
        "roles": {name: {"hours": hours} for name, hours in truth.role_hours.items()},
        "people": {name: {"hours": hours} for name, hours in truth.people_hours.items()},
    }
    return Settings.model_validate({**(getattr(truth, "settings", None) or {}), "calendar": calendar})


def errors(sample: Sample, analysis: Analysis) -> list[float]:
    """Mean absolute error of the cause shares of each step that carries at least 5 % of the waiting, over the causes that the step
    has in truth or in the analysis; shares 0-1.
    """
    waits = sample.waits.to_pandas()
    truth = waits.groupby("activity", observed=True)[[f"{name}_s" for name in CAUSES]].sum()
    total = truth.sum(axis=1)
    causes = analysis.causes
    found = causes.by_activity()
    result = []
    for activity in truth.index[total >= LEAST_SHARE * total.sum()]:
        mine = found[analysis.log.activities.index(activity)].astype(float)
        true_share = truth.loc[activity].to_numpy() / total[activity]
        share = mine / mine.sum() if mine.sum() > 0 else np.zeros(len(CAUSES))
        there = (true_share > 0) | (share > 0)
        result.append(float(np.abs(true_share - share)[there].mean()))
    return result
