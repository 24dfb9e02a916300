# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A pattern of your own
#
# A pattern is a condition on the facts of a log that calls for a known change. If your bank knows a problem that bankmine does not,
# twenty lines teach it. Here: a step that is often done in the last hour of the day, so that the next one cannot begin before the morning.

# %%
from dataclasses import dataclass

import numpy as np

import bankmine as bm
from bankmine.patterns.base import Finding, Pattern
from bankmine.sample import generate
from bankmine.words import Text

HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True)
class LateInTheDay(Pattern):
    """A step whose end in the last hour of the day leaves the case lying until the next morning."""

    code = "P99"
    title = Text(zh="下班前才办完", en="Done just before closing")
    diagnoses, plan, phase, feasibility = ("D3",), ("4.1.3(3)",), "4-6", "medium"
    needs = ("start", "calendar")

    share: float = 0.15  # of the step's items

    def find(self, facts):
        after = np.flatnonzero(facts.enabler >= 0)
        given = facts.enabler[after]
        overnight = (facts.wait[after] > 12 * HOUR) & (facts.moment[given] // HOUR % 24 == 8)  # 16:00 to 17:00 in Shanghai
        for activity in np.unique(facts.activity[given[overnight]]).tolist():
            mine = facts.activity[given] == activity
            rows = after[mine & overnight]
            if len(rows) >= self.share * mine.sum():
                text = Text(zh=f"{len(rows)} 件下班前才办完", en=f"{len(rows)} items are done in the last hour and lie until the morning.")
                cut = facts.wait[rows] - 1 * HOUR
                yield Finding(activity, text, {"items": len(rows)}, np.unique(facts.case[rows]), rows, cut, np.zeros_like(cut))


# %% [markdown]
# Its findings on a log, and what they would save if the cause vanished:

# %%
from bankmine.advice.rank import candidates_of
from bankmine.twin.replay import Replay

analysis = bm.analyze(bm.read_log(generate("loan", seed=3, cases=600).table))
pattern, facts = LateInTheDay(), analysis.facts
found = [(pattern, finding) for finding in pattern.find(facts)]
for candidate in candidates_of(facts, found, Replay(facts)):
    hours = candidate.upper.mean() / HOUR
    print(f"{facts.names[candidate.finding.activity]}: {candidate.finding.text.en} At most {hours:.1f} hours a case.")

# %% [markdown]
# To make it one of bankmine's own, put the class into `bankmine/patterns/` and write the two logs on which it must fire and be
# silent; [CONTRIBUTING.md](../CONTRIBUTING.md) says how.
