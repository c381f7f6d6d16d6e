# %% [markdown]
# # Tune while training
#
# **Question.** Can the hyperparameters move while the weights train?
#
# **Afterwards you can**
#
# - derive how a loss after one step changes with a penalty or a noise, and check it by a difference
# - tune both within a single training, and say what that costs
# - tell where such an arrow misleads, and which hyperparameters have none
#
# **Before.** Notebooks 03 (random search), 06 (Bayesian optimisation) and 16 (stop the losers early).
#
# **Time.** 60 minutes, of which the exercises take 25.

# %% tags=["setup"]
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from hpo_tutor import check, claim, doctor, hint, predict, problems, quiz
from hpo_tutor.course.pictures import nb18 as pictures
from hpo_tutor.race import compare, statistics
from hpo_tutor.race.experiments.online import rivals, starts, summaries, tuning_sets
from hpo_tutor.training import MLP
from hpo_tutor.training.online import Knob, OnlineTuning, TwoSets
from hpo_tutor.training.online.gate_verdicts import rules
from hpo_tutor.widgets import Player

doctor()

# %% [markdown]
# ## Two sets
#
# All methods so far choose, train, look, and choose again. Whole trainings, or their beginnings, are thrown away. But a
# training itself is a search: step by step the weights walk down their loss. Could the hyperparameters not walk along?
#
# Here are two that might, both against overfitting. A **penalty** $\lambda$ adds $\lambda \theta$ to the gradient of
# each weight $\theta$, and so pulls all weights towards 0. We write it as $\lambda = 10^\ell$ and move $\ell$; in the
# code it is called `l2`. **Input noise** adds to each pixel of a training picture a random number with standard
# deviation $\sigma$, new ones in every step: the network never sees the same picture twice.
#
# The method is called **T1-T2** (Luketina and others, 2016). The training rows are split. T1 moves the weights, as
# ever. Every few steps a batch of T2 is asked: would I be better off now, if $\ell$ had been a little larger in the
# last step? And $\ell$ moves accordingly. Why another set? What would T1 do with its own penalty?

# %%
question = "The rows that move the weights also move the penalty on them. What becomes of it?"
own = predict(question, ["it grows", "it shrinks", "it stays about where it began"])

# %%
digits = problems.online_tuning("digits")
rows = digits.data
few = rows.train_inputs[:200], rows.train_targets[:200]  # pictures that can be learnt by heart
asked = {"T1 asked": few, "T2 asked": (rows.tuning_inputs, rows.tuning_targets)}
how = {"seeds": range(6), "epochs": 60, "learning_rate": 3e-3, "batch_size": 20}
knob = Knob(-5.5, -1.0, 0.025)  # from, to, and about how far a hyper-step goes at the most
walk = {"knobs": {"l2": knob}, "every": 2, "tuning_batch_size": 20}  # every second step is a hyper-step
paths = {}
for name, part in asked.items():
    sets = TwoSets(*few, *part, scored=rows.scored)
    tuning = OnlineTuning(digits.model, sets, {"l2": -3.0}, **walk, **how)
    paths[name] = tuning.train().values[:, :, 0]
medians = {name: np.median(path, axis=0)[::50] for name, path in paths.items()}
pd.DataFrame(medians, index=pd.RangeIndex(0, 301, 50, name="hyper-steps")).round(2)

# %% [markdown]
# *In the table:* the median `l2` of six networks that learn 200 small pictures of digits. Two questions: what do both
# columns do in the first third of the training? And afterwards?

# %%
by_t1, by_t2 = paths.values()
change = np.median(by_t1[:, -1]) - by_t1[0, 0]
own.reveal(own.options[0 if change > 0.5 else 1 if change < -0.5 else 2])
claim("asked of T1, the penalty ends below a tenth of its start, in all six", (by_t1[:, -1] < -4).all())
claim("asked of T2, it ends above all of those", by_t2[:, -1].min() > by_t1[:, -1].max() + 0.5)
risen = np.median(by_t2[:, -1]) - np.median(by_t2, axis=0).min()
claim("for it turns round, and rises again tenfold or more", risen > 1, decades=risen)

# %% [markdown]
# A penalty never helps the rows that it is learnt on: they would like to be learnt by heart, and undisturbed. Only rows
# that the weights have not seen can tell that this is not what we want. (Early in the training nobody has learnt
# anything by heart yet, and even T2 would rather learn fast. Keep that in mind.)
#
# ## The chain rule, link by link
#
# T2's loss $C_2$ has no penalty in it. How can it have a slope along $\ell$? Through the weight. One step of plain
# gradient descent takes $\theta$ to
#
# $$\theta' = \theta - \eta \left( \frac{dC_1}{d\theta} + 10^\ell\, \theta \right).$$
#
# Turn $\ell$ a little, and $\theta'$ moves a little; move $\theta'$, and $C_2$ changes. If $\theta'$ moves twice as
# fast as $\ell$, and $C_2$ three times as fast as $\theta'$, then $C_2$ moves six times as fast as $\ell$. That is the
# chain rule:
#
# $$\frac{dC_2}{d\ell} = g \cdot \frac{d\theta'}{d\ell}, \qquad g = \frac{dC_2}{d\theta}(\theta').$$
#
# With many weights, $g$ and $d\theta'/d\ell$ are lists, one number for each weight, and the dot means: multiply in
# pairs and add up. The result is called the **hypergradient** of this step.

# %%
pictures.chain_player()

