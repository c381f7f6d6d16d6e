# %% [markdown]
# # Start here
#
# **Question.** Which settings of a network are yours to choose, and who should do the choosing?
#
# **Afterwards you can**
#
# - tell what you choose from what training finds, and both from luck
# - write down a search space
# - use the pages of this course: guess, play, check, and know what a tick is worth
#
# **Before.** Python, calculus, and a rough idea of what training a network means.
#
# **Time.** 55 minutes.

# %% tags=["setup"]
from functools import partial

import numpy as np
import pandas as pd
from IPython.display import HTML

from hpo_tutor import check, claim, doctor, figures, hint, predict, problems, quiz, race, widgets
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.pictures import nb00 as pictures
from hpo_tutor.course.pictures import syllabus
from hpo_tutor.problems import tasks
from hpo_tutor.samplers import TPE, BayesianOptimization
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.training import MLP, Population

doctor()

# %% [markdown]
# ## How these pages work
#
# Shift and Enter run a cell and go on to the next; a star [*] beside it means that it is still at work. Begin with the
# cell at the top: its last line, the doctor, looks whether all is there that the others need.
#
# - **Guess first.** Where a question with round buttons appears, click before you run the next cell, and before you
#   read its code, which may tell the answer. A wrong guess teaches more than a right one, and nobody keeps the score.
# - **Play.** Pictures with a slider can be dragged. Or click on one and use the keys: the arrows step, space plays,
#   Home and End jump. The keys are then the picture's own: to go on, click on the next cell.
# - **Change things.** Take any number in a cell, change it, and run the cell again. A line with a tick ✓ is a sentence
#   of the text that was tested on the numbers of *your* run; if your change makes it false, it will say so.
# - **Nothing can break.** *Run All* is always safe, and waits for no click. If you are lost, *Restart Kernel and Run
#   All Cells* brings you back. This page is your own copy, in the folder `work/`; updates never touch it, and
#   `hpo-tutor start 00 --fresh` in a terminal (*File > New > Terminal*) gives you a new one beside it.
#
# ## Drag one slider
#
# We need something to learn. Here are eight of the handwritten digits that come with scikit-learn. A network sees 64
# shades of grey and says how likely each digit is. Its **loss** says how bad that was: 0 for someone who is sure and
# right, $\ln 10 \approx 2.3$ for someone who gives all ten digits the same chance, and far more for someone who is
# sure and wrong. (This loss is called *cross-entropy*, and its unit *nat*.)

# %%
dataset = problems.datasets.load("digits")
HTML(figures.still(pictures.digits(dataset.inputs[:8].reshape(8, 8, 8), dataset.target[:8])))

# %% [markdown]
# Soon you will see networks learn. They read the training pictures again and again; each time through all of them is
# an **epoch**. After each epoch they are tested on validation pictures, from which they never learn. Each network has
# one hidden layer, of 4 to 64 units. How far each step of the training goes is its **learning rate**.

# %%
faster = predict(
    "The learning rate goes up from 0.0001 to 1. How do most networks end at the largest?",
    ["lowest of all: they learn fastest", "worse than guessing", "much as they end at the smallest"],
)

# %% [markdown]
# Seven networks for each of 25 learning rates make 175 trainings, real ones, in the next cell. They train side by
# side, all at once. The course calls that a **population**. (Nothing evolves in it. Networks with offspring come in
# notebook 19.) The first training on a machine takes longer, up to half a minute: machine code is made for it.

# %%
rates = np.geomspace(0.0001, 1, 25)
seven = [(4, 0), (8, 0), (16, 0), (64, 0), (16, 1), (16, 2), (16, 3)]  # hidden units, seed
rate, units, seeds = zip(*[(rate, *one) for rate in rates for one in seven], strict=True)

model = MLP(hidden=(32,), task="classification", n_outputs=10)  # "width" takes the place of 32
data = tasks.rows("digits", batch=0).data
hyperparameters = {"learning_rate": rate, "width": units, "epochs": 30}
population = Population(model, data, hyperparameters, seeds)
losses = np.array([report.losses for report in population.fit()])
losses = losses.reshape(-1, len(rates), len(seven))  # epochs, learning rates, networks


# %%
def picture(learning_rate):
    """The seven networks at one learning rate: four widths on the left, four seeds on the right."""
    curves = losses[:, list(rates).index(learning_rate)].T
    widths, twins = dict(zip((4, 8, 16, 64), curves[:4], strict=True)), curves[[2, 4, 5, 6]]
    return pictures.learning_curves(learning_rate, widths, dict(enumerate(twins)), width=16)


dial = widgets.Dial("learning rate", rates)
widgets.Player.over(picture, learning_rate=dial, label="Seven networks, one learning rate")

# %% [markdown]
# *How to play:* drag the slider to the right, slowly. Then go to its right end, for a surprise. Home brings you back.
#
# *In the picture:* on the left are four networks; the thicker the line, the wider the network. On the right are four
# twins of 16 units each. Only their random first weights differ, and the order in which they meet the pictures. A
# white point marks where each network should have stopped.
#
# 1. Which learning rates suit the network of 64 units? Do they suit the one of 4?
# 2. Find a learning rate at which a curve falls and then climbs again. Which other setting would have saved it?

