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
# **Time.** 70 minutes, of which the exercises take 30.

# %% tags=["setup"]
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

from hpo_tutor import check, claim, doctor, hint, predict, problems, quiz
from hpo_tutor.course.pictures import nb18 as pictures
from hpo_tutor.race import compare, statistics
from hpo_tutor.race.experiments.online import horizons, rivals, starts, summaries, tuning_sets
from hpo_tutor.race.experiments.online.grounds import EveryRow
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
#
# (Two more sets move nothing: *validation* rows choose among finished trainings, *test* rows judge what was chosen. T2
# is neither; it has been asked too often.)

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
# A penalty hardly ever helps the rows on which the weights are learnt: those would like to be learnt by heart, and
# undisturbed. Only rows that the weights have not seen can tell that this is not what we want. (Early in the training
# nobody has learnt anything by heart yet, and even T2 would rather learn fast. Keep that in mind. The peak on the way
# back is too much of a good thing; T2 takes some of it back.)
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
# 1. Set the learning rate to 0.3. Between which two $\ell$ does the slope on the right change its sign? Which of the
#    two links is 0 there?
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
# `gradient`, a function of weights: the gradient of C2, without penalty. Return one number.


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
# many times as large as that slope the claim is, one number. What should come out where the claim is right? And where
# it has the wrong sign?


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
# Now put the formula of a published program on trial, $-\eta\, (g \cdot \theta)$. The model is a small one, linear
# regression on handwritten digits, 640 weights, so that every line fits on the screen.

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
trial, nudge = {}, 1e-4
for ell in (-1, -2, -3, -4):
    measured = (asked(ell + nudge) - asked(ell - nudge)) / (2 * nudge)
    theirs = -rate * gradient_of(after_step(ell)) @ before
    trial[ell] = theirs / measured, 1 / (np.log(10) * 10**ell)
columns = ["claimed / measured", "1 / (ln 10 * 10^ell)"]
trial = pd.DataFrame(trial, index=columns).T.rename_axis("ell")
same = np.allclose(*trial.to_numpy().T, rtol=1e-3)
claim("the program's slope: too large by what it left out", same)
trial.round(3)

# %% [markdown]
# (And yours? Ask `ratio(l2_hypergradient(gradient_of, before, after_step(-2), rate, -2), asked, -2)`.)
#
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
# Take the middle derivative by a central difference in sigma. `t1(theta, sigma, eps)` returns loss and gradient (n,) of
# a batch of T1 with that noise, at weights theta (n,); `t2(theta)` those of a batch of T2, without noise; each call of
# `draw()` gives a new eps. How often should you call it? Return one number.


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
# There are two other ways. The formulas above are those of a *plain* step. Real trainings take other steps, for
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
# counts, and how one moment compares with another. After two steps all rules ask for less noise, since it only disturbs
# as yet. Whether they still agree when it has something to give is another question. What follows uses `exact`; the
# others come back later, and then the direction tells them apart.)
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
# T1-T2 walks against its hypergradients, one number for each hyperparameter. Drawn on the map, that is an **arrow**. It
# says what is good for the *next* step. We want what is good in the *end*. On a grid of values, networks were trained
# from start to end with the values held, and the hypergradients written down.

# %%
question = "At which share of the grid's places does the one-step arrow lead uphill?"
disagree = predict(question, ["none", "about a tenth", "about a third", "a half: it is luck"])

# %%
pictures.field_player()

# %% [markdown]
# *How to use it:* choose the third of the training in which the hypergradients are averaged; which arrows are shown;
# and by whose rule the one-step arrows were computed. (*The source's* is for later.)
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

# %%
valley = (field.noises > 0.45) & (field.noises < 0.65)
noise_wrong = {third: found[valley][..., 1].mean() for third, found in wrong.items()}
steep = np.linalg.norm(slope, axis=-1)[1:]  # all rows but the first, where the noise is 0
at_steep = pictures.uphill(field)[1:][steep > np.median(steep)].mean()
claim("beside that row: where the surface is steep, hardly any leads uphill", at_steep < 0.05)
crosses = {third: int(pictures.uphill(field, third)[1:].sum()) for third in ("early", "middle", "late")}
growing = list(crosses.values()) == sorted(crosses.values())
claim("the later, the more crosses beside that row", growing, **crosses)
mostly = noise_wrong["late"] > 0.5
claim("beyond the valley: late, most arrows ask for more noise still", mostly, **noise_wrong)

# %% [markdown]
# Where the surface is steep, the arrows agree with it, and that is why the method works. (Without any noise there is no
# slope along the noise: a little of it does the same with either sign, so what is measured there is luck.) Where they
# do not, there is a reason: one step looks one step ahead. It has a **short horizon** (Wu and others, 2018).
#
# *Early* a penalty slows down, and nothing else; so the arrows want less of it, even where whole trainings are better
# with more. *Late* it is the noise beyond the valley: the next step would like more still, while trainings with so much
# end worse. The crosses grow more, and lie where T1-T2 will stop.
#
# You can watch the early half with the few digits of above. What does a larger penalty cost T2, after one epoch, after
# five, and in the end?

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
claim("in the end the cost is gone", abs(end) < peak / 5, at_worst=peak, in_the_end=end)
costs.mean().round(4).to_frame("more loss (nats)").T

# %% [markdown]
# Whoever asks after one step will hear: less penalty, please. (That is why the penalty fell before it rose, in the
# first table.)
#
# And the noise beyond the valley? We had a guess: a training with so much noise pays for it from its first step on, and
# late there is hardly anything left to lose. So a little more should cost much if it comes early, and next to nothing
# if it comes late. That can be tried. Networks for MNIST trained with noise 0.6 (and `l2` = -3.5); each has twins,
# equal but for 0.05 more noise from the first, the second or the last third of the training on.