# %% [markdown]
# *How to use it:* turn $\ell$ and the learning rate of the weight. The third dial leaves factors out of the formula.
#
# *In the picture:* one weight, one step. Left, where it ends ($\theta'$) for each $\ell$; in the middle, T2's loss for
# each weight, with the step below it: black what T1's loss does, green what the penalty does; right, T2's loss for each
# $\ell$. The dashed tangents have the slopes of the formula. The thin line on the right has a slope that nobody
# derived: the loss a little to the right, less the loss a little to the left, divided by their distance.
#
# Two questions to answer with it:
#
# 1. Where is the slope on the right 0? Which of the two links is 0 there?
# 2. $\ell$ at its lowest: why is nearly nothing left of the slope, although the middle one is steep?
#
# *Surprise me:* leave out both factors, and play. Where are the two lines on the right alike by luck?

# %% [markdown]
# **Exercise 18.1** (level 2). One training step with a penalty, and then the question: what would T2 have said to a
# little more of it?
#
# $$\theta' = \theta - \eta \left( \frac{dC_1}{d\theta} + 10^{\ell}\, \theta \right), \qquad
# \frac{dC_2(\theta')}{d\ell} = \; ?$$
#
# On paper first: which part of $\theta'$ holds $\ell$? What is its derivative? Then the chain rule: the gradient of C2
# at $\theta'$, times that, added up over the weights. You get the old weights `theta`, the new ones `moved`, and
# `gradient`, a function of weights: the gradient of C2, without penalty.


# %% tags=["exercise"]
def l2_hypergradient(gradient, theta, moved, eta, ell):
    """Slope of C2 after the step, along ell; gradient(weights) is dC2 / d weights; weights (n,)."""
    raise NotImplementedError


# %% tags=["solution"]
def l2_hypergradient(gradient, theta, moved, eta, ell):
    """Slope of C2 after the step, along ell; gradient(weights) is dC2 / d weights; weights (n,)."""
    return -eta * np.log(10) * 10**ell * (gradient(moved) @ theta)


# %%
check("18.1", l2_hypergradient)
# Stuck? Run hint("18.1", 1), then 2, then 3.

# %% [markdown]
# Mind which weights go where: $g$ is taken where the step has led, for that is where T2 is asked; $\theta$ is the
# weight that the penalty pulled, and that was the old one. And $C_2$ has no penalty, or else small weights would be
# praised for being small.
#
# **Exercise 18.2** (level 2). A formula is quickly written and quickly wrong. So ask the loss itself: `loss_after_step`
# is a function of ell, and returns C2 after one step with the penalty 10^ell. Its slope, without any formula, is a
# **central difference**: the loss at ell + h, less the loss at ell - h, divided by the distance of the two. Return how
# many times as large as that slope the claim is. What should come out where the claim is right?


# %% tags=["exercise"]
def ratio(claimed, loss_after_step, ell, h=1e-4):
    """The claimed slope at ell, divided by the central difference of loss_after_step there."""
    raise NotImplementedError


# %% tags=["solution"]
def ratio(claimed, loss_after_step, ell, h=1e-4):
    """The claimed slope at ell, divided by the central difference of loss_after_step there."""
    slope = (loss_after_step(ell + h) - loss_after_step(ell - h)) / (2 * h)
    return claimed / slope


# %%
check("18.2", ratio)
# Stuck? Run hint("18.2", 1), then 2, then 3.

# %% [markdown]
# Now put two formulas on trial: yours, and that of a published program, $-\eta\, (g \cdot \theta)$. The model is a
# small one, linear regression on handwritten digits, 640 weights, so that every line fits on the screen.

# %%
scans = load_digits()
pixels, wanted = scans.data / 16, np.eye(10)[scans.target]
T1, T2 = slice(0, 900), slice(900, 1200)


def gradient_of(weights, rows=T2):
    """Gradient (640,) of half of the mean squared error on these rows."""
    wrong = pixels[rows] @ weights.reshape(64, 10) - wanted[rows]
    return (pixels[rows].T @ wrong / len(wrong)).ravel()


# %%
rate, before = 0.05, np.zeros(640)
for _ in range(300):
    before = before - rate * gradient_of(before, T1)


def after_step(ell):
    """The weights after one step on T1 with the penalty 10^ell."""
    return before - rate * (gradient_of(before, T1) + 10**ell * before)


def asked(ell):
    """T2's loss after that step."""
    wrong = pixels[T2] @ after_step(ell).reshape(64, 10) - wanted[T2]
    return 0.5 * np.mean(np.sum(wrong**2, axis=1))


# %%
trial = []
for ell in (-1, -2, -3, -4):
    yours = l2_hypergradient(gradient_of, before, after_step(ell), rate, ell)
    theirs = -rate * gradient_of(after_step(ell)) @ before
    trial.append((ell, ratio(yours, asked, ell), ratio(theirs, asked, ell), 1 / (np.log(10) * 10**ell)))
columns = ["ell", "yours", "the program's", "1 / (ln 10 * 10^ell)"]
trial = pd.DataFrame(trial, columns=columns).set_index("ell")
claim("your formula: ratio 1, at every ell", np.allclose(trial["yours"], 1, rtol=1e-3))
left_out = trial["1 / (ln 10 * 10^ell)"]
same = np.allclose(trial["the program's"], left_out, rtol=1e-3)
claim("the program's: too large by what it left out", same)
trial.round(3)