# %%
final = losses[-1]  # a row for each learning rate, a column for each network
n_worse = int(np.sum(final[-1] > np.log(10)))
faster.reveal(faster.options[1 if n_worse >= 4 else 0])
claim("at the largest rate most of the seven end worse than guessing", n_worse >= 4, of_seven=n_worse)
lowest = final[0].min()
claim("at the smallest all have hardly begun after 30 epochs", lowest > 1, lowest_loss=lowest)
narrow, wide = final[:, 0].min(), final[:, 3].min()
claim("no learning rate makes 4 units as good as 64", narrow > 3 * wide, best_4=narrow, best_64=wide)

# %% [markdown]
# At the right end each step leaps over the valley it should walk down into, and the network becomes *sure and wrong*.
# At the left end the steps are so short that 30 epochs are not enough.
#
# And the twins? Their distance from each other is luck: nothing else differs between them.

# %%
twins = final[:, [2, 4, 5, 6]]
typical, luck = np.median(twins, axis=1), np.ptp(twins, axis=1)  # largest minus smallest
best = int(np.argmin(typical))
small, step = luck[best], np.abs(np.diff(typical[best - 1 : best + 2])).max()
claim("at the best rate luck is more than a step of the slider", small > step, luck=small, step=step)
claim("and at the largest rate luck rages", luck[-1] > 50 * small, luck=luck[-1])

# %% [markdown]
# So one training at each of two neighbouring rates cannot tell you which of the two is better.

# %% [markdown]
# ## Low is good
#
# Everything in this course that is to be optimised is a loss, and low is good. Some measures grow when things get
# better: accuracy, the share of right answers, is one. We turn them into losses first.
#
# **Exercise 00.1** (level 1). Turn accuracies into losses. The losses are the shares of wrong answers, as fractions
# between 0 and 1. Write your line in place of `raise NotImplementedError`, run the cell, then the one below, which
# checks the function. It does not mind how you write it, and it knows the usual mistakes: make one on purpose. Its last
# line names the hints: type one into a cell of your own, which the + in the bar above makes.


# %% tags=["exercise"]
def error_rates(accuracies):
    """Shares of wrong answers, from 0 to 1; accuracies is an array, in per cent, such as 97.0."""
    raise NotImplementedError


# %% tags=["solution"]
def error_rates(accuracies):
    """Shares of wrong answers, from 0 to 1; accuracies is an array, in per cent, such as 97.0."""
    return 1 - accuracies / 100


# %%
check("00.1", error_rates)
# Stuck? Run hint("00.1", 1), then 2, then 3.

# %% [markdown]
# ## Whose choice was it?
#
# | | who decides | here |
# |---|---|---|
# | **hyperparameter** | you, before training | learning rate, width, epochs, batch size, L2 penalty |
# | **parameter** | training | the weights, and a bias for each unit |
# | **seed** | chance | the first weights, the order of the pictures |
#
# Two of these words are new. The **batch size** is the number of pictures that the network looks at before each step.
# The **L2 penalty** adds to the loss the squares of all weights, times a small number that you choose: it keeps the
# weights small.
#
# One step of training, at its plainest, moves every weight $w$ downhill along the slope of the loss $L$:
#
# $$w \leftarrow w - \eta\,\frac{\partial L}{\partial w}.$$
#
# The weights move, that is why they are found by training. The learning rate $\eta$ (say *eta*) stands beside them, and
# nothing in this line moves it. To learn what it is worth, you train with it to the end and look. That makes
# hyperparameters expensive, and this course necessary. (These networks use a refined step, called Adam. It has an
# $\eta$ all the same.)
#
# You can type a seed, as the code above did, but no seed is better in the long run. Whoever picks the best of many has
# found luck, and luck does not come again (notebook 03).

# %%
many = predict(
    "A network has 64 inputs, 32 hidden units and 10 outputs. How many numbers does training find?",
    ["106", "about 2,400", "about 20,000"],
)

# %% [markdown]
# Each hidden or output unit has a weight for every unit of the layer before it, and one bias. The inputs are what the
# picture says; they have neither.
#
# **Exercise 00.2** (level 2). Count the parameters of a network from the sizes of its layers, inputs first. There
# may be any number of hidden layers, or none.


# %% tags=["exercise"]
def n_parameters(sizes):
    """Number of weights and biases; sizes, inputs first, of any length: (64, 10), (64, 32, 10)."""
    raise NotImplementedError


# %% tags=["solution"]
def n_parameters(sizes):
    """Number of weights and biases; sizes, inputs first, of any length: (64, 10), (64, 32, 10)."""
    n_weights = sum(sizes[i] * sizes[i + 1] for i in range(len(sizes) - 1))
    n_biases = sum(sizes[1:])
    return n_weights + n_biases


# %%
check("00.2", n_parameters)
# Stuck? Run hint("00.2", 1), then 2, then 3.