# %%
question = "More noise from the last third on: when does the loss on unseen rows show it?"
shows = predict(question, ["hardly ever", "only in the last epochs", "within an epoch", "it falls"])

# %%
pictures.horizons_player()

# %% [markdown]
# *How to use it:* choose the noise that the networks had before, and what is made larger.
#
# *In the picture:* a line for each third from whose beginning on a twin has more: its extra loss after each epoch since
# then, the mean of eight seeds, which share their rows. The shade is the 95 % interval of that mean. On the dotted line
# a twin is as good as without.
#
# Two questions to answer with it:
#
# 1. Noise 0.6: where do the three lines end? Is there more to pay for whoever had more noise for longer?
# 2. Noise 0.2, in the end: is more noise better or worse there?
#
# *Surprise me:* the penalty, at noise 0.2. From when on is it worth having?

# %%
moved = horizons.load().query("name == 'input_noise' and noise == 0.6")
worth = horizons.worth(moved).set_index(["third", "after"])
soon = worth.xs(1, level="after")
claim("what comes early costs more, at first", soon["low"]["early"] > soon["high"]["late"])
claim("within an epoch more noise costs, early or late", soon["low"].min() > 0, **soon["mean"])
asks = statistics.student_interval(moved.query("third == 'late'")["slope"])
claim("one step says the opposite: late it asks for more, on average", asks.high < 0, slope=asks[1])
ends = moved.set_index(["seed", "third"])["validation"].str[-1].unstack()
longer = statistics.student_interval(ends["early"] - ends["late"])
alike = longer.low < 0 < longer.high
claim("in the end, no difference beyond chance", alike, low=longer.low, high=longer.high)
double = statistics.student_interval(ends["early"] - 2 * ends["late"])
claim("thirty epochs of more noise cost less than twice what ten cost", double.high < 0)

# %%
late = worth.loc["late"]
clear = late.index[late["low"] > 0]
seen = "hardly ever" if clear.empty else "only in the last epochs"
seen = "within an epoch" if 1 in clear else seen
shows.reveal("it falls" if late["high"].iloc[-1] < 0 else seen)

# %% [markdown]
# Half of the guess was right: what comes early costs more, at first. But what comes late does not cost next to nothing,
# and the price does not add up. In the end, thirty epochs of more noise cost less than twice what ten cost (no
# difference at all could be shown). One step cannot see this: in the last third, where a little more noise costs
# something within a hundred steps, it asks for more, on average. So even a horizon of less than a hundred steps can be
# too short.
#
# ## Starts at random
#
# The report that this notebook follows (Fioravanti) let T1-T2 start about a hundred times, on three networks for MNIST.
# Here it is again, with networks of a tenth of the width, 10,000 rows in place of 55,000, and 30 epochs in place of 50.
# There are 34 random places, of which each network takes (nearly) all: a hundred starts. Each was trained three times
# with the same seed: plainly, with its own values; with T1-T2; and plainly once more, with the values at which T1-T2
# had ended. A start is *bad* if its plain test error is over 15 % larger than what T1-T2 usually reaches on that
# network; it is *rescued* if that of T1-T2 itself is not.

# %%
question = "How many of these starts are rescued?"
saved = predict(question, ["hardly any", "about a fifth", "over a half"])

# %%
pictures.swarm_player(surface=pictures.recorded_field())

# %% [markdown]
# *How to use it:* choose the network, and play the epochs.
#
# *In the picture:* a symbol for each start, with its path. Below those of the shallow network lies its map of losses.
#
# Two questions to answer with it:
#
# 1. In which direction does the swarm draw together, and in which does it not? What does the map say to that?
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
claim("34 places", exact["start"].nunique() == 34)
claim("about a fifth is rescued, in the source 20 %", 0.1 < whole["rescued"] < 0.3, **whole)
claim("that is most of the bad ones", whole["rescued"] > 0.6 * whole["bad"])
claim("about half of all lie near the diagonal, in the source 58 %", 0.4 < whole["near"] < 0.7)
change = exact["online_test_error"] - exact["before_test_error"]
limit = exact["size"].map(found["threshold"])
rescued = (exact["before_test_error"] > limit) & (exact["online_test_error"] <= limit)
gain, loss = -change[rescued].mean(), change[change > summaries.NEAR].mean()
claim("nearly as many become worse as are rescued", abs(whole["worse"] - whole["rescued"]) < 0.08)
claim("but by less", loss < 0.75 * gain, gain=gain, loss=loss)

# %%
luck = 1 - found["luck_near"]
some = 0.1 < luck.min() <= luck.max() < 0.33
claim("for a tenth to a third of the starts, T1-T2's end and a fresh training are not near", some)
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
# So the surface decides what T1-T2 can be worth. Along `l2` it is nearly flat. Adam walks there all the same, for it
# hears directions and no sizes; the ends are as far apart as the starts, and little is lost by that. The way out of a
# bad region is found, and quickly; the very best is not, since the arrows are short-sighted.
#
# ### Too far to walk
#
# A hyperparameter's Adam moves it by about its rate in a hyper-step, and hardly more. With a rate that is usual for
# weights, 0.001, how far does it come?

# %%
Player([pictures.reach_board(kept)], label="How far it had to go, how far it came")

# %% [markdown]
# *In the picture:* across, how far the start lies from the median end of all starts; up, how much of that way it went.
# Those on the dashed diagonal arrive. The dotted line is the slow rate times the number of hyper-steps; for the usual
# rates it lies far above the picture. A red ring: the training ends with a bad test error. Look at the noise first, for
# `l2` has no place where most end. Two questions: which starts can a slow rate rescue? And why is a fast one not always
# better?

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
claim("the direct effect costs over a third of a per cent of test pictures", lost > 0.0034, more=lost)
down = (pictures.push(field, "all", "source")[1:, :, 1] < 0).mean()
claim("on the map: wherever there is noise, its arrows ask for less", down == 1)
ends.round(4)