# %% [markdown]
# A difference does not say *where* a formula is wrong. But the ratio is a trace: it grows tenfold whenever $\ell$ falls
# by 1, so a factor $10^\ell$ is missing, and what remains is $1 / \ln 10$.
#
# How could that program work? Because the hypergradient does not move $\ell$ by itself. Adam does: it divides the mean
# of the last hypergradients by their usual size, so that a step is never much longer than the **rate** of the
# hyperparameter, whatever the hypergradient's unit. A constant factor such as $\ln 10$ cancels out. $10^\ell$ is not
# constant: it weighs hypergradients of different moments differently. On a short path it hardly changes, and is divided
# away, too.
#
# ## Noise, and the step that was really taken
#
# Noise has no term in the loss, and yet the same question can be asked: had $\sigma$ been a little larger, with *the
# same* random draw, where would the step have led?
#
# **Exercise 18.3** (level 3). Noise has no penalty term, and still it moves the weights: with sigma * eps added to T1's
# inputs, the gradient is another, and so is the step. How does C2 after the step change with sigma? By the chain rule
#
# $$-\eta\; g \cdot \frac{d}{d\sigma} \frac{dC_1}{d\theta}(\theta, \sigma, \varepsilon), \qquad
# g = \frac{dC_2}{d\theta}(\theta').$$
#
# Take the middle derivative by a central difference in sigma. `t1(theta, sigma, eps)` returns loss and gradient of a
# batch of T1 with that noise; `t2(theta)` those of a batch of T2, without noise; each call of `draw()` gives a new eps.
# How often should you call it?


# %% tags=["exercise"]
def noise_hypergradient(t1, t2, draw, theta, sigma, eta, h):
    """Slope of C2 after one step from theta, along sigma; t1 and t2 return (loss, gradient)."""
    raise NotImplementedError


# %% tags=["solution"]
def noise_hypergradient(t1, t2, draw, theta, sigma, eta, h):
    """Slope of C2 after one step from theta, along sigma; t1 and t2 return (loss, gradient)."""
    eps = draw()  # once: the same noise everywhere, only its size changes
    _, slopes = t1(theta, sigma, eps)
    _, g = t2(theta - eta * slopes)
    _, more = t1(theta, sigma + h, eps)
    _, less = t1(theta, sigma - h, eps)
    return -eta * g @ (more - less) / (2 * h)


# %%
check("18.3", noise_hypergradient)
# Stuck? Run hint("18.3", 1), then 2, then 3.

# %% [markdown]
# The package does not take differences. It carries along with each number of the pass how that number changes with
# $\sigma$, layer by layer, and then the errors' changes backwards: one more pass there and back, and exact.
#
# Two other ways are about. The formulas above are those of a *plain* step. Real trainings take other steps, for
# instance Adam's, which divide each gradient by its usual size; so `gradient="sgd"` uses the formula of the plain step
# all the same, and `"exact"` differentiates the step that was taken. And the program of the report that this notebook
# follows (Fioravanti, below) takes the noise's **direct effect** instead: it adds noise to T2's own pictures, and asks
# how that changes T2's loss; that is `"source"`. Which one is right? Ask a difference again. Two runs train a small
# network for two steps. In one of them a hyperparameter is nudged after the first step; then T2's losses after the
# second are compared.

# %%
names = {"l2": (-5.5, -2.5), "input_noise": (0.0, 0.8)}
still, nudged = ({name: Knob(*ends, rate) for name, ends in names.items()} for rate in (0, 1e-5))
smooth = MLP((32, 32), task="classification", n_outputs=10, activation="tanh")


def two_steps(knobs, optimiser, gradient):
    """What is logged of five networks in two steps; a rate of 0 logs, and moves nothing."""
    begin = {"l2": -3.0, "input_noise": 0.3}
    steps = {"epochs": 1, "batch_size": 450, "every": 1, "dtype": "float64", "learning_rate": 3e-3}
    how = {"knobs": knobs, "optimiser": optimiser, "gradient": gradient, **steps}
    return OnlineTuning(smooth, rows, begin, range(5), **how).train()


# %%
ratios = {}
for optimiser in ("sgd", "adam"):
    held = {rule: two_steps(still, optimiser, rule) for rule in ("exact", "sgd", "source")}
    for place, name in enumerate(names):
        moved = two_steps(still | {name: nudged[name]}, optimiser, "sgd")
        rise = (moved.tuning_losses - held["exact"].tuning_losses)[:, 1]
        slope = rise / (moved.values - held["exact"].values)[:, 1, place]
        for rule, logged in held.items():
            ratios[optimiser, name, rule] = logged.hypergradients[:, 1, place] / slope
ratios = pd.DataFrame(ratios).T.rename_axis(["weights move by", "hyperparameter", "rule"])
ratios.median(axis=1).unstack().round(3)

# %% [markdown]
# *In the table:* what a rule says, divided by the measured slope; the median of five networks. Two questions: which
# column may be trusted? And what does `sgd` get wrong under Adam, the sign or the size?

# %%
exact, plain = (ratios.xs(rule, level="rule") for rule in ("exact", "sgd"))
claim("exact: ratio 1 for each, whatever moves the weights", np.allclose(exact, 1, rtol=0.01))
claim("the plain formula: ratio 1 where the step is plain", np.allclose(plain.loc["sgd"], 1, rtol=0.01))
sizes = plain.loc["adam"].median(axis=1)
claim("under Adam it is far too small", 0 < sizes.min() <= sizes.max() < 0.1, **sizes)
direct = ratios.xs("source", level="rule").median(axis=1)
claim("the source: over three times too large everywhere", direct.min() > 3, least=direct.min())

# %% [markdown]
# (Far too small or too large is no harm in itself: the hyperparameter's Adam divides the size away. The direction
# counts, and how one moment compares with another. What follows uses `exact`; the others come back later.)
#
# ## Drag the start
#
# Now let them walk. Click into the map: a small network starts there, and trains with T1-T2, while you wait.

# %%
pictures.drag_bench()

# %% [markdown]
# *How to use it:* a click sets the start. The dials change how far a hyper-step may go, and every how many steps there
# is one. *Another seed* trains again with other weights. The last few paths stay. (In a book without a kernel nothing
# moves; the next picture does.)
#
# *In the picture:* the shades are losses on validation rows, after plain trainings from the start to the end with those
# values held; darker or lighter as the bar says. The path begins at the diamond, has a dot for each epoch, and ends in
# the ring.
#
# Two questions to answer with it:
#
# 1. From the four corners: do the paths end at the same place?
# 2. A tenth of the rate: how far do they get?
#
# *Surprise me:* the same start, three seeds. How far apart are the ends, and how much do their losses differ?
#
# The same with a real training, recorded: MNIST, pictures of handwritten digits with 784 pixels; 10,000 rows in T1,
# 5,000 in T2, three hidden layers of 100 units, 30 epochs, a hyper-step every tenth step.

