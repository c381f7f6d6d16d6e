# %% [markdown]
# # Grid search
#
# **Question.** You lay 25 trainings out as a grid. How good is the best of them, and how much of that is luck?
#
# **Afterwards you can**
#
# - build a grid over any number of hyperparameters, with levels that suit their scales
# - tell two kinds of grid apart, and say when which of them is better
# - judge how much of a grid's result is placement and how much is noise, and when a grid is out of reach
#
# **Before.** Python, calculus, and what training a network means. Notebook 01 (tune by hand) helps; what is needed of
# it is said again here.
#
# **Time.** 60 minutes, 15 of them for three exercises; a good place for a break is before *The count explodes*.

# %% tags=["setup"]
import time

import numpy as np

from hpo_tutor import check, claim, designs, doctor, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb02 as pictures
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## A grid in numbers
#
# A **configuration** is one choice of all hyperparameters. A **trial** is one training with it; what comes out is a
# **loss**, and low is good.
#
# A **grid** tries combinations. Choose a few values of each hyperparameter, the **levels** of its axis, and train once
# for every combination of them. Five learning rates and five strengths of an L2 penalty (it pulls the weights towards
# zero) make 5 x 5 = 25 trials.
#
# Which five? Say the learning rate should lie between 0.0001 and 0.1. The quickest way to write five numbers between
# two ends is `np.linspace`.

# %%
linear = np.linspace(1e-4, 1e-1, 5)
above = predict("np.linspace(0.0001, 0.1, 5): how many of these lie above 0.02?", ["1", "3", "4"])

# %%
above.reveal(str(np.sum(linear > 0.02)))
ratios = np.geomspace(1e-4, 1e-1, 5)
digits = problems.landscape("digits")
pictures.rate_levels(digits, {"np.linspace": linear, "np.geomspace": ratios})

# %% [markdown]
# *In the picture:* networks that read handwritten digits, trained in advance for many learning rates and L2 penalties.
# The line is the lowest loss that any penalty reaches at each rate, in **nats** (natural logarithms; guessing one digit
# in ten costs ln 10 = 2.3 nats). The squares crowd together at the right end. The circles keep equal distances on this
# axis, which is logarithmic.

# %%
best_rate = digits.optimum_config["learning_rate"]
off, other = (np.abs(np.log10(levels / best_rate)).min() for levels in (linear, ratios))
claim("and yet a square stands nearest to the best rate", off < other, square=off, circle=other)

# %% [markdown]
# That last line is luck, and luck is the subject of this notebook. Before the first training you do not know whether
# the best rate is near 0.03 or near 0.0003. Levels at equal ratios give both the same chance to lie near one of them.
#
# In formulas: the $n$ levels of a range from $a$ to $b$ are, for $k = 0, \dots, n - 1$,
#
# $$a + (b - a)\,\frac{k}{n - 1} \quad\text{(equal steps)}, \qquad
# a \left(\frac{b}{a}\right)^{k/(n-1)} \quad\text{(equal ratios).}$$
#
# Rates, penalties and widths are usually searched by ratios: what changes a training is *ten times as much*, not
# *0.02 more*.
#
# ## One grid, trained now
#
# For two hyperparameters, a grid search is two loops. All 25 networks are trained side by side, which saves time and
# changes nothing else.

# %%
live = problems.live("digits", ["learning_rate", "l2"])
rates, penalties = np.geomspace(1e-4, 1e-1, 5), np.geomspace(1e-6, 1e-1, 5)
configs = [{"learning_rate": rate, "l2": l2} for rate in rates for l2 in penalties]
start = time.perf_counter()
losses = live.evaluate(configs, seeds=range(25))
each = (time.perf_counter() - start) / 25
winner = configs[np.argmin(losses)]
print(f"lowest loss {losses.min():.3f}, at " + ", ".join(f"{k} {v:.2g}" for k, v in winner.items()))

# %%
Player(
    pictures.filling(configs, losses, "cross_entropy (nats)"),
    name="trial",
    label="A grid search, trial by trial",
    speed=6,
    start=-1,
)

# %% [markdown]
# *In the picture:* a tile for each network, with its loss; dark is low. Press *play* to see the order of the loops:
# the inner one, over L2, runs through a whole column before the learning rate moves on. The frame is the best trial so
# far, the **incumbent**.

# %%
lowest = losses.reshape(5, 5).min(axis=1)  # of each learning rate
tenfold = lowest[0] > 10 * lowest.min()
claim("at the lowest rate every loss is over ten times the best", tenfold, lowest=lowest[0])

# %% [markdown]
# A fifth of the budget went to a learning rate that is hopeless. A grid cannot know: it chooses all its points before
# the first result is there.
#
# With three hyperparameters you would need three loops, and for $d$ of them you want one function. A grid of $N$ points
# in $d$ dimensions has $n$ levels on each axis, and
#
# $$N = n^d, \qquad\text{so}\qquad n = N^{1/d}.$$
#
# **Exercise 02.1** (level 1). Build the grid for any number of axes. The first and the last level of an axis are the
# ends of its range, and any order of the configurations is right. You have met `np.linspace` and `np.geomspace`;
# `itertools.product` may be new. And look at `64 ** (1/3)` before you make a whole number of it.


# %% tags=["exercise"]
def grid(axes, n_points):
    """All configurations of a grid, a list of tuples; axes: (low, high, log) of each hyperparameter.

    n_points is a whole power, n**d; where log is True, levels have equal ratios.
    """
    raise NotImplementedError