# %%
found = exercise("00.2").truth((64, 32, 10))  # the course's own answer
many.reveal(many.options[1 if 2_000 < found < 3_000 else 2])
claim("training finds about 2,400 numbers", 2_350 < found < 2_450, found=found)
yours = list(tasks.task("digits").domains)
claim("and seven were yours to choose", len(yours) == 7, yours=yours)

# %% [markdown]
# Five of the seven you know. The last two disturb the network while it learns, so that it cannot learn its pictures by
# heart: **input noise** adds random greys to every picture, and **dropout** silences hidden units at random.
#
# ## A search space
#
# A search begins with a list of what may be chosen, and from what. Hyperparameters come in four kinds:

# %%
space = SearchSpace(
    learning_rate=Float(0.0001, 1, log=True),  # continuous
    epochs=Integer(1, 60),  # whole numbers
    width=Choice([4, 8, 16, 32, 64], ordered=True),  # options in an order
    activation=Choice(["relu", "tanh"]),  # options without an order
)
rng = np.random.default_rng(0)
pd.DataFrame([space.sample(rng) for _ in range(6)])

# %% [markdown]
# Each row is a **configuration**: one choice of everything.
#
# The kinds differ in what a neighbour tells. If 0.01 is a good learning rate, 0.011 will hardly be a bad one. If 16
# units are too few, so are 8. But the **activation**, the function through which each hidden unit sends its sum, has no
# neighbours: *relu* tells nothing about *tanh*.
#
# And what is `log=True`? Between 0.0001 and 1 lie four powers of ten. On a **logarithmic scale** each of them takes the
# same room, and a random draw falls into each equally often. On a plain scale nearly every draw is above 0.01.

# %%
question = "How many of 2,000 draws from this space have a learning rate below 0.01?"
below = predict(question, ["20", "1,000", "1,980"])

# %%
drawn = pd.DataFrame([space.sample(rng) for _ in range(2000)])
log_scale = int((drawn["learning_rate"] < 0.01).sum())
plain_scale = int((rng.uniform(0.0001, 1, size=2000) < 0.01).sum())
below.reveal(min(below.options, key=lambda option: abs(int(option.replace(",", "")) - log_scale)))
claim("on the log scale about half of 2,000 draws are below 0.01", 900 < log_scale < 1100, n=log_scale)
claim("on a plain scale about one in a hundred", plain_scale < 50, n=plain_scale)

# %% [markdown]
# ## Who chooses?
#
# Think of the loss as a height above the hyperparameters, as a **surface**. Who looks for its lowest point? You can:
# that is notebook 01. Or you write a rule that chooses, a **sampler**: it *asks* for a configuration, a network is
# trained with it, the sampler is *told* the loss, and asks again. Each such round is a **trial**. Four samplers
# run through the first part of this course:
#
# - **Grid search** tries all combinations of a few values each. Here the values lie in the middle of equal cells.
# - **Random search** leaves every configuration to chance.
# - **Bayesian optimisation** draws a surface through all losses so far, knows how sure it is of each place, and asks
#   where one more trial is worth most.
# - **TPE**, the tree-structured Parzen estimator, sorts the trials into good and bad, and goes where good ones are
#   dense.
#
# The first two never look at a loss. The other two begin with six trials spread blindly, and learn from then on.
# Notebooks 04 to 06 build the first of them by hand, notebook 08 the second.
#
# ## Two hundred at once
#
# Before you watch the four search, see what they search. Each point in the next picture is a network with a learning
# rate and an L2 penalty of its own, drawn at random. Press **Train**: all two hundred learn at once, here, on your
# machine.

# %%
live = widgets.LiveTraining("digits", ["learning_rate", "l2"], n_networks=200)
live

# %% [markdown]
# *How to play:* Train begins, Stop ends it. Afterwards the slider goes back through the epochs, and the arrow keys do.
# You can run other cells meanwhile.
#
# *In the picture:* on the left, a point's place says what was chosen, and its shade how good the network is by now:
# dark is low. Beneath these two axes lies, faint, what was recorded beforehand with such networks on a dense grid. On
# the right grow their learning curves. The large point is the best network so far, in both.
#
# 1. Look back: where is the large point after epoch 1, and where at the end?
# 2. For a surprise, choose *epochs* for the axis across and train again. Do the longest trainings win?
#
# ## Four samplers at work
#
# All four now search this space. The networks were trained beforehand on a dense grid, so that a trial costs a look
# into a table: a **landscape**. 25 trials each.
#
# They do so 20 times. In each of these **laps** the pictures are divided in one of ten ways into training and
# validation pictures (a **division**), and the ranges are drawn anew: four fifths of each axis, beginning anywhere.
# Notebook 02 shows how much would otherwise hang on where the ranges happen to begin. Two samplers compute before each
# trial, so the cell takes some ten seconds, on a slow machine a minute.

# %%
four = ["grid-midpoints", "random", "BayesianOptimization", "TPE"]
gathers = predict("Which sampler will place most of its trials near the optimum?", four)