# %%
pictures.drag_player(label="Drag the start: recorded on MNIST")

# %% [markdown]
# *How to use it:* drag the start; the nearest recorded one is shown. The third dial chooses the rule; *slow* is the
# exact one with a much smaller rate.
#
# *In the picture:* as above. Small diamonds are the other starts.
#
# Two questions to answer with it:
#
# 1. Start with hardly any noise: does *exact* find its way into the valley of small losses?
# 2. And `l2`: does it walk to one place, from left and right?
#
# *Surprise me:* the rule *source*, from anywhere. What becomes of the noise?
#
# ## One step, and the whole training
#
# The arrow that T1-T2 follows says what is good for the *next* step. We want what is good in the *end*. On a grid of
# values, networks were trained from start to end with the values held, and the hypergradients written down.

# %%
question = "At which share of the grid's places does the one-step arrow lead uphill?"
disagree = predict(question, ["none", "about a tenth", "about a third", "a half: it is luck"])

# %%
pictures.field_player()

# %% [markdown]
# *How to use it:* choose the third of the training in which the hypergradients are averaged; which arrows are shown;
# and whose.
#
# *In the picture:* orange arrows: where T1-T2 would walk, on average. White arrows: down the slope of the loss after
# full retraining. A cross where they are more than a right angle apart. A star: the lowest loss of the grid.
#
# Two questions to answer with it:
#
# 1. *Both*, the whole training: where do the crosses lie, and how steep is the surface there?
# 2. Early, at low noise: which way do orange arrows push `l2`? And late?
#
# *Surprise me:* the bottom row, where the noise is 0. Which way could an arrow point there, and why is that luck?

# %%
field = pictures.recorded_field()
share = pictures.uphill(field).mean()
disagree.reveal(disagree.options[int(share > 0) + int(share > 0.2) + int(share > 0.4)])
claim("about a tenth of the arrows lead uphill", 0.05 < share < 0.2, share=share)
slope = pictures.slopes(field).mean(axis=0)
wrong = {third: pictures.push(field, third) * slope > 0 for third in ("early", "middle", "late")}
low = (field.noises > 0.05) & (field.noises < 0.35)
l2_wrong = {third: found[low][..., 0].mean() for third, found in wrong.items()}
mostly = l2_wrong["early"] > 0.5
claim("low noise: early, most arrows push the penalty the wrong way", mostly, **l2_wrong)
claim("late, few", l2_wrong["late"] < 0.35)
valley = (field.noises > 0.45) & (field.noises < 0.65)
noise_wrong = {third: found[valley][..., 1].mean() for third, found in wrong.items()}
mostly = noise_wrong["late"] > 0.5
claim("beyond the valley: late, most arrows ask for more noise still", mostly, **noise_wrong)

# %% [markdown]
# Where the surface is steep, the arrows mostly agree with it, and that is why the method works. Where they do not,
# there is a reason: one step looks one step ahead. It has a **short horizon** (Wu and others, 2018). Early in the
# training a penalty slows down, and nothing else; what it is good for comes later. You can watch that with the few
# digits of above. What does a larger penalty cost T2, after one epoch, after five, and in the end?

# %%
sets = TwoSets(*few, rows.tuning_inputs, rows.tuning_targets)
pair = {"l2": np.repeat([-3.0, -2.0], 6)}
twice = how | {"seeds": [*range(6)] * 2}
training = OnlineTuning(digits.model, sets, pair, every=None, knobs={"l2": knob}, **twice)
costs = {}
for report in training.fit():
    if report.epoch in (1, 2, 5, 10, 20, 40, 60):
        small, large = training.score("tuning").losses.reshape(2, 6)
        costs[report.epoch] = large - small
costs = pd.DataFrame(costs).rename_axis(index="seed", columns="epochs")
peak, end = costs.mean().max(), costs[60].mean()
claim("early, a tenfold penalty costs every seed", costs[[1, 2, 5, 10]].min().min() > 0)
claim("at worst over three times as much as in the end", end < peak / 3, at_worst=peak, in_the_end=end)
costs.mean().round(4).to_frame("more loss (nats)").T

# %% [markdown]
# Whoever asks after one step will hear: less penalty, please. (That is why the penalty fell before it rose, in the
# first table.)
#
# ## Starts at random
#
# The report that this notebook follows (Fioravanti) let T1-T2 start from about a hundred random places, on three
# networks for MNIST. Here it is again, with networks of a tenth of the width, 10,000 rows in place of 55,000, and 30
# epochs in place of 50. Each start was trained three times with the same seed: plainly, with its own values; with
# T1-T2; and plainly once more, with the values at which T1-T2 had ended. A start is *bad* if its plain test error is
# over 15 % larger than what T1-T2 usually reaches on that network; it is *rescued* if that of T1-T2 itself is not.

# %%
question = "How many of these starts are rescued?"
saved = predict(question, ["hardly any", "about a fifth", "over a half"])

# %%
pictures.swarm_player()

# %% [markdown]
# *How to use it:* choose the network, and play the epochs.
#
# *In the picture:* a symbol for each start, with its path; on the shallow network the map of the losses lies below.
#
# Two questions to answer with it:
#
# 1. In which direction does the swarm draw together, and in which does it not? What says the map to that?
# 2. Where do those end that began with hardly any noise?
#
# *Surprise me:* all three networks, the last epoch. Can you tell them apart?