# %% tags=["solution"]
def grid(axes, n_points):
    """All configurations of a grid, a list of tuples; axes: (low, high, log) of each hyperparameter.

    n_points is a whole power, n**d; where log is True, levels have equal ratios.
    """
    from itertools import product

    n = round(n_points ** (1 / len(axes)))
    levels = [np.geomspace(a, b, n) if log else np.linspace(a, b, n) for a, b, log in axes]
    return list(product(*levels))


# %%
check("02.1", grid)
# Stuck? Run hint("02.1", 1), then 2, then 3.

# %% [markdown]
# ## Two kinds of grid
#
# `np.linspace` and `np.geomspace` put the first and the last level on the ends of the range. That is so convenient
# that hardly anyone thinks of another way. But there is one. Measure each axis from 0 to 1, on its own scale. The two
# conventions are
#
# $$u_k = \frac{k}{n-1} \quad\text{(on the edges)}, \qquad
# u_k = \frac{k + 1/2}{n} \quad\text{(midpoints of } n \text{ equal parts).}$$
#
# In this course the first is called *grid*, the second *grid-midpoints*.

# %%
border = predict("5 x 5 points, levels on the edges: how many stand on the border?", ["9", "16", "20"])

# %%
Player.over(
    pictures.conventions,
    label="Two kinds of grid",
    n=Dial("levels on each axis", range(2, 9)),
    start={"n": 3},
)

# %% [markdown]
# *In the picture:* both grids in a square. The grey disc is the largest hole: the largest circle without a trial in it.
# The optimum may hide in there. Move the slider to change the number of levels. Two questions to answer with it:
#
# 1. How many levels must the edge grid have until its hole is as small as that of midpoints with 4 levels?
# 2. **Surprise me:** go to 2 levels. Which grid would you rather not have, and why?

# %%
n_border = {d: np.isin(designs.make("grid", 5**d, d), [0, 1]).any(axis=1).sum() for d in (2, 6)}
border.reveal(str(n_border[2]))
share = n_border[6] / 5**6
claim("of five levels on six axes, over 95 % of the points are there", share > 0.95, share=share)

# %% [markdown]
# Neighbouring levels are $1/(n-1)$ apart on the edges, and $1/n$ for midpoints. So the edge grid with $n$ levels is as
# coarse as midpoints with $n - 1$. The extra points stand on the border, and with more hyperparameters nearly all do:
# only $(n-2)^d$ of $n^d$ points are inside on *every* axis.
#
# ## Where to put it
#
# A grid needs ranges, and somebody must write them down. You wrote 0.0001 to 0.1. A colleague might have written
# 0.0002 to 0.05, and nobody would have asked why. But it moves every point of the grid.
#
# Let us watch that, on the recorded losses of one division of the digits into training and validation. The dashed box
# holds two ranges, each four fifths of its axis long. In it lie 25 trials. You may slide both ranges, by up to a whole
# step of the edge grid, so every position is tried.

# %%
slide = predict(
    "What changes the best of 25 losses more?",
    ["sliding the ranges", "a sixth level on each axis: 36 trainings in place of 25"],
)

# %%
places = pictures.Placements(digits.draw(6))
places.player("Drag the grid over the surface")

# %% [markdown]
# *How to use it.* Drag the grid with the mouse, or move the sliders. At the keyboard, go to the picture: left and right
# slide the range of the learning rate, up and down that of L2. The choice switches between edges and midpoints.
#
# *In the picture:* on the left, dark is low and the star is the optimum. The large symbol is the best point of the
# grid. On the right is a small dot for each place of the ranges, at the loss of the best point there; the large symbol
# is the place you are at. The dashed line is the lowest loss of the surface. The grey bar shows how much a single
# training varies (one standard deviation).
#
# Two questions to answer with it:
#
# 1. Can you find a place that is luckier than 95 % of all?
# 2. Stay there and switch from edges to midpoints. Is it still lucky?
#
# **Surprise me.** The cell below prints the unluckiest place. Go there, and look where the optimum lies in the mesh.

# %%
print(places.told(places.extreme("grid", worst=True)))

# %% [markdown]
# How much is that, beside a sixth level? Take the edge grid, and all ten divisions of the data. Half of the places give
# a loss between two **quartiles**; the distance between these is how much sliding typically changes. The gain of a
# sixth level is the difference of the middle losses, the **medians**.

# %%
sliding, level = [], []
for division in range(10):
    surface = digits.draw(division)
    five, six = (pictures.Placements(surface, n, n_steps=9).losses["grid"] for n in (5, 6))
    sliding.append(np.subtract(*np.quantile(five, [0.75, 0.25])))
    level.append(np.median(five) - np.median(six))
by_place, by_level = np.mean(sliding), np.mean(level)
slide.reveal(slide.options[0] if by_place > by_level else slide.options[1])
numbers = {"quartile_distance": by_place, "sixth_level_gains": by_level}
claim("the first changes over twice as much as the second", by_place > 2 * by_level, **numbers)

# %% [markdown]
# Eleven trainings more gain less than you win or lose by where you happen to begin your ranges.
#
# ### Found, and true
#
# On a recorded surface the optimum is known. So we can ask what nobody can ask of a real search: by how much did the
# grid miss it? One placement would tell little, so the ranges are drawn: 100 times, each four fifths of its axis long
# and beginning anywhere. `problems.WithRanges` does that.

