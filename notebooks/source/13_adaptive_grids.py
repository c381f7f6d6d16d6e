# %% [markdown]
# # Adaptive grids
#
# **Question.** Can a grid be refined where it pays?
#
# **Afterwards you can**
#
# - count the points of a full and of a sparse grid, and say which points the sparse one leaves out
# - explain at every step why an adaptive grid refines just this point, and steer it by one number
# - read a table of methods and budgets, and say which of its differences you would not believe
#
# **Before.** Notebook 03 (random search). Nothing of notebooks 04 to 12 is needed.
#
# **Time.** 75 minutes, of which the four exercises take 33. A good place for a break is before *What lies between the
# points?*.

# %% tags=["setup"]
from functools import partial

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, doctor, hint, minimize, predict, problems, quiz, race, samplers
from hpo_tutor.course.pictures import nb13 as pictures
from hpo_tutor.designs import sparse_grids
from hpo_tutor.race import statistics
from hpo_tutor.race.experiments import budgets, moved, standings, trained
from hpo_tutor.surrogates import BSplines
from hpo_tutor.surrogates.minimisers import MINIMISERS
from hpo_tutor.widgets import Dial, LiveSearch, Player

doctor()

# %% [markdown]
# ## A grid of one point
#
# A student project of 2023 tuned a network that reads handwritten digits. It had nine hyperparameters, and every
# method was allowed 80 trainings. Grid search takes the same number $n$ of levels on each axis, so that $n^9 \le 80$.
# The largest such $n$ is 1. So grid search trained one network, with a learning rate of $10^{-6}$, and that network
# guessed: one digit in ten was right.
#
# That is a straw man, and we come back to it. But the trouble is real: in nine dimensions a grid cannot afford a
# second level. Or can it? Take the **middle** of each axis as level 1, and no point on the boundary. Level 2 adds the
# two quarters, level 3 the four eighths between, and so on: each level halves the gaps. With three levels an axis has
# seven places, and the **full grid** has every combination of them, $7^9$ points.
#
# The **sparse grid** is a part of it. It allows a point to be fine in one dimension if it is coarse in the others.

# %%
question = "Three levels, nine dimensions. The full grid has 40 million points. And the sparse grid?"
few = predict(question, ["199", "19,683", "4.5 million"])

# %%
Player.over(
    pictures.tableau,
    level=Dial("level n", range(1, 6)),
    start={"level": 3},
    label="Which points does a sparse grid take?",
    speed=1,
)

# %% [markdown]
# *How to use it:* play adds one level after the other.
#
# *In the picture:* on the left, the points of two axes in **groups**: a column for each level of the first axis, a row
# for each level of the second. The sparse grid takes the blue groups, those whose two levels add up to at most
# $n + 1$. Crossed-out groups belong to the full grid only. On the right, all points together.
#
# Two questions to answer with it:
#
# 1. Which groups have most points? Are they taken?
# 2. Do all groups on the slanting edge cost alike?
#
# *Surprise me:* level 5. Where are the blue points, and where would a long thin valley along a diagonal run?

# %%
full, sparse = sparse_grids.n_full(3, 9), sparse_grids.n_regular(3, 9)
few.reveal(f"{sparse:,}")
claim("three levels in nine dimensions: seven places on each axis", full == 7**9, full=full)
counted = len(sparse_grids.regular(3, 9).levels)
claim("the sparse grid has fewer than 200 points", sparse == counted < 200, sparse=sparse)

# %% [markdown]
# And in three dimensions, with the third axis upwards:

# %%
Player.over(
    pictures.cube,
    level=Dial("level n", range(1, 6)),
    azimuth=Dial("turn", range(-48, 49, 8), unit="degrees"),
    tilt=Dial("tilt", range(-40, 41, 8), unit="degrees"),
    start={"level": 4, "azimuth": 24, "tilt": -16},
    drag=("azimuth", "tilt"),
    play="level",
    label="A sparse grid in the cube",
)

# %% [markdown]
# *How to use it:* drag the cube to turn it; the slider adds levels.
#
# *In the picture:* the paler and smaller a symbol, the larger the sum of its three levels, as the legend says. Two
# questions: how many of the points lie on the three lines through the centre? In which parts of the cube is there
# nothing?
#
# *Surprise me:* level 5, and look along an axis. Could you guess that 29,440 points of the full grid are missing?
#
# Now precisely. Let the finest level be $n$. On one axis, the places of levels 1 to $n$ together are $1/2^n, 2/2^n,
# \dots$ up to $(2^n - 1)/2^n$. Level $l$ alone has the odd ones among those of its own, $1/2^l, 3/2^l, \dots$:
# $2^{l-1}$ of them, half-way between the places of the levels before.
#
# - The **full grid** has every combination of the places of $d$ axes.
# - The points fall into **groups**: all points with the levels $l_1, \dots, l_d$ on the axes. The **sparse grid** takes
#   only the groups with $l_1 + \dots + l_d \le n + d - 1$.
#
# **Exercise 13.1** (level 2). Count the points of both. Try two levels in two dimensions with a pencil first: nine and
# five.


# %% tags=["exercise"]
def n_points(level, n_dims):
    """Points of the full grid and of the sparse grid, both without boundary: two whole numbers."""
    raise NotImplementedError


# %% tags=["solution"]
def n_points(level, n_dims):
    """Points of the full grid and of the sparse grid, both without boundary: two whole numbers."""
    full = (2**level - 1) ** n_dims
    beyond = [sum(levels) for levels in np.ndindex(*[level] * n_dims)]  # counted from 0: sum of l - 1
    sparse = sum(2**more for more in beyond if more <= level - 1)
    return full, sparse


# %%
check("13.1", n_points)
# Stuck? Run hint("13.1", 1), then 2, then 3.

# %%
question = "With 80 trainings, up to how many dimensions can one pay for a sparse grid of three levels?"
paid = predict(question, ["2", "5", "9"])

# %%
Player.over(
    pictures.counts,
    level=Dial("level n", [2, 3, 4]),
    n_dims=Dial("dimensions d", range(1, 10)),
    start={"level": 3, "n_dims": 3},
    play="n_dims",
    label="What 80 trainings can pay for",
)

