# %% [markdown]
# # Brackets
#
# **Question.** How early should losers be stopped, if nobody knows how early is too early?
#
# **Afterwards you can**
#
# - divide trials and epochs among brackets, as Hyperband and Determined do, and say what the hedge costs
# - tell from a timeline who waits for whom, and how many workers are worth having
# - compare searches at equal total epochs, and say where early stopping loses
#
# **Before.** Notebooks 16 (stop the losers early) and 08 (tree-structured Parzen estimators).
#
# **Time.** 60 minutes, of which the exercises take 20.

# %% tags=["setup"]
from functools import partial

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, doctor, early_stopping, hint, predict, problems, quiz, samplers
from hpo_tutor.course.pictures import nb17 as pictures
from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, SuccessiveHalving
from hpo_tutor.executors import LocalProcesses
from hpo_tutor.figures import stopping_won
from hpo_tutor.race import compare, statistics
from hpo_tutor.race.experiments import stopping, stopping_standings
from hpo_tutor.tournaments import play, play_with_workers, simulate
from hpo_tutor.tournaments.planning import plan
from hpo_tutor.tournaments.replays import replay

doctor()

# %% [markdown]
# ## How early is too early?
#
# In notebook 16 successive halving compared all trials at the first **rung**, let one in three go on to the next, and
# so on. Where the first rung lies was our choice. Is there a right one?
#
# Searches with several first rungs have been run on the learning curves of two data sets, `digits` and `aleph`, twenty
# seeds each. They tune the learning rate, the width, the batch size and one more hyperparameter. A whole training has
# 81 epochs, and all searches get the same number of epochs in all; first, as many as ten whole trainings take. The
# results are kept in a record (`hpo-tutor race stopping` makes it anew), which we shall meet again at the end.

# %%
question = "Halving from epoch 3, worth ten trainings: where is it ahead of random search?"
ahead = predict(question, ["on neither data set", "on one", "on both"])

# %%
kept = stopping.load()
rungs = {"halving": "epoch 1", "halving-3": "epoch 3", "halving-9": "epoch 9", "random": "none"}
ten = 10 * 81
standings = stopping_standings.summary(kept[kept["method"].isin(rungs)])
standings = standings[standings["total_epochs"] == ten]
first_rung = standings.pivot(index="curves", columns="method", values="mean")[list(rungs)]
first_rung.rename(columns=rungs).round(3)

# %% [markdown]
# *In the table:* the mean **regret**: how much worse the model is that the search hands in than the best there is,
# after a whole training; in nats for digits, in GeV for aleph. Two questions: where would you put the first rung on
# `digits`? And on `aleph`?

# %%
at_ten = kept[kept["total_epochs"] == ten]
by_batch = at_ten.groupby(["curves", "batch", "method"])["regret"].mean().unstack()
gaps = by_batch.sub(by_batch["random"], axis=0)
leads, early = ((gaps[name].groupby("curves").mean() < 0).sum() for name in ("halving-3", "halving"))
ahead.reveal(ahead.options[leads])
none = first_rung["random"]
claim("from epoch 3 on: ahead on one; from epoch 1 on: on neither", leads == 1 and early == 0)
pairs = stopping_standings.differences(kept, [ten], methods=list(rungs)).set_index(["curves", "a"])
gain, p = pairs.loc[("digits-curves", "halving-9"), ["mean", "p_holm"]]
claim("digits: from epoch 9 on, less regret than random search", gain < 0 and p < 0.05, gain=gain, p=p)
behind = gaps.loc["aleph-curves", "halving"]
worse = (behind > 0).all() and first_rung.loc["aleph-curves", "halving"] > 2 * none["aleph-curves"]
claim("aleph: from epoch 1 on, over twice the regret, and more on each of five batches", worse)
level = first_rung.loc["aleph-curves", "halving-9"] / none["aleph-curves"]
claim("aleph: from epoch 9 on, a difference of less than a fifth", 0.8 < level < 1.2, ratio=level)
third = first_rung["halving-3"] / none
claim("epoch 3: below none on digits, above it on aleph", third.iloc[1] < 1 < third.iloc[0], **third)

# %% [markdown]
# (`p` is how often chance alone would make a difference at least as large, corrected for the number of questions: below
# 0.05 we call a difference *beyond chance*; notebook 12 has more. A *data batch* is one sample of the data with all its
# recorded networks. Searches on the same one share its luck, so we count data batches, not seeds.)
#
# So the first rung decides whether stopping pays. On `digits` it may lie at epoch 3 or 9; on `aleph` even epoch 9 is no
# better than no rung at all. Nobody knows that beforehand. What does one do with a question that one
# cannot answer? One bets on several answers. Each answer is a **bracket**: a number of trials, and a ladder of rungs.
#
# ## Determined's brackets
#
# The training platform *Determined* does so. Its own example: 16 trials, a whole training takes 937 batches, and the
# divisor is 4, that is, one in four goes on. In the *standard* mode this makes two brackets, of 3 and of 2 rungs. You
# work out the rest.
#
# **Exercise 17.1** (level 1). Where do the rungs of a bracket lie? The last one is the whole training; each below it
# has a share of 1 / divisor of the one above, rounded down, and at least 1.
#
# $$\text{units}_i = \max\left(\left\lfloor \frac{\text{max\_time}}{\text{divisor}^{\,r-1-i}} \right\rfloor, 1\right),
# \qquad i = 0, \dots, r - 1$$


# %% tags=["exercise"]
def ladder(max_time, n_rungs, divisor):
    """Units that a trial has had at each rung, ascending; n_rungs is the r of the formula."""
    raise NotImplementedError