# %%
digits = problems.landscape("digits")
searched = problems.WithRanges(digits)  # other ranges in each lap
tpe = partial(TPE, n_startup=6)  # by itself it would begin with 20 random trials
entries = ["grid-midpoints", "random", BayesianOptimization, tpe]
laps = race.compare(dict(zip(four, entries, strict=True)), searched, n_trials=25, seeds=range(20))
frames = pictures.laps(laps, searched, seeds=(7, 9, 13), samplers=four)
widgets.Player(frames, name="trial", label="Four samplers on one landscape")

# %% [markdown]
# *How to play:* space starts and stops it; the arrows go trial by trial. The buttons above choose a lap.
#
# *In the picture:* four copies of the same surface. Dark is low, and the white star with a black rim marks its
# lowest point. Each symbol is a trial, the large one the best so far. Below: the best loss that each sampler has seen.
# Watch the two on the right after trial 6.
#
# 1. After which trial could you have stopped lap 7, and lost next to nothing?
# 2. For a surprise, choose lap 13. Which sampler would you have liked to own there?
#
# Now count, over all 20 laps. Trials within 0.05 nats of the optimum are *near* it; the first six, in which those
# that learn are blind as well, do not count.

# %%
first = 6
near = {name: pictures.share_near(laps, searched, name, first, 0.05) for name in four}
gathers.reveal(max(near, key=near.get))
blind = max(near["grid-midpoints"], near["random"])
learn = {name: near[name] for name in ("BayesianOptimization", "TPE")}
claim("the blind ones come near in less than half of their trials", blind < 0.5, share=blind)
claim("those that learn come near more often", min(learn.values()) > blind + 0.05, **learn)

# %% [markdown]
# So much for where they go. Does it help?

# %%
question = "Does one of them end lower than all others, by more than one training varies?"
lowest = predict(question, [*four, "none of them"])

# %%
figures.regret(laps)

# %% [markdown]
# *In the picture:* the **regret** of a search is how far its best configuration lies above the optimum, when both are
# judged by their average over several trainings. Lines are medians over the laps, and bands hold the middle half of
# them. A line may rise: a lucky loss can replace a better configuration.

# %%
medians = laps.median_regret[four]
typical = np.median(digits.grid().losses) - digits.optimum
claim("a typical configuration is far above the optimum", typical > 0.1, nats=typical)
claim("and all four end close to it", medians.max() < 0.03, nats=medians.max())


# %%
varies = pictures.one_training(digits)  # how far a training lies from the average of its configuration
# how much lower a ends than b
ends = {(a, b): laps.differences(b, a).mean() for a in four for b in four if a != b}
winners = [a for a in four if all(ends[a, b] > varies for b in four if b != a)]
lowest.reveal(winners[0] if winners else "none of them")
largest = max(ends.values())
claim("no lead is as large as one training varies", largest < varies, lead=largest, varies=varies)

# %% [markdown]
# (With another seed, the same configuration reaches another loss; `varies` says how far such losses typically lie from
# their average. Whether a lead that is smaller than that is real or luck, notebook 03 teaches to decide.)
#
# So those that learn went where the optimum is, and here it hardly paid. Why? Look at the valley: all places whose loss
# is within 0.05 nats of the optimum.

# %%
maps = [digits.draw(division).grid() for division in range(10)]
valleys = [one.losses < one.losses.min() + 0.05 for one in maps]
wide = np.mean(valleys)
claim("the valley is wide: about a quarter of the map", 0.2 < wide < 0.3, share=wide)

# %% [markdown]
# With two hyperparameters and 25 trials, anybody finds such a valley, and little is left to gain. Learning from losses
# can pay where a trial takes hours, where there are more hyperparameters, where the valley is narrow. When it does,
# and when it does not, is what this course is about. One surface is an example, no proof.
#
# ## What a method takes for granted
#
# | method | learns from earlier trials | takes for granted | notebook |
# |---|---|---|---|
# | grid, random search | no | ranges that hold the best, on the right scales (as all below) | 02, 03 |
# | Bayesian optimisation (Gaussian process) | yes | a continuous surface: neighbours have similar losses | 04 to 07 |
# | TPE | yes | good values lie close together, each hyperparameter by itself | 08 |
# | evolution | yes | offspring of the good are often good | 19 |
#
# What is taken for granted can help where it is true, and mislead where it is not. Learning rates have neighbours, as a
# Gaussian process wants them; activation functions have none.
#
# All this is **hyperparameter optimisation** (HPO): the plan of the network is given, and its settings are sought.
# **Neural architecture search** (NAS) seeks the plan itself: which layers, how many, joined how. The border is not
# sharp (is the number of layers a setting, or the plan?); notebooks 14 and 19 cross it.
#
# ## The map

# %%
syllabus.course_map(here="00")

# %% [markdown]
# *In the picture:* the course as lines of a railway. Orange: you are here. Blue: open today. Grey: being written.
# Read from 00 to 03, then take the line you like; rooks and spheres (09), for example, need nothing of 04 to 08.
#
# ## Take-aways
#
# - Hyperparameters are chosen before training, parameters are found by training, and the seed is luck.
# - To know what a hyperparameter is worth, one has to train. That makes the choice expensive.
# - A search space says what may be chosen: continuous, whole, ordered or categorical, on a plain or a logarithmic
#   scale.
# - Low is good. Grid and random search choose blindly; Bayesian optimisation and TPE learn from the losses. Whether
#   that helps depends on the surface, the budget and the number of hyperparameters.
#
# ## Quiz

