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
# **Time.** 60 minutes; a good place for a break is before *The count explodes*.

# %% tags=["setup"]
import time

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, designs, doctor, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb02 as pictures
from hpo_tutor.search_space import Float, SearchSpace
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
# Which five? Say the learning rate shall lie between 0.0001 and 0.1. The quickest way to write five numbers between
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
# *In the picture:* networks that read handwritten digits. They were trained in advance, for many learning rates and
# many L2 penalties. The line is the lowest loss that any penalty reaches at each rate. Four of the squares crowd
# together at the right end. The circles keep equal distances on this axis, which is logarithmic.


# %%
def n_between(levels, low, high):
    """How many levels lie between two values."""
    return int(np.sum((levels > low) & (levels < high)))


claim("np.linspace has no level between 0.0002 and 0.02", n_between(linear, 2e-4, 2e-2) == 0)
claim("np.geomspace has three", n_between(ratios, 2e-4, 2e-2) == 3)
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
together = (time.perf_counter() - start) / 25
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
table = losses.reshape(5, 5)  # a row for each learning rate
claim("at the lowest rate every loss is over ten times the best", table[0].min() > 10 * losses.min())
claim("the winner's rate is the fourth of five", winner["learning_rate"] == rates[3], rate=rates[3])

# %% [markdown]
# A fifth of the budget went to a learning rate that is hopeless. A grid cannot know: it chooses all its points before
# the first result is there.
#
# Two loops serve two hyperparameters. With three you would need three, and for $d$ of them you want one function. A
# grid of $N$ points in $d$ dimensions has $n$ levels on each axis, and
#
# $$N = n^d, \qquad\text{so}\qquad n = N^{1/d}.$$
#
# **Exercise 02.1** (level 1). Build the grid for any number of axes. The first and the last level of an axis are the
# ends of its range. Any order of the configurations is right.


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
# In this course the first is called *grid*, the second *grid-midpoints*. Where you read of "the grid" elsewhere, it is
# nearly always the first.

# %%
border = predict("5 x 5 points, levels on the edges: how many stand on the border?", ["9", "16", "20"])

# %%
Player.over(
    pictures.conventions,
    label="Two kinds of grid",
    n=Dial("levels on each axis", range(2, 9)),
    start={"n": 5},
)

# %% [markdown]
# *In the picture:* both grids in a square, edges on the left, midpoints on the right. The grey disc is the largest
# hole: the largest circle without a trial in it. The optimum may hide in there. Move the slider to change the number of
# levels. Two questions to answer with it:
#
# 1. How many levels must the edge grid have until its hole is as small as that of midpoints with 4 levels?
# 2. **Surprise me:** go to 2 levels. Which grid would you rather not have, and why?


# %%
def largest_hole(points):
    """The largest distance from a place in the square to its nearest point."""
    places = np.stack(np.meshgrid(*[np.linspace(0, 1, 121)] * 2), axis=-1).reshape(-1, 1, 2)
    return np.linalg.norm(places - points, axis=-1).min(axis=1).max()


edge_points, middles = designs.make("grid", 25, 2), designs.make("grid-midpoints", 16, 2)
border.reveal(str(np.isin(edge_points, [0, 1]).any(axis=1).sum()))
hole, other = largest_hole(edge_points), largest_hole(middles)
equal = abs(hole - other) < 0.01
claim("25 points, edges, leave as large a hole as 16 midpoints", equal, edges=hole, midpoints=other)

# %% [markdown]
# The reason is the distance between levels: $1/(n-1)$ on the edges, $1/n$ for midpoints. So the edge grid with $n$
# levels is as wide-meshed as midpoints with $n - 1$. It spends the difference on the border. That looks harmless with
# two hyperparameters. How large a share of a grid stands on the border if there are more?

# %%
share = {}
for d in range(1, 7):
    points = designs.make("grid", 5**d, d)
    share[d] = np.isin(points, [0, 1]).any(axis=1).mean()
print("on the border, by number of hyperparameters:", {d: f"{s:.0%}" for d, s in share.items()})
claim("of 25 points on two axes, 64 % stand on the border", abs(share[2] - 0.64) < 1e-9, share=share[2])
claim("of 15,625 points on six axes, 95 % do", share[6] > 0.95, share=share[6])