# %% [markdown]
# *How to use it:* play adds dimensions; the other slider sets the finest level.
#
# *In the picture:* the points of both grids, on a logarithmic axis, and the budget of the study as a line. Two
# questions: from which dimension on is the full grid of three levels too dear? And what does a sparse grid of two
# levels leave of the 80, when there are nine dimensions?
#
# *Surprise me:* four levels in nine dimensions. Which of the two counts would you still try to pay for?

# %%
most = pictures.most_dims(3)
paid.reveal(str(most))
claim("three levels can be paid for in up to five dimensions", most == 5)
two = sparse_grids.n_regular(2, 9)
claim("two levels in nine dimensions take less than a quarter of the budget", two < 20, points=two)

# %% [markdown]
# So in nine dimensions, 80 trainings are plenty for two levels of the sparse grid, and too few for three. What is lost
# with the points that it leaves out? That depends on the loss; *What lies between the points?* will say. But first we
# spend the rest of the budget better: not on all of the third level alike, but where the losses are low.
#
# ## Which point deserves neighbours?
#
# Begin with the centre alone. To **refine** a point is to give it neighbours: on each axis one on the left and one on
# the right, one level finer. (If there is one already, a level finer still.) These $2d$ **children** are trained
# together. Then the next point is refined, and so on until the budget is spent.
#
# Which point? Two answers are plain. *The one with the lowest loss*: so the search digs where it did best. *The one
# whose surroundings are coarsest*: so the grid grows evenly. A formula of Novak and Ritter (1996) mixes them. All
# points wait in a queue, each with a **priority**, and the one with the *smallest* is next:
#
# $$\text{priority} = (\text{rank} + 1)^{1 - \gamma} \cdot (|l|_1 + \text{degree} + 1)^{\gamma}$$
#
# - *rank*: the point's place when all are sorted by loss; the best has rank 0
# - $|l|_1 = l_1 + \dots + l_d$: the sum of its levels, that is, how fine the grid is there already
# - *degree*: how often it has been refined
#
# $\gamma$ (gamma) from 0 to 1 is yours to choose. With $\gamma = 0$ only the first factor is left, with $\gamma = 1$
# only the second. Why the rank, and not the loss? So that nothing changes when somebody measures the loss in other
# units, or reports its logarithm.

# %%
question = "gamma is 0. The best point was just refined, and its children are all worse. Who is next?"
again = predict(question, ["the second best", "the same once more", "the coarsest"])

# %%
Player.over(
    pictures.queue,
    gamma=Dial("gamma", pictures.GAMMAS),
    start={"gamma": 0.5},
    label="Who is next?",
    speed=2,
)

# %% [markdown]
# *How to use it:* move gamma, and watch the queue.
#
# *In the picture:* on the left a sparse grid of 25 points, refined six times, on the loss $\sin 8x + \sin 7y$. On the
# right the front of the queue: a point has the same number on both sides, and the shorter its bar, the sooner its turn.
# The orange point is next; the green diamonds are the children it would get.
#
# Two questions to answer with it:
#
# 1. Up to which gamma is the point with the lowest loss the next one? What takes its place?
# 2. At gamma 0.9, point 3 is next, and 21 others are better. What speaks for it?
#
# *Surprise me:* gamma 1. Two points tie. (The older one is taken.) What do they have in common, and which of all
# losses matter now?

# %%
points = pictures.points()
best = points["rank"].idxmin()
again.reveal("the same once more" if pictures.next_point(0.0) == best else "the second best")
once_more = pictures.next_point(0.0) == best and points["degree"][best] == 1
claim("at gamma 0 the best point is next, though it was refined before", once_more)
claim("over the dial, four different points have their turn", pictures.n_chosen() == 4)
claim("at gamma 0.9 it is one that 21 others beat", points["rank"][pictures.next_point(0.9)] == 21)

# %% [markdown]
# With gamma 0 the best point is refined again and again, at finer and finer levels, until one of its children is
# better. A smaller sum of levels, or a lower degree, never helps anybody. With gamma 1 nobody looks at the losses.

# %% [markdown]
# **Exercise 13.2** (level 1). Return the number (position, from 0) of the point that is refined next.


# %% tags=["exercise"]
def next_refined(losses, level_sums, degrees, gamma):
    """Number of the point with the smallest priority; the first three are arrays of shape (n,)."""
    raise NotImplementedError


# %% tags=["solution"]
def next_refined(losses, level_sums, degrees, gamma):
    """Number of the point with the smallest priority; the first three are arrays of shape (n,)."""
    ranks = np.argsort(np.argsort(losses))
    priorities = (ranks + 1) ** (1 - gamma) * (level_sums + degrees + 1) ** gamma
    return np.argmin(priorities)


# %%
check("13.2", next_refined)
# Stuck? Run hint("13.2", 1), then 2, then 3.

# %% [markdown]
# Now let it run, from the centre on. `samplers.SparseGrid` is asked and told like any sampler of this course, and its
# `view()` shows the grid, the ranks and the priorities on which the last decision rested.

# %%
Player.over(
    pictures.grown,
    function=Dial("loss", pictures.FUNCTIONS),
    gamma=Dial("gamma", pictures.GROWING),
    step=Dial("refinements", pictures.STEPS),
    start={"function": "rosenbrock", "gamma": 0.85, "step": 4},
    play="step",
    label="A grid that grows",
    speed=2,
)

# %% [markdown]
# *How to use it:* play refines; choose a loss and a gamma, and play again.
#
# *In the picture:* as before; thin lines lead from a point to its children. Rosenbrock is a curved valley, Rastrigin a
# bowl full of dents, Eggholder a rugged coast.
#
# Two questions to answer with it:
#
# 1. Rosenbrock: with which gamma does the grid follow the valley? With which does it hardly know that there is one?
# 2. Go from gamma 0 to 0.5 at the last step. Does anything change? Which numbers in the queue would have to?
#
# *Surprise me:* Rastrigin, gamma 0, and play to the end. The grid digs itself in, nearly half a side of the square away
# from the minimum.