# %%
quiz("00")

# %% [markdown]
# ## References
#
# - M. Feurer and F. Hutter (2019), Hyperparameter optimization, in F. Hutter, L. Kotthoff and J. Vanschoren (editors),
#   *Automated Machine Learning*, Springer, 3-33.
# - J. Bergstra and Y. Bengio (2012), Random search for hyper-parameter optimization, *Journal of Machine Learning
#   Research* 13, 281-305.
# - J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl (2011), Algorithms for hyper-parameter optimization, *Advances in
#   Neural Information Processing Systems* 24. (TPE)
# - J. Snoek, H. Larochelle and R. P. Adams (2012), Practical Bayesian optimization of machine learning algorithms,
#   *Advances in Neural Information Processing Systems* 25.
# - The digits: E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, UCI Machine Learning Repository.
#
# ## What is next
#
# Twelve trainings, three hyperparameters, and fog: in notebook 01 you are the sampler. In a terminal,
# `hpo-tutor start 01` puts your copy of it beside this one.

# %% [markdown] tags=["slide", "title"]
# # Who should choose the settings?
#
# Start here: hyperparameters, and four ways to find them

# %% [markdown] tags=["notes"]
# **1 min.** Welcome. Networks have settings that somebody must choose before the training begins. Today: how much do
# they matter, and who chooses best? You will vote in five minutes, and again in forty. You need to know roughly what
# training a network means, and no more.

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures import nb00_slides as slides
from hpo_tutor.scenes.stage import Board
from hpo_tutor.scenes.surfaces import landscape

rates = np.geomspace(0.0001, 1, 9)
seven = [(4, 0), (8, 0), (16, 0), (64, 0), (16, 1), (16, 2), (16, 3)]  # hidden units, seed
rate, units, seeds = zip(*[(rate, *one) for rate in rates for one in seven], strict=True)
population = Population(
    MLP(hidden=(32,), task="classification", n_outputs=10),
    tasks.rows("digits", batch=0).data,
    {"learning_rate": rate, "width": units, "epochs": 30},
    seeds,
)
losses = np.array([report.losses for report in population.fit()]).reshape(-1, len(rates), len(seven))
final = losses[-1]
four = ["grid-midpoints", "random", "BayesianOptimization", "TPE"]
digits = problems.landscape("digits")
searched = problems.WithRanges(digits)
entries = ["grid-midpoints", "random", BayesianOptimization, partial(TPE, n_startup=6)]
laps = race.compare(dict(zip(four, entries, strict=True)), searched, n_trials=25, seeds=range(12))

# %% [markdown] tags=["slide"]
# ## Three trainings. What went wrong in two of them?

# %% tags=["slide"]
claim("A ends no better than guessing", final[8, 2] > np.log(10), loss=final[8, 2])
claim("B has hardly begun", 1.5 < final[0, 2] < np.log(10), loss=final[0, 2])
claim("C is a tenth of B", final[4, 2] < final[0, 2] / 10, loss=final[4, 2])
on_slide(slides.riddle({"A": losses[:, 8, 2], "B": losses[:, 0, 2], "C": losses[:, 4, 2]}))

# %% [markdown] tags=["notes"]
# **3 min.** Three networks read the same pictures for the same time. Low is good; the dashed line is what it costs to
# guess. Look at the three, and tell your neighbour what went wrong in A and in B.
#
# You will hear: *A is too small*, *B saw too few pictures*, *A learnt by heart*, *somebody made a mistake in the
# code*. Do not judge yet. All three have the same size, the same pictures, the same code, even the same random first
# weights. Somebody changed one number.

# %% [markdown] tags=["slide", "vote"]
# ## 25 trainings for each: who ends clearly lower?
#
# - A: a grid of all combinations
# - B: pure chance
# - C: a program that learns from its losses
# - D: none of them

# %% [markdown] tags=["notes"]
# **2 min.** Suppose there are two such numbers to choose, and each of four searchers may train 25 times. A writes
# down five values of each and tries all combinations. B draws blindly. C looks at what came out before it asks for
# the next; two of the four do that. *Clearly* means: by more than two trainings of the same network differ by luck.
#
# Hands up for A, B, C, D. Write the four numbers on the board; they stay there. Most audiences take C: it sounds as
# if it could not be otherwise. Ask one who voted B or D for a reason.

# %% [markdown] tags=["slide"]
# ## What the network reads
#
# 64 shades of grey in, ten probabilities out. The **loss** is 0 for sure and right, 2.3 for a guess.

# %% tags=["slide"]
claim("a guess costs 2.3 nats", abs(np.log(10) - 2.3) < 0.01)
eight = problems.datasets.load("digits")
on_slide(pictures.digits(eight.inputs[:8].reshape(8, 8, 8), eight.target[:8]))