# %%
miss, off = [], []
for lap in range(100):
    searched = problems.WithRanges(digits).draw(lap)
    tried = [searched.space.from_unit(u) for u in designs.make("grid", 25, 2)]
    found, true = min(tried, key=searched.expected), searched.objective.optimum_config
    miss.append(searched.expected(found) - searched.optimum)
    off.append([abs(np.log10(found[name] / true[name])) for name in searched.space.names])
powers = dict(zip(searched.space.names, np.mean(off, axis=0), strict=True))
nearly = all(0.15 < power < 0.35 for power in powers.values())
claim("on average 0.15 to 0.35 powers of ten off", nearly, **powers)
small = np.mean(miss) < places.noise
claim("which costs less than one training varies", small, miss=np.mean(miss), noise=places.noise)

# %% [markdown]
# Each hyperparameter misses its best value by a factor of nearly two, and that costs little: near the optimum the
# surface is flat. A grid finds the region, not the point.
#
# ### The same grid with other seeds
#
# A training begins with random weights and shuffles its data; a **seed** decides how. Each point of the recorded
# surface was trained with three seeds. So run the same grid three times, once with each seed.

# %%
seeds = predict("Does the same one of 49 points win all three times?", ["nearly always", "rarely"])


# %%
def n_winners(kind, n_points, division):
    """How many different configurations win a grid that is trained with each of three seeds."""
    surface = digits.draw(division)
    tried = [surface.space.from_unit(u) for u in designs.make(kind, n_points, 2)]
    return len({int(surface.evaluate(tried, seeds=[seed] * n_points).argmin()) for seed in range(3)})


same = sum(n_winners("grid-midpoints", 49, division) == 1 for division in range(10))
seeds.reveal("rarely" if same < 5 else "nearly always")
pictures.close_calls(digits.draw(8), "grid-midpoints", 49)

# %% [markdown]
# *In the picture:* a row for each of the best configurations in one division, and a symbol for each training. The
# rings mark who wins with which seed: here three different ones. The rows overlap: the configurations differ by less
# than their trainings do.

# %%
claim("in how many of ten divisions one point wins all three times: in few", same <= 3, divisions=same)

# %% [markdown]
# So train the few best again with other seeds, and take the one that is best on average.
#
# ## The count explodes
#
# So far there were two hyperparameters. A network has more: width, depth, batch size, dropout, momentum, ...

# %%
count = predict("Six hyperparameters, five levels each: how many trainings?", ["30", "7,776", "15,625"])

# %%
cost = {"as long as ours": each, "an hour": 3600}
Player.over(
    lambda n_dims, n, training: pictures.explosion(n_dims, n, cost[training]),
    label="One hyperparameter more",
    n_dims=Dial("hyperparameters", range(1, 7)),
    n=Dial("levels on each axis", [2, 3, 5]),
    training=Dial("a training takes", list(cost)),
    start={"n": 5},
    speed=1.5,
)

# %% [markdown]
# *In the picture:* on the left is every training, a dot each. A further hyperparameter sets copies of the whole picture
# beside one another, or above. On the right is the time for all of them, one after another, on a logarithmic axis: a
# straight line there is exponential growth. Press *play* to add hyperparameters. A question to answer with it: you have
# a day, and a training takes an hour. How many hyperparameters can you search with three levels each?
#
# **Surprise me:** six hyperparameters, five levels, an hour each. That is what "let us just try everything" costs.

# %%
trials = 5**6
count.reveal(f"{trials:,}")
years = trials / (24 * 365.25)
claim("at an hour each, that takes more than a year", years > 1, years=years)

# %% [markdown]
# Usually the budget comes first: you can afford $N$ trainings. How many levels is that?
#
# **Exercise 02.2** (level 1). Return the largest whole $n$ with $n^d \le N$. Roots are treacherous, as you have seen;
# you may also count up in whole numbers.


# %% tags=["exercise"]
def n_levels(n_points, n_dims):
    """The largest whole n with n**n_dims <= n_points."""
    raise NotImplementedError


# %% tags=["solution"]
def n_levels(n_points, n_dims):
    """The largest whole n with n**n_dims <= n_points."""
    most = 1
    while (most + 1) ** n_dims <= n_points:
        most += 1
    return most


# %%
check("02.2", n_levels)
# Stuck? Run hint("02.2", 1), then 2, then 3.

# %%
six, seven = (len(designs.make("grid", 100, d)) for d in (6, 7))
claim("100 trainings: two levels each of six hyperparameters, one of seven", (six, seven) == (2**6, 1))

# %% [markdown]
# ## Seen from one side
#
# Look at the points of a grid along some axes only, and ignore the others. What is left of a point is its *shadow*, and
# many points share one. If the ignored hyperparameters hardly matter, all of these are nearly the same trial.
#
# **Exercise 02.3** (level 2). Count the different shadows of a set of points on the chosen axes. The points may be any,
# not only a grid. Numbers that differ by less than $10^{-9}$ count as equal, so round first: `0.1 * 3` is not `0.3`.
# `np.unique(table, axis=0)` keeps one of each row, and so does a set of tuples.


# %% tags=["exercise"]
def n_distinct(points, axes):
    """How many different points are seen on these axes; points (N, d), axes a list of columns."""
    raise NotImplementedError


# %% tags=["solution"]
def n_distinct(points, axes):
    """How many different points are seen on these axes; points (N, d), axes a list of columns."""
    return len({tuple(shadow) for shadow in points[:, axes].round(9).tolist()})


