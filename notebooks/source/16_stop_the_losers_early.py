# %% [markdown]
# # Stop the losers early
#
# **Question.** How early can you tell that a training is hopeless?
#
# **Afterwards you can**
#
# - play a knockout tournament of trainings, and count its epochs
# - measure how well an early rank predicts the final one, and name those who are stopped wrongly
# - choose when the first decision falls, and say what that choice costs
#
# **Before.** Notebook 03 (random search).
#
# **Time.** 60 minutes, of which the exercises take 15.

# %% tags=["setup"]
from functools import partial
from time import perf_counter

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, doctor, early_stopping, hint, predict, problems, quiz, tournaments
from hpo_tutor.course.pictures import nb16 as pictures
from hpo_tutor.race import compare, statistics
from hpo_tutor.race.experiments import stopping, stopping_standings
from hpo_tutor.samplers import TPE, Design
from hpo_tutor.widgets import Player

doctor()

# %% [markdown]
# ## Most of the work goes into hopeless networks
#
# So far every trial was trained to its end: 81 networks of 81 epochs each are 6,561 epochs. How much of that could be
# saved? To find out, one must know how the stories would have ended. So 7,860 networks were trained to the end, and
# their validation losses were kept after every epoch: on digits, on aleph (the jets), and on a part of mnist. These are
# 906 configurations, each trained with two seeds on five data batches (mnist: on one). They differ in learning rate,
# width and batch size, and, but for mnist, in one more hyperparameter.

# %%
tables = {name: problems.curves(table) for name, table in pictures.TABLES.items()}
digits = tables["digits"]
long = {one.n_epochs for one in tables.values()}
configs = {name: len(one.recorded().configs) for name, one in tables.items()}
claim("906 configurations", sum(configs.values()) == 906, **configs)
kept = {name: one.n_batches * one.n_seeds * configs[name] for name, one in tables.items()}
claim("7,860 networks, each with 81 epochs", sum(kept.values()) == 7860 and long == {81}, **kept)
claim("81 networks of 81 epochs: 6,561 epochs", 81 * digits.n_epochs == 6561)
pd.DataFrame(digits.recorded().configs).drop(columns="l2").agg(["min", "max", "nunique"])

# %% [markdown]
# *In the table:* the smallest and the largest value of each hyperparameter of the digits, and how many values there
# are. Every combination was trained.

# %%
question = "27 digits networks at random: how many end below twice the loss of their best?"
near = predict(question, ["two or three", "about eight", "about twenty"])

# %%
draws = [pictures.drawn("digits", 27, draw, draw % digits.n_batches).losses for draw in range(200)]
ends = np.array([losses[:, -1] for losses in draws])
within = (ends < 2 * ends.min(axis=1, keepdims=True)).sum(axis=1)
usual = np.median(within)
near.reveal(near.options[int(usual > 5) + int(usual > 14)])
claim("about eight of 27", 6 <= usual <= 10, median=usual)
others = 1 - within.mean() / 27
claim("so over half of the epochs go into the others", others > 0.55, share=others)

# %% [markdown]
# The others were hopeless, and got as many epochs as the winner. Could it have been seen after a few?
#
# ## Where would you cut?
#
# Here is a rule that anybody can apply: train all for a few epochs, then stop all but the best. Nobody would notice a
# mistake, for what was stopped never shows what it would have become. With recorded curves we can look.

# %%
question = "Digits: the winner's median place among the 27 after 3 epochs, over 200 draws?"
place = predict(question, ["1st to 3rd", "4th to 9th", "10th or worse"])

# %%
pictures.cutter()

# %% [markdown]
# *How to use it:* drag to the right for a later cut, up if more shall train on; or move the sliders. `curves` chooses
# 27 networks of one of three data sets. All are random draws, but *digits 3* and *4* were picked because their winners
# start slowly.
#
# *In the picture:* a line for each network, its loss on a logarithmic scale against epochs, logarithmic too. Grey ones
# end at the cut. The thick red line is the one that would win if nobody were stopped; where it is stopped, its
# **ghost** goes on, dotted, and the diamond is what you get in its place. The sentence below counts the epochs.
#
# Two questions to answer with it:
#
# 1. *digits 1*, nine train on: at which cut does the winner live for the first time? What does it cost in epochs?
# 2. With only one that trains on, how late must you cut? Compare digits with aleph.
#
# *Surprise me:* *digits 3*, cut after 27 epochs, 3 train on. Then *digits 4*, cut after 1 epoch, 9 train on: what is
# the final place of the one you get?


# %%
def killed(name, epoch, kept):
    """How often the eventual winner of 27 is stopped, and its place at the cut."""
    n_batches = tables[name].n_batches
    some = [pictures.drawn(name, 27, draw, draw % n_batches).losses for draw in range(200)]
    cuts = [pictures.decided(losses, epoch, kept) for losses in some]
    return np.mean([one.killed for one in cuts]), np.median([one.winner_rank for one in cuts])


_, middle = killed("digits", 3, 9)
place.reveal(place.options[int(middle > 3) + int(middle > 9)])
claim("digits: its median place after 3 epochs is 4th to 9th", 4 <= middle <= 9, place=middle)
epochs = (1, 3, 9, 27)
dead = pd.DataFrame({name: [killed(name, epoch, 9)[0] for epoch in epochs] for name in tables}, epochs)
died = dead["digits"]
claim("digits, cut after 1 epoch: the winner is killed in over a third of the draws", died[1] > 1 / 3)
claim("after 27 epochs hardly ever", died[27] < 0.05)
claim("aleph: after 3 epochs in over half of the draws", dead.loc[3, "aleph"] > 0.5)
dead.rename_axis("winner killed, cut after").style.format("{:.0%}")

# %% [markdown]
# (Nine of the 27 train on.) So no epoch is right for all. A cut that comes late saves little; one that comes early
# lets the winner die. But look at the diamonds as well: who is lost is one question, how much is lost is another.
#
# ## How well does an early rank predict the final one?
#
# Put it in one number. Write down the rank of each network after some epochs, and its final rank, and take the ordinary
# correlation of the two lists: **Spearman's rank correlation**. It is 1 if the order is the same, 0 if the one list
# says nothing about the other, and $-1$ if the order is reversed.

# %%
question = "aleph: the rank correlation between the losses after 1 epoch and after 81?"
spearman = predict(question, ["above 0.5", "between 0.2 and 0.5", "about 0"])

# %%
pictures.rank_player()

# %% [markdown]
# *How to use it:* choose the data set of the right panel, and which of its networks; play moves on in epochs.
#
# *In the picture:* on the left, the rank correlation of each epoch with the end, for all three data sets. For the
# bands, as many networks were drawn again from the same ones, with repetition, over and over: 95 % of the correlations
# lie inside. On the right, a symbol for each network: its rank at this epoch to the right, its
# final rank upwards. The symbol says whether its learning rate is small, middling or large. In the box at the lower
# left are those of the final best tenth that a cut to the best third would keep.
#
# Two questions to answer with it:
#
# 1. After 1 epoch, which learning rates are ahead, and where do they end?
# 2. Choose the small learning rates of digits. Why is the correlation so much higher among them?
#
# *Surprise me:* the wide networks of aleph. Between which epochs does the correlation turn
# positive?

# %%
first, ninth = {}, {}
for name, one in tables.items():
    curves = [pictures.correlation(name, batch=k).values for k in range(one.n_batches)]
    first[name], ninth[name] = ([curve[epoch - 1] for curve in curves] for epoch in (1, 9))
value = max(first["aleph"])
spearman.reveal(spearman.options[int(value < 0.5) + int(value < 0.2)])
between = 0.1 < min(first["digits"]) < max(first["digits"]) < 0.5
claim("digits, after 1 epoch: positive, but below a half, in each data batch", between)
nothing = np.abs(first["aleph"]).max() < 0.2
claim("aleph: about 0 in each data batch", nothing, correlations=first["aleph"])
gap = min(ninth["digits"]) - max(ninth["aleph"] + ninth["mnist"])
claim("after 9 epochs digits are far ahead of the others", gap > 0.15, gap=gap)
alone = pictures.correlation("digits", "small learning rates").values[0]
claim("digits, small learning rates only: one epoch tells nearly all", alone > 0.9, correlation=alone)
wide = pictures.correlation("aleph", "wide networks").values[2]
claim("wide networks of aleph: reversed after 3 epochs", wide < -0.2, correlation=wide)