# %%
kept = starts.load()
exact = kept[kept["rule"] == "exact"]
found = summaries.shares(kept)
found = found[found["rule"] == "exact"].set_index("size")
whole = found[["bad", "rescued", "near", "worse"]].mul(found["n_starts"], axis=0).sum() / len(exact)
saved.reveal(saved.options[int(whole["rescued"] > 0.08) + int(whole["rescued"] > 0.4)])
shown = ["n_starts", "before", "online", "after", "bad", "rescued", "near", "worse"]
found[[*shown, "end_l2", "end_noise"]].round(4)

# %% [markdown]
# *In the table:* median test errors (shares of wrong pictures) with the start's values (*before*), at the end of T1-T2
# (*online*), and with the tuned values from the start on (*after*). Then shares of all starts; *near*: the error
# changes by at most a quarter of a per cent; *worse*: it grows by more. Two questions: for whom was T1-T2 worth its
# trouble? Is it necessary to train anew with what it found?

# %%
claim("bad means over 15 % larger", summaries.BAD == 1.15)
claim("a hundred starts, three networks", len(exact) == 100 and len(found) == 3)
claim("about a fifth is rescued, in the source 20 %", 0.1 < whole["rescued"] < 0.3, **whole)
claim("that is most of the bad ones", whole["rescued"] > 0.6 * whole["bad"])
claim("about half of all lie near the diagonal, in the source 58 %", 0.4 < whole["near"] < 0.7)
change = exact["online_test_error"] - exact["before_test_error"]
limit = exact["size"].map(found["threshold"])
rescued = (exact["before_test_error"] > limit) & (exact["online_test_error"] <= limit)
gain, loss = -change[rescued].mean(), change[change > summaries.NEAR].mean()
claim("nearly as many become worse as are rescued", abs(whole["worse"] - whole["rescued"]) < 0.08)
claim("but by less", loss < 0.75 * gain, gain=gain, loss=loss)
luck = 1 - found["luck_near"]
claim("a fresh training differs by more than near for a tenth to a third", 0.1 < luck.min() <= luck.max() < 0.33)
apart = (found["after"] - found["online"]).abs().max()
claim("a fresh training is no better by more than a fifth of a per cent", apart < 0.002, most=apart)
drawn = exact.groupby("size")[["start_noise", "end_noise", "start_l2", "end_l2"]].std()
narrow = drawn["end_noise"] / drawn["start_noise"]
claim("the noise draws together to less than two thirds", narrow.max() < 0.67, **narrow)
wide = drawn["end_l2"] / drawn["start_l2"]
claim("the penalty hardly does", wide.min() > 0.75, **wide)

# %%
Player([pictures.errors_scene(kept)], label="Before and after, start by start")

# %% [markdown]
# *In the picture:* a symbol for each start; across, the test error with its own values, up, that of T1-T2. Below the
# dashed line T1-T2 is better; in the grey band the two are near. The rescued have a blue ring. Two questions: on which
# side of the band do the best starts lie? And why there? Compare the noise at which most end with the star of the map.

# %%
valley_floor = field.noises[field.losses.mean(axis=(0, 2)).argmin()]
beyond = exact["end_noise"].median() - valley_floor
lenient = summaries.shares(kept, bad=1.25).query("rule == 'exact'")["bad"]
claim("T1-T2 ends with more noise than is best", beyond > 0.05, beyond=beyond)
bad, start_noise = exact["before_test_error"] > limit, exact["start_noise"]
little, much = (start_noise[bad] < 0.2).mean(), (start_noise[bad] > 0.55).mean()
claim("most bad starts have little noise, or very much", little + much > 0.7, little=little, much=much)
claim("with a line at 25 %, under a fifth is bad", lenient.max() < 0.2, most=lenient.max())

# %% [markdown]
# The line between bad and good is our choice, and shares hang on it. Our small networks are seldom as bad as the
# report's worst: with a line at 25 % in place of 15 %, few starts are bad. And a part of *rescued* and of *worse* is
# the luck of a training: even T1-T2's own end and a fresh training with its values are not always near each other.
#
# So the surface decides what T1-T2 can be worth. Where it is flat, as along `l2`, arrows are short and ends arbitrary,
# and nothing is lost by that. The way out of a bad region is found, and quickly; the very best is not, since the arrows
# are short-sighted.
#
# ### Too far to walk
#
# A hyperparameter's Adam moves it by about its rate in a hyper-step, and hardly more. With a rate that is usual for
# weights, 0.001, how far does it come?

# %%
Player([pictures.reach_board(kept)], label="How far it had to go, how far it came")

# %% [markdown]
# *In the picture:* across, how far the start lies from where most starts end; up, how much of that way it went. Those
# on the dashed diagonal arrive. The horizontal lines are the rate times the number of hyper-steps. Two questions: which
# starts can a slow rate rescue? And why is a fast one not always better?

# %%
travels = summaries.travels(kept[kept["size"] == "shallow"]).set_index("rule")
slow = travels.loc["slow"]
gone = pd.concat([slow[f"travelled_{name}"] / slow[f"reach_{name}"] for name in ("l2", "noise")])
claim("slow: nobody gets further than rate times hyper-steps", gone.max() < 1, most=gone.max())
saved_by = summaries.shares(kept).query("size == 'shallow'").set_index("rule")["rescued"]
claim("so fewer are rescued", saved_by["slow"] < saved_by["exact"], **saved_by[["slow", "exact"]])
harmed = summaries.shares(kept).query("size == 'shallow'").set_index("rule")["worse"]
claim("and fewer are harmed", harmed["slow"] < harmed["exact"], **harmed[["slow", "exact"]])