# %% [markdown] tags=["notes"]
# **1 min.** Handwritten digits, eight by eight pixels. The network gives each of the ten digits a probability. Its
# loss is the mean of minus the logarithm of what it gave to the right one, on pictures it never learnt from. So a
# network that is *sure and wrong* pays much more than 2.3: there is no upper end.
#
# *Before you go on, ask:* "Each step of the training goes a little way, and one number says how far. What do you expect
# of tiny steps?"

# %% [markdown] tags=["slide"]
# ## One number: the learning rate


# %% tags=["slide"]
def picture(learning_rate):
    """The seven networks at one learning rate: four widths on the left, four seeds on the right."""
    curves = losses[:, list(rates).index(learning_rate)].T
    widths, twins = dict(zip((4, 8, 16, 64), curves[:4], strict=True)), curves[[2, 4, 5, 6]]
    return pictures.learning_curves(learning_rate, widths, dict(enumerate(twins)), width=16)


player = widgets.Player.over(picture, learning_rate=widgets.Dial("learning rate", rates), label="Seven networks")
n_worse = int(np.sum(final[-1] > np.log(10)))
claim("at the smallest rate no network is far below 1.3", final[0].min() > 1.3, lowest=final[0].min())
claim("at 0.001 the widest is far ahead of the narrowest", final[2, 0] > 5 * final[2, 3])
claim("at 0.01 all but the narrowest are below 0.2", final[4, 1:].max() < 0.2 < final[4, 0])
claim("at 0.1 the twins differ by more than 0.3", np.ptp(final[6, [2, 4, 5, 6]]) > 0.3)
claim("at 1 most of the seven end worse than guessing", n_worse >= 5, n=n_worse)
on_slide(player, stops=[0, 2, 4, 6, 8], freeze=True)

# %% [markdown] tags=["notes"]
# **9 min.** The learning rate says how far each step of the training goes. Left: four networks, the thicker the wider.
# Right: four twins, of 16 units each, that differ by luck alone. The picture is held: four presses. "Before" is what to
# ask before the press.
#
# **Stop 1, 0.0001 (held).** All still walk downhill when the time is over. This was B. *Ask:* the rate will go up ten
# thousand times. Where do they end, at the far right? Collect: *best of all, they learn fastest* is the usual answer.
#
# **Stop 2, 0.001.** Before: which of the four gains most? After: the widest is far ahead. On the right the twins are
# one line.
#
# **Stop 3, 0.01.** Before: better still, or too far? After: the best so far for nearly all. This was C. The white
# points mark where each should have stopped.
#
# **Stop 4, 0.1.** Before: all four still together? After: the lines jump about, and the twins part: luck has a say.
# Some were good, and then got worse.
#
# **Stop 5, 1.** Most are worse than guessing: sure and wrong. This was A. Each step leaps over the valley that it
# should walk down into. If time is short, skip stops 2 and 4.

# %% [markdown] tags=["slide"]
# ## How much is a setting, how much is luck?

# %% tags=["slide"]
typical = np.median(final[:, [2, 4, 5, 6]], axis=1)  # of four twins
best = int(np.argmin(typical))
luck = float(np.ptp(final[best, [2, 4, 5, 6]]))
factor = typical[0] / typical[best]
claim("the smallest rate costs over ten times as much as the best", factor > 10, factor=factor)
claim("at the best rate, twins lie 0.01 to 0.06 nats apart", 0.01 < luck < 0.06, luck=luck)
Markdown(
    f"From the smallest learning rate to the best: **{typical[0]:.1f} to {typical[best]:.2f}** nats.\n\n"
    f"Four twins at the best rate: **{luck:.2f}** nats apart."
)

# %% [markdown] tags=["notes"]
# **2 min.** Two numbers to keep. The setting is worth a factor of more than ten. And at the best place there is still
# luck: same network, same setting, other random first weights. Remember that for the vote: whoever wants to win
# *clearly* must win by more than luck.
#
# Somebody may ask: why not fix the seed? You can. Then you have one throw of the dice, kept for ever. It is still a
# throw.

# %% [markdown] tags=["slide", "build"]
# ## Whose choice is it?
#
# $$\color{#0072B2}{w} \;\leftarrow\; \color{#0072B2}{w} \;-\; \color{#D55E00}{\eta}\;
# \color{#009E73}{\frac{\partial L}{\partial w}}$$
#
# - Blue: the **weights**. Training moves them.
# - Green: the **slope** of the loss. The pictures say it.
# - Orange: the **learning rate**. Nothing here moves it. You do.

# %% [markdown] tags=["notes"]
# **3 min.** One step of training, at its plainest. Four presses: the formula, then a colour each.
#
# *First press:* let them look. *Second:* blue, the weights, on both sides of the arrow: that is what *learning* means.
# *Third:* green, which way is down; it comes from the data. *Fourth:* orange. It stands there, and no line of the
# training ever changes it. Ask: how would you find out what it is worth? *Take the derivative with respect to it* is a
# good answer (and a late chapter of the course). The plain one: train to the end, and look. That is why choosing is
# expensive.
#
# (Our networks use a refined step called Adam. It has a learning rate all the same.)