# %%
gap = pictures.finest_gap(0.0, 12, "rastrigin")
claim("gamma 0: two points a thousandth of a side apart, or less", gap < 1e-3, gap=gap)
dug = [pictures.regret(gamma, 12, "rastrigin") for gamma in (0.0, 0.75, 1.0)]
half = 2 * dug[1] < min(dug[0], dug[2])
claim("gamma 0.75 ends at less than half the regret of 0 or of 1", half, regrets=dug)

# %% [markdown]
# (**Regret** is the lowest loss found minus the lowest there is.) This is one box of one function. Which gamma is good
# in general? That is exercise 13.4.
#
# How many trials does it cost? One for the centre, and $2d$ for each refinement: after $k$ refinements $1 + 2dk$. These
# $2d$ do not wait for each other, so they may be trained side by side. Here they are: real networks that read digits,
# four at a time.

# %%
LiveSearch("digits", sampler="SparseGrid", n_trials=23, label="Four children at a time")

# %% [markdown]
# *How to use it:* press Train. The centre is trained first, then its four children, and so on. Afterwards the slider
# looks back.
#
# *In the picture:* above, the networks that train and their learning curves; below, the grid, and the queue that chose
# them. Two questions: which hyperparameter does the grid refine more? How many of the trials were worse than the first?
#
# *Surprise me:* choose another sampler and train again. Who is ahead after 13 networks?
#
# ## What lies between the points?
#
# The points are trained. What does the grid believe of the places between them? It lays a **bump** over each point, and
# adds them up. The bump of level 1 is the constant 1. Those of finer levels are narrower, and 0 at all coarser places
# of their axis, so that a new bump mends the sum where it stands and leaves the coarser points as they are. The
# outermost bumps of a level run on in a straight line to the boundary, where the grid has no points.
#
# In one dimension, the bumps are added one by one here, from coarse to fine. Each is made as high as it must be for
# the sum to hit the function at its own place.

# %%
question = "A new bump is added on level 4. What happens to the heights of the bumps before it?"
heights_then = predict(question, ["they stay", "its neighbours shrink", "all change"])

# %%
Player.over(
    pictures.stacked,
    n_bumps=Dial("bumps", range(1, 32)),
    shape=Dial("shape", ["hats", "cubic"]),
    function=Dial("loss", ["smooth", "kink", "step"]),
    start={"n_bumps": 6, "shape": "hats", "function": "smooth"},
    label="A sum of bumps",
    speed=2,
)

# %% [markdown]
# *How to use it:* play adds bumps; the choices change their shape, and the loss.
#
# *In the picture:* above, the loss (dashed), what has been tried of it, and the sum of the bumps. The green piece is
# what the newest bump has to mend. Below, each bump times its height. Hats are straight; *cubic* bumps are smooth, and
# overlap.
#
# Two questions to answer with it:
#
# 1. After which bump does the lowest point of the sum lie in the right valley?
# 2. With all 31 bumps: where is the sum of hats farthest from the loss, and where that of cubic bumps?
#
# *Surprise me:* 15 cubic bumps, and the step. Smooth bumps swing beside a cliff: the sum has a minimum just before it
# that is not there.

# %%
stacks = {n: pictures.stack(n, 1, "smooth") for n in range(8, 16)}  # level 4: hats 8 to 15
kept = all(np.allclose(one.heights[:7], stacks[8].heights[:7]) for one in stacks.values())
heights_then.reveal("they stay" if kept else "all change")
claim("hats: the heights of levels 1 to 3 stay as they are", kept)

# %% [markdown]
# The height of a bump has a name, **surplus**, and a meaning: what the value at a place adds to what the coarser bumps
# say there. So the heights can be found one level after the other, from coarse to fine:
#
# - *Level 1* is the middle. Its bump is the constant 1, and its height is the value.
# - *Between two coarser places*, the sum of the coarser bumps is a straight line. Half-way, it is the mean of their two
#   values. The surplus is the value minus this mean.
# - *Next to a wall* there is a coarser place on one side only. The bumps there go on in a straight line, so continue
#   the line through the two nearest coarser places. At level 2 there is only one, the constant.
#
# **Exercise 13.3** (level 3). Return the surpluses of a row of values, in the order of the places. Which two values are
# the **parents** of a place? One step of its own level to the left, and one to the right. For seven values, do it on
# paper first.


# %% tags=["exercise"]
def surpluses(values):
    """Heights of the hats, shape (m,), of values (m,) at 1/2^n, 2/2^n, ..., (2^n - 1)/2^n.

    m is 2^n - 1; the middle has level 1, the quarters level 2, and so on. values is an array.
    """
    raise NotImplementedError


# %% tags=["solution"]
def surpluses(values):
    """Heights of the hats, shape (m,), of values (m,) at 1/2^n, 2/2^n, ..., (2^n - 1)/2^n.

    m is 2^n - 1; the middle has level 1, the quarters level 2, and so on. values is an array.
    """
    heights = np.array(values, dtype=float)
    step = (len(values) + 1) // 4  # of level 2, in places
    while step > 0:
        coarse = values[2 * step - 1 :: 2 * step]
        left, right = coarse[0], coarse[0]
        if len(coarse) > 1:
            left, right = 2 * coarse[0] - coarse[1], 2 * coarse[-1] - coarse[-2]
        line = np.array([left, *coarse, right])
        heights[step - 1 :: 2 * step] -= (line[:-1] + line[1:]) / 2
        step //= 2
    return heights


# %%
check("13.3", surpluses)
# Stuck? Run hint("13.3", 1), then 2, then 3.

# %% [markdown]
# A surplus near 0 says: *coarser points knew already*. Half-way between its parents, at distance $h$ from either, it is
# about $-\tfrac{h^2}{2}$ times the second derivative. So on a smooth function the surpluses of each level are about a
# quarter of those of the level before:

