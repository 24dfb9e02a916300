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
# # Before and after
#
# A bank has acted on a recommendation. Did it work? More cases, another mix of products or a quieter season can make the weeks after look
# better or worse whatever was done. This sample is one office over two half-years: in the first, work was held back for batches; in the
# second it was not.

# %%
import polars as pl

import bankmine as bm
from bankmine.sample import generate

batched = generate("loan", seed=9002, cases=2000, problem="P11", effect=0.2)
without = generate("loan", seed=9002, cases=2000)


def half(frame: pl.DataFrame, second: bool) -> pl.DataFrame:
    """The first or the second half of the cases, by when they began."""
    began = frame.group_by("case_id").agg(pl.col("start_time").min()).sort("start_time", "case_id")
    cut = len(began) // 2
    return frame.join((began[cut:] if second else began[:cut]).select("case_id"), on="case_id", how="semi")


before = bm.analyze(bm.read_log(half(batched.table, second=False)))
after = bm.analyze(bm.read_log(half(without.table, second=True)))
print(before.recommendations[0].text.en)

# %% [markdown]
# ## The verdict
#
# Better, worse, no difference shown, or not comparable; with the reason. Cases are put on a side by when they arrived, those still open
# count as long as they were watched, and the mix of the first side is kept.

# %%
found = bm.compare(before, after)
print(found.verdict)
print(found.reason.en)

# %% [markdown]
# Ratios of cycle time, after to before, by each method. The verdict rests on the one at equal demand where there are weeks enough for it.

# %%
found.table.round(3)

# %% [markdown]
# ## Was it what was foretold?

# %%
DAY_S = 86_400
predicted, realised = found.predicted, found.effect.realised
print(f"foretold: {predicted.estimate / DAY_S:.1f} d a case ({predicted.low / DAY_S:.1f} to {predicted.high / DAY_S:.1f})")
print(f"realised: {realised.estimate / DAY_S:.1f} d a case ({realised.low / DAY_S:.1f} to {realised.high / DAY_S:.1f})")
for finding in found.findings:
    print(finding.pattern, finding.activity, finding.status)

# %% [markdown]
# ## Where did it come from?

# %%
for step in found.effect.steps[:4]:
    print(f"{step.activity}: {step.difference.estimate / 3600:+.1f} h a case{', beyond chance' if step.sure else ''}")

# %% [markdown]
# ## When nothing has changed, it says so
#
# The same office, both halves without batches.

# %%
same = bm.compare(bm.analyze(bm.read_log(half(without.table, second=False))), after)
print(same.verdict)
print(same.reason.en)

# %% [markdown]
# The whole comparison, as the command `bankmine compare before.csv after.csv` shows it:

# %%
found