# %% [markdown] tags=["slide"]
# ## Found, chosen, drawn

# %% tags=["slide"]
found = exercise("00.2").truth((64, 32, 10))
yours = list(tasks.task("digits").domains)
claim("seven are yours to choose", len(yours) == 7, yours=yours)
Markdown(
    "| | who decides | here |\n|---|---|---|\n"
    f"| **parameters** | training | {found:,} weights and biases |\n"
    f"| **hyperparameters** | you | {len(yours)}: learning rate, L2 penalty ... |\n"
    "| **seed** | chance | first weights, order of pictures |"
)

# %% [markdown] tags=["notes"]
# **1 min.** For a network of 64 inputs, 32 hidden units and 10 outputs, training finds over two thousand numbers, and
# nobody complains. A handful are yours, and they decide. The *L2 penalty* adds the squared weights to the loss, times
# a small number; it keeps weights small. That and the learning rate are the two that our four searchers choose.
#
# Likely question: is the seed a hyperparameter? You can type it, but no seed is better in the long run.
#
# *Before you go on, ask:* where would you look for a learning rate between 0.0001 and 1?

# %% [markdown] tags=["slide"]
# ## Each power of ten gets the same room

# %% tags=["slide"]
on_slide(slides.scales(0.0001, 1))

# %% [markdown] tags=["notes"]
# **2 min.** The same sixty random numbers, spread in two ways. On a plain scale nearly all squares crowd into the last
# two powers of ten. On a logarithmic one, each power of ten gets its quarter. From now on all axes are logarithmic. For
# an audience that knows it, skip this slide and the question before it.

# %% [markdown] tags=["slide"]
# ## The loss is a landscape: find the star

# %% tags=["slide"]
on_slide(replace(landscape(digits), aspect=0.5))

# %% [markdown] tags=["notes"]
# **1 min.** Learning rate to the right, penalty upwards, and the shade is the loss: dark is low. Every place on this
# map is a training; all of them were made beforehand, so that a search today costs nothing. The searcher does not see
# the map. It may light 25 places. Ask: where would you put your first one, and would you put the second next to it?

# %% [markdown] tags=["slide"]
# ## Ask, train, tell
#
# One **trial** is one round.

# %% tags=["slide", "show-code"]
sampler = TPE(digits.space, seed=0)
for seed in range(25):
    trial = sampler.ask()
    loss = digits.evaluate([trial.config], seeds=[seed])[0]
    sampler.tell(trial, loss)

# %% [markdown] tags=["notes"]
# **2 min.** Every searcher of the course fits into these lines; we call it a *sampler*. It is asked for a
# configuration, a network is trained with it, and it is told the loss. A grid and a random sampler do not listen to
# *tell*. The other two do, and that is the whole difference we vote on.

# %% [markdown] tags=["slide"]
# ## Chance, and one that learns

# %% tags=["slide"]
lap = pictures.laps(laps, searched, seeds=(7,), samplers=["random", "BayesianOptimization"])["lap 7"]
maps = [Board(board.rows[:1], board.sentence) for board in lap]  # without the curves below
on_slide(widgets.Player(maps, name="trial", label="Lap 7", speed=3), stops=[0, 5, 24])

# %% [markdown] tags=["notes"]
# **3 min.** One lap of two of the four. *Bayesian optimisation* draws a surface through the losses that it has seen,
# and asks where one more would be worth most.
#
# **Stop 1.** One trial each. **Stop 2.** Six trials each; nobody has learnt anything yet. Ask: the one on the right may
# now use what it has seen; where will it go? *Straight to the star* is the usual answer. **Stop 3.** Press once more,
# or press P and let it play. After 25: on the right a crowd around the star, and some points far out (it also looks
# where it knows little); on the left they lie as they fell. Read the two losses below: how far apart are they?

# %% [markdown] tags=["slide"]
# ## Those that learn go to the valley

# %% tags=["slide"]
near = {name: pictures.share_near(laps, searched, name, 6, 0.05) for name in four}
blind = max(near["grid-midpoints"], near["random"])
claim("the blind come near in less than half of their trials", blind < 0.47, share=blind)
claim("BO and TPE come near more often", min(near["BayesianOptimization"], near["TPE"]) > blind + 0.07, **near)
listens = ["never listens", "never listens", "a surface through the losses", "goes where good trials are dense"]
lines = [f"| {name} | {how} | **{near[name]:.0%}** |" for name, how in zip(four, listens, strict=True)]
Markdown("\n".join(["| sampler | | trials near the optimum |", "|---|---|---|", *lines]))

# %% [markdown] tags=["notes"]
# **2 min.** Now all four, and twelve laps, with other ranges and other divisions of the pictures. *Near* is within
# 0.05 nats of the optimum, and only the trials after the sixth count. Those that learn go where it is good, no doubt.
# Does that settle the vote? Let them say yes. Then: what is it worth to have *most* of your trials in the valley, if
# only the best one counts?

# %% [markdown] tags=["slide"]
# ## The race: all four fall fast