# %% [markdown]
# Noise in T2's own pictures only ever disturbs: on average its direct effect is a loss, wherever one stands. (Look for
# yourself: the map with the arrows, above, can show *the source's* arrows.) What noise is good for, weights that bear
# it, shows only along the way through the weights. We do not know how the source's own
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
n_steps, slow_rate, way = 50 * 550, 0.001, 5.5 - 2.5
reached = {k: n_steps // k * slow_rate for k in (9, 10)}  # from one end to the other it is 3
claim("with every ninth step it would just arrive", reached[9] >= way, at_the_most=reached[9])
claim("with every tenth it cannot quite", reached[10] < way, at_the_most=reached[10])

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
# one to carry the noise's effect along; the report's program had no need of the latter. Fewer rows cost less: with
# `tuning_batch_size=25, noise_rows=25` a quarter of a batch is asked each time, which is right in the mean, and most of
# the price goes away (`data/benchmarks.md` has the report's wide network, too). Besides, T2's rows are lost to the
# weights. That price is not in the seconds.
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
# *In the picture:* above, losses on T2 and on rows that nobody has used, against the number of T2's rows; dotted, where
# nothing was tuned. Below, the difference of the two, less that of networks that were not tuned; with 95 % intervals.
# Two questions: which gap is the luck of the rows, and which the work of tuning? From how many rows on would you not
# worry?

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
seen = gaps.set_index(["knobs", "n_tuning"])["tuning_loss"].unstack()[20]
no_better = seen.drop("none").min() > seen["none"]
claim("20 rows: even on them the tuned networks are no better", no_better, **seen)
tuned[["n_knobs", "validation_loss", "gain", "gain_low", "gain_high", "overfit"]].round(4)

# %% [markdown]
# *In the table:* *gain* is by how much tuning lowers the loss on unseen rows; *overfit* is the lower panel's number.
#
# No learning by heart is to be seen, not even of 20 rows by eight hyperparameters: a few numbers that turn slowly can
# hardly tell rows apart. (It is no merit to lie below 0. Those networks are worse on T2's 20 rows than plain ones,
# which happen to find these rows easy: an arrow lowers the loss of the next step, not that of the end. A little
# learning by heart could hardly be seen beside so much luck.) What so few rows do, on average, is to guide worse; some
# hundreds do as well as thousands. With thousands of hyperparameters it would be another story.
#
# ## Against searches
#
# What would the same training time have been worth to somebody else? T1-T2 starts at random, again and again; random
# search trains plainly, at the same places; in Bayesian optimisation a Gaussian process (notebook 06) proposes where to
# train. All hand in the network that is best on validation rows, which none of them has learnt from; test rows say what
# it is worth. MNIST, the shallow network, ten seeds with rows of their own. There is a fourth: a search needs no T2. So
# another random search lets its weights learn from T1 and T2: as many epochs of more rows, so each of its trainings
# takes longer.

# %%
question = "After the time of ten plain trainings: whose mean test error is smallest?"
searches = ["random search", "Bayesian optimisation", "random search, T1 and T2"]
first = predict(question, ["T1-T2", *searches])

# %%
told = rivals.load()
everybody = ("t1-t2", "random", "gp", "random-all")
race = pictures.rivals_scene(told, methods=everybody)
Player([race], label="The same training time for each")

# %% [markdown]
# *In the picture:* the mean test error of what each would hand in, with its 95 % interval. One unit is one plain
# training; a run of T1-T2 takes one and its overhead. What the Gaussian process computes between trainings costs it
# nothing here. Two questions: who is ahead after two units, when T1-T2 has had but one run? And after ten?

# %%
pairs = summaries.race_differences(told).set_index("a")
three = pairs.loc[["random", "gp"]]
sure = three[three["p_holm"] < 0.05]
ahead = pairs["mean"].idxmin() if pairs["mean"].min() < 0 else "t1-t2"
first.reveal(first.options[everybody.index(ahead)])
claim("ten seeds", told["seed"].nunique() == 10)
claim("T1-T2, random search, Bayesian optimisation: no difference beyond chance", sure.empty)
best = pairs.loc["random-all"]
claim("random search with T1 and T2: ahead, beyond chance", best["high"] < 0 and best["p_holm"] < 0.05)
means = summaries.race(told).pivot(index="units", columns="method", values="mean")
means = means[["t1-t2", "random", "gp"]]
claim("after two units T1-T2 does not lead", means.loc[2.0].idxmin() != "t1-t2", **means.loc[2.0])
leads = (means.loc[3.0:5.0].idxmin(axis=1) == "t1-t2").all()
claim("from three to five its mean is the smallest of these three", leads, **means.loc[3.0])
three_units = summaries.race_differences(told, units=3.0).set_index("a").loc[["random", "gp"]]
claim("by no more than chance could do", (three_units["p_holm"] > 0.05).all(), **three_units["p_holm"])
single = told[told["method"].isin(["t1-t2", "random"])].groupby("method")["validation_loss"]
spread = single.std()["t1-t2"] / single.std()["random"]
claim("one run from a random place: its loss varies half as much", spread < 0.6, ratio=spread)
pairs[["mean", "error", "low", "high", "p_holm"]].round(4)

# %% [markdown]
# *In the table:* test error less that of T1-T2, after ten units. Among those that learn from the same rows, T1-T2's
# mean is ahead where there is time for three to five trainings, hardly beyond chance, and a single run of it is a safe
# choice; with time for ten, random search does as well on a surface as flat as this one. But who gives T2's rows to the
# weights is better off than all of them. What it costs to set rows aside is no small print. (One could tune with T1-T2,
# and train anew on all rows with what it found; that has not been raced here.)
#
# A little of it, live: the small digits, 20 seeds with rows of their own. Random search gets three plain trainings.
# T1-T2 gets two, from the first two of the same places; and so does random search with T1 and T2, whose trainings take
# a third longer.

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

# %%
every_row = compare(["random"], EveryRow.of(short), n_trials=2, seeds=range(20), batch=None)
on_all = every_row.curves("incumbent")["random"][:, -1]
lists = {"T1-T2": tuned_too, "random search": searched, "random search, T1 and T2": on_all}
pair = statistics.paired_differences(lists, peer="T1-T2").set_index("a")
low, high = pair.loc["random search", ["low", "high"]]
live.reveal(live.options[2 if low < 0 < high else int(low > 0)])
lower = int((tuned_too < searched).sum())
claim("two with T1-T2: lower than three plain ones on average", pair.loc["random search", "mean"] > 0)
claim("and on more than half of the seeds", lower > 10, of_20=lower)
between = tuned_too.mean() < on_all.mean() < searched.mean()
claim("T2's rows help random search, and do not let it pass", between)
pair.round(4)

# %% [markdown]
# *In the table:* the best validation loss of each search less that of T1-T2's two. Short trainings of a small network
# leave much to repair, and T1-T2 repairs it on the way; not on every seed. Here a bad start costs more than T2's rows
# are worth to the weights; on MNIST, above, it was the other way round.
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
pictures.gates_player("One mixture, and its options alone", ways=("all four",))

# %% [markdown]
# *How to use it:* step or play through the ten seeds.
#
# *In the picture:* above, the shares over the epochs. Below, the test losses of networks that have one option only,
# trained alone: all seeds, and this one larger. Two questions: which option leads, and when is that decided? Where the
# largest share errs, how good is the option that it names?

# %%
right = int((verdict["named"] == verdict["best"]).sum())
named.reveal(named.options[int(right > 2) + int(right > 6)])
guides = rules(verdict)
share, each = guides.loc["largest share"], guides.loc["each alone, T2 chooses"]
claim("the largest share names another option for two seeds or more", right <= 8, right=right)
alone = verdict.filter(like="alone: ").mean().sort_values()
erring = verdict.loc[verdict["named"] != verdict["best"], "named"]
worst = alone.index[-1].removeprefix("alone: ")
claim("and then it names the one that is worst alone", set(erring) == {worst})
claim("its option costs over a tenth more loss than asking each", share["loss"] > 1.1 * each["loss"])
at_random = guides.loc["one at random", "loss"]
claim("its mean loss is no better than that of an option at random", share["loss"] > 0.9 * at_random)
guides.round(3)

# %% [markdown]
# *In the table:* how often each way of choosing finds the best option, the mean test loss of what it chooses, and how
# many trainings that takes (each step of the mixture computes all four options). The largest share names the best one
# or the worst, so on average it is no better than dice. The arrow of the first epochs praises whoever learns fastest,
# and that need not be the one who learns most: a short horizon once more. With four options one may as well train four
# networks.
#
# **The learning rate** has a hypergradient: how the loss changes with the length of the step. But no horizon could be
# shorter. Two weights, one on a steep slope and one on a gentle one, and a gradient with noise in it; the expected loss
# can be computed on paper (after Wu and others). One learner takes in each step the very best learning rate for that
# step; the other keeps one.

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
# **Exercise 18.5** (level 2). When should the arrow not be trusted? At n places the hypergradient of one step is known,
# and so is the slope of the loss after a whole training, with its standard error; arrays (n, H), a row for each place,
# a column for each of H hyperparameters. Keep the places where the slope of the whole training is sure: |whole| > 2
# error. Return for each hyperparameter the share of *these*, from 0 to 1, at which the two slopes have different signs;
# nan if none is sure.


# %% tags=["exercise"]
def misled(one_step, whole, error):
    """Share (H,) of the sure places where the signs differ; all arguments (n_places, H)."""
    raise NotImplementedError


# %% tags=["solution"]
def misled(one_step, whole, error):
    """Share (H,) of the sure places where the signs differ; all arguments (n_places, H)."""
    sure = np.abs(whole) > 2 * error
    wrong = sure & (one_step * whole < 0)
    n = sure.sum(axis=0)
    return np.where(n > 0, wrong.sum(axis=0) / np.maximum(n, 1), np.nan)


# %%
check("18.5", misled)
# Stuck? Run hint("18.5", 1), then 2, then 3.

# %% [markdown]
# And what does it say of the recorded map? Two networks stand at each of its 81 places.

# %%
misleads = pictures.misleading(field)
early_l2, early_noise = misleads.loc["early"]
late_l2, late_noise = misleads.loc["late"]
claim("early the penalty is misled more often", early_l2 > early_noise, l2=early_l2, noise=early_noise)
claim("late the noise", late_noise > late_l2, l2=late_l2, noise=late_noise)
misleads.round(2)

# %% [markdown]
# *In the table:* the share of sure places at which one step asks for the wrong direction, in each third of the
# training. (Yours for the last row: `pair = pictures.slopes(field)` and `misled(-pictures.push(field, "late"),
# pair.mean(axis=0), np.abs(pair[0] - pair[1]) / 2)`, each with `.reshape(-1, 2)`.)
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
# - T1 moves the weights, T2 the hyperparameters, in one training. Asked on its own rows, T1 would switch a penalty off.
# - The hypergradient of a step is $g \cdot d\theta' / d\ell$. Check it by a difference, whoever has published it.
# - It leads out of bad regions within a single training, for a sixth to a quarter more time.
# - It looks one step ahead. Where a hundred steps say something else, it errs: good starts were led astray a little,
#   and greedy learning rates are far too small.
# - At equal training time and equal rows it was about level with random search and Bayesian optimisation. A random
#   search that learnt from T2's rows, too, was better than all. What has no arrow needs a search anyway.
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

# %% [markdown] tags=["slide", "title"]
# # Tune while training
#
# Can a network tune itself while it trains?

# %% [markdown] tags=["notes"]
# **1 min.** So far every method trained to the end, looked, and chose again; or it stopped the losers early (notebooks
# 16 and 17). Today nothing is started again: the hyperparameters move while the weights train. You need the chain rule,
# which comes again in small steps, and for one slide random search and Bayesian optimisation.

# %% tags=["slide"]
from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.nb18 import chain, drag, slides
from hpo_tutor.widgets import Dial

recorded = starts.load()
surface, walks = pictures.recorded_field(), drag.recorded_walks()
held, asked = slides.fitted("nobody"), slides.fitted("T2")

# %% [markdown] tags=["slide"]
# ## The penalty is weak. Turn it up or down?

# %% tags=["slide"]
early, turned = held.t2[:30].min(), np.median(asked.paths, axis=0)
claim("held: T1's loss falls to nothing, and T2's rises again", held.t1[-1] < 0.01 and held.t2[-10:].mean() > early)
claim("T2 first asks for less", turned[100] < turned[0] - 0.3, l2=turned[100])
claim("and then for a hundred times as much or more", turned[-1] > turned[0] + 2, l2=turned[-1])
claim("T2's loss ends lower than where it is held", asked.t2[-5:].mean() < 0.9 * held.t2[-5:].mean())
frames = [slides.by_heart("nobody", 20), slides.by_heart("nobody"), slides.by_heart("T2", 20), slides.by_heart("T2")]
puzzle = Player(frames, name="shown", label="Up or down?", speed=1)
on_slide(puzzle, stops=[0, 1, 2, 3], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** A network learns 200 small pictures of digits by heart (means of six). Below: its penalty, weak and held.
# Held at epoch 20: on T1, the rows that it learns from, it has hardly any loss; on T2, other rows, it has much. It may
# ask T2's rows at every second step: shall the penalty go up or down, for *this* step? *Ask:* what will T2 say, now and
# later? Collect answers on the board:
#
# - *up*: it learns by heart, that is what penalties are for;
# - *down*: a penalty only disturbs the learning;
# - *it cannot know*: one step tells nothing about the end.
#
# Press: held to the end, T2's loss creeps up. Press: T2 is asked, epoch 20. It said **down**! Press: later it says up,
# by over a hundred times, and its loss ends lower. Keep that turn in mind. Judge none of the answers yet.

# %% [markdown] tags=["slide", "vote"]
# ## One step ahead: how often is it right?
#
# T2's arrow after one step, at 81 settings of penalty and noise. How often does it point downhill for the **whole**
# training?
#
# - A: **half: a coin**
# - B: **two thirds**
# - C: **nine in ten**
# - D: **always**

# %% [markdown] tags=["notes"]
# **2 min.** A real network, MNIST. Two hyperparameters: a penalty and noise on the input's pixels. At each of 81
# settings it was trained to the end with the values held, and the one-step arrows were written down and averaged. A
# second arrow points down the slope of what came out in the end. Right: the two are less than a right angle apart.
# Hands up, counts on the board. Expect A and B, after the puzzle.

# %% [markdown] tags=["slide"]
# ## Two sets. Why not ask T1?

# %% tags=["slide"]
own = slides.fitted("T1").paths
claim("T1 is asked: the penalty falls to the bottom, in all six", (own[:, -1] < slides.KNOB.low + 0.01).all())
claim("T2 is asked: it ends over a hundred times as large", asked.paths[:, -1].min() > own[:, -1].max() + 2)
on_slide(slides.two_askers())

# %% [markdown] tags=["notes"]
# **2 min.** *T1-T2* (Luketina and others, 2016): the training rows are split. T1 moves the weights, T2 the
# hyperparameters. *Ask* before you show it: why not ask T1? A line is a network. T1 never wants a penalty: it would be
# learnt by heart undisturbed. Only rows that the weights have not seen can tell.

# %% [markdown] tags=["slide"]
# ## Three links of a chain

# %% tags=["slide"]
slopes_right = [chain.step(ell, slides.ETA).slope for ell in (-0.8, 0.3)]
claim("more penalty helps, and where there is too much it harms", slopes_right[0] < 0 < slopes_right[1])
wrong = chain.step(-0.8, slides.ETA, chain.FORMULAS[2])
claim("without ln 10 and the penalty: over twice too steep", wrong.slope / wrong.difference > 2)
links = Player.over(
    slides.linked,
    ell=Dial(f"{chain.ELL} = log₁₀ λ", chain.ELLS),
    formula=Dial("the formula", (chain.FORMULAS[0], chain.FORMULAS[2])),
    start={"ell": -0.8},
    label="The chain rule",
)
told = [(-0.8, 0), (-1.5, 0), (0.3, 0), (-0.8, 2)]
on_slide(links, stops=[{"ell": at, "formula": chain.FORMULAS[which]} for at, which in told])

# %% [markdown] tags=["notes"]
# **4 min.** One weight, one step. Left: where the step ends, for each penalty. Middle: T2's loss there; T2 has no
# penalty in it. Right: both together. Dashed: slopes by the formula.
#
# **Stop 1.** *Ask:* the left slope is negative, the middle one positive; which way does T2 want the penalty? Up.
# **Stop 2.** A tiny penalty. *Ask:* why is nearly nothing left, although the middle one is steeper? Ten times nothing
# is nothing: the left link. **Stop 3.** Too much: the step goes beyond T2's best weight, and the sign turns.
# **Stop 4.** Leave two factors out, as a published program did: the dashed line no longer lies on the curve. *Ask:* how
# would you have found that without knowing? Turn the knob a little, look at the loss: a finite difference.

# %% [markdown] tags=["slide", "build"]
# ## The hypergradient of a penalty
#
# $$\frac{dC_2}{d\ell} = \color{#D55E00}{g} \cdot \left( \color{#0072B2}{-\eta}\;
# \color{#009E73}{\ln 10 \cdot 10^\ell}\; \theta \right)$$
#
# - Orange: slope of T2's loss **after** the step.
# - Blue: how far a step goes, **against** the gradient.
# - Green: the penalty is $10^\ell$; so the step knows $\ell$.
# - Black: the weight **before** the step.

# %% [markdown] tags=["notes"]
# **2 min.** Press five times: the formula, then each part. The dot multiplies in pairs and adds up over all weights.
# *Ask:* which $\theta$ is it, before or after the step? The penalty pulled the old one; T2 is asked at the new one.
# *Likely mistake:* forget the green factor. A constant such as $\ln 10$ does no harm, as the next slide shows;
# $10^\ell$ is none.
#
# Noise has no term in the loss, but the same question: had there been a little more of it, with *the same draw*, where
# would the step have led?

# %% [markdown] tags=["slide"]
# ## One step moves both

# %% tags=["slide"]
pictured = load_digits()
pixels, wanted = pictured.data / 16, np.eye(10)[pictured.target]
T1, T2 = slice(0, 200), slice(900, 1200)


def misses(theta, rows):
    """Of a linear model of digits, 640 weights: what it says minus what it should."""
    return pixels[rows] @ theta.reshape(64, 10) - wanted[rows]


def loss(theta, rows):
    """Half of the mean squared error."""
    return 0.5 * np.mean(np.sum(misses(theta, rows) ** 2, axis=1))


def slope(theta, rows):
    """Its gradient."""
    return (pixels[rows].T @ misses(theta, rows) / len(pixels[rows])).ravel()


# %% tags=["slide", "show-code"]
def both_move(theta, ell, eta=0.05, rate=0.01):
    """The weights step by T1, then the penalty by T2."""
    moved = theta - eta * (slope(theta, T1) + 10**ell * theta)
    g = slope(moved, T2)
    up = g @ (-eta * np.log(10) * 10**ell * theta)
    return moved, ell - rate * np.sign(up)


# %% tags=["slide"]
ends = []
for start in (-4.0, -2.0, 0.0):
    theta, ell = np.zeros(640), start
    for _ in range(1000):
        theta, ell = both_move(theta, ell)
    ends.append(ell)
claim("from three starts the penalty goes to the same place", np.ptp(ends) < 0.1, ends=ends)
before, nudge = both_move(np.zeros(640), -2.0)[0], 1e-4
high, low = (before - 0.05 * (slope(before, T1) + 10**at * before) for at in (-2 + nudge, -2 - nudge))
measured = (loss(high, T2) - loss(low, T2)) / (2 * nudge)
hyper = slope(before - 0.05 * (slope(before, T1) + 0.01 * before), T2) @ (-0.05 * np.log(10) * 0.01 * before)
claim("the formula agrees with a finite difference", np.isclose(hyper, measured, rtol=1e-4))

# %% [markdown] tags=["notes"]
# **2 min.** Linear regression on digits; it really runs below this slide, and from three starts the penalty goes to the
# same place. `slope` is a gradient. *Ask:* why may the last line throw the size of `up` away? A hyperparameter's Adam
# does nearly that: it divides by the usual size. So the rate says how far a step goes, and $\ln 10$ cancels out. *Ask:*
# how far can the penalty walk at all? The rate, times the number of such steps.

# %% [markdown] tags=["slide"]
# ## Drag the start


# %% tags=["slide"]
def run_from(l2, noise):
    """The nearest recorded start: its loss with the values held, at the end of T1-T2, and its last place."""
    k = walks.nearest(l2, noise)
    return walks.held[k], walks.ended["exact"][k], walks.paths["exact"][k, -1]


quiet, strong, loud, good = (run_from(*at) for at in [(-5.5, 0.0), (-2.5, 0.2), (-3.25, 0.8), (-4.75, 0.4)])
claim("hardly any noise: T1-T2 ends at less than two thirds of the loss", quiet[1] < 0.67 * quiet[0], losses=quiet[:2])
claim("too much penalty, too much noise: better, too", strong[1] < strong[0] and loud[1] < 0.9 * loud[0])
claim("a good start gets hardly worse or better", abs(good[1] - good[0]) < 0.015, losses=good[:2])
apart = [float(np.ptp([one[2][i] for one in (quiet, strong, loud, good)])) for i in (0, 1)]
claim("they end at different penalties", apart[0] > 1.0, apart=apart)
dragging = Player.over(
    lambda l2, noise, epoch: slides.walked(walks, surface, l2, noise, epoch),
    l2=Dial("start: l2", (-5.5, -4.75, -4.0, -3.25, -2.5)),
    noise=Dial("start: noise", (0.0, 0.2, 0.4, 0.6, 0.8)),
    epoch=Dial("epoch", (0, 5, 10, 20, 30)),
    drag=("l2", "noise"),
    play="epoch",
    label="Drag the start",
)
places = [(-5.5, 0.0, 0), (-5.5, 0.0, 30), (-2.5, 0.2, 30), (-3.25, 0.8, 30), (-4.75, 0.4, 30)]
on_slide(dragging, stops=[{"l2": x, "noise": y, "epoch": at} for x, y, at in places], freeze=True)

# %% [markdown] tags=["notes"]
# **5 min.** Recorded on MNIST. Shades: validation loss after whole trainings with the values held. Across the penalty,
# up the noise. Diamonds are recorded starts; the one that is nearest to where you drag is shown.
#
# **Held:** hardly any noise, hardly any penalty. *Ask:* where will it walk? Let somebody point at the screen. Press:
# **up**, into the valley; a third of the loss is gone, in one single training. **Stop 3.** Too much penalty. *Ask:*
# which way? **Stop 4.** Too much of both. **Stop 5.** A start that was good already: hardly changed. *Ask:* do they
# meet in one point? No: in noise nearly, in the penalty not; there the valley is flat, and nothing is lost.
#
# Then drag where they want. If time is short, leave out stop 3.

# %% [markdown] tags=["slide"]
# ## One step, and the whole training

# %% tags=["slide"]
uphill = {third: pictures.uphill(surface, third) for third in ("all", "late")}
sums = {third: int(one.sum()) for third, one in uphill.items()}
claim("late more of them lead uphill", sums["late"] > sums["all"], **sums)
field_of_arrows = Player.over(
    lambda arrows, third: slides.arrows(surface, third, arrows),
    arrows=Dial("arrows", ("one step", "full retraining", "both")),
    third=Dial("third of the training", ("all", "early", "late")),
    label="Two kinds of arrows",
)
shown = [("all", "one step"), ("all", "full retraining")]
on_slide(field_of_arrows, stops=[{"third": one, "arrows": kind} for one, kind in shown], freeze=True)

# %% [markdown] tags=["notes"]
# **4 min.** The same map, 81 settings. **Held:** orange, where T1-T2 walks, on average over the training. *Ask:* up to
# which height do the arrows climb? Remember it. Press: white, down the slope of what came out in the end. *Ask:* and up
# to which height do these? Not as high; they turn round at about the star's. *Ask:* who would now change the vote? Do
# **not** show both together: that is the answer, and comes at the end.

# %% [markdown] tags=["slide"]
# ## A short horizon

# %% tags=["slide"]
pushed = {name: [slides.wrong(surface, name, third)[1].mean() for third in ("early", "late")] for name in slides.PLACES}
by_l2 = pushed["l2"]
claim("l2, little noise: mostly wrong early, mostly right late", by_l2[0] > 0.5 and by_l2[1] < 0.35, shares=by_l2)
claim("noise, beyond the valley: late nearly always wrong", pushed["input noise"][1] > 0.8)
on_slide(slides.horizons(surface))

# %% [markdown] tags=["notes"]
# **3 min.** Where it does mislead. A dot is a setting; up is "more of it". Left: with little noise. Early, most arrows
# ask for **less** penalty, although more of it is better in the end: the turn of our puzzle. *Ask:* why? Early nobody
# has learnt anything by heart; a penalty just slows down, and one step sees no more. Late they have turned.
#
# Right: with more noise than is best. *Ask:* what would be right? Less. Early most say so; late they say: more still.
# *Ask:* is late noise harmless, then? No: the notebook tries it. A little more of it, from the last third on, costs
# within an epoch. A hundred steps show that, and one does not. Wu and others (2018) call it *short-horizon bias*.

# %% [markdown] tags=["slide"]
# ## Random starts: who is rescued?

# %% tags=["slide"]
found = summaries.shares(recorded)
found = found[(found["rule"] == "exact") & ~found["full"]]
whole = found[["bad", "rescued", "near", "worse"]].mul(found["n_starts"], axis=0).sum() / found["n_starts"].sum()
claim("about half lie near the diagonal", 0.4 < whole["near"] < 0.7, **whole)
claim("over half of the bad ones are rescued", whole["rescued"] > 0.55 * whole["bad"])
limit = found.set_index("size")["threshold"]
tuned = recorded[(recorded["rule"] == "exact") & ~recorded["full"]]
least = tuned["size"].map(limit)
bad, quiet = tuned["before_test_error"] > least, tuned["start_noise"] < 0.2
claim("about half of the bad ones had hardly any noise", 0.3 < quiet[bad].mean() < 0.75, share=quiet[bad].mean())
saved = (tuned["online_test_error"] <= least)[bad & quiet].mean()
claim("of these nearly all are rescued", saved > 0.8, share=saved)
spoilt = tuned["online_test_error"] - tuned["before_test_error"] > summaries.NEAR
near = (tuned["start_noise"] - 0.4).abs() < 0.2
claim("most that got worse began near the best noise", near[spoilt].mean() > 0.6, share=near[spoilt].mean())
claim("some are worse than before", 0.03 < whole["worse"] < 0.25)
on_slide(slides.worth(recorded))

# %% [markdown] tags=["notes"]
# **3 min.** Three networks, a tenth as wide as the source's. Across: test error with the start's values held; up: the
# network that T1-T2 trained. Grey band: no difference to speak of. *Ask:* where would a useless method lie? On the
# diagonal; half do, for most starts are fine. *Bad*: 15 per cent more error than T1-T2 usually reaches. *Rescued*:
# bad before, not bad then: most of the bad ones are. *Ask:* what was wrong with them? About half
# had hardly any noise, and of these nearly all are rescued; the others had too much of something, and a long way to go.
# *Ask:* and those above the band? Most began near the best noise, and were led away from it. An insurance: it saves the
# bad, at the cost of some good ones.

# %% [markdown] tags=["slide"]
# ## Failure: ask the wrong question

# %% tags=["slide"]
shallow = recorded[(recorded["size"] == "shallow") & ~recorded["full"]].groupby("rule")
noise, error = (shallow[name].median() for name in ("end_noise", "online_test_error"))
claim("the direct effect drives the noise to nearly nothing", noise["source"] < 0.05 < 0.3 < noise["exact"], **noise)
claim("more than a third of a per cent of test pictures more are wrong", error["source"] - error["exact"] > 0.0033)
both_rules = Player(
    [slides.two_rules(recorded, epoch, surface) for epoch in (0, 5, 10, 20, 30)],
    name="epoch",
    label="Two rules for the noise",
    speed=1,
)
on_slide(both_rules, stops=[0, 1, 4], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** A published program took a short cut for the noise: it adds noise to **T2's** pictures, and asks how that
# changes T2's loss. No chain, no second derivative. Held: the same starts on both sides. *Ask:* where will the noise go
# on the right? Give them a minute. Press, press: to nothing, from wherever. *Ask:* why? Noise on the pictures that I am
# *asked about* only disturbs. What it is good for, weights that bear it, comes through the weights, and that link was
# left out. The penalty then grows to make up for it; test error is clearly larger than by the right rule.
#
# *Likely mistake:* "so the idea is bad". The idea asks after the step; this asked beside it.

# %% [markdown] tags=["slide"]
# ## A race: equal training time

# %% tags=["slide"]
told = rivals.load()
pairs = summaries.race_differences(told).set_index("a").loc[["random", "gp"]]
claim("after ten trainings no difference is sure", (pairs["p_holm"] > 0.05).all(), **pairs["p_holm"])
most = pairs["mean"].abs().max()
claim("and none is larger than a fifth of a per cent", most < 0.002, most=most)
single = told.groupby("method")["validation_loss"].agg(["mean", "std"])
mean = single["mean"]
claim("a single run of T1-T2 has less loss than a plain training", mean["t1-t2"] < 0.95 * mean["random"], **mean)
claim("and is far less scattered", single["std"]["t1-t2"] < 0.7 * single["std"]["random"], **single["std"])
on_slide(slides.same_time(told))

# %% [markdown] tags=["notes"]
# **4 min.** One unit is one plain training; T1-T2 needs more for each of its runs. T1-T2 starts at random, again and
# again; random search trains at random places; a Gaussian process proposes where. All hand in the network that is best
# on validation rows, and test rows judge. Bars: 95 per cent, ten seeds. *Ask:* who wins after ten? Nobody, as far as
# ten seeds can tell. With two hyperparameters and a broad valley dice are hard to beat.
#
# *Ask:* what is unfair here? A search needs no T2: random search whose weights also learn from those rows was clearly
# better than all three (the notebook shows it). *Ask:* then what is T1-T2 for? For a **single** run: from a random
# start it has clearly less loss than a plain training, and is far less a matter of luck (not in the picture).

# %% [markdown] tags=["slide"]
# ## The price at k = 10

# %% tags=["slide"]
overhead = found["overhead"]
claim("between a tenth and a third more", 0.1 < overhead.min() <= overhead.max() < 0.33, most=overhead.max())
on_slide(slides.cost(recorded))

# %% [markdown] tags=["notes"]
# **2 min.** Every tenth step asks T2. A dot: starts that were timed together. The dashed line is the source's figure,
# on its machine. *Ask:* what happens at k = 1? About ten times that. *And at k = 100?* Hardly a price, but a tenth of
# the hyper-steps: with the same rate the penalty comes a tenth as far. So k and the rate belong together. And a price
# that no clock shows: T2's rows are lost to the weights.

# %% [markdown] tags=["slide", "vote"]
# ## One step ahead: how often is it right?
#
# T2's arrow after one step, at 81 settings of penalty and noise. How often does it point downhill for the **whole**
# training?
#
# - A: **half: a coin**
# - B: **two thirds**
# - C: **nine in ten**
# - D: **always**

# %% [markdown] tags=["notes"]
# **1 min.** Vote again, new counts beside the old ones. One hint: where did orange come to rest, and where white? Ask
# one who changed: why?

# %% [markdown] tags=["slide"]
# ## Nine in ten, and wrong where it stops

# %% tags=["slide"]
right = 1 - uphill["all"].mean()
claim("about nine in ten are right", 0.82 < right < 0.96, share=right)
each = [float(((pictures.push(surface) * one).sum(axis=-1) <= 0).mean()) for one in pictures.slopes(surface)]
claim("with either seed's own slope, too", all(0.8 < one < 0.96 for one in each), shares=each)
silent, ridge = uphill["all"][0], uphill["all"][(surface.noises > 0.45) & (surface.noises < 0.55)]
claim("the wrong ones lie at no noise, and just beyond the valley", silent.sum() + ridge.sum() == sums["all"])
lowest = float(surface.noises[np.argmin(surface.losses.mean(axis=0).min(axis=1))])
beyond = shallow["end_noise"].median()["exact"] - lowest
claim("T1-T2 ends with more noise than is best", beyond > 0.05, more=beyond)
on_slide(slides.beyond(recorded, surface))

# %% [markdown] tags=["notes"]
# **3 min.** C. Crosses: settings whose arrow leads uphill. They are not strewn about. In the bottom row there is no
# noise at all: turning it is luck of the draw. The others lie just beyond the valley, where arrows still ask for more
# noise; and there the runs end, the round dots. So it finds the valley nearly always, and stops behind its lowest line.
#
# Back to the answers on the board, from the puzzle. *Down* was T2's first answer, and *up* its last. *It cannot know*:
# one step cannot; many steps, asked anew each time, nearly can.

# %% [markdown] tags=["slide", "build"]
# ## What has no arrow
#
# - **Width**, **activation**, **epochs**: no step bends with them.
# - **Learning rate**: an arrow, but the shortest sight of all.
# - **Population-based training**: many networks; losers copy winners, and change a little.

# %% [markdown] tags=["notes"]
# **2 min.** One press each. A hyperparameter must bend T1's step, and smoothly. *Ask:* dropout? In its Gaussian form,
# yes. The learning rate: in one step small is always good, for noise is quiet then; in the end it is too small.
# Population-based training (Jaderberg and others, 2017) needs no derivative: from time to time the worse networks take
# weights and values from the better ones, and change the values.

# %% [markdown] tags=["slide", "build"]
# ## What to take home
#
# - T1 moves the weights, T2 the hyperparameters.
# - The chain goes through the weights: check it.
# - One step is short-sighted: bad starts are rescued, the best is missed.
# - A single run becomes safer; ten by dice need no T2.

# %% [markdown] tags=["notes"]
# **1 min.** One press each. *Can a network tune itself while it trains?* Out of a bad start, yes, for a sixth of a
# training or so more. To the best place: nearly.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 18, 65 minutes.
#
# - 18.1 derive, 18.2 check, 18.3 noise, 18.4 the price, 18.5 whom to trust.
# - Surprise: click a start, and a network trains from there while you wait.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 18`. There the network trains when you click. Next, notebook 19: when configs have
# structure, and search copies evolution.