# %%
check("02.3", n_distinct)
# Stuck? Run hint("02.3", 1), then 2, then 3.

# %% [markdown]
# Say 243 trainings search five hyperparameters, of which only two matter:

# %%
points, nine = designs.make("grid", 243, 5), designs.make("grid", 9, 2)
cast = np.isclose(points[:, None, :2], nine).all(axis=-1).sum(axis=0)  # points for each shadow
claim("they are nine different trials, each made 27 times", (cast == 27).all(), shadows=len(cast))

# %% [markdown]
# Would other points do better? That is the question of the next notebook.
#
# ## A fair comparison
#
# Edges against midpoints, at the same budget: 9, 16, 25 and 49 points, on the recorded digits. One *lap* is one search
# by each grid, both on the same division of the data and with the same luck of the trainings. A search is scored by the
# expected loss of its winner, the mean over three trainings, because a single one may have been lucky.
#
# There are 100 laps on ten divisions: ten differences, and their mean. Another ten divisions would move that mean by
# about its **standard error**. If this is 0.002, a mean of 0.003 may well be chance, and one of 0.01 hardly. Two
# standard errors are the usual border.

# %%
kinds, budgets = ["grid", "grid-midpoints"], [9, 16, 25, 49]
ahead = predict("Which ends lower on the digits?", ["edges", "midpoints", "it depends on the budget"])


# %% tags=["deck"]
def leads(objective):
    """Midpoints minus edges: mean difference on each of ten divisions, a row for each budget."""
    rows = []
    for n_points in budgets:
        laps = race.compare(kinds, objective, n_trials=n_points, seeds=range(100))
        differences = laps.differences("grid-midpoints", "grid")
        rows.append(differences.reshape(10, 10).mean(axis=0))  # laps 7, 17, ... ran on division 7
    return np.array(rows)


def mean_of_ten(rows):
    """Mean and standard error of each budget, over the ten divisions."""
    return rows.mean(axis=1), rows.std(axis=1, ddof=1) / np.sqrt(10)


# %%
given = leads(digits)
mean, error = mean_of_ten(given)
for n_points, m, e in zip(budgets, mean, error, strict=True):
    print(f"{n_points:2d} points: midpoints minus edges {m:+.4f} nats, standard error {e:.4f}")
always = "midpoints" if mean[0] < 0 else "edges"
ahead.reveal("it depends on the budget" if np.ptp(np.sign(mean)) else always)

# %% [markdown]
# Strange: with 9 points the midpoints are far ahead, with 16 it seems turned round, and with 25 they lead again. What
# is so special about 16?
#
# Nothing. But look at where the ten divisions have their optimum:

# %%
true = [digits.draw(division).optimum_config for division in range(10)]
reach = [np.ptp(np.log10([one[name] for one in true])) for name in digits.space.names]
steps = [np.log10(axis.high / axis.low) / 4 for axis in digits.space.domains.values()]
near = all(r < step for r, step in zip(reach, steps, strict=True))
claim("ten optima lie within a step of the 5 x 5 grid (powers of ten)", near, reach=reach, step=steps)

# %% [markdown]
# All have it at about the same place. So ten divisions are nearly one surface, and we did not compare two kinds of
# grid. We compared two *placements* on it, at each budget once. You have seen what that is worth.
#
# To compare the kinds, the placement must change from lap to lap. So draw the ranges, as before:

# %%
drawn = leads(problems.WithRanges(digits))
raced = {"ranges as given": given, "ranges drawn for each lap": drawn}
pictures.ahead(budgets, raced, digits.loss_unit)

# %% [markdown]
# *In the picture:* below zero, midpoints are ahead. With the ranges as given (squares), the lead jumps up and down with
# the number of points. With ranges drawn anew for each lap (circles) it shrinks steadily: midpoints are ahead with few
# points, and with more the lead is a small part of one training's luck.

# %%
mean, error = mean_of_ten(drawn)
clear = mean[0] < -2 * error[0]
claim("ranges drawn, 9 points: midpoints are ahead", clear, mean=mean[0], error=error[0])
little = np.abs(mean[1:]).max() < places.noise / 2
said = "16 points or more: by less than half of one training's noise"
claim(said, little, means=mean[1:], noise=places.noise)

# %% [markdown]
# The same without data, in three dimensions: 2,000 bowls with random shapes, whose lowest points lie anywhere.

# %%
bowls = problems.functions.quadratic_members(range(2000), n_dims=3)
values = {}
for kind in kinds:
    points = designs.make(kind, 27, 3) - 0.5  # a bowl's domain goes from -1/2 to 1/2
    values[kind] = problems.functions.quadratic_values(points[None], *bowls).min(axis=1)
won = np.mean(values["grid-midpoints"] < values["grid"])
claim("27 points: midpoints win about two bowls of three", 0.6 < won < 0.8, share=won)

# %% [markdown]
# ### Where the midpoint grid loses
#
# Suppose somebody searched learning rates from 0.0001 to 0.005 only. Then the best rate lies beyond the end of the
# range, and the best that the range holds is its end.

# %%
too_low = leads(problems.WithRanges(digits, {"learning_rate": (1e-4, 5e-3)}))
mean, error = mean_of_ten(too_low)
claim("with each number of points edges are ahead", (mean > 2 * error).all(), means=mean, errors=error)