# %% [markdown]
# Inside stand only those points that are inside on *every* axis: $(n-2)^d$ of $n^d$.
#
# ## Where to put it
#
# A grid needs ranges, and somebody must write them down. You wrote 0.0001 to 0.1. A colleague might have written
# 0.0002 to 0.05, and nobody would have asked why. But it moves every point of the grid.
#
# Let us watch that. Below is the surface of losses over learning rate and L2, recorded by training on one division of
# the digits into training and validation. Each tile is the mean of three trainings; between tiles it is interpolated.
# The dashed box holds two ranges, each four fifths of its axis long. In it lie 25 trials:
#
# - *edges*: the outer points stand on the ends of the ranges;
# - *midpoints*: each range is cut into five equal parts, and the points stand in the middles.
#
# You may slide both ranges. Between the left and the right end of the slide the levels move by one whole step of the
# edge grid, so each place between two levels gets its turn.

# %%
slide = predict(
    "Slide the ranges. How much does the best loss change, from the luckiest to the unluckiest place?",
    ["less than a sixth level would gain", "about as much", "several times as much"],
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
# is the place you are at. The dashed line is the lowest loss of the whole surface. The grey bar shows how much a single
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

# %%
finer = pictures.Placements(digits.draw(6), n=6)
times = []
for kind, best in places.losses.items():
    spread, gain = np.ptp(best), np.median(best) - np.median(finer.losses[kind])
    times.append(spread / gain)
    said = f"{kind}: placement changes the best loss over five times as much as a sixth level"
    claim(said, spread > 5 * gain, placement=spread, sixth_level=gain)
    claim("and more than a single training varies", spread > places.noise, noise=places.noise)
less, equal, more = slide.options
slide.reveal(more if min(times) > 2 else equal if max(times) > 0.5 else less)

# %% [markdown]
# A sixth level on each axis costs 11 trainings more. Typically it gains less than you win or lose by where you happen
# to begin your ranges. And the two kinds of grid?

# %%
typical = {kind: np.median(best) - places.objective.optimum for kind, best in places.losses.items()}
unlucky = {kind: best.max() - places.objective.optimum for kind, best in places.losses.items()}
claim("at a typical place, midpoints end lower", typical["grid-midpoints"] < typical["grid"], **typical)
claim("at the unluckiest place as well", unlucky["grid-midpoints"] < unlucky["grid"], **unlucky)

# %% [markdown]
# That was one division of the data. On the other nine it is the same story:

# %%
spreads, gains = [], []
for division in range(10):
    surface = digits.draw(division)
    five, six = (pictures.Placements(surface, n, n_steps=9).losses["grid"] for n in (5, 6))
    spreads.append(np.ptp(five))
    gains.append(np.median(five) - np.median(six))
spread, gain = np.mean(spreads), np.mean(gains)
wide = spread > 5 * gain
claim("on average over all ten, placement wins as clearly", wide, placement=spread, sixth_level=gain)

# %% [markdown]
# ## Found, and true
#
# On a recorded surface the optimum is known. So we can ask what nobody can ask of a real search: by how much did the
# grid miss it, and which hyperparameter was off? We take the edge grid on the whole ranges. Then we put one
# hyperparameter right, leave the other as the grid found it, and look how much of the miss is left.

# %%
guilty = predict("Put one of them right. Which gains more?", ["the learning rate", "L2"])

# %%
rows = []
for division in range(10):
    surface = digits.draw(division)
    tried = [surface.space.from_unit(u) for u in designs.make("grid", 25, 2)]
    found, true = min(tried, key=surface.expected), surface.optimum_config
    row = {"miss": surface.expected(found) - surface.optimum}
    for name in ("learning_rate", "l2"):
        row |= {f"{name} found": found[name], f"{name} true": true[name]}
        row[f"{name} put right"] = surface.expected({**found, name: true[name]}) - surface.optimum
    rows.append(row)
misses = pd.DataFrame(rows).rename_axis("division")
misses.style.format(precision=4)

# %%
with_rate, with_l2 = misses["learning_rate put right"], misses["l2 put right"]
n_l2 = int((with_l2 < with_rate).sum())
guilty.reveal("L2" if n_l2 > 5 else "the learning rate")
claim("putting L2 right gains more, in most divisions", n_l2 >= 7, of_ten=n_l2)
kept_l2, kept_rate = with_l2.mean() / misses["miss"].mean(), with_rate.mean() / misses["miss"].mean()
claim("with the right L2, less than a third of the miss is left", kept_l2 < 1 / 3, left=kept_l2)
claim("with the right rate, most of it", kept_rate > 0.7, left=kept_rate)

# %% [markdown]
# Surprised? Over the whole surface the learning rate matters far more: in the live grid it changed the loss more than
# tenfold. But for that very reason the grid had found a good rate already. What it missed, it missed in L2, where its
# levels stand further apart. Giving both axes the same number of levels is a convention, not a law.


# %%
def powers_off(name):
    """By how many powers of ten a hyperparameter was off, on average over the divisions."""
    return np.log10(misses[f"{name} found"] / misses[f"{name} true"]).abs().mean()


off = {name: powers_off(name) for name in digits.space.names}
claim("L2 was off by more powers of ten", off["l2"] > 2 * off["learning_rate"], **off)
step = {name: np.log10(axis.high / axis.low) / 4 for name, axis in digits.space.domains.items()}
claim("powers of ten between two levels: more for L2", step["l2"] > step["learning_rate"], **step)

# %% [markdown]
# It can even make matters worse to put the rate right *alone*, for the best rate depends on L2:

# %%
worse = (with_rate - misses["miss"]).max()
claim("in one division, the right rate with the wrong L2 is clearly worse", worse > 0.005, worse=worse)

# %% [markdown]
# ## The same grid with other seeds
#
# A training begins with random weights and shuffles its data. With another **seed** the same configuration reaches
# another loss. Each point of the recorded surface was trained with three seeds. So run the same grid three times, once
# with each seed.

# %%
seeds = predict("Does the same one of 49 points win all three times?", ["nearly always", "rarely"])


# %%
def n_winners(kind, n_points, division):
    """How many different configurations win a grid that is trained with each of three seeds."""
    surface = digits.draw(division)
    tried = [surface.space.from_unit(u) for u in designs.make(kind, n_points, 2)]
    return len({int(surface.evaluate(tried, seeds=[seed] * n_points).argmin()) for seed in range(3)})


same = {n: sum(n_winners("grid-midpoints", n, i) == 1 for i in range(10)) for n in (25, 49)}
seeds.reveal("rarely" if same[49] < 5 else "nearly always")
claim("with 49 points one winner stays in few of ten divisions", same[49] <= 3, divisions=same[49])
claim("with 25 points in more of them", same[25] > same[49], divisions=same[25])
pictures.close_calls(digits.draw(8), "grid-midpoints", 49)

# %% [markdown]
# *In the picture:* a row for each of the best configurations in one division, and a symbol for each training. The
# rings mark who wins with which seed: here three different ones. The rows overlap: the configurations differ by less
# than their trainings do.
#
# A finer grid makes this worse, for neighbours become more alike while the noise stays. So do not read too much into
# the winner of a single grid. Train the few best again with other seeds, and take the one that is best on average.
#
# ## The count explodes
#
# So far there were two hyperparameters. A network has more: width, depth, batch size, dropout, momentum, ...

# %%
count = predict("Six hyperparameters, five levels each: how many trainings?", ["30", "7,776", "15,625"])

# %%
start = time.perf_counter()
live(winner)
alone = time.perf_counter() - start
print(f"one of our networks takes {alone:.3f} s alone, {together:.3f} s beside 24 others")

# %%
cost = {"ours": alone, "an hour each": 3600}
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
# straight line there is exponential growth. Press *play* to add hyperparameters. Two questions to answer with it:
#
# 1. You have a day, and a training takes an hour. How many hyperparameters can you search with three levels each?
# 2. A machine is ten times as fast. How many hyperparameters more does it buy you, at ten levels each?
#
# **Surprise me:** six hyperparameters, five levels, an hour each. That is what "let us just try everything" costs.

# %%
trials = {d: 5**d for d in range(1, 7)}
count.reveal(f"{trials[6]:,}")
years = trials[6] / (24 * 365.25)
claim("at an hour each, six hyperparameters take more than a year", years > 1, years=years)

# %% [markdown]
# Usually the budget comes first: you can afford $N$ trainings. How many levels is that?
#
# **Exercise 02.2** (level 1). Return the largest whole $n$ with $n^d \le N$.


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
affordable = {d: len(np.unique(designs.make("grid", 100, d)[:, 0])) for d in range(1, 8)}
print("levels on each axis that 100 trainings afford:", affordable)
claim("two levels each of six hyperparameters", affordable[6] == 2)
claim("of seven, one level each: nothing is searched at all", affordable[7] == 1)

# %% [markdown]
# ## Seen from one side
#
# There is another way to see what a grid pays for. Look at the points along some axes only, and ignore the others. What
# is left of a point is its *shadow*. Many points share a shadow. If the ignored hyperparameters hardly matter, all of
# them are nearly the same trial.
#
# **Exercise 02.3** (level 2). Count the different shadows of a set of points on the chosen axes. The points may be any,
# not only a grid. Numbers that differ by less than $10^{-9}$ count as equal.


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
# A grid of 243 trainings over five hyperparameters, seen from some sides:

# %%
five_d = designs.make("grid", 243, 5)
shadows = {k: len(np.unique(five_d[:, :k].round(9), axis=0)) for k in (1, 2, 5)}
claim("243 trainings try three values of each hyperparameter", shadows[1] == 3)
claim("if only two of the five matter, they are nine different trials", shadows[2] == 9)

# %% [markdown]
# Would other points do better? That is the question of the next notebook.
#
# ## A fair comparison
#
# Edges against midpoints, at the same budget: 9, 16, 25 and 49 points, on the recorded digits. One *lap* is one search
# by each grid. In a lap both meet the same division of the data and the same luck of the trainings. The winner of a
# search is scored by its expected loss, the mean over three trainings, for a single one may have been lucky. There are
# 100 laps on ten divisions. We average over the laps of a division first, and judge by the ten numbers: if another ten
# divisions were drawn, their mean would move by about its **standard error**, so a mean of less than two of them may
# well be chance. (Notebook 03 says more about all this.)

# %%
kinds = ["grid", "grid-midpoints"]
budgets = [9, 16, 25, 49]
ahead = predict("Which ends lower on the digits?", ["edges", "midpoints", "it depends on the budget"])


# %%
def leads(objective):
    """Midpoints minus edges: mean difference on each of ten divisions, a row for each budget."""
    rows = []
    for n_points in budgets:
        laps = race.compare(kinds, objective, n_trials=n_points, seeds=range(100))
        differences = laps.differences("grid-midpoints", "grid")
        rows.append(differences.reshape(10, 10).mean(axis=0))  # laps 7, 17, ... ran on division 7
    return np.array(rows)


given = leads(digits)
midpoints_ahead = given.mean(axis=1) < 0
for n_points, yes in zip(budgets, midpoints_ahead, strict=True):
    print(f"{n_points} points: {'midpoints' if yes else 'edges'} end lower")

# %%
always = "midpoints" if midpoints_ahead.all() else "edges"
ahead.reveal("it depends on the budget" if len(set(midpoints_ahead)) == 2 else always)
lower = dict(zip(budgets, (given < 0).sum(axis=1), strict=True))  # divisions where midpoints do
claim("with 9 points, midpoints end lower in most divisions", lower[9] >= 8, of_ten=lower[9])
claim("with 16 points, edges do", lower[16] <= 4, of_ten=10 - lower[16])
claim("with 25 points, midpoints do again", lower[25] >= 6, of_ten=lower[25])

# %% [markdown]
# Strange: with 9 points the midpoints are far ahead, with 16 they lose, and with 25 they win again. What is so special
# about 16?
#
# Nothing. But look at where the ten divisions have their optimum:

# %%
optima = {name: np.log10(misses[f"{name} true"]) for name in step}
for name, where in optima.items():
    reach = np.ptp(where)
    narrow = reach < step[name]
    claim(f"{name}: ten optima within a step of the grid", narrow, reach=reach, step=step[name])

# %% [markdown]
# All have it at about the same place. So ten divisions are nearly one surface, and we did not compare two kinds of
# grid. We compared two *placements* on it, at each budget once. You have seen what that is worth.
#
# To compare the kinds, the placement must change from lap to lap. So draw the ranges: in each lap, four fifths of each
# axis, beginning anywhere. The next cell is the machinery: the same losses, in a search space of other ranges.


# %%
class Searched:
    """The digits, searched in ranges that a function of the lap gives: name -> (low, high)."""

    def __init__(self, ranges, seed=0):
        self.ranges, self.surface = ranges, digits.draw(seed)
        self.space = SearchSpace({name: Float(*ends, log=True) for name, ends in ranges(seed).items()})
        self.expected, self.evaluate = self.surface.expected, self.surface.evaluate
        self.optimum, self.member = self.surface.optimum, self.surface.member
        self.loss_names, self.loss_unit = self.surface.loss_names, self.surface.loss_unit

    def __call__(self, config):
        return self.surface(config)

    def draw(self, seed):
        return Searched(self.ranges, seed)


# %%
def anywhere(seed):
    """Four fifths of each axis, beginning at a place drawn for this lap."""
    rng = np.random.default_rng((2, seed))
    begin = {name: rng.uniform(0, 0.2) for name in digits.space.names}
    domains = digits.space.domains
    return {name: tuple(domains[name].from_unit(u) for u in (b, b + 0.8)) for name, b in begin.items()}


drawn = leads(Searched(anywhere))
raced = {"ranges as given": given, "ranges drawn for each lap": drawn}
pictures.ahead(budgets, raced, digits.loss_unit)

# %% [markdown]
# *In the picture:* below zero, midpoints are ahead. With the ranges as given (squares), the lead jumps up and down with
# the number of points. With ranges drawn anew for each lap (circles) it does not: midpoints are ahead with few points,
# and with many there is no difference that these 100 laps could show.

# %%
mean, error = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / np.sqrt(10)
for n_points, m, e in zip(budgets, mean, error, strict=True):
    if n_points < 20:
        claim(f"ranges drawn, {n_points} points: midpoints are ahead", m < -2 * e, mean=m, error=e)
    else:
        claim(f"ranges drawn, {n_points} points: it is open", abs(m) < 2 * e, mean=m, error=e)

# %% [markdown]
# Open does not mean equal. The laps differ in luck as well as in place. Take the luck of the trainings away: slide the
# ranges over 9 x 9 places in every division, and compare the best expected loss of 25 points.

# %%
calm = []
for division in range(10):
    best = pictures.Placements(digits.draw(division), n=5, n_steps=9).losses
    calm.append(np.mean(best["grid-midpoints"] - best["grid"]))
mean, error = np.mean(calm), np.std(calm, ddof=1) / np.sqrt(10)
claim("without noise: midpoints are ahead, by a little", mean < -2 * error, mean=mean, error=error)

# %% [markdown]
# ### Without data, in more dimensions
#
# A test without any data: bowls with random shapes, in three dimensions, whose lowest points lie anywhere. Each bowl
# is another surface, so there is no placement to be lucky with. 27 points, 2,000 bowls.

# %%
bowls = problems.functions.quadratic_members(range(2000), n_dims=3)
lowest = {}
for kind in kinds:
    points = designs.make(kind, 27, 3) - 0.5  # a bowl's domain goes from -1/2 to 1/2
    lowest[kind] = problems.functions.quadratic_values(points[None], *bowls).min(axis=1)
means = {kind: best.mean() for kind, best in lowest.items()}
ratio = means["grid"] / means["grid-midpoints"]
won = np.mean(lowest["grid-midpoints"] < lowest["grid"])
far = 1.5 < ratio < 9 / 4
claim("edges end over one and a half times as far above the minimum", far, ratio=ratio, **means)
claim("midpoints win about two bowls of three", 0.6 < won < 0.8, share=won)

# %% [markdown]
# Near its lowest point a smooth loss grows with the square of the distance. The distances grow like the steps between
# the levels, $1/(n-1)$ against $1/n$. So one expects a ratio of about
#
# $$\left(\frac{n}{n-1}\right)^2,$$
#
# which is $9/4$ for three levels. It is a little less, for a lowest point near the border is served well by points on
# the border.
#
# ### Where the midpoint grid loses
#
# That last remark is the key. Suppose somebody searched learning rates from 0.0001 to 0.005 only. Then the best rate
# lies beyond the end of the range, and the best that the range holds is its end.

# %%
too_low = leads(Searched(lambda seed: {"learning_rate": (1e-4, 5e-3), "l2": (1e-6, 1e-1)}))
mean, error = too_low.mean(axis=1), too_low.std(axis=1, ddof=1) / np.sqrt(10)
for n_points, m, e in zip(budgets, mean, error, strict=True):
    claim(f"{n_points} points: edges are ahead", m > 2 * e, mean=m, error=e)

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

# %%
n_trainings = len(search.cv_results_["params"]) * search.n_splits_
claim("20 configurations, each trained three times", n_trainings == 60, trainings=n_trainings)
at_end = [name for name, best in search.best_params_.items() if best in levels[name][[0, -1]]]
print("at an end of its range:", ", ".join(at_end) or "none")

# %% [markdown]
# Are the levels on the edges or in the middles? scikit-learn takes the numbers you write, and `np.geomspace` writes the
# edges. So you get the hint for free: where the winner stands at an end of a range, look beyond it.
#
# The score is the share of right answers, so high is good: scikit-learn maximises where we minimise. The second number
# is the honest one, for the unseen digits played no part in the choice.
#
# ## Take-aways
#
# - A grid combines every level of one hyperparameter with every level of the others: $n^d$ trainings. With six
#   hyperparameters it is out of reach, or has two levels each.
# - Rates and penalties need levels at equal ratios, `np.geomspace`.
# - Levels on the edges are what everybody writes; levels in the middles leave smaller holes. Midpoints are ahead where
#   the optimum lies inside, most of all with few levels; edges are where it lies at the end of a range.
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