# %% tags=["solution"]
def ladder(max_time, n_rungs, divisor):
    """Units that a trial has had at each rung, ascending; n_rungs is the r of the formula."""
    return [max(max_time // divisor ** (n_rungs - 1 - i), 1) for i in range(n_rungs)]


# %%
check("17.1", ladder)
# Stuck? Run hint("17.1", 1), then 2, then 3.

# %% [markdown]
# **Exercise 17.2** (level 2). How many of the trials does each bracket get? In proportion to divisor^(r - 1) / r, where
# r is its number of rungs; rounded down, but at least one. What is left over after rounding goes to the bracket with
# most rungs. Why these weights? If each rung began anew, every rung of n trials would cost about n · max_time /
# divisor^(r - 1), and there are r of them: so all brackets cost about the same. On paper: which of the two brackets
# gets more, and about how many times as many?


# %% tags=["exercise"]
def trials_of_brackets(max_trials, n_rungs, divisor):
    """Trials of each bracket, in the order of n_rungs, which holds the number of rungs of each."""
    raise NotImplementedError


# %% tags=["solution"]
def trials_of_brackets(max_trials, n_rungs, divisor):
    """Trials of each bracket, in the order of n_rungs, which holds the number of rungs of each."""
    weights = [divisor ** (r - 1) / r for r in n_rungs]
    trials = [max(int(max_trials * weight / sum(weights)), 1) for weight in weights]
    trials[n_rungs.index(max(n_rungs))] += max_trials - sum(trials)
    return trials


# %%
check("17.2", trials_of_brackets)
# Stuck? Run hint("17.2", 1), then 2, then 3.

# %%
modes = {}
for mode in ("aggressive", "standard", "conservative"):
    search = early_stopping.determined(max_trials=16, max_time=937, divisor=4, mode=mode)
    for n_trials, stops in search.brackets:
        modes[mode, len(stops)] = {"trials": n_trials, "rungs (batches)": " / ".join(map(str, stops))}
modes = pd.DataFrame(modes).T.rename_axis(["mode", "rungs"])
standard = modes.loc["standard"]
claim("standard: 12 and 4 trials", list(standard["trials"]) == [12, 4])
stops = list(standard["rungs (batches)"])
claim("their rungs: 58, 234, 937 and 234, 937", stops == ["58 / 234 / 937", "234 / 937"])
claim("conservative trains one trial whatever happens", modes.loc[("conservative", 1), "trials"] == 1)
modes

# %% [markdown]
# *In the table:* each mode bets on other answers. *Aggressive* is one bracket: all trials are first compared after 58
# batches. *Conservative* keeps one trial that nobody can stop. Two questions: which mode would you take for a model
# that starts slowly? And for 16 trials that differ greatly from the first batch on?
#
# ## Hyperband
#
# *Hyperband* (Li and others, 2018) hedges all the way: from the bracket that stops most to the one that stops nobody.
# Each spends about as much as any other.

# %%
question = "81 epochs, divisor 3. The first bracket starts 81 trials. And the one that stops nobody?"
whole = predict(question, ["81", "27", "5"])

# %%
pictures.hyperband_brackets_player()

# %% [markdown]
# *How to use it:* the dials change the length of a whole training, the divisor, and whether a trial that passes a rung
# trains on from there or begins anew.
#
# *In the picture:* a row for each bracket. A step is a rung: it ends where the trials are compared, and the number
# above it says how many train up to there. Orange steps are trained in full. On the right, the epochs that the bracket
# spends.
#
# Two questions to answer with it:
#
# 1. Divisor 5: how many brackets are left, and what do they no longer try?
# 2. What does it cost to begin anew at each rung? Which bracket does not mind?
#
# *Surprise me:* 243 epochs. How many trials are started, and how many of them are trained in full?

# %%
brackets = early_stopping.hyperband_brackets(max_fidelity=81, divisor=3)
starts = [bracket[0].n_trials for bracket in brackets]
costs = [early_stopping.plan_cost(bracket) for bracket in brackets]
whole.reveal(str(starts[-1]))
claim("the brackets start 81, 34, 15, 8 and 5 trials", starts == [81, 34, 15, 8, 5])
claim("no bracket costs twice as much as another", max(costs) < 2 * min(costs), costs=costs)
claim("five brackets cost over five times the cheapest", sum(costs) > 5 * min(costs))
print(f"{sum(starts)} trials, {sum(costs):,.0f} epochs; all in full would be {81 * sum(starts):,}")

# %% [markdown]
# That is the price of the hedge: had you known the right bracket, you could have had it for about a fifth. Not
# knowing it, you never lose more than that factor, give or take.
#
# **Exercise 17.3** (level 2). With R epochs for a whole training, a power of the divisor $\eta$, Hyperband's brackets
# are numbered s, from s_max (where $\eta^{s_{max}} = R$) down to 0. Bracket s starts
#
# $$n = \left\lceil \frac{s_{max} + 1}{s + 1}\, \eta^s \right\rceil \text{ trials, and compares first after }
# r = R / \eta^s \text{ epochs.}$$
#
# (The weights of exercise 17.2 again: a bracket has s + 1 rungs.) Return a list of (n, r), s_max first. Count s_max in
# whole numbers: a logarithm may come out a little low. Before you write: at s = 0 the formula gives r = R. Who is
# stopped then?


# %% tags=["exercise"]
def first_rungs(max_epochs, divisor):
    """List of (trials, epochs), one for each bracket; max_epochs is a power of the divisor."""
    raise NotImplementedError


# %% tags=["solution"]
def first_rungs(max_epochs, divisor):
    """List of (trials, epochs), one for each bracket; max_epochs is a power of the divisor."""
    s_max = 0
    while divisor ** (s_max + 1) <= max_epochs:  # a logarithm may come out a little low
        s_max += 1
    found = []
    for s in range(s_max, -1, -1):
        n = np.ceil((s_max + 1) * divisor**s / (s + 1))
        found.append((int(n), max_epochs // divisor**s))
    return found


# %%
check("17.3", first_rungs)
# Stuck? Run hint("17.3", 1), then 2, then 3.

# %% [markdown]
# ## Who waits for whom?
#
# So far only epochs were counted. Now let several **workers** train, each one network at a time. Some networks take
# longer for an epoch than others: wide ones, and those with small batches. And some jobs take longer for no reason that
# you could foresee, because somebody else uses the machine. These are **stragglers**.
#
# A synchronous rung decides when all have arrived. Asynchronous halving (ASHA, notebook 16) decides on whatever has.

# %%
question = "81 trials, four workers, successive halving: which share of their time do the workers wait?"
waited = predict(question, ["a tenth or less", "about a quarter", "about a half"])

# %%
pictures.timelines("Who waits for whom?", workers=(1, 4, 25), stragglers=(0.0, 1.0, 2.0))

# %% [markdown]
# *How to use it:* drag the clock; choose how many workers there are, and how bad the stragglers: 1 means that a job
# takes nearly twice as long as it should, on average, and now and then three times or more.
#
# *In the picture:* above successive halving, below ASHA, with the same trials, the same luck and the same clock. A row
# is a worker, a bar a job. The darker and higher it is, the longer is the training it is part of; where a row is empty,
# its worker waits. ASHA never runs out of new trials; it is stopped when halving is done. At the bottom stands the
# best loss of those that were trained in full.
#
# Two questions to answer with it:
#
# 1. Four workers: at which rungs are most workers idle, and why there?
# 2. Where does the first trial end that was trained in full, above and below? Is it the better one?
#
# *Surprise me:* one worker. Who waits now? What is left of the difference?

# %%
cases = [(spread, seed) for spread in (0.0, 1.0, 2.0) for seed in range(3)]
four = [pictures.matched(4, spread, seed=seed).timelines for spread, seed in cases]
idle = [1 - synchronous.busy for synchronous, _ in four]
waited.reveal(waited.options[int(np.median(idle) > 0.15) + int(np.median(idle) > 0.35)])
claim("four workers of a synchronous bracket wait for long", min(idle) > 0.3, least=min(idle))
busy = [asynchronous.busy for _, asynchronous in four]
claim("those of ASHA hardly ever", min(busy) > 0.99, least=min(busy))
alone = [pictures.matched(1, spread).timelines[0].busy for spread in (0.0, 2.0)]
claim("one worker never waits", min(alone) > 0.999)

# %% [markdown]
# Stragglers are not even needed: at the last rungs fewer trials are left than workers. ASHA's workers are busy because
# it starts new trials whenever nobody is due to go on. (Busy is not the same as useful. We shall see.)
#
# **Exercise 17.4** (level 2). What do barriers cost? `seconds` has a row for each rung and a column for each worker:
# how long its work at that rung takes, 0 where it has none. The next rung begins when all are done. Return the makespan
# (from the first start to the last end), and the busy share: what part, from 0 to 1, of the time of all workers
# together do they train? A worker is there until the end, even if it has no work.


# %% tags=["exercise"]
def with_barriers(seconds):
    """Makespan in seconds, and busy share from 0 to 1; seconds (n_rungs, n_workers)."""
    raise NotImplementedError


# %% tags=["solution"]
def with_barriers(seconds):
    """Makespan in seconds, and busy share from 0 to 1; seconds (n_rungs, n_workers)."""
    makespan = seconds.max(axis=1).sum()
    busy = seconds.sum() / (makespan * seconds.shape[1])
    return makespan, busy


# %%
check("17.4", with_barriers)
# Stuck? Run hint("17.4", 1), then 2, then 3.

# %% [markdown]
# ## How many workers are worth having?
#
# A thousand workers are not at hand. But we have what it takes to play them: recorded learning curves of thousands of
# networks, and how long their epochs took on one core. A **simulation** replays them on a virtual clock: whenever a
# worker is free, it asks the scheduler; when its job ends, the recorded loss is reported. (Our networks are tiny and
# train in fractions of a second. Read hours for seconds: what counts is how they compare.)
#
# Both searches start the same 243 trials. Stragglers: 2.

# %%
question = "500 workers in place of 25: how much earlier is successive halving done?"
sooner = predict(question, ["twenty times", "two or three times", "hardly at all"])

# %%
digits = problems.curves("digits-curves")
rivals = {"halving": SuccessiveHalving, "ASHA": AsynchronousHalving}
sizes = (1, 4, 25, 500)
tables = [
    plan(digits, partial(make, 243), sizes, range(8), stragglers=2.0).assign(search=name)
    for name, make in rivals.items()
]
planned = pd.concat(tables).groupby(["n_workers", "search"]).median(numeric_only=True)
columns = ["makespan", "busy", "first_in_full", "n_epochs", "loss"]
planned[columns].round({"makespan": 2, "busy": 3, "first_in_full": 2, "n_epochs": 0, "loss": 3})

# %% [markdown]
# *In the table:* medians of eight seeds. `makespan`: seconds until all is done; `busy`: the share of the workers' time
# in which they train; `first_in_full`: seconds until some trial has had its whole training; `n_epochs` of all trials;
# `loss` of the winner, as reported (so a little lucky). ASHA is the promoting form. Four workers wait less than in the
# picture above: three times as many trials keep them busy for longer. Two questions: in which columns is ASHA ahead? In
# which is it behind, and why?

# %%
halving, asha = (planned.xs(name, level="search") for name in ("halving", "ASHA"))
gain = halving.loc[25, "makespan"] / halving.loc[500, "makespan"]
sooner.reveal(sooner.options[2 if gain < 1.5 else 1 if gain < 5 else 0])
claim("twenty times as many workers: not a quarter earlier", gain < 1.25, ratio=gain)
earlier = asha["first_in_full"] / halving["first_in_full"]
claim("ASHA has a trial in full much earlier", earlier.max() < 0.75, largest=earlier.max())
more = asha["n_epochs"] / halving["n_epochs"]
claim("but it trains more epochs, always", more.min() > 1.1, least=more.min())
claim("and with 500 workers many more", more[500] > 1.3, ratio=more[500])
late = asha.loc[1, "makespan"] / halving.loc[1, "makespan"]
claim("with one worker, ASHA is done later", late > 1.1, ratio=late)
wasted = 1 - max(asha["busy"][500], halving["busy"][500])
claim("500 workers: both leave over nine tenths of their time unused", wasted > 0.9, least=wasted)

# %% [markdown]
# So *asynchronous is faster* is only half the truth. ASHA has a model to show much earlier. But a fixed number of
# trials it finishes no earlier with few workers, since it trains more: it promotes the best of *few* arrivals, and some
# of these would not have passed a full rung. And no scheduler can use more workers than there are trials, nor train 81
# epochs side by side.

# %%
many = pictures.planned(stragglers=(0.0, 2.0), seeds=3)
pictures.planning_player(many)

# %% [markdown]
# *How to use it:* choose what is shown on the left, and the stragglers.
#
# *In the picture:* a line for each search, from one worker to a thousand, both axes logarithmic; the band goes from the
# lowest to the highest of the seeds. On the right, how busy the workers are. The dotted mark stands where there are as
# many workers as trials.
#
# Two questions to answer with it:
#
# 1. From how many workers on is the makespan of successive halving hardly any shorter? And that of full training?
# 2. *First in full:* which search has a whole model first, and does that mean that it is a good one?
#
# *Surprise me:* show the epochs. Whose bill grows with the number of workers?

# %%
medians = many.groupby(["scheduler", "n_workers"])[["makespan", "n_epochs"]].median()
spans = medians["makespan"].unstack()
unchanged = spans.loc[:, spans.columns >= 243].nunique(axis=1)
no_use = (unchanged == 1).all() and spans.columns[-1] > 500
claim("243 trials: more than 243 workers are no use", no_use)
bills = medians["n_epochs"].unstack()
grows = bills.iloc[:, -1] / bills[1] - 1
dearer = list(grows.index[grows > 0.3])
claim("ASHA's bill grows, in both forms", dearer == ["ASHA, promoting", "ASHA, stopping"])
claim("the others' bills do not", (grows.drop(dearer) == 0).all())

# %% [markdown]
# ### A thousand workers
#
# Now plan. You get a thousand workers for an afternoon, and a thousand trials to start. Which search, and how much will
# it save?

# %%
question = "1,000 workers, 1,000 trials: how much earlier is halving done than full training?"
saved = predict(question, ["over ten times", "two to ten times", "less than twice"])

# %%
schedules = {
    "full training": lambda: FullTraining(1000),
    "halving from epoch 1": lambda: SuccessiveHalving(1000),
    "halving from epoch 9": lambda: SuccessiveHalving(1000, min_fidelity=9),
    "ASHA from epoch 1": lambda: AsynchronousHalving(1000),
}
means = {name: plan(digits, make, (1000,), range(3)).mean() for name, make in schedules.items()}
crowd = pd.DataFrame(means).T[["makespan", "busy", "n_epochs", "loss"]]
crowd.round({"makespan": 3, "busy": 3, "n_epochs": 0, "loss": 4})

# %% [markdown]
# *In the table:* means of three seeds, without stragglers; `makespan` in seconds.

# %%
full, early, later = crowd.loc["full training"], crowd.iloc[1], crowd.iloc[2]
ratio = full["makespan"] / early["makespan"]
saved.reveal(saved.options[2 if ratio < 2 else 1 if ratio < 10 else 0])
claim("halving is done less than a third earlier", ratio < 1.33, ratio=ratio)
claim("for a twentieth of the epochs", early["n_epochs"] < full["n_epochs"] / 20)
losses = [early["loss"], full["loss"]]
claim("and with a worse winner", losses[0] > losses[1] + 0.003, losses=losses)
claim("from epoch 9 on: as good a winner", abs(later["loss"] - full["loss"]) < 0.003)
claim("for not a third of the epochs", later["n_epochs"] < full["n_epochs"] / 3)

# %% [markdown]
# Early stopping saves *work*. It saves *waiting* only as far as work was waiting for a worker. Whoever has a worker for
# each trial waits for at least one whole training, with or without rungs: 81 epochs, one after another. Then stopping
# sets workers free for others, or for more trials; if you pay by the hour, that is your gain.
#
# ## Does the simulator tell the truth?
#
# One can try, where one has the workers. Here two processes of this machine really train 27 networks, with rungs at 27
# and 81 epochs. A network that pauses is sent back, and trains on wherever a worker is free. Afterwards the same
# schedule runs on virtual clocks. From the real run these take when each worker was ready, and how long an epoch of
# each trial took on average; who trains what, who waits and when all is done, they have to find out.

# %%
tuned = {name: digits.space.domains[name] for name in ("learning_rate", "width")}
trained = problems.live("digits", {**tuned, "batch_size": 16})
bracket = partial(SuccessiveHalving, 27, min_fidelity=27)  # each call makes a fresh one
real, clock = play_with_workers(trained, bracket(), executor=LocalProcesses(2), seed=0)
again = replay(clock, bracket(), speeds="trials")
together = play(trained, bracket(), seed=0)
there, here = ({one.job: one.loss for one in search.reports} for search in (real, together))
claim("the replay makes the same decisions", again.same_jobs)
claim("so does the search that trains all side by side", set(there) == set(here))
apart = max(abs(there[job] - here[job]) for job in here)
claim("with the same losses", apart < 1e-4, largest_difference=apart)
clocks = {"real": clock, "simulated": again.simulated}
numbers = {name: [one.makespan, one.busy] for name, one in clocks.items()}
pd.DataFrame(numbers, ["makespan (s)", "busy"]).round(2)

# %% [markdown]
# *In the table:* your machine's own clock. The decisions are the same, as they must be: the losses are. The seconds
# need not be: real workers send networks about, and share the cores with whatever else runs here; and a process that
# starts late counts as waiting until then. The shorter the jobs, the more that counts. So trust the simulator's order
# of magnitude, and its comparisons, not its last digit.
#
# And if a worker dies? On the virtual clock we can let it happen, and often.

# %%
question = "In each epoch a job is lost with probability about 1/400. What becomes of the bracket?"
options = ["it never ends", "it ends, mostly with a winner", "it ends, mostly without one"]
crash = predict(question, options)

# %%
ended, failed, won = [], [], []
for seed in range(40):
    rng = np.random.default_rng(seed)
    draws = [digits.space.sample(rng) for _ in range(81)]
    losses, seconds = digits.along(draws, seeds=range(81)), digits.seconds(draws)
    search = SuccessiveHalving(81)
    hit = simulate(search, losses, seconds, 4, crashes=1 / 400, seed=seed)
    ended.append(search.finished)
    failed.append(sum(state == "failed" for state in search.states.values()))
    won.append(len(hit.in_full) == 1 and hit.in_full[0].job.stop == 81)
crash.reveal(crash.options[int(all(ended)) + int(all(ended) and np.mean(won) < 0.5)])
claim("every bracket ends", all(ended))
claim("of 81 trials hardly any fails", 0.3 < np.mean(failed) < 3, mean=np.mean(failed))
claim("mostly somebody is trained in full, not always", 0.5 < np.mean(won) < 1, share=np.mean(won))

# %% [markdown]
# A lost trial has failed, like one that diverges; the rung waits for it no longer, and the others go on. Only at the
# top is one job everything: if it is lost, nobody has been trained in full, and the best that is left has had a third
# of the epochs. (The course's workers can try a lost job again, with `n_tries=2`.)
#
# ## Deciding on the first to come
#
# Does ASHA let too many go on? At each rung it keeps a sorted list that grows. The first to arrive meets nobody; a good
# one that comes late may meet many. So it is the order that counts. In the *stopping* form (Determined) each arrival is
# told at once whether it trains on; in the *promoting* form (the paper's) it waits, and may still be called.

# %%
question = "Stopping form. 81 losses arrive, each better than all before. How many go on?"
lucky = predict(question, ["27", "about 40", "all 81"])

# %%
pictures.decisions()

# %% [markdown]
# *How to use it:* play lets one network after the other arrive at a rung. Choose the form of ASHA, and the order in
# which they come.
#
# *In the picture:* above, the losses that have arrived, sorted; left of the line lies the best third. Filled are those
# that were told to go on; orange diamonds have been overtaken since, and would not be told so now. Below left, the
# share that went on so far. Below right, by speed: how many went on (dots), and how many would have if all had been
# waited for (squares).
#
# Two questions to answer with it:
#
# 1. Stopping form, at random: how many of the first nine go on, and how many of the last nine?
# 2. *Fast first*, to the end: which networks go on that should not?
#
# *Surprise me:* *best first*, then *best last*. Which order is the worst that could happen?

# %%
rung, forms, n_on = pictures.arrivals(), ("stopping", "promoting"), {}
for order in ("best last", "best first", "fast first"):
    came = pictures.ordered(rung.losses, rung.seconds, order)
    for form in forms:
        n_on[order, form] = int((pictures.decide(rung.losses, came, form).when <= 81).sum())
most = n_on["best last", "stopping"]
lucky.reveal(lucky.options[0 if most < 34 else 1 if most < 60 else 2])
nearly = n_on["best last", "promoting"]
last = most == 81 and nearly > 70
claim("best last: all 81 when stopping, nearly all when promoting", last, promoting=nearly)
claim("best first: never more than a third", max(n_on["best first", form] for form in forms) <= 27)
claim("fast first: over 30, in both forms", min(n_on["fast first", form] for form in forms) > 30)
shuffles = [pictures.ordered(rung.losses, rung.seconds, "at random", seed) for seed in range(20)]

# %%
by_chance = {}
for form in forms:
    went_on = [pictures.decide(rung.losses, came, form).when <= 81 for came in shuffles]
    by_chance[form] = np.mean(np.sum(went_on, axis=1))
usual = np.array(list(by_chance.values()))
claim("a random order: about 27 in both forms, on average", np.abs(usual - 27).max() < 5, **by_chance)
thirds = np.array_split(rung.losses[rung.seconds.argsort()], 3)
behind = np.median(thirds[0]) / np.median(thirds[2])
claim("at this rung the fastest third has larger losses than the slowest", behind > 1.3, ratio=behind)
pd.Series(n_on).unstack().rename_axis(index="order", columns="form").rename(columns=str)

# %% [markdown]
# A full rung would let 27 pass. A random order costs little. But orders are seldom random. Fast networks
# come first: those that take few steps an epoch, and learn little by it. So those that come later look better and
# better, and more of them pass than should. And a sampler that learns sends its good configs late, which is near the
# worst order of all.
#
# ## Where do configs come from?
#
# Hyperband decides who trains on. Who starts, it leaves to dice. **BOHB** (Falkner and others, 2018) keeps the brackets
# and replaces the dice by two densities, as TPE does (notebook 08): $l$ of good configs and $g$ of the others. It draws
# candidates from $l$ and starts the one with the largest $l / g$; one start in three stays random. On which losses do
# the densities rest, if trials are compared at so many rungs? On those of the *highest* rung that has enough of them:
# at first the losses after one epoch, later those of whole trainings.

# %%
question = "digits: learning rates of the best after one epoch, beside those of the best in the end?"
rates = predict(question, ["similar", "about twice as large", "over three times as large"])

# %%
pictures.proposals_player()

# %% [markdown]
# *How to use it:* step through the brackets, here of two rounds of Hyperband.
#
# *In the picture:* the configs that a bracket has started, left drawn at random, right by BOHB. The darker and larger a
# point, the further its trial came. The star is the best config of all recorded networks.
#
# Two questions to answer with it:
#
# 1. In which bracket does BOHB begin to leave parts of the space empty?
# 2. Which points on the right ignore the densities?
#
# *Surprise me:* the first bracket. Its trials start together, before any loss is known. What can a model do then?

# %%
ratios, median_regret = [], {"random": [], "BOHB": []}
for batch in range(digits.n_batches):
    own = digits.draw(batch)
    curves = own.recorded()
    ends = curves.losses.mean(axis=1)[:, [0, -1]]  # after one epoch, and after the last
    twentieth = ends.argsort(axis=0)[: len(ends) // 20]
    rates_of = np.array([config["learning_rate"] for config in curves.configs])[twentieth]
    ratios.append(np.divide(*np.median(rates_of, axis=0)))
    for name, sampler in (("random", None), ("BOHB", samplers.BOHB(own.space, seed=batch))):
        search = play(own, Hyperband(), sampler, seed=batch)
        later = [one.config for one in search.reports if one.job.bracket > 0 and one.job.start == 0]
        median_regret[name].append(np.median([own.expected(config) for config in later]) - own.optimum)
rates.reveal(rates.options[int(min(ratios) > 1.5) + int(min(ratios) > 3)])
claim("the best twentieth after one epoch: over three times as large", min(ratios) > 3, ratios=ratios)
better = np.median(median_regret["BOHB"]) / np.median(median_regret["random"])
claim("from the second bracket on, BOHB's typical config is better", better < 0.7, ratio=better)

# %% [markdown]
# Both are true: in later brackets BOHB's configs are much better than those drawn at random, and what it learns from
# one epoch is biased towards networks that start fast. What prevails?
#
# ## Who makes the most of its epochs?
#
# The record again. All searches spend the same number of epochs, those of stopped trials included; a trial that goes on
# costs only what is new. One worker, so that every search knows all that can be known. What a search hands in is the
# best of those that have come furthest; its regret is that of a whole training, on average over the recorded seeds.
#
# - *random*, *tpe*, *gp* train every trial in full: dice, TPE (notebook 08), and a Gaussian process, another model of
#   the loss from all trials so far (notebooks 04 to 06; not needed here).
# - *halving*, *hyperband*, *asha*: dice, with early stopping. A number at the end is the first rung; else it is
#   epoch 1.
# - *bohb*: Hyperband with BOHB's densities.

# %%
question = "Worth twenty whole trainings: whose regret is least on average, on both data sets?"
champion = predict(question, ["gp", "hyperband", "bohb", "random"])

# %%
stopping_won(kept, ["random", "tpe", "gp", "hyperband", "bohb"])

# %% [markdown]
# *In the picture:* regret against the epochs spent; both axes logarithmic. A line is the median of twenty seeds, its
# band the middle half; the guess is judged by the mean. Two questions: where do the lines cross? And who begins worst,
# and why might that be?

# %%
twenty = 20 * 81
told = kept.groupby(["curves", "total_epochs", "method"])["regret"].mean().unstack()
least = {curves: told.loc[(curves, twenty)].idxmin() for curves in stopping.CURVES}
champion.reveal(min(least.values()))
claim("20 seeds", kept["seed"].nunique() == 20)
claim("worth twenty: the Gaussian process, of all in the record", set(least.values()) == {"gp"})
two = told.xs(twenty, level="total_epochs")
share = two["gp"] / two[["random", "tpe", "hyperband", "bohb"]].min(axis=1)
most = share.max()
claim("at most three quarters of the regret of each of the other four", most < 0.75, largest=most)
start = told.xs(ten, level="total_epochs")
above = (start["bohb"] / start["hyperband"]).min()
claim("worth ten: BOHB's regret is above Hyperband's, on both", above > 1.2, least=above)
end = told.xs(40 * 81, level="total_epochs")
level = abs(end.loc["aleph-curves", "bohb"] - end.loc["aleph-curves", "hyperband"])
claim("worth forty, aleph: BOHB and Hyperband are level", level < 0.003, difference=level)
apart = end.loc["digits-curves", "bohb"] / end.loc["digits-curves", "hyperband"]
claim("worth forty, digits: BOHB's mean regret is still above Hyperband's", apart > 1.3, ratio=apart)
claim("worth forty: the Gaussian process still leads them all", (end.idxmin(axis=1) == "gp").all())

# %%
most = (start["bohb-9"] / start["bohb"]).max()
claim("worth ten: BOHB from epoch 9 on, less than half of its regret from 1 on", most < 0.5, most=most)

# %%
shown = ["hyperband", "hyperband-9", "halving-9", "asha", "asha-9", "bohb", "bohb-9", "tpe", "gp"]
against = stopping_standings.differences(kept, stopping.TOLD, methods=["random", *shown])
against["trainings"] = against["total_epochs"] // 81
sure = against[against["p_holm"] < 0.05]
one = sure[["a", "curves", "trainings"]].to_numpy().tolist() == [["halving-9", "digits-curves", 10]]
claim("one comparison is beyond chance: halving-9, digits, worth ten", one)
keen = against[(against["a"] == "hyperband") & (against["trainings"] == 10)]["mean"]
claim("worth ten: Hyperband has more regret than random search, on both", (keen > 0).all())
ladders = two[["halving", "halving-3", "halving-9", "random"]].min(axis=1)
lag = two["hyperband"] - ladders
claim("worth twenty: Hyperband is a little behind the best single bracket", lag.between(0, 0.008).all())
against.pivot(index=["curves", "a"], columns="trainings", values="mean").round(3)

# %% [markdown]
# *In the table:* regret minus that of random search, in the mean of five data batches; negative is better. (Corrected
# for the nine comparisons of one data set at one budget, not for all of them.) Why is it so
# bad, on `aleph`, to look after one epoch? Compare the ranks then with those after the last epoch. (Notebook 16 found
# about 0, slightly below. Here the two trainings of each configuration are averaged first, which takes noise away.)

# %%
aleph, correlations = problems.curves("aleph-curves"), []
for batch in range(aleph.n_batches):
    means = aleph.draw(batch).recorded().losses.mean(axis=1)
    after = pd.DataFrame(means[:, [0, 8, -1]], columns=["epoch 1", "epoch 9", "the last"])
    correlations.append(after.corr(method="spearman")["the last"])
correlations = pd.DataFrame(correlations)
claim("after one epoch: correlated negatively, on each batch", correlations["epoch 1"].max() < -0.05)
claim("after nine positively", correlations["epoch 9"].min() > 0.05)
correlations[["epoch 1", "epoch 9"]].describe().loc[["min", "mean", "max"]].round(2)

# %% [markdown]
# This is a sobering result. Five data batches are few: hardly any difference is beyond chance when so many questions
# are asked. What one can see:
#
# - Stopping from the first epoch on does not pay here. On `aleph` those that look good after one epoch end a little
#   worse than the others, and on `digits` those with too large a learning rate look good.
# - A first rung at epoch 9 does pay on `digits`, the one difference that is beyond chance, as long as the budget is
#   small. Given forty whole trainings, dice have found a good model, too.
# - Hyperband keeps its promise: once it has played all its brackets, which takes about twenty trainings, it is not far
#   behind the best of them. Nor is it ahead of it.
# - BOHB begins worst, and we suppose because its first models are made of losses after one epoch: from epoch 9 on it
#   begins much better. With forty trainings' worth it has caught up with Hyperband on `aleph`, and on `digits` its
#   typical search has, but not its mean.
# - A good model of *whole* trainings, *gp*, has the least regret from twenty trainings on. That says what is worth
#   trying next: such a model inside brackets. We have not done it.
#
# Is the record true? Play a little of it again: dice with and without rungs, at no more epochs than random search gets.

# %%
question = "Ten trainings' worth: on how many of five batches is halving from epoch 9 on ahead?"
sure_of_it = predict(question, ["two or fewer", "three", "four or five"])

# %%
race = compare(["random"], digits, n_trials=10, seeds=range(20))
regrets = {"random": race.curves("regret")["random"][:, -1], "halving from 9": []}
for seed in range(20):
    own = digits.draw(seed)
    four_brackets = early_stopping.Synchronous(SuccessiveHalving(9, min_fidelity=9).plans * 4)
    search = play(own, four_brackets, seed=seed)
    regrets["halving from 9"].append(own.expected(search.incumbent.config) - own.optimum)
claim("no more epochs than ten trainings", search.n_epochs <= ten, epochs=search.n_epochs)
batches = np.array([np.array(one).reshape(4, 5).mean(axis=0) for one in regrets.values()])
paired = statistics.paired_differences(dict(zip(regrets, batches, strict=True)), peer="random")
n_ahead = int((batches[1] < batches[0]).sum())
sure_of_it.reveal(sure_of_it.options[max(0, min(n_ahead - 2, 2))])
difference = paired["mean"].iloc[0]
told = {"difference": difference, "ahead_on": n_ahead}
claim("less regret than random search, on average", difference < 0, **told)
paired.round(4)

# %% [markdown]
# *In the table:* the difference in mean regret, halving minus random search, its standard error over five data batches,
# and its 95 % interval. Its sign agrees with the record. Alone it would prove little: one batch or another weighs much
# among five.
#
# ## Limits
#
# - The seconds were measured on one core of one machine, and stragglers and crashes are a model of ours. Measure your
#   own before you order workers.
# - Between the recorded networks losses are interpolated, and each network was trained with two seeds. Five data
#   batches are few.
# - The networks are small. Where many fail at once, early stopping may well save more than here.
# - One worker knows all reports before it starts the next trial. With many workers a sampler knows less.
#
# ## Take-aways
#
# - How early is too early depends on the data. Brackets bet on several answers with about equal epochs each; that costs
#   a factor of about their number.
# - A synchronous rung waits for its slowest job, and its last rungs leave most workers idle. ASHA does not wait: it has
#   a model to show earlier, and pays with epochs for trials that would not have passed a full rung.
# - Early stopping saves work, not always waiting: with a worker for each trial, one whole training sets the time.
# - A simulation with recorded curves plans what you cannot try. Check its decisions against a small real run.
# - Compare at equal total epochs. Here a late first rung helped with a small budget, a very early one harmed, and a
#   model of whole trainings was hard to beat.
#
# ## Quiz

# %%
quiz("17")

# %% [markdown]
# ## References
#
# - L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh and A. Talwalkar (2018), Hyperband: a novel bandit-based approach to
#   hyperparameter optimization, *JMLR* 18 (185). Its worked table rounds the numbers of trials in another way.
# - S. Falkner, A. Klein and F. Hutter (2018), BOHB: robust and efficient hyperparameter optimization at scale, *ICML*,
#   arXiv 1807.01774.
# - L. Li, K. Jamieson, A. Rostamizadeh and others (2020), A system for massively parallel hyperparameter tuning,
#   *MLSys*, arXiv 1810.05934. ASHA, the promotion form.
# - Determined AI, the adaptive search of its platform, https://github.com/determined-ai/determined. ASHA, the stopping
#   form, and its brackets.
# - The digits: E. Alpaydin and C. Kaynak (1998), Optical recognition of handwritten digits, UCI machine learning
#   repository.
#
# ## What is next
#
# So far a hyperparameter was chosen before the training, and stayed. Notebook 18, tune while training, turns it while
# the network learns.

# %% [markdown] tags=["slide", "title"]
# # Brackets
#
# How do hundreds of workers share a tournament?

# %% [markdown] tags=["notes"]
# **1 min.** Notebook 16 stopped the losers early: all trials train a little, one in three goes on, and so on. That was
# one worker, and one choice of the first cut. Today nobody knows how early is too early, and there are many workers.
# You need successive halving (notebook 16), and for one slide Parzen estimators (notebook 08).

# %% tags=["slide"]
from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.nb17 import brackets, matches, slides, timeline
from hpo_tutor.early_stopping import hyperband_brackets, plan_cost
from hpo_tutor.figures.stopping_compared import look
from hpo_tutor.widgets import Dial, Player

kept = stopping.load()
waits = slides.waiting(25)  # 81 trials in a bracket, five seeds
halving = {words: shares for (name, words), shares in waits.items() if name == "halving"}
claim("with stragglers, halving waits nine tenths of the time", abs(halving["stragglers"].mean() - 0.9) < 0.04)

# %% [markdown] tags=["slide"]
# ## Two workers, one straggler

# %% tags=["slide"]
two = slides.two_workers()
idle = 2 * two.makespan * (1 - two.busy)
claim("13 of 38 seconds are waited", round(idle, 9) == 13 and two.makespan == 19, waited=idle)
puzzle = Player([slides.held(at) for at in (6.0, two.makespan)], name="clock", label="What shall it do?", speed=1)
on_slide(puzzle, stops=[0, 1], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** Nine networks, two workers, one second for one epoch. After one epoch three of the nine go on. Worker 1 has
# the ninth network, which takes five times as long as it should: a *straggler*. Worker 2 is free. *Ask:* what shall it
# do? Collect the answers on the board, and judge none of them. You will hear:
#
# - *wait*: then nothing is decided that must be taken back;
# - *start a tenth network*: it had no place in the plan;
# - *let the best of the eight go on*: and if the ninth is better?
#
# Press: successive halving waits. It waits again at the second rung, and at the last one only one network is left for
# two workers: 13 of 38 seconds. Leave the answers on the board.

# %% [markdown] tags=["slide", "vote"]
# ## 25 workers wait. And without stragglers?
#
# Halving of 81 trials, with stragglers: they wait nine tenths of their time. Take the stragglers away:
#
# - A: **hardly ever**
# - B: **a third**
# - C: **half**
# - D: **nine tenths, as before**

# %% [markdown] tags=["notes"]
# **2 min.** Recorded networks, with the seconds an epoch that were measured; the clock and the stragglers are
# simulated. A job takes $1 + 2|z|$ times as long as it should, with $z$ normal. Rungs at epochs 1, 3, 9, 27, 81. The
# workers wait for nine tenths of the time. Now all machines are equally fast: how much do they
# wait? Hands up, counts on the board. Expect B or C, for we have just seen a straggler do harm.

# %% [markdown] tags=["slide"]
# ## How early is too early? Bet on all

# %% tags=["slide"]
plans = hyperband_brackets(81, 3)
costs = [plan_cost(plan) for plan in plans]
claim("81, 34, 15, 8 and 5 trials", [plan[0].n_trials for plan in plans] == [81, 34, 15, 8, 5])
claim("each bracket costs 276 to 405 epochs", (min(costs), max(costs)) == (276, 405), costs=costs)
n, full = sum(plan[0].n_trials for plan in plans), sum(plan[-1].n_trials for plan in plans)
claim("143 trials, ten in full, for less than a seventh of all", (n, full) == (143, 10) and sum(costs) < n * 81 / 7)
stairs = Player.over(
    slides.stairs,
    max_epochs=Dial("whole training", (9, 27, 81, 243), unit="epochs"),
    divisor=Dial("divisor", (3, 4, 5)),
    start={"max_epochs": 81},
    label="Brackets",
)
on_slide(stairs, stops=[{"max_epochs": at, "divisor": by} for at, by in [(9, 3), (81, 3), (81, 5), (243, 3)]])

# %% [markdown] tags=["notes"]
# **4 min.** A row is a tournament, a *bracket*. To the right: the epochs that a trial has had; a step's height: how
# many trials take it. **Stop 1.** Nine epochs, three brackets. The top one cuts after one epoch, the last one cuts
# nobody. *Ask:* which of them is right? Nobody knows beforehand, so Hyperband plays them all.
#
# **Stop 2.** 81 epochs, five brackets. On the right what each costs. *Ask* before you read: which is the dearest? They
# are alike, within half as much again; that is how the numbers of trials were chosen. 143 trials for less than a
# seventh of the epochs that they would take in full.
#
# **Stop 3.** One in five goes on. Fewer brackets, ruder cuts. **Stop 4.** Longer trainings: one more bracket. If time
# is short, leave out stop 3.

# %% [markdown] tags=["slide", "build"]
# ## As many epochs for each bracket
#
# $$n_s = \left\lceil \color{#D55E00}{\frac{s_\text{max} + 1}{s + 1}} \cdot \color{#0072B2}{\eta^s} \right\rceil, \qquad
# r_s = \color{#009E73}{\frac{R}{\eta^s}}$$
#
# - Blue: one in $\eta$ passes each of $s$ cuts, **and one must be left**.
# - Orange: fewer rungs to pay for, **more trials**.
# - Green: $R$ epochs in all, so the **first cut** is here.

# %% [markdown] tags=["notes"]
# **2 min.** Li and others, 2018. Press four times: the formula, blue, orange, green. A bracket with $s$ cuts has
# $s + 1$ rungs, and each rung costs about the same: a third of the trials, three times the epochs. So a bracket with
# few rungs can afford more trials. *Ask:* $R = 81$, $\eta = 3$, $s = 2$, so $s_\text{max} = 4$: how many start, when is
# the first cut? $\lceil 5/3 \cdot 9 \rceil = 15$, after $81 / 9 = 9$ epochs: the third row of the slide before.
#
# *Likely mistake:* the same number of trials for every bracket. Then the last one eats the budget.

# %% [markdown] tags=["slide"]
# ## Determined: how brave are you?

# %% tags=["slide"]
modes = {mode: [len(plan) for plan in brackets.determined_plans(mode)] for mode in brackets.MODES}
claim("one, two and three brackets", [len(some) for some in modes.values()] == [1, 2, 3], rungs=list(modes.values()))
sizes = [plan[0].n_trials for plan in brackets.determined_plans("standard")]
claim("standard: 12 and 4 trials, cuts at 58 and at 234 batches", sizes == [12, 4])
firsts = [int(plan[0].fidelity) for plan in brackets.determined_plans("standard")]
claim("the first cuts", firsts == [58, 234])
braver = Player([slides.ladders(mode) for mode in brackets.MODES], name="mode", label="Determined", speed=1)
on_slide(braver, stops=[1, 0, 2])

# %% [markdown] tags=["notes"]
# **2 min.** A training platform in use: 16 trials of 937 batches, one in four goes on. You give one word. **Standard**:
# half of the possible brackets, 12 trials with a first cut at 58 batches and 4 with a first cut at 234. *Ask:* what
# will *aggressive* do? Press: all 16 into the bracket that cuts first. *Conservative?* Press: one trial is trained
# whatever happens. The word is a bet on how early is too early.

# %% [markdown] tags=["slide"]
# ## Who waits for whom?

# %% tags=["slide"]
few, many, most = (matches.matched(n, 1.0, n_trials=trials) for n, trials in [(4, 81), (25, 81), (500, 729)])
shares = [1 - match.timelines[0].busy for match in (few, many, most)]
claim("halving waits half of the time with 4, 9 tenths with 25", 0.35 < shares[0] < 0.6 and shares[1] > 0.85)
claim("with 500 over 95 per cent", shares[2] > 0.95, waits=shares)
busy = [match.counts[0].busy(0.35 * match.end) for match in (few, many)]
claim("after a third of the clock three of four train, and at most three of 25", busy[0] == 3 >= busy[1], busy=busy)
claim("ASHA: nobody waits", all(match.timelines[1].busy > 0.99 for match in (few, many, most)))
in_full = [[len(one.in_full) for one in match.timelines] for match in (many, most)]
claim("ASHA trains more than twice as many in full", all(b > 2 * a for a, b in in_full), in_full=in_full)
spent = [one.n_epochs for one in many.timelines]
claim("for over five times as many epochs", spent[1] > 5 * spent[0], epochs=spent)
clocks = Player.over(
    slides.clock,
    n_workers=Dial("workers", (4, 25, 500)),
    share=Dial("clock", (0, 20, 35, 50, 75, 100), unit="%"),
    play="share",
    label="Who waits for whom?",
)
told = [(4, 35), (4, 100), (25, 35), (25, 100), (500, 100)]
on_slide(clocks, stops=[{"n_workers": n, "share": at} for n, at in told], freeze=True)

# %% [markdown] tags=["notes"]
# **6 min.** A row is a worker, a bar a job; the darker and higher, the further the trial. Above: successive halving,
# which waits until a rung is full. Below: *ASHA*, which lets the best third of **those that are there** go on, and
# starts a new trial where nobody is due. Both have stragglers.
#
# **Stop 1.** Held: 4 workers, a third of the clock; what comes is veiled. *Ask:* who waits, and for whom? One of four,
# for three trials are left. Press. **Stop 2.** The whole clock: halving has waited for half of it. *Ask:* where most?
# At the right end, where one trial is left.
#
# **Stop 3.** 25 workers. *Ask* before: how many train at this moment? Three at most. **Stop 4.** The whole clock.
# *Ask:* how many has each trained in full? One above, several below; but below over five times as many epochs were
# spent. Nothing is given away: the waiting is free, the epochs are not.
#
# **Stop 5.** 500 workers and 729 trials; now the height is how many train. If time is short, leave out stop 1.

# %% [markdown] tags=["slide"]
# ## Remedy one: all brackets at once

# %% tags=["slide"]
side = [matches.matched(25, 1.0, above=name).timelines[0] for name in slides.TOGETHER.values()]
claim("done in less than half of the time", side[1].makespan < side[0].makespan / 2, s=[one.makespan for one in side])
claim("with as many epochs", side[0].n_epochs == side[1].n_epochs, epochs=side[0].n_epochs)
fuller = Player([slides.played(way) for way in slides.TOGETHER], name="brackets", label="Hyperband", speed=1)
on_slide(fuller, stops=[0, 1], freeze=True)

# %% [markdown] tags=["notes"]
# **2 min.** Held: Hyperband on 25 workers, one bracket after another. *Ask:* how could it be done sooner, with the very
# same jobs? Press: the brackets do not need each other, so play them side by side. One fills the gaps of another. It
# takes less than half of the time, and still there are gaps.

# %% [markdown] tags=["slide"]
# ## Remedy two: wait for nobody


# %% tags=["slide", "show-code"]
def trains_on(loss, rung, divisor=3):
    """A trial reports at a rung: is it good enough so far?"""
    rung.append(loss)
    line = max(len(rung) // divisor, 1)
    return sum(other < loss for other in rung) < line


# %% tags=["slide"]
found = pictures.arrivals()
order = pictures.ordered(found.losses, found.seconds, "at random")
rung, asked = [], {}
for trial in order:
    asked[trial] = trains_on(found.losses[trial], rung)
decided = pictures.decide(found.losses, order)
claim("as Determined's scheduler", all(asked[k] == (decided.when[k] <= 81) for k in order))

# %% [markdown] tags=["notes"]
# **2 min.** A list for each rung, and no plan: the stopping form of asynchronous halving, as in Determined. *Ask:* what
# happens to the first one that arrives? It always goes on. And to a trial that a later one pushes below the line?
# Nothing, it is on its way. In the other form, *promotion*, a trial pauses, and a free worker takes the best that is
# due.

# %% [markdown] tags=["slide"]
# ## One decision at a time

# %% tags=["slide"]
orders, went = ("at random", "best first", "best last"), {}
for order in orders:
    decided = pictures.decide(found.losses, pictures.ordered(found.losses, found.seconds, order))
    went[order] = int((decided.when <= 81).sum())
claim("at random about a third go on", abs(went["at random"] - 27) <= 6, went_on=went["at random"])
deciding = Player.over(
    lambda arrivals: slides.arrived("at random", arrivals),
    arrivals=Dial("arrivals", (1, 2, 3, 4, 6, 9, 18, 27, 54, 81)),
    label="One decision at a time",
)
on_slide(deciding, stops=[{"arrivals": at} for at in (1, 4, 9, 27, 81)])

# %% [markdown] tags=["notes"]
# **4 min.** One rung, 81 networks after their third epoch, sorted by loss; the triangle is the newest, the dashed line
# the best third. **Stop 1.** The first: best of one, it goes on. **Stop 2.** *Ask:* rank 2 of 4, does it go on? No, the
# line is at one. **Stop 3.** Nine. *Ask:* five went on, and only three may? The two diamonds came early, when the line
# was kind. **Stop 4 and 5.** *Ask* before the last: what share will it be? A third again: chance evens out, and the
# early luck is paid once.

# %% [markdown] tags=["slide"]
# ## What if they come in order?

# %% tags=["slide"]
claim("best first: one goes on; best last: all", (went["best first"], went["best last"]) == (1, 81))
other = {}
for order in ("best first", "best last"):
    one = pictures.decide(found.losses, pictures.ordered(found.losses, found.seconds, order), "promoting")
    other[order] = int((one.when <= 81).sum())
claim("promoting: a third, and nearly all", other["best first"] == 27 and other["best last"] > 70, went_on=other)
unlucky = Player([slides.arrived(order, 81) for order in orders], name="order", label="The same 81 losses", speed=1)
on_slide(unlucky, stops=[0, 1, 2], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** The same losses, all 81 are in. Held: at random. *Ask:* now the best comes first, then the second best, and
# so on: how many go on? Press: one, all others meet a line that they cannot reach; 26 of the best third are lost. *And
# the best last?* Press: all of them. Nothing is stopped.
#
# *Ask:* who would send them like that? A sampler that **learns** sends better ones all the time: the better it is, the
# fewer are stopped. The other form, promotion, mends *best first*, not *best last*.

# %% [markdown] tags=["slide"]
# ## BOHB: where do configs come from?

# %% tags=["slide"]
searches = pictures.searched()
typical = [[pictures.first_median(some, bracket) for some in searches.values()] for bracket in range(10)]
claim("second bracket: BOHB's are worse", typical[1][1] > typical[1][0], losses=typical[1])
claim("sixth and seventh: far better", all(b < 0.6 * a for a, b in typical[5:7]), losses=typical[5:7])
configs = Player.over(slides.proposed, bracket=Dial("bracket", range(1, 11)), label="Where from?")
on_slide(configs, stops=[{"bracket": at} for at in (1, 2, 3, 6)])

# %% [markdown] tags=["notes"]
# **3 min.** Hyperband rolls dice for its configs. *BOHB* plays the same brackets, but two in three configs come from a
# model, as TPE does: dense where good ones lay, thin where bad ones lay. A darker and larger point has come further.
#
# **Stop 1.** The first bracket: the model knows nothing, both look alike. **Stop 2.** *Ask:* what has it learnt, and
# from whom? From losses after one epoch: who is fast there is not who is good later. Its median is the worse one.
# **Stop 3.** Now it has seen longer trainings. **Stop 4.** The second round: far lower already after one epoch.

# %% [markdown] tags=["slide"]
# ## A race: equal epochs


# %% tags=["slide"]
def rows(first):
    """Methods by the names that they have in the record; a number at their end is the first rung."""
    end = "" if first == 1 else f"-{first}"
    names = {"TPE, in full": "tpe", "Hyperband": f"hyperband{end}", "BOHB": f"bohb{end}"}
    return {words: (name, look(name.removesuffix(end))) for words, name in names.items()}


def ratio(method, curves, trainings):
    """Of random's regret: its geometric mean over data batches, and the ends of the 95 % interval."""
    return slides.centre(slides.ratios(kept, method, f"{curves}-curves", 81 * trainings))


claim(
    "ten trainings, cut from epoch 1: BOHB is behind dice on both",
    ratio("bohb", "digits", 10)[1] > 1 and ratio("bohb", "aleph", 10)[1] > 1,
)
claim("Hyperband on aleph", ratio("hyperband", "aleph", 10)[1] > 1, ratio=ratio("hyperband", "aleph", 10))
claim("cut from epoch 9: Hyperband is ahead on digits", ratio("hyperband-9", "digits", 10)[2] < 1)
level = [ratio("hyperband-9", "aleph", 10), ratio("tpe", "digits", 10), ratio("tpe", "aleph", 10)]
claim("on aleph it cannot be told, nor for TPE", all(low < 1 < high for _, low, high in level))
late = [ratio("bohb-9", curves, 40) for curves in ("digits", "aleph")]
others = [ratio(name, curves, 40)[0] for name in ("tpe", "hyperband-9") for curves in ("digits", "aleph")]
claim("forty trainings, from epoch 9: BOHB is lowest on both", max(one[0] for one in late) < min(others), ratios=late)
claim("on aleph its interval holds one", late[1][1] < 1 < late[1][2])
guided = [ratio("gp", curves, 40)[0] for curves in ("digits", "aleph")]
below = [mean < one[0] for mean, one in zip(guided, late, strict=True)]
claim("a Gaussian process on full trainings is lower still", all(below), gp=guided)
claim("20 seeds on five data batches", kept["seed"].nunique() == 20 and kept["batch"].nunique() == 5)
running = Player.over(
    lambda first, trainings: slides.raced(kept, rows(first), 81 * trainings, (0.3, 16)),
    first=Dial("first cut", (1, 9), unit="epochs"),
    trainings=Dial("worth", (10, 40), unit="trainings"),
    label="Regret over that of dice",
)
on_slide(running, stops=[{"first": at, "trainings": n} for at, n in [(1, 10), (9, 10), (9, 40)]], freeze=True)

# %% [markdown] tags=["notes"]
# **4 min.** How many times the regret of dice that train everything in full, at as many epochs; left of the line is
# better. Grey dots: five data batches, four seeds each. The bar is Student's 95 % interval over the batches, and not
# corrected for the many questions.
#
# **Held:** worth ten trainings, cuts from epoch 1. *Ask:* who wins? Nobody; Hyperband and BOHB are behind on aleph, and
# BOHB by far on both, for its first model is made of losses after one epoch. *Ask:* what would you change? Press: the
# first cut at epoch 9. Now Hyperband is ahead on digits, and on aleph it cannot be told. Press: forty trainings. BOHB
# has learnt, and is the lowest of the three on both; on aleph the bar still reaches the line. (Not in the picture: full
# trainings that a Gaussian process chooses are better still.)
#
# *So:* all brackets hedge, but the hedge has its price, and the first rung is still a choice.

# %% [markdown] tags=["slide"]
# ## A thousand workers

# %% tags=["slide"]
raced = ("successive halving", "ASHA, promoting")
table = pictures.planned(n_workers=(1, 4, 25, 100, 1000), stragglers=(1.0,), schedulers=raced)
first, ends, epochs = (
    {name: one["median"] for name, one in pictures.medians(table, column).items()}
    for column in ("first_in_full", "makespan", "n_epochs")
)
gains = [first[name][25] / first[name][1000] for name in raced]
claim("1,000 workers instead of 25: not half as early again", max(gains) < 1.5, gains=gains)
claim("ASHA has a trial in full in less than 2/3 of the time", (first[raced[1]] < first[raced[0]] / 1.5).all())
same = ends[raced[0]][1000] / ends[raced[1]][1000]
claim("all are done at about the same time", 0.8 < same < 1.25, ratio=same)
dear = epochs[raced[1]][1000] / epochs[raced[0]][1000]
claim("ASHA trains over one and a half times as much", dear > 1.5, ratio=dear)
planned = Player.over(
    lambda quantity: slides.needed(table, quantity),
    quantity=Dial("show", ("first in full", "makespan", "epochs")),
    label="243 trials",
)
on_slide(planned, stops=[0, 1, 2], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** What nobody here has, simulated: 243 trials on up to 1,000 workers, medians of five seeds, both axes
# logarithmic. Held: seconds until a first trial is trained in full. *Ask:* from how many workers on does it not pay any
# more? From about 25 on hardly. ASHA is earlier everywhere. *Ask:* why does it not fall on? The longest training is
# done by one worker, and no second one makes it shorter.
#
# Press: until **all** is done. The two are alike! Press: what it costs. ASHA trains more, since it cannot know who
# would have come. So: a good model early, ASHA; the same trials with the fewest epochs, halving. With one worker there
# is no question.

# %% [markdown] tags=["slide", "vote"]
# ## 25 workers wait. And without stragglers?
#
# Halving of 81 trials, with stragglers: they wait nine tenths of their time. Take the stragglers away:
#
# - A: **hardly ever**
# - B: **a third**
# - C: **half**
# - D: **nine tenths, as before**

# %% [markdown] tags=["notes"]
# **1 min.** Vote again, new counts beside the old ones. One hint: where on the clock were the gaps? Ask one who
# changed: why?

# %% [markdown] tags=["slide"]
# ## The funnel is to blame, not the straggler

# %% tags=["slide"]
claim("without stragglers halving waits as much, seed by seed", halving["no stragglers"].min() > 0.85)
change = halving["stragglers"].mean() - halving["no stragglers"].mean()
claim("a difference of less than three per cent of the time", abs(change) < 0.03, difference=change)
beside = {words: waits["all brackets at once", words].mean() for words in slides.STRAGGLERS}
claim("side by side: a quarter of the time less without stragglers", beside["no stragglers"] < 0.65, waits=beside)
claim("and with them it costs a tenth or more of the time", beside["stragglers"] > beside["no stragglers"] + 0.1)
claim("ASHA never waits", max(waits["ASHA", words].max() for words in slides.STRAGGLERS) < 0.01)
on_slide(slides.waited(waits))

# %% [markdown] tags=["notes"]
# **3 min.** D. A dot is a seed. 81 trials for 25 workers, then 27, 9, 3, and for the longest time **one**: 24 wait for
# it, straggler or not. All brackets at once give them other work, and there stragglers do cost something. ASHA has
# always a new trial to start.
#
# Back to the answers on the board, from the puzzle. *Start a tenth network* and *let the best go on*: together that is
# ASHA. *Wait*: with few workers, or where an epoch is dear, that was not foolish.

# %% [markdown] tags=["slide", "build"]
# ## What to take home
#
# - Nobody knows how early is too early: play several brackets.
# - Workers wait because tournaments end narrow.
# - Deciding at once keeps all busy, and trains more.
# - Coming first is luck, and improving arrivals all pass.

# %% [markdown] tags=["notes"]
# **1 min.** One press each. *How do hundreds of workers share a tournament?* They do not share one: they play many, or
# one that never closes its doors.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 17, 60 minutes.
#
# - 17.1 rungs, 17.2 trials, 17.3 Hyperband, 17.4 barriers.
# - Surprise: scrub the clock of one worker. Who waits now?

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 17`. There real workers train beside the simulated ones, and you see whether the simulator
# tells the truth. Next: why stop and start again? Notebook 18 changes the hyperparameters while a network trains.