# %% [markdown]
# Midpoints never try the end of a range. The edge grid does, and it tells you something midpoints cannot: if its winner
# stands on the border, move the range and search again. That is more useful than either grid.
#
# ## As you would write it
#
# In scikit-learn, grid search is one class. It takes the levels of each hyperparameter, and scores by
# cross-validation.

# %%
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV

images, labels = load_digits(return_X_y=True)
levels = {"eta0": np.geomspace(1e-3, 1, 4), "alpha": np.geomspace(1e-6, 1e-2, 5)}  # rate and L2
model = SGDClassifier(loss="log_loss", learning_rate="constant", random_state=0)
search = GridSearchCV(model, levels, cv=3).fit(images[:1200] / 16, labels[:1200])
print({name: f"{value:.2g}" for name, value in search.best_params_.items()})
unseen = search.score(images[1200:] / 16, labels[1200:])
print(f"right in cross-validation {search.best_score_:.1%}, on unseen digits {unseen:.1%}")

# %% [markdown]
# The score is the share of right answers, so high is good. The second number is the honest one, because the unseen
# digits played no part in the choice. `np.geomspace` writes the edges, so you get the hint for free: where a winner
# stands at an end of its range, look beyond it. (Only the low end of a penalty may stay: less than 0.000001 is
# practically none.)
#
# ## Take-aways
#
# - A grid combines every level of one hyperparameter with every level of the others: $n^d$ trainings. With six
#   hyperparameters it is out of reach, or has two levels each.
# - Rates and penalties need levels at equal ratios, `np.geomspace`.
# - Levels on the edges are what everybody writes; levels in the middles leave smaller holes. With few levels midpoints
#   are ahead, if the optimum lies inside; edges are where it lies at the end of a range.
# - Where the ranges begin is an accident, and the result depends on it more than on another level. A comparison of two
#   fixed grids on similar surfaces compares accidents.
# - Another seed makes another winner. Train the few best again before you believe in one of them.
#
# ## Quiz

# %%
quiz("02")

# %% [markdown]
# ## References
#
# - J. Bergstra and Y. Bengio (2012), Random search for hyper-parameter optimization, *Journal of Machine Learning
#   Research* 13, 281-305. Section 1 says why grid search is so widely used.
# - X. Bouthillier and others (2021), Accounting for variance in machine learning benchmarks, *Proceedings of Machine
#   Learning and Systems* 3. What seeds and divisions of the data do to a comparison.
# - The digits: E. Alpaydin and C. Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning
#   Repository; they come with scikit-learn.
#
# ## What is next
#
# A grid tries few values of each hyperparameter, many times over. Notebook 03, random search, tries a new value in
# every trial. When is that better?

# %% [markdown] tags=["slide", "title"]
# # Grid search
#
# How good is the best of 25 trainings, and how much of that is luck?

# %% [markdown] tags=["notes"]
# **1 min.** Grid search is what everybody does first. It looks so orderly that nobody suspects luck in it. Today we
# look for the luck. You need to know what training a network means, and what a learning rate is.

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb02 import slides
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis
from hpo_tutor.scenes.ticks import number

digits = problems.landscape("digits")
places = pictures.Placements(digits.draw(6))
few = places.shifts[:, ::4].tolist()  # a talk needs 5 places along each axis, not 17
edges = {(x, y): places.losses["grid"][4 * i, 4 * j] for i, x in enumerate(few[0]) for j, y in enumerate(few[1])}
lucky, unlucky = (
    {**dict(zip("xy", pick(edges, key=edges.get), strict=True)), "levels_on": "edges"} for pick in (min, max)
)

# %% [markdown] tags=["slide"]
# ## The same network, 25 trainings each. Who is better at it?

# %% tags=["slide"]
best, worst = min(edges.values()), max(edges.values())
claim(
    "Ann's is lower than Ben's by more than one training varies", worst - best > 1.3 * places.noise, Ann=best, Ben=worst
)
on_slide(slides.unlabelled(places, {"Ann": lucky, "Ben": unlucky}))

# %% [markdown] tags=["notes"]
# **3 min.** Ann and Ben tune the same network on the same pictures: two hyperparameters, five values of each, all 25
# combinations. Each tile is a training, dark is low, the frame is the best. Whom would you hire?
#
# You will hear: *Ann, the numbers say so*; *they used other seeds* (no: each number is a mean over several
# trainings); *Ben chose stupid values*. Ask the last one: what would be clever values? Nobody knows the answer before
# the first training. Leave it open: you will meet both grids again.

# %% [markdown] tags=["slide", "vote"]
# ## What changes the best of 25 losses more?
#
# - A: beginning the ranges somewhere else
# - B: a sixth level on each axis, 36 trainings
# - C: both about the same

# %% [markdown] tags=["notes"]
# **2 min.** A grid needs ranges. Somebody writes "from 0.0001 to 0.03" and somebody else "from 0.0003 to 0.1", and
# nobody asks why. That is A: the ranges slide a little, by less than a step of the grid to either side. B is eleven
# trainings more. Hands up; write the three numbers on the board. Most take B: more work must be worth more.

# %% [markdown] tags=["slide"]
# ## A grid is two loops

# %% tags=["slide", "show-code"]
rates = np.geomspace(1e-4, 1e-1, 5)
penalties = np.geomspace(1e-6, 1e-1, 5)
configs = []
for rate in rates:
    for l2 in penalties:
        configs.append({"learning_rate": rate, "l2": l2})
