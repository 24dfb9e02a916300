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
# # What if?
#
# One more person, longer hours, no batches, a step less: what would happen to the queues? bankmine plays the log's own cases once more,
# with their own arrivals, routes and work, through the log's own people and hours, first as it was, then with the change.
# In this sample one role is short of people.

# %%
import bankmine as bm
from bankmine.sample import generate

sample = generate("loan", seed=600, cases=800, problem="P08")
analysis = bm.analyze(bm.read_log(sample.table))
role = analysis.recommendations[0].where["role"]
print(analysis.recommendations[0].text.en)

# %% [markdown]
# ## Can it be trusted?
#
# The twin is set up on the first 70 % of the weeks and has to foretell the waits of the rest. Where it is off by more than 15 %, or no
# better than the mean, it says so, and its figures must not be used.

# %%
fit = analysis.twin.fit.table
fit[["activity", "observed_s", "predicted_s", "error", "usable"]].round(3)

# %% [markdown]
# ## One more person

# %%
HOUR_S = 3600
forecast = analysis.simulate(f"{role} +1")
print(f"{forecast.before_s / HOUR_S:.0f} hours a case now, {forecast.after_s / HOUR_S:.0f} with one more {role}")
print(f"saved: {forecast.saved_s / HOUR_S:.0f} hours a case, 90 % interval {forecast.low_s / HOUR_S:.0f} to {forecast.high_s / HOUR_S:.0f}")
print(f"{forecast.gain_cases} cases are quicker, {forecast.lose_cases} slower")
print(f"the truth of this sample: {sample.truth.problems[0].cost_s / HOUR_S:.0f} hours")

# %% [markdown]
# Who gains and who pays: what one queue loses, the next may get.

# %%
waits = forecast.table.assign(saved_h=(forecast.table["wait_before_s"] - forecast.table["wait_after_s"]) / HOUR_S)
waits[["activity", "saved_h"]].round(1).sort_values("saved_h", ascending=False)

# %% [markdown]
# ## Several changes, and what they cost each other
#
# Changes are said in words, in English or Chinese, or given as data. Together they rarely save the sum of what each saves alone.

# %%
changes = [f"{role} +1", f"{role} +2", f"{role} hours Mon-Sat 09:00-18:00", "demand x1.1"]
for change in changes:
    print(f"{change:45} {analysis.simulate(change).saved_s / HOUR_S:+7.1f} hours a case")
both = analysis.simulate(changes[0], changes[2])
print(f"{'the first and the third together':45} {both.saved_s / HOUR_S:+7.1f}")

# %% [markdown]
# What it cannot be asked is refused with the names that it knows.

# %%
try:
    analysis.simulate("Credit oficer +1")
except bm.BankmineError as refused:
    print(refused)
