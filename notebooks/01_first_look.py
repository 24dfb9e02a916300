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
# # A first look at a log
#
# We take a log of loan applications, ask whether it can be trusted, see how the process really runs, and find out what to change
# first. The log is a sample that comes with bankmine; a problem has been planted in it. Put your own file in its place and the rest
# of the page stays the same.

# %%
from pathlib import Path

import bankmine as bm

folder = next(parent / "sample_logs" for parent in [Path.cwd(), *Path.cwd().parents] if (parent / "sample_logs").is_dir())
log = bm.read_log(folder / "loan.csv")
print(f"{log.cases} cases, {len(log)} activities done, of {len(log.activities)} kinds")

# %% [markdown]
# ## Can the log be trusted?
#
# Rows that cannot be used are set aside and counted. What was noticed about the others is in `quality`; an empty list is good news.

# %%
source = log.source
print(f"{source.rows_read} rows read = {source.rows_used} used + {source.rows_set_aside} set aside + {source.rows_merged} merged")
for finding in log.quality:
    print(finding.severity, finding.code, finding.count, finding.message.en)

# %% [markdown]
# ## How does the process run?
#
# `analyze` returns at once: each measure is computed when it is first asked for, and kept. Durations are in seconds; here in days.

# %%
DAY_S = 86_400
analysis = bm.analyze(log, process="loan")
cycle = analysis.cycle_time
print(f"{cycle.cases} cases, {cycle.open_cases} of them still open when the log ends")
print(f"half of them took no more than {cycle.median_s / DAY_S:.1f} days, nine in ten no more than {cycle.p90_s / DAY_S:.1f} days")

# %% [markdown]
# The routes that most cases take:

# %%
for route in analysis.variants.table.head(3).itertuples():
    print(f"{route.count} cases ({route.share:.0%}): {' > '.join(route.activities)}")

# %% [markdown]
# ## Where does the time go?
#
# Waiting is counted from the moment at which an activity could have begun to the moment at which it did. `by_design` marks waits that
# are agreed by contract, such as the term of a loan: they are no fault of anybody.

# %%
waiting = analysis.waiting.table
in_days = waiting.assign(total_days=(waiting["total_s"] / DAY_S).round(1))
in_days[["activity", "count", "total_days", "share", "by_design"]].nlargest(8, "total_days")

# %% [markdown]
# ## What is done twice?

# %%
rework = analysis.rework.table
rework[rework["extra"] > 0].nlargest(8, "extra")

# %% [markdown]
# ## What is wrong?
#
# Six diagnoses that banks make of their processes, each with a verdict. "unassessable" is not a "no": `needs` says what the log lacks.

# %%
for diagnosis in analysis.diagnoses:
    print(f"{diagnosis.id}  {diagnosis.verdict:13} {diagnosis.statement.en}")

# %% [markdown]
# ## What should be done first?
#
# Ranked by what a change would save, by the lower end of a 90 % interval, so that a lucky guess does not come first. Where the list is
# empty, nothing in the log is materially wrong.

# %%
for recommendation in analysis.recommendations:
    print(f"{recommendation.rank}. [{recommendation.tier}] {recommendation.activity}: {recommendation.text.en}")

# %% [markdown]
# Each figure can be followed down to the lines of the file: `analysis.explain(1)` holds what the command `bankmine explain LOG 1` prints.
# The whole analysis as a page for people who have no Python: `analysis.save("loan.html", lang="zh")`.