losses = digits.evaluate(configs, seeds=range(25))
winner = configs[np.argmin(losses)]

# %% [markdown] tags=["notes"]
# **2 min.** Five learning rates, five strengths of an L2 penalty, which pulls the weights towards zero. Every
# combination is a *trial*. The five values on an axis are its *levels*. Note what the two loops cannot do: use a
# result. All 25 points are fixed before the first loss is there.
#
# (The trainings were made beforehand, for a dense map of settings, so that today a trial is a look into a table.)
#
# *Before you go on, ask:* which of the five learning rates would you leave out beforehand?

# %% [markdown] tags=["slide"]
# ## A fifth of it was hopeless

# %% tags=["slide"]
first = losses.reshape(5, 5).min(axis=1)[0]
claim("at the lowest rate every loss is over ten times the best", first > 10 * losses.min(), lowest=first)
filled = pictures.filling(configs, losses, "cross-entropy (nats)")[-1]
on_slide(replace(filled, y=replace(filled.y, label=""), title="L2 penalty upwards"))

# %% [markdown] tags=["notes"]
# **2 min.** The 25 losses. Guessing a digit costs 2.3. Look at the left column: every loss there is over ten times the
# best. Five trainings for nothing, and the grid could not know. Ask: who would have left that one out?

# %% [markdown] tags=["slide"]
# ## Five levels: equal steps or equal ratios?

# %% tags=["slide"]
linear = np.linspace(1e-4, 1e-1, 5)
best_rate = digits.optimum_config["learning_rate"]
off, other = (np.abs(np.log10(levels / best_rate)).min() for levels in (linear, rates))
claim("a square stands nearest to the best rate", off < other, square=off, circle=other)
claim("four of five squares lie above 0.02", np.sum(linear > 0.02) == 4)
figure = pictures.rate_levels(digits, {"np.linspace": linear, "np.geomspace": rates})
on_slide(figure.update_layout(title=None))

# %% [markdown] tags=["notes"]
# **2 min.** The line is the lowest loss that any penalty makes of a rate. Squares: equal steps; four of five crowd at
# the right end. Circles: equal ratios. For rates what counts is *ten times as much*, so circles are the sensible
# choice. And yet: which symbol stands nearest to the lowest point? A square! Is `linspace` better, then? No. It was
# luck. That word again. Skip this slide if time is short.

# %% [markdown] tags=["slide", "build"]
# ## What decides where the levels are?
#
# $$x_k \;=\; \color{#D55E00}{a}\,\left(\frac{\color{#D55E00}{b}}{\color{#D55E00}{a}}\right)^{
# \color{#0072B2}{k}\,/\,(\color{#009E73}{n}-1)}$$
#
# - Green: the number of levels. The **budget** decides.
# - Blue: which level, from 0. The **loop** runs through.
# - Orange: the ends of the range. **Somebody wrote them down.**

# %% [markdown] tags=["notes"]
# **3 min.** Four presses. *First press:* the formula; ask what decides. *Second:* green, five, because you can pay for
# 25. *Third:* blue, the loop. *Fourth:* orange, three times: *every* level hangs on both ends. Change $a$ a little and
# all 25 points move. Ask: who of you has ever given a reason for the ends of a range in a paper?

# %% [markdown] tags=["slide"]
# ## Edges, or middles?

# %% tags=["slide"]
on_slide(pictures.conventions(4))

# %% [markdown] tags=["notes"]
# **2 min.** Nearly everybody puts the first and the last level on the ends of the range: `linspace` and `geomspace`
# do. One may also take the middles of equal cells. The grey disc is the largest hole, and the optimum may hide in it:
# on the right it is smaller. We call the left one *grid* and the right one *grid-midpoints*. Which is better? Wait.

# %% [markdown] tags=["slide"]
# ## Slide the ranges

# %% tags=["slide"]
dials = {
    name: Dial(said, values, texts=[f"{value:+.2f} powers of ten" for value in values])
    for name, said, values in zip("xy", digits.space.names, few, strict=True)
}
player = Player.over(
    places.scene,
    label="Slide the ranges",
    drag=("x", "y"),
    start={"x": 0.0, "y": 0.0, "levels_on": "edges"},
    **dials,
    levels_on=Dial("levels on", ["edges", "midpoints"]),
)
middle = {"x": 0.0, "y": 0.0, "levels_on": "edges"}
stops = [middle, lucky, unlucky, unlucky | {"levels_on": "midpoints"}, lucky | {"levels_on": "midpoints"}]
luckier = {}
for who, stop in {"Ann": lucky, "Ben": unlucky}.items():
    i, j = (int(np.abs(places.shifts[axis] - stop[name]).argmin()) for axis, name in enumerate("xy"))
    others = places.losses["grid-midpoints"]
    luckier[who] = float(np.mean(others < others[i, j]))
claim(
    "with midpoints Ben is among the luckier places, Ann is not",
    luckier["Ben"] < 0.4 < 0.75 < luckier["Ann"],
    **luckier,
)
on_slide(player, stops=stops, freeze=True)