# %% [markdown]
# ## The other rules
#
# The same starts, on the shallow network: by the exact rule, by the formula of a plain step (*sgd*), and by the
# source's program, whose penalty has no $10^\ell$, and whose noise is moved by the direct effect.

# %%
question = "The source's rule: where does the noise end, from most starts?"
direct_effect = predict(question, ["near 0", "where the exact rule ends", "at the upper end"])

# %%
Player([pictures.noise_ends(kept)], label="Where the noise ends")

# %% [markdown]
# *In the picture:* a row for each rule, a symbol for each of the same starts. Bars are the middle halves, diamonds the
# medians. Two questions: does it matter much whether Adam's own step is differentiated? And why is the direct effect so
# sure of itself?

# %%
ends = kept[kept["size"] == "shallow"].groupby("rule")[["end_noise", "online_test_error"]].median()
last = ends.loc["source", "end_noise"]
direct_effect.reveal(direct_effect.options[0 if last < 0.1 else 1 if last < 0.65 else 2])
claim("the direct effect drives the noise to nearly nothing", last < 0.05, noise=last)
right = ends.loc["exact", "end_noise"]
claim("the exact rule does not", right > 0.3, noise=right)
same = abs(ends.loc["sgd", "online_test_error"] - ends.loc["exact", "online_test_error"])
claim("the formula of a plain step does as well as the exact one", same < 0.001, difference=same)
lost = ends.loc["source", "online_test_error"] - ends.loc["exact", "online_test_error"]
claim("that costs over a third of a per cent of the test pictures", lost > 0.0034, more=lost)
ends.round(4)

# %% [markdown]
# Noise in T2's own pictures only ever disturbs: on average its direct effect is a loss, wherever one stands. What noise
# is good for, weights that bear it, shows only along the way through the weights. We do not know how the source's own
# runs ended; its figure shows that they did end somewhere. This is its formula on our networks.
#
# ## The price
#
# **Exercise 18.4** (level 1). Every k-th step is a hyper-step. A large k is cheap; but Adam moves a hyperparameter by
# about its `rate` in a hyper-step and hardly more, and from a far start the way is long. `distance` is how far it may
# have to go, `cost` what a hyper-step costs on top, in units of a plain training step. Return the largest k with which
# it can still arrive, a whole number, and the overhead, cost / k. If even k = 1 does not arrive, return (0, 0).
# (A training of S steps has S // k hyper-steps.)


# %% tags=["exercise"]
def largest_every(n_epochs, steps_per_epoch, distance, rate, cost):
    """(k, overhead) where every k-th step carries at most rate; (0, 0) if none arrives."""
    raise NotImplementedError


# %% tags=["solution"]
def largest_every(n_epochs, steps_per_epoch, distance, rate, cost):
    """(k, overhead) where every k-th step carries at most rate; (0, 0) if none arrives."""
    needed = int(np.ceil(distance / rate))
    k = n_epochs * steps_per_epoch // needed
    return (k, cost / k) if k > 0 else (0, 0)


# %%
check("18.4", largest_every)
# Stuck? Run hint("18.4", 1), then 2, then 3.

# %% [markdown]
# The report's figures: 50 epochs of 550 steps, $\ell$ between -5.5 and -2.5, a hyper-step every tenth step. It does not
# tell its rate; suppose 0.001.

# %%
k, _ = largest_every(50, 550, distance=3, rate=0.001, cost=1)
n_hyper_steps = 50 * 550 // 10
claim("to come from one end to the other, k = 9 would just do", k == 9)
claim("with k = 10 it cannot quite", n_hyper_steps * 0.001 < 3, at_the_most=n_hyper_steps * 0.001)

# %%
here = pictures.overhead_scene(pictures.measure(n_repeats=3))
Player([pictures.seconds_scene(kept), here], label="The price")

# %% [markdown]
# *In the picture:* first the recorded starts: how much longer an epoch takes with T1-T2, k = 10, for each network.
# Press *next*: your machine, now, with a small network, for several k. Two questions: from which k on do you hardly see
# it? And why is the larger network's share not smaller?

# %%
overhead = found["overhead"]
within = 0.1 < overhead.min() <= overhead.max() < 0.33
claim("recorded: between a tenth and a third more", within, **overhead)

# %% [markdown]
# The report measured 12.22 % (16.99 s in place of 15.14 s). A hyper-step needs a pass of T2 there and back, and another
# one to carry the noise's effect along; the report's program had no need of the latter. Besides, T2's rows are lost to
# the weights. That price is not in the seconds.
#
# ## How large must T2 be?
#
# Whatever is tuned on rows, is tuned *to* these rows. Two hyperparameters can hardly learn many rows by heart. Eight?
# The shallow network again, with T2 of 20 to 5,000 rows, and two hyperparameters or eight (a penalty and a noise for
# each layer), eight seeds each; and beside them networks on which nothing was tuned, with the same start and the same
# rows.

# %%
question = "T2 has 20 rows, for eight hyperparameters. Are those 20 rows learnt by heart?"
by_heart = predict(question, ["yes, plainly", "not beyond chance"])

# %%
Player([pictures.tuning_sets_board()], label="How large must T2 be?")

# %% [markdown]
# *In the picture:* above, losses on T2 and on rows that nobody has used, against the number of T2's rows. Below, what
# tuning adds to the difference of the two, beyond that of networks that were not tuned; with 95 % intervals. Two
# questions: which gap is the luck of the rows, and which the work of tuning? From how many rows on would you not worry?