# %% [markdown]
# Why? With a large learning rate the loss falls fast, and soon stays where it is, or rises again (you will see it
# below); with a small one it creeps, and goes on falling. After one epoch you see who is fast, and not who is good.
# Among the slow ones alone early ranks tell more: nearly all on digits, but still almost nothing on aleph.

# %%
for name in pictures.TABLES:
    late = pictures.delays(name, 1)[1][:, 1]  # by learning rate: median early rank minus final rank
    turned = late[:3].min() > 0 > late[-3:].max()
    claim(f"{name}: after 1 epoch the smallest rates rise in rank, the largest fall", turned)
    every = pictures.correlation(name).values[0]
    slow = pictures.correlation(name, "small learning rates").values[0]
    tells = slow > every + 0.15
    claim("among small rates alone the first epoch tells more", tells, alone=slow, all=every)
nothing = pictures.correlation("aleph", "small learning rates").values[0]
claim("aleph: still almost nothing", abs(nothing) < 0.25, correlation=nothing)

# %% [markdown]
# And mind what a correlation is: one number for *all* ranks. It may be high because the hopeless ones are found, while
# the best few are still mixed up. Whether the winner survives has to be counted separately.
#
# ## A tournament
#
# One cut must be either early or late. Why not several? Cut after 1 epoch, among those left again after 3, after 9,
# and so on; each time a third goes on. Few get far, and these have been looked at often. Such a tournament is called
# **successive halving**, even when a third goes on instead of a half. How much of its training a network has had is its
# **fidelity**; the fidelities at which networks are compared are the **rungs**. Who is left after the last one is the
# champion.

# %%
question = "81 networks, rungs at 1, 3, 9, 27 and 81 epochs. Which rung takes by far the most epochs?"
dearest = predict(question, ["the first, where all train", "the last, the longest", "none"])

# %%
field = pictures.drawn("digits", 81)
pictures.knockout(field, {"successive halving": early_stopping.SuccessiveHalving(81, 81)})

# %% [markdown]
# *How to use it:* play, or drag the slider: one report after the other (a report is the loss of one network at one
# rung). It begins where the first rung is complete.
#
# *In the picture:* a column for each rung, with the number of reports above it; a dot for each report, at its loss.
# Crosses are out. The ring is the network that would win if all were trained to the end.
#
# Two questions to answer with it:
#
# 1. A third goes on from the first rung. How close to the limit is the place of the eventual winner?
# 2. Where is it knocked out, and how many are ahead of it there?
#
# *Surprise me:* go to the last report. Is the diamond the lowest loss that was ever reported? Whose is lower?

# %% [markdown]
# Let $n$ networks start, $r$ be the first rung, and $\eta$ (eta) the **divisor**: of $\eta$ networks one goes on. Then
# rung $k$, from 0, has
#
# $$n_k = \lfloor n / \eta^k \rfloor \text{ networks}, \qquad r_k = r \, \eta^k \text{ epochs each.}$$
#
# The epochs grow by the factor by which the networks shrink, so that $n_k r_k$ stays the same. Survivors continue where
# they stopped, and pay for $r_k - r_{k-1}$ only: with $\eta = 3$, two thirds of that.
#
# **Exercise 16.1** (level 1). Who goes on from a rung? Of n trials the best floor(n / divisor), and at least one. A
# trial whose loss is nan has failed: it counts in n, and never goes on. Return the positions, in any order.


# %% tags=["exercise"]
def survivors(losses, divisor):
    """Positions of the trials that go on; losses (n,), nan where a trial failed."""
    raise NotImplementedError