# %% [markdown] tags=["notes"]
# **8 min.** Left: the map, dark is low, the star is the optimum. The dashed box is the two ranges. Right: a dot for
# every place where the box may lie, at the loss of its best point. The grey bar is what one training varies by.
#
# **Stop 1, the middle (held).** *Ask:* the box may slide by half a step each way. Will the best loss change by less
# than the grey bar, or by more? Hands up.
#
# **Stop 2, Ann.** Before: where should the box go, to be lucky? After: a point of the grid falls into the darkest
# spot. This is Ann's grid.
#
# **Stop 3, Ben.** Before: and to be unlucky? After: the star lies in the middle of a mesh, as far from all points as
# can be. Ben did nothing wrong.
#
# **Stop 4, Ben with midpoints.** Before: same ranges, levels in the middles; better or worse? After: the unluckiest
# place has become one of the better ones.
#
# **Stop 5, Ann with midpoints.** Before: will Ann stay lucky? After: hardly a place is worse. Luck belongs to a place
# *and* a grid. Then let somebody drag it. If time is short, leave out the last two.

# %% [markdown] tags=["slide"]
# ## Sliding, against eleven trainings more

# %% tags=["slide"]
sliding, level = [], []
for division in range(10):
    surface = digits.draw(division)
    five, six = (pictures.Placements(surface, n, n_steps=9).losses["grid"] for n in (5, 6))
    sliding.append(np.subtract(*np.quantile(five, [0.75, 0.25])))
    level.append(np.median(five) - np.median(six))
ratio = np.mean(sliding) / np.mean(level)
claim("sliding changes over twice as much as a sixth level", ratio > 2, ratio=ratio)
said = {"sliding the ranges": sliding, "a sixth level": level}
on_slide(slides.compared(said, "change of the best loss (nats)", places.noise, "one training varies"))

# %% [markdown] tags=["notes"]
# **3 min.** Now not one story but ten: ten divisions of the pictures into training and validation. Squares: half of
# all places lie within this distance of each other. Circles: what a sixth level lowers the typical loss by. Each has
# ten dots, the bar is the mean. Sliding is over twice as much, for no work at all. Eleven trainings gain less than
# you win or lose by where you happen to begin.

# %% [markdown] tags=["slide"]
# ## The region, not the point

# %% tags=["slide"]
miss, powers = [], []
for lap in range(100):
    drawn = problems.WithRanges(digits).draw(lap)
    tried = [drawn.space.from_unit(u) for u in designs.make("grid", 25, 2)]
    found, true = min(tried, key=drawn.expected), drawn.objective.optimum_config
    miss.append(drawn.expected(found) - drawn.optimum)
    powers.append([abs(np.log10(found[name] / true[name])) for name in drawn.space.names])
factor, cost = 10 ** np.mean(powers), float(np.mean(miss))
claim("the winner is off by a factor of 1.4 to 2.3", 1.4 < factor < 2.3, factor=factor)
claim("which costs less than one training varies", cost < places.noise, cost=cost, noise=places.noise)
Markdown(
    f"100 grids, ranges drawn anew.\n\nThe winner is off by a factor of **{factor:.1f}** in each hyperparameter.\n\n"
    f"That costs **{cost:.3f}** nats; one training varies by {places.noise:.3f}."
)

# %% [markdown] tags=["notes"]
# **1 min.** A word of comfort. Near the optimum the map is flat: missing the best value by nearly a factor of two
# costs less than the luck of one training. A grid finds the region. It does not find the point, so do not print its
# winner with three digits.
#
# *Before you go on, ask:* one grid of 49 points, trained three times, with three seeds. How many different winners?

# %% [markdown] tags=["slide"]
# ## Another seed, another winner

# %% tags=["slide"]
same, tried = 0, [digits.space.from_unit(u) for u in designs.make("grid-midpoints", 49, 2)]
for division in range(10):
    surface = digits.draw(division)
    same += len({int(surface.evaluate(tried, seeds=[seed] * 49).argmin()) for seed in range(3)}) == 1
claim("in at most three of ten divisions one point wins with all three seeds", same <= 3, divisions=same)
on_slide(pictures.close_calls(digits.draw(8), "grid-midpoints", 49).update_layout(title=None))

# %% [markdown] tags=["notes"]
# **2 min.** The other luck. One grid of 49 points, trained three times, with three seeds. A row is a configuration, a
# symbol a training, a ring says who wins with that seed. Three rings on three rows. In most of the ten divisions no
# point wins with all three seeds. So: train the few best again, and take the one with the best mean.

# %% [markdown] tags=["slide"]
# ## A race: edges against midpoints

# %% tags=["slide"]
kinds, budgets = ["grid", "grid-midpoints"], [9, 16, 25, 49]
given, drawn = leads(digits), leads(problems.WithRanges(digits))
ticks = [(0.01 * k, f"{0.01 * k:.2f}") for k in range(-3, 5)]
axis = Axis("midpoints minus edges: loss of the winner (nats)", -0.036, 0.018, ticks=ticks)
ahead = ("midpoints", "edges")


def rows_of(table):
    """A row for each budget, with its mean and standard error over the ten divisions."""
    look = style("grid-midpoints")
    of_ten = zip(budgets, *mean_of_ten(table), strict=True)
    return [Row(f"{n_points} points", mean, error, look) for n_points, mean, error in of_ten]


mean, _ = mean_of_ten(given)
claim(
    "with the ranges as given the lead turns with 16 points and back with 25", mean[0] < -0.01 and mean[1] > 0 > mean[2]
)
on_slide(intervals(rows_of(given), axis, ahead))

# %% [markdown] tags=["notes"]
# **3 min.** Which kind of grid is better? A hundred laps on ten divisions; a lap gives both the same division and the
# same luck, and winners are judged by a mean of three trainings. Bars: two standard errors over the ten divisions.
#
# With 9 points midpoints are far ahead. With 16 it seems turned round. With 25 back again. Ask: what is so special
# about 16? Let them invent theories for a minute; they will. *Even numbers* is the best of them.