# %%
gaps = summaries.gaps(tuning_sets.load())
tuned = gaps[gaps["knobs"] != "none"].set_index(["knobs", "n_tuning"])
plain_loss = gaps[gaps["knobs"] == "none"].set_index("n_tuning")["validation_loss"]
smallest = tuned.loc[("many", 20)]
by_heart.reveal(by_heart.options[int(not smallest["overfit_low"] > 0)])
above = tuned["overfit_low"] > 0
claim("at no size of T2 does tuning open a gap beyond chance", not above.any())
gain = plain_loss - tuned["validation_loss"].groupby("n_tuning").mean()
enough = gain[gain.index >= 200]
claim("20 rows bring under two thirds of the gain on unseen rows", gain[20] < 0.67 * enough.min())
claim("from 200 on more rows bring no more", np.ptp(enough) < 0.25 * enough.min(), **enough.rename(str))
tuned[["n_knobs", "validation_loss", "overfit", "overfit_low", "overfit_high"]].round(4)

# %% [markdown]
# Nothing is learnt by heart, not even 20 rows by eight hyperparameters: a few numbers that turn slowly can hardly tell
# rows apart. What so few rows do is to guide badly; some hundreds do as well as thousands. (With thousands of
# hyperparameters it would be another story.)
#
# ## Against searches
#
# What would the same training time have been worth to somebody else? T1-T2 starts at random, again and again; random
# search trains plainly, at the same places; a Gaussian process (notebook 06) proposes where to train. All hand in the
# network that is best on validation rows, which none of them has learnt from; test rows say what it is worth. MNIST,
# the shallow network, ten seeds with rows of their own. There is a fourth: a search needs no T2. So another random
# search lets its weights learn from those rows, too: as many epochs of more rows, so each of its trainings takes
# longer.

# %%
question = "After the time of ten plain trainings: whose mean test error is smallest?"
first = predict(question, ["T1-T2", "random search", "Gaussian process", "dice that learn from T2"])

# %%
told = rivals.load()
everybody = ("t1-t2", "random", "gp", "random-all")
race = pictures.rivals_scene(told, methods=everybody)
Player([race], label="The same training time for each")

# %% [markdown]
# *In the picture:* the mean test error of what each would hand in, with its 95 % interval. One unit is one plain
# training; a run of T1-T2 takes one and its overhead. What the Gaussian process computes between trainings costs it
# nothing here. Two questions: who is ahead after two units? And after ten?

# %%
pairs = summaries.race_differences(told).set_index("a")
three = pairs.loc[["random", "gp"]]
sure = three[three["p_holm"] < 0.05]
ahead = pairs["mean"].idxmin() if pairs["mean"].min() < 0 else "t1-t2"
first.reveal(first.options[everybody.index(ahead)])
claim("ten seeds", told["seed"].nunique() == 10)
claim("T1-T2, random search and the process: no difference beyond chance", sure.empty)
best = pairs.loc["random-all"]
claim("dice that learn from T2: ahead, beyond chance", best["high"] < 0 and best["p_holm"] < 0.05)
means = summaries.race(told, "test_loss").pivot(index="units", columns="method", values="mean")
soon = means.loc[3.0, ["t1-t2", "random", "gp"]]
lead = soon.drop("t1-t2").min() - soon["t1-t2"]
claim("after three, T1-T2's mean loss is smaller by some thousandths of a nat", lead > 0.004, **soon)
single = told[told["method"].isin(["t1-t2", "random"])].groupby("method")["validation_loss"]
spread = single.std()["t1-t2"] / single.std()["random"]
claim("one run from a random place: its loss varies half as much", spread < 0.6, ratio=spread)
pairs[["mean", "error", "low", "high", "p_holm"]].round(4)

# %% [markdown]
# *In the table:* test error less that of T1-T2, after ten units. Among those that learn from the same rows, T1-T2 leads
# where there is time for two or three trainings, and a single run of it is a safe choice; with time for ten, dice do as
# well on a surface as flat as this one. But who gives T2's rows to the weights is better off than all of them. What it
# costs to set rows aside is no small print. (One could tune with T1-T2, and train anew on all rows with what it found;
# that has not been raced here.)
#
# A little of it, live: the small digits, 20 seeds with rows of their own. Random search gets three plain trainings.
# T1-T2 gets two, from the first two of the same places.

# %%
question = "Three plain trainings, or two with T1-T2: on which side is the smaller loss, on average?"
live = predict(question, ["three plain trainings", "two with T1-T2", "no difference to be seen"])

# %%
short = problems.online_tuning("digits", epochs=12)
race = compare(["random"], short, n_trials=3, seeds=range(20), batch=None)
searched = race.curves("incumbent")["random"][:, -1]
tuned_too = np.empty(20)
for (_, seed), history in race.histories.items():
    two = history.trials[:2]
    places, seeds = [trial.config for trial in two], [trial.seed for trial in two]
    run = short.draw(seed).tune(places, seeds, parts=("validation",))
    tuned_too[seed] = run.scores["validation"].losses.min()
pair = statistics.paired_differences({"T1-T2": tuned_too, "random": searched}, peer="random")
low, high = pair[["low", "high"]].iloc[0]
live.reveal(live.options[2 if low < 0 < high else int(high < 0)])
lower = int((tuned_too < searched).sum())
claim("two with T1-T2: lower on average", pair["mean"].iloc[0] < 0)
claim("and on more than half of the seeds", lower > 10, of_20=lower)
pair.round(4)

# %% [markdown]
# *In the table:* the best validation loss of T1-T2's two less that of the three plain ones. Short trainings of a small
# network leave much to repair, and T1-T2 repairs it on the way; not on every seed.
#
# ## What has no arrow
#
# A hyperparameter must bend T1's gradient, and bend it continuously. Penalties and noises do, dropout's rate in its
# Gaussian form does. A network's width, an activation function, the number of epochs do not.
#
# **Choices.** One can pretend. Compute *every* option, mix the results with shares, and let T2 move the shares; in the
# end the largest share names the option. That is how some searches for architectures work (DARTS, Liu and others,
# 2019). Here ten networks mix four activation functions, on digits.