# %% tags=["solution"]
def survivors(losses, divisor):
    """Positions of the trials that go on; losses (n,), nan where a trial failed."""
    n = max(len(losses) // divisor, 1)
    best_first = np.argsort(losses)  # nan comes last
    return [i for i in best_first[:n] if not np.isnan(losses[i])]


# %%
check("16.1", survivors)
# Stuck? Run hint("16.1", 1), then 2, then 3.

# %% [markdown]
# **Exercise 16.2** (level 2). What does it all cost? The rungs are cumulative: a trial that is compared at 9 epochs and
# goes on to 27 trains 18 more. Return the epochs of all trials together. Always at least one goes
# on. The picture counts the epochs of 81 trials and the rungs 1, 3, 9, 27, 81: does your function? What share of the
# 6,561 is that?


# %% tags=["exercise"]
def epochs_trained(n_trials, rungs, divisor):
    """Epochs of all trials together; max(n // divisor, 1) go on from each rung."""
    raise NotImplementedError


# %% tags=["solution"]
def epochs_trained(n_trials, rungs, divisor):
    """Epochs of all trials together; max(n // divisor, 1) go on from each rung."""
    n, before, total = n_trials, 0, 0
    for rung in rungs:
        total += n * (rung - before)
        before, n = rung, max(n // divisor, 1)
    return total


# %%
check("16.2", epochs_trained)
# Stuck? Run hint("16.2", 1), then 2, then 3.

# %% [markdown]
# The course has a **scheduler** for it. It trains nothing: it is asked for a job, is told the loss at the job's end,
# and so it knows what to ask for next.

# %%
halving = early_stopping.SuccessiveHalving(n_trials=81, max_fidelity=81)
rungs = pd.DataFrame(halving.plans[0]).rename(columns={"n_trials": "networks", "fidelity": "epochs"})
rungs["new epochs"] = rungs["networks"] * rungs["epochs"].diff().fillna(rungs["epochs"])
spent = rungs["new epochs"]
equal = spent.max() < 2 * spent.min()
dearest.reveal("none" if equal else dearest.options[int(spent.argmax() > 0)])
claim("no rung takes twice as many epochs as another", equal)
claim("297 epochs in all", halving.cost() == spent.sum() == 297)
times = 81 * 81 / halving.cost()
claim("over twenty times fewer than 6,561", 20 < times < 25, times=times)
claim("if survivors began anew at each rung: over a third more", halving.cost(resume=False) == 405)
print(halving.ask(), halving.ask(), sep="\n")
rungs

# %% [markdown]
# Twenty times fewer epochs! Now the price. In the picture the winner died at the second rung. Bad luck?

# %%
moves = pictures.played(early_stopping.SuccessiveHalving(81, 81), field.losses)
best = int(field.losses[:, -1].argmin())
fate = [move.job.stop for move in moves if move.job.trial == best]
claim("the eventual winner was stopped at the second rung", fate[-1] == 3, reports=fate)

# %%
question = "100 such tournaments on digits: in how many is the eventual winner the champion?"
champion = predict(question, ["about 10", "about 40", "about 70"])


# %%
def champion_place(losses, first_rung=1):
    """The final place of the network that a tournament over recorded curves picks, among all."""
    scheduler = early_stopping.SuccessiveHalving(len(losses), losses.shape[1], first_rung)
    last = pictures.played(scheduler, losses)[-1].job.rung
    final = min(scheduler.standings()[last])
    return int(np.sum(losses[:, -1] < final[0])) + 1


# %%
fields = [pictures.drawn("digits", 81, draw, draw % 5).losses for draw in range(100)]
picked = {rung: np.array([champion_place(losses, rung) for losses in fields]) for rung in (1, 3, 9)}
cups = pd.DataFrame({"wins": {rung: int(np.sum(places == 1)) for rung, places in picked.items()}})
cups["usual place"] = {rung: np.median(places) for rung, places in picked.items()}
cups["epochs"] = [early_stopping.SuccessiveHalving(81, 81, rung).cost() for rung in cups.index]
wins, usual = cups["wins"], cups["usual place"]
champion.reveal(champion.options[int(wins[1] > 25) + int(wins[1] > 55)])
claim("from 1 epoch: in a fifth of them at most", wins[1] <= 20)
claim("its usual champion is 8th or worse in the end", usual[1] >= 8)
claim("first rung at 3 epochs: usually one of the best four", usual[3] <= 4)
claim("first rung at 9 epochs: the winner itself in more than two of three", wins[9] >= 67)
claim("which still takes less than a third of 6,561 epochs", cups["epochs"][9] < 6561 / 3)
cups.rename_axis("first rung")

# %% [markdown]
# One epoch is too early here. That is the first thing to know about the method: its savings are certain, and everything
# else depends on the **first rung**.
#
# ## The real thing
#
# Recorded curves are patient. Now train, here: 27 networks side by side in one population. At each rung the losers
# leave it, and the others go on as if nothing had happened. Once with halving from 1 epoch, once from 3, and once all
# to the end, with the same configurations and seeds.

# %%
live = problems.live("digits", ["learning_rate", "width", "batch_size", "input_noise"])
schedulers = {
    "from 1 epoch": partial(early_stopping.SuccessiveHalving, 27, 27, 1),
    "from 3 epochs": partial(early_stopping.SuccessiveHalving, 27, 27, 3),
    "all to the end": partial(early_stopping.FullTraining, 27, 27),
}
question = "Three tournaments from 1 epoch. How often is the champion the one that full training finds?"
same = predict(question, ["never or once", "twice", "all three times"])

# %%
rows = []
for seed in range(3):
    done, seconds = {}, {}
    for name, make in schedulers.items():
        start = perf_counter()
        done[name] = tournaments.play(live, make(), seed=seed)
        seconds[name] = perf_counter() - start
    ends = np.array([trial.loss for trial in done["all to the end"].history])
    for name, tournament in done.items():
        best = tournament.incumbent
        there = ends[best.number]  # what full training says of the same network
        place = np.sum(ends < there) + 1
        rows.append((seed, name, tournament.n_epochs, seconds[name], best.loss, there, place))
columns = ["seed", "tournament", "epochs", "seconds", "loss", "loss in full", "place"]
trained = pd.DataFrame(rows, columns=columns)
trained.round(3)

# %% [markdown]
# *In the table:* `loss` is the champion's, at the end of its tournament; `loss in full` is what the same network
# reached when all were trained to the end, and `place` is its place there. The seconds are those of your machine; how
# many times faster was it?

# %%
epochs = trained.groupby("tournament")["epochs"].first()
claim("9 times fewer epochs from 1, not quite 4 times fewer from 3", list(epochs) == [729, 81, 189])
alike = np.allclose(trained["loss"], trained["loss in full"], rtol=1e-4)
claim("who goes on trains as if nothing had happened", alike)
median = trained.groupby("tournament")["seconds"].median()
print("times faster:", (median["all to the end"] / median).round(1).to_dict())
places = {name: table["place"].tolist() for name, table in trained.groupby("tournament")}
early, later = places["from 1 epoch"], places["from 3 epochs"]
same.reveal(same.options[max(early.count(1) - 1, 0)])
claim("from 1 epoch the champion is among the best third", max(early) <= 9, places=early)
claim("from 3 epochs among the best three", max(later) <= 3, places=later)

# %% [markdown]
# Fewer epochs are not as many times fewer seconds: starting costs the same for all, and a few networks do not keep a
# processor as busy as many.
#
# ## Waiting for the slowest
#
# In one population all networks reach a rung together. On many workers they do not: a wide network with small batches
# takes long, and nobody can be told *you go on* before the last one has arrived. At the upper rungs there is another
# loss: three networks, then one, keep at most three workers busy. Here are nine workers on a virtual clock, with the
# recorded losses and the seconds that an epoch took each network.

# %%
question = "Successive halving, 81 networks, 9 workers: for how much of the time do they work?"
busy = predict(question, ["over 80 %", "about 60 %", "below 40 %"])

# %%
rules = {
    "halving": partial(early_stopping.SuccessiveHalving, 81, 81),
    "promoting": partial(early_stopping.AsynchronousHalving, 81, 81),
    "stopping": partial(early_stopping.AsynchronousHalving, 81, 81, form="stopping"),
}
timelines = {name: [] for name in rules}
for draw in range(20):
    recorded = digits.draw(draw).recorded()
    some = np.random.default_rng(draw).choice(len(recorded.configs), 81, replace=False)
    for name, make in rules.items():
        timeline = tournaments.simulate(make(), recorded.losses[some, 0], recorded.seconds[some], 9)
        timelines[name].append((timeline.busy, timeline.n_epochs, timeline.makespan))
waited = pd.DataFrame({name: np.mean(rows, axis=0) for name, rows in timelines.items()})
waited.index = ["share of time at work", "epochs", "seconds"]

# %%
shares = {name: np.array(rows)[:, 0] for name, rows in timelines.items()}
share = shares["halving"].mean()
busy.reveal(busy.options[int(share < 0.7) + int(share < 0.4)])
most = shares["halving"].max()
claim("halving: they wait for more than half of the time, in each of 20 draws", most < 0.5)
even = tournaments.simulate(rules["halving"](), recorded.losses[some, 0], np.ones(81), 9).busy
claim("with equal speeds they would work a little over a third of it", 0.33 < even < 0.38, share=even)
waited[["halving"]].round(2)

# %% [markdown]
# Most of the waiting is the empty top of the tournament. Unequal speeds cost the rest.
#
# The remedy for both is to decide with what is known so far: **asynchronous** halving, ASHA. It has two forms.
#
# - **Promotion** (Li et al. 2020): a network pauses at a rung. A free worker looks at the rungs from the highest down.
#   Of the n reports at a rung, the best floor(n / divisor) may go on; it takes the best of these that has not gone on
#   yet, and trains it to the next rung. If there is none at any rung, it starts a new network.
# - **Stopping** (that of Determined, a platform for training, and of Optuna): a network that reports is told at once.
#   It goes on, or it stops for good.
#
# **Exercise 16.3** (level 2). The rule that waits for nobody, of the *stopping* form. A trial reports at a rung, and
# others have reported there before it. Count them all, this one included: n. Sort it in by its loss: its position
# counts from 0, and a trial that ties with others stands before them. It goes on if its position is below max(floor(n /
# divisor), 1). (Determined does it so.)


# %% tags=["exercise"]
def goes_on(losses_so_far, loss, divisor):
    """Whether the trial that reports now trains on; losses_so_far are those of the trials before it."""
    raise NotImplementedError


# %% tags=["solution"]
def goes_on(losses_so_far, loss, divisor):
    """Whether the trial that reports now trains on; losses_so_far are those of the trials before it."""
    n = len(losses_so_far) + 1
    position = sum(other < loss for other in losses_so_far)
    return position < max(n // divisor, 1)


# %%
check("16.3", goes_on)
# Stuck? Run hint("16.3", 1), then 2, then 3.

# %% [markdown]
# What does it cost not to wait? Play both forms with a single worker, over the same 81 networks as above.

# %%
question = "Halving takes 297 epochs. How many does the promotion form take for the same 81 networks?"
hasty = predict(question, ["fewer", "the same", "more"])

# %%
names = {"ASHA, promoting": "promoting", "ASHA, stopping": "stopping"}
pictures.knockout(field, {shown: rules[name]() for shown, name in names.items()})

# %% [markdown]
# *How to use it:* go to the first report, and play. Then choose the other form.
#
# *In the picture:* as above. A hollow circle waits: it may still be promoted. In the stopping form nobody waits.
#
# Two questions to answer with it:
#
# 1. *Promoting:* which network is the first to get its second job, and after how many reports?
# 2. *Stopping:* how far does network 0 get, and against whom has it won?
#
# *Surprise me:* the last report of both. How many were trained to the end, and how many of them in the halving above?

# %%
over, tops = {}, {}
for name in ("promoting", "stopping"):
    games = [(rules[name](), losses) for losses in fields[:50]]
    over[name] = [pictures.played(scheduler, losses)[-1].n_epochs for scheduler, losses in games]
    tops[name] = [list(scheduler.states.values()).count("finished") for scheduler, _ in games]
usual = np.median(over["promoting"])
hasty.reveal(hasty.options[int(usual >= 297) + int(usual > 297)])
nearly_all = np.mean(np.array(over["promoting"]) > 297) > 0.85
claim("promoting: more epochs, in nearly every draw", nearly_all, median=usual)
most, ended = np.median(over["stopping"]), np.mean(tops["stopping"])
claim("stopping: still more", most > 1.1 * usual, median=most)
claim("on average it trains more than two to the end", ended > 2, mean=ended)

# %% [markdown]
# Early arrivals are lucky: they are measured against few. If the losses come in random order, the $n$-th one goes on
# with the probability $\max(\lfloor n / \eta \rfloor, 1) / n$. The first always does, the second with probability one
# half.

# %%
rng = np.random.default_rng(0)
rule = partial(early_stopping.AsynchronousHalving, 30, 3, form="stopping")
went_on = np.zeros(30)
for _ in range(2000):
    moves = pictures.played(rule(), rng.random((30, 3)))
    went_on[[move.job.trial for move in moves if move.job.rung]] += 1 / 2000
number = np.arange(1, 31)
formula = np.maximum(number // 3, 1) / number
claim("the formula holds: within 0.05 for each of 30", np.abs(went_on - formula).max() < 0.05)
pd.DataFrame({"measured": went_on, "formula": formula}, index=number).loc[[1, 2, 3, 4, 10, 30]].round(2)

# %% [markdown]
# So who waits for nobody keeps the workers at work, with epochs that halving would not train. Is it done sooner?

# %%
gain = shares["promoting"].mean() - shares["halving"].mean()
claim("nine workers: ASHA keeps them at work for a larger share of the time", gain > 0.08, gain=gain)
sooner = waited.loc["seconds", "promoting"] / waited.loc["seconds", "halving"]
claim("but is not done with its 81 networks much sooner", 0.75 < sooner < 1.25, ratio=sooner)
waited.round(2)

# %% [markdown]
# For these 81 networks it is not. Whether it pays depends on how many workers there are, on how unequal the networks
# are, and on whether a free worker has anything else to do: that is for notebook 17, which draws the timelines.

# %% [markdown]
# ## Where it fails
#
# Whom does such a tournament stop wrongly? Those whose curves cross the others' after the rung.

# %%
pictures.pair_player()

# %% [markdown]
# *How to use it:* go through the pairs, those of digits first, then aleph, then mnist.
#
# *In the picture:* two networks that differ in one hyperparameter only, each trained with two seeds. The red one is
# fast, the blue one slow; after the dashed line the slow one stays ahead. These are the four pairs of each data set
# that mislead most: the fast one is ahead after 3 epochs, and the slow one in each of the last 27.
#
# Two questions to answer with it:
#
# 1. What makes the slow ones slow? Is it ever something else than the learning rate?
# 2. Which rungs of 1, 3, 9, 27 would stop the slow one of each pair?
#
# *Surprise me:* the pairs of aleph. The fast ones *rise* again: they overfit. How good were they at their best?

# %%
every = [(name, pair) for name in pictures.TABLES for pair in pictures.pairs(name)]
rates = []
for name, pair in every:
    slow, fast = (pictures.everyone(name).configs[k] for k in (pair.slow, pair.fast))
    rates.append(slow["learning_rate"] < fast["learning_rate"])
smaller = np.mean(rates)
nearly_all = 0.8 < smaller < 1
claim("in nearly all pairs the slow one has the smaller learning rate", nearly_all, share=smaller)
crossed = [pair.epoch for _, pair in every]
beyond = np.mean(np.array(crossed) > 9)
claim("most cross only after the rung at 9 epochs", beyond > 0.8, share=beyond)
lowest = pictures.everyone("aleph").losses.min(axis=1)
apart = [lowest[one.fast] / lowest[one.slow] - 1 for one in pictures.pairs("aleph")]
claim("aleph: at its best epoch the fast one is as good as the slow one", np.abs(apart).max() < 0.01)
jets_wrong, digits_wrong = (pictures.discordant(name)[0] for name in ("aleph", "digits"))
half, third = 0.45 < jets_wrong < 0.6, 0.28 < digits_wrong < 0.42
claim("aleph: of all pairs, after 1 epoch half are in the wrong order", half, share=jets_wrong)
claim("digits: about a third", third, share=digits_wrong)

# %% [markdown]
# (Half of the pairs in the wrong order: that is what tossing a coin would do.)
#
# Now the question that matters. Everybody gets the same number of epochs, as many as 12 full trainings take. Without
# stopping, 12 networks are trained to the end. Halving starts as many as it can afford, the later its first rung, the
# fewer. Forty searches of each, on five data batches. Scored is the network that a search recommends: what it reaches
# when trained to the end, on average over seeds, minus the best there is.

# %%
question = "Halving from 1 epoch, 972 epochs in all. Is it ahead of random search without stopping?"
options = ["on both", "on digits only", "on aleph only", "on neither"]
ahead = predict(question, options)


# %%
def regrets(curves):
    """Regret of each way to spend 972 epochs, a column each and a row for each of 40 seeds."""
    ways = {"no stopping": partial(early_stopping.FullTraining, 12, 81)}
    for rung in (1, 3, 9, 27):
        n = pictures.plan(rung, budget=12 * 81)[1][0]
        ways[f"from {rung}, {n} networks"] = partial(early_stopping.SuccessiveHalving, n, 81, rung)
    found = {way: [] for way in ways}
    for seed in range(40):
        member = curves.draw(seed)
        for way, scheduler in ways.items():
            chosen = tournaments.play(member, scheduler(), seed=seed).incumbent
            found[way].append(member.expected(chosen.config) - member.optimum)
    return pd.DataFrame(found)


# %%
found = {name: regrets(tables[name]) for name in ("digits", "aleph")}
rows = {}
for name, table in found.items():
    batches = table.groupby(table.index % 5).mean()  # seeds of one data batch share its luck
    for way in table.columns[1:]:
        gap = statistics.student_interval((batches[way] - batches["no stopping"]).to_numpy())
        ratio = table[way].mean() / table["no stopping"].mean()
        rows[name, way] = (table[way].mean(), ratio, gap.centre, gap.low, gap.high)
compared = pd.DataFrame(rows, index=["regret", "ratio", "difference", "low", "high"]).T
compared.round(3)

# %% [markdown]
# *In the table:* `regret` is the mean of forty searches, in nats for digits and in GeV for aleph; `ratio` is how many
# times that of random search without stopping. `difference` is taken data batch by data batch, with its 95 % interval
# from `low` to `high`: below 0, halving is better. Only five batches stand behind each interval. Two questions: which
# first rung would you choose for each data set? On which of these differences would you bet?

# %%
digit_rows, jet_rows = compared.loc["digits"], compared.loc["aleph"]
ratio, jet_ratio = (one["ratio"].to_numpy() for one in (digit_rows, jet_rows))  # from 1, 3, 9, 27
ahead.reveal(options[2 * int(ratio[0] > 0.9) + int(jet_ratio[0] > 0.9)])
claim("digits: from 1 epoch halving is not ahead by a tenth", ratio[0] > 0.9, ratio=ratio[0])
won = ratio[1:].max() < 0.9
claim("digits: from 3 epochs or later its regret is lower by a tenth or more", won, ratios=ratio[1:])
claim("from 9 epochs, the interval lies below 0", digit_rows["high"].iloc[2] < 0)
lost = jet_ratio[0] > 1.5 and jet_rows["low"].iloc[0] > 0
claim("aleph: from 1 epoch its regret is over one and a half times as large", lost, ratio=jet_ratio[0])
close = 0.7 < jet_ratio[3] < 1.2
claim("aleph: from 27 epochs it makes little difference", close, ratio=jet_ratio[3])

# %% [markdown]
# Early stopping can lose. Where early ranks say little, it throws away the good ones and chooses among what is left,
# however many it has started. On digits, with the first rung at 3 epochs or later, it wins.
#
# Is that due to how we play? Two checks: `compare`, which trains in full, once at random and once
# with TPE (notebook 08); and the record of a larger comparison, with draws of its own and 810 epochs, which notebook 17
# will show.

# %%
entries = {"random": partial(Design, name="random"), "tpe": partial(TPE, n_startup=5)}
race = compare(entries, digits, n_trials=12, seeds=range(40))
full = {name: curve[:, -1].mean() for name, curve in race.curves("regret").items()}
from_9 = digit_rows["regret"].iloc[2]
lowest = from_9 < min(full.values())
claim("digits: halving from 9 has a lower regret than either", lowest, halving=from_9, **full)
table = stopping.load()
pairs = stopping_standings.differences(table, [810], methods=["random", "halving", "halving-9"])
gaps = pairs.set_index(["curves", "a"])["mean"]
won, lost = gaps["digits-curves", "halving-9"], gaps["aleph-curves", "halving"]
agreed = won < 0 < lost
claim("the record: on digits from 9 it wins, on aleph from 1 it loses", agreed, digits=won, aleph=lost)

# %% [markdown]
# ## What helps?
#
# Here are four remedies. They are measured with 486 epochs in all, as many as six full trainings; and by what the
# recommended network reaches in a *second* training, that played no part in the choice.
#
# - A **later first rung**: from left to right in the picture below.
# - The **best loss so far** instead of the last one: keep the weights of the best epoch (a *checkpoint*), so that a
#   loss that rises again does no harm.
# - **Extrapolate**: fit a power law, $a + b\,t^{-c}$ after $t$ epochs, to the losses so far, and rank by what it says
#   about the end. (To one or two losses no law can be fitted: there the last loss decides.)
# - Compare only with networks of a **similar learning rate** (three groups), so that slow ones meet slow ones.

# %%
question = "aleph, first rung at 3: which remedy recommends one of the best tenth most often?"
options = ["best loss so far", "extrapolated", "within learning rates", "none helps"]
remedy = predict(question, options)

# %%
Player([pictures.remedy_scene("aleph")], label="What helps where early ranks mislead?")

# %% [markdown]
# *In the picture:* how often the recommended network's loss in the second training is as low as the best tenth of all
# final losses (for *best loss so far*, its loss at the epoch that was kept), with one standard error over the data
# batches, for each first rung; on top, how many networks start. With the first rung at 81 nobody is stopped. Two
# questions: with the first rung at 1, which remedies are below not stopping at all, and which is not? At which first
# rung do the four hardly differ?

# %%
remedies = {}
for name in ("aleph", "digits"):
    remedies[name] = pictures.compared(name).pivot(index="first_rung", columns="remedy")
chance, errors = (remedies["aleph"][column] for column in ("chance", "chance_error"))
at_one, at_three, never = (chance.loc[rung] for rung in (1, 3, 81))
remedy.reveal(at_three.idxmax() if at_three.max() > at_three["last loss"] + 0.1 else "none helps")
fitted, others = at_three["extrapolated"], at_three.drop("extrapolated").max()
claim("aleph, from 3: extrapolating helps most", fitted > others + 0.1, chance=fitted, others=others)
claim("it does better than not stopping at all", fitted > never["last loss"] + 0.1)
one_loss = at_one["extrapolated"]
harm = one_loss < never["last loss"] - 0.15
worst = harm and one_loss == at_one.min()
claim("from 1 it is the worst, far below not stopping at all", worst, chance=one_loss)
widest = (errors.idxmax(axis=1) == "best loss so far").mean()
claim("the best loss so far: the widest error bar at most first rungs", widest > 0.5, share=widest)
loss = remedies["aleph"]["loss"]
lost = (loss.loc[1] - loss.loc[81, "last loss"])[["last loss", "best loss so far"]]  # in GeV
mended = lost["best loss so far"] < lost["last loss"] / 2
claim("but it takes most of the harm out of a rung at 1", mended, **lost)

# %% [markdown]
# On digits there is less to mend. The same chances as a table:

# %%
there = remedies["digits"]["chance"][list(pictures.REMEDIES)]
plain = there["last loss"]
claim("digits: a first rung at 3 or 9 is the remedy", plain[[3, 9]].min() > plain[[1, 81]].max() + 0.1)
held = (there["extrapolated"] - plain).loc[[3, 9]].abs().max()
claim("extrapolating adds little to it", held < 0.1, difference=held)
cost = (plain - there["within learning rates"]).loc[[3, 9]].min()
claim("comparing within learning rates costs", cost > 0.02, loss=cost)
there.style.format("{:.0%}")

# %% [markdown]
# None is free. A later first rung starts fewer networks. Extrapolation believes in a power law, and needs a few epochs
# before it may speak. Groups keep the slow ones, and the bad slow ones, too. The best loss so far mends what rises
# again; but the lowest of many noisy losses may be a lucky one (the winner's curse of notebook 03), and which networks
# it favours differs from data batch to data batch.
#
# If you may do one thing only: keep the curves of what you have trained to the end. As soon as there are some twenty,
# look at them as in the second picture of this notebook, and put the first rung where the ranks begin to tell.
#
# ## As you would write it
#
# In Optuna, a **pruner** decides. You write the training; after each epoch it reports a loss, and asks.

# %%
import optuna
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

optuna.logging.set_verbosity(optuna.logging.WARNING)
images, labels = load_digits(return_X_y=True)
parts = train_test_split(images / 16, labels, test_size=1 / 3, random_state=0)
train_x, valid_x, train_y, valid_y = parts


# %%
def train(trial):
    """Train a network for 27 epochs, unless the pruner stops it."""
    rate = trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True)
    width = trial.suggest_int("width", 4, 128, log=True)
    network = MLPClassifier((width,), learning_rate_init=rate, batch_size=64, random_state=0)
    for epoch in range(1, 28):
        network.partial_fit(train_x, train_y, classes=range(10))
        loss = log_loss(valid_y, network.predict_proba(valid_x))
        trial.report(loss, epoch)
        if epoch < 27 and trial.should_prune():
            raise optuna.TrialPruned
    return loss


# %%
pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), pruner=pruner)
study.optimize(train, n_trials=30)
lengths = [len(trial.intermediate_values) for trial in study.trials]
print({name: f"{value:.2g}" for name, value in study.best_params.items()})
print(f"{sum(lengths)} epochs of {30 * 27}, best loss {study.best_value:.3f} nats")
print("epochs of each trial:", *lengths)

# %% [markdown]
# Look at the last line: who comes first is never stopped. And `best_value` counts only those that were trained to the
# end. Where the first alone was, it is the best of one, not of thirty.
#
# The name is misleading: Optuna's `SuccessiveHalvingPruner` is the *asynchronous stopping* form. Let our scheduler
# decide over the same losses.

# %%
rule = early_stopping.AsynchronousHalving(30, 27, min_fidelity=1, divisor=3, form="stopping")
reached = {}
while (job := rule.ask()) is not None:
    rule.report(job, study.trials[job.trial].intermediate_values[job.stop])
    reached[job.trial] = job.stop
claim("our stopping form takes the very same decisions", list(reached.values()) == lengths)
claim("less than a third of the epochs", sum(lengths) < 30 * 27 / 3, share=sum(lengths) / (30 * 27))

# %% [markdown]
# What differs in words: `min_resource` is the first rung, `reduction_factor` the divisor (4 if you say nothing), and
# `min_early_stopping_rate` leaves out so many of the lowest rungs. Optuna does not know how long a full training is:
# its rungs go on for ever, so do not ask it after the last epoch, or those that got there may be pruned. It has other
# pruners, too, among them Hyperband (notebook 17).
#
# ## Less of something else
#
# A fidelity need not be epochs. It can be a share of the training rows. Then nothing can be continued: each rung trains
# anew, on more rows.

# %%
domains = problems.live("digits", ["learning_rate", "width"]).space.domains
by_rows = problems.live("digits", {**domains, "batch_size": 64}, fidelity="rows")
growing = tournaments.play(by_rows, early_stopping.SuccessiveHalving(9, 1.0, 1 / 9), seed=0)
report = [(one.trial, one.job.stop, one.config["learning_rate"], one.loss) for one in growing.reports]
claim("nine, three and one: as much as three trainings with all rows", np.isclose(growing.n_epochs, 3))
pd.DataFrame(report, columns=["network", "share of rows", "learning rate", "loss"]).tail(4).round(4)

# %% [markdown]
# Boosted trees grow tree by tree; there the fidelity is the number of trees. Everything above holds for any of them, if
# what is cheap predicts what is dear: measure that first.
#
# ## Limits
#
# - Three data sets, small networks, one optimiser (Adam), a constant learning rate. With a schedule that lowers the
#   learning rate towards the end, early ranks may say less: all networks are still at their large rate.
# - All curves have 81 epochs. A network that is best after 81 need not be best after 500.
# - The recorded tables lie on a grid, and between its points curves are interpolated.
# - Five data batches, not independent laboratories: an interval over five is wide, and rightly so.
#
# ## Take-aways
#
# - Successive halving trains many networks a little and few to the end: with 81 networks and 81 epochs, twenty times
#   fewer epochs than training all. Each later rung costs two thirds of the first.
# - What it loses depends on the first rung. From 1 epoch it was no better than random search on digits, and clearly
#   worse on aleph; from 3 epochs or later it won on digits.
# - It stops slow starters wrongly, mostly networks with a small learning rate. Rank correlation by epoch shows, on
#   some twenty curves of your own, when ranks begin to tell.
# - Asynchronous forms wait for nobody. They pay with more epochs, and early arrivals are lucky.
# - No remedy is free. A later first rung is the simplest; extrapolation helped on aleph, once it had three losses.
#
# ## Quiz

# %%
quiz("16")

# %% [markdown]
# ## References
#
# - K. Jamieson and A. Talwalkar (2016), Non-stochastic best arm identification and hyperparameter optimization,
#   *Artificial Intelligence and Statistics*, arXiv 1502.07943. Successive halving for hyperparameters.
# - L. Li, K. Jamieson, A. Rostamizadeh, E. Gonina, J. Ben-tzur, M. Hardt, B. Recht and A. Talwalkar (2020), A system
#   for massively parallel hyperparameter tuning, *Machine Learning and Systems*, arXiv 1810.05934. Asynchronous
#   halving.
# - T. Domhan, J. T. Springenberg and F. Hutter (2015), Speeding up automatic hyperparameter optimization of deep neural
#   networks by extrapolation of learning curves, *International Joint Conference on Artificial Intelligence*.
# - T. Akiba, S. Sano, T. Yanase, T. Ohta and M. Koyama (2019), Optuna: a next-generation hyperparameter optimization
#   framework, *Knowledge Discovery and Data Mining*, arXiv 1907.10902.
# - C. Spearman (1904), The proof and measurement of association between two things, *American Journal of Psychology*
#   15, 72-101, doi 10.2307/1412159.
#
# ## What is next
#
# How early is too early? You have seen that it depends, and beforehand nobody knows. Notebook 17, brackets, bets on
# several answers at once, and lets a thousand workers run.

# %% [markdown] tags=["slide", "title"]
# # Stop the losers early
#
# How early is too early?

# %% [markdown] tags=["notes"]
# **1 min.** Every search of this course so far has trained each network to its end, the hopeless ones too. You have
# all looked at a curve after a minute and said *that one comes to nothing*. Today: when may one say so? You need to
# know random search (notebook 03), and what an epoch is.

# %% tags=["slide"]
import optuna
from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.nb16 import slides
from hpo_tutor.course.pictures.nb16.chances import chance_killed
from hpo_tutor.widgets import Dial

N, KEPT = 27, 9  # networks drawn, and those that train on
LADDER = (1, 3, 9, 27, 81)
draws = {text: pictures.drawn("digits", N, draw) for draw, text in enumerate(("digits 1", "digits 2"))}
puzzle, easy = draws.values()


def batches_of(name, compute):
    """A number for each data batch: the mean over the two recorded seeds."""
    n = problems.curves(pictures.TABLES[name]).n_batches
    found = [[compute(pictures.everyone(name, batch, seed).losses) for seed in (0, 1)] for batch in range(n)]
    return np.mean(found, axis=1)


# %% [markdown] tags=["slide"]
# ## Who wins?

# %% tags=["slide"]
hard = pictures.decided(puzzle.losses, 3, KEPT)
claim("D wins: it is 16th after three epochs", hard.winner_rank == 16, winner=hard.winner)
claim("A, who leads, does not come second either", np.argsort(puzzle.losses[:, 2])[0] != hard.picked)
on_slide(slides.begun(puzzle))

# %% [markdown] tags=["notes"]
# **3 min.** 27 real networks that learn to read digits, drawn at random: they differ in learning rate, width, batch
# size and noise. All curves are recorded to epoch 81; you see three. A leads, B is fourth, C eighth, D sixteenth,
# E 22nd. *Ask:* which is the best after 81 epochs? Everybody writes down one letter, or *none of these*.
#
# You will hear *A, why should it change?* You will hear *C, it looks steep*. Ask one of each to say what they look
# at: the height or the slope? Do not tell. In ten minutes we look.

# %% [markdown] tags=["slide", "vote"]
# ## Three epochs: does the winner survive?
#
# 27 networks; after three epochs the best nine train on. In more than half of all draws the eventual winner is among
# them
#
# - A: with **digits**
# - B: with **aleph**
# - C: with both
# - D: with neither

# %% [markdown] tags=["notes"]
# **2 min.** Two data sets. Digits: pictures of eight by eight pixels, which is it? Aleph: jets of a particle
# detector, what is their energy? Draw 27 networks, train three epochs of 81, keep nine. Is the one that would have
# won among the nine? Dice would keep it in one draw of three.
#
# Hands up, counts on the board. Expect C: three epochs are better than none, and a third is a wide door.

# %% [markdown] tags=["slide"]
# ## 81 whole trainings: what are they good for?

# %% tags=["slide"]
crowd = pictures.drawn("digits", 81)
final = crowd.losses[:, -1]
claim("over four in five end above twice the best loss", (final > 2 * final.min()).mean() > 0.8)
others = [pictures.drawn("digits", 81, draw).losses[:, -1] for draw in range(1, 20)]
claim("more than half do in other draws", min((one > 2 * one.min()).mean() for one in others) > 0.5)
on_slide(slides.ended(crowd))

# %% [markdown] tags=["notes"]
# **2 min.** 81 networks, 81 epochs each: 6,561 epochs. Final losses, sorted. Crosses lie above twice the best. *Ask:*
# how many epochs went into the crosses? More than four in five. *Ask:* could you have told them after one epoch?
# After nine? That is the question. What we save there, we can spend on more networks.

# %% [markdown] tags=["slide"]
# ## Move the cut

# %% tags=["slide"]
told = [("digits 2", 27, 9), ("digits 2", 3, 9), ("digits 2", 3, 3), ("digits 1", 3, 9), ("digits 1", 27, 9)]
cuts = [pictures.decided(draws[draw].losses, epoch, kept) for draw, epoch, kept in told]
claim("alive, alive, killed, killed, alive", [one.killed for one in cuts] == [False, False, True, True, False])
claim("it stands 1st, 4th, 4th, 16th, 8th", [one.winner_rank for one in cuts] == [1, 4, 4, 16, 8])
claim("who is picked instead is second", [one.picked_rank for one in cuts if one.killed] == [2, 2])
shares = [round(100 * one.n_epochs / one.n_all) for one in cuts]
claim("per cent of the epochs", shares == [56, 36, 14, 36, 56], shares=shares)
cutter = Player.over(
    lambda curves, epoch, kept: slides.cut(draws[curves], epoch, kept),
    curves=list(draws),
    epoch=Dial("cut after", LADDER[:-1], unit="epochs"),
    kept=Dial("train on", (3, 9, 13), unit=f"of {N}"),
    label="How early is too early?",
    play="epoch",
)
on_slide(cutter, stops=[{"curves": name, "epoch": epoch, "kept": kept} for name, epoch, kept in told], freeze=True)

# %% [markdown] tags=["notes"]
# **6 min.** Another 27 networks. Dashed: the cut. Grey stops there, blue trains on. Red is the network that would
# win if all were trained. *Ask first, then press*, each time.
#
# **Stop 1.** Held. Cut after 27 epochs, nine go on: the winner is first already, and we pay 56 per cent. *Ask:* what
# if we cut after three?
#
# **Stop 2.** Fourth, and alive. A third of the epochs. *Ask:* nine are many; may we keep three?
#
# **Stop 3.** Killed. The dots are its ghost: what nobody will ever see. *Ask:* how would you notice, in your own work?
# Not at all. What is picked instead is the second best, so little is lost.
#
# **Stop 4.** The puzzle: *who wrote D?* It was sixteenth of 27. Killed.
#
# **Stop 5.** Before: how late must we cut to keep it? After 27 epochs it is eighth: just in, and a third of the
# training is over. If time is short, leave out stop 3.

# %% [markdown] tags=["slide"]
# ## Cut again and again: a tournament

# %% tags=["slide"]
halving = early_stopping.SuccessiveHalving(81, 81)
moves = pictures.played(halving, crowd.losses)
turns = [turn + 1 for turn in pictures.turns(moves)]
counts = [sum(move.job.rung == rung for move in moves) for rung in range(len(LADDER))]
claim("81, 27, 9, 3, 1 networks", counts == [81, 27, 9, 3, 1] and halving.rungs == (LADDER,))
claim("297 epochs", moves[-1].n_epochs == halving.cost() == 297)
claim("below five in a hundred of all", moves[-1].n_epochs < 0.05 * 81 * 81)


def place_of_the_last(losses):
    """Where the one that is left of 81 networks ends among all."""
    states = pictures.played(early_stopping.SuccessiveHalving(81, 81), losses)[-1].states
    (last,) = (trial for trial, state in states.items() if state == "finished")
    return pictures.places(losses[:, -1])[last]


crowds = [pictures.drawn("digits", 81, draw).losses for draw in range(20)]
left = np.array([place_of_the_last(losses) for losses in crowds])
claim("the winner goes out at the second rung", moves[turns[1] - 1].states[int(final.argmin())] == "stopped")
claim("who is left is 13th here", left[0] == 13)
claim("it is the winner in fewer than one of five draws", (left == 1).mean() < 0.2, places=list(left))
board = [slides.rung(crowd, LADDER, moves, turn) for turn in turns]
on_slide(Player(board, name="rung", label="Who is knocked out?", speed=1), stops=range(len(board)))

# %% [markdown] tags=["notes"]
# **4 min.** The 81 networks of before. Why cut once? After 1, 3, 9, 27 epochs one in three goes on. It is called
# **successive halving**; here it is thirding. The ring is the eventual winner.
#
# Rung 1: all have one epoch, and 54 are crossed out. *Ask:* will the ring be among the next nine? Press: no, it is
# out. Press three times: one is left, and 297 epochs are spent, not 6,561.
#
# *Ask:* where does the one that is left end among all 81? You will hear *in the first five*. It is the 13th. In
# twenty other draws it is hardly ever the winner. Cheap it is. Is it good? Keep that question.

# %% [markdown] tags=["slide", "build"]
# ## Why thirds, and why times three?
#
# $$\color{#0072B2}{\frac{n}{3^k}} \;\cdot\; \color{#D55E00}{r \cdot 3^k} \;=\; \color{#009E73}{n \cdot r}$$
#
# - Blue: networks at rung $k$, **a third** each time.
# - Orange: epochs of each, **three times** as many.
# - Green: **every rung costs the same**.

# %% [markdown] tags=["notes"]
# **3 min.** Jamieson and Talwalkar, 2016; the letter for three is $\eta$. $n$ start, $r$ epochs each at the first
# rung. Press four times: the formula, blue, orange, green. With $n = 81$, $r = 1$: 81 times 1, 27 times 3, 9 times 9,
# and so on: always 81. Five rungs, 405 epochs. *Ask:* why did the slide before say 297? Who goes on need not begin
# anew: rung two costs 27 times **two** more epochs. *Likely slip:* to forget the first rung in the sum.
#
# *Ask:* which letters were chosen by nobody but us? $r$, the first rung. That is *how early*.

# %% [markdown] tags=["slide"]
# ## The whole algorithm


# %% tags=["slide", "show-code"]
def halve(losses, rungs):
    """Rung by rung the best third goes on: who is left?"""
    left = np.arange(len(losses))
    for epoch in rungs[:-1]:
        order = np.argsort(losses[left, epoch - 1])
        left = left[order[: len(left) // 3]]
    return left


# %% tags=["slide"]
claim("it agrees with the library", list(halve(crowd.losses, LADDER)) == [moves[-1].job.trial])
same = [pictures.places(losses[:, -1])[halve(losses, LADDER)[0]] for losses in crowds]
claim("in other draws, too", same == list(left))

# %% [markdown] tags=["notes"]
# **2 min.** Seven lines. Here the curves are known; in earnest the line with `losses` is where the training happens.
# *Ask:* which assumption stands in it? `argsort` at an early epoch: that an early rank tells something about the
# final one. Does it?

# %% [markdown] tags=["slide"]
# ## Does an early rank tell the final one?


# %% tags=["slide"]
def correlations(name, epoch):
    """Spearman's of the ranks after an epoch with the final ones, on each data batch."""
    return batches_of(name, lambda losses: pictures.spearman(losses, np.ones((1, len(losses))))[0, epoch - 1])


digits3, aleph3, aleph27 = correlations("digits", 3), correlations("aleph", 3), correlations("aleph", 27)
claim("digits, three epochs: above 0.3 on every batch", digits3.min() > 0.3, batches=digits3)
claim("aleph, three epochs: nothing, on every batch", np.abs(aleph3).max() < 0.2, batches=aleph3)
claim("aleph, 27 epochs: above 0.5 on every batch", aleph27.min() > 0.5, batches=aleph27)
claim("digits on the slide: 0.54 after three", abs(pictures.correlation("digits")[0][2] - 0.54) < 0.005)
on_slide(slides.predicting())

# %% [markdown] tags=["notes"]
# **3 min.** Rank all networks after each epoch, rank them at the end; Spearman's correlation of the two ranks: one if
# the order stays, zero if it tells nothing. Before you show the slide, let them draw the curve in the air.
#
# *Ask:* which of the three would you stop after three epochs? Solid is digits: 0.54. Dashed is aleph: nothing, and
# after one epoch rather below zero. Dotted is mnist, larger digits: nothing either. The band is what resampled
# networks give. *Ask:* the same kind of network, so why? Next slide.

# %% [markdown] tags=["slide"]
# ## Curves cross

# %% tags=["slide"]
slow_digits = max(pictures.pairs("digits"), key=lambda pair: pair.late)
slow_aleph = pictures.pairs("aleph")[0]
claim("digits: four times the loss, then a sixth, with both seeds", slow_digits.early > 4 and slow_digits.late > 6)
claim("aleph: worse at first, better at the end, with both seeds", slow_aleph.early > 1.05 and slow_aleph.late > 1.05)
overfitted = pictures.everyone("aleph").losses[slow_aleph.fast]
claim("the fast one of aleph gets worse again by a tenth", overfitted[-1] > 1.1 * overfitted.min())
claim("and the slow one does not", np.ptp(pictures.everyone("aleph").losses[slow_aleph.slow, -9:]) < 0.05)
crossed = [
    slides.crossing(name, pair, epoch)
    for name, pair in (("digits", slow_digits), ("aleph", slow_aleph))
    for epoch in (3, 81)
]
on_slide(Player(crossed, name="picture", label="Which do you keep?", speed=1), stops=range(4), freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** The failure of this talk. Two networks of digits that differ in nothing but the learning rate; each was
# trained twice. Held after three epochs: the slow one has over four times the loss. *Ask:* which do you keep? Press:
# at the end it is the other one, and by far. Large steps get down fast, and then they cannot settle.
#
# Press: aleph, again two learning rates. Losses differ by a few per cent there, and these count. *Ask* again, then
# press. Here the fast one overfits: it learns by heart, and gets worse.

# %% [markdown] tags=["slide"]
# ## Slow starters have small learning rates

# %% tags=["slide"]
rates, quartiles = pictures.delays("aleph", 3)
claim("small rates climb, large ones fall", quartiles[:3, 1].min() > 0.3 and quartiles[-4:, 1].max() < 0)
same = [pictures.delays(name, 3, batch)[1][:, 1] for name in ("digits", "aleph") for batch in range(5)]
claim("on all batches of both data sets", all(one[:3].mean() > 0.1 > 0 > one[-4:].mean() for one in same))
on_slide(slides.delayed("aleph"))

# %% [markdown] tags=["notes"]
# **2 min.** All networks of aleph by their learning rate. Upwards: how many places they gain between the third epoch
# and the end. *Ask:* what would you have guessed? Small rates climb by a third of all places: a cut after three
# epochs is a cut at large learning rates' favour, whatever else is good about the network. *So an early cut searches
# for fast networks, not for good ones.*

# %% [markdown] tags=["slide"]
# ## A race: 810 epochs, however you spend them

# %% tags=["slide"]
table = stopping.load()
FIRST = {1: "halving", 3: "halving-3", 9: "halving-9"}
raced = {}
for name in ("digits", "aleph"):
    own = table[(table["curves"] == pictures.TABLES[name]) & (table["total_epochs"] == 810)]
    wide = own.pivot_table("regret", "batch", "method")  # the mean of the searches on each data batch
    claim("five data batches, four searches on each", own.groupby("method")["batch"].value_counts().eq(4).all())
    raced[name] = {first: wide[one].to_numpy() for first, one in FIRST.items()}, wide["random"].to_numpy()
started = table[table["total_epochs"] == 810].groupby("method")["n_started"].agg(["min", "max"])
begun = {first: set(started.loc[one]) for first, one in FIRST.items()}
claim("243, 108 or 42 networks begin", begun == {1: {243}, 3: {108}, 9: {42}})
gaps = {(name, first): own - whole for name, (by, whole) in raced.items() for first, own in by.items()}
claim("nothing is missing", all(len(one) == 5 and np.isfinite(one).all() for one in gaps.values()))
found = {key: statistics.mean_and_error(one) for key, one in gaps.items()}
claim("aleph, first rung 1: more regret", found["aleph", 1][0] > 2 * found["aleph", 1][1])
claim("and over twice as much", raced["aleph"][0][1].mean() > 2 * raced["aleph"][1].mean())
claim("digits, first rung 1: not less", found["digits", 1][0] > 0)
claim("digits, first rung 9: less", found["digits", 9][0] < -2 * found["digits", 9][1])
claim("aleph, first rung 9: no difference to be seen", abs(found["aleph", 9][0]) < 2 * found["aleph", 9][1])
later = {name: [found[name, first][0] for first in FIRST] for name in raced}
claim("the later the first rung, the better", all(np.all(np.diff(one) < 0) for one in later.values()), **later)
on_slide(slides.raced({name: (*raced[name], unit) for name, unit in (("digits", "nats"), ("aleph", "GeV"))}))

# %% [markdown] tags=["notes"]
# **4 min.** Random networks for all. Some spend 810 epochs on ten whole trainings. Others on halving tournaments, one
# after another, with a first rung of 1, 3 or 9 epochs: these begin 243, 108 or 42 networks. Up: more regret than whole
# trainings. Bars: two standard errors over five data batches, four searches on each.
#
# *Ask* before the slide: who bets on halving from one epoch? It loses: on aleph its regret is more than twice as
# large, and on digits it wins nothing. From nine epochs on digits it is ahead; on aleph nobody can tell.
#
# *Ask:* where would it win clearly? Where trainings are long, so that even a late first rung is a small share, and
# where curves seldom cross. Measure that first.

# %% [markdown] tags=["slide", "vote"]
# ## Three epochs: does the winner survive?
#
# 27 networks; after three epochs the best nine train on. In more than half of all draws the eventual winner is among
# them
#
# - A: with **digits**
# - B: with **aleph**
# - C: with both
# - D: with neither

# %% [markdown] tags=["notes"]
# **1 min.** Vote again; new counts beside the old ones. One hint: to be among nine of 27 is easier than to be first,
# and the correlation with digits was 0.54. Ask one who changed: why?

# %% [markdown] tags=["slide"]
# ## With digits. With aleph, dice do as well

# %% tags=["slide"]
CUTS = (1, 3, 9, 27)
chances = {
    name: {epoch: batches_of(name, lambda losses, at=epoch: chance_killed(losses, at, KEPT, N)) for epoch in CUTS}
    for name in ("digits", "aleph")
}
dice = 1 - KEPT / N
digits, aleph = (np.array(list(chances[name].values())) for name in ("digits", "aleph"))
claim("A: digits, killed in less than half, on every batch", digits[1].max() < 0.5, batches=digits[1])
claim("aleph, killed in more than half, on every batch", aleph[1].min() > 0.5, batches=aleph[1])
mean, spread = statistics.mean_and_error(aleph[1])
claim("aleph: no different from dice", abs(mean - dice) < 2 * spread and abs(mean - dice) < 0.05, mean=mean)
claim("aleph after one epoch: dice are better", statistics.mean_and_error(aleph[0])[0] > dice + 0.05, batches=aleph[0])
quarter, twelfth, seventh = digits[1].mean(), digits[2].mean(), aleph[3].mean()
claim("digits after three: a bit more than a quarter", 0.25 < quarter < 0.31, mean=quarter)
claim("digits after nine: one of twelve", 1 / 13.5 < twelfth < 1 / 10.5, mean=twelfth)
claim("aleph after 27: one of seven", 1 / 7.9 < seventh < 1 / 6.1, mean=seventh)
on_slide(slides.answered(chances, dice))

# %% [markdown] tags=["notes"]
# **3 min.** A. Not a simulation: over all ways to draw 27 networks, on five data batches; bars are two standard
# errors. Digits: after three epochs the winner dies in a bit more than a quarter of the draws, after nine in one of
# twelve. Aleph: after three epochs as often as by dice, after **one** more often. One epoch was worse than no look.
#
# *Ask:* and at 27 epochs of aleph? It still dies in one draw of seven, and a third of the budget is spent. *Ask:* how
# can one know beforehand which kind of data one has? Train a few to the end, and look whether curves cross.

# %% [markdown] tags=["slide"]
# ## So how early?

# %% tags=["slide"]
tables = {name: pictures.compared(name, n_draws=30) for name in ("digits", "aleph")}
claim("six whole trainings", all(one["n_epochs"].max() == 6 * 81 for one in tables.values()))
plain = {name: one[one["remedy"] == "last loss"].set_index("first_rung")["chance"] for name, one in tables.items()}
claim("both ends lose: digits", min(plain["digits"][[3, 9, 27]]) > max(plain["digits"][[1, 81]]) + 0.05)
claim("one epoch: worse than none on both", all(one[1] < one[81] - 0.03 for one in plain.values()))
claim("aleph: after 27 epochs better than after one or three", plain["aleph"][27] > max(plain["aleph"][[1, 3]]) + 0.05)
best = {name: int(one.idxmax()) for name, one in plain.items()}
claim("the best first rung lies in between", all(1 < one < 81 for one in best.values()), **best)
on_slide(slides.first_rungs(tables))

# %% [markdown] tags=["notes"]
# **3 min.** Six whole trainings' worth of epochs. To the left many networks and an early cut, to the right six
# networks and none. Up: how often is the picked configuration, trained again with another seed, among the best tenth?
#
# *Ask:* why does it fall to the right? Too few networks. And to the left? The wrong ones are kept. In between there is
# a best first rung: about nine epochs of digits; for aleph, 27, and there hardly better than none. A rule of thumb:
# not before a tenth of the training, and later if learning rates differ widely.

# %% [markdown] tags=["slide"]
# ## In Optuna's words

# %% tags=["slide"]
digit_curves = problems.curves("digits-curves")
usual = digit_curves.recorded().configs[len(digit_curves.recorded().configs) // 2]


def losses_of(rate):
    """After each epoch, of a network that differs in its learning rate only."""
    return digit_curves.along([{**usual, "learning_rate": rate}], seeds=[0])[0]


# %% tags=["slide", "show-code"]
def objective(trial):
    rate = trial.suggest_float("learning_rate", 1e-4, 0.1, log=True)
    for epoch, loss in enumerate(losses_of(rate), start=1):
        trial.report(loss, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return loss


# %% tags=["slide"]
optuna.logging.set_verbosity(optuna.logging.ERROR)
pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=9, reduction_factor=3)
study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), pruner=pruner)
study.optimize(objective, n_trials=81)
spent = sum(trial.last_step for trial in study.trials)
pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in study.trials)
claim("more than two thirds are stopped, with less than half of the epochs", pruned > 54 and spent < 0.5 * 81 * 81)
Markdown(f"`SuccessiveHalvingPruner(min_resource=9)`: 81 trials, **{pruned} stopped**, {spent:,} of 6,561 epochs.")

# %% [markdown] tags=["notes"]
# **2 min.** Your own code needs two lines: `report` and `should_prune`. Optuna does not wait until a rung is full: who
# comes to a rung goes on if it is in the best third of those that **have come so far**. That is the asynchronous
# form; its first arrivals are lucky. `min_resource` is our first rung. Its default is guessed from the first trial:
# set it.

# %% [markdown] tags=["slide", "build"]
# ## What to take home
#
# - Most epochs go to losers. Each rung costs the same.
# - Early ranks may tell nothing: look for crossing curves.
# - Too early a cut finds the fast, not the good.
# - The first rung is a hyperparameter. Set it.

# %% [markdown] tags=["notes"]
# **1 min.** One press each. *How early is too early?* With digits, one epoch; with aleph, even nine. And you
# can measure it with a dozen networks.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 16, 60 minutes.
#
# - 16.1 who survives, 16.2 epochs in all, 16.3 the stop rule.
# - Surprise: a third of the training is over, and the winner dies.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 16`. There you also train a tournament live, and measure remedies: none is free. Next:
# must one choose the first rung? Notebook 17, brackets, takes several at once, with hundreds of workers.