# %% [markdown] tags=["slide"]
# ## Ten tasks? One, ten times

# %% tags=["slide"]
members = [digits.draw(division) for division in range(10)]
best_of = np.log10([[member.optimum_config[name] for name in digits.space.names] for member in members])
steps = [np.log10(domain.high / domain.low) / 4 for domain in digits.space.domains.values()]
claim("the ten optima lie within a step of the 5 x 5 grid", (np.ptp(best_of, axis=0) < steps).all(), steps=steps)
on_slide(slides.optima(digits, members))

# %% [markdown] tags=["notes"]
# **1 min.** Here are the optima of all ten divisions: within one step of the grid. So ten divisions are nearly one
# map, and we compared two *placements* on it, once for each number of points. The small error bars were honest, and
# answered another question. This is how papers go wrong.
#
# *Before you go on, ask:* if each lap draws its own ranges, is 16 still special?

# %% [markdown] tags=["slide"]
# ## The race again, ranges drawn in each lap

# %% tags=["slide"]
mean, error = mean_of_ten(drawn)
claim("9 points: midpoints are ahead", mean[0] < -2.5 * error[0], mean=mean[0], error=error[0])
claim("16 or more: by less than half of one training", np.abs(mean[1:]).max() < places.noise / 2, means=mean[1:])
on_slide(intervals(rows_of(drawn), axis, ahead))

# %% [markdown] tags=["notes"]
# **2 min.** Same axis, same grids, but each lap draws its ranges. The riddle of 16 is gone. With few points midpoints
# are ahead, and with more the lead melts to a small part of one training's luck. Remember the method rather than the
# result: *what is an accident must be drawn anew in each lap.*

# %% [markdown] tags=["slide"]
# ## Where midpoints lose

# %% tags=["slide"]
budgets = [9, 25]
too_low = leads(problems.WithRanges(digits, {"learning_rate": (1e-4, 5e-3)}))
mean, error = mean_of_ten(too_low)
claim("with rates below 0.005 alone, edges are ahead", (mean > 2.5 * error).all(), means=mean, errors=error)
high = 1.15 * float((mean + 2 * error).max())
on_slide(intervals(rows_of(too_low), Axis(axis.label, -high, high, ticks=ticks), ahead, aspect=0.35))

# %% [markdown] tags=["notes"]
# **1 min.** Suppose somebody searched rates up to 0.005 only. The best rate lies beyond the end. Midpoints never try
# the end; edges do, and they are ahead. Better still: a winner on the border tells you to move the range. Midpoints
# cannot tell you that.

# %% [markdown] tags=["slide"]
# ## Where every grid loses

# %% tags=["slide"]
years = 5**6 / (24 * 365.25)
claim("six hyperparameters, five levels, an hour each: more than a year", years > 1.5, years=years)
frames = [pictures.explosion(n_dims, 5, 3600) for n_dims in range(1, 7)]
on_slide(
    Player(frames, name="hyperparameters", label="Five levels each, an hour a training", start=1), stops=[1, 2, 3, 5]
)

# %% [markdown] tags=["notes"]
# **3 min.** **Stop 1.** Two hyperparameters: 25 trainings, a day. Ask: with six, how many? *Thirty* is what people say
# who add; it multiplies. **Stops 2, 3, 4.** A third one, a fourth, six. Each dot is a training; the time is on a
# logarithmic axis, where a straight line is exponential growth. Over a year and a half, for "let us just try
# everything".

# %% [markdown] tags=["slide", "vote"]
# ## What changes the best of 25 losses more?
#
# - A: beginning the ranges somewhere else
# - B: a sixth level on each axis, 36 trainings
# - C: both about the same

# %% [markdown] tags=["notes"]
# **1 min.** Vote again, and put the numbers beside the first ones. Ask somebody who changed sides which picture did
# it.

# %% [markdown] tags=["slide"]
# ## The place, more than the work

# %% tags=["slide"]
Markdown(
    f"Sliding changes the result **{ratio:.0f} times** as much as eleven trainings more.\n\n"
    f"Ann {number(best)}, Ben {number(worst)}: **the same skill**.\n\n"
    f"One seed more, and another point wins."
)

# %% [markdown] tags=["notes"]
# **1 min.** A, by far. Ann and Ben are equally good; you cannot tell from one grid each. The best of 25 is close to
# the optimum, as close as luck lets you see. How close: that was luck of the place, and luck of the seed.
#
# *Too early:* ask where the ranges of their last grid came from, and what they would do with the budget of a sixth
# level.

# %% [markdown] tags=["slide", "build"]
# ## So, with your next grid
#
# - Rates and penalties by ratios: `np.geomspace`.
# - Winner on the border? Move the range.
# - Train the few best again.
# - Comparing methods? Draw the ranges in each lap.

# %% [markdown] tags=["notes"]
# **1 min.** Four sentences to take home, four presses. The last is for those who write papers, and for those who
# referee them.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 02, an hour.
#
# - 02.1 a grid over any number of axes, 02.2 how many levels you can pay for, 02.3 shadows.
# - Drag the grid: find a place luckier than 95 % of all.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 02`. The third exercise leads to the next talk: seen from one side, 243 points of a grid
# are nine different ones. Random search never repeats itself. When is that better?