# %%
question = "In how many of ten networks does the largest share name the option that is best alone?"
named = predict(question, ["two or fewer", "three to six", "seven or more"])

# %%
shares, verdict = pictures.gated()
Player([pictures.gates_board(shares, verdict)], label="One mixture, and its options alone")

# %% [markdown]
# *In the picture:* above, the shares over the epochs. Below, the test losses of networks that have one option only,
# trained alone: all seeds, and this one larger. Two questions: which option leads, and when is that decided? What did
# it cost to train all four alone?

# %%
right = int((verdict["named"] == verdict["best"]).sum())
named.reveal(named.options[int(right > 2) + int(right > 6)])
guides = rules(verdict)
share, each = guides.loc["largest share"], guides.loc["each alone, T2 chooses"]
claim("the largest share names another option for two seeds or more", right <= 8, right=right)
claim("its option costs over a tenth more loss than asking each", share["loss"] > 1.1 * each["loss"])
claim("no better than an option at random", share["loss"] > 0.9 * guides.loc["one at random", "loss"])
guides.round(3)

# %% [markdown]
# *In the table:* how often each way of choosing finds the best option, the mean test loss of what it chooses, and how
# many trainings that takes. The arrow of the first epochs praises whoever learns fastest, and that need not be the one
# who learns most: a short horizon once more. With four options one may as well train four networks.
#
# **The learning rate** has a hypergradient: T1's own step tells it. But no horizon could be shorter. Two weights, one
# on a steep slope and one on a gentle one, and a gradient with noise in it; the expected loss can be computed on paper
# (after Wu and others). One learner takes in each step the very best learning rate for that step; the other keeps one.

# %%
steepness, spread = np.array([1.0, 0.01]), 1.0  # the noise moves the bottom about


def descend(n_steps, eta=None):
    """Expected loss after so many steps; eta=None takes the best learning rate for each step."""
    square = np.array([1.0, 100.0])  # expected square of each weight
    for _ in range(n_steps):
        best = (steepness**2 @ square) / (steepness**3 @ (square + spread))
        now = best if eta is None else eta
        square = (1 - now * steepness) ** 2 * square + (now * steepness) ** 2 * spread
    return steepness @ square / 2


lengths = (1, 10, 100, 1000)
constant = {n: min(descend(n, eta) for eta in np.geomspace(0.01, 1, 41)) for n in lengths}
greedy = {n: descend(n) for n in lengths}
claim("one step: nobody is better", greedy[1] <= constant[1])
claim("a thousand: over three times the loss", greedy[1000] > 3 * constant[1000])
both = {"best for each step": greedy, "one for all steps": constant}
pd.DataFrame(both).rename_axis("steps").round(3)

# %% [markdown]
# The greedy one makes its steps smaller and smaller, to quieten the noise on the steep slope, and never comes down the
# gentle one.
#
# **Population-based training** (Jaderberg and others, 2017) needs no arrow. Many networks train side by side, each with
# its own hyperparameters. Now and then the worst copy the weights *and* the hyperparameters of the best, and change the
# latter a little at random. So learning rates, too, can move during a training, whole stretches of it being compared
# rather than one step; the price is a population in place of one network. (It too prefers who is ahead now.)
#
# ## When not to use it
#
# - The hyperparameter has no arrow, or its effect shows only much later: learning rate, width, number of epochs.
# - The surface is flat. Then every way to choose is as good.
# - Data are scarce: T2 and validation rows are lost to the weights.
# - The training has a step that you cannot differentiate or change.
#
# ## Limits
#
# - Networks of a tenth of the report's width, a fifth of its rows. `hpo-tutor race online-starts --full` runs its own,
#   on a GPU; we have not.
# - MNIST and small digits only. The surfaces are mostly flat.
# - Rates were set so that a hyperparameter can cross its range in a bit more than half of the training. Tuning rates is
#   a search again, if a more forgiving one.
# - All starts share one cut of the rows; only the comparison with searches and that of the sizes of T2 have several.
#
# ## Take-aways
#
# - T1 moves the weights, T2 the hyperparameters, in one training. What is tuned on its own training rows vanishes.
# - The hypergradient of a step is $g \cdot d\theta' / d\ell$. Check it by a difference, whoever has published it.
# - It leads out of bad regions within a single training, for a sixth to a quarter more time.
# - It looks one step ahead. Where use comes later than harm, it errs: good starts were led astray a little, and greedy
#   learning rates are far too small.
# - At equal training time and equal rows it led early, and was level with random search and a Gaussian process later.
#   Dice that could learn from T2's rows, too, were better than all. What has no arrow needs a search anyway.
#
# ## Quiz

# %%
quiz("18")

# %% [markdown]
# ## References
#
# - J. Luketina, M. Berglund, K. Greff and T. Raiko (2016), Scalable gradient-based tuning of continuous regularization
#   hyperparameters, *ICML*, arXiv 1511.06727. T1-T2.
# - S. Fioravanti, Online hyper-parameters optimization, report, Sapienza University of Rome. The experiment that is
#   done again here, and the shares and seconds that are cited as the source's.
# - Y. Wu, M. Ren, R. Liao and R. Grosse (2018), Understanding short-horizon bias in stochastic meta-optimization,
#   *ICLR*, arXiv 1803.02021.
# - H. Liu, K. Simonyan and Y. Yang (2019), DARTS: differentiable architecture search, *ICLR*, arXiv 1806.09055.
# - M. Jaderberg and others (2017), Population based training of neural networks, arXiv 1711.09846.
# - Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits. The small digits: E. Alpaydin and
#   C. Kaynak (1998), UCI machine learning repository.
#
# ## What is next
#
# Whole networks that train side by side and copy from each other: that is not far from evolution. Notebook 19,
# evolution and architectures, takes it as its method.