# %% tags=["slide"]
medians = laps.median_regret[four]
claim("all four medians end within 0.03 nats of the optimum", medians.max() < 0.03, largest=medians.max())
on_slide(figures.regret(laps), alt="Median regret of the four samplers over 25 trials: all four end close together.")

# %% [markdown] tags=["notes"]
# **3 min.** Regret: how far the best configuration so far lies above the optimum, when both are judged by their
# average over several trainings. Lines are medians of twelve laps, bands hold the middle half. Look at the right end,
# then at the bands: they overlap. Ask who still believes in their vote.

# %% [markdown] tags=["slide"]
# ## Where they end, beside one training's luck

# %% tags=["slide"]
ruler = pictures.one_training(digits)  # how far a training lies from the average of its configuration
leads = {(a, b): float(laps.differences(b, a).mean()) for a in four for b in four if a != b}
winners = [a for a in four if all(leads[a, b] > ruler for b in four if b != a)]
claim("no lead is as large as one training varies", max(leads.values()) < 0.9 * ruler, lead=max(leads.values()))
on_slide(slides.ends(laps, four, ruler, high=0.04))

# %% [markdown] tags=["notes"]
# **2 min.** The grey bar is a ruler: how far one training lies from the average of its own configuration. The symbols
# are where the four end. Bayesian optimisation is a little ahead; with more laps that lead may well be real. But it
# is shorter than the ruler: train the winner once more, and luck changes the loss by more than the whole lead.
#
# *Before you go on, ask:* why is there so little between them?

# %% [markdown] tags=["slide"]
# ## Why? The valley is wide

# %% tags=["slide"]
maps = [digits.draw(division).grid().losses for division in range(10)]
wide = float(np.mean([one < one.min() + 0.05 for one in maps]))
claim("about a quarter of the map lies in the valley", 0.2 < wide < 0.3, share=wide)
claim("25 blind draws all miss it about once in a thousand times", (1 - wide) ** 25 < 0.002)
on_slide(slides.valley(digits, 0.05))

# %% [markdown] tags=["notes"]
# **2 min.** Everything in full colour lies within 0.05 nats of the best. It is about a quarter of the map. Throw 25
# stones: what is the chance that all miss it? About one in a thousand. So anybody finds the valley, and inside it
# little is left to gain. Learning needs something to gain.

# %% [markdown] tags=["slide"]
# ## And learning can mislead

# %% tags=["slide"]
unlucky = pictures.laps(laps, searched, seeds=(11,), samplers=["random", "TPE"])["lap 11"][-1]
regrets = {name: float(laps.curves("regret")[name][11, -1]) for name in ("random", "TPE")}
claim("in lap 11 TPE ends further away than chance", regrets["TPE"] > 2 * regrets["random"], **regrets)
on_slide(Board(unlucky.rows[:1], unlucky.sentence))

# %% [markdown] tags=["notes"]
# **2 min.** Lap 11. Chance, on the left, hit the valley by accident. TPE, on the right, found something good early,
# below the star, and stayed there: it learnt from what it had seen, and what it had seen was in the wrong place. One
# lap proves nothing; it shows what can happen. Ask: what would have helped? More blind trials at first, for example.

# %% [markdown] tags=["slide", "vote"]
# ## 25 trainings for each: who ends clearly lower?
#
# - A: a grid of all combinations
# - B: pure chance
# - C: a program that learns from its losses
# - D: none of them

# %% [markdown] tags=["notes"]
# **1 min.** The same question again. Hands up, and write the numbers beside the first ones. Who moved, and which
# picture moved you?

# %% [markdown] tags=["slide"]
# ## None of them, here. But search!
#
# All four left the typical configuration far behind. Among them, no lead beats luck.

# %% tags=["slide"]
typical_one = float(np.median(digits.grid().losses) - digits.optimum)
claim("a typical configuration is far above the optimum", typical_one > 0.1, nats=typical_one)
claim("there is no clear winner", not winners)
on_slide(slides.ends(laps, four, ruler, high=0.2, typical=typical_one))

# %% [markdown] tags=["notes"]
# **2 min.** D, on this landscape: two hyperparameters, 25 trials, a wide valley. The same picture as before, drawn
# smaller so that the dashed line fits in: that is what you get from a configuration in the middle of all. *That*
# somebody searches is worth a lot. *Who* searches matters little, here. Learning can pay where a training takes
# hours, where there are more hyperparameters, where the valley is narrow. One landscape is an example, not a proof:
# the course is about when.
#
# *Too early:* ask how wide the valley is in their own work, and how they would find out with ten trainings.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 00, 55 minutes.
#
# - Drag the learning rate yourself: 175 networks.
# - 00.1 errors from accuracies, 00.2 counting parameters.
# - Press **Train**: two hundred networks learn live.
# - Change `n_trials` to 8. Still nobody?

# %% [markdown] tags=["notes"]
# **1 min.** In a terminal: `hpo-tutor start 00`. Do the two exercises; the checks know the usual mistakes. The last
# line is the one to try tonight: with fewer trials the question is open again. Next time you are the sampler:
# notebook 01.
