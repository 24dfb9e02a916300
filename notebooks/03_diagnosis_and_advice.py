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
# # Diagnosis and advice
#
# Which of the six diagnoses of the plan does the log confirm, what should be changed first, what would it bring, and how sure is that?
# In this sample two problems are planted: work is held back for batches, and a second approval lets everything through.

# %%
import bankmine as bm
from bankmine.sample import generate

sample = generate("loan", seed=12, cases=800, problem=("P11", "P02"))
analysis = bm.analyze(bm.read_log(sample.table))
for diagnosis in analysis.diagnoses:
    print(f"{diagnosis.id} {diagnosis.title.en:30} {diagnosis.verdict}")

# %% [markdown]
# ## The list
#
# Ranked by the lower end of what each would save, beyond those before it, so that an hour is saved only once. Items in the same
# tier cannot be told apart. `method` says how the gain was found: `twin` where queues react to the change and the log's twin foretells
# them well, `replay` where the cases were played again with the cause taken out.

# %%
import pandas as pd

HOUR_S = 3600
rows = []
for r in analysis.recommendations:
    gain = r.gain.realistic
    ends = "" if gain is None or gain.low is None else f"{gain.low / HOUR_S:.1f} to {gain.high / HOUR_S:.1f}"
    saved = None if gain is None else round(gain.estimate / HOUR_S, 1)
    rows.append((r.rank, r.tier, r.pattern, r.activity, saved, ends, r.gain.method, ", ".join(r.plan)))
pd.DataFrame(rows, columns=["rank", "tier", "pattern", "activity", "hours saved a case", "90 % interval", "method", "plan"])

# %% [markdown]
# What was planted, for comparison (a sample knows its truth; your log does not):

# %%
for problem in sample.truth.problems:
    print(f"{problem.pattern} at {problem.activity}: costs {problem.cost_s / HOUR_S:.1f} hours a case")

# %% [markdown]
# ## Why is that so?
#
# Every number of the text, the arithmetic of the gain, and the rows behind it. `bankmine explain LOG 1` prints the same.

# %%
from bankmine.show.blocks import Paragraph, TableBlock

for block in analysis.explain(1):
    if isinstance(block, Paragraph):
        print(block.text.en)
    elif isinstance(block, TableBlock) and len(block.rows) < 20:
        for row in block.rows:
            print("  ", *(getattr(cell, "en", cell) for cell in row))

# %% [markdown]
# ## Why was something else not found?
#
# A pattern that is silent says what it looked at.

# %%
for block in analysis.explain("P08")[:3]:
    if isinstance(block, Paragraph):
        print(block.text.en)