# %%
x = np.arange(1, 64) / 64
lowest_bit = [k & -k for k in range(1, 64)]  # place k/64 is the odd number k/bit of level 7 - length
nodes = [(7 - bit.bit_length(), k // bit) for k, bit in enumerate(lowest_bit, start=1)]
levels, indices = (np.array(column)[:, None] for column in zip(*nodes, strict=True))
heights = BSplines(levels, indices, np.sin(3 * x), degree=1).coefficients
inside = np.abs(x - 0.5) < 0.4
sizes = {level: np.abs(heights[(levels[:, 0] == level) & inside]).mean() for level in (4, 5, 6)}
quarter = 3 < sizes[4] / sizes[5] < 5 and 3 < sizes[5] / sizes[6] < 5
claim("each level's surpluses are about a quarter of the last", quarter, sizes=list(sizes.values()))

# %% [markdown]
# In several dimensions a bump is a product of bumps, one for each axis, and its surplus shrinks by a quarter with each
# level of *each* of its axes. A group with the levels $(3, 3)$ has surpluses of about $\tfrac1{16} \cdot \tfrac1{16}$,
# and so has the group $(5, 1)$: what counts is the **sum** of the levels. That is why the sparse grid cuts off by the
# sum: it leaves out the groups that would add least, and it leaves out most of the points with them. (If the loss is
# smooth. A cliff that runs askew through the space makes large surpluses on all levels.)

# %% [markdown]
# And cubic bumps? Each level more halves the gaps. The largest error of a sum of hats then falls to a quarter
# (**order** 2, for $\tfrac14 = (\tfrac12)^2$), that of cubic ones to a sixteenth (order 4). But only away from the
# walls: out there no point lies, and a straight line has to do.

# %%
orders = pictures.orders(pictures.errors())
inside, everywhere = orders["inside"], orders["everywhere"]
claim("away from the walls: order 2 and order 4", np.allclose(inside, [2, 4], atol=0.1))
claim("up to the walls, cubic bumps are no faster than hats", everywhere.between(1.8, 2.3).all())
orders.round(2)

# %% [markdown]
# ## Down the surface
#
# So the grid has a **surrogate**: a sum of bumps that goes through all its points, and can be asked anywhere at no cost
# worth naming. (A Gaussian process does the same job in notebook 06, and says besides how sure it is. Bumps do not.)
# Where is the surrogate lowest? Any optimiser may find that out, with thousands of evaluations if it likes. Only its
# **end** is trained. So `SparseGrid` keeps two trials of its budget for the ends of two optimisers.
#
# The project's example is the sum of waves of the queue above. Its minimum is -2.

# %%
question = "31 points, and two ends: how near to -2 does the search come?"
near = predict(question, ["to 0.1", "to 0.001", "to 0.00001"])

# %%
waves = problems.function("waves")
reached = {}
for degree in (1, 3):
    sampler = samplers.SparseGrid(waves.space, gamma=0.95, degree=degree)
    history = minimize(waves, sampler, n_trials=33, progress=False)
    losses = [trial.loss for trial in history]
    reached[degree] = min(losses) + 2
on_grid = min(losses[:31]) + 2
near.reveal("to 0.1" if reached[3] > 1e-2 else "to 0.001" if reached[3] > 1e-4 else "to 0.00001")
claim("cubic bumps: nearer than 0.0001", reached[3] < 1e-4, above=reached[3])
claim("hats do not come nearer than 0.01", reached[1] > 1e-2, above=reached[1])
claim("and without its ends, the grid not nearer than 0.001", on_grid > 1e-3, above=on_grid)

# %% [markdown]
# Which optimiser should one take? Seven are built in. Three do not ask for slopes: *Nelder-Mead*, a triangle that
# flips itself downhill; *differential evolution* and *CMA-ES*, two crowds that breed. Four use slopes: *gradient
# descent*, *conjugate gradients*, *Newton's* method, and *Rprop*, which looks only at the slopes' signs.

# %%
Player.over(
    pictures.descended,
    optimiser=Dial("optimiser", MINIMISERS),
    n_trials=Dial("points", [5, 9, 13, 17, 21, 25, 29, 33, 49]),
    bumps=Dial("bumps", ["cubic", "hats"]),
    start={"optimiser": "nelder-mead", "n_trials": 13, "bumps": "cubic"},
    label="Where an optimiser of the surrogate ends",
    speed=1.5,
)

# %% [markdown]
# *How to use it:* play adds points to the grid; choose an optimiser, and the shape of the bumps.
#
# *In the picture:* on the left the true loss, on the right the surrogate, and the way of the optimiser on both. It can
# only see the right one. The sentence says what the surrogate promises at the end, and what is true there.
#
# Two questions to answer with it:
#
# 1. From how many points on does the end of a cubic surrogate hold what it promises?
# 2. Hats, 29 points: which optimisers never leave the start? What is a slope worth at a kink?
#
# *Surprise me:* 5 cubic points. All optimisers go to the edge of the square. Why is the surrogate so low there, where
# nothing was ever tried?
#
# The optimiser that finds the lowest place of the surrogate has done its job best. Is that the one to take?

# %%
question = "The end of which optimiser beats the grid's best point more often?"
options = ["gradient descent's, from that point", "Nelder-Mead's, from far points too", "neither"]
finish = predict(question, options)

# %%
table = pictures.compared(pictures.finishers(dims=[2], budgets=[60], seeds=range(6)))
table.round(2)

# %% [markdown]
# *In the table:* 18 grids of 60 points, on six boxes each of Rosenbrock, Rastrigin and Eggholder. *improved*: in which
# share of them the end is lower than the grid's best point; *rank predicted* and *rank true*: the mean place among the
# seven by what the surrogate says, and by the loss.

# %%
slow, far = table.loc["gradient-descent"], table.loc["nelder-mead"]
finish.reveal(options[0] if slow["improved"] > far["improved"] + 0.1 else options[2])
predicted = [far["rank predicted"], slow["rank predicted"]]
claim("Nelder-Mead ends lower on the surrogate", predicted[0] < predicted[1] - 1, ranks=predicted)
shares = [slow["improved"], far["improved"]]
claim("gradient descent beats the grid more often", shares[0] > shares[1] + 0.1, shares=shares)

# %% [markdown]
# The lowest place of a surrogate is often one where it is wrong: far from all points, out by the edge. Who walks down
# from the best point and stops at the first low place stays where the surrogate knows something. That is why the
# project evaluates both kinds, and why the best grid point itself always remains a candidate. In five dimensions, ends
# seldom help at all (`make benchmark` measures it: the part *finishers* of `data/benchmarks.md`).
#
# ## And without a grid?
#
# The rule of the queue needs ranks, levels and degrees. It does not need a grid. **Adaptive random search** begins with
# ten random points of level 0. To refine a point is to draw $2d$ points around it, one level finer. The only question
# is: from where?
#
# - *box*: on each axis from between the nearest points to the left and to the right
# - *ball*: from a ball around it, whose radius shrinks with the level
# - *normal*: from a normal distribution between the same neighbours as the box

# %%
question = "A plain bowl, 60 trials: which placement ends nearest to the minimum?"
place_best = predict(question, ["box", "ball", "normal", "none beats random search"])

# %%
Player.over(
    pictures.placed,
    placement=Dial("placement", ["box", "ball", "normal"]),
    step=Dial("refinement", range(1, 13)),
    seed=Dial("seed", range(5)),
    start={"placement": "box", "step": 1, "seed": 2},
    play="step",
    label="Where children are drawn",
    speed=1.5,
)

# %% [markdown]
# *How to use it:* play refines; choose a placement, and play again. The seed draws other points.
#
# *In the picture:* on the left the bowl, with its minimum as a star; the green region is where the children come from.
# Ticks along two sides are the shadows of the points that count. On the right, how far the region reaches, and how far
# it would have to reach: the grey line is the distance to the minimum.
#
# Two questions to answer with it:
#
# 1. Step with the box. Which points set its sides, and how near are they to the refined one?
# 2. When does the reach fall below the distance for good? What can the search still find then?
#
# *Surprise me:* seed 2, box, refinement 9. The box is a speck, and the minimum is somewhere else.

# %%
nearest = pictures.nearest(seeds=range(20), n_trials=60).median()
place_best.reveal(nearest.idxmin() if nearest.idxmin() != "random" else "none beats random search")
box, ball, chance = (nearest[name] for name in ("box", "ball", "random"))
claim("balls: a third of random search's distance, or less", ball < chance / 3, ball=ball)
claim("boxes end no nearer than random search", box > 0.8 * chance, box=box, random=chance)
late = pictures.held(seeds=range(20)).loc[7:]
claim("from refinement 7 on, hardly any box holds the minimum", late["box"].max() < 0.2)
claim("but most balls do", late["ball"].min() > 0.8)

# %% [markdown]
# A box is cut on each axis by the nearest *coordinate*, and a point far up in the square may have it. The more points
# there are, the more their shadows crowd, and the boxes shrink faster than the search comes nearer. A ball looks at
# distances, and does not notice shadows. That is a lesson about a rule that looks harmless in a drawing of five points.
# (The project's program had a slip besides: it added the loss itself to the rank. Here the rank is used, as its slides
# say.)

# %% [markdown]
# ## Who wins at which budget?
#
# One picture of one function proves nothing. So let eight samplers search three functions in 2, 3 and 5 dimensions,
# with budgets of 10 to 200 trials and 20 seeds: two grids, random points, Sobol's sequence, *gp* (Bayesian
# optimisation, notebook 06), *tpe* (notebook 08), the sparse grid and adaptive random search. Each seed moves the
# function's box, so that no place in it is favoured.
#
# - *Rosenbrock*: one smooth, curved valley.
# - *Rastrigin*: a bowl with hundreds of dents. It is a sum, with one term for each hyperparameter.
# - *Eggholder*: steep, narrow valleys that run across the axes. None of them leads to another.
#
# That takes well over an hour of a core, so it was run once and kept (`hpo-tutor race budgets` makes it anew). Is the
# record true? Search a little of it again.

# %%
kept = budgets.load()
some = {"dims": [2], "budgets": [50], "n_seeds": 1, "shifted": [True]}
planned = budgets.plan(samplers=["random", "tpe", "sparse-grid"], **some)
again = pd.DataFrame([row for search in planned for row in budgets.outcome(search)])
both = again.merge(kept, on=list(budgets.FIELDS), suffixes=("", "_kept"))
apart = (both["loss"] / both["loss_kept"] - 1).abs().max()
claim("nine searches, run again, end where they ended", len(both) == 9 and apart < 1e-4, apart=apart)

# %%
question = "200 trials, moved boxes: on which function is the sparse grid no nearer than random search?"
fails = predict(question, ["on none", "rosenbrock", "rastrigin", "eggholder"])

# %%
Player.over(
    pictures.winners,
    function=Dial("function", ["all three", *moved.NAMES]),
    d=Dial("hyperparameters d", budgets.DIMS),
    boxes=Dial("boxes", ["moved", "published"]),
    label="Who wins at which budget?",
    speed=0.5,
)

# %% [markdown]
# *How to use it:* choose the function and the boxes; the slider is the number of hyperparameters.
#
# *In the picture:* on the left, each seed ranks the samplers by their regret, and the ranks are averaged: 1 is who
# always came nearest. On the right, a sampler's regret over that of random search with the same seed (the median; at
# 0.1 it is a tenth). In both, low is good. Two questions: which line goes *up*, and at which budget does it turn? Why
# has a grid of five dimensions the same regret at several budgets?
#
# *Surprise me:* Rastrigin in its *published* box. The sparse grid has no regret at all, with as few as ten trials. Has
# it found out something? And why are the other grids perfect at some budgets, and poor at others?

# %%
in_moved = kept[kept["shifted"]]
ranks = standings.standings(in_moved).pivot_table("mean_rank", ["n_dims", "n_trials"], "sampler")
later = ranks[ranks.index.get_level_values("n_trials") >= 20]
lead = (later.drop(columns="gp").min(axis=1) - later["gp"]).min()
claim("from 20 trials on gp has the lowest rank in every dimension", lead > 0.5, least_lead=lead)
half = later.drop(20, level="n_trials")
gain = (half["random"] - half["sparse-grid"]).min()
claim("from 50 on the sparse grid is a rank ahead of random", gain > 1, least_lead=gain)
cells = [(name, d) for name in budgets.FUNCTIONS for d in budgets.DIMS]
found = {cell: pictures.places(*cell, "moved") for cell in cells}
with_200 = [{one.sampler: one.ratio for one in found[cell] if one.budget == 200} for cell in cells]
ratio = pd.DataFrame(with_200, index=pd.MultiIndex.from_tuples(cells))

# %%
sparse = ratio["sparse-grid"]
no_nearer = [name for name in budgets.FUNCTIONS if sparse[name].min() > 0.95]
fails.reveal(no_nearer[0] if no_nearer else "on none")
claim("eggholder: no nearer than random", no_nearer == ["eggholder"], ratios=list(sparse["eggholder"]))
smooth = sparse["rosenbrock"].max()
claim("rosenbrock: a tenth of random's regret or less", smooth < 0.1, most=smooth)
dents = in_moved[(in_moved["function"] == "rastrigin") & (in_moved["n_trials"] == 200)]
sums = standings.scores(dents).values()
wins = np.mean([regrets["sparse-grid"] < regrets["gp"] for regrets in sums])
claim("rastrigin: on most seeds nearer even than gp", wins > 0.65, share=wins)

# %% [markdown]
# The three functions say what a sparse grid believes. It moves one hyperparameter at a time, and its surrogate is a sum
# of smooth bumps. Rastrigin's terms know nothing of one another, so moving one at a time is just right. Rosenbrock's
# valley is smooth, and the spline may follow it. Eggholder is neither smooth on the scale of the grid, nor a sum. *gp*,
# whose kernel learns how far a trial speaks for others, is ahead there too, and on the whole.
#
# And the published boxes? Rastrigin's minimum lies in the middle of its box, exactly where grids with a middle put a
# node. They did not search for it, they were given it. (Two levels have no middle; three have.) A comparison on
# published functions may measure the address.

# %%
published = kept[~kept["shifted"] & (kept["function"] == "rastrigin")]
gift = published[published["sampler"] == "sparse-grid"]["regret"].max()
claim("no regret in any dimension, at any budget", gift == 0, largest=gift)
own = in_moved[in_moved["sampler"] == "adaptive-random"]
own = own.pivot_table("regret", ["function", "n_dims", "seed"], "n_trials")
stuck = (own[200] > 0.99 * own[50]).mean()
claim("adaptive random: most searches gain nothing after 50 trials", stuck > 0.75, share=stuck)
worse = (ranks["adaptive-random"] - ranks["random"]).xs(200, level="n_trials")
claim("with 200 trials it is behind random in every dimension", worse.min() > 0.8, ranks=list(worse))
early = (ranks["adaptive-random"] - ranks["random"]).loc[2, 20]
claim("with 20 trials and d = 2 it was ahead", early < -0.6, ranks=early)

# %% [markdown]
# So adaptive random search begins well and then stands still. Its regions shrink with each level, and with the source's
# $\gamma = 0.5$ it digs ever deeper where it dug first. You have met the remedy: the sparse grid's $\gamma$ is 0.85.

# %%
stuck = {0.5: 0, 0.85: 0}  # gamma -> of ten searches, those that gain nothing from trial 51 to 100
for gamma, seed in [(gamma, seed) for gamma in stuck for seed in range(10)]:
    valley = moved.Moved("rosenbrock", 2, seed)
    search = samplers.AdaptiveRandom(valley.space, seed=seed, gamma=gamma)
    regret = minimize(valley, search, n_trials=100, seed=seed, progress=False).regret(valley.optimum)
    stuck[gamma] += int(regret[99] > 0.99 * regret[49])
of_ten = list(stuck.values())
claim("with a larger gamma it goes on", of_ten[0] >= 7 and of_ten[1] <= 4, stuck=of_ten)

# %% [markdown]
# ## Which gamma?
#
# Gamma is a hyperparameter as well: one of the sampler. Somebody has to tune it, and whoever picks it by looking at the
# function that the result is then reported on has tuned on the test set.
#
# So proceed as with data. Leave out one function, the *target*. Rank the gammas on each of the others, the lowest loss
# first; take the gamma with the lowest mean rank; report its loss on the target. Ranks, because one function counts its
# losses in thousands and another in thousandths.
#
# **Exercise 13.4** (level 2). Do that.


# %% tags=["exercise"]
def choose_gamma(gammas, losses, target):
    """The gamma with the lowest mean rank on all functions but the target, and its loss on the target.

    gammas (g,); losses (g, f), a row for each gamma, a column for each function; target is a column.
    """
    raise NotImplementedError


# %% tags=["solution"]
def choose_gamma(gammas, losses, target):
    """The gamma with the lowest mean rank on all functions but the target, and its loss on the target.

    gammas (g,); losses (g, f), a row for each gamma, a column for each function; target is a column.
    """
    others = np.delete(losses, target, axis=1)
    ranks = np.argsort(np.argsort(others, axis=0), axis=0)
    best = np.argmin(ranks.mean(axis=1))
    return gammas[best], losses[best, target]


# %%
check("13.4", choose_gamma)
# Stuck? Run hint("13.4", 1), then 2, then 3.

# %% [markdown]
# On real numbers: the three functions in two dimensions, 20 moved boxes each, 50 trials, and the grid alone, without
# descents at its end. (300 searches take some ten seconds.)

# %%
question = "Five gammas from 0.5 to 1: which is chosen for most targets?"
gamma_chosen = predict(question, ["0.5", "0.8", "1"])

# %%
gammas = [0.5, 0.7, 0.8, 0.9, 1.0]
grids = {f"{gamma:g}": partial(samplers.SparseGrid, gamma=gamma, finish=()) for gamma in gammas}
ends = {}
for name in moved.NAMES:
    laps = race.compare(grids, moved.Moved(name, 2), n_trials=50, seeds=range(20))
    ends[name] = laps.median_regret[list(grids)]
ends = pd.DataFrame(ends).rename_axis("gamma")
ends.round(2)

# %%
ranks = ends.rank()
chosen = {name: ranks.drop(columns=name).mean(axis=1).idxmin() for name in ends}
gamma_chosen.reveal(max(gamma_chosen.options, key=list(chosen.values()).count))
same = set(chosen.values()) <= {"0.7", "0.8"}
claim("whichever function is left out, 0.7 or 0.8 is chosen", same, chosen=list(chosen.values()))
blind = ends.loc["1", "rosenbrock"] / ends.loc["0.9", "rosenbrock"]
claim("Rosenbrock: a grid that ignores losses ends twice as high as the next", blind > 2, ratio=blind)
honest = {name: ends[name][gamma] for name, gamma in chosen.items()}
by_looking = {"by looking": ends.idxmin(), "and its regret": ends.min()}
pd.DataFrame({"chosen": chosen, "its regret": honest, **by_looking})

# %% [markdown]
# So gamma may be chosen on functions that one knows, and carries over to one that one does not. (`SparseGrid` takes
# 0.85 unless it is told otherwise.) Where the two regrets differ, the honest choice costs something. That is the price
# of a number that means what it says.

# %% [markdown]
# ## The study, done right
#
# The source (slides of a talk, 2023) tuned a real network on pictures of digits, MNIST: nine hyperparameters, among
# them epochs, learning rate, dropout, and the numbers of layers. It allowed 80 trials, for the sparse grid 93. Of the
# test pictures its incumbents had right:

# %%
for row in trained.SOURCE:
    print(f"{row.sampler:15} {row.cost:2} trials {row.accuracy:5.1f} %")

# %% [markdown]
# Three things should make you wary.
#
# - **The grid is a straw man.** $\lfloor 80^{1/9} \rfloor = 1$: a grid of equal levels has *one* point, and that one
#   had a learning rate of $10^{-6}$. It learnt nothing, it only guesses. (How else could you spend 80 points on a grid?
#   Give the learning rate five levels, four others two each: $5 \cdot 2^4 = 80$.)
# - **97.4, 97.5, 97.5.** Each stands for one run, scored on 10,000 test pictures. A share $p$ of $n$ pictures has the
#   standard error $\sqrt{p (1 - p) / n}$, by the luck of the pictures alone.
# - **The test pictures chose the incumbent.** So its accuracy flatters (notebook 11). And some methods were run with
#   new seeds each time, others with one seed: they did not meet the same luck.

# %%
levels, rate = int(80 ** (1 / 9)), trained.SOURCE[0].config[2]
claim("the grid had one point, at a rate of a millionth", levels == 1 and rate == 1e-6, rate=rate)
others = [row.accuracy for row in trained.SOURCE[1:]]
error = trained.SOURCE[1].standard_error
claim("one standard error is 0.16 points", abs(error - 0.16) < 0.005, points=error)
apart = 2 * np.sqrt(2) * error  # two standard errors of a difference
gap = max(others) - min(others)
told = abs(apart - 0.45) < 0.01 and gap < apart / 3
claim("two runs must differ by 0.45 points to be told apart", told, gap=gap)

# %% [markdown]
# So do it again, all methods alike. A search sees training and validation rows only; its incumbent is then trained
# three times afresh, and scored on test rows that no search has seen. Twenty repetitions, each on a batch of data of
# its own, and within a repetition all methods share data and seeds.
#
# One thing is smaller: so that a processor can do it in hours, a network sees 1,000 pictures of $14 \times 14$ pixels,
# where a whole MNIST has 60,000 of $28 \times 28$. It will miss more than the source's did.

# %%
options = ["none, as in the source", "one or two", "three or four"]
question = "gp, tpe, sparse grid at 80 and at 93: how many beat random at least 16 times of 20?"
ahead = predict(question, options)

# %%
networks = trained.load()
Player([pictures.errors_of_study(networks)], label="Nine hyperparameters, twenty times")

# %% [markdown]
# *In the picture:* a row for each method with its number of trials, the lowest mean on top. Dots are repetitions, the
# bar is their mean with two standard errors either way; a hollow square is the source's single run. Two questions:
# whose twenty dots fall into two heaps? Which two dots lie far from the others of their row, and how do they move the
# bar?

# %%
table = pictures.table_of_study(networks)
shown = table.drop(columns=["budget", "validation"]).set_index(["method", "trials"])
shown.style.format("{:.1f}", na_rep="").format("{:.3f}", subset=["p_holm"], na_rep="")

# %% [markdown]
# *In the table:* per cent of the test pictures missed. `source`: what it had; `error` and `se`: our mean and its
# standard error; `difference`: to random search, repetition by repetition, with a 95 % interval from `low` to `high`;
# `p_holm`: its P-value, corrected for seven questions (notebook 12).

# %%
nine = networks[networks["experiment"] == "mnist-9"]
scores = nine.pivot_table("test_error", "repetition", ["sampler", "budget"])
chosen = [("gp", 80), ("tpe", 80), ("sparse-grid", 80), ("sparse-grid", 93)]
wins = {f"{name} {n}": int((scores[name, n] < scores["random", 80]).sum()) for name, n in chosen}
often = sum(n >= 16 for n in wins.values())
ahead.reveal(options[int(often >= 1) + int(often >= 3)])
claim("all four beat random in most repetitions", often == 4, least=min(wins.values()))
rivals = {f"{name} {n}": scores[name, n].to_numpy() for name, n in chosen}
pairs = statistics.paired_differences(rivals, peer="gp 80").set_index("a")
behind, p = pairs.loc["sparse-grid 80", ["mean", "p_holm"]]
sure = behind > 1 and p < 0.04
claim("with as many trials, the sparse grid misses more than gp", sure, per_cent=behind, p_holm=p)
luck = scores["gp", 80].std()
by_pictures = 100 * np.sqrt(0.1 * 0.9 / 10_000)  # a tenth of 10,000 pictures is missed
more = luck > 4 * by_pictures
claim("repetitions differ far more than by the luck of the pictures", more, std=[luck, by_pictures])

# %% [markdown]
# Now random search is behind. The source could not see that with one run each, even if it was so there. Or were its
# networks so well fed that nearly every sensible configuration reaches 97 %? We cannot tell from here. The experiment
# with 40,000 training pictures as they are is ready, and wants a GPU: `hpo-tutor race trained --full`.
#
# Yet the table calls only some of it sure: `p_holm` of the sparse grid is far from small, although it wins 17 times of
# 20 and more. Look at the outliers.

# %%
odd = scores[[("random", 80), ("tpe", 80)]].idxmax()
trap = nine[nine["repetition"] == odd.iloc[0]].set_index(["sampler", "budget"])
both = trap.loc[[("random", 80), ("tpe", 80)], ["validation", "test", "test_error"]]
same = odd.iloc[0] == odd.iloc[1] and (both["test"] > 3 * both["validation"]).all()
missed = list(both["test_error"])
claim("the two outliers: one repetition, good when chosen, bad afresh", same, missed=missed)
rows = table.set_index(["method", "trials"])
tpe, sparse = rows["p_holm"]["tpe", 80], rows["p_holm"]["sparse-grid", 80]
claim("tpe is told from random, the sparse grid is not", tpe < 0.01 < 0.1 < sparse, p=[tpe, sparse])
grid, uneven = rows.loc["grid-midpoints", 1], rows.loc["grid-uneven", 80]
guesses = abs(grid["error"] - 90) < 2
claim("the grid of one point guesses, as in the source", guesses, missed=grid["error"])
ends = [uneven["low"], uneven["high"]]
claim("the grid of 80 points cannot be told from random", ends[0] < -2 and ends[1] > 2, interval=ends)

# %% [markdown]
# Each of these two incumbents was a lucky training: trained afresh, the same configuration is far worse. As tpe fell
# into the same trap in the same repetition, its *difference* from random is calm. The other differences hold that one
# large value, and no mean is surer than its outliers let it. Does a network that fails when it is trained again belong
# to the result? It does: you would have had to use it.
#
# And adaptive random search? With nine hyperparameters a refinement costs $2 d = 18$ trials. After ten random points,
# 80 trials allow three, and a part of a fourth. If none of the ten was good, hardly any around them will be. The sparse
# grid pays as much for each step: $1 + 5 \cdot 18 + 2 = 93$ is where the source's budget comes from.

# %%
lost = (scores > 50).sum()  # searches of 20 whose incumbent misses over half of all pictures
luckless, many = lost["random", 80], lost["adaptive-random", 80]
badly = many > 7 and luckless <= 1
claim("over a third of its searches end badly; of random's hardly any", badly, lost=[many, luckless])
pictures.table_of_regressions(networks)

# %% [markdown]
# The source tuned a small regression, too; here the network learns the energy of jets. *In the table:* the mean test
# error of random search, in GeV, and below it each method's difference to it, with its standard error; $d$ is the
# number of hyperparameters.

# %%
small = trained.summary(networks[networks["experiment"] != "mnist-9"])
rivals = small[small["sampler"] != "random"]
least = rivals["p_holm"].min()
none = len(rivals) == 30 and least > 0.5
claim("of thirty comparisons with random search none is told apart", none, least_p=least)
largest = rivals["difference"].abs().max() / small["test"].mean()
claim("the largest difference is below half a per cent", largest < 0.005, share=largest)
one = rivals[(rivals["n_made"] == 1)]
claim("a grid of a single point was among them", len(one) == 1, difference=one["difference"].iloc[0])

# %% [markdown]
# Nobody wins there: even a single point in the middle of the domain was as good as all the searches, as far as twenty
# repetitions tell. So before you ask *how* to search, ask how much there is to be won. Train the middle of your domain
# and a few random points. If they agree, you are done.
#
# What is left of the source's claim? A sparse grid is a good search: far ahead of random on smooth valleys, and on
# Rastrigin's sum most often ahead even of *gp*. On Eggholder it was no better than chance, and on nine hyperparameters
# of a real network, with as many trials, a Gaussian process was ahead of it.

# %% [markdown]
# ## Take-aways
#
# - A full grid of three levels in nine dimensions has 40 million points, the sparse grid 199: it takes a point only if
#   the sum of its levels is small. That is no loss where the function is smooth, for surpluses shrink with every level.
# - An adaptive grid refines the point of the smallest priority. Gamma weighs its rank against its levels and degree; it
#   is to be chosen on other functions than the one that is reported.
# - Bumps through the points make a surrogate. Its lowest place is often where it is wrong; a descent from the best
#   point was the better end.
# - On smooth valleys and on sums the sparse grid was far ahead of random search. A Gaussian process was ahead of it on
#   the whole, and on the nine hyperparameters of a real network.
# - Three accuracies from single runs that lie a tenth of a per cent apart say nothing. Nor does a grid of one point.
#
# ## Quiz

# %%
quiz("13")

# %% [markdown]
# ## References
#
# - M. Michallik (2023), Neural network hyperparameter optimization with sparse grids, slides of a talk, Technical
#   University of Munich. The project.
# - E. Novak and K. Ritter (1996), Global optimization using hyperbolic cross points, in *State of the Art in Global
#   Optimization*, 19-33, doi 10.1007/978-1-4613-3437-8_2. The queue.
# - H.-J. Bungartz and M. Griebel (2004), Sparse grids, *Acta Numerica* 13, 147-269.
# - D. Pflüger (2010), *Spatially adaptive sparse grids for high-dimensional problems*, Verlag Dr. Hut. Bumps without
#   a boundary.
# - J. Valentin and D. Pflüger (2016), Hierarchical gradient-based optimization with B-splines on sparse grids, in
#   *Sparse Grids and Applications*, Springer. Cubic bumps.
# - The digits: Y. LeCun, C. Cortes and C. Burges, MNIST. The jets: see `data/README.md`.
#
# ## What is next
#
# Here every trial had the same nine hyperparameters. But a network with two layers has no width of its third one.
# Notebook 14, spaces with switches, is about hyperparameters that exist only sometimes.
