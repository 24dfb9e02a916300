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
# # Why does it wait?
#
# Most of the time that a case takes, nobody works on it. Why not? The customer is asked, the office is closed, a batch is not full, the
# people are busy with other cases: each wait is divided among such causes, and they add up to it exactly. The log is a sample
# in which one role is short of people; put your own file in its place.

# %%
import bankmine as bm
from bankmine.sample import generate

log = bm.read_log(generate("loan", seed=600, cases=600, problem="P08").table)
analysis = bm.analyze(log)
HOUR_S = 3600

# %% [markdown]
# ## Where, and why
#
# Hours waited before each activity, by cause. "unexplained" is what the log shows no reason for: whoever took it in the end had been free.

# %%
causes = analysis.waiting_by_cause.table.set_index("activity")
names = ["customer_s", "batching_s", "closed_s", "absent_s", "contention_s", "prioritisation_s", "system_s", "unexplained_s"]
hours = (causes[names] / HOUR_S).round().astype(int)
hours.columns = [name.removesuffix("_s") for name in names]
hours.assign(total=hours.sum(axis=1)).nlargest(8, "total")

# %% [markdown]
# ## Who is busy?
#
# The load of a role is the share of its people's duty hours in which they are at work. Above eight tenths, queues grow fast.

# %%
work = analysis.workload.table
work[["role", "people", "load", "items", "queue_mean"]].sort_values("load", ascending=False).head(5)

# %% [markdown]
# The hours that these figures rest on were found in the log. If they are wrong, say so: `[calendar] hours = "Mon-Fri 09:00-17:00"` in
# `bankmine.toml`, with holidays by country and hours by role.

# %%
print(analysis.calendar.text.en)

# %% [markdown]
# ## One wait, step by step
#
# Doubt a figure? Take one row of the file and see what its wait was made of. Here: the longest wait for people.

# %%
row = int((analysis.causes.parts[:, 1]).argmax())
activity, case = log.activities[log.activity[row]], log.case_names[log.case[row]]
print(f"{activity} of case {case} waited {analysis.causes.wait[row] / 1e6 / HOUR_S:.1f} hours")
# From a file the same is `analysis.explain("line:1234")`, or `bankmine explain LOG line:1234`.
